"""Theorem R, proved: gradient descent from a symmetric initialization, for ever (repairs Theorem 4.2, lines 172-190).

A run of any length: its step tau leads from W[tau] to W_plus[tau] by gradient descent, and from path[tau] to path_plus[tau].
Before it, W[tau] is W(0) or the W_plus of the step before: link[earlier, tau] is 1 for that step and 0 otherwise, and clock
counts the steps.  The conclusions are about every step of every run, and so of every longer one.  lam and Lam are numbers
with lam I <= H(0) <= Lam I, written with square roots of the differences; size_Y is |Y|_F or larger.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import partial
from math import isqrt

from lemmas.def_3_6 import direction
from lemmas.notation import (
    B,
    B_at_least_1,
    H,
    S,
    a,
    d2,
    eta,
    event,
    gradient,
    i,
    j,
    k,
    l,
    l1,
    l2,
    lam,
    m,
    n,
    r,
    s,
    signs,
    softmax,
    w,
    x,
    x_in_ball,
    y,
)
from lemmas.theorem_r import (
    LINE,
    ONE,
    Lam,
    balanced,
    greatest,
    positive_eta,
    positive_lam,
    rho,
    size_Y,
    small_step,
    targets_small,
    wide,
)
from lemmas.theorem_r_induction import CHANGED, INVARIANTS, LOSS, RELATIONS, STEEP, P_next, steady, targets
from lemmas.theorem_r_linear import at_least, high, i3, i4, l3, l4, low, met, same, squared, unit
from lemmas.theorem_r_path import FIVE, GAIN, HALT, L0, SEVEN, Case, gained, s1
from lemmas.theorem_r_softmax import WEIGHTS, base, new, old, size
from lemmas.theorem_r_steps import HOLE, P, mono, s0
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, eq, exp, expr, sqrt, substitute, total, unfold
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

SCOPE = "all n, m, d1, d2 >= 1; every step of runs of all lengths"
steps = Var("steps", True)
tau, earlier = Index("tau", steps), Index("earlier", steps)
link, clock = Array("link", (earlier, tau)), Array("clock", (tau,))
path, path_plus = Array("path", (tau,)), Array("path_plus", (tau,))
W, W_plus = Array("W", (k, r, tau)), Array("W_plus", (k, r, tau))
U, U_plus = Array("U_tau", (k, r, tau)), Array("U_plus", (k, r, tau))  # W - W(0)
HALF, WHOLE = Fraction(1, 2), expr(1)
NAMES = ("positive", "within", "turned", "path", "potential", "neuron")

# ---------------------------------------------------------------- the induction, for U = W - W(0) and S(0) given


def written_out(rel: Rel) -> Rel:
    """The relation without abbreviations."""
    return Rel(rel.op, unfold(rel.lhs), unfold(rel.rhs))


def one_step(c: Context, key: str, concl: Rel, case: Case, relations: tuple[Given, ...] = RELATIONS) -> Theorem:
    """A claim on one step with all abbreviations written out."""
    hyps = tuple(written_out(g.rel) for g in (*steady(case), *INVARIANTS, *relations))
    return rules.restate(c.theorem(key), concl=written_out(concl), hyps=hyps)


def at_start(rel: Rel) -> Rel:
    """The relation for U = 0 and P = 0."""
    found = rules.instantiate_array(rules.assume(hyp=written_out(rel)), array=old, params=(k, r), term=expr(0))
    return rules.instantiate(found, parameter=P, term=expr(0)).concl


def begun(c: Context) -> tuple[Theorem, ...]:
    """The invariants for U = 0 and P = 0: nothing has moved, and F(W(0)) = 0."""
    positive, within, turned, short, potential, near = (at_start(g.rel) for g in INVARIANTS)

    def jacobian(whole: Expr) -> Expr:
        return m * x[k, i] * base[i, r] / whole * (a[l, r] - total(s, a[l, s] * base[i, s]) / whole)

    unmoved = mono(c, c.given(WEIGHTS[0].rel), size(jacobian(HOLE) - jacobian(expr(1)), l, i, k, r))
    none = c.chain(same(c, turned.lhs, unmoved.concl.lhs), unmoved, same(c, unmoved.concl.rhs, turned.rhs))
    silent = mono(c, c.given(WEIGHTS[3].rel), size(m * HOLE / total(s, base[i, s]) - y[l, i], l, i))
    loss = rules.combine(silent, c.given(targets.rel), goal=silent.concl.lhs <= size_Y, factors=(expr(1), expr(1)),
                         hyps=c.hyps)
    share = near.rhs / size_Y
    return (prove_scalar(positive, ()), rules.relax(same(c, within.lhs, within.rhs)), rules.relax(none),
            at_least(c, short.rhs), rules.combine(loss, goal=potential, factors=(expr(1),), hyps=c.hyps),
            rules.combine(loss, goal=near, factors=(share,), hyps=c.hyps))


def kept(c: Context, case: Case) -> list[Theorem]:
    """The six invariants after one step."""
    return [one_step(c, key, concl, case) for key, concl in zip(kept_ids(case), CHANGED, strict=True)]


def kept_ids(case: Case) -> list[str]:
    """The claims that say so."""
    return [f"theorem.R/kept.{name}{case.name if number > 2 else ''}" for number, name in enumerate(NAMES)]


def at_each(c: Context, steps_kept: Sequence[Theorem], outcome: Theorem) -> Theorem:
    """What a theorem says of one step, of every step: the six invariants hold before it, by induction over time."""
    invariants, relations = (tuple(written_out(g.rel) for g in given) for given in (INVARIANTS, RELATIONS))
    state = ((old, new, expr(0), U, U_plus), (P, P_next, expr(0), path, path_plus))
    found = rules.induct(*steps_kept, outcome, invariants=invariants, relations=relations, link=link, clock=clock,
                         earlier=earlier, time=tau, state=state)
    for lemma in begun(c):
        found = rules.cut(lemma, found)
    return found


def before_each(c: Context, case: Case, number: int) -> Theorem:
    """One of the invariants before every step."""
    return at_each(c, kept(c, case), rules.assume(hyp=written_out(INVARIANTS[number].rel)))


def after_each(c: Context, case: Case, number: int) -> Theorem:
    """One of the invariants after every step."""
    proved = kept(c, case)
    return at_each(c, proved, proved[number])


def loss_at_each(c: Context, case: Case) -> Theorem:
    """How much the loss falls in every step."""
    return at_each(c, kept(c, case), one_step(c, f"theorem.R/kept.loss{case.name}", LOSS, case))


def spectrum_after_each(c: Context, case: Case) -> Theorem:
    """The claim on the spectrum, for the state after every step: the invariants hold there, too."""
    proved = kept(c, case)
    found = one_step(c, f"theorem.R/kept.lambda{case.name}", STEEP, case, relations=())
    found = rules.instantiate_array(found, array=old, params=(k, r), term=new[k, r])
    found = rules.instantiate(found, parameter=P, term=P_next)
    for lemma in proved:
        found = rules.cut(lemma, found)
    return at_each(c, proved, found)


# ---------------------------------------------------------------- the statement, in the notation of the paper

now, then = softmax(W, "_tau", tau), softmax(W_plus, "_plus", tau)
error = total((l, i), (now.F[l, i, tau] - y[l, i]) ** 2)
error_plus = total((l, i), (then.F[l, i, tau] - y[l, i]) ** 2)
ROOTS = (Given(eq(H[l, l3, i, i3] - lam * unit, squared(low)), "lambda I <= H(0): the difference has a root"),
         Given(eq(Lam * unit - H[l, l3, i, i3], squared(high)), "H(0) <= Lam I: the difference has a root"))
largest = Given(m * S[i, r] <= rho, "rho is at least m times the largest S(0)")
condition_A = Given(7 * rho * sqrt(n * d2) * size_Y <= m * lam, "(A): m lambda >= 7 rho sqrt(nd) |Y|")
condition_B = Given(12 * m * Lam * eta <= 1, "(B): eta <= 1/(12 m Lam)")
begins = 1 - total(earlier, link[earlier, tau])
RUN = (Given(eq(W_plus[k, r, tau], W[k, r, tau] - eta * gradient(now, tau)), "gradient descent (Definition 3.5)"),
       Given(eq(path_plus[tau], path[tau] + size(W_plus[k, r, tau] - W[k, r, tau], k, r)), "path: the length of the way"),
       Given(eq(link[earlier, tau] * (clock[tau] - clock[earlier] - 1), 0), "link leads to the step before"),
       Given(eq(link[earlier, tau] * (W[k, r, tau] - W_plus[k, r, earlier]), 0), "and W goes on from there"),
       Given(eq(begins * (W[k, r, tau] - w[k, r]), 0), "or begins at W(0)"),
       Given(eq(link[earlier, tau] * (path[tau] - path_plus[earlier]), 0), "and so does path"),
       Given(eq(begins * path[tau], 0), "or begins at 0"))
positive_Lam, positive_Y = Given(Lam > 0, "Lam > 0"), Given(size_Y > 0, "size_Y > 0")
NETWORK = (signs, x_in_ball, balanced, positive_lam, positive_Lam, *ROOTS, positive_Y, targets, targets_small, positive_eta)
SEVEN_GIVEN = (*NETWORK, largest, condition_A, condition_B, *RUN)
FIVE_GIVEN = (*NETWORK, B_at_least_1, event, greatest, wide, small_step, *RUN)


def placed(theorem: Theorem, most: Expr) -> Theorem:
    """A theorem about U and S(0), for W - W(0) and the softmax at W(0); ``most`` is rho."""
    for array, params, term in ((base, (i, r), S[i, r]), (U, (k, r, tau), W[k, r, tau] - w[k, r]),
                                (U_plus, (k, r, tau), W_plus[k, r, tau] - w[k, r]),
                                *((root, (l4, i4, l, i), sqrt(m) * root[l4, i4, l, i]) for root in (low, high))):
        theorem = rules.instantiate_array(theorem, array=array, params=params, term=term)
    theorem = rules.instantiate(theorem, parameter=rho, term=most)
    for parameter, value in ((s0, lam), (s1, Lam)):
        theorem = rules.instantiate(theorem, parameter=parameter, term=sqrt(m * value), hyps=(value > 0,))
    return theorem


def in_order(c: Context) -> Theorem:
    """lambda <= H[l, l, i, i] <= Lam, and the square roots of m times these."""
    diagonal = [c.at(c.given(g.rel), {l3: l, i3: i}) for g in ROOTS]
    squares = [rules.sign(term=total((l4, i4), root[l4, i4, l, i] ** 2), hyps=c.hyps) for root in (low, high)]
    below = rules.combine(*diagonal, *squares, goal=lam <= Lam, factors=(expr(-1), expr(-1), WHOLE, WHOLE), hyps=c.hyps)
    return mono(c, below, sqrt(m * HOLE))


def asked(c: Context, case: Case, *facts: Theorem) -> list[Theorem]:
    """What the induction asks of the network and of the run; ``facts``: of rho, of |Y|, and what (A) and (B) say."""
    gains = [rules.combine(c.given(g.rel), goal=eq(m * g.rel.lhs, m * g.rel.rhs), factors=(expr(m),), hyps=c.hyps)
             for g in ROOTS]
    ratio, wide_0 = c.theorem(f"theorem.R/path.ratio{case.name}"), largest_of(case) * sqrt(n * d2)
    near = rules.instantiate(ratio, parameter=L0, term=wide_0)
    near = rules.instantiate(near, parameter=s0, term=sqrt(m * lam), hyps=(lam > 0,))
    signs_of = [rules.sign(term=term, hyps=c.hyps) for term in (S[i, r], sqrt(m * lam))]
    return [same(c, total(r, S[i, r]), WHOLE), *signs_of, *facts, met(c, near, *signs_of, *facts), in_order(c), *gains,
            *(c.given(g.rel) for g in (balanced, *RUN))]


def seven(c: Context) -> list[Theorem]:
    """The case of Theorem R: rho >= 1, so |Y| <= sqrt(n) <= rho sqrt(nd)."""
    least = c.theorem("theorem.R/rho.least")
    positive = rules.combine(least, prove_scalar(expr(0) < 1, ()), goal=rho > 0, factors=(WHOLE, WHOLE), hyps=c.hyps)
    return asked(c, SEVEN, *(c.given(g.rel) for g in (largest, condition_A, condition_B)), positive,
                 met(c, c.theorem("theorem.R/path.size"), least))


def five(c: Context) -> list[Theorem]:
    """The case of the corollary, exp(2B) for rho: exp(2) |Y| <= exp(2) sqrt(n) <= exp(2B) sqrt(nd)."""
    less = mono(c, c.given(targets_small.rel), exp(2) * HOLE)
    wider = mono(c, rules.weaken(prove_scalar(sqrt(n) <= sqrt(n * d2), ()), hyps=c.hyps), exp(2) * HOLE)
    grown = mono(c, c.given(B_at_least_1.rel), exp(2 * HOLE) * sqrt(n * d2))
    share = c.chain(less, wider, same(c, wider.concl.rhs, grown.concl.lhs), grown)
    facts = (c.theorem(f"theorem.R/{key}") for key in ("rho", "corollary.A", "corollary.B"))
    return asked(c, FIVE, *facts, rules.sign(term=exp(2 * B)), share)


USES = {SEVEN: ("theorem.R/path.ratio", "theorem.R/path.size", "theorem.R/rho.least"),
        FIVE: ("theorem.R/path.ratio.event", "theorem.R/rho", "theorem.R/corollary.A", "theorem.R/corollary.B")}


def conclusion(case: Case, key: str, words: str, rel: Rel, found: Callable[[Context, Case], Theorem], *uses: str,
               factor: Expr = WHOLE, rest: Expr | None = None) -> Claim:
    """One conclusion: ``factor`` times what holds for U, if need be without ``rest`` >= 0."""
    given = FIVE_GIVEN if case is FIVE else SEVEN_GIVEN
    inner = tuple(written_out(g.rel) for g in (*steady(case), targets))

    def proof(c: Context) -> Theorem:
        theorem = placed(found(Context(c.goal, inner, c.prover), case), largest_of(case))
        theorem = met(c, theorem, *(five(c) if case is FIVE else seven(c)))
        dropped = () if rest is None else (at_least(c, rest),)
        return rules.combine(theorem, *dropped, goal=c.goal, factors=(factor, WHOLE)[:1 + len(dropped)], hyps=c.hyps)

    return Claim(key, "corollary" if case is FIVE else "theorem", LINE, words, rel, given=given, scope=SCOPE, by=proof,
                 uses=(*kept_ids(case), *uses, *USES[case]))


def largest_of(case: Case) -> Expr:
    """rho, or exp(2B) for it."""
    return exp(2 * B) if case is FIVE else rho


def spread(case: Case, share: Fraction) -> Expr:
    """rho sqrt(nd) (1 + R*) e^{2R*}/(m lambda) times a number."""
    return share * largest_of(case) * sqrt(n * d2) * (1 + R_STAR) * exp(2 * R_STAR) / (m * lam)


R_STAR = HALT * size_Y / sqrt(m * lam)
q = direction
form = total((l1, l2, i, j), q[l1, i] * q[l2, j] * then.H[l1, l2, i, j, tau])


def shorter(share: Fraction) -> Rel:
    """|F(tau+1) - Y|^2 <= (1 - share m eta lambda) |F(tau) - Y|^2."""
    return error_plus <= (1 - share * m * eta * lam) * error


def steeper(share: Fraction) -> Rel:
    """lambda_min(H(tau+1)) >= share lambda: that is said of every vector q."""
    return share * lam * total((l, i), q[l, i] ** 2) <= form


def nearer(case: Case, share: Fraction) -> Rel:
    """|w_r(tau+1) - w_r(0)| <= share (1 + R*) e^{2R*} rho sqrt(nd) |Y|/(m lambda)."""
    return size(W_plus[k, r, tau] - w[k, r], k) <= spread(case, share) * size_Y


def conclusions(case: Case, key: str) -> tuple[Claim, ...]:
    """What holds after every step."""
    rest = spread(case, Fraction(4)) * sqrt(error_plus)
    return (
        conclusion(case, f"{key}/1", "(1) |F(tau+1) - Y|^2 <= (1 - m eta lambda/2) |F(tau) - Y|^2", shorter(HALF),
                   loss_at_each, f"theorem.R/kept.loss{case.name}"),
        conclusion(case, f"{key}/2", "(2) the path from W(0) to W(tau) is at most R* = 1.39 |Y|/sqrt(m lambda) long",
                   path_plus[tau] <= R_STAR, partial(after_each, number=3)),
        conclusion(case, f"{key}/3", "(3) lambda_min(H(tau)) >= (2/7) lambda", steeper(Fraction(2, 7)), spectrum_after_each,
                   f"theorem.R/kept.lambda{case.name}", factor=1 / m),
        conclusion(case, f"{key}/4", "(4) |w_r(tau) - w_r(0)| <= 4 (1 + R*) e^{2R*} rho sqrt(nd) |Y|/(m lambda)",
                   nearer(case, Fraction(4)), partial(after_each, number=5), rest=rest))


SEVEN_CLAIMS, FIVE_CLAIMS = conclusions(SEVEN, "theorem.R"), conclusions(FIVE, "theorem.R/corollary")
before_loss = sqrt(error) + GAIN * substitute(gained(path[tau]), {s0: sqrt(m * lam), L0: rho * sqrt(n * d2)})
for_ever = conclusion(SEVEN, "theorem.R/for-ever", "|F(tau) - Y| + (7/8) Phi(path) <= |Y| at every tau >= 0",
                      before_loss <= size_Y, partial(before_each, number=4))
theorem = Claim("theorem.R", "theorem", LINE,
                "if m lambda >= 7 rho sqrt(nd) |Y| and eta <= 1/(12 m Lam), then |F - Y|^2 falls by 1 - m eta lambda/2 at "
                "every step, the path is at most 1.39 |Y|/sqrt(m lambda), lambda_min(H) >= (2/7) lambda, and no neuron goes "
                "further than 4 (1 + R*) e^{2R*} rho sqrt(nd) |Y|/(m lambda)", scope=SCOPE,
                parts=tuple(claim.id for claim in SEVEN_CLAIMS), uses=(for_ever.id,),
                note="Its hypotheses: <a_l, S_i(0)> = 0, |x_i| <= 1, |Y|_F <= sqrt(n), lambda > 0, (A), (B), and that W "
                     "moves by gradient descent. size_Y is any number from |Y|_F up to sqrt(n), so Y = 0 is no exception.")
alias = Claim("thm.R", "theorem", LINE, "Theorem R, which stands in the place of Theorem 4.2", scope=SCOPE,
              same_as=theorem.id)
corollary = Claim("theorem.R/corollary", "corollary", LINE,
                  "on the event with B >= 1: m >= 5 lambda^-1 n sqrt(d) exp(2B) and eta <= 1/(4 m n d exp(2B)) suffice",
                  scope=SCOPE, parts=tuple(claim.id for claim in FIVE_CLAIMS),
                  note="The constant 5 does not follow from Theorem R, which would give 7; it has its own scalar facts.",
                  uses=("theorem.R/event", "theorem.R/width"))

# ---------------------------------------------------------------- what would be too much


def at_rest(neurons: int, rate: Fraction) -> Point:
    """One step from W(0) = 0 with x = 1, y = 1/2 and signs +, -: F = 0, H = 1, the gradient is -a/2, so all is rational."""
    signs_of = [sign for sign in (ONE, -ONE) for _ in range(neurons // 2)]
    numbers = dict.fromkeys(("n", "d1", "d2", "steps", "lam", "Lam", "rho", "B"), ONE)
    return Point(numbers | {"m": Fraction(neurons), "eta": rate, "size_Y": Fraction(9, 16)}, {
        "w": [[0] * neurons], "x": [[ONE]], "a": [signs_of], "y": [[HALF]], "q": [[ONE]], "low": [[[[0]]]],
        "high": [[[[0]]]], "W": [[[0]] * neurons], "W_plus": [[[rate * sign / 2] for sign in signs_of]], "path": [0],
        "path_plus": [rate / 2 * isqrt(neurons)], "link": [[0]], "clock": [0]})


for case, parts, neurons, slow, fast, limit in (
        (SEVEN, SEVEN_CLAIMS, 4, Fraction(1, 64), Fraction(3, 4), condition_B.rel),
        (FIVE, FIVE_CLAIMS, 64, Fraction(1, 2048), Fraction(1, 16), small_step.rel)):
    loss, way, spectrum, neuron = parts
    rest = at_rest(neurons, slow)
    loss.mutant(shorter(Fraction(2)), "refuted", "with the rate 2 m eta lambda", hint=rest)
    loss.mutant(shorter(HALF), "refuted", "needs the bound of eta", drop=(limit,), hint=at_rest(neurons, ONE))
    loss.mutant(shorter(HALF), "refuted", "with 3 for 1/12 in (B)", drop=(limit,), hint=at_rest(neurons, fast))
    way.mutant(path_plus[tau] <= R_STAR / 100, "refuted", "with a hundredth of R*", hint=rest)
    spectrum.mutant(steeper(ONE), "refuted", "with 1 for 2/7", hint=rest)
    neuron.mutant(nearer(case, Fraction(1, 1000)), "refuted", "with 0.001 for 4", hint=rest)
for_ever.mutant(before_loss <= Fraction(4, 5) * size_Y, "refuted", "with 0.8 |Y|", hint=at_rest(4, Fraction(1, 64)))

claims: tuple[Claim, ...] = (*SEVEN_CLAIMS, *FIVE_CLAIMS, for_ever, theorem, alias, corollary)
