"""Claim E.6 and Eq. 20: how Appendix E rewrites v2 and F(tau+1) - F(tau) before it bounds them (lines 1482-1533).

As in lemmas.lemma_e_1, u[i,r] = -eta <Delta w_r, x_i>, and rho[i,r] = e^u - 1 - u stands for Theta(1) u^2.
"""

from __future__ import annotations

from lemmas.eq_1 import SIZES
from lemmas.lemma_e_1 import FAR, F_gap, after, factored, rho, u, v2
from lemmas.notation import E, S, a, alpha, dot, i, l, m, r, signs, w
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Expr, Var, eq, exp, expr, mul, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

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

claims = (e_6_v2, eq_20)
