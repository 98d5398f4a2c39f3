"""Closed forms that a number may have: rationals, roots, logarithms, exponentials, multiples of pi, short sums of them.

A guess from many digits proves nothing; whoever uses one lets the kernel decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import mpmath

from proofcheck.kernel.domain import tidy
from proofcheck.kernel.terms import Const, Expr, Num, exp, log, sqrt
from proofcheck.prove.sampling import dyadic

DIGITS = 60  # that a number must have
SURE = 45  # digits to which a form must agree
LARGEST = 10**9  # numerators and denominators
SMALL = 400  # coefficients of relations between several constants
Number = Any  # mpmath.mpf


def closed_forms(x: Number) -> list[Expr]:
    """Terms without parameters that agree with ``x`` to many digits, simple ones first."""
    with mpmath.workdps(DIGITS + 10):
        found: list[Expr] = []
        for form in _forms(x):
            term = tidy(form, {})
            if term not in found:
                found.append(term)
        return found


def _forms(x: Number) -> Iterator[Expr]:
    plain = rational(x)
    if plain is not None:
        yield Num(plain)
        return
    turns = rational(x / mpmath.pi)
    if turns is not None:
        yield Num(turns) * Const("pi")
    yield from _algebraic(x)
    if abs(x) < 200:
        yield from map(log, _simple(mpmath.exp(x)))
    if x:
        for inner in _simple(mpmath.log(abs(x))):
            yield exp(inner) if x > 0 else -exp(inner)
    yield from _sums(x)
    if x:
        for inner in _sums(mpmath.log(abs(x))):
            yield exp(inner) if x > 0 else -exp(inner)


def _simple(x: Number) -> Iterator[Expr]:
    """Rationals and square roots."""
    plain = rational(x)
    if plain is not None:
        yield Num(plain)
    else:
        yield from _algebraic(x)


def _algebraic(x: Number) -> Iterator[Expr]:
    """Roots of rationals, and roots of quadratic equations."""
    for power in (2, 3, 4):
        inner = rational(x**power)
        if inner is not None and inner > 0:
            root = Num(inner) ** Fraction(1, power)
            yield root if x > 0 else -root
            return
    found = mpmath.pslq([x * x, x, mpmath.mpf(1)], maxcoeff=10**6, maxsteps=10**4, tol=mpmath.mpf(10) ** -SURE)
    if found and found[0]:
        a, b, c = (Fraction(int(k)) for k in found)
        sign = 1 if (2 * int(a) * x + int(b)) > 0 else -1
        yield Num(-b / (2 * a)) + sign * sqrt(Num((b * b - 4 * a * c) / (4 * a * a)))


def _sums(x: Number) -> Iterator[Expr]:
    """q + q_2*log(2) + q_3*log(3) + ... with few terms."""
    bases = [(Num(Fraction(1)), mpmath.mpf(1))] + [(log(p), mpmath.log(p)) for p in (2, 3, 5, 7)]
    found = mpmath.pslq([x, *(value for _, value in bases)], maxcoeff=SMALL, maxsteps=10**4,
                        tol=mpmath.mpf(10) ** -SURE)
    if found and found[0]:
        parts = [Num(Fraction(-int(k), int(found[0]))) * base for k, (base, _) in zip(found[1:], bases, strict=True) if k]
        total: Expr = parts[0]
        for part in parts[1:]:
            total = total + part
        yield total


def rational(x: Number) -> Fraction | None:
    """The simple rational that agrees with a number to many digits, if there is one."""
    if not mpmath.isfinite(x) or abs(x) > LARGEST:
        return None
    near = to_fraction(x).limit_denominator(LARGEST)
    return near if abs(mpmath.mpf(near.numerator) / near.denominator - x) < mpmath.mpf(10) ** -SURE else None


def to_fraction(x: Number) -> Fraction:
    """The exact value of a floating-point number; see ``dyadic`` for very large and small ones."""
    sign, mantissa, exponent, _ = x._mpf_
    return dyadic(-int(mantissa) if sign else int(mantissa), int(exponent))
