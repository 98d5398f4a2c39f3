"""Interval arithmetic, rounded outward, on flint's balls: sums from the right, products by pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, fmpq

from proofcheck.second.terms import Term, names, require

NEG, POS, NIL = arb.neg_inf(), arb.pos_inf(), arb(0)
GROWING = {"exp": (NIL, POS), "sinh": (NEG, POS), "tanh": (arb(-1), arb(1)), "erf": (arb(-1), arb(1))}


def _down(ball: Any) -> Any:
    """The lower end of a ball; one without information becomes NEG."""
    return ball.lower() if ball.is_finite() else NEG


def _corner(a: Any, b: Any) -> tuple[Any, Any]:
    if a == 0 or b == 0:
        return NIL, NIL
    if a.is_finite() and b.is_finite():
        return _down(a * b), -_down(-(a * b))
    return (POS, POS) if (a > 0) == (b > 0) else (NEG, NEG)


def _whole(ball: Any, n: int) -> Any:
    """ball**n by squaring; flint's own power gives nan for balls around 0."""
    half = _whole(ball, n // 2) if n > 1 else arb(1)
    return half * half * ball if n % 2 else half * half


class Interval(NamedTuple):
    """All reals between two exact arbs, NEG or POS; 0 times an end without bound is 0, inf - inf may be anything."""

    lo: Any
    hi: Any

    @staticmethod
    def around(value: Fraction | float | arb) -> Interval:
        """A rational, a ball, or an infinite point."""
        if isinstance(value, float):  # an infinite point
            return Interval(POS, POS) if value > 0 else Interval(NEG, NEG)
        ball = arb(fmpq(*value.as_integer_ratio())) if isinstance(value, Fraction) else value
        return Interval(_down(ball), -_down(-ball))

    @staticmethod
    def sum(parts: Sequence[Interval]) -> Interval:
        """The sum, from the right."""
        lows, highs = [p.lo for p in reversed(parts)], [-p.hi for p in reversed(parts)]
        low, high = (NEG if NEG in e else POS if POS in e else _down(sum(e, NIL)) for e in (lows, highs))
        return Interval(low, -high)

    @staticmethod
    def product(parts: Sequence[Interval]) -> Interval:
        """The product, by pairs."""
        if len(parts) < 2:
            return parts[0] if parts else Interval(arb(1), arb(1))
        left, right = Interval.product(parts[:len(parts) // 2]), Interval.product(parts[len(parts) // 2:])
        corners = [_corner(a, b) for a in left for b in right]
        return Interval(min(c[0] for c in corners), max(c[1] for c in corners))

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def has_zero(self) -> bool:
        """Whether 0 lies inside or is an end."""
        return bool(self.lo <= 0) and bool(self.hi >= 0)

    def inverse(self) -> Interval:
        """1/x; raises Refused unless 0 lies outside or is an end."""
        if self.lo < 0:
            require(self.hi <= 0, "division by an interval around 0")
            return -(-self).inverse()
        require(self.hi > 0, "division by 0")
        return Interval(NIL if self.hi == POS else _down(1 / self.hi),
                         POS if self.lo == 0 else NIL if self.lo == POS else -_down(-1 / self.lo))

    def absolute(self) -> Interval:
        """|x|."""
        return self if self.lo >= 0 else -self if self.hi <= 0 else Interval(NIL, max(-self.lo, self.hi))

    def growing(self, f: Callable[[Any], Any], at_minus: Any = NEG, at_plus: Any = POS) -> Interval:
        """The image under an increasing function with the given limits."""
        low, high = ((at_plus if e > 0 else at_minus) if not e.is_finite() else None for e in self)
        return Interval(_down(f(self.lo)) if low is None else low, -_down(-f(self.hi)) if high is None else high)

    def power(self, q: Fraction) -> Interval:
        """x**q; raises Refused for roots of what may be negative, and for 1/0."""
        if q <= 0:
            return self.power(-q).inverse() if q else Interval.around(arb(1))
        require(q.denominator == 1 or self.lo >= 0, "a root of a number that may be negative")
        base = self.absolute() if q.denominator == 1 and q % 2 == 0 else self
        return base.growing(lambda t: _whole(t.root(q.denominator) if q.denominator > 1 else t, q.numerator))

    def apply(self, name: str, other: Interval) -> Interval:
        """A function; ``other`` is the second argument of Max and Min."""
        match name:
            case "log":
                require(self.lo >= 0 and self.hi > 0, "the logarithm of a number that may be negative")
                high = Interval(self.hi, self.hi).growing(arb.log).hi
                return Interval(NEG if self.lo == 0 else self.growing(arb.log).lo, high)
            case "erfc":
                return -self.growing(lambda t: -t.erfc(), arb(-2), NIL)
            case "cosh":
                return self.absolute().growing(arb.cosh)
            case "Abs":
                return self.absolute()
            case "Max" | "Min":
                return Interval(*((max if name == "Max" else min)(pair) for pair in zip(self, other, strict=True)))
            case "geometric":
                require(self.lo > -1 and self.hi < 1, "a geometric series outside of (-1, 1)")
                return Interval.sum([Interval.around(arb(1)), -self]).inverse()
        return self.growing(getattr(arb, name), *GROWING[name])


def enclose(term: Term, box: Mapping[str, Interval]) -> Interval:
    """All values on the box; where a parameter is infinite, all limits as it tends there.  Raises Refused."""
    moving = frozenset(n for n, x in box.items() if x.lo == x.hi and not x.lo.is_finite())

    def value(t: Term) -> Interval:
        match t[0]:
            case "num" | "pi":
                return Interval.around(t[1] if t[0] == "num" else arb.pi())
            case "var":
                require(t[1] in box, f"{t[1]} has no range")
                return box[t[1]]
            case "add":
                return Interval.sum([value(s) for s in t[1:]])
            case "mul":
                limits = [value(s) for s in t[1:] if names(s) & moving]
                if any(x.has_zero() for x in limits) and any(not e.is_finite() for x in limits for e in x):
                    return Interval(NEG, POS)  # it may have the form 0 * inf
                return Interval.product([*(value(s) for s in t[1:] if not names(s) & moving), *limits])
            case "pow":
                base = value(t[1])
                require(t[2] > 0 or not moving or not base.has_zero(), "a limit of 1/x where x may tend to 0")
                return base.power(t[2])
        args = [value(s) for s in t[2:]]
        return args[0].apply(t[1], args[-1])

    return value(term)
