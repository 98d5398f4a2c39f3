"""Looks for a simple point at which a scalar claim fails; the kernel's ``point.refute`` judges it.

Equations are solved first, so that every point of the search satisfies them.  Grid points come first, then points
where a strict claim fails by equality, then random ones with an improvement of some coordinates at a time; last,
every coordinate is replaced by the simplest number at which the kernel still certifies the failure.  The seed fixes
everything.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil, floor

from flint import arb

from proofcheck.kernel.domain import Range, Rejected, box_from
from proofcheck.kernel.point import NoCounterexample, Point, Violation, refute
from proofcheck.kernel.terms import Num, Rel, Var, arrays, free_indices, variables
from proofcheck.prove.sampling import Place, Value, compiled, decade, evaluate, lowest, rounded, simplest
from proofcheck.prove.touching import exact, touching
from proofcheck.refute.equations import Branch, branches
from proofcheck.refute.equations import Value as Number

BITS = (64, 256, 1024)
POINTS_PER_SECOND = 3000
STEPS_PER_SECOND = 700  # of Newton's method with many digits
MAIN_SHARE = 0.6  # of the points, where there are edges to look at as well
WORST = -1e9
DIRECTIONS = 4
ROUNDS = 12
FAMILIAR = tuple(Fraction(text) for text in (
    "0", "1", "2", "3", "5", "10", "1/2", "1/10", "1/100", "1/1000", "100", "1000", "1e-6", "1e6", "1e-12", "1e12",
    "1e60"))
Found = tuple[Point, Violation]
Values = dict[Var, Number]


def refute_scalar(goal: Rel, hyps: tuple[Rel, ...] = (), seed: int = 0, budget: float = 2.0, closed: bool = True
                  ) -> Found | None:
    """A point that satisfies every hypothesis and violates the goal, certified by the kernel; None if none is found.

    ``closed`` says whether irrational points are looked for where a strict claim fails by equality.
    """
    if any(arrays(r) or free_indices(r) for r in (goal, *hyps)):
        return None
    ways, total = branches(goal, hyps), int(budget * POINTS_PER_SECOND)
    shares = [1.0] if len(ways) == 1 else [MAIN_SHARE, *[(1 - MAIN_SHARE) / (len(ways) - 1)] * (len(ways) - 1)]
    hunts = [Hunt(goal, hyps, b, random.Random(seed), int(total * s)) for b, s in zip(ways, shares, strict=True)]
    for hunt in hunts:
        found = hunt.run()
        if found is not None:
            return found
    patience = int((0.3 + budget) * STEPS_PER_SECOND / len(hunts))
    return next((found for hunt in hunts if (found := hunt.touched(patience)) is not None), None) if closed else None


def inhabitant(hyps: tuple[Rel, ...], seed: int = 0, budget: float = 0.1) -> Point | None:
    """A point that certainly satisfies every scalar hypothesis, or None if none is found."""
    zero = Num(Fraction(0))
    found = refute_scalar(zero < zero, hyps, seed, budget)
    return None if found is None else found[0]


@dataclass
class Hunt:
    """One search for a counterexample among the points of one branch."""

    goal: Rel
    hyps: tuple[Rel, ...]
    branch: Branch
    rng: random.Random
    left: int
    box: dict[Var, Range] = field(default_factory=dict)
    sides: list[Value] = field(default_factory=list)
    conditions: list[tuple[str, Value]] = field(default_factory=list)

    def __post_init__(self) -> None:
        goal, rest = self.branch.goal, self.branch.hyps
        self.box = box_from(rest, set(variables(goal)).union(*(variables(h) for h in rest)))
        try:
            self.sides = [compiled(goal.lhs), compiled(goal.rhs)]
            self.conditions = [(h.op, compiled(h.rhs - h.lhs)) for h in rest]
        except ValueError:
            self.left = 0

    def run(self) -> Found | None:
        """The counterexample in simple numbers, or None."""
        for place in self.starts():
            if self.left <= 0:
                return None
            found = self.at(place) if self.score(place) > 0 else None
            if found is not None:
                return self.simplified(place, found)
        return None

    def touched(self, patience: int) -> Found | None:
        """A point at which a strict claim fails by equality, in closed form, or None after ``patience`` Newton steps."""
        gap = self.branch.goal.rhs - self.branch.goal.lhs
        if self.goal.op == "<" and bool(self.sides) and not any(v.integer for v in self.box):
            for place in touching(gap, self.box, patience):
                found = self.at(place)
                if found is not None:
                    return found[1]
        return None

    def starts(self) -> Iterator[Place]:
        """Grid points, simple ones first; then random points, each followed by its improvement."""
        names = sorted(self.box, key=lambda v: v.name)
        steps = [familiar(self.box[v], v.integer) for v in names]
        if not names:
            yield {}
            return
        each = int((self.left / 2) ** (1 / len(names)))
        grid = sorted(product(*(range(min(len(s), each)) for s in steps)), key=lambda ks: (sum(ks), ks))
        for ks in grid:
            yield {v: s[k] for v, s, k in zip(names, steps, ks, strict=True)}
        yield from self.extremes()
        while self.left > 0:
            place = {v: self.rng.choice(s) if s and self.rng.random() < 0.5 else self.anywhere(v)
                     for v, s in zip(names, steps, strict=True)}
            yield place
            yield self.improved(place)

    def extremes(self) -> Iterator[Place]:
        """The simplest point near a minimum of rhs - lhs, where strict claims fail by equality."""
        if not self.box or self.left <= 0 or any(v.integer for v in self.box):
            return
        gap = self.branch.goal.rhs - self.branch.goal.lhs
        least = lowest(compiled(gap), self.box)
        if least is not None:
            yield rounded(least)
            yield least

    def anywhere(self, var: Var) -> Fraction:
        """A random value of one parameter, at every scale."""
        r = self.box[var]
        size = Fraction(10) ** self.rng.randint(-6, 4) * Fraction(self.rng.randint(10, 99), 10)
        part = Fraction(self.rng.randint(1, 999), 1000)
        if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction):
            value = r.lo + (r.hi - r.lo) * part
        elif isinstance(r.lo, Fraction):
            value = r.lo + size
        elif isinstance(r.hi, Fraction):
            value = r.hi - size
        else:
            value = size * self.rng.choice((-1, 1))
        return Fraction(max(1, floor(value))) if var.integer else value

    def score(self, place: Place) -> float:
        """How badly the goal fails: > 0 if it does; very low where a hypothesis does, the more the lower."""
        self.left -= 1
        if not all(_inside(self.box[v], x) for v, x in place.items()):
            return float("-inf")
        missing = 0.0
        for op, value in self.conditions:
            slack = evaluate(value, place, 128)
            if slack is None:
                return float("-inf")
            if op == "=" and slack.contains(0):
                continue  # the kernel decides
            if not (slack == 0 if op == "=" else slack >= 0 if op == "<=" else slack > 0):
                missing += float(abs(slack).mid()) + 1e-12
        if missing:
            return WORST - missing
        left, right = (evaluate(s, place, 256) for s in self.sides)
        if left is None or right is None:
            return float("-inf")
        return _excess(self.goal.op, left, right)

    def improved(self, place: Place) -> Place:
        """Move one coordinate at a time, or all in some direction, with shrinking steps, while the score grows."""
        best = self.score(place)
        step = Fraction(4)
        for _ in range(ROUNDS * len(place)):
            moved = False
            for trial in self.neighbours(place, step):
                score = self.score(trial)
                if score > best:
                    place, best, moved = trial, score, True
                if best > 0 or self.left <= 0:
                    return place
            if not moved:
                step = 1 + (step - 1) / 2
        return place

    def neighbours(self, place: Place, step: Fraction) -> Iterator[Place]:
        """Places at a distance that grows with the step, measured from where they start."""
        for var in sorted(place, key=lambda v: v.name):
            for other in self.moves(var, place[var], step):
                yield {**place, var: other}
        free = [v for v in sorted(place, key=lambda v: v.name) if not v.integer]
        for _ in range(DIRECTIONS if len(free) > 1 else 0):
            way = {v: Fraction(self.rng.randint(-100, 100), 100) * (step - 1) * max(abs(place[v]), Fraction(1, 100))
                   for v in free}
            yield {**place, **{v: (place[v] + way[v]).limit_denominator(10**12) for v in free}}

    def moves(self, var: Var, x: Fraction, step: Fraction) -> list[Fraction]:
        """Neighbours of a value, measured from the finite ends of its range."""
        r = self.box[var]
        anchors = [e for e in (r.lo, r.hi) if isinstance(e, Fraction)] or [Fraction(0)]
        found = {a + (x - a) * s for a in anchors for s in (step, 1 / step)} | {x + step - 1, x - step + 1}
        near = sorted(y.limit_denominator(10**12) for y in found)
        return [Fraction(round(y)) for y in near] if var.integer else near

    def at(self, place: Mapping[Var, Number]) -> tuple[Values, Found] | None:
        """The violation with the values of all parameters, if the kernel confirms it."""
        try:
            values = self.branch.completed(place)
        except (Rejected, ValueError, ZeroDivisionError):
            return None
        found = self.certified(values)
        return None if found is None else (values, found)

    def certified(self, values: Values) -> Found | None:
        """The violation, if the kernel confirms it."""
        point = Point({v.name: x for v, x in sorted(values.items(), key=lambda i: i[0].name)})
        for bits in BITS:
            try:
                return point, refute(self.hyps, self.goal, point, bits)
            except (NoCounterexample, ValueError, ZeroDivisionError, OverflowError):
                continue
        return None

    def simplified(self, place: Place, found: tuple[Values, Found]) -> Found:
        """Replace each coordinate by a simpler number as long as the kernel still certifies the failure."""
        for var in sorted(place, key=lambda v: v.name):
            for other in simpler(place[var]):
                trial = {**place, var: other}
                better = self.at(trial) if _inside(self.box[var], other) else None
                if better is not None:
                    place, found = trial, better
                    break
        values, best = found
        for var, _ in self.branch.solved:
            for other in simpler(_near(values[var])):
                better_one = self.certified({**values, var: other})
                if better_one is not None:
                    values, best = {**values, var: other}, better_one
                    break
        return best


def _inside(r: Range, x: Fraction) -> bool:
    above = r.lo < x or (r.lo == x and not r.lo_open)
    return above and (x < r.hi or (x == r.hi and not r.hi_open))


def _near(value: Number) -> Fraction:
    """A rational near a value."""
    if isinstance(value, Fraction):
        return value
    found = evaluate(compiled(value), {}, 128)
    return Fraction(0) if found is None else exact(found.mid()).limit_denominator(10**18)


def _excess(op: str, left: arb, right: arb) -> float:
    """A number > 0 if the relation certainly fails; about log(left/right) for positive sides."""
    gap = left - right
    scale = abs(left) + abs(right) + arb(10) ** -300
    ratio = float((gap / scale).mid())
    if op == "=":
        return abs(ratio) if gap != 0 else 0.0
    if gap > 0:
        return max(ratio, 1e-300)
    if op == "<" and gap.contains(0):
        return 1e-300  # perhaps equal; the kernel decides
    if left > 0 and right > 0:
        return min(float((left.log() - right.log()).mid()), -1e-300)
    return min(ratio, -1e-300)


def familiar(r: Range, integer: bool) -> list[Fraction]:
    """Simple values in a range: round numbers, the ends, and points near open ends."""
    found: list[Fraction] = []
    ends = [(e, s) for e, s in ((r.lo, 1), (r.hi, -1)) if isinstance(e, Fraction)]
    width = r.hi - r.lo if len(ends) == 2 else None
    candidates = [*FAMILIAR, *(-c for c in FAMILIAR)]
    candidates += [e + s * c * (width if isinstance(width, Fraction) else 1) for c in FAMILIAR for e, s in ends]
    for c in candidates:
        if c not in found and _inside(r, c) and not (integer and c.denominator != 1):
            found.append(c)
    return found


def simpler(x: Fraction) -> Iterable[Fraction]:
    """Simpler numbers, the simplest ones first."""
    seen = {x}
    near = [Fraction(n) for n in (0, 1, -1, 2, -2, floor(x), ceil(x))]
    if x:
        power = Fraction(10) ** decade(abs(x))
        near += [power * (1 if x > 0 else -1), power * 10 * (1 if x > 0 else -1)]
    for k in range(1, 30):
        eps = max(abs(x), Fraction(1, 10**9)) / 2**k
        near += [simplest(x - eps, x + eps), simplest(x - eps, x), simplest(x, x + eps)]
    for c in near:
        if c not in seen and _complexity(c) < _complexity(x):
            seen.add(c)
            yield c


def _complexity(x: Fraction) -> tuple[int, int, bool]:
    return x.denominator, abs(x.numerator), x < 0


