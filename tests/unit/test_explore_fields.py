"""Values by sign and logarithm: beside high precision, far beyond doubles, and honest where doubles do not tell."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from proofcheck.explore.fields import Field, exactly, field, margin, powers_of_ten, reals, verdict
from proofcheck.kernel.terms import Const, Expr, Fn, Var, eq, exp, log, sqrt

x, y = Var("x"), Var("y")
FUNCTIONS = {
    "exp": mpmath.exp, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "erf": mpmath.erf, "erfc": mpmath.erfc,
    "Abs": abs,
}


def at(**values: Fraction | int | str) -> dict[Var, Field]:
    return {Var(k): exactly(Fraction(v)) for k, v in values.items()}


def close(found: Field, expected: mpmath.mpf) -> bool:
    """Whether the sign is right and the logarithm within the error that the field claims (and that claim is not silly)."""
    size = mpmath.log(abs(expected))
    honest = abs(float(found.size) - size) <= max(float(found.error), 1e-300)
    return bool(float(found.sign) == mpmath.sign(expected) and honest and float(found.error) <= 1e-9 * (1 + abs(size)))


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("value", ["-30", "-2", "-1/1000", "1/100000", "1/2", "3", "30"])
def test_functions_beside_high_precision(name: str, value: str) -> None:
    with mpmath.workdps(60):
        argument = mpmath.mpf(Fraction(value).numerator) / Fraction(value).denominator
        assert close(field(Fn(name, (x,)), at(x=value)), FUNCTIONS[name](argument))


@pytest.mark.parametrize(("term", "expected"), [
    (exp(18 * x) * y**5, lambda a, b: 18 * a + 5 * mpmath.log(b)),
    (exp(x) + exp(2 * x), lambda a, b: 2 * a + mpmath.log1p(mpmath.exp(-a))),
    (log(exp(x) + y), lambda a, b: mpmath.log(a + mpmath.log1p(b * mpmath.exp(-a)))),
])
def test_nothing_overflows(term: Expr, expected: object) -> None:
    found = field(term, at(x=100000, y=10**200))
    with mpmath.workdps(60):
        assert abs(float(found.size) / expected(mpmath.mpf(100000), mpmath.mpf(10) ** 200) - 1) < 1e-13  # type: ignore[operator]
    assert float(found.sign) == 1


def test_what_is_tiny_beside_one_is_kept() -> None:
    found = field(log(1 + x), {x: powers_of_ten(-40.0)})
    assert abs(float(found.size) / math.log(10) + 40) < 1e-12


def test_cancellation_is_admitted() -> None:
    """1 + x - 1 for x = 1e-30: doubles may lose it in a sum of sums, and must say so rather than give a sign."""
    hidden = (1 + x) * 1 - 1
    found = field(hidden, {x: powers_of_ten(-30.0)})
    assert not bool(found.sure) or close(found, mpmath.mpf(10) ** -30)
    assert int(verdict(hidden <= 0, {x: powers_of_ten(-30.0)})) in (0, -1)


@pytest.mark.parametrize(("rel", "told"), [
    (x <= y, 1), (y <= x, -1), (x < x, 0), (x <= x * 1, 0), (x - x <= 0, 0),
    (-y <= -x, 1), (-x <= -y, -1), (-x <= y, 1), (y <= -x, -1),
    (eq(x, y), -1), (eq(x, x), 0), (sqrt(-x) <= y, 0), (log(-x) <= y, 0), (1 / (x - x) <= y, 0), (Const("pi") <= y, 1),
    (Fn("Max", (x, y)) <= 6, 1), (Fn("Max", (x, y)) <= 4, -1), (Fn("Min", (x, y)) <= 4, 1), (Fn("Min", (x, y)) <= 2, -1),
    (Fn("geometric", (1 / y,)) <= 2, 1), (Fn("geometric", (y,)) <= 2, 0),
])
def test_verdicts(rel: object, told: int) -> None:
    """x = 3 and y = 5: every side, every sign, and 0 for equality and for what is not defined."""
    assert int(verdict(rel, at(x=3, y=5))) == told  # type: ignore[arg-type]


def test_exact_equality_is_told() -> None:
    assert int(verdict(log(x) <= 0, at(x=1))) == 1 and int(verdict(log(x) < 0, at(x=1))) == -1


def test_the_margin_is_the_ratio() -> None:
    gap, error = margin(x <= y, at(x=2, y=200))
    assert abs(float(gap) - 2) < 1e-14 and float(error) < 1e-13


def test_a_grid_at_once() -> None:
    gap, _ = margin(exp(x) <= y, {x: reals(np.linspace(0, 1, 5)[None, :]), y: powers_of_ten(np.array([[0.0], [1.0]]))})
    assert gap.shape == (2, 5) and abs(gap[1, 4] - (1 - math.log10(math.e))) < 1e-14
