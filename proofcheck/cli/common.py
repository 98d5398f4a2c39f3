"""What several commands need: ids, text for people, errors."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import track
from rich.table import Table

from proofcheck.claims import Paper
from proofcheck.ledger import load, shown_point
from proofcheck.papers import Source
from proofcheck.wording import pretty as pretty
from proofcheck.wording import shortened as shortened

T = TypeVar("T")
WIDTH = 150
LONG = 160
WRAPPED = ("title", "hypotheses", "statement")


class BadInput(ValueError):
    """The user asked for something that does not exist; one line says what does."""


def console(stderr: bool = False) -> Console:
    """Plain text in full width where the output is not a terminal."""
    made = Console(stderr=stderr, highlight=False, emoji=False, markup=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, emoji=False, markup=False, width=WIDTH)


def add_paper(parser: argparse.ArgumentParser) -> None:
    """The option that chooses among several installed papers."""
    parser.add_argument("--paper", metavar="NAME", help="which paper, if several are installed (or module:object)")


def step_ids(paper: Paper) -> dict[str, str]:
    """Every step id with the id of its claim."""
    return {s.id: c.id for c in paper for s in c.steps}


def resolve(paper: Paper, patterns: Sequence[str]) -> list[str]:
    """The claims that ids, prefixes or globs name, with the claims they are conjunctions of; raises BadInput."""
    chosen: set[str] = set()
    for pattern in patterns:
        chosen |= set(matching(paper, pattern))
    for key in list(chosen):
        chosen |= _members(paper, key)
    return [c.id for c in paper if c.id in chosen]


def matching(paper: Paper, pattern: str) -> list[str]:
    """The claims that one id, prefix or glob names."""
    owner = {**{c.id: c.id for c in paper}, **step_ids(paper)}
    if pattern in owner:
        under = [o for k, o in owner.items() if k.startswith((f"{pattern}.", f"{pattern}/"))]
        return list(dict.fromkeys([owner[pattern], *under]))
    tests = (lambda k: fnmatchcase(k, pattern), lambda k: k.startswith((f"{pattern}.", f"{pattern}/")),
             lambda k: k.startswith(pattern))
    for test in tests:
        found = [o for k, o in owner.items() if pattern and test(k)]
        if found:
            return list(dict.fromkeys(found))
    raise unknown(pattern, owner)


def unknown(pattern: str, known: Iterable[str]) -> BadInput:
    """The error for an id that does not exist, with close matches."""
    names = list(known)
    close = get_close_matches(pattern, names, 4, 0.5)
    told = f"did you mean {', '.join(close)}?" if close else "'proofcheck list' shows all ids"
    return BadInput(f"no claim or step {pattern!r}; {told}")


def _members(paper: Paper, key: str) -> set[str]:
    claim = paper[key]
    direct = set(claim.parts) | ({claim.same_as} if claim.same_as else set()) if claim.rel is None else set()
    return direct.union(*(_members(paper, k) for k in direct if k in paper))


def committed(source: Source) -> dict[str, Any] | None:
    """The ledger that is committed with the paper, if there is one."""
    return load(source.ledger) if source.ledger.exists() else None


def point_line(counterexample: Mapping[str, Any], long: int = LONG) -> str:
    """The point of a counterexample in one line."""
    shown = shown_point(counterexample["point"])
    shown = shortened(shown) if long == LONG else shown
    at = ", ".join(f"{k} = {v}" for k, v in counterexample["at"].items())
    line = shown + (f" (indices {at})" if at else "")
    return line if len(line) <= long else line[:long] + " ... (in full: proofcheck show)"


def against(counterexample: Mapping[str, Any]) -> str:
    """Both sides of a counterexample."""
    return f"left side {shortened(counterexample['lhs'])}, right side {shortened(counterexample['rhs'])}"


def table(rows: Iterable[Sequence[str]], *headings: str) -> Table:
    """A plain table."""
    made = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        made.add_column(heading, overflow="fold", no_wrap=heading not in WRAPPED)
    for row in rows:
        made.add_row(*row)
    return made


def saved(target: str, data: Mapping[str, Any]) -> bool:
    """Write JSON to a file, or to standard output for '-' (then True: nothing else may be printed); raises BadInput."""
    text = json.dumps(data, indent=1, ensure_ascii=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return True
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"cannot write {target}: {error.strerror}") from None
    return False


def shown_progress(items: Iterable[T], total: int) -> Iterator[T]:
    """The items, with a bar on standard error if that is a terminal."""
    yield from track(items, "running", total=total, console=Console(stderr=True), transient=True,
                     disable=not sys.stderr.isatty())
