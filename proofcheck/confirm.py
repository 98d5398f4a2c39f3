"""The kernel's word on every certificate and counterexample of a record.

A record is plain data from somewhere; what the kernel does not confirm is taken out of it, with a line that says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofcheck.evidence import ABSURD, Hyps, read_point, recertified
from proofcheck.kernel.certificate import BadCertificate, read_signature, replay
from proofcheck.kernel.point import NoCounterexample, Point
from proofcheck.kernel.terms import Rel, Var
from proofcheck.kernel.text import Reader, TextError

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Matter:
    """One relation under its hypotheses and the evidence for or against it."""

    where: str
    goal: Rel
    hyps: Hyps
    evidence: dict[str, Any]


def confirm(record: Record, signatures: Mapping[str, Any] | None = None) -> list[str]:
    """Remove what the kernel does not confirm; one line for each removal.  Raises TextError for unreadable statements."""
    problems = []
    for matter in matters(record, signatures):
        for kind, check in (("certificate", _certificate), ("counterexample", _counterexample)):
            if matter.evidence.get(kind) is None:
                continue
            try:
                check(matter, signatures)
            except (BadCertificate, NoCounterexample) as error:
                problems.append(f"{matter.where}: the {kind} does not hold: {error}")
                matter.evidence[kind] = None
        if matter.evidence.get("certificate") is not None and matter.evidence.get("counterexample") is not None:
            problems.append(f"{matter.where}: proved and refuted at the same time")
    return problems


def points_in(record: Record, signatures: Mapping[str, Any] | None = None) -> dict[tuple[Rel, Hyps], Point]:
    """The points that a record gives against its goals; nothing is checked.  Raises TextError and NoCounterexample."""
    return {(m.goal, m.hyps): read_point(m.evidence["counterexample"]["point"]) for m in matters(record, signatures)
            if m.evidence.get("counterexample") is not None}


def matters(record: Record, signatures: Mapping[str, Any] | None = None) -> Iterator[Matter]:
    """Everything in a record that can be proved or refuted.  Raises TextError for texts that make no sense."""
    read = Reader(read_signature(_meaning(record["signature"], signatures))).relation
    hyps = _given(record["given"], read)
    key = record["id"]
    if record["statement"] is not None:
        goal = read(record["statement"]["text"])
        yield Matter(key, goal, hyps, record["evidence"])
        yield from _missing(key, goal, hyps, record["evidence"], read)
    for step in record["steps"]:
        goal, own = read(step["statement"]["text"]), (*hyps, *_given(step["given"], read))
        yield Matter(step["id"], goal, own, step["evidence"])
        yield from _missing(step["id"], goal, own, step["evidence"], read)
        yield from _special(step["id"], goal, own, step["evidence"].get("only"), read)
        yield from _pieces(step["id"], goal, own, step["evidence"].get("boundary"))
        if step["citation"] is not None:
            needs = read(step["citation"]["needs"]["text"])
            yield Matter(f"{step['id']}, what {step['citation']['of']} needs", needs, own, step["citation"]["evidence"])
    repair = record["repair"]
    if repair is not None and repair["statement"] is not None:
        yield Matter(repair["id"], read(repair["statement"]["text"]), _given(repair["given"], read), repair["evidence"])
    for number, mutant in enumerate(record["mutants"], 1):
        dropped = {read(h["text"]) for h in mutant["dropped"]}
        yield Matter(f"{key}, mutant {number}", read(mutant["statement"]["text"]),
                     tuple(h for h in hyps if h not in dropped), mutant["evidence"])


def _missing(key: str, goal: Rel, hyps: Hyps, evidence: Mapping[str, Any], read: Any) -> Iterator[Matter]:
    for item in evidence.get("missing", ()):
        dropped = read(item["given"]["text"])
        if dropped not in hyps:
            raise TextError(f"{key}: {item['given']['text']} is not among the hypotheses")
        yield Matter(f"{key} without {item['given']['text']}", goal, tuple(h for h in hyps if h != dropped), item)


def _special(key: str, goal: Rel, hyps: Hyps, only: Mapping[str, Any] | None, read: Any) -> Iterator[Matter]:
    """The goal in a special case, and a point of that case."""
    if only is not None:
        case = (*hyps, read(only["given"]["text"]))
        yield Matter(f"{key} for {only['given']['text']}", goal, case, only["evidence"])
        yield Matter(f"{key}: whether {only['given']['text']} occurs", ABSURD, case, only["occurs"])


def _pieces(key: str, goal: Rel, hyps: Hyps, boundary: Mapping[str, Any] | None) -> Iterator[Matter]:
    """On each side of a boundary the goal, or its negation, is proved."""
    for piece in boundary["pieces"] if boundary is not None else ():
        var = Var(boundary["var"])  # type: ignore[index]
        claim = goal if piece["truth"] == "holds" else Rel("<=" if goal.op == "<" else "<", goal.rhs, goal.lhs)
        ends = ([] if piece["low"] is None else [var >= Fraction(piece["low"])],
                [] if piece["high"] is None else [var <= Fraction(piece["high"])])
        yield Matter(f"{key}, {piece['truth']} for {piece['low']} <= {var} <= {piece['high']}", claim,
                     (*hyps, *ends[0], *ends[1]), piece["evidence"])


def _given(items: Iterable[Mapping[str, Any]], read: Any) -> Hyps:
    return tuple(read(g["text"]) for g in items)


def _meaning(signature: Any, signatures: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """A signature, told in place or by its name."""
    if not isinstance(signature, str):
        return signature  # type: ignore[no-any-return]
    if signatures is None or signature not in signatures:
        raise TextError(f"unknown signature {signature!r}")
    return signatures[signature]  # type: ignore[no-any-return]


def _certificate(matter: Matter, signatures: Mapping[str, Any] | None) -> None:
    certificate = matter.evidence["certificate"]
    try:
        theorem = replay({**certificate, "signature": _meaning(certificate["signature"], signatures)})
    except (KeyError, TypeError, TextError) as error:
        raise BadCertificate(f"malformed: {error}") from None
    if theorem.concl != matter.goal:
        raise BadCertificate(f"it proves {theorem.concl}, not {matter.goal}")
    extra = theorem.hyps - frozenset(matter.hyps)
    if extra:
        raise BadCertificate(f"it also assumes {', '.join(sorted(map(repr, extra)))}")


def _counterexample(matter: Matter, _: Mapping[str, Any] | None) -> None:
    try:
        recertified(matter.hyps, matter.goal, matter.evidence["counterexample"])
    except (KeyError, TypeError, ValueError) as error:
        if isinstance(error, NoCounterexample):
            raise
        raise NoCounterexample(f"malformed: {error}") from None
