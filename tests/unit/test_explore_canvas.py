"""What is drawn: colours that grey tells apart, marks on axes, letters, and pages that escape what they are given."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

pytest.importorskip("bokeh", reason="pip install 'proofcheck[explore]'")

from proofcheck.claims import Claim, Given, Paper
from proofcheck.explore import texts
from proofcheck.explore.canvas import FAILS, HOLDS, palette
from proofcheck.explore.plane import Axis
from proofcheck.explore.regimes import LOOKS
from proofcheck.explore.subjects import subjects
from proofcheck.explore.ticks import label, ticks
from proofcheck.kernel.terms import Var
from proofcheck.report.formulas import Typesetter


def luminance(colour: str) -> float:
    """Rec. 709, of linear light."""
    parts = [int(colour[k:k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_grey_tells_what_fails_from_what_holds() -> None:
    light = [luminance(c) for c in palette()]
    assert all(a <= b + 1e-3 for a, b in pairwise(light)) and luminance(HOLDS[0]) > luminance(FAILS[-1]) + 0.1
    assert light[0] < 0.05 and light[-1] > 0.7


def test_the_states_of_the_graph_differ_without_colours() -> None:
    looks = [(round(luminance(fill), 1), hatch) for fill, hatch in LOOKS.values()]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize(("axis", "expected"), [
    (Axis("B", Fraction(0), Fraction(8)), ["0", "2", "4", "6", "8"]),
    (Axis("R", Fraction(1, 10**6), Fraction(1)), ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"]),
    (Axis("m", Fraction(1), Fraction(4), True), ["1", "2", "3", "4"]),
    (Axis("m", Fraction(1), Fraction(10) ** 300, True), ["1", "10⁴³", "10⁸⁶", "10¹²⁹", "10¹⁷²", "10²¹⁵", "10²⁵⁸"]),
    (Axis("R", Fraction(1), Fraction(50)), ["1", "2", "5", "10", "20", "50"]),
])
def test_marks(axis: Axis, expected: list[str]) -> None:
    assert [text for _, text in ticks(axis)] == expected


@pytest.mark.parametrize(("name", "expected"), [("lam", "λ"), ("d2", "d₂"), ("B", "B"), ("size_Y", "size_Y"), ("Lam", "Lam"),
                                                ("tau_0", "τ₀"), ("eps_H", "ε_H")])
def test_letters(name: str, expected: str) -> None:
    assert label(name) in (expected, expected.replace("ε", "ϵ"))


def test_words_of_a_paper_are_escaped() -> None:
    paper, bad = Paper("p", "p", "p"), "<script>alert(1)</script>"
    paper.add(Claim("c", "claim", 1, bad, Var("B") <= 2, given=(Given(Var("B") >= 1, bad),)))
    subject = subjects(paper)["c"]
    for made in (texts.about(subject, Typesetter()), texts.message(bad), texts.plain(bad), texts.pre(bad)):
        assert "<script" not in str(made)
    assert "<math" in str(texts.about(subject, Typesetter()))
