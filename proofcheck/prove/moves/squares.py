"""Sums of squares over the square roots of the term's square monomials, by completing squares."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from proofcheck.kernel.domain import is_regular, positive_parameters
from proofcheck.kernel.normal import Poly, normal
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Add, Expr, Num
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import BITS, FAILURES, Goal, mono_term, poly_of
from proofcheck.prove.search import Search


def squares(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Write the term as a sum of squares with positive weights, if a simple one exists."""
    found = None if goal.strict else sum_of_squares(goal)
    if found is not None:
        yield ["use", [[to_text(Num(c) * q**2), [], []] for c, q in found], ["eval", BITS]]


def sum_of_squares(goal: Goal) -> list[tuple[Fraction, Expr]] | None:
    """Weights c > 0 and terms q with term = sum c*q**2, over the square roots of the term's square monomials."""
    try:
        poly = poly_of(goal)
    except FAILURES:
        return None
    basis = [tuple((a, Fraction(p) / 2) for a, p in mono) for mono, c in poly.items() if c > 0]
    if not 1 < len(poly) <= 15 or not basis:
        return None
    try:
        form = _gram(poly, [mono_term(m) for m in basis], goal)
    except FAILURES:
        return None
    return None if form is None else _completed(form)


def _gram(poly: Poly, basis: list[Expr], goal: Goal) -> tuple[list[Expr], list[list[Fraction]]] | None:
    """The symmetric matrix of the term in the basis, if every monomial is a product of two members."""
    positive = positive_parameters(goal.box)
    basis = [q for q in basis if len(normal(q, positive)) == 1 and is_regular(q, goal.box)]
    entries: dict[object, tuple[int, int]] = {}
    for i, p in enumerate(basis):
        for j in range(i, len(basis)):
            product = normal(p * basis[j], positive)
            if len(product) == 1:
                entries.setdefault(next(iter(product)), (i, j))
    matrix = [[Fraction(0)] * len(basis) for _ in basis]
    for mono, c in poly.items():
        if mono not in entries:
            return None
        i, j = entries[mono]
        matrix[i][j] += Fraction(c) / (2 if i != j else 1)
        if i != j:
            matrix[j][i] += Fraction(c) / 2
    return basis, matrix


def _completed(form: tuple[list[Expr], list[list[Fraction]]]) -> list[tuple[Fraction, Expr]] | None:
    """Complete squares, one pivot after the other; None if the form is not positive semidefinite."""
    basis, matrix = form
    found: list[tuple[Fraction, Expr]] = []
    for k in range(len(basis)):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[k][j] for j in range(k, len(basis)))):
            return None
        if pivot == 0:
            continue
        row = [x / pivot for x in matrix[k]]
        parts = [Num(row[j]) * basis[j] for j in range(k, len(basis)) if row[j]]
        found.append((pivot, parts[0] if len(parts) == 1 else Add(tuple(parts))))
        for i in range(k + 1, len(basis)):
            for j in range(k + 1, len(basis)):
                matrix[i][j] -= pivot * row[i] * row[j]
    return found


