"""A second evaluator of terms at a point, in mpmath and apart from everything else, for the re-checker.

It reads a term as it stands and shares no code with the balls of the kernel or with the searchers.  Its numbers (of
50 digits, or more where 50 do not tell) are no enclosures: it can contradict a counterexample, balls certify it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import mpmath

from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import (
    Add,
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
)

DIGITS = (50, 200, 800)
LAST = 5
Where = dict[Index, int]
Number = Any  # mpmath.mpf

_SIMPLE = {"exp": mpmath.exp, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "erf": mpmath.erf,
           "erfc": mpmath.erfc, "Abs": abs}


class NoNumber(ValueError):
    """The term has no value at the point."""


def disagreement(hyps: tuple[Rel, ...], goal: Rel, point: Point, at: Mapping[str, int]) -> str | None:
    """What speaks against a counterexample, if anything: a hypothesis that fails, or a goal that holds there.

    More digits are tried before it is said to be wrong, or that two nearly equal numbers are equal.
    """
    reason = None
    for digits in DIGITS:
        with mpmath.workdps(digits):
            reason, close = _objection(hyps, goal, point, at)
        if reason is None and not close:
            return None
    return reason


def _objection(hyps: tuple[Rel, ...], goal: Rel, point: Point, at: Mapping[str, int]) -> tuple[str | None, bool]:
    """The same at the working precision, and whether more digits may change it."""
    try:
        judge = Judge(point, hyps)
    except (NoNumber, KeyError, TypeError) as error:
        return f"it cannot be evaluated: {error}", False
    return judge.objection(hyps, goal, at), judge.close


class Judge:
    """Values at one point; parameters that the point leaves out are taken from equations among the hypotheses."""

    def __init__(self, point: Point, hyps: tuple[Rel, ...] = ()) -> None:
        self.known: dict[tuple[Any, tuple[int, ...]], Number] = {}
        self.sizes = dict(point.scalars)
        self.arrays = point.arrays
        self.close = False  # whether two different numbers were taken for equal
        self.summand = mpmath.mpf(0)  # the largest one, because sums lose digits by cancellation
        self.numbers: dict[str, Number] = {}
        self.numbers |= {k: self.value(v, {}) if isinstance(v, Expr) else _number(v) for k, v in self.sizes.items()}
        for _ in hyps:
            self._solve(hyps)

    def _solve(self, hyps: tuple[Rel, ...]) -> None:
        for hyp in hyps:
            if hyp.op == "=" and isinstance(hyp.lhs, Var) and hyp.lhs.name not in self.numbers:
                try:
                    self.numbers[hyp.lhs.name] = self.value(hyp.rhs, {})
                except NoNumber:
                    continue

    def objection(self, hyps: tuple[Rel, ...], goal: Rel, at: Mapping[str, int]) -> str | None:
        """What speaks against a counterexample, if anything."""
        try:
            for hyp in hyps:
                for where in self.places(free_indices(hyp)):
                    if not self.holds(hyp, where, 1):
                        return f"the hypothesis {hyp} fails at {_named(where)}"
            where = {i: int(at[i.name]) for i in free_indices(goal)}
            if any(not 1 <= k <= self.size(i.dim) for i, k in where.items()):
                return f"{dict(at)} is not a place"
            return "the statement holds there" if self.holds(goal, where, 0) else None
        except (NoNumber, KeyError, IndexError, TypeError) as error:
            return f"it cannot be evaluated: {error}"

    def size(self, dim: Var) -> int:
        """The value of a dimension."""
        value = self.sizes.get(dim.name)
        if not isinstance(value, (int, Fraction)) or value.denominator != 1 or value < 1:
            raise NoNumber(f"{dim.name} is not an integer >= 1")
        return int(value)

    def places(self, indices: frozenset[Index]) -> Iterator[Where]:
        """All values of some indices."""
        ordered = sorted(indices, key=lambda i: i.name)
        for values in product(*(range(1, self.size(i.dim) + 1) for i in ordered)):
            yield dict(zip(ordered, values, strict=True))

    def holds(self, rel: Rel, where: Where, scale: int) -> bool:
        """Whether a relation holds; sides that agree up to their last digits, or those of ``scale``, count as equal."""
        self.summand = mpmath.mpf(0)
        left, right = self.value(rel.lhs, where), self.value(rel.rhs, where)
        room = (abs(left) + abs(right) + self.summand + scale) * mpmath.mpf(10) ** (LAST - mpmath.mp.dps)
        if left == right or abs(left - right) <= room:
            self.close |= rel.op != "=" and left != right
            return rel.op != "<"
        return rel.op != "=" and bool(left < right)

    def value(self, term: Expr, where: Where) -> Number:
        """The value of a term."""
        match term:
            case Num(value):
                return _number(value)
            case Const("pi"):
                return +mpmath.pi
            case Var(name, integer):
                if integer:
                    return mpmath.mpf(self.size(term))
                if name not in self.numbers:
                    raise NoNumber(f"no value for {name}")
                return self.numbers[name]
            case Entry():
                return self._entry(term, where)
            case Delta(left, right):
                return mpmath.mpf(where[left] == where[right])
            case Sum(index, body):
                return mpmath.fsum(self._along(index, body, where))
            case Peak(index, body):
                return max(self._along(index, body, where))
            case Add(args):
                parts = [self.value(a, where) for a in args]
                self.summand = max(self.summand, *map(abs, parts))
                return mpmath.fsum(parts)
            case Mul(args):
                return mpmath.fprod(self.value(a, where) for a in args)
            case Pow(base, power):
                return _power(self.value(base, where), power)
            case Fn(name, args):
                return _function(name, [self.value(a, where) for a in args])
            case Diff(body, wrt):
                return self._slope(body, wrt, where)
        raise NoNumber(f"cannot evaluate {term}")

    def _along(self, index: Index, body: Expr, where: Where) -> list[Number]:
        return [self.value(body, {**where, index: k}) for k in range(1, self.size(index.dim) + 1)]

    def _entry(self, term: Entry, where: Where) -> Number:
        at = tuple(where[i] for i in term.indices)
        if term.array.body is not None:
            key = (term.array, at)
            if key not in self.known:
                self.known[key] = self.value(term.array.body, dict(zip(term.array.params, at, strict=True)))
            return self.known[key]
        if term.array.name not in self.arrays:
            raise NoNumber(f"no value for {term.array.name}")
        item = self.arrays[term.array.name]
        for k in at:
            item = item[k - 1]
        return _number(item)

    def _slope(self, body: Expr, wrt: Entry | Var, where: Where) -> Number:
        """A derivative by central differences, at four times the digits."""
        digits = mpmath.mp.dps
        with mpmath.workdps(4 * digits):
            step = Fraction(1, 10 ** (3 * digits // 2))
            up, down = (Judge(self._moved(wrt, where, h)).value(body, where) for h in (step, -step))
            return (up - down) / (2 * _number(step))

    def _moved(self, wrt: Entry | Var, where: Where, step: Fraction) -> Point:
        if isinstance(wrt, Var):
            return Point({**self.sizes, wrt.name: self.sizes[wrt.name] + step}, self.arrays)
        path = [where[i] - 1 for i in wrt.indices]
        return Point(self.sizes, {**self.arrays, wrt.array.name: _shifted(self.arrays[wrt.array.name], path, step)})


def _shifted(item: Any, path: list[int], step: Fraction) -> Any:
    if not path:
        return Fraction(item) + step
    return [_shifted(x, path[1:], step) if k == path[0] else x for k, x in enumerate(item)]


def _number(value: Any) -> Number:
    exact = Fraction(value)
    return mpmath.mpf(exact.numerator) / exact.denominator


def _power(base: Number, power: Fraction) -> Number:
    if power < 0 and base == 0:
        raise NoNumber("division by zero")
    if power.denominator != 1 and base < 0:
        raise NoNumber("a root of a negative number")
    if power.denominator == 1:
        return base ** int(power)
    root = mpmath.root(base, power.denominator)
    return root ** power.numerator


def _function(name: str, args: list[Number]) -> Number:
    x = args[0]
    if name in _SIMPLE:
        return _SIMPLE[name](x)
    if name in ("Max", "Min"):
        return max(args) if name == "Max" else min(args)
    if name == "log" and x > 0:
        return mpmath.log(x)
    if name == "geometric" and abs(x) < 1:
        return 1 / (1 - x)
    raise NoNumber(f"{name} is not defined at {mpmath.nstr(x)}")


def _named(where: Where) -> dict[str, int]:
    return {i.name: k for i, k in where.items()}
