"""Rationals as people type and read them, exactly, and the simplest one near a place of a map."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext
from fractions import Fraction

LONGEST = 500  # characters
DECADES = 400  # a number is 0 or between 10**-400 and 10**400
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?|[+-]?\d+/\d+", re.ASCII)
ALLOWED = f"a number such as 3, 0.01, 1/667 or 1e-3, of size 10^-{DECADES} to 10^{DECADES}"
DIGITS = 17


class BadNumber(ValueError):
    """Text that is not a number; the message says in one line what is allowed."""


def read(text: str) -> Fraction:
    """The rational that a text gives exactly; raises BadNumber."""
    text = text.strip()
    if len(text) > LONGEST or not NUMBER.fullmatch(text):
        raise BadNumber(f"{brief(text)!r} is no number; allowed is {ALLOWED}")
    try:
        value = Fraction(text)
    except ZeroDivisionError:
        raise BadNumber(f"{brief(text)!r} divides by zero; allowed is {ALLOWED}") from None
    if value and abs(log10(value)) > DECADES:
        raise BadNumber(f"{brief(text)} is too large or too small; allowed is {ALLOWED}")
    return value


def brief(text: str, most: int = 40) -> str:
    """Text that fits into a message."""
    return text if len(text) <= most else f"{text[:most]}..."


def log10(value: Fraction) -> float:
    """log10 of a rational > 0 or of its absolute value, also beyond the range of doubles."""
    size = abs(value)
    return math.log10(size.numerator) - math.log10(size.denominator)


def written(value: Fraction) -> str:
    """The shortest exact text: a decimal, with an exponent or without, or a fraction."""
    ways = [str(value)]
    rest = value.denominator
    for p in (2, 5):
        while rest % p == 0:
            rest //= p
    if rest == 1:
        with localcontext() as context:
            context.prec = 2 * DECADES + LONGEST
            number = (Decimal(value.numerator) / Decimal(value.denominator)).normalize()
            ways += [f"{number:f}", re.sub(r"E\+?", "e", f"{number:E}")]
    short = min(ways, key=len)
    return ways[0] if len(ways[0]) <= len(short) + 1 and len(ways[0]) < 12 else short


def shown(value: Fraction) -> str:
    """A number for people: exact if that is short, else rounded."""
    text = written(value)
    if len(text) <= DIGITS:
        return text
    if not value:
        return "0"
    power = math.floor(log10(value))
    return f"{float(value / Fraction(10) ** power):.6f}e{power}" if abs(power) > 300 else f"{float(value):.9g}"


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The rational between two that is shortest to write: a decimal, or the fraction with the smallest denominator."""
    if low <= 0 <= high:
        return Fraction(0)
    if high < 0:
        return -simplest(-high, -low)
    return min(_decimal(low, high), _fraction(low, high), key=lambda x: len(written(x)))


def _decimal(low: Fraction, high: Fraction) -> Fraction:
    """The decimal with the fewest digits, nearest to the middle."""
    power, middle = math.floor(log10(high)) + 1, (low + high) / 2
    while True:
        unit = Fraction(10) ** power
        found = round(middle / unit) * unit
        if low <= found <= high:
            return found
        power -= 1


def _fraction(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator, by continued fractions."""
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    below = whole - 1
    return below + 1 / _fraction(1 / (high - below), 1 / (low - below))
