"""A run beside the bounds of a lemma: what is crossed is told, pause and stop work, and a witness can be gone on with."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import toy_paper

from proofcheck.cli import main
from proofcheck.explore.live import LIMITS, Moment, Run, folder_name, groups, kept, moments, plan_of
from proofcheck.explore.state import BadView
from proofcheck.papers import find
from proofcheck.witness import normalized

PAPER = find().paper
SMALL = {"n": ["2"], "d": ["2"], "m": ["32"], "steps": ["3"], "lemma": ["lemma.B.1"]}


def test_the_numbers_of_every_step() -> None:
    found = list(moments(PAPER, plan_of(SMALL, PAPER)))
    assert [m.step for m in found] == [0, 1, 2, 3]
    for now, then in pairwise(found):
        parts = sum(now.numbers[f"C{k}"] for k in range(4))
        assert 2 * then.numbers["loss"] == pytest.approx(2 * now.numbers["loss"] + parts, rel=1e-9)  # Lemma E.1
    assert found[0].numbers["motion"] == 0 < found[1].numbers["motion"]


def test_the_false_step_is_crossed_and_its_statement_is_not() -> None:
    first = next(moments(PAPER, plan_of(SMALL, PAPER)))
    crossed = {r.id: r for r in first.crossed}
    assert first.crossed[0].id == "lemma.B.1.12/4" and crossed["lemma.B.1.12/4"].unmet == ()
    assert crossed["lemma.B.1.12/4"].ratio > 1 and "lemma.B.1.12" not in crossed


def test_a_bound_is_crossed_when_the_run_leaves_it() -> None:
    """The toy run grows by 1/2 a step: |u| <= B = 1 is lost at step 3, and with it exp(u) <= exp(B)."""
    paper = toy_paper.make()
    plan = replace(plan_of({"lemma": ["toy.bound"], "m": ["2"], "steps": ["4"]}, paper), n=3)
    states = [next(r for r in m.readings if r.id == "toy.bound") for m in moments(paper, plan)]
    assert [r.holds for r in states] == [True, True, True, False, False]
    assert [bool(r.unmet) for r in states] == [False, False, False, True, True]


def test_other_nets_have_numbers_and_no_bounds() -> None:
    for net in ("relu", "exp"):
        found = next(moments(PAPER, plan_of({**SMALL, "net": [net]}, PAPER)))
        assert found.readings == [] and "loss" in found.numbers and "C0" not in found.numbers


def test_every_lemma_is_offered_with_its_repairs() -> None:
    found = groups(PAPER)
    assert {"printed", "printed step", "repaired"} <= {b.kind for some in found.values() for b in some}
    assert plan_of({}, PAPER).lemma == "lemma.B.1"


@pytest.mark.parametrize(("name", "text", "told"), [
    ("net", "tanh", "softmax, relu, exp"), ("n", "0", "from 1 to"), ("n", "1e3", "whole number"), ("n", "٣", "whole number"),
    ("m", "7", "even"), ("m", "99999999999999", "whole number"), ("sigma", "-1", "from 1e-12"),
    ("sigma", "nan", "no number"), ("eta", "1e99", "from 1e-12"), ("steps", "0", "from 1 to"), ("seed", "-1", "from 0"),
    ("lemma", "lemma.X", "allowed is one of"), ("store", "/etc", "unknown part"),
])
def test_bad_plans(name: str, text: str, told: str) -> None:
    with pytest.raises(BadView, match=told):
        plan_of({name: [text]}, PAPER)


def test_a_run_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(BadView, match="at most"):
        plan_of({k: [str(LIMITS[k][1])] for k in ("n", "d", "m")}, PAPER)


def test_a_link_gives_the_plan_back() -> None:
    plan = replace(plan_of(SMALL, PAPER), sigma=0.25, eta=1e-3)
    query = dict(part.split("=") for part in plan.query().split("&"))
    assert plan_of({k: [v] for k, v in query.items()}, PAPER) == plan


def wait(run: Run, until: float = 60) -> list[Moment | str | None]:
    """What comes next from a run, at least one thing."""
    end = time.monotonic() + until
    while time.monotonic() < end:
        if news := list(run.news()):
            return news
        time.sleep(0.02)
    raise AssertionError("nothing came")


def test_pause_go_on_and_stop() -> None:
    run = Run(None, replace(plan_of(SMALL, PAPER), m=1024, steps=100000))
    try:
        wait(run)
        run.tell("pause")
        time.sleep(0.5)
        list(run.news())
        time.sleep(0.5)
        assert list(run.news()) == []
        run.tell("go")
        assert isinstance(wait(run)[0], Moment)
    finally:
        run.stop()
    assert not run.process.is_alive()


def test_a_run_that_diverges_says_so() -> None:
    run = Run(None, replace(plan_of(SMALL, PAPER), net="exp", eta=1e6, steps=50))
    try:
        news: list[Moment | str | None] = []
        while not news or isinstance(news[-1], Moment):
            news += wait(run)
        assert isinstance(news[-1], str) and "smaller --eta" in news[-1]
    finally:
        run.stop()


def test_a_witness_can_be_gone_on_with(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stored state is the state of the run, number for number."""
    plan = plan_of(SMALL, PAPER)
    folder = tmp_path / folder_name(plan, 2)
    kept(PAPER, plan, 2, folder)
    assert sorted(p.name for p in folder.iterdir()) == ["start.npz", "step-00000001.npz", "step-00000002.npz"]
    assert main(["gd", "--resume", str(folder), "--steps", "2"]) == 0
    assert "step 2" in capsys.readouterr().out
    assert PAPER.gd is not None and PAPER.stored is not None
    *_, again = PAPER.gd({**PAPER.stored(str(folder)), "steps": 2, "store": None, "resume": str(folder)})
    *_, direct = PAPER.gd({**plan.options(), "steps": 2})
    assert (normalized(again).values.arrays["v"] == normalized(direct).values.arrays["v"]).all()
    with pytest.raises(ValueError, match="not empty"):
        kept(PAPER, plan, 2, folder)
