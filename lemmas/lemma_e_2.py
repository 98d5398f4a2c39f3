"""Lemma E.2: the choice of eta and m, and what it makes of the bounds of C0 to C3 (lines 1151-1216).

The bounds of Lemma E.4, Lemma E.3 and Claims E.5 to E.7 are hypotheses here, so that this module is about the algebra
alone.  C0 to C3, the loss before and after the step, and e^T H(tau) e are parameters.  ``K`` is the hidden constant
of the width.
"""

from __future__ import annotations

from fractions import Fraction
from math import exp as real_exp

from lemmas.def_3_6 import diagonal
from lemmas.def_4_1 import delta_range
from lemmas.facts_a import lam_positive
from lemmas.notation import (
    B,
    B_at_least_1,
    R,
    S,
    d2,
    delta,
    eta,
    event,
    i,
    inner,
    l,
    lam,
    m,
    n,
    r,
    signs,
    vS,
    x_in_ball,
)
from proofcheck.claims import Claim, Given, Proof
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, Fn, Rel, Var, eq, exp, expr, log, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_scalar
from proofcheck.prove.scalar import prove_scalar

K, gap = Var("K"), Var("gap")  # gap: |F(0) - Y|_F
loss, loss_next, form = Var("loss"), Var("loss_next"), Var("form")
C0, C1, C2, C3 = (Var(f"C{t}") for t in range(4))
ONE, HALF, TENTH = Fraction(1), Fraction(1, 2), Fraction(1, 10)

SIZES = n**2 * d2**2
logs = log(n * d2 / delta) ** 2
rate = m * eta * lam
radius = lam / (2 * n * d2 * exp(10 * B))
eta_chosen = Given(eq(eta, TENTH * lam / (m * SIZES * exp(16 * B))), "eta = 0.1 lambda/(m n^2 d^2 exp(16B))")
R_chosen = Given(eq(R, radius), "R = lambda/(2 n d exp(10B))")
K_at_least_1 = Given(K >= 1, "the hidden constant K of the width is at least 1")
wide = Given(K / lam**2 * SIZES * exp(18 * B) * logs <= m, "m >= K lambda^-2 n^2 d^2 exp(18B) log^2(nd/delta)")
WIDTH = (*delta_range, K_at_least_1, wide)
lam_bounded = Given(lam <= 4 * exp(4 * B), "lambda <= 4 exp(4B): the event of Lemma B.1 Part 1 (lemma.E.2/lambda)")

# ---------------------------------------------------------------- how large lambda can be

lam_smallest = Given(lam <= diagonal, "lambda = lambda_min(H*) is at most every diagonal entry of H* (Rayleigh)")
lam_size = Claim("lemma.E.2/lambda", "claim", 1158, "lambda is at most 4 exp(4B), on the event of Lemma B.1 Part 1",
                 lam <= 4 * exp(4 * B), given=(B_at_least_1, lam_smallest, event, x_in_ball, signs),
                 scope="all sizes, on the event of Lemma B.1 Part 1", uses=("lemma.B.2.vS",))


def _diagonal(c: Context) -> Theorem:
    """Every factor of a diagonal entry is bounded: |x_i|^2 <= 1, |<v, S>| <= 2, m S <= exp(2B)."""
    hole = Var("_part")
    neuron = vS[l, r, i] * (m * S[i, r]) * vS[l, r, i] * (m * S[i, r])
    heaviest = c.bound(abs(S[i, r]) <= exp(2 * B) / m)
    slope, mass = (rules.monotone(t, template=hole**2, hole=hole, hyps=c.hyps)
                   for t in (c.theorem("lemma.B.2.vS"), heaviest))
    one = rules.combine(slope, mass, goal=neuron <= 4 * exp(4 * B), factors=((m * S[i, r]) ** 2, 4 * m**2), hyps=c.hyps)
    summed = rules.monotone(one, template=1 / m * inner(i, i) * total(r, hole), hole=hole, hyps=c.hyps)
    unit = rules.monotone(c.given(x_in_ball.rel), template=4 * exp(4 * B) * hole**2, hole=hole, hyps=c.hyps)
    return rules.combine(c.given(lam_smallest.rel), summed, unit, goal=c.goal, factors=(expr(1),) * 3, hyps=c.hyps)


lam_size.by = _diagonal
heavy = Point({"n": ONE, "m": Fraction(4), "d1": ONE, "d2": ONE, "B": ONE, "lam": Fraction(6, 5)},
              {"w": [[HALF, -HALF, -HALF, -HALF]], "x": [[1]], "a": [[1, -1, -1, -1]]})
lam_size.mutant(lam <= 1, "refuted", "with 1", hint=heavy)

# ---------------------------------------------------------------- the contraction

decomposed = Given(eq(loss_next, loss + C0 + C1 + C2 + C3), "the decomposition of Lemma E.1")
BOUNDS = (
    Given(loss >= 0, "the loss is a square"),
    decomposed,
    Given(abs(C0) <= TENTH * rate * loss, "Lemma E.3: |C0| <= 0.1 m eta lambda |F - Y|^2"),
    Given(C1 <= -Fraction(8, 5) * m * eta * form, "Lemma E.4: C1 <= -1.6 m eta e^T H(tau) e"),
    Given(form >= lam / 2 * loss, "Claim E.5: e^T H(tau) e >= (lambda/2) |F - Y|^2"),
    Given(C2 <= 2 * m * eta**2 * SIZES * exp(9 * B) * loss, "Claim E.6: C2 <= 2 m eta^2 n^2 d^2 exp(9B) |F - Y|^2"),
    Given(C3 <= eta**2 * m**2 * SIZES * exp(16 * B) * loss, "Claim E.7: C3 <= eta^2 m^2 n^2 d^2 exp(16B) |F - Y|^2"),
)
second_order = 2 * m * eta**2 * SIZES * exp(9 * B) + eta**2 * m**2 * SIZES * exp(16 * B)
squared = 2 * eta**2 * m**2 * SIZES * exp(16 * B)
collected = 1 - Fraction(4, 5) * rate + TENTH * rate + second_order
simplified = 1 - Fraction(7, 10) * rate + squared

lemma = Claim(
    "lemma.E.2", "lemma", 1151, "one step takes the factor 1 - m eta lambda/2 off the loss",
    loss_next <= (1 - rate / 2) * loss, given=(B_at_least_1, lam_positive, eta_chosen, *BOUNDS),
    scope="all n, d2, m >= 1, B >= 1, lambda > 0; Conditions 2 and 4 to 8 enter through the bounds of C0 to C3",
    note="The probability 1 - delta is for one step: the bounds of C0 and C1 are drawn again at every tau, so T steps would "
         "leave 1 - T delta. C1 needs Lemma E.4 together with the second conclusion of Claim E.5; the first one, "
         "with -1/2 in place of -0.8, is used up by the target rate and leaves nothing for C0.",
    latex=r"\mathrm{loss}^{+} \le \Bigl(1-\frac{m\eta\lambda}{2}\Bigr)\,\mathrm{loss}")

PARTS = tuple(g.rel for g in BOUNDS)
SIMPLE = Point({"B": ONE, "lam": ONE, "m": ONE, "n": ONE, "d2": ONE})


def _worst() -> Point:
    """C0 to C3 a hair inside their bounds, for B = lambda = n = d = m = 1 and m eta lambda |F - Y|^2 = 1."""
    scale, hair = round(10 * real_exp(16)), Fraction(1, 10**6)
    tight = {"C0": TENTH, "C1": -Fraction(4, 5), "C2": Fraction(2, 10) * Fraction(real_exp(-7)), "C3": TENTH}
    return Point({**SIMPLE.scalars, "loss": Fraction(scale), "form": Fraction(scale, 2),
                  **{k: Fraction(v) - hair for k, v in tight.items()}})


def _collect(c: Context) -> Theorem:
    """Add the bounds of C0 to C3."""
    _, split, zeroth, first, curvature, second, third = (c.given(g.rel) for g in BOUNDS)
    return rules.combine(split, rules.below_abs(term=C0), zeroth, first, curvature, second, third, c.scalar(eta > 0),
                         goal=c.goal, factors=(*[expr(1)] * 4, Fraction(8, 5) * m * eta, expr(1), expr(1)), hyps=c.hyps)


def _scaled(c: Context, factor: Theorem) -> Theorem:
    """A larger factor in front of the loss, which is not negative."""
    hole = Var("_factor")
    return rules.monotone(factor, template=hole * loss, hole=hole, hyps=c.hyps)


def _simplify(c: Context) -> Theorem:
    return _scaled(c, c.scalar(collected <= simplified))


def _contract(c: Context) -> Theorem:
    return c.chain(c.step("lemma.E.2/1"), c.step("lemma.E.2/2"), _scaled(c, c.step("lemma.E.2/eq11")))


def _equality(c: Context) -> Theorem:
    """Put the chosen eta in for one of the two factors eta."""
    return rules.combine(c.given(eta_chosen.rel), goal=c.goal, factors=(2 * eta * m**2 * SIZES * exp(16 * B),),
                         hyps=c.hyps)


lemma.step("1", loss_next <= collected * loss, _collect, line=1183, rule="combine",
           uses=("lemma.E.1", "lemma.E.3", "lemma.E.4", "claim.E.5", "claim.E.6", "claim.E.7"),
           why="Lemma E.1, then Lemmas E.3, E.4, Claims E.5 (its second conclusion), E.6, E.7")
lemma.step("2", collected * loss <= simplified * loss, _simplify, line=1183, rule="scalar",
           why="2 exp(9B) <= m exp(16B), as B >= 1")
lemma.step("eta", squared <= Fraction(1, 5) * rate, by_scalar, line=1194, rule="scalar",
           why="the choice of eta; both sides are equal, so nothing is to spare")
lemma.step("eq11", simplified <= 1 - rate / 2, by_scalar, line=1190, why="the choice of eta (Eq. 11)", rule="scalar")
lemma.step("eq12", loss_next <= (1 - rate / 2) * loss, _contract, line=1204, why="the lines above (Eq. 12)",
           rule="transitive")
lemma.by = lambda c: c.step("lemma.E.2/eq12")
LARGER = Fraction(1001, 1000)
lemma.mutant(LARGER**2 * squared <= LARGER * Fraction(1, 5) * rate, "refuted", "with an eta that is larger by 1/1000",
             drop=PARTS, hint=SIMPLE)
lemma.mutant(eq(squared, Fraction(1, 5) * rate), "proved", "the choice of eta gives equality",
             by=_equality)
lemma.mutant(simplified <= 1 - Fraction(51, 100) * rate, "refuted", "Eq. 11 with the rate 0.51", drop=PARTS, hint=SIMPLE)
lemma.mutant(loss_next <= (1 - Fraction(3, 5) * rate) * loss, "refuted", "with the rate 0.6", hint=_worst())
lemma.mutant(1 - HALF * rate + TENTH * rate <= 1 - rate / 2, "refuted",
             "with -1/2 for C1, the first conclusion of Claim E.5, and the bound of C0", drop=PARTS, hint=SIMPLE)
BETTER = Fraction(599, 1000)
lemma.mutant(loss_next <= (1 - BETTER * rate) * loss, "proved",
             "the rate 0.599: the last simplification gives away a tenth of m eta lambda",
             by=lambda c: c.chain(c.step("lemma.E.2/1"), _scaled(c, c.scalar(collected <= 1 - BETTER * rate))))

# ---------------------------------------------------------------- the width

start_small = (Given(gap >= 0, "|F(0) - Y| is a norm"), Given(gap <= sqrt(n * d2), "Lemma D.3: |F(0) - Y| <= sqrt(nd)"))
D_of_gap = 4 / m / lam * exp(3 * B) * sqrt(n * d2) * gap


def needed(power: int) -> Expr:
    """The width that Lemma E.3 (power 18) and Lemma E.4 (power 12) ask for, with the same hidden constant."""
    return K / lam**2 * n**2 * d2 * exp(power * B) * logs


needed_for_D = 8 * SIZES * exp(13 * B) / lam**2
least = Fn("Max", (Fn("Max", (needed(18), needed(12))), needed_for_D))


def _wide_enough(power: int) -> Proof:
    """d <= d^2 and the smaller exponent, times what the widths share."""

    def proof(c: Context) -> Theorem:
        hole = Var("_rest")
        shared = K / lam**2 * n**2 * logs * hole
        smaller = rules.monotone(c.scalar(d2 * exp(power * B) <= d2**2 * exp(18 * B)), template=shared, hole=hole,
                                 hyps=c.hyps)
        return rules.combine(smaller, c.given(wide.rel), goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)

    return proof


def _by_width(goal: Rel) -> Theorem:
    """From Condition 2 alone: the search gets lost among more parameters."""
    return prove_scalar(goal, tuple(g.rel for g in (B_at_least_1, lam_positive, *WIDTH)))


def D_below_R(c: Context) -> Theorem:
    """Lemma D.3 turns D into 4 exp(3B) n d/(m lambda), and m is large enough for that."""
    hole = Var("_gap")
    most = rules.monotone(c.given(start_small[1].rel), template=4 / m / lam * exp(3 * B) * sqrt(n * d2) * hole, hole=hole,
                          hyps=c.hyps)
    plain = 4 / m / lam * exp(3 * B) * n * d2
    return c.chain(most, c.identity(most.concl.rhs, plain), _by_width(plain < radius))


def _all_three(c: Context) -> Theorem:
    both = rules.max_bound(c.step("lemma.E.2/m.E3"), c.step("lemma.E.2/m.E4"))
    return rules.max_bound(both, rules.relax(_by_width(needed_for_D < m)))


lemma.step("m.E3", needed(18) <= m, _wide_enough(18), line=1206, given=WIDTH, rule="scalar",
           why="the width of Condition 2 has d^2 where Lemma E.3 asks for d")
lemma.step("m.E4", needed(12) <= m, _wide_enough(12), line=1206, given=WIDTH, rule="scalar",
           why="the width of Condition 2 has d^2 exp(18B) where Lemma E.4 asks for d exp(12B)")
lemma.step("m.D", D_of_gap < radius, D_below_R, line=1206, given=(*WIDTH, *start_small), rule="scalar",
           uses=("lemma.D.3",),
           why="D < R asks for m > 8 lambda^-2 n^2 d^2 exp(13B): the only one of the three that needs d^2, and without a "
               "logarithm")
lemma.step("m", least <= m, _all_three, line=1215, given=WIDTH, rule="max",
           why="the last width implies the three others, with K >= 1 for the hidden constant")
CHOSEN = (B_at_least_1, lam_positive)
radius_small = Claim("lemma.E.2/radius", "claim", 1161, "the chosen R is below 0.01, as Lemma B.1 asks",
                     R < Fraction(1, 100), given=(*CHOSEN, R_chosen, lam_bounded), by=by_scalar, uses=("lemma.E.2/lambda",),
                     scope="all n, d2, B >= 1, on the event of Lemma B.1 Part 1",
                     note="Not among the conditions: it holds because the event bounds lambda.")
radius_small.mutant(R < Fraction(1, 500), "refuted", "with 0.002", hint=Point({"B": ONE, "n": ONE, "d2": ONE,
                                                                               "lam": Fraction(200)}))
rate_small = Claim("lemma.E.2/rate", "claim", 1164, "m eta lambda is below 0.001, so 1 - m eta lambda/2 is positive",
                   rate < Fraction(1, 1000), given=(*CHOSEN, eta_chosen, lam_bounded), by=by_scalar,
                   uses=("lemma.E.2/lambda",), scope="all n, d2, m, B >= 1, on the event of Lemma B.1 Part 1")
rate_small.mutant(rate < Fraction(1, 2000), "refuted", "with 0.0005",
                  hint=Point({"B": ONE, "n": ONE, "d2": ONE, "m": ONE, "lam": Fraction(218)}))
radius_small.mutant(R < Fraction(1, 100), "refuted", "not for every lambda", drop=(lam_bounded.rel,))
rate_small.mutant(rate < Fraction(1, 1000), "refuted", "not for every lambda", drop=(lam_bounded.rel,))

claims = (lam_size, lemma, radius_small, rate_small)
