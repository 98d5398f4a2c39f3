"""Marks along an axis and names of parameters, as plain text."""

from __future__ import annotations

import html
import math

from proofcheck.explore.plane import Axis
from proofcheck.report.formulas import split_name

MOST = 7  # marks
BACKSLASH = chr(92)
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
PLAIN = range(-3, 5)  # powers of ten that are written out


def label(name: str) -> str:
    """A parameter in letters: lam becomes a Greek letter, digits go below."""
    stem, below = split_name(name)
    if "{" in stem + below:
        return name
    letter = html.unescape(f"&{stem[1:]};") if stem.startswith(BACKSLASH) else stem
    return letter + (below.translate(LOWERED) if below.isdigit() else f"_{below}" if below else "")


def ticks(axis: Axis) -> list[tuple[float, str]]:
    """Coordinates with what stands there: powers of ten, or round numbers."""
    low, high = axis.ends
    if not axis.log:
        step = _step((high - low) / MOST)
        step = max(1.0, step) if axis.integer else step
        return [(k * step, f"{k * step:.6g}") for k in range(math.ceil(low / step), math.floor(high / step) + 1)]
    whole = range(math.ceil(low - 1e-9), math.floor(high + 1e-9) + 1)
    if len(whole) > 3:
        every = -(-len(whole) // MOST)
        return [(float(k), power(k)) for k in whole if k % every == 0]
    places = [(digit, k) for k in range(math.floor(low), math.ceil(high) + 1) for digit in (1, 2, 5)]
    found = [(k + math.log10(digit), power(k, digit)) for digit, k in places]
    return [(at, text) for at, text in found if low - 1e-9 <= at <= high + 1e-9]


def _step(rough: float) -> float:
    unit = 10.0 ** math.floor(math.log10(rough))
    return next(unit * k for k in (1, 2, 5, 10) if unit * k >= rough * 0.999)


def power(exponent: int, digit: int = 1) -> str:
    """digit * 10**exponent."""
    if exponent in PLAIN:
        return f"{digit * 10.0**exponent:.6g}"
    head = "" if digit == 1 else f"{digit}·"
    return f"{head}10{str(exponent).translate(RAISED)}"
