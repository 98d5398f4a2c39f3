"""``proofcheck sweep``: a grid of runs, spread over processes or a Dask cluster, one row for each."""

from __future__ import annotations

import argparse
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, console
from proofcheck.papers import find
from proofcheck.progress import reporting
from proofcheck.sweep import Stopped, Work, locally, on_dask

INTERRUPTED = 130
MOST_REASONS = 5


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("sweep", help="many GD runs, one row for each; goes on where it was stopped")
    parser.add_argument("spec", metavar="SPEC", help="TOML: one value, a list or a range for each parameter")
    parser.add_argument("--out", metavar="FILE", help="the table, .csv or .parquet (default: SPEC with .csv)")
    parser.add_argument("--set", metavar="NAME=VALUE", action="append", default=[], help="replace an entry of SPEC")
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--jobs", type=int, metavar="N", help="processes (default: all cores)")
    where.add_argument("--dask", metavar="ADDRESS", help="use the Dask cluster with this scheduler, tcp://HOST:PORT")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: every run is in the table; 1: some went wrong; 130: interrupted."""
    jobs = args.jobs if args.jobs is not None else os.cpu_count() or 1
    if jobs < 1:
        raise BadInput(f"--jobs {jobs}: allowed is a whole number >= 1")
    spec = read(Path(args.spec)) | dict(map(setting, args.set))
    target = Path(args.out) if args.out else Path(args.spec).with_suffix(".csv")
    execute = partial(on_dask, address=args.dask) if args.dask is not None else partial(locally, jobs=jobs)
    with Work(find(args.paper).paper, spec, target) as work:
        try:
            with reporting(len(work.runs), doing="sweeping", words=partial(told, work.varying),
                           already=len(work.finished)) as report:
                work.run(execute, report)
            work.write()
        except (KeyboardInterrupt, Stopped) as stop:
            return stopped(work, stop)
        return summary(work)


def read(path: Path) -> dict[str, Any]:
    """The entries of a SPEC; raises BadInput with one line."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{path} is not TOML: {error}") from None


def setting(text: str) -> tuple[str, Any]:
    """NAME=VALUE with a TOML value; a plain word needs no quotes. Raises BadInput."""
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise BadInput(f"--set {text!r}: allowed is NAME=VALUE, such as m=[64,256] or eta=stable")
    try:
        return name, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return name, value


def told(names: Sequence[str], row: dict[str, Any]) -> str:
    """A row in a few words: what tells it from the others, and its status."""
    return f"{', '.join(f'{name} = {row[name]}' for name in names)}: {row['status']}".removeprefix(": ")


def stopped(work: Work, stop: BaseException) -> int:
    """Say how far a sweep came; the exit code."""
    interrupted = isinstance(stop, KeyboardInterrupt)
    print(f"proofcheck: {'interrupted' if interrupted else stop}; {len(work.finished)} of {len(work.runs)} runs were "
          f"finished and are kept in {work.journal.path}; the same command goes on from there", file=sys.stderr)
    return INTERRUPTED if interrupted else 1


def summary(work: Work) -> int:
    """Say what came of the runs; the exit code."""
    rows = [entry.row for entry in work.finished.values()]
    out = console()
    counts = Counter(row["status"] for row in rows)
    out.print(f"{len(rows)} runs: {', '.join(f'{n} {word}' for word, n in sorted(counts.items()))}", soft_wrap=True)
    reasons = Counter(f"{row['status']}: {row['reason']}" for row in rows if row["reason"])
    for reason, count in reasons.most_common(MOST_REASONS):
        out.print(f"    {count} {reason}", soft_wrap=True)
    out.print(f"Table written to {work.target}", soft_wrap=True)
    for reason, count in Counter(work.failed.values()).most_common(MOST_REASONS):
        print(f"proofcheck: {count} of {len(work.runs)} runs went wrong and are not in the table: {reason}", file=sys.stderr)
    return 1 if work.failed else 0
