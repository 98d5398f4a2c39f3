"""Counterexamples: an explicit point at which all hypotheses hold and the conclusion fails.

The point is evaluated with balls, by plain loops over the indices; nothing is claimed unless the balls of the two
sides are disjoint, or the sides are equal by their normal form, where equality refutes a strict inequality.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from flint import arb

from proofcheck.kernel.intervals import ball, precision, whole_power
from proofcheck.kernel.normal import NotNormalizable, is_zero
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
    arrays,
    free_indices,
    substitute,
    subterms,
    variables,
)

Where = dict[Index, int]
Nested = Any  # nested lists of rationals, one level per index


class NoCounterexample(ValueError):
    """The point does not refute the claim; the message says which part fails."""


@dataclass(frozen=True)
class Point:
    """Values for the dimensions, the parameters and the arrays (nested lists, in the order of the indices).

    A parameter is a rational or a term without parameters, such as ``log(2)``; all else is rational.
    """

    scalars: Mapping[str, Fraction | Expr] = field(default_factory=dict)
    arrays: Mapping[str, Nested] = field(default_factory=dict)


@dataclass(frozen=True)
class Violation:
    """What the kernel found at the point: both sides as balls, and the indices at which it fails."""

    at: Mapping[str, int]
    lhs: str
    rhs: str
    margin: str


class Evaluator:
    """Values of terms at a point, as balls; parameters given by equations are computed from them."""

    def __init__(self, point: Point, hyps: tuple[Rel, ...] = ()) -> None:
        self.point = point
        self.cache: dict[tuple[Array, tuple[int, ...]], arb] = {}
        self.computed: dict[str, arb] = {}
        self.terms: dict[str, Expr] = {name: closed(value) for name, value in point.scalars.items()}
        self.checked = self.compute(hyps)

    def compute(self, hyps: tuple[Rel, ...]) -> tuple[Rel, ...]:
        """Give parameters that the point leaves open the values that equations among the hypotheses define.

        One equation is used up for each such parameter, and only if everything on its right side has a value
        already; all other hypotheses are returned, to be checked.
        """
        left = list(hyps)
        while (rule := next((h for h in left if self.defines(h)), None)) is not None:
            value = self.value(rule.rhs, {})
            if not value.is_finite():
                raise NoCounterexample(f"{rule} gives no finite value")
            self.computed[rule.lhs.name] = value  # type: ignore[attr-defined]
            self.terms[rule.lhs.name] = self.filled(rule.rhs)  # type: ignore[attr-defined]
            left.remove(rule)
        return tuple(left)

    def defines(self, hyp: Rel) -> bool:
        """Whether the equation gives a value to a parameter that has none yet, from values that are there."""
        if hyp.op != "=" or not isinstance(hyp.lhs, Var) or hyp.lhs.integer or free_indices(hyp.rhs):
            return False
        return hyp.lhs.name not in self.terms and all(v.name in self.terms for v in variables(hyp.rhs))

    def filled(self, term: Expr) -> Expr:
        """The term with the values of the parameters in their place."""
        return substitute(term, {v: self.terms[v.name] for v in variables(term) if v.name in self.terms})

    def size(self, dim: Var) -> int:
        """The value of a dimension; raises NoCounterexample unless it is an integer >= 1."""
        value = self.point.scalars.get(dim.name)
        if not isinstance(value, (int, Fraction)) or value.denominator != 1 or value < 1:
            raise NoCounterexample(f"{dim.name} must be an integer >= 1, got {value}")
        return int(value)

    def places(self, indices: frozenset[Index]) -> Iterator[Where]:
        """All values of some indices."""
        ordered = sorted(indices, key=lambda i: i.name)
        for values in product(*(range(1, self.size(i.dim) + 1) for i in ordered)):
            yield dict(zip(ordered, values, strict=True))

    def value(self, term: Expr, where: Where) -> arb:
        """The term as a ball."""
        match term:
            case Num(number):
                return ball(number)
            case Const("pi"):
                return arb.pi()
            case Var():
                return self.parameter(term)
            case Entry():
                return self.entry(term, where)
            case Delta(left, right):
                return arb(int(where[left] == where[right]))
            case Sum(index, body):
                return sum((self.value(body, {**where, index: k}) for k in self.run(index)), arb(0))
            case Peak(index, body):
                return _fold(arb.max, [self.value(body, {**where, index: k}) for k in self.run(index)])
            case Add(args):
                return sum((self.value(a, where) for a in args), arb(0))
            case Mul(args):
                found = arb(1)
                for a in args:
                    found *= self.value(a, where)
                return found
            case Pow(base, power):
                return _raise(self.value(base, where), power)
            case Fn(name, args):
                return _apply(name, [self.value(a, where) for a in args])
            case Diff():
                raise NoCounterexample("a derivative has to be written out before it is evaluated")
        raise NoCounterexample(f"cannot evaluate {term}")

    def run(self, index: Index) -> range:
        """The values of one index."""
        return range(1, self.size(index.dim) + 1)

    def parameter(self, var: Var) -> arb:
        """A parameter: given, or computed from its equation."""
        if var.integer:
            return arb(self.size(var))
        if var.name in self.computed:
            return self.computed[var.name]
        if var.name in self.terms:
            return self.value(self.terms[var.name], {})
        raise NoCounterexample(f"the point gives no value for {var.name}")

    def entry(self, term: Entry, where: Where) -> arb:
        """An array entry; abbreviations are computed once per place."""
        at = tuple(where[i] for i in term.indices)
        array = term.array
        if array.body is not None:
            key = (array, at)
            if key not in self.cache:
                self.cache[key] = self.value(array.body, dict(zip(array.params, at, strict=True)))
            return self.cache[key]
        item = self.point.arrays.get(array.name)
        sizes = [self.size(p.dim) for p in array.params]
        if item is None or not _has_shape(item, sizes):
            raise NoCounterexample(f"array {array.name} needs the shape {sizes}")
        for k in at:
            item = item[k - 1]
        return ball(Fraction(item))

    def holds(self, rel: Rel, where: Where) -> bool | None:
        """True or False if the balls decide the relation, else None."""
        left, right = self.value(rel.lhs, where), self.value(rel.rhs, where)
        if not (left.is_finite() and right.is_finite()):
            return None
        if left != right:
            return bool(left < right) if rel.op != "=" else False
        if bool(left == right) or self.exactly_equal(rel):
            return rel.op != "<"
        if rel.op == "<=" and left <= right:
            return True
        return False if rel.op == "<" and left >= right else None

    def exactly_equal(self, rel: Rel) -> bool:
        """Whether both sides have the same normal form after the values are put in (no arrays, no indices).

        Equal normal forms are equal where both sides are defined: ask only after both have got finite balls.
        """
        try:
            difference = self.filled(rel.lhs - rel.rhs)
            if any(isinstance(t, (Sum, Peak, Entry, Delta)) for t in subterms(difference)):
                return False
            return is_zero(difference)
        except (NotNormalizable, ValueError):
            return False


def closed(value: Fraction | Expr) -> Expr:
    """The value of a parameter as a term; raises NoCounterexample unless it is free of parameters and arrays."""
    if not isinstance(value, Expr):
        return Num(Fraction(value))
    if variables(value) or arrays(value) or any(isinstance(t, (Sum, Peak, Entry, Delta, Diff)) for t in subterms(value)):
        raise NoCounterexample(f"{value} is not the value of a parameter")
    return value


def refute(hyps: tuple[Rel, ...], goal: Rel, point: Point, bits: int) -> Violation:
    """Certify that the point satisfies every hypothesis and violates the goal; raises NoCounterexample."""
    with precision(bits):
        judge = Evaluator(point, hyps)
        for hyp in judge.checked:
            for where in judge.places(free_indices(hyp)):
                if judge.holds(hyp, where) is not True:
                    raise NoCounterexample(f"hypothesis {hyp} is not certain at {_named(where)}")
        for where in judge.places(free_indices(goal)):
            if judge.holds(goal, where) is False:
                left, right = judge.value(goal.lhs, where), judge.value(goal.rhs, where)
                return Violation(_named(where), left.str(20), right.str(20), (left - right).str(10))
    raise NoCounterexample(f"{goal} is not certainly false anywhere at the point")


def _named(where: Where) -> dict[str, int]:
    return {i.name: k for i, k in where.items()}


def _fold(pick: Any, values: list[arb]) -> arb:
    best = values[0]
    for v in values[1:]:
        best = pick(best, v)
    return best


def _has_shape(item: Nested, sizes: list[int]) -> bool:
    if not sizes:
        return not isinstance(item, (list, tuple))
    return isinstance(item, (list, tuple)) and len(item) == sizes[0] and all(_has_shape(s, sizes[1:]) for s in item)


def _raise(base: arb, power: Fraction) -> arb:
    if power < 0:
        if not base != 0:
            raise NoCounterexample("division by a ball that may be zero")
        return 1 / _raise(base, -power)
    if power.denominator == 1:
        return whole_power(base, power.numerator)
    if not base >= 0:
        raise NoCounterexample("a root of a ball that may be negative")
    root: arb = base.root(power.denominator)
    return whole_power(root, power.numerator)


def _apply(name: str, args: list[arb]) -> arb:
    x = args[0]
    match name:
        case "exp" | "sinh" | "cosh" | "tanh" | "erf" | "erfc":
            found: arb = getattr(x, name)()
            return found
        case "log" if x > 0:
            return x.log()
        case "Abs":
            return abs(x)
        case "Max":
            return x.max(args[1])
        case "Min":
            return x.min(args[1])
        case "geometric" if abs(x) < 1:
            return 1 / (1 - x)
    raise NoCounterexample(f"{name} is not defined at {x}")
