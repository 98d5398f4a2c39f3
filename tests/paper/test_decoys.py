"""No cry of wolf, and no silence: what only looks suspicious stays proved; what is open says what was tried.

Each decoy is a true statement or line of the paper with the reason why a reader might doubt it.  It must be proved, without
a finding, in the committed ledger, which ``test_claims`` compares with a fresh check.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import lemmas
from proofcheck.ledger import load

DECOYS = {
    "eq.1": "divides by alpha, of which nothing was assumed",
    "eq.2": "the gradient of one output has a second term that involves all neurons",
    "eq.2/1": "one factor alpha^-2 beside alpha^-1: looks like a slip in the quotient rule",
    "claim.A.1/2": "a product with a unit vector inside an inner product disappears",
    "claim.3.4": "the factor m is there although F has one as well: one of them looks lost or doubled",
    "def.3.6": "the factor 1/m in front, and m^2 hidden in both Jacobians",
    "def.3.6/lambda.parallel": "H can be singular although the paper takes its least eigenvalue as positive",
    "def.3.7/zero": "F vanishes at random weights, for every input and without a word of probability",
    "def.4.1": "B >= 1 although sigma may be as small as one likes",
    "def.A.2": "divides by lambda and by m; the norm under it may be zero",
    "fact.A.6": "the constant 2 looks too small for exp",
    "fact.A.7": "the paper states it below 0.1 only; equality looks too good",
    "fact.A.8.lower": "a lower bound of exp by more than its tangent, on both sides of zero",
    "lemma.A.9.coin": "a bound of a probability by more than 1",
    "lemma.B.1.2": "speaks of the moved weights and has R without a norm of x",
    "lemma.B.1.3": "a sum of two inputs, whose norm may be 2, and still only 2R",
    "lemma.B.1.3/2": "2R <= 0.1 from R < 0.01 gives away a factor of five",
    "lemma.B.1.5.lower": "the lower bound for the moved weights has R with the unfavourable sign",
    "lemma.B.1.6": "the bound 4R holds through Fact A.6 only if 2R is in its range",
    "lemma.B.1.7/1": "a mean value step with a maximum of the two ends in place of a point between",
    "lemma.B.1.9": "3B + 2R in the exponent although each of the two denominators gives B",
    "lemma.B.1.9/3": "denominators are replaced by smaller ones inside an absolute value",
    "lemma.B.1.12": "its printed proof adds two terms to one of them; the statement is true all the same",
    "lemma.B.1.12/3": "its bound alone equals the one that is claimed for the sum",
    "lemma.B.1.13/2": "a sum is replaced by m times its largest term",
    "lemma.B.2.vS": "the constant 2 does not depend on m, although the sum has m terms",
    "lemma.B.2/B1": "one of the bounds that it cites is false, and 5B still suffices",
    "lemma.B.2/B2.4": "drops 5R from the exponent and a factor 2 from the front",
    "lemma.B.2/frobenius": "the root of n^2 d^2 equal bounds is n d times one of them",
    "lemma.C.2/eq9-3": "an inequality whose two sides are equal",
    "lemma.D.2": "holds at any time although Lemma D.1 leaves |F - Y| open",
    "lemma.D.3": "a hidden constant of 1, without a probability at a random initialization",
    "lemma.D.3/2": "n rather than n d under the root",
    "lemma.E.1": "an exact identity although Theta(1) stands in its terms",
    "lemma.E.1/split.3": "the printed reason asks for small steps; the line needs none",
    "lemma.E.1/order.v1": "v1 is linear in eta, while v0 and v2 are not of the order that is printed beside it",
    "lemma.E.2/eta": "the choice of eta gives equality: nothing is left, and nothing is missing",
    "lemma.E.2/eq11": "seven tenths and a fifth leave exactly one half",
    "lemma.E.2/m.E3": "d^2 in the width where Lemma E.3 asks for d",
    "lemma.E.3/eq13/4": "a second-order term appears without a remainder",
    "lemma.E.4/eq16": "the factor 1/m before a quadratic form that has m in it",
    "claim.G.1/triangle": "four norms add up without a constant",
}
LEAST, WORDS = 25, 5


@cache
def records() -> list[dict[str, Any]]:
    return load(Path(lemmas.__file__).with_name("ledger.json"))["claims"]  # type: ignore[no-any-return]


def items(found: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for record in found:
        yield from (record, *record["steps"])


def suspected(found: Iterable[dict[str, Any]]) -> list[str]:
    """The decoys that are not proved, or have a finding."""
    known = {x["id"]: x for x in items(found)}
    return [key for key in DECOYS if key not in known or known[key]["verdict"] != "proved" or known[key]["finding"]]


def silent(found: Iterable[dict[str, Any]]) -> list[str]:
    """What is neither proved nor refuted and has no sentence that says what was tried."""
    undecided = (x for x in items(found) if x["verdict"] in ("open", "witnessed"))
    return [x["id"] for x in undecided if len((x["note"] or "").split()) < WORDS]


def test_there_are_enough_decoys_and_each_says_why() -> None:
    assert len(DECOYS) >= LEAST and all(len(why.split()) >= WORDS for why in DECOYS.values())


def test_decoys_stay_proved() -> None:
    assert suspected(records()) == []


def test_a_decoy_that_is_suspected_is_told() -> None:
    found = copy.deepcopy([r for r in records() if r["id"] in ("lemma.B.2", "lemma.D.3")])
    known = {x["id"]: x for x in items(found)}
    known["lemma.B.2/B1"]["finding"], known["lemma.D.3/2"]["verdict"] = "mis-cited", "open"
    others = [key for key in DECOYS if key not in known]
    assert suspected(found) == [k for k in DECOYS if k in others or k in ("lemma.B.2/B1", "lemma.D.3/2")]


def test_nothing_is_open_without_a_word() -> None:
    assert silent(records()) == []


def test_silence_is_told(toy_record: Callable[[str], dict[str, Any]]) -> None:
    record = copy.deepcopy(toy_record("toy.gap"))
    assert silent([record]) == []
    for part in (record, record["steps"][0]):
        part["verdict"] = "open"
    assert silent([record]) == ["toy.gap", "toy.gap/1"]
    record["steps"][0]["note"] = "tried boxes"
    assert silent([record]) == ["toy.gap", "toy.gap/1"]
    record["note"] = record["steps"][0]["note"] = "Neither boxes nor sums of squares decide it."
    assert silent([record]) == []
    assert silent([toy_record("toy.seen")]) == ["toy.seen"]
