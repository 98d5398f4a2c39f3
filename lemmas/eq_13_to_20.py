"""Eq. 13 to 16 and 20: how Appendix E rewrites v0, v1, v2 and F(tau+1) - F(tau) before it bounds them (lines 1248-1533).

As in lemmas.lemma_e_1, u[i,r] = -eta <Delta w_r, x_i>, and rho[i,r] = e^u - 1 - u stands for Theta(1) u^2.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.claim_3_4 import residual
from lemmas.eq_1 import SIZES
from lemmas.lemma_e_1 import FAR, F_gap, after, factored, rho, u, v0, v2
from lemmas.notation import E, F, H, S, a, alpha, dot, dw, eta, i, inner, j, k, l, l1, l2, m, r, s, signs, vS, w, x, y
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Delta, Expr, Var, define, eq, exp, expr, mul, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

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

# ---------------------------------------------------------------- Claim E.6 and Eq. 20

weighted_rho = m * total(r, a[l, r] * S[i, r] * rho[i, r])
e_6_v2 = Claim("claim.E.6/v2", "claim", 1482, "|v2| = m sum_r a_{l,r} S_{i,r} eta^2 p_{i,r} <x_i, Delta w_r>^2",
               eq(abs(v2), weighted_rho), scope=SIZES, printed=True, hint=FAR,
               note="The right side can be negative. eta^2 p <x_i, Delta w_r>^2 is rho; that p is in [-1, 1] needs the "
                    "gradient property, see lemma.E.1/theta.")
e_6_v2.repair = Repair("claim.E.6/v2/repair", "Without the absolute value it is an identity.", by=by_identity,
                       rel=eq(v2, weighted_rho))
e_6_v2.mutant(eq(v2, weighted_rho / m), "refuted", "without the factor m", hint=FAR)

split = m * total(r, a[l, r] * ((1 / after.alpha[i] * after.E[i, r] - 1 / alpha[i] * after.E[i, r])
                                + (1 / alpha[i] * after.E[i, r] - 1 / alpha[i] * E[i, r])))
inverse_moves = m * total(r, abs(1 / after.alpha[i] - 1 / alpha[i]) * exp(dot(after.weights, r, i)))
exp_moves = m * total(r, 1 / alpha[i] * exp(dot(w, r, i)) * abs(exp(u[i, r]) - 1))
eq_20 = Claim("claim.E.7/eq20", "claim", 1518, "|F(tau+1) - F(tau)| by how 1/alpha and how exp move",
              abs(F_gap) <= inverse_moves + exp_moves, given=(Given(signs.rel, signs.words, implicit=True),), scope=SIZES)
eq_20.step("1", eq(F_gap, split), by_identity, line=1521, why="the definition of F; a term is added and taken away",
           rule="identity")


def _unsigned(c: Context, *move: Expr) -> Theorem:
    """|m sum_r a_{l,r} move| <= m sum_r |move|, factor by factor, because |a_{l,r}| = 1."""
    hole = Var("_move")
    term = mul(a[l, r], *move)
    inside = rules.triangle(term=abs(total(r, term)), hyps=c.hyps)
    lifted = rules.monotone(inside, template=m * hole, hole=hole, hyps=c.hyps)
    factors = rules.abs_product(term=abs(term), hyps=c.hyps)
    apart = rules.monotone(factors, template=m * total(r, hole), hole=hole, hyps=c.hyps)
    sizes = mul(hole, *(abs(factor) for factor in move))
    units = rules.monotone(c.given(signs.rel), template=m * total(r, sizes), hole=hole, hyps=c.hyps)
    return c.chain(c.identity(abs(m * total(r, term)), lifted.concl.lhs), lifted,
                   c.identity(lifted.concl.rhs, apart.concl.lhs), apart, c.identity(apart.concl.rhs, units.concl.lhs), units)


def _eq_20(c: Context) -> Theorem:
    """The triangle inequality, between the two sums and inside each."""
    moves = ((1 / after.alpha[i] - 1 / alpha[i], exp(dot(after.weights, r, i))),
             (alpha[i] ** -1, exp(dot(w, r, i)), exp(u[i, r]) - 1))
    whole = c.identity(abs(F_gap), abs(factored))
    apart = rules.triangle(term=abs(factored), hyps=c.hyps)
    one, two = (_unsigned(c, *move) for move in moves)
    both_moves = apart.concl.rhs <= one.concl.rhs + two.concl.rhs
    summed = rules.combine(one, two, goal=both_moves, factors=(expr(1), expr(1)), hyps=c.hyps)
    return c.chain(whole, apart, summed, c.identity(summed.concl.rhs, c.goal.rhs))


eq_20.step("2", abs(F_gap) <= inverse_moves + exp_moves, _eq_20, line=1529, rule="triangle",
           why="the triangle inequality, and a_{l,r} is -1 or 1")
eq_20.by = lambda c: c.step("claim.E.7/eq20/2")
eq_20.mutant(abs(F_gap) <= inverse_moves, "refuted", "without the second sum", hint=FAR)
eq_20.mutant(abs(F_gap) <= exp_moves - inverse_moves, "refuted", "with a minus sign", hint=FAR)

claims = (eq_13, eq_14, eq_15, eq_16, e_6_v2, eq_20)
