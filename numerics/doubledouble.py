"""Pairs of doubles: a number is high + low with |low| at most half an ulp of high, 106 bits in all.

Sums and products are those of T. J. Dekker, D. E. Knuth and M. Joldes, J.-M. Muller, V. Popescu ("Tight and rigorous
error bounds for basic building blocks of double-word arithmetic", 2017): each is off by less than 2^-102, relatively.
Every step is rounded as written; the compiler gets no leave to reorder, or the low parts would be lost.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import numpy as np

from numerics.arithmetic import Array, DoubleDouble
from numerics.kernels import HIGHEST, LOG2_E, ROUNDER, compiled, fma, inlined, power_of_two

Pair = tuple[float, float]


def split_number(value: Fraction) -> Pair:
    """The pair nearest to a rational number."""
    high = float(value)
    return high, float(value - Fraction(high))


(H2, L2), (H3, L3), (H4, L4), (H5, L5), (H6, L6), (H7, L7), (H8, L8) = (
    split_number(Fraction(1, factorial(k))) for k in range(2, 9)
)
C9, C10, C11, C12, C13, C14, C15 = (1 / factorial(k) for k in range(9, 16))
"""Taylor's 1/k!: of |x| <= log(2) / 32, the terms from x^9 on need one double only, and none beyond x^15 counts."""
LN2_1, LN2_2, LN2_3 = 0.6931471805599453, 2.3190468138462996e-17, 5.707708438416212e-34
LOWEST_PAIR = -590.0
"""Below this, the low part of exp(x) would not be a normal number."""
LANES = 256
"""Neurons in a block of `run_pass`."""


@inlined
def two_sum(a: float, b: float) -> Pair:
    """a + b without error."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


@inlined
def fast_two_sum(a: float, b: float) -> Pair:
    """a + b without error where |a| >= |b| or a = 0."""
    s = a + b
    return s, b - (s - a)


@inlined
def add(ah: float, al: float, bh: float, bl: float) -> Pair:
    """a + b, also where they cancel."""
    s, e = two_sum(ah, bh)
    t, f = two_sum(al, bl)
    s, e = fast_two_sum(s, e + t)
    return fast_two_sum(s, e + f)


@inlined
def add_smaller(ah: float, al: float, bh: float, bl: float) -> Pair:
    """a + b where 2 |b| <= |a|, with fewer operations."""
    s, e = fast_two_sum(ah, bh)
    return fast_two_sum(s, e + (al + bl))


@inlined
def multiply(ah: float, al: float, bh: float, bl: float) -> Pair:
    """a b."""
    p = ah * bh
    return fast_two_sum(p, fma(al, bh, fma(ah, bl, fma(ah, bh, -p))))


@inlined
def _horner(ch: float, cl: float, xh: float, xl: float, yh: float, yl: float) -> Pair:
    """c + x y where the product is the smaller one."""
    ph, pl = multiply(xh, xl, yh, yl)
    return add_smaller(ch, cl, ph, pl)


@inlined
def _squared(yh: float, yl: float) -> Pair:
    """exp(2x) - 1 = 2y + y^2 from y = exp(x) - 1 with |y| <= 1/2."""
    ph, pl = multiply(yh, yl, yh, yl)
    return add_smaller(2.0 * yh, 2.0 * yl, ph, pl)


@inlined
def exp_pair(xh: float, xl: float) -> Pair:
    """exp(x) for x in [LOWEST_PAIR, HIGHEST]; beyond, the value at the nearer end. NaN stays NaN."""
    xl = 0.0 if xh < LOWEST_PAIR or xh > HIGHEST else xl
    xh = LOWEST_PAIR if xh < LOWEST_PAIR else xh
    xh = HIGHEST if xh > HIGHEST else xh
    rounded = fma(xh, LOG2_E, ROUNDER)
    k = rounded - ROUNDER
    product = -k * LN2_1
    rh, rl = add(xh, xl, product, fma(-k, LN2_1, -product))
    product = -k * LN2_2
    rh, rl = add(rh, rl, product, fma(-k, LN2_2, -product) - k * LN2_3)
    rh, rl = 0.0625 * rh, 0.0625 * rl
    tail = fma(fma(fma(fma(fma(fma(C15, rh, C14), rh, C13), rh, C12), rh, C11), rh, C10), rh, C9)
    yh, yl = _horner(H8, L8, rh, rl, tail, 0.0)
    yh, yl = _horner(H7, L7, rh, rl, yh, yl)
    yh, yl = _horner(H6, L6, rh, rl, yh, yl)
    yh, yl = _horner(H5, L5, rh, rl, yh, yl)
    yh, yl = _horner(H4, L4, rh, rl, yh, yl)
    yh, yl = _horner(H3, L3, rh, rl, yh, yl)
    yh, yl = _horner(H2, L2, rh, rl, yh, yl)
    yh, yl = _horner(1.0, 0.0, rh, rl, yh, yl)
    yh, yl = multiply(rh, rl, yh, yl)
    yh, yl = _squared(yh, yl)
    yh, yl = _squared(yh, yl)
    yh, yl = _squared(yh, yl)
    yh, yl = _squared(yh, yl)
    yh, yl = add_smaller(1.0, 0.0, yh, yl)
    scale = power_of_two(rounded)
    return scale * yh, scale * yl


@compiled
def exp_pairs(xh: Array, xl: Array, yh: Array, yl: Array) -> None:
    """`exp_pair` of every entry of flat arrays, into y."""
    for r in range(xh.size):
        yh[r], yl[r] = exp_pair(xh[r], xl[r])


@compiled
def run_pass(
    relu: bool, w: Array, state: Array, a: Array, x: Array, residual: Array, factor: Array, mean: Array, shift: Array,
    total: Array, answers: Array,
) -> None:  # fmt: skip
    """Update all weights and let them answer, block by block; a first axis of 2 holds the high and the low parts.

    Shapes: w (2, d1, m), state (2, n, m), a (2, d2, m), x (2, d1, n), residual (2, d2, n), and (2, n) for
    factor, mean and shift, with the meaning they have in `sums`. `total` (2, n, LANES) and `answers`
    (2, d2, n, LANES) gain the sums of the answers, and of a times them, over neurons LANES apart.
    """
    d1, n, d2, m = len(x[0]), len(state[0]), len(a[0]), w.shape[2]
    gh, gl = np.empty(LANES), np.empty(LANES)
    for start in range(0, m, LANES):
        stop = min(m, start + LANES)
        zh, zl = gh[: stop - start], gl[: stop - start]
        for i in range(n):
            sh, sl = state[0, i, start:stop], state[1, i, start:stop]
            zh[:], zl[:] = -mean[0, i], -mean[1, i]
            for l in range(d2):
                _add_product(zh, zl, residual[0, l, i], residual[1, l, i], a[0, l, start:stop], a[1, l, start:stop])
            _pull(relu, sh, sl, factor[0, i], factor[1, i], zh, zl)
        for k in range(d1):
            for i in range(n):
                sh, sl = state[0, i, start:stop], state[1, i, start:stop]
                _add_product(w[0, k, start:stop], w[1, k, start:stop], -x[0, k, i], -x[1, k, i], sh, sl)
        for i in range(n):
            sh, sl = state[0, i, start:stop], state[1, i, start:stop]
            sh[:], sl[:] = -shift[0, i], -shift[1, i]
            for k in range(d1):
                _add_product(sh, sl, x[0, k, i], x[1, k, i], w[0, k, start:stop], w[1, k, start:stop])
            _answer(relu, sh, sl, zh, zl)
            for r in range(stop - start):
                total[0, i, r], total[1, i, r] = add(total[0, i, r], total[1, i, r], zh[r], zl[r])
            for l in range(d2):
                _add_products(answers[0, l, i], answers[1, l, i], a[0, l, start:stop], a[1, l, start:stop], zh, zl)


@compiled
def _pull(relu: bool, sh: Array, sl: Array, fh: float, fl: float, zh: Array, zl: Array) -> None:
    """state <- factor z state, or factor z [state >= 0] for ReLU."""
    for r in range(sh.size):
        zh[r], zl[r] = multiply(fh, fl, zh[r], zl[r])
    if relu:
        for r in range(sh.size):
            active = sh[r] >= 0.0
            sh[r], sl[r] = zh[r] if active else 0.0, zl[r] if active else 0.0
    else:
        for r in range(sh.size):
            sh[r], sl[r] = multiply(sh[r], sl[r], zh[r], zl[r])


@compiled
def _answer(relu: bool, sh: Array, sl: Array, zh: Array, zl: Array) -> None:
    """The state of shifted logits s, in place, and the answers z."""
    if not relu:
        for r in range(sh.size):
            sh[r], sl[r] = exp_pair(sh[r], sl[r])
    for r in range(sh.size):
        active = sh[r] >= 0.0
        zh[r], zl[r] = sh[r] if active else 0.0, sl[r] if active else 0.0


@compiled
def _add_product(oh: Array, ol: Array, fh: float, fl: float, vh: Array, vl: Array) -> None:
    """o += f v; where o is longer than v, its rest stays."""
    for r in range(vh.size):
        ph, pl = multiply(fh, fl, vh[r], vl[r])
        oh[r], ol[r] = add(oh[r], ol[r], ph, pl)


@compiled
def _add_products(oh: Array, ol: Array, uh: Array, ul: Array, vh: Array, vl: Array) -> None:
    """o += u v, entry by entry; where o is longer than v, its rest stays."""
    for r in range(vh.size):
        ph, pl = multiply(uh[r], ul[r], vh[r], vl[r])
        oh[r], ol[r] = add(oh[r], ol[r], ph, pl)


@compiled
def sum_lanes(lanes: Array) -> Array:
    """The sums over the last axis of lanes (2, p, LANES), shape (2, p)."""
    sums = np.zeros(lanes.shape[:2])
    for p in range(lanes.shape[1]):
        for r in range(lanes.shape[2]):
            sums[0, p], sums[1, p] = add(sums[0, p], sums[1, p], lanes[0, p, r], lanes[1, p, r])
    return sums


def split(values: Array) -> Array:
    """Numbers of `DoubleDouble` as pairs, shape (2, ...)."""
    high = values.astype(np.float64)
    return np.array([high, (values - high).astype(np.float64)])


def join(pairs: Array) -> Array:
    """Pairs (2, ...) as numbers of `DoubleDouble`."""
    number = DoubleDouble().context.mpf
    return np.asarray(np.frompyfunc(lambda high, low: number(high) + number(low), 2, 1)(*pairs))
