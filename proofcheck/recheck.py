"""The second checker: re-checks a ledger by its certificates and points alone.

It shares nothing with the searchers.  Every certificate is replayed by the kernel and must prove the statement as the
ledger tells it; every point is certified by the kernel and evaluated again by other code; every scalar inequality inside
a certificate, and every point of scalar relations, is checked a second time by ``proofcheck.second``, which shares
nothing with the kernel; and every verdict must be what the evidence amounts to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from proofcheck import second
from proofcheck.confirm import Matter, confirm, matters
from proofcheck.evidence import is_plain, read_point
from proofcheck.independent import disagreement
from proofcheck.kernel.point import NoCounterexample
from proofcheck.kernel.terms import variables
from proofcheck.kernel.text import to_text
from proofcheck.propagation import propagate
from proofcheck.signatures import digest
from proofcheck.verdicts import counts, judge

DERIVED = ("verdict", "derivation", "finding", "rests_on", "status")


@dataclass
class Report:
    """What was re-checked, and one line for everything that does not hold."""

    claims: int = 0
    certificates: int = 0
    counterexamples: int = 0
    scalar_steps: int = 0
    scalar_points: int = 0
    problems: list[str] = field(default_factory=list)


def recheck(ledger: Mapping[str, Any]) -> Report:
    """Re-check a ledger; never raises for what is in it."""
    report = Report()
    if ledger.get("digest") != digest(ledger):
        report.problems.append("the ledger was changed after it was written: its digest does not fit")
    records = []
    for record in ledger.get("claims", ()):
        copy = deepcopy(record)
        try:
            _evidence(copy, ledger.get("signatures", {}), report)
            records.append(copy)
        except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
            key = record.get("id", "a claim") if isinstance(record, dict) else "a claim"
            report.problems.append(f"{key}: the record makes no sense: {type(error).__name__}: {error}")
        report.claims += 1
    report.problems += _verdicts(ledger, records)
    return report


def _evidence(record: dict[str, Any], signatures: Mapping[str, Any], report: Report) -> None:
    """Keep in the record what holds; note what does not."""
    for matter in matters(record, signatures):
        report.certificates += matter.evidence.get("certificate") is not None
        report.counterexamples += matter.evidence.get("counterexample") is not None
    report.problems += confirm(record, signatures)
    for matter in matters(record, signatures):
        found = matter.evidence.get("counterexample")
        if found is None:
            continue
        try:
            reason = disagreement(matter.hyps, matter.goal, read_point(found["point"]), found["at"])
        except NoCounterexample as error:
            reason = str(error)
        if reason is not None:
            report.problems.append(f"{matter.where}: the second evaluator disagrees with the counterexample: {reason}")
            matter.evidence["counterexample"] = None
    for matter in matters(record, signatures):
        _second(matter, signatures, report)


def _second(matter: Matter, signatures: Mapping[str, Any], report: Report) -> None:
    """What the second checker says to the scalar parts of the evidence."""
    certificate, found = matter.evidence.get("certificate"), matter.evidence.get("counterexample")
    try:
        if certificate is not None:
            meaning = certificate["signature"]
            dims = (signatures[meaning] if isinstance(meaning, str) else meaning)["dims"]
            for step in (data for rule, data, _ in certificate["steps"] if rule == "scalar"):
                report.scalar_steps += 1
                second.check_step("scalar", step, dims)
        if found is not None and all(map(is_plain, (matter.goal, *matter.hyps))):
            names = {v for rel in (matter.goal, *matter.hyps) for v in variables(rel)}
            report.scalar_points += 1
            second.check_point(to_text(matter.goal), [to_text(h) for h in matter.hyps], found["point"]["scalars"],
                               [v.name for v in names if v.integer])
    except second.Refused as error:
        report.problems.append(f"{matter.where}: the second checker refuses: {error}")


def recheck_answers(answers: Iterable[Mapping[str, Any]]) -> Report:
    """Re-check answers of ``decide`` by the second checker alone; never raises for what is in them."""
    report = Report()
    for number, answer in enumerate(answers, 1):
        report.claims += 1
        report.certificates += answer.get("certificate") is not None
        report.counterexamples += answer.get("counterexample") is not None
        report.problems += [f"answer {number}: {line}" for line in second.check_answer(answer)]
    return report


def _verdicts(ledger: Mapping[str, Any], records: list[dict[str, Any]]) -> list[str]:
    """Derive every verdict again and compare."""
    told = {r["id"]: deepcopy(r) for r in records}
    if len(told) != len(records):
        return ["an id occurs twice"]
    try:
        judge(records)
        propagate(records)
        problems = [line for r in records for line in _compared(told[r["id"]], r)]
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        return [f"verdicts cannot be derived: {type(error).__name__}: {error}"]
    return problems + _counts(ledger, records)


def _compared(told: Mapping[str, Any], derived: Mapping[str, Any]) -> Iterator[str]:
    """Differences between what a ledger tells and what follows from its evidence."""
    yield from _fields(told["id"], told, derived, DERIVED)
    if set(told["uses"]) != set(_uses(told)):
        yield f"{told['id']}: uses is not what the statement, the steps and the repair use"
    for old, new in zip(told["steps"], derived["steps"], strict=True):
        yield from _fields(old["id"], old, new, ("verdict", "finding"))
        if old["citation"] is not None:
            yield from _fields(f"{old['id']}, its citation", old["citation"], new["citation"], ("verdict",))
        yield from _boundary(new["id"], new["evidence"].get("boundary"))
    if told["repair"] is not None:
        yield from _fields(told["repair"]["id"], told["repair"], derived["repair"], ("verdict",))
    for number, (old, new) in enumerate(zip(told["mutants"], derived["mutants"], strict=True), 1):
        yield from _fields(f"{told['id']}, mutant {number}", old, new, ("verdict",))
        if new["verdict"] != new["expected"]:
            yield f"{told['id']}, mutant {number}: expected to be {new['expected']}, is {new['verdict']}"


def _uses(record: Mapping[str, Any]) -> Iterator[str]:
    """Every claim that a record uses somewhere, but itself."""
    for part in (record["own_uses"], *(s["uses"] for s in record["steps"]), (record["repair"] or {"uses": ()})["uses"],
                 [s["citation"]["of"] for s in record["steps"] if s["citation"] is not None]):
        yield from (used for used in part if used != record["id"])


def _boundary(where: str, boundary: Mapping[str, Any] | None) -> Iterator[str]:
    """Both sides of a boundary must be proved, and its places are the gaps between them."""
    if boundary is None:
        return
    pieces = boundary["pieces"]
    if any(p["evidence"]["certificate"] is None for p in pieces):
        yield f"{where}: a side of the boundary is not proved"
    ends = [sorted(Fraction(p[name]) for p in pieces if p[name] is not None) for name in ("high", "low")]
    told = [sorted(Fraction(p[name]) for p in boundary["places"]) for name in ("low", "high")]
    if ends != told:
        yield f"{where}: the places of the boundary are not where its sides end"


def _fields(where: str, told: Mapping[str, Any], derived: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if told[name] != derived[name]:
            yield f"{where}: {name} is {told[name]} in the ledger, {derived[name]} by the evidence"


def _counts(ledger: Mapping[str, Any], records: list[dict[str, Any]]) -> list[str]:
    told, found = ledger.get("counts"), counts(records)
    return [] if told == found else [f"the ledger counts {told}, its records are {found}"]
