"""Points with closed values such as log(2): exact equality refutes strict claims, and nothing else gets through."""

from fractions import Fraction

import pytest

from proofcheck.evidence import point_data, read_point
from proofcheck.independent import disagreement
from proofcheck.kernel.point import NoCounterexample, Point, refute
from proofcheck.kernel.terms import Const, Var, exp, log, sqrt
from proofcheck.kernel.text import Reader

rel, rels = Reader().relation, Reader().relations
TOUCHING = [
    ("log(x) < 2/exp(1)*sqrt(x)", "x > 0", {"x": exp(2)}),
    ("2*sqrt(2)*x < x**2 + 2", "", {"x": sqrt(2)}),
    ("exp(3*B) - 5*exp(2*B) + 8*exp(B) - 4 > 0", "B > 0", {"B": log(2)}),
    ("exp(-t/2) + sqrt(1 - exp(-t)) < sqrt(2)", "t >= 0", {"t": log(2)}),
    ("2*eta**2*exp(16*B) < lam*eta/5", "eta = lam/(10*exp(16*B)), lam > 0, B >= 1",
     {"lam": Fraction(1), "B": Fraction(1)}),
]


@pytest.mark.parametrize(("goal", "given", "values"), TOUCHING)
def test_equality_at_a_closed_value_refutes_a_strict_claim(goal: str, given: str, values: dict[str, object]) -> None:
    point = Point(values)
    assert refute(rels(given), rel(goal), point, 128).margin
    assert read_point(point_data(point)) == point
    assert disagreement(rels(given), rel(goal), point, {}) is None
    loose = goal.replace(" < ", " <= ").replace(" > ", " >= ")
    with pytest.raises(NoCounterexample):
        refute(rels(given), rel(loose), point, 128)
    assert disagreement(rels(given), rel(loose), point, {}) is not None


@pytest.mark.parametrize("value", [Var("y"), log(-1), 1 / (exp(0) - 1), log(2) + Fraction(1, 10**40), sqrt(2), Const("pi")])
def test_a_value_that_is_wrong_open_or_undefined_refutes_nothing(value: object) -> None:
    with pytest.raises(NoCounterexample):
        refute(rels("B > 0"), rel("exp(3*B) - 5*exp(2*B) + 8*exp(B) - 4 > 0"), Point({"B": value}), 512)


@pytest.mark.parametrize("text", ["y", "log(", "log(x)", "exp(1) < 2", "1/0", "__import__('os')", "Sum(1, (i, 1, n))"])
def test_text_that_is_no_value_is_refused(text: str) -> None:
    with pytest.raises(NoCounterexample):
        read_point({"scalars": {"x": text}, "arrays": {}})


def test_a_dimension_is_never_a_closed_value() -> None:
    n = Var("n", True)
    with pytest.raises(NoCounterexample):
        refute((), n < 1, Point({"n": exp(1)}), 128)
    with pytest.raises(NoCounterexample):
        refute((), n < 1, Point({"n": exp(0)}), 128)


def test_the_second_evaluator_looks_at_more_digits_before_numbers_are_equal() -> None:
    goal = rel("x < y")
    assert disagreement((), goal, Point({"x": Fraction(0), "y": Fraction(1, 10**60)}), {}) is not None
    assert disagreement(rels("x < y"), rel("y <= x"), Point({"x": Fraction(0), "y": Fraction(1, 10**60)}), {}) is None
