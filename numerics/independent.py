"""Other roads to the derivatives of the loss, which share no formula with `net`.

They start from the bare definitions (Definitions 3.1 and 3.2, lines 92-108; for "relu" and "exp" the formulas of
`relatives`) and differentiate numerically, so they can convict Claim 3.4. All raise ValueError for an unknown kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from numerics.arithmetic import Array, Mp

TINY = 1e-30


def complex_step_jacobian(w: Array, x: Array, a: Array, kind: str = "softmax") -> Array:
    """dF_{l,i} / dw_{k,r} from Im F(W + ih e_{k,r}) / h in complex128, shape (d2, n, d1, m).

    No subtraction takes place, so h may be tiny and the result is good to rounding.
    """
    derivatives = [_predictions(kind, nudged, x, a).imag / TINY for nudged in _complex_nudges(w)]
    return np.stack(derivatives, axis=-1).reshape(len(a), x.shape[1], *w.shape)


def complex_step_gradient(w: Array, x: Array, a: Array, y: Array, kind: str = "softmax") -> Array:
    """dL / dw_{k,r} from Im L(W + ih e_{k,r}) / h in complex128, shape (d1, m)."""
    residuals = (_predictions(kind, nudged, x, a) - y for nudged in _complex_nudges(w))
    return np.array([((r**2).sum() / 2).imag / TINY for r in residuals]).reshape(w.shape)


def central_difference_gradient(
    w: Any, x: Any, a: Any, y: Any, digits: int = 60, step: str = "1e-20", kind: str = "softmax"
) -> Array:
    """(L(W + h e_{k,r}) - L(W - h e_{k,r})) / 2h with mpmath, shape (d1, m), dtype object.

    With the defaults the relative error is near 1e-38. Raises ValueError for entries that cannot be read.
    """
    mp = Mp(digits)
    w, x, a, y = (mp.array(values) for values in (w, x, a, y))
    h = mp.number(step)

    def loss(weights: Array) -> Any:
        return _plain_loss(kind, mp.context, weights, x, a, y)

    slopes = np.empty(w.shape, dtype=object)
    for place in np.ndindex(w.shape):
        up, down = w.copy(), w.copy()
        up[place], down[place] = w[place] + h, w[place] - h
        slopes[place] = (loss(up) - loss(down)) / (2 * h)
    return slopes


def _complex_nudges(w: Array) -> Iterator[Array]:
    for place in np.ndindex(w.shape):
        nudged = w.astype(np.complex128)
        nudged[place] += 1j * TINY
        yield nudged


def _predictions(kind: str, w: Array, x: Array, a: Array) -> Array:
    logits = x.T @ w
    if kind == "relu":
        return np.asarray(a @ np.where(logits.real >= 0, logits, 0).T / np.sqrt(w.shape[1]))
    if kind == "exp":
        return np.asarray(a @ np.exp(logits).T)
    _require_softmax(kind)
    weights = np.exp(logits - logits.real.max(axis=1, keepdims=True))
    return np.asarray(w.shape[1] * (a @ weights.T) / weights.sum(axis=1))


def _plain_loss(kind: str, mp: Any, w: Array, x: Array, a: Array, y: Array) -> Any:
    total = mp.zero
    for i in range(x.shape[1]):
        hidden, factor = _plain_hidden(kind, mp, [mp.fdot(neuron, x[:, i]) for neuron in w.T])
        for signs, target in zip(a, y[:, i], strict=True):
            total += (factor * mp.fdot(signs, hidden) - target) ** 2
    return total / 2


def _plain_hidden(kind: str, mp: Any, logits: list[Any]) -> tuple[list[Any], Any]:
    """What the m neurons answer to one point, and the factor in front of their sum."""
    if kind == "relu":
        return [max(z, mp.zero) for z in logits], 1 / mp.sqrt(len(logits))
    weights = [mp.exp(z) for z in logits]
    if kind == "exp":
        return weights, mp.one
    _require_softmax(kind)
    return weights, len(weights) / mp.fsum(weights)


def _require_softmax(kind: str) -> None:
    if kind != "softmax":
        raise ValueError(f"network {kind!r} is not known; allowed: softmax, relu, exp")
