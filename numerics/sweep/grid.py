"""The grid of a sweep: one value, a list or a range for each parameter; the runs are their product."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import Any

from numerics.arithmetic import parse_precision
from numerics.relatives import NETWORKS

STEP_SIZES = ("stable", "paper")
MOST_RUNS = 1_000_000
LARGEST = 2**63
FORMS = "one, a list of them, or a range {from, to, step} or {from, to, factor}"


class NotAllowed(ValueError):
    """A value that its axis does not take; the text says what is allowed."""


@dataclass(frozen=True)
class Axis:
    """A parameter of the grid: its column in the table, its default, and what reads one value (raises NotAllowed)."""

    column: str
    default: Any
    read: Callable[[Any], Any]
    kind: type


def whole(least: int, even: bool = False) -> Callable[[Any], int]:
    """Reads whole numbers >= `least` that fit a column of 64 bits."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < LARGEST or (even and value % 2):
            raise NotAllowed(f"{'even ' if even else ''}whole numbers >= {least} and < 2**63")
        return value

    return read


def positive(value: Any) -> float:
    """Reads a finite number > 0."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise NotAllowed("finite numbers > 0")
    return float(value)


def step_size(value: Any) -> float | str:
    """Reads a finite number > 0 or the name of a rule."""
    if value in STEP_SIZES:
        return str(value)
    try:
        return positive(value)
    except NotAllowed as error:
        raise NotAllowed(f"{error}, {' and '.join(map(repr, STEP_SIZES))}") from None


def ratio(value: Any) -> float:
    """Reads a number between 0 and 1."""
    try:
        found = positive(value)
    except NotAllowed:
        found = math.inf
    if not found < 1:
        raise NotAllowed("numbers > 0 and < 1")
    return found


def net_name(value: Any) -> str:
    """Reads the name of a network."""
    if not isinstance(value, str) or value not in NETWORKS:
        raise NotAllowed(", ".join(map(repr, NETWORKS)))
    return value


def precision(value: Any) -> str:
    """Reads what `parse_precision` understands; digits may be given as a number."""
    try:
        parse_precision(str(value))
    except ValueError:
        raise NotAllowed("'float64', 'dd', a number of digits >= 15, 'ball', and 'ball:BITS' with BITS >= 53") from None
    return str(value)


AXES: dict[str, Axis] = {
    "net": Axis("net", "softmax", net_name, str),
    "n": Axis("n", 4, whole(1), int),
    "d": Axis("d", 2, whole(1), int),
    "m": Axis("m", 256, whole(2, even=True), int),
    "sigma": Axis("sigma", 1.0, positive, float),
    "eta": Axis("eta", "stable", step_size, str),
    "steps": Axis("steps", 50, whole(0), int),
    "precision": Axis("precision", "float64", precision, str),
    "eps": Axis("eps", 0.01, ratio, float),
    "seeds": Axis("seed", 0, whole(0), int),
}
"""The parameters of a sweep under their names in a SPEC, in the order of the table; the last one varies fastest."""


def grid(spec: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every run of a SPEC once, as column -> value, sorted by the parameters in the order of `AXES`.

    A parameter that is left out has its default. Raises ValueError, naming the key, what was given and what is
    allowed, and for more than `MOST_RUNS` runs.
    """
    for key in spec:
        if key not in AXES:
            close = get_close_matches(key, AXES, 1)
            hint = f"did you mean {close[0]!r}?" if close else f"allowed are {', '.join(AXES)}"
            raise ValueError(f"unknown parameter {key!r} with the value {spec[key]!r}; {hint}")
    values = [_values(key, axis, spec.get(key, axis.default)) for key, axis in AXES.items()]
    count = math.prod(map(len, values))
    if count > MOST_RUNS:
        raise ValueError(f"the grid has {count} runs; allowed are at most {MOST_RUNS}")
    columns = [axis.column for axis in AXES.values()]
    return [dict(zip(columns, chosen, strict=True)) for chosen in itertools.product(*values)]


def _values(key: str, axis: Axis, given: Any) -> list[Any]:
    """The distinct values of one axis in increasing order, numbers before words."""
    found = set()
    for value in _listed(key, given):
        try:
            found.add(axis.read(value))
        except NotAllowed as error:
            raise ValueError(f"{key} = {value!r} is not allowed; allowed are {error} ({FORMS})") from None
    if not found:
        raise ValueError(f"{key} = {given!r} names no value; give {FORMS}")
    return sorted(found, key=lambda v: (isinstance(v, str), v))


def _listed(key: str, given: Any) -> Iterator[Any]:
    for item in given if isinstance(given, list) else [given]:
        if isinstance(item, dict):
            yield from _range(key, item)
        else:
            yield item


def _range(key: str, given: Mapping[str, Any]) -> Iterator[int | float]:
    """From `from` to `to`, both included where they are met; in exact decimals, so that 0.1 + 0.2 is 0.3."""
    numbers = {k: Fraction(str(v)) for k, v in given.items() if _is_number(v)}
    kinds = ({"from", "to"}, {"from", "to", "step"}, {"from", "to", "factor"})
    if set(given) not in kinds or len(numbers) < len(given):
        raise ValueError(f"{key} = {dict(given)!r} is not a range; give {FORMS}")
    now, last, step, factor = (numbers.get(k, Fraction(1)) for k in ("from", "to", "step", "factor"))
    grows = factor > 1 and now > 0 if "factor" in numbers else step > 0
    if not grows or now > last:
        raise ValueError(f"{key} = {dict(given)!r} does not lead up from 'from' to 'to'; give 'from' <= 'to' with "
                         "'step' > 0, or 'from' > 0 with 'factor' > 1")
    if (math.log(last / now, factor) if "factor" in numbers else (last - now) / step) >= MOST_RUNS:
        raise ValueError(f"{key} = {dict(given)!r} has more than {MOST_RUNS} values")
    whole_numbers = all(isinstance(v, int) for v in given.values())
    while now <= last:
        yield int(now) if whole_numbers else float(now)
        now = now * factor if "factor" in numbers else now + step


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
