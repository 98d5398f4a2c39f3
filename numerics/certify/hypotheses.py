"""Theorem R's hypotheses (A) and (B) on an instance, decided by balls, and the smallest width that satisfies (A).

(A) m lambda >= 7 rho sqrt(nd) ||Y||_F, with lambda = lambda_min(H(0)) and rho = m max S(0); (B) eta <= 1/(12 m Lambda), with
Lambda = lambda_max(H(0)). Eigenvalues are bracketed: H - lambda I has only positive pivots, and so has Lambda I - H; the
other ends are Rayleigh quotients of approximate eigenvectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from itertools import combinations
from typing import final

import numpy as np
from flint import arb, arb_mat

from numerics.arithmetic import Array, Ball
from numerics.certify.instance import BITS, ETA_BITS, Bracket, Instance
from numerics.choice import best_gram_matrix
from numerics.regime import Inequality
from numerics.spectrum import enclose_lambda_min, exceeds

FACTOR_A, FACTOR_B = 7, 12
MODEST = 2**14
"""At this width lambda and rho are known well enough to say about how many neurons would be needed."""
GAPS = tuple(10.0**k for k in range(-15, -2, 3))
"""Relative gaps below an estimate of an eigenvalue at which a bound is tried."""


RESOLVED = 1e-14
"""Below this fraction of Lambda, float64 does not tell lambda from 0."""


class Singular(ValueError):
    """No positive lower bound of lambda_min(H(0)) could be certified; the text says why, and `lam` encloses it."""

    def __init__(self, reason: str, lam: arb) -> None:
        super().__init__(reason)
        self.lam = lam


@final
@dataclass(frozen=True)
class Hypotheses:
    """What the theorem's hypotheses are about, as brackets of true values at W(0), and whether they hold."""

    instance: Instance
    rho: Bracket
    lam: Bracket
    Lam: Bracket
    target: Bracket

    @property
    def nd(self) -> int:
        """n times the number of outputs."""
        return self.instance.data.n * self.instance.data.d2

    @cached_property
    def eta(self) -> Fraction:
        """The given step size, or the largest number of `ETA_BITS` bits that (B) allows."""
        if self.instance.step_size is not None:
            return self.instance.step_size
        limit = 1 / (FACTOR_B * self.instance.m * self.Lam.high)
        grain = Fraction(2) ** (math.frexp(float(limit))[1] - ETA_BITS)
        return limit // grain * grain

    def inequalities(self) -> tuple[Inequality, ...]:
        """lambda > 0, (A) and (B)."""
        with Ball(BITS).working():
            eta, m = arb(self.eta.numerator) / self.eta.denominator, self.instance.m
            return (
                Inequality("lambda", "0 < lambda = lambda_min(H(0))", arb(0), self.lam.ball(), strict=True),
                Inequality("A", "7 rho sqrt(nd) ||Y||_F <= m lambda", self.asked(), m * self.lam.ball()),
                Inequality("B", "eta <= 1/(12 m Lambda)", eta, 1 / (FACTOR_B * m * self.Lam.ball())),
            )

    def asked(self) -> arb:
        """7 rho sqrt(nd) ||Y||_F."""
        with Ball(BITS).working():
            return FACTOR_A * self.rho.ball() * arb(self.nd).sqrt() * self.target.ball()


def measured(instance: Instance, bits: int = BITS) -> Hypotheses:
    """The hypotheses' quantities at W(0). Raises Singular if lambda > 0 cannot be certified."""
    ball = Ball(bits)
    with ball.working():
        softmax = pair_softmax(instance)
        gram = start_gram(instance, softmax, ball)
        lam, Lam = least(gram, ball), least(-gram, ball)
        rho = instance.m * reduce(arb.max, (s for row in softmax for s in row))
        squares = sum((t * t for row in instance.data.y for t in row), Fraction(0))
        norm = (arb(squares.numerator) / squares.denominator).sqrt()
        if not lam[0] > 0:
            raise Singular(_reason(instance), lam[0].union(lam[1]))
        return Hypotheses(instance, Bracket.around(rho, rho), Bracket.around(*lam), Bracket.around(-Lam[1], -Lam[0]),
                          Bracket.around(norm, norm))


def _reason(instance: Instance) -> str:
    """Why H(0) may be singular although no points are equal or zero."""
    signs = instance.start.a[:, ::2]
    for l, k in combinations(range(len(signs)), 2):
        if abs(signs[l] @ signs[k]) == signs.shape[1]:
            return f"outputs {l + 1} and {k + 1} have the same signs up to one factor, so H is singular; a larger m helps"
    if instance.data.n * instance.data.d2 > instance.data.d1 * instance.m // 2:
        return "there are more outputs than free weights, so H is singular; a larger m helps"
    return "the points are so nearly dependent for a net of this sigma that lambda is 0 up to 192 bits; try a larger sigma"


def pair_softmax(instance: Instance) -> list[list[arb]]:
    """S_i(0) of one neuron of each pair, n rows of m/2 balls, in the working precision."""
    points = arb_mat([[arb(t.numerator) / t.denominator for t in row] for row in instance.data.x])
    weights = arb_mat([[arb(t) for t in row] for row in instance.start.w[:, ::2].tolist()])
    rows = [[z.exp() for z in row] for row in (points * weights).tolist()]
    totals = [2 * sum(row, arb(0)) for row in rows]
    return [[e / total for e in row] for row, total in zip(rows, totals, strict=True)]


def start_gram(instance: Instance, softmax: list[list[arb]], ball: Ball) -> Array:
    """H(0), row l*n + i, shape (d2 n, d2 n), balls in the working precision."""
    signs = instance.start.a[:, ::2].tolist()
    rows = arb_mat([[s if up > 0 else -s for s, up in zip(row, sign, strict=True)] for sign in signs for row in softmax])
    inner = np.array([[sum((s * t for s, t in zip(p, q, strict=True)), Fraction(0)) for q in instance.data.x]
                      for p in instance.data.x], dtype=object)
    scale = ball.array(2 * instance.m * inner)
    return np.asarray(np.array((rows * rows.transpose()).tolist(), dtype=object) * np.tile(scale, (instance.data.d2,) * 2))


def least(matrix: Array, ball: Ball) -> tuple[arb, arb]:
    """A lower and an upper bound of the smallest eigenvalue of a symmetric matrix (p, p), as exact balls.

    The lower one is certified by `exceeds`, from a hair below an estimate downwards; -inf where none is found.
    """
    vectors = np.linalg.eigh(ball.to_float(matrix))[1]
    with ball.working():
        v = ball.array(vectors[:, :1])
        upper = (ball.matmul(v.T, ball.matmul(matrix, v))[0, 0] / ball.matmul(v.T, v)[0, 0]).upper()
        for gap in GAPS:
            lower = (upper - abs(upper) * gap).lower()
            if exceeds(matrix, lower, ball):
                return lower, upper
    try:
        found = enclose_lambda_min(matrix, ball)
        return found.lower(), found.upper()
    except ArithmeticError:
        return arb("-inf"), upper


@final
@dataclass(frozen=True)
class Width:
    """A width at which (A) holds on this stream of random numbers, or an estimate beyond reach, or none (m = 0)."""

    m: int
    reached: bool = False

    @property
    def words(self) -> str:
        """For people."""
        if self.reached:
            return (f"m = {self.m} is enough on this stream of random numbers (found by doubling and bisection: "
                    f"m = {self.m - 2} is not)")
        if not self.m:
            return "no number can be told, for lambda is 0 up to 192 bits"
        return f"about {self.m:.3g}, an estimate in doubles that no balls certify at a width that this program holds"


def smallest_width(instance: Instance) -> Width:
    """The width at which doubling and then bisection end; (A) is certified by balls at it and estimated elsewhere.

    (A) need not be monotone in m, since every width draws other weights; below the result it fails at m - 2.
    """
    low, high, most = 0, 2, instance.most_neurons
    while not _enough(instance.at_width(high)):
        if high == most:
            return _beyond(instance.at_width(min(high, MODEST)))
        low, high = high, min(2 * high, most)
    while high - low > 2:
        middle = (low + high) // 4 * 2
        low, high = (low, middle) if _enough(instance.at_width(middle)) else (middle, high)
    return Width(high, bool(measured(instance.at_width(high)).inequalities()[1].holds))


def _beyond(instance: Instance) -> Width:
    try:
        known = measured(instance)
    except Singular:
        return Width(0)
    return Width(2 * math.ceil(float(known.asked() / known.lam.ball()) / 2))


def _enough(instance: Instance) -> bool:
    return _needed(instance) <= instance.m


def _needed(instance: Instance) -> float:
    """7 rho sqrt(nd) ||Y||_F / lambda, estimated in float64; inf where lambda is 0 up to rounding."""
    net = instance.start
    values = np.linalg.eigvalsh(best_gram_matrix(net))
    if values[0] <= RESOLVED * values[-1]:
        return math.inf
    rho = net.m * float(net.S.max())
    return FACTOR_A * rho * math.sqrt(net.n * net.d2) * float(np.linalg.norm(net.y)) / float(values[0])
