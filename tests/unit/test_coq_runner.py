"""Coq itself: what it accepts, refuses and finds out.  Each run of Coq here takes some ten seconds."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import coq_trees
import pytest

from proofcheck.cli import certify, main
from proofcheck.coq import export, runner, statements, trust
from proofcheck.coq.disagreement import disagreements
from proofcheck.coq.export import Theorem
from proofcheck.kernel.text import Reader
from proofcheck.ledger import Ledger

needs_coq = pytest.mark.skipif(shutil.which("coqc") is None, reason=runner.MISSING)
READ = Reader()
TREES = coq_trees.TREES
MONO = ["mono", "x", "+", ["eval", 64], ["eval", 64]]


def scalar(goal: str, hyps: list[str], tree: Any) -> Theorem:
    """A theorem as the exporter makes it."""
    data = {"goal": {"rel": goal}, "hyps": {"tuple": [{"rel": h} for h in hyps]}, "tree": {"plain": tree}}
    made = export._step("scalar", data, READ, [])
    made.where.append(goal)
    return made


def point(goal: str, scalars: dict[str, str]) -> Theorem:
    made = export._point(READ.relation(goal), (), {"point": {"scalars": scalars, "arrays": {}}, "at": {}, "bits": 64})
    made.where.append(goal)
    return made


def named(*items: Theorem) -> dict[str, Theorem]:
    return {t.name: t for t in items}


@needs_coq
@pytest.mark.coq
def test_a_wrong_constant_fails_and_a_disagreement_is_told(tmp_path: Path) -> None:
    right = scalar("1 + x <= exp(x)", ["0 <= x"], MONO)
    wrong = scalar("1 + 2*x <= exp(x)", ["0 <= x"], MONO)
    unproved = scalar("x <= 2*x", ["0 <= x"], ["mono", "x", "+", ["eval", 64], ["use", [["1", [5], []]], ["eval", 64]]])
    bad_lines = Theorem("scalar", statements.proved(READ.relation("y <= y + 1"), []), ["exact I."], where=["y"])
    good, bad = point("exp(x) <= x + 1", {"x": "1"}), point("x <= 2", {"x": "1"})
    items = named(right, wrong, unproved, bad_lines, good, bad)
    run = runner.compile_all(items, tmp_path, 2)
    words = {t.where[0]: run.outcomes[t.name][0] for t in items.values()}
    assert words == {"1 + x <= exp(x)": "certified", "1 + 2*x <= exp(x)": "failed", "x <= 2*x": "failed",
                     "y": "failed", "exp(x) <= x + 1": "certified", "x <= 2": "failed"}
    assert run.axioms == sorted(run.axioms) and set(run.axioms) <= set(runner.AXIOMS) and run.problems == []
    told = disagreements(items, run, tmp_path)
    assert len(told) == 2  # a missing proof, as for y, is none
    assert "1 + 2*x <= exp(x)" in told[0] and "x <= 2" in told[1] and all("disagree" in line for line in told)


@needs_coq
@pytest.mark.coq
def test_an_inserted_axiom_and_an_edited_file_do_not_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheat = Theorem("scalar", "True.\nProof. exact I. Qed.\nAxiom cheat : 0 = 1.\nTheorem absurd : 0 = 1", ["exact cheat."])
    text = cheat.text()
    monkeypatch.setattr(Theorem, "text", lambda self: text.replace("absurd", self.name).replace(self.name, "first", 1))
    run = runner.compile_all({cheat.name: cheat}, tmp_path)
    assert run.outcomes[cheat.name][0] == "failed" and any("contains Axiom" in p for p in run.problems)
    monkeypatch.setattr(runner, "FORBIDDEN", runner.re.compile("nothing"))
    run = runner.compile_all({cheat.name: cheat}, tmp_path)
    assert any("rests on the axiom" in p and "cheat" in p for p in run.problems)
    monkeypatch.undo()
    call, plain = runner.run_coq, scalar("1 + x <= exp(x)", ["0 <= x"], MONO)

    def edited(program: str, name: str, place: runner.Place) -> Any:
        done = call(program, name, place)
        if program == "coqc" and name.startswith("Batch"):
            path = place.folder / f"{name}.v"
            path.write_text(path.read_text() + "\n")
        return done
    monkeypatch.setattr(runner, "run_coq", edited)
    run = runner.compile_all(named(plain), tmp_path)
    assert run.outcomes[plain.name][0] == "failed" and "was changed after it was written" in run.problems[0]


@needs_coq
@pytest.mark.coq
def test_every_kind_of_node_is_accepted(tmp_path: Path) -> None:
    items = named(*(scalar(*t) for t in TREES.values()))
    run = runner.compile_all(items, tmp_path, 2)
    assert {items[n].where[0]: o for n, o in run.outcomes.items() if o[0] != "certified"} == {}


@needs_coq
@pytest.mark.coq
def test_the_command(toy_ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                     capsys: pytest.CaptureFixture[str]) -> None:
    data = copy.deepcopy(toy_ledger.data)
    monkeypatch.setattr(certify, "committed", lambda source: data)
    line = ["certify", "--coq", "--paper", "toy_paper:paper"]
    assert main([*line, "--json", str(tmp_path / "coq.json")]) == 0, capsys.readouterr().out
    assert "to be trusted: Coq" in capsys.readouterr().out
    for record in data["claims"]:
        for s in (m for c in [record["evidence"], *(t["evidence"] for t in record["steps"])]
                  if (c.get("certificate")) for m in c["certificate"]["steps"] if m[0] == "scalar"):
            s[1]["goal"]["rel"] = f"1 <= {s[1]['goal']['rel'].partition('<=')[0]} - 10**9"
    assert main(line) == 1
    assert "[not known before]" in capsys.readouterr().out


def test_bad_input_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                               toy_ledger: Ledger) -> None:
    monkeypatch.setattr(certify, "committed", lambda source: toy_ledger.data)
    monkeypatch.setenv("PATH", "")
    line = ["certify", "--coq", "--paper", "toy_paper:paper"]
    for more, told in (([], runner.MISSING), (["-j", "0"], "--jobs 0"), (["--sample", "0"], "--sample 0"),
                       (["--whole", "--sample", "3"], "does not go with --whole")):
        assert main([*line, *more]) == 2
        error = capsys.readouterr().err
        assert told in error and error.count("\n") == 1


def told(word: str, why: str = "") -> Callable[[str, int], dict[str, Any]]:
    return lambda kind, times: {"kind": kind, "coq": word, "why": why, "where": {"c": times}}


def test_the_level_of_trust() -> None:
    yes, no = told("certified"), told("failed", "No applicable tactic.")

    def level(evidence: dict[str, Any], *theorems: dict[str, Any]) -> list[str]:
        return trust.level("c", evidence, {"axioms": ["A.b"], "theorems": dict(enumerate(theorems))})
    evidence = {"certificate": {"steps": [["scalar", {}, []]]}, "counterexample": None}
    engine = "trust: the engine's kernel replays {}; 'recheck' reads {} anew"
    assert level(evidence, yes("scalar", 1)) == [engine.format("1 step", "1 scalar step"),
                                                 "coq: certified, the whole statement (axioms at most: b)"]
    assert level(evidence, yes("claim", 1), yes("identity", 1))[1:] == [
        "coq: certified, the whole statement as one theorem (axioms at most: b)"]
    evidence["certificate"]["steps"] *= 3
    evidence["certificate"]["steps"][2] = ["cut", {}, [0, 1]]
    assert level(evidence, yes("scalar", 1), no("scalar", 1)) == [
        engine.format("3 steps", "2 scalar steps"),
        "coq: 1 of 2 scalar steps and identities certified; failed (No applicable tactic.); 1 other rules rest on the "
        "engine's kernel (axioms at most: b)"]
    refuted = {"certificate": None, "counterexample": {}}
    assert level(refuted, yes("point", 1))[1:] == ["coq: certified: the counterexample (axioms at most: b)"]
    assert [line.partition(":")[0] for line in trust.level("c", refuted, None)] == ["trust"]


def test_a_later_run_counts_and_no_place_is_lost() -> None:
    old = {"axioms": ["A.b"], "theorems": {"t": {**told("failed")("scalar", 2), "where": {"c": 2, "d": 1}}}}
    new = {"axioms": ["A.c"], "theorems": {"t": told("certified")("scalar", 2), "u": told("certified")("claim", 1)}}
    both = trust.joined(old, new)
    assert both["theorems"]["t"] == {**told("certified")("scalar", 2), "where": {"c": 2, "d": 1}}
    assert both["counts"]["scalar"]["certified"] == 3 and both["counts"]["claim"]["certified"] == 1
    assert both["axioms"] == ["A.b", "A.c"] and trust.joined(None, new) == new


def test_what_coq_said_belongs_to_one_ledger(tmp_path: Path) -> None:
    (tmp_path / "coq.json").write_text('{"ledger": "abc", "theorems": {}}')
    assert trust.load(tmp_path / "ledger.json", {"digest": "abc"}) is not None
    assert trust.load(tmp_path / "ledger.json", {"digest": "abd"}) is None


@pytest.fixture
def tried(toy_ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The theorems that are given to Coq, in whose place everything is certified but the last, at which Ctrl-C comes."""
    names: list[str] = []

    def compile_all(theorems: dict[str, Theorem], *_: object) -> runner.Run:
        names[:] = theorems
        return runner.Run(dict.fromkeys(names[:-1], ("certified", "")), interrupted=True)
    monkeypatch.setattr(certify, "committed", lambda source: toy_ledger.data)
    monkeypatch.setattr(certify, "version", lambda: "8")
    monkeypatch.setattr(certify, "compile_all", compile_all)
    return names


def test_known_failures_are_told_but_tried_again_only_if_asked(tried: list[str], monkeypatch: pytest.MonkeyPatch,
                                                               capsys: pytest.CaptureFixture[str]) -> None:
    line = ["certify", "--coq", "--paper", "toy_paper:paper"]
    main(line)
    bad = tried[0]
    known = {"theorems": {bad: {"coq": "failed", "why": "it took too long"}}}
    monkeypatch.setattr(certify, "load", lambda path, ledger: known)
    capsys.readouterr()
    main(line)
    out = capsys.readouterr().out
    assert bad not in tried and f"({bad}): it took too long" in out and "[not known before]" not in out
    main([*line, "--again"])
    assert bad in tried


def test_an_interruption_keeps_what_is_finished(tried: list[str], tmp_path: Path,
                                                capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "coq.json"
    assert main(["certify", "--coq", "--paper", "toy_paper:paper", "--json", str(path)]) == 130
    assert f"interrupted: 1 of {len(tried)} theorems were not tried" in capsys.readouterr().out
    said = json.loads(path.read_text())
    assert list(said["theorems"]) == tried[:-1]
    kept = {"kind": "claim", "coq": "certified", "why": "", "where": {"c": 1}}
    path.write_text(json.dumps({**said, "axioms": ["A.b"], "theorems": {"claim_1": kept}}))
    line = ["certify", "--coq", "--paper", "toy_paper:paper", "--join"]
    assert main([*line, "--json", str(path)]) == 130
    both = json.loads(path.read_text())
    assert both["theorems"] == {"claim_1": kept, **said["theorems"]} and both["axioms"] == ["A.b"]
    assert both["counts"]["claim"]["certified"] == 1 and both["counts"]["scalar"] == said["counts"]["scalar"]
    assert main(line) == 2


@needs_coq
@pytest.mark.coq
def test_a_running_program_is_ended(tmp_path: Path) -> None:
    place = runner.Place(tmp_path)
    place.stopped.set()
    (tmp_path / "Long.v").write_text("Ltac spin := idtac; spin.\nGoal True. spin.\n")
    with pytest.raises(runner.Stopped):
        runner.run_coq("coqc", "Long", place)


def test_an_interruption_among_whole_claims_keeps_what_was_certified_before(
        tried: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def pressed(*_: object) -> Any:
        raise KeyboardInterrupt
    monkeypatch.setattr(certify, "compile_all", lambda theorems, *_: runner.Run(dict.fromkeys(theorems, ("certified", ""))))
    monkeypatch.setattr(certify, "certify_wholes", pressed)
    path = tmp_path / "coq.json"
    assert main(["certify", "--coq", "--whole", "--paper", "toy_paper:paper", "--json", str(path)]) == 130
    assert {r["coq"] for r in json.loads(path.read_text())["theorems"].values()} == {"certified"}
