"""Absolute values, maxima and minima: what they are on the domain, a cut at the zero of |x|, or both values."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from proofcheck.kernel.domain import Box, tidy
from proofcheck.kernel.scalar import Tree, swap
from proofcheck.kernel.terms import Expr, Fn, Var
from proofcheck.kernel.text import to_text
from proofcheck.prove.changes import EVAL
from proofcheck.prove.goals import Goal, evaluates, innermost_kinks
from proofcheck.prove.moves.cuts import cuts, halves
from proofcheck.prove.search import Search, Settled


def kinks(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Replace one kinked term; nothing else is tried before all are gone."""
    if innermost_kinks(goal.term):
        yield from _resolved(search, goal, depth)
        yield from cuts(search, goal, depth)
        raise Settled


def _resolved(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    innermost = innermost_kinks(goal.term)
    for certain in (True, False):
        for target in innermost:
            for head, reason, value in choices(target):
                why = _reason(search, goal, reason, depth, certain)
                if why is not None:
                    then = search.prove(goal.about(swap(goal.term, target, value)), depth)
                    yield None if then is None else [*head, why, then]
                    return
        zero = _zero_inside(innermost, goal.box)
        if certain and zero is not None and depth > 0:
            yield halves(search, goal, zero, Fraction(0), depth)
            return
    for target in innermost:
        yield _either(search, goal, target, depth)
    if depth > 0:
        yield _in_cases(search, goal, innermost[0], depth)


def _reason(search: Search, goal: Goal, reason: Expr, depth: int, certain: bool) -> Tree | None:
    """Why a term is nonnegative on the domain, by interval arithmetic only if ``certain``."""
    inner = goal.side(reason, False)
    if certain:
        bits = evaluates(inner)
        return ["eval", bits] if bits else None
    return search.prove(inner, min(depth, 3))


def _either(search: Search, goal: Goal, target: Fn, depth: int) -> Tree | None:
    """Prove the goal for both values that the target may have."""
    trees: list[Tree] = []
    for _, _, value in choices(target):
        tree = search.prove(goal.about(swap(goal.term, target, value)), depth)
        if tree is None:
            return None
        trees.append(tree)
    return ["either", to_text(target), *trees]


def _in_cases(search: Search, goal: Goal, target: Fn, depth: int) -> Tree | None:
    """Prove the goal where the one value is taken, knowing why, and where the other one is."""
    trees: list[Tree] = []
    number = len(goal.domain.given)
    first = choices(target)[0][1]
    for (head, reason, value), sharp in zip(choices(target), (False, True), strict=True):
        inner = goal.on(goal.domain.knowing((tidy(reason, goal.box), sharp))).about(swap(goal.term, target, value))
        tree = search.prove(inner, depth)
        if tree is None:
            return None
        trees.append([*head, ["use", [["1", [number], []]], EVAL], tree])
    return ["case", to_text(first), *trees]


def choices(target: Fn) -> list[tuple[list[str], Expr, Expr]]:
    """The two values of an Abs, Max or Min: the head of the node, what must be >= 0, and the value."""
    if target.name == "Abs":
        (u,) = target.args
        return [(["abs", to_text(u), "+"], u, u), (["abs", to_text(u), "-"], -u, -u)]
    a, b = target.args
    return [(["max", target.name, to_text(u), to_text(v)], u - v if target.name == "Max" else v - u, u)
            for u, v in ((a, b), (b, a))]


def _zero_inside(targets: list[Fn], box: Box) -> Var | None:
    """A parameter x with |x| among the targets and 0 inside its range."""
    for t in targets:
        match t:
            case Fn("Abs", (Var() as var,)) if box[var].lo < 0 < box[var].hi:
                return var
    return None
