"""Closed intervals with outward rounding, possibly unbounded, on top of flint's balls.

An endpoint is an exact ``arb`` or one of Python's infinities.  Every operation returns an interval that
contains all values, and all limits of values where an argument tends to an infinite endpoint; in particular
0 * inf may be anything between 0 and inf, and inf - inf anything at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from math import inf

from flint import arb, ctx, fmpq

from proofcheck.kernel.terms import Add, Const, Expr, Fn, Mul, Num, Pow, Var, variables

End = arb | float  # a float endpoint is +-inf, nothing else


class Undefined(ValueError):
    """The term is not defined, or not known to be, on the whole box."""


def precision(bits: int) -> AbstractContextManager[object]:
    """Work at this many bits inside a with statement."""
    manager: AbstractContextManager[object] = ctx.workprec(bits)
    return manager


def ball(value: Fraction) -> arb:
    """A ball that contains the rational."""
    return arb(fmpq(value.numerator, value.denominator))


def whole_power(x: arb, n: int) -> arb:
    """x**n for n >= 0; flint's own power gives nan for a ball around 0."""
    found = arb(1)
    while n:
        found, x, n = found * x if n % 2 else found, x * x, n // 2
    return found


@dataclass(frozen=True)
class Interval:
    """All reals from lo to hi."""

    lo: End
    hi: End

    @staticmethod
    def point(value: Fraction) -> Interval:
        """The smallest interval around a rational at the working precision."""
        return _around(ball(value))

    def contains_zero(self) -> bool:
        """Whether 0 lies in the interval."""
        return bool(self.lo <= 0) and bool(self.hi >= 0)

    def __add__(self, other: Interval) -> Interval:
        return Interval(_plus(self.lo, other.lo, -inf), _plus(self.hi, other.hi, inf))

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __mul__(self, other: Interval) -> Interval:
        corners = [c for a in (self.lo, self.hi) for b in (other.lo, other.hi) for c in _times(a, b)]
        return Interval(_least(corners), _greatest(corners))

    def inverse(self) -> Interval:
        """1/x where x is not 0; raises Undefined unless 0 lies outside or is an end of the interval."""
        if bool(self.lo < 0) == bool(self.hi > 0):
            raise Undefined("division by an interval around 0")
        low = -inf if bool(self.hi == 0) else _inverse(self.hi)[0]
        return Interval(low, inf if bool(self.lo == 0) else _inverse(self.lo)[1])

    def monotone(self, f: Callable[[arb], arb], at_minus: End, at_plus: End) -> Interval:
        """The image under an increasing function with the given limits."""
        return Interval(_image(self.lo, f, at_minus, at_plus, False), _image(self.hi, f, at_minus, at_plus, True))

    def absolute(self) -> Interval:
        """|x|."""
        if self.lo >= 0:
            return self
        if self.hi <= 0:
            return -self
        return Interval(arb(0), _greatest([-self.lo, self.hi]))

    def power(self, exponent: Fraction) -> Interval:
        """x**q; raises Undefined for negative bases of roots and for 1/0."""
        if exponent == 0:
            return Interval.point(Fraction(1))
        if exponent < 0:
            return self.power(-exponent).inverse()
        if exponent.denominator == 1:
            base = self.absolute() if exponent.numerator % 2 == 0 else self
            return base.monotone(lambda t: whole_power(t, exponent.numerator), -inf, inf)
        if not self.lo >= 0:
            raise Undefined("a fractional power of a negative number")
        return self.monotone(lambda t: whole_power(t.root(exponent.denominator), exponent.numerator), -inf, inf)


def _image(end: End, f: Callable[[arb], arb], at_minus: End, at_plus: End, upper: bool) -> End:
    if isinstance(end, float):
        return at_plus if end > 0 else at_minus
    return _end(f(end), upper)


def _around(value: arb) -> Interval:
    return Interval(_end(value, False), _end(value, True))


def _end(value: arb, upper: bool) -> End:
    """One exact end of a ball; a ball that holds no information becomes infinite."""
    if not value.is_finite():
        return inf if upper else -inf
    return value.upper() if upper else value.lower()


def _plus(a: End, b: End, worst: float) -> End:
    ends = [e for e in (a, b) if isinstance(e, float)]
    if ends:
        return ends[0] if all(e == ends[0] for e in ends) else worst
    return _end(arb(a) + arb(b), worst > 0)


def _times(a: End, b: End) -> tuple[End, ...]:
    if isinstance(a, arb) and isinstance(b, arb):
        value = a * b
        return (_end(value, False), _end(value, True))
    if bool(a == 0) or bool(b == 0):
        other = b if bool(a == 0) else a
        return (arb(0), other)
    return (inf if bool(a > 0) == bool(b > 0) else -inf,)


def _inverse(a: End) -> tuple[End, End]:
    if isinstance(a, float):
        return arb(0), arb(0)
    value = 1 / a
    return _end(value, False), _end(value, True)


def _least(ends: list[End]) -> End:
    best = ends[0]
    for e in ends[1:]:
        best = e if bool(e < best) else best
    return best


def _greatest(ends: list[End]) -> End:
    return -_least([-e for e in ends])


def _increasing(name: str) -> tuple[Callable[[arb], arb], End, End] | None:
    table: dict[str, tuple[Callable[[arb], arb], End, End]] = {
        "exp": (arb.exp, arb(0), inf),
        "sinh": (arb.sinh, -inf, inf),
        "tanh": (arb.tanh, arb(-1), arb(1)),
        "erf": (arb.erf, arb(-1), arb(1)),
    }
    return table.get(name)


def enclose(term: Expr, box: Mapping[Var, Interval]) -> Interval:
    """An interval that contains every value of a scalar term on the box; raises Undefined."""
    match term:
        case Num(value):
            return Interval.point(value)
        case Const("pi"):
            return _around(arb.pi())
        case Var():
            if term not in box:
                raise Undefined(f"{term} has no range")
            return box[term]
        case Add(args):
            total = enclose(args[0], box)
            for a in args[1:]:
                total = total + enclose(a, box)
            return total
        case Mul(args):
            return _product(args, box)
        case Pow(base, power):
            inner = enclose(base, box)
            if power < 0 and inner.contains_zero() and _at_infinity(box):
                raise Undefined("a limit of 1/x where x may tend to 0 from either side")
            return inner.power(power)
        case Fn(name, args):
            return _apply(name, [enclose(a, box) for a in args])
    raise Undefined(f"{type(term).__name__} is not a scalar term")


def _product(args: tuple[Expr, ...], box: Mapping[Var, Interval]) -> Interval:
    """The product; at an infinite point, a factor that tends to 0 does so from an unknown side."""
    at_infinity = {v for v, x in box.items() if isinstance(x.lo, float) and x.lo == x.hi}
    product, moving = Interval.point(Fraction(1)), False
    for a in args:
        factor = enclose(a, box)
        moves = bool(at_infinity) and not at_infinity.isdisjoint(variables(a))
        if moving and moves and (_vague(product, factor) or _vague(factor, product)):
            return Interval(-inf, inf)
        product, moving = product * factor, moving or moves
    return product


def _vague(zero: Interval, infinite: Interval) -> bool:
    """Whether the product may have the form 0 * inf."""
    return zero.contains_zero() and (isinstance(infinite.lo, float) or isinstance(infinite.hi, float))


def _at_infinity(box: Mapping[Var, Interval]) -> bool:
    """Whether the box is an infinite face, so that enclosures are of limits."""
    return any(isinstance(side.lo, float) and side.lo == side.hi for side in box.values())


def _apply(name: str, args: list[Interval]) -> Interval:
    x = args[0]
    smooth = _increasing(name)
    if smooth is not None:
        return x.monotone(*smooth)
    match name:
        case "log":
            if not x.lo >= 0 or not x.hi > 0:
                raise Undefined("the logarithm of a number that may be negative")
            image = Interval(x.hi, x.hi).monotone(arb.log, -inf, inf)
            return Interval(-inf, image.hi) if bool(x.lo == 0) else x.monotone(arb.log, -inf, inf)
        case "erfc":
            return -x.monotone(lambda t: -t.erfc(), arb(-2), arb(0))
        case "cosh":
            return x.absolute().monotone(arb.cosh, inf, inf)
        case "Abs":
            return x.absolute()
        case "Max":
            return Interval(_greatest([x.lo, args[1].lo]), _greatest([x.hi, args[1].hi]))
        case "Min":
            return Interval(_least([x.lo, args[1].lo]), _least([x.hi, args[1].hi]))
        case "geometric":
            if not x.lo > -1 or not x.hi < 1:
                raise Undefined("a geometric series outside (-1, 1)")
            return (Interval.point(Fraction(1)) + -x).inverse()
    raise Undefined(f"no enclosure for {name}")
