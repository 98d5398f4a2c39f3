"""The diffusion example: the mixture's score by finite differences, the forward SDE, Tweedie, the kernel regressions."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from numerics import Net, gradient_descent, stable_step_size
from numerics.diffusion import (
    Errors,
    Mixture,
    Setting,
    decay,
    forward,
    function_at,
    kernel_features,
    measure,
    noise_variance,
    regression,
    tweedie,
    two_clusters,
)
from numerics.init import random_points, symmetric_weights

SMALL = Setting(n=32, m=64, steps=60, test_points=200, rich_points=60)


@cache
def small() -> Errors:
    return measure(two_clusters(), SMALL)


def log_density(data: Mixture, x: np.ndarray, clock: float) -> float:
    variance = decay(clock) ** 2 * data.spread**2 + noise_variance(clock)
    apart = x[:, None] - decay(clock) * data.means
    bells = np.exp(-(apart**2).sum(axis=0) / (2 * variance)) / (2 * np.pi * variance) ** (len(x) / 2)
    return float(np.log(data.weights @ bells))


@pytest.mark.parametrize("clock", [0.05, 0.7, 3.0])
def test_the_score_is_the_gradient_of_the_log_density(clock: float) -> None:
    data, step = two_clusters(), 1e-5
    for x in np.random.default_rng(0).standard_normal((5, 2)):
        found = data.score(x[:, None], np.array([clock]))[:, 0]
        for k, direction in enumerate(np.eye(2) * step):
            slope = (log_density(data, x + direction, clock) - log_density(data, x - direction, clock)) / (2 * step)
            assert found[k] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_tweedie_turns_the_posterior_mean_into_the_score() -> None:
    data, rng = two_clusters(), np.random.default_rng(1)
    x, clock = rng.standard_normal((2, 50)), rng.uniform(0.05, 3, 50)
    assert tweedie(data.prediction(x, clock), x, clock) == pytest.approx(data.score(x, clock), rel=1e-9, abs=1e-9)
    assert not np.allclose(tweedie(data.prediction(x, clock), x, 2 * clock), data.score(x, clock), rtol=1e-2)


def test_the_prediction_is_the_mean_of_x0_given_x() -> None:
    """Of all predictions it has the least error, so that moving it makes the error larger, by the square of the move."""
    data, rng = two_clusters(), np.random.default_rng(2)
    start = data.draw(200_000, rng)
    clock = np.full(start.shape[1], 0.5)
    x = forward(start, clock, rng)
    least = ((start - data.prediction(x, clock)) ** 2).sum(axis=0).mean()
    for shift in (-0.1, 0.1):
        moved = ((start - data.prediction(x, clock) - shift) ** 2).sum(axis=0).mean()
        assert moved - least == pytest.approx(2 * shift**2, abs=2e-3)


def test_the_forward_sde_has_the_mean_and_the_variance_of_its_solution() -> None:
    rng = np.random.default_rng(3)
    end = forward(np.full((1, 100_000), 2.0), np.full(100_000, 0.8), rng)
    assert end.mean() == pytest.approx(2 * np.exp(-0.4), abs=0.02)
    assert end.var() == pytest.approx(1 - np.exp(-0.8), abs=0.02)


def test_small_euler_steps_give_the_same_law() -> None:
    """dx = -x/2 dG + dB simulated in 200 steps, against the exact solution."""
    rng, steps, last = np.random.default_rng(4), 200, 0.8
    x = np.full(50_000, 2.0)
    for _ in range(steps):
        x = x - x / 2 * (last / steps) + np.sqrt(last / steps) * rng.standard_normal(len(x))
    assert x.mean() == pytest.approx(2 * decay(last), abs=0.02)
    assert x.var() == pytest.approx(noise_variance(last), abs=0.02)


def test_the_kernel_regression_is_gradient_descent_of_the_linear_model() -> None:
    rng = np.random.default_rng(5)
    w, a = symmetric_weights(16, 3, 2, 1.0, rng)
    net = Net(w, random_points(6, 3, rng), a, rng.standard_normal((2, 6)))
    eta, features, labels = stable_step_size(net), kernel_features(net, net.x), net.y.reshape(-1)
    beta = np.zeros(features.shape[1])
    for _ in range(37):
        beta -= eta * net.m * features.T @ (features @ beta - labels)
    assert features @ features.T == pytest.approx(net.gram_matrix, rel=1e-9, abs=1e-12)
    assert function_at(net, net.x, regression(net, net.y, eta, 37)).reshape(-1) == pytest.approx(features @ beta, rel=1e-8)


def test_a_wide_net_stays_near_its_kernelregression() -> None:
    rng = np.random.default_rng(6)
    w, a = symmetric_weights(4096, 3, 2, 1.0, rng)
    net = Net(w, random_points(4, 3, rng), a, random_points(4, 2, rng))
    eta = stable_step_size(net)
    *_, last = gradient_descent(net, eta, 20)
    fitted = function_at(net, net.x, regression(net, net.y, eta, 20))
    assert np.linalg.norm(last.net.F - fitted) < 1e-2 * np.linalg.norm(fitted)


def test_the_weight_turns_the_error_of_the_score_into_that_of_the_prediction() -> None:
    found = small()
    assert found.score == pytest.approx(found.total, rel=1e-9)
    assert found.plain_score > 1.1 * found.total


def test_the_four_errors_bound_the_whole_one_with_the_factor_four() -> None:
    found = small()
    parts = (found.Z1, found.Z2, found.Z3, found.Z4)
    assert found.total <= sum(np.sqrt(part) for part in parts) ** 2 * (1 + 1e-9) <= 4 * sum(parts) * (1 + 1e-9)
    assert all(part > 0 for part in parts)


def test_training_helps_and_the_same_seed_gives_the_same_numbers() -> None:
    assert measure(two_clusters(), SMALL) == small()
    assert measure(two_clusters(), replace(SMALL, seed=1)) != small()
    assert small().total < small().zero


@pytest.mark.parametrize("change", [{"first": 0.0}, {"first": 3.0}, {"n": 0}, {"steps": 0}, {"ridge": 0.0}])
def test_bad_settings_are_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="need"):
        replace(SMALL, **change)


@pytest.mark.parametrize(("weights", "spread"), [([0.5, 0.4], 0.1), ([1.0], 0.1), ([1.5, -0.5], 0.1), ([0.5, 0.5], -1.0)])
def test_bad_mixtures_are_refused(weights: list[float], spread: float) -> None:
    with pytest.raises(ValueError, match=r"weights|spread"):
        Mixture(np.eye(2), np.array(weights), spread)
