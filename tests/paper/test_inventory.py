"""Every statement and printed step that was written down so far is there, under its fixed id."""

from contextlib import suppress

import pytest

from lemmas import paper
from proofcheck.claims import uses_of
from proofcheck.prove.context import Prover
from proofcheck.prove.search import NotProved

INVENTORY = """
    eq.1 eq.2 eq.2/2 def.3.1 def.3.2 def.3.3 claim.3.4 claim.A.1/1 claim.A.1/2 claim.A.1/3 def.3.5 def.3.6
    def.3.6/psd def.3.6/lambda def.3.7 def.3.7/zero def.4.1 lemma.5.1 def.A.2 fact.A.3 fact.A.4 fact.A.5 fact.A.6
    fact.A.7 fact.A.8 lemma.A.9 lemma.A.10 lemma.B.1 lemma.B.1.1 lemma.B.1.2 lemma.B.1.3 lemma.B.1.4 lemma.B.1.5
    lemma.B.1.6 lemma.B.1.6/1 lemma.B.1.7 lemma.B.1.7/1 lemma.B.1.7/2 lemma.B.1.7/3 lemma.B.1.8 lemma.B.1.8/1
    lemma.B.1.8/2 lemma.B.1.9 lemma.B.1.9/1 lemma.B.1.9/2 lemma.B.1.9/3 lemma.B.1.9/4 lemma.B.1.10 lemma.B.1.11
    lemma.B.1.12 lemma.B.1.12/1 lemma.B.1.12/2 lemma.B.1.12/3 lemma.B.1.12/4 lemma.B.1.13 lemma.B.1.13/1
    lemma.B.1.13/2 lemma.B.1.13/3 lemma.B.2 lemma.B.2.1 lemma.B.2.2 lemma.B.2/telescope lemma.B.2/B1-rewrite
    lemma.B.2/B1-holder lemma.B.2/B1-alpha lemma.B.2/B1-exp lemma.B.2/B1 lemma.B.2/B2 lemma.B.2/B3 lemma.B.2/B4
    lemma.B.2/B5 lemma.B.2/sum lemma.B.2/frobenius
    lemma.C.2 lemma.C.2/eq9-1 lemma.C.2/eq9-2 lemma.C.2/eq9-3 lemma.C.2/1 lemma.C.2/2 lemma.C.2/3 lemma.C.2/4
    lemma.C.3 lemma.C.3/1 lemma.C.4
    lemma.D.1 lemma.D.1/1 lemma.D.1/2 lemma.D.1/3 lemma.D.2 lemma.D.3
    lemma.E.2 lemma.E.2/1 lemma.E.2/2 lemma.E.2/eta lemma.E.2/eq12 lemma.E.2/m
    lemma.E.1 lemma.E.1/expand lemma.E.1/split lemma.E.1/sum lemma.E.1/order
    lemma.E.3/eq13 lemma.E.3/eq14 lemma.E.4/eq15 lemma.E.4/eq16
    claim.E.5 claim.E.5/eq19 claim.E.5/weyl claim.E.6 claim.E.6/v2 claim.E.6/1 claim.E.7 claim.E.7/eq20 claim.E.7/second
    claim.E.7/first claim.E.7/eq21 claim.E.7/final claim.G.1
""".split()

KNOWN = {c.id: c for c in paper} | {s.id: s for c in paper for s in c.steps}


@pytest.mark.parametrize("key", INVENTORY)
def test_is_there_and_says_something(key: str) -> None:
    found = KNOWN[key]
    says = getattr(found, "rel", None) is not None or getattr(found, "parts", ()) or found.kind == "cited"
    assert says, f"{key} has neither a relation, nor parts, nor a source"


def test_every_claim_with_a_relation_has_a_false_mutant() -> None:
    bare = [c.id for c in paper if c.rel is not None and not c.same_as
            and not any(m.expected == "refuted" for m in c.mutants)]
    assert bare == []


def test_the_graph_of_uses_is_what_the_proofs_really_use() -> None:
    prover = Prover(paper)
    for claim in paper:
        with suppress(NotProved):
            prover.theorem(claim.id)
        for step in claim.steps:
            with suppress(NotProved):
                prover.step(step.id)
    missing = {key: sorted(used - set(uses_of(paper[key]))) for key, used in prover.used.items()}
    assert {key: used for key, used in missing.items() if used} == {}
