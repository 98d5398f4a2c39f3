"""The certificate of a point: right, never wrong near the boundary, and its test passes; the map says the same."""

from __future__ import annotations

import random
import shlex
import subprocess
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path

import mpmath
import pytest

from proofcheck.claims import Claim, Given, Paper
from proofcheck.cli import main
from proofcheck.evaluate import Values, slack
from proofcheck.explore.card import Card, certified, changes, touched
from proofcheck.explore.fields import exactly, verdict
from proofcheck.explore.numbers import read
from proofcheck.explore.state import View, first
from proofcheck.explore.subjects import Subject, subjects
from proofcheck.kernel.terms import Rel, Var, eq, exp
from proofcheck.ledger import load
from proofcheck.papers import find

B, R, D = Var("B"), Var("R"), Var("D")
POINTS = 200
LIGHT = ("lemma.B.1.12/4", "lemma.B.2/sum", "thm.4.2/small-o.T", "def.Gamma/root", "fact.A.8.upper")
WORDS = {1: "holds", -1: "fails"}


@cache
def paper() -> dict[str, Subject]:
    source = find()
    return subjects(source.paper, load(source.ledger))


def subject(rel: Rel, *given: Rel) -> Subject:
    made = Paper("p", "p", "p")
    made.add(Claim("c", "claim", 1, "a claim", rel, given=tuple(Given(g, str(g)) for g in given)))
    return subjects(made)["c"]


def passes(card: Card, folder: Path) -> bool:
    file = folder / "test_copied.py"
    file.write_text(card.test, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", str(file)]
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    return done.returncode == 0 and " passed" in done.stdout


def test_fails_with_both_sides_and_a_test_that_passes(tmp_path: Path) -> None:
    what = paper()["lemma.B.2/sum"]
    card = certified(what, first(what).values)
    assert (card.headline, card.left[:8], card.right[:8]) == ("fails here (certified)", "[209.309", "[33.0231")
    assert passes(card, tmp_path)


def test_the_copied_test_can_fail(tmp_path: Path) -> None:
    what = paper()["lemma.B.2/sum"]
    card = certified(what, first(what).values)
    file = tmp_path / "test_copied.py"
    file.write_text(card.test.replace("'refuted'", "'proved'"), encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(file)], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == 1


def test_the_copied_command_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    what = paper()["lemma.B.2/sum"]
    for value, word, code in ((1, "refuted", 1), (3, "proved", 0)):
        card = certified(what, {**first(what).values, "B": Fraction(value)})
        name, *arguments = shlex.split(card.command)
        assert name == "proofcheck" and main(arguments) == code
        assert capsys.readouterr().out.startswith(word)


def test_where_the_engine_gives_up_the_kernel_evaluates(tmp_path: Path) -> None:
    """exp(m/2 log(erf(...))) with m = 10^160 has no normal form, but both sides have balls."""
    what = paper()["lemma.B.1.1"]
    card = certified(what, first(what).values)
    assert card.headline == "fails here (certified)" and not card.searched and passes(card, tmp_path)


def test_outside_the_hypotheses_it_says_so() -> None:
    card = certified(subject(R <= B, B >= 1), {"B": Fraction(1, 2), "R": Fraction(1)})
    assert card.headline == "outside the hypotheses; the inequality itself fails here (certified)"
    assert [m.verdict for m in card.hypotheses] == ["fails"] and "test_hypotheses" not in card.test


def test_what_the_engine_cannot_tell_is_never_wrong() -> None:
    """The sides differ by exp(-20000), far below every precision that is tried."""
    card = certified(subject(exp(B / 3) ** 3 <= exp(B) - exp(-20000 * B)), {"B": Fraction(1)}, 0.2)
    assert card.verdict in ("fails", "undecided")


def test_a_parameter_without_a_value_is_undecided() -> None:
    card = certified(subject(D <= R, eq(D, 1 / (B - 1)), R >= 0), {"B": Fraction(1), "R": Fraction(1)})
    assert card.verdict == "undecided" and card.test == ""


def test_the_marker_moves_to_a_simple_point() -> None:
    what = paper()["lemma.B.2/sum"]
    shown = View(what.id, "B", "R", first(what).values, (Fraction(1), Fraction(4)), (Fraction(1, 10**4), Fraction(1, 100)))
    moved = touched(what, shown, 2.0003, -3.0001)
    assert (moved.values["B"], moved.values["R"]) == (2, Fraction(1, 1000))


def test_thirty_digits_proved_on_both_sides() -> None:
    what = paper()["lemma.B.2/sum"]
    view = first(what)
    found, = (c for axis in view.axes(what) for c in changes(what, view.values, axis))
    assert (found.name, found.proved) == ("B", True)
    assert (found.low, found.high) == ("2.774539905566186715412395763425", "2.774539905566186715412395763426")


def test_thirty_digits_where_nothing_is_proved() -> None:
    """The kernel tells the ends apart at which the engine has no normal form; no word says that more is proved."""
    what = paper()["lemma.B.1.1"]
    view = first(what)
    axis = next(a for a in view.axes(what) if a.name == "sigma")
    found, = changes(what, view.values, axis)
    ends = [{**view.values, "sigma": read(end)} for end in (found.low, found.high)]
    assert not found.proved and read(found.high) - read(found.low) <= Fraction(2, 10**30)
    assert [certified(what, values).verdict for values in ends] == ["holds", "fails"]


def near(what: Subject, rng: random.Random) -> list[dict[str, Fraction]]:
    """Points within 1e-9 of the boundary along an axis."""
    view = first(what)
    found = []
    for axis in filter(lambda a: a.name, view.axes(what)):
        for change in changes(what, view.values, axis):
            for _ in range(6):
                shift = Fraction(rng.randint(-10**6, 10**6), 10**15)
                found.append({**view.values, axis.name: read(change.low) + shift})
            found += [{**view.values, axis.name: read(end)} for end in (change.low, change.high)]
    return found


def scattered(what: Subject, rng: random.Random) -> dict[str, Fraction]:
    """A random point of the first view, simple as a click makes it; the other parameters move a little, too."""
    view = first(what)
    u, v = (rng.uniform(*axis.ends) for axis in view.axes(what))
    moved = touched(what, view, u, v).values
    return {k: x if what.parameters[k].integer or k in (view.x, view.y) else x * Fraction(rng.randint(90, 110), 100)
            for k, x in moved.items()}


def many_digits(what: Subject, values: dict[str, Fraction]) -> str:
    """What mpmath says with 100 digits, which knows nothing of balls or of logarithms; "" if it is too close to call."""
    sizes = {k: int(x) for k, x in values.items() if what.parameters[k].integer}
    with mpmath.workdps(100):
        scalars = {k: mpmath.mpf(x.numerator) / x.denominator for k, x in values.items() if k not in sizes}
        found = slack(what.branch.goal, Values(sizes, scalars, {}))
        if not abs(found.slack) > mpmath.mpf(10) ** -60 * (abs(found.lhs) + abs(found.rhs)):
            return ""
        return "holds" if found.slack > 0 else "fails"


def disagreements(what: Subject) -> tuple[list[str], int]:
    """Where the map and the kernel say opposite things; how many points both told."""
    rng = random.Random(what.id)
    beside = near(what, rng)
    points = [*beside, *(scattered(what, rng) for _ in range(POINTS - len(beside)))]
    wrong, told = [], 0
    for values in points:
        card = certified(what, values, 0.2)
        seen = int(verdict(what.branch.goal, {what.parameters[k]: exactly(x) for k, x in values.items()}))
        told += card.verdict != "undecided" and seen != 0
        if {card.verdict, WORDS.get(seen)} == {"holds", "fails"}:
            wrong.append(f"{card.point}: the map says {WORDS[seen]}, the kernel {card.verdict}")
        if values in beside and {card.verdict, many_digits(what, values)} == {"holds", "fails"}:
            wrong.append(f"{card.point}: the kernel says {card.verdict}, 100 digits of mpmath do not")
    return wrong, told


@pytest.mark.parametrize("key", LIGHT)
def test_map_and_decide_agree(key: str) -> None:
    wrong, told = disagreements(paper()[key])
    assert wrong == [] and told > POINTS // 2


@pytest.mark.slow
@pytest.mark.parametrize("key", sorted(set(paper()) - set(LIGHT)))
def test_map_and_decide_agree_everywhere(key: str) -> None:
    wrong, _ = disagreements(paper()[key])
    assert wrong == []


def test_a_wrong_kernel_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """So can the one with many digits, beside the boundary."""
    exchanged = many_digits
    monkeypatch.setitem(disagreements.__globals__, "many_digits", lambda what, values: {
        "holds": "fails", "fails": "holds"}.get(exchanged(what, values), ""))
    assert any("mpmath" in line for line in disagreements(paper()["lemma.B.2/sum"])[0])


def test_a_wrong_map_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison can fail: with the sides exchanged it does."""
    exchanged = verdict
    monkeypatch.setitem(disagreements.__globals__, "verdict", lambda rel, at: exchanged(Rel("<=", rel.rhs, rel.lhs), at))
    assert disagreements(paper()["lemma.B.2/sum"])[0]
