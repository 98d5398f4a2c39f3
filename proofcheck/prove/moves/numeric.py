"""Interval arithmetic on the whole box, the mean value form, and exact root counting."""

from __future__ import annotations

from collections.abc import Iterator

from proofcheck.kernel.scalar import Tree, check_mean
from proofcheck.kernel.sturm import NotPolynomial, polynomial, stays
from proofcheck.kernel.terms import variables
from proofcheck.prove.goals import BITS, FAILURES, Goal, evaluates
from proofcheck.prove.sampling import is_bounded
from proofcheck.prove.search import Search, Settled


def numeric(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """What needs no search."""
    bits = evaluates(goal)
    if bits:
        yield ["eval", bits]
    if goal.at_infinity():
        raise Settled
    for k, (known, sharp) in enumerate(goal.domain.given):
        bits = evaluates(Goal(-known, goal.domain, not sharp))
        if bits:
            yield ["void", [["1", [k], []]], ["eval", bits]]
    yield from _counted(goal)


def _counted(goal: Goal) -> Iterator[Tree | None]:
    """A polynomial in one parameter keeps its sign if it has no roots of odd order inside."""
    match tuple(variables(goal.term)):
        case (var,):
            side = goal.box[var]
            try:
                if stays(polynomial(goal.term, var), side.lo, side.hi, goal.strict, side.lo_open, side.hi_open):
                    yield ["sturm"]
                elif not goal.domain.given:
                    raise Settled
            except NotPolynomial:
                return


def mean_value(goal: Goal) -> bool:
    """Whether the mean value form proves the goal."""
    if not any(is_bounded(r) for r in goal.box.values()):
        return False
    try:
        check_mean(goal.term, goal.box, goal.strict, BITS)
    except FAILURES:
        return False
    return True
