"""From evidence to verdicts on the toy paper, which has one of everything."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
import toy_paper

from proofcheck.check import Settings, check_claim, plain
from proofcheck.claims import Claim, Given, Paper, Step
from proofcheck.confirm import confirm
from proofcheck.crosscheck import crosscheck
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Index, Var, eq, exp, total
from proofcheck.ledger import Ledger, alarms_of, believed, compare, load, save, to_json, verify
from proofcheck.prove.context import Prover, by_scalar
from proofcheck.verdicts import from_evidence, judge

Records = Callable[[str], dict[str, Any]]


@pytest.mark.parametrize(("key", "verdict", "derivation", "finding"), [
    ("toy.sum", "proved", "none", None), ("toy.bound", "proved", "none", None), ("toy.gap", "proved", "gap", None),
    ("toy.implicit", "proved", "none", "missing-hypothesis"), ("toy.cite", "proved", "gap", None),
    ("toy.false", "refuted", "gap", "false"), ("toy.cited", "cited", "none", None),
    ("toy.assumed", "assumed", "none", None), ("toy.parts", "proved", "none", None),
    ("toy.same", "proved", "none", None), ("toy.seen", "witnessed", "none", None), ("toy.chain", "proved", "none", None),
])
def test_verdicts(toy_record: Records, key: str, verdict: str, derivation: str, finding: str | None) -> None:
    found = toy_record(key)
    assert (found["verdict"], found["derivation"], found["finding"]) == (verdict, derivation, finding)


def test_nothing_went_wrong_and_every_claim_is_there(toy_ledger: Ledger, toy: Paper) -> None:
    assert toy_ledger.alarms == []
    assert [r["id"] for r in toy_ledger.claims] == [c.id for c in toy]


def test_what_a_proof_uses_is_noticed(toy: Paper) -> None:
    prover = Prover(toy)
    key = next(c.id for c in toy if c.uses == ("toy.bound",) and c.rel is not None and not c.steps)
    check_claim(toy[key], prover, toy, Settings())
    assert prover.used[key] == {"toy.bound"}


def test_steps(toy_record: Records) -> None:
    gap = [(s["verdict"], s["finding"], s["evidence"]["method"]) for s in toy_record("toy.gap")["steps"]]
    assert gap == [("proved", None, "printed reason"), ("refuted", "false", "counterexample"),
                   ("proved", None, "printed reason")]
    assert toy_record("toy.gap")["repair"]["verdict"] == "proved"
    assert toy_record("toy.gap")["evidence"]["method"] == "repair"


def test_wrong_citation_has_a_point_at_which_the_need_fails(toy_record: Records) -> None:
    step = toy_record("toy.cite")["steps"][0]
    assert (step["verdict"], step["finding"], step["evidence"]["method"]) == ("proved", "mis-cited", "another proof")
    assert step["citation"]["verdict"] == "refuted"


def test_missing_hypothesis_comes_with_a_point(toy_record: Records) -> None:
    (missing,) = toy_record("toy.implicit")["evidence"]["missing"]
    assert missing["given"]["text"] == "1 <= B"
    assert missing["counterexample"]["point"]["scalars"].keys() == {"B"}


def test_boundary_is_proved_on_both_sides(toy_record: Records) -> None:
    found = toy_record("toy.false")["steps"][0]["evidence"]["boundary"]
    assert [p["truth"] for p in found["pieces"]] == ["holds", "fails"]
    assert all(p["evidence"]["certificate"] for p in found["pieces"])
    (place,) = found["places"]
    assert place["low"].startswith("1.25643120862616967") and place["high"].startswith("1.25643120862616967")


def test_identities_are_checked_again_at_fixed_sizes(toy_record: Records) -> None:
    found = toy_record("toy.sum")["evidence"]["crosscheck"]
    assert found["sympy"] is True and found["flint"] is True and "fixed sizes" in found["sizes"]


def test_witness_counts_only_instances_that_meet_the_hypotheses(toy_record: Records) -> None:
    assert toy_record("toy.sum")["witness"]["runs"] == 2
    assert toy_record("toy.bound")["witness"]["runs"] == 1
    assert toy_record("toy.bound")["witness"]["reproduce"] == "proofcheck verify toy.bound"


def test_uses_that_are_not_proved_are_named(toy_record: Records) -> None:
    assert toy_record("toy.cite")["rests_on"] == ["toy.cited"]
    assert toy_record("toy.chain")["rests_on"] == []


def test_mutants_are_told_apart(toy_ledger: Ledger) -> None:
    mutants = [m for r in toy_ledger.claims for m in r["mutants"]]
    assert len(mutants) > 6 and all(m["verdict"] == m["expected"] for m in mutants)


def test_same_bytes_with_one_and_with_two_processes(toy_ledger: Ledger, toy: Paper) -> None:
    again = verify(toy, jobs=2)
    assert to_json({**again.data, "provenance": None}) == to_json({**toy_ledger.data, "provenance": None})


def test_json_holds_no_floats(toy_ledger: Ledger) -> None:
    def refuse(text: str) -> None:
        raise AssertionError(f"a float: {text}")

    json.loads(to_json(toy_ledger.data), parse_float=refuse)
    assert plain({"a": (1, 0.5, None, True)}) == {"a": [1, "0.5", None, True]}


def test_saved_and_loaded(toy_ledger: Ledger, tmp_path: Any) -> None:
    save(toy_ledger, tmp_path / "ledger.json")
    assert load(tmp_path / "ledger.json") == json.loads(to_json(toy_ledger.data))
    assert set(json.loads((tmp_path / "ledger.json.timings.json").read_text())) == {r["id"] for r in toy_ledger.claims}


def test_interruption_keeps_what_is_finished(toy: Paper) -> None:
    def stop(record: dict[str, Any], seconds: float, done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    found = verify(toy, on_progress=stop)
    assert found.interrupted and [r["id"] for r in found.claims] == ["toy.sum", "toy.bound", "toy.gap"]


def test_a_crash_in_a_check_is_an_alarm() -> None:
    def crash(c: Any) -> Any:
        raise ZeroDivisionError("planted")

    B = Var("B")
    paper = Paper("p", "p", "p")
    paper.add(Claim("bad", "claim", 1, "crashes", B <= B, by=crash))
    paper.add(Claim("good", "claim", 2, "works", B <= B, by=by_scalar))
    found = verify(paper)
    assert [r["id"] for r in found.claims] == ["good"]
    assert len(found.alarms) == 1 and "planted" in found.alarms[0]


def test_a_mutant_with_the_wrong_answer_is_an_alarm(toy: Paper) -> None:
    toy["toy.bound"].mutant(toy["toy.bound"].rel, "refuted", "the claim itself")
    (alarm,) = verify(toy, ["toy.bound"]).alarms
    assert "should be refuted but is proved" in alarm


def test_a_proved_claim_that_fails_on_an_instance_is_an_alarm(toy_record: Records) -> None:
    record = copy.deepcopy(toy_record("toy.bound"))
    record["witness"]["violations"] = 1
    assert "the formalisation or the kernel is wrong" in alarms_of(record)[0]


def test_a_contradicted_identity_is_an_alarm(toy_record: Records) -> None:
    record = copy.deepcopy(toy_record("toy.sum"))
    record["evidence"]["crosscheck"]["flint"] = False
    assert "flint contradicts" in alarms_of(record)[0]


def fresh(toy: Paper, key: str) -> dict[str, Any]:
    return check_claim(toy[key], Prover(toy), toy, Settings())


def test_a_forged_certificate_is_not_believed(toy: Paper) -> None:
    record = fresh(toy, "toy.bound")
    record["evidence"]["certificate"] = fresh(toy, "toy.gap")["evidence"]["certificate"]
    problems = believed(record)
    judge([record])
    assert len(problems) == 1 and "it proves 2*exp(B) <= exp(2*B)" in problems[0]
    assert record["verdict"] == "witnessed"


def test_a_forged_point_is_not_believed(toy: Paper) -> None:
    record = fresh(toy, "toy.false")
    record["evidence"]["counterexample"]["point"]["scalars"]["B"] = "1"
    assert len(confirm(record)) == 1 and record["evidence"]["counterexample"] is None


def test_a_certificate_with_one_more_hypothesis_is_not_believed(toy: Paper) -> None:
    record = fresh(toy, "toy.gap")
    record["given"] = []
    assert any("it also assumes 1 <= B" in p for p in confirm(record))


def test_a_worker_cannot_say_proved(toy: Paper) -> None:
    record = fresh(toy, "toy.seen")
    record["verdict"] = "proved"
    judge([record])
    assert record["verdict"] == "witnessed"


def test_evidence_of_both_kinds_is_reported(toy: Paper) -> None:
    B = Var("B")
    goal = 2 * B <= B + B
    toy.add(Claim("twice", "claim", 1, "2 B <= B + B", goal, by=by_scalar))
    record = fresh(toy, "twice")
    record["evidence"]["counterexample"] = {"point": {"scalars": {"B": "1"}, "arrays": {}}, "bits": 128, "at": {},
                                            "lhs": "2", "rhs": "1", "margin": "1"}
    assert len(confirm(record)) == 1  # the point is no counterexample


def test_numbers_never_make_a_verdict() -> None:
    assert from_evidence({"certificate": None, "counterexample": None, "numbers": {"refuted": True}}) == "open"


def test_compare_tells_what_changed(toy_ledger: Ledger) -> None:
    assert compare(toy_ledger.data, toy_ledger.data) == []
    other = copy.deepcopy(toy_ledger.data)
    gap = next(r for r in other["claims"] if r["id"] == "toy.gap")
    gap["verdict"], gap["steps"][1]["verdict"] = "refuted", "proved"
    gap["steps"][0]["statement"]["text"] = "B <= B"
    next(a for a in other["signatures"]["main"]["arrays"] if a[0] == "e")[2] = "exp(2*u[i])"
    found = compare(toy_ledger.data, other)
    assert any("toy.gap: verdict was proved, is refuted" in line for line in found)
    assert any("toy.gap/2: verdict was refuted, is proved; before: fails at B = 1" in line for line in found)
    assert any("toy.gap/1: the statement was" in line for line in found)
    assert any("e was defined as exp(u[i])" in line for line in found)


def test_crosscheck_contradicts_a_false_identity() -> None:
    n = Var("n", True)
    i, u = Index("i", n), Array("u", (Index("i", n),))
    wrong = crosscheck(eq(total(i, exp(u[i])), exp(total(i, u[i]))))
    assert wrong is not None and (wrong["sympy"], wrong["flint"]) == (False, False)
    assert crosscheck(total(i, u[i]) <= 1) is None
    assert crosscheck(eq(total(i, abs(u[i])), total(i, abs(u[i])))) is None  # not rational


def test_a_step_that_nobody_can_decide_is_open(toy: Paper) -> None:
    B, C = Var("B"), Var("C")
    claim = Claim("hard", "claim", 1, "hard", exp(B) + exp(C) >= B + C + 2)
    claim.steps.append(Step("hard/1", exp(B) + exp(C) >= B + C + 2, None, 1, "obvious"))
    claim.printed = True
    toy.add(claim)
    found = verify(toy, ["hard"]).claims[0]
    assert (found["steps"][0]["verdict"], found["derivation"]) == ("open", "gap")


def test_the_toy_paper_is_made_afresh() -> None:
    assert toy_paper.make() is not toy_paper.make()


@pytest.mark.parametrize(("own", "of_claim", "found"), [
    (None, None, False), (Fraction(1, 2), None, True), (None, Fraction(1, 2), True), (Fraction(2), Fraction(1, 2), False)])
def test_a_hint_helps_to_find_what_a_missing_hypothesis_does(monkeypatch: pytest.MonkeyPatch, own: Fraction | None,
                                                             of_claim: Fraction | None, found: bool) -> None:
    monkeypatch.setattr("proofcheck.check.refute_scalar", lambda *_: None)  # a counterexample that no search finds
    B = Var("B")

    def hint(value: Fraction | None) -> Point | None:
        return None if value is None else Point({"B": value})

    paper = Paper("p", "p", "p")
    paper.add(Claim("c", "claim", 1, "an inverse", 1 / B <= B, by=by_scalar, hint=hint(of_claim),
                    given=(Given(B > 0, "B > 0"), Given(B >= 1, "B >= 1", implicit=True, hint=hint(own)))))
    (record,) = verify(paper).claims
    assert record["finding"] == ("missing-hypothesis" if found else None)
