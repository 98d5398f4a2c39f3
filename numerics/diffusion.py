"""A diffusion model whose score is known: Gaussian mixtures, the forward SDE, a softmax net that predicts x(0), and the
four errors of Claim G.1 (Section 6, lines 250-340; Appendix G, lines 1733-1747).

Time is the clock G = int_0^t g, so every schedule g is covered; points are columns, as everywhere in `numerics`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from numerics.arithmetic import Array
from numerics.choice import best_engine
from numerics.descent import stable_step_size
from numerics.init import symmetric_weights
from numerics.net import Net
from numerics.network import Network


def decay(clock: Array) -> Array:
    """alpha = exp(-G/2), the factor of x(0) in x(t)."""
    return np.asarray(np.exp(-np.asarray(clock) / 2))


def noise_variance(clock: Array) -> Array:
    """h = 1 - exp(-G), the variance of every coordinate of x(t) given x(0)."""
    return np.asarray(-np.expm1(-np.asarray(clock)))


def forward(start: Array, clock: Array, rng: np.random.Generator) -> Array:
    """x(t) for x(0) = start (d, n) and clocks (n,), exactly in law: the explicit solution of Eq. 3, line 256."""
    return np.asarray(decay(clock) * start + np.sqrt(noise_variance(clock)) * rng.standard_normal(start.shape))


def tweedie(prediction: Array, x: Array, clock: Array) -> Array:
    """The score (alpha F - x)/h that belongs to a prediction F of x(0), shape (d, n)."""
    return np.asarray((decay(clock) * prediction - x) / noise_variance(clock))


@dataclass(frozen=True, eq=False)
class Mixture:
    """p_0 = sum_c weights_c N(means_c, spread^2 I): means (d, c), weights (c,), spread >= 0.

    Raises ValueError unless there is one positive weight for each mean, they add up to 1, and spread >= 0 is finite.
    """

    means: Array
    weights: Array
    spread: float

    def __post_init__(self) -> None:
        shape, weights = np.shape(self.means), np.asarray(self.weights, dtype=float)
        if len(shape) != 2 or weights.shape != shape[1:] or not (weights > 0).all() or abs(weights.sum() - 1) > 1e-12:
            raise ValueError(f"means of shape {shape} with weights {weights.tolist()}: need one column of means for each "
                             "weight > 0, and weights that add up to 1")
        if not (self.spread >= 0 and math.isfinite(self.spread)):
            raise ValueError(f"spread = {self.spread} is not allowed; it must be finite and >= 0")

    def draw(self, count: int, rng: np.random.Generator) -> Array:
        """Independent points of p_0, shape (d, count)."""
        chosen = rng.choice(len(self.weights), size=count, p=self.weights)
        return np.asarray(self.means[:, chosen] + self.spread * rng.standard_normal((len(self.means), count)))

    def _shares(self, x: Array, clock: Array) -> tuple[Array, Array, Array]:
        """Posterior weights of the components (c, n), x - alpha means (d, c, n), and the variance of x(t) in each (n,)."""
        variance = (decay(clock) * self.spread) ** 2 + noise_variance(clock)
        apart = x[:, None, :] - decay(clock) * self.means[:, :, None]
        logs = np.log(self.weights)[:, None] - (apart**2).sum(axis=0) / (2 * variance)
        shares = np.exp(logs - logs.max(axis=0))
        return shares / shares.sum(axis=0), apart, variance

    def score(self, x: Array, clock: Array) -> Array:
        """grad log p_t at x (d, n) and clocks G > 0 (n,), shape (d, n)."""
        shares, apart, variance = self._shares(x, clock)
        return np.asarray(-(shares * apart).sum(axis=1) / variance)

    def prediction(self, x: Array, clock: Array) -> Array:
        """F_* = E[x(0) | x(t) = x], component by component (line 296), shape (d, n)."""
        shares, apart, variance = self._shares(x, clock)
        inside = self.means[:, :, None] + decay(clock) * self.spread**2 / variance * apart
        return np.asarray((shares * inside).sum(axis=1))


@dataclass(frozen=True)
class Setting:
    """One experiment: n training points, m neurons, GD steps, the clocks between G(T_0) and G(T), and the seed."""

    n: int = 128
    m: int = 256
    sigma: float = 1.0
    steps: int = 200
    first: float = 0.2
    last: float = 2.0
    test_points: int = 1000
    rich_points: int = 200
    ridge: float = 1e-3
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.first < self.last < math.inf:
            raise ValueError(f"clocks from {self.first} to {self.last}: need 0 < first < last < inf")
        counts = {k: getattr(self, k) for k in ("n", "steps", "test_points", "rich_points")}
        if min(counts.values()) < 1 or not self.ridge > 0:
            raise ValueError(f"{counts}, ridge = {self.ridge}: need whole numbers >= 1 and ridge > 0")


@dataclass(frozen=True)
class Errors:
    """Mean squared errors over test pairs (t, x(t)); Z1 to Z4 are coupling, label mismatch, early stopping, approximation.

    `score` has the weight (h/alpha)^2, `plain_score` the weight 1; `zero` is the error of F = 0, `label_noise` the mean of
    |x(0) - F_*|^2; `loss` is that of the trained net on its n points, per point, and `norm` the squared RKHS norm R_H.
    """

    total: float
    Z1: float
    Z2: float
    Z3: float
    Z4: float
    score: float
    plain_score: float
    zero: float
    label_noise: float
    loss: float
    norm: float
    longest_input: float

    def plain(self) -> dict[str, float]:
        """The numbers by name."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


def two_clusters() -> Mixture:
    """A mixture in the plane with two clusters of different weight inside the unit disc."""
    return Mixture(np.array([[0.6, -0.6], [0.2, -0.3]]), np.array([0.4, 0.6]), 0.1)


def measure(data: Mixture, setting: Setting) -> Errors:
    """Train the net on pairs ((t, x(t)), x(0)) and measure its errors and those of the kernel regressions beside it.

    The inputs (t, x) are scaled into the unit ball, as Assumption 6.1 asks, by one factor that the training set sets.
    F_H is a ridge regression of F_* itself in the kernel of W(0); F~_ntk is trained on F_H + (x(0) - F_*) (line 1731).
    Raises ValueError for a width or a sigma that `symmetric_weights` refuses.
    """
    rng = np.random.default_rng(setting.seed)
    sample = _draw(data, setting, setting.n, rng)
    scale = 1 / float(np.linalg.norm(sample.joined, axis=0).max())
    w, a = symmetric_weights(setting.m, len(sample.x) + 1, len(sample.x), setting.sigma, rng)
    net = Net(w, scale * sample.joined, a, sample.start)
    eta = stable_step_size(net)
    trained = _trained(net, eta, setting.steps)

    rich, test = (_draw(data, setting, count, rng) for count in (setting.rich_points, setting.test_points))
    in_space = ridge_regression(net, scale * rich.joined, rich.target, setting.ridge)
    pseudo = function_at(net, net.x, in_space) + sample.start - sample.target
    inputs = scale * test.joined
    answer = _with_inputs(trained, inputs).F
    fits = (regression(net, labels, eta, setting.steps) for labels in (sample.start, pseudo))
    kernel, kernel_pseudo, approximate = (function_at(net, inputs, c) for c in (*fits, in_space))
    gap = tweedie(answer, test.x, test.clock) - data.score(test.x, test.clock)
    return Errors(
        total=_mean(answer - test.target), Z1=_mean(answer - kernel), Z2=_mean(kernel - kernel_pseudo),
        Z3=_mean(kernel_pseudo - approximate), Z4=_mean(approximate - test.target),
        score=_mean(noise_variance(test.clock) / decay(test.clock) * gap), plain_score=_mean(gap), zero=_mean(test.target),
        label_noise=_mean(test.start - test.target), loss=_mean(trained.residual), norm=float((in_space**2).sum()),
        longest_input=float(np.linalg.norm(inputs, axis=0).max()))


@dataclass(frozen=True, eq=False)
class _Pairs:
    """x(0), x(t), the clocks of t, and F_* there."""

    start: Array
    x: Array
    clock: Array
    target: Array

    @property
    def joined(self) -> Array:
        """The inputs (t, x(t)), one column each."""
        return np.vstack([self.clock, self.x])


def _draw(data: Mixture, setting: Setting, count: int, rng: np.random.Generator) -> _Pairs:
    """As in line 286, but from T_0 on."""
    start = data.draw(count, rng)
    clock = rng.uniform(setting.first, setting.last, count)
    x = forward(start, clock, rng)
    return _Pairs(start, x, clock, data.prediction(x, clock))


def _trained(net: Network, eta: float, steps: int) -> Network:
    engine = best_engine(net, eta)
    for _ in range(steps):
        engine.step()
    return engine.net


def _mean(gap: Array) -> float:
    return float((gap**2).sum(axis=0).mean())


def _with_inputs(net: Network, inputs: Array) -> Network:
    """The same weights at other inputs."""
    return replace(net, x=inputs, y=np.zeros((net.d2, inputs.shape[1])))


def kernel_features(net: Network, inputs: Array) -> Array:
    """The Jacobian at the inputs over sqrt(m), a row for each output and input (output first): K* is features features^T."""
    at = _with_inputs(net, inputs)
    return np.asarray(at.jacobian.reshape(net.d2 * inputs.shape[1], net.d1 * net.m) / math.sqrt(net.m))


def function_at(net: Network, inputs: Array, coefficients: Array) -> Array:
    """The function of the RKHS of the net's kernel with these coefficients of the features, shape (d2, n)."""
    return np.asarray((kernel_features(net, inputs) @ coefficients).reshape(net.d2, inputs.shape[1]))


def ridge_regression(net: Network, inputs: Array, values: Array, ridge: float) -> Array:
    """Coefficients that fit the values (d2, n), with `ridge` times the squared norm of the function added for each point."""
    features = kernel_features(net, inputs)
    gram = features @ features.T + ridge * inputs.shape[1] * np.eye(len(features))
    return np.asarray(features.T @ np.linalg.solve(gram, values.reshape(-1)))


def regression(net: Network, labels: Array, eta: float, steps: int) -> Array:
    """Coefficients of NTK regression after GD steps from 0: its residual is multiplied by 1 - eta m H* in every step."""
    features = kernel_features(net, net.x)
    left, values, right = np.linalg.svd(features, full_matrices=False)
    kept = values > 0
    gains = -np.expm1(steps * np.log1p(-eta * net.m * values[kept] ** 2)) / values[kept]
    return np.asarray(right[kept].T @ (gains * (left[:, kept].T @ labels.reshape(-1))))
