"""Theorem R's hypotheses on an instance: brackets that contain the truth, refusals with a reason, the smallest width."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from numerics.arithmetic import Ball
from numerics.certify.data import DataSet, numbers
from numerics.certify.hypotheses import Hypotheses, Singular, Width, least, measured, smallest_width
from numerics.certify.instance import Bracket, Instance
from numerics.init import random_points
from numerics.regime import RepairedRegime


def instance(n: int = 2, d: int = 2, m: int = 60, sigma: float = 0.1, seed: int = 0) -> Instance:
    rng = np.random.default_rng(seed)
    x, y = (numbers(name, random_points(n, d, rng).T.tolist()) for name in "xy")
    return Instance(DataSet(x, y), m, sigma, seed)


@pytest.mark.parametrize("given", [instance(), instance(3, 2, 40, 1.0, 5), instance(1, 1, 8), instance(2, 3, 30, 2.0, 1)])
def test_brackets_contain_what_the_regime_measures(given: Instance) -> None:
    known = measured(given)
    other = RepairedRegime(given.net(Ball(300)), given.sigma)
    pairs = ((known.rho, other.rho), (known.lam, other.lam), (known.Lam, other.spectrum[1]), (known.target, other.target))
    with Ball(300).working():
        for bracket, value in pairs:
            low, high = (arb(t.numerator) / t.denominator for t in (bracket.low, bracket.high))
            assert low <= value and value <= high and high - low <= 1e-12 * high
    assert [h.holds for h in known.inequalities()] == [other.needed_width() <= given.m if h.id == "A" else True
                                                       for h in known.inequalities()]


def test_a_matrix_with_known_eigenvalues() -> None:
    ball = Ball(192)
    low, high = least(ball.array(np.array([[2.0, 1.0], [1.0, 2.0]])), ball)
    assert low <= 1 and 1 <= high and high - low < 1e-12
    assert least(ball.array(np.ones((2, 2))), ball)[0] <= 0


def test_the_default_step_size_is_the_largest_simple_one() -> None:
    known = measured(instance())
    limit = 1 / (12 * known.instance.m * known.Lam.high)
    assert known.eta <= limit < known.eta * Fraction(2**11 + 1, 2**11)
    assert known.eta.numerator < 2**12 and known.eta.denominator & (known.eta.denominator - 1) == 0
    assert known.inequalities()[2].holds


def test_each_hypothesis_can_fail() -> None:
    few, fast = measured(instance(m=8)), measured(replace(instance(), step_size=Fraction(1, 100)))
    assert [h.holds for h in few.inequalities()] == [True, False, True]
    assert [h.holds for h in fast.inequalities()] == [True, True, False]
    known = measured(instance())
    edge = replace(known, lam=Bracket(Fraction(1, 1000), known.lam.high))
    assert edge.inequalities()[1].holds is None


@pytest.mark.parametrize(("given", "reason"), [
    (instance(1, 2, 2), "outputs 1 and 2 have the same signs"),
    (Instance(DataSet(numbers("x", [["0.5"], ["0.25"], ["1"]]), numbers("y", [[1], [1], [1]])), 4, 1.0, 0),
     "more outputs than free weights"),
    (Instance(DataSet(numbers("x", [[1 - k / 1000] for k in range(20)]), numbers("y", [[1]] * 20)), 100, 0.01, 0),
     "try a larger sigma"),
])
def test_singular_kernels_are_told(given: Instance, reason: str) -> None:
    with pytest.raises(Singular, match=reason) as found:
        measured(given)
    assert not found.value.lam > 0


def test_the_smallest_width() -> None:
    given = instance()
    found = smallest_width(given)
    assert found.reached and found.m % 2 == 0 and f"m = {found.m} is enough" in found.words
    assert measured(given.at_width(found.m)).inequalities()[1].holds
    assert measured(given.at_width(found.m - 2)).inequalities()[1].holds is False
    assert smallest_width(given.at_width(2000)) == found


def test_widths_beyond_reach_are_estimated() -> None:
    close = DataSet(numbers("x", [["0.5"], ["0.501"]]), numbers("y", [[1], [-1]]))
    found = smallest_width(Instance(close, 10, 0.1, 0))
    assert not found.reached and found.m > 10**6 and "no balls certify" in found.words
    assert Width(0).words.startswith("no number")


@pytest.mark.parametrize(("change", "reason"), [
    ({"m": 7}, "must be an even number"), ({"m": 0}, "must be an even number"), ({"m": 2**30}, "at most"),
    ({"sigma": 0.0}, "sigma must be"), ({"sigma": float("inf")}, "sigma must be"), ({"seed": -1}, "the seed must be"),
    ({"step_size": Fraction(0)}, "the step size must be"),
])
def test_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        replace(instance(), **change)  # type: ignore[arg-type]


def test_the_seed_gives_the_weights_of_the_symmetric_net() -> None:
    from numerics.init import symmetric_net

    given, drawn = instance(seed=3), symmetric_net(2, 60, 2, 2, 0.1, 3)
    assert (given.start.w == drawn.w).all() and (given.start.a == drawn.a).all()
    assert (given.start.w[:, ::2] == given.start.w[:, 1::2]).all()
    assert given.digest != instance(seed=4).digest
    assert isinstance(measured(given), Hypotheses)
