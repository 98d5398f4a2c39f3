"""``proofcheck recheck LEDGER``: the second checker, on certificates and points alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from proofcheck.cli.common import console
from proofcheck.ledger import load
from proofcheck.recheck import recheck


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("recheck", help="the independent second checker, on certificates alone")
    parser.add_argument("ledger", metavar="LEDGER", type=Path, help="a file written by 'proofcheck verify --json'")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: everything holds; 1: something does not, one line each."""
    report = recheck(load(args.ledger))
    out = console()
    for problem in report.problems:
        out.print(f"does not hold: {problem}", soft_wrap=True)
    out.print(f"{report.claims} claims: {report.certificates} certificates replayed, {report.counterexamples} "
              f"counterexamples evaluated twice, {len(report.problems)} problems", soft_wrap=True)
    return 1 if report.problems else 0
