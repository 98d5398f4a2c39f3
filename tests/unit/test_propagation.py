"""What a claim rests on all the way down, on papers of a few scalar claims; every word can occur."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from proofcheck.claims import Citation, Claim, Given, Paper, Repair
from proofcheck.kernel.terms import Rel, Var
from proofcheck.ledger import verify
from proofcheck.prove.context import by_scalar
from proofcheck.recheck import recheck
from proofcheck.signatures import digest

B = Var("B")
GIVEN = (Given(B >= 1, "B >= 1"),)
TRUE, FALSE = B <= B**2, 2 * B <= B**2


def claim(key: str, rel: Rel | None = TRUE, *uses: str, **more: Any) -> Claim:
    return Claim(key, more.pop("kind", "lemma"), 1, key, rel, given=more.pop("given", GIVEN), uses=uses,
                 by=more.pop("by", by_scalar), **more)


def repaired(key: str, rel: Rel | None = None, *uses: str) -> Repair:
    return Repair(f"{key}/repair", "better", by_scalar, rel=rel, given=GIVEN, uses=uses)


def status(*claims: Claim, of: str = "top", which: str = "as_printed") -> dict[str, Any]:
    paper = Paper("p", "p", "p")
    paper.add(*claims)
    found = verify(paper)
    assert found.alarms == []
    assert recheck(found.data).problems == []
    record = next(r for r in found.claims if r["id"] == of)
    return {k: v for k, v in record["status"][which].items() if v}


def test_a_proof_whose_uses_all_stand() -> None:
    both = claim("low"), claim("mid", TRUE, "low"), claim("top", TRUE, "mid")
    assert status(*both) == status(*both, which="with_repairs") == {"word": "stands"}


@pytest.mark.parametrize("which", ["as_printed", "with_repairs"])
@pytest.mark.parametrize("kind", ["hypothesis", "cited"])
def test_what_is_assumed_or_cited_far_below_is_a_condition(kind: str, which: str) -> None:
    chain = claim("low", kind=kind), claim("mid", TRUE, "low"), claim("top", TRUE, "mid")
    assert status(*chain, which=which) == {"word": "conditional", "rests_on": ["low"]}


def test_a_definition_without_a_relation_is_no_condition() -> None:
    assert status(claim("low", None, kind="definition"), claim("top", TRUE, "low")) == {"word": "stands"}


def test_an_open_claim_is_a_condition_and_keeps_its_word() -> None:
    chain = claim("low", None), claim("top", TRUE, "low")
    assert status(*chain) == {"word": "conditional", "rests_on": ["low"]}
    assert status(*chain, of="low") == {"word": "open"}


def test_a_false_claim_breaks_the_proofs_that_use_it_and_makes_none_of_them_false() -> None:
    chain = claim("low", FALSE), claim("mid", TRUE, "low"), claim("top", TRUE, "mid")
    for which in ("as_printed", "with_repairs"):
        assert status(*chain, which=which) == {"word": "broken", "broken_by": ["low"]}
        assert status(*chain, of="low", which=which) == {"word": "false", "broken_by": ["low"]}


def test_what_a_false_claim_uses_does_not_matter() -> None:
    chain = claim("deep", FALSE), claim("low", FALSE, "deep"), claim("top", TRUE, "low")
    assert status(*chain)["broken_by"] == ["low"]


def test_a_repair_that_keeps_the_statement_mends_the_path() -> None:
    low = claim("low", TRUE, "bad", by=None, repair=repaired("low"))
    low.step("1", FALSE, by_scalar)
    chain = claim("bad", FALSE), low, claim("top", TRUE, "low")
    assert status(*chain) == {"word": "broken", "broken_by": ["bad", "low/1"]}
    assert status(*chain, which="with_repairs") == {"word": "stands", "repairs": ["low/repair"]}


def test_a_repair_that_changes_the_statement_is_a_condition() -> None:
    low = claim("low", FALSE, repair=repaired("low", TRUE))
    chain = low, claim("top", TRUE, "low")
    assert status(*chain)["word"] == "broken"
    found = {"rests_on": ["low/repair"], "repairs": ["low/repair"]}
    assert status(*chain, which="with_repairs") == {"word": "conditional", **found}
    assert status(*chain, of="low", which="with_repairs") == {"word": "stands", "repairs": ["low/repair"]}


def test_a_repair_that_uses_a_repaired_claim_means_the_repaired_statement() -> None:
    low = claim("low", FALSE, repair=repaired("low", TRUE))
    top = claim("top", FALSE, "low", repair=repaired("top", TRUE, "low"))
    assert status(low, top, which="with_repairs") == {"word": "stands", "repairs": ["low/repair", "top/repair"]}


def test_a_repair_that_is_not_proved_mends_nothing() -> None:
    low = claim("low", FALSE, repair=repaired("low", FALSE))
    assert status(low, claim("top", TRUE, "low"), which="with_repairs") == {"word": "broken", "broken_by": ["low"]}


def test_a_wrong_citation_breaks_the_printed_proof_only() -> None:
    top = claim("top", by=None)
    top.step("1", TRUE, None, instead=by_scalar, citation=Citation("fact", B <= 2, "B <= 2"))
    chain = claim("fact", kind="cited"), top
    assert status(*chain) == {"word": "broken", "broken_by": ["top/1"], "rests_on": ["fact"]}
    assert status(*chain, which="with_repairs") == {"word": "stands"}


def test_steps_that_hold_and_do_not_give_the_claim_are_a_gap() -> None:
    top = claim("top", by=None, repair=repaired("top"))
    top.step("1", B <= 2 * B, by_scalar)
    assert status(top) == {"word": "broken", "broken_by": ["top"]}
    assert status(top, which="with_repairs") == {"word": "stands", "repairs": ["top/repair"]}


def test_a_hypothesis_that_is_not_stated_is_a_condition() -> None:
    low = claim("low", given=(Given(B > 0, "B > 0"), Given(B >= 1, "B >= 1", implicit=True)))
    for which in ("as_printed", "with_repairs"):
        assert status(low, claim("top", TRUE, "low"), which=which) == {"word": "conditional", "unstated": ["low: B >= 1"]}


def test_a_conjunction_is_broken_by_its_false_parts() -> None:
    one, two = claim("one", FALSE, repair=repaired("one", TRUE)), claim("two")
    both = claim("both", None, by=None, parts=("one", "two"))
    chain = one, two, both, claim("top", TRUE, "both")
    assert status(*chain, of="both") == {"word": "false", "broken_by": ["one"]}
    assert status(*chain, of="both", which="with_repairs") == {"word": "stands", "repairs": ["one/repair"]}
    assert status(*chain, which="with_repairs")["rests_on"] == ["one/repair"]


def test_a_claim_that_was_not_checked_is_a_condition() -> None:
    paper = Paper("p", "p", "p")
    paper.add(claim("low"), claim("top", TRUE, "low"))
    (record,) = verify(paper, ["top"]).claims
    assert record["status"]["as_printed"]["rests_on"] == ["low"]


def test_recheck_derives_the_status_again() -> None:
    paper = Paper("p", "p", "p")
    paper.add(claim("low", FALSE), claim("top", TRUE, "low"))
    data = copy.deepcopy(verify(paper).data)
    assert recheck(data).problems == []
    data["claims"][1]["status"]["as_printed"]["word"] = "stands"
    data["digest"] = digest(data)
    (problem,) = recheck(data).problems
    assert problem.startswith("top: status is")
    data["claims"][1]["status"]["as_printed"] |= {"broken_by": []}
    data["claims"][1]["status"]["with_repairs"] |= {"word": "stands", "broken_by": []}
    data["claims"][1]["own_uses"] = []
    data["counts"]["claims, as printed"] = data["counts"]["claims, with repairs"] = {"false": 1, "stands": 1}
    data["digest"] = digest(data)
    assert recheck(data).problems == ["top: uses is not what the statement, the steps and the repair use"]
