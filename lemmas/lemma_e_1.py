"""Lemma E.1: one step of gradient descent takes ||F - Y||^2 apart into C0, C1, C2 and C3 (lines 1073-1143).

u[i,r] = -eta <Delta w_r, x_i> is by how much the step moves <w_r, x_i>.  In place of the paper's Theta(1) u^2 stands the
number that makes the decomposition exact, neuron by neuron: rho[i,r] = e^u - 1 - u.  With it everything is an identity
for all sizes, all weights, every eta and every direction Delta w, without the gradient property; |u| <= 0.01 is needed
for Theta(1) = rho/u^2 to lie between 0.498 and 0.502.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lemmas.claim_3_4 import residual
from lemmas.eq_1 import SIZES
from lemmas.facts_a import HIGH, LOW, X
from lemmas.notation import F, S, Softmax, a, alpha, dot, eta, i, k, l, m, r, signs, softmax, w, x, x_in_ball, y
from proofcheck.claims import Claim, Given, Proof, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Var, add, define, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

direction = Array("Delta_w", (k, r))  # Delta w_r(tau); nothing here depends on its being the gradient


@dataclass(frozen=True)
class OneStep:
    """What the lemma defines for one step of size ``rate``: the net after it, u, rho, and v0, v1, v2 at (l, i)."""

    net: Softmax
    u: Array
    rho: Array
    v0: Array
    v1: Array
    v2: Array


def one_step(rate: Expr, suffix: str = "") -> OneStep:
    """The step from w to w - rate Delta w (lines 1079-1101)."""
    after = softmax(define(f"w_next{suffix}", (k, r), w[k, r] - rate * direction[k, r]), f"_next{suffix}")
    u = define(f"u{suffix}", (i, r), -rate * total(k, direction[k, r] * x[k, i]))
    rho = define(f"rho{suffix}", (i, r), exp(u[i, r]) - 1 - u[i, r])
    v0, v1, v2 = (define(f"v{t}{suffix}", (l, i), m * total(r, a[l, r] * part)) for t, part in enumerate((
        (1 / after.alpha[i] - 1 / alpha[i]) * exp(dot(after.weights, r, i)),
        1 / alpha[i] * exp(dot(w, r, i)) * u[i, r],
        1 / alpha[i] * exp(dot(w, r, i)) * rho[i, r])))
    return OneStep(after, u, rho, v0, v1, v2)


step = one_step(eta)
after, u, rho = step.net, step.u, step.rho
v0, v1, v2 = step.v0[l, i], step.v1[l, i], step.v2[l, i]
F_gap = after.F[l, i] - F[l, i]


def over_outputs(term: Expr) -> Expr:
    """The sum over all outputs and data points: squared Frobenius norms and inner products of vec(...)."""
    return total((i, l), term)


before_error, after_error = over_outputs(residual**2), over_outputs((after.F[l, i] - y[l, i]) ** 2)
C0, C1, C2 = (2 * over_outputs(residual * part) for part in (v0, v1, v2))
C3 = over_outputs(F_gap**2)

# ---------------------------------------------------------------- Eq. 10 and the three parts

lemma = Claim("lemma.E.1", "lemma", 1073, "||F(tau+1) - Y||^2 = ||F(tau) - Y||^2 + C0 + C1 + C2 + C3",
              eq(after_error, before_error + C0 + C1 + C2 + C3), scope=SIZES,
              note="The gradient property is not needed for the decomposition, only for the size of Theta(1), "
                   "lemma.E.1/theta; as stated, for i in [tau] = {1, ..., tau}, it leaves out the step from W(0). The "
                   "conclusion has F(t) for F(tau).",
              latex=r"\lVert F^{+}-y\rVert_F^2 = \lVert F-y\rVert_F^2\brk+2\sum_{i,l}(F_{l,i}-y_{l,i})v_{0,l,i}"
                    r"\brk+2\sum_{i,l}(F_{l,i}-y_{l,i})v_{1,l,i}\brk+2\sum_{i,l}(F_{l,i}-y_{l,i})v_{2,l,i}\brk+\lVert "
                    r"F^{+}-F\rVert_F^2")

in_residual = over_outputs((y[l, i] - F[l, i] - F_gap) ** 2)
eq_10 = before_error - 2 * over_outputs((y[l, i] - F[l, i]) * F_gap) + C3
lemma.step("expand.1", eq(over_outputs((y[l, i] - after.F[l, i]) ** 2), in_residual), by_identity, line=1108,
           why="F(tau) is added and taken away", rule="identity")
lemma.step("expand", eq(in_residual, eq_10), by_identity, line=1109, why="Fact A.3, on vectors of length nd (Eq. 10)",
           uses=("fact.A.3",), rule="identity")

# the four lines of F(tau+1) - F(tau); what stands in front of the second sum does not change
first_sum = m * total(r, a[l, r] * (1 / after.alpha[i] - 1 / alpha[i]) * exp(dot(after.weights, r, i)))


def second_sum(change: Expr) -> Expr:
    """m times the sum of a_{l,r} alpha_i^-1 times a change of exp(<w_r, x_i>)."""
    return m * total(r, a[l, r] * (1 / alpha[i]) * change)


joint = m * total(r, a[l, r] * (1 / after.alpha[i] * exp(dot(after.weights, r, i)) - 1 / alpha[i] * exp(dot(w, r, i))))
apart = first_sum + second_sum(exp(dot(after.weights, r, i)) - exp(dot(w, r, i)))
factored = first_sum + second_sum(exp(dot(w, r, i)) * (exp(u[i, r]) - 1))
expanded = first_sum + second_sum(exp(dot(w, r, i)) * (u[i, r] + rho[i, r]))

lemma.step("split.1", eq(F_gap, joint), by_identity, line=1120, why="the definition of F", rule="identity")
lemma.step("split.2", eq(joint, apart), by_identity, line=1121,
           why="alpha(tau)^-1 exp(<w_r(tau+1), x_i>) is taken away and added", rule="identity")
lemma.step("split.3", eq(apart, factored), by_identity, line=1124, rule="identity",
           why="the paper's reason, |eta <Delta w_r, x_i>| <= 0.01, is that of the next line: this one is exp of a sum, for "
               "every eta")
lemma.step("split.4", eq(factored, expanded), by_identity, line=1126, rule="identity",
           why="Fact A.8 with rho for its Theta(1) x^2; Theta(1) is a different number for every neuron and data point, see "
               "lemma.E.1/theta")
lemma.step("split", eq(F_gap, expanded), lambda c: c.chain(*(c.step(f"lemma.E.1/split.{t}") for t in "123"), c.identity(
    factored, expanded)), line=1120, why="the four lines together", rule="transitive")
lemma.step("sum", eq(F_gap, v0 + v1 + v2),
           lambda c: c.chain(c.step("lemma.E.1/split"), c.identity(expanded, v0 + v1 + v2)), line=1127,
           why="the definitions of v0, v1, v2", rule="identity",
           typo="v1 and v2 have an unbalanced parenthesis in exp((<w_r, x_i>) (...)",
           latex=r"F^{+}_{l,i}-F_{l,i} = v_{0,l,i}+v_{1,l,i}+v_{2,l,i}")


def _conclude(c: Context) -> Theorem:
    """Put v0 + v1 + v2 into the middle term of Eq. 10."""
    hole = Var("_gap")
    opened = c.step("lemma.E.1/expand")
    turned = c.chain(c.identity(after_error, in_residual), opened)
    template = before_error + 2 * over_outputs(residual * hole) + C3
    filled = rules.monotone(c.step("lemma.E.1/sum"), template=template, hole=hole, hyps=c.hyps)
    return c.chain(turned, c.identity(eq_10, filled.concl.lhs), filled, c.identity(filled.concl.rhs, c.goal.rhs))


against = tuple(over_outputs((y[l, i] - F[l, i]) * part) for part in (F_gap, v0 + v1 + v2, v0, v1, v2))
lemma.step("inner.1", eq(against[0], against[1]), by_identity, line=1140, why="F(tau+1) - F(tau) = v0 + v1 + v2",
           rule="identity")
lemma.step("inner.2", eq(against[1], add(*against[2:])), by_identity, line=1141, why="the inner product is linear",
           rule="identity")
lemma.by = _conclude


def recombined(first: Expr, second: Expr, third: Expr) -> Expr:
    """The right side of the lemma with other parts in place of v0, v1, v2."""
    return add(before_error, *(2 * over_outputs(residual * part) for part in (first, second, third)), C3)




def at_rest(rate: Fraction) -> Point:
    """Two neurons at w = 0 with opposite signs, x = 1 and y = -1: F = 0, the gradient is (1, -1), u = (-rate, rate)."""
    one, nil = Fraction(1), Fraction(0)
    return Point({"n": one, "d1": one, "d2": one, "m": Fraction(2), "eta": rate, "c": Fraction(2)},
                 {"w": [[nil, nil]], "x": [[one]], "a": [[one, -one]], "Delta_w": [[one, -one]], "y": [[-one]],
                  "psi": [[one, one]]})


FAR, NEAR = at_rest(Fraction(1)), at_rest(Fraction(1, 128))
halved = define("v2_half", (l, i), second_sum(exp(dot(w, r, i)) * Fraction(1, 2) * u[i, r] ** 2))
inside = define("v1_inside", (l, i), second_sum(exp(dot(w, r, i) * u[i, r])))
lemma.mutant(eq(after_error, before_error + C0 + C1 + C2), "refuted", "without C3", hint=FAR)
lemma.mutant(eq(after_error, before_error - C0 - C1 - C2 + C3), "refuted", "with <Y - F, v> in C0, C1, C2", hint=FAR)
lemma.mutant(eq(after_error, before_error + (C0 + C1 + C2) / 2 + C3), "refuted", "without the factors 2", hint=FAR)
lemma.mutant(eq(after_error, recombined(v0, v1, halved[l, i])), "refuted",
             "with one number, 1/2, for every Theta(1)", hint=FAR)
lemma.mutant(eq(after_error, recombined(v0, inside[l, i], v2)), "refuted",
             "with the product inside exp in v1, as its unbalanced parenthesis can be read", hint=FAR)
lemma.mutant(eq(after_error, recombined(-v0, v1, v2)), "refuted", "with the opposite sign of v0", hint=FAR)

# ---------------------------------------------------------------- Theta(1)

gradient_small = Given(eta * sqrt(total(k, direction[k, r] ** 2)) <= Fraction(1, 100),
                       "gradient property: eta |Delta w_r| <= 0.01")
eta_positive = Given(eta > 0, "eta > 0")
SMALL = (eta_positive, gradient_small, Given(x_in_ball.rel, x_in_ball.words, implicit=True))
OWN_SMALL = (eta_positive, gradient_small, x_in_ball)
SMALL_SCOPE = "all n, m, d1, d2 >= 1, all weights and targets, |x_i| <= 1, on the gradient property"


def _size(c: Context) -> Theorem:
    """Cauchy-Schwarz."""
    shift = total(k, direction[k, r] * x[k, i])
    hole = Var("_size")
    cauchy = rules.cauchy_schwarz(index=k, f=direction[k, r], g=x[k, i])
    scaled = rules.monotone(cauchy, template=eta * hole, hole=hole, hyps=c.hyps)
    length = sqrt(total(k, direction[k, r] ** 2))
    unit = rules.monotone(c.given(x_in_ball.rel), template=eta * length * hole, hole=hole, hyps=c.hyps)
    return c.chain(c.identity(abs(u[i, r]), eta * abs(shift)), scaled, unit,
                   c.identity(unit.concl.rhs, eta * length), c.given(gradient_small.rel))


size = Claim("lemma.E.1/theta.size", "claim", 1129, "|eta <Delta w_r, x_i>| <= 0.01", abs(u[i, r]) <= Fraction(1, 100),
             given=SMALL, scope=SMALL_SCOPE, by=_size, printed=True, latex=r"\lvert u_{i,r}\rvert \le 0.01")
size.mutant(abs(u[i, r]) <= Fraction(7, 1000), "refuted", "with 0.007", hint=NEAR)


def _fact_a_8(side: str) -> Proof:
    """Fact A.8 at x = u."""

    def proof(c: Context) -> Theorem:
        found = c.at(c.theorem(f"fact.A.8.{side}"), values={X: u[i, r]}, discharge=(c.theorem("lemma.E.1/theta.size"),))
        return rules.combine(found, goal=c.goal, factors=(expr(1),), hyps=c.hyps)

    return proof


low = Claim("lemma.E.1/theta.lower", "claim", 1126, "Theta(1) >= 0.498", LOW * u[i, r] ** 2 <= rho[i, r], given=OWN_SMALL,
            scope=SMALL_SCOPE, by=_fact_a_8("lower"), uses=("fact.A.8.lower", "lemma.E.1/theta.size"))
low.mutant(u[i, r] ** 2 / 2 <= rho[i, r], "refuted", "with 1/2", hint=NEAR)
low.mutant(LOW * u[i, r] ** 2 <= rho[i, r], "refuted", "needs the gradient property",
           drop=(gradient_small.rel,), hint=FAR)
high = Claim("lemma.E.1/theta.upper", "claim", 1126, "Theta(1) <= 0.502", rho[i, r] <= HIGH * u[i, r] ** 2, given=OWN_SMALL,
             scope=SMALL_SCOPE, by=_fact_a_8("upper"), uses=("fact.A.8.upper", "lemma.E.1/theta.size"))
high.mutant(rho[i, r] <= u[i, r] ** 2 / 2, "refuted", "with 1/2", hint=NEAR)
high.mutant(rho[i, r] <= HIGH * u[i, r] ** 2, "refuted", "needs the gradient property",
            drop=(gradient_small.rel,), hint=FAR)
theta = Claim("lemma.E.1/theta", "claim", 1126, "rho = Theta(1) u^2 with 0.498 <= Theta(1) <= 0.502", scope=SMALL_SCOPE,
              parts=("lemma.E.1/theta.size", "lemma.E.1/theta.lower", "lemma.E.1/theta.upper"),
              note="Theta(1) = (e^u - 1 - u)/u^2 depends on r and i and, through u, on eta; where u = 0 any number serves.")

psi = Array("psi", (i, r))  # Theta(1), neuron by neuron
psi_given = Given(eq(exp(u[i, r]), 1 + u[i, r] + psi[i, r] * u[i, r] ** 2),
                  "Theta(1) at r and i is psi: e^u = 1 + u + psi u^2")
printed_v2 = second_sum(exp(dot(w, r, i)) * eta**2 * psi[i, r] * total(k, direction[k, r] * x[k, i]) ** 2)
as_printed = Claim("lemma.E.1/v2", "claim", 1089, "v2 as it is printed, with psi[i,r] for Theta(1)", eq(v2, printed_v2),
                   given=(psi_given,), scope=SIZES)


def _as_printed(c: Context) -> Theorem:
    """rho = psi u^2, inside the sum over the neurons."""
    hole = Var("_rho")
    defined = rules.combine(c.given(psi_given.rel), goal=eq(rho[i, r], psi[i, r] * u[i, r] ** 2), factors=(expr(1),),
                            hyps=c.hyps)
    filled = rules.monotone(defined, template=second_sum(exp(dot(w, r, i)) * hole), hole=hole, hyps=c.hyps)
    return c.chain(c.identity(v2, filled.concl.lhs), filled, c.identity(filled.concl.rhs, printed_v2))


as_printed.by = _as_printed
as_printed.mutant(eq(v2, printed_v2), "refuted", "not with any other number", drop=(psi_given.rel,), hint=FAR)

# ---------------------------------------------------------------- the orders in eta

factor = Var("c")
scaled = one_step(factor * eta, "_c")
order = Claim("lemma.E.1/order", "claim", 1135, "v0 and v1 are linear in eta, v2 is quadratic", scope=SIZES,
              parts=("lemma.E.1/order.v0", "lemma.E.1/order.v1", "lemma.E.1/order.v2"))
order_0 = Claim("lemma.E.1/order.v0", "claim", 1135, "v0 is linear in eta: a step c times as long makes it c times as large",
                eq(scaled.v0[l, i], factor * v0), scope=SIZES, printed=True, hint=FAR,
                latex=r"v^{(0,c)}_{l,i} = c\,v_{0,l,i}")
order_1 = Claim("lemma.E.1/order.v1", "claim", 1135, "v1 is linear in eta", eq(scaled.v1[l, i], factor * v1), scope=SIZES,
                by=by_identity, printed=True)
order_1.mutant(eq(scaled.v1[l, i], factor**2 * v1), "refuted", "but not quadratic", hint=FAR)
order_2 = Claim("lemma.E.1/order.v2", "claim", 1135, "v2 is quadratic in eta", eq(scaled.v2[l, i], factor**2 * v2),
                scope=SIZES, printed=True, hint=FAR, note="Its Theta(1) depends on eta.",
                latex=r"v^{(2,c)}_{l,i} = c^2v_{2,l,i}")
order_0.mutant(eq(scaled.v0[l, i], factor**2 * v0), "refuted", "nor is it quadratic", hint=FAR)
order_2.mutant(eq(scaled.v2[l, i], factor * v2), "refuted", "nor is it linear", hint=FAR)

mean_u, mean_rho = (total(r, S[i, r] * part[i, r]) for part in (u, rho))
order_0.repair = Repair(
    "lemma.E.1/order.v0/repair",
    "The linear part of v0 is -F(tau) E[u] with the softmax S_i(tau) as the law of r; what is left are F(tau) E[rho] and a "
    "product of two small factors.",
    by=by_identity, rel=eq(v0, -F[l, i] * mean_u - (F[l, i] * mean_rho + (v0 + v1 + v2) * (mean_u + mean_rho))))


def _second_order(c: Context) -> Theorem:
    """|a| = 1 and rho <= 0.502 u^2, which is not negative."""
    weight = 1 / alpha[i] * exp(dot(w, r, i))
    split = rules.triangle(term=abs(total(r, a[l, r] * weight * rho[i, r])), hyps=c.hyps)
    apart_r = rules.abs_product(term=split.concl.rhs.body, hyps=c.hyps)  # type: ignore[attr-defined]
    hole = Var("_part")
    lower = rules.combine(c.theorem("lemma.E.1/theta.lower"), rules.sign(term=u[i, r] ** 2, hyps=c.hyps),
                          goal=-HIGH * u[i, r] ** 2 <= rho[i, r], factors=(expr(1), expr(LOW + HIGH)), hyps=c.hyps)
    upper = c.theorem("lemma.E.1/theta.upper")
    flipped = rules.combine(lower, goal=-rho[i, r] <= HIGH * u[i, r] ** 2, factors=(expr(1),), hyps=c.hyps)
    around = rules.abs_bound(rules.weaken(upper, hyps=c.hyps), flipped, term=rho[i, r])
    lifted = rules.monotone(around, template=m * total(r, S[i, r] * hole), hole=hole, hyps=c.hyps)
    unsigned = m * total(r, hole * S[i, r] * abs(rho[i, r]))
    units = rules.monotone(c.given(signs.rel), template=unsigned, hole=hole, hyps=c.hyps)
    body = rules.monotone(apart_r, template=m * total(r, hole), hole=hole, hyps=c.hyps)
    outer = rules.monotone(split, template=m * hole, hole=hole, hyps=c.hyps)
    return c.chain(c.identity(abs(v2), outer.concl.lhs), outer, body, c.identity(body.concl.rhs, units.concl.lhs), units,
                   c.identity(units.concl.rhs, lifted.concl.lhs), lifted, c.identity(lifted.concl.rhs, c.goal.rhs))


order_2.repair = Repair(
    "lemma.E.1/order.v2/repair",
    "v2 is of second order in size: at most 0.502 m times the mean of u^2 under the softmax, and u^2 is quadratic in eta.",
    by=_second_order, rel=abs(v2) <= m * HIGH * total(r, S[i, r] * u[i, r] ** 2), given=(*OWN_SMALL, signs),
    uses=("lemma.E.1/theta.lower", "lemma.E.1/theta.upper"))

claims = (lemma, size, low, high, theta, as_printed, order_0, order_1, order_2, order)
