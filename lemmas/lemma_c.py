"""Lemmas C.2, C.3 and C.4: the induction over time for weights, loss and gradients (lines 885-1008).

Times 0 to tau are the index ``t``.  The kernel has no powers with an index in the exponent, so (1 - m eta lambda/2)^{t/2}
is an array ``decay`` whose sum is at most the series; |F(t) - Y|_F is an array ``gap_t``; ``move`` is the gradient of one
neuron at every time.  Losses of single times are parameters.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.facts_a import X, lam_positive
from lemmas.lemma_d import d_2, gradient, norm_below
from lemmas.lemma_e_2 import eta_chosen, gap, lam_bounded, loss, loss_next, rate
from lemmas.notation import B, B_at_least_1, d2, eta, k, lam, m, n, v_near_w
from proofcheck.claims import Citation, Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Fn, Index, Rel, Var, define, exp, expr, log, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

ONE, TENTH = Fraction(1), Fraction(1, 10)
HAIR = Fraction(1, 10**9)
SIMPLE = Point({"B": ONE, "lam": ONE, "m": ONE, "n": ONE, "d2": ONE})
T = Var("T", True)  # tau + 1, the number of gradient steps up to time tau + 1
t = Index("t", T)
move = Array("move", (k, t))
gap_t, decay = Array("gap_t", (t,)), Array("decay", (t,))

CHOSEN = (B_at_least_1, lam_positive, eta_chosen, lam_bounded)
SCOPE = "all n, d, m, tau; B >= 1; on the event of Lemma B.1 Part 1"

TERM = Var("_term")

# ---------------------------------------------------------------- Eq. 9

slow, fast = 1 - rate / 4, sqrt(1 - rate / 2)
series_fast, series_slow = Fn("geometric", (fast,)), Fn("geometric", (slow,))


def _scalar(goal: Rel) -> Theorem:
    """From B >= 1, the choice of eta and the size of lambda alone: the search gets lost among more parameters."""
    return prove_scalar(goal, tuple(g.rel for g in CHOSEN))


def _converges(c: Context) -> tuple[Theorem, ...]:
    """The ratios of both series are ordered (Fact A.5 at x = m eta lambda/2) and lie in (0, 1)."""
    known = tuple(_scalar(g) for g in (eta > 0, rate > 0, 1 - rate / 2 > 0, 1 - fast > 0, 1 + fast > 0, 1 - slow > 0,
                                       1 + slow > 0))
    tangent = c.at(c.theorem("fact.A.5"), values={X: rate / 2}, discharge=(_scalar(abs(rate / 2) <= TENTH),))
    return rules.combine(tangent, *known, goal=fast <= slow, factors=(expr(1),), hyps=c.hyps), *known


def _slower(c: Context) -> Theorem:
    """The series increases with its ratio."""
    return rules.monotone(*_converges(c), template=eta * Fn("geometric", (TERM,)), hole=TERM, hyps=c.hyps)


def _summed(c: Context) -> Theorem:
    """The geometric series, which converges for every ratio between -1 and 1."""
    known = _converges(c)
    closed = rules.geometric_series(*known, ratio=slow, hyps=c.hyps)
    return rules.combine(closed, *known, goal=eta * series_slow <= eta * (1 / (rate / 4)), factors=(eta,), hyps=c.hyps)


# ---------------------------------------------------------------- Lemma C.2

shift = define("shift", (k,), eta * total(t, move[k, t]))  # w_r(0) - w_r(tau + 1)
length = sqrt(total(k, move[k, t] ** 2))  # |Delta w_r(t)|
motion = sqrt(total(k, shift[k] ** 2))
scale = exp(3 * B) * sqrt(n * d2)
bound_D = 4 / m / lam * scale * gap
PATH = (
    Given(gap >= 0, "|F(0) - Y| is a norm"),
    Given(length <= scale * gap_t[t], "Lemma D.1 at the times 0 to tau: |Delta w_r(t)| <= exp(3B) sqrt(nd) |F(t) - Y|"),
    Given(gap_t[t] <= decay[t] * gap, "the loss property: |F(t) - Y| <= (1 - m eta lambda/2)^(t/2) |F(0) - Y|"),
    Given(total(t, decay[t]) <= series_fast, "the first powers add up to less than the whole series"),
)
c_2 = Claim("lemma.C.2", "lemma", 885, "no neuron has moved by more than D at time tau + 1", motion <= bound_D,
            given=(*CHOSEN, *PATH), scope=SCOPE, uses=("def.A.2", "lemma.E.2/lambda"),
            note="The gradient property is not used. The properties are asked for i in [tau], which leaves out i = 0, where "
                 "the sums begin: weights and loss are trivial there, the gradient property needs Lemma D.2.",
            latex=r"\lVert\mathrm{shift}\rVert \le \frac{4\sqrt{nd_2}}{m\lambda}e^{3B}\,\mathrm{gap}")
c_2.step("eq9-1", eta * series_fast <= eta * series_slow, _slower, line=912, why="Fact A.5, term by term",
         uses=("fact.A.5",), rule="monotone",
         citation=Citation("fact.A.5", abs(rate / 2) <= TENTH, "x = m eta lambda/2 with |x| <= 0.1"))
c_2.step("eq9-2", eta * series_slow <= eta * (1 / (rate / 4)), None, instead=_summed, line=912, rule="geometric_series",
         why="Fact A.7 is for ratios below 0.1, and this ratio is above 0.999; the series converges all the same",
         citation=Citation("fact.A.7", slow < TENTH, "the ratio 1 - m eta lambda/4 below 0.1"),
         latex=r"\eta\sum_{q\ge 0}\Bigl(1-\frac{m\eta\lambda}{4}\Bigr)^q \le \frac{\eta}{m\eta\lambda/4}")
c_2.step("eq9-3", eta * (1 / (rate / 4)) <= 4 / (m * lam), lambda c: rules.relax(_positive_identity(c)), line=912,
         why="algebra; there is equality", rule="identity")


def _positive_identity(c: Context) -> Theorem:
    return rules.identity(_scalar(eta > 0), lhs=c.goal.lhs, rhs=c.goal.rhs, hyps=c.hyps)


def _path(c: Context) -> Theorem:
    """|g|^2 = eta sum_t <g, move_t> <= |g| eta sum_t |move_t|, by Cauchy-Schwarz at every time."""
    hole, positive = Var("_time"), _scalar(eta > 0)
    along = total(k, shift[k] * move[k, t])
    aligned = c.chain(rules.below_abs(term=along, hyps=c.hyps),
                      rules.cauchy_schwarz(index=k, f=shift[k], g=move[k, t], hyps=c.hyps))
    summed = rules.monotone(aligned, positive, template=eta * total(t, hole), hole=hole, hyps=c.hyps)
    square = rules.combine(summed, goal=total(k, shift[k] ** 2) <= motion * c.goal.rhs, factors=(expr(1),), hyps=c.hyps)
    return norm_below(square, motion, c.goal.rhs, c, positive)


def _at_all_times(c: Context, known: Theorem, template: Expr) -> Theorem:
    """The known bound in the template, whose hole is TERM."""
    return rules.monotone(known, *_converges(c), template=template, hole=TERM, hyps=c.hyps)


def _by_loss(c: Context) -> Theorem:
    found = _at_all_times(c, c.given(PATH[2].rel), eta * scale * total(t, TERM))
    return c.chain(found, c.identity(found.concl.rhs, c.goal.rhs))


def _by_gradients(c: Context) -> Theorem:
    found = _at_all_times(c, c.given(PATH[1].rel), eta * total(t, TERM))
    return c.chain(found, c.identity(found.concl.rhs, c.goal.rhs))


def _by_eq_9(c: Context) -> Theorem:
    """The sum is below the series, and Eq. 9 bounds the series."""
    begun = _at_all_times(c, c.given(PATH[3].rel), scale * gap * eta * TERM)
    eq_9 = c.chain(*(c.step(f"lemma.C.2/eq9-{part}") for part in "123"))
    whole = rules.monotone(eq_9, *_converges(c), template=scale * gap * TERM, hole=TERM, hyps=c.hyps)
    return rules.combine(begun, whole, *_converges(c), goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)


c_2.step("1", motion <= eta * total(t, length), _path, line=921, why="the update, and the triangle inequality",
         rule="triangle", typo="the update has the opposite sign: w_r(i+1) - w_r(i) = -eta Delta w_r(i)",
         latex=r"\lVert\mathrm{shift}\rVert \le \eta\sum_{t=1}^{T}\lVert\mathrm{move}_t\rVert")
c_2.step("2", eta * total(t, length) <= eta * scale * total(t, gap_t[t]), _by_gradients, line=921, rule="monotone",
         why="Lemma D.1 at every time from 0 to tau", uses=("lemma.D.1",))
c_2.step("3", eta * scale * total(t, gap_t[t]) <= eta * scale * total(t, decay[t]) * gap, _by_loss, line=921,
         why="the loss property", rule="monotone")
c_2.step("4", eta * scale * total(t, decay[t]) * gap <= bound_D, _by_eq_9, line=921, why="Eq. 9", rule="monotone")
c_2.by = lambda c: c.chain(*(c.step(f"lemma.C.2/{part}") for part in "1234"))
FAR = 3 * 10**8  # the geometric series is about 3.55e8
STRAIGHT = Point({**SIMPLE.scalars, "d1": ONE, "T": ONE, "gap": ONE},
                 {"gap_t": [FAR], "decay": [FAR], "move": [[20 * FAR]]})
c_2.mutant(motion <= bound_D / 8, "refuted", "with an eighth of D", hint=STRAIGHT)
c_2.mutant(eta * series_fast <= 39 / (10 * m * lam), "refuted", "Eq. 9 with 3.9 in place of 4",
           drop=tuple(g.rel for g in PATH), hint=SIMPLE)

# ---------------------------------------------------------------- Lemma C.3

tau, start, loss_before = Var("tau"), Var("start"), Var("loss_before")


def decayed(part: int, steps: Expr) -> Expr:
    """(1 - m eta lambda/part)^steps |F(0) - Y|^2."""
    return exp(steps * log(1 - rate / part)) * start


contracts = Given(loss_next <= (1 - rate / 2) * loss, "Lemma E.2 at time tau")
LOSSES = (
    Given(tau >= 0, "tau >= 0"),
    Given(start > 0, "the loss at the start is not 0"),
    Given(loss <= decayed(2, tau), "the loss property at time tau, with the rate m eta lambda/2"),
    contracts,
)
c_3 = Claim("lemma.C.3", "lemma", 936, "the loss at tau + 1 is at most (1 - m eta lambda/4)^(tau+1) times that at the start",
            loss_next <= decayed(4, tau + 1), given=(*CHOSEN, *LOSSES), scope=SCOPE, uses=("lemma.E.2/lambda",),
            note="The statement holds, but it delivers the rate m eta lambda/4 where it assumes m eta lambda/2: see "
                 "lemma.C.3/closes. Lemma E.2 asks for the gradient property at tau, 0 included, although the property is "
                 "stated for i in [tau]; and its probability 1 - delta is for one step.",
            latex=r"\mathrm{loss}^{+} \le \Bigl(1-\frac{m\eta\lambda}{4}\Bigr)^{\tau+1}\,\mathrm{start}")
before = Given(loss <= (1 - rate / 2) * loss_before, "Lemma E.2 at time tau - 1")
c_3.step("1", loss <= (1 - rate / 2) * loss_before, lambda c: c.given(before.rel), line=963, rule="assume",
         given=(before,), why="Lemma E.2",
         uses=("lemma.E.2",), typo="the line is about tau, but the lemma needs it for tau + 1",
         latex=r"\mathrm{loss} \le \Bigl(1-\frac{m\eta\lambda}{2}\Bigr)\,\mathrm{loss}_{\mathrm{before}}")

Z = Var("Z")  # m eta lambda
SMALL = (tau >= 0, Z > 0, Z <= Fraction(1, 1000))


FACTORS = (1 - rate / 2 > 0, 1 - rate / 4 > 0)  # they make the powers defined


def _powers(c: Context, known: Rel) -> Theorem:
    """A fact about powers at z = m eta lambda, times the loss at the start."""
    found = c.at(prove_scalar(known, SMALL), values={Z: rate},
                 discharge=(_scalar(rate > 0), _scalar(rate <= Fraction(1, 1000))))
    return rules.monotone(found, *map(_scalar, FACTORS), template=TERM * start, hole=TERM, hyps=c.hyps)


def _half_rate(c: Context) -> Theorem:
    """(1 - z/2) (1 - z/2)^tau is (1 - z/2)^(tau + 1)."""
    sides = tuple(map(_scalar, FACTORS))
    powers = _powers(c, (1 - Z / 2) * exp(tau * log(1 - Z / 2)) <= exp((tau + 1) * log(1 - Z / 2)))
    once = rules.monotone(c.given(LOSSES[2].rel), *sides, template=(1 - rate / 2) * TERM, hole=TERM, hyps=c.hyps)
    return rules.combine(c.given(contracts.rel), once, powers, *sides, factors=(expr(1),) * 3,
                         goal=loss_next <= decayed(2, tau + 1), hyps=c.hyps)


def _slower_rate(c: Context) -> Theorem:
    return _powers(c, exp((tau + 1) * log(1 - Z / 2)) <= exp((tau + 1) * log(1 - Z / 4)))


def _quarter_rate(c: Context) -> Theorem:
    return c.chain(_half_rate(c), _slower_rate(c))


c_3.by = _quarter_rate
c_3.mutant(loss_next <= decayed(2, tau + 2), "refuted", "with one more factor",
           hint=Point({**SIMPLE.scalars, "tau": ONE, "start": ONE, "loss": 1 - 6 * HAIR, "loss_next": 1 - 13 * HAIR}))
c_3.mutant(loss_next <= decayed(4, tau + 1), "refuted", "needs Lemma E.2 at time tau, not at tau - 1",
           drop=(contracts.rel,),
           hint=Point({**SIMPLE.scalars, "tau": ONE, "start": ONE, "loss": 1 - 6 * HAIR, "loss_next": Fraction(2)}))

closes = Claim("lemma.C.3/closes", "claim", 958, "the induction closes: Lemma C.3 delivers what it assumes next",
               decayed(4, tau + 1) <= decayed(2, tau + 1), given=(*CHOSEN, *LOSSES[:2]), scope=SCOPE,
               hint=Point({**SIMPLE.scalars, "tau": ONE, "start": ONE}),
               note="It does not: the rate m eta lambda/4 is weaker than the rate m eta lambda/2 of the loss property.",
               latex=r"\Bigl(1-\frac{m\eta\lambda}{4}\Bigr)^{\tau+1}\,\mathrm{start} \brk\le "
                     r"\Bigl(1-\frac{m\eta\lambda}{2}\Bigr)^{\tau+1}\,\mathrm{start}")
closes.mutant(decayed(2, tau + 1) <= decayed(4, tau + 1), "proved", "the other way round",
              by=_slower_rate)
closes.mutant(decayed(4, tau) <= decayed(4, tau + 1), "refuted", "a loss that does not fall",
              hint=Point({**SIMPLE.scalars, "tau": ONE, "start": ONE}))
closes.repair = Repair("lemma.C.3/repair", "Lemma E.2 gives the rate m eta lambda/2 itself, so the loss property at tau + 1 "
                       "follows from the one at tau and the induction closes.", by=_half_rate,
                       rel=loss_next <= decayed(2, tau + 1), given=(*CHOSEN, *LOSSES))

# ---------------------------------------------------------------- Lemma C.4

near_next = Given(v_near_w.rel, "|w_r(tau + 1) - w_r(0)| <= R: from Lemma C.2; the lemma only has it at tau")
c_4 = Claim("lemma.C.4", "lemma", 975, "the gradient property at time tau + 1", eta * gradient <= Fraction(1, 100),
            given=tuple(near_next if g.rel == v_near_w.rel else g for g in d_2.given), scope=SCOPE,
            by=lambda c: c.theorem("lemma.D.2"), uses=("lemma.D.2",), printed=True,
            note="Here v is W(tau + 1). It follows from Lemma D.2 at time tau + 1, which needs that the weights are still "
                 "near their start at tau + 1: the conclusion of Lemma C.2, not a hypothesis of this lemma. The loss "
                 "and gradient properties are not used.", latex=r"\eta\lVert\Delta\tilde{w}_r\rVert \le 0.01")
c_4.mutant(eta * gradient <= Fraction(1, 100), "refuted", "not for every eta", drop=(eta_chosen.rel,))

claims = (c_2, c_3, closes, c_4)
