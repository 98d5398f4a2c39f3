"""Softmax, ReLU and exp networks: three routes to the same derivatives, on random and on hostile nets."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics import (
    NETWORKS,
    Ball,
    DoubleDouble,
    Float64,
    Mp,
    Net,
    central_difference_gradient,
    complex_step_gradient,
    complex_step_jacobian,
    gradient_descent,
    lambda_min,
    network,
    network_class,
    stable_step_size,
    symmetric_network,
)

every_kind = pytest.mark.parametrize("kind", NETWORKS)


def arrays(n=3, m=5, d1=2, d2=2, seed=0, scale=1.0):
    rng = np.random.default_rng(seed)
    w, x, a, y = (rng.standard_normal(shape) for shape in ((d1, m), (d1, n), (d2, m), (d2, n)))
    return scale * w, x, a, y


def hostile():
    w, x, a, y = arrays()
    huge = np.array([[700.0, -700.0, 699.0, 0.0, 650.0], [0.0, 0.0, 1.0, 0.0, 2.0]])
    unit = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    return {
        "odd m": arrays(m=7, seed=1),
        "huge logits": (huge, unit, a, y),
        "equal points": (w, np.repeat(x[:, :1], 3, axis=1), a, y),
        "zero point": (w, x * np.array([0.0, 1.0, 1.0]), a, y),
        "all points zero": (w, 0 * x, a, y),
        "zero weights": (0 * w, x, a, y),
        "n d > m": arrays(n=7, m=2, d2=3, seed=2),
        "duplicate neurons": (np.repeat(w[:, :1], 5, axis=1), x, a, y),
        "one neuron": arrays(n=2, m=1, d2=1, seed=3),
        "large signs": (w, x, 1e6 * a, y),
    }


every_net = pytest.mark.parametrize("parts", hostile().values(), ids=hostile().keys())


def routes_agree(kind, w, x, a, y):
    """Closed form, complex step, and balls around the closed form: gradient, Jacobian and kernel."""
    net = network(kind, w, x, a, y)
    ball = net.to(Ball(300))
    checks = {
        "gradient": complex_step_gradient(w, x, a, y, kind),
        "jacobian": complex_step_jacobian(w, x, a, kind),
    }
    for name, other in checks.items():
        value, enclosure = getattr(net, name), getattr(ball, name)
        size = np.abs(value).max() + (np.abs(net.F) + np.abs(y)).max() * np.abs(x).max() * np.abs(a).max()
        assert np.abs(value - other).max() <= 1e-11 * size, name
        assert np.abs(value - ball.arithmetic.to_float(enclosure)).max() <= 1e-11 * size, name
    rows = net.jacobian.reshape(net.d2 * net.n, -1)
    tolerance = 1e-11 * np.abs(net.gram).max()
    np.testing.assert_allclose(rows @ rows.T / net.kernel_scale, net.gram_matrix, rtol=0, atol=tolerance)


@every_kind
@every_net
def test_three_routes_agree_on_hostile_nets(kind, parts):
    w, x, a, y = parts
    if kind == "exp" and np.abs(x.T @ w).max() > 100:
        w = w / 10  # exp(700)^2 leaves float64; the test below looks at the balls alone
    routes_agree(kind, w, x, a, y)


@every_kind
@settings(max_examples=25, deadline=None)
@given(n=st.integers(1, 4), m=st.integers(1, 6), d1=st.integers(1, 3), d2=st.integers(1, 3), seed=st.integers(0, 2**32 - 1),
       scale=st.floats(0.01, 10))  # fmt: skip
def test_three_routes_agree_on_random_nets(kind, n, m, d1, d2, seed, scale):
    routes_agree(kind, *arrays(n, m, d1, d2, seed, scale))


@every_kind
@every_net
def test_balls_contain_the_gradient_at_many_digits(kind, parts):
    """A fourth road: central differences of the bare loss in mpmath, error near 1e-38 relative to its third derivative."""
    w, x, a, y = parts
    scale = 0.02 if np.abs(x.T @ w).max() > 100 and kind == "exp" else 1.0
    net = network(kind, scale * w, x, a, y, Mp(60))
    slopes = central_difference_gradient(scale * w, x, a, y, kind=kind)
    size = np.abs(net.gradient).max() + np.abs(net.F).max() + 1
    smooth = np.ones(net.m, dtype=bool)
    if kind == "relu":  # at a kink the central difference is the mean of both slopes, not the convention at 0
        smooth = (net.logits[x.any(axis=0)] != 0).all(axis=0)
    assert (np.abs(net.gradient - slopes)[:, smooth] <= 1e-25 * size).all()
    ball = net.to(Ball(400))
    with ball.arithmetic.working():
        gaps = [abs(enclosure - ball.arithmetic.number(value)) for enclosure, value in
                zip(ball.gradient.flat, net.gradient.flat, strict=True)]  # fmt: skip
        assert all(gap <= ball.arithmetic.number(1e-50 * float(size)) for gap in gaps)


def test_a_wrong_formula_does_not_agree():
    w, x, a, y = arrays()
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(network("relu", w, x, a, y).gradient, complex_step_gradient(w, x, a, y, "exp"), rtol=1e-3)
    with pytest.raises(AssertionError):
        np.testing.assert_allclose(Net(w, x, a, y).gradient, complex_step_gradient(w, x, a, y, "relu"), rtol=1e-3)


def test_relu_by_hand():
    net = network("relu", [[2, -3, 0, 1]], [[1]], [[1, 1, -1, 5]], [[0]])
    assert net.F[0, 0] == (2 + 5) / 2
    assert net.jacobian[0, 0, 0].tolist() == [0.5, 0, -0.5, 2.5]  # the derivative at 0 is 1
    assert net.kernel_scale == 1


def test_exp_by_hand():
    net = network("exp", [[0, 1]], [[1]], [[1, -2]], [[0]])
    assert net.F[0, 0] == 1 - 2 * np.e
    assert net.jacobian[0, 0, 0].tolist() == [1, -2 * np.e]
    np.testing.assert_allclose(net.gram_matrix, [[(1 + 4 * np.e**2) / 2]], rtol=1e-14)


def test_a_ball_across_the_kink_keeps_both_slopes():
    ball = Ball(100)
    wide = ball.number("0.5").union(ball.number("-0.5"))
    net = network("relu", [[wide]], [[1]], [[1]], [[0]], ball)
    assert net.sensitivity[0, 0, 0].contains(0)
    assert net.sensitivity[0, 0, 0].contains(1)
    assert net.F[0, 0].contains(0.5)
    assert net.F[0, 0].contains(0)


@every_kind
def test_every_arithmetic_computes_the_same(kind):
    net = symmetric_network(kind, 3, 6, 2, 2, seed=4)
    net = net.at(net.w + 0.1 * np.arange(12).reshape(2, 6))
    for arithmetic in (DoubleDouble(), Mp(40), Ball(150)):
        other = net.to(arithmetic)
        for name in ("F", "residual", "gradient", "jacobian", "gram_matrix"):
            np.testing.assert_allclose(arithmetic.to_float(getattr(other, name)), getattr(net, name), rtol=1e-12, atol=1e-13)
        assert abs(float(arithmetic.to_float(other.loss)) - net.loss) < 1e-12


@every_kind
@pytest.mark.parametrize("arithmetic", [Float64(), DoubleDouble(), Mp(30), Ball(120)], ids=lambda t: t.name)
def test_gradient_descent_learns(kind, arithmetic):
    net = symmetric_network(kind, 2, 40, 3, 1, seed=2)
    assert lambda_min(net) > 0
    assert (net.F == 0).all()
    losses = [step.loss for step in gradient_descent(net.to(arithmetic), stable_step_size(net), 8)]
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))


@pytest.mark.parametrize("call", [network_class, lambda kind: network(kind, *arrays()),
                                  lambda kind: symmetric_network(kind, 2, 4, 2, 2)])  # fmt: skip
def test_an_unknown_name_is_refused(call):
    with pytest.raises(ValueError, match="network 'tanh' is not known; allowed: softmax, relu, exp"):
        call("tanh")
    with pytest.raises(ValueError, match="allowed: softmax, relu, exp"):
        complex_step_gradient(*arrays(), "tanh")
    with pytest.raises(ValueError, match="allowed: softmax, relu, exp"):
        central_difference_gradient(*arrays(), kind="tanh")


@every_kind
def test_bad_entries_and_shapes_are_refused(kind):
    w, x, a, y = arrays()
    with pytest.raises(ValueError, match="x has shape"):
        network(kind, w, x[:1], a, y)
    w[0, 0] = np.nan
    with pytest.raises(ValueError, match="w has an entry that cannot be used"):
        network(kind, w, x, a, y)
