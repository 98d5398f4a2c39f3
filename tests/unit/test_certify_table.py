"""The table of runs in the regime: rows are measured, and what is not in the regime or not installed is told."""

from __future__ import annotations

import builtins
from typing import Any

import pytest

from lemmas import certify, paper
from proofcheck.papers import Source
from proofcheck.runs import certifying


def test_a_row_is_a_run_to_convergence() -> None:
    row = certify.TABLE["random (1, 1)"]()
    assert row["conclusions verified"] == "1, 2, 3, 4 at every step" and row["arithmetic"] == "ball"
    assert float(row["loss"]) < 1e-20 and float(row["ratio"]) > 1e6
    assert 5e8 < float(row["paper m"]) < 7e8 and row["repaired m"] == row["m used"] == "8"


def test_a_run_outside_the_regime_makes_no_row() -> None:
    with pytest.raises(ValueError, match=r"thin is not in the regime: \(A\) fails"):
        certify.row("thin", certify.random_instance(2, 2, 8, 0.1, 0))


def test_real_data_fit_into_the_unit_ball() -> None:
    for data, shape in ((certify.iris(), (3, 4, 3)), (certify.linnerud(), (6, 3, 3))):
        assert (data.n, data.d1, data.d2) == shape
        assert max(sum(t * t for t in row) for row in data.x) > 0.99


def test_without_the_data_package_the_row_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("sklearn"):
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert "pip install 'proofcheck[data]'" in certify.TABLE["iris"]()["data"]


def test_the_theorem_of_certificates_is_a_claim(tmp_path: Any) -> None:
    assert certifying(Source(paper, tmp_path)).theorem in paper
    assert len(certify.TABLE) >= 8
