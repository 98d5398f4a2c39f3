"""Exact probabilities against closed forms, simulation and brute force."""

import itertools
import math
from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from numerics import (
    Ball,
    frequency_bounded,
    probability_bounded,
    probability_exceeded,
    rademacher_quadratic_tail,
    two_point_tail,
)


def test_bounded_is_a_power_of_erf():
    p = probability_bounded(2, "0.5", 6)
    assert abs(float(p) - math.erf(2 / (0.5 * math.sqrt(2))) ** 3) < 1e-15
    assert p.rad() < arb(2) ** -180


def test_bounded_and_exceeded_are_complements():
    with Ball().working():
        total = probability_bounded(3, 1, 100) + probability_exceeded(3, 1, 100)
    assert total.contains(1)
    assert total.rad() < 1e-50


def test_tiny_and_certain_probabilities_keep_their_digits():
    tail = probability_exceeded(50, 1, 1000)
    with Ball().working():
        single = (arb(50) / arb(2).sqrt()).erfc()
        assert abs(tail / (500 * single) - 1) < arb(10) ** -50
    rare = probability_bounded(Fraction(1, 10), 1, 10**6)
    assert 0 < rare < arb(10) ** -500_000


def test_simulation_agrees_with_the_exact_probability():
    x = np.array([[0.6], [0.8]])
    exact_value = float(probability_bounded(2, 1, 20))
    assert 0.3 < exact_value < 0.9
    assert abs(frequency_bounded(x, 2.0, 1.0, 20, 4000, seed=1) - exact_value) < 0.04


def test_simulation_with_several_points():
    x = np.eye(2)
    one = frequency_bounded(x[:, :1], 2.0, 1.0, 20, 2000)
    both = frequency_bounded(x, 2.0, 1.0, 20, 2000)
    assert abs(both - float(probability_bounded(2, 1, 40))) < 0.05
    assert both < one


def test_precision_is_restored_and_honoured():
    before = flint.ctx.prec
    assert probability_bounded(2, 1, 4, Ball(500)).rad() < arb(2) ** -470
    assert flint.ctx.prec == before


def test_fair_coins():
    for t in range(6):
        heads = sum(math.comb(5, k) for k in range(6) if abs(2 * k - 5) >= t)
        assert two_point_tail([-1] * 5, [1] * 5, t) == Fraction(heads, 32)


def test_two_point_sums_against_brute_force():
    rng = np.random.default_rng(0)
    low = [Fraction(int(v), 7) for v in rng.integers(-9, 0, 5)]
    high = [Fraction(int(v), 5) for v in rng.integers(0, 9, 5)]
    chances = [Fraction(1, k) for k in range(2, 7)]
    mean = sum(u * (1 - p) + v * p for u, v, p in zip(low, high, chances, strict=True))
    expected = Fraction(0)
    for picks in itertools.product([0, 1], repeat=5):
        weight = math.prod(p if k else 1 - p for k, p in zip(picks, chances, strict=True))
        value = sum(v if k else u for k, u, v in zip(picks, low, high, strict=True))
        expected += weight * (abs(value - mean) >= 1)
    assert two_point_tail(low, high, 1, chances) == expected
    assert 0 < expected < 1


def test_hoeffding_holds_and_is_not_slack_by_accident():
    tail = two_point_tail([-1] * 16, [1] * 16, 8)
    bound = 2 * math.exp(-2 * 64 / (16 * 4))
    assert 0.05 < tail < bound
    assert two_point_tail([0], [1], Fraction(1, 2)) == 1


def test_ties_are_decided_exactly():
    third = Fraction(1, 3)
    assert two_point_tail([-third] * 3, [third] * 3, 1) == Fraction(1, 4)
    assert two_point_tail([-0.1] * 3, [0.1] * 3, 3 * Fraction(0.1)) == Fraction(1, 4)
    assert rademacher_quadratic_tail([[5, 1], [1, 7]], 2) == 0
    assert rademacher_quadratic_tail([[5, 1], [1, 7]], "1.999") == 1


@pytest.mark.parametrize("as_floats", [False, True])
def test_quadratic_forms_against_brute_force(as_floats):
    rng = np.random.default_rng(1)
    A = rng.standard_normal((5, 5)) if as_floats else rng.integers(-4, 5, (5, 5))
    hits = 0
    for signs in itertools.product([-1, 1], repeat=5):
        x = np.array(signs)
        hits += abs(x @ A @ x - np.trace(A)) > 2.3
    assert 0 < hits < 32
    assert rademacher_quadratic_tail(A, 2.3) == Fraction(int(hits), 32)


def test_quadratic_form_of_one_variable_is_constant():
    assert rademacher_quadratic_tail([[3]], 0) == 0


def test_huge_entries_are_not_truncated():
    huge = [[0, 10**30], [10**30, 0]]
    assert rademacher_quadratic_tail(huge, 2 * 10**30 - 1) == 1
    assert rademacher_quadratic_tail(huge, 2 * 10**30) == 0


def test_the_matrix_is_not_changed():
    A = np.array([[5, 1], [1, 7]])
    rademacher_quadratic_tail(A, 1)
    assert np.array_equal(A, [[5, 1], [1, 7]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: probability_bounded(0, 1, 4), "B = 0"),
        (lambda: probability_bounded(1, -1, 4), "sigma = -1"),
        (lambda: probability_bounded(1, 1, 3), "m = 3 is not allowed"),
        (lambda: frequency_bounded(np.eye(2), 1.0, 1.0, 4, 0), "trials = 0"),
        (lambda: two_point_tail([0] * 17, [1] * 17, 1), "17 variables are not allowed"),
        (lambda: two_point_tail([0], [1, 2], 1), "lengths differ: 1 low, 2 high"),
        (lambda: two_point_tail([0], [1], 1, [2]), r"chances must lie in \[0, 1\]"),
        (lambda: two_point_tail([], [], 1), "0 variables are not allowed"),
        (lambda: rademacher_quadratic_tail([[1, 2]], 1), "square matrix is needed"),
        (lambda: rademacher_quadratic_tail(np.zeros((17, 17)), 1), "17 variables are not allowed"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
