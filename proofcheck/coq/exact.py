"""Exact values at a point, as far as they are rational: what abbreviations are put in for, one entry after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import isqrt, prod
from typing import Any

from proofcheck.second.terms import Term

At = Mapping[str, int]  # values of indices, from 1


@dataclass
class Values:
    """Sizes, parameters, arrays (nested lists) and bodies of abbreviations with their indices, all by name."""

    sizes: Mapping[str, int]
    scalars: Mapping[str, Fraction | None]
    arrays: Mapping[str, Any]
    bodies: Mapping[str, tuple[Sequence[str], Term]]
    roots: set[Fraction] = field(default_factory=set)  # all exact square roots that were met
    _met: dict[tuple[str, tuple[int, ...]], Fraction | None] = field(default_factory=dict)

    def of(self, term: Term, at: At) -> Fraction | None:
        """The value, or None if it is not rational or not known to be."""
        match term:
            case ("num", value):
                return value  # type: ignore[no-any-return]
            case ("dim", name):
                return Fraction(self.sizes[name])
            case ("var", name):
                return self.scalars.get(name)
            case ("add" | "mul" as kind, *args):
                return _joined(kind, [self.of(a, at) for a in args])
            case ("pow", base, power):
                return self._power(self.of(base, at), power)
            case ("fn", name, *args):
                return _function(name, [self.of(a, at) for a in args])
            case ("entry", name, indices):
                return self.entry(name, tuple(at[i] for i in indices))
            case ("delta", left, right):
                return Fraction(at[left] == at[right])
            case ("sum" | "peak" as kind, index, size, body):
                items = [self.of(body, {**at, index: k}) for k in range(1, self.sizes[size] + 1)]
                return _joined("add", items) if kind == "sum" else _function("Max", items)
        return None

    def entry(self, name: str, place: tuple[int, ...]) -> Fraction | None:
        """An entry of an array or of an abbreviation."""
        if name in self.arrays:
            value = self.arrays[name]
            for k in place:
                value = value[k - 1]
            return Fraction(value)
        if (name, place) not in self._met:
            indices, body = self.bodies[name]
            self._met[name, place] = self.of(body, dict(zip(indices, place, strict=True)))
        return self._met[name, place]

    def _power(self, base: Fraction | None, power: Fraction) -> Fraction | None:
        if base is None:
            return None
        if power.denominator == 2:
            base = _root(base)
            if base is None:
                return None
            self.roots.add(base)
        return None if power.denominator > 2 or (base == 0 and power < 0) else base ** power.numerator


def places(sizes: Mapping[str, int], dims: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """All values of indices that run over sizes."""
    return product(*(range(1, sizes[d] + 1) for d in dims))


def _joined(kind: str, items: Sequence[Fraction | None]) -> Fraction | None:
    """A sum or a product; 0 times something unknown is 0."""
    known = [v for v in items if v is not None]
    if kind == "mul" and 0 in known:
        return Fraction(0)
    if len(known) < len(items):
        return None
    return sum(known, Fraction(0)) if kind == "add" else prod(known, start=Fraction(1))


def _function(name: str, items: Sequence[Fraction | None]) -> Fraction | None:
    known = [v for v in items if v is not None]
    if len(known) < len(items):
        return None
    match name, known:
        case "Abs", [x]:
            return abs(x)
        case ("Max" | "Min"), _:
            return max(known) if name == "Max" else min(known)
        case "exp", [x] if x == 0:
            return Fraction(1)
        case "log", [x] if x == 1:
            return Fraction(0)
    return None


def _root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    exact = above * above == value.numerator and below * below == value.denominator
    return Fraction(above, below) if exact else None
