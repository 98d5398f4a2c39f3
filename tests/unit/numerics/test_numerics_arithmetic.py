"""The three arithmetics: what they read, how they round, and what they leave alone."""

from fractions import Fraction

import flint
import mpmath
import numpy as np
import pytest
from flint import arb, fmpq

from numerics import Ball, Float64, Mp, exact, parse_precision

ALL = [Float64(), Mp(40), Ball(160)]
named = pytest.mark.parametrize("arithmetic", ALL, ids=lambda arithmetic: arithmetic.name)


@named
def test_floats_are_read_exactly(arithmetic):
    given = np.array([0.1, -3e-300, 2.0**-1074, 1.7e308])
    for read, meant in zip(arithmetic.array(given), given, strict=True):
        assert exact(read) == Fraction(float(meant))


@named
def test_lists_of_mixed_entries(arithmetic):
    read = arithmetic.array([[1, Fraction(1, 4)], ["0.5", np.float32(0.75)]])
    assert np.array_equal(arithmetic.to_float(read), [[1, 0.25], [0.5, 0.75]])


def test_a_decimal_string_means_its_decimal_value():
    third = Fraction(1, 10)
    assert exact(Float64().number("0.1")) == Fraction(0.1) != third
    assert abs(exact(Mp(40).number("0.1")) - third) < Fraction(1, 10**40)
    ball = Ball(160).array(["0.1"])[0]
    with Ball(400).working():
        assert ball.contains(arb(fmpq(1, 10)))
        assert not ball.contains(arb(0.1))
    assert ball.rad() < arb(2) ** -150


def test_mp_rounds_to_nearest():
    mp = Mp(20)
    rounded = exact(mp.number(Fraction(2, 3)))
    unit = Fraction(1, 2**mp.context.prec)
    assert 0 < abs(rounded - Fraction(2, 3)) <= unit / 2


@named
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), "pear", None, 1j, arb(1) / 3, mpmath.mpf("inf")])
def test_unreadable_entries_are_named(arithmetic, bad):
    if isinstance(bad, arb) and isinstance(arithmetic, Ball):
        assert arithmetic.array([bad])[0] is bad
        return
    with pytest.raises(ValueError, match="is not a finite exact number; allowed: an int"):
        arithmetic.array([1, bad])


def test_float64_refuses_non_finite_and_oversized_entries():
    with pytest.raises(ValueError, match="inf is not a finite number"):
        Float64().array(np.array([1.0, np.inf]))
    with pytest.raises(ValueError, match="too large for float64"):
        Float64().array([10**400])


def test_balls_refuse_balls_that_are_not_finite():
    with pytest.raises(ValueError, match="not a finite exact number"):
        Ball().array([arb("inf")])
    with pytest.raises(ValueError, match="not a finite exact number"):
        Ball().array([arb("nan")])


def test_functions_agree_and_balls_enclose():
    rng = np.random.default_rng(0)
    values, other = rng.uniform(0.1, 3, (4, 3)), rng.standard_normal((3, 5))
    single, mp, ball = ALL
    for compute in (
        lambda t: t.exp(t.array(values)),
        lambda t: t.sqrt(t.array(values)),
        lambda t: t.abs(t.array(-values)),
        lambda t: t.matmul(t.array(values), t.array(other)),
        lambda t: t.sum(t.array(values), axis=1),
        lambda t: t.softmax(t.array(values)),
        lambda t: np.array([t.max(t.array(values))]),
    ):
        plain, many, enclosed = compute(single), compute(Mp(60)), compute(ball)
        np.testing.assert_allclose(plain, mp.to_float(many), rtol=1e-14, atol=1e-14)
        np.testing.assert_allclose(plain, ball.to_float(enclosed), rtol=1e-14, atol=1e-14)
        for inner, outer in zip(many.ravel(), enclosed.ravel(), strict=True):
            ratio = exact(inner)
            with ball.working():
                gap = abs(outer - arb(fmpq(ratio.numerator, ratio.denominator)))
            assert gap.abs_lower() < arb(10) ** -55
            assert outer.rad() < arb(10) ** -44


def test_no_global_precision_is_disturbed():
    before = flint.ctx.prec, mpmath.mp.prec
    for arithmetic in (Mp(200), Ball(700)):
        values = arithmetic.array(["0.1", "0.2"])
        arithmetic.exp(values), arithmetic.sqrt(values), arithmetic.sum(values), arithmetic.max(values)
    with Ball(700).working():
        assert flint.ctx.prec == 700
    assert (flint.ctx.prec, mpmath.mp.prec) == before


def test_an_error_inside_restores_the_precision():
    before = flint.ctx.prec
    with pytest.raises(ValueError, match="not a finite exact number"), Ball(700).working():
        exact("pear")
    assert flint.ctx.prec == before


def test_single_numbers_are_read_in_full_precision():
    assert Ball(300).number(Fraction(1, 3)).rad() < arb(2) ** -290


def test_mp_refuses_its_own_infinities():
    with pytest.raises(ValueError, match="not a finite exact number"):
        Mp(40).array([Mp(40).context.inf])


def test_precision_is_what_was_asked_for():
    with mpmath.workdps(60):
        assert 0 < abs(Mp(50).exp(Mp(50).array([1]))[0] - mpmath.e) < mpmath.mpf("1e-49")
    assert Ball(300).exp(Ball(300).array([1]))[0].rad() < arb(2) ** -290


def test_softmax_of_huge_logits_in_float64():
    with np.errstate(all="raise", under="ignore"):
        row = Float64().softmax(np.array([[1e300, -1e300, 1e300]]))
    assert np.array_equal(row, [[0.5, 0, 0.5]])


@pytest.mark.parametrize(
    ("text", "arithmetic", "name"),
    [
        ("float64", Float64(), "float64"),
        ("50", Mp(50), "50 digits"),
        ("ball", Ball(200), "ball, 200 bits"),
        ("ball:256", Ball(256), "ball, 256 bits"),
    ],
)
def test_precision_names(text, arithmetic, name):
    assert parse_precision(text) == arithmetic
    assert arithmetic.name == name


@pytest.mark.parametrize("text", ["", "float32", "ball:", "ball:x", "-50", "5e1", " 50", "float64:3", "²"])
def test_unknown_precision(text):
    with pytest.raises(ValueError, match="is not understood; allowed: float64") as error:
        parse_precision(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize(("text", "least"), [("14", ">= 15"), ("ball:52", ">= 53"), ("0", ">= 15")])
def test_precision_too_low(text, least):
    with pytest.raises(ValueError, match=least):
        parse_precision(text)


def test_least_precisions_are_accepted():
    assert parse_precision("15").name == "15 digits"
    assert parse_precision("ball:53").name == "ball, 53 bits"
