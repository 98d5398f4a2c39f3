"""Definition 3.6: the Gram matrix H, why it is positive semidefinite, and what lambda > 0 asks for (lines 141-156)."""

from __future__ import annotations

from lemmas.eq_1 import SIZES
from lemmas.notation import (
    F,
    H,
    S,
    a,
    i,
    inner,
    j,
    k,
    l,
    l1,
    l2,
    m,
    r,
    s,
    signs,
    vS,
    w,
    x,
)
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Array, Diff, Expr, Index, Var, eq, expr, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

jacobian = Diff(F[l1, i], w[k, r]) * Diff(F[l2, j], w[k, r])

def_3_6 = Claim("def.3.6", "definition", 141, "H is the Jacobian of F times its transpose, divided by m",
                eq(H[l1, l2, i, j], 1 / m * total((k, r), jacobian)), scope=SIZES, by=by_identity, uses=("eq.2",))
def_3_6.mutant(eq(H[l1, l2, i, j], total((k, r), jacobian)), "refuted", "without the factor 1/m")
def_3_6.mutant(eq(H[l1, l2, i, j], m * inner(i, j) * total(r, S[i, r] * S[j, r])), "refuted",
               "without the factors <v, S>")

direction = Array("q", (l, i))  # any vector of R^{nd}


def slope(output: Index, data: Index) -> Expr:
    """dF_{l,i} / d<w_r, x_i>, up to the factor x_i."""
    return m * vS[output, r, data] * S[data, r]


form = total((l1, l2, i, j), direction[l1, i] * direction[l2, j] * H[l1, l2, i, j])
square = total((k, r), total((l, i), direction[l, i] * slope(l, i) * x[k, i]) ** 2)

psd = Claim("def.3.6/psd", "claim", 152, "H is positive semidefinite, at every W and so at initialization",
            form >= 0, scope=SIZES, uses=("def.3.6",))


def _psd(c: Context) -> Theorem:
    """q^T H q is 1/m times a sum of squares."""
    squares = rules.sign(term=square, hyps=c.hyps)
    return rules.combine(squares, goal=c.goal, factors=(1 / m,), hyps=c.hyps)


psd.by = _psd
psd.mutant(form > 0, "refuted", "H is not always positive definite")
psd.mutant(form >= total((l, i), direction[l, i] ** 2), "refuted", "its eigenvalues can be below 1")

diagonal = H[l, l, i, i]
lam_positive = Claim("def.3.6/lambda", "hypothesis", 152, "the smallest eigenvalue of H at initialization is positive",
                     diagonal > 0, scope=SIZES,
                     note="An assumption on the data and the draw: it needs every diagonal entry to be positive, so no "
                          "zero input; equal inputs, or two outputs whose sign rows agree up to a sign on every pair of "
                          "neurons, also make H singular. It holds for n = d2 = 1 (see def.3.6/lambda.single).")
lam_positive.mutant(diagonal > 0, "refuted", "lambda > 0 does not follow from the definitions: x_i = 0 gives a zero row")

zero_input = Claim("def.3.6/lambda.zero", "claim", 152, "a zero input makes H singular: its row vanishes",
                   eq(H[l1, l2, i, j], 0), given=(Given(eq(x[k, i], 0), "the inputs are zero"),), scope=SIZES)


def _zero_row(c: Context) -> Theorem:
    """<x_i, x_j> = 0, and H has this factor."""
    vanish = rules.assume(hyp=eq(x[k, i], 0))
    rest = 1 / m * total(r, vS[l1, r, i] * (m * S[i, r]) * vS[l2, r, j] * (m * S[j, r]))
    hole = Var("_row")
    product = rules.monotone(vanish, template=total(k, hole * x[k, j]) * rest, hole=hole)
    return rules.combine(product, goal=c.goal, factors=(expr(1),))


zero_input.by = _zero_row
zero_input.mutant(eq(H[l1, l2, i, j], 0), "refuted", "not without the hypothesis", drop=(eq(x[k, i], 0),))

balanced = Given(eq(total(s, a[l, s] * S[i, s]), 0), "<a_l, S_i> = 0, as at initialization (Definition 3.7)")
single = Claim("def.3.6/lambda.single", "claim", 152,
               "at initialization every diagonal entry of H is at least |x_i|^2, so lambda > 0 for n = d2 = 1, x != 0",
               inner(i, i) <= diagonal, given=(signs, balanced), scope=SIZES, uses=("fact.A.4",))


def _single(c: Context) -> Theorem:
    """<v_{l,r}, S_i> = a_{l,r}, and m sum S^2 >= 1 because sum (S - 1/m)^2 >= 0."""
    hole = Var("_entry")
    entry = rules.combine(c.given(balanced.rel), goal=eq(vS[l, r, i], a[l, r]), factors=(expr(-1),), hyps=c.hyps)
    lifted = rules.monotone(c.given(signs.rel), template=hole**2, hole=hole, hyps=c.hyps)
    unit = rules.combine(lifted, goal=eq(a[l, r] ** 2, 1), factors=(expr(1),), hyps=c.hyps)
    squared = rules.monotone(entry, template=hole**2, hole=hole, hyps=c.hyps)
    one = rules.transitive(squared, unit)
    summed = rules.monotone(one, template=inner(i, i) * m * total(r, hole * S[i, r] ** 2), hole=hole, hyps=c.hyps)
    spread = rules.sign(term=total(r, (S[i, r] - 1 / m) ** 2), hyps=c.hyps)
    size = rules.sign(term=inner(i, i), hyps=c.hyps)
    lower = rules.combine(spread, size, goal=inner(i, i) <= inner(i, i) * m * total(r, S[i, r] ** 2),
                          factors=(m * inner(i, i), expr(0)), hyps=c.hyps)
    return rules.combine(lower, summed, goal=c.goal, factors=(expr(1), expr(-1)), hyps=c.hyps)


single.by = _single
single.mutant(inner(i, i) <= diagonal, "refuted", "needs <a_l, S_i> = 0", drop=(balanced.rel,))

same_signs = Given(eq(a[l1, r], a[l2, r]), "all outputs have the same signs")
parallel = Claim("def.3.6/lambda.parallel", "claim", 152,
                 "outputs with the same signs give equal columns of H, so H is singular for d2 >= 2",
                 eq(H[l1, l2, i, j], H[l1, l1, i, j]), given=(same_signs,), scope=SIZES,
                 note="At initialization two outputs have the same signs with probability 2^(-m/2) > 0, so lambda > 0 "
                      "never holds with certainty for d2 >= 2.")


def _parallel(c: Context) -> Theorem:
    """Put a_{l1} for a_{l2}, at r and under the sum over s."""
    hole = Var("_sign")
    same_r = rules.combine(c.given(same_signs.rel), goal=eq(a[l2, r], a[l1, r]), factors=(expr(-1),))
    same_s = rules.specialize(same_r, indices={r: s})
    first = rules.monotone(same_r, template=total(s, (hole - a[l2, s]) * S[j, s]), hole=hole)
    second = rules.monotone(same_s, template=total(s, (a[l1, r] - hole) * S[j, s]), hole=hole)
    both = rules.transitive(first, second)
    gram = 1 / m * inner(i, j) * total(r, vS[l1, r, i] * (m * S[i, r]) * hole * (m * S[j, r]))
    return rules.combine(rules.monotone(both, template=gram, hole=hole), goal=c.goal, factors=(expr(1),))


parallel.by = _parallel
parallel.mutant(eq(H[l1, l2, i, j], H[l1, l1, i, j]), "refuted", "not with different signs", drop=(same_signs.rel,))

claims = (def_3_6, psd, lam_positive, zero_input, parallel, single)
