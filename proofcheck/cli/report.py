"""``proofcheck report``: the ledger as LaTeX, PDF and one HTML page."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from proofcheck.cli.common import BadInput, add_paper
from proofcheck.ledger import load
from proofcheck.papers import find

NEEDED = ("jinja2", "latex2mathml", "matplotlib")


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("report", help="the ledger as LaTeX, PDF and one HTML page")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="the folder to write to")
    parser.add_argument("--pdf", action="store_true", help="report.tex with its figures, and report.pdf (needs pdflatex)")
    parser.add_argument("--html", action="store_true", help="report.html; with neither: report.tex and report.html")
    parser.add_argument("--ledger", metavar="FILE", help="another ledger than the committed one")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: everything was written; 1: all but the PDF, for want of a TeX engine; raises BadInput and LedgerError."""
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        raise BadInput(f"the report needs {', '.join(lacking)}; pip install 'proofcheck[report]'")
    from proofcheck.coq import trust
    from proofcheck.report.latex import TexError  # only here: the rest of proofcheck does without these packages
    from proofcheck.report.shape import require
    from proofcheck.report.write import written

    source = find(args.paper)
    path = source.ledger if args.ledger is None else Path(args.ledger)
    ledger = load(path)
    require(ledger, path.name)
    if ledger["paper"]["name"] != source.paper.name:
        raise BadInput(f"{path.name} is a ledger of {ledger['paper']['name']}, not of {source.paper.name}")
    said = trust.load(path, ledger)
    kinds = {k for k in ("pdf", "html") if getattr(args, k)} or {"tex", "html"}
    try:
        folder = Path(args.output)
        for file in written(ledger, source.paper, folder, kinds, _say,
                            lambda key, evidence: trust.level(key, evidence, said)):
            if file.parent == folder:
                print(file)
    except OSError as error:
        raise BadInput(f"cannot write to {args.output}: {error.strerror}") from None
    except TexError as error:
        print(f"proofcheck: {error}", file=sys.stderr)
        return 1
    return 0


def _say(words: str) -> None:
    print(f"report: {words}", file=sys.stderr, flush=True)
