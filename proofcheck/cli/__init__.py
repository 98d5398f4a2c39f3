"""The command line, ``proofcheck COMMAND``: one module for each command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from proofcheck.claims import PaperError
from proofcheck.cli import (
    certify,
    certify_run,
    decide,
    explore,
    gd,
    listing,
    recheck,
    regime,
    report,
    show,
    sweep,
    verify,
)
from proofcheck.cli.common import BadInput
from proofcheck.coq.runner import CoqError
from proofcheck.kernel.text import TextError
from proofcheck.ledger import LedgerError
from proofcheck.papers import NoPaper
from proofcheck.sweep import SweepError

COMMANDS = (verify, listing, show, decide, regime, gd, certify_run, sweep, recheck, certify, report, explore)
USER_ERRORS = (BadInput, NoPaper, LedgerError, TextError, PaperError, SweepError, CoqError)


class Parser(argparse.ArgumentParser):
    """Tells errors in one line and exits with 2."""

    def error(self, message: str) -> NoReturn:
        """One line on stderr."""
        self.exit(2, f"proofcheck: error: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    top = Parser(prog="proofcheck", description="Checks the proofs of a paper: symbolic, numeric and rigorous at once.")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for module in COMMANDS:
        module.add_to(commands)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    try:
        args = parser().parse_args(argv)
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except USER_ERRORS as error:
        print(f"proofcheck: error: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("proofcheck: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
