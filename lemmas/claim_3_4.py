"""Definition 3.3, Claim 3.4 (= A.1) and Definition 3.5: the gradient of the loss and gradient descent (lines 110-140)."""

from __future__ import annotations

from lemmas.eq_1 import SIZES
from lemmas.notation import F, S, a, dw, eta, i, k, l, loss, m, r, s, vS, w, x, y
from proofcheck.claims import Claim
from proofcheck.kernel.terms import Delta, Diff, define, eq, total
from proofcheck.prove.context import by_identity

residual = F[l, i] - y[l, i]

def_3_3 = Claim("def.3.3", "identity", 110, "Delta w_r is the derivative of the loss",
                eq(Diff(loss, w[k, r]), dw[k, r]), scope=SIZES, by=by_identity,
                note="The paper's formula lacks a closing parenthesis in dL(W(tau).")
def_3_3.mutant(eq(Diff(2 * loss, w[k, r]), dw[k, r]), "refuted", "without the factor 1/2 in the loss")
def_3_3.mutant(eq(Diff(loss, w[k, r]) + dw[k, r], 0), "refuted", "with the opposite sign")

line_1 = m * total((i, l), residual * total(s, (a[l, s] * Delta(s, r) - a[l, s] * S[i, r]) * S[i, s]) * x[k, i])
line_2 = m * total((i, l), residual * ((a[l, r] - total(s, a[l, s] * S[i, s])) * S[i, r]) * x[k, i])
line_3 = m * total((i, l), residual * (vS[l, r, i] * S[i, r]) * x[k, i])

claim_a_1 = Claim("claim.A.1", "claim", 515, "Delta w_r in terms of <v_{l,r}, S_i> = <a_{l,r} 1 - a_l, S_i>",
                  eq(dw[k, r], line_3), scope=SIZES)
claim_a_1.step("1", eq(dw[k, r] / m, line_1 / m), by_identity, line=530, why="definition of Delta w_r", rule="identity")
claim_a_1.step("2", eq(line_1 / m, line_2 / m), by_identity, line=530, why="<a_l o e_r, x> = a_{l,r} x_r",
               rule="identity")
claim_a_1.step("3", eq(line_2 / m, line_3 / m), by_identity, line=530, why="Fact A.4", uses=("fact.A.4",),
               rule="identity")
claim_a_1.by = lambda c: c.chain(*(c.step(f"claim.A.1/{t}") for t in "123"))
claim_a_1.mutant(eq(dw[k, r], line_3 / m), "refuted", "without the factor m")
claim_a_1.mutant(eq(dw[k, r], m * total((i, l), residual * vS[l, r, i] * x[k, i])), "refuted", "without S_{i,r}")
claim_a_1.mutant(eq(dw[k, r], m * total((i, l), (F[l, i] + y[l, i]) * vS[l, r, i] * S[i, r] * x[k, i])), "refuted",
                 "plus the target")

claim_3_4 = Claim("claim.3.4", "identity", 123, "Delta w_r in the v_{l,r} form", claim_a_1.rel, scope=SIZES,
                  same_as="claim.A.1")

w_next = define("w_next", (k, r), w[k, r] - eta * dw[k, r])
def_3_5 = Claim("def.3.5", "definition", 129, "gradient descent moves W against the gradient of the loss",
                eq(w_next[k, r], w[k, r] - eta * Diff(loss, w[k, r])), scope=SIZES, by=by_identity,
                uses=("def.3.3",))
def_3_5.mutant(eq(w_next[k, r], w[k, r] + eta * Diff(loss, w[k, r])), "refuted", "ascent instead of descent")

claims = (def_3_3, claim_a_1, claim_3_4, def_3_5)
