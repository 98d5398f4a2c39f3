"""Whether plain data is a ledger that a report can be made of; said in one line before anything is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proofcheck.ledger import LedgerError
from proofcheck.verdicts import FINDINGS, VERDICTS

VERDICT, FINDING = frozenset(VERDICTS), frozenset((*FINDINGS, None))
RESULT = frozenset(("proved", "refuted", "open"))
STATEMENT = {"text": str}
POINT = {"point": {"scalars": dict, "arrays": dict}, "at": dict, "lhs": str, "rhs": str, "margin": str, "bits": int}
EVIDENCE = {"method": str, "certificate": (None, {"steps": list}), "counterexample": (None, POINT)}
GIVEN = [{"text": str, "words": str, "implicit": bool}]
WITNESS = {"runs": int, "violations": int, "worst_slack": str}
STATUS = {"word": frozenset((*VERDICTS, "false", "broken", "conditional", "stands")), "broken_by": [str], "rests_on": [str],
          "unstated": [str], "repairs": [str]}
STEP = {"id": str, "paper_line": int, "statement": STATEMENT, "verdict": VERDICT, "finding": FINDING, "why": str,
        "uses": [str], "given": GIVEN, "evidence": EVIDENCE, "witness": (None, WITNESS), "typo": (None, str),
        "note": (None, str), "citation": (None, {"of": str, "needs": STATEMENT, "words": str, "verdict": RESULT,
                                                 "evidence": EVIDENCE})}
REPAIR = {"id": str, "statement": (None, STATEMENT), "verdict": RESULT, "why": str, "given": GIVEN, "uses": [str],
          "evidence": EVIDENCE}
MUTANT = {"statement": STATEMENT, "words": str, "dropped": [STATEMENT], "expected": RESULT, "verdict": RESULT,
          "evidence": EVIDENCE}
CLAIM: dict[str, Any] = {
         "id": str, "kind": str, "title": str, "paper_line": int, "statement": (None, STATEMENT), "verdict": VERDICT,
         "derivation": frozenset(("sound", "gap", "none")), "finding": FINDING, "given": GIVEN, "scope": str,
         "uses": [str], "own_uses": [str], "members": [str], "rests_on": [str], "same_as": (None, str), "printed": bool,
         "note": (None, str), "source": (None, str), "signature": str, "evidence": EVIDENCE, "steps": [STEP],
         "witness": (None, WITNESS), "repair": (None, REPAIR), "mutants": [MUTANT],
         "status": {"as_printed": STATUS, "with_repairs": STATUS}}
LEDGER: dict[str, Any] = {"paper": {"name": str, "title": str, "source": str}, "provenance": dict, "counts": dict,
                          "digest": str, "signatures": dict}


def require(ledger: Mapping[str, Any], where: str) -> None:
    """Raise LedgerError unless everything is there of which a report speaks; ``where``: the file."""
    for name, shape in LEDGER.items():
        _need(f"{where}: ", ledger, name, shape)
    for number, record in enumerate(ledger["claims"], 1):
        key = record.get("id", f"claim {number}") if isinstance(record, Mapping) else f"claim {number}"
        _fits(f"{where}: {key}: ", "the record", record, CLAIM)
        if record["signature"] not in ledger["signatures"]:
            raise LedgerError(f"{where}: {key}: the signature {record['signature']!r} is not in the ledger")
    ids = [i["id"] for r in ledger["claims"] for i in (r, *r["steps"])]
    if len(ids) != len(set(ids)):
        raise LedgerError(f"{where}: {next(i for i in ids if ids.count(i) > 1)} is there twice")


def _need(where: str, item: Mapping[str, Any], name: str, shape: Any) -> None:
    if name not in item:
        raise LedgerError(f"{where}{name!r} is missing; the file is damaged or of an older version, 'proofcheck verify "
                          "--json FILE' writes a new one")
    _fits(where, name, item[name], shape)


def _fits(where: str, name: str, value: Any, shape: Any) -> None:
    """shape: a type, a set of words, [shape of the elements], a table of shapes, or (None, shape)."""
    if isinstance(shape, tuple):
        if value is None:
            return
        shape = shape[1]
    kind: Any = dict if isinstance(shape, dict) else list if isinstance(shape, list) else shape
    if isinstance(kind, frozenset):
        if not isinstance(value, (str, type(None))) or value not in kind:
            known = ", ".join(sorted(map(str, kind)))
            raise LedgerError(f"{where}{name} is {str(value)[:40]!r}; allowed: {known}")
        return
    if not isinstance(value, kind):
        raise LedgerError(f"{where}{name} is {str(value)[:40]!r}, not of type {kind.__name__}")
    for part in value if isinstance(shape, list) else ():
        _fits(where, name, part, shape[0])
    for part, inner in shape.items() if isinstance(shape, dict) else ():
        _need(f"{where}{name}: " if name != "the record" else where, value, part, inner)
