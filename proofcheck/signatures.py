"""What the names in a ledger mean, told once instead of in every certificate.

Certificates whose names agree share a signature.  A name that one certificate uses for a parameter and another for
an index or an array keeps the two apart, so that sharing never changes what a text means.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

NAME = re.compile(r"[A-Za-z_]\w*'?")
Definition = tuple[tuple[str, ...], str | None]


@dataclass
class Group:
    """A shared signature and the names that its texts use without declaring them."""

    dims: set[str] = field(default_factory=set)
    indices: dict[str, str] = field(default_factory=dict)
    arrays: dict[str, Definition] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)

    @property
    def declared(self) -> set[str]:
        """The names that mean something other than a real parameter or a function."""
        return self.dims | set(self.indices) | set(self.arrays)

    def agrees(self, other: Group) -> bool:
        """Whether both can be told in one signature without changing the meaning of any text."""
        kinds = [_kinds(self), _kinds(other)]
        return (all(kinds[0][n] == kinds[1][n] for n in kinds[0].keys() & kinds[1].keys())
                and not self.loose & other.declared and not other.loose & self.declared)

    def take(self, other: Group) -> None:
        """Add the other's names."""
        self.dims |= other.dims
        self.indices |= other.indices
        self.arrays |= other.arrays
        self.loose |= other.loose

    def data(self) -> dict[str, Any]:
        """The signature as plain data, in an order that depends on nothing but the names."""
        return {"dims": sorted(self.dims), "indices": dict(sorted(self.indices.items())),
                "arrays": [[name, list(self.arrays[name][0]), self.arrays[name][1]] for name in _in_order(self.arrays)]}


def _kinds(group: Group) -> dict[str, object]:
    return {**dict.fromkeys(group.dims, "dimension"), **{k: ("index", v) for k, v in group.indices.items()}, **group.arrays}


def _in_order(arrays: Mapping[str, Definition]) -> list[str]:
    """Definitions after what they use, by name where that leaves a choice."""
    done: list[str] = []

    def visit(name: str) -> None:
        if name in done:
            return
        for used in sorted(set(NAME.findall(arrays[name][1] or "")) & arrays.keys() - {name}):
            visit(used)
        done.append(name)

    for name in sorted(arrays):
        visit(name)
    return done


def group_of(signature: Mapping[str, Any], texts: Iterable[str]) -> Group:
    """A signature with the loose names of the texts that are read with it."""
    found = Group(set(signature["dims"]), dict(signature["indices"]),
                  {name: (tuple(params), body) for name, params, body in signature["arrays"]})
    bodies = [body for _, body in found.arrays.values() if body is not None]
    found.loose = {n for t in (*texts, *bodies) for n in NAME.findall(t)} - found.declared
    return found


class Signatures:
    """The signatures of a ledger, by name."""

    def __init__(self) -> None:
        self.groups: list[Group] = []

    def add(self, signature: Mapping[str, Any], texts: Iterable[str]) -> str:
        """The name of a signature that serves these texts."""
        new = group_of(signature, texts)
        for k, group in enumerate(self.groups):
            if group.agrees(new):
                group.take(new)
                return name_of(k)
        self.groups.append(new)
        return name_of(len(self.groups) - 1)

    def data(self) -> dict[str, Any]:
        """All signatures as plain data."""
        return {name_of(k): group.data() for k, group in enumerate(self.groups)}


def name_of(k: int) -> str:
    """The first signature is ``main``, the others are numbered."""
    return "main" if k == 0 else f"other-{k}"


def texts_of(item: Any) -> Iterator[str]:
    """Every string inside plain data."""
    if isinstance(item, str):
        yield item
    elif isinstance(item, Mapping):
        for value in item.values():
            yield from texts_of(value)
    elif isinstance(item, (list, tuple)):
        for value in item:
            yield from texts_of(value)


def certificates(record: Any) -> Iterator[dict[str, Any]]:
    """Every certificate inside a record."""
    if isinstance(record, dict):
        if isinstance(record.get("certificate"), dict):
            yield record["certificate"]
        for key, value in record.items():
            if key != "certificate":
                yield from certificates(value)
    elif isinstance(record, list):
        for value in record:
            yield from certificates(value)


def share(records: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Replace the signatures inside records by names; returns what the names mean."""
    table = Signatures()
    places: list[tuple[dict[str, Any], str]] = []
    for record in records:
        own = record.pop("signature")
        places.append((record, table.add(own, statements(record))))
        for certificate in certificates(record):
            places.append((certificate, table.add(certificate.pop("signature"), texts_of(certificate["steps"]))))
    for place, name in places:
        place["signature"] = name
    return table.data()


def statements(item: Any) -> Iterator[str]:
    """The texts of all relations inside a record."""
    if isinstance(item, Mapping):
        if isinstance(item.get("text"), str):
            yield item["text"]
        for key, value in item.items():
            if key != "certificate":
                yield from statements(value)
    elif isinstance(item, list):
        for value in item:
            yield from statements(value)


def abbreviations(text: str, signature: Mapping[str, Any]) -> Iterator[tuple[str, list[str], str]]:
    """The names in a text that stand for a formula, with their indices and the formula; then the names in those."""
    bodies = {name: (params, body) for name, params, body in signature["arrays"] if body is not None}
    seen: set[str] = set()
    todo = NAME.findall(text)
    while todo:
        name = todo.pop(0)
        if name in bodies and name not in seen:
            seen.add(name)
            yield name, *bodies[name]
            todo += NAME.findall(bodies[name][1])


def digest(ledger: Mapping[str, Any]) -> str:
    """A fingerprint of everything in a ledger but its provenance; it shows slips, not forgery."""
    rest = {k: v for k, v in ledger.items() if k not in ("provenance", "digest")}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
