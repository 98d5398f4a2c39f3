"""``proofcheck verify``: check every claim, findings first."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from proofcheck.cli.common import (
    BadInput,
    add_paper,
    against,
    committed,
    console,
    point_line,
    pretty,
    resolve,
    saved,
    table,
)
from proofcheck.ledger import Ledger, compare, save, to_json, verify
from proofcheck.papers import Source, find
from proofcheck.progress import reporting
from proofcheck.verdicts import FINDINGS
from proofcheck.wording import decimal

INTERRUPTED = 130


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("verify", help="check every claim of the paper, with progress")
    parser.add_argument("ids", nargs="*", metavar="ID", help="ids, prefixes or globs; all claims by default")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: all cores)")
    parser.add_argument("--summary", action="store_true", help="show the counts by verdict, derivation and finding only")
    parser.add_argument("--json", metavar="FILE",
                        help="write the ledger, or with --summary the counts ('-': to standard output)")
    parser.add_argument("--strict", action="store_true",
                        help="also fail if something is open or differs from the committed ledger")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: ran to the end and every certificate holds; 1: not so; 130: interrupted."""
    if args.jobs < 1:
        raise BadInput(f"--jobs {args.jobs}: allowed is a whole number >= 1")
    source = find(args.paper)
    ids = resolve(source.paper, args.ids) if args.ids else [c.id for c in source.paper]
    with reporting(len(ids)) as report:
        ledger = verify(source.paper, ids, args.jobs, report)
    out = console(stderr=args.json == "-")
    if args.summary:
        summarize(ledger.data["counts"], args.json)
    else:
        show_ledger(ledger, out)
        write(ledger, args.json, out)
    problems = ledger.alarms + (strict_problems(ledger, source) if args.strict else [])
    for problem in problems:
        print(f"proofcheck: a check went wrong: {problem}", file=sys.stderr)
    if ledger.interrupted:
        done = len(ledger.claims)
        print(f"proofcheck: interrupted; {done} of {len(ids)} claims were finished", file=sys.stderr)
        return INTERRUPTED
    return 1 if problems else 0


def write(ledger: Ledger, target: str | None, out: Console) -> None:
    """Write the ledger where the user wants it."""
    if target == "-":
        sys.stdout.write(to_json(ledger.data))
    elif target is not None:
        try:
            save(ledger, Path(target))
        except OSError as error:
            raise BadInput(f"cannot write {target}: {error.strerror}") from None
        out.print(f"\nLedger written to {target}", soft_wrap=True)


def strict_problems(ledger: Ledger, source: Source) -> list[str]:
    """What --strict does not let pass."""
    found = [f"{x['id']} is open" for r in ledger.claims for x in (r, *r["steps"]) if x["verdict"] == "open"]
    expected = committed(source)
    if expected is None:
        return [*found, f"there is no committed ledger {source.ledger.name}"]
    return found + compare(expected, ledger.data)


def show_ledger(ledger: Ledger, out: Console) -> None:
    """Findings, claims, counts."""
    found = [(item, record) for record in ledger.claims for item in (record, *record["steps"]) if item["finding"]]
    found.sort(key=lambda pair: FINDINGS.index(pair[0]["finding"]))
    out.print(f"Findings in the paper: {len(found)}", soft_wrap=True)
    known = {r["id"]: r for r in ledger.claims}
    for item, record in found:
        for line in told(item, record, known):
            out.print(line, soft_wrap=True)
    out.print()
    rows = ((r["id"], r["verdict"], r["derivation"], r["finding"] or "", r["title"]) for r in ledger.claims)
    out.print(table(rows, "id", "verdict", "proof", "finding", "title"))
    out.print()
    show_counts(ledger.data["counts"], out)


def summarize(counts: Mapping[str, Mapping[str, int]], target: str | None) -> None:
    """The counts of a ledger as text, and as JSON where the user wants it."""
    if target is None or not saved(target, counts):
        show_counts(counts, console())


def show_counts(counts: Mapping[str, Mapping[str, int]], out: Console) -> None:
    """One line for each kind of count."""
    for name, tally in counts.items():
        out.print(f"{name}: {', '.join(f'{n} {word}' for word, n in tally.items()) or 'none'}", soft_wrap=True)


def told(item: dict[str, Any], record: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> Iterator[str]:
    """What the evidence shows to be wrong in a claim or a step, in a few lines."""
    yield f"\n{item['id']}: {item['finding']} (line {item['paper_line']}) -- {item.get('title') or item['why']}"
    if item is record and record["members"]:
        false = [k for k in record["members"] if k in known and known[k]["verdict"] == "refuted"]
        yield f"    false:   {', '.join(false)}"
        return
    yield from explained(item)
    for claim in whole(record, known):
        if item is not record and item["finding"] != "typo":
            yield f"    the statement {claim['id']} itself: {claim['verdict']}" + _by(claim)
        if item["finding"] in ("false", "not-uniform"):
            yield from repaired(claim)


def whole(record: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The statement that a step serves: the claim, or the parts that the claim is the conjunction of."""
    return [known[k] for k in record["members"] if k in known] if record["members"] else [record]


def _by(record: dict[str, Any]) -> str:
    return {"repair": ", by the repair", "printed proof": ", from the printed steps"}.get(record["evidence"]["method"], "")


def explained(item: dict[str, Any]) -> Iterator[str]:
    """The lines that say what is wrong."""
    evidence = item["evidence"]
    match item["finding"]:
        case "false" | "not-uniform":
            yield from special_lines(evidence.get("only"), item["finding"])
            yield from refuted(item["statement"], evidence["counterexample"])
            yield from boundary_lines(evidence.get("boundary"))
        case "mis-cited":
            citation = item["citation"]
            yield f"    {citation['of']} is cited, which needs {citation['words']}; this does not follow here:"
            yield from refuted(citation["needs"], citation["evidence"]["counterexample"])
        case "missing-hypothesis":
            for missing in (m for m in evidence["missing"] if m["counterexample"] is not None):
                yield f"    not stated, but needed: {pretty(missing['given']['text'])} ({missing['given']['words']})"
                yield from refuted(item["statement"], missing["counterexample"])
        case "typo":
            yield f"    {item['typo']}"


def special_lines(only: dict[str, Any] | None, finding: str) -> Iterator[str]:
    """The special case in which a line holds that fails in general."""
    if only is not None and finding == "not-uniform":
        yield f"    proved:  only in a special case: {only['given']['words']} ({pretty(only['given']['text'])})"


def refuted(statement: dict[str, Any] | None, point: dict[str, Any] | None) -> Iterator[str]:
    """A relation and the certified point at which it fails."""
    if statement is None or point is None:
        return
    yield f"    false:   {pretty(statement['text'])}"
    yield f"    at:      {point_line(point)}"
    yield f"    there:   {against(point)} (certified with balls, {point['bits']} bits)"


def boundary_lines(boundary: dict[str, Any] | None) -> Iterator[str]:
    """Where a line starts or stops to hold, proved on both sides."""
    if boundary is None:
        return
    for piece in boundary["pieces"]:
        ends = [f"{boundary['var']} >= {decimal(piece['low'])}"] if piece["low"] is not None else []
        ends += [f"{boundary['var']} <= {decimal(piece['high'])}"] if piece["high"] is not None else []
        yield f"    proved:  it {piece['truth']} for {' and '.join(ends) or 'all ' + boundary['var']}"


def repaired(record: dict[str, Any]) -> Iterator[str]:
    """The repair of a claim and its verdict."""
    repair = record["repair"]
    if repair is not None:
        text = "" if repair["statement"] is None else f": {pretty(repair['statement']['text'])}"
        yield f"    repair:  {repair['id']} ({repair['verdict']}){text}"
        yield f"             {repair['why']}"
