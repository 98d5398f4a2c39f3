"""Definition A.2 and Facts A.3, A.5-A.8: the elementary facts (lines 542-575).  Fact A.4 stands beside Eq. 1."""

from __future__ import annotations

from fractions import Fraction

from lemmas.eq_1 import by_sign
from lemmas.notation import B, F, d2, i, l, lam, m, n, y
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Array, Expr, Fn, Index, Var, eq, exp, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity, by_scalar

X = Var("X")
N = Var("N", True)
q = Index("q", N)
first, second = Array("f", (q,)), Array("g", (q,))
TENTH = Fraction(1, 10)
near_zero = Given(abs(X) <= TENTH, "|x| <= 0.1")
WIDE, TIGHT = "all |x| <= 0.1", "all |x| <= 0.01"

lam_positive = Given(lam > 0, "lambda > 0")
initial_gap: Expr = sqrt(total((i, l), (F[l, i] - y[l, i]) ** 2))
D: Expr = 4 / m / lam * exp(3 * B) * sqrt(n * d2) * initial_gap

def_a_2 = Claim("def.A.2", "definition", 542, "D is defined and not negative", D >= 0, given=(lam_positive,),
                scope="all sizes, lambda > 0", by=by_sign)
def_a_2.mutant(D > 0, "refuted", "D vanishes if the network starts at the targets")
def_a_2.mutant(D >= 1, "refuted", "D can be small")

fact_a_3 = Claim("fact.A.3", "fact", 547, "the squared distance of two vectors",
                 eq(total(q, (first[q] - second[q]) ** 2),
                    total(q, first[q] ** 2) - 2 * total(q, first[q] * second[q]) + total(q, second[q] ** 2)),
                 scope="vectors of every length", by=by_identity)
fact_a_3.mutant(eq(total(q, (first[q] - second[q]) ** 2),
                   total(q, first[q] ** 2) + 2 * total(q, first[q] * second[q]) + total(q, second[q] ** 2)),
                "refuted", "plus instead of minus")
fact_a_3.mutant(eq(total(q, (first[q] - second[q]) ** 2),
                   total(q, first[q] ** 2) - total(q, first[q] * second[q]) + total(q, second[q] ** 2)),
                "refuted", "without the factor 2")

fact_a_5 = Claim("fact.A.5", "fact", 557, "the square root lies below its tangent",
                 sqrt(1 - X) <= 1 - X / 2, given=(near_zero,), scope=WIDE, by=by_scalar)
fact_a_5.mutant(sqrt(1 - X) <= 1 - Fraction(51, 100) * X, "refuted", "with a steeper line")
fact_a_5.mutant(sqrt(1 - X) < 1 - X / 2, "refuted", "equality holds at 0")

fact_a_6 = Claim("fact.A.6", "fact", 562, "|e^x - 1| <= 2|x| near 0", abs(exp(X) - 1) <= 2 * abs(X),
                 given=(near_zero,), scope=WIDE, by=by_scalar)
fact_a_6.mutant(abs(exp(X) - 1) <= abs(X), "refuted", "with the constant 1")
fact_a_6.mutant(abs(exp(X) - 1) <= 2 * abs(X), "refuted", "not for |x| <= 2", drop=(near_zero.rel,))
fact_a_6.mutant(abs(exp(X) - 1) <= Fraction(11, 10) * abs(X), "proved", "with the constant 1.1", by=by_scalar)

series = Fn("geometric", (X,))


def _geometric(c: Context) -> Theorem:
    """The series equals the bound."""
    return rules.relax(rules.geometric_series(ratio=X, hyps=c.hyps))


fact_a_7 = Claim("fact.A.7", "fact", 567, "the geometric series", series <= 1 / (1 - X),
                 given=(Given(X > 0, "x > 0"), Given(X < TENTH, "x < 0.1")), scope="all 0 < x < 0.1", by=_geometric)
fact_a_7.mutant(series <= 1 / (1 - X) - X**3, "refuted", "nothing can be taken away")
fact_a_7.mutant(eq(series, 1 / (1 - X)), "proved", "equality holds, for every |x| < 1",
                by=lambda c: rules.geometric_series(ratio=X, hyps=c.hyps))

tiny = Given(abs(X) <= Fraction(1, 100), "|x| <= 0.01")
LOW, HIGH = Fraction(498, 1000), Fraction(502, 1000)
fact_a_8_low = Claim("fact.A.8.lower", "fact", 572, "e^x = 1 + x + Theta(1) x^2: the lower constant 0.498",
                     1 + X + LOW * X**2 <= exp(X), given=(tiny,), scope=TIGHT, by=by_scalar)
fact_a_8_low.mutant(1 + X + Fraction(499, 1000) * X**2 <= exp(X), "refuted", "0.499 is too much")
fact_a_8_high = Claim("fact.A.8.upper", "fact", 572, "e^x = 1 + x + Theta(1) x^2: the upper constant 0.502",
                      exp(X) <= 1 + X + HIGH * X**2, given=(tiny,), scope=TIGHT, by=by_scalar)
fact_a_8_high.mutant(exp(X) <= 1 + X + Fraction(501, 1000) * X**2, "refuted", "0.501 is too little")
fact_a_8 = Claim("fact.A.8", "fact", 572, "e^x = 1 + x + Theta(1) x^2 with 0.498 <= Theta(1) <= 0.502", scope=TIGHT,
                 parts=("fact.A.8.lower", "fact.A.8.upper"),
                 note="Theta(1) stands for a factor that depends on x; no single number serves for all x.")

claims = (def_a_2, fact_a_3, fact_a_5, fact_a_6, fact_a_7, fact_a_8_low, fact_a_8_high, fact_a_8)
