"""The search for nets that break Theorem R's conclusions: it measures rightly, and finds what there is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from numerics.breaking import search, tried
from numerics.net import Net

EDGE = 2 * math.sqrt(1 - math.sqrt(2 / 7))  # the target at which (1 - (y/2)^2)^2 = 2/7, the kernel of two neurons at F = y


def two_neurons(target: float) -> Net:
    """Two orthonormal points, the second with the target 0."""
    return Net(np.zeros((2, 2)), np.eye(2), np.array([[1, -1]]), np.array([[target, 0.0]]))


@pytest.mark.parametrize(("target", "breaks"), [(EDGE + 0.02, True), (EDGE - 0.02, False)])
def test_two_neurons_break_where_the_closed_form_says(target: float, breaks: bool) -> None:
    found = tried(two_neurons(target))
    assert found is not None
    assert found.broken is breaks
    assert found.big == pytest.approx(math.sqrt(2) / target)


def test_a_net_without_a_kernel_is_not_measured() -> None:
    assert tried(Net(np.zeros((2, 2)), np.ones((2, 2)) / 2, np.array([[1, -1]]), np.ones((1, 2)))) is None


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_search_finds_a_failure_near_the_best_known(seed: int) -> None:
    found = search(n=2, d1=2, pairs=1, seed=seed, moves=120)
    assert found.broken
    assert found.big > 0.95


def test_sizes_without_a_kernel_are_refused() -> None:
    with pytest.raises(ValueError, match="none of 3 random nets"):
        search(n=3, d1=1, pairs=1, seed=0, moves=1, starts=3)
