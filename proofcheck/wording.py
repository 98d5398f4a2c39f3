"""Formulas as people write them; certificates keep the exact text."""

from __future__ import annotations

import re
from fractions import Fraction

NUMBER = r"\d+(?:/\d+)?"
DIGITS, DECIMALS = 30, 60
FACTOR = r"(\w+(?:\[[^\]]*\])?|\(\w+\))\*\*\(-1\)"


def pretty(text: str) -> str:
    """A term or relation as people write it."""
    text = re.sub(r"(?<![\w)\].])1\*" + FACTOR, r"1/\1", text)
    text = re.sub(r"\*" + FACTOR, r"/\1", text)
    text = re.sub(r"/\((\w+)\)", r"/\1", text)
    text = re.sub(rf" \+ \(-({NUMBER})\)", r" - \1", text)
    text = re.sub(rf"(?<!\*)\(-({NUMBER})\)\*(?!\*)", r"-\1*", text)
    text = re.sub(rf"(?<![\w)])\(({NUMBER})\)\*\*\(1/2\)|(?<![\w.])(\w+)\*\*\(1/2\)",
                  lambda m: f"sqrt({m[1] or m[2]})", text)
    text = re.sub(r"(?<![\w.)*/^])(-?)1\*(?!\*)", r"\1", text)
    return text.replace(" == ", " = ")


def shortened(text: str) -> str:
    """Text with overlong integers cut to their size."""
    return re.sub(rf"(?<![\d.])\d{{{DIGITS},}}", lambda m: f"{m[0][0]}.{m[0][1:4]}...e{len(m[0]) - 1}", text)


def decimal(text: str) -> str:
    """A rational with a finite decimal expansion as a decimal."""
    value, digits = Fraction(text), 0
    while value.denominator != 1 and digits < DECIMALS:
        value, digits = value * 10, digits + 1
    whole = str(abs(int(value))).rjust(digits + 1, "0")
    shown = f"{whole[:-digits]}.{whole[-digits:]}" if digits else whole
    return text if value.denominator != 1 else ("-" if value < 0 else "") + shown
