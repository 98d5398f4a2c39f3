"""Every claim, step and mutant of the paper, checked afresh and compared with the committed ledger.

Items are named by their ids: ``pytest -k "lemma.B.1.12"``.  The check of a claim runs once per process; its steps and
mutants share it.  The kernel first tries the points of the ledger; only where one of them certifies nothing (any more), or
there is none, is a counterexample searched, as ``proofcheck verify`` does for all of them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lemmas
from proofcheck.check import Settings, check_claim
from proofcheck.claims import uses_of
from proofcheck.confirm import points_in
from proofcheck.evidence import Hyps
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Rel
from proofcheck.ledger import (
    alarms_of,
    believed,
    compare_claims,
    compare_meaning,
    compare_mutants,
    compare_steps,
    load,
    told,
)
from proofcheck.prove.context import Prover
from proofcheck.verdicts import judge

LEDGER = Path(lemmas.__file__).with_name("ledger.json")
CLAIMS = [c.id for c in lemmas.paper]
STEPS = [(s.id, c.id, k) for c in lemmas.paper for k, s in enumerate(c.steps)]
MUTANTS = [(f"{c.id}/mutant-{k + 1}", c.id, k) for c in lemmas.paper for k in range(len(c.mutants))]


@cache
def prover() -> Prover:
    return Prover(lemmas.paper)


@cache
def expected() -> dict[str, Any]:
    if not LEDGER.exists():
        pytest.fail("there is no committed ledger; write it with 'proofcheck verify --json lemmas/ledger.json'")
    return load(LEDGER)


@cache
def checked(key: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The record of a claim as evidence makes it, and what the kernel did not confirm."""
    record = check_claim(lemmas.paper[key], prover(), lemmas.paper, Settings(points=remembered(key)))
    problems = believed(record)
    judge([record])
    return record, tuple(problems)


def remembered(key: str) -> dict[tuple[Rel, Hyps], Point]:
    """The points of the committed ledger, by what they violate."""
    return next((points_in(r, expected()["signatures"]) for r in expected()["claims"] if r["id"] == key), {})


def judged(key: str) -> tuple[dict[str, Any], list[str]]:
    """The same, with the parts or the original of a claim that is told in terms of others."""
    record, problems = checked(key)
    related: dict[str, dict[str, Any]] = {}

    def collect(name: str) -> None:
        if name not in related:
            related[name] = checked(name)[0]
            claim = lemmas.paper[name]
            for other in (*claim.parts, *([claim.same_as] if claim.same_as else [])):
                collect(other)

    collect(key)
    judge(related.values())
    return record, list(problems)


def old(key: str) -> dict[str, Any]:
    for record in expected()["claims"]:
        if record["id"] == key:
            return record  # type: ignore[no-any-return]
    return pytest.fail(f"{key} is not in the committed ledger")


def grouped(key: str, claim: str, *values: Any) -> Any:
    """An item that runs beside the other parts of its lemma, which share what is checked."""
    family = ".".join(claim.partition("/")[0].split(".")[:3])
    return pytest.param(*values, id=key, marks=pytest.mark.xdist_group(family))


def require(differences: list[str], before: dict[str, Any], now: dict[str, Any]) -> None:
    if differences:
        pytest.fail("\n".join((*differences, f"evidence in the ledger: {told(before)}", f"evidence now: {told(now)}")))


@pytest.mark.parametrize("key", [grouped(k, k, k) for k in CLAIMS])
def test_claim(key: str) -> None:
    now, problems = judged(key)
    before = old(key)
    meaning = compare_meaning(key, expected()["signatures"][before["signature"]], now["signature"])
    wrong = [a for a in alarms_of(now) if "the mutant" not in a]
    unnamed = sorted(prover().used.get(key, set()) - {key, *uses_of(lemmas.paper[key])})
    assert unnamed == [], "the proof uses claims that are not named among its uses"
    require([*problems, *wrong, *meaning, *compare_claims(before, now)], before, now)


@pytest.mark.parametrize(("key", "claim", "place"), [grouped(k, c, k, c, n) for k, c, n in STEPS])
def test_step(key: str, claim: str, place: int) -> None:
    now = checked(claim)[0]["steps"][place]
    before = {s["id"]: s for s in old(claim)["steps"]}
    if key not in before:
        pytest.fail(f"{key} is not in the committed ledger")
    require(compare_steps(before[key], now), before[key], now)


@pytest.mark.parametrize(("claim", "place"), [grouped(k, c, c, n) for k, c, n in MUTANTS])
def test_mutant(claim: str, place: int) -> None:
    now, before = checked(claim)[0]["mutants"][place], old(claim)["mutants"]
    if place >= len(before):
        pytest.fail(f"mutant {now['words']!r} of {claim} is not in the committed ledger")
    require(compare_mutants(before[place], now), before[place], now)
    assert now["verdict"] == now["expected"], told(now)


def test_the_ledger_has_these_claims_and_no_others() -> None:
    assert [r["id"] for r in expected()["claims"]] == CLAIMS


def test_the_committed_ledger_rechecks() -> None:
    from proofcheck.recheck import recheck

    assert recheck(expected()).problems == []
