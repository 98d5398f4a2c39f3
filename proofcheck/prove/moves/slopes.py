"""Monotone or concave in one parameter, so that faces of the box decide; also after a dominating term is divided out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.domain import tidy
from proofcheck.kernel.scalar import Tree, face_of, interior
from proofcheck.kernel.terms import Expr, Var, variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import BITS, FAILURES, Goal, regular
from proofcheck.prove.moves.numeric import mean_value
from proofcheck.prove.moves.scaling import exponentials, isolating, scaled
from proofcheck.prove.sampling import is_bounded
from proofcheck.prove.search import Search

FACTORS = 3


def slopes(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """The mean value form; then derivatives of the term and of the term over one of its parts."""
    if mean_value(goal):
        yield ["mean", BITS]
    if depth > 0:
        yield from derivatives(search, goal, depth)
        for factor, form in isolating(goal):
            for tree in derivatives(search, goal.about(form), depth):
                yield None if tree is None else scaled(factor, ["rewrite", to_text(form), tree])
        for factor in list(exponentials(goal))[:FACTORS]:
            for tree in derivatives(search, goal.about(factor * goal.term), depth):
                yield None if tree is None else scaled(factor, tree)


def derivatives(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Monotone or concave in one parameter."""
    if goal.slopes == 0 or not regular(goal):
        return
    for var in _by_ends(goal):
        free = goal.on(goal.domain.beside(var))
        try:
            change = derivative(goal.term, var)
            inner = interior(free.domain, var)
            for sign, slope in (("+", tidy(change, inner.box)), ("-", tidy(-change, inner.box))):
                yield _monotone(search, free, var, sign, slope, depth)
            yield _concave(search, free, var, change, depth)
        except FAILURES:
            continue


def _by_ends(goal: Goal) -> list[Var]:
    """The parameters of the term, those with bounded ranges first."""
    return sorted(variables(goal.term), key=lambda v: (not is_bounded(goal.box[v]), v.name))


def _monotone(search: Search, goal: Goal, var: Var, sign: str, slope: Expr, depth: int) -> Tree | None:
    """The face of the box on one side decides."""
    whole = goal.box[var]
    at, is_open = (whole.lo, whole.lo_open) if sign == "+" else (whole.hi, whole.hi_open)
    away = goal.strict and (is_open or isinstance(at, float))
    steep = Goal(slope, interior(goal.domain, var), away, goal.slopes - 1, goal.rewrites)
    if search.is_hopeless(steep):
        return None
    term, domain = face_of(goal.term, goal.domain, var, at)
    lost = len(domain.box) < len(goal.box)
    there = replace(goal, term=term, domain=domain, strict=goal.strict and not away)
    face = search.prove(there, depth if lost else depth - 1)
    if face is None:
        return None
    why = search.prove(steep, min(depth - 1, 4))
    return None if why is None else ["mono", var.name, sign, why, face]


def _concave(search: Search, goal: Goal, var: Var, change: Expr, depth: int) -> Tree | None:
    """Two opposite faces of the box decide."""
    whole = goal.box[var]
    if not is_bounded(whole) or goal.slopes < 2:
        return None
    inner = interior(goal.domain, var)
    bend = Goal(tidy(-derivative(change, var), inner.box), inner, False, goal.slopes - 2, goal.rewrites)
    if search.is_hopeless(bend):
        return None
    faces = []
    for at in (whole.lo, whole.hi):
        term, domain = face_of(goal.term, goal.domain, var, at)
        tree = search.prove(replace(goal, term=term, domain=domain), depth)
        if tree is None:
            return None
        faces.append(tree)
    why = search.prove(bend, min(depth - 1, 3))
    return None if why is None else ["concave", var.name, why, *faces]
