"""Random nets with a seed: symmetric initialization and data inside the unit ball.

Everything is drawn in float64 and converted exactly, so one seed is the same net in every arithmetic.
"""

from __future__ import annotations

import math

import numpy as np

from numerics.arithmetic import Arithmetic, Array, Float64
from numerics.net import Net
from numerics.network import Network
from numerics.relatives import network_class

SAFETY = 1 - 1e-12
"""Factor by which lengths are shortened, so that a bound on them also holds in exact arithmetic."""


def symmetric_weights(m: int, d1: int, d2: int, sigma: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Weights w (d1, m) and signs a (d2, m) of Definition 3.7, line 158.

    Columns 2r-1 and 2r share w, drawn from N(0, sigma^2 I), and have opposite signs a.
    Raises ValueError unless m is even and positive, the dimensions are positive and sigma > 0 is finite.
    """
    _require_sizes(m=m, d1=d1, d2=d2)
    if m % 2:
        raise ValueError(f"m = {m} is odd; symmetric initialization pairs the neurons, so m must be even")
    if not (sigma > 0 and math.isfinite(sigma)):
        raise ValueError(f"sigma = {sigma} is not allowed; sigma must be a finite number > 0")
    half = sigma * rng.standard_normal((d1, m // 2))
    signs = rng.choice([-1.0, 1.0], size=(d2, m // 2))
    opposite = np.repeat(signs, 2, axis=1)
    opposite[:, 1::2] *= -1
    return np.repeat(half, 2, axis=1), opposite


def random_points(count: int, dimension: int, rng: np.random.Generator, sphere: bool = True) -> Array:
    """Columns of length at most 1, shape (dimension, count): on the sphere up to `SAFETY`, or in the ball.

    Raises ValueError unless both sizes are positive.
    """
    _require_sizes(count=count, dimension=dimension)
    points = rng.standard_normal((dimension, count))
    points *= SAFETY / np.linalg.norm(points, axis=0)
    if sphere:
        return points
    return np.asarray(points * rng.uniform(size=count) ** (1 / dimension))


def symmetric_net(
    n: int,
    m: int,
    d1: int,
    d2: int,
    sigma: float = 1.0,
    seed: int = 0,
    arithmetic: Arithmetic | None = None,
    sphere: bool = True,
) -> Net:
    """A softmax net at its symmetric initialization with random data; float64 unless told otherwise.

    Data come first from the generator, so the same seed keeps the data when m or sigma changes.
    Raises ValueError as `symmetric_weights` and `random_points` do.
    """
    return Net(*_symmetric_arrays(n, m, d1, d2, sigma, seed, sphere), arithmetic or Float64())


def symmetric_network(
    kind: str,
    n: int,
    m: int,
    d1: int,
    d2: int,
    sigma: float = 1.0,
    seed: int = 0,
    arithmetic: Arithmetic | None = None,
    sphere: bool = True,
) -> Network:
    """`symmetric_net` for any of the three networks: the same arrays, read by another formula.

    Raises ValueError as `network_class` and `symmetric_net` do.
    """
    chosen = network_class(kind)
    return chosen(*_symmetric_arrays(n, m, d1, d2, sigma, seed, sphere), arithmetic or Float64())


def _symmetric_arrays(
    n: int, m: int, d1: int, d2: int, sigma: float, seed: int, sphere: bool
) -> tuple[Array, Array, Array, Array]:
    _require_sizes(n=n, m=m, d1=d1, d2=d2)
    rng = np.random.default_rng(seed)
    x = random_points(n, d1, rng, sphere)
    y = random_points(n, d2, rng, sphere)
    w, a = symmetric_weights(m, d1, d2, sigma, rng)
    return w, x, a, y


def _require_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if not isinstance(size, int | np.integer) or size < 1:
            raise ValueError(f"{name} = {size!r} is not allowed; {name} must be a whole number >= 1")
