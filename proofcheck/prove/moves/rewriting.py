"""The goal in other words: without divisors, roots, logarithms, powers, or hyperbolic functions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from proofcheck.kernel.domain import is_nonnegative, is_regular, tidy
from proofcheck.kernel.normal import Atom, Monomial, Poly, Rational, to_term
from proofcheck.kernel.scalar import Tree, in_exponentials
from proofcheck.kernel.terms import Expr, Fn, exp, log, subterms
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import FAILURES, Goal, atom_term, is_good_factor, poly_of, power
from proofcheck.prove.sampling import compiled, places, sign_at
from proofcheck.prove.search import Search, Settled

SHALLOW = 4  # the depth at which conditions on the side are searched
MOST_ROOTS = 3


def denominators(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Multiply by a divisor whose sign has to be proved; nothing else is tried after that."""
    if goal.rewrites == 0:
        return
    for base, exponent in _divisors(goal):
        sign = _sampled_sign(base, goal)
        if sign == 0 or (sign < 0 and exponent.denominator != 1):
            continue
        size = base if sign > 0 else tidy(-base, goal.box)
        why = search.prove(goal.side(size, True), min(depth, SHALLOW))
        if why is None:
            continue
        factor = power(size, exponent)
        condition = why if exponent == 1 else _powered(search, goal, factor, size, why)
        if condition is None:
            continue
        tree = search.prove(goal.about(factor * goal.term), depth)
        yield None if tree is None else ["scale", to_text(factor), condition, tree]
        raise Settled


def _powered(search: Search, goal: Goal, factor: Expr, size: Expr, why: Tree) -> Tree | None:
    """Why a power of something positive is positive."""
    known = goal.on(goal.domain.knowing((size, True)))
    number = len(goal.domain.given)
    if is_good_factor(factor, goal.box):
        return []
    if factor == size**2:
        product: Tree = ["use", [["1", [number, number], []]], ["eval", 64]]
        return ["lemma", to_text(size), True, why, product]
    tree = search.prove(known.side(factor, True), 1)
    return None if tree is None else ["lemma", to_text(size), True, why, tree]


def _divisors(goal: Goal) -> list[tuple[Expr, Rational]]:
    """Atoms with negative powers that are not positive by their form, and the powers that clear them."""
    try:
        poly = poly_of(goal)
    except FAILURES:
        return []
    powers: dict[Atom, Rational] = {}
    for mono in poly:
        for atom, exponent in mono:
            if exponent < 0:
                powers[atom] = max(powers.get(atom, 0), -exponent)
    found = [(atom_term(a), p) for a, p in sorted(powers.items(), key=repr)]
    return [(base, p) for base, p in found if not is_good_factor(base, goal.box)]


def _sampled_sign(term: Expr, goal: Goal) -> int:
    """The sign that a term has at all sample points, or 0."""
    value = compiled(term)
    signs = {s for p in places(goal.domain) if (s := sign_at(value, p))}
    return signs.pop() if len(signs) == 1 else 0


def general_powers(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """One product against another one, with powers such as x**y: compare the logarithms."""
    if goal.rewrites == 0 or "log" not in repr(goal.term):
        return
    try:
        poly = poly_of(goal)
        plus, minus = {m: c for m, c in poly.items() if c > 0}, {m: -c for m, c in poly.items() if c < 0}
        if len(plus) == len(minus) == 1 and any(a[0] == "exp" and "'log'" in repr(a) for m in poly for a, _ in m):
            yield from _without_powers(search, goal, to_term(minus), to_term(plus), depth)
    except FAILURES:
        return


def _without_powers(search: Search, goal: Goal, small: Expr, large: Expr, depth: int) -> Iterator[Tree | None]:
    if not _regular(goal, small, large):
        return
    why = [search.prove(goal.side(t, True), min(depth, SHALLOW)) for t in (small, large)]
    if None not in why:
        tree = search.prove(goal.rewritten(log(large) - log(small)), depth)
        yield None if tree is None else ["log", to_text(small), to_text(large), *why, tree]


def rewriting(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """One rewriting."""
    if goal.rewrites == 0 or depth == 0:
        return
    for way in (_hyperbolic, _without_logs, _squared):
        try:
            yield from way(search, goal, depth - 1)
        except FAILURES:
            continue


def _regular(goal: Goal, *terms: Expr) -> bool:
    return all(is_regular(t, goal.box) for t in terms)


def _hyperbolic(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    if any(isinstance(t, Fn) and t.name in ("sinh", "cosh", "tanh") for t in subterms(goal.term)):
        tree = search.prove(goal.rewritten(in_exponentials(goal.term)), depth)
        yield None if tree is None else ["exponentials", tree]


def _without_logs(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Logarithms with rational factors: compare the exponentials."""
    poly = poly_of(goal)
    logs = {m: c for m, c in poly.items() if len(m) == 1 and m[0][1] == 1 and m[0][0][:2] == ("fn", "log")}
    rest = {m: c for m, c in poly.items() if m not in logs}
    if not logs or any("'log'" in repr(m) for m in rest):
        return
    large = to_term({m: c for m, c in logs.items() if c > 0})
    small = to_term({m: -c for m, c in logs.items() if c < 0} | {m: -c for m, c in rest.items()})
    if not _regular(goal, small, large):
        return
    tree = search.prove(goal.rewritten(exp(large) - exp(small)), depth)
    yield None if tree is None else ["exp", to_text(small), to_text(large), tree]


def _squared(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Roots on one side: compare the squares."""
    poly = poly_of(goal)
    roots = sorted({a for m in poly for a, p in m if p.denominator == 2}, key=repr)
    for part in _parts(poly, roots, goal):
        rest = {m: c for m, c in poly.items() if m not in part}
        sign = _sampled_sign(to_term(part), goal)
        if sign == 0:
            continue
        small, large = (to_term(_negative(part)), to_term(rest)) if sign < 0 else (to_term(_negative(rest)), to_term(part))
        yield from _compared(search, goal, small, large, depth)
        if sign > 0:
            yield _in_cases(search, goal, to_term(rest), to_term(part), depth)


def _parts(poly: Poly, roots: list[Atom], goal: Goal) -> Iterator[Poly]:
    """What to bring on one side: the terms with one root, or the negative terms."""
    for root in roots[:MOST_ROOTS]:
        yield {m: c for m, c in poly.items() if _has_root(m, root)}
    minus = {m: c for m, c in poly.items() if c < 0}
    if len(roots) > 1 and minus and len(minus) < len(poly):
        yield minus


def _has_root(mono: Monomial, root: Atom) -> bool:
    return any(a == root and p.denominator == 2 for a, p in mono)


def _negative(poly: Poly) -> Poly:
    return {m: -c for m, c in poly.items()}


def _compared(search: Search, goal: Goal, small: Expr, large: Expr, depth: int) -> Iterator[Tree | None]:
    squares = goal.rewritten(large**2 - small**2)
    if search.is_hopeless(squares) or not _regular(goal, small, large):
        return
    why = search.prove(goal.side(large, False), min(depth, SHALLOW))
    if why is not None:
        tree = search.prove(squares, depth)
        yield None if tree is None else ["squared", to_text(small), to_text(large), why, tree]


def _in_cases(search: Search, goal: Goal, rest: Expr, roots: Expr, depth: int) -> Tree | None:
    """roots + rest >= 0: clear where rest >= 0; elsewhere compare the squares of roots and of -rest."""
    if goal.strict or not is_nonnegative(roots, goal.box):
        return None
    number = len(goal.domain.given)
    negative = tidy(-rest, goal.box)
    below = replace(goal, domain=goal.domain.knowing((negative, True)))
    tree = next((t for t in _compared(search, below, negative, roots, depth) if t is not None), None)
    if tree is None:
        return None
    clear = search.prove(goal.side(roots, False), 1)
    return None if clear is None else ["case", to_text(rest), ["use", [["1", [number], []]], clear], tree]


