"""The committed ``coq.json`` is about the committed ledger and every theorem made from it."""

from __future__ import annotations

import json
from pathlib import Path

from proofcheck.cli.common import committed
from proofcheck.coq import trust
from proofcheck.coq.export import export
from proofcheck.papers import find

ROOT = Path(__file__).parents[2]
LEAST = 0.9  # the share of scalar steps and of counterexamples that Coq is to certify


def test_coq_was_asked_about_this_ledger() -> None:
    source = find("softmax-ntk")
    ledger = committed(source)
    assert ledger is not None
    said = trust.load(source.ledger, ledger)
    assert said is not None, "coq.json is of another ledger: proofcheck certify --coq --json lemmas/coq.json"
    made = export(ledger)
    kept = {n: r for n, r in said["theorems"].items() if r["kind"] in {t.kind for t in made.values()}}
    assert set(made) <= set(kept)
    assert {n: sum(kept[n]["where"].values()) for n in made} == {n: len(t.where) for n, t in made.items()}
    assert said["counts"] == trust.counts(said["theorems"])
    for kind in ("scalar", "point"):
        count = said["counts"][kind]
        assert count["certified"] >= LEAST * sum(count[w] for w in trust.WORDS)
    assert all(axiom.count(".") for axiom in said["axioms"]) and len(said["axioms"]) == 4


def test_the_figures_of_the_readme_are_those_of_coq_json() -> None:
    counts = json.loads((ROOT / "lemmas" / trust.NAME).read_text(encoding="utf-8"))["counts"]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for kind, words in (("scalar", "scalar steps"), ("point", "counterexamples")):
        count = counts[kind]
        assert f"{count['certified']:,} of {sum(count[w] for w in trust.WORDS):,} {words}" in readme
    assert f"`coq.json` has {counts['claim']['certified']} claims as single theorems" in readme
