"""Theorem F.2, second half of its proof: from Eq. 25 and 26 to a bound of the two predictions (lines 1658-1725).

Vectors of length nd carry one index ``q``.  Integrals over time are sums over finitely many times ``t`` with weights
``h >= 0``: Riemann sums have this form, and so has gradient descent.  ``e_t``, ``g_t`` and their difference are F_nn - Y,
F_ntk2 - Y and F_nn - F_ntk2 at these times.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_f_1 import J, f
from lemmas.eq_1 import SIZES
from lemmas.facts_a import X, lam_positive
from lemmas.lemma_c import t
from lemmas.lemma_d import norm_below
from lemmas.notation import d2, i, j, l, l1, l2, lam, m, n, y
from lemmas.thm_f_2 import (
    F2,
    H_vec,
    derivative_of,
    error_t,
    flow,
    flow2,
    follow,
    k_te,
    moving,
    net_t,
    o,
    one_feature,
    q,
    tau,
    with_arrays,
)
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Index, Var, define, eq, exp, expr, log, sqrt, sup, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity, by_scalar
from proofcheck.prove.scalar import prove_scalar

ONE, TWO, HALF, NIL = Fraction(1), Fraction(2), Fraction(1, 2), Fraction(0)
HOLE = Var("_part")
h = Array("h", (t,))
k_t, e_t, g_t = Array("k_t", (q, t)), Array("e_t", (q, t)), Array("g_t", (q, t))
K, eps_H, eps_test = Var("K"), Var("eps_H"), Var("eps_test")
lengths = Given(h[t] >= 0, "time goes forward")
TIMES = "all n, d, m; sums over finitely many times with weights h >= 0, which have the integrals as limits"


def norm(entry: Expr) -> Expr:
    """The Euclidean norm of a vector over q; the Frobenius norm of what vec(...) is made of."""
    return sqrt(total(q, entry**2))


def rooted(c: Context, known: Theorem, bound: Expr) -> Theorem:
    """a^2 <= b^2 gives |a| <= b, for b >= 0."""
    squares = rules.combine(known, goal=known.concl.lhs <= bound**2, factors=(expr(1),), hyps=c.hyps)
    root = rules.monotone(squares, template=sqrt(HOLE), hole=HOLE, hyps=c.hyps)
    plain = c.at(prove_scalar(sqrt(X**2) <= X, (X >= 0,)), values={X: bound},
                 discharge=(rules.relax(rules.sign(term=bound, hyps=c.hyps)),))
    return c.chain(root, plain)


def below_norms(c: Context, index: Index, first: Expr, second: Expr) -> Theorem:
    """The inner product is at most the product of the norms."""
    found = rules.cauchy_schwarz(index=index, f=first, g=second, hyps=c.hyps)
    return c.chain(rules.below_abs(term=total(index, first * second), hyps=c.hyps), found)


# ---------------------------------------------------------------- vectors

first, second, D = Array("f", (q,)), Array("g", (q,)), Array("D_mat", (o, q))
triangle = Claim("thm.F.2/triangle", "claim", 1662, "the triangle inequality for vectors of length nd",
                 norm(first[q] + second[q]) <= norm(first[q]) + norm(second[q]), scope="vectors of every length")


def _triangle(c: Context) -> Theorem:
    sizes = norm(first[q]) + norm(second[q])
    mixed = below_norms(c, q, first[q], second[q])
    square = rules.combine(mixed, goal=total(q, (first[q] + second[q]) ** 2) <= sizes**2, factors=(expr(2),),
                           hyps=c.hyps)
    return rooted(c, square, sizes)


triangle.by = _triangle
triangle.mutant(norm(first[q] + second[q]) <= norm(first[q]) + norm(second[q]) / 2, "refuted", "with half of the second",
                hint=Point({"N": ONE}, {"f": [0], "g": [1]}))

frobenius = Claim("thm.F.2/frobenius", "claim", 1663, "|D z| is at most |D|_F |z|",
                  sqrt(total(o, total(q, D[o, q] * first[q]) ** 2)) <= sqrt(total((o, q), D[o, q] ** 2)) * norm(first[q]),
                  scope="square matrices of every size")


def _frobenius(c: Context) -> Theorem:
    """Cauchy-Schwarz in every row."""
    row = rules.cauchy_schwarz(index=q, f=D[o, q], g=first[q], hyps=c.hyps)
    square = rules.monotone(row, template=HOLE**2, hole=HOLE, hyps=c.hyps)
    summed = rules.monotone(square, template=total(o, HOLE), hole=HOLE, hyps=c.hyps)
    plain = rules.combine(summed, goal=total(o, total(q, D[o, q] * first[q]) ** 2) <= summed.concl.rhs, factors=(expr(1),),
                          hyps=c.hyps)
    return rooted(c, plain, sqrt(total((o, q), D[o, q] ** 2)) * norm(first[q]))


frobenius.by = _frobenius
frobenius.mutant(sqrt(total(o, total(q, D[o, q] * first[q]) ** 2)) <= norm(D[q, q]) * norm(first[q]), "refuted",
                 "with the diagonal alone", hint=Point({"N": TWO}, {"D_mat": [[0, 1], [1, 0]], "f": [1, 1]}))


def image_below(c: Context, matrix: Expr, vector: Expr) -> Theorem:
    """|M z| <= |M|_F |z| for these entries."""
    found = rules.instantiate_array(c.theorem("thm.F.2/frobenius"), array=D, params=(o, q), term=matrix)
    return rules.instantiate_array(found, array=first, params=(q,), term=vector)


# ---------------------------------------------------------------- the six lines

F_start, F_nn, F_ntk = Var("F_start"), Var("F_nn"), Var("F_ntk")
rate_nn, rate_ntk = Array("rate_nn", (t,)), Array("rate_ntk", (t,))
moved = Given(norm(k_t[q, t] - k_te[q]) <= eps_test, "|K*_{l,te} - K_{l,te}(tau)|_F <= eps_test at all times")
INTEGRAL = (
    lengths,
    Given(eq(F_nn, F_start + total(t, h[t] * rate_nn[t])), "F_nn(x_te)_l is its start plus the integral of its derivative"),
    Given(eq(F_ntk, total(t, h[t] * rate_ntk[t])), "so is F_ntk2(x_te)_l, which starts at 0 because beta(0) = 0"),
    Given(eq(rate_nn[t], -m * total(q, k_t[q, t] * e_t[q, t])), "Eq. 26"),
    Given(eq(rate_ntk[t], -m * total(q, k_te[q] * g_t[q, t])), "Eq. 25"),
    Given(eq(F_start, 0), "F_nn(W(0), x_te) = 0: Definition 3.7"),
    moved,
)
both = total(t, h[t] * (total(q, k_t[q, t] * e_t[q, t]) - total(q, k_te[q] * g_t[q, t])))
kernel_moves = total(t, h[t] * total(q, (k_t[q, t] - k_te[q]) * e_t[q, t]))
fit_differs = total(t, h[t] * total(q, k_te[q] * (e_t[q, t] - g_t[q, t])))
loss_integral, gap_integral = total(t, h[t] * norm(e_t[q, t])), total(t, h[t] * norm(e_t[q, t] - g_t[q, t]))
six = (
    abs(F_nn - F_ntk),
    abs(F_start + total(t, h[t] * (rate_nn[t] - rate_ntk[t]))),
    abs(F_start) + abs(-m * both),
    abs(-m * both),
    m * abs(kernel_moves) + m * abs(fit_differs),
    m * sup(t, norm(k_t[q, t] - k_te[q])) * loss_integral + m * norm(k_te[q]) * gap_integral,
    m * eps_test * loss_integral + m * norm(k_te[q]) * gap_integral,
)
integral = Claim("thm.F.2/integral", "step", 1658, "|F_nn - F_ntk2| by how the kernel moves and by how the two fits differ",
                 six[0] <= six[6], given=INTEGRAL, scope=TIMES, uses=("def.3.7/zero",))


def _fundamental(c: Context) -> Theorem:
    ends = rules.combine(c.given(INTEGRAL[1].rel), c.given(INTEGRAL[2].rel), factors=(expr(1), expr(-1)), hyps=c.hyps,
                         goal=eq(F_nn - F_ntk, F_start + total(t, h[t] * (rate_nn[t] - rate_ntk[t]))))
    return rules.monotone(ends, template=abs(HOLE), hole=HOLE, hyps=c.hyps)


def _derivatives(c: Context) -> Theorem:
    """Eq. 25 and 26 under the sum, and F_start = 0 on both sides."""
    rates = rules.combine(c.given(INTEGRAL[3].rel), c.given(INTEGRAL[4].rel), factors=(expr(1), expr(-1)), hyps=c.hyps,
                          goal=eq(rate_nn[t] - rate_ntk[t],
                                  -m * (total(q, k_t[q, t] * e_t[q, t]) - total(q, k_te[q] * g_t[q, t]))))
    filled = rules.monotone(rates, template=abs(F_start + total(t, h[t] * HOLE)), hole=HOLE, hyps=c.hyps)
    begun = rules.monotone(c.given(INTEGRAL[5].rel), template=abs(HOLE + -m * both), hole=HOLE, hyps=c.hyps)
    ended = rules.monotone(c.given(INTEGRAL[5].rel), template=abs(HOLE) + abs(-m * both), hole=HOLE, hyps=c.hyps)
    back = rules.combine(ended, goal=eq(abs(-m * both), six[2]), factors=(expr(-1),), hyps=c.hyps)
    return c.chain(filled, c.identity(filled.concl.rhs, begun.concl.lhs), begun,
                   c.identity(begun.concl.rhs, abs(-m * both)), back)


def _no_start(c: Context) -> Theorem:
    ended = rules.monotone(c.given(INTEGRAL[5].rel), template=abs(HOLE) + abs(-m * both), hole=HOLE, hyps=c.hyps)
    return rules.combine(ended, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


def _apart(c: Context) -> Theorem:
    parts = (-m * kernel_moves, -m * fit_differs)
    split = rules.triangle(term=abs(parts[0] + parts[1]), hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, split.concl.lhs), split, c.identity(split.concl.rhs, c.goal.rhs))


def averaged(c: Context, left: Expr, right: Expr, index: Index = q) -> Theorem:
    """|sum_t h <left, right>| <= sum_t h |left| |right|, at every time by Cauchy-Schwarz."""
    inner = total(t, h[t] * total(index, left * right))
    bound = total(t, h[t] * (sqrt(total(index, left**2)) * sqrt(total(index, right**2))))
    sides = []
    for sign in (1, -1):
        one = rules.monotone(below_norms(c, index, sign * left, right), template=total(t, h[t] * HOLE), hole=HOLE,
                             hyps=c.hyps)
        sides.append(rules.combine(one, goal=(inner if sign > 0 else -inner) <= bound, factors=(expr(1),), hyps=c.hyps))
    return rules.abs_bound(*sides, term=inner)


def _norms(c: Context) -> Theorem:
    move = k_t[q, t] - k_te[q]
    top = rules.monotone(rules.below_peak(index=t, term=norm(move), hyps=c.hyps), hole=HOLE, hyps=c.hyps,
                         template=total(t, h[t] * (HOLE * norm(e_t[q, t]))))
    return rules.combine(averaged(c, move, e_t[q, t]), top, averaged(c, k_te[q], e_t[q, t] - g_t[q, t]), goal=c.goal,
                         factors=(expr(m), expr(m), expr(m)), hyps=c.hyps)


def _small_move(c: Context) -> Theorem:
    top = rules.peak_bound(c.given(moved.rel), index=t)
    return rules.monotone(top, template=m * HOLE * loss_integral + m * norm(k_te[q]) * gap_integral, hole=HOLE, hyps=c.hyps)


integral.step("1", eq(six[0], six[1]), _fundamental, line=1661, why="the fundamental theorem of calculus", rule="monotone")
integral.step("2", eq(six[1], six[2]), _derivatives, line=1662, rule="monotone", uses=("thm.F.2/eq25", "thm.F.2/eq26"),
              why="Eq. 25 and 26; the equality needs F_nn(W(0)) = 0, which the paper cites for the next line")
integral.step("3", eq(six[2], six[3]), _no_start, line=1663, why="symmetric initialization (Definition 3.7)",
              uses=("def.3.7/zero",), rule="monotone")
integral.step("4", six[3] <= six[4], _apart, line=1664, why="the triangle inequality", rule="triangle")
integral.step("5", six[4] <= six[5], _norms, line=1665, why="Cauchy-Schwarz at every time", rule="cauchy_schwarz",
              typo="the maximum is over t, the kernel at tau",
              latex=r"m\Bigl\lvert\sum_{t}h_t\langle "
                    r"k^{(t)}_t-k^{(\mathrm{te})},e^{(t)}_t\rangle\Bigr\rvert+m\Bigl\lvert\sum_{t}h_t\langle "
                    r"k^{(\mathrm{te})},e^{(t)}_t-g^{(t)}_t\rangle\Bigr\rvert \brk\le m\Bigl(\max_t\lVert "
                    r"k^{(t)}_t-k^{(\mathrm{te})}\rVert\Bigr)\sum_{t}h_t\lVert e^{(t)}_t\rVert+m\lVert "
                    r"k^{(\mathrm{te})}\rVert\sum_{t}h_t\lVert e^{(t)}_t-g^{(t)}_t\rVert")
integral.step("6", six[5] <= six[6], _small_move, line=1666, why="the hypothesis on K", rule="monotone")
run = Point({"n": ONE, "d2": ONE, "m": ONE, "N": ONE, "T": ONE, "F_start": NIL, "F_nn": ONE, "F_ntk": NIL, "eps_test": ONE},
            {"h": [1], "k_t": [[1]], "k_te": [0], "e_t": [[-1]], "g_t": [[-1]], "rate_nn": [1], "rate_ntk": [0]})
integral.mutant(six[0] <= m * norm(k_te[q]) * gap_integral, "refuted", "without the motion of the kernel", hint=run)
integral.mutant(six[0] <= six[6], "refuted", "needs F_nn(W(0)) = 0", drop=(INTEGRAL[5].rel,),
                hint=Point({**run.scalars, "F_start": ONE, "F_nn": TWO}, run.arrays))

# ---------------------------------------------------------------- decay of the loss

H_now = Array("H_now", (o, q))  # H(tau)
e, slope = Array("e", (q,)), Array("de", (q,))  # F_nn - Y and its velocity
e_line = define("e_line", (q,), e[q] + tau * slope[q])
size, size_0 = Var("size"), Var("size_0")  # |F_nn(tau) - Y|_F and |F_nn(0) - Y|_F
squared = total(q, e_line[q] ** 2)


def form(matrix: Array, vector: Array) -> Expr:
    """z^T M z."""
    return total((o, q), vector[o] * matrix[o, q] * vector[q])


lowest = Given(lam * squared <= form(H_vec, e_line), "lambda = lambda_min(H*), at the vector F_nn - Y (Rayleigh)")
near = Given(sqrt(total((o, q), (H_vec[o, q] - H_now[o, q]) ** 2)) <= eps_H, "|H* - H(tau)|_F <= eps_H")
half = Given(eps_H <= lam / 2, "eps_H <= lambda/2")
moves = Given(eq(slope[o], -m * total(q, H_now[o, q] * e_line[q])), "the derivative of F_nn at the training data: gap/nn")
SOLVED = (
    lam_positive,
    Given(tau >= 0, "tau >= 0"),
    Given(size >= 0, "|F_nn(tau) - Y| is a norm"),
    Given(size_0 >= 0, "|F_nn(0) - Y| is a norm"),
    Given(exp(m * lam * tau) * size**2 <= size_0**2, "exp(m lambda tau) |F_nn - Y|^2 does not grow, because its derivative "
          "is nowhere positive (decay/grows)"),
)
decay = Claim("thm.F.2/decay", "step", 1670, "|F_nn(tau) - Y|_F is at most exp(-m lambda tau/2) |F_nn(0) - Y|_F",
              size <= exp(-(m / 2) * lam * tau) * size_0, given=SOLVED, scope="all n, d, m; lambda > 0; every tau >= 0",
              uses=("thm.F.2/frobenius", "thm.F.2/gap/nn"),
              note="The rate m lambda/2 is that of lambda_min(H(tau)) >= lambda/2, which follows from the hypotheses by "
                   "Weyl's inequality; the paper cites Claim E.5, whose hypotheses are not among those of the theorem. "
                   "That a function with no positive derivative does not grow is a hypothesis here: the kernel has no "
                   "such rule.")


def _weyl(c: Context) -> Theorem:
    """e^T (H* - H) e <= |e| |(H* - H) e| <= |H* - H|_F |e|^2 <= lambda/2 |e|^2."""
    change = H_vec[o, q] - H_now[o, q]
    pushed = total(q, change * e_line[q])
    inner = below_norms(c, o, e_line[o], pushed)
    image = image_below(c, change, e_line[q])
    length = sqrt(squared)
    once = rules.monotone(image, template=length * HOLE, hole=HOLE, hyps=c.hyps)
    small = rules.monotone(c.chain(c.given(near.rel), c.given(half.rel)), template=length * HOLE * length, hole=HOLE,
                           hyps=c.hyps)
    return rules.combine(c.given(lowest.rel), inner, once, small, goal=c.goal, factors=(expr(1),) * 4, hyps=c.hyps)


def _shrinks(c: Context) -> Theorem:
    """The derivative of |e|^2 is 2 <e, de> = -2 m e^T H e."""
    filled = rules.monotone(c.given(moves.rel), template=total(o, 2 * e_line[o] * HOLE), hole=HOLE, hyps=c.hyps)
    form_below = c.step("thm.F.2/decay/min")
    return rules.combine(c.identity(c.goal.lhs, filled.concl.lhs), filled, form_below, goal=c.goal,
                         factors=(expr(1), expr(1), 2 * m), hyps=c.hyps)


def _never_grows(c: Context) -> Theorem:
    grown = exp(m * lam * tau)
    scaled = rules.monotone(c.step("thm.F.2/decay/square"), template=grown * HOLE, hole=HOLE, hyps=c.hyps)
    whole = c.identity(c.goal.lhs, m * lam * grown * squared + grown * Diff(squared, tau))
    return rules.combine(whole, scaled, goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)


def _squares(c: Context) -> Theorem:
    """Take the exponential to the other side."""
    below = rules.monotone(c.given(SOLVED[4].rel), template=exp(-m * lam * tau) * HOLE, hole=HOLE, hyps=c.hyps)
    return rules.combine(below, goal=size**2 <= exp(-m * lam * tau) * size_0**2, factors=(expr(1),), hyps=c.hyps)


def _solve(c: Context) -> Theorem:
    """Take the root."""
    back = c.at(prove_scalar(X <= sqrt(X**2), (X >= 0,)), values={X: size}, discharge=(c.given(SOLVED[2].rel),))
    return c.chain(back, rooted(c, _squares(c), exp(-(m / 2) * lam * tau) * size_0))


decay.step("min", lam / 2 * squared <= form(H_now, e_line), _weyl, line=1672, given=(lowest, near, half),
           why="Weyl's inequality; the paper cites Claim E.5", uses=("thm.F.2/frobenius",), rule="cauchy_schwarz")
decay.step("square", Diff(squared, tau) <= -m * lam * squared, _shrinks, line=1674, given=(lowest, near, half, moves),
           why="the derivative of the squared norm along the flow", uses=("thm.F.2/gap/nn",), rule="combine")
decay.step("grows", Diff(exp(m * lam * tau) * squared, tau) <= 0, _never_grows, line=1674,
           given=(lowest, near, half, moves), why="the product rule", rule="combine")
decay.by = _solve
decaying = {"m": ONE, "n": ONE, "d2": ONE, "N": ONE, "T": ONE, "lam": ONE}
decay.mutant(size <= exp(-m * lam * tau) * size_0, "refuted", "not with the rate m lambda",
             hint=Point({**decaying, "tau": ONE, "size": HALF, "size_0": ONE}))
decay.mutant(size**2 <= exp(-m * lam * tau) * size_0**2, "proved", "the square has the rate m lambda",
             by=_squares)

# ---------------------------------------------------------------- the gap between the two fits

lines_nn = derivative_of(net_t.F[l, i], net_t.H[l, l2, i, j])
gap_nn = Claim("thm.F.2/gap/nn", "claim", 1701, "the derivative of F_nn at the training data is -m H(tau) vec(F_nn - Y)",
               eq(lines_nn[0], lines_nn[4]), given=(flow,), scope=f"{SIZES}, every tau")
follow(gap_nn, lines_nn, 1650)
gap_nn.mutant(eq(lines_nn[0], lines_nn[4] / m), "refuted", "without the factor m", hint=moving)

H_J = define("H_J", (l1, l2, i, j), 1 / m * total(f, J[f, l1, i] * J[f, l2, j]))  # H* from its features
misfit2 = F2[l2, j] - y[l2, j]
gap_rate = (Diff(net_t.F[l, i] - F2[l, i], tau),
            lines_nn[4] + m * total((j, l2), H_J[l, l2, i, j] * misfit2),
            -m * total((j, l2), H_J[l, l2, i, j] * (net_t.F[l2, j] - F2[l2, j]))
            + m * total((j, l2), (H_J[l, l2, i, j] - net_t.H[l, l2, i, j]) * error_t[l2, j]))
gap = Claim("thm.F.2/gap", "step", 1694,
            "the derivative of F_nn - F_ntk2 is -m H* (F_nn - F_ntk2) + m (H* - H(tau)) (F_nn - Y)",
            eq(gap_rate[0], gap_rate[2]), given=(flow, flow2), scope=f"{SIZES}, every tau")


def _gap_rate(c: Context) -> Theorem:
    kernel = rules.monotone(c.given(flow2.rel), template=total(f, J[f, l, i] * HOLE), hole=HOLE, hyps=c.hyps)
    linear = c.chain(c.identity(Diff(F2[l, i], tau), kernel.concl.lhs), kernel,
                     c.identity(kernel.concl.rhs, -m * total((j, l2), H_J[l, l2, i, j] * misfit2)))
    apart = c.identity(gap_rate[0], Diff(net_t.F[l, i], tau) - Diff(F2[l, i], tau))
    return rules.combine(apart, c.theorem("thm.F.2/gap/nn"), linear, goal=c.goal, factors=(expr(1), expr(1), expr(-1)),
                         hyps=c.hyps)


gap.step("3", eq(gap_rate[0], gap_rate[1]), _gap_rate, line=1701, why="Eq. 25 and 26 at the training data",
         uses=("thm.F.2/gap/nn",), rule="combine")
gap.step("4", eq(gap_rate[1], gap_rate[2]), by_identity, line=1702, why="m H* vec(F_nn - Y) is added and taken away",
         rule="identity")
gap.mutant(eq(gap_rate[0], lines_nn[4]), "refuted", "without the kernel model",
           hint=Point({**one_feature.scalars, **moving.scalars}, {**one_feature.arrays, **moving.arrays}))

delta, delta_0, d_rate = Array("delta", (q,)), Array("delta_0", (q,)), Array("d_rate", (q, t))
reached = Given(eq(delta[q], delta_0[q] + total(t, h[t] * d_rate[q, t])), "F_nn - F_ntk2 is its start plus the integral of "
                "its derivative; F_ntk2 starts at 0")
length = Claim("thm.F.2/gap/length", "claim", 1694, "F_nn - F_ntk2 is no longer than its start plus its path",
               norm(delta[q]) <= total(t, h[t] * norm(d_rate[q, t])),
               given=(lengths, reached, Given(eq(delta_0[q], 0), "F_nn(0) = 0: Definition 3.7")), scope=TIMES)


def _path(c: Context) -> Theorem:
    """|delta|^2 = <delta, delta_0> + sum_t h <delta, rate> <= |delta| (|delta_0| + sum_t h |rate|)."""
    steps = rules.monotone(below_norms(c, q, delta[q], d_rate[q, t]), template=total(t, h[t] * HOLE), hole=HOLE,
                           hyps=c.hyps)
    begun = below_norms(c, q, delta[q], delta_0[q])
    filled = rules.monotone(c.given(reached.rel), template=total(q, delta[q] * HOLE), hole=HOLE, hyps=c.hyps)
    square = rules.combine(filled, begun, steps, goal=total(q, delta[q] ** 2) <= norm(delta[q]) * c.goal.rhs,
                           factors=(expr(1),) * 3, hyps=c.hyps)
    return norm_below(square, norm(delta[q]), c.goal.rhs, c)


def _from_zero(c: Context) -> Theorem:
    return rules.relax(c.chain(rules.monotone(c.given(length.given[2].rel), hole=HOLE, hyps=c.hyps,
                                              template=norm(HOLE) + total(t, h[t] * norm(d_rate[q, t]))),
                               c.identity(sqrt(total(q, expr(0) ** 2)) + c.goal.rhs, c.goal.rhs)))


length.step("1", norm(delta[q]) <= norm(delta_0[q]) + total(t, h[t] * norm(d_rate[q, t])), _path, line=1694,
            why="the triangle inequality for integrals", rule="triangle")
length.step("2", norm(delta_0[q]) + total(t, h[t] * norm(d_rate[q, t])) <= total(t, h[t] * norm(d_rate[q, t])), _from_zero,
            line=1695, why="symmetric initialization (Definition 3.7)", uses=("def.3.7/zero",), rule="monotone")
length.mutant(norm(delta[q]) <= HALF * total(t, h[t] * norm(d_rate[q, t])), "refuted", "with half of the path",
              hint=Point({"N": ONE, "T": ONE}, {"h": [1], "delta": [1], "delta_0": [0], "d_rate": [[1]]}))

# ---------------------------------------------------------------- dropping the term with H*

push = Array("push", (q,))  # (H* - H(tau)) vec(F_nn - Y)
pulled_back = total(q, H_vec[o, q] * delta[q])  # H* vec(F_nn - F_ntk2)
psd = Given(form(H_vec, delta) >= 0, "H* is positive semidefinite (def.3.6/psd)")
along = total(o, delta[o] * (-m * pulled_back + m * push[o]))
VECTORS = "all n, d, m, all positive semidefinite H*"
still = Point({**decaying, "m": ONE}, {"H_vec": [[1]], "delta": [1], "push": [0]})

in_norm = Claim("thm.F.2/drop/norm", "claim", 1706, "the term of H* only makes |F_nn - F_ntk2| smaller",
                along <= m * norm(delta[q]) * norm(push[q]), given=(psd,), scope=VECTORS, printed=True,
                note="|z| d|z|/dtau = <z, dz/dtau>, so |z| grows no faster than m |push|.")


def _drop(c: Context) -> Theorem:
    """-m z^T H* z <= 0, and Cauchy-Schwarz for the rest."""
    return rules.combine(c.given(psd.rel), below_norms(c, q, delta[q], push[q]), goal=c.goal, factors=(expr(m), expr(m)),
                         hyps=c.hyps)


in_norm.by = _drop
in_norm.mutant(along <= m * norm(delta[q]) * norm(push[q]), "refuted", "needs that H* is positive semidefinite",
               drop=(psd.rel,), hint=with_arrays(still, H_vec=[[-1]]))
in_norm.mutant(along <= m * norm(delta[q]) * norm(push[q]) / 2, "refuted", "with the factor 1/2",
               hint=with_arrays(still, H_vec=[[0]], push=[1]))

in_norm.mutant(sqrt(total(o, (-m * pulled_back + m * push[o]) ** 2)) <= m * norm(push[q]), "refuted",
               "nor can it be dropped under the norm of the derivative, as in line 1695", hint=still)

distance = Var("distance")  # |F_nn(tau) - F_ntk2(tau)|_F
H_t = Array("H_t", (o, q, t))
drift = sqrt(total((o, q), (H_vec[o, q] - H_t[o, q, t]) ** 2))
pushes = sqrt(total(o, total(q, (H_vec[o, q] - H_t[o, q, t]) * e_t[q, t]) ** 2))
targets = Given(size_0 <= sqrt(n * d2), "Lemma D.3")
DROPPED = (
    lengths,
    Given(distance <= m * total(t, h[t] * pushes), "|F_nn - F_ntk2| grows no faster than m |(H* - H) (F_nn - Y)| "
          "(drop/norm)"),
    Given(drift <= eps_H, "|H* - H(tau)|_F <= eps_H at all times"),
    Given(norm(e_t[q, t]) <= size_0, "|F_nn(s) - Y| <= |F_nn(0) - Y| (decay)"),
    Given(eq(total(t, h[t]), tau), "the time up to tau"),
    Given(tau >= 0, "tau >= 0"),
    targets,
)
drop = Claim("thm.F.2/drop", "step", 1704, "|F_nn - F_ntk2|_F is at most m tau sqrt(nd) eps_H; the hidden constant is 1",
             distance <= m * tau * sqrt(n * d2) * eps_H, given=DROPPED, scope=TIMES,
             uses=("thm.F.2/drop/norm", "thm.F.2/frobenius", "thm.F.2/decay", "lemma.D.3"))
through_time = (distance, m * total(t, h[t] * (norm(e_t[q, t]) * drift)), m * tau * size_0 * eps_H,
                m * tau * sqrt(n * d2) * eps_H)


def _pushed(c: Context) -> Theorem:
    image = image_below(c, H_vec[o, q] - H_t[o, q, t], e_t[q, t])
    summed = rules.monotone(image, template=m * total(t, h[t] * HOLE), hole=HOLE, hyps=c.hyps)
    return rules.combine(c.given(DROPPED[1].rel), summed, goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)


def _largest(c: Context) -> Theorem:
    """Both factors are bounded at every time."""
    one = rules.monotone(c.given(DROPPED[3].rel), template=m * total(t, h[t] * (HOLE * drift)), hole=HOLE, hyps=c.hyps)
    start_size = rules.monotone(rules.transitive(rules.sign(term=norm(e_t[q, t]), hyps=c.hyps), c.given(DROPPED[3].rel)),
                                template=HOLE, hole=HOLE, hyps=c.hyps)
    two = rules.monotone(c.given(DROPPED[2].rel), start_size, template=m * total(t, h[t] * (size_0 * HOLE)), hole=HOLE,
                         hyps=c.hyps)
    return rules.combine(one, two, c.given(DROPPED[4].rel), goal=c.goal, factors=(expr(1), expr(1), m * size_0 * eps_H),
                         hyps=c.hyps)


def _by_targets(c: Context) -> Theorem:
    bound = rules.transitive(rules.sign(term=drift, hyps=c.hyps), c.given(DROPPED[2].rel))
    return rules.monotone(c.given(targets.rel), bound, template=m * tau * HOLE * eps_H, hole=HOLE, hyps=c.hyps)


drop.step("1", through_time[0] <= through_time[1], _pushed, line=1708, why="the term with H* is dropped (in the norm), and "
          "|(H* - H) z| <= |H* - H|_F |z|", uses=("thm.F.2/drop/norm", "thm.F.2/frobenius"), rule="monotone",
          typo="the kernel under the integral over s is printed at tau",
          latex=r"\mathrm{distance} \le m\sum_{t}h_t\lVert e^{(t)}_t\rVert\lVert H^{(\mathrm{vec})}-H^{(t)}_t\rVert_F")
drop.step("2", through_time[1] <= through_time[2], _largest, line=1709, why="the loss does not grow; the hypothesis on H",
          uses=("thm.F.2/decay",), rule="monotone")
drop.step("3", through_time[2] <= through_time[3], _by_targets, line=1710, why="Lemma D.3", uses=("lemma.D.3",),
          rule="monotone")
dropped = Point({**decaying, "tau": ONE, "size_0": ONE, "eps_H": ONE, "distance": ONE},
                {"h": [1], "e_t": [[1]], "H_vec": [[1]], "H_t": [[[0]]]})
drop.mutant(distance <= m * tau * sqrt(n * d2) * eps_H / 2, "refuted", "with the constant 1/2", hint=dropped)
drop.mutant(distance <= m * tau * sqrt(n * d2) * eps_H, "refuted", "needs that the loss does not grow",
            drop=(DROPPED[3].rel,), hint=Point({**dropped.scalars, "distance": TWO}, {**dropped.arrays, "e_t": [[2]]}))

# ---------------------------------------------------------------- the integral of the loss

time = Array("time", (t,))
decayed = exp(-(m / 2) * lam * time[t])
primitive = 2 / (m * lam) * (1 - exp(-(m / 2) * lam * tau))
LOSSES = (
    lengths,
    lam_positive,
    Given(norm(e_t[q, t]) <= decayed * size_0, "the decay of the loss"),
    Given(size_0 >= 0, "|F_nn(0) - Y| is a norm"),
    Given(total(t, h[t] * decayed) <= primitive, "a lower sum of exp(-m lambda s/2) is below the integral up to tau"),
    targets,
)
int_loss = Claim("thm.F.2/int-loss", "step", 1676, "the integral of |F_nn - Y| is at most 2 sqrt(nd)/(m lambda)",
                 loss_integral <= 2 * sqrt(n * d2) / (m * lam), given=LOSSES, scope=TIMES,
                 uses=("thm.F.2/decay", "lemma.D.3"), note="The hidden constant is 2.")


def _decayed(c: Context) -> Theorem:
    return rules.monotone(c.given(LOSSES[2].rel), template=total(t, h[t] * HOLE), hole=HOLE, hyps=c.hyps)


def _whole(c: Context) -> Theorem:
    """The primitive grows to 2/(m lambda)."""
    lower = rules.monotone(c.given(LOSSES[4].rel), template=HOLE * size_0, hole=HOLE, hyps=c.hyps)
    rest = rules.sign(term=2 / (m * lam) * exp(-(m / 2) * lam * tau) * size_0, hyps=c.hyps)
    full = rules.monotone(c.given(targets.rel), template=2 / (m * lam) * HOLE, hole=HOLE, hyps=c.hyps)
    return rules.combine(lower, rest, full, goal=c.goal, factors=(expr(1),) * 3, hyps=c.hyps)


integrated = total(t, h[t] * (decayed * size_0))
int_loss.step("1", loss_integral <= integrated, _decayed, line=1678, uses=("thm.F.2/decay",), rule="monotone",
              why="the decay of the loss; an equality is printed, see thm.F.2/int-loss/equal")
int_loss.step("2", eq(Diff(primitive, tau), exp(-(m / 2) * lam * tau)), by_identity, line=1679,
              why="the primitive of the exponential, which vanishes at 0", rule="identity")
int_loss.step("3", integrated <= 2 * sqrt(n * d2) / (m * lam), _whole, line=1679, why="the primitive, and Lemma D.3",
              uses=("lemma.D.3",), rule="monotone")
int_loss.by = lambda c: c.chain(c.step("thm.F.2/int-loss/1"), c.step("thm.F.2/int-loss/3"))
short = Point({**decaying, "tau": ONE, "size_0": ONE}, {"h": [HALF], "time": [0], "e_t": [[1]]})
int_loss.mutant(loss_integral <= sqrt(n * d2) / (m * lam), "refuted", "with the constant 1",
                hint=Point({**short.scalars, "tau": Fraction(4)}, {**short.arrays, "h": [Fraction(3, 2)]}))
equal = Claim("thm.F.2/int-loss/equal", "claim", 1678, "the integral of |F_nn - Y| equals that of the exponential",
              eq(loss_integral, integrated), given=LOSSES, scope=TIMES, printed=True,
              hint=with_arrays(short, e_t=[[0]]), note="The decay of the loss gives <= only.",
              latex=r"\sum_{t}h_t\lVert e^{(t)}_t\rVert = "
                    r"\sum_{t}h_te^{-\frac{m}{2}\lambda\,\mathrm{time}_t}\,\mathrm{size}_0")
equal.repair = Repair("thm.F.2/int-loss/equal/repair", "With <= for =.", by=_decayed, rel=loss_integral <= integrated)
equal.mutant(loss_integral >= integrated, "refuted", "nor is it larger",
             hint=with_arrays(short, e_t=[[0]]))

# ---------------------------------------------------------------- the choice of tau_0

tau_0, nn_0, ntk_0 = Var("tau_0"), Var("nn_0"), Var("ntk_0")  # the time and both losses (their roots) at it
tail_nn, tail_ntk = Var("tail_nn"), Var("tail_ntk")  # the integrals of both from tau_0 on
inside = n * d2 / (eps_H * m * lam)
late = m * lam * tau_0
chosen = Given(eq(tau_0, 2 / (m * lam) * log(inside)), "tau_0 = C/(m lambda) log(nd/(eps_H m lambda)), here with C = 2")
eps_positive = Given(eps_H > 0, "eps_H > 0")
before_0 = Point({"m": Fraction(4), "n": ONE, "d2": ONE, "lam": ONE, "eps_H": HALF, "nn_0": Fraction(199, 100),
                  "ntk_0": Fraction(399, 100), "tail_nn": Fraction(99, 100), "tail_ntk": Fraction(99, 100)})
begins = Given(tau_0 >= 0, "tau_0 >= 0, that is eps_H m lambda <= nd", implicit=True, hint=before_0)
nn_late = Given(nn_0 <= exp(-late / 2) * sqrt(n * d2), "the decay of F_nn (decay) and Lemma D.3")
ntk_late = Given(ntk_0 <= exp(-late) * sqrt(n * d2), "the decay of F_ntk2, with the kernel H*, and Lemma D.3")
TAILS = (
    Given(tail_nn <= 2 / (m * lam) * nn_0, "the integral of exp(-m lambda s/2)"),
    Given(tail_ntk <= 1 / (m * lam) * ntk_0, "the integral of exp(-m lambda s)"),
)
LATE = "all n, d, m; 0 < eps_H <= lambda/2"
tau0 = Claim("thm.F.2/tau0", "step", 1681, "from tau_0 on, both losses together integrate to at most 3 eps_H",
             tail_nn + tail_ntk <= 3 * eps_H, given=(lam_positive, eps_positive, half, chosen, begins, nn_late, ntk_late,
                                                     *TAILS), scope=LATE, uses=("thm.F.2/triangle", "thm.F.2/decay"),
             note="The rate of F_nn is m lambda/2, so C is 2 here. That tau_0 is not negative asks for "
                  "m <= nd/(lambda eps_H), which wide nets do not meet: thm.F.2/tau0/positive.",
             latex=r"\mathrm{tail}_{\mathrm{nn}}+\mathrm{tail}_{\mathrm{ntk}} \le 3\varepsilon_H")


def _apart_norms(c: Context) -> Theorem:
    found = rules.instantiate_array(c.theorem("thm.F.2/triangle"), array=first, params=(q,), term=e_t[q, t])
    found = rules.instantiate_array(found, array=second, params=(q,), term=-g_t[q, t])
    summed = rules.monotone(found, template=total(t, h[t] * HOLE), hole=HOLE, hyps=c.hyps)
    return rules.combine(summed, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


def _at_tau_0(c: Context) -> Theorem:
    """exp(-m lambda tau_0/2) is eps_H m lambda/(nd)."""
    put = rules.monotone(c.given(chosen.rel), template=exp(-(m * lam * HOLE) / 2), hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(exp(-late / 2), put.concl.lhs), put, c.identity(put.concl.rhs, 1 / inside))


def _two_tails(c: Context) -> Theorem:
    return rules.combine(*(c.given(g.rel) for g in TAILS), rules.sign(term=1 / (m * lam) * ntk_0, hyps=c.hyps), goal=c.goal,
                         factors=(expr(1),) * 3, hyps=c.hyps)


def _tails(c: Context) -> Theorem:
    """With z = exp(-m lambda tau_0/2) <= 1: 2 z + z^2 <= 3 z, and sqrt(nd)/(m lambda) z = eps_H/sqrt(nd)."""
    positive = rules.sign(term=1 / (m * lam), hyps=c.hyps)
    nn, ntk = (rules.monotone(c.given(g.rel), positive, template=k / (m * lam) * HOLE, hole=HOLE, hyps=c.hyps)
               for g, k in ((nn_late, 2), (ntk_late, 1)))
    below_one = c.at(prove_scalar(exp(-X / 2) <= 1, (X >= 0,)), values={X: late},
                     discharge=(rules.relax(rules.sign(term=late, hyps=c.hyps)),))
    root = exp(-late / 2) * sqrt(n * d2) / (m * lam)
    last = rules.monotone(_at_tau_0(c), template=3 * sqrt(n * d2) / (m * lam) * HOLE, hole=HOLE, hyps=c.hyps)
    size_ok = prove_scalar(last.concl.rhs <= 3 * eps_H, (lam_positive.rel, eps_positive.rel))
    return rules.combine(*(c.given(g.rel) for g in TAILS), nn, ntk, below_one, last, size_ok, goal=c.goal,
                         factors=(expr(1),) * 4 + (root, expr(1), expr(1)), hyps=c.hyps)


tau0.step("1", gap_integral <= loss_integral + total(t, h[t] * norm(g_t[q, t])), _apart_norms, line=1683, given=(lengths,),
          why="the triangle inequality at every time", uses=("thm.F.2/triangle",), rule="monotone")
tau0.step("2", tail_nn + tail_ntk <= 2 / (m * lam) * (nn_0 + ntk_0), _two_tails, line=1684, rule="combine",
          given=(Given(ntk_0 >= 0, "a norm"),), why="both decay; the hidden constant is 2", uses=("thm.F.2/decay",))
tau0.by = _tails
later = {"m": TWO, "n": ONE, "d2": ONE, "lam": ONE, "eps_H": HALF, "tau_0": NIL, "nn_0": ONE, "ntk_0": ONE,
         "tail_nn": ONE, "tail_ntk": HALF}
tau0.mutant(tail_nn + tail_ntk <= eps_H, "refuted", "with the constant 1", hint=Point(later))
tau0.mutant(tail_nn + tail_ntk <= 3 * eps_H, "refuted", "needs the choice of tau_0", drop=(chosen.rel,),
            hint=Point({**later, "m": ONE, "tail_nn": TWO, "tail_ntk": ONE}))

del later["tau_0"]  # from here on it is computed, or not needed
tau0.mutant(tail_nn + tail_ntk <= 3 * eps_H, "refuted", "needs tau_0 >= 0", drop=(begins.rel,),
            hint=before_0)

rate_full = Claim("thm.F.2/tau0/3", "claim", 1685,
                  "both losses at tau_0 are of order sqrt(nd) exp(-m lambda tau_0), with a hidden constant K",
                  2 / (m * lam) * (nn_0 + ntk_0) <= K * sqrt(n * d2) / (m * lam) * exp(-late),
                  given=(lam_positive, Given(tau_0 >= 0, "tau_0 >= 0"), Given(K > 0, "K > 0"), nn_late, ntk_late),
                  scope=LATE, printed=True, uses=("thm.F.2/decay",),
                  hint=Point({**later, "K": Fraction(1000), "tau_0": Fraction(8), "nn_0": Fraction(1, 3000), "ntk_0": NIL}),
                  note="The decay of F_nn is exp(-m lambda tau/2) and not exp(-m lambda tau), for any hidden constant: "
                       "thm.F.2/tau0/never.",
                  latex=r"\frac{2}{m\lambda}(\mathrm{nn}_0+\mathrm{ntk}_0) \le "
                        r"\frac{K\sqrt{nd_2}}{m\lambda}e^{-m\lambda\tau_0}")


def _slower(c: Context) -> Theorem:
    """exp(-x) <= exp(-x/2)."""
    faster = c.at(prove_scalar(exp(-X) <= exp(-X / 2), (X >= 0,)), values={X: late},
                  discharge=(rules.relax(rules.sign(term=late, hyps=c.hyps)),))
    return rules.combine(c.given(nn_late.rel), c.given(ntk_late.rel), faster, goal=c.goal, hyps=c.hyps,
                         factors=(2 / (m * lam), 2 / (m * lam), 2 / (m * lam) * sqrt(n * d2)))


rate_full.repair = Repair("thm.F.2/tau0/3/repair", "With the rate m lambda/2, and the constant 4.", by=_slower,
                          rel=2 / (m * lam) * (nn_0 + ntk_0) <= 4 * sqrt(n * d2) / (m * lam) * exp(-late / 2))
rate_full.mutant(2 / (m * lam) * (nn_0 + ntk_0) <= 3 * sqrt(n * d2) / (m * lam) * exp(-late / 2), "refuted",
                 "with the constant 3", hint=Point({**later, "K": ONE, "tau_0": NIL}))
never = Claim("thm.F.2/tau0/never", "claim", 1685, "for every K there is a time at which K exp(-x) is below exp(-x/2)",
              K * exp(-(2 * log(K) + 1)) < exp(-(log(K) + HALF)), given=(Given(K > 0, "K > 0"),),
              scope="all K > 0", by=by_scalar)
never.mutant(K * exp(-(2 * log(K) + 1)) < exp(-(log(K) + 1)), "refuted", "but not below exp(-x/2 - 1/2)",
             hint=Point({"K": ONE}))

printed_choice = 1 / (m * lam) * log(inside)
fourth = Claim("thm.F.2/tau0/4", "claim", 1686, "sqrt(nd)/(m lambda) exp(-m lambda tau_0) is at most eps_H for C = 1",
               sqrt(n * d2) / (m * lam) * exp(-m * lam * printed_choice) <= eps_H, given=(lam_positive, eps_positive),
               scope="all n, d, m; lambda, eps_H > 0", by=by_scalar, printed=True)
fourth.mutant(sqrt(n * d2) / (m * lam) * exp(-m * lam * printed_choice) <= eps_H / 2, "refuted", "with eps_H/2",
              hint=Point(later))
fourth.mutant(sqrt(n * d2) / (m * lam) * exp(-m * lam * printed_choice) <= eps_H / sqrt(n * d2), "proved",
              "even with eps_H/sqrt(nd)", by=by_scalar)
nonnegative = Claim("thm.F.2/tau0/positive", "claim", 1681, "tau_0 is a time, that is, not negative", printed_choice >= 0,
                    given=(lam_positive, eps_positive, half), scope=LATE,
                    hint=Point({**later, "m": Fraction(100)}),
                    note="The paper does not print this. It is negative as soon as m > nd/(lambda eps_H), so for every wide "
                         "net; and at m = nd/(lambda eps_H) the printed log^2 vanishes, and the second term of the theorem "
                         "with it.", latex=r"0 \le \frac{1}{m\lambda}\log\frac{nd_2}{\varepsilon_Hm\lambda}")
nonnegative.repair = Repair("thm.F.2/tau0/positive/repair", "With log(lambda/eps_H), in which m does not occur.",
                            by=by_scalar, rel=2 / (m * lam) * log(lam / eps_H) >= 0)
nonnegative.mutant(2 / (m * lam) * log(lam / eps_H) >= 2 / (m * lam), "refuted", "which is not at least 2/(m lambda)",
                   hint=Point(later))

claims = (triangle, frobenius, integral, gap_nn, gap, length, decay, in_norm, drop, int_loss, equal, tau0,
          rate_full, never, fourth, nonnegative)
