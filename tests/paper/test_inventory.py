"""Every statement and printed step that was written down so far is there, under its fixed id."""

import pytest

from lemmas import paper

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
    lemma.E.3 lemma.E.3/eq13 lemma.E.3/eq14 lemma.E.3/Q1 lemma.E.3/hanson lemma.E.3/mean lemma.E.3/bounds
    lemma.E.4 lemma.E.4/eq15 lemma.E.4/eq16 lemma.E.4/eq17 lemma.E.4/cases lemma.E.4/hoeffding lemma.E.4/condition
    lemma.E.4/eq18
    claim.E.5 claim.E.5/eq19 claim.E.5/weyl claim.E.6 claim.E.6/v2 claim.E.6/1 claim.E.7 claim.E.7/eq20 claim.E.7/second
    claim.E.7/first claim.E.7/eq21 claim.E.7/final claim.G.1
    eq.3 eq.4 eq.4/approx eq.5 eq.6 sec.6.1/sampling sec.6.1/loss asm.6.1 asm.6.2 asm.6.3 asm.6.4 asm.6.5 def.A(R)
    def.Gamma thm.6.6 thm.G.2 thm.G.2/eps thm.G.2/chain thm.G.2/assemble thm.G.3 thm.G.4 eq.27
    thm.4.2 thm.4.2/rate thm.4.2/small-o thm.4.2/poly cor.4.3 thm.C.1 thm.C.1/F0 thm.C.1/alternation thm.C.1/union thm.C.1/T
    table.1 lemma.5.1/relu-exp remark.5.2 lemma.5.3
    def.F.1 eq.24 thm.F.2 thm.F.2/phi thm.F.2/optimum thm.F.2/beta thm.F.2/eq25 thm.F.2/eq26 thm.F.2/integral thm.F.2/decay
    thm.F.2/int-loss thm.F.2/tau0 thm.F.2/gap thm.F.2/drop thm.F.2/combine thm.F.2/gd
    theorem.R theorem.R/corollary theorem.R/alpha theorem.R/v0 theorem.R/C1 theorem.R/energy theorem.R/line
    theorem.R/kantorovich theorem.R/rho theorem.R/Lambda theorem.R/R theorem.R/corollary.A theorem.R/corollary.B
    theorem.R/event theorem.R/width theorem.R/R1 theorem.R/R2.rho theorem.R/R2.distance theorem.R/R2.mean
    theorem.R/R3.slope theorem.R/R3.integral theorem.R/R3.taylor theorem.R/R3.path theorem.R/R3.column theorem.R/R4
    theorem.R/R5.below theorem.R/R5.above theorem.R/path.floor theorem.R/path.beyond theorem.R/path.potential
    theorem.R/step.potential theorem.R/step.path theorem.R/step.loss theorem.R/step.lambda theorem.R/step.far
    theorem.R/one.R4 theorem.R/one.loss theorem.R/net.taylor theorem.R/net.turn theorem.R/net.neuron theorem.R/kept.turned
    theorem.R/kept.loss theorem.R/for-ever theorem.R/1 theorem.R/2 theorem.R/3 theorem.R/4 thm.R
    theorem.R/corollary/1 theorem.R/corollary/2 theorem.R/corollary/3 theorem.R/corollary/4
""".split()

KNOWN = {c.id: c for c in paper} | {s.id: s for c in paper for s in c.steps}


@pytest.mark.parametrize("key", INVENTORY)
def test_is_there_and_says_something(key: str) -> None:
    found = KNOWN[key]
    says = getattr(found, "rel", None) is not None or getattr(found, "parts", ()) or getattr(found, "same_as", "") \
        or found.kind == "cited"
    assert says, f"{key} has neither a relation, nor parts, nor a source"


def test_every_claim_with_a_relation_has_a_false_mutant() -> None:
    bare = [c.id for c in paper if c.rel is not None and not c.same_as
            and not any(m.expected == "refuted" for m in c.mutants)]
    assert bare == []
