"""Gradient descent on the first layer (Definition 3.5, line 129), one record at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic import Arithmetic, Array
from numerics.choice import best_engine
from numerics.engine import positive_step_size
from numerics.network import Network
from numerics.spectrum import lambda_max

BLOCK = 2**20
"""Neurons whose motion is held at once."""


@dataclass(frozen=True, eq=False)
class Step:
    """The state after `tau` updates: the net, its loss, and the largest ||w_r(tau) - w_r(0)||_2 over r."""

    tau: int
    net: Any
    loss: Any
    motion: Any


def gradient_descent(net: Network, eta: Any, steps: int) -> Iterator[Step]:
    """Yield the states tau = 0, ..., steps of W <- W - eta * gradient, in the arithmetic of `net`.

    The fastest engine that suits the network does the work; without the records, use `best_engine` itself.
    Raises ValueError unless eta is a finite number > 0 and steps >= 0, and where numbers leave the arithmetic's range.
    """
    if not isinstance(steps, int) or steps < 0:
        raise ValueError(f"steps = {steps!r} is not allowed; steps must be a whole number >= 0")
    positive_step_size(net, eta)
    return _run(net, eta, steps)


def _run(net: Network, eta: Any, steps: int) -> Iterator[Step]:
    engine = best_engine(net, eta)
    for tau in range(steps + 1):
        now = engine.net if tau else net
        yield Step(tau, now, engine.loss, motion(net, now))
        if tau < steps:
            engine.step()


def motion(start: Network, now: Network) -> Any:
    """The largest ||w_r - w_r(0)||_2 over the neurons r, a scalar."""
    kind = now.arithmetic
    blocks = (slice(k, k + BLOCK) for k in range(0, now.m, BLOCK))
    with kind.working():
        return kind.max(np.array([_largest_length(now.w[:, b] - start.w[:, b], kind) for b in blocks]))


def _largest_length(columns: Array, kind: Arithmetic) -> Any:
    return kind.max(kind.sqrt(kind.sum(columns * columns, axis=0)))


def paper_step_size(smallest: float, m: int, n: int, d: int, B: float) -> float:
    """eta = 0.1 lambda / (m n^2 d^2 exp(16 B)) of Theorem 4.2, line 178; tiny in practice.

    Raises ValueError unless lambda and the sizes are positive and B is finite.
    """
    if not (smallest > 0 and min(m, n, d) >= 1 and math.isfinite(B)):
        raise ValueError(
            f"lambda = {smallest}, m = {m}, n = {n}, d = {d}, B = {B}: need positive values and a finite B"
        )
    return 0.1 * smallest / (m * n**2 * d**2) * math.exp(-16 * B)


def stable_step_size(net: Network) -> float:
    """eta = 1 / (4 c lambda_max(H)), a practical choice that is not the paper's; c is the `kernel_scale`, m for softmax.

    To first order the residual obeys r <- (I - eta c H) r, which contracts for eta < 2 / (c lambda_max(H)).
    Raises ValueError if H is zero, so that no step moves anything.
    """
    largest = lambda_max(net)
    if not largest > 0:
        raise ValueError(f"lambda_max(H) = {largest}; a step size needs a kernel with a positive eigenvalue")
    return 1 / (4 * net.kernel_scale * largest)
