"""Definite answers to the benchmark survive the second checker (the script ``recheck.py`` asks all problems)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from benchmarks import recheck
from benchmarks.problems import load

from proofcheck.second import Refused, check_answer, check_point, check_step, digest
from proofcheck.second.check import value_at
from proofcheck.second.terms import minus, names, relations

BUDGET = 0.05
CHOSEN = load()[::6]


def test_definite_answers_survive() -> None:
    answers = [recheck.answer_to(p, BUDGET) for p in CHOSEN]
    assert [line for a in answers for line in check_answer(a)] == []
    assert sum(a["verdict"] == "proved" for a in answers) >= 10
    assert sum(a["verdict"] == "refuted" for a in answers) >= 10
    neighbours = [n for k, a in enumerate(answers) if a["verdict"] == "proved" for n in false_neighbours(a, k)]
    assert len(neighbours) >= 30
    for answer, step in neighbours:
        assert check_answer(answer)
        with pytest.raises(Refused):
            check_step("scalar", step, ())


def false_neighbours(answer: dict[str, Any], seed: int) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """The answer, and its proof, about goals that fail by a little at some point."""
    rng = random.Random(seed)
    (goal,) = relations(answer["statement"])
    parameters = sorted(names(goal[1]) | names(goal[2]))
    left, right = answer["statement"].split(f" {goal[0]} ") if goal[0] in ("<", "<=") else ("", "")
    for _ in range(20 if left else 0):
        point = {n: str(Fraction(rng.randint(-20, 40), rng.choice((1, 10, 100)))) for n in parameters}
        try:
            gap = value_at(minus(goal[2], goal[1]), answer["given"], point).hi
            above = Fraction(float(gap.mid())).limit_denominator(10**9) + Fraction(1, 10**6)
            false = f"{left} + ({above}) {goal[0]} {right}"
            check_point(false, answer["given"], point)
        except (Refused, OverflowError, ValueError):
            continue  # not a point of the domain
        step = {**answer["certificate"]["steps"][0][1], "goal": {"rel": false}}
        changed = {**answer, "statement": false,
                   "certificate": {**answer["certificate"], "steps": [["scalar", step, []]]}}
        yield {**changed, "digest": digest(changed)}, step


def test_the_script_counts_what_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert recheck.main(["--only", "fact-a5", "--budget", "0.3"]) == 0
    assert "proved: 1 of 1 answers survive" in capsys.readouterr().out
    monkeypatch.setattr(recheck, "check_answer", lambda answer: ["no"])
    assert recheck.main(["--only", "fact-a5", "--budget", "0.3"]) == 1
    assert "refuted: 0 of 1 answers survive" in capsys.readouterr().out
