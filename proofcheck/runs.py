"""Certificates of runs: what a paper's package certified of a run, and what its theorem adds by its standing in the ledger.

A theorem adds something only if the ledger says that it is proved with everything it rests on; else the certificate says
that it adds nothing. A certificate has a digest of itself, against slips; `problems` derives everything in it again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from proofcheck.claims import Certifying, PaperError
from proofcheck.ledger import load
from proofcheck.papers import Source

SCHEMA = "proofcheck run certificate 1"


def certifying(source: Source) -> Certifying:
    """How the paper certifies runs; raises PaperError if it does not."""
    if source.paper.certifying is None:
        raise PaperError(f"the paper {source.paper.name} offers no certificates of runs")
    return source.paper.certifying


def standing(source: Source) -> dict[str, Any]:
    """The theorem behind the paper's certificates as the committed ledger has it; raises PaperError without one."""
    key = certifying(source).theorem
    ledger = load(source.ledger)
    record = next((r for r in ledger["claims"] if r["id"] == key), None)
    if record is None:
        raise PaperError(f"{key} is not in the ledger {source.ledger.name}; write it anew with 'proofcheck verify --json'")
    return {"id": key, "title": record["title"], "verdict": record["verdict"],
            "status": record["status"]["with_repairs"]["word"], "ledger": ledger["digest"]}


def adds(theorem: Mapping[str, Any]) -> str:
    """What the theorem adds to a run whose start meets its hypotheses."""
    if theorem["verdict"] == "proved" and theorem["status"] == "stands":
        return (f"{theorem['id']} is proved in the ledger, with all it rests on, so the conclusions hold for every tau >= 0 "
                "of the run without rounding: it converges at least this fast, for ever.")
    return (f"{theorem['id']} would carry the conclusions on to every tau >= 0, but it is {theorem['verdict']} in the "
            f"ledger (status: {theorem['status']}): this certificate says nothing of steps that were not run.")


def sealed(source: Source, data: Mapping[str, Any]) -> dict[str, Any]:
    """The certificate of a run, with the standing of the theorem and a digest."""
    theorem = standing(source)
    whole = {"schema": SCHEMA, "paper": source.paper.name, "theorem": theorem, "adds": adds(theorem),
             "certified": dict(data)}
    return {**whole, "digest": digest(whole)}


def digest(certificate: Mapping[str, Any]) -> str:
    """A fingerprint of everything in a certificate but itself."""
    rest = {k: v for k, v in certificate.items() if k != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def certificate_in(path: Path) -> dict[str, Any] | None:
    """The certificate of a run in a file, or None if it holds something else or cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) and str(data.get("schema", "")).startswith(SCHEMA[:-1]) else None


def problems(source: Source, certificate: Mapping[str, Any], progress: Callable[[int, int], None]) -> list[str]:
    """One line for everything in a certificate that does not hold; never raises for what is in it."""
    found = []
    if certificate.get("digest") != digest(certificate):
        found.append("the certificate was changed after it was written: its digest does not fit")
    if certificate.get("schema") != SCHEMA or certificate.get("paper") != source.paper.name:
        found.append(f"it is not a {SCHEMA!r} of {source.paper.name}")
    theorem, now = certificate.get("theorem"), standing(source)
    if not isinstance(theorem, dict) or {**theorem, "ledger": None} != {**now, "ledger": None}:
        found.append(f"{now['id']} is {now['verdict']} (status: {now['status']}) in the ledger: the certificate differs")
    if certificate.get("adds") != adds(now):
        found.append("what the theorem adds is not what its standing in the ledger allows")
    certified = certificate.get("certified")
    if not isinstance(certified, dict):
        return [*found, "it certifies nothing"]
    return found + certifying(source).problems(certified, progress)
