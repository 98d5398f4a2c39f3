"""Where a claim about one parameter starts and stops to hold, to as many digits as wanted, proved on both sides."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from proofcheck.kernel.domain import Range, box_from, eliminate, gap
from proofcheck.kernel.terms import Expr, Rel, Var, variables
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.sampling import Value, compiled, evaluate
from proofcheck.prove.scalar import prove_scalar, relevant
from proofcheck.prove.search import NotProved

LADDER = sorted({Fraction(k) * Fraction(10) ** e for e in range(-4, 4) for k in range(1, 10)})
PARTS = 256


@dataclass(frozen=True)
class Piece:
    """A range of the parameter (None: no end there) and the theorem about it."""

    low: Fraction | None
    high: Fraction | None
    theorem: Theorem


@dataclass(frozen=True)
class Boundary:
    """The points where the truth of the goal changes, each between two decimals, and what is proved in between."""

    var: str
    places: tuple[tuple[Fraction, Fraction], ...]
    holds: tuple[Piece, ...]
    fails: tuple[Piece, ...]
    digits: int

    def decimals(self) -> tuple[tuple[str, str], ...]:
        """The places as decimal strings; the truth changes somewhere between the two."""
        return tuple((decimal(low, self.digits), decimal(high, self.digits)) for low, high in self.places)


def boundary(goal: Rel, hyps: tuple[Rel, ...], var: Var, digits: int = 30, budget: float = 5.0) -> Boundary:
    """Find and prove the boundary of the truth of a goal in one parameter; raises NotProved if a side is not proved.

    On each piece of ``holds`` the goal is a theorem, on each piece of ``fails`` its negation is.  Between the two
    decimals of a place (at a distance of 10**-digits) nothing is claimed.
    """
    if goal.op == "=":
        raise NotProved("the boundary of an equality is not supported")
    term, side = _one_parameter(goal, hyps, var)
    value, bits = compiled(term), 4 * digits + 256
    signs = _signs(value, var, side, bits)
    if not signs:
        raise NotProved(f"the goal has no value at any sample point of {var.name}")
    places = [_refine(value, var, a, b, left, digits, bits)
              for (a, left), (b, right) in pairwise(signs) if left != right]
    holds: list[Piece] = []
    fails: list[Piece] = []
    truth = signs[0][1] > 0
    cuts: list[tuple[Fraction | None, Fraction | None]] = [(None, None), *places, (None, None)]
    for (_, low), (high, _) in pairwise(cuts):
        claim = goal if truth else Rel("<=" if goal.op == "<" else "<", goal.rhs, goal.lhs)
        extra = ([] if low is None else [var >= low]) + ([] if high is None else [var <= high])
        piece = Piece(low, high, prove_scalar(claim, (*hyps, *extra), budget))
        (holds if truth else fails).append(piece)
        truth = not truth
    return Boundary(var.name, tuple(places), tuple(holds), tuple(fails), digits)


def places_of(term: Expr, var: Var, side: Range, digits: int) -> list[tuple[Fraction, Fraction]]:
    """Neighbouring decimals between which a term in one parameter changes its sign; numbers only, nothing is proved."""
    value, bits = compiled(term), 4 * digits + 256
    return [_refine(value, var, a, b, left, digits, bits)
            for (a, left), (b, right) in pairwise(_signs(value, var, side, bits)) if left != right]


def _one_parameter(goal: Rel, hyps: tuple[Rel, ...], var: Var) -> tuple[Expr, Range]:
    used = relevant(goal, hyps)
    reduced, rest = eliminate(goal, used)
    others = sorted(v.name for v in variables(reduced) if v != var)
    if others or var.integer or var not in variables(reduced):
        raise NotProved(f"the goal must depend on the real parameter {var.name} only, it depends on "
                        f"{', '.join(sorted(v.name for v in variables(reduced))) or 'nothing'}")
    return gap(goal, used)[0], box_from(rest, [var])[var]


def _grid(side: Range) -> list[Fraction]:
    """Sample points at every scale, ends included."""
    found = {Fraction(0)} | set(LADDER) | {-x for x in LADDER}
    for end, way in ((side.lo, 1), (side.hi, -1)):
        if isinstance(end, Fraction):
            found |= {end} | {end + way * x for x in LADDER}
    if isinstance(side.lo, Fraction) and isinstance(side.hi, Fraction):
        found |= {side.lo + (side.hi - side.lo) * Fraction(k, PARTS) for k in range(PARTS + 1)}
    return sorted(x for x in found if side.lo <= x <= side.hi)


def _signs(value: Value, var: Var, side: Range, bits: int) -> list[tuple[Fraction, int]]:
    """Sample points with the sign of the gap there, where it is certain and not 0."""
    found = []
    for x in _grid(side):
        at = evaluate(value, {var: x}, bits)
        if at is not None and (at > 0 or at < 0):
            found.append((x, 1 if at > 0 else -1))
    return found


def _refine(value: Value, var: Var, a: Fraction, b: Fraction, left: int, digits: int, bits: int
            ) -> tuple[Fraction, Fraction]:
    """Neighbouring decimals between which the sign changes; the signs at both are certain."""
    unit = Fraction(1, 10**digits)
    low, high = ceil(a / unit), floor(b / unit)
    while high - low > 1:
        middle = (low + high) // 2
        at = evaluate(value, {var: middle * unit}, bits)
        if at is None or not (at > 0 or at < 0):
            # the change is at this decimal itself
            return (middle - 1) * unit, (middle + 1) * unit
        if (1 if at > 0 else -1) == left:
            low = middle
        else:
            high = middle
    return low * unit, high * unit


def decimal(value: Fraction, digits: int) -> str:
    """A decimal with this many digits after the point, exact if the value has no more."""
    scaled = round(value * 10**digits)
    sign, body = ("-" if scaled < 0 else ""), str(abs(scaled)).rjust(digits + 1, "0")
    return f"{sign}{body[:-digits]}.{body[-digits:]}" if digits else f"{sign}{body}"
