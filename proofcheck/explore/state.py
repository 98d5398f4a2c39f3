"""The view of a map as one value: which claim, which axes, which numbers; as the query of a URL and back."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from functools import lru_cache
from itertools import combinations
from urllib.parse import parse_qs, quote

import numpy as np

from proofcheck.explore.fields import verdict
from proofcheck.explore.numbers import BadNumber, brief, log10, read, simplest, written
from proofcheck.explore.plane import Axis, fields
from proofcheck.explore.subjects import Subject
from proofcheck.kernel.domain import Range

KEYS = ("claim", "x", "y", "xr", "yr", "at")
FACTOR, REACH = 8, Fraction(4)  # how far a range reaches from its middle, as a factor or as a distance
WIDER = (1, 2, 5)
ROUGH, LESS = 16, 0.6
FIELDS, LONGEST = 20, 8000
Arguments = Mapping[str, Sequence[str]]
Ends = tuple[Fraction, Fraction]


class BadView(ValueError):
    """A query that gives no view; the message says in one line what was given and what is allowed."""


@dataclass(frozen=True)
class View:
    """A claim, its axes with their ranges, and exact values of all free parameters.

    ``y`` is "" where the inequality has one parameter only.  The marker of the map is at the values.
    """

    claim: str
    x: str
    y: str
    values: Mapping[str, Fraction]
    xr: Ends
    yr: Ends

    def axes(self, subject: Subject) -> tuple[Axis, Axis]:
        """Both axes; a map of one parameter has an empty one."""
        return axis(subject, self.x, self.xr), axis(subject, self.y, self.yr)

    def at(self, **values: Fraction) -> View:
        """The view with other values of some parameters."""
        return replace(self, values={**self.values, **values})

    def query(self) -> str:
        """The query of the URL that gives this view."""
        at = ",".join(f"{k}:{written(v)}" for k, v in self.values.items())
        parts = {"claim": self.claim, "x": self.x, "y": self.y, "xr": _range(self.xr), "yr": _range(self.yr), "at": at}
        return "&".join(f"{k}={quote(v, safe=':,/')}" for k, v in parts.items() if v)


def axis(subject: Subject, name: str, ends: Ends) -> Axis:
    """The axis of a parameter."""
    return Axis(name, *ends, bool(name) and subject.parameters[name].integer)


def _range(ends: Ends) -> str:
    return f"{written(ends[0])}:{written(ends[1])}"


# the view to begin with


@lru_cache(maxsize=500)
def first(subject: Subject) -> View:
    """The view that shows most: both what holds and what fails around the point to begin with, where a plane does."""
    names = subject.inside
    pairs = list(combinations(names, 2)) or [(names[0], "")]
    views = [(LESS**k, _view(subject, x, y, reach)) for k, reach in enumerate(WIDER) for x, y in pairs]
    return max(views, key=lambda view: view[0] * _telling(subject, view[1]))[1]


def _view(subject: Subject, x: str, y: str, reach: int) -> View:
    return View(subject.id, x, y, subject.start, ends(subject, x, reach), ends(subject, y, reach) if y else NO_RANGE)


NO_RANGE: Ends = (Fraction(0), Fraction(1))


def _telling(subject: Subject, view: View) -> float:
    """How evenly the hypotheses' part of a rough map is divided; a little less if sizes are on its axes."""
    places = fields(subject, view.axes(subject), view.values, ROUGH)
    inside = np.ones((ROUGH, ROUGH), dtype=bool)
    for _, hyp in subject.hypotheses:
        inside &= verdict(hyp, places) >= 0
    told = np.where(inside, verdict(subject.branch.goal, places), 0)
    counts = [int(np.sum(told == side)) for side in (1, -1)]
    sizes = sum(a.integer for a in view.axes(subject))
    return LESS**sizes * (min(counts) + 0.001 * max(counts))


def ends(subject: Subject, name: str, reach: int = 1) -> Ends:
    """A range around the value to begin with, a little beyond what the hypotheses say, so that one sees where they end."""
    side, middle, integer = subject.ranges[subject.parameters[name]], subject.start[name], subject.parameters[name].integer
    low, high = _around(side, middle, reach)
    return (max(low, Fraction(1)), max(high, Fraction(4))) if integer else (low, high)


def _around(side: Range, middle: Fraction, reach: int) -> Ends:
    if middle > 0 and side.lo >= 0:
        decades = min(reach * max(math.log10(FACTOR), abs(log10(middle)) / 2), 150)
        factor = Fraction(10) ** round(decades) if decades > 3 else Fraction(round(10**decades))
        low, high = middle / factor, middle * factor
        low = max(low, side.lo / 2) if isinstance(side.lo, Fraction) and side.lo > 0 else low
        high = min(high, side.hi * 2) if isinstance(side.hi, Fraction) else high
    else:
        low = max(middle - reach * REACH, side.lo - 1) if isinstance(side.lo, Fraction) else middle - reach * REACH
        high = min(middle + reach * REACH, side.hi + 1) if isinstance(side.hi, Fraction) else middle + reach * REACH
    room = (high - low) / 25
    below = low * Fraction(9, 10) if low > 0 else low - room
    above = high * Fraction(11, 10) if high > 0 else high + room
    return simplest(below, low), simplest(high, above)


# reading


def parse(query: str, subjects: Mapping[str, Subject]) -> View:
    """The view of a query; what it leaves open is as to begin with; raises BadView."""
    if len(query) > LONGEST:
        raise BadView(f"the link has {len(query)} characters; allowed are {LONGEST}")
    try:
        found = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query), max_num_fields=FIELDS)
    except ValueError as error:
        raise BadView(f"the link cannot be read: {error}") from None
    return view_of(found, subjects)


def view_of(arguments: Arguments, subjects: Mapping[str, Subject]) -> View:
    """The view that the arguments of a request give; raises BadView."""
    given = single(arguments, KEYS)
    claim = given.get("claim", next(iter(subjects)))
    if claim not in subjects:
        close = get_close_matches(claim, subjects, 3, 0.5)
        told = f"did you mean {', '.join(close)}?" if close else "choose one from the list"
        raise BadView(f"no claim {brief(claim)!r} can be explored; {told}")
    subject = subjects[claim]
    return _checked(subject, first(subject), given)


def single(arguments: Arguments, keys: Sequence[str]) -> dict[str, str]:
    """The arguments, each given once and each one of the keys; raises BadView."""
    for key, values in arguments.items():
        if key not in keys:
            raise BadView(f"unknown part {brief(key)!r} of the link; allowed: {', '.join(keys)}")
        if len(values) != 1:
            raise BadView(f"{key} is given {len(values)} times; allowed is once")
    return {key: values[0] for key, values in arguments.items()}


def _checked(subject: Subject, start: View, given: Mapping[str, str]) -> View:
    x = _axis_name(subject, "x", given.get("x", start.x))
    y = _axis_name(subject, "y", given.get("y", start.y if start.y != x else start.x)) if start.y else ""
    if x == y:
        raise BadView(f"both axes are {x}; choose two parameters")
    if "y" in given and not start.y and given["y"]:
        raise BadView(f"{subject.id} has one parameter only; leave out y")
    values = dict(start.values) | dict(settings(given["at"], subject) if given.get("at") else ())
    xr = _ends("xr", given["xr"], subject, x) if "xr" in given else start.xr if x == start.x else ends(subject, x)
    if not y:
        return View(subject.id, x, "", values, xr, NO_RANGE)
    yr = _ends("yr", given["yr"], subject, y) if "yr" in given else start.yr if y == start.y else ends(subject, y)
    return View(subject.id, x, y, values, xr, yr)


def _axis_name(subject: Subject, key: str, name: str) -> str:
    if name not in subject.inside:
        raise BadView(f"{key}={brief(name)}: allowed is a parameter of the inequality, one of {', '.join(subject.inside)}")
    return name


def settings(text: str, subject: Subject) -> Iterator[tuple[str, Fraction]]:
    """The values that a text such as B:1,R:1/667 gives; raises BadView."""
    seen = set()
    for part in text.split(","):
        name, _, number = part.partition(":")
        if name not in subject.parameters:
            raise BadView(f"at={brief(part)}: allowed are NAME:NUMBER with the names {', '.join(subject.parameters)}")
        if name in seen:
            raise BadView(f"{name} is given twice in at")
        seen.add(name)
        yield name, value(subject, name, number)


def value(subject: Subject, name: str, text: str) -> Fraction:
    """The value that a text gives to a parameter; raises BadView."""
    found = _number(name, text)
    if subject.parameters[name].integer and (found.denominator != 1 or found < 1):
        raise BadView(f"{name}={brief(text)}: {name} is a size; allowed is a whole number >= 1")
    return found


def range_of(subject: Subject, name: str, low: str, high: str) -> Ends:
    """The range of an axis that two texts give; raises BadView."""
    return _ends(name, f"{low}:{high}", subject, name)


def _ends(key: str, text: str, subject: Subject, name: str) -> Ends:
    low, colon, high = text.partition(":")
    if not colon:
        raise BadView(f"{key}={brief(text)}: allowed is LOW:HIGH")
    found = _number(key, low), _number(key, high)
    least = Fraction(1, 10**6) * max(abs(found[0]), abs(found[1]))
    if not found[1] - found[0] > least:
        raise BadView(f"{key}={brief(text)}: the first number must be smaller than the second, by more than a millionth")
    if subject.parameters[name].integer and found[0] < 1:
        raise BadView(f"{key}={brief(text)}: {name} is a size; the range must begin at 1 or above")
    return found


def _number(key: str, text: str) -> Fraction:
    return _or_bad(read, f"{key}: ", text)


def _or_bad(reader: Callable[[str], Fraction], head: str, text: str) -> Fraction:
    try:
        return reader(text)
    except BadNumber as error:
        raise BadView(f"{head}{error}") from None

