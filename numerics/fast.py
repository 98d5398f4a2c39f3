"""Gradient descent in float64 at the speed of the machine, for networks whose signs come in opposite pairs.

Three things make it fast. A pair shares its signs, so the products with a cost half. The weights move and answer again
block by block, while a block is in the cache, so that one step reads and writes the memory once. And nothing of size
d2 n m, as in `Network.sensitivity`, is ever built: beside the weights there is one number for each point and neuron.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, final

import numpy as np

from numerics.arithmetic import Array, Float64
from numerics.engine import Engine, paired
from numerics.kernels import EXP, RELU, SOFTMAX, activate, narrow_pass, pull
from numerics.net import Net
from numerics.network import Network
from numerics.relatives import ExpNet, ReluNet

KINDS: dict[type[Network], int] = {Net: SOFTMAX, ExpNet: EXP, ReluNet: RELU}
NARROW = 64
"""Up to this n * d1, plain loops beat matrix products by BLAS."""
NARROW_BLOCK = 4096
"""Numbers of state in a block of the loops."""
WIDE_BLOCK = 2**17
"""Numbers of state in a block for BLAS."""
SAFE_TOTAL = 1e200
"""Sums of exponentials beyond this, or below its inverse, ask for another shift of the logits."""


@dataclass(frozen=True)
class _Stack:
    """Blocks of c pairs, the c plus neurons first: w (blocks, d1, 2c), state (blocks, n, 2c), a (blocks, d2, c)."""

    w: Array
    state: Array
    a: Array


@final
class PairEngine(Engine):
    """Float64 runs of a softmax, ReLU or exp network with opposite pairs of signs.

    Raises ValueError if the network is in another arithmetic or its signs are no such pairs.
    """

    def __init__(self, start: Network, eta: Any) -> None:
        if not _suits(start):
            raise ValueError("a float64 network whose signs come in opposite pairs of neighbours is needed")
        super().__init__(start, eta)
        self._kind = KINDS[type(start)]
        self._narrow = start.n * start.d1 <= NARROW
        self._stacks = _stacks(start, NARROW_BLOCK if self._narrow else WIDE_BLOCK)
        self._shift = np.zeros(start.n)
        self._answer_again()

    @property
    def weights(self) -> Array:
        """A copy of W(tau), shape (d1, m)."""
        w = np.empty((self.start.d1, self.start.m))
        filled = 0
        for stack in self._stacks:
            columns = _interleaved(stack.w)
            w[:, filled : filled + columns.shape[1]] = columns
            filled += columns.shape[1]
        return w

    @property
    def F(self) -> Array:
        """The predictions at tau, shape (d2, n)."""
        return np.asarray(self._answers * self._scale)

    @property
    def _scale(self) -> Array:
        """The factor between the sum over a_{l,r} times the state, and F; shape (n,)."""
        if self._kind == SOFTMAX:
            return np.asarray(self.start.m / self._total)
        return np.full(self.start.n, 1 / sqrt(self.start.m) if self._kind == RELU else 1.0)

    def _advance(self) -> None:
        residual = self.F - self.start.y
        mean = np.zeros(self.start.n)
        if self._kind == SOFTMAX:
            mean = np.asarray((residual * self._answers).sum(axis=0) / self._total)
        self._pass(residual, self.eta * self._scale, mean)
        if self._kind == SOFTMAX and not self._in_range():
            self._answer_again()
        self._require_finite()

    def _in_range(self) -> bool:
        return bool(np.all((self._total > 1 / SAFE_TOTAL) & (self._total < SAFE_TOTAL)))

    def _answer_again(self) -> None:
        """Answers of the weights as they are, the logits shifted by the largest one of each point."""
        n, d2 = self.start.n, self.start.d2
        if self._kind == SOFTMAX:
            tops = [(self.start.x.T @ block).max(axis=1) for stack in self._stacks for block in stack.w]
            self._shift = np.asarray(np.max(tops, axis=0))
        for stack in self._stacks:
            stack.state[...] = 0.0
        self._pass(np.zeros((d2, n)), np.zeros(n), np.zeros(n))
        self._require_finite()

    def _require_finite(self) -> None:
        if not (np.isfinite(self._answers).all() and np.isfinite(self._shift).all() and self._total.max() < 1e300):
            raise ValueError(f"the numbers leave the range of float64 after step {self.tau}; eta = {self.eta} is too large")

    def _pass(self, residual: Array, factor: Array, mean: Array) -> None:
        """Move every block by what `pull` says and let it answer; for the letters see `kernels`."""
        self._total = np.zeros(self.start.n)
        self._answers = np.zeros((self.start.d2, self.start.n))
        for stack in self._stacks:
            if self._narrow:
                narrow_pass(self._kind, stack.w, stack.state, stack.a, self.start.x, residual, factor, mean,
                            self._shift, self._total, self._answers)  # fmt: skip
            else:
                self._wide_pass(stack, residual, factor, mean)

    def _wide_pass(self, stack: _Stack, residual: Array, factor: Array, mean: Array) -> None:
        x = self.start.x
        for w, state, a in zip(stack.w, stack.state, stack.a, strict=True):
            q = residual.T @ a
            pull(self._kind, state, q, factor, mean)
            w -= x @ state
            np.matmul(x.T, w, out=state)
            activate(self._kind, state, self._shift, q, self._total)
            self._answers += a @ q.T


def _suits(net: Network) -> bool:
    return net.arithmetic == Float64() and type(net) in KINDS and paired(net)


def _stacks(net: Network, size: int) -> list[_Stack]:
    """The pairs in blocks of about `size` numbers of state, and the rest of them in a smaller block."""
    pairs = net.m // 2
    width = min(pairs, max(1, size // (2 * net.n)))
    full = 2 * (pairs - pairs % width)
    parts = [(slice(0, full), width), (slice(full, net.m), pairs % width)]
    return [_stack(net, columns, width) for columns, width in parts if width]


def _stack(net: Network, columns: slice, width: int) -> _Stack:
    w = net.w[:, columns].reshape(net.d1, -1, width, 2).transpose(1, 0, 3, 2).reshape(-1, net.d1, 2 * width)
    a = net.a[:, columns][:, ::2].reshape(net.d2, -1, width).transpose(1, 0, 2)
    return _Stack(np.array(w), np.empty((len(w), net.n, 2 * width)), np.ascontiguousarray(a))


def _interleaved(w: Array) -> Array:
    """Blocks (blocks, d1, 2c) as columns in the order of the network, shape (d1, 2c blocks)."""
    blocks, d1, width = w.shape
    return w.reshape(blocks, d1, 2, width // 2).transpose(1, 0, 3, 2).reshape(d1, -1)
