"""The smallest eigenvalue of the kernel: a float64 estimate, and an enclosure certified with balls."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numerics.arithmetic import Array, Ball
from numerics.choice import best_gram_matrix
from numerics.network import Network

FIRST_GAP_BITS = 90
GAP_GROWTH_BITS = 6


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


def enclose_lambda_min(matrix: Array, ball: Ball | None = None) -> arb:
    """A ball that certainly contains the smallest eigenvalue of the symmetric `matrix` (p, p).

    Its top is a Rayleigh quotient, its bottom the first bound that `exceeds` certifies as the gap widens.
    Raises ValueError as `exceeds` does, ArithmeticError if no lower bound is found (entries too wide).
    """
    ball = ball or Ball()
    entries = _symmetric(matrix, ball)
    values, vectors = np.linalg.eigh(ball.to_float(entries))
    upper = _rayleigh(entries, vectors[:, :1], ball)
    scale = float(np.abs(values).max()) or 1.0
    for bits in range(FIRST_GAP_BITS, -GAP_GROWTH_BITS, -GAP_GROWTH_BITS):
        with ball.working():
            lower = (upper - ball.number(Fraction(scale) / 2**bits)).lower()
        if exceeds(entries, lower, ball):
            with ball.working():
                return lower.union(upper)
    raise ArithmeticError(f"no lower bound on the smallest eigenvalue could be certified with {ball.name}")


def _rayleigh(entries: Array, vector: Array, ball: Ball) -> arb:
    v = ball.array(vector)
    with ball.working():
        quotient: arb = ball.matmul(v.T, ball.matmul(entries, v))[0, 0] / ball.matmul(v.T, v)[0, 0]
        return quotient.upper()


def _symmetric(matrix: Array, ball: Ball) -> Array:
    entries = ball.array(matrix)
    if entries.ndim != 2 or entries.shape[0] != entries.shape[1] or not entries.size:
        raise ValueError(f"a square matrix is needed, not shape {entries.shape}")
    if not all(p.overlaps(q) for p, q in zip(entries.ravel(), entries.T.ravel(), strict=True)):
        raise ValueError("a symmetric matrix is needed; some entry differs from its mirror image")
    return entries
