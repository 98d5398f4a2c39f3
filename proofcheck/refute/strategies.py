"""Where to look for counterexamples: configurations built so that a claim's own hypotheses hold.

A :class:`Plan` reads the hypotheses.  Bounds of a parameter give its range; an equation for a parameter is computed;
a bound on something homogeneous in an array (an entry, a norm, an inner product) is met by rescaling the array, and a
bound on ``v - w`` by making ``v`` from ``w``.  What is left is checked.  A :class:`Draft` is a raw configuration,
small enough for Hypothesis to draw and for a climber to change; ``Plan.express`` turns it into numbers.
An array that no hypothesis mentions is not bounded by anything, so that a hypothesis left out is noticed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, final

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from proofcheck.evaluate import NoValue, Values, evaluate, excess
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import (
    Add,
    Array,
    Delta,
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
    arrays,
    children,
    free_indices,
    rebuild,
    subterms,
    variables,
)

Floats = NDArray[np.float64]
Target = Array | Var

MARGIN = 1e-3  # distance from the ends of an open range, as a share of the range
SPAN = (-3.0, 1.5)  # decimal exponents of the distance from the end of a half-open range
HUGE_DIM = 6.0  # decimal exponent up to which a dimension goes that no array has
TOLERANCE = 1e-9

DIRECTIONS = ("axis", "each", "one", "zero")
PATTERNS = ("plain", "lone", "alternate")


@final
@dataclass(frozen=True)
class Rounding:
    """Round to so many significant decimal digits (of the largest entry), and stay a hair inside bounds.

    ``hair`` is the share of the bound that is left free, ``moved_hair`` the same for bounds on v - w.
    """

    digits: int | None = None
    hair: float = 0.0
    moved_hair: float = 0.0

    def near(self, data: Floats) -> Floats:
        """To the nearest."""
        step = self._step(data)
        return data if step is None else np.asarray(np.round(data / step) * step)

    def inward(self, data: Floats) -> Floats:
        """Towards zero, so that no norm grows."""
        step = self._step(data)
        return data if step is None else np.asarray(np.sign(data) * np.floor(abs(data) / step + 1e-7) * step)

    def _step(self, data: Floats) -> float | None:
        largest = float(np.max(abs(data), initial=0.0))
        if self.digits is None or not math.isfinite(largest) or largest == 0:
            return None
        return float(10.0 ** (math.floor(math.log10(largest) + 1e-9) + 1 - self.digits))


EXACT = Rounding()


@final
@dataclass(frozen=True)
class Range:
    """The range that the hypotheses state for a parameter; open ends are kept away from."""

    low: float | None
    high: float | None
    low_open: bool
    high_open: bool

    def place(self, share: float) -> float:
        """The point at a share in [0, 1] of the range, on a logarithmic scale where the range is unbounded."""
        if self.low is not None and self.high is not None:
            first, last = MARGIN * self.low_open, 1 - MARGIN * self.high_open
            return self.low + (self.high - self.low) * (first + (last - first) * share)
        if self.low is not None:
            return self.low + _away(share, self.low_open)
        if self.high is not None:
            return self.high - _away(share, self.high_open)
        return math.copysign(_away(abs(2 * share - 1), False), share - 0.5)

    def admits(self, value: float) -> bool:
        """Whether the value is in the range."""
        above = self.low is None or value > self.low or (value == self.low and not self.low_open)
        below = self.high is None or value < self.high or (value == self.high and not self.high_open)
        return above and below


def _away(share: float, is_open: bool) -> float:
    """A distance from an end: the end itself for small shares, then growing by powers of ten."""
    start = 0.0 if is_open else 0.1
    if share < start:
        return 0.0
    return float(10 ** (SPAN[0] + (SPAN[1] - SPAN[0]) * (share - start) / (1 - start)))


@final
@dataclass(frozen=True)
class Draft:
    """Raw: dimensions, a share in [0, 1] for each parameter, arrays (differences for moved ones)."""

    dims: Mapping[str, int]
    shares: Mapping[str, float]
    raw: Mapping[str, Floats]


@final
@dataclass(frozen=True)
class Moved:
    """``array`` is close to ``base``: only their difference is drawn."""

    array: Array
    base: Array
    difference: Array


@final
@dataclass(frozen=True)
class Scaling:
    """Rescale the target so that ``size``, homogeneous in it, is at most, at least or equal to ``limit``."""

    target: Target
    size: Expr
    limit: Expr
    degree: Fraction
    op: str  # "<=", ">=" or "="
    strict: bool = False

    def factor(self, values: Values, hair: float) -> Floats:
        """What to multiply the target with, along its own axes."""
        size, limit = evaluate(self.size, values), evaluate(self.limit, values)
        axes = tuple(dict.fromkeys((*size.axes, *limit.axes)))
        with np.errstate(all="ignore"):
            ratio = limit.along(axes) / size.along(axes)
            found = np.where(ratio > 0, abs(ratio), 0.0) ** float(1 / self.degree)
        found = np.where(np.isfinite(found), found, 1.0)
        room = hair + (1e-6 if self.strict else 0.0)
        if self.op == "<=":
            found = np.minimum(1.0, found * (1 - room))
        elif self.op == ">=":
            found = np.maximum(1.0, found * (1 + room))
        return self._on_target(axes, np.asarray(found))

    def _on_target(self, axes: tuple[Index, ...], found: Floats) -> Floats:
        own = _own_axes(self.target, self.size)
        worst = np.max if self.op == ">=" else np.min
        found = np.asarray(worst(found, axis=tuple(k for k, i in enumerate(axes) if i not in own)))
        left = [i for i in axes if i in own]
        order = [left.index(i) for i in own if i in left]
        return found.transpose(order)[tuple(slice(None) if i in left else np.newaxis for i in own)]


def _own_axes(target: Target, size: Expr) -> tuple[Index | None, ...]:
    """For each axis of the target the free index of ``size`` that runs along it, or None."""
    if isinstance(target, Var):
        return ()
    uses = [t.indices for t in subterms(size) if isinstance(t, Entry) and t.array == target]
    free = free_indices(size)
    own: list[Index | None] = []
    for position in range(len(target.params)):
        seen = {u[position] for u in uses}
        index = seen.pop() if len(seen) == 1 else None
        own.append(index if index in free and index not in own else None)
    return tuple(own)


def degree(term: Expr, target: Target) -> Fraction | None:
    """p with term(c * target) = c**p * term(target) for c > 0; None if there is none to be seen."""
    match term:
        case Entry(array, _):
            if array == target:
                return Fraction(1)
            return degree(array.body, target) if array.body is not None else Fraction(0)
        case Var():
            return Fraction(term == target)
        case Pow(base, power):
            inner = degree(base, target)
            return None if inner is None else inner * power
        case Mul(args):
            degrees = [degree(a, target) for a in args]
            return None if None in degrees else sum((d for d in degrees if d is not None), Fraction(0))
        case Add() | Sum() | Peak() | Fn("Abs" | "Max" | "Min"):
            found = {degree(c, target) for c in children(term)}
            return found.pop() if len(found) == 1 else None
        case Num() | Delta():
            return Fraction(0)
    return Fraction(0) if all(degree(c, target) == 0 for c in children(term)) else None


def _differences(rel: Rel) -> Iterator[tuple[Array, Array]]:
    for side in (rel.lhs, rel.rhs):
        for term in subterms(side):
            found = _as_difference(term)
            if found is not None:
                yield found[0].array, found[1].array


def _as_difference(term: Expr) -> tuple[Entry, Entry] | None:
    """v and w if the term is v - w for entries of two undefined arrays at the same indices."""
    match term:
        case (Add((Entry() as v, Mul((Num(minus), Entry() as w))))
              | Add((Mul((Num(minus), Entry() as w)), Entry() as v))):
            plain = v.array.body is None and w.array.body is None and v.array != w.array
            return (v, w) if minus == -1 and plain and v.indices == w.indices else None
    return None


def _in_differences(term: Expr, moved: Sequence[Moved]) -> Expr:
    """Write d for v - w, and for w - v (a sign that no bound on the size sees)."""
    found = _as_difference(term)
    if found is not None:
        for m in moved:
            if {found[0].array, found[1].array} == {m.array, m.base}:
                return Entry(m.difference, found[0].indices)
    parts = children(term)
    return rebuild(term, tuple(_in_differences(c, moved) for c in parts)) if parts else term


@final
@dataclass(frozen=True)
class Plan:
    """What to draw and how to make the hypotheses hold; build it with :func:`plan`."""

    hyps: tuple[Rel, ...]
    dims: tuple[Var, ...]
    shaping: frozenset[Var]  # dimensions over which an index runs
    scalars: tuple[Var, ...]
    ranges: Mapping[Var, Range]
    computed: tuple[tuple[Var, Expr], ...]
    raw: tuple[Array, ...]
    moved: tuple[Moved, ...]
    scalings: tuple[Scaling, ...]
    checked: tuple[Rel, ...] = field(default=())

    def express(self, draft: Draft, rounding: Rounding = EXACT) -> Values:
        """The numbers of a draft, after all projections."""
        dims = dict(draft.dims)
        scalars = {v.name: _rounded(self.ranges[v], draft.shares[v.name], rounding) for v in self.scalars}
        self.compute(dims, scalars, {})
        raw = {name: rounding.near(a) for name, a in draft.raw.items()}
        for scaling in self.scalings:
            self._scale(scaling, dims, scalars, raw, rounding)
        arrays_ = self._assembled(raw)
        self.compute(dims, scalars, arrays_)
        return Values(dims, scalars, {a: b for a, b in arrays_.items() if not a.startswith("%")})

    def compute(self, dims: dict[str, int], scalars: dict[str, float], known: Mapping[str, Floats]) -> None:
        """Parameters given by equations, as far as what they depend on is known."""
        for var, term in self.computed:
            try:
                value = float(evaluate(term, Values(dims, scalars, known)).data)
            except NoValue:
                continue
            if not var.integer:
                scalars[var.name] = value
            elif math.isfinite(value):
                dims[var.name] = max(1, round(value))

    def _scale(self, scaling: Scaling, dims: Mapping[str, int], scalars: dict[str, float], raw: dict[str, Floats],
               rounding: Rounding) -> None:
        values = Values(dims, scalars, self._assembled(raw))
        name = scaling.target.name
        if isinstance(scaling.target, Var):
            value = np.asarray(scalars[name] * scaling.factor(values, rounding.hair))
            scalars[name] = float(rounding.inward(value) if scaling.op == "<=" else value)
            return
        if scaling.op == "=":
            raw[name] = np.where(raw[name] == 0, 1.0, raw[name]) if _entrywise(scaling) else raw[name]
            values = Values(dims, scalars, self._assembled(raw))
        away = any(m.difference == scaling.target for m in self.moved)
        factor = scaling.factor(values, rounding.moved_hair if away else rounding.hair)
        if scaling.op == "<=" and np.all(factor == 1):
            return
        moved = raw[name] * factor
        raw[name] = rounding.inward(moved) if scaling.op == "<=" else moved

    def _assembled(self, raw: Mapping[str, Floats]) -> dict[str, Floats]:
        found = dict(raw)
        for m in self.moved:
            found[m.array.name] = found[m.base.name] + found[m.difference.name]
        return found

    def failure(self, values: Values) -> float:
        """By how much the worst hypothesis fails; 0 if all hold up to rounding, nan if one is undefined."""
        found = 0.0
        for hyp in self.checked:
            over = excess(hyp, values)
            if not over <= TOLERANCE:
                found = over if math.isnan(over) else max(found, over)
        return found


def _entrywise(scaling: Scaling) -> bool:
    return None not in _own_axes(scaling.target, scaling.size)


def _rounded(allowed: Range, share: float, rounding: Rounding) -> float:
    value = np.asarray(allowed.place(share))
    for candidate in (rounding.near(value), rounding.inward(value)):
        if allowed.admits(float(candidate)):
            return float(candidate)
    return float(value)


def plan(hyps: tuple[Rel, ...], goal: Rel) -> Plan:
    """Read the hypotheses of a claim."""
    whole = (*hyps, goal)
    names = sorted(frozenset().union(*(variables(r) for r in whole)), key=lambda v: v.name)
    shaping = frozenset(_dims_of_indices(whole))
    computed = tuple((h.lhs, h.rhs) for h in hyps
                     if h.op == "=" and isinstance(h.lhs, Var)
                     and not free_indices(h.rhs) and h.lhs not in variables(h.rhs))
    given = {v for v, _ in computed}
    everything = sorted(frozenset().union(*(arrays(r) for r in whole)), key=lambda a: a.name)
    moved = _moved(hyps, everything)
    away = {m.array for m in moved}
    raw = tuple([a for a in everything if a not in away] + [m.difference for m in moved])
    ranges = _ranges(hyps)
    scalars = tuple(v for v in names if not v.integer and v not in given)
    dims = tuple(sorted(({v for v in names if v.integer} | shaping) - given, key=lambda v: v.name))
    scalings = _scalings(hyps, raw, [v for v in scalars if _may_shrink(ranges.get(v))], moved)
    ranges = {v: ranges.get(v, Range(None, None, False, False)) for v in (*scalars, *dims)}
    sure: set[Expr] = {v for v in scalars if v not in {t.target for t in scalings}}
    checked = tuple(h for h in hyps if h.op == "=" or not _is_range(h) or not ({h.lhs, h.rhs} & sure))
    return Plan(hyps, dims, shaping, scalars, ranges, computed, raw, moved, scalings, checked)


def _dims_of_indices(rels: Sequence[Rel]) -> Iterator[Var]:
    for rel in rels:
        yield from (i.dim for i in free_indices(rel))
        for term in (*subterms(rel.lhs), *subterms(rel.rhs)):
            match term:
                case Sum(index, _) | Peak(index, _):
                    yield index.dim
                case Entry(array, _):
                    yield from (p.dim for p in array.params)


def _ranges(hyps: tuple[Rel, ...]) -> dict[Var, Range]:
    return {v: Range(None if low is None else float(low), None if high is None else float(high), low_open, high_open)
            for v, (low, high, low_open, high_open) in bounds(hyps).items()}


def _may_shrink(allowed: Range | None) -> bool:
    return allowed is not None and allowed.low == 0


def _moved(hyps: tuple[Rel, ...], everything: Sequence[Array]) -> tuple[Moved, ...]:
    """Pairs v, w with a bound on v - w; v is the one with fewer other hypotheses."""
    uses = {a: sum(a in arrays(h) for h in hyps) for a in everything}
    found: dict[Array, Moved] = {}
    for hyp in hyps:
        for first, second in _differences(hyp):
            away, base = (second, first) if uses[second] < uses[first] else (first, second)
            if hyp.op != "=" and away not in found and base not in found:
                found[away] = Moved(away, base, Array(f"%{away.name}", away.params))
    return tuple(m for m in found.values() if m.base not in found)


def _scalings(hyps: tuple[Rel, ...], raw: Sequence[Array], scalars: Sequence[Var], moved: Sequence[Moved]
              ) -> tuple[Scaling, ...]:
    """One rescaling for each hypothesis that one can serve; those about a single array come first."""
    found: list[tuple[int, int, Scaling]] = []
    taken: dict[Target, int] = {}
    rewritten = [Rel(h.op, _in_differences(h.lhs, moved), _in_differences(h.rhs, moved)) for h in hyps]
    for count, rel in sorted(enumerate(rewritten), key=lambda item: (len(arrays(item[1])), item[0])):
        if isinstance(rel.lhs, Var) and rel.op == "=":
            continue
        alone: list[Target] = [v for v in scalars if v in variables(rel)] if not arrays(rel) else []
        options: list[Target] = [a for a in raw if a in arrays(rel)] or alone
        ways = [s for t in options if (s := _scaling(rel, t)) is not None]
        if ways and not _is_range(rel):
            best = min(ways, key=lambda s: (taken.get(s.target, 0), s.target.name))
            taken[best.target] = taken.get(best.target, 0) + 1
            found.append((0 if isinstance(best.target, Var) else len(arrays(rel)), count, best))
    return tuple(s for _, _, s in sorted(found, key=lambda item: item[:2]))


def _is_range(rel: Rel) -> bool:
    return any(isinstance(a, Var) and isinstance(b, Num) for a, b in ((rel.lhs, rel.rhs), (rel.rhs, rel.lhs)))


def _scaling(rel: Rel, target: Target) -> Scaling | None:
    low, high = degree(rel.lhs, target), degree(rel.rhs, target)
    if low is not None and low > 0 and high == 0:
        return Scaling(target, rel.lhs, rel.rhs, low, "=" if rel.op == "=" else "<=", rel.op == "<")
    if high is not None and high > 0 and low == 0:
        return Scaling(target, rel.rhs, rel.lhs, high, "=" if rel.op == "=" else ">=", rel.op == "<")
    return None


@final
@dataclass(frozen=True)
class Sizes:
    """How large dimensions may be: all up to ``common``, and one of them up to ``longest``."""

    common: int
    longest: int


@st.composite
def drafts(draw: st.DrawFn, made: Plan, sizes: Sizes) -> Draft:
    """Raw configurations: sizes, one seed and a few knobs are drawn, NumPy fills the arrays."""
    dims = _draw_dims(draw, made, sizes)
    shares = {v.name: draw(st.floats(0, 1, allow_nan=False), label=v.name) for v in made.scalars}
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1), label="seed"))
    raw = {}
    shape_dims = _with_computed(made, dims, shares)
    for array in made.raw:
        shape = tuple(shape_dims[p.dim.name] for p in array.params)
        direction = draw(st.sampled_from(DIRECTIONS), label=f"{array.name} direction")
        pattern = draw(st.sampled_from(PATTERNS), label=f"{array.name} pattern")
        level = draw(st.booleans(), label=f"{array.name} level")
        scale = 10 ** draw(st.floats(-1.5, 1.5, allow_nan=False), label=f"{array.name} scale")
        raw[array.name] = scale * fill(rng, shape, direction, pattern, level)
    return Draft(dims, shares, raw)


def _draw_dims(draw: st.DrawFn, made: Plan, sizes: Sizes) -> dict[str, int]:
    shaping = [v for v in made.dims if v in made.shaping]
    long = draw(st.sampled_from(shaping), label="longest") if shaping else None
    dims = {}
    for var in made.dims:
        low = max(1, math.ceil(made.ranges[var].low or 1))
        high = made.ranges[var].high
        top = (sizes.longest if var == long else sizes.common) if var in made.shaping else int(10**HUGE_DIM)
        top = max(low, min(top, math.floor(high) if high is not None else top))
        if var in made.shaping:
            sizes_ = st.integers(low, top)
            dims[var.name] = draw(st.just(top) | sizes_ if var == long else sizes_, label=var.name)
        else:
            share = draw(st.floats(0, 1, allow_nan=False), label=var.name)
            dims[var.name] = min(top, max(low, round(low * (top / low) ** share)))
    return dims


def _with_computed(made: Plan, dims: dict[str, int], shares: Mapping[str, float]) -> dict[str, int]:
    full = dict(dims)
    scalars = {v.name: made.ranges[v].place(shares[v.name]) for v in made.scalars}
    made.compute(full, scalars, {})
    return full


def fill(rng: np.random.Generator, shape: tuple[int, ...], direction: str, pattern: str, level: bool) -> Floats:
    """An array of columns (the first axis holds coordinates): random or hostile.

    ``direction``: every column its own Gaussian, one Gaussian for all, the first axis, or zero.  ``pattern``: signs
    as drawn, the first column against all others, or alternating.  ``level``: all columns equally long.
    """
    rows, columns = (shape[0], math.prod(shape[1:])) if len(shape) > 1 else (1, math.prod(shape))
    match direction:
        case "each":
            found = rng.standard_normal((rows, columns))
        case "one":
            found = np.repeat(rng.standard_normal((rows, 1)), columns, axis=1)
        case "axis":
            found = np.zeros((rows, columns))
            found[0] = 1.0 if level else rng.standard_normal(columns)
        case _:
            found = np.zeros((rows, columns))
    if pattern != "plain":
        lone = np.where(np.arange(columns) == 0, 1.0, -1.0)
        sign = lone if pattern == "lone" else (-1.0) ** np.arange(columns)
        found = found * np.sign(found[0] + (found[0] == 0)) * sign
    if level:
        length = np.linalg.norm(found, axis=0)
        found = found / np.where(length > 0, length, 1.0)
    return np.asarray(found.reshape(shape), dtype=float)


def rational(values: Values, computed: Sequence[Var]) -> tuple[dict[str, Fraction], dict[str, Any]]:
    """Parameters and arrays as short decimals; parameters that the kernel computes itself are left out."""
    left_out = {v.name for v in computed if not v.integer}
    scalars = {name: Fraction(size) for name, size in values.dims.items()}
    scalars |= {name: _decimal(value) for name, value in values.scalars.items() if name not in left_out}
    return scalars, {name: _nested(data) for name, data in values.arrays.items()}


def _decimal(value: float) -> Fraction:
    return Fraction(f"{float(value):.14g}")


def _nested(data: Any) -> Any:
    return [_nested(row) for row in data] if np.ndim(data) else _decimal(float(data))
