"""Exact boundaries: ends in closed form, as functions of other parameters, proved on every piece."""

import pytest

from proofcheck.kernel.terms import Var
from proofcheck.kernel.text import Reader, to_text
from proofcheck.prove.edges import Exact, exact_boundary
from proofcheck.prove.search import NotProved
from proofcheck.wording import pretty

rel, rels = Reader().relation, Reader().relations


def pieces(found: Exact) -> list[str]:
    return [("+ " if p.holds else "- ") + ", ".join(pretty(to_text(r)) for r in p.limits(found.var)) for p in found.pieces]


@pytest.mark.parametrize(("goal", "given", "var", "expected"), [
    ("2*exp(2*B + 2*R) <= exp(3*B)", "B >= 0.69, R > 0, R < 1/100", "B", ["- B < log(2) + 2*R", "+ log(2) + 2*R <= B"]),
    ("x**2 <= 2", "", "x", ["- x < -sqrt(2)", "+ -sqrt(2) <= x, x <= sqrt(2)", "- sqrt(2) < x"]),
    ("x**2 == 2", "", "x",
     ["- x < -sqrt(2)", "+ x = -sqrt(2)", "- -sqrt(2) < x, x < sqrt(2)", "+ x = sqrt(2)", "- sqrt(2) < x"]),
    ("(x - 1)**2 > 0", "", "x", ["+ x < 1", "- x = 1", "+ 1 < x"]),
    ("(x - 1)**2*(x + 3) >= 0", "", "x", ["- x < -3", "+ -3 <= x"]),
    ("log(x) <= 1", "x > 0", "x", ["+ x <= exp(1)", "- exp(1) < x"]),
    ("x**2 <= y", "y > 0", "x", ["- x < -sqrt(y)", "+ -sqrt(y) <= x, x <= sqrt(y)", "- sqrt(y) < x"]),
])
def test_the_exact_set(goal: str, given: str, var: str, expected: list[str]) -> None:
    found = exact_boundary(rel(goal), rels(given), Var(var))
    assert pieces(found) == expected
    for piece in found.pieces:
        for theorem in piece.theorems:
            assert set(piece.limits(var)) <= theorem.hyps
            assert theorem.concl.op == "<=" or not piece.holds or rel(goal).op == "<"


def test_an_end_that_moves_has_its_exact_range() -> None:
    found = exact_boundary(rel("2*exp(2*B + 2*R) <= exp(3*B)"), rels("B >= 0.69, R > 0, R < 1/100"), Var("B"))
    (motion,) = found.motions
    assert [pretty(to_text(t.concl)) for t in motion.theorems] == ["log(2) < log(2) + 2*R", "log(2) + 2*R < log(2) + (1/50)"]


@pytest.mark.parametrize(("goal", "given", "var"), [
    ("8*exp(5*B) + 16*exp(9*B) + 8*exp(7*B) <= exp(10*B)", "B >= 1", "B"),  # a root of a sextic: no closed form
    ("y <= 1", "", "x"), ("x*y <= 1", "", "x"),
])
def test_what_has_no_exact_set_is_said(goal: str, given: str, var: str) -> None:
    with pytest.raises(NotProved):
        exact_boundary(rel(goal), rels(given), Var(var), budget=0.5)
