"""Lemmas D.1, D.2 and D.3: the size of the gradient at any time, and of the loss at the start (lines 1012-1067).

``v`` stands for W(tau) and ``w`` for W(0), so that F_v, S_v and e_v = F_v - y belong to time tau.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from lemmas.def_3_7 import F_0
from lemmas.facts_a import X, lam_positive
from lemmas.lemma_b_1 import BASE
from lemmas.lemma_e_2 import eta_chosen, lam_bounded
from lemmas.notation import (
    B,
    B_at_least_1,
    R,
    a,
    d2,
    eta,
    event,
    i,
    k,
    l,
    m,
    moved,
    n,
    r,
    signs,
    v,
    v_near_w,
    x,
    x_in_ball,
    y,
)
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Diff, Expr, Var, define, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_scalar
from proofcheck.prove.scalar import prove_scalar

targets = Given(sqrt(total(l, y[l, i] ** 2)) <= 1, "|y_i| <= 1")
GIVEN = (*BASE, x_in_ball, v_near_w, event, signs)
SCOPE = "all n, m, d1, d2 >= 1; B >= 1; 0 < R < 1/100; on the event of Lemma B.1 Part 1; every tau"

e_v = define("e_v", (l, i), moved.F[l, i] - y[l, i])
pull = define("pull_v", (r, i), m * total(l, e_v[l, i] * moved.vS[l, r, i] * moved.S[i, r]))
dw_v = define("dw_v", (k, r), total(i, pull[r, i] * x[k, i]))
loss_v = Fraction(1, 2) * total((i, l), (moved.F[l, i] - y[l, i]) ** 2)

gradient = sqrt(total(k, dw_v[k, r] ** 2))
distance = sqrt(total((i, l), e_v[l, i] ** 2))  # |F(tau) - Y|_F
spread = total((i, l), abs(e_v[l, i]))


def norm_below(square: Theorem, norm: Expr, bound: Expr, c: Context, *side: Theorem) -> Theorem:
    """|g|^2 <= |g| b gives |g| <= b, for b >= 0: |g|^2 <= (|g|^2 + b^2)/2.  ``side``: why b is not negative."""
    hole = Var("_square")
    mean = rules.sign(term=(norm - bound) ** 2, hyps=c.hyps)
    squares = rules.combine(square, mean, goal=square.concl.lhs <= bound**2, factors=(expr(2), expr(1)), hyps=c.hyps)
    rooted = rules.monotone(squares, template=sqrt(hole), hole=hole, hyps=c.hyps)
    plain = c.at(prove_scalar(sqrt(X**2) <= X, (X >= 0,)), values={X: bound},
                 discharge=(rules.relax(rules.sign(*side, term=bound, hyps=c.hyps)),))
    return c.chain(rooted, plain)


def _point(weights: list[int]) -> Point:
    """One input x = 1 with target 1, no motion, and the sign + for the first neuron only."""
    signs_of = [1] + [-1] * (len(weights) - 1)
    return Point({"n": Fraction(1), "m": Fraction(len(weights)), "d1": Fraction(1), "d2": Fraction(1), "B": Fraction(1),
                  "R": Fraction(1, 200)},
                 {"w": [weights], "v": [weights], "x": [[1]], "y": [[1]], "a": [signs_of]})


HEAVY = _point([4] + [0] * 63)  # one neuron holds almost half of the softmax

# ---------------------------------------------------------------- Lemma D.1

d_1 = Claim("lemma.D.1", "lemma", 1012, "the gradient is at most exp(3B) sqrt(nd) |F - Y|_F at any time",
            gradient <= exp(3 * B) * sqrt(n * d2) * distance, scope=SCOPE,
            given=tuple(replace(g, implicit=True, hint=HEAVY) if g is event else g for g in GIVEN),
            note="The lemma states neither the event of Lemma B.1 Part 1 nor a probability, and its bound for neuron r uses "
                 "that all neurons are near their start.",
            latex=r"\lVert\Delta\tilde{w}_r\rVert \le e^{3B}\sqrt{nd_2}\,\lVert\tilde{e}\rVert_F")


def _derivative(c: Context) -> Theorem:
    """The derivative of the loss, coordinate by coordinate (Definition 3.3 and Claim 3.4)."""
    hole = Var("_slope")
    return rules.monotone(c.identity(Diff(loss_v, v[k, r]), dw_v[k, r]), template=sqrt(total(k, hole**2)), hole=hole,
                          hyps=c.hyps)


def _pulls(c: Context) -> Theorem:
    """|g|^2 = sum_i pull_i <g, x_i> <= |g| sum_i |pull_i|, and |pull_i| <= exp(3B) sum_l |e_{l,i}|."""
    hole = Var("_part")
    along = total(k, dw_v[k, r] * x[k, i])
    aligned = c.bound(abs(along) <= gradient, rules.cauchy_schwarz(index=k, f=dw_v[k, r], g=x[k, i], hyps=c.hyps))
    product = rules.abs_product(term=abs(pull[r, i] * along), hyps=c.hyps)
    size = rules.monotone(aligned, template=abs(pull[r, i]) * hole, hole=hole, hyps=c.hyps)
    one = c.chain(rules.below_abs(term=pull[r, i] * along, hyps=c.hyps), product, size)
    strong = rules.monotone(_pull(c), template=hole * gradient, hole=hole, hyps=c.hyps)
    summed = rules.monotone(c.chain(one, strong), template=total(i, hole), hole=hole, hyps=c.hyps)
    square = rules.combine(summed, goal=total(k, dw_v[k, r] ** 2) <= gradient * c.goal.rhs, factors=(expr(1),),
                           hyps=c.hyps)
    return norm_below(square, gradient, c.goal.rhs, c)


def _pull(c: Context) -> Theorem:
    """|<v, S>| <= 2 and m S <= exp(2B + 2R), so 2 exp(2B + 2R) <= exp(3B) is the factor of every |e_{l,i}|."""
    hole = Var("_factor")
    term = abs(m * total(l, e_v[l, i] * moved.vS[l, r, i] * moved.S[i, r]))
    loose = m * total(l, abs(e_v[l, i]) * 2 * (exp(2 * B + 2 * R) / m))
    found = c.bound(term <= loose, c.theorem("lemma.B.2.vS_v"), c.theorem("lemma.B.1.11"))
    absorbed = rules.monotone(c.scalar(2 * exp(2 * B + 2 * R) <= exp(3 * B)), template=hole * total(l, abs(e_v[l, i])),
                              hole=hole, hyps=c.hyps)
    return c.chain(c.identity(abs(pull[r, i]), term), found, c.identity(loose, absorbed.concl.lhs), absorbed)


def _cauchy(c: Context) -> Theorem:
    """Cauchy-Schwarz over l, then over i."""
    hole = Var("_row")
    row = sqrt(total(l, abs(e_v[l, i]) ** 2))
    inner = rules.cauchy_schwarz(index=l, f=abs(e_v[l, i]), g=expr(1), hyps=c.hyps)
    outer = rules.cauchy_schwarz(index=i, f=row, g=expr(1), hyps=c.hyps)
    rows = c.chain(rules.below_abs(term=total(l, abs(e_v[l, i]) * 1), hyps=c.hyps), inner)
    summed = rules.monotone(rows, template=exp(3 * B) * total(i, hole), hole=hole, hyps=c.hyps)
    both = c.chain(rules.below_abs(term=outer.concl.lhs.args[0], hyps=c.hyps), outer)  # type: ignore[attr-defined]
    scaled = rules.monotone(both, template=exp(3 * B) * sqrt(d2) * hole, hole=hole, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, summed.concl.lhs), summed, c.identity(summed.concl.rhs, scaled.concl.lhs), scaled,
                   c.identity(scaled.concl.rhs, c.goal.rhs))


d_1.step("1", eq(sqrt(total(k, Diff(loss_v, v[k, r]) ** 2)), gradient), _derivative, line=1029, rule="identity",
         why="Definition 3.3 and Claim 3.4")
d_1.step("2", gradient <= exp(3 * B) * spread, _pulls, line=1029, uses=("lemma.B.2.vS_v", "lemma.B.1.11"),
         why="|<v, S>| <= 2, Part 11 of Lemma B.1 and |x_i| <= 1; 2 exp(2R) <= exp(B) absorbs the constants",
         rule="triangle")
d_1.step("3", exp(3 * B) * spread <= exp(3 * B) * sqrt(n * d2) * distance, _cauchy, line=1029, why="Cauchy-Schwarz",
         rule="cauchy_schwarz")
d_1.by = lambda c: c.chain(c.step("lemma.D.1/2"), c.step("lemma.D.1/3"))
d_1.mutant(gradient <= distance, "refuted", "without exp(3B) sqrt(nd)")
d_1.mutant(eq(sqrt(total(k, Diff(loss_v, v[k, r]) ** 2)), m * gradient), "refuted", "with another factor m",
           hint=_point([0, 0]))

# ---------------------------------------------------------------- Lemma D.2

MOST = Fraction(1, 100)
d_2 = Claim("lemma.D.2", "lemma", 1037, "one step moves no neuron by more than 0.01, at any time",
            eta * gradient <= MOST, given=(*GIVEN, targets, lam_positive, eta_chosen, lam_bounded), scope=SCOPE,
            note="Of the hypotheses only the choice of eta and |w_r(tau) - w_r(0)| <= R are printed. Lemma D.1 leaves "
                 "|F(tau) - Y|_F, of which the paper says nothing here; |F| <= m is enough for every tau, so the loss "
                 "property is not needed.", latex=r"\eta\lVert\Delta\tilde{w}_r\rVert \le 0.01")


def _moved_step(c: Context) -> Theorem:
    hole = Var("_norm")
    positive = c.scalar(eta > 0)
    return rules.monotone(c.theorem("lemma.D.1"), positive, template=eta * hole, hole=hole, hyps=c.hyps)


def _distance(c: Context) -> Theorem:
    """e^2 <= 2 F^2 + 2 y^2, |F| <= m and |y_i| <= 1."""
    hole = Var("_term")
    f = moved.F[l, i]
    halves = rules.sign(term=(f + y[l, i]) ** 2, hyps=c.hyps)
    output = rules.monotone(_output(c), template=hole**2, hole=hole, hyps=c.hyps)
    entry = rules.combine(halves, output, goal=e_v[l, i] ** 2 <= 2 * m**2 + 2 * y[l, i] ** 2, hyps=c.hyps,
                          factors=(expr(1), expr(2)))
    summed = rules.monotone(entry, template=total((i, l), hole), hole=hole, hyps=c.hyps)
    target = rules.monotone(c.given(targets.rel), template=total(i, 2 * hole**2), hole=hole, hyps=c.hyps)
    room = rules.weaken(prove_scalar(n * (2 * d2 * m**2 + 2) <= 4 * n * d2 * m**2, ()), hyps=c.hyps)
    square = rules.combine(summed, target, room, goal=total((i, l), e_v[l, i] ** 2) <= 4 * n * d2 * m**2,
                           factors=(expr(1),) * 3, hyps=c.hyps)
    rooted = rules.monotone(square, template=sqrt(hole), hole=hole, hyps=c.hyps)
    return c.chain(rooted, c.identity(rooted.concl.rhs, c.goal.rhs))


def _output(c: Context) -> Theorem:
    """|F_{l,i}| <= m, for every W: the softmax sums to one."""
    size = abs(m * total(r, a[l, r] * moved.S[i, r]))
    loose = m * total(r, 1 * moved.S[i, r])
    return c.chain(c.identity(abs(moved.F[l, i]), size), c.bound(size <= loose, c.given(signs.rel)),
                   c.identity(loose, m))


def _small(c: Context) -> Theorem:
    plain = 2 * m * n * d2 * eta * exp(3 * B)
    narrow = tuple(g.rel for g in (B_at_least_1, lam_positive, eta_chosen, lam_bounded))
    return c.chain(c.identity(c.goal.lhs, plain), prove_scalar(plain <= MOST, narrow))


d_2.step("1", eta * gradient <= eta * (exp(3 * B) * sqrt(n * d2) * distance), _moved_step, line=1052, why="Lemma D.1",
         uses=("lemma.D.1",), rule="monotone")
d_2.step("2", distance <= 2 * m * sqrt(n * d2), _distance, line=1052, rule="combine",
         why="left out: |F| <= m and |y_i| <= 1, at every W")
d_2.step("3", eta * (exp(3 * B) * sqrt(n * d2) * (2 * m * sqrt(n * d2))) <= MOST, _small, line=1052, rule="scalar",
         why="the choice of eta, and lambda <= 4 exp(4B)")


def _d_2(c: Context) -> Theorem:
    hole = Var("_distance")
    larger = rules.monotone(c.step("lemma.D.2/2"), c.scalar(eta > 0), hole=hole, hyps=c.hyps,
                            template=eta * (exp(3 * B) * sqrt(n * d2) * hole))
    return c.chain(c.step("lemma.D.2/1"), larger, c.step("lemma.D.2/3"))


d_2.by = _d_2
d_2.mutant(eta * gradient <= MOST, "refuted", "not for every eta", drop=(eta_chosen.rel,))

# ---------------------------------------------------------------- Lemma D.3

start = sqrt(total((i, l), (F_0[l, i] - y[l, i]) ** 2))
d_3 = Claim("lemma.D.3", "lemma", 1056, "|F(0) - Y|_F is at most sqrt(nd); the hidden constant is 1",
            start <= sqrt(n * d2), given=(targets,), scope="all n, d1, d2 >= 1, all even m; symmetric initialization",
            latex=r"\lVert F^{(0)}-y\rVert_F \le \sqrt{nd_2}")


def _targets_only(c: Context) -> Theorem:
    return rules.monotone(c.theorem("def.3.7/zero"), template=sqrt(total((i, l), (Var("_f") - y[l, i]) ** 2)),
                          hole=Var("_f"), hyps=c.hyps)


def _count(c: Context) -> Theorem:
    hole = Var("_row")
    rows = rules.monotone(c.given(targets.rel), template=sqrt(total(i, hole**2)), hole=hole, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, rows.concl.lhs), rows, c.identity(rows.concl.rhs, c.goal.rhs))


ZERO = expr(0)
d_3.step("1", eq(start, sqrt(total((i, l), (ZERO - y[l, i]) ** 2))), _targets_only, line=1064, rule="monotone",
         uses=("def.3.7/zero",), why="the symmetric initialization: F(0) = 0")
d_3.step("2", sqrt(total((i, l), (ZERO - y[l, i]) ** 2)) <= sqrt(n), _count, line=1064, why="|y_i| <= 1", rule="monotone")
d_3.step("3", sqrt(n) <= sqrt(n * d2), by_scalar, line=1064, why="d >= 1", rule="scalar")
d_3.mutant(start <= sqrt(n), "proved", "sqrt(n) is enough",
           by=lambda c: c.chain(c.step("lemma.D.3/1"), c.step("lemma.D.3/2")))
d_3.mutant(start <= sqrt(n) / 2, "refuted", "with half of sqrt(n)")
d_3.mutant(start <= sqrt(n * d2), "refuted", "needs |y_i| <= 1", drop=(targets.rel,))

claims = (d_1, d_2, d_3)
