"""Counterexamples as plain data, and the kernel's word on them.

Numbers are text, rationals and terms such as log(2), so that nothing is lost between the search, the ledger and the
re-checkers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.point import NoCounterexample, Point, Violation, closed, refute
from proofcheck.kernel.terms import Delta, Diff, Entry, Expr, Num, Peak, Rel, Sum, children, rebuild, subterms
from proofcheck.kernel.text import Reader, to_text

PRECISIONS = (128, 512, 2048)
ABSURD = Rel("<=", Num(Fraction(1)), Num(Fraction(0)))  # refuted by every point at which the hypotheses hold

Hyps = tuple[Rel, ...]
Data = dict[str, Any]


def written_out(term: Expr) -> Expr:
    """The term with every derivative carried out by the kernel."""
    match term:
        case Diff(body, wrt):
            return written_out(derivative(written_out(body), wrt))
        case _:
            parts = children(term)
            return rebuild(term, tuple(written_out(c) for c in parts)) if parts else term


def is_plain(rel: Rel) -> bool:
    """Whether a relation is about numbers alone: no arrays, sums, indices or derivatives."""
    return not any(isinstance(t, (Entry, Delta, Sum, Peak, Diff)) for side in (rel.lhs, rel.rhs) for t in subterms(side))


def plain_relation(rel: Rel) -> Rel:
    """The relation without derivatives; raises NoCounterexample if one cannot be carried out."""
    try:
        return Rel(rel.op, written_out(rel.lhs), written_out(rel.rhs))
    except NotDifferentiable as error:
        raise NoCounterexample(str(error)) from None


def certified(hyps: Hyps, goal: Rel, point: Point, precisions: Iterable[int] = PRECISIONS) -> tuple[Violation, int]:
    """The kernel's violation and the bits it took; raises NoCounterexample with the last reason."""
    reason = NoCounterexample("no precision was tried")
    for bits in precisions:
        try:
            return refute(tuple(map(plain_relation, hyps)), plain_relation(goal), point, bits), bits
        except NoCounterexample as error:
            reason = error
    raise reason


def counterexample_data(hyps: Hyps, goal: Rel, point: Point) -> Data:
    """A certified counterexample as plain data; raises NoCounterexample."""
    found, bits = certified(hyps, goal, point)
    return {"point": point_data(point), "at": dict(found.at), "lhs": found.lhs, "rhs": found.rhs,
            "margin": found.margin, "bits": bits}


def recertified(hyps: Hyps, goal: Rel, data: Mapping[str, Any]) -> Violation:
    """Certify a recorded counterexample again and compare what is reported; raises NoCounterexample."""
    found, _ = certified(hyps, goal, read_point(data["point"]), (int(data["bits"]),))
    told = tuple(data[k] for k in ("at", "lhs", "rhs", "margin"))
    if told != (dict(found.at), found.lhs, found.rhs, found.margin):
        raise NoCounterexample(f"the record says {told[1]} against {told[2]}, the kernel finds {found.lhs} "
                               f"against {found.rhs}")
    return found


def point_data(point: Point) -> Data:
    """Scalars and nested lists of rationals, as text."""
    return {"scalars": {k: value_text(v) for k, v in sorted(point.scalars.items())},
            "arrays": {k: _texts(v) for k, v in sorted(point.arrays.items())}}


def read_point(data: Mapping[str, Any]) -> Point:
    """The inverse of ``point_data``; raises NoCounterexample for anything else."""
    try:
        return Point({k: read_value(v) for k, v in data["scalars"].items()},
                     {k: _numbers(v) for k, v in data["arrays"].items()})
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise NoCounterexample(f"not a point: {error}") from None


def value_text(value: Fraction | Expr) -> str:
    """The value of one parameter as text."""
    return to_text(value) if isinstance(value, Expr) else str(Fraction(value))


def read_value(text: str) -> Fraction | Expr:
    """The inverse of ``value_text``; raises NoCounterexample or ValueError for anything else."""
    try:
        return Fraction(text)
    except ValueError:
        term = closed(Reader().term(text))
    return term.value if isinstance(term, Num) else term


def _texts(item: Any) -> Any:
    return [_texts(i) for i in item] if isinstance(item, (list, tuple)) else str(Fraction(item))


def _numbers(item: Any) -> Any:
    return [_numbers(i) for i in item] if isinstance(item, list) else Fraction(item)
