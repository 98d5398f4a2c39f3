"""Theorem R, proved: gradient descent from a symmetric initialization, for ever (repairs Theorem 4.2, lines 172-190).

A run of any length: its step tau leads from W[tau] to W_plus[tau] by gradient descent, and from path[tau] to path_plus[tau].
Before it, W[tau] is W(0) or the W_plus of the step before: link[earlier, tau] is 1 for that step and 0 otherwise, and clock
counts the steps.  The conclusions are about every step of every run, and so of every longer one.  lam and Lam are numbers
with lam I <= H(0) <= Lam I, written with square roots of the differences; size_Y is |Y|_F or larger.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

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
from lemmas.theorem_r_path import FIVE, HALT, L0, SEVEN, Case, s1
from lemmas.theorem_r_softmax import WEIGHTS, base, new, old, size
from lemmas.theorem_r_steps import HOLE, P, mono, s0
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, eq, exp, expr, sqrt, total, unfold
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
NAMES = ("positive", "within", "turned", "path", "potential", "neuron")

# ---------------------------------------------------------------- the induction, for U = W - W(0) and S(0) given


def written_out(rel: Rel) -> Rel:
    """The relation without abbreviations."""
    return Rel(rel.op, unfold(rel.lhs), unfold(rel.rhs))


def one_step(c: Context, key: str, concl: Rel, case: Case) -> Theorem:
    """A claim on one step with all abbreviations written out."""
    hyps = tuple(written_out(g.rel) for g in (*steady(case), *INVARIANTS, *RELATIONS))
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


def at_each(c: Context, case: Case, outcome: Theorem) -> Theorem:
    """What a theorem says of one step, of every step: the six invariants hold before it, by induction over time."""
    keys = [f"theorem.R/kept.{name}{case.name if number > 2 else ''}" for number, name in enumerate(NAMES)]
    kept = [one_step(c, key, concl, case) for key, concl in zip(keys, CHANGED, strict=True)]
    invariants, relations = (tuple(written_out(g.rel) for g in given) for given in (INVARIANTS, RELATIONS))
    found = rules.induct(*kept, outcome, invariants=invariants, relations=relations, link=link, clock=clock, earlier=earlier,
                         time=tau, state=((old, new, expr(0), U, U_plus), (P, P_next, expr(0), path, path_plus)))
    for lemma in begun(c):
        found = rules.cut(lemma, found)
    return found


def before_each(c: Context, case: Case, number: int) -> Theorem:
    """One of the invariants before every step."""
    return at_each(c, case, rules.assume(hyp=written_out(INVARIANTS[number].rel)))


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


def placed(c: Context, theorem: Theorem, most: Expr) -> Theorem:
    """A theorem about U and S(0), for W - W(0) and the softmax at W(0); ``most`` is rho."""
    for array, params, term in ((base, (i, r), S[i, r]), (U, (k, r, tau), W[k, r, tau] - w[k, r]),
                                (U_plus, (k, r, tau), W_plus[k, r, tau] - w[k, r]),
                                *((root, (l4, i4, l, i), sqrt(m) * root[l4, i4, l, i]) for root in (low, high))):
        theorem = rules.instantiate_array(theorem, array=array, params=params, term=term)
    for var, term, known in ((rho, most, ()), (s0, sqrt(m * lam), (lam > 0,)), (s1, sqrt(m * Lam), (Lam > 0,))):
        theorem = rules.instantiate(theorem, parameter=var, term=term, hyps=known)
    return theorem


def in_order(c: Context) -> Theorem:
    """lambda <= H[l, l, i, i] <= Lam, and the roots of m times these."""
    roots = [c.at(rules.combine(c.given(g.rel), goal=g.rel, factors=(expr(1),), hyps=c.hyps), {l3: l, i3: i}) for g in ROOTS]
    squares = [rules.sign(term=total((l4, i4), root[l4, i4, l, i] ** 2), hyps=c.hyps) for root in (low, high)]
    below = rules.combine(*roots, *squares, goal=lam <= Lam, factors=(expr(-1), expr(-1), expr(1), expr(1)), hyps=c.hyps)
    return mono(c, below, sqrt(m * HOLE))


def known(c: Context, case: Case, most: Expr, dense: Theorem, width: Theorem, rate: Theorem, share: Theorem) -> list[Theorem]:
    """What the induction asks of the network, of (A) and of (B)."""
    gains = [rules.combine(c.given(g.rel), goal=eq(m * g.rel.lhs, m * g.rel.rhs), factors=(expr(m),), hyps=c.hyps)
             for g in ROOTS]
    values: dict[Expr, Expr] = {L0: most * sqrt(n * d2), s0: sqrt(m * lam)}
    near = c.theorem(f"theorem.R/path.ratio{case.name}")
    for var, term in values.items():
        near = rules.instantiate(near, parameter=var, term=term, hyps=(lam > 0,))  # type: ignore[arg-type]
    positive = rules.sign(dense, term=most, hyps=c.hyps) if case is FIVE else _positive(c, dense)
    sizes = [same(c, total(r, S[i, r]), expr(1)), rules.sign(term=S[i, r], hyps=c.hyps), dense, positive,
             rules.sign(term=sqrt(m * lam), hyps=c.hyps), width, share]
    return [*sizes, met(c, near, *sizes), rate, in_order(c), *gains, *(c.given(g.rel) for g in (balanced, *RUN))]


def _positive(c: Context, dense: Theorem) -> Theorem:
    """rho >= 1 > 0."""
    least = c.theorem("theorem.R/rho.least")
    return rules.combine(least, prove_scalar(expr(0) < 1, ()), goal=rho > 0, factors=(expr(1), expr(1)), hyps=c.hyps)


def seven(c: Context) -> list[Theorem]:
    """The case of Theorem R."""
    share = rules.combine(met(c, c.theorem("theorem.R/path.size"), c.theorem("theorem.R/rho.least")),
                          goal=size_Y <= rho * sqrt(n * d2), factors=(expr(1),), hyps=c.hyps)
    return known(c, SEVEN, rho, c.given(largest.rel), c.given(condition_A.rel), c.given(condition_B.rel), share)


def five(c: Context) -> list[Theorem]:
    """The case of the corollary: exp(2B) for rho."""
    most = exp(2 * B)
    grown = mono(c, c.given(B_at_least_1.rel), exp(2 * HOLE) * sqrt(n * d2))
    wider = mono(c, rules.weaken(prove_scalar(sqrt(n) <= sqrt(n * d2), ()), hyps=c.hyps), exp(2) * HOLE)
    less = mono(c, c.given(targets_small.rel), exp(2) * HOLE)
    share = c.chain(less, wider, same(c, wider.concl.rhs, grown.concl.lhs), grown)
    return known(c, FIVE, most, c.theorem("theorem.R/rho"), c.theorem("theorem.R/corollary.A"),
                 c.theorem("theorem.R/corollary.B"), share)


def conclusion(key: str, words: str, case: Case, rel: Rel, found: Callable[[Context], Theorem], uses: tuple[str, ...]) -> Claim:
    """One conclusion of Theorem R or of the corollary."""
    event_case = case is FIVE
    given = FIVE_GIVEN if event_case else SEVEN_GIVEN
    inner = tuple(written_out(g.rel) for g in (*steady(case), targets))

    def proof(c: Context) -> Theorem:
        theorem = placed(c, found(Context(c.goal, inner, c.prover)), exp(2 * B) if event_case else rho)
        theorem = met(c, theorem, *(five(c) if event_case else seven(c)))
        factor = 1 / m if key.endswith("3") else expr(1)
        extra = at_least(c, 4 * SPREAD(case) / (m * lam) * sqrt(error)) if key.endswith("4") else None
        premises = (theorem,) if extra is None else (theorem, extra)
        return rules.combine(*premises, goal=c.goal, factors=(factor, expr(1))[:len(premises)], hyps=c.hyps)

    return Claim(key, "corollary" if event_case else "theorem", LINE, words, rel, given=given, scope=SCOPE, by=proof, uses=uses)


def SPREAD(case: Case) -> Expr:
    most = exp(2 * B) if case is FIVE else rho
    halt = HALT * size_Y / sqrt(m * lam)
    return most * sqrt(n * d2) * (1 + halt) * exp(2 * halt)


def conclusions(case: Case, key: str) -> tuple[Claim, ...]:
    """The four conclusions, and the potential that they come from."""
    name, place = case.name, "theorem.R/kept."
    halt = HALT * size_Y / sqrt(m * lam)
    q = direction
    form = total((l1, l2, i, j), q[l1, i] * q[l2, j] * now.H[l1, l2, i, j, tau])
    one = conclusion(f"{key}/1", "(1) |F(tau+1) - Y|^2 <= (1 - m eta lambda/2) |F(tau) - Y|^2", case,
                     error_plus <= (1 - m * eta * lam / 2) * error,
                     lambda c: at_each(c, case, one_step(c, f"{place}loss{name}", LOSS, case)), (f"{place}loss{name}",))
    two = conclusion(f"{key}/2", "(2) the path is never longer than R* = 1.39 |Y|/sqrt(m lambda)", case, path[tau] <= halt,
                     lambda c: before_each(c, case, 3), (f"{place}path{name}",))
    three = conclusion(f"{key}/3", "(3) lambda_min(H(tau)) >= (2/7) lambda", case,
                       Fraction(2, 7) * lam * total((l, i), q[l, i] ** 2) <= form,
                       lambda c: at_each(c, case, one_step(c, f"{place}lambda{name}", STEEP, case)), (f"{place}lambda{name}",))
    four = conclusion(f"{key}/4", "(4) |w_r(tau) - w_r(0)| <= 4 (1 + R*) e^{2R*} rho sqrt(nd) |Y|/(m lambda)", case,
                      size(W[k, r, tau] - w[k, r], k) <= 4 * SPREAD(case) / (m * lam) * size_Y,
                      lambda c: before_each(c, case, 5), (f"{place}neuron{name}",))
    return one, two, three, four


claims: tuple[Claim, ...] = (*conclusions(SEVEN, "theorem.R"), *conclusions(FIVE, "theorem.R/corollary"))
