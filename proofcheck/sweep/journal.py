"""The journal of a sweep: one JSON line for each finished run, appended and synced before the run counts as finished.

Whatever happens to the process, the journal holds every finished run; a line that was cut off in the middle is dropped.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SweepError(ValueError):
    """A sweep that cannot be made as it was asked for; one line says why."""


class Stopped(SweepError):
    """A sweep that cannot go on; what it has finished is kept."""


@dataclass(frozen=True)
class Entry:
    """A finished run: its row and how long it took."""

    row: dict[str, Any]
    seconds: float


def key_of(paper: str, columns: Sequence[str], run: Mapping[str, Any]) -> str:
    """What a run is known by: a hash of the paper, of what is measured, and of the parameters."""
    text = json.dumps([paper, list(columns), dict(run)], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


class Journal:
    """The entries of a journal file by key; one process at a time may hold it. Close it after use.

    Raises SweepError if the file cannot be opened, is held by another process, or is not a journal.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o666), "r+b")
        except OSError as error:
            raise SweepError(f"cannot open the journal {path}: {error.strerror}") from None
        try:
            self._lock()
            self.entries = self._read()
        except BaseException:
            self.close()
            raise

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            held = isinstance(error, BlockingIOError)
            why = "another sweep is writing to it; wait for its end" if held else error.strerror
            raise SweepError(f"cannot lock the journal {self.path}: {why}") from None

    def _read(self) -> dict[str, Entry]:
        """Every whole line; what follows the last line break was cut off, and goes."""
        lines = self._file.read().split(b"\n")
        self._file.truncate(self._file.tell() - len(lines.pop()))
        return dict(self._entry(number, line) for number, line in enumerate(lines, 1))

    def _entry(self, number: int, line: bytes) -> tuple[str, Entry]:
        try:
            data = json.loads(line)
            return str(data["key"]), Entry(dict(data["row"]), float(data["seconds"]))
        except (ValueError, KeyError, TypeError):
            raise SweepError(f"line {number} of {self.path} is not an entry of a journal; "
                             "move the file away to begin anew") from None

    def add(self, key: str, entry: Entry) -> None:
        """Append a finished run; it is on the disk when this returns. Raises Stopped if it cannot be written."""
        line = json.dumps({"key": key, "seconds": entry.seconds, "row": entry.row}, ensure_ascii=False, allow_nan=False)
        try:
            self._file.write(line.encode() + b"\n")
            self._file.flush()
            self.entries[key] = entry  # before the slow part, so that Ctrl-C meanwhile does not miscount
            os.fsync(self._file.fileno())
        except OSError as error:
            raise Stopped(f"cannot write the journal {self.path}: {error.strerror}") from None

    def close(self) -> None:
        """Let another process have the file."""
        self._file.close()
