"""The speed table's own code, at small sizes: it compares numbers, notices wrong ones, and prints what it measured."""

import re

import numpy as np
import pytest
from benchmarks import speed
from benchmarks.gd_peers import GD_PEERS, GRAM_PEERS, Job, mpmath_gd, present

from numerics import Mp, PlainEngine, symmetric_net

SMALL = {
    "wide GD": lambda: speed.gd_case(12, 8, 200, 3, 1),
    "narrow GD": lambda: speed.gd_case(2, 1, 300, 3, 2),
    "Gram": lambda: speed.gram_case(4, 3, 64, 3, 1),
    "digits": lambda: speed.digits_case(3, 2, 8, 50, 3),
    "pairs": lambda: speed.pairs_case(3, 2, 16, 3),
}


@pytest.mark.parametrize("make", SMALL.values(), ids=SMALL.keys())
def test_all_tools_compute_the_same_numbers(make):
    row = speed.measure(make(), rounds=3)
    assert all(len(times) == 3 for times in row.times.values())
    assert speed.OURS in row.times


@pytest.mark.parametrize("make", SMALL.values(), ids=SMALL.keys())
def test_wrong_numbers_are_noticed(make):
    case = make()
    jobs = case.jobs()
    jobs[speed.OURS].run()
    wrong = Job(lambda: None, lambda: jobs[speed.OURS].read() + 1e-3)
    with pytest.raises(ValueError, match="wrong differs by"):
        speed.compare(case, {speed.OURS: jobs[speed.OURS], "wrong": wrong})


def test_the_sizes_of_the_real_table():
    names = " ".join(case.name for case in speed.cases())
    assert all(size in names for size in ("(64,16,65536)", "(2,1,10000000)", "(32,8,16384)", "(4,2,256)", "(4,2,4096)"))
    assert [case.target for case in speed.cases()] == [3, 4, 6, 6, 8, 3]


def test_the_mpmath_peer_is_gradient_descent():
    net, eta = symmetric_net(3, 8, 2, 2, seed=1), 0.01
    (job,) = mpmath_gd(net, eta, 40).values()
    engine = PlainEngine(net.to(Mp(60)), eta)
    for _ in range(4):
        job.run()
        engine.step()
    assert np.abs(job.read() - engine.weights).max() < 1e-37


def test_peers_that_are_missing_are_left_out():
    assert not present("no_such_tool")
    assert set(GD_PEERS) == set(GRAM_PEERS) == {"torch", "jax"}


def test_the_table():
    case = SMALL["pairs"]()
    row = speed.Row(case, {"proofcheck": [0.001, 0.002, 0.003], "slow": [0.02, 0.03, 0.01], "fast": [0.009, 0.008, 0.01]})
    assert row.best_peer == "fast"
    assert row.ratio == pytest.approx(4.5)
    lines = list(speed.table([row, speed.Row(case, {"proofcheck": [0.001]})], (1e9, 1e9)))
    assert re.search(r"\| 2\.0 ms \| fast \| 9\.0 ms \| 4\.5 \(3\.3 to 9\.0\) \| 3 \|", lines[2])
    assert "none installed" in lines[3]


def test_the_fraction_of_the_roofline():
    case = SMALL["Gram"]()
    row = speed.Row(case, {"proofcheck": [1.0]})
    assert speed.fraction(row, (case.work[0] * 2, 1e30)) == "50%"
    assert speed.fraction(row, (1e30, case.work[1] * 4)) == "25%"


def test_a_missed_target_is_the_exit_status(monkeypatch, capsys):
    monkeypatch.setattr(speed, "cases", lambda: [speed.pairs_case(2, 2, 4, 1e9)])
    monkeypatch.setattr(speed, "roofline", lambda rounds: (1e9, 1e9))
    assert speed.main(["--rounds", "1"]) == 1
    assert "| GD step, 30 digits, (2,2,4) |" in capsys.readouterr().out
