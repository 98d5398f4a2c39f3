"""A map: log10(rhs/lhs) over two parameters, the curve on which it is 0, and where hypotheses are violated."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import contourpy
import numpy as np

from proofcheck.explore.fields import Data, Field, exactly, judged, margin, powers_of_ten, reals, verdict
from proofcheck.explore.numbers import log10, simplest
from proofcheck.explore.subjects import Subject
from proofcheck.kernel.terms import Var

SIZE = 120  # cells along each axis
CLIP = 3.0  # decades of the ratio that are told apart
LOGARITHMIC = 30  # the ratio of the ends from which an axis is logarithmic
HALVINGS = 8  # of an edge between two cells: to a small part of a pixel
WHOLE = 2.0**52
UNKNOWN = "doubles cannot tell, or a side is not defined"
PIXELS = 400  # to which a place is read from an axis


@dataclass(frozen=True)
class Axis:
    """The range of one parameter; a place on it is a coordinate: the value, or its log10 on a logarithmic axis."""

    name: str
    low: Fraction
    high: Fraction
    integer: bool = False

    @property
    def log(self) -> bool:
        """Whether the axis is logarithmic."""
        return self.low > 0 and self.high / self.low >= LOGARITHMIC

    def coordinate(self, value: Fraction) -> float:
        """The place of a value; values that a logarithmic axis does not have lie far to the left."""
        if not self.log:
            return float(value)
        return log10(value) if value > 0 else -math.inf

    @property
    def ends(self) -> tuple[float, float]:
        """The coordinates of both ends."""
        return self.coordinate(self.low), self.coordinate(self.high)

    def centres(self, size: int) -> Data:
        """The coordinates of the middles of so many cells, shape (size,)."""
        low, high = self.ends
        return low + (high - low) * (np.arange(size) + 0.5) / size

    def field(self, at: Data) -> Field:
        """The values at some coordinates, those of a size rounded to whole numbers >= 1."""
        if not self.integer:
            return powers_of_ten(at) if self.log else reals(at)
        values = np.maximum(1.0, np.round(10.0 ** np.minimum(at, 300) if self.log else at))
        return reals(values) if not self.log or float(np.max(at)) < math.log10(WHOLE) else powers_of_ten(at)

    def value(self, at: float) -> Fraction:
        """The value at a coordinate, exactly as it is on the axis."""
        return _power(at) if self.log else Fraction(at)

    def nearest(self, at: float) -> Fraction:
        """The simplest rational (or whole number) within about a pixel of a coordinate."""
        low, high = self.ends
        room = (high - low) / PIXELS
        around = self.value(at - room), self.value(at + room)
        if not self.integer:
            return simplest(*around)
        whole = max(Fraction(round(around[0] + (around[1] - around[0]) / 2)), Fraction(1))
        return Fraction(round(simplest(*around))) if around[1] - around[0] > 2 and around[0] > 1 else whole


def _power(exponent: float) -> Fraction:
    """10**exponent, also beyond the range of doubles."""
    whole = math.floor(exponent)
    return Fraction(10) ** whole * Fraction(10.0 ** (exponent - whole))


@dataclass(frozen=True)
class Region:
    """A part of a map, such as where a hypothesis is violated, as rectangles: left, right, bottom, top, in coordinates."""

    words: str
    boxes: Sequence[tuple[float, float, float, float]]

    def place(self, share: float) -> tuple[float, float]:
        """A place for its name, so far along the diagonal of the largest rectangle."""
        left, right, bottom, top = max(self.boxes, key=lambda b: (b[1] - b[0]) * (b[3] - b[2]))
        return left + share * (right - left), bottom + share * (top - bottom)


@dataclass(frozen=True)
class Picture:
    """A map over two axes; rows of ``gap`` go from the bottom to the top.

    ``gap``: log10(rhs/lhs) clipped to +-CLIP, nan where doubles do not tell on which side of 0 it is; ``told``: its sign;
    ``curve``: polylines along which the truth changes; ``regions``: violated hypotheses; ``unknown``: where ``told`` is 0.
    """

    axes: tuple[Axis, Axis]
    gap: Data
    told: Data
    curve: Sequence[tuple[Data, Data]]
    regions: Sequence[Region]
    unknown: Region | None


def fields(subject: Subject, axes: tuple[Axis, Axis], values: Mapping[str, Fraction], size: int) -> dict[Var, Field]:
    """The free parameters over the cells of a map: those of the axes in a row and in a column, the others single numbers."""
    x, y = axes
    return _placed(subject, axes, values, x.centres(size)[None, :], y.centres(size)[:, None])


def _placed(subject: Subject, axes: tuple[Axis, Axis], values: Mapping[str, Fraction], u: Data, v: Data) -> dict[Var, Field]:
    found = {var: exactly(values[name]) for name, var in subject.parameters.items() if name not in {a.name for a in axes}}
    return found | {subject.parameters[a.name]: a.field(at) for a, at in zip(axes, (u, v), strict=True) if a.name}


def drawn(subject: Subject, axes: tuple[Axis, Axis], values: Mapping[str, Fraction], size: int = SIZE) -> Picture:
    """The map of a subject, the parameters that are not on an axis at their values."""
    places = fields(subject, axes, values, size)
    goal = subject.branch.goal
    gap, error = (np.broadcast_to(d, (size, size)) for d in margin(goal, places))
    told = judged(goal.op, gap, error)
    clipped = np.where(told == 0, np.nan, np.clip(np.where(told == 0, 0.0, gap), -CLIP, CLIP))

    def sign(u: Data, v: Data) -> Data:
        found, _ = margin(goal, _placed(subject, axes, values, u, v))
        side: Data = np.sign(np.broadcast_to(found, u.shape))
        return side

    regions = [r for given, hyp in subject.hypotheses
               if (r := region(given.words, axes, np.broadcast_to(verdict(hyp, places), (size, size)) < 0)) is not None]
    return Picture(axes, clipped, told, boundary(axes, told, gap, sign), regions, region(UNKNOWN, axes, told == 0))


def along(subject: Subject, axis: Axis, values: Mapping[str, Fraction], at: Data) -> Data:
    """1, -1 or 0 at some coordinates of one axis, as in ``Picture.told``; the other parameters at their values."""
    places = {var: exactly(values[name]) for name, var in subject.parameters.items() if name != axis.name}
    told = verdict(subject.branch.goal, places | {subject.parameters[axis.name]: axis.field(at)})
    return np.broadcast_to(told, at.shape)


def boundary(axes: tuple[Axis, Axis], told: Data, gap: Data, sign: Callable[[Data, Data], Data]) -> list[tuple[Data, Data]]:
    """The curve between cells that hold and cells that fail: contour lines whose every corner is moved to the sign change.

    ``sign`` says of coordinates (two arrays of one shape) which side they are on.
    """
    size = told.shape[0]
    if not ((told > 0).any() and (told < 0).any()):
        return []
    level = np.ma.masked_invalid(np.where(np.isnan(gap), np.nan, np.clip(gap, -CLIP, CLIP)))
    lines = contourpy.contour_generator(z=level).lines(0.0)
    ends = [axis.centres(size) for axis in axes]
    return [(u, v) for line in lines for u, v in [_refined(np.asarray(line), ends, sign)]]


def _refined(line: Data, ends: Sequence[Data], sign: Callable[[Data, Data], Data]) -> tuple[Data, Data]:
    """The corners of a contour line, each on the edge of the grid between two cells, moved by bisection to the change."""
    low, high = np.floor(line + 1e-9).astype(int), np.ceil(line - 1e-9).astype(int)
    (u0, v0), (u1, v1) = ((ends[0][k[:, 0]], ends[1][k[:, 1]]) for k in (low, high))
    start, stop = sign(u0, v0), sign(u1, v1)
    a, b = np.zeros(len(line)), np.ones(len(line))
    for _ in range(HALVINGS):
        middle = (a + b) / 2
        left = sign(u0 + middle * (u1 - u0), v0 + middle * (v1 - v0)) == start
        a, b = np.where(left, middle, a), np.where(left, b, middle)
    share = np.where(start * stop < 0, (a + b) / 2, _share(line, low))
    return u0 + share * (u1 - u0), v0 + share * (v1 - v0)


def _share(line: Data, low: Data) -> Data:
    """How far along its edge a corner lies."""
    found: Data = (line - low).max(axis=1)
    return found


def region(words: str, axes: tuple[Axis, Axis], violated: Data) -> Region | None:
    """Some cells, such as those at which a hypothesis is violated, as few rectangles; None if there are none."""
    if not violated.any():
        return None
    size = violated.shape[0]
    edges = [a.ends[0] + (a.ends[1] - a.ends[0]) * np.arange(size + 1) / size for a in axes]
    boxes = []
    for runs, rows in groupby(range(size), key=lambda k: _runs(violated[k])):
        group = list(rows)
        boxes += [(float(edges[0][a]), float(edges[0][b]), float(edges[1][group[0]]), float(edges[1][group[-1] + 1]))
                  for a, b in runs]
    return Region(words, boxes)


def _runs(row: Data) -> tuple[tuple[int, int], ...]:
    """Where a row of truths is true: first and last + 1 of every run."""
    steps = np.flatnonzero(np.diff(np.concatenate(([0], row.astype(np.int8), [0]))))
    return tuple((int(a), int(b)) for a, b in steps.reshape(-1, 2))
