"""Cut the box in two: at an exact zero of the term, near its lowest point, at a round number, or in the middle."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from proofcheck.kernel.domain import Box, Range
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Var, variables
from proofcheck.prove.goals import Goal
from proofcheck.prove.sampling import Place, Value, clipped, compiled, evaluate, lowest, rounded, simplest
from proofcheck.prove.search import Search

ROUND = tuple(Fraction(c) for c in (0, 1, 2, 5, 10, 30, 100, 1000, 10**4, 10**6, 10**9))


def cuts(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """One cut."""
    cut = cut_of(goal) if depth > 0 else None
    if cut is not None:
        yield halves(search, goal, *cut, depth)


def halves(search: Search, goal: Goal, var: Var, at: Fraction, depth: int) -> Tree | None:
    """Prove the goal on both sides of a cut."""
    whole = goal.box[var]
    parts = []
    for piece in (replace(whole, hi=at, hi_open=False), replace(whole, lo=at, lo_open=False)):
        tree = search.prove(goal.on(goal.domain.at(var, piece)), depth - 1)
        if tree is None:
            return None
        parts.append(tree)
    return ["split", var.name, str(at), *parts]


def cut_of(goal: Goal) -> tuple[Var, Fraction] | None:
    """Where to cut: at an exact rational zero of the term, near the lowest point, at a round number, or in the middle."""
    box = {v: r for v, r in goal.box.items() if v in variables(goal.term)}
    if not box:
        return None
    value = compiled(goal.term)
    low = lowest(value, box)
    if low is not None:
        touching = _touching(value, goal, low)
        if touching is not None:
            return touching
        if len(box) == 1:
            ((var, at),) = rounded(low).items()
            if box[var].lo < at < box[var].hi:
                return var, at
    return _default_cut(box, value)


def _touching(value: Value, goal: Goal, low: Place) -> tuple[Var, Fraction] | None:
    """A parameter and an interior rational at which the term is 0, if the lowest point is near one."""
    near = rounded(low)
    found = evaluate(value, near, 256)
    if found is None or not abs(found) < 1e-30:
        return None
    for var in sorted(near, key=lambda v: v.name):
        if goal.box[var].lo < near[var] < goal.box[var].hi:
            return var, near[var]
    return None


def _default_cut(box: Box, value: Value) -> tuple[Var, Fraction] | None:
    """Cut the parameter that matters most at a round number."""
    names = sorted(box, key=lambda v: v.name)
    for var in names:
        r = box[var]
        if r.lo < 0 < r.hi:
            return var, Fraction(0)
    middle = {v: _middle(*clipped(box[v], 10)) for v in names}
    best: tuple[float, str, Var] | None = None
    for var in names:
        if box[var].lo == box[var].hi:
            continue
        swing = _swing(value, middle, var, clipped(box[var], 10))
        if best is None or (swing, var.name) > best[:2]:
            best = (swing, var.name, var)
    return None if best is None else (best[2], round_cut(box[best[2]]))


def _middle(low: Fraction, high: Fraction) -> Fraction:
    third = (high - low) / 3
    return simplest(low + third, high - third)


def _swing(value: Value, middle: Place, var: Var, ends: tuple[Fraction, Fraction]) -> float:
    a, b = (evaluate(value, {**middle, var: x}) for x in ends)
    if a is None or b is None:
        return float("inf")
    return float(abs(a - b).mid())


def round_cut(r: Range) -> Fraction:
    """A simple number well inside a range."""
    if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction):
        width = r.hi - r.lo
        return simplest(r.lo + width * Fraction(3, 8), r.hi - width * Fraction(3, 8))
    if isinstance(r.lo, Fraction):
        return next((c for c in ROUND if c > r.lo), 2 * abs(r.lo))
    if isinstance(r.hi, Fraction):
        return next((-c for c in ROUND if -c < r.hi), -2 * abs(r.hi))
    return Fraction(0)
