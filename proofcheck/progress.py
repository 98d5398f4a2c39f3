"""Shows how far a verification is: a bar on a terminal, one line per claim elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[dict[str, Any], float, int, int], None]


@contextmanager
def reporting(total: int, stream: TextIO | None = None) -> Iterator[Report]:
    """A function to call with each finished record, its seconds, and how many of how many are done."""
    out = stream or sys.stderr
    if not out.isatty():
        yield lambda record, seconds, done, of: print(f"[{done}/{of}] {told(record)} ({seconds:.1f} s)", file=out,
                                                      flush=True)
        return
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=out), transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda record, seconds, done, of: bar.update(task, completed=done, total=of, description=told(record))


def told(record: dict[str, Any]) -> str:
    """A record in a few words; a conjunction has no verdict before its parts are in."""
    words = [record["id"], "checked" if record["members"] else record["verdict"]]
    if record["derivation"] == "gap":
        words.append("(gap in the printed proof)")
    return " ".join(words)
