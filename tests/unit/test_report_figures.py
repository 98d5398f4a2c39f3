"""Pictures: what is drawn is what the kernel's terms say, and the same picture has the same bytes."""

from __future__ import annotations

import math
from typing import Any

import pytest
import toy_paper
from flint import arb

from proofcheck.claims import Curve, Picture, Reporting
from proofcheck.kernel.text import Reader
from proofcheck.ledger import Ledger
from proofcheck.report import figures
from proofcheck.report.content import Texts
from proofcheck.report.formulas import Typesetter
from proofcheck.witness import normalized

RUN = {"net": "softmax", "steps": 3, "n": 4}


def plane(goal: str, given: str, **at: str) -> figures.Plane | None:
    reader = Reader()
    return figures.failing(reader.relation(goal), reader.relations(given), at)


def test_the_region_is_where_the_line_fails() -> None:
    found = plane("2*R*exp(B) <= R*exp(2*B)", "0 < R, R < 1/10", B="1/2", R="1/20")
    assert found is not None and found.names == ("B", "R") and found.point == pytest.approx((0.5, 0.05))
    for row, r in zip(found.cells, found.y, strict=True):
        for cell, b in zip(row, found.x, strict=True):
            assert cell == (0 if r >= 0.1 else 1 if b > math.log(2) else 2)


def test_equations_are_solved_and_dimensions_stay_above_one() -> None:
    found = plane("n*B <= C", "C == 3*B, 1 <= B", B="2", n="4")
    assert found is not None and min(found.x + found.y if found.names[0] == "n" else found.y) > 0
    assert plane("B <= 1", "1 < B", B="2") is None, "one parameter has no plane"
    assert plane("B + R <= 0", "", B="1", R="1") is None, "it fails everywhere, so the picture would say nothing"


def test_what_a_ball_does_not_decide_is_not_decided() -> None:
    wide, zero = arb(0, 1e-9), arb(0)
    assert [figures.met(op, wide) for op in ("<=", "<", "=")] == [None, None, None]
    assert [figures.met(op, zero) for op in ("<=", "<", "=")] == [True, False, True]
    assert [figures.met(op, arb(1)) for op in ("<=", "<", "=")] == [True, True, False]
    assert [figures.met(op, arb(-1)) for op in ("<=", "<", "=")] == [False, False, False]


def test_a_bound_along_a_run(toy_ledger: Ledger) -> None:
    texts = Texts(toy_ledger.data)
    states = [normalized(i) for i in toy_paper.gd(RUN)]
    record = next(r for r in toy_ledger.claims if r["id"] == "toy.bound")
    found = figures.measured(texts, record, states)
    assert found is not None and found.ratios[0] == pytest.approx(math.exp(-1))
    assert math.isnan(found.ratios[3]) and not math.isnan(found.ratios[2]), "at step 3 the entries leave |u_i| <= B"
    wrong = {**record, "statement": {"text": "2*exp(u[i]) <= exp(B)"}}
    failing = figures.measured(texts, wrong, states)
    assert failing is not None and max(r for r in failing.ratios if not math.isnan(r)) > 1
    equation = next(r for r in toy_ledger.claims if r["id"] == "toy.sum")
    assert figures.measured(texts, equation, states) is None


def test_the_same_picture_has_the_same_bytes_and_names_no_host() -> None:
    picture = Picture("p", "words", "x", "y", (Curve("one", [1, 2], [3, 4], "toy.bound"), Curve("two", [1, 2], [1, 9])), "y")
    for kind in ("svg", "pdf"):
        first, second = (figures.saved(figures.curves(picture, {"toy.bound": "proved"}), kind) for _ in range(2))
        assert first == second
    shown = figures.inline(figures.saved(figures.curves(picture, {}), "svg"), "p")
    assert shown.startswith("<svg") and "<metadata>" not in shown and 'href="http' not in shown
    assert all(part.startswith("p-") for part in shown.split(' id="')[1:])


def test_a_curve_is_told_with_the_verdict_of_the_ledger() -> None:
    picture = Picture("p", "words", "x", "y", (Curve("one", [1, 2], [3, 4], "toy.bound"), Curve("two", [1], [1], "gone")))

    def labels(verdicts: dict[str, str]) -> list[Any]:
        return [t.get_text() for t in figures.curves(picture, verdicts).legends[0].get_texts()]

    assert labels({"toy.bound": "refuted"}) == ["one (toy.bound: refuted)", "two (gone: not in this ledger)"]


def test_a_run_and_pictures_of_the_paper_are_in_the_report(toy_ledger: Ledger) -> None:
    from proofcheck.report.content import content

    paper = toy_paper.make()
    paper.reporting = Reporting(run=RUN, pictures=lambda: iter([Picture("p", "words", "x", "y", (Curve("one", [1], [1]),))]))
    texts = Texts(toy_ledger.data)
    found = {f.name: f for f in figures.figures(texts, content(texts, {}), paper)}
    assert {"slack-1", "picture-p"} <= set(found) and "toy.bound" in found["slack-1"].caption
    assert all(figures.saved(f.draw(), "svg").startswith(b"<?xml") for f in found.values())


def test_axes_are_named_as_formulas() -> None:
    found = plane("2*lam*exp(B) <= lam*exp(2*B)", "0 < lam", B="1/2", lam="1")
    assert found is not None
    axes = figures.region(found, Typesetter()).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$B$", r"$\lambda$")
