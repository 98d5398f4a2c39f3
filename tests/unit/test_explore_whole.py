"""The whole paper at a point: what fails there, what rests on it, and that a moved parameter changes it."""

from __future__ import annotations

from fractions import Fraction

import pytest
import toy_paper

from proofcheck.explore.state import BadView
from proofcheck.explore.subjects import subjects
from proofcheck.explore.whole import Spot, Whole, counted, first, spot_of
from proofcheck.ledger import load
from proofcheck.papers import find
from proofcheck.regime import parameters

PAPER = toy_paper.make()


def states(**values: str) -> dict[str, str]:
    found = Whole(PAPER).standings({k: Fraction(v) for k, v in values.items()})
    return {s.id: s.state for s in found}


def test_what_fails_and_what_rests_on_it() -> None:
    found = states(B="2")
    assert found["toy.false"] == "fails" and found["toy.gap"] == "fails"  # a printed step of it
    assert found["toy.parts"] == "rests on what fails" and found["toy.bound"] == "not decided"
    assert found["toy.implicit"] == "holds" and found["toy.cited"] == "holds"


def test_outside_the_hypotheses_nothing_is_said() -> None:
    found = states(B="1/2")
    assert found["toy.false"] == "hypotheses violated" and found["toy.parts"] == "not decided"


def test_the_reason_has_both_sides() -> None:
    found = {s.id: s for s in Whole(PAPER).standings({"B": Fraction(2)})}
    assert "left side [7.389" in found["toy.false"].reason and "toy.gap, which fails here" in found["toy.parts"].reason


def test_moving_a_parameter_gives_what_a_fresh_look_gives() -> None:
    whole = Whole(PAPER)
    for value in (Fraction(2), Fraction(1), Fraction(1, 2), Fraction(2)):
        assert whole.standings({"B": value}) == Whole(PAPER).standings({"B": value})


def test_every_claim_is_counted_once() -> None:
    found = Whole(PAPER).standings({"B": Fraction(2)})
    assert sum(len(group) for _, group in counted(found)) == len(list(PAPER))


def test_the_first_point_of_the_paper_and_its_link() -> None:
    source = find()
    known = subjects(source.paper, load(source.ledger))
    spot = spot_of({}, parameters(source.paper), known)
    assert spot.move == "B" and spot.values["B"] == 1 and spot.values == first(known.values())
    query = dict(part.split("=", 1) for part in spot.query().split("&"))
    assert spot_of({k: [v] for k, v in query.items()}, parameters(source.paper), known) == spot


@pytest.mark.parametrize(("at", "told"), [("Q:1", "NAME:NUMBER"), ("B:1,B:2", "at most once"), ("B:x", "no number"),
                                          ("n:1/2", "whole number"), ("B:1e999", "too large"), (",", "no values")])
def test_bad_points(at: str, told: str) -> None:
    with pytest.raises(BadView, match=told):
        spot_of({"at": [at]}, parameters(PAPER), {})


def test_the_slider_runs_around_the_value() -> None:
    axis = Spot({"B": Fraction(2)}, "B").axis({"B": toy_paper.B})
    assert axis.low < 2 < axis.high and axis.log
    assert Spot({"n": Fraction(3)}, "n").axis({"n": toy_paper.n}).low >= 1
