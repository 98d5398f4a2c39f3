"""Every engine against the plain one, at the edges of its range, and in little memory."""


import numpy as np
import pytest
from flint import arb

from numerics import (
    NETWORKS,
    Ball,
    DoubleDouble,
    Float64,
    Mp,
    Net,
    PlainEngine,
    best_engine,
    gradient_descent,
    network,
    stable_step_size,
    symmetric_net,
    symmetric_network,
)
from numerics import fast as fast_module
from numerics.fast import PairEngine
from numerics.fast_balls import BallEngine, CentreEngine
from numerics.fast_dd import DoubleDoubleEngine

every_kind = pytest.mark.parametrize("kind", NETWORKS)
STEPS = 15


def run(*engines, steps=STEPS):
    for _ in range(steps):
        for engine in engines:
            engine.step()
    return engines


def assert_same_run(engine, reference, rtol=1e-12):
    """Weights and predictions; of the latter, rounding the logits alone costs the sensitivity times their size."""
    reference_w = reference.weights
    assert np.abs(engine.weights - reference_w).max() <= rtol * np.abs(reference_w).max()
    moved = np.abs(reference_w - reference.start.w).max()
    assert np.abs(engine.weights - reference_w).max() <= 1e-6 * moved
    size = np.abs(reference.net.sensitivity).sum(axis=2).max() * (1 + np.abs(reference.net.logits).max())
    size += np.abs(reference.F).max()
    assert np.abs(engine.F - reference.F).max() <= rtol * size
    assert abs(engine.loss - reference.loss) <= rtol * (1 + size) * (1 + float(reference.loss))
    assert engine.tau == reference.tau


SHAPES = {  # n, m, d1, d2: few and many points, blocks that divide m and that do not
    "tiny": (1, 2, 1, 1),
    "narrow": (3, 5000, 2, 2),
    "narrow, many outputs": (2, 4100, 3, 5),
    "wide": (16, 3000, 8, 3),
    "wide, one output": (40, 602, 3, 1),
}


@every_kind
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
@pytest.mark.parametrize("wide_block", [2**17, 1000])
def test_pairs_are_the_closed_form(kind, shape, wide_block, monkeypatch):
    monkeypatch.setattr(fast_module, "WIDE_BLOCK", wide_block)
    n, m, d1, d2 = shape
    net = symmetric_network(kind, n, m, d1, d2, sigma=0.7, seed=1)
    eta = stable_step_size(net)
    assert_same_run(*run(PairEngine(net, eta), PlainEngine(net, eta)))


@pytest.mark.parametrize("sigma", [0, 50, 300, 5000])
def test_softmax_of_any_logits(sigma):
    """Zero, large and huge weights; along the way the largest logit wanders off, so that the shift is renewed."""
    start = symmetric_net(4, 600, 3, 2, seed=3)
    net = start.at(sigma * start.w)
    assert_same_run(*run(PairEngine(net, 1e-5), PlainEngine(net, 1e-5), steps=3))


def test_the_shift_follows_the_logits():
    """With one huge step the logits jump by thousands: exp with the old shift is useless, and the run goes on."""
    net = symmetric_net(2, 50, 2, 2, seed=5)
    fast, plain = PairEngine(net, 1e3), PlainEngine(net, 1e3)
    run(fast, plain, steps=1)
    assert np.abs(plain.net.logits).max() > 1000
    assert np.isfinite(fast.loss)
    assert_same_run(fast, plain)


def test_hostile_pairs():
    rng = np.random.default_rng(0)
    half, signs = rng.standard_normal((2, 5)), rng.standard_normal((3, 5))
    a = np.repeat(signs, 2, axis=1) * np.tile([1, -1], 5)
    x, y = rng.standard_normal((2, 4)), rng.standard_normal((3, 4))
    x[:, 1], x[:, 2] = x[:, 0], 0
    equal, one = np.repeat(half, 2, axis=1), np.repeat(half[:, :1], 10, axis=1)
    for w in (rng.standard_normal((2, 10)), equal, one, np.zeros((2, 10))):
        for kind in NETWORKS:
            net = network(kind, w, x, a, y)
            assert_same_run(*run(PairEngine(net, 1e-3), PlainEngine(net, 1e-3)))


def test_equal_runs_are_equal_to_the_last_bit():
    net = symmetric_net(3, 5000, 2, 2)
    first, second = run(PairEngine(net, 1e-4), PairEngine(net, 1e-4))
    assert np.array_equal(first.weights, second.weights)


def test_a_run_that_leaves_float64_says_so():
    with pytest.raises(ValueError, match=r"leave the range of float64 after step \d+; eta = 10.0 is too large"):
        run(PairEngine(symmetric_network("exp", 3, 40, 2, 2), 10.0), steps=30)
    with pytest.raises(ValueError, match="leave the range of float64 after step 0"):
        start = symmetric_network("exp", 3, 40, 2, 2)
        PairEngine(start.at(1000 * start.w), 0.1)


def test_engines_refuse_what_they_cannot_run():
    net = symmetric_net(2, 6, 2, 2)
    unpaired = Net(net.w, net.x, np.abs(net.a), net.y)
    with pytest.raises(ValueError, match="opposite pairs"):
        PairEngine(unpaired, 0.1)
    with pytest.raises(ValueError, match="opposite pairs"):
        PairEngine(Net(net.w[:, :5], net.x, net.a[:, :5], net.y), 0.1)
    for engine, word in ((DoubleDoubleEngine, "double-double"), (CentreEngine, "mpmath"), (BallEngine, "balls")):
        with pytest.raises(ValueError, match=word):
            engine(net, 0.1)
    for bad in (0, -1, float("nan"), "fast"):
        for engine in (PairEngine, PlainEngine):
            with pytest.raises(ValueError, match=r"step size must be > 0|not a finite exact number"):
                engine(net, bad)


def test_the_best_engine():
    small, large = symmetric_net(2, 10, 2, 2), symmetric_net(4, 10000, 2, 2)
    unpaired = Net(large.w, large.x, np.abs(large.a), large.y)
    assert isinstance(best_engine(small, 0.1), PlainEngine)
    assert isinstance(best_engine(large, 0.1), PairEngine)
    assert isinstance(best_engine(unpaired, 0.1), PlainEngine)
    assert isinstance(best_engine(small.to(DoubleDouble()), 0.1), DoubleDoubleEngine)
    assert isinstance(best_engine(small.to(Mp(30)), 0.1), CentreEngine)
    assert isinstance(best_engine(small.to(Ball()), 0.1), BallEngine)


def test_gradient_descent_takes_the_fast_road():
    net = symmetric_net(4, 10000, 2, 2)
    eta = stable_step_size(net)
    last = list(gradient_descent(net, eta, 3))[-1]
    (plain,) = run(PlainEngine(net, eta), steps=3)
    np.testing.assert_allclose(last.net.w, plain.weights, rtol=1e-12)
    assert abs(last.loss - plain.loss) < 1e-12


@every_kind
@pytest.mark.parametrize("symmetric", [True, False])
def test_double_double_has_30_digits(kind, symmetric):
    net = symmetric_network(kind, 3, 700, 2, 2, seed=6)
    if not symmetric:
        rng = np.random.default_rng(0)
        net = network(kind, rng.standard_normal((2, 301)), net.x, rng.standard_normal((2, 301)), net.y)
    eta = stable_step_size(net)
    pairs, many = run(DoubleDoubleEngine(net.to(DoubleDouble()), eta), CentreEngine(net.to(Mp(50)), eta), steps=5)
    assert_same_run(pairs, many, rtol=1e-30)
    assert np.abs(pairs.weights - many.weights).max() > 0  # 106 bits are not 166


@pytest.mark.parametrize("sigma", [0, 300, 5000])
def test_double_double_of_any_logits(sigma):
    start = symmetric_net(3, 20, 2, 2, seed=3)
    net = start.at(sigma * start.w)
    pairs, many = run(DoubleDoubleEngine(net.to(DoubleDouble()), 1e-5), CentreEngine(net.to(Mp(60)), 1e-5), steps=2)
    assert np.abs(pairs.F - many.F).max() <= 1e-24 * (1 + np.abs(many.F).max())


@every_kind
@pytest.mark.parametrize("digits", [15, 30, 50, 120])
def test_centres_have_the_digits_asked_for(kind, digits):
    net = symmetric_network(kind, 3, 10, 2, 2, seed=7)
    eta = stable_step_size(net)
    centre, more = run(CentreEngine(net.to(Mp(digits)), eta), PlainEngine(net.to(Mp(digits + 30)), eta))
    tolerance = 10.0 ** (2 - digits)
    assert np.abs(centre.weights - more.weights).max() <= tolerance
    assert abs(centre.loss - more.loss) <= tolerance
    assert 0 < centre.rounding <= tolerance
    assert all(isinstance(entry, centre.start.arithmetic.context.mpf) for entry in centre.weights.flat)


@every_kind
def test_balls_enclose_the_run(kind):
    net = symmetric_network(kind, 3, 10, 2, 2, seed=8)
    eta = stable_step_size(net)
    balls, plain, exact_run = run(BallEngine(net.to(Ball(200)), eta), PlainEngine(net.to(Ball(200)), eta),
                                  CentreEngine(net.to(Mp(100)), eta))  # fmt: skip
    arithmetic = Ball(400)
    with arithmetic.working():
        for enclosure, other, value in zip(balls.weights.flat, plain.weights.flat, exact_run.weights.flat, strict=True):
            assert enclosure.overlaps(arithmetic.number(value) + arithmetic.number("1e-95") * arb(0, 1))
            assert enclosure.overlaps(other)
            assert enclosure.rad() < arithmetic.number("1e-45")
        assert balls.loss.overlaps(plain.loss)


def test_wide_balls_stay_wide():
    ball = Ball(200)
    net = symmetric_net(2, 4, 2, 1, arithmetic=ball)
    w = net.w.copy()
    w[0, 0] = w[0, 0].union(ball.number(0))
    inside = [BallEngine(net.at(np.vectorize(lambda entry: entry.mid())(w)), "0.01"), BallEngine(net, "0.01")]
    wide = BallEngine(net.at(w), "0.01")
    run(wide, *inside, steps=3)
    for engine in inside:
        assert all(outer.contains(inner) for outer, inner in zip(wide.F.flat, engine.F.flat, strict=True))


def test_a_broken_engine_is_noticed():
    net = symmetric_net(3, 100, 2, 2)
    with pytest.raises(AssertionError):
        assert_same_run(*run(PairEngine(net, 1e-3), PlainEngine(net, 1.0000001e-3)))
    with pytest.raises(AssertionError):
        assert_same_run(PairEngine(net, 1e-3), *run(PlainEngine(net, 1e-3), steps=1))


def test_float64_arithmetic_of_results():
    engine = PairEngine(symmetric_net(3, 100, 2, 2), 1e-3)
    assert engine.weights.dtype == engine.F.dtype == np.float64
    assert engine.net.arithmetic == Float64()
