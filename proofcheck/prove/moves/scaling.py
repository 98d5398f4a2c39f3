"""Multiply by a positive factor: the common monomial away, or what makes the dominating term a constant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from proofcheck.kernel.domain import tidy
from proofcheck.kernel.normal import Atom, Rational, to_term
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Expr
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import FAILURES, Goal, atom_term, evaluates, is_good_factor, mono_term, poly_of, power
from proofcheck.prove.sampling import Place, box_places, compiled, evaluate
from proofcheck.prove.search import Search, Settled

MOST = 8  # factors that are tried
MOST_ISOLATED = 3
MOST_CONTENTS = 4  # taking out a common monomial may leave another one


def content_out(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Divide by the largest common monomial of positive factors; nothing else is tried before that."""
    factors: list[Expr] = []
    plain = goal
    while len(factors) < MOST_CONTENTS and (factor := content(plain)) is not None:
        factors.append(factor)
        plain = plain.about(factor * plain.term)
    if factors and len(factors) < MOST_CONTENTS:
        tree = search.prove(plain, depth)
        for factor in reversed(factors):
            tree = None if tree is None else scaled(factor, tree)
        yield tree
        raise Settled


def scaled(factor: Expr, tree: Tree) -> Tree:
    """The node for a factor that is positive by its form."""
    return ["scale", to_text(factor), [], tree]


def dominating(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Divide by one term of the sum, and evaluate."""
    for factor in exponentials(goal):
        bits = evaluates(goal.about(factor * goal.term))
        if bits:
            yield scaled(factor, ["eval", bits])


def content(goal: Goal) -> Expr | None:
    """The inverse of the largest common monomial of positive factors, or None if it is 1."""
    try:
        poly = poly_of(goal)
    except FAILURES:
        return None
    powers: dict[Atom, list[Rational]] = defaultdict(list)
    for mono in poly:
        for atom, exponent in mono:
            if atom[0] != "exp":
                powers[atom].append(exponent)
    shared = set.intersection(*(set(mono) for mono in poly)) if len(poly) > 1 else set()
    factor: Expr | None = None
    for atom, exponent in shared:
        if atom[0] == "exp":
            factor = mono_term((_inverted(atom, exponent),))
    for atom in sorted(powers, key=repr):
        found = powers[atom] + [0] * (len(poly) - len(powers[atom]))
        least = min(found)
        if least and is_good_factor(atom_term(atom), goal.box):
            piece = power(atom_term(atom), -least)
            factor = piece if factor is None else factor * piece
    return factor


def exponentials(goal: Goal) -> Iterator[Expr]:
    """Inverses of the exponentials in the term, the one that dominates far out first; then monomials."""
    try:
        poly = poly_of(goal)
    except FAILURES:
        return
    if len(poly) < 2:
        return
    far = box_places(goal.box)[-1]
    weights: list[tuple[float, str, Expr]] = []
    for mono, coefficient in poly.items():
        loud = mono_term(mono, coefficient)
        exps = [(a, p) for a, p in mono if a[0] == "exp"]
        others = [(a, p) for a, p in mono if a[0] != "exp" and is_good_factor(atom_term(a), goal.box)]
        for chosen in ([*exps], [*exps, *others]):
            if chosen:
                factor = mono_term(tuple(_inverted(a, p) for a, p in chosen))
                weights.append((-_log_size(loud, far), to_text(factor), factor))
    seen: set[str] = set()
    for _, text, factor in sorted(weights, key=lambda w: (w[0], w[1])):
        if text not in seen and len(seen) < MOST:
            seen.add(text)
            yield factor


def isolating(goal: Goal) -> Iterator[tuple[Expr, Expr]]:
    """Inverses of the coefficients of logarithms, exponentials and the like, and what they make of the term.

    The derivative of the new term is simpler, because the logarithm has no factor in it.
    """
    try:
        poly = poly_of(goal)
    except FAILURES:
        return
    atoms = sorted({a for m in poly for a, p in m if a[0] in ("fn", "exp")}, key=repr)
    for atom in atoms[:MOST_ISOLATED]:
        of = {tuple(f for f in m if f[0] != atom): c for m, c in poly.items() if (atom, 1) in m}
        if len(of) < 2 or sum(atom in dict(m) for m in poly) != len(of):
            continue
        for sign in (1, -1):
            size = tidy(to_term({m: sign * c for m, c in of.items()}), goal.box)
            if is_good_factor(size, goal.box):
                rest = to_term({m: c for m, c in poly.items() if atom not in dict(m)})
                yield power(size, -1), sign * atom_term(atom) + rest / size
                break


def _inverted(atom: Atom, exponent: Rational) -> tuple[Atom, Rational]:
    if atom[0] == "exp":
        return ("exp", tuple((m, -c) for m, c in atom[1])), exponent
    return atom, -exponent


def _log_size(term: Expr, place: Place) -> float:
    found = evaluate(compiled(term), place)
    if found is None or found.contains(0):
        return 0.0
    return float(abs(found).log().mid())
