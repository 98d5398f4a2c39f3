"""``proofcheck explore``: a page on this machine that shows where a claim fails."""

from __future__ import annotations

import argparse
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, committed
from proofcheck.papers import Source, find

NEEDED = ("bokeh", "latex2mathml")


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("explore", help="a page on this machine that shows where a claim fails")
    parser.add_argument("--port", type=int, metavar="N", help="the port, on this machine only (default: a free one)")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser; print the address only")
    parser.add_argument("--html", metavar="FILE", help="write one standalone page with maps of all findings instead")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: the page was written, or the server ended by Ctrl-C; raises BadInput."""
    lacking = [name for name in NEEDED if find_spec(name) is None]
    if lacking:
        raise BadInput(f"the explorer needs {', '.join(lacking)}; pip install 'proofcheck[explore]'")
    if args.port is not None and not 1 <= args.port <= 65535:
        raise BadInput(f"--port {args.port}: allowed is a number from 1 to 65535")
    from proofcheck.explore import server  # only here: the rest of proofcheck does without these packages

    source = find(args.paper)
    if args.html is not None:
        return _page(source, Path(args.html))
    try:
        server.running(source, committed(source), args.paper, args.port, not args.no_browser, _say)
    except server.NoServer as error:
        raise BadInput(str(error)) from None
    return 0


def _page(source: Source, target: Path) -> int:
    """Write the standalone page, whole or not at all."""
    from proofcheck.explore import standalone
    from proofcheck.explore.subjects import subjects
    from proofcheck.report.formulas import Typesetter

    paper, aside = source.paper, target.with_name(f".{target.name}.part")
    try:
        aside.touch()  # a folder that cannot be written is told before the work
        known, typeset = subjects(paper, committed(source)), Typesetter(paper.reporting.notation)
        aside.write_text(standalone.written(known, typeset, paper.title, _progress), encoding="utf-8")
        aside.replace(target)
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    finally:
        aside.unlink(missing_ok=True)
    _say(str(target))
    return 0


def _progress(words: str) -> None:
    print(f"explore: {words}", file=sys.stderr, flush=True)


def _say(words: str) -> None:
    print(words, flush=True)
