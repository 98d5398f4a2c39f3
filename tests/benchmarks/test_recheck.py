"""Definite answers to the benchmark survive the second checker (the script ``recheck.py`` asks all problems)."""

from __future__ import annotations

import pytest
from benchmarks import recheck
from benchmarks.problems import load

from proofcheck.second import check_answer

BUDGET = 0.05
CHOSEN = load()[::6]


def test_definite_answers_survive() -> None:
    answers = [recheck.answer_to(p, BUDGET) for p in CHOSEN]
    assert [line for a in answers for line in check_answer(a)] == []
    assert sum(a["verdict"] == "proved" for a in answers) >= 10
    assert sum(a["verdict"] == "refuted" for a in answers) >= 10


def test_the_script_counts_what_is_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert recheck.main(["--only", "fact-a5", "--budget", "0.3"]) == 0
    assert "proved: 1 of 1 answers survive" in capsys.readouterr().out
    monkeypatch.setattr(recheck, "check_answer", lambda answer: ["no"])
    assert recheck.main(["--only", "fact-a5", "--budget", "0.3"]) == 1
    assert "refuted: 0 of 1 answers survive" in capsys.readouterr().out
