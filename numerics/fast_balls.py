"""Gradient descent with flint's ball matrices: rigorous, or at many digits with the centres of the balls only.

flint multiplies matrices and takes exponentials of single entries; products entry by entry are lists of entries, too.
"""

from __future__ import annotations

from typing import Any, final

import mpmath
import numpy as np
from flint import arb, arb_mat

from numerics.arithmetic import Array, Ball, Mp, nonnegative
from numerics.engine import Engine
from numerics.network import Network
from numerics.sums import SumEngine

GUARD_BITS = 20
"""What a run of centres carries beyond the digits asked for."""


@final
class BallEngine(SumEngine):
    """Runs of any softmax, ReLU or exp network in `Ball`; raises ValueError for another arithmetic.

    With `centred`, W(tau) is replaced by its midpoint after every step. Then nothing is enclosed in the long run, but
    `rounding` bounds what any single step so far got wrong, summed over the entries of W, and the radii cannot grow.
    """

    def __init__(self, start: Network, eta: Any, centred: bool = False) -> None:
        if not isinstance(start.arithmetic, Ball):
            raise ValueError(f"a network of balls is needed, not {start.arithmetic.name}; use to(Ball(bits))")
        super().__init__(start, eta)
        self._centred = centred
        self.rounding = arb(0)
        with start.arithmetic.working():
            self._w, self._x = arb_mat(start.w.tolist()), arb_mat(start.x.tolist())
            self._points = self._x.transpose()
            self._signs = arb_mat([*start.a.tolist(), [1] * start.m])
            self._columns = self._signs.transpose()
        self._state = [arb(0)] * (start.n * start.m)
        self._answer_again()

    @property
    def weights(self) -> Array:
        """Enclosures (or centres) of W(tau), shape (d1, m)."""
        return np.array(self._w.tolist(), dtype=object)

    def _largest_logits(self) -> Array:
        """Zeros: a ball does not overflow, so that no shift is needed."""
        return np.zeros(self.start.n)

    def _in_range(self) -> bool:
        return True

    def _finite(self) -> bool:
        return all(number.is_finite() for number in [*self._total, *self._answers.flat])

    def _pass(self, residual: Array, factor: Array, mean: Array, shift: Array) -> tuple[Array, Array]:
        self._move(np.column_stack([(residual * factor).T, -mean * factor]))
        n, m = self.start.n, self.start.m
        logits = (self._points * self._w).entries()
        self._state = logits if self._relu else [z.exp() for z in logits]
        replies = [z.max(0) for z in self._state] if self._relu else self._state
        sums = np.array((arb_mat(n, m, replies) * self._columns).tolist(), dtype=object).T
        return sums[-1], sums[:-1]

    def _move(self, coefficients: Array) -> None:
        """W <- W - x times the pull, the pull being coefficients (n, d2 + 1) times the signs and a row of ones."""
        pull = (arb_mat(coefficients.tolist()) * self._signs).entries()
        slopes = [nonnegative(z) for z in self._state] if self._relu else self._state
        self._w -= self._x * arb_mat(self.start.n, self.start.m, [s * p for s, p in zip(slopes, pull, strict=True)])
        if self._centred:
            centres = self._w.mid()
            dropped = arb_mat([[1] * self.start.d1]) * (self._w - centres) * arb_mat([[1]] * self.start.m)
            self.rounding = max(self.rounding, dropped[0, 0].abs_upper())
            self._w = centres


@final
class CentreEngine(Engine):
    """Runs in `Mp` by the centres of balls with `GUARD_BITS` more; raises ValueError for another arithmetic.

    `rounding` bounds, as a float, what any single step so far lost to rounding, summed over the entries of W.
    """

    def __init__(self, start: Network, eta: Any) -> None:
        if not isinstance(start.arithmetic, Mp):
            raise ValueError(f"a network of mpmath numbers is needed, not {start.arithmetic.name}; use to(Mp(digits))")
        super().__init__(start, eta)
        self._context = start.arithmetic.context
        balls = Ball(self._context.prec + GUARD_BITS)
        self._balls = BallEngine(start.to(balls), self.eta, centred=True)

    def _advance(self) -> None:
        self._balls.step()

    @property
    def weights(self) -> Array:
        """W(tau), shape (d1, m), rounded to the digits of the network."""
        return self._rounded(self._balls.weights)

    @property
    def F(self) -> Array:
        """The predictions at tau, shape (d2, n), rounded to the digits of the network."""
        return self._rounded(self._balls.F)

    @property
    def rounding(self) -> float:
        """An upper bound on the rounding error of any one step."""
        return float(self._balls.rounding.upper())

    def _rounded(self, balls: Array) -> Array:
        return np.asarray(np.frompyfunc(lambda ball: _as_mpf(self._context, ball), 1, 1)(balls))


def _as_mpf(context: Any, ball: arb) -> Any:
    mantissa, exponent = ball.mid().man_exp()
    return context.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent), context.prec, "n"))
