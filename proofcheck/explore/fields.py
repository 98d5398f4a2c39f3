"""Values of scalar terms on whole grids, by sign and logarithm, so that exp(18 B) m**5 neither overflows nor loses digits.

A number x is kept as its sign and log|x|, with an estimate of the error of the logarithm.  The estimate is of first order:
it says where doubles cannot tell two sides apart.  Nothing here is trusted; a map is drawn with it, no verdict is made.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from proofcheck.kernel.terms import Add, Const, Expr, Fn, Mul, Num, Pow, Rel, Var

Data = NDArray[Any]
EPS = 2.0**-50  # a few roundings of a double
NEAR_1 = Fraction(1, 4)


@dataclass(frozen=True)
class Field:
    """Numbers of one shape: ``sign`` is -1, 0 or 1 (nan: undefined), ``size`` is log|x|, ``error`` that of ``size``.

    ``sure``: whether the sign is certain, as far as the estimate goes.
    """

    sign: Data
    size: Data
    error: Data
    sure: Data

    def real(self) -> Data:
        """The numbers themselves, infinite where a double ends."""
        return np.where(self.sign == 0, 0.0, self.sign * np.exp(self.size))


def made(sign: Any, size: Any, error: Any, sure: Any) -> Field:
    """A field in which a number without a sign is 0, and one that is not known has an infinite error."""
    sign = np.asarray(sign, dtype=float)
    size = np.where(sign == 0, -np.inf, size)
    return Field(sign, size, np.where(np.isnan(error), np.inf, error), np.asarray(sure) & ~np.isnan(sign))


def reals(values: Any, error: Any = 0.0) -> Field:
    """The field of some doubles; ``error``: absolute, of the values."""
    values, error = np.asarray(values, dtype=float), np.asarray(error)
    size = np.abs(values)
    with np.errstate(all="ignore"):
        return made(np.sign(values), np.log(size), np.where(error == 0, 0.0, error / size), (error == 0) | (error < size))


def exactly(value: Fraction) -> Field:
    """One rational, however large or small."""
    if value == 0:
        return made(0.0, 0.0, 0.0, True)
    size = abs(value)
    log = math.log1p(size - 1) if abs(size - 1) < NEAR_1 else math.log(size.numerator) - math.log(size.denominator)
    return made(1.0 if value > 0 else -1.0, log, EPS * (abs(log) + (0 if size == 1 else math.log(size.denominator))), True)


def powers_of_ten(exponents: Any) -> Field:
    """10**t for every t."""
    size = np.asarray(exponents, dtype=float) * math.log(10)
    return made(np.ones(size.shape), size, EPS * np.abs(size), True)


def field(term: Expr, at: Mapping[Var, Field]) -> Field:
    """The term, where its parameters are these fields (whose shapes fit together); nan where it has no value.

    Raises ValueError for a term with arrays, indices or derivatives, and KeyError for a parameter without a field.
    """
    with np.errstate(all="ignore"):
        return _Walk(at).value(term)


def margin(rel: Rel, at: Mapping[Var, Field]) -> tuple[Data, Data]:
    """log10(rhs/lhs) of an inequality and an estimate of its error; positive where it holds with room.

    It is infinite where the signs differ or one side is 0, nan where a side has no value or doubles do not tell its sign.
    Two negative sides are compared by log10(lhs/rhs), so that the sign has the same meaning.  Both have one shape.
    """
    with np.errstate(all="ignore"):
        walk = _Walk(at)
        left, right = walk.value(rel.lhs), walk.value(rel.rhs)
        gap = np.where((left.sign > 0) & (right.sign > 0), right.size - left.size, np.inf * np.sign(right.sign - left.sign))
        gap = np.where((left.sign < 0) & (right.sign < 0), left.size - right.size, gap)
        gap = np.where((left.sign == 0) & (right.sign == 0), 0.0, gap)
        error = np.where(left.sign != right.sign, 0.0, left.error + right.error)
        sure = left.sure & right.sure
        return np.where(sure, gap / math.log(10), np.nan), np.where(sure, error / math.log(10), np.inf)


def judged(op: str, gap: Data, error: Data) -> Data:
    """1 where a relation with this margin holds, -1 where it fails, 0 where doubles do not tell (an equation: at best 0)."""
    with np.errstate(invalid="ignore"):
        told = np.where(np.abs(gap) > error, np.sign(gap), 0.0)
        if op == "=":
            return -np.abs(told).astype(np.int8)
        return np.where((gap == 0) & (error == 0), 1 if op == "<=" else -1, told).astype(np.int8)


def verdict(rel: Rel, at: Mapping[Var, Field]) -> Data:
    """What ``judged`` says of a relation."""
    return judged(rel.op, *margin(rel, at))


class _Walk:
    """One walk over terms; equal subterms are computed once."""

    def __init__(self, at: Mapping[Var, Field]) -> None:
        self.at = at
        self.cache: dict[Expr, Field] = {}

    def value(self, term: Expr) -> Field:
        if term not in self.cache:
            self.cache[term] = self.computed(term)
        return self.cache[term]

    def computed(self, term: Expr) -> Field:
        match term:
            case Num(number):
                return exactly(number)
            case Const("pi"):
                return reals(math.pi, EPS)
            case Var():
                return self.at[term]
            case Add(args):
                return total([self.value(a) for a in args])
            case Mul(args):
                return reduce(product, (self.value(a) for a in args))
            case Pow(base, exponent):
                return power(self.value(base), exponent)
            case Fn(name, args):
                found: Field = FUNCTIONS[name](*(self.value(a) for a in args))
                return found
        raise ValueError(f"not a scalar term: {term}")


def product(a: Field, b: Field) -> Field:
    """a b."""
    size = a.size + b.size
    return made(a.sign * b.sign, size, a.error + b.error + EPS * np.abs(size), a.sure & b.sure)


def total(parts: Sequence[Field]) -> Field:
    """The sum: what is beside the largest part is added through log1p, so that 1 + tiny keeps the tiny."""
    shape = np.broadcast_shapes(*(p.size.shape for p in parts))
    signs, sizes, errors, sures = (np.stack([np.broadcast_to(getattr(p, k), shape) for p in parts])
                                   for k in ("sign", "size", "error", "sure"))
    first = np.argmax(np.where(np.isnan(sizes), np.inf, sizes), axis=0)[None]
    top, lead = (np.take_along_axis(s, first, 0)[0] for s in (sizes, signs))
    shares = np.where(signs == 0, 0.0, np.exp(sizes - np.where(np.isfinite(top), top, 0.0)))
    others = shares.copy()
    np.put_along_axis(others, first, 0.0, 0)
    rest = np.sum(signs * others, axis=0) * lead
    left = 1 + rest  # of the largest part
    grown = np.where(left > 0, np.log1p(rest), np.log(np.abs(left)))
    sign = np.where(top == -np.inf, 0.0, lead * np.sign(left))
    sign = np.where(np.isnan(signs).any(axis=0) | np.isposinf(top), np.nan, sign)
    carried = np.sum(np.where(shares == 0, 0.0, shares * errors), axis=0) / np.abs(left)
    rounded = EPS * (np.abs(top) + np.abs(grown) + np.sum(others, axis=0) / np.abs(left))
    error = np.where(top == -np.inf, 0.0, carried + rounded)
    alike = (signs >= 0).all(axis=0) | (signs <= 0).all(axis=0)
    return made(sign, top + grown, error, sures.all(axis=0) & (alike | (error < 1)))


def power(base: Field, exponent: Fraction) -> Field:
    """base**exponent, undefined where the kernel's terms are."""
    if exponent == 0:
        return made(np.where(np.isnan(base.sign), np.nan, 1.0), np.zeros(base.size.shape), 0.0, True)
    sign = base.sign if exponent.denominator == 1 and exponent.numerator % 2 else np.abs(base.sign)
    if exponent.denominator != 1:
        sign = np.where(base.sign < 0, np.nan, sign)
    if exponent < 0:
        sign = np.where(base.sign == 0, np.nan, sign)
    times = float(exponent)
    return made(sign, times * base.size, abs(times) * base.error + EPS * np.abs(times * base.size), base.sure)


def exponential(x: Field) -> Field:
    """e**x: the logarithm is x itself."""
    value = x.real()
    moved = np.where(x.sign == 0, np.where(x.error == 0, 0.0, np.inf), np.abs(value) * x.error)
    return made(np.where(np.isnan(x.sign), np.nan, 1.0), value, moved + EPS * np.abs(value), True)


def logarithm(x: Field) -> Field:
    """log x: the logarithm that is kept becomes the number."""
    found = reals(np.where(x.sign > 0, x.size, np.nan), x.error)
    return Field(found.sign, found.size, found.error, found.sure & x.sure)


def absolute(x: Field) -> Field:
    """|x|."""
    return Field(np.abs(x.sign), x.size, x.error, np.ones_like(x.sure))


def larger(a: Field, b: Field) -> Field:
    """The larger one of two."""
    order = np.where(a.sign == b.sign, np.where(a.sign > 0, a.size >= b.size, a.size <= b.size), a.sign > b.sign)
    sign = np.where(np.isnan(a.sign + b.sign), np.nan, np.where(order, a.sign, b.sign))
    return made(sign, np.where(order, a.size, b.size), np.maximum(a.error, b.error), a.sure & b.sure)


def smaller(a: Field, b: Field) -> Field:
    """The smaller one of two."""
    return _negative(larger(_negative(a), _negative(b)))


def _negative(x: Field) -> Field:
    return Field(-x.sign, x.size, x.error, x.sure)


def hyperbolic_sine(x: Field) -> Field:
    """sinh x."""
    u = np.abs(x.real())
    size = np.where(u < 1, np.log(np.sinh(np.minimum(u, 1))), u - math.log(2) + np.log1p(-np.exp(-2 * u)))
    return made(x.sign, size, (1 + u) * x.error + EPS * (1 + np.abs(size)), x.sure)


def hyperbolic_cosine(x: Field) -> Field:
    """cosh x."""
    u = np.abs(x.real())
    size = u - math.log(2) + np.log1p(np.exp(-2 * u))
    error = np.where(u == 0, 0.0, u * x.error) + EPS * (1 + np.abs(size))
    return made(np.where(np.isnan(x.sign), np.nan, 1.0), size, error, True)


def hyperbolic_tangent(x: Field) -> Field:
    """tanh x."""
    u = np.abs(x.real())
    return _to_one(x, u, np.tanh(u), 2 / (np.exp(2 * u) + 1), 1 / np.cosh(u) ** 2)


def error_function(x: Field) -> Field:
    """erf x."""
    u = np.abs(x.real())
    return _to_one(x, u, special.erf(u), special.erfc(u), 2 / math.sqrt(math.pi) * np.exp(-u * u))


def _to_one(x: Field, u: Data, value: Data, rest: Data, slope: Data) -> Field:
    """An odd function that goes to 1, with ``rest`` = 1 - value and its slope, at u = |x|."""
    size = np.where(value < 0.5, np.log(value), np.log1p(-rest))
    error = np.where(u == 0, 1.0, u * slope / value) * x.error + EPS * np.where(value < 0.5, 1.0, np.abs(size))
    return made(x.sign, size, error, x.sure)


def complementary(x: Field) -> Field:
    """erfc x."""
    u = x.real()
    size = np.where(u > 0, np.log(special.erfcx(np.maximum(u, 0))) - u * u, np.log1p(special.erf(-u)))
    return made(np.where(np.isnan(x.sign), np.nan, 1.0), size, (1 + 2 * u * u) * np.where(u == 0, 0.0, x.error)
                + EPS * (1 + np.abs(size)), True)


def geometric(x: Field) -> Field:
    """1/(1 - x) where |x| < 1."""
    found = power(total([exactly(Fraction(1)), _negative(x)]), Fraction(-1))
    inside = x.size < 0
    return Field(np.where(inside, found.sign, np.nan), found.size, found.error, found.sure & inside)


FUNCTIONS: Mapping[str, Any] = {
    "exp": exponential, "log": logarithm, "Abs": absolute, "sinh": hyperbolic_sine, "cosh": hyperbolic_cosine,
    "tanh": hyperbolic_tangent, "erf": error_function, "erfc": complementary, "geometric": geometric, "Max": larger,
    "Min": smaller,
}
