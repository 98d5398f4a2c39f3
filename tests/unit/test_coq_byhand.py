"""Proofs by hand for Coq: the statement is the ledger's, and what a file may not say."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from proofcheck.cli.common import committed
from proofcheck.coq import byhand, runner
from proofcheck.papers import find

SOURCE = find("softmax-ntk")
needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason=runner.MISSING)


def only(key: str) -> dict[str, Any]:
    """The committed ledger with one claim; records are copies."""
    ledger = committed(SOURCE)
    assert ledger is not None
    return {**ledger, "claims": [r for r in ledger["claims"] if r["id"] == key]}


def proofs(tmp_path: Path, text: str, common: str = "") -> Path:
    (tmp_path / "common.v").write_text(common)
    (tmp_path / "mine.v").write_text(text)
    return tmp_path


def test_every_proof_by_hand_is_of_something_in_the_ledger() -> None:
    ledger = committed(SOURCE)
    assert ledger is not None
    found = byhand.theorems(ledger, SOURCE.by_hand)
    assert {"eq.2", "claim.3.4"} <= {w for t in found.values() for w in t.where}
    assert not [t.reason for t in found.values() if t.reason]
    assert not [p.name for p in SOURCE.by_hand.glob("*.v") if runner.FORBIDDEN.search(p.read_text())]


def test_unknown_ids_double_proofs_and_treacherous_words_are_refused(tmp_path: Path) -> None:
    proved = "(* Proves eq.2 by: exact I. *)\n"
    with pytest.raises(byhand.BadProof, match=r"eq\.2$"):
        byhand.theorems(only("eq.1"), proofs(tmp_path, proved))
    with pytest.raises(byhand.BadProof, match="twice"):
        byhand.read(proofs(tmp_path, proved * 2))
    for text in ("End by_hand.", "Global Open Scope nat_scope.", 'Notation "x = y" := True.', "Import Nat."):
        with pytest.raises(byhand.BadProof, match="could change what a statement means"):
            byhand.read(proofs(tmp_path, proved + text))
        with pytest.raises(byhand.BadProof):
            byhand.read(proofs(tmp_path, proved, text))


@needs_coq
@pytest.mark.coq
def test_a_wrong_sign_an_axiom_and_a_redefinition_prove_nothing(tmp_path: Path) -> None:
    right, wrong = only("eq.2"), only("eq.2")
    statement = wrong["claims"][0]["statement"]
    wrong["claims"][0] = {**wrong["claims"][0], "statement": {**statement, "text": statement["text"].replace("(-1)*m", "m")}}
    assert wrong["claims"][0]["statement"]["text"] != statement["text"]
    written = {path.name: path.read_text() for path in SOURCE.by_hand.glob("*.v")}
    gradients = "".join(re.sub(r"\(\* Proves (?!eq\.2 ).*?\*\)", "", written["gradients.v"], flags=re.DOTALL))
    found = {
        "right": byhand.theorems(right, proofs(tmp_path, gradients, written["common.v"])),
        "wrong": byhand.theorems(wrong, proofs(tmp_path, gradients, written["common.v"])),
        "other": byhand.theorems(only("fact.A.4"), proofs(
            tmp_path, "Definition bigsum (n : nat) (f : nat -> R) : R := 1.\n(* Proves fact.A.4 by: give. *)",
            "Ltac give := intros; split; [apply every_of; intro; apply Rgt_not_eq, Rlt_0_1|reflexivity].\n"
            "Lemma every_of n (P : nat -> Prop) : (forall i, P i) -> every n P.\n"
            "Proof. intro H. induction n as [|[|n] IH]; [exact I|apply H|split; [exact IH|apply H]]. Qed.\n")),
        "axiom": byhand.theorems(only("eq.1"), proofs(
            tmp_path, "Axiom easy : forall P : Prop, P.\n(* Proves eq.1 by: apply easy. *)")),
    }
    theorems = {name: t for group in found.values() for name, t in group.items()}
    run = runner.compile_all(theorems, tmp_path, 1, list(theorems))
    assert {word: run.outcomes[next(iter(group))][0] for word, group in found.items()} == {
        "right": "certified", "wrong": "failed", "other": "failed", "axiom": "failed"}
    assert run.axioms == sorted(runner.AXIOMS) and len(run.problems) == 1 and "contains Axiom" in run.problems[0]
