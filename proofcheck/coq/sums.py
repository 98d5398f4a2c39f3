"""Equations between terms with arrays and sums of symbolic size: tactics that bring both sides to one normal form.

A polynomial is a dict {monomial: coefficient} and a monomial a sorted tuple of (atom, exponent), as in the kernel.  Every
step from a term to its polynomial comes with the tactics that prove it, made of the lemmas of ``sums.v`` and of equations
between fractions of polynomials in variables that stand for the atoms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import permutations, product
from math import gcd, isqrt, lcm
from typing import Any

from proofcheck.coq import statements
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, coq, identifier, number
from proofcheck.kernel.normal import NotNormalizable, is_zero
from proofcheck.kernel.signs import Facts
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
    Rel,
    Sum,
    Var,
    alike,
    arrays,
    children,
    expand,
    rebuild,
    rename,
    subterms,
    variables,
)

Lines = list[str]
Atom = tuple[Any, ...]
Mono = tuple[tuple[Atom, Fraction], ...]
Poly = dict[Mono, Fraction]
Key = tuple[tuple[Mono, Fraction], ...]
Binder = tuple[str, str]  # the name of an index and that of its dimension
Tree = tuple[Any, ...]  # ("poly", p), ("add" | "mul", tree, ...), ("pow", tree, whole exponent)
HALF = Fraction(1, 2)
SAME: Lines = ["reflexivity."]
MAX_POWER = 12


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
    return {m: c * k for m, k in poly.items()} if c else {}


def atom(kind: Atom, power: Fraction | int = 1) -> Poly:
    return {((kind, Fraction(power)),): Fraction(1)}


def ordered(powers: Mapping[Atom, Fraction]) -> Mono:
    return tuple(sorted(((a, p) for a, p in powers.items() if p), key=repr))


def times(left: Mono, right: Mono, merge: bool = True) -> Poly:
    """The product; unless it is only for show, exponentials merge and squares of roots and absolute values are worked out."""
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
    return collect((m, c * k * x) for a, c in left.items() for b, k in right.items()
                   for m, x in times(a, b, merge).items())


def power(poly: Poly, times_: int, merge: bool = True) -> Poly:
    found: Poly = {(): Fraction(1)}
    for _ in range(times_):
        found = multiply(found, poly, merge)
    return found


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


# --- as Coq reads them; ``z`` has names for atoms ---

Names = Mapping[Any, str]


def text(poly: Poly, z: Names | None = None) -> str:
    parts = [mono_text(m, c, z) for m, c in key(poly)]
    return "0" if not parts else parts[0] if len(parts) == 1 else f"({' + '.join(parts)})"


def mono_text(mono: Mono, c: Fraction = Fraction(1), z: Names | None = None) -> str:
    parts = [number(c)] * (c != 1 or not mono) + [factor_text(a, p, z) for a, p in mono]
    return parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"


def factor_text(a: Atom, p: Fraction, z: Names | None = None) -> str:
    if p.denominator == 2:
        base = z["half", a] if z is not None else f"(sqrt {atom_text(a)})"
    else:
        base = text(dict(a[1]), z) if a[0] == "base" else z[a] if z is not None else atom_text(a)
    whole = abs(p.numerator)
    shown = base if whole == 1 else f"({base} ^ {whole})"
    return shown if p > 0 else f"(/ {shown})"


def atom_text(a: Atom) -> str:
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
    for name, dim in reversed(binders):
        body = f"(bigsum (Z.to_nat {identifier('d', dim)}) (fun {identifier('i', name)} => {body}))"
    return body


def tree_text(tree: Tree, z: Names | None = None) -> str:
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
    return [tree[1]] if tree[0] == "poly" else [p for t in tree[1:] if isinstance(t, tuple) for p in leaves(t)]


def inverses(tree: Tree) -> list[Tree]:
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


def chain(middle: str, first: Lines, second: Lines) -> Lines:
    """Through a term in the middle."""
    if second == SAME or first == SAME:
        return first if second == SAME else second
    return [f"transitivity ({middle}).", "{", *first, "}", *second]


def congruence(function: str, proofs: Sequence[Lines]) -> Lines:
    """Part by part."""
    if all(p == SAME for p in proofs):
        return SAME
    if len(proofs) == 1:
        return proofs[0]
    return [f"apply (f_equal2 {function}).", "{", *congruence(function, proofs[:-1]), "}", "{", *proofs[-1], "}"]


def under(binders: Sequence[Binder], proof: Lines) -> Lines:
    """Inside sums."""
    if proof == SAME:
        return SAME
    return [*(f"apply bigsum_ext; intros {identifier('i', n)} H_{n}." for n, _ in binders), *proof]


class Sums:
    """Normal forms and their proofs, for parameters some of which are known to be positive."""

    def __init__(self, positive: frozenset[str]) -> None:
        self.positive = positive
        self.count = 0
        self.origins: dict[Atom, tuple[str, Lines]] = {}
        self.known: dict[Any, tuple[Poly, Lines]] = {}  # what atoms are under other names

    def fresh(self, letter: str) -> str:
        self.count += 1
        return f"{letter}{self.count}"

    # --- equations between polynomials ---

    def arith(self, tree: Tree, poly: Poly) -> Lines:
        """tree = poly, as an equation in variables for the atoms."""
        if tree_text(tree) == text(poly):
            return SAME
        plain = opaque(tree) == poly
        polys = [*leaves(tree), poly]
        found = atoms_of(polys, not plain)
        z: dict[Any, str] = {}
        values: list[str] = []
        facts: list[tuple[str, Lines, str]] = []  # what is given, why, and which variable goes

        def named(what: Any, value: str) -> str:
            z[what] = f"z{len(z)}"
            values.append(value)
            return z[what]

        every = [x for p in polys for m in p for x in everything(m)]
        halves = {a for a, q in every if q.denominator == 2}
        for a in found:
            named(a, atom_text(a))
            if a in halves:
                half = named(("half", a), f"(sqrt {atom_text(a)})")
                facts.append((f"{half} * {half} = {z[a]}", ["apply sqrt_sqrt; apply Rlt_le; spos."], z[a]))
        if not plain:
            facts += [self._relation(a, z) for a in found if a[0] in ("root", "delta") or a[:2] == ("fn", "Abs")]
        exps = [] if plain else [a for a in found if a[0] == "exp"]
        if len(exps) > 1 or any(q != 1 for a, q in every if a in exps):
            facts += self._exponents(exps, z, named)
        nonzero = [z["half", a] if a in halves else text(dict(a[1]), z) if a[0] == "base" else z[a]
                   for a, q in every if q < 0 or a in halves]
        nonzero += [tree_text(t, z) for t in inverses(tree)] + [z[u] for u in z if u[0] == "unit"]
        nonzero = list(dict.fromkeys(nonzero))
        shown = f"{tree_text(tree, z)} = {text(poly, z)}"
        given = [*(f[0] for f in facts), *(f"{t} <> 0" for t in nonzero)]
        used = " ".join(f"F{k}" for k, f in enumerate(facts) if not f[2])
        known = f" [{used}]" if used else ""
        fractions = bool(nonzero) or "/" in shown or any("/" in f[0] for f in facts)
        name = self.fresh("L")
        head = f"forall {' '.join(z.values())} : R, " if z else ""
        lines = [f"assert ({name} : {head}{''.join(f'{g} -> ' for g in given)}{shown}).", "{"]
        variables_ = [*z.values(), *(f"F{k}" for k in range(len(given)))]
        lines += [f"intros {' '.join(variables_)}."] if variables_ else []
        lines += [f"subst {f[2]}." for f in facts if f[2]]
        lines += [f"field{known}; repeat split; nonzero_product." if fractions else f"ring{known}.", "}",
                  f"apply ({' '.join([name, *values])})."]
        return [*lines, *(x for f in facts for x in ("{", *f[1], "}")), *(x for _ in nonzero for x in ("{", "apart_from_0.", "}"))]

    def _relation(self, a: Atom, z: Mapping[Any, str]) -> tuple[str, Lines, str]:
        """The square of an atom."""
        square = f"{z[a]} * {z[a]}"
        match a:
            case ("root", inner):
                return f"{square} = {text(dict(inner), z)}", self._square(a), ""
            case ("delta", *_):
                return f"{square} = {z[a]}", ["apply delta_twice."], ""
        inner = text(dict(a[2]), z)
        return f"{square} = {inner} * {inner}", ["apply abs_square."], ""

    def _exponents(self, exps: list[Atom], z: dict[Any, str], named: Any) -> list[tuple[str, Lines, str]]:
        """Each exponential as a product of powers of common ones."""
        scales: dict[Mono, list[Fraction]] = {}
        for a in exps:
            for m, c in a[1]:
                scales.setdefault(m, []).append(c)
        units = {m: _common(cs) for m, cs in scales.items()}
        for m, c in units.items():
            named(("unit", m), f"(exp {text({m: c})})")
        facts = []
        for a in exps:
            raised = [(m, int(c / units[m])) for m, c in a[1]]

            def shown(name: Any, items: list[tuple[Mono, int]] = raised) -> str:
                parts = [f"({name(m)} ^ {abs(k)})" for m, k in items]
                parts = [f"(/ {p})" if k < 0 else p for p, (_, k) in zip(parts, items, strict=True)]
                return parts[0] if len(parts) == 1 else f"({' * '.join(parts)})"
            facts.append((f"{z[a]} = {shown(lambda m: z['unit', m])}", ["exponents; first [reflexivity | ring | field; "
                          "repeat split; apart_from_0]."], z[a]))
        return facts

    def _square(self, a: Atom) -> Lines:
        told = self.origins.get(a)
        if told is None:
            return ["apply sqrt_sqrt; snn."]
        return ["apply sqrt_sqrt.", f"apply (nonneg_is {told[0]}).", "{", *told[1], "}", "snn."]

    # --- normal forms ---

    def norm(self, term: Expr) -> tuple[Poly, Lines]:
        """The polynomial and a proof that the term equals it; bound indices have names of their own."""
        match term:
            case Num(value):
                return ({(): value} if value else {}), SAME
            case Const():
                return atom(("pi",)), SAME
            case Entry(array, _) if array.body is not None:
                body = self.body(term)
                found, why = self.norm(body)
                return found, why if why == SAME else [f"change ({coq(as_tuple(body))} = {text(found)}).", *why]
            case Var() | Entry():
                return atom(as_tuple(term)), SAME
            case Delta(left, right):
                if left == right:
                    return {(): Fraction(1)}, ["apply delta_same."]
                i, j = sorted((left.name, right.name))
                return atom(("delta", i, j)), SAME if (i, j) == (left.name, right.name) else ["apply delta_sym."]
            case Add(args):
                return self._node("add", "Rplus", [self.norm(a) for a in args])
            case Mul(args):
                return self._node("mul", "Rmult", [self.norm(a) for a in args])
            case Pow(base, exponent):
                return self._power(term, base, exponent)
            case Fn(name, args):
                return self._function(name, [self.norm(a) for a in args])
            case Sum(index, body):
                inner, proof = self.norm(body)
                bound = (index.name, index.dim.name)
                found, why = self.total(bound, inner)
                return found, chain(nested([bound], text(inner)), under([bound], proof), why)
            case Peak(index, body):
                inner, proof = self.norm(body)
                name = f"n{height(key(inner))}_0"
                renamed, why = self.renamed(inner, {index.name: name})
                both = chain(text(inner), proof, why)
                lines = both if both == SAME else [f"apply bigmax_ext; intros {identifier('i', index.name)} H_{index.name}.", *both]
                if why != SAME:
                    raise NotExpressible("a maximum whose terms change their order")
                return atom(("peak", (name, index.dim.name), key(renamed))), lines
        raise NotExpressible(f"a {type(term).__name__}")

    def _node(self, kind: str, function: str, parts: list[tuple[Poly, Lines]]) -> tuple[Poly, Lines]:
        polys = [p for p, _ in parts]
        tree = (kind, *(("poly", p) for p in polys))
        found = collect(i for p in polys for i in p.items()) if kind == "add" else self._product(polys)
        return found, chain(tree_text(tree), congruence(function, [why for _, why in parts]), self.arith(tree, found))

    def _product(self, polys: list[Poly]) -> Poly:
        """The product; a sum that also occurs as a divisor is cancelled, not multiplied out."""
        bases = {a for p in polys for m in p for a, _ in m if a[0] == "base"}
        found: Poly = {(): Fraction(1)}
        late: list[Poly] = []
        for p in polys:
            if len(p) > 1 and any(_as_base(p)[0] == b for b in bases):
                base, size = _as_base(p)
                late.append({((base, Fraction(1)),): size})
            else:
                found = multiply(found, p)
        for p in late:
            ((mono, size),) = p.items()
            found = collect((m, c * size * x) for f, c in found.items() for m, x in times(f, mono).items())
        return found

    def _power(self, term: Expr, base: Expr, exponent: Fraction) -> tuple[Poly, Lines]:
        if exponent.denominator > 2 or abs(exponent) > MAX_POWER:
            raise NotExpressible(f"the power {exponent}")
        if exponent.denominator == 2:
            return self._roots(base, exponent)
        if isinstance(base, Pow) and base.power == HALF and exponent == 2:
            inner, why = self.norm(base.base)
            return inner, chain(coq(as_tuple(base.base)), ["apply pow2_sqrt; snn."], why)
        inner, why = self.norm(base)
        whole = int(exponent)
        found = power(inner, whole) if whole >= 0 else self._inverse(inner, -whole)
        shown = "z" if abs(whole) == 1 else f"(z ^ {abs(whole)})"
        context = f"(fun z : R => {shown if whole >= 0 else f'/ {shown}'})"
        tree = ("pow", ("poly", inner), whole)
        return found, chain(tree_text(tree), SAME if why == SAME else [f"apply (f_equal {context}).", *why],
                            self.arith(tree, found))

    def _inverse(self, poly: Poly, whole: int) -> Poly:
        if not poly:
            raise NotExpressible("a divisor that is 0")
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            return {m: x / c**whole for m, x in times((), tuple((a, -p * whole) for a, p in mono)).items()}
        content, base, size = self._content(poly)
        outside = times((), tuple((a, -p * whole) for a, p in content))
        return {m: x / size**whole for o, k in outside.items() for m, x in scaled(times(o, ((base, Fraction(-whole)),)), k).items()}

    def _content(self, poly: Poly) -> tuple[Mono, Atom, Fraction]:
        """The positive factors that all monomials share, what is left as a base, and its size."""
        shared = [a for a in sorted({a for m in poly for a, _ in m}, key=repr) if self.is_positive(a)]
        least = {a: min(dict(m).get(a, Fraction(0)) for m in poly) for a in shared}
        content = ordered(least)
        left = collect((m, c * k) for o, k in poly.items()
                       for m, c in times(o, tuple((a, -p) for a, p in content)).items())
        base, size = _as_base(left)
        return content, base, size

    def is_positive(self, a: Atom) -> bool:
        match a[0]:
            case "exp" | "dim" | "pi":
                return True
            case "var":
                return a[1] in self.positive
            case "sum":
                return self.all_positive({a[2]: Fraction(1)})
            case "base" | "root":
                return self.all_positive(dict(a[1]))
        return False

    def all_positive(self, poly: Poly) -> bool:
        return bool(poly) and all(c > 0 and all(self.is_positive(a) for a, _ in m) for m, c in poly.items())

    def _roots(self, base: Expr, exponent: Fraction) -> tuple[Poly, Lines]:
        inner, why = self.norm(base)
        k, left, proof = self._root(inner)
        outer = k if not left else multiply(k, atom(("root", key(left))))
        if left:
            self.origins.setdefault(("root", key(inner)), (coq(as_tuple(base)), why))
        whole = exponent.numerator
        found = power(outer, whole) if whole > 0 else self._inverse(outer, -whole)
        shown = "sqrt z" if abs(whole) == 1 else f"(sqrt z) ^ {abs(whole)}"
        context = f"(fun z : R => {shown if whole > 0 else f'/ ({shown})'})"
        first = SAME if why == SAME else [f"apply (f_equal {context}).", *why]
        step = ("pow", ("poly", outer), whole)
        outside = "z" if abs(whole) == 1 else f"z ^ {abs(whole)}"
        second = SAME if proof == SAME else [f"apply (f_equal (fun z : R => {outside if whole > 0 else f'/ ({outside})'})).", *proof]
        raw = f"(sqrt {text(inner)})" if abs(whole) == 1 else f"((sqrt {text(inner)}) ^ {abs(whole)})"
        raw = raw if whole > 0 else f"(/ {raw})"
        return found, chain(raw, first, chain(tree_text(step), second, self.arith(step, found)))

    def _root(self, poly: Poly) -> tuple[Poly, Poly, Lines]:
        """sqrt(poly) = k * sqrt(rest), rest empty for 1: k, rest and a proof."""
        if not poly:
            return {}, {}, ["apply sqrt_0."]
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            outside = ordered({a: p / 2 for a, p in mono if self.is_positive(a) and p.denominator == 1})
            rest = tuple(f for f in mono if not (self.is_positive(f[0]) and f[1].denominator == 1))
        else:
            content, base, c = self._content(poly)
            outside, rest = ordered({a: p / 2 for a, p in content}), ()
            left = dict(base[1])
        out, inside = _square_part(c) if c > 0 else (Fraction(1), c)
        k = {m: out * x for m, x in times((), outside).items()}
        left = {rest: inside} if len(poly) == 1 else scaled(left, inside)
        if left == {(): Fraction(1)}:
            tree: Tree = ("mul", ("poly", k), ("poly", k))
            return k, {}, ["apply sqrt_is; [snn|].", "symmetry.", *self.arith(tree, poly)]
        if k == {(): Fraction(1)}:
            return k, left, SAME
        tree = ("mul", ("mul", ("poly", k), ("poly", k)), ("poly", left))
        whole = multiply(k, atom(("root", key(left))))
        return k, left, [f"transitivity ({text(k)} * sqrt {text(left)}).", "{", "apply sqrt_times; [snn|].", "symmetry.",
                         *self.arith(tree, poly), "}", *self.arith(("mul", ("poly", k), ("poly", atom(("root", key(left))))), whole)]

    def _function(self, name: str, parts: list[tuple[Poly, Lines]]) -> tuple[Poly, Lines]:
        polys, proofs = [p for p, _ in parts], [why for _, why in parts]
        if len(parts) > 1:
            head = {"Max": "Rmax", "Min": "Rmin"}.get(name)
            if head is None:
                raise NotExpressible(f"the function {name}")
            return atom(("fn", name, *map(key, polys))), congruence(head, proofs)
        (poly,), (why,) = polys, proofs
        first = why if why == SAME else ["apply f_equal.", *why]
        if name == "exp":
            if not poly:
                return {(): Fraction(1)}, chain("exp 0", first, ["apply exp_0."])
            return atom(("exp", key(poly))), first
        if name == "Abs":
            found, second = self._absolute(poly)
            return found, chain(f"Rabs {text(poly)}", first, second)
        return atom(("fn", name, key(poly))), first

    def _absolute(self, poly: Poly) -> tuple[Poly, Lines]:
        if not poly:
            return {}, ["apply Rabs_R0."]
        if self.all_positive(poly):
            return poly, ["apply Rabs_pos_eq; apply Rlt_le; spos."]
        if len(poly) == 1:
            return self._absolute_product(*next(iter(poly.items())))
        content, base, size = self._content(poly)
        inside = dict(base[1])
        sign = 1 if key(inside)[0][1] > 0 else -1
        inside = scaled(inside, Fraction(sign))
        k = {content: size}
        z = atom(("fn", "Abs", key(inside)))
        found = multiply(k, z)
        side = ("mul", ("poly", k), ("poly", inside))
        tree = side if sign > 0 else ("mul", ("poly", {(): Fraction(-1)}), side)
        if k == {(): Fraction(1)} and sign > 0:
            return found, SAME
        return found, [f"transitivity ({text(k)} * Rabs {text(inside)}).", "{", "apply abs_times; [snn|].",
                       "left." if sign > 0 else "right.", "symmetry.", *self.arith(tree, poly), "}",
                       *self.arith(("mul", ("poly", k), ("poly", z)), found)]

    def _absolute_product(self, mono: Mono, c: Fraction) -> tuple[Poly, Lines]:
        """|c x y**2 ...| factor by factor."""
        trees: list[Poly] = []
        proofs: list[Lines] = []
        if c != 1 or not mono:
            trees.append({(): abs(c)})
            proofs.append([f"apply abs_is; [lra|{'left' if c > 0 else 'right'}; lra]."])
        for a, p in mono:
            smooth = p.denominator != 1 or p % 2 == 0 or self.is_positive(a) or a[:2] == ("fn", "Abs") or a[0] == "root"
            if smooth:
                trees.append({((a, p),): Fraction(1)})
                proofs.append(["apply Rabs_pos_eq; snn."])
            else:
                inner = dict(a[1]) if a[0] == "base" else atom(a)
                trees.append({((("fn", "Abs", key(inner)), p),): Fraction(1)})
                whole = abs(p.numerator)
                proofs.append([*["apply abs_inv."] * (p < 0), *["apply abs_pow."] * (whole > 1), "reflexivity."])
        found: Poly = {(): Fraction(1)}
        for t in trees:
            found = multiply(found, t)
        lines = proofs[0]
        for proof in proofs[1:]:
            lines = ["apply abs_mul.", "{", *lines, "}", "{", *proof, "}"]
        tree = ("mul", *(("poly", t) for t in trees))
        return found, chain(tree_text(tree), lines, self.arith(tree, found))

    # --- sums ---

    def total(self, bound: Binder, poly: Poly) -> tuple[Poly, Lines]:
        """The sum of a polynomial over one index."""
        items = key(poly)
        if not items:
            return {}, ["apply bigsum_zero."]
        parts = [self._total_of(bound, m, c) for m, c in items]
        tree = ("add", *(("poly", p) for p, _ in parts))
        found = collect(i for p, _ in parts for i in p.items())
        lines = parts[0][1]
        for _, proof in parts[1:]:
            lines = ["eapply eq_trans; [apply bigsum_plus|].", "apply (f_equal2 Rplus).", "{", *lines, "}", "{", *proof, "}"]
        return found, chain(tree_text(tree), lines, self.arith(tree, found))

    def _total_of(self, bound: Binder, mono: Mono, c: Fraction) -> tuple[Poly, Lines]:
        """The sum of one monomial: inner sums are drawn out, constants pulled out, deltas used."""
        name = bound[0]
        fixed: list[tuple[Atom, Fraction]] = []
        moving: list[tuple[Atom, Fraction]] = []
        inner: list[Atom] = []
        for a, p in split_exponentials(mono):
            if name not in names(a):
                fixed.append((a, p))
            elif a[0] == "sum" and p > 0 and p.denominator == 1:
                inner += [a] * int(p)
            else:
                moving.append((a, p))
        outside = scaled(times((), tuple(fixed)), c)
        ((m, _),) = times((), tuple(moving)).items()
        body: Tree = ("mul", ("poly", outside), _right([("poly", {m: Fraction(1)}), *(("poly", atom(a)) for a in inner)]))
        result, proof = self._drawn_out(bound, m, inner)
        final = ("mul", ("poly", outside), ("poly", result))
        found = multiply(outside, result)
        return found, chain(nested([bound], tree_text(body)), under([bound], self._back(mono, body, c)),
                            ["eapply eq_trans; [apply bigsum_scal|].",
                             *chain(tree_text(final), congruence("Rmult", [SAME, proof]), self.arith(final, found))])

    def _back(self, mono: Mono, tree: Tree, c: Fraction = Fraction(1)) -> Lines:
        """c*mono = tree."""
        lines = self.arith(tree, {mono: c})
        return lines if lines == SAME else ["symmetry.", *lines]

    def _drawn_out(self, bound: Binder, mono: Mono, inner: list[Atom]) -> tuple[Poly, Lines]:
        """sum (m * (s1 * (s2 ...))), the inner sums written as one multiple sum."""
        groups: list[tuple[tuple[Binder, ...], Mono]] = [((), mono)]
        proofs: list[Lines] = [SAME]
        for a in inner:
            fresh = {n: self.fresh("b") for n, _ in a[1]}
            new, why = self.renamed({a[2]: Fraction(1)}, fresh)
            groups.append((tuple((fresh[n], d) for n, d in a[1]), _single(new)))
            proofs.append(under(groups[-1][0], why))
        body: Poly = {(): Fraction(1)}
        for _, w in groups:
            body = multiply(body, {w: Fraction(1)})
        whole = _single(body)
        binders = tuple(b for bs, _ in groups for b in bs)
        found, proof = self._resolved((bound, *binders), whole)
        if not inner:
            return found, proof
        middle = tree_text(_right([("poly", {w: Fraction(1)}) if not bs else ("poly", atom(("sum", bs, w))) for bs, w in groups]))
        back = chain(middle, _congruence_right(proofs), ["symmetry.", *self._split(groups, whole)])
        return found, chain(nested([bound, *binders], mono_text(whole)), under([bound], back), proof)

    def _split(self, groups: Sequence[tuple[Sequence[Binder], Mono]], whole: Mono) -> Lines:
        """nested(all binders, whole) = g1 * (g2 * ...), each group with binders of its own."""
        every = [b for bs, _ in groups for b in bs]
        parts: list[Tree] = [("poly", {w: Fraction(1)}) for _, w in groups]
        lines = self._factored(groups)
        return chain(nested(every, tree_text(_right(parts))), under(every, self._back(whole, _right(parts))),
                     lines)

    def _factored(self, groups: Sequence[tuple[Sequence[Binder], Mono]]) -> Lines:
        """nested(b1 + rest, w1 * (w2 * ...)) = nested(b1, w1) * (nested(b2, w2) * ...)."""
        if len(groups) == 1:
            return SAME
        (first, w), rest = groups[0], groups[1:]
        others = [b for bs, _ in rest for b in bs]
        tail = tree_text(_right([("poly", {v: Fraction(1)}) for _, v in rest]))
        middle = nested(first, f"({mono_text(w)} * {nested(others, tail)})")
        lines = under(first, _pull(others))
        drawn = _pull(first, "bigsum_scal_r")
        after = f"({nested(first, mono_text(w))} * {nested(others, tail)})"
        inner = self._factored(rest)
        last = SAME if inner == SAME else ["apply (f_equal2 Rmult).", "{", "reflexivity.", "}", "{", *inner, "}"]
        return chain(middle, lines, chain(after, drawn, last))

    def _resolved(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """A multiple sum, with sum delta(i, j) f(j) = f(i) used as often as possible."""
        bound = dict(binders)
        for a, p in mono:
            if a[0] == "delta" and p == 1 and set(a[1:]) & set(bound):
                gone = a[2] if a[2] in bound else a[1]
                kept = a[1] if gone == a[2] else a[2]
                rest = tuple(b for b in binders if b[0] != gone)
                left = tuple(f for f in mono if f[0] != a)
                full = (*rest, (gone, bound[gone]))
                swap = self._permuted(binders, full, mono_text(mono))
                tree: Tree = ("mul", ("poly", {left: Fraction(1)}), ("poly", atom(a)))
                why = under(full, self._back(mono, tree))
                lemma = "bigsum_delta" if gone == a[2] else "bigsum_delta_r"
                function = f"(fun {identifier('i', gone)} : nat => {mono_text(left)})"
                change, proof = self.renamed({left: Fraction(1)}, {gone: kept})
                use = under(rest, [f"eapply eq_trans; [apply ({lemma} _ {identifier('i', kept)} {function}); assumption|].",
                                   "cbv beta.", *proof])
                found, last = self._again(rest, change)
                return found, chain(nested(full, mono_text(mono)), swap,
                                    chain(nested(full, tree_text(tree)), why, chain(nested(rest, text(change)), use, last)))
        return self._components(binders, mono)

    def _again(self, binders: tuple[Binder, ...], poly: Poly) -> tuple[Poly, Lines]:
        if not binders:
            return poly, SAME
        inner, proof = self._again(binders[1:], poly)
        found, why = self.total(binders[0], inner)
        return found, chain(nested(binders[:1], text(inner)), under(binders[:1], proof), why)

    def _components(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """The product of the connected parts of a multiple sum."""
        factors = split_exponentials(mono)
        bound = {n for n, _ in binders}
        fixed = tuple(f for f in factors if not names(f[0]) & bound)
        left = [f for f in factors if names(f[0]) & bound]
        groups: list[tuple[tuple[Binder, ...], Mono]] = []
        while left:
            group = [left.pop(0)]
            reach = names(group[0][0]) & bound
            while near := [f for f in left if names(f[0]) & reach]:
                group += near
                left = [f for f in left if f not in near]
                reach |= frozenset().union(*(names(f[0]) & bound for f in near))
            (w, _), = times((), tuple(group)).items()
            groups.append((tuple(b for b in binders if b[0] in reach), w))
        loose = [b for b in binders if not any(b in bs for bs, _ in groups)]
        groups += [((b,), ()) for b in loose]
        (k, _), = times((), fixed).items()
        whole = [((), k), *groups] if k else groups
        order = tuple(b for bs, _ in whole for b in bs)
        pieces = [self._canonical(bs, w) if bs else ({w: Fraction(1)}, SAME) for bs, w in whole]
        tree = _right([("poly", p) for p, _ in pieces])
        found: Poly = {(): Fraction(1)}
        for p, _ in pieces:
            found = multiply(found, p)
        swap = self._permuted(binders, order, mono_text(mono))
        split = self._split(whole, mono)
        parts = _right([("poly", atom(("sum", bs, w)) if bs else {w: Fraction(1)}) for bs, w in whole])
        each = _congruence_right([why for _, why in pieces])
        return found, chain(nested(order, mono_text(mono)), swap,
                            chain(tree_text(parts), split, chain(tree_text(tree), each, self.arith(tree, found))))

    def _canonical(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """One connected multiple sum with its binders in the order and under the names that sort first."""
        if not mono:
            return atom(("dim", binders[0][1])), ["apply bigsum_one; assumption."]
        level = height(mono)
        best: tuple[str, tuple[Binder, ...], dict[str, str], Mono] | None = None
        for order in _orders(binders):
            mapping = {n: f"n{level}_{k}" for k, (n, _) in enumerate(order)}
            changed = self.moved(mono, mapping)
            shown = repr(changed)
            if best is None or shown < best[0]:
                best = (shown, order, mapping, changed)
        if best is None:
            raise NotExpressible("a sum over no index")
        _, order, mapping, changed = best
        swap = self._permuted(binders, order, mono_text(mono))
        poly, why = self.renamed({mono: Fraction(1)}, mapping)
        if poly != {changed: Fraction(1)}:
            raise NotExpressible("a sum that changes when its indices are named")
        new = tuple((mapping[n], d) for n, d in order)
        made = atom(("sum", new, changed))
        return made, chain(nested(order, mono_text(mono)), swap, under(new, why))

    def _permuted(self, old: tuple[Binder, ...], new: tuple[Binder, ...], body: str) -> Lines:
        """nested(old, body) = nested(new, body), by swapping neighbours."""
        if old == new:
            return SAME
        now = list(old)
        steps: list[tuple[int, tuple[Binder, ...]]] = []
        for spot, wanted in enumerate(new):
            at = now.index(wanted)
            while at > spot:
                now[at - 1], now[at] = now[at], now[at - 1]
                at -= 1
                steps.append((at, tuple(now)))
        lines: Lines = []
        for at, order in steps:
            swap = [*(f"apply bigsum_ext; intros {identifier('i', n)} _." for n, _ in order[:at]), "apply bigsum_swap."]
            lines += [f"transitivity ({nested(order, body)}).", "{", *swap, "}"]
        return [*lines, "reflexivity."]

    # --- names of indices ---

    def moved(self, mono: Mono, mapping: Mapping[str, str]) -> Mono:
        """The monomial under other names; sums inside are put in order again."""
        return _single(self.renamed({mono: Fraction(1)}, mapping)[0])

    def renamed(self, poly: Poly, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        """The polynomial under other names, and a proof that it is the old one, which has the new names in the old order."""
        terms: list[Tree] = []
        proofs: list[Lines] = []
        found: Poly = {}
        for mono, c in key(poly):
            factors = [self._renamed_atom(a, mapping) for a, _ in mono]
            tree: list[Tree] = [("poly", {(): c})] if c != 1 or not mono else []
            whys: list[Lines] = [SAME] if c != 1 or not mono else []
            made: Poly = {(): c}
            for (_, p), (new, why) in zip(mono, factors, strict=True):
                raised = _raised(new, p)
                tree.append(("poly", raised))
                whys.append(why if why == SAME else [f"apply (f_equal (fun z : R => {_context(p)})).", *why])
                made = multiply(made, raised)
            terms.append(("mul", *tree))
            proofs.append(congruence("Rmult", whys))
            found = collect((*found.items(), *made.items()))
        if not terms:
            return {}, SAME
        whole = ("add", *terms)
        return found, chain(tree_text(whole), congruence("Rplus", proofs), self.arith(whole, found))

    def _renamed_atom(self, a: Atom, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        moving = {n: mapping[n] for n in names(a) if n in mapping}
        if not moving:
            return atom(a), SAME
        known = (a, frozenset(moving.items()))
        if known not in self.known:
            self.known[known] = self._renamed_anew(a, moving)
        return self.known[known]

    def _renamed_anew(self, a: Atom, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        match a:
            case ("entry", name, indices):
                return atom(("entry", name, tuple(mapping.get(i, i) for i in indices))), SAME
            case ("delta", left, right):
                i, j = mapping.get(left, left), mapping.get(right, right)
                if i == j:
                    return {(): Fraction(1)}, ["apply delta_same."]
                return atom(("delta", *sorted((i, j)))), SAME if i < j else ["apply delta_sym."]
            case ("exp", inner):
                new, why = self.renamed(dict(inner), mapping)
                if not new:
                    return {(): Fraction(1)}, chain("exp 0", why if why == SAME else ["apply f_equal.", *why], ["apply exp_0."])
                return atom(("exp", key(new))), why if why == SAME else ["apply f_equal.", *why]
            case ("root" | "base" as kind, inner):
                new, why = self.renamed(dict(inner), mapping)
                return atom((kind, key(new))), why if why == SAME or kind == "base" else ["apply f_equal.", *why]
            case ("fn", "Abs", inner):
                new, why = self.renamed(dict(inner), mapping)
                found, more = self._absolute(new)
                return found, chain(f"Rabs {text(new)}", why if why == SAME else ["apply f_equal.", *why], more)
            case ("fn", name, *args):
                parts = [self.renamed(dict(q), mapping) for q in args]
                return self._function(name, parts)
            case ("sum", binders, mono):
                new, why = self.renamed({mono: Fraction(1)}, mapping)
                found, more = self._canonical(binders, _single(new))
                return found, chain(nested(binders, text(new)), under(binders, why), more)
            case ("peak", (name, dim), inner):
                new, why = self.renamed(dict(inner), mapping)
                if why != SAME:
                    raise NotExpressible("a maximum whose terms change their order")
                return atom(("peak", (name, dim), key(new))), SAME
        raise NotExpressible(f"an atom {a[0]} under other names")


    # --- two terms ---

    def equal(self, left: Expr, right: Expr) -> Lines:
        """left = right: part by part where the parts are equal, else by normal forms."""
        if alike(left, right):
            return SAME
        for side, other in ((left, right), (right, left)):
            if isinstance(side, Entry) and side.array.body is not None:
                body = self.body(side)
                pair = (body, other) if side is left else (other, body)
                return [f"change ({coq(as_tuple(pair[0]))} = {coq(as_tuple(pair[1]))}).", *self.equal(*pair)]
        match left, right:
            case (Sum(i, a), Sum(j, b)) | (Peak(i, a), Peak(j, b)) if i.dim == j.dim:
                b = rename(b, {j: i})
                if self._agree([(a, b)]):
                    rule = "bigsum_ext" if isinstance(left, Sum) else "bigmax_ext"
                    return [f"apply {rule}; intros {identifier('i', i.name)} H_{i.name}.", *self.equal(a, b)]
            case (Fn(f, p), Fn(g, q)) if f == g and len(p) == 1 and self._agree([(p[0], q[0])]):
                return ["apply f_equal.", *self.equal(p[0], q[0])]
            case (Pow(a, p), Pow(b, q)) if p == q and self._agree([(a, b)]):
                return [f"apply (f_equal (fun z : R => {coq(('pow', ('var', 'z'), p), {'z': 'z'})})).", *self.equal(a, b)]
            case (Add(p), Add(q)) | (Mul(p), Mul(q)) if len(p) == len(q) and self._agree(list(zip(p, q, strict=True))):
                return congruence("Rplus" if isinstance(left, Add) else "Rmult",
                                  [self.equal(a, b) for a, b in zip(p, q, strict=True)])
        one, why = self.norm(left)
        two, because = self.norm(right)
        back = because if because == SAME else ["symmetry.", *because]
        return chain(text(one), why, chain(text(two), self.arith(("poly", one), two), back))

    def body(self, entry: Entry) -> Expr:
        """What an entry of an abbreviation is."""
        return self.apart(expand(entry))

    def apart(self, term: Expr) -> Expr:
        """The term with names of their own for all bound indices."""
        if isinstance(term, (Sum, Peak)):
            own = Index(self.fresh("b"), term.index.dim)
            return type(term)(own, self.apart(rename(term.body, {term.index: own})))
        return rebuild(term, tuple(self.apart(c) for c in children(term)))

    def _agree(self, pairs: list[tuple[Expr, Expr]]) -> bool:
        return all(alike(a, b) for a, b in pairs) or all(vanishes(a - b, self.positive) for a, b in pairs)


def vanishes(term: Expr, positive: frozenset[str]) -> bool:
    """Whether a term is 0, as the kernel decides it."""
    try:
        return is_zero(term, frozenset(Var(n) for n in positive))
    except NotNormalizable:
        return False


def equal(lhs: Expr, rhs: Expr, hyps: Sequence[Rel] = ()) -> Lines:
    """Tactics for lhs = rhs, with the hypotheses, the ranges of free indices and the sizes in Coq's context.

    Abbreviations are let-bound variables of the context and are put in where nothing less will do.
    """
    positive = frozenset(v.name for v in Facts(tuple(hyps)).positive if not v.integer)
    chosen = needed(lhs, rhs, positive)
    work = Sums(positive)
    left, right = (work.apart(opened(t, chosen)) for t in (lhs, rhs))
    return work.equal(left, right)


def tactics(goal: Rel, hyps: Sequence[Rel]) -> Lines:
    """Tactics for the literal theorem of ``statements.claimed``."""
    rels = (goal, *hyps)
    shorts = statements.abbreviating(statements.arrays_of(rels)[1])[1]
    bound = [b.split(" ")[0] for b in statements.binders(rels)]
    bound += [f"D_{v.name}" for v in statements.dimensions(rels)]
    for a in statements.arrays_of(rels)[1]:
        bound += [identifier("a", a.name), *([identifier("c", a.name)] if a.name in shorts else [])]
    bound += [f"G{k}" for k in range(len(hyps))]
    places = [n for i in statements.indices(goal) for n in (identifier("i", i.name), f"H_{i.name}")]
    count = len(conditions(("add", as_tuple(goal.lhs), as_tuple(goal.rhs)), shorts.__contains__))
    return [*([f"intros {' '.join(bound)}."] if bound else []),
            *(["repeat match goal with H : _ /\\ _ |- _ => destruct H end."] if hyps else []),
            *([f"intros {' '.join(places)}."] if places else []),
            *["split; [solve [is_defined]|]."] * count, *equal(goal.lhs, goal.rhs, hyps)]


def matter(goal: Rel, hyps: Sequence[Rel]) -> list[Rel]:
    """The hypotheses that can show a sign: those without sums, on nothing that the goal is not about."""
    about = {*variables(goal), *arrays(goal)}
    return [h for h in hyps if {*variables(h), *arrays(h)} <= about
            and not any(isinstance(t, (Sum, Peak, Diff, Entry)) and getattr(t, "array", None) not in about
                        for side in (h.lhs, h.rhs) for t in subterms(side))]


def needed(lhs: Expr, rhs: Expr, positive: frozenset[str]) -> frozenset[str]:
    """The abbreviations without whose bodies two terms are not known to be equal."""
    known = [a.name for a in statements.arrays_of([Rel("=", lhs, rhs)])[1]]

    def enough(names_: Iterable[str]) -> bool:
        return vanishes(opened(lhs - rhs, frozenset(names_)), positive)

    starts = (k for k in range(len(known), -1, -1) if enough(known[k:]))  # what uses others stands behind them
    start = next(starts, None)
    if start is None:
        raise NotExpressible("not equal by their normal forms")
    chosen = frozenset(known[start:])
    for name in known[start + 1:]:
        chosen -= {name} if enough(chosen - {name}) else set()
    return chosen


def opened(term: Expr, chosen: frozenset[str]) -> Expr:
    """The term in which only the chosen abbreviations have their bodies."""
    if isinstance(term, Entry):
        return Entry(_opened(term.array, chosen), term.indices)
    return rebuild(term, tuple(opened(c, chosen) for c in children(term)))


@lru_cache(maxsize=1000)
def _opened(array: Array, chosen: frozenset[str]) -> Array:
    body = array.body if array.name in chosen else None
    return Array(array.name, array.params, None if body is None else opened(body, chosen))


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


def _orders(binders: Sequence[Binder]) -> Iterator[tuple[Binder, ...]]:
    """The orders in which only indices over one dimension change their places."""
    by_dim = [[b for b in sorted(binders) if b[1] == dim] for dim in sorted({d for _, d in binders})]
    for choice in product(*map(permutations, by_dim)):
        yield tuple(b for group in choice for b in group)


def _single(poly: Poly) -> Mono:
    """The monomial that a polynomial is."""
    if list(poly.values()) != [1]:
        raise NotExpressible("a sum whose terms change under other names")
    return next(iter(poly))


def _as_base(poly: Poly) -> tuple[Atom, Fraction]:
    """A sum as a positive rational times a base with largest coefficient 1 or -1."""
    size = max(abs(c) for c in poly.values())
    return ("base", key(scaled(poly, 1 / size))), size


def _square_part(value: Fraction) -> tuple[Fraction, Fraction]:
    """A positive rational as the square of one times another one, without small squares."""
    inside, out = value.numerator * value.denominator, Fraction(1, value.denominator)
    if isqrt(inside) ** 2 == inside:
        return out * isqrt(inside), Fraction(1)
    for n in range(2, 100):
        while inside % (n * n) == 0:
            inside, out = inside // (n * n), out * n
    return out, Fraction(inside)


def _common(values: Iterable[Fraction]) -> Fraction:
    """The largest rational of which all are whole multiples, with the sign of most."""
    items = list(values)
    below = lcm(*(v.denominator for v in items))
    size = Fraction(reduce(gcd, (int(v * below) for v in items)), below)
    return size if 2 * sum(v > 0 for v in items) >= len(items) else -size


def _right(trees: Sequence[Tree]) -> Tree:
    """A product in the order a * (b * (c * ...))."""
    return trees[0] if len(trees) == 1 else ("mul", trees[0], _right(trees[1:]))


def _congruence_right(proofs: Sequence[Lines]) -> Lines:
    if all(p == SAME for p in proofs):
        return SAME
    if len(proofs) == 1:
        return proofs[0]
    return ["apply (f_equal2 Rmult).", "{", *proofs[0], "}", "{", *_congruence_right(proofs[1:]), "}"]


def _pull(binders: Sequence[Binder], lemma: str = "bigsum_scal") -> Lines:
    """A factor out of a multiple sum."""
    if not binders:
        return SAME
    if len(binders) == 1:
        return [f"apply {lemma}."]
    name = identifier("i", binders[0][0])
    return ["eapply eq_trans.", "{", f"eapply bigsum_ext; intros {name} _.", *_pull(binders[1:], lemma), "}", f"apply {lemma}."]


def _raised(poly: Poly, p: Fraction) -> Poly:
    """A power of an atom, or of what it has become."""
    if p == 1:
        return poly
    mono = _single(poly) if list(poly.values()) == [1] else None
    if mono is not None:
        return times((), tuple((a, q * p) for a, q in mono))
    if p > 0 and p.denominator == 1:
        return power(poly, int(p))
    raise NotExpressible("a power that changes under other names")


def _context(p: Fraction) -> str:
    root = "sqrt z" if p.denominator == 2 else "z"
    whole = abs(p.numerator)
    shown = root if whole == 1 else f"({root}) ^ {whole}"
    return shown if p > 0 else f"/ ({shown})"
