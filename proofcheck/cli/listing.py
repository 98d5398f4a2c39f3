"""``proofcheck list``: ids, kinds, titles, verdicts of the ledger; its counts; its findings in one table."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, committed, console, table
from proofcheck.cli.verify import summarize
from proofcheck.findings import markdown, rows
from proofcheck.papers import Source, find


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("list", help="ids, kinds, titles, and verdicts of the committed ledger")
    shown = parser.add_mutually_exclusive_group()
    shown.add_argument("--summary", action="store_true", help="the counts by verdict, derivation and finding only")
    shown.add_argument("--findings", action="store_true", help="what is wrong in the paper, one line each")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON, steps included")
    form.add_argument("--markdown", action="store_true", help="with --findings: as a table in Markdown")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Always 0; raises BadInput for a summary or findings without a ledger."""
    source = find(args.paper)
    if args.markdown and not args.findings:
        raise BadInput("--markdown is for --findings")
    if args.summary:
        summarize(ledger_of(source)["counts"], "-" if args.json else None)
    elif args.findings:
        findings(list(rows(ledger_of(source)["claims"])), args)
    else:
        claims(source, args.json)
    return 0


def ledger_of(source: Source) -> dict[str, Any]:
    """The committed ledger; raises BadInput if there is none."""
    ledger = committed(source)
    if ledger is None:
        raise BadInput(f"there is no committed ledger {source.ledger.name}; 'proofcheck verify --json {source.ledger.name}' "
                       "writes it")
    return ledger


def findings(found: list[dict[str, str]], args: argparse.Namespace) -> None:
    """The findings as Markdown, as JSON or as text."""
    if args.markdown:
        print(markdown(found))
    elif args.json:
        _write(found)
    else:
        out = console()
        for row in found:
            out.print(f"{row['id']} ({row['where']}): {row['finding']} -- {row['what']}", soft_wrap=True)
            out.print(f"    {row['evidence']}", soft_wrap=True)
            out.print(f"    stands: {row['what stands']}", soft_wrap=True)


def claims(source: Source, as_json: bool) -> None:
    """All claims, with verdicts if there is a ledger."""
    records = {r["id"]: r for r in (committed(source) or {"claims": []})["claims"]}
    found = [_row(claim, records.get(claim.id)) for claim in source.paper]
    if as_json:
        _write(found)
        return
    shown = [(r["id"], r["kind"], str(r["paper_line"]), r["verdict"] or "-", r["derivation"] or "-", r["title"])
             for r in found]
    console().print(table(shown, "id", "kind", "line", "verdict", "proof", "title"))


def _write(item: Any) -> None:
    json.dump(item, sys.stdout, indent=1, ensure_ascii=False)
    print()


def _row(claim: Any, record: dict[str, Any] | None) -> dict[str, Any]:
    known = {s["id"]: s["verdict"] for s in record["steps"]} if record else {}
    return {"id": claim.id, "kind": claim.kind, "paper_line": claim.line, "title": claim.title,
            "verdict": record["verdict"] if record else None, "derivation": record["derivation"] if record else None,
            "finding": record["finding"] if record else None,
            "steps": [{"id": s.id, "paper_line": s.line, "why": s.why, "verdict": known.get(s.id)} for s in claim.steps]}
