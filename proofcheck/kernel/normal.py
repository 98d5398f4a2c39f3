"""A normal form for terms over symbolic sizes: polynomials in canonical atoms.

Two terms with the same normal form are equal wherever both are defined.  The form covers field operations,
exp, indexed sums over symbolic ranges, Kronecker deltas, and (as opaque atoms) roots and other functions.

A polynomial is a dict {monomial: coefficient}; a monomial is a sorted tuple of (atom, exponent) pairs.
Sums are split into connected components, so (sum e)(sum f) and sum sum e f agree, and each component names its
bound indices canonically.  Names of bound indices contain the height of nesting, so no renaming can capture.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import permutations, product
from typing import Any

from flint import fmpz

from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.terms import (
    Add,
    Array,
    Const,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Peak,
    Pow,
    Sum,
    Var,
    add,
    mul,
    unfold,
)

Rational = Fraction | int  # whole numbers are ints here, which hash and add much faster
Atom = tuple[Any, ...]
Monomial = tuple[tuple[Atom, Rational], ...]
Poly = dict[Monomial, Rational]
Spot = tuple[str, str]  # an index: its name and the name of its dimension
MAX_POWER = 1000  # larger exponents of numbers and sums are not worked out
MAX_FACTORED = 10**18  # larger integers are not factored under roots and logarithms
MAX_SQUARED = 8  # |p|**2 is opened for at most this many monomials; leaving it closed is sound
ONE: Poly = {(): 1}


class NotNormalizable(ValueError):
    """The term contains something that the normal form does not cover."""


def plain(value: Rational) -> Rational:
    """The same number, as an int if it is whole; what is not rational has no denominator and is refused."""
    return int(value.numerator) if value.denominator == 1 else value


def normal(term: Expr, positive: frozenset[Var] = frozenset()) -> Poly:
    """The normal form, definitions unfolded; ``positive`` parameters may be taken out of roots and Abs."""
    return dict(_normal(term, frozenset(v.name for v in positive if not v.integer)))


@lru_cache(maxsize=5000)
def _normal(term: Expr, positive: frozenset[str]) -> Poly:
    return _Normalizer(positive).poly(unfold(term), {})


def is_zero(term: Expr, positive: frozenset[Var] = frozenset()) -> bool:
    """True if the term is 0 wherever it is defined; denominators that are sums are cleared first."""
    poly = normal(term, positive)
    for _ in range(40):
        if not poly:
            return True
        worst = _denominator(poly)
        if worst is None or not worst[0][1]:  # multiplying by a base that is 0 would prove anything
            return False
        atom, power = worst
        base = dict(atom[1])
        poly = _collect(
            (_times(rest, lift), c * k)
            for mono, c in poly.items()
            for rest, exponent in [_take(mono, atom)]
            for lift, k in _power(base, int(exponent - power)).items()
        )
    return False


def _denominator(poly: Poly) -> tuple[Atom, Rational] | None:
    """A negative integer power of a sum of several terms, or None."""
    for mono in poly:
        for atom, power in mono:
            if atom[0] == "base" and power < 0 and power.denominator == 1:
                powers = [_take(m, atom)[1] for m in poly]
                if all(p.denominator == 1 for p in powers):
                    return atom, min(powers)
    return None


def _take(mono: Monomial, atom: Atom) -> tuple[Monomial, Rational]:
    """The monomial without the atom, and the exponent that the atom had."""
    power = dict(mono).get(atom, 0)
    return tuple(f for f in mono if f[0] != atom), power


def _collect(items: Iterable[tuple[Monomial, Rational]]) -> Poly:
    found: dict[Monomial, Rational] = defaultdict(int)
    for mono, coefficient in items:
        found[mono] += coefficient
    return {m: plain(c) for m, c in found.items() if c}


def _key(poly: Poly) -> tuple[tuple[Monomial, Rational], ...]:
    return tuple(sorted(poly.items(), key=repr))


def _times(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials: exponents add, and exponentials merge."""
    powers: dict[Atom, Rational] = defaultdict(int)
    exponents: list[Poly] = []
    for atom, power in (*left, *right):
        if atom[0] == "exp":
            exponents.append(_scaled(dict(atom[1]), power))
        else:
            powers[atom] += power
    factors = [(a, plain(p)) for a, p in powers.items() if p]
    exponent = _sum(exponents)
    if exponent:
        factors.append((("exp", _key(exponent)), 1))
    return tuple(sorted(factors, key=repr))


def _sum(polys: Iterable[Poly]) -> Poly:
    return _collect(item for p in polys for item in p.items())


def _scaled(poly: Poly, factor: Rational) -> Poly:
    return {m: plain(c * factor) for m, c in poly.items()} if factor else {}


def _product(left: Poly, right: Poly) -> Poly:
    return _collect((_times(a, b), c * k) for a, c in left.items() for b, k in right.items())


def _power(poly: Poly, power: int) -> Poly:
    found = ONE
    for _ in range(power):
        found = _product(found, poly)
    return found


def _inverse(mono: Monomial) -> Monomial:
    return tuple((a, -p) for a, p in mono)


def _as_base(poly: Poly) -> tuple[Atom, Rational]:
    """A sum as a positive rational times a base that has a leading coefficient of 1 or -1."""
    leading = _size(poly)
    return ("base", _key(_scaled(poly, Fraction(1) / leading))), leading


def _factored(value: Rational) -> dict[int, int]:
    """The exponents of the primes of a positive rational; a large one is kept in one piece."""
    found: dict[int, int] = {}
    for number, sign in ((value.numerator, 1), (value.denominator, -1)):
        for prime, times in (fmpz(number).factor() if number < MAX_FACTORED else [(number, 1)]):
            if prime != 1:
                found[int(prime)] = found.get(int(prime), 0) + sign * int(times)
    return dict(sorted(found.items()))


def _radical(value: Rational, power: Rational) -> Poly:
    """value**power (value > 0 unless the power is an integer): a rational times roots of primes, each below 1."""
    if power.denominator == 1:
        return {(): plain(Fraction(value) ** int(power))}
    outside = Fraction(1)
    roots: list[tuple[Atom, Rational]] = []
    for prime, times in _factored(value).items():
        exponent = times * power
        whole = exponent.numerator // exponent.denominator
        outside *= Fraction(prime) ** whole
        if exponent != whole:
            roots.append((("base", _key({(): prime})), exponent - whole))
    return {tuple(sorted(roots, key=repr)): plain(outside)}


def _number_under_root(atom: Atom) -> Rational | None:
    """The rational that a base consists of, or None."""
    match atom:
        case ("base", (((), number),)):
            return number if number > 0 else None
    return None


def _is_logarithm(mono: Monomial) -> bool:
    """Whether the monomial is a logarithm, and nothing else."""
    return len(mono) == 1 and mono[0][1] == 1 and mono[0][0][:2] == ("fn", "log")


def _spot(index: Index, bound: Mapping[Index, Spot]) -> Spot:
    """What an index is called in atoms; bound indices have names that no index can have, such as %1 or #0.0."""
    return bound.get(index, (index.name, index.dim.name))


def _spots(item: object) -> set[Spot]:
    """The indices that are free in an atom, a monomial or a key."""
    if not isinstance(item, tuple) or not item:
        return set()
    match item[0]:
        case "entry":
            return set(item[2])
        case "delta":
            return set(item[1:])
        case "sum" | "peak":
            return _spots(item[2]) - set(item[1])
    return set().union(*(_spots(part) for part in item)) if item else set()


def _height(item: object) -> int:
    """How deep sums and maxima are nested."""
    if not isinstance(item, tuple) or not item:
        return 0
    if item[0] in ("entry", "delta"):
        return 0
    own = 1 if item[0] in ("sum", "peak") else 0
    return own + max((_height(part) for part in item), default=0)


def _renamed_atom(atom: Atom, names: Mapping[Spot, Spot]) -> Atom:
    match atom[0]:
        case "entry":
            return (*atom[:2], tuple(names.get(s, s) for s in atom[2]))
        case "delta":
            return ("delta", *sorted(names.get(s, s) for s in atom[1:]))
        case "sum":
            return _canonical(_renamed(atom[2], names), set(atom[1]))
        case "peak":
            return _peak(atom[1][0], _renamed_poly(dict(atom[2]), names))
        case "exp" | "base":
            return (atom[0], _key(_renamed_poly(dict(atom[1]), names)))
        case "fn" if atom[1] == "Abs":
            return ("fn", "Abs", _sign_free(_renamed_poly(dict(atom[2]), names)))
        case "fn":
            return ("fn", atom[1], *(_key(_renamed_poly(dict(a), names)) for a in atom[2:]))
    return atom


def _renamed(mono: Monomial, names: Mapping[Spot, Spot]) -> Monomial:
    """Rename free indices; atoms that become equal are merged, and inner sums are put in order again."""
    renamed = ((_renamed_atom(a, names), p) for a, p in mono)
    return _times((), tuple((a, p) for a, p in renamed if a[0] != "delta" or a[1] != a[2]))


def _sign_free(poly: Poly) -> tuple[tuple[Monomial, Rational], ...]:
    """One key for p and -p: the first coefficient is positive."""
    key = _key(poly)
    return key if not key or key[0][1] > 0 else _key(_scaled(poly, -1))


def _size(poly: Poly) -> Rational:
    """The largest coefficient in absolute value; it does not depend on the names of indices."""
    return max((c if c > 0 else -c for c in poly.values()), key=Fraction)


def _renamed_poly(poly: Poly, names: Mapping[Spot, Spot]) -> Poly:
    return _collect((_renamed(m, names), c) for m, c in poly.items())


class _Normalizer:
    def __init__(self, positive: frozenset[str]) -> None:
        self.positive = positive
        self.count = 0

    def poly(self, term: Expr, bound: Mapping[Index, Spot]) -> Poly:
        match term:
            case Num(value):
                return {(): plain(value)} if value else {}
            case Const(name):
                return _atom(("const", name))
            case Var(name, integer):
                return _atom(("dim" if integer else "var", name))
            case Entry(Array(name, params, None), indices):
                label = f"{name}({', '.join(f'{p.name}:{p.dim.name}' for p in params)})"
                return _atom(("entry", label, tuple(_spot(i, bound) for i in indices)))
            case Delta(left, right):
                return ONE if left == right else _atom(("delta", *sorted(_spot(i, bound) for i in (left, right))))
            case Add(args):
                return _sum(self.poly(a, bound) for a in args)
            case Mul(args):
                return self.product([self.poly(a, bound) for a in args])
            case Pow(base, power):
                return self.power(self.poly(base, bound), power)
            case Fn(name, args):
                return self.function(name, [self.poly(a, bound) for a in args])
            case Sum(index, body):
                own = self.unique_spot(index.dim.name)
                return self.total(own, self.poly(body, {**bound, index: own}))
            case Peak(index, body):
                own = self.unique_spot(index.dim.name)
                return self.peak(own, self.poly(body, {**bound, index: own}))
            case Diff(body, wrt):
                return self.poly(derivative(body, wrt), bound)
        raise NotNormalizable(f"no normal form for {type(term).__name__}: {term}")

    def product(self, factors: list[Poly]) -> Poly:
        """The product; a sum that also occurs as a divisor or under a root is not multiplied out, but cancelled."""
        bases = {a for p in factors for m in p for a, q in m if a[0] == "base"}
        plain = [p for p in factors if len(p) < 2 or _as_base(p)[0] not in bases]
        found = ONE
        for p in plain:
            found = self.tidy(_product(found, p))
        for p in factors:
            if not any(p is q for q in plain):
                atom, scale = _as_base(p)
                found = self.tidy(_scaled(_product(found, _atom(atom)), scale))
        return found

    def tidy(self, poly: Poly) -> Poly:
        """Merge deltas, and open powers whose exponent has become an integer."""
        found: list[Poly] = []
        for mono, coefficient in poly.items():
            piece: Poly = {(): coefficient}
            for atom, power in self.merge_delta(mono):
                piece = _product(piece, self.opened(atom, power))
            found.append(piece)
        return _sum(found)

    def opened(self, atom: Atom, power: Rational) -> Poly:
        """Integer powers of bases (positive ones, for sums) and even ones of absolute values are worked out."""
        if power.denominator == 1:
            if atom[0] == "base" and (power > 0 or len(atom[1]) == 1):
                return self.power(dict(atom[1]), power)
            if atom[:2] == ("fn", "Abs") and power > 0 and power % 2 == 0 and len(atom[2]) <= MAX_SQUARED:
                return self.power(dict(atom[2]), power)
        if atom[0] == "base" and power > 1:
            whole = power.numerator // power.denominator
            return _product(self.power(dict(atom[1]), whole), _atom(atom, power - whole))
        if atom[0] == "exp" and power == 1 and any(_is_logarithm(m) for m, _ in atom[1]):
            return self.exponential(dict(atom[1]))
        number = _number_under_root(atom)
        if number is not None and not 0 < power < 1:
            whole = power.numerator // power.denominator
            return _scaled(_atom(atom, power - whole) if power != whole else ONE, Fraction(number) ** whole)
        return _atom(atom, power)

    def merge_delta(self, mono: Monomial) -> Monomial:
        """Under delta(i, j) write the smaller index for the larger one; delta**2 = delta."""
        for atom, power in mono:
            if atom[0] == "delta" and power > 0:
                small, large = atom[1:]
                rest, _ = _take(mono, atom)
                if large in _spots(rest) or power != 1:
                    return self.merge_delta(_times(_renamed(rest, {large: small}), ((atom, 1),)))
        return mono

    def power(self, poly: Poly, power: Rational) -> Poly:
        if power == 0:
            return ONE
        if abs(power.numerator) > MAX_POWER:
            raise NotNormalizable(f"an exponent beyond {MAX_POWER}: {power}")
        if power.denominator == 1 and power > 0:
            return self.tidy(_power(poly, int(power)))
        if not poly and power > 0:
            return {}
        if not poly:
            raise NotNormalizable("a negative power of zero")
        if len(poly) == 1:
            return self.tidy(self.monomial_power(*next(iter(poly.items())), power))
        common = self.positive_content(poly)
        inside = self.tidy(_collect((_times(m, _inverse(common)), c) for m, c in poly.items()))
        base = ("base", _key(_scaled(inside, Fraction(1) / _size(inside))))
        outside = self.tidy({_times((), tuple((a, p * power) for a, p in common)): 1})
        return _product(_product(_radical(_size(inside), power), outside), _atom(base, power))

    def monomial_power(self, mono: Monomial, coefficient: Rational, power: Rational) -> Poly:
        """Distribute the power over all factors (integer power) or over the positive ones (fractional)."""
        loose = {a for a, _ in mono if power.denominator == 1 or self.is_positive(a)}
        outside = _times((), tuple((a, p * power) for a, p in mono if a in loose))
        inner = tuple(f for f in mono if f[0] not in loose)
        if coefficient < 0 and power.denominator != 1:
            return _product({outside: 1}, _atom(("base", _key({inner: coefficient})), power))
        found = _product({outside: 1}, _radical(coefficient, power))
        return _product(found, _atom(("base", _key({inner: 1})), power)) if inner else found

    def is_positive(self, atom: Atom) -> bool:
        match atom[0]:
            case "exp" | "dim" | "const":
                return True
            case "var":
                return atom[1] in self.positive
            case "sum":
                return self.all_positive({atom[2]: 1})
            case "base":
                return self.all_positive(dict(atom[1]))
        return False

    def all_positive(self, poly: Poly) -> bool:
        return bool(poly) and all(c > 0 and all(self.is_positive(a) for a, _ in m) for m, c in poly.items())

    def function(self, name: str, args: list[Poly]) -> Poly:
        if name == "exp":
            return self.exponential(args[0])
        if name == "Abs":
            return self.absolute(args[0])
        if name == "log" and len(args[0]) == 1:
            return self.logarithm(*next(iter(args[0].items())))
        if name == "log" and args[0]:
            size = _size(args[0])
            return _sum([self.logarithm((), size), _atom(("fn", "log", _key(_scaled(args[0], Fraction(1) / size))))])
        return _atom(("fn", name, *(_key(a) for a in args)))

    def exponential(self, exponent: Poly) -> Poly:
        """exp(c*log(p) + q) = p**c * exp(q), for rational c; what is in a logarithm is positive."""
        rest = {m: c for m, c in exponent.items() if not _is_logarithm(m)}
        found: Poly = _atom(("exp", _key(rest))) if rest else ONE
        for mono, c in exponent.items():
            if mono not in rest:
                found = _product(found, self.power(dict(mono[0][0][2]), c))
        return self.tidy(found) if len(rest) < len(exponent) else found

    def logarithm(self, mono: Monomial, coefficient: Rational) -> Poly:
        """The logarithm of a product of positive factors is a sum; that of a rational is a sum over primes."""
        if coefficient <= 0 or not all(self.is_positive(a) for a, _ in mono):
            return _atom(("fn", "log", _key({mono: coefficient})))
        found = [_scaled(_atom(("fn", "log", _key({(): prime}))), times)
                 for prime, times in _factored(coefficient).items()]
        for atom, power in mono:
            inner = dict(atom[1]) if atom[0] == "exp" else _atom(("fn", "log", _key(_atom(atom))))
            if atom[0] == "base":
                inner = _atom(("fn", "log", atom[1])) if len(atom[1]) > 1 else self.logarithm(*atom[1][0])
            found.append(_scaled(inner, power))
        return _sum(found)

    def absolute(self, poly: Poly) -> Poly:
        if not poly or self.all_positive(poly):
            return poly
        if len(poly) == 1:
            ((mono, coefficient),) = poly.items()
            found: Poly = {(): coefficient if coefficient > 0 else -coefficient}
            for atom, power in mono:
                even = power.denominator == 1 and power % 2 == 0
                smooth = even or power.denominator != 1 or self.is_positive(atom) or atom[:2] == ("fn", "Abs")
                found = _product(found, _atom(atom if smooth else ("fn", "Abs", _key(_atom(atom))), power))
            return found
        common = self.positive_content(poly)
        size = _size(poly)
        inside = _collect((_times(m, _inverse(common)), Fraction(c) / size) for m, c in poly.items())
        return _product({common: size}, _atom(("fn", "Abs", _sign_free(inside))))

    def positive_content(self, poly: Poly) -> Monomial:
        """The largest monomial in positive atoms by which all monomials can be divided."""
        atoms = sorted({a for m in poly for a, _ in m if self.is_positive(a)}, key=repr)
        least = ((a, min(dict(m).get(a, 0) for m in poly)) for a in atoms)
        return tuple((a, p) for a, p in least if p)

    def peak(self, spot: Spot, poly: Poly) -> Poly:
        return _atom(_peak(spot, poly)) if any(spot in _spots(m) for m in poly) else poly

    def total(self, spot: Spot, poly: Poly) -> Poly:
        return self.tidy(_sum(_scaled(self.total_of(spot, m), c) for m, c in poly.items()))

    def total_of(self, spot: Spot, mono: Monomial) -> Poly:
        """The sum of one monomial: lift inner sums that depend on the index, resolve deltas, then split."""
        bound, factors = {spot}, []
        for atom, power in mono:
            if atom[0] == "sum" and power.denominator == 1 and power > 0 and spot in _spots(atom):
                for _ in range(int(power)):
                    names = {old: self.unique_spot(old[1]) for old in atom[1]}
                    bound |= set(names.values())
                    factors.append(_renamed(atom[2], names))
            else:
                factors.append(((atom, power),))
        whole: Monomial = ()
        for f in factors:
            whole = _times(whole, f)
        return self.components(*self.resolve(whole, bound))

    def unique_spot(self, dim: str) -> Spot:
        self.count += 1
        return (f"%{self.count}", dim)

    def resolve(self, mono: Monomial, bound: set[Spot]) -> tuple[Monomial, set[Spot]]:
        """Use sum_r delta(r, s) f(r) = f(s)."""
        for atom, power in mono:
            if atom[0] == "delta" and power > 0:
                for old, new in (atom[1:], atom[:0:-1]):
                    if old in bound:
                        rest, _ = _take(mono, atom)
                        return self.resolve(_times((), _renamed(rest, {old: new})), bound - {old})
        return mono, bound

    def components(self, mono: Monomial, bound: set[Spot]) -> Poly:
        """The product of the connected components of a multiple sum."""
        split = _split_exponentials(mono)
        found: Poly = {_times((), tuple(f for f in split if not _spots(f[0]) & bound)): 1}
        left = [f for f in split if _spots(f[0]) & bound]
        for spot in bound - set().union(*(_spots(f[0]) for f in left)):
            found = _product(found, _atom(("dim", spot[1])))
        while left:
            group = [left.pop()]
            reach = _spots(group[0][0]) & bound
            while near := [f for f in left if _spots(f[0]) & reach]:
                group += near
                left = [f for f in left if f not in near]
                reach |= set().union(*(_spots(f[0]) & bound for f in near))
            found = _product(found, _atom(_canonical(_times((), tuple(group)), reach)))
        return found


def _atom(atom: Atom, power: Rational = 1) -> Poly:
    return {((atom, plain(power)),): 1}


def _split_exponentials(mono: Monomial) -> Monomial:
    """exp(p + q + ...) as exp(p) exp(q) ..., so that sums over different indices come apart."""
    found: list[tuple[Atom, Rational]] = []
    for atom, power in mono:
        if atom[0] == "exp":
            found += [(("exp", (term,)), power) for term in atom[1]]
        else:
            found.append((atom, power))
    return tuple(found)


def _peak(spot: Spot, poly: Poly) -> Atom:
    """The largest value of a polynomial over one index, which is named by the height of what it ranges over."""
    name = (f"#{_height(_key(poly))}.0", spot[1])
    return ("peak", (name,), _key(_renamed_poly(poly, {spot: name})))


def _canonical(factors: Monomial, bound: set[Spot]) -> Atom:
    """The sum of a connected monomial, its bound indices named in the way that sorts first."""
    level = _height(factors)
    by_dim: dict[str, list[Spot]] = defaultdict(list)
    for spot in sorted(bound):
        by_dim[spot[1]].append(spot)
    best: tuple[str, Atom] | None = None
    for choice in product(*(permutations(by_dim[dim]) for dim in sorted(by_dim))):
        spots = [s for group in choice for s in group]
        names = {old: (f"#{level}.{k}", old[1]) for k, old in enumerate(spots)}
        atom = ("sum", tuple(sorted(names.values())), _renamed(factors, names))
        if best is None or repr(atom) < best[0]:
            best = (repr(atom), atom)
    if best is None:
        raise NotNormalizable("a sum over no index")
    return best[1]


def to_term(poly: Poly) -> Expr:
    """A term with this normal form, for polynomials without sums and array entries."""
    monomials = [mul(*_scalar_factors(mono, coefficient)) for mono, coefficient in _key(poly)]
    return add(*monomials)


def _scalar_factors(mono: Monomial, coefficient: Rational) -> list[Expr]:
    factors = [_raised(_scalar(atom), power) for atom, power in mono]
    return [Num(Fraction(coefficient)), *factors] if coefficient != 1 or not factors else factors


def _raised(term: Expr, power: Rational) -> Expr:
    return term if power == 1 else Pow(term, Fraction(power))


def _scalar(atom: Atom) -> Expr:
    match atom[0]:
        case "var" | "dim":
            return Var(atom[1], atom[0] == "dim")
        case "const":
            return Const(atom[1])
        case "exp":
            return Fn("exp", (to_term(dict(atom[1])),))
        case "base":
            return to_term(dict(atom[1]))
        case "fn":
            return Fn(atom[1], tuple(to_term(dict(a)) for a in atom[2:]))
    raise NotNormalizable(f"not a scalar: {atom[0]}")
