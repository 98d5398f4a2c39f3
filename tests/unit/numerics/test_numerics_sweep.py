"""Sweeps: which runs a grid has, and what is measured on one run."""

import itertools
import json
import math
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from numerics import gradient_descent, lambda_max, lambda_min, paper_step_size, stable_step_size, symmetric_net
from numerics.sweep import AXES, COLUMNS, grid, measure
from numerics.sweep.grid import MOST_RUNS
from numerics.sweep.measure import chosen_step_size, contraction, rounding_noise


def only(**spec):
    """The one run of a SPEC."""
    (run,) = grid(spec)
    return run


def test_the_grid_is_the_product_sorted_by_its_parameters():
    runs = grid({"m": [64, 16], "seeds": {"from": 0, "to": 2}, "eta": ["stable", 0.5]})
    assert [(r["m"], r["eta"], r["seed"]) for r in runs] == [
        (m, eta, seed) for m in (16, 64) for eta in (0.5, "stable") for seed in (0, 1, 2)]
    assert all(list(r) == [axis.column for axis in AXES.values()] for r in runs)


def test_the_order_and_the_spelling_of_a_spec_do_not_matter():
    assert grid({"m": [4, 2, 4], "sigma": 1}) == grid({"sigma": [1.0], "m": [2, {"from": 2, "to": 5, "step": 2}]})
    assert grid({"precision": 50}) == grid({"precision": "50"})


@pytest.mark.parametrize(("given", "expected"), [
    ({"from": 16, "to": 130, "factor": 2}, [16, 32, 64, 128]),
    ({"from": 2, "to": 2}, [2]),
    ({"from": 2, "to": 9, "step": 4}, [2, 6]),
])
def test_ranges_of_whole_numbers(given, expected):
    assert [r["m"] for r in grid({"m": given})] == expected


def test_ranges_are_exact_decimals():
    assert [r["sigma"] for r in grid({"sigma": {"from": 0.1, "to": 0.5, "step": 0.1}})] == [0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize(("spec", "words"), [
    ({"sedes": 3}, ["'sedes'", "3", "did you mean 'seeds'"]),
    ({"xyz": 3}, ["'xyz'", "allowed are net, n, d"]),
    ({"m": 7}, ["m = 7", "even whole numbers >= 2"]),
    ({"m": 2**63}, [f"m = {2**63}", "< 2**63"]),
    ({"n": [1, 0]}, ["n = 0", "whole numbers >= 1"]),
    ({"n": True}, ["n = True"]),
    ({"n": 1.5}, ["n = 1.5"]),
    ({"sigma": 0}, ["sigma = 0", "finite numbers > 0"]),
    ({"sigma": math.nan}, ["sigma = nan"]),
    ({"eta": "fast"}, ["eta = 'fast'", "'stable' and 'paper'"]),
    ({"eta": -1}, ["eta = -1"]),
    ({"eps": 1}, ["eps = 1", "> 0 and < 1"]),
    ({"net": "tanh"}, ["net = 'tanh'", "'softmax'"]),
    ({"precision": 3}, ["precision = 3", "digits >= 15"]),
    ({"seeds": []}, ["seeds = []", "a list"]),
    ({"seeds": {"from": 0}}, ["is not a range", "{from, to, step}"]),
    ({"seeds": {"from": 0, "to": "9"}}, ["is not a range"]),
    ({"seeds": {"from": 0, "to": 10**400}}, ["is not a range"]),
    ({"sigma": {"from": 1, "to": 10, "factor": 1.000001}}, [f"more than {MOST_RUNS} values"]),
    ({"seeds": {"from": 5, "to": 2}}, ["does not lead up"]),
    ({"m": {"from": 2, "to": 9, "factor": 1}}, ["does not lead up"]),
    ({"seeds": {"from": 0, "to": 10**12}}, [f"more than {MOST_RUNS} values"]),
    ({"seeds": {"from": 1, "to": 1500}, "n": {"from": 1, "to": 1500}}, ["2250000 runs", f"at most {MOST_RUNS}"]),
])
def test_a_bad_spec_says_what_was_given_and_what_is_allowed(spec, words):
    with pytest.raises(ValueError) as caught:
        grid(spec)
    assert all(word in str(caught.value) for word in words), caught.value


def test_a_row_holds_what_the_run_shows():
    run = only(n=3, d=2, m=64, sigma=0.5, steps=30, seeds=4, eps=0.5)
    row = measure(run)
    net = symmetric_net(3, 64, 2, 2, sigma=0.5, seed=4)
    eta = stable_step_size(net)
    states = list(gradient_descent(net, eta, 30))
    losses = [s.loss for s in states]
    ratios = [b / a for a, b in itertools.pairwise(losses)]
    last = states[-1].net
    assert list(row) == list(COLUMNS) and {k: row[k] for k in run} == run
    assert (row["status"], row["reason"], row["steps_done"], row["eta_value"]) == ("ok", None, 30, eta)
    assert (row["loss_initial"], row["loss_final"], row["rate_worst"]) == (losses[0], losses[-1], max(ratios))
    assert min(ratios) < row["rate_fitted"] < max(ratios)
    assert row["steps_to_eps"] == next(t for t, loss in enumerate(losses) if loss <= losses[0] / 2) > 0
    assert row["motion_max"] == max(s.motion for s in states) > 0
    assert math.isclose(row["kernel_change"], np.linalg.norm(last.gram_matrix - net.gram_matrix), rel_tol=1e-12)
    for when, now in (("initial", net), ("final", last)):
        assert math.isclose(row[f"lambda_min_{when}"], lambda_min(now), rel_tol=1e-9)
        assert math.isclose(row[f"lambda_max_{when}"], lambda_max(now), rel_tol=1e-9)
    assert "numpy" in row["versions"]


@pytest.mark.parametrize("precision", ["50", "ball"])
def test_other_arithmetics_measure_the_same(precision):
    spec = {"n": 2, "d": 1, "m": 8, "steps": 5, "seeds": 1}
    plain, other = (measure(only(**spec, precision=p)) for p in ("float64", precision))
    for name, kind in COLUMNS.items():
        if kind is float and plain[name] is not None:
            assert math.isclose(plain[name], other[name], rel_tol=1e-7, abs_tol=1e-12), name


def test_a_row_is_plain_data_and_the_same_again():
    run = only(n=2, m=16, steps=5)
    row = measure(run)
    assert json.loads(json.dumps(row, allow_nan=False)) == row == measure(run)
    for name, kind in COLUMNS.items():
        assert row[name] is None or isinstance(row[name], (kind, float) if name == "eta" else kind), name


def test_a_step_size_far_too_large_diverges():
    row = measure(only(n=2, m=16, eta=100.0, steps=10))
    assert (row["status"], row["steps_done"]) == ("diverged", 10)
    assert row["loss_final"] > row["loss_initial"] and "above the first" in row["reason"]


def test_weights_that_are_no_numbers_diverge():
    row = measure(only(n=2, m=16, eta=1e308, steps=5))
    assert row["status"] == "diverged" and row["reason"] and row["steps_done"] < 5
    json.dumps(row, allow_nan=False)


def test_balls_that_are_too_wide_are_not_a_result():
    row = measure(only(n=4, m=8, precision="ball:53", eta=1.0, steps=40))
    assert row["status"] == "invalid" and "more bits" in row["reason"] and row["steps_done"] < 40


def test_a_step_size_that_does_not_exist_is_invalid():
    row = measure(only(eta="paper", sigma=20.0))
    assert row["status"] == "invalid" and "B = " in row["reason"] and row["loss_final"] is None


def test_the_step_size_of_the_paper_uses_what_was_measured():
    net = symmetric_net(2, 16, 2, 2, sigma=0.1)
    assert chosen_step_size("paper", net, 1.0) == paper_step_size(lambda_min(net), 16, 2, 2, 1.0)
    with pytest.raises(ValueError, match="not for relu"):
        chosen_step_size("paper", net, 1.0, "relu")


def test_no_steps_measure_the_start_only():
    row = measure(only(n=2, m=16, steps=0))
    assert (row["status"], row["steps_done"], row["rate_fitted"], row["kernel_change"]) == ("ok", 0, None, 0.0)


def test_the_rate_of_a_geometric_sequence_and_its_floor():
    fitted, worst = contraction([0.9**t for t in range(50)] + [1e-30, 1.0, 2e-30], 1e-29)
    assert math.isclose(fitted, 0.9, rel_tol=1e-12) and math.isclose(worst, 0.9, rel_tol=1e-12)
    assert contraction([1.0], 0.0) == (None, None)


def test_a_run_down_to_rounding_noise_keeps_its_rate():
    row = measure(only(n=1, d=1, m=64, sigma=0.5, steps=400, eta="stable"))
    floor = rounding_noise(symmetric_net(1, 64, 1, 1, sigma=0.5))
    assert row["loss_final"] <= floor and row["rate_worst"] < 1 and 0.4 < row["rate_fitted"] < 0.7


def test_threads_of_one_process_do_not_disturb_each_other():
    kinds = ["ball:64", "ball:2000", "50", "float64"]
    runs = grid({"n": 2, "d": 1, "m": 8, "steps": 4, "precision": kinds, "seeds": [0, 1]})
    alone = [measure(run) for run in runs]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # let the threads take turns all the time
    try:
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(measure, runs)) == alone
    finally:
        sys.setswitchinterval(before)
