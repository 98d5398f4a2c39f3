"""A user's data set: rows of numbers x_i and y_i in a CSV, NPZ or JSON file, read exactly and checked exactly."""

from __future__ import annotations

import csv
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, final

import numpy as np

from numerics.arithmetic import Array, exact

Rows = tuple[tuple[Fraction, ...], ...]

FORMATS = ".csv (a heading x1,x2,...,y1,y2,..., then a row for each point), .npz (arrays x and y) or .json (lists x and y)"
HEADING = re.compile(r"([xy])\d*")


@final
@dataclass(frozen=True)
class DataSet:
    """Points x (n rows of d1 numbers) and targets y (n rows of d2 numbers), exact.

    Raises ValueError, in one line, unless the rows fit, every ||x_i|| and ||y_i|| is at most 1 (the paper's normalization,
    line 74), no two points are equal, none is zero and not all targets are: equal or zero points make H singular at every
    width.
    """

    x: Rows
    y: Rows

    def __post_init__(self) -> None:
        for name, rows in (("x", self.x), ("y", self.y)):
            if not rows or not rows[0] or any(len(row) != len(rows[0]) for row in rows):
                raise ValueError(f"{name} must be at least one row of numbers, all rows of one length")
            for number, row in enumerate(rows, 1):
                _require_short(f"{name}_{number}", row)
        if len(self.x) != len(self.y):
            raise ValueError(f"{len(self.x)} points x but {len(self.y)} targets y; every point needs its target")
        if not any(map(any, self.y)):
            raise ValueError("all targets are 0, which F(0) = 0 fits already; the theorem needs Y that is not 0")
        seen: dict[tuple[Fraction, ...], int] = {}
        for number, row in enumerate(self.x, 1):
            if not any(row):
                raise ValueError(f"x_{number} = 0, so H is singular (lambda = 0) at every width; leave the point out")
            if row in seen:
                raise ValueError(f"x_{seen[row]} = x_{number}, so H is singular (lambda = 0) at every width; leave one of "
                                 "the equal points out")
            seen[row] = number

    @property
    def n(self) -> int:
        """How many points."""
        return len(self.x)

    @property
    def d1(self) -> int:
        """Numbers in a point."""
        return len(self.x[0])

    @property
    def d2(self) -> int:
        """Numbers in a target; the d of the theorem."""
        return len(self.y[0])

    @property
    def columns(self) -> tuple[Array, Array]:
        """x (d1, n) and y (d2, n) as arrays of exact numbers."""
        return np.array(self.x, dtype=object).T, np.array(self.y, dtype=object).T


def _require_short(name: str, row: Iterable[Fraction]) -> None:
    square = sum((t * t for t in row), Fraction(0))
    if square > 1:
        raise ValueError(f"||{name}||^2 = {_told(square)} is not allowed; the theorem needs ||{name}|| <= 1: scale the data")


def _told(square: Fraction) -> str:
    return f"{float(square):.6g}" if square > 1 + Fraction(1, 10**5) else f"1 + {float(square - 1):.3g}"


def read(name: str) -> DataSet:
    """The data set in a file. Raises ValueError, in one line, for a file that cannot be read and as `DataSet` does."""
    path = Path(name)
    readers = {".csv": _from_csv, ".npz": _from_npz, ".json": _from_json}
    if path.suffix.lower() not in readers:
        raise ValueError(f"{name}: the ending {path.suffix!r} is not known; allowed: {FORMATS}")
    try:
        x, y = readers[path.suffix.lower()](path)
        return DataSet(numbers("x", x), numbers("y", y))
    except OSError as reason:
        raise ValueError(f"cannot read {name}: {reason.strerror or reason}") from None
    except ValueError as reason:
        raise ValueError(f"{name}: {reason}") from None


def numbers(name: str, rows: Any) -> Rows:
    """Rows of exact numbers from rows of texts or numbers; raises ValueError for an entry that is no finite number."""
    if not isinstance(rows, Sequence) or not all(isinstance(row, Sequence) and not isinstance(row, str) for row in rows):
        raise ValueError(f"{name} must be a list of rows")
    return tuple(tuple(_number(f"{name}_{i}", t) for t in row) for i, row in enumerate(rows, 1))


def _number(where: str, entry: Any) -> Fraction:
    try:
        return Fraction(exact(entry.strip() if isinstance(entry, str) else entry))
    except ValueError:
        raise ValueError(f"{where} has the entry {str(entry)!r}, which is not a finite number") from None


def _from_csv(path: Path) -> tuple[Any, Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [row for row in csv.reader(file) if row]
    except csv.Error as reason:
        raise ValueError(f"not a CSV file ({reason})") from None
    kinds = [HEADING.fullmatch(cell.strip().lower()) for cell in (lines[0] if lines else [])]
    if not kinds or not all(kinds) or {k.group(1) for k in kinds if k} != {"x", "y"}:
        raise ValueError("the first line must name the columns: x1,x2,...,y1,y2,...")
    for number, row in enumerate(lines[1:], 2):
        if len(row) != len(kinds):
            raise ValueError(f"line {number} has {len(row)} entries, not {len(kinds)} as the heading")
    x, y = ([[t for t, kind in zip(row, kinds, strict=True) if kind and kind.group(1) == letter] for row in lines[1:]]
            for letter in "xy")
    return x, y


def _from_npz(path: Path) -> tuple[Any, Any]:
    try:
        with np.load(path, allow_pickle=False) as members:
            x, y = (np.asarray(members[name]) for name in "xy")
    except (LookupError, TypeError, ValueError, EOFError, zipfile.BadZipFile):
        raise ValueError("not an NPZ file with the arrays x and y") from None
    for name, array in (("x", x), ("y", y)):
        if array.ndim != 2 or array.dtype.kind not in "fiu":
            raise ValueError(f"the array {name} must have two axes (a row for each point) and hold numbers")
    return x.tolist(), y.tolist()


def _from_json(path: Path) -> tuple[Any, Any]:
    found = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_constant=str)
    if not isinstance(found, dict) or not {"x", "y"} <= set(found):
        raise ValueError('the file must be {"x": rows, "y": rows}')
    return found["x"], found["y"]
