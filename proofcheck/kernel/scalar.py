"""Checks that a scalar inequality holds on a whole, possibly unbounded box.

The searchers hand over a tree of plain lists.  With g = rhs - lhs in normal form, the tree shows g >= 0 (or
g > 0) on the box of the hypotheses; every node says how:

    ["eval", bits]                       interval arithmetic on the whole box
    ["scale", factor, tree]              multiply g by a positive factor first
    ["split", var, at, left, right]      cut the box in two
    ["mono", var, "+"|"-", slope, face]  g is monotone in var (tree ``slope``), so one face of the box decides
    ["abs", u, "+"|"-", why, tree]       on this box |u| = u or -u (tree ``why``)
    ["max", name, u, v, why, tree]       on this box Max(u, v) or Min(u, v) is u (tree ``why``)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf, isinf
from typing import Any

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.intervals import Interval, Undefined, enclose, precision
from proofcheck.kernel.normal import NotNormalizable, normal, to_term
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import Expr, Fn, Mul, Num, Pow, Rel, Var, alike, children, rebuild, substitute, variables
from proofcheck.kernel.text import Reader, Signature, TextError

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
            new = {hyp.lhs: hyp.rhs}
            return eliminate(_replaced(goal, new), tuple(_replaced(h, new) for h in rest))
    return goal, hyps


def _replaced(rel: Rel, mapping: Mapping[Expr, Expr]) -> Rel:
    return Rel(rel.op, substitute(rel.lhs, mapping), substitute(rel.rhs, mapping))


def gap(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Expr, dict[Var, Range]]:
    """rhs - lhs in normal form and the box it is to be checked on."""
    goal, hyps = eliminate(goal, hyps)
    box = box_from(hyps, variables(goal))
    return tidy(goal.rhs - goal.lhs, box), box


def tidy(term: Expr, box: Box) -> Expr:
    """The normal form as a term; parameters that are positive on the box may leave roots."""
    positive = frozenset(v for v, r in box.items() if r.positive())
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
    except (Undefined, NotDifferentiable, TextError, ValueError, TypeError, IndexError, KeyError) as error:
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
        case _:
            raise Rejected(f"unknown node {kind!r}")


def _eval(term: Expr, box: Box, strict: bool, bits: int) -> None:
    with precision(min(int(bits), MAX_BITS)):
        low = enclose(term, {v: r.interval() for v, r in box.items()}).lo
    if not (low > 0 if strict else low >= 0):
        raise Rejected(f"interval arithmetic gives the lower bound {low}")


def _scale(term: Expr, box: dict[Var, Range], strict: bool, factor: str, then: Tree) -> None:
    by = _read(factor, box)
    if not is_positive(by, box):
        raise Rejected(f"the factor {factor} is not positive on the box")
    _check(tidy(by * term, box), box, strict, then)


def is_positive(term: Expr, box: Box) -> bool:
    """Whether a factor is > 0 on the box, by its form."""
    match term:
        case Num(value):
            return value > 0
        case Var():
            return term in box and box[term].positive()
        case Fn("exp", _):
            return True
        case Pow(base, _):
            return is_positive(base, box)
        case Mul(args):
            return all(is_positive(a, box) for a in args)
    with precision(64):
        return bool(enclose(term, {v: r.interval() for v, r in box.items()}).lo > 0)


def _split(term: Expr, box: dict[Var, Range], strict: bool, name: str, at: str, left: Tree, right: Tree) -> None:
    var, cut = _variable(name, box), Fraction(at)
    whole = box[var]
    if not whole.lo < cut < whole.hi:
        raise Rejected(f"{at} does not cut the range of {name}")
    _check(term, {**box, var: replace(whole, hi=cut, hi_open=False)}, strict, left)
    _check(term, {**box, var: replace(whole, lo=cut, lo_open=False)}, strict, right)


def _mono(term: Expr, box: dict[Var, Range], strict: bool, name: str, sign: str, slope: Tree, face: Tree) -> None:
    var, rising = _variable(name, box), sign == "+"
    whole = box[var]
    change = derivative(term, var)
    at, is_open = (whole.lo, whole.lo_open) if rising else (whole.hi, whole.hi_open)
    away = strict and (is_open or isinf(at))
    _check(tidy(change if rising else -change, box), box, away, slope)
    _check(*face_of(term, box, var, at), strict and not away, face)


def face_of(term: Expr, box: Box, var: Var, at: Fraction | float) -> tuple[Expr, dict[Var, Range]]:
    """The term and the box restricted to var = at, which may be infinite."""
    if isinstance(at, float):
        return term, {**box, var: Range(at, at)}
    rest = {v: r for v, r in box.items() if v != var}
    return tidy(substitute(term, {var: Num(at)}), rest), rest


def _resolve(term: Expr, box: dict[Var, Range], strict: bool, kind: str, data: list[Any]) -> None:
    if kind == "abs":
        text, sign, why, then = data
        inner = _read(text, box)
        target: Expr = Fn("Abs", (inner,))
        value = inner if sign == "+" else -inner
        reason = value
    else:
        name, first, second, why, then = data
        u, v = _read(first, box), _read(second, box)
        target, value = Fn(name, (u, v)), u
        reason = u - v if name == "Max" else v - u
    _check(tidy(reason, box), box, False, why)
    changed = swap(term, target, value)
    if changed == term:
        raise Rejected(f"{target} does not occur")
    _check(tidy(changed, box), box, strict, then)


def swap(term: Expr, target: Expr, value: Expr) -> Expr:
    """Replace every occurrence of a scalar subterm."""
    if alike(term, target):
        return value
    return rebuild(term, tuple(swap(c, target, value) for c in children(term)))


def _read(text: str, box: Box) -> Expr:
    return Reader(Signature(dims=frozenset(v.name for v in box if v.integer))).term(text)


def _variable(name: str, box: Box) -> Var:
    for var in box:
        if var.name == name:
            return var
    raise Rejected(f"{name} has no range here")
