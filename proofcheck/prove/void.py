"""Hypotheses that contradict each other: combinations of few of them, which the kernel's node ``void`` checks."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from proofcheck.kernel.domain import Domain, gap
from proofcheck.kernel.normal import Poly, normal
from proofcheck.kernel.rules import scalar as scalar_rule
from proofcheck.kernel.terms import Expr, Num, Rel, add, mul
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.goals import FAILURES, Goal
from proofcheck.prove.moves import MOVES
from proofcheck.prove.search import NotProved, Search

EFFORT = 0.05
MOST = 40  # combinations that are tried
TOGETHER = 3
Weights = list[tuple[Fraction, int]]


def contradiction(hyps: tuple[Rel, ...]) -> Theorem | None:
    """The theorem that anything, such as 0 < 0, follows from the hypotheses, if a simple combination shows it."""
    zero = Num(Fraction(0))
    try:
        _, domain = gap(zero < zero, hyps)
    except FAILURES:
        return None
    for count, weights in enumerate(_combinations(domain)):
        if count >= MOST:
            return None
        tree = _tree(domain, weights)
        if tree is not None:
            try:
                return scalar_rule(goal=zero < zero, hyps=hyps, tree=tree)
            except RuleError:
                continue
    return None


def _tree(domain: Domain, weights: Weights) -> list[object] | None:
    """The node ``void`` for a combination of known terms that cannot be positive, or None."""
    total: Expr = Num(Fraction(0))
    for c, k in weights:
        total = add(total, mul(Num(-c), domain.given[k][0]))
    relaxed = any(domain.given[k][1] for _, k in weights)
    try:
        goal = Goal(Num(Fraction(0)), domain, True).about(total)
        rest = Search(MOVES, EFFORT).run(Goal(goal.term, domain, not relaxed))
    except (NotProved, *FAILURES):
        return None
    return ["void", [[str(c), [k], []] for c, k in weights], rest]


def _combinations(domain: Domain) -> Iterator[Weights]:
    """Single known terms, then sums of two or three in which monomials cancel."""
    known: list[Poly | None] = []
    for term, _ in domain.given:
        try:
            known.append(normal(term))
        except FAILURES:
            known.append(None)
    numbers = [k for k, p in enumerate(known) if p is not None]
    yield from ([(Fraction(1), k)] for k in numbers)
    for size in range(2, TOGETHER + 1):
        for chosen in combinations(numbers, size):
            yield from _cancelling([known[k] or {} for k in chosen], list(chosen))


def _cancelling(polys: list[Poly], numbers: list[int]) -> Iterator[Weights]:
    """Positive weights such that the first monomial in which a term and the sum so far have opposite signs cancels."""
    weights, total = [(Fraction(1), numbers[0])], dict(polys[0])
    for poly, k in zip(polys[1:], numbers[1:], strict=True):
        opposite = [m for m, c in poly.items() if m and Fraction(total.get(m, 0)) * c < 0]
        if not opposite:
            return
        weight = abs(Fraction(total[opposite[0]]) / Fraction(poly[opposite[0]]))
        weights.append((weight, k))
        for m, c in poly.items():
            total[m] = total.get(m, Fraction(0)) + weight * c
    yield weights
