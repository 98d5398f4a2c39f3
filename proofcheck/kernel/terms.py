"""Terms: the expressions and relations that claims are made of.

A term denotes a real number once the dimensions, the real parameters, the array entries and the free
indices have values.  Arrays may carry a definition (``alpha[i] := Sum(exp(...))``); the definition is
part of the array, so that two arrays are equal only if their definitions are.

Every object is immutable, compares by structure, and keeps what was written: nothing is simplified when
a term is built, so a statement is checked in the form in which it is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Union, final

Scalar = Union["Expr", int, Fraction]
REMEMBERED = 2**15  # terms whose definitions are kept written out

FUNCTIONS: dict[str, int] = {
    "exp": 1, "log": 1, "Abs": 1, "sinh": 1, "cosh": 1, "tanh": 1, "erf": 1, "erfc": 1, "geometric": 1,
    "Max": 2, "Min": 2,
}  # name -> number of arguments; geometric(x) is the sum of x**i over all i >= 0


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _need_name(name: object) -> None:
    _need(type(name) is str and name.removeprefix("%").isidentifier(), f"not a name: {name!r}")


def _need_terms(*items: object) -> None:
    """Terms of the classes below and nothing else: a foreign subclass could hide what it contains."""
    _need(all(type(t) in NODES for t in items), "the parts of a term must be terms")


class Expr:
    """Base of all terms; subclasses are final.  Operators build terms, comparisons build relations."""

    __slots__ = ("_hash",)
    _hash: int

    def _key(self) -> tuple[object, ...]:
        raise NotImplementedError

    def __hash__(self) -> int:
        try:
            return self._hash
        except AttributeError:
            object.__setattr__(self, "_hash", hash((type(self).__name__, self._key())))
            return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if type(self) is not type(other) or hash(self) != hash(other):
            return False
        return isinstance(other, Expr) and self._key() == other._key()

    def __add__(self, other: Scalar) -> Expr:
        return add(self, other)

    def __radd__(self, other: Scalar) -> Expr:
        return add(other, self)

    def __sub__(self, other: Scalar) -> Expr:
        return add(self, neg(other))

    def __rsub__(self, other: Scalar) -> Expr:
        return add(other, neg(self))

    def __mul__(self, other: Scalar) -> Expr:
        return mul(self, other)

    def __rmul__(self, other: Scalar) -> Expr:
        return mul(other, self)

    def __truediv__(self, other: Scalar) -> Expr:
        return mul(self, Pow(expr(other), Fraction(-1)))

    def __rtruediv__(self, other: Scalar) -> Expr:
        return mul(other, Pow(self, Fraction(-1)))

    def __pow__(self, power: int | Fraction) -> Expr:
        return Pow(self, Fraction(power))

    def __neg__(self) -> Expr:
        return neg(self)

    def __abs__(self) -> Expr:
        return Fn("Abs", (self,))

    def __le__(self, other: Scalar) -> Rel:
        return Rel("<=", self, expr(other))

    def __lt__(self, other: Scalar) -> Rel:
        return Rel("<", self, expr(other))

    def __ge__(self, other: Scalar) -> Rel:
        return Rel("<=", expr(other), self)

    def __gt__(self, other: Scalar) -> Rel:
        return Rel("<", expr(other), self)

    def __repr__(self) -> str:
        from proofcheck.kernel.text import to_text

        return to_text(self)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Num(Expr):
    """An exact rational number."""

    value: Fraction

    def __post_init__(self) -> None:
        _need(type(self.value) is Fraction, f"not an exact rational: {self.value!r}")

    def _key(self) -> tuple[object, ...]:
        return (self.value,)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Const(Expr):
    """A named real constant; only ``pi`` exists."""

    name: str

    def __post_init__(self) -> None:
        _need(self.name == "pi", f"unknown constant {self.name!r}")

    def _key(self) -> tuple[object, ...]:
        return (self.name,)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Var(Expr):
    """A real parameter; with ``integer`` it is a dimension, that is, an integer >= 1."""

    name: str
    integer: bool = False

    def __post_init__(self) -> None:
        _need_name(self.name)
        _need(type(self.integer) is bool and self.name not in ("pi", "E"), f"not a variable: {self.name!r}")

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.integer)


@final
@dataclass(frozen=True)
class Index:
    """An index that runs over 1..dim."""

    name: str
    dim: Var

    def __post_init__(self) -> None:
        _need_name(self.name)
        _need(type(self.dim) is Var and self.dim.integer, f"{self.name} must run over a dimension, not {self.dim!r}")


@final
@dataclass(frozen=True)
class Array:
    """An array of reals; with ``body`` it is an abbreviation for a term in the indices ``params``."""

    name: str
    params: tuple[Index, ...]
    body: Expr | None = None

    def __post_init__(self) -> None:
        _need_name(self.name)
        _need(type(self.params) is tuple and all(type(p) is Index for p in self.params), "parameters are indices")
        _need(len({p.name for p in self.params}) == len(self.params), f"{self.name} names a parameter twice")
        if self.body is not None:
            _need_terms(self.body)
            loose = free_indices(self.body) - set(self.params)
            _need(not loose, f"definition of {self.name} leaves {sorted(i.name for i in loose)} free")

    def __getitem__(self, indices: Index | tuple[Index, ...]) -> Entry:
        chosen = indices if isinstance(indices, tuple) else (indices,)
        return Entry(self, chosen)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Entry(Expr):
    """One entry of an array."""

    array: Array
    indices: tuple[Index, ...]

    def __post_init__(self) -> None:
        _need(type(self.array) is Array and type(self.indices) is tuple, "an entry has an array and indices")
        _need(all(type(i) is Index for i in self.indices)
              and [i.dim for i in self.indices] == [p.dim for p in self.array.params],
              f"{self.array.name} takes indices over {[p.dim.name for p in self.array.params]}, got {self.indices}")

    def _key(self) -> tuple[object, ...]:
        return (self.array, self.indices)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Delta(Expr):
    """Kronecker's delta of two indices over the same dimension."""

    left: Index
    right: Index

    def __post_init__(self) -> None:
        _need(type(self.left) is type(self.right) is Index and self.left.dim == self.right.dim,
              f"delta of two indices over one dimension, not {self.left} and {self.right}")

    def _key(self) -> tuple[object, ...]:
        return (self.left, self.right)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Sum(Expr):
    """The sum of ``body`` over all values of ``index``."""

    index: Index
    body: Expr

    def __post_init__(self) -> None:
        _need(type(self.index) is Index, f"not an index: {self.index!r}")
        _need_terms(self.body)

    def _key(self) -> tuple[object, ...]:
        return (self.index, self.body)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Peak(Expr):
    """The largest value of ``body`` over all values of ``index``."""

    index: Index
    body: Expr

    def __post_init__(self) -> None:
        _need(type(self.index) is Index, f"not an index: {self.index!r}")
        _need_terms(self.body)

    def _key(self) -> tuple[object, ...]:
        return (self.index, self.body)


def _flat(args: tuple[Expr, ...], kind: type) -> None:
    """Nested sums and products are not terms, so that text and terms correspond one to one."""
    _need(type(args) is tuple and len(args) >= 2 and not any(isinstance(a, kind) for a in args),
          f"{kind.__name__} takes at least two arguments of another kind")
    _need_terms(*args)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Add(Expr):
    """A sum of at least two terms, none of them a sum itself; use ``add``."""

    args: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _flat(self.args, Add)

    def _key(self) -> tuple[object, ...]:
        return self.args


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Mul(Expr):
    """A product of at least two factors, none of them a product itself; use ``mul``."""

    args: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _flat(self.args, Mul)

    def _key(self) -> tuple[object, ...]:
        return self.args


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Pow(Expr):
    """A rational power: base != 0 for negative, base >= 0 for fractional exponents."""

    base: Expr
    power: Fraction

    def __post_init__(self) -> None:
        _need_terms(self.base)
        _need(type(self.power) is Fraction, f"not an exact rational: {self.power!r}")

    def _key(self) -> tuple[object, ...]:
        return (self.base, self.power)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Fn(Expr):
    """One of the functions of ``FUNCTIONS``."""

    name: str
    args: tuple[Expr, ...]

    def __post_init__(self) -> None:
        _need(type(self.args) is tuple and FUNCTIONS.get(self.name) == len(self.args),
              f"{self.name} with {len(self.args)} arguments; known: {FUNCTIONS}")
        _need_terms(*self.args)

    def _key(self) -> tuple[object, ...]:
        return (self.name, self.args)


@final
@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Diff(Expr):
    """The partial derivative of ``body`` with respect to one undefined array entry or parameter."""

    body: Expr
    wrt: Entry | Var

    def __post_init__(self) -> None:
        _need_terms(self.body)
        _need(type(self.wrt) in (Var, Entry), f"cannot differentiate with respect to {self.wrt!r}")

    def _key(self) -> tuple[object, ...]:
        return (self.body, self.wrt)


@final
@dataclass(frozen=True)
class Rel:
    """``lhs op rhs`` with op one of <=, <, = ; its free indices are universally quantified."""

    op: str
    lhs: Expr
    rhs: Expr

    def __post_init__(self) -> None:
        _need(self.op in ("<=", "<", "="), f"unknown relation {self.op!r}; allowed: <=, <, =")
        _need_terms(self.lhs, self.rhs)

    def __bool__(self) -> bool:
        raise TypeError("a relation has no truth value; let the kernel decide it")

    def __repr__(self) -> str:
        from proofcheck.kernel.text import to_text

        return to_text(self)


NODES = frozenset((Num, Const, Var, Entry, Delta, Sum, Peak, Add, Mul, Pow, Fn, Diff))


def expr(value: Scalar) -> Expr:
    """The term for a number; floats are refused, because 0.1 is not 1/10."""
    if isinstance(value, Expr):
        return value
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Num(Fraction(value))
    raise TypeError(f"not an exact number or term: {value!r}")


def add(*terms: Scalar) -> Expr:
    """The sum, flattened one level; nothing else is simplified."""
    flat = [a for t in map(expr, terms) for a in (t.args if isinstance(t, Add) else (t,))]
    return flat[0] if len(flat) == 1 else (Add(tuple(flat)) if flat else Num(Fraction(0)))


def mul(*factors: Scalar) -> Expr:
    """The product, flattened one level; nothing else is simplified."""
    flat = [a for t in map(expr, factors) for a in (t.args if isinstance(t, Mul) else (t,))]
    return flat[0] if len(flat) == 1 else (Mul(tuple(flat)) if flat else Num(Fraction(1)))


def neg(value: Scalar) -> Expr:
    """Minus a term; a rational number stays a number."""
    term = expr(value)
    return Num(-term.value) if isinstance(term, Num) else mul(-1, term)


def eq(lhs: Scalar, rhs: Scalar) -> Rel:
    """The relation lhs = rhs (Python's == compares terms by structure)."""
    return Rel("=", expr(lhs), expr(rhs))


def exp(x: Scalar) -> Expr:
    """e**x."""
    return Fn("exp", (expr(x),))


def log(x: Scalar) -> Expr:
    """The natural logarithm."""
    return Fn("log", (expr(x),))


def sqrt(x: Scalar) -> Expr:
    """The square root, as the power 1/2."""
    return Pow(expr(x), Fraction(1, 2))


def sup(index: Index, body: Scalar) -> Expr:
    """The largest value over an index."""
    return Peak(index, expr(body))


def total(index: Index | tuple[Index, ...], body: Scalar) -> Expr:
    """The sum over one or several indices, the first one outermost."""
    indices = index if isinstance(index, tuple) else (index,)
    term = expr(body)
    for i in reversed(indices):
        term = Sum(i, term)
    return term


def define(name: str, params: tuple[Index, ...], body: Scalar) -> Array:
    """An array that abbreviates ``body``; raises ValueError if an index of the body is left free."""
    return Array(name, params, expr(body))


def children(term: Expr) -> tuple[Expr, ...]:
    """The direct subterms (a definition is not a subterm)."""
    match term:
        case Add(args) | Mul(args) | Fn(_, args):
            return args
        case Pow(base, _):
            return (base,)
        case Sum(_, body) | Peak(_, body):
            return (body,)
        case Diff(body, wrt):
            return (body, wrt)
        case _:
            return ()


def rebuild(term: Expr, parts: tuple[Expr, ...]) -> Expr:
    """The same node over new subterms; raises ValueError where a node would lose its meaning."""
    match term:
        case Add():
            return add(*parts)
        case Mul():
            return mul(*parts)
        case Fn(name, _):
            return Fn(name, parts)
        case Pow(_, power):
            return Pow(parts[0], power)
        case Sum(index, _):
            return Sum(index, parts[0])
        case Peak(index, _):
            return Peak(index, parts[0])
        case Diff():
            return Diff(*parts)  # type: ignore[arg-type]  # it checks what it is given
        case _:
            return term


def free_indices(term: Expr | Rel) -> frozenset[Index]:
    """The indices that are not bound by a sum or a maximum."""
    if isinstance(term, Rel):
        return free_indices(term.lhs) | free_indices(term.rhs)
    match term:
        case Entry(_, indices):
            return frozenset(indices)
        case Delta(left, right):
            return frozenset((left, right))
        case Sum(index, body) | Peak(index, body):
            return free_indices(body) - {index}
        case _:
            found: frozenset[Index] = frozenset()
            return found.union(*(free_indices(c) for c in children(term)))


def subterms(term: Expr) -> Iterator[Expr]:
    """The term and everything below it, definitions included."""
    yield term
    if isinstance(term, Entry) and term.array.body is not None:
        yield from subterms(term.array.body)
    for child in children(term):
        yield from subterms(child)


def variables(term: Expr | Rel) -> frozenset[Var]:
    """The real parameters and dimensions that the term depends on, ranges of sums included."""
    if isinstance(term, Rel):
        return variables(term.lhs) | variables(term.rhs)
    found = {t for t in subterms(term) if isinstance(t, Var)}
    found |= {t.index.dim for t in subterms(term) if isinstance(t, (Sum, Peak))}
    return frozenset(found)


def arrays(term: Expr | Rel) -> frozenset[Array]:
    """The undefined arrays that the term depends on."""
    if isinstance(term, Rel):
        return arrays(term.lhs) | arrays(term.rhs)
    return frozenset(t.array for t in subterms(term) if isinstance(t, Entry) and t.array.body is None)


def fresh(index: Index, taken: frozenset[Index] | set[Index]) -> Index:
    """An index over the same dimension whose name is not taken."""
    names = {i.name for i in taken}
    count = 1
    while f"{index.name}{count}" in names:
        count += 1
    return Index(f"{index.name}{count}", index.dim)


def rename(term: Expr, mapping: Mapping[Index, Index]) -> Expr:
    """Replace free indices, renaming bound ones where they would capture."""
    if any(old.dim != new.dim for old, new in mapping.items()):
        raise ValueError("an index can only be replaced by one over the same dimension")
    match term:
        case Entry(array, indices):
            return Entry(array, tuple(mapping.get(i, i) for i in indices))
        case Delta(left, right):
            return Delta(mapping.get(left, left), mapping.get(right, right))
        case Sum(index, body) | Peak(index, body):
            index, body = clear_binder(index, body, frozenset(mapping.values()))
            inner = {old: new for old, new in mapping.items() if old != index}
            return type(term)(index, rename(body, inner) if inner else body)
        case _:
            return rebuild(term, tuple(rename(c, mapping) for c in children(term)))


def substitute(term: Expr, mapping: Mapping[Expr, Expr]) -> Expr:
    """Replace parameters by terms, free of capture; raises ValueError where a derivative would change its meaning."""
    if term in mapping:
        return mapping[term]
    match term:
        case Diff(_, wrt) if wrt in mapping or any(depends(t, wrt) for t in mapping.values()):
            raise ValueError(f"write the derivative out before putting terms into {term}")
        case Sum(index, body) | Peak(index, body):
            incoming: frozenset[Index] = frozenset()
            incoming = incoming.union(*(free_indices(t) for t in mapping.values()))
            index, body = clear_binder(index, body, incoming)
            return type(term)(index, substitute(body, mapping))
        case _:
            return rebuild(term, tuple(substitute(c, mapping) for c in children(term)))


def depends(term: Expr, wrt: Entry | Var) -> bool:
    """Whether a parameter or another entry of the same array occurs in the term."""
    return wrt in variables(term) if isinstance(wrt, Var) else wrt.array in arrays(term)


def clear_binder(index: Index, body: Expr, incoming: frozenset[Index]) -> tuple[Index, Expr]:
    """Rename the index of a sum or maximum that would capture one of the incoming indices."""
    if index.name not in {i.name for i in incoming}:
        return index, body
    other = fresh(index, incoming | free_indices(body) | {index})
    return other, rename(body, {index: other})


@lru_cache(maxsize=REMEMBERED)
def expand(entry: Entry) -> Expr:
    """The definition of an entry, at its indices, one level deep; raises ValueError if there is none."""
    if entry.array.body is None:
        raise ValueError(f"{entry.array.name} has no definition")
    return place(entry.array.body, entry.array.params, entry.indices)


def place(body: Expr, params: tuple[Index, ...], indices: tuple[Index, ...]) -> Expr:
    """The body with the indices in place of the parameters."""
    # two steps, so that swapping indices (i, j) -> (j, i) cannot collide
    taken = set(params) | set(indices) | free_indices(body)
    middle: list[Index] = []
    for p in params:
        middle.append(fresh(p, taken | set(middle)))
    body = rename(body, dict(zip(params, middle, strict=True)))
    return rename(body, dict(zip(middle, indices, strict=True)))


@lru_cache(maxsize=REMEMBERED)
def unfold(term: Expr) -> Expr:
    """Replace every defined array entry by its definition, all the way down."""
    if isinstance(term, Entry) and term.array.body is not None:
        return unfold(expand(term))
    return rebuild(term, tuple(unfold(c) for c in children(term)))


def alike(left: Expr, right: Expr, pairs: tuple[tuple[Index, Index], ...] = ()) -> bool:
    """Structural equality up to the names of bound indices."""
    if type(left) is not type(right):
        return False
    match left, right:
        case (Sum(i, a), Sum(j, b)) | (Peak(i, a), Peak(j, b)):
            return i.dim == j.dim and alike(a, b, ((i, j), *pairs))
        case Entry(a, p), Entry(b, q):
            return a == b and len(p) == len(q) and all(_same_index(i, j, pairs) for i, j in zip(p, q, strict=True))
        case Delta(a, b), Delta(c, d):
            return _same_index(a, c, pairs) and _same_index(b, d, pairs)
        case (Num() | Const() | Var()), _:
            return left == right
        case Pow(_, p), Pow(_, q) if p != q:
            return False
        case Fn(f, _), Fn(g, _) if f != g:
            return False
    mine, theirs = children(left), children(right)
    return len(mine) == len(theirs) and all(alike(a, b, pairs) for a, b in zip(mine, theirs, strict=True))


def _same_index(i: Index, j: Index, pairs: tuple[tuple[Index, Index], ...]) -> bool:
    for a, b in pairs:
        if a == i or b == j:
            return a == i and b == j
    return i == j
