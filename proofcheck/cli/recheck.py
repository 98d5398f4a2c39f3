"""``proofcheck recheck FILE``: the second checker, on certificates and points alone."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from proofcheck.cli.common import add_paper, console
from proofcheck.ledger import load
from proofcheck.papers import Source, find
from proofcheck.recheck import Report, recheck, recheck_answers
from proofcheck.runs import certificate_in, problems


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("recheck", help="the independent second checker, on certificates alone")
    parser.add_argument("file", metavar="FILE", type=Path, help="a ledger written by 'proofcheck verify --json', an "
                        "answer, or a list of answers, written by 'decide --json', or a certificate of 'certify-run'")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: everything holds; 1: something does not, one line each."""
    certificate = certificate_in(args.file)
    if certificate is not None:
        return _recheck_run(find(args.paper), certificate)
    answers = answers_in(args.file)
    report = recheck(load(args.file)) if answers is None else recheck_answers(answers)
    out = console()
    for problem in report.problems:
        out.print(f"does not hold: {problem}", soft_wrap=True)
    out.print(summary(report) if answers is None else
              f"{report.claims} answers: {report.certificates} proofs and {report.counterexamples} counterexamples checked "
              f"by the second checker, {len(report.problems)} problems", soft_wrap=True)
    return 1 if report.problems else 0


def _recheck_run(source: Source, certificate: Mapping[str, Any]) -> int:
    """The certificate of a run: its start with other balls, its run in another arithmetic."""
    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("running again", total=None)
        found = problems(source, certificate, lambda done, of: bar.update(task, completed=done, total=of))
    out = console()
    for problem in found:
        out.print(f"does not hold: {problem}", soft_wrap=True)
    out.print(f"certificate of a run: start and run looked at again, {len(found)} problems", soft_wrap=True)
    for line in (*certificate["certified"]["says"], certificate["adds"]) if not found else ():
        out.print(line, soft_wrap=True)
    return 1 if found else 0


def summary(report: Report) -> str:
    """What was re-checked in a ledger, in one line."""
    return (f"{report.claims} claims: {report.certificates} certificates replayed, {report.counterexamples} "
            f"counterexamples evaluated twice; {report.scalar_steps} scalar steps and {report.scalar_points} scalar "
            f"counterexamples checked by the second checker; {len(report.problems)} problems")


def answers_in(path: Path) -> list[dict[str, Any]] | None:
    """The answers of ``decide`` in a file, or None if it holds something else (a ledger, say, or nothing readable)."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    found = data if isinstance(data, list) else [data]
    return found if found and all(isinstance(a, dict) and "verdict" in a for a in found) else None
