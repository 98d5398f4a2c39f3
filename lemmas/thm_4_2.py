"""Theorem 4.2 (= C.1) and Corollary 4.3: gradient descent fits the data (lines 172-190 and 858-879).

What is deterministic is proved here: if Lemma E.2 holds at every step, so many steps bring the loss below epsilon.  The
induction over time is a product, not a rule: ``factor[t]`` is what step t multiplies the loss by, so the loss after T
steps is the first one times exp(sum_t log factor[t]).  Whether Lemma E.2 holds at every step with probability 1 - delta
stays open.  ``h`` is the exponent that the paper writes o(1), ``c`` the constant inside Theta(B).
"""

from __future__ import annotations

from fractions import Fraction
from math import ceil

from flint import arb

from lemmas.def_3_7 import F_0
from lemmas.def_4_1 import (
    B_of_m,
    B_of_m_at_most,
    C_large,
    definition,
    delta_range,
    log_union,
    sigma_positive,
    spread,
)
from lemmas.facts_a import lam_positive
from lemmas.lemma_c import CHOSEN, start, tau
from lemmas.lemma_d import d_2, gradient, targets
from lemmas.lemma_e_2 import (
    SIZES,
    TENTH,
    WIDTH,
    D_below_R,
    D_of_gap,
    K,
    K_at_least_1,
    eta_chosen,
    lam_bounded,
    needed_for_D,
    radius,
    rate,
    start_small,
    wide,
)
from lemmas.notation import (
    B,
    B_at_least_1,
    C,
    F,
    H,
    R,
    S,
    a,
    d2,
    delta,
    eta,
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
    sigma,
    v,
    v_near_w,
    vS,
    w,
    x,
    y,
)
from numerics import Ball, exact, probability_exceeded
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, eq, exp, expr, log, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_scalar
from proofcheck.prove.scalar import prove_scalar

ONE = Fraction(1)
THOUSANDTH = Fraction(1, 1000)
eps, N, Z, h, hidden, M, degree = (Var(name) for name in ("eps", "N", "Z", "h", "c", "M", "degree"))
T = Var("T", True)  # the number of steps
t = Index("time", T)
factor = Array("factor", (t,))
HOLE = Var("_part")

eps_range = (Given(eps > 0, "eps > 0"), Given(eps < TENTH, "eps < 0.1"))
kept = exp(total(t, log(factor[t])))  # the product of the factors of all steps
start_loss = total((i, l), (F_0[l, i] - y[l, i]) ** 2)  # |F(0) - Y|^2
GEOMETRY = "all n, d, m, T; B >= 1; on the event of Lemma B.1 Part 1"


def alone(c: Context, goal: Rel, *given: Given) -> Theorem:
    """A scalar fact from these hypotheses alone: the search gets lost among more parameters."""
    return rules.weaken(prove_scalar(goal, tuple(g.rel for g in given)), hyps=c.hyps)


# ---------------------------------------------------------------- how many steps

Z_range = (Given(Z > 0, "m eta lambda > 0"), Given(Z < THOUSANDTH, "m eta lambda < 0.001"))
N_least, start_at_most_N = Given(N >= 1, "N = nd, or n"), Given(start <= N, "the loss at the start is at most N")
long_enough = Given(2 / Z * log(N / eps) <= T, "T >= 2 (m eta lambda)^-1 log(N/eps)")
never_0 = Given(factor[t] > 0, "no loss is 0 before step T: else nothing is left to show")
every_step = Given(factor[t] <= 1 - Z / 2, "Lemma E.2 at every step: the factor is at most 1 - m eta lambda/2")
SCALARS = (*Z_range, *eps_range)
many = Claim("thm.C.1/steps", "claim", 877, "T >= 2 (m eta lambda)^-1 log(N/eps) steps bring a loss of at most N below eps",
             start * kept <= eps, scope="all T, N >= 1, 0 < m eta lambda < 0.001, 0 < eps < 0.1",
             given=(*SCALARS, N_least, Given(start >= 0, "the loss at the start is a square"), start_at_most_N, long_enough,
                    never_0, every_step),
             note="The hidden constant of T is 2, and no smaller one serves for every m eta lambda. With the rate "
                  "m eta lambda/4 of Lemma C.3 it is 4.")


def _product(c: Context) -> Theorem:
    """sum_t log f_t <= T log(1 - z/2) <= -T z/2 <= -log(N/eps), and N exp(-log(N/eps)) = eps."""
    positive, unit = alone(c, 1 - Z / 2 > 0, *Z_range), alone(c, log(N / eps) > 0, N_least, *eps_range)
    summed = rules.monotone(c.given(every_step.rel), c.given(never_0.rel), positive, template=total(t, log(HOLE)),
                            hole=HOLE, hyps=c.hyps)
    tangent = alone(c, log(1 - Z / 2) <= -Z / 2, *Z_range)
    exponent = rules.combine(summed, tangent, c.given(long_enough.rel), positive, unit, hyps=c.hyps,
                             goal=total(t, log(factor[t])) <= -log(N / eps), factors=(expr(1), T, Z / 2))
    powers = rules.monotone(exponent, unit, template=start * exp(HOLE), hole=HOLE, hyps=c.hyps)
    most = rules.monotone(c.given(start_at_most_N.rel), unit, template=HOLE * exp(-log(N / eps)), hole=HOLE, hyps=c.hyps)
    return c.chain(powers, most, rules.identity(unit, lhs=most.concl.rhs, rhs=eps, hyps=c.hyps))


many.by = _product
half = Fraction(1, 2000)
many.mutant(start * kept <= eps, "refuted", "not after any number of steps", drop=(long_enough.rel,),
            hint=Point({"N": ONE, "Z": half, "start": ONE, "eps": Fraction(1, 20), "T": ONE}, {"factor": [Fraction(1, 2)]}))
in_short = Fraction(199, 100) / Z * log(1 / eps) * log(1 - Z / 2)  # the logarithm of what is left of a loss of 1
many.mutant(in_short <= log(eps), "refuted", "the hidden constant 1.99 is too small",
            drop=tuple(g.rel for g in many.given if g not in SCALARS), hint=Point({"Z": half, "eps": Fraction(1, 20)}))

# ---------------------------------------------------------------- Theorem C.1, where every step contracts

steps_enough = Given(2 / rate * log(n * d2 / eps) <= T, "T >= 2 (m eta lambda)^-1 log(nd/eps)")
contracts = Given(factor[t] <= 1 - rate / 2, "Lemma E.2 holds at every step before T")
descent = Claim("thm.C.1/descent", "theorem", 858,
                "after T steps the loss is at most eps, if Lemma E.2 holds at every one of them", start_loss * kept <= eps,
                given=(*CHOSEN, targets, *eps_range, steps_enough, never_0, contracts), scope=GEOMETRY,
                uses=("thm.C.1/steps", "lemma.D.3", "lemma.E.2", "lemma.E.2/rate", "lemma.E.2/lambda"),
                note="The width enters through Lemma E.2 only.",
                latex=r"\lVert F^{(0)}-y\rVert_F^2\exp\Bigl(\sum_{\mathrm{time}=1}^{T}\log\mathrm{factor}_{"
                      r"\mathrm{time}}\Bigr) \le \varepsilon")


def _start_at_most_nd(c: Context) -> Theorem:
    """The square of Lemma D.3."""
    squared = rules.monotone(c.theorem("lemma.D.3"), template=HOLE**2, hole=HOLE, hyps=c.hyps)
    return rules.combine(squared, goal=start_loss <= n * d2, factors=(expr(1),), hyps=c.hyps)


def _fit(c: Context, size: Expr, small: Theorem, long: Theorem, *chosen: Theorem) -> Theorem:
    """thm.C.1/steps at z = m eta lambda, with the loss of the network at the start."""
    discharge = (prove_scalar(size >= 1, ()), prove_scalar(rate > 0, tuple(g.rel for g in CHOSEN)),
                 c.theorem("lemma.E.2/rate"), rules.sign(term=start_loss, hyps=c.hyps), small, long)
    found = c.at(c.theorem("thm.C.1/steps"), values={N: size, Z: rate, start: start_loss}, discharge=discharge)
    return c.at(found, discharge=chosen)


descent.by = lambda c: _fit(c, n * d2, _start_at_most_nd(c), c.given(steps_enough.rel))
RUN = {"n": ONE, "d2": ONE, "d1": ONE, "p": ONE, "m": Fraction(2), "B": ONE, "lam": ONE, "eps": Fraction(1, 20)}
UNIT = {"u": [[0]], "b": [[1]], "x": [[1]], "y": [[1]]}
descent.mutant(start_loss * kept <= eps, "refuted", "not after any number of steps", drop=(steps_enough.rel,),
               hint=Point({**RUN, "T": ONE}, {**UNIT, "factor": [Fraction(1, 2)]}))



def event_numbers() -> dict[str, str]:
    """The chance that the event of Lemma B.1 Part 1 fails at the printed B, for n = d1 = d2 = 1, x = 1, C = 11, sigma = 1.

    At the least width of Theorem 4.2 (hidden constant 1, lambda = 1, a lower bound: def.3.6/lambda.single), and beyond.
    """
    ball, found = Ball(2048), {}
    with ball.working():
        for chance in (20, 1000, 10**5):
            logarithm = arb(chance).log()
            reach = 11 * logarithm.sqrt()
            least = ceil(exact(((18 * reach).exp() * logarithm**2 / 2).upper()))
            for more in (1, 10**20):
                failed = probability_exceeded(reach, 1, 2 * least * more, ball)
                found[f"delta = 1/{chance}, {more} times the least m"] = f"fails with probability {failed.str(6)}"
    return found


probable = Claim("thm.C.1/probability", "claim", 870, "with probability at least 1 - delta, Lemma E.2 holds at every step",
                 evidence=event_numbers,
                 uses=("lemma.B.1.1", "lemma.E.2", "lemma.C.2", "lemma.C.3", "lemma.C.4"),
                 note="Tried: the event of Lemma B.1 Part 1, on which the rest is deterministic. It does not have this "
                      "probability, as B does not grow with m (lemma.B.1.1), and Lemma E.2 has its own failure probability "
                      "at every step (thm.C.1/union). Missing: bounds of C0 and C1 at all steps at once, with a B that "
                      "depends on m. The numbers are exact for one point: the event can be had at the least m for small "
                      "delta, and is lost as m grows. The theorem itself is not refuted by this.")

# ---------------------------------------------------------------- the proof of Theorem C.1, line by line

theorem = Claim("thm.C.1", "theorem", 858, "gradient descent with the printed m, eta and T brings the loss below eps",
                parts=("thm.C.1/descent", "thm.C.1/probability"), scope=GEOMETRY,
                uses=("lemma.C.2", "lemma.C.3", "lemma.C.4", "lemma.D.3", "lemma.E.2", "def.3.6/lambda", "def.4.1"),
                note="Each lemma of the induction has a probability 1 - delta of its own and none says for which event; B "
                     "has no m although it bounds all m neurons. The alternation closes with the rate m eta lambda/2 of "
                     "lemma.C.3/repair, from which thm.C.1/descent starts.")
theorem.step("F0", start_loss <= n * d2, _start_at_most_nd, line=875, why="Lemma D.3, squared", rule="monotone",
             uses=("lemma.D.3",), given=(targets,),
             typo="sigma = 1 is set here, although the theorem is for every sigma and nothing in this line needs it",
             latex=r"\lVert F^{(0)}-y\rVert_F^2 \le nd_2")
not_moved = Given(eq(v[k, r], w[k, r]), "tau = 0: v is W(0)")


def _base(c: Context) -> Theorem:
    """At tau = 0 no neuron has moved, so Lemma D.2 applies."""
    apart = rules.monotone(c.given(not_moved.rel), template=sqrt(total(k, (HOLE - w[k, r]) ** 2)), hole=HOLE, hyps=c.hyps)
    near = c.chain(apart, c.identity(apart.concl.rhs, expr(0)), rules.relax(alone(c, R > 0, Given(R > 0, "R > 0"))))
    return c.at(c.theorem("lemma.D.2"), discharge=(near,))


theorem.step("base", eta * gradient <= Fraction(1, 100), _base, line=877, uses=("lemma.D.2",), rule="cut",
             given=(*(g for g in d_2.given if g != v_near_w), not_moved),
             why="left out: the induction starts at tau = 0, where weights and loss have not moved and Lemma D.2 gives the "
                 "gradient property")
theorem.step("alternation", exp((tau + 1) * log(1 - Z / 4)) <= exp((tau + 1) * log(1 - Z / 2)), by_scalar, line=877,
             given=(*Z_range, Given(tau >= 0, "tau >= 0")), uses=("lemma.C.3", "lemma.C.3/closes", "lemma.C.2"),
             rule="scalar", why="alternate Lemmas C.3 and C.2: what C.3 delivers at tau + 1 (m eta lambda/4) is what both "
                                "ask for next (m eta lambda/2)",
             latex=r"\Bigl(1-\frac{Z}{4}\Bigr)^{\tau+1} \le \Bigl(1-\frac{Z}{2}\Bigr)^{\tau+1}")
theorem.step("weights", D_of_gap < radius, D_below_R, line=877, rule="scalar",
             given=(B_at_least_1, lam_positive, *WIDTH, *start_small), uses=("lemma.E.2", "lemma.C.2", "lemma.D.3"),
             why="alternate Lemmas C.3 and C.2: what C.2 delivers, at most D, is what both ask for next, at most R")
K_small = Given(K >= Fraction(11, 1000), "the hidden constant of the width is at least 0.011")
narrow = Claim("thm.C.1/weights.K", "claim", 877, "D < R already for a hidden constant of 0.011 in the width",
               needed_for_D < m, given=(B_at_least_1, lam_positive, *delta_range, K_small, wide), by=by_scalar,
               scope="all n, d2, m >= 1, B >= 1, lambda > 0", note="m > 8 lambda^-2 n^2 d^2 exp(13B) is D < R by Lemma D.3.")
narrow.mutant(needed_for_D < m, "refuted", "not for every hidden constant: 0.01 is too small", drop=(K_small.rel,),
              hint=Point({"n": ONE, "d2": ONE, "m": Fraction(3500000), "B": ONE, "lam": ONE, "K": Fraction(1, 100),
                          "delta": Fraction(999, 10000)}))
theorem.step("union", T * delta <= delta, by_scalar, line=870, given=delta_range, rule="scalar",
             why="left out: Lemma E.2 fails with probability at most delta at every step, so one of T steps fails with at "
                 "most T delta, and this is to be at most delta", latex=r"T\delta \le \delta")
theorem.step("T", start_loss * kept <= eps, lambda c: c.theorem("thm.C.1/descent"), line=877, given=descent.given,
             uses=("thm.C.1/descent",), rule="cut", why="the choice of T")

least_T = Claim("thm.C.1/union.T", "claim", 870, "the theorem takes more than 8000 steps, whatever the parameters",
                Fraction(8000) < T, given=(*CHOSEN, *eps_range, steps_enough), scope=GEOMETRY, uses=("lemma.E.2/lambda",),
                note="So T delta > 1 for every delta >= 1/8000: a union over the steps says nothing then. With delta/T in "
                     "place of delta it would hold, but then m and B depend on log T, so on eps and lambda.")


def _least_T(c: Context) -> Theorem:
    """m eta lambda <= 1.6 exp(-8) and log(nd/eps) >= log(10)."""
    slow = alone(c, 2 / rate >= Fraction(5, 4) * exp(8), *CHOSEN)
    logarithm = alone(c, log(n * d2 / eps) >= log(10), *eps_range)
    product = rules.combine(slow, logarithm, c.given(steps_enough.rel), goal=Fraction(5, 4) * exp(8) * log(10) <= T,
                            factors=(log(n * d2 / eps), Fraction(5, 4) * exp(8), expr(1)), hyps=c.hyps)
    return c.chain(alone(c, Fraction(8000) < Fraction(5, 4) * exp(8) * log(10)), product)


least_T.by = _least_T
least_T.mutant(Fraction(9000) < T, "refuted", "more than 9000", hint=Point(
    {"n": ONE, "d2": ONE, "m": ONE, "B": ONE, "lam": Fraction(218), "eps": Fraction(999, 10000), "T": Fraction(8700)}))

# ---------------------------------------------------------------- Theorem 4.2 and what Section 4 says about it

main = Claim("thm.4.2", "theorem", 178, "the main result", same_as="thm.C.1", scope=GEOMETRY,
             note="C.1 restates it word for word, the number of steps included.")
both_rates = Claim("thm.4.2/rate", "claim", 178,
                   "(m eta lambda)^-1 log(nd/eps) is 10 lambda^-2 n^2 d^2 exp(16B) log(nd/eps)",
                   eq(1 / rate * log(n * d2 / eps), 10 / lam**2 * SIZES * exp(16 * B) * log(n * d2 / eps)),
                   given=(lam_positive, eta_chosen, *eps_range), scope="all n, d, m >= 1, lambda > 0, B",
                   note="The hidden constants of the two forms differ by the factor 10 exactly.")


def _one_rate(c: Context) -> Theorem:
    """m eta lambda = 0.1 lambda^2/(n^2 d^2 exp(16B)), and its inverse times the logarithm."""
    unit = alone(c, log(n * d2 / eps) > 0, *eps_range)
    value = rules.combine(c.given(eta_chosen.rel), goal=eq(rate, TENTH * lam**2 / (SIZES * exp(16 * B))),
                          factors=(m * lam,), hyps=c.hyps)
    positive = alone(c, rate > 0, lam_positive, eta_chosen)
    inverse = rules.monotone(value, unit, positive, template=1 / HOLE * log(n * d2 / eps), hole=HOLE, hyps=c.hyps)
    return c.chain(inverse, rules.identity(unit, lhs=inverse.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


both_rates.by = _one_rate
both_rates.mutant(eq(1 / rate * log(n * d2 / eps), 1 / lam**2 * SIZES * exp(16 * B) * log(n * d2 / eps)), "refuted",
                  "with the constant 1", hint=Point({"n": ONE, "d2": ONE, "m": ONE, "B": ONE, "lam": ONE,
                                                     "eps": Fraction(1, 20)}))

L = log(n * d2 / delta)
positive_h, c_positive = Given(h > 0, "h > 0, the exponent"), Given(hidden > 0, "c > 0, the constant in Theta(B)")
DRAWN = (definition, C_large, sigma_positive, *delta_range)
B_most = 1 + h * L + C**2 * sigma**2 / (4 * h)
constant = exp(hidden * (1 + C**2 * sigma**2 / (4 * h)))
DRAWN_SCOPE = "all n, d2 >= 1, C > 10, sigma > 0, 0 < delta < 0.1, h > 0"


def _logarithm(c: Context) -> Theorem:
    return alone(c, L > 0, *delta_range)


def _B_at_most(c: Context) -> Theorem:
    """C sigma sqrt(L) <= h L + C^2 sigma^2/(4h), the mean of two numbers; and both it and 1 are at most the sum."""
    unit = _logarithm(c)
    square = rules.sign(unit, term=h * (C * sigma / (2 * h) - sqrt(L)) ** 2, hyps=c.hyps)
    one = rules.sign(unit, term=expr(1), hyps=c.hyps)
    first = rules.combine(square, one, unit, goal=spread <= B_most, factors=(expr(1), expr(1)), hyps=c.hyps)
    rest = rules.sign(unit, term=h * L + C**2 * sigma**2 / (4 * h), hyps=c.hyps)
    second = rules.combine(rest, unit, goal=expr(1) <= B_most, factors=(expr(1),), hyps=c.hyps)
    return c.chain(c.given(definition.rel), rules.max_bound(first, rules.relax(second)))


def _small_o(c: Context) -> Theorem:
    grown = rules.monotone(_B_at_most(c), _logarithm(c), template=exp(hidden * HOLE), hole=HOLE, hyps=c.hyps)
    return c.chain(grown, rules.identity(_logarithm(c), lhs=grown.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


small = Claim("thm.4.2/small-o", "claim", 182, "exp(cB) = (nd)^{o(1)} for fixed delta and sigma: for every h > 0 at most a "
              "constant times (nd/delta)^{ch}", exp(hidden * B) <= constant * exp(hidden * h * L),
              given=(*DRAWN, positive_h, c_positive), scope=DRAWN_SCOPE, uses=("def.4.1",),
              note="True, with the explicit constant exp(c + c C^2 sigma^2/(4h)). It says nothing at sizes that can be met: "
                   "see thm.4.2/small-o.late.")
small.by = _small_o
small.mutant(exp(hidden * B) <= M * exp(hidden * h * L), "refuted", "with a constant that does not depend on sigma")



def _times_nd(c: Context) -> Theorem:
    scaled = rules.monotone(c.theorem("thm.4.2/small-o"), _logarithm(c), template=n * d2 * HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(scaled, rules.identity(_logarithm(c), lhs=scaled.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


theorem.step("small-o", n * d2 * exp(hidden * B) <= constant * exp(hidden * h * L) * n * d2, _times_nd, line=879,
             given=(*DRAWN, positive_h, c_positive), uses=("thm.4.2/small-o",), rule="monotone",
             why="exp(Theta(B)) = (nd)^{o(1)}, so nd exp(Theta(B)) = (nd)^{1 + o(1)}")

LATE = Fraction(32400)
late_size = Given(h**2 * log(n * d2) <= LATE, "log(nd) <= (180/h)^2; for h = 1 a number nd with 14071 digits")
sigma_1 = Given(sigma >= 1, "sigma >= 1 (the proof of Theorem C.1 sets sigma = 1)")
late = Claim("thm.4.2/small-o.late", "claim", 182,
             "with sigma >= 1, exp(18B) is at least (nd)^h as long as log(nd) is at most (180/h)^2",
             exp(h * log(n * d2)) <= exp(18 * B), given=(definition, C_large, sigma_1, *delta_range, positive_h, late_size),
             uses=("def.4.1",), scope="all n, d2 >= 1, h > 0 with h^2 log(nd) <= 32400, C > 10, sigma >= 1, 0 < delta < 0.1",
             note="So the o(1) of the simplified m is above 1 up to nd = exp(32400), for every data set that there can be, "
                  "and above 0.1 up to nd = exp(3240000).")


def _late(c: Context) -> Theorem:
    """B >= C sigma sqrt(L) >= 10 sqrt(log(nd)), and h log(nd) <= 180 sqrt(log(nd))."""
    unit, sizes = _logarithm(c), alone(c, log(n * d2) >= 0)
    larger = rules.below_max(left=spread, right=expr(1), first=True, hyps=c.hyps)
    least = rules.combine(larger, c.given(definition.rel), goal=spread <= B, factors=(expr(1), expr(-1)), hyps=c.hyps)
    scale = alone(c, Fraction(10) <= C * sigma, C_large, sigma_1)
    wider = rules.monotone(scale, unit, template=HOLE * sqrt(L), hole=HOLE, hyps=c.hyps)
    more = rules.monotone(alone(c, log(n * d2) <= L, *delta_range), unit, sizes, template=10 * sqrt(HOLE), hole=HOLE,
                          hyps=c.hyps)
    square = prove_scalar(h * N <= 180 * sqrt(N), (h > 0, N >= 0, h**2 * N <= LATE))
    short = c.at(square, values={N: log(n * d2)}, discharge=(sizes, c.given(late_size.rel)))
    size = rules.combine(c.chain(more, wider, least), short, unit, sizes, goal=h * log(n * d2) <= 18 * B, hyps=c.hyps,
                         factors=(expr(18), expr(1)))
    return rules.monotone(size, template=exp(HOLE), hole=HOLE, hyps=c.hyps)


late.by = _late
late.mutant(exp(h * log(n * d2)) <= exp(18 * B), "refuted", "not for ever: h = 11 at nd = 10^160",
            drop=(late_size.rel,), hint=Point(
    {"n": Fraction(10) ** 160, "d2": ONE, "h": Fraction(11), "C": Fraction(11), "sigma": ONE, "delta": Fraction(1, 20)}))

width = K / lam**2 * SIZES * exp(18 * B) * L**2
simpler_m = Claim("thm.4.2/small-o.m", "claim", 182, "the simplified width: the logarithm and exp(18B) are (nd)^{o(1)}",
                  width <= K / lam**2 * SIZES * exp(18 * (1 + C**2 * sigma**2 / (4 * h))) / h**2 * exp(20 * h * L),
                  given=(*DRAWN, positive_h, lam_positive, K_at_least_1), scope=DRAWN_SCOPE, uses=("thm.4.2/small-o",),
                  note="For fixed delta and sigma; as functions of 1/delta they are a power, too.")


def _log_below_power(c: Context) -> Theorem:
    """L <= exp(hL)/h, as X < exp(X)."""
    linear = prove_scalar(N <= exp(N), (N > 0,))
    positive = rules.sign(_logarithm(c), term=h * L, hyps=c.hyps)
    return rules.combine(c.at(linear, values={N: h * L}, discharge=(positive,)), _logarithm(c), hyps=c.hyps,
                         goal=L <= exp(h * L) / h, factors=(1 / h,))


def _simpler_m(c: Context) -> Theorem:
    """Square the bound of the logarithm, and put both bounds in."""
    unit = _logarithm(c)
    eighteen = c.at(c.theorem("thm.4.2/small-o"), values={hidden: expr(18)}, discharge=(
        prove_scalar(expr(18) > 0, ()),))
    shared = K / lam**2 * SIZES
    powers = rules.monotone(eighteen, unit, template=shared * HOLE * L**2, hole=HOLE, hyps=c.hyps)
    squares = rules.monotone(_log_below_power(c), unit, template=shared * eighteen.concl.rhs * HOLE**2, hole=HOLE,
                             hyps=c.hyps)
    return c.chain(powers, squares, rules.identity(unit, lhs=squares.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


simpler_m.by = _simpler_m
simpler_m.mutant(width <= M * K / lam**2 * SIZES * exp(20 * h * L), "refuted",
                 "with a constant that does not depend on sigma")

steps_of_T = log(n * d2 / eps)
simpler_T = Claim("thm.4.2/small-o.T", "claim", 182, "the simplified number of steps: log(nd/eps) is (nd)^{o(1)}, too",
                  steps_of_T <= M * exp(h * log(n * d2)), scope="all n, d2 >= 1, eps < 0.1", printed=True,
                  given=(positive_h, Given(M >= 1, "M >= 1, a constant"), *eps_range),
                  hint=Point({"n": ONE, "d2": ONE, "h": ONE, "M": ONE, "eps": Fraction(1, 20)}),
                  note="The simplified T = Omega(lambda^-2 (nd)^{2+o(1)}) has lost eps, which is neither fixed there nor a "
                       "function of nd. Table 1 keeps the logarithm.", latex=r"\log(nd_2/\varepsilon) \le M(nd_2)^h")
simpler_T.mutant(steps_of_T <= exp(h * steps_of_T), "refuted", "without the constant 1/h",
                 hint=Point({"n": ONE, "d2": ONE, "h": Fraction(1, 10), "M": ONE, "eps": Fraction(1, 20)}))


def _log_of_eps(c: Context) -> Theorem:
    unit = alone(c, steps_of_T > 0, *eps_range)
    positive = rules.sign(unit, term=h * steps_of_T, hyps=c.hyps)
    linear = c.at(prove_scalar(N <= exp(N), (N > 0,)), values={N: h * steps_of_T}, discharge=(positive,))
    return rules.combine(linear, unit, goal=c.goal, factors=(1 / h,), hyps=c.hyps)


simpler_T.repair = Repair("thm.4.2/small-o.T/repair", "log(nd/eps) is at most (nd/eps)^h/h for every h > 0, and what is "
                          "to be dropped must hold eps, too.", by=_log_of_eps, rel=steps_of_T <= exp(h * steps_of_T) / h)

# ---------------------------------------------------------------- "poly(nd) neurons can fit any training set"

not_tiny = Given(exp(-degree * log(n * d2)) <= lam, "lambda >= (nd)^-degree: lambda is bounded below by a polynomial", True)
poly = Claim("thm.4.2/poly", "claim", 184, "the width is at most K (nd)^{2 + 2 degree} exp(18B) log^2(nd/delta)",
             width <= K * SIZES * exp(2 * degree * log(n * d2)) * exp(18 * B) * L**2,
             given=(lam_positive, K_at_least_1, B_at_least_1, *delta_range, Given(degree >= 0, "degree >= 0"), not_tiny),
             scope="all n, d2 >= 1, B >= 1",
             uses=("thm.4.2", "def.3.6/lambda", "thm.4.2/poly.twins", "thm.4.2/poly.singular"),
             note="Any training set is too much: lambda is positive only by assumption, can be as small as one likes, and "
                  "is 0 for equal inputs, which no width can fit if their targets differ (thm.4.2/poly.twins).",
             latex=r"\frac{K}{\lambda^2}n^2d_2^2e^{18B}\log^2(nd_2/\delta) \le "
                   r"Kn^2d_2^2(nd_2)^{2\,\mathrm{degree}}e^{18B}\log^2(nd_2/\delta)")


def _poly(c: Context) -> Theorem:
    """lambda^-2 <= (nd)^{2 degree}."""
    unit = _logarithm(c)
    inverse = rules.monotone(c.given(not_tiny.rel), unit, template=K * SIZES * exp(18 * B) * L**2 / HOLE**2, hole=HOLE,
                             hyps=c.hyps)
    return c.chain(rules.identity(unit, lhs=c.goal.lhs, rhs=inverse.concl.lhs, hyps=c.hyps), inverse,
                   rules.identity(unit, lhs=inverse.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


poly.by = _poly
poly.mutant(width <= K * SIZES * exp(degree * log(n * d2)) * exp(18 * B) * L**2, "refuted", "with (nd)^degree", hint=Point(
    {"n": Fraction(2), "d2": ONE, "B": ONE, "K": ONE, "lam": Fraction(1, 2), "degree": ONE, "delta": Fraction(1, 20)}))

equal_inputs = Given(eq(x[k, i], x[k, j]), "all inputs are equal (n = 2: a point that occurs twice)")


logit = total(k, w[k, r] * HOLE)
output = m * total(r, a[l, r] * exp(logit)) / total(r, exp(logit))
miss_i, miss_j = F[l, i] - y[l, i], F[l, j] - y[l, j]
twins = Claim("thm.4.2/poly.twins", "claim", 184,
              "at equal inputs no network of any width has errors below half the squared distance of the targets",
              Fraction(1, 2) * total(l, (y[l, i] - y[l, j]) ** 2) <= total(l, miss_i**2) + total(l, miss_j**2),
              given=(equal_inputs,), scope="all sizes, all weights")


def _same_at(c: Context, template: Expr, first: Expr, second: Expr) -> Theorem:
    """first = second, as both are the template, whose hole is a coordinate of an input."""
    moved = rules.monotone(c.given(equal_inputs.rel), template=template, hole=HOLE, hyps=c.hyps)
    ends = c.identity(first, moved.concl.lhs), c.identity(moved.concl.rhs, second)
    return rules.transitive(rules.transitive(ends[0], moved), ends[1])


def _twins(c: Context) -> Theorem:
    """F_i = F_j, and (p - q)^2/2 <= p^2 + q^2 for the errors p, q."""
    same = _same_at(c, output, F[l, i], F[l, j])
    mean = rules.sign(term=(miss_i + miss_j) ** 2, hyps=c.hyps)
    half = Fraction(1, 2)
    one = rules.combine(mean, same, goal=half * (y[l, i] - y[l, j]) ** 2 <= miss_i**2 + miss_j**2, hyps=c.hyps,
                        factors=(expr(half), half * (F[l, i] - F[l, j]) - (miss_i - miss_j)))
    summed = rules.monotone(one, template=total(l, HOLE), hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, summed.concl.lhs), summed, c.identity(summed.concl.rhs, c.goal.rhs))


def _two_points(second: int) -> Point:
    """Two neurons of opposite signs, the inputs 1 and ``second``, the targets 1 and -1."""
    return Point({"n": Fraction(2), "m": Fraction(2), "d1": ONE, "d2": ONE},
                 {"w": [[1, 0]], "a": [[1, -1]], "x": [[1, second]], "y": [[1, -1]]})


twins.by = _twins
twins.mutant(total(l, (y[l, i] - y[l, j]) ** 2) <= total(l, miss_i**2) + total(l, miss_j**2), "refuted", "without the half",
             hint=_two_points(1))
twins.mutant(Fraction(1, 2) * total(l, (y[l, i] - y[l, j]) ** 2) <= total(l, miss_i**2) + total(l, miss_j**2), "refuted",
             "not for different inputs", drop=(equal_inputs.rel,), hint=_two_points(-1))

soft = exp(logit) / total(r, exp(logit))
mean_sign = total(s, a[l2, s] * exp(total(k, w[k, s] * HOLE))) / total(s, exp(total(k, w[k, s] * HOLE)))
column = 1 / m * total(k, x[k, i] * HOLE) * total(r, vS[l1, r, i] * (m * S[i, r]) * (a[l2, r] - mean_sign) * (m * soft))
singular = Claim("thm.4.2/poly.singular", "claim", 184, "equal inputs give equal columns of H, so lambda = 0",
                 eq(H[l1, l2, i, i], H[l1, l2, i, j]), given=(equal_inputs,), scope="all sizes, all weights",
                 by=lambda c: _same_at(c, column, c.goal.lhs, c.goal.rhs))
singular.mutant(eq(H[l1, l2, i, i], H[l1, l2, i, j]), "refuted", "not for different inputs", drop=(equal_inputs.rel,),
                hint=_two_points(-1))

# ---------------------------------------------------------------- Corollary 4.3

one_output = Given(eq(d2, 1), "d2 = 1")
eta_of_n = Given(eq(eta, TENTH * lam / (m * n**2 * exp(16 * B))), "eta = 0.1 lambda/(m n^2 exp(16B))")
steps_of_n = Given(2 / rate * log(n / eps) <= T, "T >= 2 (m eta lambda)^-1 log(n/eps)")
one_dim = Claim("cor.4.3/descent", "corollary", 186,
                "for d2 = 1, after T steps the loss is at most eps, if Lemma E.2 holds at every one of them",
                start_loss * kept <= eps, scope=GEOMETRY + "; d2 = 1", uses=("thm.C.1/descent",), printed=True,
                given=(B_at_least_1, lam_positive, eta_of_n, lam_bounded, one_output, targets, *eps_range,
                       steps_of_n, never_0, contracts),
                latex=r"\lVert F^{(0)}-y\rVert_F^2\exp\Bigl(\sum_{\mathrm{time}=1}^{T}\log\mathrm{factor}_{"
                      r"\mathrm{time}}\Bigr) \le \varepsilon")


def _one_dim(c: Context) -> Theorem:
    """Put d2 = 1 into the step size and the number of steps of Theorem C.1."""
    unit = _turned(c, c.given(one_output.rel))
    step_size = rules.monotone(unit, template=TENTH * lam / (m * n**2 * HOLE**2 * exp(16 * B)), hole=HOLE, hyps=c.hyps)
    chosen = rules.transitive(c.given(eta_of_n.rel), rules.transitive(c.identity(eta_of_n.rel.rhs, step_size.concl.lhs),
                                                                      step_size))
    positive = alone(c, rate > 0, lam_positive, eta_of_n)
    grown = rules.monotone(_turned(c, unit), positive, template=2 / rate * log(n * HOLE / eps), hole=HOLE, hyps=c.hyps)
    plain = rules.identity(positive, lhs=grown.concl.rhs, rhs=steps_of_n.rel.lhs, hyps=c.hyps)
    enough = c.chain(grown, plain, c.given(steps_of_n.rel))
    return c.at(c.theorem("thm.C.1/descent"), discharge=(chosen, enough))


def _turned(c: Context, known: Theorem) -> Theorem:
    """b = a from a = b."""
    return rules.combine(known, goal=eq(known.concl.rhs, known.concl.lhs), factors=(expr(-1),), hyps=c.hyps)


one_dim.by = _one_dim
one_dim.mutant(start_loss * kept <= eps, "refuted", "not after any number of steps", drop=(steps_of_n.rel,),
               hint=Point({**RUN, "T": ONE}, {**UNIT, "factor": [Fraction(1, 2)]}))
corollary = Claim("cor.4.3", "corollary", 186, "Theorem 4.2 for one output",
                  parts=("cor.4.3/descent", "thm.C.1/probability"),
                  uses=("thm.4.2",), scope=GEOMETRY + "; d2 = 1", printed=True,
                  note="It calls this linear regression; the network is as nonlinear as before. It inherits what is missing "
                       "in Theorem 4.2.")

# ---------------------------------------------------------------- a B that grows with m

demand = K / lam**2 * SIZES * exp(18 + 324 * sigma**2) * L**2
wide_enough = Given(demand * sqrt(n / (2 * delta)) <= sqrt(m), "m >= n/(2 delta) times the square of a width without m")
repaired_width = Claim("thm.C.1/width", "claim", 864,
                       "with a B that grows with m, the width of Theorem C.1 can still be had",
                       width <= m, given=(B_of_m, sigma_positive, *delta_range, lam_positive, K_at_least_1, wide_enough),
                       scope="all n, d2, m >= 1, sigma > 0", uses=("lemma.B.1.1",),
                       note="This B is the one for which the event of Lemma B.1 Part 1 has probability 1 - delta "
                            "(lemma.B.1.1/repair). The width becomes lambda^-4 n^5 d^4 up to logarithms, or with h in "
                            "place of 1/2 the power 2/(1 - h); lambda itself depends on m through the draw.")


def _repaired_width(c: Context) -> Theorem:
    """exp(18B) <= exp(18 + 324 sigma^2) sqrt(m n/(2 delta))."""
    unit, grows = _logarithm(c), alone(c, log_union > 0, *delta_range)
    largest = B_of_m_at_most(c, 18, grows)
    grown = rules.monotone(largest, unit, template=K / lam**2 * SIZES * exp(18 * HOLE) * L**2, hole=HOLE, hyps=c.hyps)
    shared = rules.monotone(c.given(wide_enough.rel), template=HOLE * sqrt(m), hole=HOLE, hyps=c.hyps)
    return c.chain(grown, rules.identity(unit, grows, lhs=grown.concl.rhs, rhs=shared.concl.lhs, hyps=c.hyps), shared,
                   c.identity(shared.concl.rhs, m))


repaired_width.by = _repaired_width
repaired_width.mutant(8 * width <= m, "refuted", "with eight times the width", hint=Point(
    {"n": ONE, "d2": ONE, "m": ONE, "K": ONE, "lam": Fraction(48000), "sigma": THOUSANDTH, "delta": Fraction(1, 20)}))
repaired_width.mutant(width <= m, "refuted", "not for every m", drop=(wide_enough.rel,))

claims: tuple[Claim, ...] = (many, descent, probable, theorem, narrow, least_T, main, both_rates, small, late, simpler_m,
                             simpler_T, twins, singular, poly, one_dim, corollary, repaired_width)
