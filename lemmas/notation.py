"""The paper's notation: sizes, indices, arrays, and the softmax network as abbreviations.

The paper writes d for both the input and the output dimension and says that they may differ; here they are d1
and d2.  Arrays are indexed as the paper indexes them: w[k, r] is the k-th coordinate of w_r, F[l, i] is F_{l,i}.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from proofcheck.claims import Given
from proofcheck.kernel.terms import (
    Array,
    Delta,
    Entry,
    Expr,
    Index,
    Rel,
    Var,
    define,
    eq,
    exp,
    sqrt,
    total,
)

n, m, d1, d2 = (Var(name, True) for name in ("n", "m", "d1", "d2"))
i, j = Index("i", n), Index("j", n)
r, s = Index("r", m), Index("s", m)
k = Index("k", d1)
l, l1, l2 = Index("l", d2), Index("l1", d2), Index("l2", d2)

B, R, eta, lam, sigma, delta, C = (Var(name) for name in ("B", "R", "eta", "lam", "sigma", "delta", "C"))

w = Array("w", (k, r))  # first layer
v = Array("v", (k, r))  # first layer, every w_r moved by at most R
x = Array("x", (k, i))  # inputs
a = Array("a", (l, r))  # second layer
y = Array("y", (l, i))  # targets
z = Array("z", (r,))  # any vector with entries in [-1, 1]


def dot(weights: Array, neuron: Index, data: Index, *time: Index) -> Expr:
    """<w_r, x_i>; weights that depend on time have its index behind the others."""
    return total(k, weights[k, neuron, *time] * x[k, data])


@dataclass(frozen=True)
class Softmax:
    """The network of Eq. 1 for one weight array: exp_{i,r}, alpha_i, S_{i,r}, F_{l,i}, <v_{l,r}, S_i>, H."""

    weights: Array
    E: Array
    alpha: Array
    S: Array
    F: Array
    vS: Array
    H: Array


def softmax(weights: Array, suffix: str = "", *time: Index) -> Softmax:
    """The abbreviations of Section 3 for some weights (lines 70-160 of the paper), at a time if the weights have one."""
    e = define(f"E{suffix}", (i, r, *time), exp(dot(weights, r, i, *time)))
    alpha = define(f"alpha{suffix}", (i, *time), total(r, e[i, r, *time]))
    soft = define(f"S{suffix}", (i, r, *time), e[i, r, *time] / alpha[i, *time])
    f = define(f"F{suffix}", (l, i, *time), m * total(r, a[l, r] * soft[i, r, *time]))
    vs = define(f"vS{suffix}", (l, r, i, *time), total(s, (a[l, r] - a[l, s]) * soft[i, s, *time]))
    gram = total(r, vs[l1, r, i, *time] * (m * soft[i, r, *time]) * vs[l2, r, j, *time] * (m * soft[j, r, *time]))
    h = define(f"H{suffix}", (l1, l2, i, j, *time), 1 / m * inner(i, j) * gram)
    return Softmax(weights, e, alpha, soft, f, vs, h)


def inner(first: Index, second: Index) -> Expr:
    """<x_i, x_j>."""
    return total(k, x[k, first] * x[k, second])


net = softmax(w)
moved = softmax(v, "_v")
E, alpha, S, F, vS, H = net.E, net.alpha, net.S, net.F, net.vS, net.H

loss: Expr = Fraction(1, 2) * total((i, l), (F[l, i] - y[l, i]) ** 2)
def picked(term: Expr) -> Expr:
    """<f o e_r, 1>: the sum over s of f(s) e_r(s)."""
    return total(s, term * Delta(s, r))


def gradient(of: Softmax, *time: Index) -> Expr:
    """Delta w_r, the gradient of the loss, in coordinate k (Claim 3.4, before it is simplified)."""
    soft = of.S
    return m * total((i, l), (of.F[l, i, *time] - y[l, i]) * (picked(a[l, s] * soft[i, s, *time]) - total(
        s, a[l, s] * soft[i, s, *time]) * picked(soft[i, s, *time])) * x[k, i])


dw = define("dw", (k, r), gradient(net))


def ball(entry: Entry, radius: Expr | int) -> Rel:
    """The column of an array has Euclidean norm at most ``radius``."""
    return sqrt(total(k, entry**2)) <= radius


B_at_least_1 = Given(B >= 1, "B >= 1 (Definition 4.1)")
R_positive = Given(R > 0, "R > 0")
R_small = Given(R < Fraction(1, 100), "R < 0.01")
x_in_ball = Given(ball(x[k, i], 1), "|x_i| <= 1")
v_near_w = Given(sqrt(total(k, (v[k, r] - w[k, r]) ** 2)) <= R, "|v_r - w_r| <= R")
event = Given(abs(dot(w, r, i)) <= B, "the event of Lemma B.1 Part 1: |<w_r, x_i>| <= B for all r and i")
signs = Given(eq(abs(a[l, r]), 1), "a_{l,r} is -1 or 1 (Definition 3.7)")
