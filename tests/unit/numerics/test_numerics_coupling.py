"""A trained net beside NTK regression."""

import numpy as np
import pytest

from numerics import Net, coupled_run, lambda_max, symmetric_net


def small_steps(net: Net) -> float:
    return 0.05 / (net.m * lambda_max(net))


def test_at_the_start_both_predict_zero():
    net = symmetric_net(2, 16, 2, 2, seed=1)
    found = coupled_run(net, [0.3, -0.4], small_steps(net), 0)
    assert found.gap < 1e-12
    assert found.kernel_move == found.gram_move == 0


def test_one_step_at_a_data_point_is_the_linearization_up_to_second_order():
    net = symmetric_net(2, 16, 2, 2, seed=1)
    gaps = [coupled_run(net, net.x[:, 0], eta, 1).gap for eta in (1e-3, 5e-4)]
    assert 3 < gaps[0] / gaps[1] < 9  # of second order at least


def test_numbers_of_a_net_with_two_neurons():
    """F = 2 tanh(w) for w = (w, -w), x = 1: K = c (1 - tanh(c w)^2) (1 - tanh(w)^2) at x_te = c."""
    net = Net([[0.0, 0.0]], [[1.0]], [[1, -1]], [[0.5]])
    found = coupled_run(net, [2.0], 0.1, 1)
    moved = 0.1 * 0.5
    assert found.gap == pytest.approx(abs(2 * np.tanh(2 * moved) - 2 * 2 * moved))
    assert found.kernel_move == pytest.approx(2 - 2 / np.cosh(2 * moved) ** 2 / np.cosh(moved) ** 2)
    assert found.gram_move == pytest.approx(1 - np.cosh(moved) ** -4)
    assert (found.smallest, found.pulled) == pytest.approx((1, 2))
    assert found.repaired() == pytest.approx(2 * (found.kernel_move + 4 * found.gram_move))
    assert found.printed(0.5) == pytest.approx(found.kernel_move)  # nd = eps_H m lambda


def test_the_repaired_bound_holds_in_small_steps():
    net = symmetric_net(2, 64, 2, 2, seed=3)
    found = coupled_run(net, [0.5, 0.2], small_steps(net), 200, output=1)
    assert 0 < found.gap <= found.repaired()
    assert found.loss < 0.5 * found.targets


@pytest.mark.parametrize(("point", "output", "words"), [([1.0], 0, "shape"), ([1.0, 0.0], 2, "output 2")])
def test_bad_input(point, output, words):
    net = symmetric_net(2, 16, 2, 2, seed=1)
    with pytest.raises(ValueError, match=words):
        coupled_run(net, point, 0.001, 1, output)


def test_a_singular_kernel_is_refused():
    net = Net([[0.0, 0.0]], [[0.0]], [[1, -1]], [[0.5]])
    with pytest.raises(ValueError, match="lambda_min"):
        coupled_run(net, [1.0], 0.1, 1)
