"""Gradient descent runs, and step sizes."""

import itertools
import math

import flint
import numpy as np
import pytest
from flint import arb

from numerics import (
    Ball,
    Mp,
    Net,
    gradient_descent,
    lambda_max,
    lambda_min,
    paper_step_size,
    stable_step_size,
    symmetric_net,
)


def test_one_update_is_definition_3_5():
    net = symmetric_net(3, 6, 2, 2, seed=1)
    start, after = gradient_descent(net, 0.01, 1)
    assert start.net is net
    assert np.array_equal(after.net.w, net.w - 0.01 * net.gradient)
    assert (start.tau, after.tau) == (0, 1)
    assert start.motion == 0
    assert math.isclose(after.motion, 0.01 * np.linalg.norm(net.gradient, axis=0).max(), rel_tol=1e-12)
    assert start.loss == net.loss


def test_the_loss_falls_at_the_rate_of_the_kernel():
    net = symmetric_net(3, 400, 4, 2, seed=0)
    eta = stable_step_size(net)
    losses = [step.loss for step in gradient_descent(net, eta, 300)]
    assert len(losses) == 301
    assert all(later < earlier for earlier, later in itertools.pairwise(losses))
    slowest = 1 - eta * net.m * lambda_min(net) / 2
    assert lambda_min(net) > 0
    assert losses[-1] < losses[0] * slowest**300


def test_a_step_far_too_large_raises_the_loss():
    net = symmetric_net(3, 40, 4, 2, seed=0)
    _, after = gradient_descent(net, 100 * stable_step_size(net), 1)
    assert after.loss > net.loss


def test_three_arithmetics_run_the_same_descent():
    net = symmetric_net(2, 4, 2, 1, seed=2)
    runs = [list(gradient_descent(net.to(t), "0.01", 5)) for t in (net.arithmetic, Mp(50), Ball(200))]
    for plain, many, enclosed in zip(*runs, strict=True):
        assert math.isclose(plain.loss, many.loss, rel_tol=1e-12)
        assert math.isclose(plain.motion, many.motion, rel_tol=1e-12)
        with Ball(200).working():
            assert abs(Ball(200).number(many.loss) - enclosed.loss) < arb(10) ** -45
            assert abs(Ball(200).number(many.motion) - enclosed.motion) < arb(10) ** -24


def test_a_paused_run_leaves_the_precision_alone():
    before = flint.ctx.prec
    run = gradient_descent(symmetric_net(2, 4, 2, 1, arithmetic=Ball(500)), "0.01", 3)
    next(run)
    next(run)
    assert flint.ctx.prec == before


def test_no_steps_is_only_the_start():
    assert [step.tau for step in gradient_descent(symmetric_net(2, 4, 2, 1), 0.1, 0)] == [0]


def test_paper_step_size():
    assert math.isclose(paper_step_size(2.0, 10, 3, 5, 0.25), 0.2 / (10 * 9 * 25 * math.exp(4)))
    assert paper_step_size(1.0, 1, 1, 1, 1000.0) == 0.0


def test_stable_step_size():
    net = symmetric_net(3, 40, 4, 2)
    assert math.isclose(stable_step_size(net) * 4 * 40 * lambda_max(net), 1)


@pytest.mark.parametrize("eta", [0, -0.1, float("nan"), float("inf"), "fast"])
def test_bad_step_size(eta):
    with pytest.raises(ValueError, match=r"step size must be > 0|not a finite exact number"):
        gradient_descent(symmetric_net(2, 4, 2, 1), eta, 3)


@pytest.mark.parametrize("steps", [-1, 2.5])
def test_bad_number_of_steps(steps):
    with pytest.raises(ValueError, match=r"steps = .* whole number"):
        gradient_descent(symmetric_net(2, 4, 2, 1), 0.1, steps)


def test_step_sizes_refuse_degenerate_kernels():
    with pytest.raises(ValueError, match=r"lambda = 0\.0"):
        paper_step_size(0.0, 10, 3, 5, 1.0)
    with pytest.raises(ValueError, match="positive eigenvalue"):
        stable_step_size(Net([[1, 2]], [[0]], [[1, -1]], [[0]]))
