"""Checks that a scalar inequality holds on a whole, possibly unbounded box.

The searchers hand over a tree of plain lists.  With g = rhs - lhs in normal form, the tree shows g >= 0 (or
g > 0) on the box of the hypotheses; every node says how:

    ["eval", bits]                       interval arithmetic on the whole box
    ["scale", factor, tree]              multiply g by a positive factor first
    ["split", var, at, left, right]      cut the box in two
    ["mono", var, "+"|"-", slope, face]  g is monotone in var (tree ``slope``), so one face of the box decides
    ["abs", u, "+"|"-", why, tree]       on this box |u| = u or -u (tree ``why``)
    ["max", name, u, v, why, tree]       on this box Max(u, v) or Min(u, v) is u (tree ``why``)
    ["either", u, tree, tree]            u is |v|, Max(v, w) or Min(v, w): g >= 0 with v and with -v (or w) in its place
    ["mean", bits]                       interval arithmetic on the mean value form around the middle of the box
    ["concave", var, why, low, high]     g is concave in var (tree ``why`` for -g''), so its two faces decide
    ["square", [[c, q], ...], tree]      subtract the squares c*q**2 (c > 0) first
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import inf, isinf
from typing import Any

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.intervals import End, Interval, enclose, precision
from proofcheck.kernel.normal import NotNormalizable, normal, to_term
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import (
    Add,
    Expr,
    Fn,
    Mul,
    Num,
    Pow,
    Rel,
    Var,
    add,
    alike,
    children,
    rebuild,
    substitute,
    variables,
)
from proofcheck.kernel.text import Reader

Tree = list[Any]
MAX_BITS = 4096


class Rejected(ValueError):
    """The tree does not prove the inequality."""


@dataclass(frozen=True)
class Range:
    """The values of one parameter; ends are rationals or Python's infinities."""

    lo: Fraction | float
    hi: Fraction | float
    lo_open: bool = False
    hi_open: bool = False

    def interval(self) -> Interval:
        """The closed interval, rounded outward."""
        lo = self.lo if isinstance(self.lo, float) else Interval.point(self.lo).lo
        hi = self.hi if isinstance(self.hi, float) else Interval.point(self.hi).hi
        return Interval(lo, hi)

    def positive(self) -> bool:
        """Whether every value is > 0."""
        return self.lo > 0 or (self.lo == 0 and self.lo_open)


Box = Mapping[Var, Range]


def intervals(box: Box) -> dict[Var, Interval]:
    """The closed box."""
    return {v: r.interval() for v, r in box.items()}


def box_from(hyps: Iterable[Rel], names: Iterable[Var]) -> dict[Var, Range]:
    """The box that single hypotheses put the parameters in; dimensions start at 1."""
    known = bounds(hyps)
    box = {}
    for var in sorted(names, key=lambda v: v.name):
        low, high, low_open, high_open = known.get(var, (None, None, False, False))
        if var.integer and (low is None or low < 1):
            low, low_open = Fraction(1), False
        box[var] = Range(-inf if low is None else low, inf if high is None else high, low_open, high_open)
    return box


def eliminate(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Rel, tuple[Rel, ...]]:
    """Use hypotheses of the form parameter = term to remove the parameter everywhere."""
    for k, hyp in enumerate(hyps):
        if hyp.op == "=" and isinstance(hyp.lhs, Var) and hyp.lhs not in variables(hyp.rhs) and not hyp.lhs.integer:
            rest = hyps[:k] + hyps[k + 1:]
            new: dict[Expr, Expr] = {hyp.lhs: hyp.rhs}
            return eliminate(_replaced(goal, new), tuple(_replaced(h, new) for h in rest))
    return goal, hyps


def _replaced(rel: Rel, mapping: Mapping[Expr, Expr]) -> Rel:
    return Rel(rel.op, substitute(rel.lhs, mapping), substitute(rel.rhs, mapping))


def gap(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Expr, dict[Var, Range]]:
    """rhs - lhs in normal form and the box it is to be checked on; dimensions become real parameters >= 1."""
    goal, hyps = eliminate(goal, hyps)
    names = variables(goal)
    if len({v.name for v in names}) != len(names):
        raise Rejected("one name stands for a parameter and for a dimension")
    box = {Var(v.name): r for v, r in box_from(hyps, names).items()}
    return tidy(substitute(goal.rhs - goal.lhs, {v: Var(v.name) for v in names if v.integer}), box), box


def tidy(term: Expr, box: Box) -> Expr:
    """The normal form as a term; parameters that are positive on the box may leave roots."""
    return _tidied(term, frozenset(v for v, r in box.items() if r.positive()))


@lru_cache(maxsize=20000)
def _tidied(term: Expr, positive: frozenset[Var]) -> Expr:
    try:
        return to_term(normal(term, positive))
    except NotNormalizable as error:
        raise Rejected(str(error)) from None


def check(goal: Rel, hyps: tuple[Rel, ...], tree: Tree) -> None:
    """Raise Rejected unless the tree proves the inequality under the hypotheses."""
    if goal.op == "=":
        raise Rejected("an equality is not an inequality; use the rule identity")
    term, box = gap(goal, hyps)
    try:
        _check(term, box, goal.op == "<", tree)
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise Rejected(str(error)) from None


def _check(term: Expr, box: dict[Var, Range], strict: bool, tree: Tree) -> None:
    """term >= 0 (or > 0) on the box."""
    kind, *data = tree
    if kind != "eval" and any(isinstance(r.lo, float) and r.lo == r.hi for r in box.values()):
        raise Rejected("only eval can be used at an infinite point")
    match kind:
        case "eval":
            _eval(term, box, strict, *data)
        case "scale":
            _scale(term, box, strict, *data)
        case "split":
            _split(term, box, strict, *data)
        case "mono":
            _mono(term, box, strict, *data)
        case "abs" | "max":
            _resolve(term, box, strict, kind, data)
        case "either":
            _either(term, box, strict, *data)
        case "mean":
            check_mean(term, box, strict, *data)
        case "concave":
            _concave(term, box, strict, *data)
        case "square":
            _square(term, box, strict, *data)
        case _:
            raise Rejected(f"unknown node {kind!r}")


def _eval(term: Expr, box: Box, strict: bool, bits: int) -> None:
    with precision(min(int(bits), MAX_BITS)):
        low = enclose(term, intervals(box)).lo
    _require_low(low, strict)


def _require_low(low: End, strict: bool) -> None:
    if not (low > 0 if strict else low >= 0):
        raise Rejected(f"interval arithmetic gives the lower bound {low}")


def _scale(term: Expr, box: dict[Var, Range], strict: bool, factor: str, then: Tree) -> None:
    by = _read(factor)
    if not (is_positive(by, box) and is_regular(by, box)):
        raise Rejected(f"the factor {factor} is not positive on the box")
    _check(tidy(by * term, box), box, strict, then)


def is_positive(term: Expr, box: Box) -> bool:
    """Whether a term is > 0 on the box wherever it is defined, by its form."""
    match term:
        case Num(value):
            return value > 0
        case Var():
            return term in box and box[term].positive()
        case Fn("exp", _):
            return True
        case Pow(base, power) if power.denominator != 1 or is_positive(base, box):
            return is_positive(base, box)
        case Mul(args) if all(is_positive(a, box) for a in args):
            return True
        case Add(args) if all(is_positive(a, box) for a in args) or _positive_line(term, box):
            return True
    with precision(64):
        return bool(enclose(term, intervals(box)).lo > 0)


def _positive_line(term: Expr, box: Box) -> bool:
    """Whether a + b*x with rational a and b is > 0, where x may have open ends."""
    match tuple(variables(term)):
        case (var,) if var in box and isinstance(slope := _slope_of_line(term, var), Num) and slope.value:
            whole = box[var]
            at, is_open = (whole.lo, whole.lo_open) if slope.value > 0 else (whole.hi, whole.hi_open)
            if isinstance(at, Fraction):
                end = tidy(substitute(term, {var: Num(at)}), {})
                return isinstance(end, Num) and (end.value > 0 or (end.value == 0 and is_open))
    return False


def _slope_of_line(term: Expr, var: Var) -> Expr | None:
    try:
        return tidy(derivative(term, var), {})
    except (NotDifferentiable, Rejected):
        return None


def is_regular(term: Expr, box: Box) -> bool:
    """Whether the term is defined and continuous on the whole box: divisors, logs and roots are inside their domain.

    The hypotheses may couple parameters, so what is defined under them need not be so on the box.
    """
    match term:
        case Pow(base, power) if power < 0 or power.denominator != 1:
            fine = (is_positive(base, box) or (power > 0 and _nonnegative(base, box))
                    or (power.denominator == 1 and is_positive(tidy(-base, box), box)))
        case Fn("log", (x,)):
            fine = is_positive(x, box)
        case Fn("geometric", (x,)):
            fine = is_positive(tidy(1 - x, box), box) and is_positive(tidy(1 + x, box), box)
        case _:
            fine = True
    return fine and all(is_regular(c, box) for c in children(term))


def _nonnegative(term: Expr, box: Box) -> bool:
    with precision(64):
        return bool(enclose(tidy(term, box), intervals(box)).lo >= 0)


def _require_regular(term: Expr, box: Box) -> None:
    if not is_regular(term, box):
        raise Rejected(f"{term} may be undefined or jump on the box")


def _split(term: Expr, box: dict[Var, Range], strict: bool, name: str, at: str, left: Tree, right: Tree) -> None:
    var, cut = _variable(name, box), Fraction(at)
    whole = box[var]
    if not whole.lo < cut < whole.hi:
        raise Rejected(f"{at} does not cut the range of {name}")
    _check(term, {**box, var: replace(whole, hi=cut, hi_open=False)}, strict, left)
    _check(term, {**box, var: replace(whole, lo=cut, lo_open=False)}, strict, right)


def _mono(term: Expr, box: dict[Var, Range], strict: bool, name: str, sign: str, slope: Tree, face: Tree) -> None:
    var, rising = _variable(name, box), sign == "+"
    _require_regular(term, box)
    whole = box[var]
    change = derivative(term, var)
    at, is_open = (whole.lo, whole.lo_open) if rising else (whole.hi, whole.hi_open)
    away = strict and (is_open or isinf(at))
    inner = interior(box, var)
    _check(tidy(change if rising else -change, inner), inner, away, slope)
    _check(*face_of(term, box, var, at), strict and not away, face)


def interior(box: Box, var: Var) -> dict[Var, Range]:
    """The box without the two ends of one parameter; a derivative matters only there."""
    return {**box, var: replace(box[var], lo_open=True, hi_open=True)}


def face_of(term: Expr, box: Box, var: Var, at: Fraction | float) -> tuple[Expr, dict[Var, Range]]:
    """The term and the box restricted to var = at, which may be infinite."""
    if isinstance(at, float):
        return term, {**box, var: Range(at, at)}
    rest = {v: r for v, r in box.items() if v != var}
    restricted = substitute(term, {var: Num(at)})
    _require_regular(restricted, rest)
    return tidy(restricted, rest), rest


def _concave(term: Expr, box: dict[Var, Range], strict: bool, name: str, why: Tree, low: Tree, high: Tree) -> None:
    var = _variable(name, box)
    whole, inner = box[var], interior(box, var)
    if isinstance(whole.lo, float) or isinstance(whole.hi, float):
        raise Rejected(f"the range of {name} is not bounded")
    _require_regular(term, box)
    _require_regular(derivative(term, var), inner)  # no kinks
    _check(tidy(-derivative(derivative(term, var), var), inner), inner, False, why)
    _check(*face_of(term, box, var, whole.lo), strict, low)
    _check(*face_of(term, box, var, whole.hi), strict, high)


def check_mean(term: Expr, box: Box, strict: bool, bits: int) -> None:
    """term >= 0 (or > 0) by the mean value form around the middle of the box."""
    _require_regular(term, box)
    middle = {v: (r.lo + r.hi) / 2 for v, r in box.items() if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction)}
    with precision(min(int(bits), MAX_BITS)):
        wide = intervals(box)
        total = enclose(term, {**wide, **{v: Interval.point(c) for v, c in middle.items()}})
        for v, c in middle.items():
            total = total + enclose(tidy(derivative(term, v), box), wide) * (wide[v] + Interval.point(-c))
    _require_low(total.lo, strict)


def _square(term: Expr, box: dict[Var, Range], strict: bool, squares: list[list[str]], then: Tree) -> None:
    rest = term
    for coefficient, text in squares:
        weight, root = Fraction(coefficient), _read(text)
        if weight <= 0 or not is_regular(root, box):
            raise Rejected(f"{coefficient}*({text})**2 may be negative or undefined")
        rest = add(rest, -(Num(weight) * root**2))
    _check(tidy(rest, box), box, strict, then)


def _resolve(term: Expr, box: dict[Var, Range], strict: bool, kind: str, data: list[Any]) -> None:
    if kind == "abs":
        text, sign, why, then = data
        inner = _read(text)
        value = reason = inner if sign == "+" else -inner
        targets = [Fn("Abs", (inner,))]
    else:
        name, first, second, why, then = data
        value, other = _read(first), _read(second)
        reason = value - other if name == "Max" else other - value
        targets = [Fn(name, (value, other)), Fn(name, (other, value))]
    _check(tidy(reason, box), box, False, why)
    changed = term
    for target in targets:
        changed = swap(changed, target, value)
    if changed == term:
        raise Rejected(f"{targets[0]} does not occur")
    _check(tidy(changed, box), box, strict, then)


def _either(term: Expr, box: dict[Var, Range], strict: bool, text: str, first: Tree, second: Tree) -> None:
    """At every point |v| is v or -v, and Max(v, w) and Min(v, w) are v or w."""
    target = _read(text)
    match target:
        case Fn("Abs", (v,)):
            values = (v, -v)
        case Fn("Max" | "Min", (v, w)):
            values = (v, w)
        case _:
            raise Rejected(f"{text} is not an absolute value, maximum or minimum")
    for value, tree in zip(values, (first, second), strict=True):
        changed = swap(term, target, value)
        if changed == term:
            raise Rejected(f"{text} does not occur")
        _check(tidy(changed, box), box, strict, tree)


def swap(term: Expr, target: Expr, value: Expr) -> Expr:
    """Replace every occurrence of a scalar subterm."""
    if alike(term, target):
        return value
    return rebuild(term, tuple(swap(c, target, value) for c in children(term)))


def _read(text: str) -> Expr:
    return Reader().term(text)


def _variable(name: str, box: Box) -> Var:
    for var in box:
        if var.name == name:
            return var
    raise Rejected(f"{name} has no range here")
