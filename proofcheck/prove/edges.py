"""The exact set of one parameter where a claim holds: its ends in closed form, also as functions of other parameters.

Ends are proposed (by solving for the parameter, or by recognising a number from its digits); then the claim is proved
on every piece where it holds and its negation on every other one, for all values of the other parameters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby, pairwise, product

import mpmath
from flint import arb

from proofcheck.kernel.domain import Box, Rejected, gap, tidy
from proofcheck.kernel.terms import Expr, Num, Rel, Var, eq, substitute, variables
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.boundary import places_of
from proofcheck.prove.closed import DIGITS, closed_forms
from proofcheck.prove.sampling import Place, Value, box_places, compiled, evaluate
from proofcheck.prove.scalar import prove_scalar, relevant
from proofcheck.prove.search import NotProved
from proofcheck.prove.solve import solved_for
from proofcheck.prove.touching import exact, touching

BITS = 320
MANY = 8  # sample points of the other parameters
MOST = 8  # ends
NEAR = Fraction(1, 10**6)  # where the sign beside an end is looked at, relative to its size


@dataclass(frozen=True)
class Stretch:
    """A piece of the range of the parameter (None: no end there) with the theorems about it."""

    low: Expr | None
    high: Expr | None
    closed: bool
    holds: bool
    theorems: tuple[Theorem, ...]

    def limits(self, var: str) -> tuple[Rel, ...]:
        """The ends as relations."""
        return limits(Var(var), self.low, self.high, self.closed)


@dataclass(frozen=True)
class Motion:
    """Between which values an end moves while the other parameters run over their ranges."""

    end: Expr
    low: Expr
    high: Expr
    theorems: tuple[Theorem, ...]


@dataclass(frozen=True)
class Exact:
    """The exact set: pieces from left to right, and how far their ends move."""

    var: str
    pieces: tuple[Stretch, ...]
    motions: tuple[Motion, ...]

    @property
    def ends(self) -> tuple[Expr, ...]:
        """The places where the truth changes."""
        return tuple(dict.fromkeys(e for p in self.pieces for e in (p.low, p.high) if e is not None))


@dataclass(frozen=True)
class _Edge:
    """A place where both sides are equal, with the sign of the gap before and after it."""

    at: Expr
    before: int
    after: int


def exact_boundary(goal: Rel, hyps: tuple[Rel, ...], var: Var, budget: float = 3.0) -> Exact:
    """The exact set of ``var`` where the goal holds; raises NotProved where it is not found or not proved."""
    if var.integer:
        raise NotProved(f"{var.name} is an integer")
    used = relevant(goal, hyps)
    try:
        term, domain = gap(goal, used)
    except (Rejected, ValueError) as error:
        raise NotProved(f"no normal form: {error}") from None
    if var not in variables(term):
        raise NotProved(f"the truth does not depend on {var.name}")
    found = _Finder(term, domain.box, var).edges()
    if not found:
        raise NotProved("no closed form of an end was found")
    pieces = tuple(_proved(run, goal, used, var, budget) for run in _runs(found, goal.op))
    ends = dict.fromkeys(e for p in pieces for e in (p.low, p.high) if e is not None)
    return Exact(var.name, pieces, tuple(m for e in ends if variables(e) and (m := _motion(e, used, budget)) is not None))


def limits(var: Var, low: Expr | None, high: Expr | None, closed: bool) -> tuple[Rel, ...]:
    """The relations that put a parameter on a piece."""
    if low is not None and low == high:
        return (eq(var, low),)
    below = () if low is None else (var >= low if closed else var > low,)
    above = () if high is None else (var <= high if closed else var < high,)
    return (*below, *above)


@dataclass(frozen=True)
class _Finder:
    """Proposals for the edges of one goal, checked by numbers."""

    term: Expr
    box: Box
    var: Var

    def edges(self) -> list[_Edge]:
        """The edges inside of the range, from left to right; raises NotProved if their order depends on the others."""
        others = {v: r for v, r in self.box.items() if v != self.var and v in variables(self.term)}
        samples = self._inside(others)
        checked = [edge for at in self._proposals(others) if (edge := self._checked(at, samples)) is not None]
        unique = list({e.at: e for e in checked}.values())[:MOST]
        orders = [sorted(unique, key=lambda e, s=s: _value(e.at, s)) for s in samples]  # type: ignore[misc]
        if any(o != orders[0] for o in orders):
            raise NotProved("the order of the ends depends on the other parameters")
        chosen = orders[0] if orders else []
        if any(a.after != b.before for a, b in pairwise(chosen)):
            raise NotProved("an end was missed")
        return chosen

    def _inside(self, others: Box) -> list[Place]:
        """Sample points with the other parameters inside of their ranges."""
        found = [p for p in box_places(others) if all(r.lo < p[v] < r.hi or r.lo == r.hi for v, r in others.items())]
        return found[:MANY] or [{}]

    def _proposals(self, others: Box) -> Iterator[Expr]:
        if others:
            yield from (tidy(t, self.box) for t in solved_for(self.term, self.var, self.box))
            return
        side = self.box[self.var]
        with mpmath.workdps(DIGITS + 10):
            for low, high in places_of(self.term, self.var, side, DIGITS):
                yield from closed_forms(mpmath.mpf((low + high).numerator) / (2 * (low + high).denominator))[:1]
            for way in (self.term, -self.term):
                for place in touching(way, {self.var: side}):
                    at = place[self.var]
                    yield at if isinstance(at, Expr) else Num(at)

    def _checked(self, at: Expr, samples: list[Place]) -> _Edge | None:
        """The edge with its signs, if the numbers agree at every sample point."""
        value, seen = compiled(self.term), set()
        for place in samples:
            middle = _ball(at, place)
            if middle is None:
                return None
            side = self.box[self.var]
            if not _between(middle, side.lo, side.hi) or not _vanishes(value, place, self.var, middle):
                return None
            signs = [_sign(value, {**place, self.var: middle + way * _shift(middle)}) for way in (-1, 1)]
            seen.add(tuple(signs))
        if len(seen) != 1:
            return None
        before, after = seen.pop()
        return _Edge(at, before, after) if before and after else None


def _ball(term: Expr, place: Place) -> Fraction | None:
    """A rational that is very near to the value of a term."""
    found = evaluate(compiled(term), place, BITS)
    return None if found is None else exact(found.mid())


def _value(term: Expr, place: Place) -> Fraction:
    return _ball(term, place) or Fraction(0)


def _between(x: Fraction, low: Fraction | float, high: Fraction | float) -> bool:
    return low < x < high


def _shift(x: Fraction) -> Fraction:
    return NEAR * max(abs(x), Fraction(1, 1000))


def _vanishes(value: Value, place: Place, var: Var, at: Fraction) -> bool:
    found = evaluate(value, {**place, var: at}, BITS)
    beside = evaluate(value, {**place, var: at + _shift(at)}, BITS)
    if found is None or beside is None:
        return False
    return bool(abs(found) <= abs(beside) * arb(10) ** -30)


def _sign(value: Value, place: Place) -> int:
    found = evaluate(value, place, BITS)
    return 0 if found is None else int(found > 0) - int(found < 0)


@dataclass(frozen=True)
class _Run:
    """Neighbouring intervals and edges with one truth."""

    low: Expr | None
    high: Expr | None
    closed: bool
    holds: bool
    sign: int


def _runs(edges: list[_Edge], op: str) -> Iterator[_Run]:
    """The pieces: intervals between edges (closed ones where an edge belongs to them), and single edges."""
    items: list[tuple[Expr | None, int]] = []  # (the edge, 0) or (None, the sign of the gap)
    for edge in edges:
        items += [(None, edge.before), (edge.at, 0)]
    items.append((None, edges[-1].after))
    truth = {1: op != "=", 0: op != "<", -1: False}
    start = 0
    for (holds, split), group in groupby(items, key=lambda i: (truth[i[1]], op == "=" and i[1])):
        run = list(group)
        end = start + len(run)
        low = run[0][0] if run[0][0] is not None else items[start - 1][0] if start else None
        high = run[-1][0] if run[-1][0] is not None else items[end][0] if end < len(items) else None
        yield _Run(low, high, run[0][0] is not None or run[-1][0] is not None, holds, int(split))
        start = end


def _proved(run: _Run, goal: Rel, hyps: tuple[Rel, ...], var: Var, budget: float) -> Stretch:
    """The theorems on one piece; raises NotProved."""
    where = (*hyps, *limits(var, run.low, run.high, run.closed))
    claims: tuple[Rel, ...] = (goal if run.holds else negation(goal),)
    if goal.op == "=":
        both = (goal.lhs <= goal.rhs, goal.rhs <= goal.lhs)
        claims = both if run.holds else (goal.lhs < goal.rhs if run.sign > 0 else goal.rhs < goal.lhs,)
    return Stretch(run.low, run.high, run.closed, run.holds, tuple(prove_scalar(c, where, budget) for c in claims))


def negation(goal: Rel) -> Rel:
    """What holds where an inequality fails."""
    return Rel("<=" if goal.op == "<" else "<", goal.rhs, goal.lhs)


def _motion(end: Expr, hyps: tuple[Rel, ...], budget: float) -> Motion | None:
    """The smallest and the largest value of an end, if they are at corners of the box and that can be proved."""
    box = gap(end <= end, tuple(h for h in hyps if variables(h) <= variables(end)))[1].box
    sides = [[x for x in (r.lo, r.hi) if isinstance(x, Fraction)] for r in box.values()]
    if any(len(s) < 2 for s in sides):
        return None
    corners = [tidy(substitute(end, {v: Num(x) for v, x in zip(box, xs, strict=True)}), {}) for xs in product(*sides)]
    low, *_, high = sorted(corners, key=lambda c: _value(c, {}))
    try:
        return Motion(end, low, high, tuple(_sharpest(a, b, hyps, budget) for a, b in ((low, end), (end, high))))
    except NotProved:
        return None


def _sharpest(small: Expr, large: Expr, hyps: tuple[Rel, ...], budget: float) -> Theorem:
    """small < large if it can be proved, else small <= large; raises NotProved."""
    try:
        return prove_scalar(small < large, hyps, budget / 4)
    except NotProved:
        return prove_scalar(small <= large, hyps, budget)
