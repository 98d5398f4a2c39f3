"""Numbers that guide the searchers: values of scalar terms at points of a box.  Nothing here is trusted."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import islice, product
from math import floor

from flint import arb

from proofcheck.kernel.domain import Box, Domain, Range
from proofcheck.kernel.intervals import ball, precision, whole_power
from proofcheck.kernel.terms import Add, Const, Expr, Fn, Mul, Num, Pow, Var

Place = dict[Var, Fraction]
Value = Callable[[Mapping[Var, arb]], arb]
STEPS = (Fraction(0), Fraction(1, 100), Fraction(1, 10), Fraction(1), Fraction(5), Fraction(30), Fraction(1000))
PARTS = tuple(Fraction(k, 1000) for k in (0, 1, 100, 500, 900, 999, 1000))
MANY = 60
HUGE = 20000  # a larger exponent of 2 is cut off
TRIES = 10  # points of the box for one of the domain


@lru_cache(maxsize=20000)
def compiled(term: Expr) -> Value:
    """The term as a function of balls; undefined values are not finite."""
    match term:
        case Num(number):
            return lambda at: ball(number)
        case Const("pi"):
            return lambda at: arb.pi()
        case Var():
            return lambda at: at[term]
        case Add(args):
            parts = [compiled(a) for a in args]
            return lambda at: sum((p(at) for p in parts), arb(0))
        case Mul(args):
            return _multiplied([compiled(a) for a in args])
        case Pow(base, power):
            return _raised(compiled(base), power)
        case Fn(name, args):
            return _applied(name, [compiled(a) for a in args])
    raise ValueError(f"not a scalar term: {term}")


def _multiplied(parts: list[Value]) -> Value:
    def value(at: Mapping[Var, arb]) -> arb:
        found = arb(1)
        for p in parts:
            found *= p(at)
        return found

    return value


def _raised(base: Value, power: Fraction) -> Value:
    top, bottom = abs(power.numerator), power.denominator

    def value(at: Mapping[Var, arb]) -> arb:
        x = base(at)
        if bottom > 1:
            x = x.root(bottom)
        found = whole_power(x, top)
        return 1 / found if power < 0 else found

    return value


def _applied(name: str, parts: list[Value]) -> Value:
    first = parts[0]
    match name:
        case "Abs":
            return lambda at: abs(first(at))
        case "Max":
            return lambda at: first(at).max(parts[1](at))
        case "Min":
            return lambda at: first(at).min(parts[1](at))
        case "geometric":
            return lambda at: 1 / (1 - first(at)) if abs(first(at)) < 1 else arb("nan")
    return lambda at: getattr(first(at), name)()


def evaluate(value: Value, place: Mapping[Var, Fraction], bits: int = 64) -> arb | None:
    """The ball at a rational point, or None where the term has no finite value there."""
    with precision(bits):
        try:
            found = value({v: ball(x) for v, x in place.items()})
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
    return found if found.is_finite() else None


def dyadic(mantissa: int, exponent: int) -> Fraction:
    """mantissa * 2**exponent; exponents that would fill the memory are cut off, because these numbers only guide."""
    return Fraction(mantissa) * Fraction(2) ** max(-HUGE, min(HUGE, exponent))


def sign_at(value: Value, place: Mapping[Var, Fraction]) -> int | None:
    """1 or -1 if the value is certainly positive or negative, 0 if the ball around it contains 0, None if undefined."""
    for bits in (64, 256):
        found = evaluate(value, place, bits)
        if found is None:
            return None
        if found > 0:
            return 1
        if found < 0:
            return -1
    return 0


def ladder(spread: Range) -> list[Fraction]:
    """Some values of one parameter, ends included where they are finite."""
    if isinstance(spread.lo, Fraction) and isinstance(spread.hi, Fraction):
        width = spread.hi - spread.lo
        return sorted({spread.lo + width * p for p in PARTS})
    if isinstance(spread.lo, Fraction):
        return [spread.lo + s for s in STEPS]
    if isinstance(spread.hi, Fraction):
        return [spread.hi - s for s in reversed(STEPS)]
    return sorted({s * k for s in STEPS for k in (1, -1)})


def places(domain: Domain, seed: int = 0, many: int = MANY) -> list[Place]:
    """Points of the domain with its ends: all combinations if they are few, else a fixed random choice."""
    if not domain.given:
        return box_places(domain.box, seed, many)
    known = [(compiled(h), sharp) for h, sharp in domain.given]
    inside = (p for p in box_places(domain.box, seed, TRIES * many) if all(_known(h, p, sharp) for h, sharp in known))
    return list(islice(inside, many))


def _known(value: Value, place: Place, sharp: bool) -> bool:
    found = evaluate(value, place)
    return found is not None and bool(found > 0 if sharp else found >= 0)


def box_places(box: Box, seed: int = 0, many: int = MANY) -> list[Place]:
    """Points of the closed box: all combinations if they are few, else a fixed random choice."""
    names = sorted(box, key=lambda v: v.name)
    ladders = [ladder(box[v]) for v in names]
    size = 1
    for steps in ladders:
        size *= len(steps)
    if size <= many:
        return [dict(zip(names, xs, strict=True)) for xs in product(*ladders)]
    rng = random.Random(seed)
    return [{v: rng.choice(steps) for v, steps in zip(names, ladders, strict=True)} for _ in range(many)]


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational with the smallest denominator in [low, high] (the one nearest to 0 among integers)."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    whole = floor(low)
    if whole == low:
        return low
    if whole + 1 <= high:
        return Fraction(whole + 1)
    return whole + 1 / simplest(1 / (high - whole), 1 / (low - whole))


def decade(x: Fraction) -> int:
    """The power of ten just below a positive number, however large."""
    power = (x.numerator.bit_length() - x.denominator.bit_length() + 1) * 30103 // 100000 + 1
    while Fraction(10) ** power > x:
        power -= 1
    return power


def clipped(spread: Range, far: int = 1000) -> tuple[Fraction, Fraction]:
    """A bounded part of a range."""
    low, high = spread.lo, spread.hi
    if isinstance(low, Fraction):
        return low, high if isinstance(high, Fraction) else low + far
    return (high - far, high) if isinstance(high, Fraction) else (Fraction(-far), Fraction(far))


def is_bounded(spread: Range) -> bool:
    """Whether both ends are finite."""
    return not (isinstance(spread.lo, float) or isinstance(spread.hi, float))


def lowest(value: Value, box: Box) -> Place | None:
    """A sample point with a small value, improved one coordinate at a time."""
    best: tuple[float, Place] | None = None
    for p in box_places(box):
        found = evaluate(value, p)
        size = None if found is None else float(found.mid())
        if size is not None and (best is None or size < best[0]):
            best = (size, p)
    if best is None:
        return None
    at = best[1]
    for _ in range(2 if len(box) > 1 else 1):
        for var in sorted(box, key=lambda v: v.name):
            at = {**at, var: _descend(value, at, var, clipped(box[var]))}
    return at


def _descend(value: Value, at: Place, var: Var, ends: tuple[Fraction, Fraction]) -> Fraction:
    """Ternary search for the smallest value along one coordinate, from the neighbourhood of the best grid point."""
    def height(x: Fraction) -> float:
        found = evaluate(value, {**at, var: x}, 128)
        return float("inf") if found is None else float(found.mid())

    low, high = ends
    grid = [low + (high - low) * Fraction(k, 12) for k in range(13)] + [at[var]]
    grid.sort()
    k = min(range(len(grid)), key=lambda k: height(grid[k]))
    low, high = grid[max(k - 1, 0)], grid[min(k + 1, len(grid) - 1)]
    for _ in range(40):
        third = (high - low) / 3
        a, b = (low + third).limit_denominator(10**15), (high - third).limit_denominator(10**15)
        low, high = (low, b) if height(a) <= height(b) else (a, high)
    return (low + high) / 2


def rounded(place: Place) -> Place:
    """The simplest rationals near a point."""
    eps = {v: Fraction(1, 10**5) * max(abs(x), Fraction(1, 10**3)) for v, x in place.items()}
    return {v: simplest(x - eps[v], x + eps[v]) for v, x in place.items()}
