"""Gradient descent in float64 at the speed of the machine, for networks whose signs come in opposite pairs.

Three things make it fast. A pair shares its signs, so the products with a cost half. The weights move and answer again
block by block, while a block is in the cache, so that one step reads and writes the memory once. And nothing of size
d2 n m, as in `Network.sensitivity`, is ever built: beside the weights there is one number for each point and neuron.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from numerics.arithmetic import Array, Float64
from numerics.engine import paired
from numerics.kernels import activate, narrow_pass, pull
from numerics.network import Network
from numerics.sums import SumEngine

NARROW = 64
"""Up to this n * d1, plain loops beat matrix products by BLAS."""
NARROW_BLOCK = 4096
"""Numbers of state in a block of the loops."""
WIDE_BLOCK = 2**17
"""Numbers of state in a block for BLAS."""


@dataclass(frozen=True)
class _Stack:
    """Blocks of c pairs, the c plus neurons first: w (blocks, d1, 2c), state (blocks, n, 2c), a (blocks, d2, c)."""

    w: Array
    state: Array
    a: Array


@final
class PairEngine(SumEngine):
    """Float64 runs of a softmax, ReLU or exp network with opposite pairs of signs.

    Raises ValueError if the network is in another arithmetic or its signs are no such pairs.
    """

    def __init__(self, start: Network, eta: Any) -> None:
        if start.arithmetic != Float64() or not paired(start):
            raise ValueError("a float64 network whose signs come in opposite pairs of neighbours is needed")
        super().__init__(start, eta)
        self._narrow = start.n * start.d1 <= NARROW
        self._stacks = _stacks(start, NARROW_BLOCK if self._narrow else WIDE_BLOCK)
        self._answer_again()

    @property
    def weights(self) -> Array:
        """A copy of W(tau), shape (d1, m)."""
        w = np.empty((self.start.d1, self.start.m))
        filled = 0
        for stack in self._stacks:
            blocks, d1, width = stack.w.shape
            columns = w[:, filled : filled + blocks * width].reshape(d1, blocks, width // 2, 2)  # a view
            columns[:] = stack.w.reshape(blocks, d1, 2, width // 2).transpose(1, 0, 3, 2)
            filled += blocks * width
        return w

    def _largest_logits(self) -> Array:
        tops = [(self.start.x.T @ block).max(axis=1) for stack in self._stacks for block in stack.w]
        return np.asarray(np.max(tops, axis=0))

    def _pass(self, residual: Array, factor: Array, mean: Array, shift: Array) -> tuple[Array, Array]:
        total, answers = np.zeros(self.start.n), np.zeros((self.start.d2, self.start.n))
        go = narrow_pass if self._narrow else _wide_pass
        for stack in self._stacks:
            go(self._relu, stack.w, stack.state, stack.a, self.start.x, residual, factor, mean, shift, total, answers)
        return total, answers


def _wide_pass(
    relu: bool, w: Array, state: Array, a: Array, x: Array, residual: Array, factor: Array, mean: Array, shift: Array,
    total: Array, answers: Array,
) -> None:  # fmt: skip
    """`kernels.narrow_pass` with matrix products by BLAS."""
    for block, reply, signs in zip(w, state, a, strict=True):
        q = residual.T @ signs
        pull(relu, reply, q, factor, mean)
        block -= x @ reply
        np.matmul(x.T, block, out=reply)
        activate(relu, reply, shift, q, total)
        answers += signs @ q.T


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
    return _Stack(np.array(w), np.zeros((len(w), net.n, 2 * width)), np.ascontiguousarray(a))
