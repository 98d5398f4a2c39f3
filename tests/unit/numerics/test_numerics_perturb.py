"""Perturbations stay within R with certainty, and the adversarial ones deserve their name."""

from fractions import Fraction

import numpy as np
import pytest

from numerics import (
    Ball,
    Float64,
    Mp,
    Net,
    gram_ascent,
    gram_entry_gradient,
    move,
    perturbations,
    random_ball,
    random_sphere,
    room,
    sign_patterns,
    symmetric_net,
)

NETS = {
    "plain": symmetric_net(3, 8, 3, 2, seed=1),
    "one dimension": symmetric_net(2, 4, 1, 1, seed=2),
    "large weights": symmetric_net(2, 6, 4, 2, sigma=1e6, seed=3),
    "zero point": Net(np.ones((2, 4)), np.zeros((2, 2)), np.ones((1, 4)), np.zeros((1, 2))),
    "many inputs": symmetric_net(2, 4, 300, 1, seed=4),
}


def squared_motions(w, v):
    """Enclosures of ||v_r - w_r||^2 for all r."""
    ball = Ball(2500)
    with ball.working():
        delta = ball.array(v) - ball.array(w)
        return (delta * delta).sum(axis=0)


@pytest.mark.parametrize("net", NETS.values(), ids=NETS.keys())
@pytest.mark.parametrize("R", [Fraction(1, 100), 0.01, 3e-9, 1e-17, 1e-200, 1.0])
def test_the_radius_is_respected_with_certainty(net, R):
    limit = Ball(2500).number(R) ** 2
    for name, v in perturbations(net, R):
        assert v.shape == net.w.shape
        assert all(square <= limit for square in squared_motions(net.w, v)), name


def test_the_radius_is_used():
    net = NETS["plain"]
    for name, v in perturbations(net, 0.01):
        reach = np.linalg.norm(v - net.w, axis=0).max()
        assert reach > (0.003 if name == "random ball" else 0.01 * (1 - 1e-10)), name


def test_a_radius_below_rounding_moves_nothing():
    net = NETS["plain"]
    assert all(np.array_equal(v, net.w) for _, v in perturbations(net, 1e-30))


def test_names_are_distinct_and_complete():
    names = [name for name, _ in perturbations(NETS["plain"], 0.01)]
    assert len(names) == len(set(names))
    assert names[:2] == ["random ball", "random sphere"]
    assert sum(name.startswith("along x_2") for name in names) == 6
    assert any(name.startswith("gram ascent") for name in names)


def test_seeds():
    def drawn(seed):
        return next(perturbations(NETS["plain"], 0.01, seed))[1]

    assert np.array_equal(drawn(1), drawn(1))
    assert not np.array_equal(drawn(1), drawn(2))


@pytest.mark.parametrize("arithmetic", [Mp(40), Ball()])
def test_every_arithmetic_gets_the_same_perturbations(arithmetic):
    net = NETS["plain"]
    pairs = zip(perturbations(net, 0.01), perturbations(net.to(arithmetic), 0.01), strict=True)
    assert all(np.array_equal(plain, other) for (_, plain), (_, other) in pairs)


def test_random_points_fill_the_ball():
    w = np.zeros((2, 20_000))
    rng = np.random.default_rng(0)
    on, inside = random_sphere(w, 2.0, rng), random_ball(w, 2.0, rng)
    assert np.allclose(np.linalg.norm(on, axis=0), 2.0)
    assert abs((np.linalg.norm(inside, axis=0) <= 1).mean() - 0.25) < 0.02
    assert np.abs(on.mean(axis=1)).max() < 0.05


def test_along_a_point_the_logits_move_as_told():
    net, R = NETS["plain"], 0.01
    moved = {name: net.at(v).logits[1] - net.logits[1] for name, v in perturbations(net, R)}
    assert np.allclose(moved["along x_1, all up"], R)
    assert np.allclose(moved["along x_1, all down"], -R)
    assert np.allclose(moved["along x_1, outward"], R * np.sign(net.logits[1]))
    assert (moved["along x_1, one up"] > 0).sum() == 1
    assert (moved["along x_1, one down"] < 0).sum() == 1


@pytest.mark.parametrize("R", [0.01, 1.0])
def test_one_neuron_against_the_rest_moves_softmax_most(R):
    net = symmetric_net(2, 6, 3, 1, seed=5)
    rng = np.random.default_rng(0)
    named = dict(sign_patterns(net, 0, R, rng))
    shift = {
        name: np.abs(net.at(move(net.w, np.outer(net.x[:, 0], s), R)).S[0] - net.S[0]).max()
        for name, s in named.items()
    }
    best = max(shift["one up"], shift["one down"])
    for signs in np.ndindex((2,) * net.m):
        v = move(net.w, np.outer(net.x[:, 0], 2.0 * np.array(signs) - 1), R)
        assert np.abs(net.at(v).S[0] - net.S[0]).max() <= best + 1e-12


def test_the_lone_neuron_is_the_most_movable_one():
    net = Net([np.log([0.3, 0.6, 0.1])], [[1]], [[1, -1, 1]], [[0]])
    patterns = dict(sign_patterns(net, 0, 1.0, np.random.default_rng(0)))
    assert list(patterns["one up"]) == [1, -1, -1]
    assert list(patterns["one down"]) == [1, -1, 1]


@pytest.mark.parametrize("entry", [(0, 0, 0, 0), (0, 1, 0, 2), (1, 0, 2, 1), (1, 1, 1, 1)])
def test_gradient_of_a_kernel_entry(entry):
    rng = np.random.default_rng(3)
    net = Net(*(rng.standard_normal(s) for s in ((2, 5), (2, 3), (2, 5), (2, 3))))
    mp, h = net.to(Mp(50)), Mp(50).number("1e-18")
    gradient = gram_entry_gradient(net, entry)
    for place in np.ndindex(net.w.shape):
        nudge = np.zeros_like(mp.w)
        nudge[place] = h
        slope = (mp.at(mp.w + nudge).gram[entry] - mp.at(mp.w - nudge).gram[entry]) / (2 * h)
        assert abs(float(slope) - gradient[place]) < 1e-12
    assert np.abs(gradient).max() > 0.01


@pytest.mark.parametrize("entry", [(0, 0, 0, 0), (0, 1, 0, 2)])
def test_gram_ascent_beats_every_other_perturbation(entry):
    net = symmetric_net(3, 8, 3, 2, seed=1)
    v = gram_ascent(net, 0.01, entry)
    best = abs(net.at(v).gram[entry] - net.gram[entry])
    others = [abs(net.at(u).gram[entry] - net.gram[entry]) for _, u in perturbations(net, 0.01)]
    random = [random_sphere(net.w, 0.01, np.random.default_rng(seed)) for seed in range(200)]
    others += [abs(net.at(u).gram[entry] - net.gram[entry]) for u in random]
    assert best > 0
    assert best >= max(others)


def test_zero_directions_stay():
    w = np.ones((2, 3))
    directions = np.array([[1.0, 0.0, 1e-320], [0.0, 0.0, 0.0]])
    moved = move(w, directions, 0.5)
    assert np.allclose(moved - w, [[0.5, 0, 0.5], [0, 0, 0]])


def test_room_leaves_space_for_rounding():
    w = np.array([[0.0, 1.0, 1e20]])
    assert np.allclose(room(w, 1.0), [1.0, 1.0, 0.0])
    assert (room(w, 1.0) < 1).all()


@pytest.mark.parametrize("R", [0, -1, float("nan"), float("inf")])
def test_bad_radius(R):
    with pytest.raises(ValueError, match=r"radius must be > 0|not a finite exact number"):
        perturbations(NETS["plain"], R)


def test_gram_ascent_wants_float64():
    with pytest.raises(ValueError, match=r"float64 net is needed, not 30 digits"):
        gram_ascent(NETS["plain"].to(Mp(30)), 0.01, (0, 0, 0, 0))
    assert NETS["plain"].arithmetic == Float64()
