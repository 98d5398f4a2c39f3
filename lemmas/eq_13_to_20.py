"""Eq. 13 to 16: how Appendix E rewrites v0 and v1 before it bounds them (lines 1248-1350).

As in lemmas.lemma_e_1, u[i,r] = -eta <Delta w_r, x_i>, and rho[i,r] = e^u - 1 - u stands for Theta(1) u^2.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.claim_3_4 import residual
from lemmas.eq_1 import SIZES
from lemmas.lemma_e_1 import FAR, after, rho, u, v0
from lemmas.notation import E, F, H, S, a, alpha, dot, dw, eta, i, inner, j, k, l, l1, l2, m, r, s, vS, w, x, y
from proofcheck.claims import Claim, Repair
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Delta, Expr, define, eq, exp, total
from proofcheck.prove.context import by_identity

TILTED = Point(FAR.scalars, {**FAR.arrays, "w": [[Fraction(1), Fraction(0)]]})  # the two neurons differ: <a_l, S_i> is not 0

# ---------------------------------------------------------------- Eq. 13 and 14: v0

both = 1 / after.alpha[i] * (1 / alpha[i])
second_order = define("second_order", (l, i), total(r, a[l, r] * both * total(s, E[i, s] * rho[i, s]) * after.E[i, r]))[l, i]


def over_neurons(change: Expr) -> Expr:
    """m times the sum of a_{l,r} / (alpha_i(tau+1) alpha_i(tau)) times a change of alpha_i times exp at tau+1."""
    return m * total(r, a[l, r] * both * change * after.E[i, r])


first_order = total(r, a[l, r] * total(s, u[i, s] * S[i, s] * after.S[i, r]))
lines = (
    m * total(r, a[l, r] * (1 / after.alpha[i] - 1 / alpha[i]) * after.E[i, r]),
    over_neurons(after.alpha[i] - alpha[i]),
    over_neurons(total(s, after.E[i, s] - E[i, s])),
    m * (total(r, a[l, r] * both * total(s, u[i, s] * E[i, s] * after.E[i, r])) + second_order),
    m * (first_order + second_order),
)
eq_13 = Claim("lemma.E.3/eq13", "claim", 1248, "v0 = m (first-order term + eta^2 Delta_2)", eq(v0, lines[4]), scope=SIZES,
              hint=FAR, note="The second line turns 1/a - 1/b = (b - a)/(a b) round. A bound of |C0| does not feel it.")
eq_13.step("1", eq(v0, lines[0]), by_identity, line=1250, why="the definition of v0", rule="identity")
eq_13.step("2", eq(lines[0], lines[1]), by_identity, line=1251, rule="identity",
           why="1/a - 1/b = (b - a)/(a b), but a = alpha(tau+1) and b = alpha(tau) are exchanged")
eq_13.step("3", eq(lines[1], lines[2]), by_identity, line=1252, why="<1, .> as a sum", rule="identity")
eq_13.step("4", eq(lines[2], lines[3]), by_identity, line=1253, why="exp(u) - 1 = u + rho, which defines eta^2 Delta_2",
           rule="identity")
eq_13.step("5", eq(lines[3], lines[4]), by_identity, line=1254, rule="identity",
           why="the definition of the softmax; the paper's reason, |u| <= 0.01, is that of the line before")
eq_13.repair = Repair("lemma.E.3/eq13/repair", "With the opposite sign it is an identity, for all sizes and every step.",
                      by=by_identity, rel=eq(v0, -lines[4]))
eq_13.mutant(eq(v0, -m * first_order), "refuted", "nor is v0 the first-order term alone", hint=FAR)

Q1_0 = 1 / m * total(r, a[l, r] * u[i, r] * S[i, r] * after.S[i, r])
Q2_0 = 1 / m * total(r, a[l, r] * total(s, (1 - Delta(r, s)) * u[i, s] * S[i, s]) * after.S[i, r])
eq_14 = Claim("lemma.E.3/eq14", "claim", 1262, "the first-order term of v0 is m^2 (Q1 + Q2)",
              eq(m * first_order, m**2 * (Q1_0 + Q2_0)), scope=SIZES, by=by_identity, printed=True)
eq_14.mutant(eq(m * first_order, m * (Q1_0 + Q2_0)), "refuted", "without the square", hint=FAR)
eq_14.mutant(eq(m * first_order, m**2 * Q2_0), "refuted", "without Q1", hint=FAR)

# ---------------------------------------------------------------- Eq. 15 and 16: v1, with the gradient for Delta w

pull = -eta * total((j, l2), (F[l2, j] - y[l2, j]) * (vS[l2, r, j] * S[j, r]) * inner(j, i))
v1 = m * total(r, a[l, r] * (1 / alpha[i]) * exp(dot(w, r, i)) * (-eta * total(k, dw[k, r] * x[k, i])))
with_softmax = m * total(r, a[l, r] * S[i, r] * (-eta * total(k, x[k, i] * dw[k, r])))
with_gradient = m**2 * total(r, a[l, r] * S[i, r] * pull)
Q1, Q2 = total(r, vS[l, r, i] * S[i, r] * pull), total(r, total(s, a[l, s] * S[i, s]) * S[i, r] * pull)
eq_15 = Claim("lemma.E.4/eq15", "claim", 1335, "v1 = m^2 (Q1 + Q2)", eq(v1, m**2 * (Q1 + Q2)), scope=SIZES)
eq_15.step("1", eq(v1, with_softmax), by_identity, line=1337, why="the definition of the softmax", rule="identity")
eq_15.step("2", eq(with_softmax, with_gradient), by_identity, line=1338, why="Claim 3.4", uses=("claim.A.1",),
           rule="identity")
eq_15.step("3", eq(with_gradient, m**2 * (Q1 + Q2)), by_identity, line=1339, why="<a_{l,r} 1, S_i> = a_{l,r}",
           uses=("fact.A.4",), rule="identity")
eq_15.mutant(eq(v1, m * (Q1 + Q2)), "refuted", "without the square", hint=FAR)
eq_15.mutant(eq(v1, m**2 * (Q1 - Q2)), "refuted", "with the opposite sign of Q2", hint=TILTED)

form = total((l1, l2, i, j), (F[l1, i] - y[l1, i]) * H[l1, l2, i, j] * (F[l2, j] - y[l2, j]))
eq_16 = Claim("lemma.E.4/eq16", "claim", 1350, "the sum of Q1 (F - Y) is -(eta/m) vec(F - Y)^T H(tau) vec(F - Y)",
              eq(total((i, l), Q1 * residual), -(1 / m) * eta * form), scope=SIZES, by=by_identity, printed=True)
eq_16.mutant(eq(total((i, l), Q1 * residual), -eta * form), "refuted", "without the factor 1/m", hint=FAR)
eq_16.mutant(eq(total((i, l), Q1 * residual), 1 / m * eta * form), "refuted", "with the opposite sign", hint=FAR)

claims = (eq_13, eq_14, eq_15, eq_16)
