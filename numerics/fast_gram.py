"""The kernel H(W) in float64 without the d2 n by m matrix of sensitivities.

Write the sensitivity as D_{i,r} (a_{l,r} - mean_{l,i}). Where every sign is 1 or -1, H needs no more than the sums over r of
D_{i,r} D_{j,r}, of the same times a_{l,r}, and of the same times a_{l1,r} a_{l2,r}. All neurons with the same signs enter
these sums alike: one product D D^T per pattern of signs, then sums of a few of these with signs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from numerics.arithmetic import Array, Float64
from numerics.kernels import exp_rows
from numerics.net import Net
from numerics.network import Network
from numerics.relatives import ReluNet

OUTPUTS = 8
"""At most this many outputs at once, so that there are at most 256 patterns."""
LARGEST_MEAN = 0.5
"""Beyond this |<a_l, S_i>| the sums would cancel: at it, an entry on the diagonal keeps 1/9 of what was added."""
CHUNK = 4096
"""Neurons whose logits are looked at together for the largest one."""
BLOCK = 2**22
"""Numbers D of the neurons that are sorted at once."""


def gram_matrix(net: Network) -> Array:
    """H(W) as `Network.gram_matrix`, row l*n + i, shape (d2 n, d2 n); to rounding the same numbers, sooner.

    By patterns of signs for float64 networks with signs 1 and -1 and no |<a_l, S_i>| above 1/2; else by the closed form.
    """
    if net.arithmetic != Float64() or not np.all((net.a == 1) | (net.a == -1)):
        return net.gram_matrix
    sums = _sums(net)
    scale = (net.x.T @ net.x) / net.m
    mean = np.zeros((net.d2, net.n))
    if isinstance(net, Net):
        scale *= net.m**2 / np.outer(sums.total, sums.total)
        mean = sums.answers / sums.total
    if not np.abs(mean).max() <= LARGEST_MEAN:
        return net.gram_matrix
    blocks = sums.double - mean[:, None, :, None] * sums.single - sums.single[:, None] * mean[:, None, :]
    blocks += mean[:, None, :, None] * mean[:, None, :] * sums.plain
    blocks *= scale
    return np.asarray(blocks.transpose(0, 2, 1, 3).reshape(net.d2 * net.n, net.d2 * net.n))


@dataclass(frozen=True)
class _Sums:
    """Sums over r: of D D^T times 1 (n, n), a_l (d2, n, n), a_{l1} a_{l2} (d2, d2, n, n); of D (n,); of a_l D (d2, n)."""

    plain: Array
    single: Array
    double: Array
    total: Array
    answers: Array


def _sums(net: Network) -> _Sums:
    d2, n = net.d2, net.n
    sums = _Sums(*(np.empty(shape) for shape in ((n, n), (d2, n, n), (d2, d2, n, n), (n,), (d2, n))))
    shift = _shift(net)
    for outputs in output_groups(d2):
        signs, totals, products = _by_pattern(net, outputs, shift)
        pairs = signs[:, None] * signs
        flat = products.reshape(len(products), n * n)
        sums.total[:] = totals.sum(axis=0)
        sums.answers[outputs] = signs @ totals
        sums.plain[:] = products.sum(axis=0)
        sums.single[outputs] = (signs @ flat).reshape(-1, n, n)
        sums.double[np.ix_(outputs, outputs)] = (pairs.reshape(-1, len(products)) @ flat).reshape(*pairs.shape[:2], n, n)
    return sums


def _shift(net: Network) -> Array:
    """What to subtract from the logits of each point before exp, shape (n,)."""
    if not isinstance(net, Net):
        return np.zeros(net.n)
    chunks = (net.w[:, start : start + CHUNK] for start in range(0, net.m, CHUNK))
    return np.asarray(np.max([(net.x.T @ w).max(axis=1) for w in chunks], axis=0))


def output_groups(d2: int) -> Iterator[list[int]]:
    """Groups of at most `OUTPUTS` outputs such that every two outputs meet in some group."""
    if d2 <= OUTPUTS:
        yield list(range(d2))
        return
    half = OUTPUTS // 2
    for first, second in combinations([list(range(l, min(l + half, d2))) for l in range(0, d2, half)], 2):
        yield first + second


def _by_pattern(net: Network, outputs: list[int], shift: Array) -> tuple[Array, Array, Array]:
    """The patterns that occur as columns of signs (outputs, p), and over each the sums of D (p, n) and D D^T (p, n, n)."""
    codes = np.packbits((net.a > 0)[outputs], axis=0, bitorder="little")[0]
    present = np.flatnonzero(np.bincount(codes)).astype(np.uint8)
    totals, products = np.zeros((len(present), net.n)), np.zeros((len(present), net.n, net.n))
    width = max(1, BLOCK // net.n)
    for first in range(0, net.m, width):
        block = codes[first : first + width]
        order = first + np.argsort(block, kind="stable")
        starts = np.searchsorted(codes[order], present)
        w = net.w[:, order]
        for total, product, start, stop in zip(totals, products, starts, [*starts[1:], len(order)], strict=True):
            if start < stop:
                _add_pattern(net, w[:, start:stop], shift, total, product)
    signs = np.where(np.unpackbits(present[None], axis=0, bitorder="little")[: len(outputs)], 1.0, -1.0)
    return signs, totals, products


def _add_pattern(net: Network, w: Array, shift: Array, total: Array, product: Array) -> None:
    """Add the sums of D and D D^T over neurons with weights `w` to `total` (n,) and `product` (n, n)."""
    responses = w.T @ net.x
    if isinstance(net, ReluNet):
        responses = np.where(responses >= 0, 1.0, 0.0)
    else:
        exp_rows(responses, shift, total)
    product += responses.T @ responses
