"""Claims proved by hand in Coq: the statement is the ledger's, and a proof of something else does not do."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from proofcheck.coq import byhand, runner
from proofcheck.coq.byhand import Written
from proofcheck.papers import find

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason=runner.MISSING)
SOURCE = find("softmax-ntk")
FILES = byhand.written(SOURCE.ledger.parent / "coq")


@pytest.fixture(scope="module")
def ledger() -> dict[str, Any]:
    """The records of the derivatives alone."""
    data = json.loads(SOURCE.ledger.read_text(encoding="utf-8"))
    keys = {key for file in FILES for key in file.tactics}
    return {**data, "claims": [r for r in data["claims"] if r["id"] in keys]}


def test_every_proof_by_hand_is_of_a_proved_claim(ledger: dict[str, Any]) -> None:
    keys = [key for file in FILES for key in file.tactics]
    assert {"eq.2", "def.3.3"} <= set(keys) and len(keys) == len(set(keys))
    assert {r["id"] for r in ledger["claims"] if r["verdict"] == "proved"} == set(keys)
    found = byhand.theorems(FILES, ledger)
    assert sorted(w for t in found.values() for w in t.where) == sorted(keys)
    assert not [t.reason for t in found.values() if t.reason]


def test_a_folder_without_files_has_no_proofs(tmp_path: Path) -> None:
    (tmp_path / "none.v").write_text("(* claim a.1 *)\nLemma x : True. Proof. exact I. Qed.\n")
    assert byhand.written(tmp_path / "nowhere") == []
    assert [dict(f.tactics) for f in byhand.written(tmp_path)] == [{}]


@needs_coq
@pytest.mark.coq
def test_derivatives_for_all_sizes_and_what_is_wrong_fails(ledger: dict[str, Any], tmp_path: Path) -> None:
    place = runner.Place(tmp_path)
    runner.prelude(place)
    found, run = byhand.certify(FILES, ledger, None, tmp_path, 1)
    assert {o[0] for o in run.outcomes.values()} == {"certified"} and run.problems == []
    assert set(run.axioms) <= set(runner.AXIOMS) and len(run.outcomes) == len(found)
    good = next(t for t in found.values() if t.where == ["eq.2"])
    wrong = replace(good, statement=good.statement.replace("+ ((-1) * (IZR d_m) *", "+ ((IZR d_m) *"))
    assert wrong.statement != good.statement
    run = runner.compile_all({wrong.name: wrong}, tmp_path, prefix="Wrong", ready=True)
    assert run.outcomes[wrong.name][0] == "failed"
    cheat = Written("Cheat", f"{FILES[0].text}\nAxiom zero : (0 = 1)%nat.\n", FILES[0].tactics)
    found, run = byhand.certify([replace(cheat, tactics={"eq.2": "proves_eq_2"})], ledger, ["eq.2"], tmp_path, 1)
    assert run.problems == ["Cheat.v contains Axiom"] and {o[0] for o in run.outcomes.values()} == {"failed"}
