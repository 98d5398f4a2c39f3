"""Lemma 5.1's company, Remark 5.2 and Lemma 5.3 (lines 200-246).  Lemma 5.1 itself stands beside Lemma B.2."""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_3_7 import p, pair_exp, t
from lemmas.lemma_c import CHOSEN, bound_D, motion
from lemmas.lemma_e_2 import R_chosen, radius
from lemmas.notation import B, R, R_positive, d2, i, k, n, x
from lemmas.table_1 import DRAWN_N, SCOPE, exp_of_B, measured_motion, of_n
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, Var, eq, exp, expr, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

HOLE = Var("_part")
ONE = Fraction(1)

# ---------------------------------------------------------------- Lemma 5.1 beside the other two networks

others = Claim("lemma.5.1/relu-exp", "cited", 210, "|H(W) - H(W~)|_F <= 2 R n for ReLU and 3 R n^{1+o(1)} for exp",
               source="[97], Lemma 4.2; [48], Lemma 6.7", evidence=measured_motion,
               note="The measured values are the worst over a few moves, in units of R n; for exp the hidden n^{o(1)} has "
                    "to hold more than the constant 3 does.")
ours = Claim("lemma.5.1/softmax", "claim", 210, "for d2 = 1, R n d exp(10B) is R n^{1+o(1)}",
             R * n * d2 * exp(10 * B) <= of_n(10) * R * n, given=(*DRAWN_N, R_positive), scope=SCOPE,
             uses=("thm.4.2/small-o", "lemma.5.1"),
             note="The constant in n^{o(1)} depends on sigma and is at least exp(10), where ReLU has 2.")


def _ours(c: Context) -> Theorem:
    powers = rules.monotone(exp_of_B(c, 10), c.given(R_positive.rel), template=R * n * d2 * HOLE, hole=HOLE, hyps=c.hyps)
    single = rules.monotone(c.given(eq(d2, 1)), template=R * n * HOLE * of_n(10), hole=HOLE, hyps=c.hyps)
    return c.chain(powers, c.identity(powers.concl.rhs, single.concl.lhs), single, c.identity(single.concl.rhs, c.goal.rhs))


ours.by = _ours
ours.mutant(R * n * d2 * exp(10 * B) <= 2 * R * n, "refuted", "with the constant 2 of ReLU", hint=Point(
    {"n": Fraction(2), "d2": ONE, "R": Fraction(1, 200), "C": Fraction(11), "sigma": Fraction(1, 100), "h": ONE,
     "delta": Fraction(1, 100)}))

# ---------------------------------------------------------------- Remark 5.2

# one data point, one output, signs 1 and -1 in every pair; the neurons with sign 1 move by R x_i


def kernel(growth: Expr | int) -> Expr:
    """H_{i,i} where exp<w_r, x_i> of the neurons with sign 1 has grown by a factor, over the m = 2p neurons."""
    up, down = growth * pair_exp[i, t], pair_exp[i, t]
    whole = total(t, up + down)
    plus, minus = total(t, up) / whole, total(t, down) / whole
    squares = total(t, (2 * minus * 2 * p * up / whole) ** 2 + (-2 * plus * 2 * p * down / whole) ** 2)
    return total(k, x[k, i] ** 2) / (2 * p) * squares


unit_input = Given(eq(total(k, x[k, i] ** 2), 1), "|x_i| = 1")
before, after = kernel(1), kernel(exp(R))
remark = Claim("remark.5.2", "remark", 212, "E[H(W) - H(W~)] is not 0: for this W its diagonal falls for every draw of W~",
               after < before, given=(R_positive, unit_input),
               scope="d2 = 1, all n, d1 and even m; W: neurons with sign 1 moved by R x_i, the others not",
               note="H is bounded at fixed m, so the mean exists and is negative, too. That concentration cannot help is "
                    "not shown by this; the paper only says that it may not.")
SHARE = Var("S")  # exp(R)
lost = 16 * SHARE**2 / (1 + SHARE) ** 4


def _remark(c: Context) -> Theorem:
    """H(W) = 16 P^2 (1-P)^2 H(W~) with P = exp(R)/(1 + exp(R)), which is not 1/2."""
    ratio = c.at(prove_scalar(lost < 1, (SHARE > 1,)), values={SHARE: exp(R)},
                 discharge=(prove_scalar(exp(R) > 1, (R > 0,)),))
    plain = (2 * p) * total(t, pair_exp[i, t] ** 2) / total(t, pair_exp[i, t]) ** 2 / 2
    left = 16 * exp(R) ** 2 / (1 + exp(R)) ** 4
    values = _in_units(c, before, plain), _in_units(c, after, left * plain)
    positive = rules.sign(term=plain, hyps=c.hyps)
    return rules.combine(*values, ratio, positive, goal=c.goal, factors=(expr(-1), expr(1), plain), hyps=c.hyps)


def _in_units(c: Context, entry: Expr, short: Expr) -> Theorem:
    """The entry, with |x_i|^2 = 1."""
    length = total(k, x[k, i] ** 2)
    found = rules.monotone(c.given(unit_input.rel), template=HOLE * short, hole=HOLE, hyps=c.hyps)
    return rules.transitive(c.identity(entry, length * short), rules.transitive(found, c.identity(found.concl.rhs, short)))


remark.by = _remark
remark.mutant(before < after, "refuted", "with the opposite sign")
remark.mutant(after < before, "refuted", "not where nothing moves", drop=(R_positive.rel,), hint=Point(
    {"n": ONE, "p": ONE, "d1": ONE, "R": Fraction(0)}, {"u": [[0]], "x": [[1]]}))

# ---------------------------------------------------------------- Lemma 5.3

induction = Claim("lemma.5.3", "lemma", 218, "the induction: weights, loss and gradient at tau + 1",
                  parts=("lemma.C.2", "lemma.C.3", "lemma.C.4"),
                  note="Together with thm.C.1/base and thm.C.1/weights this is to be an induction, but the loss comes out "
                       "with the rate m eta lambda/4 and goes in with m eta lambda/2: see lemma.C.3/closes and its repair. "
                       "The gradient part needs the weights at tau + 1, so the three conclusions are not side by side: C.2 "
                       "comes before C.4.")
D_below = Given(bound_D < radius, "D < R")
weights = Claim("lemma.5.3/weights", "claim", 228, "the weights property goes on: at most D at tau + 1, and D < R",
                motion <= R, given=(*CHOSEN, R_chosen, Given(motion <= bound_D, "the conclusion of Lemma C.2"), D_below),
                scope="all sizes; on the event of Lemma B.1 Part 1", uses=("lemma.C.2", "lemma.E.2"))


def _weights(c: Context) -> Theorem:
    equal = rules.combine(c.given(R_chosen.rel), goal=eq(radius, R), factors=(expr(-1),), hyps=c.hyps)
    return c.chain(c.given(motion <= bound_D), c.given(D_below.rel), equal)


weights.by = _weights
weights.mutant(motion <= R, "refuted", "needs D < R", drop=(D_below.rel,))

claims = (others, ours, remark, weights, induction)
