"""The parts of a domain on which a claim is neither proved nor refuted, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product
from time import thread_time

from proofcheck.kernel.domain import Box, Range, gap
from proofcheck.kernel.terms import Rel, Var
from proofcheck.prove.goals import FAILURES, Goal, show_box
from proofcheck.prove.moves import MOVES
from proofcheck.prove.scalar import relevant
from proofcheck.prove.search import NotProved, Search

CELLS = 128
EFFORT = 0.02  # seconds' worth of goals for one cell
SHOWN = 10
ROUND = tuple(Fraction(c) for c in (-1000, -100, -10, -1, 0, 1, 10, 100, 1000))


def remaining(goal: Rel, hyps: tuple[Rel, ...], budget: float = 1.0) -> tuple[str, ...]:
    """The cells of a coarse grid on which a short search does not prove the goal, merged; at most ten, then a count."""
    try:
        term, domain = gap(goal, relevant(goal, hyps))
    except FAILURES:
        return ()
    whole = Goal(term, domain, goal.op == "<")
    end = thread_time() + budget
    left = [c for c in _cells(domain.box) if thread_time() > end or not _settled(whole.on(replace(domain, box=c)))]
    found = [show_box(box) for box in merged(left)]
    more = len(found) - SHOWN
    return (*found[:SHOWN], *([f"and {more} more boxes"] if more > 0 else []))


def _settled(goal: Goal) -> bool:
    try:
        Search(MOVES, EFFORT).run(goal)
    except (NotProved, *FAILURES):
        return False
    return True


def _cells(box: Box) -> Iterator[Box]:
    """A coarse grid over the box."""
    names = sorted((v for v, r in box.items() if r.lo < r.hi), key=lambda v: v.name)
    each = int(CELLS ** (1 / len(names))) if names else 1
    parts = [_parts(box[v], max(each, 1)) for v in names]
    for choice in product(*parts):
        yield {**box, **dict(zip(names, choice, strict=True))}


def _parts(side: Range, most: int) -> list[Range]:
    """The range cut at round numbers, or into equal parts if it is bounded."""
    if isinstance(side.lo, Fraction) and isinstance(side.hi, Fraction):
        count = min(most, 8)
        cuts = [side.lo + (side.hi - side.lo) * Fraction(k, count) for k in range(1, count)]
    else:
        inside = [c for c in ROUND if side.lo < c < side.hi]
        start = max(0, (len(inside) - most + 1) // 2)
        cuts = inside[start:start + most - 1]
    ends = [side.lo, *cuts, side.hi]
    return [Range(a, b, side.lo_open if k == 0 else False, side.hi_open if k == len(cuts) else True)
            for k, (a, b) in enumerate(pairwise(ends))]


def merged(boxes: list[Box]) -> list[Box]:
    """The same set in fewer boxes: two that differ in one range, and touch there, become one."""
    found = list(boxes)
    while (pair := next(_mergeable(found), None)) is not None:
        one, other, var, side = pair
        found = [b for b in found if b is not one and b is not other]
        found.insert(0, {**one, var: side})
    return sorted(found, key=show_box)


def _mergeable(boxes: list[Box]) -> Iterator[tuple[Box, Box, Var, Range]]:
    for k, one in enumerate(boxes):
        for other in boxes[k + 1:]:
            different = [v for v in one if one[v] != other[v]]
            if len(different) == 1:
                var = different[0]
                a, b = sorted((one[var], other[var]), key=lambda r: r.lo)
                if a.hi == b.lo and not (a.hi_open and b.lo_open):
                    yield one, other, var, Range(a.lo, b.hi, a.lo_open, b.hi_open)
