"""Gradient descent with pairs of doubles: about 30 digits, a few times the cost of float64."""

from __future__ import annotations

from typing import Any, final

import numpy as np

from numerics.arithmetic import Array, DoubleDouble
from numerics.doubledouble import LANES, join, run_pass, split, sum_lanes
from numerics.network import Network
from numerics.sums import SumEngine


@final
class DoubleDoubleEngine(SumEngine):
    """Runs of any softmax, ReLU or exp network in `DoubleDouble`; raises ValueError for another arithmetic."""

    def __init__(self, start: Network, eta: Any) -> None:
        if start.arithmetic != DoubleDouble():
            raise ValueError(f"a double-double network is needed, not {start.arithmetic.name}; use to(DoubleDouble())")
        super().__init__(start, eta)
        self._w, self._x, self._a = (split(values) for values in (start.w, start.x, start.a))
        self._state = np.zeros((2, start.n, start.m))
        self._answer_again()

    @property
    def weights(self) -> Array:
        """W(tau) as numbers of `DoubleDouble`, shape (d1, m)."""
        return join(self._w)

    @property
    def pairs(self) -> Array:
        """A copy of W(tau) as pairs of doubles, shape (2, d1, m)."""
        return self._w.copy()

    def _largest_logits(self) -> Array:
        return np.asarray((self._x[0].T @ self._w[0]).max(axis=1))

    def _pass(self, residual: Array, factor: Array, mean: Array, shift: Array) -> tuple[Array, Array]:
        n, d2 = self.start.n, self.start.d2
        total, answers = np.zeros((2, n, LANES)), np.zeros((2, d2, n, LANES))
        run_pass(
            self._relu, self._w, self._state, self._a, self._x, split(residual), split(factor), split(mean), split(shift),
            total, answers,
        )  # fmt: skip
        return join(sum_lanes(total)), join(sum_lanes(answers.reshape(2, d2 * n, LANES))).reshape(d2, n)
