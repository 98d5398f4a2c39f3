"""Four arithmetics behind one interface: float64, double-double, mpmath at any precision, flint balls.

The common currency is the NumPy array: dtype float64, or dtype object holding `mpf` or `arb` entries.
Elementwise `+ - * /` are written as usual; everything else goes through an `Arithmetic`. Code that computes
with balls runs inside `with arithmetic.working():`, which sets flint's global precision and puts it back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, final

import flint
import mpmath
import numpy as np
from flint import arb, arb_mat, fmpq
from numpy.typing import NDArray

Array = NDArray[Any]

READABLE = "an int, a float, a Fraction, a decimal string, an mpf or an exact ball"
LEAST_DIGITS = 15
LEAST_BITS = 53
DEFAULT_BITS = 200
DOUBLE_DOUBLE_DIGITS = 32


def exact(value: Any) -> Fraction:
    """The rational number that `value` stands for; floats, mpf and balls of radius 0 stand for themselves.

    Raises ValueError for NaN, infinities, balls of positive radius and things that are no numbers.
    """
    try:
        if isinstance(value, arb):
            mantissa, exponent = value.man_exp()
            return int(mantissa) * Fraction(2) ** int(exponent)
        if hasattr(value, "_mpf_"):
            if not mpmath.isfinite(value):
                raise ValueError("not finite")
            return Fraction(*map(int, mpmath.libmp.to_rational(value._mpf_)))  # gmpy2, if there, brings its own
        return Fraction(value.item() if isinstance(value, np.generic) else value)
    except (TypeError, ValueError, OverflowError, ZeroDivisionError) as reason:
        raise ValueError(f"{value!r} is not a finite exact number; allowed: {READABLE}") from reason


class Arithmetic(ABC):
    """What a net needs from a kind of number. Subclasses are final and compare by value."""

    @property
    @abstractmethod
    def name(self) -> str:
        """A label for people: "float64", "50 digits", "ball, 200 bits"."""

    @abstractmethod
    def number(self, value: Any) -> Any:
        """One entry: the nearest number (or a ball around) `value`. Raises ValueError as `exact` does."""

    @abstractmethod
    def exp(self, values: Array) -> Array:
        """Entrywise exponential."""

    @abstractmethod
    def sqrt(self, values: Array) -> Array:
        """Entrywise square root."""

    @abstractmethod
    def shift(self, logits: Array) -> Array:
        """What `softmax` may subtract from each row of `logits` (n, m) to keep exp in range; shape (n, 1)."""

    @abstractmethod
    def max(self, values: Array) -> Any:
        """The largest entry (with balls: an enclosure of it)."""

    @abstractmethod
    def to_float(self, values: Any) -> Array:
        """The nearest float64 array; of a ball, the midpoint."""

    def positive_part(self, values: Array) -> Array:
        """Entrywise max(value, 0)."""
        return np.asarray(np.maximum(values, self.number(0)))

    def is_nonnegative(self, values: Array) -> Array:
        """Entrywise 1 where value >= 0, else 0."""
        return self.array(values >= 0)

    def array(self, values: Any) -> Array:
        """A fresh array of this arithmetic. Raises ValueError at the first entry that cannot be read."""
        entries = values.astype(object) if isinstance(values, np.ndarray) else np.array(values, dtype=object)
        return np.asarray(_entrywise(self.number)(entries))

    def working(self) -> AbstractContextManager[Any]:
        """The context in which to compute with plain operators."""
        return nullcontext()

    def matmul(self, left: Array, right: Array) -> Array:
        """The matrix product of (p, q) and (q, s)."""
        product: Array = left @ right
        return product

    def sum(self, values: Array, axis: int | None = None) -> Any:
        """The sum along an axis, or of everything."""
        with self.working():
            return values.sum(axis=axis)

    def abs(self, values: Array) -> Array:
        """Entrywise absolute value."""
        with self.working():
            return np.asarray(np.abs(values))

    def softmax(self, logits: Array) -> Array:
        """Row by row, exp of `logits` (n, m) divided by its sum."""
        with self.working():
            weights = self.exp(logits - self.shift(logits))
            return np.asarray(weights / self.sum(weights, axis=1)[:, None])


@final
@dataclass(frozen=True)
class Float64(Arithmetic):
    """IEEE doubles, vectorised. `exp` is inf above 709.78, without a warning; `softmax` never overflows."""

    @property
    def name(self) -> str:
        """Always "float64"."""
        return "float64"

    def number(self, value: Any) -> float:
        """The nearest double; raises ValueError also where there is none."""
        try:
            return float(exact(value))
        except OverflowError as reason:
            raise ValueError(f"{value!r} is too large for float64") from reason

    def array(self, values: Any) -> Array:
        """A fresh float64 array; a numeric NumPy array is copied without a loop."""
        if isinstance(values, np.ndarray) and values.dtype.kind in "fiu":
            fresh = values.astype(np.float64)
            if not np.isfinite(fresh).all():
                raise ValueError(f"{fresh[~np.isfinite(fresh)][0]} is not a finite number")
            return fresh
        return super().array(values).astype(np.float64)

    def exp(self, values: Array) -> Array:
        """Entrywise; inf above 709.78."""
        with np.errstate(over="ignore"):
            return np.asarray(np.exp(values))

    def sqrt(self, values: Array) -> Array:
        """Entrywise."""
        return np.asarray(np.sqrt(values))

    def shift(self, logits: Array) -> Array:
        """The largest logit of each row."""
        return np.asarray(logits.max(axis=1, keepdims=True))

    def max(self, values: Array) -> Any:
        """The largest entry."""
        return values.max()

    def to_float(self, values: Any) -> Array:
        """A copy."""
        return np.array(values, dtype=np.float64)


class _Mpf(Arithmetic):
    """Entries are `mpf` of a private context: `mpmath.mp` is never touched."""

    @property
    @abstractmethod
    def context(self) -> Any:
        """The private `mpmath.MPContext`; one for each number of digits."""

    def number(self, value: Any) -> Any:
        """The nearest `mpf` of the private context."""
        if isinstance(value, self.context.mpf) and self.context.isfinite(value):
            return value
        ratio = exact(value)
        nearest = mpmath.libmp.from_rational(ratio.numerator, ratio.denominator, self.context.prec, "n")
        return self.context.make_mpf(nearest)

    def exp(self, values: Array) -> Array:
        """Entrywise."""
        return np.asarray(_entrywise(self.context.exp)(values))

    def sqrt(self, values: Array) -> Array:
        """Entrywise."""
        return np.asarray(_entrywise(self.context.sqrt)(values))

    def shift(self, logits: Array) -> Array:
        """Zero: an `mpf` does not overflow."""
        return _no_shift(logits)

    def max(self, values: Array) -> Any:
        """The largest entry."""
        return values.max()

    def to_float(self, values: Any) -> Array:
        """The nearest doubles."""
        return np.array(values, dtype=object).astype(np.float64)


@final
@dataclass(frozen=True)
class Mp(_Mpf):
    """mpmath at `digits` decimal digits. Raises ValueError below 15, where a float64 could not be held exactly."""

    digits: int

    def __post_init__(self) -> None:
        _require_precision(self.digits, LEAST_DIGITS, "digits")

    @property
    def name(self) -> str:
        """Such as "50 digits"."""
        return f"{self.digits} digits"

    @property
    def context(self) -> Any:
        """The private `mpmath.MPContext`; one for each number of digits."""
        return _context(self.digits)


@final
@dataclass(frozen=True)
class DoubleDouble(_Mpf):
    """Runs of gradient descent with pairs of doubles, good to about 30 digits; single quantities with mpmath at 32.

    A pair of doubles carries 106 bits and the exponents of a double, so numbers must stay within 1e-290 and 1e300.
    """

    @property
    def name(self) -> str:
        """Always "double-double"."""
        return "double-double"

    @property
    def context(self) -> Any:
        """The private `mpmath.MPContext` with room for a pair of doubles."""
        return _context(DOUBLE_DOUBLE_DIGITS)


@final
@dataclass(frozen=True)
class Ball(Arithmetic):
    """Rigorous enclosures: flint's `arb` at `bits` bits. Every result contains the exact value.

    Raises ValueError below 53 bits.
    """

    bits: int = DEFAULT_BITS

    def __post_init__(self) -> None:
        _require_precision(self.bits, LEAST_BITS, "bits")

    @property
    def name(self) -> str:
        """Such as "ball, 200 bits"."""
        return f"ball, {self.bits} bits"

    def number(self, value: Any) -> arb:
        """A ball around `value`: of radius 0 where `bits` suffice; a finite ball is kept as it is."""
        if isinstance(value, arb) and value.is_finite():
            return value
        ratio = exact(value)
        with self.working():
            return arb(fmpq(ratio.numerator, ratio.denominator))

    def working(self) -> AbstractContextManager[Any]:
        """flint's precision, set to `bits` on entry and put back on exit."""
        return flint.ctx.workprec(self.bits)

    def matmul(self, left: Array, right: Array) -> Array:
        """The product by `arb_mat`."""
        with self.working():
            return np.array((arb_mat(left.tolist()) * arb_mat(right.tolist())).tolist(), dtype=object)

    def exp(self, values: Array) -> Array:
        """Entrywise."""
        with self.working():
            return np.asarray(_entrywise(arb.exp)(values))

    def sqrt(self, values: Array) -> Array:
        """Entrywise; not finite where a ball reaches below zero."""
        with self.working():
            return np.asarray(_entrywise(arb.sqrt)(values))

    def shift(self, logits: Array) -> Array:
        """Zero: a ball does not overflow."""
        return _no_shift(logits)

    def max(self, values: Array) -> Any:
        """A ball around the largest of the true values."""
        with self.working():
            return np.frompyfunc(arb.max, 2, 1).reduce(values.ravel())

    def positive_part(self, values: Array) -> Array:
        """Entrywise max(value, 0)."""
        with self.working():
            return np.asarray(_entrywise(lambda ball: ball.max(0))(values))

    def is_nonnegative(self, values: Array) -> Array:
        """Entrywise 1 where the whole ball is >= 0, 0 where it is < 0, and else a ball around [0, 1]."""
        return np.asarray(_entrywise(nonnegative)(values))

    def to_float(self, values: Any) -> Array:
        """The midpoints."""
        entries = np.array(values, dtype=object)
        return np.asarray(_entrywise(lambda ball: float(ball.mid()))(entries)).astype(np.float64)


def parse_precision(text: str) -> Arithmetic:
    """The arithmetic named on a command line: "float64", "dd", digits like "50", "ball", or "ball:256" for bits.

    Raises ValueError, naming what was given and what is allowed.
    """
    kind, colon, bits = text.partition(":")
    if text == "float64":
        return Float64()
    if text == "dd":
        return DoubleDouble()
    if text == "ball":
        return Ball()
    if _is_count(text):
        return Mp(int(text))
    if kind == "ball" and colon and _is_count(bits):
        return Ball(int(bits))
    raise ValueError(
        f"precision {text!r} is not understood; allowed: float64, dd, a number of digits >= {LEAST_DIGITS}, "
        f"ball, or ball:BITS with BITS >= {LEAST_BITS}"
    )


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _require_precision(given: int, least: int, unit: str) -> None:
    if not isinstance(given, int) or given < least:
        raise ValueError(f"precision of {given!r} {unit} is too low; allowed: a whole number >= {least}")


@cache
def _context(digits: int) -> Any:
    context = mpmath.mp.clone()
    context.dps = digits
    return context


def _entrywise(rule: Callable[[Any], Any]) -> Callable[[Array], Any]:
    entrywise: Callable[[Array], Any] = np.frompyfunc(rule, 1, 1)
    return entrywise


def nonnegative(ball: arb) -> arb:
    """1 where the whole ball is >= 0, 0 where it is < 0, and else a ball around [0, 1]."""
    if ball >= 0:
        return arb(1)
    return arb(0) if ball < 0 else arb(0).union(arb(1))


def _no_shift(logits: Array) -> Array:
    return np.zeros((len(logits), 1), dtype=object)
