"""Claim G.1: the error of the network against its target, taken apart into four errors (lines 1733-1747).

(1/T) integral E[...] dt is a weighted mean over the pairs of a time and an outcome; here it has finitely many terms,
with weights mu[q] >= 0.  The five functions are arbitrary arrays f[l,q]: the claim uses nothing about them.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise

from lemmas.facts_a import q
from lemmas.notation import l
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Var, add, eq, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context

NAMES = ("f_nn", "f_ntk", "f_ntk_pseudo", "f_H", "f_star")  # network, kernel, kernel on pseudo-labels, RKHS, target
functions = tuple(Array(name, (l, q)) for name in NAMES)
mu = Array("mu", (q,))
weights = Given(mu[q] >= 0, "the weights of the mean are not negative")
unit = Given(eq(total(q, mu[q]), 1), "and add up to one")
GIVEN = (weights, unit)
SCOPE = "means over finitely many times and outcomes, all functions, all dimensions"

pieces = tuple(first[l, q] - second[l, q] for first, second in pairwise(functions))
whole = functions[0][l, q] - functions[-1][l, q]


def mean(term: Expr) -> Expr:
    """The mean over times and outcomes of the sum over the outputs."""
    return total(q, mu[q] * total(l, term))


error = mean(whole**2)
Z = tuple(mean(piece**2) for piece in pieces)
sum_of_Z = add(*Z)


def numbers(*values: int) -> Point:
    """One time, one outcome and one output, at which the five functions have these values."""
    return Point({"N": Fraction(1), "d2": Fraction(1)},
                 {"mu": [Fraction(1)]} | {name: [[Fraction(t)]] for name, t in zip(NAMES, values, strict=True)})


ladder = numbers(4, 3, 2, 1, 0)

claim_g_1 = Claim("claim.G.1", "claim", 1733, "the mean squared error is at most Z1 + Z2 + Z3 + Z4", error <= sum_of_Z,
                  given=GIVEN, scope=SCOPE, printed=True, hint=ladder,
                  note="False as soon as two of the four differences point the same way. The paper gives no proof.",
                  latex=r"\sum_{q}\mu_q\lVert f^{(\mathrm{nn})}_q-f^{(\mathrm{star})}_q\rVert^2 \brk\le "
                        r"\sum_{q}\mu_q\lVert f^{(\mathrm{nn})}_q-f^{(\mathrm{ntk})}_q\rVert^2\brk+\sum_{q}\mu_q\lVert "
                        r"f^{(\mathrm{ntk})}_q-f^{(\mathrm{ntk},\mathrm{pseudo})}_q\rVert^2\brk+\sum_{q}\mu_q\lVert "
                        r"f^{(\mathrm{ntk},\mathrm{pseudo})}_q-f^{(H)}_q\rVert^2\brk+\sum_{q}\mu_q\lVert "
                        r"f^{(H)}_q-f^{(\mathrm{star})}_q\rVert^2")


def _four(c: Context) -> Theorem:
    """4 (Z1 + ... + Z4) - error is the mean of the squares of the six differences between two pieces."""
    spread = add(*((first - second) ** 2 for first, second in combinations(pieces, 2)))
    squares = rules.sign(term=mean(spread), hyps=c.hyps)
    return rules.combine(squares, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


claim_g_1.repair = Repair(
    "claim.G.1/repair", "With the factor 4, by Cauchy-Schwarz on four summands; no smaller factor will do, because equality "
    "holds where the four differences agree: claim.G.1/sharp.", by=_four, rel=error <= 4 * sum_of_Z)
claim_g_1.mutant(error <= 3 * sum_of_Z, "refuted", "nor with the factor 3", hint=ladder)
claim_g_1.mutant(error <= Fraction(399, 100) * sum_of_Z, "refuted", "nor with 3.99", hint=ladder)
claim_g_1.mutant(error <= 4 * sum_of_Z, "refuted", "nor with 4 if a weight may be negative", drop=(weights.rel,))
claim_g_1.mutant(error <= 4 * sum_of_Z, "proved", "with the factor 4", by=_four)
claim_g_1.mutant(sqrt(error) <= sqrt(sum_of_Z), "refuted", "nor for the root of the mean", hint=ladder)

steps = tuple(Given(eq(piece, 1), f"{NAMES[t]} - {NAMES[t + 1]} is one everywhere") for t, piece in enumerate(pieces))
sharp = Claim("claim.G.1/sharp", "claim", 1733, "equality with the factor 4 where each of the four differences is one",
              eq(error, 4 * sum_of_Z), given=steps, scope=SCOPE)


def _sharp(c: Context) -> Theorem:
    """Then the error is the mean of 4^2, and each Z the mean of 1."""
    hole = Var("_piece")
    ones = tuple(c.given(g.rel) for g in steps)
    four = rules.combine(*ones, goal=eq(whole, 4), factors=(expr(1),) * len(ones), hyps=c.hyps)
    left = rules.monotone(four, template=mean(hole**2), hole=hole, hyps=c.hyps)
    right = tuple(rules.monotone(one, template=mean(hole**2), hole=hole, hyps=c.hyps) for one in ones)
    return rules.combine(left, *right, goal=c.goal, factors=(expr(1),) + (expr(-4),) * len(right), hyps=c.hyps)


sharp.by = _sharp
sharp.mutant(eq(error, 4 * sum_of_Z), "refuted", "not where the last difference is another one", drop=(steps[-1].rel,),
             hint=numbers(5, 4, 3, 2, 0))

triangle = Claim("claim.G.1/triangle", "claim", 1733, "the root of the error is at most the sum of the four roots",
                 error <= add(*(sqrt(part) for part in Z)) ** 2, given=GIVEN, scope=SCOPE,
                 note="Sharper than the factor 4: the two agree where the four errors are equal.")


def _inner(c: Context, first: Expr, second: Expr) -> Theorem:
    """mean(first second) <= sqrt(mean(first^2)) sqrt(mean(second^2)): Cauchy-Schwarz over l, then over q."""
    hole = Var("_inner")
    norms = tuple(sqrt(total(l, term**2)) for term in (first, second))
    over_l = rules.cauchy_schwarz(index=l, f=first, g=second, hyps=c.hyps)
    signed = c.chain(rules.below_abs(term=over_l.concl.lhs.args[0], hyps=c.hyps), over_l)  # type: ignore[attr-defined]
    averaged = rules.monotone(signed, template=total(q, mu[q] * hole), hole=hole, hyps=c.hyps)
    halves = tuple(sqrt(mu[q]) * norm for norm in norms)
    over_q = rules.cauchy_schwarz(index=q, f=halves[0], g=halves[1], hyps=c.hyps)
    outer = c.chain(rules.below_abs(term=over_q.concl.lhs.args[0], hyps=c.hyps), over_q)  # type: ignore[attr-defined]
    bound = sqrt(mean(first**2)) * sqrt(mean(second**2))
    return c.chain(averaged, c.identity(averaged.concl.rhs, outer.concl.lhs), outer, c.identity(outer.concl.rhs, bound))


def _triangle(c: Context) -> Theorem:
    """error = Z1 + ... + Z4 + 2 (the six inner products of two pieces)."""
    inner = tuple(_inner(c, first, second) for first, second in combinations(pieces, 2))
    return rules.combine(*inner, goal=c.goal, factors=(expr(2),) * len(inner), hyps=c.hyps)


triangle.by = _triangle
triangle.mutant(error <= Fraction(99, 100) * add(*(sqrt(part) for part in Z)) ** 2, "refuted", "with the factor 0.99",
                hint=ladder)
triangle.mutant(error <= add(*(sqrt(part) for part in Z[:-1])) ** 2, "refuted", "without the last error", hint=ladder)

claims = (claim_g_1, sharp, triangle)
