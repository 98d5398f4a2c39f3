"""Domains: what the hypotheses say about the parameters of a scalar inequality.

A domain is a box (one range for each parameter), further terms that are known to be >= 0 or > 0, and the
names of the parameters that take integer values only.  Everything proved about the box holds on the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from math import inf

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.intervals import End, Interval, Undefined, enclose, precision
from proofcheck.kernel.normal import NotNormalizable, is_zero, normal, to_term
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import Add, Expr, Fn, Mul, Num, Pow, Rel, Var, children, substitute, variables


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

    def infinite(self) -> bool:
        """Whether it is a single infinite point, which stands for a limit."""
        return isinstance(self.lo, float) and self.lo == self.hi


Box = Mapping[Var, Range]
Sided = tuple[Expr, bool]  # a term that is >= 0, or > 0 if the flag is set


@dataclass(frozen=True)
class Domain:
    """A box, and terms in normal form that are known to be >= 0 (or > 0) on the domain."""

    box: Mapping[Var, Range]
    given: tuple[Sided, ...] = ()
    integers: frozenset[Var] = frozenset()

    def at(self, var: Var, side: Range) -> Domain:
        """The part where one parameter has a smaller range."""
        return replace(self, box={**self.box, var: side})

    def beside(self, var: Var) -> Domain:
        """The same without what couples ``var`` to other parameters: then ``var`` may move freely in its range."""
        return replace(self, given=tuple(h for h in self.given if var not in variables(h[0])),
                       integers=self.integers - {var})

    def knowing(self, *more: Sided) -> Domain:
        """The part where more terms are >= 0 (or > 0)."""
        return replace(self, given=(*self.given, *more))

    def variable(self, name: str) -> Var:
        """The parameter of that name; raises Rejected."""
        for var in self.box:
            if var.name == name:
                return var
        raise Rejected(f"{name} has no range here")


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


def gap(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Expr, Domain]:
    """rhs - lhs in normal form and the domain it is to be checked on; dimensions become parameters >= 1."""
    goal, hyps = eliminate(goal, hyps)
    names = variables(goal).union(*(variables(h) for h in hyps))
    if len({v.name for v in names}) != len(names):
        raise Rejected("one name stands for a parameter and for a dimension")
    real: dict[Expr, Expr] = {v: Var(v.name) for v in names if v.integer}
    box = {Var(v.name): r for v, r in box_from(hyps, names).items()}
    given = [known for h in hyps if not _is_bound(h) for known in _sided(h, real, box)]
    integers = frozenset(Var(v.name) for v in names if v.integer)
    return tidy(substitute(goal.rhs - goal.lhs, real), box), Domain(box, tuple(given), integers)


def _is_bound(hyp: Rel) -> bool:
    """Whether the box says the same as the hypothesis."""
    return bool(bounds((hyp,)))


def _sided(hyp: Rel, real: Mapping[Expr, Expr], box: Box) -> list[Sided]:
    """A hypothesis as terms that are >= 0 or > 0; one without a normal form says nothing."""
    try:
        term = tidy(substitute(hyp.rhs - hyp.lhs, real), box)
        return [(term, False), (tidy(-term, box), False)] if hyp.op == "=" else [(term, hyp.op == "<")]
    except Rejected:
        return []


def positive_parameters(box: Box) -> frozenset[Var]:
    """The parameters that are > 0 on the whole box."""
    return frozenset(v for v, r in box.items() if r.positive())


def tidy(term: Expr, box: Box) -> Expr:
    """The normal form as a term; parameters that are positive on the box may leave roots."""
    return _tidied(term, positive_parameters(box))


@lru_cache(maxsize=20000)
def _tidied(term: Expr, positive: frozenset[Var]) -> Expr:
    try:
        return to_term(normal(term, positive))
    except NotNormalizable as error:
        raise Rejected(str(error)) from None


def same(left: Expr, right: Expr, box: Box) -> bool:
    """Whether two terms have one normal form on the box."""
    try:
        return is_zero(left - right, positive_parameters(box))
    except NotNormalizable as error:
        raise Rejected(str(error)) from None


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
        case Add(args) if _positive_sum(args, box) or _positive_line(term, box):
            return True
    return bool(_low(term, box) > 0)


def _low(term: Expr, box: Box) -> End:
    """A lower bound by interval arithmetic."""
    try:
        with precision(64):
            return enclose(term, intervals(box)).lo
    except Undefined:
        return -inf


def _positive_sum(args: tuple[Expr, ...], box: Box) -> bool:
    """Whether one summand is > 0 and the others are >= 0."""
    rest = [a for a in args if not is_positive(a, box)]
    return len(rest) < len(args) and all(is_nonnegative(a, box) for a in rest)


def is_nonnegative(term: Expr, box: Box) -> bool:
    """Whether a term is >= 0 on the box wherever it is defined, by its form."""
    match term:
        case Fn("Abs", _):
            return True
        case Pow(_, power) if power.denominator == 1 and power % 2 == 0:
            return True
        case Pow(base, power):
            return power.denominator != 1 or is_nonnegative(base, box)
        case Mul(args) if all(is_nonnegative(a, box) for a in args):
            return True
        case Add(args) if all(is_nonnegative(a, box) for a in args):
            return True
    return is_positive(term, box) or bool(_low(term, box) >= 0)


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
    return is_nonnegative(term, box) or bool(_low(tidy(term, box), box) >= 0)


def require_regular(term: Expr, box: Box) -> None:
    """Raise Rejected if the term may be undefined or jump somewhere on the box."""
    if not is_regular(term, box):
        raise Rejected(f"{term} may be undefined or jump on the box")
