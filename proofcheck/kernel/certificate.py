"""Theorems as plain data, and back by replaying every rule.

A certificate is {"signature": ..., "steps": [[rule, data, premise numbers], ...]}; the last step is the theorem.
Terms are text.  Nothing in a certificate is believed: ``replay`` applies the rules again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import proofcheck.kernel.rules  # noqa: F401  (registers the rules)
from proofcheck.kernel.terms import Array, Entry, Expr, Index, Rel, Var, subterms, variables
from proofcheck.kernel.text import Reader, Signature, TextError, to_text
from proofcheck.kernel.theorem import RULES, RuleError, Theorem

Certificate = dict[str, Any]
Known = dict[tuple[str, str], Expr | Rel]  # texts that have been read already


class BadCertificate(ValueError):
    """The data is not a certificate of the claim."""


def certify(theorem: Theorem) -> Certificate:
    """The theorem as plain data."""
    order = _ordered(theorem)
    number = {id(t): k for k, t in enumerate(order)}
    return {
        "signature": signature_data(item for t in order for item in _items(t)),
        "steps": [[t.rule, {k: _encode(v) for k, v in t.data.items()}, [number[id(p)] for p in t.premises]]
                  for t in order],
    }


def replay(certificate: Certificate) -> Theorem:
    """Apply every rule again; raises BadCertificate if one refuses or the data makes no sense."""
    try:
        reader = Reader(read_signature(certificate["signature"]))
        made: list[Theorem] = []
        known: Known = {}
        for name, data, premises in certificate["steps"]:
            arguments = {k: _decode(v, reader, known) for k, v in data.items()}
            made.append(RULES[name](*(made[k] for k in premises), **arguments))
        return made[-1]
    except RuleError as error:
        raise BadCertificate(f"a rule refuses: {error}") from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadCertificate(f"malformed: {type(error).__name__}: {error}") from None


def _ordered(theorem: Theorem) -> list[Theorem]:
    """Every theorem that this one rests on, premises first."""
    seen: dict[int, Theorem] = {}
    stack = [(theorem, False)]
    while stack:
        item, ready = stack.pop()
        if ready:
            seen.setdefault(id(item), item)
        elif id(item) not in seen:
            stack.append((item, True))
            stack.extend((p, False) for p in item.premises)
    return list(seen.values())


def _items(theorem: Theorem) -> Iterable[Any]:
    yield theorem.concl
    yield from theorem.hyps
    yield from theorem.data.values()


def collect(items: Iterable[Any]) -> tuple[dict[str, Array], dict[str, Index], set[str]]:
    """All arrays, indices and dimension names; raises ValueError if one name means two things."""
    arrays: dict[str, Array] = {}
    indices: dict[str, Index] = {}
    dims: set[str] = set()

    def note(table: dict[str, Any], name: str, value: Any) -> None:
        if table.setdefault(name, value) != value:
            raise ValueError(f"the name {name} means two things")

    def visit(item: Any) -> None:
        if isinstance(item, Rel):
            visit(item.lhs)
            visit(item.rhs)
        elif isinstance(item, Expr):
            dims.update(v.name for v in variables(item) if v.integer)
            for t in subterms(item):
                for i in getattr(t, "indices", ()) or [x for x in (getattr(t, "left", None), getattr(t, "right", None))
                                                       if isinstance(x, Index)]:
                    visit(i)
                if isinstance(t, Entry):
                    visit(t.array)
        elif isinstance(item, Array):
            if item.name not in arrays:
                for p in item.params:
                    visit(p)
                if item.body is not None:
                    visit(item.body)
            note(arrays, item.name, item)
        elif isinstance(item, Index):
            note(indices, item.name, item)
            dims.add(item.dim.name)
        elif isinstance(item, Mapping):
            for k, v in item.items():
                visit(k)
                visit(v)
        elif isinstance(item, (tuple, list)):
            for v in item:
                visit(v)

    for item in items:
        visit(item)
    return arrays, indices, dims


def signature_data(items: Iterable[Any]) -> dict[str, Any]:
    """What the names mean, as plain data, definitions in an order in which they can be read."""
    arrays, indices, dims = collect(items)
    return {
        "dims": sorted(dims),
        "indices": {name: indices[name].dim.name for name in sorted(indices)},
        "arrays": [[a.name, [p.name for p in a.params], None if a.body is None else to_text(a.body)]
                   for a in arrays.values()],
    }


def read_signature(data: Mapping[str, Any]) -> Signature:
    """The inverse of ``signature_data``."""
    dims = frozenset(data["dims"])
    indices = {name: Index(name, Var(dim, True)) for name, dim in data["indices"].items()}
    arrays: dict[str, Array] = {}
    for name, params, body in data["arrays"]:
        if name in arrays:
            raise ValueError(f"the name {name} means two things")
        signature = Signature(arrays, indices, dims)
        term = None if body is None else Reader(signature).term(body)
        arrays[name] = Array(name, tuple(indices[p] for p in params), term)
    return Signature(arrays, indices, dims)


def _encode(value: Any) -> Any:
    match value:
        case Rel():
            return {"rel": to_text(value)}
        case Expr():
            return {"term": to_text(value)}
        case Index():
            return {"index": value.name}
        case Array():
            return {"array": value.name}
        case tuple():
            return {"tuple": [_encode(v) for v in value]}
        case Mapping():
            return {"map": [[_encode(k), _encode(v)] for k, v in value.items()]}
        case list() | str() | int():
            return {"plain": value}
    raise TypeError(f"cannot write {type(value).__name__}")


def _decode(value: Any, reader: Reader, known: Known) -> Any:
    ((kind, data),) = value.items()
    match kind:
        case "rel" | "term":
            if (kind, data) not in known:  # most hypotheses occur in many steps
                known[kind, data] = reader.relation(data) if kind == "rel" else reader.term(data)
            return known[kind, data]
        case "index":
            return reader.signature.indices[data]
        case "array":
            return reader.signature.arrays[data]
        case "tuple":
            return tuple(_decode(v, reader, known) for v in data)
        case "map":
            return {_decode(k, reader, known): _decode(v, reader, known) for k, v in data}
        case "plain":
            return data
    raise TextError(f"unknown kind {kind!r}")
