"""The view and its URL: back and forth exactly, and one clear line for everything else."""

from __future__ import annotations

from fractions import Fraction

import pytest
import toy_paper
from hypothesis import given
from hypothesis import strategies as st

from proofcheck.claims import Claim, Given, Paper
from proofcheck.explore.numbers import BadNumber, read, shown, simplest, written
from proofcheck.explore.state import BadView, first, parse
from proofcheck.explore.subjects import Subject, subjects
from proofcheck.kernel.terms import Var, exp

B, R, m = Var("B"), Var("R"), Var("m", True)


def two() -> dict[str, Subject]:
    """A claim with two real parameters and a size."""
    paper = Paper("p", "p", "p")
    paper.add(Claim("c.1", "claim", 1, "a claim", m * R * exp(B) <= exp(3 * B),
                    given=(Given(B >= 1, "B >= 1"), Given(R > 0, "R > 0"))))
    return subjects(paper)


@given(st.fractions(min_value=-10**9, max_value=10**9) | st.integers(-10**300, 10**300).map(Fraction)
       | st.tuples(st.integers(1, 999), st.integers(-300, 300)).map(lambda t: t[0] * Fraction(10) ** t[1]))
def test_numbers_go_back_and_forth(value: Fraction) -> None:
    assert read(written(value)) == value
    assert float(read(shown(value))) == pytest.approx(float(value), rel=1e-6)


@pytest.mark.parametrize("text", ["", "1/0", "nan", "inf", "1e9999", "1e-401",
                                  "0x10", "1_000", "--1", "<script>", "9" * 600, "1;2", "１"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(BadNumber, match="allowed is a number"):
        read(text)


@given(st.fractions(min_value=-1000, max_value=1000), st.fractions(min_value=Fraction(1, 10**6), max_value=10))
def test_the_simplest_number_lies_between(low: Fraction, room: Fraction) -> None:
    found = simplest(low, low + room)
    assert low <= found <= low + room and len(written(found)) <= max(len(written(low)), len(written(low + room)))


def test_simple_numbers() -> None:
    assert simplest(Fraction(1427, 10000), Fraction(1429, 10000)) == Fraction(1, 7)
    assert simplest(Fraction(274, 100), Fraction(281, 100)) == Fraction(14, 5)
    assert simplest(Fraction(10**30), Fraction(10**30 + 10**28)) == 10**30
    assert simplest(Fraction(-1, 2), Fraction(1, 3)) == 0


def test_a_link_gives_the_view_back() -> None:
    found = two()
    view = first(found["c.1"]).at(B=Fraction(7, 3), R=Fraction(1, 10**40))
    assert parse(view.query(), found) == view
    assert parse("", found) == first(found["c.1"])
    assert parse("claim=c.1&x=R&y=m&xr=1e-9:1&at=B:2", found).values["B"] == 2


def test_all_claims_of_a_paper() -> None:
    found = subjects(toy_paper.make())
    assert "toy.gap/2" in found and "toy.sum" not in found and "toy.bound" not in found
    for subject in found.values():
        assert parse(first(subject).query(), found) == first(subject)


@pytest.mark.parametrize(("query", "told"), [
    ("claim=c.2", "did you mean c.1"), ("claim=<script>alert(1)</script>", "no claim"), ("x=Q", "one of B, R, m"),
    ("x=B&y=B", "choose two"), ("at=B:1,B:2", "twice"), ("at=Q:1", "the names B, R, m"), ("at=B:1e999", "too large"),
    ("at=B:__import__('os')", "no number"), ("at=m:3/2", "whole number"), ("at=m:0", "whole number"), ("xr=5:1", "smaller"),
    ("xr=1", "LOW:HIGH"), ("xr=1:1.0000000001", "millionth"), ("x=m&xr=1/2:4", "begin at 1"),
    ("claim=c.1&claim=c.1", "2 times"),
    ("color=red", "allowed: claim"), ("claim", "cannot be read"), ("&".join(f"k{k}=1" for k in range(50)), "cannot be read"),
    ("at=" + "9" * 9000, "characters"), ("at=B", "no number"), ("x=", "one of"),
])
def test_hostile_links(query: str, told: str) -> None:
    with pytest.raises(BadView, match=told) as caught:
        parse(query, two())
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
