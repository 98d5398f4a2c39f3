"""How far each verdict is to be trusted: the engine, the second checker, Coq's kernel.

What Coq said is kept in ``coq.json`` beside the ledger and names the ledger by its digest, so that the bytes of a ledger do
not depend on Coq.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from proofcheck.coq.export import KINDS, Theorem
from proofcheck.coq.runner import Run

WORDS = ("certified", "failed", "not-expressible")
NAME = "coq.json"
PLURAL = {"scalar": "scalar steps", "identity": "identities", "point": "counterexamples",
          "claim": "whole claims"}


def told(ledger: Mapping[str, Any], theorems: Mapping[str, Theorem], run: Run, version: str) -> dict[str, Any]:
    """What Coq said about a ledger, as plain data."""
    records = {name: {"kind": theorem.kind, "coq": run.outcomes[name][0], "why": run.outcomes[name][1] or theorem.note,
                      "where": dict(sorted(Counter(theorem.where).items()))} for name, theorem in theorems.items()}
    return {"ledger": ledger["digest"], "coq": version, "axioms": run.axioms, "counts": counts(records),
            "theorems": records}


def counts(records: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """For each kind how many places of the ledger each word holds for, and how many theorems that are."""
    found: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        chosen = [r for r in records.values() if r["kind"] == kind]
        found[kind] = {w: sum(sum(r["where"].values()) for r in chosen if r["coq"] == w) for w in WORDS}
        found[kind]["theorems"] = len(chosen)
        found[kind]["noted"] = sum(sum(r["where"].values()) for r in chosen if r["coq"] == "certified" and r["why"])
    return found


def load(ledger_path: Path, ledger: Mapping[str, Any]) -> dict[str, Any] | None:
    """What Coq said about this very ledger, or None."""
    try:
        data: dict[str, Any] = json.loads((ledger_path.parent / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and data.get("ledger") == ledger["digest"] else None


def beside(ledger_path: Path) -> dict[str, Any] | None:
    """What Coq said about the ledger of a file, if there is one."""
    try:
        return load(ledger_path, json.loads(ledger_path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def level(where: str, evidence: Mapping[str, Any], data: Mapping[str, Any] | None) -> list[str]:
    """What stands behind a verdict, one line for the proof and one for the counterexample."""
    if data is None:
        return []
    mine = [r for r in data["theorems"].values() if where in r["where"]]
    whole = [r for r in mine if r["kind"] == "claim"]
    lines = [f"coq: {_word(r)} (the whole statement, one theorem)" for r in whole]
    certificate = evidence.get("certificate")
    if certificate is not None and not any(r["coq"] == "certified" for r in whole):
        steps = [r for r in mine if r["kind"] in ("scalar", "identity")]
        lines.append(_proof(steps, where, [rule for rule, _, _ in certificate["steps"]]))
    if evidence.get("counterexample") is not None:
        lines += [f"coq: {_word(r)}: the counterexample" for r in mine if r["kind"] == "point"]
    return lines


def _proof(records: list[Mapping[str, Any]], where: str, rules: list[str]) -> str:
    certified = sum(r["where"][where] for r in records if r["coq"] == "certified")
    if certified == len(rules) == 1:
        return "coq: certified (the whole statement)"
    total = sum(r["where"][where] for r in records)
    rest = len(rules) - total
    refused = "".join(f"; {_word(r)}" for r in records if r["coq"] != "certified")
    return (f"coq: {certified} of {total} scalar steps and identities certified{refused}; {rest} other rules rest on the "
            f"engine's kernel")


def _word(record: Mapping[str, Any]) -> str:
    return f"{record['coq']} ({record['why']})" if record["why"] else str(record["coq"])


def trusted(data: Mapping[str, Any]) -> str:
    """In one line what must be believed for what Coq certifies."""
    return (f"Coq {data['coq']}, its kernel and the axioms {', '.join(a.rpartition('.')[2] for a in data['axioms'])}; the "
            f"reading of the ledger's text and the statements made from it")
