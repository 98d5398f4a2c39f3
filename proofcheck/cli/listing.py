"""``proofcheck list``: ids, kinds, titles, and verdicts if there is a ledger."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from proofcheck.cli.common import add_paper, committed, console, table
from proofcheck.papers import find


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("list", help="ids, kinds, titles, and verdicts of the committed ledger")
    parser.add_argument("--json", action="store_true", help="as JSON, steps included")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Always 0."""
    source = find(args.paper)
    ledger = committed(source) or {"claims": []}
    records = {r["id"]: r for r in ledger["claims"]}
    rows = [_row(claim, records.get(claim.id)) for claim in source.paper]
    if args.json:
        json.dump(rows, sys.stdout, indent=1, ensure_ascii=False)
        print()
        return 0
    shown = [(r["id"], r["kind"], str(r["paper_line"]), r["verdict"] or "-", r["derivation"] or "-", r["title"])
             for r in rows]
    console().print(table(shown, "id", "kind", "line", "verdict", "proof", "title"))
    return 0


def _row(claim: Any, record: dict[str, Any] | None) -> dict[str, Any]:
    known = {s["id"]: s["verdict"] for s in record["steps"]} if record else {}
    return {"id": claim.id, "kind": claim.kind, "paper_line": claim.line, "title": claim.title,
            "verdict": record["verdict"] if record else None, "derivation": record["derivation"] if record else None,
            "finding": record["finding"] if record else None,
            "steps": [{"id": s.id, "paper_line": s.line, "why": s.why, "verdict": known.get(s.id)} for s in claim.steps]}
