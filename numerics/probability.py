"""Exact probabilities, to hold the paper's concentration statements against.

Gaussian ones are balls; those of finite sums are fractions, from all 2^n outcomes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from numerics.arithmetic import Array, Ball, exact

MOST_VARIABLES = 16


def probability_bounded(B: Any, sigma: Any, m: int, ball: Ball | None = None) -> arb:
    """P(|<w_r, x>| <= B for all r) for one x of norm 1 under Definition 3.7: erf(B / (sigma sqrt 2))^(m/2).

    Only the m/2 independent draws count. This is Part 1 of Lemma B.1, line 629, for one data point.
    Raises ValueError unless B > 0, sigma > 0 and m is even and positive.
    """
    ball = ball or Ball()
    with ball.working():
        return _log_bounded(B, sigma, m, ball).exp()


def probability_exceeded(B: Any, sigma: Any, m: int, ball: Ball | None = None) -> arb:
    """The complement of `probability_bounded`, without cancellation when it is tiny. Raises as that does."""
    ball = ball or Ball()
    with ball.working():
        return -_log_bounded(B, sigma, m, ball).expm1()


def _log_bounded(B: Any, sigma: Any, m: int, ball: Ball) -> arb:
    bound, scale = ball.number(B), ball.number(sigma)
    if not (bound > 0 and scale > 0):
        raise ValueError(f"B = {B}, sigma = {sigma} are not allowed; both must be > 0")
    if not isinstance(m, int) or m < 2 or m % 2:
        raise ValueError(f"m = {m!r} is not allowed; m must be even and >= 2")
    miss: arb = (bound / (scale * arb(2).sqrt())).erfc()
    return (m // 2) * (-miss).log1p()


def frequency_bounded(x: Array, B: float, sigma: float, m: int, trials: int, seed: int = 0) -> float:
    """The share of `trials` initializations with |<w_r, x_i>| <= B for all r and all columns of `x` (d1, n).

    Raises ValueError unless sigma > 0, m is even and positive, and trials >= 1.
    """
    if not sigma > 0 or m < 2 or m % 2 or trials < 1:
        raise ValueError(f"sigma = {sigma}, m = {m}, trials = {trials}: need sigma > 0, m even and >= 2, trials >= 1")
    rng = np.random.default_rng(seed)
    d1 = len(x)
    hits = sum(bool(np.abs(sigma * rng.standard_normal((m // 2, d1)) @ x).max() <= B) for _ in range(trials))
    return hits / trials


def two_point_tail(
    low: Sequence[Any], high: Sequence[Any], t: Any, chance_high: Sequence[Any] | None = None
) -> Fraction:
    """P(|X - E X| >= t), X the sum of independent X_i equal to high_i with chance_high_i (1/2), else low_i.

    Exact, to test Hoeffding's inequality (Lemma A.9, line 580). Raises ValueError for more than 16 variables,
    unequal lengths, or chances outside [0, 1].
    """
    lows, highs = [exact(v) for v in low], [exact(v) for v in high]
    chances = [Fraction(1, 2)] * len(lows) if chance_high is None else [exact(p) for p in chance_high]
    _require_count(len(lows))
    if not len(lows) == len(highs) == len(chances):
        raise ValueError(f"lengths differ: {len(lows)} low, {len(highs)} high, {len(chances)} chances")
    if not all(0 <= p <= 1 for p in chances):
        raise ValueError(f"chances must lie in [0, 1], not {[str(p) for p in chances]}")
    means = [u + (v - u) * p for u, v, p in zip(lows, highs, chances, strict=True)]
    return _sum_tail(
        [u - c for u, c in zip(lows, means, strict=True)],
        [v - c for v, c in zip(highs, means, strict=True)],
        chances,
        exact(t),
    )


def _sum_tail(low: list[Fraction], high: list[Fraction], chances: list[Fraction], t: Fraction) -> Fraction:
    unit = math.lcm(t.denominator, *(v.denominator for v in low + high))
    sums, weights, total = np.array([0], dtype=object), np.array([1], dtype=object), 1
    for u, v, p in zip(low, high, chances, strict=True):
        sums = np.concatenate([sums + int(u * unit), sums + int(v * unit)])
        weights = np.concatenate([weights * (p.denominator - p.numerator), weights * p.numerator])
        total *= p.denominator
    return Fraction(int(weights[np.abs(sums) >= int(t * unit)].sum()), total)


def rademacher_quadratic_tail(matrix: Any, t: Any) -> Fraction:
    """P(|x^T A x - E[x^T A x]| > t) for x uniform on {-1, +1}^n and A (n, n); here E[x^T A x] is the trace.

    Exact, to test the Hanson-Wright inequality (Lemma A.10, line 593). Raises ValueError for more than 16
    variables or a matrix that is not square.
    """
    form = np.array(matrix, dtype=object)
    if form.ndim != 2 or form.shape[0] != form.shape[1]:
        raise ValueError(f"a square matrix is needed, not shape {form.shape}")
    _require_count(len(form))
    entries = [exact(v) for v in form.ravel()]
    level = exact(t)
    unit = math.lcm(level.denominator, *(v.denominator for v in entries))
    form = np.array([int(v * unit) for v in entries], dtype=object).reshape(form.shape)
    values = _centred_forms(form)
    return Fraction(int((np.abs(values) > int(level * unit)).sum()), len(values))


def _centred_forms(form: Array) -> Array:
    """x^T A x - trace A at the x in {-1, +1}^n with x_n = -1, shape (2^(n-1),); -x would give the same value.

    A holds integers, so nothing is rounded.
    """
    np.fill_diagonal(form, 0)
    if np.abs(form).sum() < 2**62:
        form = form.astype(np.int64)
    bits = np.arange(2 ** (len(form) - 1))[:, None] >> np.arange(len(form)) & 1
    signs = 2 * bits - 1
    return np.asarray(((signs @ form) * signs).sum(axis=1))


def _require_count(n: int) -> None:
    if not 1 <= n <= MOST_VARIABLES:
        raise ValueError(f"{n} variables are not allowed; enumeration takes 1 to {MOST_VARIABLES}")
