"""Scalar terms as polynomials in units: parameters, their roots, exponentials and other functions of them.

A polynomial is a dict {exponents: coefficient} with one exponent for each unit.  Nothing here is trusted.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

from proofcheck.kernel.normal import Atom, Monomial, Poly, normal
from proofcheck.kernel.terms import Expr, Num, Var, add, mul
from proofcheck.prove.goals import atom_term, power

Exponents = tuple[int, ...]
Form = dict[Exponents, Fraction]


class NoForm(ValueError):
    """The term is no polynomial in the units."""


@dataclass(frozen=True)
class Unit:
    """A power of an atom of the normal form: itself, a root, the inverse of these, or any power of an exponential."""

    atom: Atom
    power: Fraction

    @property
    def root(self) -> int:
        """Which root of the atom it is."""
        return self.power.denominator

    @property
    def term(self) -> Expr:
        """The unit as a term."""
        return power(atom_term(self.atom), self.power)


def factors(mono: Monomial) -> Iterator[tuple[Atom, Fraction]]:
    """The factors of a monomial, exp(2*p + q) as exp(p)**2*exp(q), and a root of an atom as a power of it."""
    for atom, exponent in mono:
        match atom:
            case ("exp", parts):
                for inner, coefficient in parts:
                    yield ("exp", ((inner, 1),)), Fraction(coefficient * exponent)
            case ("base", (((((inner, 1),)), 1),)):
                yield inner, Fraction(exponent)
            case _:
                yield atom, Fraction(exponent)


def total(forms: Iterable[Form]) -> Form:
    """The sum."""
    found: Form = defaultdict(Fraction)
    for form in forms:
        for m, c in form.items():
            found[m] += c
    return {m: c for m, c in found.items() if c}


def values(form: Form, at: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values of a polynomial at points, one column of ``at`` for each."""
    found = np.zeros(at.shape[1])
    for mono, c in form.items():
        found += float(c) * np.prod([at[k] ** p for k, p in enumerate(mono) if p], axis=0)
    return found


def _inside(atom: Atom) -> list[Poly]:
    """What is under a root or an absolute value."""
    match atom:
        case ("base", inner) | ("fn", "Abs", inner):
            return [dict(inner)]
    return []


def _common(left: Fraction, right: Fraction) -> Fraction:
    """The largest number of which both are multiples; negative if both are."""
    size = Fraction(gcd(left.numerator, right.numerator), lcm(left.denominator, right.denominator))
    return -size if left < 0 and right < 0 else size


@dataclass(frozen=True)
class Ring:
    """The polynomials in some units; powers of roots and of absolute values are replaced by what they are."""

    units: tuple[Unit, ...]
    relations: Mapping[int, Form]
    positive: frozenset[Var]

    @classmethod
    def of(cls, polys: Iterable[Poly], positive: frozenset[Var]) -> Ring:
        """The smallest ring in which these normal forms are polynomials; raises NoForm."""
        powers: dict[Atom, Fraction] = {}
        left = list(polys)
        while left:
            for mono in left.pop():
                for atom, exponent in factors(mono):
                    left += [] if atom in powers or exponent < 0 else _inside(atom)
                    powers[atom] = _common(powers.get(atom, exponent), exponent)
        units = [Unit(a, p if a[0] == "exp" else p / abs(p.numerator)) for a, p in sorted(powers.items(), key=repr)]
        plain = cls(tuple(units), {}, positive)
        return cls(plain.units, dict(plain._relations()), positive)

    def _relations(self) -> Iterator[tuple[int, Form]]:
        for k, unit in enumerate(self.units):
            for inner in map(self.form, _inside(unit.atom) if unit.power > 0 else []):
                yield k, inner if unit.atom[0] == "base" else self.product(inner, inner)

    def degree(self, k: int) -> int:
        """The power of a unit that its relation replaces."""
        return self.units[k].root if self.units[k].atom[0] == "base" else 2

    def one(self) -> Form:
        """The polynomial 1."""
        return {(0,) * len(self.units): Fraction(1)}

    def unit(self, k: int) -> Form:
        """One unit as a polynomial."""
        return {tuple(int(i == k) for i in range(len(self.units))): Fraction(1)}

    def read(self, term: Expr) -> Form:
        """A term as a polynomial; raises NoForm."""
        return self.form(normal(term, self.positive))

    def form(self, poly: Poly) -> Form:
        """A normal form as a polynomial; raises NoForm."""
        places = {u.atom: k for k, u in enumerate(self.units)}
        found: Form = defaultdict(Fraction)
        for mono, coefficient in poly.items():
            powers = [0] * len(self.units)
            for atom, exponent in factors(mono):
                if atom not in places:
                    raise NoForm(f"{atom_term(atom)} is no unit")
                whole = exponent / self.units[places[atom]].power
                if whole.denominator != 1 or whole < 0:
                    raise NoForm(f"{atom_term(atom)} has the exponent {exponent}")
                powers[places[atom]] += int(whole)
            if any(powers[k] >= self.degree(k) for k in self.relations):
                raise NoForm(f"{mono} contains a high power of a root")
            found[tuple(powers)] += coefficient
        return {m: c for m, c in found.items() if c}

    def product(self, left: Form, right: Form) -> Form:
        """The product."""
        found: Form = defaultdict(Fraction)
        for a, c in left.items():
            for b, k in right.items():
                found[tuple(map(operator.add, a, b))] += c if k == 1 else c * k
        return self._reduced({m: c for m, c in found.items() if c})

    def _reduced(self, form: Form) -> Form:
        """The same with the relations used."""
        for k, inner in self.relations.items():
            high = {m: c for m, c in form.items() if m[k] >= self.degree(k)}
            if high:
                low = {tuple(p - self.degree(k) * (i == k) for i, p in enumerate(m)): c for m, c in high.items()}
                rest = {m: c for m, c in form.items() if m not in high}
                return self._reduced(total([rest, self.product(low, inner)]))
        return form

    def term(self, form: Form) -> Expr:
        """A polynomial as a term, monomials in a fixed order."""
        return add(*(self._monomial(m, c) for m, c in sorted(form.items(), reverse=True)))

    def _monomial(self, powers: Exponents, coefficient: Fraction) -> Expr:
        parts = [power(u.term, Fraction(p)) for u, p in zip(self.units, powers, strict=True) if p]
        return mul(*([Num(coefficient)] if coefficient != 1 or not parts else []), *parts)

