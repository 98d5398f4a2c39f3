"""Lemma B.2 = Lemma 5.1: how the Gram matrix H moves when every w_r moves by at most R (lines 756-855).

Here the paper's W~ is the Gaussian matrix and W the moved one, the other way round than in Lemma B.1.  As in
lemmas.lemma_b_1, ``w`` is the Gaussian matrix and ``v`` the moved one, so the paper's alpha_i, exp_{i,r}, S_i are
alpha_v, E_v, S_v here, and its alpha~_i, exp~_{i,r}, S~_i are alpha, E, S.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.lemma_b_1 import NEAR, P, Q
from lemmas.notation import (
    B,
    R,
    a,
    d2,
    dot,
    event,
    i,
    inner,
    j,
    k,
    l,
    l1,
    l2,
    m,
    moved,
    n,
    net,
    r,
    s,
    signs,
    v,
    w,
    x,
    z,
)
from proofcheck.claims import Citation, Claim, Given, Proof, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.signs import match
from proofcheck.kernel.terms import Array, Expr, Index, Num, Rel, Var, add, define, eq, exp, expr, mul, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_bounds, by_identity, by_scalar

signs_implicit = Given(signs.rel, signs.words, implicit=True)
FULL = (*NEAR, event, signs_implicit)
OWN = (*NEAR, event, signs)  # for claims that the paper does not print
SCOPE = "all n, m, d1, d2 >= 1; B >= 1; 0 < R < 1/100; on the event of Lemma B.1 Part 1"

H_move = moved.H[l1, l2, i, j] - net.H[l1, l2, i, j]
lemma = Claim("lemma.B.2", "lemma", 756, "the Gram matrix is stable under small moves of the weights", scope=SCOPE,
              parts=("lemma.B.2.1", "lemma.B.2.2"), given=FULL,
              note="The paper leaves out that a_{l,r} is -1 or 1, and writes alpha~_i with a matrix V that the lemma does "
                   "not have. Its bounds use the event of Part 1 for W, although here W~ is the Gaussian matrix.")
part_1 = Claim("lemma.B.2.1", "part", 778, "|H(W) - H(W~)| <= R exp(10B), entry by entry",
               abs(H_move) <= R * exp(10 * B), given=FULL, scope=SCOPE,
               latex=r"\lvert\tilde{H}_{l_1,l_2,i,j}-H_{l_1,l_2,i,j}\rvert \le Re^{10B}")
frobenius = sqrt(total((l1, l2, i, j), abs(H_move) ** 2))
part_2 = Claim("lemma.B.2.2", "part", 781, "|H(W) - H(W~)|_F <= R n d exp(10B)", frobenius <= R * n * d2 * exp(10 * B),
               given=FULL, scope=SCOPE, latex=r"\lVert\tilde{H}-H\rVert_F \le Rnd_2e^{10B}")


def mean_over_neurons(body: Expr) -> Expr:
    """(1/m) times the sum over the neurons."""
    return 1 / m * total(r, body)


old, new = net, moved  # the paper's W~ and W
inv_new_i, inv_new_j = 1 / new.alpha[i], 1 / new.alpha[j]
inv_old_i, inv_old_j = 1 / old.alpha[i], 1 / old.alpha[j]
vS_new_i, vS_new_j = new.vS[l1, r, i], new.vS[l2, r, j]
vS_old_i, vS_old_j = old.vS[l1, r, i], old.vS[l2, r, j]
E_new, E_old = new.E[i, r] * new.E[j, r], old.E[i, r] * old.E[j, r]

stations = (
    inv_new_i * inv_new_j * mean_over_neurons(vS_new_i * vS_new_j * E_new),
    inv_new_i * inv_new_j * mean_over_neurons(vS_new_i * vS_new_j * E_old),
    inv_new_i * inv_new_j * mean_over_neurons(vS_new_i * vS_old_j * E_old),
    inv_new_i * inv_new_j * mean_over_neurons(vS_old_i * vS_old_j * E_old),
    inv_new_i * inv_old_j * mean_over_neurons(vS_old_i * vS_old_j * E_old),
    inv_old_i * inv_old_j * mean_over_neurons(vS_old_i * vS_old_j * E_old),
)
B1, B2, B3, B4, B5 = (define(f"B_{t + 1}", (l1, l2, i, j), stations[t] - stations[t + 1])[l1, l2, i, j]
                      for t in range(5))


# ---------------------------------------------------------------- the telescope


def _inputs(c: Context) -> Theorem:
    """|<x_i, x_j>| <= 1, by Cauchy-Schwarz."""
    return c.bound(abs(inner(i, j)) <= 1, rules.cauchy_schwarz(index=k, f=x[k, i], g=x[k, j]))


def _telescope(c: Context) -> Theorem:
    """H(W) - H(W~) = m^2 <x_i, x_j> (B1 + ... + B5), and |<x_i, x_j>| <= 1."""
    whole = B1 + B2 + B3 + B4 + B5
    factored = rules.abs_product(term=abs(inner(i, j) * whole), hyps=c.hyps)
    hole = Var("_size")
    shrunk = rules.monotone(_inputs(c), template=hole * abs(whole), hole=hole, hyps=c.hyps)
    split = rules.triangle(term=abs(whole), hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, factored.concl.lhs), factored, shrunk,
                   c.identity(shrunk.concl.rhs, abs(whole)), split)


sum_of_terms = abs(B1) + abs(B2) + abs(B3) + abs(B4) + abs(B5)
lemma.step("telescope", abs(H_move) / m**2 <= sum_of_terms, _telescope, line=784, why="the triangle inequality",
           rule="triangle", typo="alpha~_i is introduced through a matrix V that this lemma does not have",
           latex=r"\frac{\lvert\tilde{H}_{l_1,l_2,i,j}-H_{l_1,l_2,i,j}\rvert}{m^2} \le \brk\lvert "
                 r"B^{(1)}_{l_1,l_2,i,j}\rvert+\brk\lvert B^{(2)}_{l_1,l_2,i,j}\rvert+\brk\lvert "
                 r"B^{(3)}_{l_1,l_2,i,j}\rvert+\brk\lvert B^{(4)}_{l_1,l_2,i,j}\rvert+\brk\lvert "
                 r"B^{(5)}_{l_1,l_2,i,j}\rvert")

# ---------------------------------------------------------------- B1



def at_sum(weights: Array) -> Expr:
    """<w_r, x_i + x_j>."""
    return total(k, weights[k, r] * (x[k, i] + x[k, j]))


exp_gap = exp(at_sum(v)) - exp(at_sum(w))
B1_rewritten = inv_new_i * inv_new_j * mean_over_neurons(vS_new_i * vS_new_j * exp_gap)
lemma.step("B1-rewrite", eq(B1, B1_rewritten), by_identity, line=800, why="exp of a sum", rule="identity")


def vs_bound(side: str, data: Index, output: Index) -> Proof:
    """|<v_{l,r}, S_i>| <= 2, at chosen indices."""
    return lambda c: c.at(c.theorem(f"lemma.B.2.vS{side}"), {i: data, l: output})


def _vs(soft: Array) -> Proof:
    """|a_{l,r} - a_{l,s}| <= 2, and S_i sums to one."""

    def proof(c: Context) -> Theorem:
        first = rules.triangle(term=abs(total(s, (a[l, r] - a[l, s]) * soft[i, s])), hyps=c.hyps)
        entry = rules.triangle(term=abs(a[l, r] - a[l, s]), hyps=c.hyps)
        spread = c.chain(entry, c.bound(entry.concl.rhs <= 2, c.given(signs.rel)))
        hole = Var("_spread")
        summed = rules.monotone(spread, template=total(s, hole * soft[i, s]), hole=hole, hyps=c.hyps)
        opened = c.identity(first.concl.rhs, summed.concl.lhs)
        return c.chain(c.identity(c.goal.lhs, first.concl.lhs), first, opened, summed,
                       c.identity(summed.concl.rhs, expr(2)))

    return proof


vs_old = Claim("lemma.B.2.vS", "claim", 806, "|<v_{l,r}, S_i>| <= 2", abs(old.vS[l, r, i]) <= 2,
               given=(signs,), scope="all sizes, a in {-1, 1}", by=_vs(old.S), uses=("fact.A.4",))
vs_new = Claim("lemma.B.2.vS_v", "claim", 806, "|<v_{l,r}, S_i>| <= 2 at the moved weights",
               abs(new.vS[l, r, i]) <= 2, given=(signs,), scope="all sizes, a in {-1, 1}", by=_vs(new.S),
               uses=("fact.A.4",))
vs_new.mutant(abs(new.vS[l, r, i]) <= 1, "refuted", "with 1")
vs_old.mutant(abs(old.vS[l, r, i]) <= 1, "refuted", "with 1")
vs_old.mutant(abs(old.vS[l, r, i]) <= 2, "refuted", "needs a in {-1, 1}", drop=(signs.rel,))

lemma.step("B1-holder", abs(vS_new_i * vS_new_j) <= 4,
           lambda c: c.bound(None, vs_bound("_v", i, l1)(c), vs_bound("_v", j, l2)(c)), line=806,
           why="the entries of v are at most 2, the softmax sums to one", uses=("lemma.B.2.vS_v", "fact.A.4"),
           rule="hoelder")
lemma.step("B1-alpha", 1 / new.alpha[i] <= exp(B) / m, None, line=806, uses=("lemma.B.1.4.lower",),
           why="Part 4 of Lemma B.1 is about the Gaussian matrix, but alpha_i belongs to the moved one, for which Part 5 "
               "gives exp(B + R)/m; the line would be true with the roles of W and W~ exchanged",
           citation=Citation("lemma.B.1.4.lower", abs(dot(v, r, i)) <= B,
                             "the event |<w_r, x_i>| <= B for the matrix that alpha_i belongs to"),
           latex=r"\frac{1}{\tilde{\alpha}_i} \le \frac{e^B}{m}")
lemma.step("B1-alpha.moved", 1 / new.alpha[i] <= exp(B + R) / m, by_bounds("lemma.B.1.5.lower"), line=806,
           uses=("lemma.B.1.5.lower",), why="what Part 5 gives for the moved matrix", rule="monotone")


def _exp_at_sum(c: Context) -> Theorem:
    """Convexity at <v_r, x_i + x_j> and <w_r, x_i + x_j>, which differ by at most 2R."""
    found = c.theorem("lemma.B.1.convex")
    for var, weights in ((P, at_sum(w)), (Q, at_sum(v))):
        found = rules.instantiate(found, parameter=var, term=weights)
    tall = exp(2 * B + 2 * R)
    high = c.bound(old.E[i, r] * old.E[j, r] <= tall, *_upper_exps(c, 4))
    low = c.bound(new.E[i, r] * new.E[j, r] <= tall, *_upper_exps(c, 5))
    top = rules.max_bound(*(rules.combine(t, goal=e <= tall, factors=(expr(1),), hyps=c.hyps)
                            for t, e in ((high, exp(at_sum(w))), (low, exp(at_sum(v))))))
    shift = rules.combine(c.theorem("eq.7"), goal=abs(at_sum(w) - at_sum(v)) <= 2 * R, factors=(expr(1),), hyps=c.hyps)
    both = c.bound(found.concl.rhs <= tall * (2 * R), top, shift)
    return c.chain(found, both, c.identity(tall * (2 * R), c.goal.rhs))


def _upper_exps(c: Context, part: int) -> tuple[Theorem, Theorem]:
    """exp <= ... at the indices i and j."""
    found = c.theorem(f"lemma.B.1.{part}.upper")
    return found, c.at(found, {i: j})


exp_gap_size = abs(exp(at_sum(w)) - exp(at_sum(v)))
lemma.step("B1-exp", exp_gap_size <= 2 * R * exp(2 * B + 2 * R), None, line=812, instead=_exp_at_sum,
           uses=("lemma.B.1.convex", "lemma.B.1.4.upper", "lemma.B.1.5.upper", "eq.7"), rule="mean value",
           why="Part 7 of Lemma B.1 is about inputs of norm at most 1, and x_i + x_j can have norm 2; the bound "
               "follows from Eq. 7, Parts 4 and 5 and convexity",
           citation=Citation("lemma.B.1.7", sqrt(total(k, (x[k, i] + x[k, j]) ** 2)) <= 1,
                             "an input of norm at most 1 in place of x_i + x_j"),
           latex=r"\lvert\exp(\langle w_r,x_i+x_j\rangle)-\exp(\langle v_r,x_i+x_j\rangle)\rvert \le 2Re^{2B+2R}")


def _inverse_alphas(c: Context) -> tuple[Theorem, ...]:
    """What bounds 1/alpha and 1/alpha_v: the exponentials from below."""
    return c.theorem("lemma.B.1.4.lower"), c.theorem("lemma.B.1.5.lower")


def _vs_all(c: Context) -> tuple[Theorem, ...]:
    return tuple(vs_bound(side, data, output)(c) for side in ("", "_v") for data, output in ((i, l1), (j, l2)))


def _exps(c: Context) -> tuple[Theorem, ...]:
    return (*_upper_exps(c, 4), *_upper_exps(c, 5))


BASICS = ("lemma.B.1.4.lower", "lemma.B.1.4.upper", "lemma.B.1.5.lower", "lemma.B.1.5.upper", "lemma.B.2.vS",
          "lemma.B.2.vS_v")


def _b1(c: Context) -> Theorem:
    """The three bounds, with exp(B + R)/m for 1/alpha: 4 <= 5 in the exponent absorbs the R."""
    start = c.identity(abs(B1), abs(B1_rewritten))
    return c.chain(start, c.bound(abs(B1_rewritten) <= c.goal.rhs, c.step("lemma.B.2/B1-exp"), *_inverse_alphas(c),
                                  *_vs_all(c)))


lemma.step("B1", abs(B1) <= 8 * R / m**2 * exp(5 * B), None, line=815, instead=_b1, uses=BASICS, rule="monotone",
           why="from the bounds above; with exp(B + R)/m in place of exp(B)/m it still holds, because 4R <= B")

# ---------------------------------------------------------------- B2 to B5

vs_gap_j, vs_gap_i = vS_new_j - vS_old_j, vS_new_i - vS_old_i


def _vs_gap(c: Context) -> Theorem:
    """Part 13 of Lemma B.1 with z = (a_{l,r} 1 - a_l)/2."""
    q = Index("r2", m)
    spread = rules.triangle(term=abs(a[l, r] - a[l, q]), hyps=c.hyps)
    half = c.chain(spread, c.bound(spread.concl.rhs <= 2, c.given(signs.rel)))
    unit = rules.combine(half, goal=abs((a[l, r] - a[l, q]) / 2) <= 1, factors=(Num(Fraction(1, 2)),), hyps=c.hyps)
    found = c.at(c.theorem("lemma.B.1.13"), arrays={z: ((q,), (a[l, r] - a[l, q]) / 2)})
    for hyp in found.hyps - set(c.hyps):
        fitted = rules.specialize(unit, indices=match(unit.concl.lhs, hyp.lhs) or {})
        found = rules.cut(rules.combine(fitted, goal=hyp, factors=(expr(1),), hyps=c.hyps), found)
    return rules.combine(found, goal=c.goal, factors=(expr(2),), hyps=c.hyps)


vs_gap = Claim("lemma.B.2.vS.gap", "claim", 820, "|<v_{l,r}, S_i> - <v_{l,r}, S~_i>| <= 2R exp(4B + 3R)",
               abs(new.vS[l, r, i] - old.vS[l, r, i]) <= 2 * R * exp(4 * B + 3 * R), given=OWN, scope=SCOPE,
               by=_vs_gap, uses=("lemma.B.1.13",), note="The paper uses 4R in place of 2R.")
vs_gap.mutant(abs(new.vS[l, r, i] - old.vS[l, r, i]) <= R / 2, "refuted", "with R/2")


def _product_bound(c: Context) -> Theorem:
    """Bound every factor of the line before."""
    return c.bound(None, *_inverse_alphas(c), *_vs_all(c), *_exps(c), *_gaps(c))


def _gaps(c: Context) -> tuple[Theorem, ...]:
    """The differences of <v, S> and of 1/alpha, at (i, l1) and at (j, l2), in both orders."""
    vs = c.theorem("lemma.B.2.vS.gap")
    inverse = c.theorem("lemma.B.1.9")
    return (c.at(vs, {i: i, l: l1}), c.at(vs, {i: j, l: l2}), inverse, c.at(inverse, {i: j}))


def _abs_inside(target: Expr) -> Proof:
    """|product with a sum| <= product of absolute values, with the absolute values inside the sum."""

    def proof(c: Context) -> Theorem:
        factored = rules.abs_product(term=abs(target), hyps=c.hyps)
        *front, summed = factored.concl.rhs.args  # type: ignore[attr-defined]
        hole = Var("_sum")
        split = rules.triangle(term=summed, hyps=c.hyps)
        lifted = rules.monotone(split, template=mul(*front, hole), hole=hole, hyps=c.hyps)
        apart = rules.abs_product(term=split.concl.rhs.body, hyps=c.hyps)  # type: ignore[attr-defined]
        inside = rules.monotone(apart, template=mul(*front, total(r, hole)), hole=hole, hyps=c.hyps)
        return c.chain(factored, lifted, inside, c.identity(inside.concl.rhs, c.goal.rhs))

    return proof


def _toward(c: Context, goal: Rel) -> Context:
    """The same surroundings with another goal."""
    return Context(goal, c.hyps, c.prover)


def _likewise(term: Expr, rewritten: Expr, inside: Expr, printed: Expr, bound: Expr) -> Proof:
    """The same four lines for a term that the paper only calls similar."""
    return lambda c: c.chain(
        c.identity(abs(term), abs(rewritten)), _abs_inside(rewritten)(_toward(c, abs(rewritten) <= inside)),
        _product_bound(_toward(c, inside <= printed)), c.scalar(printed <= bound))


B2_rewritten = inv_new_i * inv_new_j * (1 / m) * total(r, vS_new_i * E_old * vs_gap_j)
B2_inside = inv_new_i * inv_new_j * mean_over_neurons(abs(vS_new_i) * E_old * abs(vs_gap_j))
B3_rewritten = inv_new_i * inv_new_j * (1 / m) * total(r, vs_gap_i * vS_old_j * E_old)
B3_inside = inv_new_i * inv_new_j * mean_over_neurons(abs(vs_gap_i) * abs(vS_old_j) * E_old)
inverse = exp(B) / m
printed_23 = inverse * inverse * 2 * exp(B + R) * exp(B + R) * (4 * R * exp(4 * B + 3 * R))
bound_23 = 8 * R / m**2 * exp(9 * B)
lemma.step("B2.1", eq(abs(B2), abs(B2_rewritten)), by_identity, line=820, why="factor out", rule="identity")
lemma.step("B2.2", abs(B2_rewritten) <= B2_inside, _abs_inside(B2_rewritten), line=820, why="triangle inequality",
           rule="triangle")
lemma.step("B2.3", B2_inside <= printed_23, _product_bound, line=822, uses=(*BASICS, "lemma.B.2.vS.gap"),
           why="the bounds of the factors, Part 13", rule="monotone")
lemma.step("B2.4", printed_23 <= bound_23, by_scalar, line=824, why="5R <= B", rule="scalar")
lemma.step("B2", abs(B2) <= bound_23, lambda c: c.chain(*(c.step(f"lemma.B.2/B2.{t}") for t in "1234")), line=824,
           why="the four lines together", rule="transitive")
lemma.step("B3", abs(B3) <= bound_23, _likewise(B3, B3_rewritten, B3_inside, printed_23, bound_23),
           line=831, uses=(*BASICS, "lemma.B.2.vS.gap"), why="as for B2", rule="monotone")

B4_rewritten = (inv_new_j - inv_old_j) * inv_new_i * (1 / m) * total(r, vS_old_i * vS_old_j * E_old)
B4_inside = abs(inv_new_j - inv_old_j) * inv_new_i * mean_over_neurons(abs(vS_old_i) * abs(vS_old_j) * E_old)
B5_rewritten = (inv_new_i - inv_old_i) * inv_old_j * (1 / m) * total(r, vS_old_i * vS_old_j * E_old)
B5_inside = abs(inv_new_i - inv_old_i) * inv_old_j * mean_over_neurons(abs(vS_old_i) * abs(vS_old_j) * E_old)
printed_45 = R / m * exp(3 * B + 2 * R) * inverse * 2 * 2 * exp(B + R) * exp(B + R)
bound_45 = 4 * R / m**2 * exp(7 * B)
lemma.step("B4.1", eq(abs(B4), abs(B4_rewritten)), by_identity, line=836, why="factor out", rule="identity")
lemma.step("B4.2", abs(B4_rewritten) <= B4_inside, _abs_inside(B4_rewritten), line=836, why="triangle inequality",
           rule="triangle")
lemma.step("B4.3", B4_inside <= printed_45, _product_bound, line=842, uses=(*BASICS, "lemma.B.1.9"),
           why="the bounds of the factors, Part 9", rule="monotone")
lemma.step("B4.4", printed_45 <= bound_45, by_scalar, line=844, why="4R <= B", rule="scalar")
lemma.step("B4", abs(B4) <= bound_45, lambda c: c.chain(*(c.step(f"lemma.B.2/B4.{t}") for t in "1234")), line=844,
           why="the four lines together", rule="transitive")
lemma.step("B5", abs(B5) <= bound_45, _likewise(B5, B5_rewritten, B5_inside, printed_45, bound_45),
           line=850, uses=(*BASICS, "lemma.B.1.9"), why="as for B4", rule="monotone")

# ---------------------------------------------------------------- the sum that the paper leaves out

five_bounds = 8 * R / m**2 * exp(5 * B) + 2 * bound_23 + 2 * bound_45
lemma.step("sum", m**2 * five_bounds <= R * exp(10 * B), by_scalar, line=852, rule="scalar", boundary="B",
           why="the five bounds do not add up to R exp(10B) unless B is large; the paper does not print this step",
           latex=r"m^2\Bigl(\frac{8R}{m^2}e^{5B}+2\cdot\frac{8R}{m^2}e^{9B}+2\cdot\frac{4R}{m^2}e^{7B}\Bigr) \le Re^{10B}")


def _part_1_printed(c: Context) -> Theorem:
    terms = [c.step(f"lemma.B.2/{name}") for name in ("B1", "B2", "B3", "B4", "B5")]
    added = c.bound(sum_of_terms <= five_bounds, *terms)
    scaled = rules.combine(c.step("lemma.B.2/telescope"), added, goal=abs(H_move) <= m**2 * five_bounds,
                           factors=(m**2, m**2), hyps=c.hyps)
    return c.chain(scaled, c.step("lemma.B.2/sum"))


part_1.by, part_1.printed = _part_1_printed, True
part_1.uses = ("lemma.B.1.9", "lemma.B.1.13", *BASICS)

# ---------------------------------------------------------------- the repair: everything moves by likelihood ratios

S_old, S_new = old.S[i, r] * old.S[j, r], new.S[i, r] * new.S[j, r]
growth = exp(4 * R) - 1  # of a product of two softmax entries
drift = exp(2 * R) - 1  # of <v, S>
NEAR_SIGNS = (*NEAR, signs)
NO_EVENT = "all n, m, d1, d2 >= 1; R > 0; no event and no B needed"


def _products(c: Context) -> Theorem:
    """Both directions of the likelihood ratio, at i and at j."""
    up, down = c.theorem("lemma.B.1.ratio.up"), c.theorem("lemma.B.1.ratio.down")
    up_j, down_j = c.at(up, {i: j}), c.at(down, {i: j})
    high = rules.combine(up, up_j, goal=S_new - S_old <= growth * S_old, hyps=c.hyps,
                         factors=(new.S[j, r], exp(2 * R) * old.S[i, r]))
    back = rules.combine(down, down_j, goal=S_old <= exp(4 * R) * S_new, hyps=c.hyps,
                         factors=(old.S[j, r], exp(2 * R) * new.S[i, r]))
    # 1 - e^{-4R} <= e^{4R} - 1, because e^{4R} + e^{-4R} >= 2
    square = rules.sign(term=(exp(2 * R) - exp(-2 * R)) ** 2, hyps=c.hyps)
    low = rules.combine(back, square, goal=S_old - S_new <= growth * S_old, hyps=c.hyps,
                        factors=(exp(-4 * R), S_old))
    return rules.abs_bound(high, low, term=S_new - S_old)


products = Claim("lemma.B.2.ratio.SS", "claim", 852, "|S_i S_j - S~_i S~_j| <= (e^{4R} - 1) S~_i S~_j for every neuron",
                 abs(S_new - S_old) <= growth * S_old, given=NEAR, scope=NO_EVENT, by=_products,
                 uses=("lemma.B.1.ratio.up", "lemma.B.1.ratio.down"))
products.mutant(abs(S_new - S_old) <= R * S_old, "refuted", "with R in place of e^{4R} - 1")


def _drift(c: Context) -> Theorem:
    """The sum of |S - S~| is at most (e^{2R} - 1) times the sum of S~, which is 1."""
    up, down = c.theorem("lemma.B.1.ratio.up"), c.theorem("lemma.B.1.ratio.down")
    high, low = _at_s(c, up), _at_s_back(c, down)
    entry = rules.abs_bound(high, low, term=new.S[i, s] - old.S[i, s])
    sign_bound = c.bound(abs(a[l, s]) <= 1, c.given(signs.rel))
    start = c.identity(c.goal.lhs, abs(total(s, a[l, s] * (new.S[i, s] - old.S[i, s]))))
    split = rules.triangle(term=start.concl.rhs, hyps=c.hyps)
    hole = Var("_entry")
    apart = rules.monotone(rules.abs_product(term=split.concl.rhs.body, hyps=c.hyps),  # type: ignore[attr-defined]
                           template=total(s, hole), hole=hole, hyps=c.hyps)
    unit = rules.monotone(sign_bound, template=total(s, hole * abs(new.S[i, s] - old.S[i, s])), hole=hole, hyps=c.hyps)
    small = rules.monotone(entry, template=total(s, 1 * hole), hole=hole, hyps=c.hyps)
    return c.chain(start, split, apart, unit, small, c.identity(small.concl.rhs, c.goal.rhs))


def _at_s(c: Context, up: Theorem) -> Theorem:
    return rules.combine(c.at(up, {r: s}), goal=new.S[i, s] - old.S[i, s] <= drift * old.S[i, s], factors=(expr(1),),
                         hyps=c.hyps)


def _at_s_back(c: Context, down: Theorem) -> Theorem:
    """1 - e^{-2R} <= e^{2R} - 1."""
    square = rules.sign(term=(exp(R) - exp(-R)) ** 2, hyps=c.hyps)
    return rules.combine(c.at(down, {r: s}), square, goal=old.S[i, s] - new.S[i, s] <= drift * old.S[i, s],
                         factors=(exp(-2 * R), old.S[i, s]), hyps=c.hyps)


drifts = Claim("lemma.B.2.ratio.vS", "claim", 852, "|<v, S_i> - <v, S~_i>| <= e^{2R} - 1",
               abs(new.vS[l, r, i] - old.vS[l, r, i]) <= drift, given=NEAR_SIGNS, scope=NO_EVENT, by=_drift,
               uses=("lemma.B.1.ratio.up", "lemma.B.1.ratio.down", "fact.A.4"))
drifts.mutant(abs(new.vS[l, r, i] - old.vS[l, r, i]) <= R / 2, "refuted", "with R/2")

entry_move = abs(vS_new_i * vS_new_j * S_new - vS_old_i * vS_old_j * S_old)
entry_bound = (4 * growth + 4 * drift) * S_old


def _entries(c: Context) -> Theorem:
    """Change S_i S_j first, then <v, S_i>, then <v, S_j>."""
    parts = (vS_new_i * vS_new_j * (S_new - S_old), vS_new_i * vs_gap_j * S_old, vs_gap_i * vS_old_j * S_old)
    whole = abs(add(*parts))
    split = rules.triangle(term=whole, parts=parts, hyps=c.hyps)
    gap = c.theorem("lemma.B.2.ratio.vS")
    facts = (c.theorem("lemma.B.2.ratio.SS"), c.at(gap, {l: l1}), c.at(gap, {l: l2, i: j}), *_vs_all(c))
    pieces = (2 * 2 * (growth * S_old), 2 * drift * S_old, drift * 2 * S_old)
    bounds = [c.bound(abs(part) <= piece, *facts) for part, piece in zip(parts, pieces, strict=True)]
    return rules.combine(c.identity(c.goal.lhs, whole), split, *bounds, goal=c.goal, hyps=c.hyps,
                         factors=tuple(expr(1) for _ in range(5)))


entries = Claim("lemma.B.2.ratio.entry", "claim", 852,
                "every neuron's term of H moves by at most (4(e^{4R} - 1) + 4(e^{2R} - 1)) S~_i S~_j",
                entry_move <= entry_bound, given=NEAR_SIGNS, scope=NO_EVENT, by=_entries,
                uses=("lemma.B.2.ratio.SS", "lemma.B.2.ratio.vS", "lemma.B.2.vS", "lemma.B.2.vS_v"))
entries.mutant(entry_move <= R / 2 * S_old, "refuted", "with R/2")
sharp = exp(2 * B) * (4 * growth + 4 * drift)


def _sharp(c: Context) -> Theorem:
    """m sum S~_i S~_j <= exp(2B), because m S~ <= exp(2B) on the event and the sum of S~ is 1."""
    body = vS_new_i * vS_new_j * S_new - vS_old_i * vS_old_j * S_old
    factored = rules.abs_product(term=abs(m * inner(i, j) * total(r, body)), hyps=c.hyps)
    hole = Var("_part")
    inputs = rules.monotone(_inputs(c), template=abs(m) * hole * abs(total(r, body)), hole=hole, hyps=c.hyps)
    split = rules.monotone(rules.triangle(term=abs(total(r, body)), hyps=c.hyps), template=abs(m) * 1 * hole, hole=hole,
                           hyps=c.hyps)
    termwise = rules.monotone(c.theorem("lemma.B.2.ratio.entry"), template=abs(m) * 1 * total(r, hole), hole=hole,
                              hyps=c.hyps)
    ten = c.bound(old.S[i, r] <= exp(2 * B) / m, c.theorem("lemma.B.1.10"))
    mass = rules.monotone(ten, template=m * (4 * growth + 4 * drift) * total(r, hole * old.S[j, r]), hole=hole,
                          hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, factored.concl.lhs), factored, inputs, split, termwise,
                   c.identity(termwise.concl.rhs, mass.concl.lhs), mass, c.identity(mass.concl.rhs, sharp))


sharper = Claim("lemma.B.2.sharp", "claim", 852,
                "|H(W) - H(W~)| <= exp(2B) (4(e^{4R} - 1) + 4(e^{2R} - 1)), about 24 R exp(2B), entry by entry",
                abs(H_move) <= sharp, given=OWN, scope=SCOPE, by=_sharp,
                uses=("lemma.B.2.ratio.entry", "lemma.B.1.10", "fact.A.4"))
sharper.mutant(abs(H_move) <= R, "refuted", "with R alone")

part_1.repair = Repair(
    "lemma.B.2.1/repair", "Each entry of the softmax changes by a factor between exp(-2R) and exp(2R), so H changes by at "
    "most exp(2B) (4(e^{4R} - 1) + 4(e^{2R} - 1)), which is below R exp(10B) for every B >= 1.",
    by=lambda c: c.chain(c.theorem("lemma.B.2.sharp"), c.scalar(sharp <= R * exp(10 * B))), uses=("lemma.B.2.sharp",))
part_1.mutant(abs(H_move) <= R * exp(10 * B), "refuted", "needs a in {-1, 1}", drop=(signs.rel,))
part_1.mutant(abs(H_move) <= R, "refuted", "with R")

# ---------------------------------------------------------------- Part 2, and Lemma 5.1


def _frobenius(c: Context) -> Theorem:
    """Every one of the (n d)^2 entries is at most R exp(10B)."""
    return c.bound(None, c.theorem("lemma.B.2.1"))


lemma.step("frobenius", frobenius <= R * n * d2 * exp(10 * B), _frobenius, line=852, uses=("lemma.B.2.1",),
           why="the (n d)^2 entries are bounded by Part 1", rule="monotone")
part_2.by, part_2.printed, part_2.uses = lambda c: c.step("lemma.B.2/frobenius"), True, ("lemma.B.2.1",)
part_2.mutant(frobenius <= R * exp(10 * B) / 1000000, "refuted", "with a millionth of R")

lemma_5_1 = Claim("lemma.5.1", "lemma", 200, "Lemma B.2 as stated in Section 5", part_2.rel, given=FULL, scope=SCOPE,
                  same_as="lemma.B.2.2", printed=True, latex=r"\lVert\tilde{H}-H\rVert_F \le Rnd_2e^{10B}")

claims: tuple[Claim, ...] = (
    vs_old, vs_new, vs_gap, products, drifts, entries, sharper, part_1, part_2, lemma, lemma_5_1,
)
