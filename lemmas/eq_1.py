"""Eq. 1, Definitions 3.1 and 3.2: the two-layer softmax network and its loss (lines 70-104).

Sizes are general: n data points, m neurons, d1 inputs, d2 outputs.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.notation import E, F, S, a, alpha, i, l, loss, m, r, y
from proofcheck.claims import Claim
from proofcheck.kernel import rules
from proofcheck.kernel.terms import eq, expr, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

SIZES = "all n, m, d1, d2 >= 1, all weights and data"


def by_sign(c: Context) -> Theorem:
    """0 < term or 0 <= term, because its parts have known signs."""
    found = rules.sign(term=c.goal.rhs, hyps=c.hyps)
    return rules.relax(found) if c.goal.op == "<=" and found.concl.op == "<" else found


eq_1 = Claim("eq.1", "definition", 70, "the softmax network is well defined: its denominator is positive",
             expr(0) < alpha[i], scope=SIZES, by=by_sign)
eq_1.mutant(expr(1) < alpha[i], "refuted", "the denominator can be below 1")
eq_1.mutant(expr(m) < alpha[i], "refuted", "the denominator can be below m")

def_3_1 = Claim("def.3.1", "definition", 92, "the dynamic prediction F_{l,i} is m <a_l, S_i>",
                eq(m * total(r, a[l, r] * E[i, r]) / alpha[i], F[l, i]), scope=SIZES, by=by_identity)
def_3_1.mutant(eq(total(r, a[l, r] * E[i, r]) / alpha[i], F[l, i]), "refuted", "without the factor m")

def_3_2 = Claim("def.3.2", "definition", 102, "the loss is half the squared error, so it is never negative",
                loss >= 0, scope=SIZES, by=by_sign)
def_3_2.mutant(loss > 0, "refuted", "the loss can vanish")
def_3_2.mutant(loss >= Fraction(1, 2) * total((i, l), y[l, i] ** 2), "refuted",
               "the loss can be smaller than that of the zero prediction")

fact_a_4 = Claim("fact.A.4", "fact", 552, "the softmax sums to one", eq(total(r, S[i, r]), 1), scope=SIZES,
                 by=by_identity,
                 note="The paper calls S_i the indicator of a function tau at position i; it is the softmax vector "
                      "at step tau.")
fact_a_4.mutant(eq(total(r, S[i, r]), m), "refuted", "the softmax does not sum to m")
fact_a_4.mutant(eq(total(r, S[i, r] ** 2), 1), "refuted", "nor do its squares sum to one")

claims = (eq_1, def_3_1, def_3_2, fact_a_4)
