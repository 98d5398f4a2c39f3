"""Gradient descent in doubles from a symmetric start, with proven error bounds for everything a step is judged by.

The run holds the displacement D = W - W(0), an array of doubles and so an exact number. With q_{i,r} = m S_{i,r}(0),
d = <D_r, x_i> and t = e^d - 1, softmax and prediction at W = W(0) + D are

    S = q (1 + t)/alpha,  alpha_i = m + sum_r q t,  g_{l,i} = sum_r a_{l,r} q t / alpha_i,  F = m g,

because q sums to m and, partners having equal q, a q sums to 0: no large numbers cancel. For the step V = D(tau+1) - D,

    F(tau+1) - F = (m/alpha(tau+1)) (sum_r (a - g) q (1 + t) b),  b = e^<V_r, x_i> - 1,

which is known to many digits even where F - Y is not. Bounds count roundings in units of u = 2^-53: sums, products,
quotients and square roots of doubles are correctly rounded, and a product of matrices may add in any order (N. J. Higham,
Accuracy and Stability of Numerical Algorithms, Section 3.5). The exponential is Taylor's polynomial, whose error is counted,
too. Only ||x_i|| <= 1, ||y_i|| <= 1 and signs 1 and -1 are used; the bounds themselves are rounded, which `SAFE` covers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import final

import numpy as np

from numerics.arithmetic import Array

U = 2.0**-53
SAFE = 1 + 1e-6
TIGHT = 4
"""An upper bound called tight is at most SAFE^TIGHT times the truth, or below `NOTHING`."""
NOTHING = 1e-100
TINY = 1e-150
"""Stands for whatever underflow may lose, also in a square under a root."""
LARGEST_MOVE = 8.0
BLOCK = 2**14


class TooFar(ValueError):
    """The weights moved so far that the error bounds say nothing."""


@final
@dataclass(frozen=True)
class State:
    """W(tau), tau = `step`: e = F - Y (d2, n), every entry off by at most `e_error` (n,); upper bounds of the rest.

    jacobian: ||J - J(0)||_F, J the Jacobian of F; motion: the largest ||w_r(tau) - w_r(0)||, tight.
    """

    step: int
    e: Array
    e_error: Array
    jacobian: float
    motion: float


@final
@dataclass(frozen=True)
class Move:
    """From `before` to `after`: fall = F(tau+1) - F(tau) (d2, n), every entry off by at most `fall_error` (n,).

    Upper bounds: length of ||W(tau+1) - W(tau)||_F, tight; defect of ||W(tau+1) - (W(tau) - eta gradient)||_F, the rounding.
    """

    before: State
    after: State
    fall: Array
    fall_error: Array
    length: float
    defect: float


class _Sums:
    """Sums over all neurons of terms (n, columns), plain and with each row of signs: (d2 + 1, n).

    Terms are at most `largest`. Each is split at a grain so coarse that the first parts add up without any error; the
    error of the second parts is at most `lost`.
    """

    def __init__(self, m: int, n: int, outputs: int, largest: float) -> None:
        top = 2.0 ** (math.frexp(m * largest * SAFE + TINY)[1] + 1)
        self._split = top
        self.lost = 4 * (m + 4) * U * m * (2 * U * top) + TINY
        self._high, self._low = np.zeros((outputs + 1, n)), np.zeros((outputs + 1, n))

    def add(self, terms: Array, signs: Array) -> None:
        """Add a block of terms (n, c) with signs (d2 + 1, c), the last row ones."""
        high = (terms + self._split) - self._split
        self._high += signs @ high.T
        self._low += signs @ (terms - high).T

    @property
    def total(self) -> Array:
        """The sums, up to one rounding and `lost`."""
        return np.asarray(self._high + self._low)


def degree(reach: float) -> int:
    """So many terms of Taylor's series make e^z - 1 for |z| <= reach exact to u |z| e^reach."""
    k, term = 1, reach / 2
    while term > U / 2:
        k += 1
        term *= reach / (k + 1)
    return k


def expm1(z: Array, terms: int) -> Array:
    """Taylor's polynomial of e^z - 1 with this many terms, by Horner's rule.

    For |z| <= reach and terms = degree(reach) it is off by at most (2 terms + 3) u |z| e^reach.
    """
    result = np.full_like(z, 1 / math.factorial(terms))
    for k in range(terms - 1, 0, -1):
        result *= z
        result += 1 / math.factorial(k)
    result *= z
    return result


@final
@dataclass(frozen=True)
class _Here:
    """A state with what the next step needs of it; errors are bounds, `growth` bounds e^|d|.

    g (d2, n), off by g_error (n,); alpha (n,), relatively off by alpha_error (n,); q (1 + t) is off by grown_error u q;
    softmax: upper bounds of ||S_i|| (n,).
    """

    state: State
    g: Array
    g_error: Array
    alpha: Array
    alpha_error: Array
    growth: float
    grown_error: float
    softmax: Array

    @property
    def sway(self) -> Array:
        """1 + max_l |g_{l,i}|, shape (n,); |a - g| is at most that."""
        return np.asarray((1 + np.abs(self.g).max(axis=0) + self.g_error) * SAFE)


@final
class CheckedRun:
    """The run from q (n, m), signs a (d2, m), exact points x (d1, n) and targets y (d2, n), and eta > 0.

    q must be within 2u of m S(0), relatively, and equal for partners 2r-1 and 2r, whose signs are opposite.
    """

    def __init__(self, q: Array, signs: Array, x: Array, y: Array, eta: Fraction) -> None:
        self.n, self.m = q.shape
        self.d1, self.d2 = len(x), len(y)
        self.D = np.zeros((self.d1, self.m))
        self._x, self._y, self._eta = x.astype(np.float64), y.astype(np.float64), float(eta)
        self._signs = np.vstack([signs, np.ones(self.m)])
        self._q, self._grown = q, q.copy()
        width = max(2, BLOCK // self.n)
        self._blocks = [slice(k, k + width) for k in range(0, self.m, width)]
        self._lengths = np.sqrt((self._x**2).sum(axis=0)) * SAFE
        self._norms, self._largest = np.sqrt((q**2).sum(axis=1)) * SAFE, float(q.max()) * SAFE
        start = State(0, -self._y, np.full(self.n, U), 0.0, 0.0)
        self._here = _Here(start, np.zeros((self.d2, self.n)), np.full(self.n, TINY), np.full(self.n, float(self.m)),
                           np.full(self.n, U), 1.0, 3.0, self._norms / self.m * SAFE)

    @property
    def state(self) -> State:
        """The state at tau."""
        return self._here.state

    def step(self) -> Move:
        """One step of gradient descent. Raises TooFar where the bounds are lost."""
        here = self._here
        V = self._advance()
        reach = np.sqrt((self.D**2).sum(axis=0)) * SAFE + TINY
        strides = np.sqrt((V**2).sum(axis=0)) * SAFE + TINY
        far, stride = float(reach.max()), float(strides.max())
        if not far + stride < LARGEST_MOVE:
            raise TooFar(f"a neuron is {far:.3g} away from its start after step {here.state.step + 1}; the error bounds are "
                         f"kept up to {LARGEST_MOVE:g}")
        growth, leap = math.exp(far) * SAFE, math.exp(stride) * SAFE
        terms, few = degree(far), degree(stride)
        moved = _Sums(self.m, self.n, self.d2, self._largest * growth * far)
        fallen = _Sums(self.m, self.n, self.d2, self._largest * here.growth * leap * stride)
        squares = np.zeros(self.n)
        for block in self._blocks:
            q, grown, signs = self._q[:, block], self._grown[:, block], self._signs[:, block]
            fallen.add(grown * expm1(self._x.T @ V[:, block], few), signs)
            shift = q * expm1(self._x.T @ self.D[:, block], terms)
            moved.add(shift, signs)
            squares += (shift**2).sum(axis=1)
            np.add(q, shift, out=grown)
        entry = growth * (self.d1 + 2 * terms + 6) + 4 * growth  # of q t, in units of u q ||D_r||
        error = (U * (entry + 2 * growth) * (self._q @ reach) + moved.lost) * SAFE
        self._here = self._arrived(moved.total, error, squares, far, growth, entry)
        size = here.growth * leap * (self._q @ strides) * SAFE  # bounds sums of q (1 + t) |b|
        entry = (here.growth * (self.d1 + 2 * few + 10) + here.grown_error) * leap  # in units of u q ||V_r||
        error = (U * entry * (self._q @ strides) + fallen.lost) * SAFE
        fall, fall_error = self._fallen(here, fallen.total, error, size)
        length = math.sqrt(float((strides**2).sum())) * SAFE
        return Move(here.state, self.state, fall, fall_error, length, self._defect(here))

    def _advance(self) -> Array:
        """D <- D - eta gradient; returns how far it moved, up to one rounding."""
        here = self._here
        factor = self._eta * self.m / here.alpha
        bent = (here.state.e * here.g).sum(axis=0) * factor
        V = np.empty_like(self.D)
        for block in self._blocks:
            pull = (here.state.e * factor).T @ self._signs[:-1, block] - bent[:, None]
            old = self.D[:, block].copy()
            self.D[:, block] -= self._x @ (self._grown[:, block] * pull)
            V[:, block] = self.D[:, block] - old
        return V

    def _arrived(self, totals: Array, error: Array, squares: Array, far: float, growth: float, entry: float) -> _Here:
        """Where a step ended, from the sums of a q t (rows of `totals`) and of q t (the last row), off by `error` (n,)."""
        alpha = self.m + totals[-1]
        alpha_error = error / alpha * SAFE + 2 * U
        g = totals[:-1] / alpha
        level = np.abs(g).max(axis=0)
        g_error = error / alpha * (1 + level) * SAFE + 4 * U * level
        e = self.m * g - self._y
        e_error = (self.m * g_error + 2 * U * self.m * level + 3 * U) * SAFE
        drift = (np.abs(totals[-1]) + error) / self.m
        shifted = np.sqrt(squares) + TINY + (U * entry * far + drift) * self._norms
        apart = shifted / (alpha * (1 - alpha_error)) * SAFE  # bounds ||S_i - S_i(0)||
        softmax = (self._norms / self.m + apart) * SAFE
        tilt = np.sqrt((g**2).sum(axis=0)) + math.sqrt(self.d2) * g_error
        rows = self._lengths * (math.sqrt(self.d2) * apart + softmax * tilt)
        jacobian = self.m * math.sqrt(float((rows**2).sum())) * SAFE
        state = State(self.state.step + 1, e, e_error, jacobian, far)
        return _Here(state, g, g_error, alpha, alpha_error, growth, 3 * growth + far * entry, softmax)

    def _fallen(self, before: _Here, totals: Array, error: Array, size: Array) -> tuple[Array, Array]:
        """F(tau+1) - F(tau) and its error, from sums of a q (1 + t) b and of q (1 + t) b, at most `size`, off by `error`."""
        alpha, alpha_error = self._here.alpha, self._here.alpha_error
        fall = self.m / alpha * (totals[:-1] - before.g * totals[-1])
        loose = (error + 3 * U * size) * before.sway + before.g_error * size
        return fall, (self.m / alpha * loose + np.abs(fall).max(axis=0) * (alpha_error + 6 * U)) * SAFE

    def _defect(self, before: _Here) -> float:
        """Bounds ||W(tau+1) - (W(tau) - eta gradient)||_F: what is not known of e, roundings in the gradient, and in D."""
        root = math.sqrt(self.d2)
        e_size = np.sqrt((before.state.e**2).sum(axis=0)) + root * before.state.e_error
        rounding = U * (before.grown_error * before.growth + self.d2 + self.n + 20) + before.alpha_error
        rounding = rounding + 2 * root * before.g_error
        wrong = root * before.sway * (root * before.state.e_error + rounding * e_size)
        pull = self._eta * self.m * float((before.softmax * self._lengths * wrong).sum())
        return float((pull + U * math.sqrt(float((self.D**2).sum())) + TINY) * SAFE)
