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


def joined(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> dict[str, Any]:
    """What Coq said in two runs about one ledger; the later one counts."""
    if old is None:
        return dict(new)
    places = {n: r["where"] for n, r in old["theorems"].items()}  # a run on some claims meets a theorem at some places
    records = old["theorems"] | {n: {**r, "where": dict(sorted({**places.get(n, {}), **r["where"]}.items()))}
                                 for n, r in new["theorems"].items()}
    return {**new, "axioms": sorted({*old["axioms"], *new["axioms"]}), "counts": counts(records), "theorems": records}


def load(ledger_path: Path, ledger: Mapping[str, Any]) -> dict[str, Any] | None:
    """What Coq said about this very ledger, from beside it, or None."""
    return read(ledger_path.parent / NAME, ledger)


def read(path: Path, ledger: Mapping[str, Any]) -> dict[str, Any] | None:
    """What a file says of this very ledger, or None."""
    try:
        data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
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
    """What stands behind a verdict: the engine, the second checker, and Coq with its axioms."""
    mine = [] if data is None else [r for r in data["theorems"].values() if where in r["where"]]
    axioms = "" if data is None else f" (axioms at most: {_axioms(data)})"
    lines = []
    certificate = evidence.get("certificate")
    if certificate is not None:
        rules = Counter(rule for rule, _, _ in certificate["steps"])
        second = f"; 'recheck' reads {_number(rules['scalar'], 'scalar step')} anew" if rules["scalar"] else ""
        lines.append(f"trust: the engine's kernel replays {_number(rules.total(), 'step')}{second}")
        whole = [r for r in mine if r["kind"] == "claim" and r["coq"] == "certified"]
        if whole:
            lines.append(f"coq: certified, the whole statement as one theorem{axioms}")
        elif data is not None:
            lines.append(_proof([r for r in mine if r["kind"] in ("scalar", "identity")], where, rules) + axioms)
    if evidence.get("counterexample") is not None:
        lines.append("trust: the engine evaluates the counterexample with balls; 'recheck' does so again, with mpmath")
        lines += [f"coq: {_word(r)}: the counterexample{axioms}" for r in mine if r["kind"] == "point"]
    return lines


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}{'' if count == 1 else 's'}"


def _proof(records: list[Mapping[str, Any]], where: str, rules: Counter[str]) -> str:
    certified = sum(r["where"][where] for r in records if r["coq"] == "certified")
    if certified == rules.total() == 1:
        return "coq: certified, the whole statement"
    total = sum(r["where"][where] for r in records)
    rest = rules.total() - total
    refused = "".join(f"; {_word(r)}" for r in records if r["coq"] != "certified")
    return (f"coq: {certified} of {total} scalar steps and identities certified{refused}; {rest} other rules rest on the "
            f"engine's kernel")


def _word(record: Mapping[str, Any]) -> str:
    return f"{record['coq']} ({record['why']})" if record["why"] else str(record["coq"])


def trusted(data: Mapping[str, Any]) -> str:
    """In one line what must be believed for what Coq certifies."""
    return (f"Coq {data['coq']}, its kernel and the axioms {_axioms(data)}; the "
            f"reading of the ledger's text and the statements made from it")


def _axioms(data: Mapping[str, Any]) -> str:
    return ", ".join(a.rpartition(".")[2] for a in data["axioms"])
