"""``not-uniform``: refuted in general, proved in a special case that occurs; and nothing less than that."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from proofcheck.claims import Claim, Given, Paper, Proof
from proofcheck.cli.verify import explained
from proofcheck.kernel.terms import Array, Index, Rel, Var, exp, total
from proofcheck.ledger import compare_steps, verify
from proofcheck.prove.context import by_scalar
from proofcheck.recheck import recheck
from proofcheck.signatures import digest

n = Var("n", True)
i = Index("i", n)
u = Array("u", (i,))
B = Var("B")
GIVEN = (Given(B >= 1, "B >= 1"),)


def ledger(rel: Rel, only: Given | None, by: Proof | None = by_scalar, given: tuple[Given, ...] = GIVEN) -> dict[str, Any]:
    claim = Claim("c", "lemma", 1, "a line that holds in a special case", B <= B**2, given=given)
    claim.step("1", rel, by, why="obvious", only=only)
    paper = Paper("p", "p", "p")
    paper.add(claim)
    found = verify(paper)
    assert found.alarms == []
    return found.data


def step(*args: Any, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ledger(*args, **more)["claims"][0]["steps"][0]
    return found


AT_ONE = Given(B <= 1, "at B = 1")


def test_refuted_in_general_and_proved_in_the_special_case() -> None:
    found = step(B**2 <= B, AT_ONE)
    assert (found["verdict"], found["finding"]) == ("refuted", "not-uniform")
    assert found["evidence"]["only"]["occurs"]["counterexample"]["point"]["scalars"] == {"B": "1"}
    assert "only in a special case: at B = 1" in next(iter(explained(found)))


def test_one_size() -> None:
    found = step(n * exp(B) <= exp(B), Given(n <= 1, "for one neuron, n = 1"), None)
    assert (found["verdict"], found["finding"]) == ("refuted", "not-uniform")


def test_with_arrays() -> None:
    spread = Given(abs(u[i]) <= B, "|u_i| <= B for all i")
    found = step(total(i, abs(u[i])) <= n, Given(B <= 1, "at B = 1"), lambda c: c.bound(), (*GIVEN, spread))
    assert (found["verdict"], found["finding"]) == ("refuted", "not-uniform")


@pytest.mark.parametrize(("rel", "only", "verdict", "finding"), [
    (B <= B**2, AT_ONE, "proved", None),                                 # proved in general
    (2 * B**2 <= B, AT_ONE, "refuted", "false"),                         # false in the special case, too
    (B**2 <= B, Given(B <= 2, "B up to 2"), "refuted", "false"),         # false in a part of it
    (B**2 <= B, Given(B <= 0, "B = 0"), "refuted", "false"),             # no such case: anything would follow
    (B**2 <= B, None, "refuted", "false"),                               # none is stated
])
def test_nothing_less_than_that(rel: Rel, only: Given | None, verdict: str, finding: str | None) -> None:
    found = step(rel, only)
    assert (found["verdict"], found["finding"]) == (verdict, finding)


def test_recheck_looks_at_the_special_case() -> None:
    data = ledger(B**2 <= B, AT_ONE)
    assert recheck(data).problems == []

    def problems(change: Any) -> list[str]:
        other = copy.deepcopy(data)
        change(other["claims"][0]["steps"][0]["evidence"]["only"])
        other["digest"] = digest(other)
        return recheck(other).problems

    assert any("c/1 for" in p for p in problems(lambda only: only["given"].update(text="B <= 2")))
    elsewhere = {"scalars": {"B": "2"}, "arrays": {}}
    assert any("occurs" in p for p in problems(lambda only: only["occurs"]["counterexample"].update(point=elsewhere)))
    assert any("finding is not-uniform" in p for p in problems(lambda only: only["evidence"].update(certificate=None)))


def test_a_changed_special_case_is_told() -> None:
    one, two = step(B**2 <= B, AT_ONE), step(B**2 <= B, Given(B < 2, "B < 2"))
    assert any("the special case" in line for line in compare_steps(one, two))
    assert any("the special case" in line for line in compare_steps(one, step(B**2 <= B, None)))
    assert compare_steps(one, one) == []
