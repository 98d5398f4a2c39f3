"""The map: sides, curve, hatched hypotheses, speed."""

from __future__ import annotations

import math
from fractions import Fraction
from time import perf_counter

import numpy as np
import pytest

from proofcheck.claims import Claim, Given, Paper
from proofcheck.explore.plane import CLIP, PIXELS, SIZE, Axis, drawn
from proofcheck.explore.state import View, first
from proofcheck.explore.subjects import Subject, subjects
from proofcheck.kernel.terms import Rel, Var, eq, exp, log, sqrt
from proofcheck.ledger import load
from proofcheck.papers import find

B, R, D, m = Var("B"), Var("R"), Var("D"), Var("m", True)


def subject(rel: Rel, *given: Rel) -> Subject:
    paper = Paper("p", "p", "p")
    paper.add(Claim("c", "claim", 1, "a claim", rel, given=tuple(Given(g, str(g)) for g in given)))
    return subjects(paper)["c"]


def view(what: Subject, x: tuple[str, int | str, int | str], y: tuple[str, int | str, int | str]) -> View:
    return View("c", x[0], y[0], what.start, (Fraction(x[1]), Fraction(x[2])), (Fraction(y[1]), Fraction(y[2])))


def test_sides_and_a_curve_of_pixel_accuracy() -> None:
    """exp(B) <= R: the curve is R = exp(B), to a tenth of a pixel at every corner; the axis of R is logarithmic."""
    what = subject(exp(B) <= R)
    picture = drawn(what, view(what, ("B", 0, 5), ("R", "1/10", 1000)).axes(what), what.start)
    assert picture.axes[1].log and not picture.axes[0].log and picture.told.shape == (SIZE, SIZE)
    assert picture.told[-1, 0] == 1 and picture.told[0, -1] == -1 and 2.9 < picture.gap[-1, 0] < CLIP
    (u, v), = picture.curve
    assert len(u) > SIZE / 2
    assert np.max(np.abs(v - u * math.log10(math.e))) < 0.1 * 4 / PIXELS


def test_the_curve_through_clipped_cells() -> None:
    """The ratio jumps from 10^-200 to 10^200 within a cell: the contour alone would be off by half a cell."""
    what = subject(exp(1000 * R) <= exp(1000 * B))
    picture = drawn(what, view(what, ("B", 0, 1), ("R", 0, 1)).axes(what), what.start)
    assert all(np.max(np.abs(u - v)) < 0.1 / PIXELS for u, v in picture.curve) and picture.curve


def test_violated_hypotheses_are_hatched_and_named() -> None:
    what = subject(R <= B, B >= 1, R <= 2 * B)
    picture = drawn(what, view(what, ("B", 0, 2), ("R", 0, 4)).axes(what), what.start)
    left, below = (next(r for r in picture.regions if r.words == str(rel)) for rel in (B >= 1, R <= 2 * B))
    assert left.boxes == [(0.0, 1.0, 0.0, 4.0)]
    area = sum((b - a) * (d - c) for a, b, c, d in below.boxes)
    assert abs(area - 4) < 8 / SIZE * 4 and len(below.boxes) <= SIZE


def test_sizes_are_whole_numbers() -> None:
    """m <= 5/2 holds for m = 2 and fails for m = 3: the curve is at 5/2, where the nearest whole number changes."""
    what = subject(m * B <= Fraction(5, 2) * B, B > 0)
    picture = drawn(what, view(what, ("m", 1, 6), ("B", 1, 2)).axes(what), what.start)
    assert all(np.max(np.abs(u - 2.5)) < 0.01 for u, _ in picture.curve) and picture.curve


def test_equations_define_parameters() -> None:
    what = subject(D <= R, eq(D, 4 * B**2), R > 0)
    assert set(what.parameters) == {"B", "R"} and [e.lhs for e in what.equations] == [D]
    picture = drawn(what, view(what, ("B", 1, 2), ("R", 1, 20)).axes(what), what.start)
    assert all(np.max(np.abs(v - 4 * u**2)) < 20 / PIXELS for u, v in picture.curve) and picture.curve


def test_undefined_places_have_no_side() -> None:
    what = subject(sqrt(B) <= 1 + log(R))
    picture = drawn(what, view(what, ("B", -1, 1), ("R", 1, 3)).axes(what), what.start)
    assert (picture.told[:, :SIZE // 2] == 0).all() and np.isnan(picture.gap[:, :SIZE // 2]).all()
    assert (picture.told[:, SIZE // 2:] != 0).mean() > 0.99
    assert picture.unknown is not None and (-1.0, 0.0, 1.0, 3.0) in picture.unknown.boxes


def test_places_become_simple_numbers() -> None:
    assert Axis("B", Fraction(0), Fraction(10)).nearest(2.7745) == Fraction(277, 100)
    assert Axis("R", Fraction(1, 10**6), Fraction(1)).nearest(-3.0) == Fraction(1, 1000)
    assert Axis("m", Fraction(1), Fraction(10), True).nearest(0.3) == 1
    assert Axis("m", Fraction(1), Fraction(10) ** 200, True).nearest(160.0).denominator == 1


@pytest.mark.slow  # it asks for a machine that does nothing else
def test_a_map_of_the_paper_takes_less_than_50_ms() -> None:
    """The false step of Lemma B.2, the best of ten drawings, curve and hatching included."""
    source = find()
    what = subjects(source.paper, load(source.ledger))["lemma.B.2/sum"]
    shown = first(what)

    def seconds() -> float:
        begin = perf_counter()
        drawn(what, shown.axes(what), shown.values)
        return perf_counter() - begin

    assert min(seconds() for _ in range(10)) < 0.05


@pytest.mark.parametrize("key", ["lemma.B.1.1", "lemma.B.2/sum", "lemma.B.1.12/4", "thm.G.2/chain/4"])
def test_the_first_view_shows_the_failure(key: str) -> None:
    source = find()
    what = subjects(source.paper, load(source.ledger))[key]
    shown = first(what)
    assert (drawn(what, shown.axes(what), shown.values).told < 0).mean() > 0.05
