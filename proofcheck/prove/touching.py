"""Where the two sides of a strict claim touch: Newton's method to many digits, and closed forms for what it finds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import Any

import mpmath
from flint import arb

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.domain import Box, Rejected, tidy
from proofcheck.kernel.terms import Expr, Num, Var
from proofcheck.prove.closed import DIGITS, closed_forms, to_fraction
from proofcheck.prove.sampling import Place, Value, box_places, compiled, dyadic, evaluate, lowest, rounded

BITS = 320
STEPS = 60  # of one start
PATIENCE = 2000  # steps in all, where nobody says how many; about a thousand take a second
MOST = 12  # combinations of closed forms
Number = Any  # mpmath.mpf


def touching(gap: Expr, box: Box, patience: int = PATIENCE) -> Iterator[dict[Var, Fraction | Expr]]:
    """Points near a minimum of the gap at which it is 0 to many digits, with values in closed form.

    ``patience``: steps of Newton's method after which no further start is tried.
    """
    value, names = compiled(gap), sorted(box, key=lambda v: v.name)
    least = lowest(value, box) if box else None
    if least is None:
        return
    simple, seen = rounded(least), set[tuple[Fraction, ...]]()
    for moving in [names, *([v] for v in names if len(names) > 1)]:
        try:
            method = Newton.of(gap, moving)
        except (NotDifferentiable, Rejected, ValueError):
            continue
        for start in (least, *box_places(box)):
            if patience <= 0:
                return
            found, steps = method.run({**simple, **{v: start[v] for v in moving}}, box)
            patience -= steps
            if found is None or not _is_zero(value, found):
                continue
            near = tuple(found[v].limit_denominator(10**9) for v in names)
            if near not in seen:
                seen.add(near)
                yield from _closed(found, moving)


def _closed(place: Place, moving: list[Var]) -> Iterator[dict[Var, Fraction | Expr]]:
    """The place with closed forms of the coordinates that were moved."""
    with mpmath.workdps(DIGITS + 30):
        forms = [closed_forms(_number(place[v])) for v in moving]
    for values in islice(product(*forms), MOST):
        yield {**place, **{v: x.value if isinstance(x, Num) else x for v, x in zip(moving, values, strict=True)}}


@dataclass(frozen=True)
class Newton:
    """Newton's method for a zero of the gradient in some of the parameters."""

    moving: list[Var]
    gradient: list[Value]
    hessian: list[list[Value]]

    @staticmethod
    def of(gap: Expr, moving: list[Var]) -> Newton:
        """Raises NotDifferentiable or Rejected."""
        slopes = [tidy(derivative(gap, v), {}) for v in moving]
        return Newton(moving, [compiled(s) for s in slopes],
                      [[compiled(tidy(derivative(s, w), {})) for w in moving] for s in slopes])

    def run(self, at: Place, box: Box) -> tuple[Place | None, int]:
        """The zero that is reached from a place, to more digits than are shown, or None; and how many steps it took."""
        with mpmath.workdps(DIGITS + 30):
            for taken in range(1, STEPS + 1):
                step = self._step(at)
                if step is None:
                    return None, taken
                at = {**at, **{v: to_fraction(_number(at[v]) - d) for v, d in zip(self.moving, step, strict=True)}}
                if any(not box[v].lo <= at[v] <= box[v].hi for v in self.moving):
                    return None, taken
                if max(map(abs, step)) < mpmath.mpf(10) ** -(DIGITS + 10):
                    return at, taken
        return None, STEPS

    def _step(self, at: Place) -> list[Number] | None:
        slopes = [_value(g, at) for g in self.gradient]
        bends = [[_value(h, at) for h in row] for row in self.hessian]
        if any(x is None for x in [*slopes, *(x for row in bends for x in row)]):
            return None
        try:
            return list(mpmath.lu_solve(mpmath.matrix(bends), mpmath.matrix(slopes)))
        except (ZeroDivisionError, ValueError, TypeError):  # mpmath finds no pivot in a matrix without numbers
            return None


def _value(value: Value, at: Place) -> Number | None:
    found = evaluate(value, at, BITS)
    return None if found is None else _number(exact(found.mid()))


def _is_zero(value: Value, at: Place) -> bool:
    found = evaluate(value, at, BITS)
    return found is not None and bool(abs(found) < arb(10) ** -(DIGITS - 10))


def exact(middle: arb) -> Fraction:
    """The exact value of a ball of radius 0; see ``dyadic`` for very large and small ones."""
    mantissa, exponent = middle.man_exp()
    return dyadic(int(mantissa), int(exponent))


def _number(x: Fraction) -> Number:
    return mpmath.mpf(x.numerator) / x.denominator
