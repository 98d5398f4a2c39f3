"""The boundary of an inequality in one parameter, while the other parameters run over their ranges.

If the others are no common factor, the boundary moves with them.  It is computed at the corners of their box; then
it is proved that the claim holds on the one side of all these places, and fails on the other, for all their values.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from proofcheck.kernel.domain import Range, box_from, eliminate
from proofcheck.kernel.terms import Expr, Num, Rel, Var, substitute, variables
from proofcheck.prove.boundary import Boundary, Piece
from proofcheck.prove.factor import boundary_up_to_factor
from proofcheck.prove.scalar import prove_scalar, relevant
from proofcheck.prove.search import NotProved

MAX_CORNERS = 16


def boundary_over_box(goal: Rel, hyps: tuple[Rel, ...], var: Var, digits: int = 30) -> Boundary:
    """The boundary in ``var``; with other parameters its place is the range over which it moves.  Raises NotProved."""
    try:
        return boundary_up_to_factor(goal, hyps, var, digits)
    except NotProved as first:
        corners = list(_corners(goal, hyps, var))
        if not corners:
            raise first from None
    found = [boundary_up_to_factor(at, within, var, digits) for at, within in corners]
    if any(len(b.places) != 1 for b in found) or len({bool(b.fails[0].low is None) for b in found}) != 1:
        raise NotProved(f"the truth does not change exactly once, the same way, at every corner of the box beside {var}")
    return _over_all(goal, hyps, var, found, digits)


def _over_all(goal: Rel, hyps: tuple[Rel, ...], var: Var, corners: list[Boundary], digits: int) -> Boundary:
    """One theorem on each side, for all values of the other parameters."""
    low, high = min(b.places[0][0] for b in corners), max(b.places[0][1] for b in corners)
    negation = Rel("<=" if goal.op == "<" else "<", goal.rhs, goal.lhs)
    below, above = (negation, goal) if corners[0].fails[0].low is None else (goal, negation)
    under = Piece(None, low, prove_scalar(below, (*hyps, var <= low)))
    over = Piece(high, None, prove_scalar(above, (*hyps, var >= high)))
    holds, fails = ((over,), (under,)) if below is negation else ((under,), (over,))
    return Boundary(var.name, ((low, high),), holds, fails, digits)


def _corners(goal: Rel, hyps: tuple[Rel, ...], var: Var) -> Iterator[tuple[Rel, tuple[Rel, ...]]]:
    """The goal with the other parameters at the ends of their ranges; nothing if a range is unbounded."""
    reduced, rest = eliminate(goal, relevant(goal, hyps))
    others = sorted(variables(reduced) - {var}, key=lambda v: v.name)
    box = box_from(rest, others)
    ends = [_ends(box[v]) for v in others]
    if not others or not all(ends) or 2 ** len(others) > MAX_CORNERS:
        return
    for values in product(*ends):
        at: dict[Expr, Expr] = {v: Num(x) for v, x in zip(others, values, strict=True)}
        yield (Rel(reduced.op, substitute(reduced.lhs, at), substitute(reduced.rhs, at)),
               tuple(h for h in rest if variables(h) == {var}))


def _ends(side: Range) -> tuple[Fraction, ...]:
    if isinstance(side.lo, float) or isinstance(side.hi, float):
        return ()
    return (side.lo, side.hi)
