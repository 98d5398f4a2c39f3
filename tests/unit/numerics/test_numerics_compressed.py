"""Nets by multiplicity: the same numbers as the net with every neuron written out."""

from collections import Counter

import numpy as np
import pytest
from flint import arb

from numerics import Ball, CompressedNet, Float64, Net, decompose, enclose_lambda_min, grid_symmetric_net, motion, updated
from numerics.compressed import axis_points, grid_axis, grid_law

BALL = Ball(256)
TINY = arb(2) ** -200


@pytest.fixture(params=[(2, 2, 60), (3, 1, 20), (1, 3, 24)])
def net(request) -> CompressedNet:
    n, d, m = request.param
    return grid_symmetric_net(n, m, d, d, 0.7, seed=4, arithmetic=BALL, points=3)


def same(one, two):
    with BALL.working():
        differences = np.ravel(np.asarray(one, dtype=object) - np.asarray(two, dtype=object))
    return all(t.contains(0) and t.rad() < TINY for t in differences)


def per_neuron(net, values):
    return np.repeat(values, net.counts, axis=-1)


def test_every_quantity_agrees_with_the_net_written_out(net):
    full = net.expanded()
    assert net.m == full.m > len(net.counts)
    for name in ("alpha", "mean_sign", "F", "residual", "loss", "gram_matrix"):
        assert same(getattr(net, name), getattr(full, name)), name
    for name in ("S", "sensitivity", "gradient", "logits"):
        assert same(per_neuron(net, getattr(net, name)), getattr(full, name)), name


def test_steps_and_their_parts_agree(net):
    full, start = net.expanded(), net
    for _ in range(3):
        then, full_then = updated(net, "0.01"), updated(full, "0.01")
        mine, other = decompose(net, then, "0.01"), decompose(full, full_then, "0.01")
        assert same(mine.C, other.C)
        assert mine.defect.contains(0)
        net, full = then, full_then
    assert same(motion(start, net), motion(start.expanded(), full))
    assert enclose_lambda_min(net.gram_matrix, BALL).overlaps(enclose_lambda_min(full.gram_matrix, BALL))


def test_the_closed_form_is_the_derivative_of_the_loss():
    net = grid_symmetric_net(2, 40, 2, 2, 0.7, seed=4, arithmetic=Float64(), points=3)
    h = 1e-6
    for place in np.ndindex(net.w.shape):
        nudge = np.zeros(net.w.shape)
        nudge[place] = h
        slope = (net.at(net.w + nudge).loss - net.at(net.w - nudge).loss) / (2 * h)
        assert slope == pytest.approx(net.gradient[place] * net.counts[place[1]], rel=1e-5, abs=1e-7)


def test_counts_add_up_and_partners_stay_together():
    m = 6 * 10**10
    net = grid_symmetric_net(2, m, 2, 2, 0.05, seed=0, arithmetic=BALL)
    assert net.m == sum(net.counts) == m
    kinds = Counter()
    for r, count in enumerate(net.counts):
        kinds[tuple(map(str, net.w[:, r])), tuple(int(float(s)) for s in net.a[:, r])] += count
    assert all(kinds[w, tuple(-s for s in a)] == count for (w, a), count in kinds.items())
    assert all(f.contains(0) for f in net.F.flat)
    assert all(f.rad() < 1e-60 for f in net.F.flat)


def test_counts_of_any_size_are_exact():
    huge = 10**30 + 1
    tiny = Net([[1, 2]], [[1]], [[1, -1]], [[0]], BALL)
    net = CompressedNet(tiny, (huge, 2 * huge))
    with BALL.working():
        e = arb(1).exp()
        assert same(net.alpha / huge, [e + 2 * e**2])
        assert same(net.mean_sign, [[(1 - 2 * e) / (1 + 2 * e)]])
    assert net.m == 3 * huge


def test_a_seed_is_a_net():
    one, two, other = (grid_symmetric_net(1, 10**9, 1, 1, 0.1, seed=s, arithmetic=BALL) for s in (1, 1, 2))
    assert one.counts == two.counts != other.counts


def test_the_grid_is_what_it_says():
    points, law = grid_axis(0.5, 33)
    assert points[0] == -points[-1] == -3
    assert law.sum() == pytest.approx(1)
    values = np.array([float(p) for p in points])
    width = values[1] - values[0]
    assert (law * values**2).sum() == pytest.approx(0.25 + width**2 / 12, rel=1e-6)  # rounding adds width^2/12
    w, a, chances = grid_law(2, 2, 0.5, 5)
    assert w.shape == a.shape == (2, 50)
    assert chances.sum() == pytest.approx(1)
    assert [axis_points(d, d) for d in (1, 2, 3, 4, 5)] == [33, 21, 5, 3, 3]


def test_the_draw_follows_the_law():
    m = 10**12
    net = grid_symmetric_net(1, m, 1, 1, 0.1, seed=3, arithmetic=Float64())
    variance = sum(c * w * w for c, w in zip(net.counts, net.w[0], strict=True)) / m
    assert variance == pytest.approx(0.01 * (1 + (12 / 32) ** 2 / 12), rel=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: grid_symmetric_net(1, 7, 1, 1, 0.1), "m = 7 is not allowed"),
        (lambda: grid_symmetric_net(1, -2, 1, 1, 0.1), "m = -2 is not allowed"),
        (lambda: grid_symmetric_net(1, 2**63, 1, 1, 0.1), "is not allowed; symmetric initialization needs an even m"),
        (lambda: grid_symmetric_net(0, 2, 1, 1, 0.1), "count = 0 is not allowed"),
        (lambda: grid_symmetric_net(1, 2, 1, 1, 0.0), "sigma = 0.0 is not allowed"),
        (lambda: grid_symmetric_net(1, 2, 1, 1, float("nan")), "sigma = nan is not allowed"),
        (lambda: grid_symmetric_net(1, 2, 1, 1, 0.1, points=4), "4 grid points are not allowed"),
        (lambda: grid_symmetric_net(1, 2, 9, 9, 0.1), "kinds of neurons; allowed: at most 65536"),
        (lambda: CompressedNet(Net([[1.0]], [[1.0]], [[1.0]], [[1.0]]), (0,)), "counts must be 1 whole numbers"),
        (lambda: grid_symmetric_net(1, 10**9, 1, 1, 0.1).expanded(), "too large to write out"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()
