"""Compiled loops for float64: the exponential, and what a block of neuron pairs does besides matrix products.

Every loop runs along contiguous neurons, so that the compiler can use the vector unit. Fused multiply-add is asked for
by name; only `_total` and `_dot` may add in another order than written.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np
from numba import njit, types
from numba.extending import intrinsic

from numerics.arithmetic import Array

Rule = TypeVar("Rule", bound=Callable[..., Any])


def compiled(rule: Rule) -> Rule:
    """Compile at the first call, for the arrays given then."""
    return njit(rule)  # type: ignore[no-any-return]


def inlined(rule: Rule) -> Rule:
    """Compile into every loop that calls it."""
    return njit(inline="always")(rule)  # type: ignore[no-any-return]


def _adding(rule: Rule) -> Rule:
    """Compile with leave to add in any order."""
    return njit(fastmath={"reassoc"})(rule)  # type: ignore[no-any-return]


LOWEST, HIGHEST = -708.0, 709.0
LOG2_E = 1 / math.log(2)
ROUNDER = 1.5 * 2.0**52
LN2_HIGH, LN2_LOW = 0.6931471803691238, 1.9082149292705877e-10
C2, C3, C4, C5, C6, C7, C8, C9, C10, C11, C12, C13 = (1 / math.factorial(k) for k in range(2, 14))


def _fma(context: Any, a: Any, b: Any, c: Any) -> Any:
    def emit(target: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), emit


def _bits(context: Any, value: Any) -> Any:
    def emit(target: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], target.get_value_type(types.int64))

    return types.int64(types.float64), emit


def _double(context: Any, value: Any) -> Any:
    def emit(target: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], target.get_value_type(types.float64))

    return types.float64(types.int64), emit


fma: Any = intrinsic(_fma)
"""fma(a, b, c) = a * b + c, rounded once."""
bits: Any = intrinsic(_bits)
"""The 64 bits of a double as an integer."""
double: Any = intrinsic(_double)
"""The double with these 64 bits."""


@inlined
def power_of_two(rounded: float) -> float:
    """2^k, where `rounded` is k + ROUNDER and |k| <= 1022."""
    value: float = double((bits(rounded) + 1023) << 52)
    return value


@inlined
def exp64(x: float) -> float:
    """exp(x) to 1 ulp for x in [LOWEST, HIGHEST]; beyond, the value at the nearer end. NaN stays NaN."""
    x = LOWEST if x < LOWEST else x
    x = HIGHEST if x > HIGHEST else x
    rounded = fma(x, LOG2_E, ROUNDER)
    k = rounded - ROUNDER
    r = fma(k, -LN2_LOW, fma(k, -LN2_HIGH, x))
    s = r * r
    p = fma(fma(C13, r, C12), s, fma(C11, r, C10))
    p = fma(p, s, fma(C9, r, C8))
    p = fma(p, s, fma(C7, r, C6))
    p = fma(p, s, fma(C5, r, C4))
    p = fma(p, s, fma(C3, r, C2))
    value: float = (fma(p, s, r) + 1.0) * power_of_two(rounded)
    return value


@compiled
def exp_array(values: Array, out: Array) -> None:
    """`exp64` of every entry of the flat `values`."""
    for i in range(values.size):
        out[i] = exp64(values[i])


@compiled
def exp_rows(logits: Array, shift: Array, total: Array) -> None:
    """Turn `logits` (m, n) into exp(logit - shift_i), in place; `total` (n,) gains their sum over the rows."""
    for r in range(len(logits)):
        row = logits[r]
        for i in range(row.size):
            row[i] = exp64(row[i] - shift[i])
        for i in range(row.size):
            total[i] += row[i]


@_adding
def _total(values: Array) -> float:
    total = 0.0
    for r in range(values.size):
        total += values[r]
    return total


@_adding
def _dot(left: Array, right: Array) -> float:
    total = 0.0
    for r in range(left.size):
        total += left[r] * right[r]
    return total


@compiled
def pull(relu: bool, state: Array, q: Array, factor: Array, mean: Array) -> None:
    """Turn `state` (n, 2c), of c plus neurons and c minus ones, into eta dL/d<w_r, x_i>, in place.

    `q` (n, c) is the residual times the plus signs; for `factor` and `mean` (n,) see `sums`.
    """
    c = q.shape[1]
    for i in range(len(state)):
        plus, minus, slope, f, offset = state[i, :c], state[i, c:], q[i], factor[i], mean[i]
        if relu:
            for r in range(c):
                plus[r] = f * slope[r] if plus[r] >= 0.0 else 0.0
                minus[r] = -f * slope[r] if minus[r] >= 0.0 else 0.0
        else:
            for r in range(c):
                plus[r] *= f * (slope[r] - offset)
                minus[r] *= f * (-slope[r] - offset)


@compiled
def activate(relu: bool, state: Array, shift: Array, difference: Array, total: Array) -> None:
    """Turn the logits `state` (n, 2c) into exp(logit - shift_i), in place, or leave them as they are for ReLU.

    `difference` (n, c) becomes the answers of the plus neurons less those of the minus ones; except for ReLU, `total`
    (n,) gains the sum of all answers.
    """
    c = difference.shape[1]
    for i in range(len(state)):
        row, gap, offset = state[i], difference[i], shift[i]
        if relu:
            for r in range(c):
                gap[r] = max(row[r], 0.0) - max(row[c + r], 0.0)
        else:
            for r in range(2 * c):
                row[r] = exp64(row[r] - offset)
            for r in range(c):
                gap[r] = row[r] - row[c + r]
            total[i] += _total(row)


@compiled
def narrow_pass(
    relu: bool,
    w: Array,
    state: Array,
    a: Array,
    x: Array,
    residual: Array,
    factor: Array,
    mean: Array,
    shift: Array,
    total: Array,
    answers: Array,
) -> None:
    """Update all blocks and compute their answers: `w` (blocks, d1, 2c), `state` (blocks, n, 2c), `a` (blocks, d2, c).

    For few points and inputs, where a matrix product by BLAS would cost more than these loops. Letters as in `pull`
    and `activate`; `answers` (d2, n) gains the sum over the plus signs times `difference`.
    """
    q = np.empty((x.shape[1], a.shape[2]))
    for block in range(len(w)):
        _multiply(residual.T, a[block], q)
        pull(relu, state[block], q, factor, mean)
        _subtract_product(x, state[block], w[block])
        _multiply(x.T, w[block], state[block])
        activate(relu, state[block], shift, q, total)
        for l in range(len(answers)):
            for i in range(len(q)):
                answers[l, i] += _dot(a[block, l], q[i])


@compiled
def _multiply(left: Array, right: Array, out: Array) -> None:
    for i in range(len(out)):
        row = out[i]
        for r in range(row.size):
            row[r] = left[i, 0] * right[0, r]
        for k in range(1, len(right)):
            factor, column = left[i, k], right[k]
            for r in range(row.size):
                row[r] += factor * column[r]


@compiled
def _subtract_product(left: Array, right: Array, out: Array) -> None:
    for k in range(len(out)):
        row = out[k]
        for i in range(len(right)):
            factor, column = left[k, i], right[i]
            for r in range(row.size):
                row[r] -= factor * column[r]
