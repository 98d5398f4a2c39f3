"""Exact values at a point, and what is too large to be put into Coq."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from proofcheck.coq import points, statements
from proofcheck.coq.exact import Values, places
from proofcheck.coq.terms import NotExpressible, as_tuple
from proofcheck.kernel.terms import Array, Index, Rel, Sum, Var, exp, expr, sqrt

M = Var("m", True)
R = Index("r", M)
W = Array("w", (R,))
E = Array("E", (R,), exp(W[R]))
ALPHA = Array("alpha", (), Sum(R, E[R]))


def values(w: list[str]) -> Values:
    bodies = {a.name: ([p.name for p in a.params], as_tuple(a.body)) for a in (E, ALPHA) if a.body is not None}
    return Values({"m": len(w)}, {}, {"w": w}, bodies)


def test_values_are_exact_or_not_known() -> None:
    exact = values(["0", "0", "0"])
    assert exact.entry("E", (2,)) == 1 and exact.entry("alpha", ()) == 3
    assert values(["0", "1/2"]).entry("alpha", ()) is None  # exp(1/2) is not rational
    assert values(["0", "1/2"]).of(as_tuple(W[R] * E[R]), {"r": 1}) == 0  # 0 times anything
    assert list(places({"m": 2, "n": 1}, ["n", "m"])) == [(1, 1), (1, 2)]


@pytest.mark.parametrize(("inner", "root"), [("4/9", Fraction(2, 3)), ("2", None), ("-1", None)])
def test_roots_are_exact_or_not_known(inner: str, root: Fraction | None) -> None:
    exact = values([inner])
    assert exact.of(as_tuple(sqrt(W[R])), {"r": 1}) == root
    assert exact.roots == ({root} if root is not None else set())


def refuted(size: int) -> list[str]:
    goal: Rel = expr(1) <= Sum(R, E[R]) * 0
    found: dict[str, Any] = {"point": {"scalars": {"m": str(size)}, "arrays": {"w": ["0"] * size}}, "at": {}, "bits": 64}
    return points.tactics(goal, (), found)


def test_entries_are_computed_one_by_one_up_to_a_limit() -> None:
    assert sum("assert (a_E" in line for line in refuted(3)) == 3
    with pytest.raises(NotExpressible, match=f"abbreviations have 101 entries .* more than the {points.MOST}"):
        refuted(101)
    assert statements.partial((Sum(R, 1 / ALPHA[()]) <= 1,)) == frozenset()
