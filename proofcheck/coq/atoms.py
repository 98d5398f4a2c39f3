"""Polynomials in atoms, and how Coq reads them.

A polynomial is a dict {monomial: coefficient} and a monomial a sorted tuple of (atom, exponent), as in the kernel.  Atoms
are tuples: those of ``proofcheck.coq.terms`` without a sum or product inside, and ("exp", p), ("fn", name, p, ...),
("root", p), ("base", p) for divisors of several terms, ("sum", ((index, dimension), ...), monomial), ("peak", (index,
dimension), p), each with polynomials as sorted tuples.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from math import gcd, isqrt, lcm
from typing import Any

from proofcheck.coq.terms import NotExpressible, coq, identifier, number

Atom = tuple[Any, ...]
Mono = tuple[tuple[Atom, Fraction], ...]
Poly = dict[Mono, Fraction]
Key = tuple[tuple[Mono, Fraction], ...]
Binder = tuple[str, str]  # the name of an index and that of its dimension
Tree = tuple[Any, ...]  # ("poly", p), ("add" | "mul", tree, ...), ("pow", tree, whole exponent)
Names = Mapping[Any, str]  # variables that stand for atoms


def key(poly: Poly) -> Key:
    """The polynomial as a tuple."""
    return tuple(sorted(poly.items(), key=repr))


def collect(items: Iterable[tuple[Mono, Fraction]]) -> Poly:
    """The sum of monomials."""
    found: Poly = {}
    for mono, c in items:
        found[mono] = found.get(mono, Fraction(0)) + c
    return {m: c for m, c in found.items() if c}


def scaled(poly: Poly, c: Fraction) -> Poly:
    """The polynomial times a rational."""
    return {m: c * k for m, k in poly.items()} if c else {}


def atom(kind: Atom, power: Fraction | int = 1) -> Poly:
    """A power of an atom as a polynomial."""
    return {((kind, Fraction(power)),): Fraction(1)}


def ordered(powers: Mapping[Atom, Fraction]) -> Mono:
    """The monomial with these exponents."""
    return tuple(sorted(((a, p) for a, p in powers.items() if p), key=repr))


def times(left: Mono, right: Mono, merge: bool = True) -> Poly:
    """The product; if asked to, exponentials merge and squares of roots and absolute values are worked out."""
    powers: dict[Atom, Fraction] = {}
    exponent: Poly = {}
    for a, p in (*left, *right):
        if a[0] == "exp" and merge:
            exponent = collect((*exponent.items(), *scaled(dict(a[1]), p).items()))
        else:
            powers[a] = powers.get(a, Fraction(0)) + p
    if exponent:
        powers["exp", key(exponent)] = Fraction(1)
    extra: list[Poly] = []
    for a, p in list(powers.items()) if merge else ():
        if a[0] == "root" and abs(p) >= 2:
            whole = int(p / 2)
            powers[a] = p - 2 * whole
            extra.append(power(dict(a[1]), whole) if whole > 0 else atom(("base", a[1]), whole))
        elif a[:2] == ("fn", "Abs") and p >= 2:
            powers[a] = p % 2
            extra.append(power(dict(a[2]), int(p - p % 2)))
        elif a[0] == "base" and p > 0:
            powers[a] = Fraction(0)
            extra.append(power(dict(a[1]), int(p)))
        elif a[0] == "delta" and p > 1:
            powers[a] = Fraction(1)
    found: Poly = {ordered(powers): Fraction(1)}
    for e in extra:
        found = multiply(found, e, merge)
    return found


def multiply(left: Poly, right: Poly, merge: bool = True) -> Poly:
    """The product of two polynomials."""
    return collect((m, c * k * x) for a, c in left.items() for b, k in right.items()
                   for m, x in times(a, b, merge).items())


def power(poly: Poly, times_: int, merge: bool = True) -> Poly:
    """A whole power that is not negative."""
    found: Poly = {(): Fraction(1)}
    for _ in range(times_):
        found = multiply(found, poly, merge)
    return found


def single(poly: Poly) -> Mono:
    """The monomial that a polynomial is."""
    if list(poly.values()) != [1]:
        raise NotExpressible("a sum whose terms change under other names")
    return next(iter(poly))


def as_base(poly: Poly) -> tuple[Atom, Fraction]:
    """A sum as a positive rational times a base with largest coefficient 1 or -1."""
    size = max(abs(c) for c in poly.values())
    return ("base", key(scaled(poly, 1 / size))), size


def square_part(value: Fraction) -> tuple[Fraction, Fraction]:
    """A positive rational as the square of one times another one, without small squares."""
    inside, out = value.numerator * value.denominator, Fraction(1, value.denominator)
    if isqrt(inside) ** 2 == inside:
        return out * isqrt(inside), Fraction(1)
    for n in range(2, 100):
        while inside % (n * n) == 0:
            inside, out = inside // (n * n), out * n
    return out, Fraction(inside)


def common(values: Iterable[Fraction]) -> Fraction:
    """The largest rational of which all are whole multiples, with the sign of most."""
    items = list(values)
    below = lcm(*(v.denominator for v in items))
    size = Fraction(reduce(gcd, (int(v * below) for v in items)), below)
    return size if 2 * sum(v > 0 for v in items) >= len(items) else -size


def split_exponentials(mono: Mono) -> Mono:
    """exp(p + q + ...) as exp(p) exp(q) ..., so that sums over different indices come apart."""
    found: list[tuple[Atom, Fraction]] = []
    for a, p in mono:
        found += [(("exp", (t,)), p) for t in a[1]] if a[0] == "exp" else [(a, p)]
    return tuple(found)


def everything(mono: Mono) -> list[tuple[Atom, Fraction]]:
    """The atoms of a monomial with their exponents, those of divisors too."""
    found: list[tuple[Atom, Fraction]] = []
    for a, p in mono:
        found.append((a, p))
        if a[0] == "base":
            found += [x for m, _ in a[1] for x in everything(m)]
    return found


def atoms_of(polys: Iterable[Poly], inside: bool) -> list[Atom]:
    """All atoms; those that roots and absolute values are of too, if their squares are wanted."""
    found: dict[Atom, None] = {}

    def visit(items: Iterable[Mono]) -> None:
        for m in items:
            for a, _ in m:
                if a[0] == "base":
                    visit(n for n, _ in a[1])
                elif a not in found:
                    found[a] = None
                    if inside and (a[0] == "root" or a[:2] == ("fn", "Abs")):
                        visit(n for n, _ in a[-1])
    for p in polys:
        visit(p)
    return list(found)


def names(item: Any) -> frozenset[str]:
    """The indices that are free in an atom, a monomial or a key."""
    if not isinstance(item, tuple) or not item:
        return frozenset()
    match item[0]:
        case "entry":
            return frozenset(item[2])
        case "delta":
            return frozenset(item[1:])
        case "sum":
            return names(item[2]) - {n for n, _ in item[1]}
        case "peak":
            return names(item[2]) - {item[1][0]}
    return frozenset().union(*(names(part) for part in item))


def height(item: Any) -> int:
    """How deep sums and maxima are nested."""
    if not isinstance(item, tuple) or not item or item[0] in ("entry", "delta"):
        return 0
    return (item[0] in ("sum", "peak")) + max((height(part) for part in item), default=0)


def text(poly: Poly, z: Names | None = None) -> str:
    """The polynomial as Coq reads it."""
    parts = [mono_text(m, c, z) for m, c in key(poly)]
    return "0" if not parts else parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def mono_text(mono: Mono, c: Fraction = Fraction(1), z: Names | None = None) -> str:
    """The monomial times a rational."""
    parts = [number(c)] * (c != 1 or not mono) + [factor_text(a, p, z) for a, p in mono]
    return parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"


def factor_text(a: Atom, p: Fraction, z: Names | None = None) -> str:
    """A power of an atom."""
    if p.denominator == 2:
        base = z["half", a] if z is not None else f"(sqrt {atom_text(a)})"
    else:
        base = text(dict(a[1]), z) if a[0] == "base" else z[a] if z is not None else atom_text(a)
    whole = abs(p.numerator)
    shown = base if whole == 1 else f"({base} ^ {whole})"
    return shown if p > 0 else f"(/ {shown})"


def atom_text(a: Atom) -> str:
    """An atom as it is."""
    match a:
        case ("sum", binders, mono):
            return nested(binders, mono_text(mono))
        case ("peak", (name, dim), inner):
            return f"(bigmax (Z.to_nat {identifier('d', dim)}) (fun {identifier('i', name)} => {text(dict(inner))}))"
        case ("exp", inner):
            return f"(exp {text(dict(inner))})"
        case ("root", inner):
            return f"(sqrt {text(dict(inner))})"
        case ("fn", name, *args):
            return coq(("fn", name, *(("var", str(k)) for k in range(len(args)))),
                       {str(k): text(dict(q)) for k, q in enumerate(args)})
    return coq(a)


def nested(binders: Sequence[Binder], body: str) -> str:
    """A multiple sum, the first binder outermost."""
    for name, dim in reversed(binders):
        body = f"(bigsum (Z.to_nat {identifier('d', dim)}) (fun {identifier('i', name)} => {body}))"
    return body


def tree_text(tree: Tree, z: Names | None = None) -> str:
    """A tree as it stands, with nothing worked out."""
    match tree:
        case ("poly", poly):
            return text(poly, z)
        case ("add" | "mul" as kind, *parts):
            shown = [tree_text(t, z) for t in parts]
            return shown[0] if len(shown) == 1 else "(" + (" + " if kind == "add" else " * ").join(shown) + ")"
        case ("pow", inner, k):
            shown_ = tree_text(inner, z) if abs(k) == 1 else f"({tree_text(inner, z)} ^ {abs(k)})"
            return f"(/ {shown_})" if k < 0 else shown_
    raise NotExpressible(f"a tree {tree[0]}")


def leaves(tree: Tree) -> list[Poly]:
    """The polynomials in a tree."""
    return [tree[1]] if tree[0] == "poly" else [p for t in tree[1:] if isinstance(t, tuple) for p in leaves(t)]


def inverses(tree: Tree) -> list[Tree]:
    """What a tree divides by."""
    found = [tree[1]] if tree[0] == "pow" and tree[2] < 0 else []
    return found + ([] if tree[0] == "poly" else [p for t in tree[1:] if isinstance(t, tuple) for p in inverses(t)])


def opaque(tree: Tree) -> Poly | None:
    """The polynomial with exponentials as they are."""
    match tree:
        case ("poly", poly):
            return poly  # type: ignore[no-any-return]
        case ("add", *parts):
            found = [opaque(t) for t in parts]
            return None if None in found else collect(i for p in found if p is not None for i in p.items())
        case ("mul", *parts):
            whole: Poly | None = {(): Fraction(1)}
            for t in parts:
                more = opaque(t)
                whole = None if whole is None or more is None else multiply(whole, more, False)
            return whole
        case ("pow", inner, k):
            base = opaque(inner)
            if base is None or k >= 0:
                return None if base is None else power(base, k, False)
            if len(base) != 1:
                return None
            ((mono, c),) = base.items()
            return {tuple((a, p * k) for a, p in mono): c**k}
    return None
