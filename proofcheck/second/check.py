"""Proofs and points of scalar inequalities, told as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

from flint import ctx

from proofcheck.second.domains import Domain, Range
from proofcheck.second.intervals import Interval, enclose
from proofcheck.second.nodes import prove
from proofcheck.second.terms import Refused, Rel, Term, minus, names, num, put, read, rebuilt, relations, require

POINT_BITS = (224, 800, 3104)


def _bound(rel: Rel) -> tuple[str, Range] | None:
    """The range that a hypothesis such as 0 < x, x <= 1 or |x| <= 1 states."""
    match rel:
        case (op, ("num", value), ("var", name)):
            return name, Range(value, value if op == "=" else inf, op == "<")
        case (op, ("var", name), ("num", value)):
            return name, Range(value if op == "=" else -inf, value, False, op == "<")
        case ("<=" | "<" as op, ("fn", "Abs", ("var", name)), ("num", value)):
            return name, Range(-value, value, op == "<", op == "<")
    return None


def setting(goal: Rel, hyps: list[Rel], dims: frozenset[str]) -> tuple[Rel, Domain, Domain]:
    """The goal, the domain and the same with all it is told, once hypotheses parameter = term are used up."""
    for k, (op, left, right) in enumerate(hyps):
        if op == "=" and left[0] == "var" and left[1] not in names(right) | dims:
            first, *rest = ((o, put(a, left, right), put(b, left, right)) for o, a, b in (goal, *hyps[:k], *hyps[k + 1:]))
            return setting(first, rest, dims)
    box = {n: Range(1, inf) if n in dims else Range(-inf, inf) for r in (goal, *hyps) for n in names(r[1]) | names(r[2])}
    box = {n: r._replace(lo=Fraction(1)) if n in dims else r for n, r in sorted(box.items())}
    for name, r in filter(None, map(_bound, hyps)):
        old = box[name]
        lo, lo_open = max((old.lo, old.lo_open), (r.lo, r.lo_open))
        hi, closed = min((old.hi, not old.hi_open), (r.hi, not r.hi_open))
        box[name] = Range(lo, hi, lo_open, not closed)
    dom = Domain(box, (), dims & box.keys())
    for hyp in hyps:
        if _bound(hyp) is None:
            with suppress(Refused):  # a hypothesis without a normal form says nothing
                dom = replace(dom, given=dom.given + tuple((dom.form.tidy(gap), sharp) for gap, sharp in _gaps(hyp)))
    return goal, dom, replace(dom, given=tuple(gap for hyp in hyps for gap in _gaps(hyp)))


def _gaps(rel: Rel) -> list[tuple[Term, bool]]:
    """A relation as terms that are >= 0, or > 0."""
    op, left, right = rel
    return [(minus(right, left), op == "<"), *([(minus(left, right), False)] if op == "=" else [])]


def check_proof(goal: str, hyps: Sequence[str], tree: Any, dims: Iterable[str] = (),
                conditions: Iterable[tuple[str, Any]] = ()) -> None:
    """Raise Refused unless the tree proves the relation under the hypotheses; names in ``dims`` are integers >= 1.

    An equality has no tree: both sides must have one normal form.  ``conditions`` are inequalities with trees, which are
    proved first and may be needed to see that the goal is defined.
    """
    with _refusing():
        (rel,) = relations(goal)
        (op, left, right), dom, known = setting(rel, [r for h in hyps for r in relations(h)], frozenset(dims))
        for text, why in conditions:
            ((sign, low, high),) = relations(text)
            gap = minus(high, low)
            require(sign != "=" and names(gap) <= dom.box.keys() and known.defined(gap), f"no condition: {text}")
            prove(dom.form.tidy(gap), dom, sign == "<", why)
            known = known.knowing(gap, sign == "<")
        require(known.defined(left, right), "the goal may be undefined somewhere")
        if op == "=":
            require(dom.same(left, right), "the two sides have different normal forms")
        else:
            prove(dom.form.tidy(minus(right, left)), dom, op == "<", tree)


def follows(goal: Rel, premise: Rel, factor: Term, hyps: list[Rel], dims: Iterable[str]) -> Rel:
    """The goal, if it is the premise times a factor that is >= 0 (> 0 for a strict goal); raises Refused otherwise."""
    dom = setting(goal, hyps, frozenset(dims))[2]
    require(premise[0] == goal[0] and dom.rank(factor) >= (2 if goal[0] == "<" else 1), "the factor may be negative")
    require(dom.defined(factor, *goal[1:]), "the goal may be undefined somewhere")
    product = ("mul", factor, minus(premise[2], premise[1]))
    require(dom.same(minus(goal[2], goal[1]), product), "the factor does not give the goal")
    return goal


def check_point(goal: str, hyps: Sequence[str], point: Mapping[str, str], dims: Iterable[str] = ()) -> None:
    """Raise Refused unless all hypotheses certainly hold at the rational point and the goal certainly fails there.

    Parameters that the point leaves open are computed from hypotheses of the form parameter = term.
    """
    with _refusing():
        values, left = _values(hyps, point, frozenset(dims))
        (rel,) = relations(goal)
        require(all(_holds(h, values) for h in left), "a hypothesis does not certainly hold at the point")
        require(_holds(rel, values) is False, "the goal does not certainly fail at the point")


def value_at(term: Term, hyps: Sequence[str], point: Mapping[str, str]) -> Interval:
    """The value of a term at a point."""
    with _refusing(), ctx.workprec(POINT_BITS[0]):
        return enclose(_at(term, _values(hyps, point, frozenset())[0]), {})


def _number(text: str) -> Term:
    """The value of a parameter: a rational, or a term without parameters such as log(2)."""
    try:
        return num(Fraction(text))
    except ValueError:
        term = read(text)
        require(not names(term), f"{text} is not a value")
        return term


def _values(hyps: Sequence[str], point: Mapping[str, str], dims: frozenset[str]) -> tuple[dict[str, Term], list[Rel]]:
    """The parameters as terms without parameters, and the hypotheses that are not used up for that."""
    values, left = {n: _number(v) for n, v in point.items()}, [r for h in hyps for r in relations(h)]
    require(all(values[n][0] == "num" and values[n][1] >= 1 and values[n][1].denominator == 1 for n in dims),
            "a dimension is an integer >= 1")
    while rule := next((h for h in left if h[0] == "=" and h[1][0] == "var" and h[1][1] not in values
                        and names(h[2]) <= values.keys()), None):
        values[rule[1][1]] = _at(rule[2], values)
        left.remove(rule)
    return values, left


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever goes wrong inside is a refusal."""
    try:
        yield
    except Exception as error:
        raise Refused(str(error) or type(error).__name__) from None


def _at(term: Term, values: Mapping[str, Term]) -> Term:
    return values[term[1]] if term[0] == "var" else rebuilt(term, lambda t: _at(t, values))


def _holds(rel: Rel, values: Mapping[str, Term]) -> bool | None:
    """Whether a relation holds at a point, if exact arithmetic or some precision decides that."""
    op, left, right = rel[0], _at(rel[1], values), _at(rel[2], values)
    none = Domain({})
    require(none.defined(left, right), "a term may be undefined at the point")
    gap = none.form.tidy(minus(right, left))
    for bits in POINT_BITS:
        with ctx.workprec(bits):
            low, high = enclose(gap, {})
        yes = {"<=": low >= 0, "<": low > 0, "=": low == 0 == high}[op]
        no = {"<=": high < 0, "<": high <= 0, "=": low > 0 or high < 0}[op]
        if yes or no:
            return bool(yes)
    return None
