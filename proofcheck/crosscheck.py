"""Identities for all sizes, checked once more at a few fixed sizes by two computer algebra systems.

Sums are written out, every exp of a monomial becomes a positive symbol, and the difference of both sides must cancel:
in SymPy as the numerator over a common denominator, with SymPy's own derivatives, and in flint as an exact rational
function, with the kernel's.  A fixed size never stands for the general case; it can only contradict it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm
from typing import Any

import sympy
from flint import Ordering, fmpq, fmpq_mpoly_ctx

from proofcheck.evidence import plain_relation
from proofcheck.kernel.point import NoCounterexample
from proofcheck.kernel.terms import (
    Add,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Pow,
    Rel,
    Sum,
    Var,
    expand,
    free_indices,
    subterms,
    variables,
)

LARGEST = 6
EACH = 2
Sizes = dict[str, int]
Where = dict[Index, int]


class NotRational(ValueError):
    """The term is not a rational function of entries, parameters and exponentials."""


@cache
def crosscheck(rel: Rel) -> dict[str, Any] | None:
    """What both systems say of an unconditional identity at the fixed sizes; None where they do not apply."""
    dims = sorted(v.name for v in variables(rel) | {i.dim for i in _indices(rel)} if v.integer)
    if rel.op != "=" or not dims:
        return None
    try:
        goal = plain_relation(rel)
        places = [(sizes, where) for sizes in fixed_sizes(dims) for where in patterns(free_indices(rel), sizes)]
        by_sympy = all(_cancels(rel, sizes, where) for sizes, where in places)
        by_flint = all(_vanishes(goal, sizes, where) for sizes, where in places)
    except (NotRational, NoCounterexample):
        return None
    return {"sizes": described(dims), "sympy": by_sympy, "flint": by_flint}


def fixed_sizes(dims: list[str]) -> Iterator[Sizes]:
    """Each dimension up to 6 while the others are 1, and all of them 2."""
    seen = [{**dict.fromkeys(dims, 1), dim: size} for dim in dims for size in range(1, LARGEST + 1)]
    seen.append(dict.fromkeys(dims, EACH))
    yield from (s for k, s in enumerate(seen) if s not in seen[:k])


def described(dims: list[str]) -> str:
    """The fixed sizes in words."""
    names = ", ".join(dims)
    if len(dims) == 1:
        return f"fixed sizes: {names} <= {LARGEST}"
    return f"fixed sizes: each of {names} <= {LARGEST} while the others are 1, and all of them {EACH}"


def patterns(indices: frozenset[Index], sizes: Sizes) -> Iterator[Where]:
    """Values of the free indices up to renumbering: which of them coincide is all that matters."""
    ordered = sorted(indices, key=lambda i: (i.dim.name, i.name))
    for values in product(*(range(1, sizes[i.dim.name] + 1) for i in ordered)):
        where = dict(zip(ordered, values, strict=True))
        if all(_grows(where, i) for i in ordered):
            yield where


def _grows(where: Where, index: Index) -> bool:
    before = [v for i, v in where.items() if i.dim == index.dim and i.name < index.name]
    return where[index] <= max(before, default=0) + 1


def _indices(rel: Rel) -> set[Index]:
    found = set(free_indices(rel))
    for side in (rel.lhs, rel.rhs):
        found |= {i for t in subterms(side) if isinstance(t, Entry) for i in t.indices}
    return found


# SymPy


def _cancels(rel: Rel, sizes: Sizes, where: Where) -> bool:
    difference = exported(rel.lhs, sizes, where) - exported(rel.rhs, sizes, where)
    top, _ = sympy.fraction(sympy.together(_without_exp(difference)))
    symbols = tuple(sorted(top.free_symbols, key=str))
    return bool(sympy.QQ[symbols].from_sympy(top) == 0 if symbols else top == 0)


def exported(term: Expr, sizes: Sizes, where: Where) -> Any:
    """The term at fixed sizes and indices as a SymPy expression."""
    match term:
        case Num(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Var(name, integer):
            return sympy.Integer(sizes[name]) if integer else sympy.Symbol(name)
        case Entry(array, indices) if array.body is None:
            return sympy.Symbol(_entry_name(term, tuple(where[i] for i in indices)))
        case Entry(array, indices):
            inner = dict(zip(array.params, (where[i] for i in indices), strict=True))
            return exported(array.body or term, sizes, inner)
        case Delta(left, right):
            return sympy.Integer(int(where[left] == where[right]))
        case Sum(index, body):
            return sympy.Add(*(exported(body, sizes, {**where, index: k}) for k in range(1, sizes[index.dim.name] + 1)))
        case Add(args):
            return sympy.Add(*(exported(a, sizes, where) for a in args))
        case Mul(args):
            return sympy.Mul(*(exported(a, sizes, where) for a in args))
        case Pow(base, power) if power.denominator == 1:
            return exported(base, sizes, where) ** int(power)
        case Diff(body, wrt):
            return sympy.diff(exported(body, sizes, where), exported(wrt, sizes, where))
        case Fn("exp", (x,)):
            return sympy.exp(sympy.expand(exported(x, sizes, where)))
    raise NotRational(f"{type(term).__name__} is not rational")


def _without_exp(term: Any) -> Any:
    """exp of a sum becomes a product, exp(c * monomial) a positive symbol to the power c."""
    wide = sympy.expand_power_exp(term)
    return wide.replace(lambda t: isinstance(t, sympy.exp), lambda t: _symbol_power(t.args[0]))


def _symbol_power(argument: Any) -> Any:
    factor, rest = argument.as_coeff_Mul()
    if factor.q != 1:
        raise NotRational("a fractional multiple in an exponential")
    return sympy.Symbol(f"exp({sympy.sstr(rest)})", positive=True) ** factor


# flint


Monomial = tuple[tuple[str, int], ...]
Poly = dict[Monomial, Fraction]


@dataclass
class _Ring:
    """Rational functions in flint; generators are the entries, the parameters and the exponentials of monomials."""

    sizes: Sizes
    names: dict[str, int] = field(default_factory=dict)
    scale: int = 1

    def collect(self, term: Expr, where: Where) -> None:
        """Note every generator that the term needs."""
        for inner, at in _instances(term, where, self.sizes):
            match inner:
                case Fn("exp", (x,)):
                    exponent = _polynomial(x, at, self.sizes)
                    self.scale = lcm(self.scale, *(c.denominator for c in exponent.values()))
                    for monomial in exponent:
                        self.names.setdefault(_exp_name(monomial), len(self.names))
                case Entry(array, indices) if array.body is None:
                    self.names.setdefault(_entry_name(inner, tuple(at[i] for i in indices)), len(self.names))
                case Var(name, False):
                    self.names.setdefault(name, len(self.names))

    def context(self) -> Any:
        """The polynomial ring over the rationals."""
        return fmpq_mpoly_ctx.get(tuple(f"g{k}" for k in range(max(1, len(self.names)))), Ordering.lex)


@dataclass
class _Fraction:
    top: Any
    bottom: Any

    def plus(self, other: _Fraction) -> _Fraction:
        if self.bottom == other.bottom:
            return _Fraction(self.top + other.top, self.bottom)
        common = self.bottom.gcd(other.bottom)
        left, right = other.bottom / common, self.bottom / common
        return _Fraction(self.top * left + other.top * right, self.bottom * left)

    def times(self, other: _Fraction) -> _Fraction:
        return _Fraction(self.top * other.top, self.bottom * other.bottom)

    def inverse(self) -> _Fraction:
        if self.top == 0:
            raise NotRational("division by zero")
        return _Fraction(self.bottom, self.top)


class _Flint:
    """Evaluates terms as quotients of polynomials."""

    def __init__(self, ring: _Ring) -> None:
        self.ring, self.ctx = ring, ring.context()
        self.one = self.ctx.constant(1)
        self.known: dict[tuple[Expr, tuple[int, ...]], _Fraction] = {}

    def constant(self, value: Fraction | int) -> _Fraction:
        rational = Fraction(value)
        return _Fraction(self.ctx.constant(fmpq(rational.numerator, rational.denominator)), self.one)

    def generator(self, name: str, power: int = 1) -> _Fraction:
        gen = self.ctx.gens()[self.ring.names[name]] ** abs(power)
        return _Fraction(gen, self.one) if power >= 0 else _Fraction(self.one, gen)

    def value(self, term: Expr, where: Where) -> _Fraction:
        sizes = self.ring.sizes
        match term:
            case Num(value):
                return self.constant(value)
            case Var(name, integer):
                return self.constant(sizes[name]) if integer else self.generator(name)
            case Entry(array, indices) if array.body is None:
                return self.generator(_entry_name(term, tuple(where[i] for i in indices)))
            case Entry(array, indices):
                return self.defined(term, tuple(where[i] for i in indices))
            case Delta(left, right):
                return self.constant(int(where[left] == where[right]))
            case Sum(index, body):
                return self.total(self.value(body, {**where, index: k}) for k in range(1, sizes[index.dim.name] + 1))
            case Add(args):
                return self.total(self.value(a, where) for a in args)
            case Mul(args):
                found = self.constant(1)
                for a in args:
                    found = found.times(self.value(a, where))
                return found
            case Pow(base, power) if power.denominator == 1:
                inner = self.value(base, where)
                inner = inner if power >= 0 else inner.inverse()
                return _Fraction(inner.top ** abs(int(power)), inner.bottom ** abs(int(power)))
            case Fn("exp", (x,)):
                found = self.constant(1)
                for monomial, factor in _polynomial(x, where, sizes).items():
                    found = found.times(self.generator(_exp_name(monomial), int(factor * self.ring.scale)))
                return found
        raise NotRational(f"{type(term).__name__} is not rational")

    def total(self, parts: Iterator[_Fraction]) -> _Fraction:
        found = self.constant(0)
        for part in parts:
            found = found.plus(part)
        return found

    def defined(self, term: Entry, at: tuple[int, ...]) -> _Fraction:
        body = term.array.body
        if body is None:
            raise NotRational(f"{term} has no definition")
        key = (body, at)
        if key not in self.known:
            self.known[key] = self.value(body, dict(zip(term.array.params, at, strict=True)))
        return self.known[key]


def _vanishes(rel: Rel, sizes: Sizes, where: Where) -> bool:
    ring = _Ring(sizes)
    ring.collect(rel.lhs, where)
    ring.collect(rel.rhs, where)
    judge = _Flint(ring)
    left, right = judge.value(rel.lhs, where), judge.value(rel.rhs, where)
    return bool(left.top * right.bottom == right.top * left.bottom)


def _instances(term: Expr, where: Where, sizes: Sizes) -> Iterator[tuple[Expr, Where]]:
    """All subterms with the values of their indices, sums and definitions written out."""
    yield term, where
    match term:
        case Sum(index, body):
            for k in range(1, sizes[index.dim.name] + 1):
                yield from _instances(body, {**where, index: k}, sizes)
        case Entry(array, _) if array.body is not None:
            yield from _instances(expand(term), where, sizes)
        case Add(args) | Mul(args) | Fn(_, args):
            for a in args:
                yield from _instances(a, where, sizes)
        case Pow(base, _):
            yield from _instances(base, where, sizes)


def _polynomial(term: Expr, where: Where, sizes: Sizes) -> Poly:
    """The argument of an exponential as a polynomial."""
    match term:
        case Num(value):
            return {(): value} if value else {}
        case Var(name, True):
            return {(): Fraction(sizes[name])}
        case Var(name, False):
            return {((name, 1),): Fraction(1)}
        case Entry(array, indices) if array.body is None:
            return {((_entry_name(term, tuple(where[i] for i in indices)), 1),): Fraction(1)}
        case Entry():
            return _polynomial(expand(term), where, sizes)
        case Delta(left, right):
            return {(): Fraction(1)} if where[left] == where[right] else {}
        case Sum(index, body):
            return _poly_sum(_polynomial(body, {**where, index: k}, sizes) for k in range(1, sizes[index.dim.name] + 1))
        case Add(args):
            return _poly_sum(_polynomial(a, where, sizes) for a in args)
        case Mul(args):
            return _poly_product(_polynomial(a, where, sizes) for a in args)
        case Pow(base, power) if power.denominator == 1 and power >= 0:
            return _poly_product(_polynomial(base, where, sizes) for _ in range(int(power)))
    raise NotRational("an exponential of something that is not a polynomial")


def _poly_sum(parts: Iterator[Poly]) -> Poly:
    found: Poly = {}
    for part in parts:
        for monomial, factor in part.items():
            found[monomial] = found.get(monomial, Fraction(0)) + factor
    return {k: v for k, v in found.items() if v}


def _poly_product(parts: Iterator[Poly]) -> Poly:
    found: Poly = {(): Fraction(1)}
    for part in parts:
        found = _poly_sum({_times(a, b): x * y} for a, x in found.items() for b, y in part.items())
    return found


def _times(left: Monomial, right: Monomial) -> Monomial:
    powers: dict[str, int] = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


def _exp_name(monomial: Monomial) -> str:
    return f"exp({'*'.join(f'{n}**{p}' for n, p in monomial)})"


def _entry_name(term: Entry, at: tuple[int, ...]) -> str:
    return f"{term.array.name}[{','.join(map(str, at))}]"


def contradictions(evidence: Mapping[str, Any]) -> list[str]:
    """The systems that contradict an identity."""
    found = evidence.get("crosscheck") or {}
    return [name for name in ("sympy", "flint") if found.get(name) is False]
