"""Values of terms on numbers: whole arrays at once, in float64, high precision, balls or rationals.

A term becomes an array whose axes are labelled by its free indices, so that formulas are evaluated as they are
written.  Nothing here is trusted: a number can witness a claim or suggest a counterexample, never decide it.
Values that overflow or are undefined come out as inf or nan and are reported as such.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any, final

import mpmath
import numpy as np
from flint import arb
from numpy.typing import NDArray

from proofcheck.kernel.intervals import ball
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
    free_indices,
    rename,
    subterms,
)

Data = NDArray[Any]
Axes = tuple[Index, ...]

SMALL = 2**13  # entries up to which a product is formed as a whole before it is summed
LARGE = 2**22  # entries from which a sum inside a product is distributed, and size of a block of perturbations
COMPLEX_STEP = 1e-30


class NoValue(ValueError):
    """The term has no value here; the message says what is missing."""


@final
@dataclass(frozen=True)
class Arithmetic:
    """How one kind of number is made and computed with; the functions take whole arrays."""

    name: str
    number: Callable[[Any], Any]
    pi: Callable[[], Any]
    functions: Mapping[str, Callable[..., Any]]
    root: Callable[[Data, int], Any]
    inverse: Callable[[Data], Any]
    larger: Callable[[Any, Any], Any]
    exact: bool = False  # comparisons are certain

    def array(self, value: Any) -> Data:
        """An array, also where NumPy hands back a bare number."""
        if isinstance(value, np.ndarray):
            return value
        if self.name in ("float64", "complex"):
            return np.asarray(value)
        box = np.empty((), dtype=object)
        box[()] = value
        return box

    def power(self, base: Data, exponent: Fraction) -> Data:
        """base**exponent by roots, repeated multiplication and inversion."""
        found = base if exponent.denominator == 1 else self.array(self.root(base, exponent.denominator))
        found = self.array(_whole(found, abs(exponent.numerator))) if exponent else self.ones(base.shape)
        return self.array(self.inverse(found)) if exponent < 0 else found

    def ones(self, shape: tuple[int, ...]) -> Data:
        """An array of ones."""
        return np.full(shape, self.number(1), dtype=None if self.name in ("float64", "complex") else object)

    def unit(self, size: int) -> Data:
        """The identity matrix."""
        if self.name in ("float64", "complex"):
            return np.eye(size)
        found = np.full((size, size), self.number(0), dtype=object)
        np.fill_diagonal(found, self.number(1))
        return found


def _whole(base: Data, power: int) -> Any:
    found, square = None, base
    while power:
        if power & 1:
            found = square if found is None else found * square
        power >>= 1
        square = square * square if power else square
    return found


def _each(f: Callable[..., Any], inputs: int = 1) -> Callable[..., Any]:
    """The function, entry by entry."""
    ufunc: Callable[..., Any] = np.frompyfunc(f, inputs, 1)
    return ufunc


def _real(f: Callable[..., float], inputs: int = 1) -> Callable[..., Any]:
    ufunc = np.frompyfunc(f, inputs, 1)
    return lambda *args: np.asarray(ufunc(*args)).astype(float)


def _where(inside: Any, value: Any) -> Any:
    return np.where(inside, value, np.nan)


_FLOAT = Arithmetic(
    "float64", float, lambda: math.pi,
    {"exp": np.exp, "log": np.log, "Abs": np.abs, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
     "erf": _real(math.erf), "erfc": _real(math.erfc), "Max": np.maximum, "Min": np.minimum,
     "geometric": lambda x: _where(abs(x) < 1, 1 / (1 - x))},
    lambda x, k: np.sqrt(x) if k == 2 else np.power(x, 1 / k), lambda x: 1 / x, np.maximum)


def _analytic(f: Callable[[Data], Data], slope: Callable[[Data], Data]) -> Callable[[Data], Data]:
    return lambda x: f(x.real) + 1j * x.imag * slope(x.real)


def _gauss(x: Data) -> Data:
    return np.asarray(2 / math.sqrt(math.pi) * np.exp(-x * x))


_COMPLEX = Arithmetic(
    "complex", complex, lambda: math.pi,
    {"exp": np.exp, "log": lambda x: _where(x.real > 0, np.log(x)), "Abs": lambda x: np.where(x.real < 0, -x, x),
     "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
     "erf": _analytic(_real(math.erf), _gauss), "erfc": _analytic(_real(math.erfc), lambda x: -_gauss(x)),
     "Max": lambda x, y: np.where(y.real > x.real, y, x), "Min": lambda x, y: np.where(y.real < x.real, y, x),
     "geometric": lambda x: _where(abs(x) < 1, 1 / (1 - x))},
    lambda x, k: _where(x.real >= 0, np.sqrt(x) if k == 2 else np.power(x, 1 / k)), lambda x: 1 / x,
    lambda x, y: np.where(y.real > x.real, y, x))


def _larger(x: Any, y: Any) -> Any:
    return x if x != x or x >= y else y


def _smaller(x: Any, y: Any) -> Any:
    return x if x != x or x <= y else y


def _mpf(value: Any) -> Any:
    return mpmath.mpf(value.numerator) / value.denominator if isinstance(value, Fraction) else mpmath.mpf(value)


def _mp_log(x: Any) -> Any:
    return mpmath.log(x) if x > 0 else (mpmath.ninf if x == 0 else mpmath.nan)


_MP = Arithmetic(
    "mpf", _mpf, lambda: +mpmath.pi,
    {"exp": _each(mpmath.exp), "log": _each(_mp_log), "Abs": np.abs, "sinh": _each(mpmath.sinh),
     "cosh": _each(mpmath.cosh), "tanh": _each(mpmath.tanh), "erf": _each(mpmath.erf), "erfc": _each(mpmath.erfc),
     "Max": _each(_larger, 2), "Min": _each(_smaller, 2),
     "geometric": _each(lambda x: 1 / (1 - x) if abs(x) < 1 else mpmath.nan)},
    _each(lambda x, k: mpmath.root(x, k) if x >= 0 else mpmath.nan, 2),
    _each(lambda x: 1 / x if x else mpmath.inf), _each(_larger, 2))


def _ball(value: Any) -> Any:
    return ball(Fraction(value)) if isinstance(value, (int, Fraction)) else arb(value)


_ARB = Arithmetic(
    "arb", _ball, lambda: arb.pi(),
    {"exp": _each(arb.exp), "log": _each(lambda x: x.log() if x > 0 else arb("nan")), "Abs": np.abs,
     "sinh": _each(arb.sinh), "cosh": _each(arb.cosh), "tanh": _each(arb.tanh), "erf": _each(arb.erf),
     "erfc": _each(arb.erfc), "Max": _each(arb.max, 2), "Min": _each(arb.min, 2),
     "geometric": _each(lambda x: 1 / (1 - x) if abs(x) < 1 else arb("nan"))},
    _each(lambda x, k: x.root(k) if x >= 0 else arb("nan"), 2), _each(lambda x: 1 / x), _each(arb.max, 2), exact=True)


def _exact_root(x: Fraction, k: int) -> Fraction:
    if x >= 0:
        top, bottom = round(x.numerator ** (1 / k)), round(x.denominator ** (1 / k))
        if top**k == x.numerator and bottom**k == x.denominator:
            return Fraction(top, bottom)
    raise NoValue(f"the root of order {k} of {x} is not rational; use balls or high precision")


def _exact_geometric(x: Fraction) -> Fraction:
    if abs(x) < 1:
        return 1 / (1 - x)
    raise NoValue(f"geometric({x}) does not converge")


def _exact_inverse(x: Fraction) -> Fraction:
    if x:
        return 1 / x
    raise NoValue("division by zero")


def _irrational() -> Any:
    raise NoValue("pi is not rational; use balls or high precision")


_EXACT = Arithmetic(
    "rational", Fraction, _irrational,
    {"Abs": np.abs, "Max": _each(max, 2), "Min": _each(min, 2), "geometric": _each(_exact_geometric)},
    _each(_exact_root, 2), _each(_exact_inverse), _each(max, 2), exact=True)


def _kind(samples: Iterable[Any]) -> Arithmetic:
    """The arithmetic of the given numbers; plain integers and rationals go along with every other kind."""
    found: set[str] = set()
    for x in samples:
        if isinstance(x, (complex, np.complexfloating)):
            found.add("complex")
        elif isinstance(x, (float, np.floating)):
            found.add("float64")
        elif isinstance(x, (Fraction, int, np.integer)):
            found.add("rational")
        else:
            found.add("mpf" if isinstance(x, mpmath.mpf) else "arb" if isinstance(x, arb) else type(x).__name__)
    for kind in (_ARB, _MP, _COMPLEX, _FLOAT, _EXACT):
        if kind.name in found:
            return kind
    return _FLOAT


def _samples(scalars: Mapping[str, Any], arrays: Mapping[str, Data]) -> Iterator[Any]:
    yield from scalars.values()
    for array in arrays.values():
        yield from np.asarray(array).flat[:1]


@final
@dataclass(frozen=True, eq=False)
class Values:
    """Numbers for the dimensions, the parameters and the undefined arrays (axes in the order of the array).

    All numbers are of one kind: float64, ``mpmath.mpf``, ``flint.arb`` or ``Fraction`` (object arrays for the last
    three).  The definitions evaluated so far are remembered here.
    """

    dims: Mapping[str, int]
    scalars: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, Data] = field(default_factory=dict)
    kind: Arithmetic | None = None
    extra: Mapping[str, Axes] = field(default_factory=dict, repr=False)  # arrays with further axes, at the end
    known: dict[Array, Labelled] = field(default_factory=dict, init=False, repr=False)

    @property
    def arithmetic(self) -> Arithmetic:
        """The kind of number in use."""
        if self.kind is None:
            object.__setattr__(self, "kind", _kind(_samples(self.scalars, self.arrays)))
        return self.kind or _FLOAT

    def size(self, dim: Var) -> int:
        """The value of a dimension; raises NoValue."""
        if dim.name not in self.dims:
            raise NoValue(f"no value for the dimension {dim.name}; given: {sorted(self.dims)}")
        return self.dims[dim.name]

    def shape(self, axes: Axes) -> tuple[int, ...]:
        """The sizes of some indices."""
        return tuple(self.size(i.dim) for i in axes)


@final
@dataclass(frozen=True, eq=False)
class Labelled:
    """An array with an index for each axis; an axis of length 1 may stand for any length."""

    axes: Axes
    data: Data

    def along(self, axes: Axes) -> Data:
        """The data with exactly these axes; length 1 where the value does not depend on the index."""
        order = [self.axes.index(i) for i in axes if i in self.axes]
        if len(order) != len(self.axes):
            raise NoValue(f"the value also depends on {sorted(i.name for i in set(self.axes) - set(axes))}")
        data = self.data.transpose(order)
        return data[tuple(slice(None) if i in self.axes else np.newaxis for i in axes)]

    def at(self, where: Mapping[Index, int]) -> Any:
        """The number at some values (from 1) of the indices."""
        return self.data[tuple(where[i] - 1 for i in self.axes)]


def evaluate(term: Expr, values: Values) -> Labelled:
    """The value of a term for all values of its free indices."""
    with np.errstate(all="ignore"):
        found = _Evaluation(values).value(term)
        return Labelled(found.axes, values.arithmetic.array(found.data))


class _Evaluation:
    """One walk over a term; with ``magnitude`` every summand counts by its absolute value."""

    def __init__(self, values: Values, magnitude: bool = False) -> None:
        self.values = values
        self.kind = values.arithmetic
        self.magnitude = magnitude
        self.known = {} if magnitude else values.known

    def value(self, term: Expr) -> Labelled:
        match term:
            case Num(number):
                return self.constant(self.kind.number(abs(number) if self.magnitude else number))
            case Entry() if term.array.body is not None:
                return self.relabel(self.definition(term.array), term.array.params, term.indices)
            case Add(args):
                return self.merge(lambda x, y: x + y, [self.value(a) for a in args])
            case Mul(args):
                return self.merge(lambda x, y: x * y, [self.value(a) for a in args])
            case Sum():
                return self.total(*_flat(term))
            case Fn("Abs", (inner,)) if self.magnitude:
                return self.value(inner)
        if self.magnitude:
            found = _Evaluation(self.values).value(term)
            return Labelled(found.axes, self.kind.array(self.kind.functions["Abs"](found.data)))
        return self.other(term)

    def other(self, term: Expr) -> Labelled:
        match term:
            case Const("pi"):
                return self.constant(self.kind.pi())
            case Var():
                return self.parameter(term)
            case Entry():
                return self.entry(term)
            case Delta(left, right):
                unit = self.kind.unit(self.values.size(left.dim))
                return Labelled((), self.kind.ones(())) if left == right else Labelled((left, right), unit)
            case Peak(index, body):
                return self.peak(index, self.value(body))
            case Pow(base, power):
                inner = self.value(base)
                return Labelled(inner.axes, self.kind.power(inner.data, power))
            case Fn(name, args):
                if name not in self.kind.functions:
                    raise NoValue(f"{name} is not rational; use balls, high precision or float64")
                return self.merge(self.kind.functions[name], [self.value(a) for a in args])
            case Diff(body, wrt):
                return _derivative(body, wrt, self.values)
        raise NoValue(f"cannot evaluate {type(term).__name__}")

    def constant(self, number: Any) -> Labelled:
        return Labelled((), self.kind.array(number))

    def parameter(self, var: Var) -> Labelled:
        if var.integer:
            return self.constant(self.kind.number(self.values.size(var)))
        if var.name not in self.values.scalars:
            raise NoValue(f"no value for the parameter {var.name}; given: {sorted(self.values.scalars)}")
        return self.constant(self.kind.number(self.values.scalars[var.name]))

    def entry(self, term: Entry) -> Labelled:
        name, params = term.array.name, term.array.params
        if name not in self.values.arrays:
            raise NoValue(f"no value for the array {name}; given: {sorted(self.values.arrays)}")
        data = np.asarray(self.values.arrays[name])
        more = self.values.extra.get(name, ())
        if data.shape != self.values.shape((*params, *more)):
            raise NoValue(f"array {name} has the shape {data.shape}, not {self.values.shape((*params, *more))}")
        return _diagonal((*term.indices, *more), data)

    def definition(self, array: Array) -> Labelled:
        """The value of an abbreviation, with its own parameters as axes, computed once."""
        if array not in self.known and array.body is not None:
            found = self.value(array.body)
            more = tuple(i for i in found.axes if i not in array.params)
            axes = (*array.params, *more)
            self.known[array] = Labelled(axes, np.broadcast_to(found.along(axes), self.values.shape(axes)))
        return self.known[array]

    def relabel(self, found: Labelled, params: Axes, indices: Axes) -> Labelled:
        return _diagonal((*indices, *found.axes[len(params):]), found.data)

    def merge(self, op: Callable[..., Any], parts: list[Labelled]) -> Labelled:
        """Apply an operation entry by entry, with broadcasting by label."""
        if len(parts) == 1:
            return Labelled(parts[0].axes, self.kind.array(op(parts[0].data)))
        return reduce(lambda a, b: self.merge_two(op, a, b), parts)

    def merge_two(self, op: Callable[..., Any], a: Labelled, b: Labelled) -> Labelled:
        if a.axes == b.axes or not b.axes or not a.axes:
            return Labelled(a.axes or b.axes, self.kind.array(op(a.data, b.data)))
        axes = a.axes + tuple(i for i in b.axes if i not in a.axes)
        return Labelled(axes, self.kind.array(op(a.along(axes), b.along(axes))))

    def peak(self, index: Index, inner: Labelled) -> Labelled:
        if index not in inner.axes:
            return inner
        axis = inner.axes.index(index)
        rows = np.moveaxis(inner.data, axis, 0)
        found = rows.max(axis=0) if self.kind.name == "float64" else reduce(self.kind.larger, rows)
        return Labelled(inner.axes[:axis] + inner.axes[axis + 1:], self.kind.array(found))

    def total(self, indices: Axes, factors: list[Expr]) -> Labelled:
        """The sum over some indices of a product."""
        indices, factors = _without_deltas(indices, factors)
        wide = self.too_wide(factors)
        if wide is not None:
            rest = [f for k, f in enumerate(factors) if k != wide]
            parts = [self.total(indices, [*_factors(part), *rest]) for part in _parts(factors[wide])]
            return self.merge(lambda x, y: x + y, parts)
        values = [self.value(f) for f in factors]
        used = {i for v in values for i in v.axes}
        scale = math.prod(self.values.size(i.dim) for i in indices if i not in used)
        found = self.contract([i for i in indices if i in used], values)
        return found if scale == 1 else Labelled(found.axes, self.kind.array(found.data * self.kind.number(scale)))

    def too_wide(self, factors: list[Expr]) -> int | None:
        """A factor p + q that would be a giant array although p and q are not."""
        for k, factor in enumerate(factors):
            if isinstance(factor, Add):
                own, parts = self.entries(factor), max(self.entries(a) for a in factor.args)
                if own > max(LARGE, parts):
                    return k
        return None

    def entries(self, term: Expr) -> int:
        return math.prod(self.values.shape(_free(term)))

    def contract(self, indices: list[Index], values: list[Labelled]) -> Labelled:
        used = {i for v in values for i in v.axes}
        whole = math.prod(self.values.size(i.dim) for i in used)
        if len(values) > 1 and whole > SMALL and self.kind.name in ("float64", "complex"):
            return self.einsum(indices, values)
        for index in indices:
            near = [v for v in values if index in v.axes]
            values = [v for v in values if index not in v.axes]
            product = self.merge(lambda x, y: x * y, near) if len(near) > 1 else near[0]
            axis = product.axes.index(index)
            summed = self.kind.array(product.data.sum(axis=axis))
            values.append(Labelled(product.axes[:axis] + product.axes[axis + 1:], summed))
        return self.merge(lambda x, y: x * y, values) if len(values) > 1 else values[0]

    def einsum(self, indices: list[Index], values: list[Labelled]) -> Labelled:
        used = list(dict.fromkeys(i for v in values for i in v.axes))
        letter = dict(zip(used, string.ascii_letters, strict=False))
        out = tuple(i for i in used if i not in indices)
        inputs = ",".join("".join(letter[i] for i in v.axes) for v in values)
        recipe = f"{inputs}->{''.join(letter[i] for i in out)}"
        return Labelled(out, np.asarray(np.einsum(recipe, *(v.data for v in values), optimize=True)))


def _flat(term: Sum) -> tuple[Axes, list[Expr]]:
    """Directly nested sums as one, and the factors of what is summed."""
    indices: Axes = (term.index,)
    body = term.body
    while isinstance(body, Sum) and body.index not in indices:
        indices, body = (*indices, body.index), body.body
    return indices, _factors(body)


def _factors(term: Expr) -> list[Expr]:
    return [f for a in term.args for f in _factors(a)] if isinstance(term, Mul) else [term]


def _parts(term: Expr) -> tuple[Expr, ...]:
    return term.args if isinstance(term, Add) else (term,)


def _without_deltas(indices: Axes, factors: list[Expr]) -> tuple[Axes, list[Expr]]:
    """Use sum_r delta(r, s) f(r) = f(s) instead of a large identity matrix."""
    for k, factor in enumerate(factors):
        if isinstance(factor, Delta) and factor.left != factor.right:
            for old, new in ((factor.left, factor.right), (factor.right, factor.left)):
                if old in indices:
                    rest = [rename(f, {old: new}) for f in (*factors[:k], *factors[k + 1:])]
                    left = tuple(i for i in indices if i != old)
                    return _without_deltas(left, rest or [Num(Fraction(1))])
    return indices, factors


def _diagonal(axes: Axes, data: Data) -> Labelled:
    """Label the axes; where an index occurs twice, take the diagonal."""
    while len(set(axes)) < len(axes):
        twice = next(i for i in axes if axes.count(i) > 1)
        first = axes.index(twice)
        second = axes.index(twice, first + 1)
        data = np.diagonal(data, axis1=first, axis2=second)
        axes = (*(i for k, i in enumerate(axes) if k not in (first, second)), twice)
    return Labelled(axes, data)


def _derivative(body: Expr, wrt: Entry | Var, values: Values) -> Labelled:
    """A partial derivative by perturbation: complex step in float64, central differences in high precision."""
    slope = {"float64": _complex_step, "mpf": _central}.get(values.arithmetic.name)
    if slope is None:
        raise NoValue(f"no numeric derivative in the arithmetic {values.arithmetic.name}; use float64 or mpf "
                      "(mpf for repeated derivatives)")
    if isinstance(wrt, Var):
        if wrt.name not in values.scalars:
            raise NoValue(f"no value of {wrt.name}")
        return slope(body, values, lambda v, step: replace(
            v, scalars={**v.scalars, wrt.name: v.scalars[wrt.name] + step}))
    if wrt.array.body is not None:
        raise NoValue(f"{wrt} is an abbreviation; derivatives are taken by undefined arrays")
    shape, batch = values.shape(wrt.array.params), _batch(wrt, values)
    pieces = _blocks(body, math.prod(shape), values)
    slopes = [slope(body, values, _perturbation(wrt, piece)) for piece in pieces]
    axes = tuple(i for i in slopes[0].axes if i != batch)
    outer = values.shape(axes)
    data = np.concatenate([np.broadcast_to(s.along((*axes, batch)), (*outer, len(piece)))
                           for s, piece in zip(slopes, pieces, strict=True)], axis=-1)
    return _diagonal((*axes, *wrt.indices), data.reshape(*outer, *shape))


def _batch(wrt: Entry, values: Values) -> Index:
    """The index of one more axis, along which the entries of an array are perturbed."""
    name = f"%{wrt.array.name}{len(values.extra.get(wrt.array.name, ()))}"
    return Index(name, Var(name, True))


def _blocks(body: Expr, entries: int, values: Values) -> list[range]:
    """The entries of an array, a block at a time, so that a block of perturbed values fits in memory."""
    sizes = [math.prod(values.shape(t.array.params)) for t in subterms(body) if isinstance(t, Entry)]
    step = max(1, LARGE // max([1, *sizes]))
    return [range(k, min(k + step, entries)) for k in range(0, entries, step)]


Perturb = Callable[[Values, Any], Values]


def _perturbation(wrt: Entry, block: range) -> Perturb:
    """Perturb each entry of the block by itself, along one more axis."""

    def perturbed(values: Values, step: Any) -> Values:
        name, batch = wrt.array.name, _batch(wrt, values)
        copies = np.repeat(np.asarray(values.arrays[name])[..., np.newaxis], len(block), axis=-1)
        places: Any = np.unravel_index(list(block), values.shape(wrt.array.params))
        places = (*places, ..., list(range(len(block))))
        copies[places] += step
        return replace(values, dims={**values.dims, batch.dim.name: len(block)}, arrays={**values.arrays, name: copies},
                       extra={**values.extra, name: (*values.extra.get(name, ()), batch)})

    return perturbed


def _complex_step(body: Expr, values: Values, perturb: Perturb) -> Labelled:
    if any(isinstance(t, Diff) for t in subterms(body)):
        raise NoValue("a repeated derivative needs high precision (mpf)")
    lifted = {name: np.asarray(a).astype(complex) for name, a in values.arrays.items()}
    moved = perturb(replace(values, arrays=lifted, kind=_COMPLEX), 1j * COMPLEX_STEP)
    found = _Evaluation(moved).value(body)
    return Labelled(found.axes, _COMPLEX.array(np.imag(found.data) / COMPLEX_STEP))


def _central(body: Expr, values: Values, perturb: Perturb) -> Labelled:
    """(f(x + h) - f(x - h)) / 2h at three times the precision, so that the error is below the last digit."""
    bits = mpmath.mp.prec
    with mpmath.workprec(3 * bits):
        step = mpmath.ldexp(1, -bits)
        up, down = (_Evaluation(perturb(values, h)).value(body) for h in (step, -step))
        data = (up.data - down.along(up.axes)) / (2 * step)
    return Labelled(up.axes, _MP.array(data))


@final
@dataclass(frozen=True)
class Slack:
    """How far a relation is from failing, at the worst values of its indices (counted from 1).

    ``slack`` is rhs - lhs, or -|lhs - rhs| for an equation.  ``ratio`` is above 1 exactly if an inequality fails
    (lhs/rhs where both are positive, infinite if no factor repairs it), and |lhs - rhs| / (|lhs| + |rhs|) for an
    equation; both are the worst over all indices.  ``defined`` is False as soon as one value is nan, and then
    ``at`` points to it.
    """

    lhs: Any
    rhs: Any
    slack: Any
    ratio: Any
    at: Mapping[str, int]
    defined: bool


@dataclass(frozen=True)
class _Sides:
    axes: Axes
    shape: tuple[int, ...]
    lhs: Data
    rhs: Data


@lru_cache(maxsize=4096)
def _free(item: Expr | Rel) -> Axes:
    return tuple(sorted(free_indices(item), key=lambda i: (i.name, i.dim.name)))


def _sides(rel: Rel, values: Values) -> _Sides:
    lhs, rhs = evaluate(rel.lhs, values), evaluate(rel.rhs, values)
    axes = _free(rel)
    shape = values.shape(axes)
    return _Sides(axes, shape, *(np.broadcast_to(side.along(axes), shape) for side in (lhs, rhs)))


def slack(rel: Rel, values: Values) -> Slack:
    """The worst slack of a relation over its free indices."""
    with np.errstate(all="ignore"):
        sides = _sides(rel, values)
        gap = values.arithmetic.array(sides.rhs - sides.lhs)
        gap = values.arithmetic.array(-abs(gap)) if rel.op == "=" else gap
        ratios = _ratios(rel.op, sides.lhs, sides.rhs)
    low = _ends(gap)
    worst = int(np.argmin(low)) if low.size else 0
    place = np.unravel_index(worst, sides.shape)
    at = {i.name: int(k) + 1 for i, k in zip(sides.axes, place, strict=True)}
    return Slack(sides.lhs[place], sides.rhs[place], gap[place], ratios, at, not np.isnan(low).any())


def _ends(gap: Data) -> NDArray[np.float64]:
    """Floats that order the entries; balls by their lower ends; nan stays nan."""
    if gap.dtype != object:
        return gap.astype(float)
    return np.array([float(g.lower()) if isinstance(g, arb) else float(g) for g in gap.flat]).reshape(gap.shape)


def _ratios(op: str, lhs: Data, rhs: Data) -> float:
    left, right = _middle(lhs), _middle(rhs)
    if op == "=":
        size = abs(left) + abs(right)
        return float(np.max(np.where(left == right, 0.0, abs(left - right) / size)))
    found = np.where(right > 0, left / right, np.where((left < 0) & (right < 0), right / left, np.inf))
    found = np.where((right == 0) & (left <= 0), np.where(left == 0, 1.0, 0.0), found)
    return float(np.max(np.where(np.isnan(left + right), np.nan, found)))


def _middle(data: Data) -> NDArray[np.float64]:
    return data.astype(float) if data.dtype != object else np.array(
        [float(x.mid()) if isinstance(x, arb) else float(x) for x in data.flat]).reshape(data.shape)


def excess(rel: Rel, values: Values) -> float:
    """By how much the relation fails at worst, between -1 and 1 and without units; nan if it is undefined.

    The largest (lhs - rhs) / (|lhs| + |rhs|), or |lhs - rhs| over the magnitude of the summands for an equation:
    positive exactly if the relation (with <= for <) fails.  Infinite values count as undefined.
    """
    with np.errstate(all="ignore"):
        sides = _sides(rel, values)
        left, right = _middle(sides.lhs), _middle(sides.rhs)
        if rel.op == "=":
            found = abs(left - right) / _middle(_room(rel, values, 1.0, sides))
        else:
            found = (left - right) / (abs(left) + abs(right))
        return float(np.max(np.where((left == right) & np.isfinite(left), 0.0, found)))


def holds(rel: Rel, values: Values, tolerance: float = 0.0) -> bool:
    """Whether the relation holds at all indices, up to a tolerance relative to the magnitude of the summands.

    Balls decide inequalities with certainty, and equations only in so far as the balls overlap.
    Undefined values never hold.
    """
    with np.errstate(all="ignore"):
        sides = _sides(rel, values)
        room = _room(rel, values, tolerance, sides) if tolerance else values.arithmetic.number(0)
        match rel.op:
            case "=" if values.arithmetic.name == "arb":
                gap = abs(values.arithmetic.array(sides.lhs - sides.rhs))
                good = np.array([bool(g.is_finite()) and not g > r for g, r in np.broadcast(gap, room)])
            case "=":
                good = abs(values.arithmetic.array(sides.lhs - sides.rhs)) <= room
            case "<=":
                good = sides.lhs <= sides.rhs + room
            case _:
                good = sides.lhs < sides.rhs + room
        return bool(np.all(good))


def _room(rel: Rel, values: Values, tolerance: float, sides: _Sides) -> Data:
    judge = _Evaluation(values, magnitude=True)
    sizes = [judge.value(side).along(sides.axes) for side in (rel.lhs, rel.rhs)]
    return values.arithmetic.array((sizes[0] + sizes[1]) * values.arithmetic.number(Fraction(tolerance)))
