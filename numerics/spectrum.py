"""The smallest eigenvalue of the kernel: a float64 estimate, and an enclosure certified with balls."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from flint import acb_mat, arb

from numerics.arithmetic import Array, Ball
from numerics.choice import best_gram_matrix
from numerics.network import Network

GAP_GROWTH_BITS = 8


def eigenvalues(net: Network) -> Array:
    """All eigenvalues of H(W) in increasing order, shape (d2 n,): a float64 estimate, not a bound."""
    return np.linalg.eigvalsh(net.arithmetic.to_float(best_gram_matrix(net)))


def lambda_min(net: Network) -> float:
    """The smallest eigenvalue of H(W) in float64; lambda of the paper at W(0), line 154."""
    return float(eigenvalues(net)[0])


def lambda_max(net: Network) -> float:
    """The largest eigenvalue of H(W) in float64."""
    return float(eigenvalues(net)[-1])


def exceeds(matrix: Array, bound: Any, ball: Ball | None = None) -> bool:
    """True only if balls certify that the symmetric `matrix` (p, p) has all eigenvalues above `bound`.

    Gaussian elimination of matrix - bound I must meet only pivots that are certainly positive. False means
    that no certificate was found. Raises ValueError if the matrix is not square or certainly not symmetric.
    """
    ball = ball or Ball()
    rest = _symmetric(matrix, ball)
    with ball.working():
        rest[np.diag_indices(len(rest))] -= ball.number(bound)
        while rest.size:
            pivot, row, column = rest[0, 0], rest[0, 1:], rest[1:, 0]
            if not pivot > 0:
                return False
            rest = rest[1:, 1:] - np.outer(column, row) / pivot
    return True


def enclose_spectrum(matrix: Array, ball: Ball | None = None) -> tuple[arb, arb]:
    """Balls that certainly contain the smallest and the largest eigenvalue of the symmetric `matrix` (p, p).

    Eigenvalues are isolated by the method of van der Hoeven and Mourrain; where they repeat, so that this
    fails, `exceeds` certifies a bound below a Rayleigh quotient. Raises ValueError as `exceeds` does,
    ArithmeticError if nothing is found (entries too wide).
    """
    ball = ball or Ball()
    entries = _symmetric(matrix, ball)
    with ball.working():
        found = _isolated(entries)
        if found:
            return reduce(arb.min, found), reduce(arb.max, found)
        return _certified_least(entries, ball), -_certified_least(-entries, ball)


def enclose_lambda_min(matrix: Array, ball: Ball | None = None) -> arb:
    """A ball that certainly contains the smallest eigenvalue of the symmetric `matrix` (p, p).

    The first of `enclose_spectrum`, with the same method and errors.
    """
    ball = ball or Ball()
    entries = _symmetric(matrix, ball)
    with ball.working():
        found = _isolated(entries)
        return reduce(arb.min, found) if found else _certified_least(entries, ball)


def _isolated(entries: Array) -> list[arb]:
    """Balls around all eigenvalues with multiplicity; empty if flint cannot isolate them or finds no narrow balls."""
    try:
        found = acb_mat(entries.tolist()).eig(algorithm="vdhoeven_mourrain", multiple=True)
    except ValueError:
        return []
    values = [value.real for value in found]
    size = max((abs(ball).mid() for ball in values), default=arb(0))
    return values if all(ball.is_finite() and ball.rad() <= size for ball in values) else []


def _certified_least(entries: Array, ball: Ball) -> arb:
    """From a Rayleigh quotient down to the first bound that `exceeds` certifies as the gap widens."""
    upper = _rayleigh(entries, _least_vector(entries, ball), ball)
    scale = ball.array([[max((abs(entry).upper() for entry in entries.flat), key=float)]])[0, 0] or arb(1)
    for bits in range(ball.bits - GAP_GROWTH_BITS, -GAP_GROWTH_BITS, -GAP_GROWTH_BITS):
        lower = (upper - scale / arb(2) ** bits).lower()
        if exceeds(entries, lower, ball):
            return lower.union(upper)
    raise ArithmeticError(f"no lower bound on the smallest eigenvalue could be certified with {ball.name}")


def _least_vector(entries: Array, ball: Ball) -> Array:
    """About an eigenvector of the smallest eigenvalue, shape (p, 1), exact numbers; nothing is claimed of it."""
    middle = acb_mat([[entry.mid() for entry in row] for row in entries])
    values, vectors = middle.eig(algorithm="approx", right=True)
    least = min(range(len(values)), key=lambda k: float(values[k].real.mid()))
    column = [vectors[k, least] for k in range(len(entries))]
    parts = [[part.mid()] for entry in column for part in (entry.real, entry.imag)]
    chosen = max((parts[::2], parts[1::2]), key=lambda v: sum(float(c[0]) ** 2 for c in v))
    return ball.array(chosen)


def _rayleigh(entries: Array, v: Array, ball: Ball) -> arb:
    quotient: arb = ball.matmul(v.T, ball.matmul(entries, v))[0, 0] / ball.matmul(v.T, v)[0, 0]
    return quotient.upper()


def _symmetric(matrix: Array, ball: Ball) -> Array:
    entries = ball.array(matrix)
    if entries.ndim != 2 or entries.shape[0] != entries.shape[1] or not entries.size:
        raise ValueError(f"a square matrix is needed, not shape {entries.shape}")
    if not all(p.overlaps(q) for p, q in zip(entries.ravel(), entries.T.ravel(), strict=True)):
        raise ValueError("a symmetric matrix is needed; some entry differs from its mirror image")
    return entries
