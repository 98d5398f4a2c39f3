"""Counterexamples as theorems: the point is put for the parameters, sizes and arrays, and everything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from proofcheck.coq.statements import arrays_of, dimensions, indices, parameters
from proofcheck.coq.terms import NotExpressible, as_tuple, coq, number
from proofcheck.kernel.terms import Array, Rel
from proofcheck.kernel.text import Reader
from proofcheck.second.terms import Term, num, rebuilt

Lines = list[str]


def tactics(goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> Lines:
    """Tactics for the theorem of ``statements.refuted``; raises NotExpressible."""
    return [*(f"exists {v}." for v in values(goal, hyps, found)), "abbreviations.", _settled("at_point", goal, found)]


def against(goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> Lines:
    """Tactics for the theorem of ``statements.upheld``."""
    return ["abbreviations.", _settled("some_way", goal, found)]


def _settled(tactic: str, goal: Rel, found: Mapping[str, Any]) -> str:
    where = [str(found["at"][i.name]) for i in reversed(indices(goal))]
    return f"{tactic} {found['bits']} ({' :: '.join([*where, '@nil nat'])})%nat."


def values(goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> list[str]:
    """What the point puts for sizes, parameters and arrays, in the order of ``statements.binders``."""
    rels, point = (goal, *hyps), found["point"]
    known = _values(hyps, point["scalars"])
    missing = [v.name for v in parameters(rels) if v.name not in known]
    if missing:
        raise NotExpressible(f"the value of {missing[0]} comes from an equation over arrays")
    return [*(f"{known[v.name][1]}%Z" for v in dimensions(rels)), *(coq(known[v.name]) for v in parameters(rels)),
            *(_array(a, point["arrays"][a.name]) for a in arrays_of(rels)[0])]


def _values(hyps: Sequence[Rel], scalars: Mapping[str, str]) -> dict[str, Term]:
    """The parameters as closed terms; what the point leaves open is computed from equations among the hypotheses."""
    values = {name: _number(text) for name, text in scalars.items()}
    equations = [(as_tuple(h.lhs), as_tuple(h.rhs)) for h in hyps if h.op == "="]
    while True:
        found = next(((left[1], right) for left, right in equations if left[0] == "var" and left[1] not in values
                      and _known(right, values)), None)
        if found is None:
            return values
        values[found[0]] = _filled(found[1], values)


def _number(text: str) -> Term:
    try:
        return num(Fraction(text))
    except ValueError:
        return as_tuple(Reader().term(text))


def _known(term: Term, values: Mapping[str, Term]) -> bool:
    """Whether everything in a term has a value."""
    if term[0] in ("var", "dim"):
        return term[1] in values
    return term[0] in ("num", "pi", "add", "mul", "pow", "fn") and all(
        _known(t, values) for t in term if isinstance(t, tuple))


def _filled(term: Term, values: Mapping[str, Term]) -> Term:
    return values[term[1]] if term[0] in ("var", "dim") else rebuilt(term, lambda t: _filled(t, values))


def _array(array: Array, values: Any) -> str:
    """The entries of an array, as a function of indices that count from 1."""
    names = [f"k{n}" for n in range(len(array.params))]
    body, missing = _list(values), len(names) - 1
    for n, name in enumerate(names):
        body = f"(entry {'0' if n == missing else 'nil'} {body} {name})"
    return f"(fun {' '.join(names)} => {body})" if names else number(Fraction(values))


def _list(values: Any) -> str:
    if not isinstance(values, list):
        return number(Fraction(values))
    return f"({' :: '.join([*map(_list, values), 'nil'])})"
