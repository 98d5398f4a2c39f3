"""Sums of squares: target = sum of weight*c*q**2 with c > 0, found in floating point and made exact.

A semidefinite program gives Gram matrices.  Where the target is 0, they are singular: the numerical kernel is rounded,
the bases are reduced to what the kernel leaves, and then small changes keep the matrices positive definite.  What is
returned holds exactly; that nothing was found means nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import sqrt

import clarabel
import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray
from scipy.sparse import csc_matrix

from proofcheck.prove.polynomials import Exponents, Form, Ring, total

Array = NDArray[np.float64]
Matrix = list[list[Fraction]]
Squares = list[tuple[Fraction, Form]]
Spot = tuple[int, int, int]  # a block and two members of its basis

MOST_ENTRIES = 3000  # products of weights and two members of bases
MOST_UNKNOWNS = 250
ROUNDS = 4  # how often the bases are reduced
SMALL = 1e-4  # eigenvalues below are taken for 0
SLACK = 1e-5  # a smallest eigenvalue below minus this shows that there is no solution
TINY = 1e-10  # squared singular values below, relative to the largest, are 0
SIMPLE = 60  # largest denominator in a kernel
GRAINS = tuple(Fraction(1, n) for n in (2, 12, 240, 2**14, 2**24, 2**40))


@dataclass(frozen=True)
class Block:
    """weight * (sum of squares in the basis), or weight * (any combination of the basis) if it is free."""

    weight: Form
    basis: tuple[Form, ...]
    free: bool = False


def squares(ring: Ring, target: Form, blocks: list[Block]) -> list[Squares] | None:
    """For each block its squares, so that the target is the sum of all weight*c*q**2 (free: weight*c*q); or None."""
    left = _pruned(ring, target, blocks)
    for _ in range(ROUNDS):
        system = None if left is None else System(ring, target, left)
        found = None if system is None else system.solve()
        if left is None or system is None or found is None:
            return None
        smaller = [_reduced(b, q) for b, q in zip(left, found, strict=True)]
        if all(len(b.basis) == len(old.basis) for b, old in zip(smaller, left, strict=True)):
            return system.exact(found)
        left = smaller
    return None


def _entries(ring: Ring, blocks: list[Block]) -> Iterator[tuple[Spot, Form]]:
    """Every entry of the Gram matrices (upper triangle) with the polynomial that it multiplies."""
    for k, block in enumerate(blocks):
        for j, q in enumerate(block.basis):
            half = ring.product(block.weight, q)
            if block.free:
                yield (k, j, j), half
                continue
            for i in range(j + 1):
                whole = ring.product(half, block.basis[i])
                yield (k, i, j), whole if i == j else {m: 2 * c for m, c in whole.items()}


def _pruned(ring: Ring, target: Form, blocks: list[Block]) -> list[Block] | None:
    """Leave out what must be 0, because only squares with one sign could cancel it; None if there is no solution."""
    if sum(len(b.basis) ** 2 * len(b.weight) for b in blocks) > MOST_ENTRIES:
        return None
    where: dict[Exponents, list[tuple[Spot, Fraction]]] = defaultdict(list)
    for spot, product in _entries(ring, blocks):
        for mono, c in product.items():
            where[mono].append((spot, c))
    gone: set[tuple[int, int]] = set()
    changed = True
    while changed:
        changed = False
        for mono, all_spots in where.items():
            spots = [(s, c) for s, c in all_spots if (s[0], s[1]) not in gone and (s[0], s[2]) not in gone]
            signs = {c > 0 for _, c in spots}
            if spots and len(signs) == 1 and all(i == j and not blocks[k].free for (k, i, j), _ in spots):
                wanted = target.get(mono, Fraction(0)) * (1 if True in signs else -1)
                if wanted < 0:
                    return None
                if wanted == 0:
                    gone |= {(k, i) for (k, i, _), _ in spots}
                    changed = True
            where[mono] = spots
    if any(not where.get(mono) for mono in target):
        return None
    return [replace(b, basis=tuple(q for i, q in enumerate(b.basis) if (k, i) not in gone)) for k, b in enumerate(blocks)]


def _reduced(block: Block, gram: Array) -> Block:
    """The block over the part of its basis that the kernel of its Gram matrix leaves."""
    if block.free or not len(gram):
        return block
    values, vectors = np.linalg.eigh(gram)
    kernel = vectors[:, values < SMALL].T
    pivots, rows = _echelon(kernel)
    basis = []
    for j, q in enumerate(block.basis):
        if j not in pivots:
            factors = [-Fraction(float(row[j])).limit_denominator(SIMPLE) for row in rows]
            basis.append(_combined([Fraction(1), *factors], (q, *(block.basis[p] for p in pivots))))
    return replace(block, basis=tuple(basis))


def _echelon(rows: Array) -> tuple[list[int], Array]:
    """The reduced echelon form with the largest pivots, and the columns of the pivots."""
    rows, pivots = rows.copy(), []
    for k in range(len(rows)):
        flat = int(np.argmax(np.abs(rows[k:]).round(6)))
        i, p = k + flat // rows.shape[1], flat % rows.shape[1]
        rows[[k, i]] = rows[[i, k]]
        rows[k] /= rows[k, p]
        for other in range(len(rows)):
            if other != k:
                rows[other] -= rows[other, p] * rows[k]
        pivots.append(p)
    return pivots, rows


class System:
    """The linear equations that say that Gram matrices give the target."""

    def __init__(self, ring: Ring, target: Form, blocks: list[Block]) -> None:
        self.target, self.blocks = target, blocks
        entries = list(_entries(ring, blocks))
        self.spots = [spot for spot, _ in entries]
        self.columns = [form for _, form in entries]
        self.monos = sorted({*target, *(m for form in self.columns for m in form)})

    def solve(self) -> list[Array] | None:
        """Gram matrices with a smallest eigenvalue as large as possible; None if that is negative."""
        n = len(self.spots)
        if not 0 < n <= MOST_UNKNOWNS:
            return None
        try:
            scale = float(max(abs(c) for c in self.target.values()))
            equations = _independent(*self._floats(scale))
        except OverflowError:
            return None
        if equations is None:
            return None
        a, b = equations
        rows = np.vstack([np.hstack([a, np.zeros((len(b), 1))]), [0.0] * n + [1.0], self._cones()])
        cones = [clarabel.ZeroConeT(len(b)), clarabel.NonnegativeConeT(1)]  # the smallest eigenvalue is at most 1
        cones += [clarabel.PSDTriangleConeT(len(b.basis)) for b in self.blocks if b.basis and not b.free]
        settings = clarabel.DefaultSettings()
        settings.verbose, settings.max_threads, settings.max_iter = False, 1, 60
        right = np.concatenate([b, [1.0], np.zeros(len(rows) - len(b) - 1)])
        answer = clarabel.DefaultSolver(csc_matrix((n + 1, n + 1)), np.array([0.0] * n + [-1.0]), csc_matrix(rows), right,
                                        cones, settings).solve()
        x = np.array(answer.x)
        if str(answer.status) not in ("Solved", "AlmostSolved") or x[n] < -SLACK:
            return None
        grams = [np.zeros((len(b.basis), len(b.basis))) for b in self.blocks]
        for (k, i, j), value in zip(self.spots, x[:n], strict=True):
            grams[k][i, j] = grams[k][j, i] = value * scale
        return grams

    def _floats(self, scale: float) -> tuple[Array, Array]:
        """The equations in floating point."""
        row_of = {m: k for k, m in enumerate(self.monos)}
        a = np.zeros((len(self.monos), len(self.spots)))
        for k, form in enumerate(self.columns):
            for m, c in form.items():
                a[row_of[m], k] = float(c)
        return a, np.array([float(self.target.get(m, 0)) / scale for m in self.monos])

    def _cones(self) -> Array:
        """Minus the upper triangles (as Clarabel has them) of the matrices less the smallest eigenvalue."""
        bound = [k for k, (b, _, _) in enumerate(self.spots) if not self.blocks[b].free]
        rows = np.zeros((len(bound), len(self.spots) + 1))
        for row, k in enumerate(bound):
            _, i, j = self.spots[k]
            rows[row, k], rows[row, -1] = (-1.0, 1.0) if i == j else (-sqrt(2), 0.0)
        return rows

    def exact(self, grams: list[Array]) -> list[Squares] | None:
        """The same in rational numbers, with the squares completed; or None."""
        n = len(self.spots)
        table = [[fmpq()] * (n + 1) for _ in self.monos]
        row_of = {m: k for k, m in enumerate(self.monos)}
        for k, form in enumerate([*self.columns, self.target]):
            for m, c in form.items():
                table[row_of[m]][k] = fmpq(c.numerator, c.denominator)
        reduced, rank = fmpq_mat(table).rref()
        equations = [[Fraction(int(v.p), int(v.q)) for v in row] for row in reduced.table()[:rank]]
        pivots = [next(k for k, v in enumerate(row) if v) for row in equations]
        if n in pivots:
            return None
        numbers = [float(grams[k][i, j]) for k, i, j in self.spots]
        for grain in GRAINS:
            x = [round(Fraction(v) / grain) * grain for v in numbers]
            for row, p in zip(equations, pivots, strict=True):
                x[p] = row[n] - sum(row[k] * x[k] for k in range(p + 1, n) if row[k])
            found = self._completed(x)
            if found is not None:
                return found
        return None

    def _completed(self, x: list[Fraction]) -> list[Squares] | None:
        matrices = [[[Fraction(0)] * len(b.basis) for _ in b.basis] for b in self.blocks]
        for (k, i, j), value in zip(self.spots, x, strict=True):
            matrices[k][i][j] = matrices[k][j][i] = value
        found: list[Squares] = []
        for block, matrix in zip(self.blocks, matrices, strict=True):
            size = len(matrix)
            squared = [(Fraction(1), [matrix[i][i] for i in range(size)])] if block.free else completed(matrix)
            if squared is None:
                return None
            found.append([(c, _combined(row, block.basis)) for c, row in squared if any(row)])
        return found


def _independent(a: Array, b: Array) -> tuple[Array, Array] | None:
    """Independent equations that say the same, or None if the equations contradict each other."""
    sizes, u = np.linalg.eigh(a @ a.T)
    lost = sizes < TINY * sizes[-1]
    if np.any(np.abs(u[:, lost].T @ b) > SLACK):
        return None
    return (u[:, ~lost].T @ a, u[:, ~lost].T @ b) if np.any(lost) else (a, b)


def completed(matrix: Matrix) -> list[tuple[Fraction, list[Fraction]]] | None:
    """Complete squares, one pivot after the other; None if the form is not positive semidefinite."""
    matrix = [list(row) for row in matrix]
    size = len(matrix)
    found = []
    for k in range(size):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[k][k:])):
            return None
        if pivot == 0:
            continue
        row = [Fraction(0)] * k + [x / pivot for x in matrix[k][k:]]
        found.append((pivot, row))
        for i in range(k + 1, size):
            for j in range(k + 1, size):
                matrix[i][j] -= pivot * row[i] * row[j]
    return found


def _combined(factors: list[Fraction], members: tuple[Form, ...]) -> Form:
    return total({m: f * c for m, c in q.items()} for f, q in zip(factors, members, strict=True) if f)
