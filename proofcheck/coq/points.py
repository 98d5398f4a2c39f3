"""Counterexamples as theorems: the point is put for the parameters, sizes and arrays, and everything is computed.

Abbreviations are computed first, entry by entry, each from those before it: all at once they would grow beyond bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

from proofcheck.coq.exact import Values, places
from proofcheck.coq.statements import arrays_of, dimensions, indices, parameters, partial
from proofcheck.coq.terms import NotExpressible, as_tuple, coq, identifier, number
from proofcheck.kernel.terms import Array, Rel
from proofcheck.kernel.text import Reader
from proofcheck.second.terms import Term, num, rebuilt

Lines = list[str]
MOST = 100  # entries of abbreviations that are computed one by one; with more of them Coq needs minutes and gigabytes


def tactics(goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> Lines:
    """Tactics for the theorem of ``statements.refuted``; raises NotExpressible."""
    return [*(f"exists {v}." for v in values(goal, hyps, found)), *_computed("at_point", goal, hyps, found)]


def against(goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> Lines:
    """Tactics for the theorem of ``statements.upheld``."""
    return _computed("some_way", goal, hyps, found)


def _computed(tactic: str, goal: Rel, hyps: Sequence[Rel], found: Mapping[str, Any]) -> Lines:
    """First the abbreviations, then all relations."""
    rels = (goal, *hyps)
    exact, bits = _exact(rels, hyps, found["point"]), f"{found['bits']}%positive"
    lines, short, arrays = ["abbreviations."], partial(rels), arrays_of(rels)[1]
    count = sum(prod(exact.sizes[p.dim.name] for p in a.params) for a in arrays)
    if count > MOST:
        raise NotExpressible(f"abbreviations have {count} entries at this point, more than the {MOST} that are computed")
    for array in arrays:
        lines += _entries(array, exact, short, bits)
    for rel in rels:
        free, sides = indices(rel), (as_tuple(rel.lhs), as_tuple(rel.rhs))
        for at in places(exact.sizes, [i.dim.name for i in free]):
            for side in sides:
                exact.of(side, dict(zip((i.name for i in free), at, strict=True)))
    where = [str(found["at"][i.name]) for i in reversed(indices(goal))]
    return [*lines, f"{tactic} {bits} ({' :: '.join([*where, '@nil nat'])})%nat {_roots(exact)}."]


def _exact(rels: Sequence[Rel], hyps: Sequence[Rel], point: Mapping[str, Any]) -> Values:
    known = _values(hyps, point["scalars"])
    plain = Values({}, {}, {}, {})
    sizes = {v.name: int(known[v.name][1]) for v in dimensions(rels)}
    return Values(sizes, {n: plain.of(t, {}) for n, t in known.items()}, point["arrays"],
                  {a.name: ([p.name for p in a.params], as_tuple(a.body)) for a in arrays_of(rels)[1] if a.body})


def _entries(array: Array, exact: Values, short: frozenset[str], bits: str) -> Lines:
    """The entries of an abbreviation: that they are defined, and their values if these are rational."""
    value, defined = identifier("a", array.name), identifier("c", array.name)
    lines, whole = [], bool(array.params)
    for place in places(exact.sizes, [p.dim.name for p in array.params]):
        at = " ".join(f"{k}%nat" for k in place)
        if array.name in short:
            lines.append(f"assert ({defined} {at}) by (unfold {defined}; at_point {bits} (@nil nat) {_roots(exact)}).")
        found = exact.entry(array.name, place)
        if found is not None:
            lines.append(f"assert ({value} {at} = {number(found)}) by (valued {value} {bits} {_roots(exact)}).")
        whole = whole and found is not None
    if not lines:
        return []
    return [*lines, *([f"clearbody {defined}."] if array.name in short else []), *([f"clearbody {value}."] if whole else [])]


def _roots(exact: Values) -> str:
    return f"({' :: '.join([*map(number, sorted(exact.roots)), '@nil R'])})"


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
