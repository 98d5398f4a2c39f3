"""Symmetric initialization and random data."""

import numpy as np
import pytest
from flint import arb

from numerics import Ball, Float64, Mp, random_points, symmetric_net, symmetric_weights


def test_neurons_come_in_pairs():
    w, a = symmetric_weights(8, 3, 2, 1.5, np.random.default_rng(0))
    assert np.array_equal(w[:, 0::2], w[:, 1::2])
    assert np.array_equal(a[:, 0::2], -a[:, 1::2])
    assert set(a.ravel()) == {-1.0, 1.0}
    assert len(set(w[0])) == 4


def test_moments():
    w, a = symmetric_weights(40_000, 2, 2, 3.0, np.random.default_rng(1))
    draws = w[:, 0::2]
    assert abs(draws.mean()) < 0.08
    assert abs(draws.std() - 3.0) < 0.08
    assert abs(a[:, 0::2].mean()) < 0.03
    assert abs(np.corrcoef(a[0, 0::2], a[1, 0::2])[0, 1]) < 0.04


@pytest.mark.parametrize("sphere", [True, False])
@pytest.mark.parametrize("dimension", [1, 2, 50])
def test_points_are_certainly_in_the_unit_ball(sphere, dimension):
    points = random_points(40, dimension, np.random.default_rng(2), sphere)
    ball = Ball()
    exact_points = ball.array(points)
    with ball.working():
        squares = (exact_points * exact_points).sum(axis=0)
    assert all(square <= 1 for square in squares)
    on_sphere = [bool(square > 1 - arb(10) ** -11) for square in squares]
    assert all(on_sphere) == sphere


def test_one_seed_is_one_net():
    one, same, other = (symmetric_net(3, 4, 2, 2, seed=seed) for seed in (5, 5, 6))
    assert np.array_equal(one.w, same.w)
    assert np.array_equal(one.y, same.y)
    assert not np.array_equal(one.w, other.w)


def test_one_seed_is_one_net_in_every_arithmetic():
    float_net = symmetric_net(3, 4, 2, 2, seed=5)
    for arithmetic in (Mp(50), Ball()):
        net = symmetric_net(3, 4, 2, 2, seed=5, arithmetic=arithmetic)
        assert net.arithmetic == arithmetic
        back = net.to(Float64())
        assert all(np.array_equal(getattr(back, k), getattr(float_net, k)) for k in "wxay")


def test_data_do_not_depend_on_the_width():
    narrow, wide = symmetric_net(3, 4, 2, 2, seed=5), symmetric_net(3, 40, 2, 2, seed=5)
    assert np.array_equal(narrow.x, wide.x)
    assert np.array_equal(narrow.y, wide.y)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"m": 5}, "m = 5 is odd"),
        ({"m": 0}, "m = 0 is not allowed; m must be a whole number >= 1"),
        ({"n": -3}, "n = -3 is not allowed"),
        ({"d1": 0}, "d1 = 0 is not allowed"),
        ({"d2": 1.5}, "d2 = 1.5 is not allowed"),
        ({"sigma": 0.0}, "sigma = 0.0 is not allowed"),
        ({"sigma": -1.0}, "sigma = -1.0 is not allowed"),
        ({"sigma": float("nan")}, "sigma = nan is not allowed"),
        ({"sigma": float("inf")}, "sigma = inf is not allowed"),
    ],
)
def test_bad_sizes_are_named(changed, message):
    with pytest.raises(ValueError, match=message):
        symmetric_net(**({"n": 3, "m": 4, "d1": 2, "d2": 2} | changed))
