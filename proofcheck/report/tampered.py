"""Where a ledger contradicts itself: a word that its own evidence does not give, a count or a fingerprint that is off."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from proofcheck.propagation import propagate
from proofcheck.signatures import digest
from proofcheck.verdicts import Record, counts, judge


def contradictions(ledger: Mapping[str, Any]) -> list[str]:
    """One line for each; none for a ledger as ``verify`` writes it.  Certificates are not replayed here: ``recheck`` is."""
    derived = copy.deepcopy([{**r, "evidence": _bare(r["evidence"])} for r in ledger["claims"]])
    judge(derived)
    propagate(derived)
    found = [line for old, new in zip(ledger["claims"], derived, strict=True) for line in _differences(old, new)]
    if ledger["counts"] != counts(derived):
        found.append("the counts of the ledger are not those of its claims")
    if ledger["digest"] != digest(ledger):
        found.append("the ledger has been changed since it was written: its fingerprint does not fit")
    return found


def _bare(evidence: Mapping[str, Any]) -> dict[str, Any]:
    """The evidence without what takes long to copy."""
    return {k: (None if v is None else {}) if k == "certificate" else v for k, v in evidence.items()}


def _differences(old: Record, new: Record) -> Iterator[str]:
    for name, one, two in words(old, new):
        if one != two:
            yield f"{name}: the ledger says {one}, its evidence gives {two}"


def words(old: Record, new: Record) -> Iterator[tuple[str, Any, Any]]:
    """Every word that is derived from evidence, in both records."""
    key = old["id"]
    yield from ((key, old[k], new[k]) for k in ("verdict", "derivation", "finding"))
    yield from ((f"{key}, {k.replace('_', ' ')}", old["status"][k]["word"], new["status"][k]["word"]) for k in old["status"])
    for one, two in zip(old["steps"], new["steps"], strict=True):
        yield from ((one["id"], one[k], two[k]) for k in ("verdict", "finding"))
        if one["citation"] is not None:
            yield f"{one['id']}, citation", one["citation"]["verdict"], two["citation"]["verdict"]
    if old["repair"] is not None:
        yield old["repair"]["id"], old["repair"]["verdict"], new["repair"]["verdict"]
    for number, (one, two) in enumerate(zip(old["mutants"], new["mutants"], strict=True), 1):
        yield f"{key}, mutant {number}", one["verdict"], two["verdict"]
