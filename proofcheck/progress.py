"""Shows how far long work is: a bar on a terminal, one line per finished piece elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Report = Callable[[dict[str, Any], float, int, int], None]


@contextmanager
def reporting(total: int, stream: TextIO | None = None, doing: str = "checking",
              words: Callable[[dict[str, Any]], str] | None = None, already: int = 0) -> Iterator[Report]:
    """A function to call with each finished record, its seconds, and how many of how many are done.

    ``words`` puts a record into words (default: `told`); ``already`` were done before.
    """
    out, words = stream or sys.stderr, words or told
    if not out.isatty():
        yield lambda record, seconds, done, of: print(f"[{done}/{of}] {words(record)} ({seconds:.1f} s)", file=out,
                                                      flush=True)
        return
    columns = (TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
               TextColumn("{task.description}"))
    with Progress(*columns, console=Console(file=out), transient=True) as bar:
        task = bar.add_task("", total=total, completed=already)
        yield lambda record, seconds, done, of: bar.update(task, completed=done, total=of, description=words(record))


def told(record: dict[str, Any]) -> str:
    """A record in a few words; a conjunction has no verdict before its parts are in."""
    words = [record["id"], "checked" if record["members"] else record["verdict"]]
    if record["derivation"] == "gap":
        words.append("(gap in the printed proof)")
    return " ".join(words)
