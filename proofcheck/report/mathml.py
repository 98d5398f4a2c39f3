"""Formulas as MathML, which browsers typeset by themselves."""

from __future__ import annotations

import re
from functools import cache

from latex2mathml.converter import convert
from markupsafe import Markup

from proofcheck.report.formulas import pieces

NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'  # of no use in a page
BAR = '<mo stretchy="false" lspace="0.1em" rspace="0.1em">|</mo>'


@cache
def math(formula: str) -> Markup:
    """A formula as MathML, in as many pieces as a line may be broken into."""
    return Markup('<span class="formula">{}</span>').format(Markup("<wbr>").join(map(_mathml, pieces(formula))))


def _mathml(piece: str) -> Markup:
    """One piece; an operator at its head keeps its spaces, and the bars of an absolute value have none."""
    made = convert(piece).replace("<mo>&#x0007C;</mo>", BAR).replace(NAMESPACE, "")
    return Markup(re.sub(r"(<math[^>]*><mrow>)<mo>", r'\1<mo form="infix">', made))
