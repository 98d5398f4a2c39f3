"""Definition 4.1: the parameter B (line 172)."""

from __future__ import annotations

from fractions import Fraction

from lemmas.notation import B, C, d2, delta, m, n, sigma
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Fn, eq, expr, log, sqrt
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_scalar

spread = C * sigma * sqrt(log(n * d2 / delta))
definition = Given(eq(B, Fn("Max", (spread, expr(1)))), "B = max(C sigma sqrt(log(nd/delta)), 1)")
C_large = Given(C > 10, "C > 10")
sigma_positive = Given(sigma > 0, "sigma > 0")
delta_range = (Given(delta > 0, "delta > 0"), Given(delta < Fraction(1, 10), "delta < 0.1"))

log_union = log(m * n / (2 * delta))  # for a union bound over m/2 pairs and n points
B_of_m = Given(eq(B, Fn("Max", (sigma * sqrt(2 * log_union), expr(1)))),
               "B(m) = max{1, sigma sqrt(2 log(mn/(2 delta)))}: with the width in it, unlike Definition 4.1")


def B_of_m_at_most(c: Context, power: int, grows: Theorem) -> Theorem:
    """B(m) <= 1 + log(mn/(2 delta))/(2 p) + p sigma^2 with p the power: exp(pB) <= exp(p + p^2 sigma^2) sqrt(mn/(2 delta)).

    ``grows`` says that the logarithm is positive.
    """
    rest = log_union / (2 * power) + power * sigma**2
    square = rules.sign(grows, term=(power * sigma - sqrt(2 * log_union) / 2) ** 2, hyps=c.hyps)
    one, more = (rules.sign(grows, term=term, hyps=c.hyps) for term in (expr(1), rest))
    first = rules.combine(square, one, grows, goal=sigma * sqrt(2 * log_union) <= 1 + rest, hyps=c.hyps,
                          factors=(expr(Fraction(1, power)), expr(1)))
    second = rules.relax(rules.combine(more, grows, goal=expr(1) <= 1 + rest, factors=(expr(1),), hyps=c.hyps))
    return c.chain(c.given(B_of_m.rel), rules.max_bound(first, second))


def _first_argument(c: Context) -> Theorem:
    """a <= Max(a, b) = B."""
    larger = rules.below_max(left=spread, right=expr(1), first=True, hyps=c.hyps)
    return rules.combine(larger, c.given(definition.rel), goal=c.goal, factors=(expr(1), expr(-1)), hyps=c.hyps)


def_4_1 = Claim("def.4.1", "definition", 172, "B is defined and at least 1", B >= 1,
                given=(definition, C_large, sigma_positive, *delta_range),
                scope="all n, d2 >= 1, C > 10, sigma > 0, 0 < delta < 0.1", by=by_scalar,
                note="B does not depend on the width m; see lemma.B.1.1.")
def_4_1.mutant(B > 1, "refuted", "B is exactly 1 for small sigma, although Lemma B.1 asks for B > 1")
def_4_1.mutant(B >= spread, "proved", "B is at least its first argument", by=_first_argument)

claims = (def_4_1,)
