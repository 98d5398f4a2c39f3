"""The net against its definitions, against itself in other arithmetics, and on hostile input."""

from fractions import Fraction

import flint
import numpy as np
import pytest
from flint import arb

from numerics import (
    Ball,
    Float64,
    Mp,
    Net,
    central_difference_gradient,
    complex_step_gradient,
    complex_step_jacobian,
    symmetric_net,
)

QUANTITIES = [
    "logits",
    "E",
    "alpha",
    "S",
    "F",
    "residual",
    "loss",
    "gradient",
    "jacobian",
    "gram",
    "gram_matrix",
]


def generic(n=3, m=5, d1=2, d2=2, seed=0, scale=1.0):
    """A net away from initialization: any m, any real a."""
    rng = np.random.default_rng(seed)
    shapes = (d1, m), (d1, n), (d2, m), (d2, n)
    w, x, a, y = (rng.standard_normal(shape) for shape in shapes)
    return Net(scale * w, x, a, y)


def hostile():
    """Named nets that a careless formula gets wrong."""
    plain = generic()
    w, x, a, y = plain.w, plain.x, plain.a, plain.y
    huge = np.array([[700.0, -700.0, 699.0, 0.0, 650.0], [0.0, 0.0, 1.0, 0.0, 2.0]])
    unit = np.array([[1.0, 0.0, 0.6], [0.0, 1.0, 0.8]])
    return {
        "plain": plain,
        "huge logits": Net(huge, unit, a, y),
        "equal points": Net(w, np.repeat(x[:, :1], 3, axis=1), a, y),
        "zero point": Net(w, x * np.array([0.0, 1.0, 1.0]), a, y),
        "all points zero": Net(w, 0 * x, a, y),
        "more data than neurons": generic(n=7, m=2, d2=3),
        "duplicate neurons": Net(np.repeat(w[:, :1], 5, axis=1), x, a, y),
        "one neuron": generic(n=2, m=1, d2=1),
        "wide and narrow": generic(n=1, m=9, d1=1, d2=4),
        "symmetric": symmetric_net(3, 6, 2, 2, seed=3),
    }


every_net = pytest.mark.parametrize("net", hostile().values(), ids=hostile().keys())


def assert_close(value, wanted, rtol=1e-11):
    wanted = np.asarray(wanted)
    np.testing.assert_allclose(value, wanted, rtol=0, atol=rtol * (1 + np.abs(wanted).max()))


def definition_3_6(net):
    """H by four loops and the words of the definition."""
    H = np.zeros((net.d2, net.d2, net.n, net.n))
    for l1, l2, i, j in np.ndindex(H.shape):
        total = 0.0
        for r in range(net.m):
            v1, v2 = net.a[l1, r] - net.a[l1], net.a[l2, r] - net.a[l2]
            total += (v1 @ net.S[i]) * net.m * net.S[i, r] * (v2 @ net.S[j]) * net.m * net.S[j, r]
        H[l1, l2, i, j] = net.x[:, i] @ net.x[:, j] * total / net.m
    return H


def claim_3_4(net):
    """The gradient by loops and the words of the claim."""
    dw = np.zeros((net.d1, net.m))
    for i, out, r in np.ndindex(net.n, net.d2, net.m):
        v = net.a[out, r] * np.ones(net.m) - net.a[out]
        dw[:, r] += net.m * (net.F[out, i] - net.y[out, i]) * (v @ net.S[i]) * net.S[i, r] * net.x[:, i]
    return dw


def test_by_hand():
    net = Net([[0, 1]], [[1]], [[1, -1]], [[0]])
    e = np.e
    assert_close(net.E, [[1, e]])
    assert_close(net.alpha, [1 + e])
    assert_close(net.S, [[1 / (1 + e), e / (1 + e)]])
    assert_close(net.F, [[2 * (1 - e) / (1 + e)]])
    assert_close(net.loss, 2 * ((1 - e) / (1 + e)) ** 2)
    slope = 4 * e / (1 + e) ** 2
    assert_close(net.jacobian, [[[[slope, -slope]]]])
    assert_close(net.gram_matrix, [[slope**2]])


@every_net
def test_shapes(net):
    n, m, d1, d2 = net.n, net.m, net.d1, net.d2
    assert (net.w.shape, net.x.shape, net.a.shape, net.y.shape) == ((d1, m), (d1, n), (d2, m), (d2, n))
    assert net.E.shape == net.S.shape == (n, m)
    assert net.alpha.shape == (n,)
    assert net.F.shape == net.residual.shape == (d2, n)
    assert net.gradient.shape == (d1, m)
    assert net.jacobian.shape == (d2, n, d1, m)
    assert net.gram.shape == (d2, d2, n, n)
    assert net.gram_matrix.shape == (d2 * n, d2 * n)


@every_net
def test_softmax_rows_sum_to_one(net):
    assert_close(net.S.sum(axis=1), np.ones(net.n), rtol=1e-14)
    assert (net.S >= 0).all()
    assert all(row.sum().contains(1) for row in net.to(Ball(3000)).S)


@every_net
def test_softmax_is_exp_over_alpha(net):
    assert_close(net.S, net.E / net.alpha[:, None])


@every_net
def test_kernel_is_definition_3_6(net):
    assert_close(net.gram, definition_3_6(net))


@every_net
def test_kernel_is_jacobian_times_transpose(net):
    J = net.jacobian.reshape(net.d2 * net.n, net.d1 * net.m)
    assert_close(net.gram_matrix, J @ J.T / net.m)


@every_net
def test_kernel_rows_are_ordered_by_output_then_point(net):
    for l1, l2, i, j in np.ndindex(net.gram.shape):
        assert net.gram[l1, l2, i, j] == net.gram_matrix[l1 * net.n + i, l2 * net.n + j]


@every_net
def test_gradient_is_claim_3_4(net):
    assert_close(net.gradient, claim_3_4(net))


@every_net
def test_gradient_against_complex_step(net):
    assert_close(net.gradient, complex_step_gradient(net.w, net.x, net.a, net.y))


@every_net
def test_jacobian_against_complex_step(net):
    assert_close(net.jacobian, complex_step_jacobian(net.w, net.x, net.a))


def test_gradient_is_residual_times_jacobian():
    net = generic(seed=4)
    assert_close(net.gradient, np.einsum("li,likr->kr", net.residual, net.jacobian))


def test_gradient_against_differences_in_high_precision():
    net = generic(n=2, m=3).to(Mp(60))
    differences = central_difference_gradient(net.w, net.x, net.a, net.y)
    assert max(abs(net.gradient - differences).ravel()) < 1e-36
    assert max(abs(differences).ravel()) > 0.1


def test_gradient_balls_against_differences():
    net = generic(n=2, m=3).to(Ball(200))
    differences = central_difference_gradient(net.w, net.x, net.a, net.y)
    for ball, value in zip(net.gradient.ravel(), differences.ravel(), strict=True):
        with Ball(200).working():
            assert (ball - Ball(200).number(value)).abs_upper() < arb(10) ** -36


@every_net
@pytest.mark.parametrize("name", QUANTITIES)
def test_three_arithmetics_agree(net, name):
    mp, ball = net.to(Mp(60)), net.to(Ball(160))
    plain, many, enclosed = (np.asarray(getattr(one, name)) for one in (net, mp, ball))
    assert plain.shape == many.shape == enclosed.shape
    if name in ("E", "alpha"):
        np.testing.assert_allclose(plain, Mp(60).to_float(many), rtol=1e-12)
    else:
        assert_close(plain, Mp(60).to_float(many), rtol=1e-12)
    for inner, outer in zip(many.ravel(), enclosed.ravel(), strict=True):
        assert_encloses(outer, inner)


def assert_encloses(ball, value):
    """The 60-digit value, give or take its own rounding, lies in the ball, and the ball is narrow."""
    point = Ball(300).number(value)
    with Ball(300).working():
        size = 1 + abs(point)
        assert ball.overlaps(point + arb(0, 1) * size * arb(10) ** -52)
        assert ball.rad() < size * arb(10) ** -38


def contains(ball, value):
    """Whether a ball contains a number, asked at a precision far beyond the ball's."""
    with Ball(1000).working():
        return ball.contains(Ball(1000).number(value))


def test_balls_contain_the_60_digit_value():
    net = generic(seed=8)
    for inner, outer in zip(net.to(Mp(60)).S.ravel(), net.to(Ball(100)).S.ravel(), strict=True):
        assert contains(outer, inner)
        assert outer.rad() < arb(2) ** -90


def test_exact_rational_values_at_zero_weights():
    net = Net([[0, 0, 0]], [[1, "0.5"]], [[1, -1, Fraction(1, 2)]], [[0, 1]], Ball())
    assert all(contains(s, Fraction(1, 3)) for s in net.S.ravel())
    assert all(contains(f, Fraction(1, 2)) for f in net.F.ravel())
    assert contains(net.loss, Fraction(1, 4))
    assert net.loss.rad() < arb(2) ** -190


@pytest.mark.parametrize("seed", range(3))
def test_symmetric_initialization_predicts_zero(seed):
    net = symmetric_net(4, 10, 3, 3, sigma=2.0, seed=seed)
    assert np.abs(net.F).max() < 1e-14
    assert max(abs(net.to(Mp(50)).F).ravel()) < 1e-47
    assert all(f.contains(0) and f.rad() < arb(2) ** -180 for f in net.to(Ball(200)).F.ravel())
    assert np.abs(net.at(net.w + np.arange(10)).F).max() > 0.1


def test_huge_logits_overflow_only_where_they_must():
    net = Net([[710.0, -800.0, 3.0]], [[1.0]], [[1.0, 1.0, -1.0]], [[0.0]])
    assert np.isinf(net.E[0, 0])
    assert np.isinf(net.alpha[0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert np.isfinite(net.gram_matrix).all()
        assert np.isfinite(net.gradient).all()
        assert net.S[0, 0] == 1.0
    assert net.to(Ball()).E[0, 0] > arb(10) ** 308


def test_descendants_keep_data_and_arithmetic():
    net = generic().to(Mp(30))
    moved = net.at(generic(seed=1).w)
    assert moved.arithmetic == Mp(30)
    assert np.array_equal(moved.x, net.x)
    assert not np.array_equal(moved.w, net.w)


def test_conversion_is_exact_and_returns():
    net = generic()
    for arithmetic in (Mp(15), Mp(40), Ball(53), Ball(200)):
        back = net.to(arithmetic).to(Float64())
        assert np.array_equal(back.w, net.w)


def test_wide_balls_cannot_become_points():
    third = Net([[arb(1) / 3]], [[1]], [[1]], [[0]], Ball())
    with pytest.raises(ValueError, match=r"w has an entry .* not a finite exact number"):
        third.to(Float64())


def test_wide_balls_are_propagated():
    wide = Net([[arb(0, 0.01), 0]], [[1]], [[1, -1]], [[0]], Ball())
    for nudge in (-0.01, 0.0, 0.01):
        point = Net([[nudge, 0]], [[1]], [[1, -1]], [[0]], Ball())
        assert wide.loss.contains(point.loss)
        assert wide.gradient[0, 0].contains(point.gradient[0, 0])


def test_global_precision_is_restored():
    before = flint.ctx.prec
    assert generic().to(Ball(400)).gradient[0, 0].rad() < arb(2) ** -380
    assert flint.ctx.prec == before


def test_results_and_inputs_are_read_only():
    w = np.ones((1, 2))
    net = Net(w, [[1]], [[1, -1]], [[0]])
    w[0, 0] = 5
    assert net.w[0, 0] == 1
    with pytest.raises(ValueError, match="read-only"):
        net.w[0, 0] = 2
    with pytest.raises(ValueError, match="read-only"):
        net.gram[0, 0, 0, 0] = 2


@pytest.mark.parametrize(
    ("replaced", "message"),
    [
        ({"x": np.ones((3, 3))}, r"x has shape \(3, 3\), not \(2, 3\)"),
        ({"a": np.ones((2, 4))}, r"a has shape \(2, 4\), not \(2, 5\)"),
        ({"y": np.ones((2, 2))}, r"y has shape \(2, 2\), not \(2, 3\)"),
        ({"w": np.ones(5)}, r"w must be a matrix .* not shape \(5,\)"),
        ({"x": np.ones((2, 0))}, r"x must be a matrix .* not shape \(2, 0\)"),
        ({"y": [[1, float("nan"), 1], [1, 1, 1]]}, "y has an entry that cannot be used: nan"),
        ({"w": np.full((2, 5), np.inf)}, "w has an entry that cannot be used: inf"),
        ({"a": [["one"] * 5] * 2}, "a has an entry that cannot be used: 'one'"),
    ],
)
def test_bad_input_is_named(replaced, message):
    net = generic()
    given = {"w": net.w, "x": net.x, "a": net.a, "y": net.y} | replaced
    with pytest.raises(ValueError, match=message):
        Net(**given)
