"""Ball runs: enough bits, an error instead of nonsense, and resumed runs that are the same run."""

import math

import pytest
from flint import arb

from numerics import Ball, Float64, grid_symmetric_net, symmetric_net, updated
from numerics.records import Store, to_text
from numerics.rigorous import StepRecord, TooFewBits, ball_descent, bits_per_step, recorded_descent, working_bits
from numerics.spectrum import enclose_spectrum


def small(bits=300):
    return symmetric_net(2, 20, 2, 2, sigma=0.3, seed=1, arithmetic=Ball(bits))


def step_size(net, rate):
    return rate / float(enclose_spectrum(net.gram_matrix, net.arithmetic)[1].mid()) / net.m


def accuracy(ball):
    return -math.log2(float(ball.rad() * arb(2) ** 200 / abs(ball).mid())) + 200


@pytest.mark.parametrize("rate", [1.0, 0.25, 1 / 12, 0.01])
def test_no_more_bits_are_lost_than_foretold(rate):
    net = small()
    records = [r for r, _ in ball_descent(net, step_size(net, rate), 40)]
    lost = (accuracy(records[4].after) - accuracy(records[-1].after)) / 35
    assert 0 < lost <= 1.1 * bits_per_step(rate)


def test_the_bits_are_enough():
    net = small()
    eta = step_size(net, 1.0)
    *_, (last, _) = ball_descent(net.to(Ball(working_bits(60, 1.0, 40))), eta, 60)
    assert last.after.rad() < last.after.mid() * arb(10) ** -40


def test_too_few_bits_are_an_error():
    net = small(60)
    with pytest.raises(TooFewBits, match=r"60 bits are too few: after step \d+ the balls no longer determine"):
        list(ball_descent(net, step_size(net, 1.0), 60))


def test_a_huge_step_is_an_error_or_an_enclosure():
    net = small(80)
    try:
        for _, then in ball_descent(net, 1e6, 3):
            assert all(f.is_finite() for f in then.F.flat)
    except TooFewBits:
        pass


def test_the_record_of_a_step():
    net = small()
    (record, then), = ball_descent(net, "0.01", 1)
    assert all(p.overlaps(q) for p, q in zip(then.w.flat, updated(net, "0.01").w.flat, strict=True))
    exact = symmetric_net(2, 20, 2, 2, sigma=0.3, seed=1)
    after = updated(exact, 0.01)
    assert float(record.before.mid()) == pytest.approx(2 * exact.loss)
    assert float(record.after.mid()) == pytest.approx(2 * after.loss)
    assert float(record.rho.mid()) == pytest.approx(20 * after.S.max())
    assert float(record.alpha_least.mid()) == pytest.approx(after.alpha.min())
    assert float(record.alpha_largest.mid()) == pytest.approx(after.alpha.max())
    assert float(record.path.mid()) == pytest.approx(0.01 * (exact.gradient**2).sum() ** 0.5)
    assert float(record.pull.mid()) == pytest.approx((exact.gradient**2).sum(axis=0).max() ** 0.5)
    assert float(record.motion.mid()) == pytest.approx(0.01 * float(record.pull.mid()))
    e = exact.residual.ravel()
    assert float(record.energy.mid()) == pytest.approx(e @ exact.gram_matrix @ e)
    assert record.defect.contains(0)


def test_multiplicity_changes_no_record():
    net = grid_symmetric_net(2, 30, 2, 2, 0.5, seed=2, arithmetic=Ball(200), points=3)
    for (one, _), (two, _) in zip(ball_descent(net, "0.01", 3), ball_descent(net.expanded(), "0.01", 3), strict=True):
        for name, value in one.plain().items():
            assert name == "tau" or value.overlaps(two.plain()[name]), name


def texts(records):
    return [{k: to_text(v) for k, v in r.plain().items()} for r in records]


@pytest.mark.parametrize("stop", [0, 1, 4, 6])
def test_a_resumed_run_is_the_same_run(tmp_path, stop):
    net = small()
    whole = texts(recorded_descent(net, "0.01", 6))
    store = Store.create(tmp_path / "run", {}, {})
    run = recorded_descent(net, "0.01", 6, store)
    assert texts(next(run) for _ in range(stop)) == whole[:stop]
    run.close()
    again = Store.reopen(tmp_path / "run")
    assert again.length == stop
    assert texts(recorded_descent(net, "0.01", 6, again)) == whole
    assert texts(recorded_descent(net, "0.01", 3, again)) == whole[:3]


def test_a_store_of_another_run(tmp_path):
    store = Store.create(tmp_path / "run", {}, {})
    list(recorded_descent(small(), "0.01", 2, store))
    other = symmetric_net(2, 22, 2, 2, arithmetic=Ball(300))
    with pytest.raises(ValueError, match="does not belong to this run"):
        list(recorded_descent(other, "0.01", 2, store))
    store.add({"tau": 2}, {})
    with pytest.raises(ValueError, match="not the numbers of a step: tau"):
        list(recorded_descent(small(), "0.01", 3, store))
    with pytest.raises(ValueError, match="not the numbers of a step"):
        StepRecord.of({})


@pytest.mark.parametrize(("net", "eta", "message"), [
    (symmetric_net(1, 2, 1, 1, arithmetic=Float64()), 1, "a net of balls is needed, not float64"),
    (small(), 0, "eta = 0 is not allowed"),
    (small(), -1, "eta = -1 is not allowed"),
    (small(), float("nan"), "nan is not a finite exact number"),
])
def test_bad_input(net, eta, message):
    with pytest.raises(ValueError, match=message):
        ball_descent(net, eta, 1)
