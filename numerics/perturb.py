"""Weights V near W: every ||v_r - w_r||_2 <= R holds in exact arithmetic, as Lemmas B.1 and B.2 assume.

Directions may be as clever or as rough as they like; `move` alone is responsible for the radius.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from numerics.arithmetic import Array, Float64
from numerics.init import SAFETY
from numerics.net import Net

ROUNDING = 2.0**-50
Entry = tuple[int, int, int, int]


def room(w: Array, R: Any) -> Array:
    """How far each neuron of `w` (d1, m) may go so that V, rounded to float64, is still within R; shape (m,).

    The rounding of w + delta costs at most 2^-53 (||w_r|| + R); where R is smaller than that, the room is 0.
    Raises ValueError unless R > 0.
    """
    radius = Float64().number(R)
    if not radius > 0:
        raise ValueError(f"R = {R} is not allowed; the radius must be > 0")
    slack = ROUNDING * (np.linalg.norm(w, axis=0) + radius)
    return np.asarray(np.maximum(0.0, radius * SAFETY - slack))


def move(w: Array, directions: Array, R: Any, fraction: Array | float = 1.0) -> Array:
    """V (d1, m): each neuron goes `fraction` <= 1 of its room along its direction (d1, m); zero ones stay."""
    largest = np.abs(directions).max(axis=0)
    scaled = directions / np.where(largest > 0, largest, 1.0)
    lengths = np.linalg.norm(scaled, axis=0)
    return np.asarray(w + scaled * (fraction * room(w, R) / np.where(lengths > 0, lengths, 1.0)))


def random_sphere(w: Array, R: Any, rng: np.random.Generator) -> Array:
    """Every neuron moves by R in its own uniformly random direction; shape (d1, m)."""
    return move(w, rng.standard_normal(w.shape), R)


def random_ball(w: Array, R: Any, rng: np.random.Generator) -> Array:
    """Every neuron moves to a uniformly random point of its ball of radius R; shape (d1, m)."""
    d1, m = w.shape
    return move(w, rng.standard_normal(w.shape), R, rng.uniform(size=m) ** (1 / d1))


def along(w: Array, x: Array, signs: Array, R: Any) -> Array:
    """Neuron r moves by R sign_r x / ||x||, for one point x (d1,) and signs (m,); shape (d1, m)."""
    return move(w, np.outer(x, signs), R)


def sign_patterns(net: Net, i: int, R: Any, rng: np.random.Generator) -> Iterator[tuple[str, Array]]:
    """Named sign vectors (m,) for `along` x_i; "one up" and "one down" move some S_{i,r} the furthest."""
    ones = np.ones(net.m)
    yield "all up", ones
    yield "all down", -ones
    yield "outward", np.where(net.logits[i] >= 0, 1.0, -1.0)
    yield "random signs", rng.choice([-1.0, 1.0], size=net.m)
    reach = float(R) * float(np.linalg.norm(net.x[:, i]))
    gain = {sign: np.abs(_lone_shift(net.S[i], sign * reach) - net.S[i]) for sign in (1.0, -1.0)}
    yield "one up", np.where(np.arange(net.m) == np.argmax(gain[1.0]), 1.0, -1.0)
    yield "one down", np.where(np.arange(net.m) == np.argmax(gain[-1.0]), -1.0, 1.0)


def _lone_shift(s: Array, reach: float) -> Array:
    """Softmax entries `s` after their own logit rises by `reach` and all others fall by it."""
    return np.asarray(s / (s + (1 - s) * np.exp(-2 * reach)))


def gram_entry_gradient(net: Net, entry: Entry) -> Array:
    """The gradient in w of H[l1, l2, i, j] (Definition 3.6, line 141) of a float64 net, shape (d1, m)."""
    l1, l2, i, j = entry
    first = _half_gradient(net, l1, i, l2, j)
    second = _half_gradient(net, l2, j, l1, i)
    scale = net.m * float(net.x[:, i] @ net.x[:, j])
    return np.asarray(scale * (np.outer(net.x[:, i], first) + np.outer(net.x[:, j], second)))


def _half_gradient(net: Net, l1: int, i: int, l2: int, j: int) -> Array:
    """The derivative of sum_s u_s p_s c_s in <w_r, x_i>, shape (m,), the factor c of point j held fixed.

    Here p = S_i and u = a_{l1} - <a_{l1}, p>.
    """
    p = net.S[i]
    u = net.a[l1] - net.mean_sign[l1, i]
    c = (net.a[l2] - net.mean_sign[l2, j]) * net.S[j]
    slope = u * c - net.a[l1] * (p @ c)
    return np.asarray(p * (slope - p @ slope))


def gram_ascent(net: Net, R: Any, entry: Entry, steps: int = 3) -> Array:
    """V (d1, m) that moves H[l1, l2, i, j] far: steepest ascent and descent, each step out to the radius R.

    Every step sends each neuron as far as allowed along the gradient at the step before; the best V is kept.
    `net` must be in float64; raises ValueError otherwise.
    """
    _require_float64(net)
    best, gain = net.w, 0.0
    for sign in (1.0, -1.0):
        v = net.w
        for _ in range(steps):
            v = move(net.w, sign * gram_entry_gradient(net.at(v), entry), R)
            change = abs(float(net.at(v).gram[entry] - net.gram[entry]))
            if change > gain:
                best, gain = v, change
    return best


def _attacked_entries(net: Net) -> list[Entry]:
    corner = (0, net.d2 - 1, 0, net.n - 1)
    peak = np.unravel_index(int(np.argmax(np.abs(net.gram))), net.gram.shape)
    l1, l2, i, j = (int(index) for index in peak)
    return list(dict.fromkeys([(0, 0, 0, 0), corner, (l1, l2, i, j)]))


def perturbations(net: Net, R: Any, seed: int = 0) -> Iterator[tuple[str, Array]]:
    """All perturbations by name: pairs of a label and V (d1, m) in float64, for a net in any arithmetic.

    Raises ValueError unless R > 0.
    """
    room(np.zeros((1, 1)), R)
    return _all_perturbations(net.to(Float64()), R, np.random.default_rng(seed))


def _all_perturbations(net: Net, R: Any, rng: np.random.Generator) -> Iterator[tuple[str, Array]]:
    yield "random ball", random_ball(net.w, R, rng)
    yield "random sphere", random_sphere(net.w, R, rng)
    for i in range(net.n):
        for name, signs in sign_patterns(net, i, R, rng):
            yield f"along x_{i}, {name}", along(net.w, net.x[:, i], signs, R)
    for entry in _attacked_entries(net):
        yield f"gram ascent on H{list(entry)}", gram_ascent(net, R, entry)


def _require_float64(net: Net) -> None:
    if net.arithmetic != Float64():
        raise ValueError(f"a float64 net is needed, not {net.arithmetic.name}; use net.to(Float64())")
