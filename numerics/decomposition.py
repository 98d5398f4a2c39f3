"""Lemma E.1 (line 1073) in any arithmetic: what one step of gradient descent does to the squared error.

The lemma is about ||F - Y||^2, twice the loss of Definition 3.2. In place of its "Theta(1)" stands the number that
makes it exact, neuron by neuron: psi(u) = (e^u - 1 - u) / u^2 at u = -eta <Delta w_r, x_i>. Then
||F(tau+1) - Y||^2 = ||F(tau) - Y||^2 + C0 + C1 + C2 + C3 is an identity, without any condition on u.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.arithmetic import Arithmetic, Array, Ball, Float64
from numerics.compressed import SoftmaxNet, share

SERIES_BELOW, SERIES_TERMS = 0.5, 18


@dataclass(frozen=True, eq=False)
class Decomposition:
    """One step from W(tau) to W(tau+1), taken apart as in Lemma E.1, lines 1079-1101.

    v0, v1, v2 have shape (d2, n) and add up to F(tau+1) - F(tau); C is (C0, C1, C2, C3); `before` and `after` are
    ||F - Y||^2 at tau and tau+1, without the factor 1/2 of the loss.
    """

    v0: Array
    v1: Array
    v2: Array
    C: tuple[Any, Any, Any, Any]
    before: Any
    after: Any
    arithmetic: Arithmetic

    @property
    def defect(self) -> Any:
        """||F(tau+1) - Y||^2 - ||F(tau) - Y||^2 - (C0 + C1 + C2 + C3), which is zero."""
        with self.arithmetic.working():
            return self.after - self.before - sum(self.C)


def decompose(now: SoftmaxNet, then: SoftmaxNet, eta: Any) -> Decomposition:
    """The parts of the step from `now`, W(tau), to `then`, W(tau+1) = W(tau) - eta gradient.

    If `then` is not that net, the parts do not add up and `defect` shows it.
    """
    kind = now.arithmetic
    e = now.residual
    with kind.working():
        u = -kind.number(eta) * kind.matmul(now.x.T, now.gradient)
        first, second = share(now) * u, share(now) * second_order(kind, u)
        v0 = -then.F * kind.sum(first + second, axis=1)  # alpha(tau+1)/alpha(tau) - 1 = E_S[e^u - 1]
        v1 = now.m * kind.matmul(now.a, first.T)
        v2 = now.m * kind.matmul(now.a, second.T)
        step = then.F - now.F
        C0, C1, C2 = (2 * kind.sum(e * v) for v in (v0, v1, v2))
        C = (C0, C1, C2, kind.sum(step * step))
        return Decomposition(v0, v1, v2, C, kind.sum(e * e), kind.sum(then.residual * then.residual), kind)


def second_order(kind: Arithmetic, u: Array) -> Array:
    """e^u - 1 - u = u^2 psi(u), entrywise and without cancellation; psi(u) is Kummer's M(1, 3, u) / 2."""
    if isinstance(kind, Float64):
        return _in_doubles(u)
    kummer = (lambda v: v.hypgeom_1f1(1, 3)) if isinstance(kind, Ball) else (lambda v: _context(kind).hyp1f1(1, 3, v))
    with kind.working():
        return np.asarray(u * u * np.frompyfunc(kummer, 1, 1)(u) / 2)


def _context(kind: Arithmetic) -> Any:
    return getattr(kind, "context")  # noqa: B009 -- every arithmetic other than doubles and balls is mpmath's


def _in_doubles(u: Array) -> Array:
    near = np.clip(u, -SERIES_BELOW, SERIES_BELOW)
    series = np.zeros_like(near)
    for k in range(SERIES_TERMS, 1, -1):
        series = series * near + 1 / math.factorial(k)
    with np.errstate(over="ignore"):
        return np.where(np.abs(u) < SERIES_BELOW, near * near * series, np.expm1(u) - u)
