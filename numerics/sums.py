"""What the fast engines share: a step needs only a few sums over the neurons, and hands only a few numbers back to them.

For softmax and exp the state of a neuron at point i is exp(<w_r, x_i> - shift_i), for ReLU the logit itself, and its
answer is the state or its positive part. With total_i the sum of the answers and answers_{l,i} that of a_{l,r} times them,
F = scale answers, where scale_i is m / total_i, 1, or m^(-1/2); and
eta dL/d<w_r, x_i> = factor_i (sum_l residual_{l,i} a_{l,r} - mean_i) state_{i,r}, with [state >= 0] in its place for ReLU.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import numpy as np

from numerics.arithmetic import Array
from numerics.engine import Engine
from numerics.net import Net
from numerics.network import Network
from numerics.relatives import ReluNet

SAFE_TOTAL = 1e200
"""A softmax total beyond this, or below its inverse, asks for another shift."""


class SumEngine(Engine):
    """Engines of softmax, ReLU and exp networks that go over all neurons once a step; subclasses are final."""

    _total: Array
    _answers: Array
    _shift: Array

    def __init__(self, start: Network, eta: Any) -> None:
        super().__init__(start, eta)
        self._softmax, self._relu = isinstance(start, Net), isinstance(start, ReluNet)

    @abstractmethod
    def _pass(self, residual: Array, factor: Array, mean: Array, shift: Array) -> tuple[Array, Array]:
        """Move the weights by x times the pull, then renew the state; return total (n,) and answers (d2, n)."""

    @abstractmethod
    def _largest_logits(self) -> Array:
        """The largest <w_r, x_i> of each point, to a few digits, in float64; shape (n,)."""

    @property
    def F(self) -> Array:
        """The predictions at tau, shape (d2, n)."""
        with self.start.arithmetic.working():
            return np.asarray(self._answers * self._scale)

    @property
    def _scale(self) -> Array:
        if self._softmax:
            return np.asarray(self.start.m / self._total)
        unit = self.start.arithmetic.array(np.ones(self.start.n))
        return np.asarray(unit * self.start.scale) if isinstance(self.start, ReluNet) else unit

    def _advance(self) -> None:
        with self.start.arithmetic.working():
            scale = self._scale
            residual = self._answers * scale - self.start.y
            mean = (residual * self._answers).sum(axis=0) / self._total if self._softmax else 0 * scale
            self._total, self._answers = self._pass(residual, scale * self.eta, mean, self._shift)
        if self._softmax and not self._in_range():
            self._answer_again()
        if not self._finite():
            self._refuse()

    def _answer_again(self) -> None:
        """Total and answers of the weights as they are; softmax logits are shifted by the largest one of each point."""
        arithmetic, n = self.start.arithmetic, self.start.n
        top = self._largest_logits() if self._softmax else np.zeros(n)
        if not np.isfinite(top).all():
            self._refuse()
        self._shift, still = arithmetic.array(top), arithmetic.array(np.zeros(n))
        with arithmetic.working():
            self._total, self._answers = self._pass(0 * self.start.y, still, still, self._shift)
        if not self._finite():
            self._refuse()

    def _in_range(self) -> bool:
        return bool(np.all((self._total > 1 / SAFE_TOTAL) & (self._total < SAFE_TOTAL)))

    def _finite(self) -> bool:
        numbers = self.start.arithmetic.to_float([*self._total, *self._answers.flat])
        return bool(np.all(np.abs(numbers) < 1e300))

    def _refuse(self) -> None:
        raise ValueError(f"the numbers leave the range of {self.start.arithmetic.name} after step {self.tau}; "
                         f"eta = {self.start.arithmetic.to_float(self.eta)} is too large or the weights are")  # fmt: skip
