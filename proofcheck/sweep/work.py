"""One sweep: the runs of a grid, those that a journal already holds, and the table in the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from proofcheck.claims import Paper
from proofcheck.sweep import table
from proofcheck.sweep.executors import Measure, Outcomes, Run
from proofcheck.sweep.journal import Entry, Journal, SweepError, key_of

Execute = Callable[[Measure, Mapping[str, Run]], Outcomes]
Progress = Callable[[dict[str, Any], float, int, int], None]  # row, seconds, done, of how many


@dataclass
class Work:
    """The runs of a SPEC on the way to a table at `target`.

    The journal lies beside the table. It may hold runs of other SPECs: a run is known by its parameters, so a sweep that
    is made larger makes the new runs only. Use it as a context: it holds the journal, which no other process may then use.
    Raises SweepError for a bad SPEC or target, and as `Journal` does.
    """

    paper: Paper
    spec: Mapping[str, Any]
    target: Path
    failed: dict[str, str] = field(default_factory=dict)  # what went wrong, by key

    def __post_init__(self) -> None:
        if self.paper.sweep is None:
            raise SweepError(f"the paper {self.paper.name} offers no sweeps")
        self.how = self.paper.sweep
        table.suffix_of(self.target)
        try:
            grid = self.how.grid(self.spec)
        except ValueError as error:
            raise SweepError(str(error)) from None
        self.runs = {key_of(self.paper.name, list(self.how.columns), run): run for run in grid}
        self.journal = Journal(self.target.with_name(self.target.name + ".journal.jsonl"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.journal.close()

    @property
    def finished(self) -> dict[str, Entry]:
        """The finished runs of this sweep, in the order of the table."""
        return {key: self.journal.entries[key] for key in self.runs if key in self.journal.entries}

    @property
    def varying(self) -> list[str]:
        """The parameters with more than one value."""
        values: dict[str, set[Any]] = {}
        for run in self.runs.values():
            for name, value in run.items():
                values.setdefault(name, set()).add(value)
        return [name for name, found in values.items() if len(found) > 1]

    def run(self, execute: Execute, on_progress: Progress | None = None) -> None:
        """Make the runs that are missing; each is in the journal before it is told. Exceptions keep what is finished."""
        done = len(self.finished)
        waiting = {key: run for key, run in self.runs.items() if key not in self.journal.entries}
        if not waiting:
            return
        with closing(execute(self.how.measure, waiting)) as outcomes:
            for outcome in outcomes:
                if outcome.row is None:
                    self.failed[outcome.key] = outcome.error
                    continue
                self.journal.add(outcome.key, Entry(outcome.row, outcome.seconds))
                done += 1
                if on_progress is not None:
                    on_progress(outcome.row, outcome.seconds, done, len(self.runs))

    def write(self) -> None:
        """Write the table of the finished runs, and their seconds to a table of their own beside it."""
        entries = self.finished.values()
        table.write(self.target, [e.row for e in entries], self.how.columns)
        parameters = dict.fromkeys(name for run in self.runs.values() for name in run)
        table.write(self.target.with_suffix(f".timings{self.target.suffix}"),
                    [e.row | {"seconds": round(e.seconds, 3)} for e in entries],
                    {name: self.how.columns[name] for name in parameters} | {"seconds": float})
