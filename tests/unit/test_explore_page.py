"""The page of the map without a browser: one view behind all widgets, and a new map in time."""

from __future__ import annotations

import statistics
from concurrent.futures import Future
from fractions import Fraction
from time import perf_counter
from typing import Any

import pytest

pytest.importorskip("bokeh", reason="pip install 'proofcheck[explore]'")

from bokeh.document import Document

from proofcheck.explore.page import MapPage, World
from proofcheck.explore.state import BadView, parse
from proofcheck.explore.subjects import subjects
from proofcheck.ledger import load
from proofcheck.papers import find
from proofcheck.report.formulas import Typesetter

VIEW = {"claim": ["lemma.B.2/sum"], "x": ["B"], "y": ["R"], "xr": ["0.5:8"], "yr": ["0.00005:0.02"]}


class Nothing:
    """Stands for the process beside the server: it never answers."""

    def ask(self, *arguments: Any) -> Future[Any]:
        return Future()


@pytest.fixture(scope="module")
def world() -> World:
    source = find()
    return World(None, source.paper, subjects(source.paper, load(source.ledger)), Typesetter(), Nothing())  # type: ignore[arg-type]


@pytest.fixture
def page(world: World) -> MapPage:
    return MapPage(Document(), world, VIEW)


def test_a_slider_moves_the_view_the_marker_and_the_link(page: MapPage, world: World) -> None:
    page.controls["B"].slider.value = 3.0
    assert page.view.values["B"] == 3 and page.canvas.marker.data["x"] == [3.0]
    assert page.controls["B"].typed.value == "3"
    assert parse(page.widgets.url.text, world.subjects) == page.view


def test_a_typed_value_is_kept_exactly_and_moves_the_slider(page: MapPage) -> None:
    page.controls["B"].typed.value = "22/7"
    assert page.view.values["B"] == Fraction(22, 7)
    assert page.controls["B"].slider.value == pytest.approx(22 / 7)


def test_a_dragged_marker_moves_both_sliders(page: MapPage) -> None:
    page.canvas.marker.data = {"x": [4.0], "y": [-3.0]}
    assert page.view.values["B"] == 4 and page.view.values["R"] == Fraction(1, 1000)
    assert page.controls["B"].slider.value == 4 and page.controls["R"].slider.value == pytest.approx(-3)


def test_a_deleted_marker_comes_back(page: MapPage) -> None:
    before = page.canvas.marker.data
    page.canvas.marker.data = {"x": [], "y": []}
    assert page.canvas.marker.data == before


def test_a_certificate_is_about_the_point_that_is_shown(page: MapPage) -> None:
    page.tapped(1.5, -3.2)
    assert page.card is not None and page.card.point["B"] == str(page.view.values["B"])
    assert "fails here" in page.widgets.card.text and not page.widgets.test.disabled
    page.controls["B"].typed.value = "5"
    assert page.card is None and page.widgets.test.disabled and "certified" not in page.widgets.card.text


def test_bad_input_is_told_and_changes_nothing(page: MapPage) -> None:
    view = page.view
    page.controls["m"].typed.value = "2.5"
    assert "whole number" in page.widgets.message.text and page.view == view
    page.widgets.x_low.value = "9"
    assert "smaller" in page.widgets.message.text and page.view == view


def test_axes_can_be_exchanged_and_changed(page: MapPage) -> None:
    page.widgets.x.value = "R"
    assert (page.view.x, page.view.y) == ("R", "B") and page.view.yr == (Fraction(1, 2), 8)
    page.widgets.y.value = "m"
    assert (page.view.x, page.view.y) == ("R", "m")
    page.widgets.claim.value = "fact.A.8.upper"
    assert (page.view.x, page.view.y) == ("X", "") and page.widgets.y.disabled


def test_a_new_map_within_150_ms(page: MapPage) -> None:
    """What the server does between a moved slider and the new data; the median of 20."""
    times = []
    for k in range(20):
        begin = perf_counter()
        page.controls["m"].slider.value = page.controls["m"].slider.start + (k % 7 + 1) / 2
        times.append(perf_counter() - begin)
    assert statistics.median(times) < 0.15, times


def test_a_bad_link_makes_no_page(world: World) -> None:
    document = Document()
    with pytest.raises(BadView):
        MapPage(document, world, {"claim": ["<script>"]})
    assert document.roots == []
