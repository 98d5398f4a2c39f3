"""Checks that a scalar inequality holds on a whole, possibly unbounded domain.

The searchers hand over a tree of plain lists.  With g = rhs - lhs in normal form, the tree shows g >= 0 (or
g > 0) on the domain of the hypotheses; every node says how (h_k is the k-th known term, h_k >= 0 or h_k > 0):

    ["eval", bits]                       interval arithmetic on the whole box
    ["mean", bits]                       interval arithmetic on the mean value form around the middle of the box
    ["sturm"]                            g is a rational polynomial in one parameter: its real roots are counted
    ["split", var, at, left, right]      cut the box in two
    ["integer", var, k, left, right]     var <= k or var >= k + 1, for a parameter that is an integer
    ["case", u, left, right]             u >= 0 is known on the left, -u > 0 on the right
    ["mono", var, "+"|"-", slope, face]  g is monotone in var (tree ``slope``), so one face of the box decides
    ["interior", var, tree]              g is continuous: it is enough to look between the ends of var
    ["concave", var, why, low, high]     g is concave in var (tree ``why`` for -g''), so its two faces decide
    ["scale", factor, why, tree]         multiply g by a factor that is positive, by its form (why = []) or by a tree
    ["use", [[c, [k, ...], why], ...], tree]     subtract c*h_k*..., where c >= 0 by its form (why = []) or by a tree
    ["void", [[c, [k, ...], why], ...], tree]    the same for g = 0, strictly: the domain has no point
    ["lemma", u, strict, why, tree]      u >= 0 (or u > 0) is proved first, and known afterwards
    ["narrow", var, "lo"|"hi", end, open, why, tree]     var >= end (or <=, <, >) is proved first; the box shrinks
    ["change", var, new, u, v, [low, open, why], [high, open, why], tree]
                                         put u(new) for var, where new = v(var, ...), u(v) = var; an end may be ""
    ["log", a, b, why, why, tree]        g = b - a with a, b > 0: compare the logarithms
    ["exp", a, b, tree]                  g = b - a: compare the exponentials
    ["squared", a, b, why, tree]         g = b - a with b >= 0: compare the squares
    ["rewrite", u, tree]                 g = u, which is shown by clearing denominators
    ["exponentials", tree]               write sinh, cosh and tanh with exp
    ["abs", u, "+"|"-", why, tree]       on this domain |u| = u or -u (tree ``why``)
    ["max", name, u, v, why, tree]       on this domain Max(u, v) or Min(u, v) is u (tree ``why``)
    ["either", u, tree, tree]            u is |v|, Max(v, w) or Min(v, w): g >= 0 with v and with -v (or w) in its place
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.domain import (
    Box,
    Domain,
    Range,
    Rejected,
    Sided,
    gap,
    intervals,
    is_nonnegative,
    is_positive,
    require_regular,
    same,
    tidy,
)
from proofcheck.kernel.intervals import End, Interval, enclose, precision
from proofcheck.kernel.sturm import NotPolynomial, polynomial, stays
from proofcheck.kernel.terms import (
    Expr,
    Fn,
    Num,
    Rel,
    Var,
    add,
    alike,
    arrays,
    children,
    exp,
    free_indices,
    log,
    mul,
    rebuild,
    substitute,
    variables,
)
from proofcheck.kernel.text import Reader

Tree = list[Any]
MAX_BITS = 4096
ZERO = Num(Fraction(0))


def check(goal: Rel, hyps: tuple[Rel, ...], tree: Tree) -> None:
    """Raise Rejected unless the tree proves the inequality under the hypotheses."""
    if goal.op == "=":
        raise Rejected("an equality is not an inequality; use the rule identity")
    term, domain = gap(goal, hyps)
    try:
        _check(term, domain, goal.op == "<", tree)
    except (ValueError, TypeError, LookupError, ArithmeticError, RecursionError) as error:
        raise Rejected(str(error)) from None


def _check(term: Expr, domain: Domain, strict: bool, tree: Tree) -> None:
    """term >= 0 (or > 0) on the domain."""
    kind, *data = tree
    if kind != "eval" and any(r.infinite() for r in domain.box.values()):
        raise Rejected("only eval can be used at an infinite point")
    if kind not in CHECKS:
        raise Rejected(f"unknown node {kind!r}")
    CHECKS[kind](term, domain, strict, *data)


def _eval(term: Expr, domain: Domain, strict: bool, bits: int) -> None:
    with precision(min(int(bits), MAX_BITS)):
        low = enclose(term, intervals(domain.box)).lo
    _require_low(low, strict)


def _require_low(low: End, strict: bool) -> None:
    if not (low > 0 if strict else low >= 0):
        raise Rejected(f"interval arithmetic gives the lower bound {low}")


def _mean(term: Expr, domain: Domain, strict: bool, bits: int) -> None:
    check_mean(term, domain.box, strict, bits)


def check_mean(term: Expr, box: Box, strict: bool, bits: int) -> None:
    """term >= 0 (or > 0) on the box by the mean value form around its middle; raises Rejected."""
    require_regular(term, box)
    middle = {v: (r.lo + r.hi) / 2 for v, r in box.items() if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction)}
    with precision(min(int(bits), MAX_BITS)):
        wide = intervals(box)
        total = enclose(term, {**wide, **{v: Interval.point(c) for v, c in middle.items()}})
        for v, c in middle.items():
            total = total + enclose(tidy(derivative(term, v), box), wide) * (wide[v] + Interval.point(-c))
    _require_low(total.lo, strict)


def _sturm(term: Expr, domain: Domain, strict: bool) -> None:
    (var,) = variables(term)
    side = domain.box[var]
    try:
        fine = stays(polynomial(term, var), side.lo, side.hi, strict, side.lo_open, side.hi_open)
    except NotPolynomial as error:
        raise Rejected(str(error)) from None
    if not fine:
        raise Rejected(f"{term} does not keep its sign")


# --- parts of the domain -----------------------------------------------------------------------------------------


def _split(term: Expr, domain: Domain, strict: bool, name: str, at: str, left: Tree, right: Tree) -> None:
    var, cut = domain.variable(name), Fraction(at)
    whole = domain.box[var]
    if not whole.lo < cut < whole.hi:
        raise Rejected(f"{at} does not cut the range of {name}")
    _check(term, domain.at(var, replace(whole, hi=cut, hi_open=False)), strict, left)
    _check(term, domain.at(var, replace(whole, lo=cut, lo_open=False)), strict, right)


def _integer(term: Expr, domain: Domain, strict: bool, name: str, at: int, left: Tree, right: Tree) -> None:
    var, cut = domain.variable(name), int(at)
    whole = domain.box[var]
    if var not in domain.integers or not whole.lo <= cut < cut + 1 <= whole.hi:
        raise Rejected(f"{name} is not known to be an integer with {at} and {at} + 1 in its range")
    _check(term, domain.at(var, replace(whole, hi=Fraction(cut), hi_open=False)), strict, left)
    _check(term, domain.at(var, replace(whole, lo=Fraction(cut + 1), lo_open=False)), strict, right)


def _case(term: Expr, domain: Domain, strict: bool, text: str, left: Tree, right: Tree) -> None:
    u = _read(text, domain)
    require_regular(u, domain.box)
    _check(term, domain.knowing((tidy(u, domain.box), False)), strict, left)
    _check(term, domain.knowing((tidy(-u, domain.box), True)), strict, right)


def _lemma(term: Expr, domain: Domain, strict: bool, text: str, sharp: bool, why: Tree, then: Tree) -> None:
    read = _read(text, domain)
    require_regular(read, domain.box)  # what is known may be used at every point
    u = tidy(read, domain.box)
    _check(u, domain, sharp is True, why)
    _check(term, domain.knowing((u, sharp is True)), strict, then)


def _narrow(term: Expr, domain: Domain, strict: bool, name: str, side: str, end: str, is_open: bool, why: Tree,
            then: Tree) -> None:
    var, value, sharp = domain.variable(name), Fraction(end), is_open is True
    whole = domain.box[var]
    old = whole.lo if side == "lo" else whole.hi
    if not (whole.lo < value < whole.hi or (sharp and value == old and whole.lo < whole.hi)):
        raise Rejected(f"{end} does not cut the range of {name}")
    inside = var - Num(value) if side == "lo" else Num(value) - var
    _check(tidy(inside, domain.box), domain, sharp, why)
    smaller = replace(whole, lo=value, lo_open=sharp) if side == "lo" else replace(whole, hi=value, hi_open=sharp)
    _check(term, domain.at(var, smaller), strict, then)


# --- the faces of the box ----------------------------------------------------------------------------------------


def _mono(term: Expr, domain: Domain, strict: bool, name: str, sign: str, slope: Tree, face: Tree) -> None:
    var, rising = domain.variable(name), sign == "+"
    domain = domain.beside(var)
    require_regular(term, domain.box)
    whole = domain.box[var]
    change = derivative(term, var)
    at, is_open = (whole.lo, whole.lo_open) if rising else (whole.hi, whole.hi_open)
    away = strict and (is_open or isinstance(at, float))
    inner = interior(domain, var)
    _check(tidy(change if rising else -change, inner.box), inner, away, slope)
    _check(*face_of(term, domain, var, at), strict and not away, face)


def interior(domain: Domain, var: Var) -> Domain:
    """The domain without the two ends of one parameter; a derivative matters only there."""
    return domain.at(var, replace(domain.box[var], lo_open=True, hi_open=True))


def face_of(term: Expr, domain: Domain, var: Var, at: Fraction | float) -> tuple[Expr, Domain]:
    """The term and the domain restricted to var = at, which may be infinite; no known term may contain var."""
    if isinstance(at, float):
        return term, domain.at(var, Range(at, at))
    rest = replace(domain, box={v: r for v, r in domain.box.items() if v != var}, integers=domain.integers - {var})
    restricted = substitute(term, {var: Num(at)})
    require_regular(restricted, rest.box)
    return tidy(restricted, rest.box), rest


def _interior(term: Expr, domain: Domain, strict: bool, name: str, then: Tree) -> None:
    var = domain.variable(name)
    domain = domain.beside(var)
    if strict or not domain.box[var].lo < domain.box[var].hi:
        raise Rejected(f"the ends of the range of {name} cannot be left out")
    require_regular(term, domain.box)
    _check(term, interior(domain, var), False, then)


def _concave(term: Expr, domain: Domain, strict: bool, name: str, why: Tree, low: Tree, high: Tree) -> None:
    var = domain.variable(name)
    domain = domain.beside(var)
    whole, inner = domain.box[var], interior(domain, var)
    if isinstance(whole.lo, float) or isinstance(whole.hi, float):
        raise Rejected(f"the range of {name} is not bounded")
    require_regular(term, domain.box)
    require_regular(derivative(term, var), inner.box)  # no kinks
    _check(tidy(-derivative(derivative(term, var), var), inner.box), inner, False, why)
    _check(*face_of(term, domain, var, whole.lo), strict, low)
    _check(*face_of(term, domain, var, whole.hi), strict, high)


# --- other inequalities that give this one -----------------------------------------------------------------------


def _scale(term: Expr, domain: Domain, strict: bool, factor: str, why: Tree, then: Tree) -> None:
    by = _read(factor, domain)
    require_regular(by, domain.box)
    if why:
        _check(tidy(by, domain.box), domain, True, why)
    elif not is_positive(by, domain.box):
        raise Rejected(f"the factor {factor} is not positive on the box")
    _check(tidy(by * term, domain.box), domain, strict, then)


def _use(term: Expr, domain: Domain, strict: bool, items: list[Any], then: Tree) -> None:
    rest, relaxed = term, False
    for text, numbers, why in items:
        weight = _read(text, domain)
        require_regular(weight, domain.box)
        if why:
            _check(tidy(weight, domain.box), domain, False, why)
        elif not is_nonnegative(weight, domain.box):
            raise Rejected(f"the weight {text} may be negative on the box")
        known = [domain.given[_natural(k)] for k in numbers]
        rest = add(rest, -mul(weight, *(h for h, _ in known)))
        relaxed |= bool(known) and all(sharp for _, sharp in known) and is_positive(weight, domain.box)
    _check(tidy(rest, domain.box), domain, strict and not relaxed, then)


def _void(term: Expr, domain: Domain, strict: bool, items: list[Any], then: Tree) -> None:
    _use(ZERO, domain, True, items, then)


def _natural(k: object) -> int:
    if type(k) is not int or k < 0:
        raise Rejected(f"not a number of a known term: {k!r}")
    return k


def _change(term: Expr, domain: Domain, strict: bool, name: str, new: str, forward: str, backward: str,
            low: list[Any], high: list[Any], then: Tree) -> None:
    var, fresh = domain.variable(name), Var(new)
    if any(v.name == new for v in domain.box):
        raise Rejected(f"{new} is in use")
    there = _read(forward, Domain({**{v: r for v, r in domain.box.items() if v != var}, fresh: domain.box[var]}))
    back = _read(backward, domain)
    around = substitute(there, {fresh: back})
    require_regular(back, domain.box)
    require_regular(around, domain.box)
    if not same(around, var, domain.box):
        raise Rejected(f"{forward} does not undo {backward}")
    lo, lo_open = _end(back, domain, low, 1)
    hi, hi_open = _end(back, domain, high, -1)
    if not lo <= hi:
        raise Rejected(f"{new} has no values")
    term, domain = put_in(term, domain, var, there, fresh, Range(lo, hi, lo_open, hi_open))
    _check(term, domain, strict, then)


def put_in(term: Expr, domain: Domain, var: Var, there: Expr, fresh: Var, side: Range) -> tuple[Expr, Domain]:
    """The term and the domain with ``there`` for ``var``, where the new parameter has the range ``side``."""
    box = {**{v: r for v, r in domain.box.items() if v != var}, fresh: side}
    put: dict[Expr, Expr] = {var: there}
    known = [(substitute(h, put), sharp) for h, sharp in domain.given] + _ends_as_terms(there, domain.box[var])
    given = tuple((tidy(h, box), sharp) for h, sharp in known)
    return tidy(substitute(term, put), box), Domain(box, given, domain.integers - {var, fresh})


def _end(back: Expr, domain: Domain, data: list[Any], way: int) -> tuple[Fraction | float, bool]:
    """A proved end of the range of a new parameter."""
    end, is_open, why = data
    if end == "":
        return -way * float("inf"), False
    value, sharp = Fraction(end), is_open is True
    _check(tidy(way * (back - Num(value)), domain.box), domain, sharp, why)
    return value, sharp


def _ends_as_terms(there: Expr, side: Range) -> list[Sided]:
    """What the range of the old parameter says about the new one."""
    found = [(there - Num(side.lo), side.lo_open)] if isinstance(side.lo, Fraction) else []
    return found + ([(Num(side.hi) - there, side.hi_open)] if isinstance(side.hi, Fraction) else [])


def _sides(term: Expr, domain: Domain, a: str, b: str) -> tuple[Expr, Expr]:
    """Two terms that are defined on the whole box, with term = b - a."""
    small, large = _read(a, domain), _read(b, domain)
    require_regular(small, domain.box)
    require_regular(large, domain.box)
    if not same(term, large - small, domain.box):
        raise Rejected(f"the goal is not {b} minus {a}")
    return small, large


def _log(term: Expr, domain: Domain, strict: bool, a: str, b: str, why_a: Tree, why_b: Tree, then: Tree) -> None:
    small, large = _sides(term, domain, a, b)
    _check(tidy(small, domain.box), domain, True, why_a)
    _check(tidy(large, domain.box), domain, True, why_b)
    _check(tidy(log(large) - log(small), domain.box), domain, strict, then)


def _exp(term: Expr, domain: Domain, strict: bool, a: str, b: str, then: Tree) -> None:
    small, large = _sides(term, domain, a, b)
    _check(tidy(exp(large) - exp(small), domain.box), domain, strict, then)


def _squared(term: Expr, domain: Domain, strict: bool, a: str, b: str, why: Tree, then: Tree) -> None:
    small, large = _sides(term, domain, a, b)
    _check(tidy(large, domain.box), domain, False, why)
    _check(tidy(large**2 - small**2, domain.box), domain, strict, then)


# --- the same term, written otherwise ----------------------------------------------------------------------------


def _rewrite(term: Expr, domain: Domain, strict: bool, text: str, then: Tree) -> None:
    other = _read(text, domain)
    require_regular(other, domain.box)
    if not same(term, other, domain.box):
        raise Rejected(f"the goal is not {text}")
    _check(tidy(other, domain.box), domain, strict, then)


def _exponentials(term: Expr, domain: Domain, strict: bool, then: Tree) -> None:
    _check(tidy(in_exponentials(term), domain.box), domain, strict, then)


def in_exponentials(term: Expr) -> Expr:
    """sinh, cosh and tanh written with exp."""
    parts = tuple(in_exponentials(c) for c in children(term))
    match term:
        case Fn("sinh"):
            return (exp(parts[0]) - exp(-parts[0])) / 2
        case Fn("cosh"):
            return (exp(parts[0]) + exp(-parts[0])) / 2
        case Fn("tanh"):
            return 1 - 2 / (exp(2 * parts[0]) + 1)
    return rebuild(term, parts)


def _abs(term: Expr, domain: Domain, strict: bool, text: str, sign: str, why: Tree, then: Tree) -> None:
    inner = _read(text, domain)
    value = inner if sign == "+" else -inner
    _resolve(term, domain, strict, [Fn("Abs", (inner,))], value, value, why, then)


def _max(term: Expr, domain: Domain, strict: bool, name: str, first: str, second: str, why: Tree, then: Tree) -> None:
    value, other = _read(first, domain), _read(second, domain)
    reason = value - other if name == "Max" else other - value
    _resolve(term, domain, strict, [Fn(name, (value, other)), Fn(name, (other, value))], value, reason, why, then)


def _resolve(term: Expr, domain: Domain, strict: bool, targets: list[Fn], value: Expr, reason: Expr, why: Tree,
             then: Tree) -> None:
    _check(tidy(reason, domain.box), domain, False, why)
    changed = term
    for target in targets:
        changed = swap(changed, target, value)
    if changed == term:
        raise Rejected(f"{targets[0]} does not occur")
    _check(tidy(changed, domain.box), domain, strict, then)


def _either(term: Expr, domain: Domain, strict: bool, text: str, first: Tree, second: Tree) -> None:
    """At every point |v| is v or -v, and Max(v, w) and Min(v, w) are v or w."""
    target = _read(text, domain)
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
        _check(tidy(changed, domain.box), domain, strict, tree)


def swap(term: Expr, target: Expr, value: Expr) -> Expr:
    """Replace every occurrence of a scalar subterm."""
    if alike(term, target):
        return value
    return rebuild(term, tuple(swap(c, target, value) for c in children(term)))


def _read(text: str, domain: Domain) -> Expr:
    """A scalar term in the parameters of the domain."""
    term = Reader().term(text)
    if arrays(term) or free_indices(term) or not variables(term) <= set(domain.box):
        raise Rejected(f"{text} is not a term in {', '.join(sorted(v.name for v in domain.box))}")
    return term


Check = Callable[..., None]
CHECKS: dict[str, Check] = {
    "eval": _eval, "mean": _mean, "sturm": _sturm, "split": _split, "integer": _integer, "case": _case, "mono": _mono,
    "interior": _interior, "concave": _concave, "scale": _scale, "use": _use, "void": _void, "lemma": _lemma,
    "narrow": _narrow, "change": _change, "log": _log, "exp": _exp, "squared": _squared,
    "rewrite": _rewrite, "exponentials": _exponentials, "abs": _abs, "max": _max, "either": _either,
}
