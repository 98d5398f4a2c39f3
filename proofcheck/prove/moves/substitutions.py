"""New parameters that make a goal simpler: powers for roots, exponentials for logarithms, ratios for homogeneous goals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from math import inf, lcm

from proofcheck.kernel.domain import tidy
from proofcheck.kernel.normal import Poly
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Expr, Num, Pow, Var, exp, log, variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.changes import EVAL, Change, End, fresh
from proofcheck.prove.goals import FAILURES, Goal, poly_of, regular
from proofcheck.prove.moves.coupled import active
from proofcheck.prove.moves.scaling import content
from proofcheck.prove.search import Search, Settled

LARGEST_ROOT = 12


def substitutions(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """One new parameter."""
    if goal.rewrites == 0 or depth == 0:
        return
    yield from _inside(search, goal, depth)
    try:
        changes = [*_powers(goal), *_logarithms(goal), *_exponentials(goal), *_inverses(goal)]
        chains = [[c] for c in changes] + list(_ratios(goal))
    except FAILURES:
        return
    for chain in chains:
        tree = _through(search, goal, chain, depth - 1)
        yield tree


def _through(search: Search, goal: Goal, chain: list[Change], depth: int) -> Tree | None:
    """A proof after some changes, one after the other."""
    inner = replace(goal, rewrites=goal.rewrites - 1)
    try:
        for change in chain:
            inner = change.applied(inner)
    except FAILURES:
        return None
    tree = search.prove(inner, depth)
    for change in reversed(chain):
        tree = None if tree is None else change.node(tree)
    return tree


def _inside(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Leave out a closed end at 0 of a parameter under a root, or of one that only scales: the term is continuous."""
    if goal.strict or not regular(goal):
        return
    for var in sorted(variables(goal.term), key=lambda v: v.name):
        side = goal.box[var]
        if side.lo == 0 and not side.lo_open and side.hi > 0 and (_root_of(goal, var) > 1 or _is_scale(goal, var)):
            opened = goal.domain.beside(var).at(var, replace(side, lo_open=True, hi_open=True))
            tree = search.prove(goal.on(opened), depth)
            yield None if tree is None else ["interior", var.name, tree]
            raise Settled


def _root_of(goal: Goal, var: Var) -> int:
    """The smallest power that clears all roots of a parameter."""
    try:
        poly = poly_of(goal)
    except FAILURES:
        return 1
    found = 1
    for mono in poly:
        for atom, exponent in mono:
            base = dict(atom[1]) if atom[0] == "base" else {}
            if atom == ("var", var.name) or (len(base) == 1 and next(iter(base)) == ((("var", var.name), Fraction(1)),)):
                found = lcm(found, exponent.denominator)
    return found


def _powers(goal: Goal) -> Iterator[Change]:
    """x = s**q for a positive parameter under roots."""
    for var in sorted(variables(goal.term), key=lambda v: v.name):
        q = _root_of(goal, var)
        if 1 < q <= LARGEST_ROOT and goal.box[var].positive():
            root = Pow(var, Fraction(1, q))
            low = End(Fraction(0), True, ["scale", to_text(Pow(var, Fraction(-1, q))), [], EVAL])
            yield _with_ends(goal, Change(var, new := fresh(var, goal.box), new**q, root, low))


def _with_ends(goal: Goal, change: Change) -> Change:
    """Visible ends where they say more than that the new parameter is positive."""
    seen = replace(change, low=End()).with_visible_ends(goal.box)
    better = seen.low.at is not None and (change.low.at is None or seen.low.at > change.low.at)
    return replace(seen, low=seen.low if better else change.low)


def _logarithms(goal: Goal) -> Iterator[Change]:
    """x = exp(t) for a positive parameter whose logarithm occurs."""
    for var in sorted(variables(goal.term), key=lambda v: v.name):
        if goal.box[var].positive() and to_text(log(var)) in to_text(goal.term):
            new = fresh(var, goal.box)
            yield Change(var, new, exp(new), log(var)).with_visible_ends(goal.box)


def _exponentials(goal: Goal) -> Iterator[Change]:
    """B = log(y)/q in a polynomial in exp(q*B)."""
    match tuple(variables(goal.term)):
        case (var,) if (rate := _rate(poly_of(goal), var)) is not None:
            new, q = fresh(var, goal.box), Num(rate)
            back = exp(q * var)
            low = End(Fraction(0), True, ["scale", to_text(exp(-q * var)), [], EVAL])
            yield _with_ends(goal, Change(var, new, log(new) / q, back, low))


def _inverses(goal: Goal) -> Iterator[Change]:
    """x = 1/t on a ray of positive numbers."""
    for var in sorted(variables(goal.term), key=lambda v: v.name):
        side = goal.box[var]
        if side.positive() and side.hi == inf:
            low = End(Fraction(0), True, ["scale", var.name, [], EVAL])
            yield _with_ends(goal, Change(var, new := fresh(var, goal.box), new**-1, var**-1, low))


def _rate(poly: Poly, var: Var) -> Fraction | None:
    """The largest q > 0 such that all atoms are powers of exp(q*var)."""
    rates = []
    for mono in poly:
        for atom, exponent in mono:
            match atom:
                case ("exp", (((((("var", name), 1),)), c),)) if name == var.name:
                    rates.append(abs(c * exponent))
                case _:
                    return None
    if not rates:
        return None
    bottom = lcm(*(r.denominator for r in rates))
    tops = [int(r * bottom) for r in rates]
    common = tops[0]
    for t in tops[1:]:
        while t:
            common, t = t, common % t
    return Fraction(common, bottom)


def _ratios(goal: Goal) -> Iterator[list[Change]]:
    """All other parameters as multiples of one that only scales the term."""
    for var in sorted(variables(goal.term), key=lambda v: v.name):
        if goal.box[var].positive() and _is_scale(goal, var):
            yield _multiples(goal, var)


def _multiples(goal: Goal, scale: Var) -> list[Change]:
    """x = s*scale for every other parameter x."""
    chain, box = [], dict(goal.box)
    for var in sorted(variables(goal.term) - {scale}, key=lambda v: v.name):
        side, new = goal.box[var], fresh(var, box)
        low = End()
        if side.positive():
            low = End(Fraction(0), True, ["scale", to_text(scale / var), [], EVAL])
        elif side.lo == 0:
            low = End(Fraction(0), False, ["scale", to_text(scale), [], EVAL])
        chain.append(Change(var, new, new * scale, var / scale, low))
        box[new] = chain[-1].side()
    return chain


def _is_scale(goal: Goal, scale: Var) -> bool:
    """Whether the term is a power of one parameter times a function of the ratios of the others to it."""
    others = variables(goal.term) - {scale}
    if not others or active(goal) or not all(_is_cone(goal, v) for v in (*others, scale)):
        return False
    opened = goal.on(goal.domain.at(scale, replace(goal.box[scale], lo_open=True)))
    inner = opened
    try:
        for change in _multiples(opened, scale):
            inner = change.applied(inner)
        factor = content(inner)
        plain: Expr = inner.term if factor is None else tidy(factor * inner.term, inner.box)
    except FAILURES:
        return False
    return scale not in variables(plain)


def _is_cone(goal: Goal, var: Var) -> bool:
    side = goal.box[var]
    return side.hi == inf and side.lo in (0, -inf)
