"""Verdicts, derivations and findings, computed from the evidence in a record and from nothing else.

``check`` gathers evidence, ``judge`` says what it amounts to; the re-checker calls ``judge`` again on a ledger whose
evidence it has re-checked, so that no verdict can be typed by hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Record = dict[str, Any]
VERDICTS = ("proved", "cited", "assumed", "witnessed", "open", "refuted")  # from good to bad
FINDINGS = ("false", "not-uniform", "mis-cited", "missing-hypothesis", "typo")


def judge(records: Iterable[Record]) -> None:
    """Write verdict, derivation and finding into every record, its steps, its repair and its mutants."""
    table = {r["id"]: r for r in records}
    for record in table.values():
        for step in record["steps"]:
            _judge_step(step)
        for mutant in record["mutants"]:
            mutant["verdict"] = from_evidence(mutant["evidence"])
        if record["repair"] is not None:
            record["repair"]["verdict"] = from_evidence(record["repair"]["evidence"])
        record["verdict"] = _own_verdict(record)
    for record in table.values():
        if record["members"]:
            record["verdict"] = _together(record, table, ())
    for record in table.values():
        record["derivation"] = derivation(table.get(record["same_as"], record))
        record["finding"] = finding(record)
        record["rests_on"] = rests_on(record["id"], table)


def from_evidence(evidence: Mapping[str, Any]) -> str:
    """What a certificate or a counterexample amounts to."""
    if evidence.get("certificate") is not None:
        return "proved"
    return "refuted" if evidence.get("counterexample") is not None else "open"


def _judge_step(step: Record) -> None:
    step["verdict"] = from_evidence(step["evidence"])
    if step["citation"] is not None:
        step["citation"]["verdict"] = from_evidence(step["citation"]["evidence"])
    step["finding"] = finding(step)


def _own_verdict(record: Record) -> str:
    if record["kind"] == "hypothesis":
        return "assumed"
    if record["kind"] == "cited":
        return "cited"
    if record["statement"] is None:
        return "assumed" if record["kind"] == "definition" else "open"
    found = from_evidence(record["evidence"])
    return "witnessed" if found == "open" and _seen(record["witness"]) else found


def _seen(witness: Mapping[str, Any] | None) -> bool:
    return witness is not None and witness["runs"] > 0 and witness["violations"] == 0


def _together(record: Record, table: Mapping[str, Record], path: tuple[str, ...]) -> str:
    """A claim that is a conjunction is as good as the worst of its parts; an unknown part leaves it open."""
    found = []
    for key in record["members"]:
        part = table.get(key)
        if part is None or key in path:
            found.append("open")
        else:
            found.append(_together(part, table, (*path, record["id"])) if part["members"] else part["verdict"])
    return max(found, key=VERDICTS.index)


def derivation(record: Record) -> str:
    """``sound``: every printed step holds and the printed proof concludes; ``gap``: not so; ``none`` is printed.

    A step that holds, but not for the reason that is cited, is a gap.  A claim that is stated again has the
    derivation of the original.
    """
    if not record["printed"]:
        return "none"
    concluded = record["statement"] is None or record["evidence"]["method"] == "printed proof"
    stands = all(s["verdict"] == "proved" and s["finding"] != "mis-cited" for s in record["steps"])
    return "sound" if concluded and stands else "gap"


def finding(record: Record) -> str | None:
    """The worst thing that the evidence shows to be wrong with a claim or a step, as printed."""
    if record["verdict"] == "refuted":
        return "not-uniform" if _holds_in_a_case(record["evidence"].get("only")) else "false"
    citation = record.get("citation")
    if citation is not None and citation["verdict"] == "refuted":
        return "mis-cited"
    if any(m["counterexample"] is not None for m in record["evidence"].get("missing", ())):
        return "missing-hypothesis"
    return "typo" if record.get("typo") else None


def _holds_in_a_case(only: Mapping[str, Any] | None) -> bool:
    """Whether a line is proved in a special case, which a certified point shows to occur."""
    return only is not None and only["evidence"]["certificate"] is not None and only["occurs"]["counterexample"] is not None


def rests_on(key: str, table: Mapping[str, Record]) -> list[str]:
    """The claims used, directly or not, that are not proved."""
    seen: set[str] = set()
    stack = [key]
    while stack:
        for used in table[stack.pop()]["uses"]:
            if used in table and used not in seen:
                seen.add(used)
                stack.append(used)
    return sorted(k for k in seen - {key} if table[k]["verdict"] != "proved")


def counts(records: Sequence[Record]) -> dict[str, dict[str, int]]:
    """How many claims, steps, repairs and mutants have which verdict, derivation, finding and status."""
    steps = [s for r in records for s in r["steps"]]
    return {  # in the order of the alphabet, as the ledger has it
        "claims": _tally(r["verdict"] for r in records),
        "claims, as printed": _tally(r["status"]["as_printed"]["word"] for r in records),
        "claims, finding": _tally(r["finding"] for r in records),
        "claims, printed proof": _tally(r["derivation"] for r in records),
        "claims, with repairs": _tally(r["status"]["with_repairs"]["word"] for r in records),
        "mutants": _tally(m["verdict"] for r in records for m in r["mutants"]),
        "repairs": _tally(r["repair"]["verdict"] for r in records if r["repair"] is not None),
        "steps": _tally(s["verdict"] for s in steps),
        "steps, citation": _tally(s["citation"]["verdict"] for s in steps if s["citation"] is not None),
        "steps, finding": _tally(s["finding"] for s in steps),
    }


def _tally(words: Iterable[str | None]) -> dict[str, int]:
    return dict(sorted(Counter(word for word in words if word is not None).items()))
