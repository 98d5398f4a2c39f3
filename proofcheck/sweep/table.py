"""The table of a sweep as CSV or Parquet; the same rows give the same bytes."""

from __future__ import annotations

import csv
import io
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from proofcheck.sweep.journal import Stopped, SweepError

Rows = Sequence[Mapping[str, Any]]
Columns = Mapping[str, type]


def write(path: Path, rows: Rows, columns: Columns) -> None:
    """Put the table where `path` says, whole or not at all; a file with the same bytes is left alone.

    Raises SweepError as `suffix_of` does, and Stopped if the file cannot be written.
    """
    content = FORMATS[suffix_of(path)](rows, columns)
    try:
        if path.exists() and path.read_bytes() == content:
            return
        _replace(path, content)
    except OSError as error:
        raise Stopped(f"cannot write {path}: {error.strerror}") from None


def suffix_of(path: Path) -> str:
    """The suffix that says the format; raises SweepError for an unknown one, and where a package is missing."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise SweepError(f"cannot write a table to {path}: allowed are names that end in {' or '.join(FORMATS)}")
    if suffix == ".parquet":
        try:
            import pyarrow  # noqa: F401
        except ImportError:
            raise SweepError("Parquet needs pyarrow: pip install 'proofcheck[parquet]'") from None
    return suffix


def as_csv(rows: Rows, columns: Columns) -> bytes:
    """Floats with all their digits; a missing entry is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row.get(name) for name in columns] for row in rows)
    return text.getvalue().encode()


def as_parquet(rows: Rows, columns: Columns) -> bytes:
    """Columns of type int64, float64 or string; a missing entry is null."""
    import pyarrow
    from pyarrow import parquet

    types = {int: pyarrow.int64(), float: pyarrow.float64(), str: pyarrow.string()}
    made = {name: pyarrow.array([None if row.get(name) is None else kind(row[name]) for row in rows], types[kind])
            for name, kind in columns.items()}
    content = io.BytesIO()
    parquet.write_table(pyarrow.table(made), content)
    return content.getvalue()


FORMATS: dict[str, Callable[[Rows, Columns], bytes]] = {".csv": as_csv, ".parquet": as_parquet}


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file, then rename: a reader sees the old bytes or the new ones."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o666 & ~_umask())
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _umask() -> int:
    """The mask of this process; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
