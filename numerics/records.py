"""Runs on disk: a folder of NPZ files, one for the start and one for each state, that only ever grows.

Every file is written under another name and then renamed, so a run that is cut off loses the step it was at and
nothing else. Numbers are kept exactly, balls with their radius: doubles as they are, everything else as text
(mantissa and exponent). A file holds the member `about`, JSON with the metadata, and one member for each array;
`numpy.load` reads it without pickle.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any, final

import mpmath
import numpy as np
from flint import arb

from numerics.arithmetic import Array

SCHEMA = "proofcheck run 1"
START = "start.npz"
ABOUT = "about"
RADIUS_BITS = 30
DAMAGE = (OSError, LookupError, TypeError, ValueError, ArithmeticError, EOFError, RuntimeError, zipfile.BadZipFile)


@final
class Store:
    """The states of one run: `about` and `start` say what is run, then come the states 1, 2, ... in order.

    Made by `create` or `reopen`.
    """

    def __init__(self, folder: Path, about: Mapping[str, Any], start: Mapping[str, Array], length: int) -> None:
        self.folder, self.about, self.start, self.length = folder, about, start, length

    @classmethod
    def create(cls, folder: str | os.PathLike[str], about: Mapping[str, Any], start: Mapping[str, Array]) -> Store:
        """A new store; the folder may exist if it is empty. Raises ValueError if it is not, or cannot be written."""
        path = Path(folder)
        try:
            path.mkdir(parents=True, exist_ok=True)
            if any(path.iterdir()):
                raise ValueError(f"{path} is not empty; resume the run in it, or name another folder")
        except OSError as reason:
            raise ValueError(f"{path} cannot be used as a folder: {reason.strerror}") from None
        made = cls(path, dict(about), dict(start), 0)
        made._write(START, about, start)
        return made

    @classmethod
    def reopen(cls, folder: str | os.PathLike[str]) -> Store:
        """The store in a folder. Raises ValueError if none is there, or a file is damaged, foreign or missing."""
        path = Path(folder)
        if not (path / START).is_file():
            raise ValueError(f"{path} holds no stored run (there is no {START} in it)")
        about, start = _read(path / START)
        names = sorted(p.name for p in path.glob("step-*.npz"))
        if names != [_name(k + 1) for k in range(len(names))]:
            raise ValueError(f"{path} is not complete; its {len(names)} states are not numbered from 1 without a gap")
        return cls(path, about, start, len(names))

    def add(self, record: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        """Append the next state: named numbers and arrays. Raises ValueError for what cannot be kept exactly."""
        self._write(_name(self.length + 1), {k: to_text(v) for k, v in record.items()}, arrays)
        self.length += 1

    def read(self, number: int) -> tuple[dict[str, Any], dict[str, Array]]:
        """The named numbers and the arrays of state 1, 2, ..., `length`. Raises ValueError if it is damaged."""
        path = self.folder / _name(number)
        record, arrays = _read(path)
        try:
            return {k: from_text(v) for k, v in record.items()}, arrays
        except DAMAGE as reason:
            raise _damaged(path, reason) from None

    def _write(self, name: str, about: Mapping[str, Any], arrays: Mapping[str, Array]) -> None:
        described = {"schema": SCHEMA, "arrays": sorted(arrays), "about": about}
        members = {ABOUT: np.array(json.dumps(described)), **{k: _packed(v) for k, v in arrays.items()}}
        beside = self.folder / f".{name}.part"
        try:
            with beside.open("wb") as out:
                np.savez(out, **members)  # type: ignore[arg-type]
                out.flush()
                os.fsync(out.fileno())
            beside.replace(self.folder / name)
        except OSError as reason:
            raise ValueError(f"{self.folder / name} cannot be written: {reason.strerror}") from None


def _name(number: int) -> str:
    return f"step-{number:08d}.npz"


def _damaged(path: Path, reason: Exception) -> ValueError:
    return ValueError(f"{path} is damaged or was not written by a stored run ({type(reason).__name__}: {reason})")


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Array]]:
    try:
        with np.load(path, allow_pickle=False) as members:
            described = json.loads(str(members[ABOUT]))
            if not isinstance(described, dict) or described.get("schema") != SCHEMA:
                raise ValueError(f"its schema is not {SCHEMA!r}")
            if sorted({ABOUT, *described["arrays"]}) != sorted(members.files):
                raise ValueError("its arrays are not those it names")
            return dict(described["about"]), {k: _unpacked(members[k]) for k in described["arrays"]}
    except DAMAGE as reason:
        raise _damaged(path, reason) from None


def _packed(values: Array) -> Array:
    plain = np.asarray(values)
    if plain.dtype != object:
        return plain
    return np.array([to_text(v).encode() for v in plain.ravel()], dtype=np.bytes_).reshape(plain.shape)


def _unpacked(values: Array) -> Array:
    if values.dtype.kind != "S":
        return values
    numbers = np.empty(values.size, dtype=object)
    numbers[:] = [from_text(v.decode()) for v in values.ravel()]
    return numbers.reshape(values.shape)


def to_text(value: Any) -> str:
    """An exact text of a double, a whole number, a fraction, an mpf or a ball (then with its radius).

    Raises ValueError for anything else, and for what is not finite.
    """
    if isinstance(value, arb) and value.is_finite():
        return "ball " + " ".join(f"{int(part):x}" for half in (value.mid(), value.rad()) for part in half.man_exp())
    if hasattr(value, "_mpf_") and mpmath.isfinite(value):
        sign, mantissa, exponent, _ = value._mpf_
        return f"mpf {-mantissa if sign else mantissa:x} {exponent:x}"
    if isinstance(value, float | np.floating) and np.isfinite(value):
        return f"double {float(value).hex()}"
    if isinstance(value, int | np.integer):
        return f"exact {int(value)}"
    if isinstance(value, Fraction):
        return f"exact {value}"
    raise ValueError(f"{value!r} cannot be stored; allowed: finite doubles, mpf, balls and exact numbers")


def from_text(text: str) -> Any:
    """The number of `to_text`. Raises ValueError for text that it did not write."""
    kind, _, rest = text.partition(" ")
    if kind == "ball":
        mantissa, exponent, width, scale = (int(part, 16) for part in rest.split())
        return _ball(mantissa, exponent, width, scale)
    if kind == "mpf":
        mantissa, exponent = (int(part, 16) for part in rest.split())
        return mpmath.mp.make_mpf(mpmath.libmp.from_man_exp(mantissa, exponent))
    if kind == "double":
        return float.fromhex(rest)
    if kind == "exact":
        number = Fraction(rest)
        return number.numerator if number.denominator == 1 else number
    raise ValueError(f"{text[:40]!r} is no stored number")


def _ball(mantissa: int, exponent: int, width: int, scale: int) -> arb:
    """The ball with this midpoint and radius width * 2^scale, exactly.

    flint rounds a given radius up by one unit of its 30 bits, so it is given one that is half a unit smaller.
    """
    middle = arb((mantissa, exponent))
    if width == 0:
        return middle
    if width < 0:
        raise ValueError("a radius is negative")
    shift = RADIUS_BITS - width.bit_length()
    if shift < 0:
        raise ValueError("a radius has too many bits")
    made = arb(middle, arb((2 * (width << shift) - 1, scale - shift - 1)))
    if made.rad() < arb((width, scale)):
        raise ValueError("a radius cannot be restored")
    return made
