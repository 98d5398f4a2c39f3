"""Counterexamples over coupled domains, under equations, and at irrational points; the closed forms of numbers."""

from fractions import Fraction

import mpmath
import pytest

from proofcheck.evidence import value_text
from proofcheck.kernel.point import refute
from proofcheck.kernel.text import Reader
from proofcheck.prove.closed import closed_forms
from proofcheck.prove.void import contradiction
from proofcheck.refute.scalar import inhabitant, refute_scalar

rel, rels = Reader().relation, Reader().relations


@pytest.mark.parametrize(("goal", "given"), [
    ("x + y <= 7/5", "x**2 + y**2 <= 1"),
    ("x + y <= 7/5", "x**2 + y**2 == 1"),
    ("x*y <= 1/5", "x + y == 1"),
    ("x*y*z <= 1/30", "x + y + z == 1, x > 0, y > 0, z > 0"),
    ("x + y + z < 17/10", "x**2 + y**2 + z**2 <= 1"),
    ("x <= y", "x <= y + 1/1000, x >= 10"),
    ("exp(x)*y < 1", "y = exp(-x)"),
])
def test_coupled_domains_and_equations(goal: str, given: str) -> None:
    found = refute_scalar(rel(goal), rels(given))
    assert found is not None and refute(rels(given), rel(goal), found[0], 1024).margin
    assert all(len(value_text(v)) <= 16 for v in found[0].scalars.values())


@pytest.mark.parametrize(("goal", "given", "at"), [
    ("exp(-t/2) + sqrt(1 - exp(-t)) < sqrt(2)", "t >= 0", {"t": "log(2)"}),
    ("log(x) < 2/exp(1)*sqrt(x)", "x > 0", {"x": "exp(2)"}),
    ("exp(3*B) - 5*exp(2*B) + 8*exp(B) - 4 > 0", "B > 0", {"B": "log(2)"}),
    ("2*sqrt(2)*x < x**2 + 2", "", {"x": "(2)**(1/2)"}),
    ("(x - log(2))**2 + (y - sqrt(3))**2 > 0", "", {"x": "log(2)", "y": "(3)**(1/2)"}),
    ("x + y < sqrt(2)", "x**2 + y**2 <= 1", {"x": "(1/2)*(2)**(1/2)", "y": "(1/2)*(2)**(1/2)"}),
])
def test_strict_claims_that_fail_by_equality_only(goal: str, given: str, at: dict[str, str]) -> None:
    found = refute_scalar(rel(goal), rels(given))
    assert found is not None and {k: value_text(v) for k, v in found[0].scalars.items()} == at
    assert refute_scalar(rel(goal.replace(" < ", " <= ").replace(" > ", " >= ")), rels(given), budget=0.3) is None


@pytest.mark.parametrize(("number", "form"), [
    ("log(2)", "log(2)"), ("sqrt(2)", "(2)**(1/2)"), ("exp(2)", "exp(2)"), ("pi/3", "(1/3)*pi"), ("mpf(3)/7", "3/7"),
    ("log(2) + mpf(1)/50", "1/50 + log(2)"), ("2/e", "2*exp(-1)"), ("cbrt(5)", "(5)**(1/3)"),
    ("(1 + sqrt(5))/2", "1/2 + sqrt(5)/2"), ("-exp(mpf(1)/2)", "-exp(1/2)"),
])
def test_closed_forms(number: str, form: str) -> None:
    with mpmath.workdps(70):
        found = closed_forms(eval(number, vars(mpmath).copy()))
        (expected, *_) = closed_forms(eval(number, vars(mpmath).copy()))
    from proofcheck.kernel.normal import is_zero

    assert expected in found and is_zero(found[0] - Reader().term(form))


def test_a_number_without_a_closed_form_gets_none() -> None:
    with mpmath.workdps(70):
        assert closed_forms(mpmath.mpf("2.7745399055661867154123957634254163521934152735418925341")) == []


@pytest.mark.parametrize(("given", "empty"), [
    ("D < R, R < D", True), ("x < y, y < z, z < x", True), ("x*y <= 1/2, x >= 1, y >= 1", True),
    ("x + y <= 1, x - y <= 1, x >= 2", True), ("D <= R, R <= D", False), ("x*y <= 1, x >= 1, y >= 1", False),
    ("x**2 + y**2 <= 1, x + y >= 11/10", False),
])
def test_contradictions(given: str, empty: bool) -> None:
    assert (contradiction(rels(given)) is not None) is empty
    found = inhabitant(rels(given), budget=0.5)
    assert (found is None) is empty
    if found is not None:
        assert refute(rels(given), rel("0 < 0"), found, 256).margin == "0"


def test_what_is_left_is_merged_and_counted() -> None:
    from proofcheck.kernel.domain import Range
    from proofcheck.kernel.terms import Var
    from proofcheck.prove.remaining import merged, remaining

    x, y = Var("x"), Var("y")
    cells = [{x: Range(Fraction(i), Fraction(i + 1)), y: Range(Fraction(j), Fraction(j + 1))}
             for i in range(3) for j in range(2)]
    assert merged(cells) == [{x: Range(Fraction(0), Fraction(3)), y: Range(Fraction(0), Fraction(2))}]
    boxes = remaining(rel("x*(x - 1)*(x - 1/2)*y <= 10*(x - 3)**2"), rels("0 <= x, x <= 4, 0 <= y, y <= 1"), budget=0.5)
    assert 1 <= len(boxes) <= 11 and all("x" in b for b in boxes[:10])


def test_contradictory_hypotheses_have_no_point() -> None:
    goal, *hyps = (Reader().relation(text) for text in ("x**2 <= x", "x >= 1", "x <= 0"))
    assert refute_scalar(goal, tuple(hyps), budget=0.05) is None
