"""Two-layer networks with a trained first layer, as numbers in any arithmetic: what all of them share.

Letters: n data points, m neurons, d1 inputs, d2 outputs. Indices: i, j for points, r for neurons, l for
outputs, k for inputs.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, wraps
from typing import Any, Self, TypeVar

import numpy as np

from numerics.arithmetic import Arithmetic, Array, Float64

T = TypeVar("T")


def derived(rule: Callable[[Any], T]) -> cached_property[T]:
    """A quantity computed once, in the working precision of its net, and handed out read-only."""

    @wraps(rule)
    def compute(net: Network) -> T:
        with net.arithmetic.working():
            return _read_only(rule(net))

    return cached_property(compute)


def _read_only(value: T) -> T:
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    return value


@dataclass(frozen=True, eq=False)
class Network(ABC):
    """Weights w (d1, m), data x (d1, n), signs a (d2, m), targets y (d2, n): Section 3.1, lines 70-86.

    A subclass is final and says what a neuron does: `F`, `sensitivity` and `kernel_scale`. Entries may be anything
    `arithmetic.array` reads; they are converted (floats exactly) and made read-only. Doubles that are read-only are shared.
    Raises ValueError for a shape that does not fit and for entries that are not finite numbers.
    """

    w: Array
    x: Array
    a: Array
    y: Array
    arithmetic: Arithmetic = field(default_factory=Float64)

    def __post_init__(self) -> None:
        for name in ("w", "x", "a", "y"):
            object.__setattr__(self, name, _read_matrix(name, getattr(self, name), self.arithmetic))
        self._require("x", self.x.shape, (self.d1, self.n))
        self._require("a", self.a.shape, (self.d2, self.m))
        self._require("y", self.y.shape, (self.d2, self.n))

    def _require(self, name: str, given: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        if given != wanted:
            raise ValueError(
                f"{name} has shape {given}, not {wanted}: w is (d1, m), x (d1, n), a (d2, m), y (d2, n); "
                f"given are w {self.w.shape}, x {self.x.shape}, a {self.a.shape}, y {self.y.shape}"
            )

    @property
    def d1(self) -> int:
        """Input dimension."""
        return int(self.w.shape[0])

    @property
    def m(self) -> int:
        """Number of neurons."""
        return int(self.w.shape[1])

    @property
    def n(self) -> int:
        """Number of data points."""
        return int(self.x.shape[1])

    @property
    def d2(self) -> int:
        """Output dimension."""
        return int(self.a.shape[0])

    def at(self, w: Any) -> Self:
        """The same net with other weights."""
        return replace(self, w=w)

    def to(self, arithmetic: Arithmetic) -> Self:
        """The same net in another arithmetic; raises ValueError when leaving balls of positive radius."""
        return replace(self, arithmetic=arithmetic)

    @derived
    def logits(self) -> Array:
        """<w_r, x_i>, shape (n, m)."""
        return self.arithmetic.matmul(self.x.T, self.w)

    @property
    @abstractmethod
    def F(self) -> Array:
        """Predictions, shape (d2, n)."""

    @property
    @abstractmethod
    def sensitivity(self) -> Array:
        """dF_{l,i} / d<w_r, x_i>, shape (d2, n, m)."""

    @property
    @abstractmethod
    def kernel_scale(self) -> int:
        """The factor c in J J^T = c H: under gradient flow the residual obeys r' = -c H r."""

    @derived
    def residual(self) -> Array:
        """F - y, shape (d2, n)."""
        return np.asarray(self.F - self.y)

    @derived
    def loss(self) -> Any:
        """Half the squared residual, a scalar; Definition 3.2, line 102."""
        return self.arithmetic.sum(self.residual * self.residual) / 2

    @derived
    def gradient(self) -> Array:
        """The gradient of the loss in w, shape (d1, m); Claim 3.4, line 123."""
        pull = self.arithmetic.sum(self.residual[:, :, None] * self.sensitivity, axis=0)
        return self.arithmetic.matmul(self.x, pull)

    @derived
    def jacobian(self) -> Array:
        """J[l, i, k, r] = dF_{l,i} / dw_{k,r}, shape (d2, n, d1, m); Equation (2), line 80."""
        return np.asarray(self.sensitivity[:, :, None, :] * self.x.T[None, :, :, None])

    @derived
    def gram_matrix(self) -> Array:
        """H(W), row l*n + i, shape (d2 n, d2 n); Definition 3.6, line 141. It equals J J^T / kernel_scale."""
        rows = self.sensitivity.reshape(self.d2 * self.n, self.m)
        inner = self.arithmetic.matmul(self.x.T, self.x)
        return np.asarray(self.arithmetic.matmul(rows, rows.T) * np.tile(inner, (self.d2, self.d2)) / self.kernel_scale)

    @derived
    def gram(self) -> Array:
        """H[l1, l2, i, j], shape (d2, d2, n, n); Definition 3.6, line 141."""
        return self.gram_matrix.reshape(self.d2, self.n, self.d2, self.n).transpose(0, 2, 1, 3)


def _read_matrix(name: str, values: Any, arithmetic: Arithmetic) -> Array:
    try:
        matrix = values if _usable(values, arithmetic) else arithmetic.array(values)
    except ValueError as reason:
        raise ValueError(f"{name} has an entry that cannot be used: {reason}") from reason
    if matrix.ndim != 2 or matrix.size == 0:
        raise ValueError(f"{name} must be a matrix with at least one row and one column, not shape {matrix.shape}")
    return _read_only(matrix)


def _usable(values: Any, arithmetic: Arithmetic) -> bool:
    """Whether no copy is needed: finite doubles in an array of their own that nobody may change."""
    return (arithmetic == Float64() and isinstance(values, np.ndarray) and values.dtype == np.float64
            and not values.flags.writeable and values.base is None and bool(np.isfinite(values).all()))
