"""Theorem R, the facts: exact identities of one step and bounds that need no perturbation argument (repairs lines 172-190).

Theorem R stands in the place of Theorem 4.2.  With mu = lambda, rho = m max S(0), Lam = lambda_max(H(0)): if (A) m lambda >=
7 rho sqrt(n d) |Y| and (B) eta <= 1/(12 m Lam), then |F - Y|^2 falls by the factor 1 - m eta lambda/2 at every step.
Here are the identities that it starts from, what the event |<w_r, x_i>| <= B gives for rho, lambda and Lam, the
probability of that event for a B that grows with m, and why a width satisfies the condition.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.claim_3_4 import residual
from lemmas.def_3_6 import form
from lemmas.def_4_1 import B_of_m, B_of_m_at_most, log_union
from lemmas.eq_1 import SIZES
from lemmas.lemma_e_1 import C1, FAR, after, direction, over_outputs, u, v0
from lemmas.lemma_e_4 import TILTED
from lemmas.notation import (
    B,
    B_at_least_1,
    E,
    F,
    H,
    S,
    a,
    alpha,
    d2,
    delta,
    dw,
    eta,
    event,
    i,
    j,
    k,
    l,
    lam,
    m,
    n,
    r,
    s,
    sigma,
    signs,
    w,
    x,
    x_in_ball,
)
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Fn, Var, define, eq, exp, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity
from proofcheck.prove.scalar import prove_scalar

ONE = Fraction(1)
HOLE = Var("_part")
LINE = 178  # Theorem 4.2, which this replaces
EVENT_SCOPE = "all n, m, d1, d2 >= 1; on the event |<w_r, x_i>| <= B"

# ---------------------------------------------------------------- exact identities

mean_exp = total(r, S[i, r] * exp(u[i, r]))
ratio = Claim("theorem.R/alpha", "identity", LINE, "alpha_i(tau+1)/alpha_i(tau) is the softmax mean of e^u",
              eq(after.alpha[i] / alpha[i], mean_exp), scope=SIZES, by=by_identity)
ratio.mutant(eq(after.alpha[i] / alpha[i], exp(total(r, S[i, r] * u[i, r]))), "refuted", "with the exponential of the mean",
             hint=FAR)

tilt = Claim("theorem.R/softmax", "identity", LINE, "S_r(tau+1) = S_r e^{u_r} / E_S[e^u]",
             eq(after.S[i, r], S[i, r] * exp(u[i, r]) / total(s, S[i, s] * exp(u[i, s]))), scope=SIZES, by=by_identity)
tilt.mutant(eq(after.S[i, r], S[i, r] * exp(u[i, r])), "refuted", "without the normalization", hint=FAR)

v0_exact = Claim("theorem.R/v0", "identity", LINE, "v0 = F(tau+1) (1 - alpha(tau+1)/alpha(tau))",
                 eq(v0, after.F[l, i] * (1 - after.alpha[i] / alpha[i])), scope=SIZES, by=by_identity)
v0_exact.mutant(eq(v0, F[l, i] * (1 - after.alpha[i] / alpha[i])), "refuted", "with F(tau) for F(tau+1)", hint=FAR)
v0_mean = Claim("theorem.R/v0.mean", "identity", LINE, "v0 = -F(tau+1) E_S[e^u - 1]",
                eq(v0, -after.F[l, i] * total(r, S[i, r] * (exp(u[i, r]) - 1))), scope=SIZES, by=by_identity)
v0_mean.mutant(eq(v0, after.F[l, i] * total(r, S[i, r] * (exp(u[i, r]) - 1))), "refuted", "with the opposite sign", hint=FAR)

g = define("g", (l, i), total(s, a[l, s] * S[i, s]))  # F/m, the mean of the signs
J = define("J", (l, i, k, r), m * x[k, i] * S[i, r] * (a[l, r] - g[l, i]))
jacobian = Claim("theorem.R/J", "identity", LINE, "J = m x_i S_{i,r} (a_{l,r} - g_{l,i}) is the Jacobian of F",
                 eq(Diff(F[l, i], w[k, r]), J[l, i, k, r]), scope=SIZES, by=by_identity, uses=("eq.2",))
jacobian.mutant(eq(Diff(F[l, i], w[k, r]), m * x[k, i] * S[i, r] * a[l, r]), "refuted", "without the mean of the signs",
                hint=TILTED)
descent_direction = Claim("theorem.R/gradient", "identity", LINE, "the gradient is J^T (F - Y)",
                          eq(dw[k, r], total((l, i), J[l, i, k, r] * residual)), scope=SIZES, by=by_identity,
                          uses=("claim.3.4",))
descent_direction.mutant(eq(dw[k, r], m * total((l, i), J[l, i, k, r] * residual)), "refuted", "with another factor m",
                         hint=TILTED)

vector = Array("q", (l, i))  # any vector of R^{nd}, such as e = F - Y
energy = total((k, r), total((l, i), J[l, i, k, r] * vector[l, i]) ** 2)
form_energy = Claim("theorem.R/energy", "identity", LINE, "m q^T H q = |J^T q|^2 for every q, that is H = J J^T / m",
                    eq(m * form, energy), scope=SIZES, by=by_identity)
form_energy.mutant(eq(form, energy), "refuted", "without the factor m",
                   hint=Point(TILTED.scalars, {**TILTED.arrays, "q": [[ONE]]}))
mean_u = total(r, S[i, r] * u[i, r])
downhill = -2 * eta * total((k, r), dw[k, r] * direction[k, r])
c1_exact = Claim("theorem.R/C1", "identity", LINE,
                 "C1 = -2 eta <J^T e, Delta w> + 2 sum e F E_S[u], e = F - Y, for every direction Delta w",
                 eq(C1, downhill + 2 * over_outputs(residual * F[l, i] * mean_u)),
                 scope=SIZES, by=by_identity, uses=("theorem.R/gradient", "theorem.R/energy"),
                 note="Along the gradient the first part is -2 m eta e^T H e (theorem.R/energy).")
c1_exact.mutant(eq(C1, downhill), "refuted", "without the mean of u", hint=TILTED)

# one softmax along a line: logits c + t q
t = Var("t")
c_r, q_r, sign_r = Array("logit", (r,)), Array("move", (r,)), Array("sgn", (r,))


def along(neuron: object, time: Expr) -> Expr:
    """The softmax of c + time q at a neuron."""
    return exp(c_r[neuron] + time * q_r[neuron]) / total(s, exp(c_r[s] + time * q_r[s]))  # type: ignore[index]


def mean(term: Expr, weight: Expr) -> Expr:
    """The mean of a term in r."""
    return total(r, weight * term)


p_t = along(r, t)
sign_mean, move_mean = mean(sign_r[r], p_t), mean(q_r[r], p_t)
chi = (sign_r[r] - sign_mean) * (q_r[r] - move_mean)
line = Claim("theorem.R/line", "identity", LINE, "d/dt [(a - a_mean) p] = p (chi - E_p chi), chi = (a - a_mean)(q - q_mean)",
             eq(Diff((sign_r[r] - sign_mean) * p_t, t), p_t * (chi - mean(chi, p_t))), by=by_identity,
             scope="all m, all logits c + t q and all numbers a")
TWO = Point({"m": Fraction(2), "t": Fraction(0)}, {"logit": [ONE, 0], "move": [ONE, -1], "sgn": [ONE, -1]})
line.mutant(eq(Diff((sign_r[r] - sign_mean) * p_t, t), p_t * chi), "refuted", "without the mean of chi", hint=TWO)
line_mean = Claim("theorem.R/line.mean", "identity", LINE, "d/dt E_p a = E_p chi", eq(Diff(sign_mean, t), mean(chi, p_t)),
                  by=by_identity, scope="all m, all logits c + t q and all numbers a")
line_mean.mutant(eq(Diff(sign_mean, t), mean(sign_r[r] * q_r[r], p_t)), "refuted", "without the means", hint=TWO)

# ---------------------------------------------------------------- on the event: rho, lambda, Lam

cosh_B = (exp(B) + exp(-B)) / 2
squares = Claim("theorem.R/kantorovich.square", "claim", LINE, "m sum_r S_{i,r}^2 <= cosh(B)^2 (Kantorovich)",
                m * total(r, S[i, r] ** 2) <= cosh_B**2, given=(event,), scope=EVENT_SCOPE)


def _positive(c: Context, larger: Theorem) -> Theorem:
    """0 <= b - a from a <= b."""
    gap = larger.concl.rhs - larger.concl.lhs
    return rules.combine(larger, goal=0 <= gap, factors=(expr(1),), hyps=c.hyps)


def _squares(c: Context) -> Theorem:
    """(e^B - E)(E - e^-B) >= 0, summed over the neurons, and (cosh(B) alpha - m)^2 >= 0."""
    high, low = c.bound(E[i, r] <= exp(B)), c.bound(exp(-B) <= E[i, r])
    inside = rules.combine(high, _positive(c, low), goal=E[i, r] ** 2 <= 2 * cosh_B * E[i, r] - 1, hyps=c.hyps,
                           factors=(E[i, r] - exp(-B),))
    summed = rules.monotone(inside, template=total(r, HOLE), hole=HOLE, hyps=c.hyps)
    mean_square = rules.sign(term=(cosh_B * alpha[i] - m) ** 2, hyps=c.hyps)
    return rules.combine(summed, mean_square, goal=c.goal, factors=(m / alpha[i] ** 2, 1 / alpha[i] ** 2), hyps=c.hyps)


squares.by = _squares
ON_EVENT = Point({"n": ONE, "d1": ONE, "d2": ONE, "m": Fraction(2), "B": ONE, "lam": ONE, "Lam": ONE, "R": ONE},
                 {"w": [[ONE, -ONE]], "x": [[ONE]], "a": [[ONE, -ONE]], "y": [[ONE]]})
squares.mutant(m * total(r, S[i, r] ** 2) <= cosh_B, "refuted", "without the square", hint=ON_EVENT)
squares.mutant(m * total(r, S[i, r] ** 2) <= cosh_B**2, "refuted", "needs the event", drop=(event.rel,))

products = Claim("theorem.R/kantorovich", "claim", LINE, "m sum_r S_{i,r} S_{j,r} <= cosh(B)^2",
                 m * total(r, S[i, r] * S[j, r]) <= cosh_B**2, given=(event,), scope=EVENT_SCOPE,
                 uses=("theorem.R/kantorovich.square",))


def _products(c: Context) -> Theorem:
    """2 S_i S_j <= S_i^2 + S_j^2."""
    one = c.theorem("theorem.R/kantorovich.square")
    apart = rules.sign(term=total(r, (S[i, r] - S[j, r]) ** 2), hyps=c.hyps)
    return rules.combine(one, c.at(one, {i: j}), apart, goal=c.goal, hyps=c.hyps,
                         factors=(expr(Fraction(1, 2)), expr(Fraction(1, 2)), m / 2))


products.by = _products
products.mutant(m * total(r, S[i, r] * S[j, r]) <= 1, "refuted", "with the bound 1", hint=ON_EVENT)

largest = Claim("theorem.R/rho", "claim", LINE, "rho = m max S <= e^{2B} on the event", m * S[i, r] <= exp(2 * B),
                given=(event,), scope=EVENT_SCOPE, by=lambda c: c.bound())
largest.mutant(m * S[i, r] <= exp(B), "refuted", "with e^B", hint=Point(
    {**ON_EVENT.scalars, "m": Fraction(20)}, {"w": [[ONE, *([-ONE] * 19)]], "x": [[ONE]]}))

least_rho = Claim("theorem.R/rho.least", "claim", LINE, "rho >= 1, because the softmax adds up to 1",
                  1 <= Var("rho"), given=(Given(m * S[i, r] <= Var("rho"), "m S <= rho"),), scope=SIZES)


def _least_rho(c: Context) -> Theorem:
    """The mean over the neurons."""
    summed = rules.monotone(c.given(least_rho.given[0].rel), template=total(r, HOLE) / m, hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(expr(1), summed.concl.lhs), summed, c.identity(summed.concl.rhs, Var("rho")))


least_rho.by = _least_rho
least_rho.mutant(Fraction(101, 100) <= Var("rho"), "refuted", "more than 1", hint=Point(
    {"n": ONE, "d1": ONE, "m": ONE, "rho": ONE}, {"w": [[ONE]], "x": [[ONE]]}))

Lam = Var("Lam")
balanced = Given(eq(total(s, a[l, s] * S[i, s]), 0), "<a_l, S_i> = 0, as at initialization (Definition 3.7)")
least = Given(lam <= H[l, l, i, i], "lambda, the least eigenvalue, is at most every diagonal entry of H")
greatest = Given(Lam <= total((l, i), H[l, l, i, i]), "Lam, the largest eigenvalue, is at most the trace: H is psd")
GEOMETRY = (signs, x_in_ball, event, balanced)

REST = Point({"n": ONE, "d1": ONE, "d2": ONE, "m": Fraction(2), "B": ONE, "lam": ONE, "Lam": ONE, "R": ONE, "eta": ONE},
             {"w": [[0, 0]], "x": [[ONE]], "a": [[ONE, -ONE]], "y": [[ONE]]})

diagonal = Claim("theorem.R/diagonal", "claim", LINE, "every diagonal entry of H(0) is at most cosh(B)^2",
                 H[l, l, i, i] <= cosh_B**2, given=GEOMETRY, scope=EVENT_SCOPE + ", at initialization",
                 uses=("theorem.R/kantorovich.square",))


def _diagonal(c: Context) -> Theorem:
    """H = m |x_i|^2 sum_r S^2 (a - 0)^2, with a^2 = 1 and |x_i| <= 1."""
    entry = rules.combine(c.given(balanced.rel), goal=eq(a[l, r] - total(s, a[l, s] * S[i, s]), a[l, r]),
                          factors=(expr(-1),), hyps=c.hyps)
    length = total(k, x[k, i] ** 2)
    template = length * m * total(r, S[i, r] ** 2 * HOLE**2)
    opened = rules.monotone(entry, template=template, hole=HOLE, hyps=c.hyps)
    unit = rules.monotone(c.given(signs.rel), template=length * m * total(r, S[i, r] ** 2 * HOLE**2), hole=HOLE, hyps=c.hyps)
    short = rules.monotone(c.given(x_in_ball.rel), template=HOLE**2 * m * total(r, S[i, r] ** 2), hole=HOLE, hyps=c.hyps)
    bounded = c.theorem("theorem.R/kantorovich.square")
    return c.chain(c.identity(c.goal.lhs, opened.concl.lhs), opened, c.identity(opened.concl.rhs, unit.concl.lhs), unit,
                   c.identity(unit.concl.rhs, short.concl.lhs), short, c.identity(short.concl.rhs, bounded.concl.lhs),
                   bounded)


diagonal.by = _diagonal
diagonal.mutant(H[l, l, i, i] <= cosh_B / 2, "refuted", "with half of cosh(B)", hint=REST)
lam_small = Claim("theorem.R/lambda", "claim", LINE, "lambda <= cosh(B)^2", lam <= cosh_B**2, given=(*GEOMETRY, least),
                  scope=EVENT_SCOPE + ", at initialization", uses=("theorem.R/diagonal",),
                  by=lambda c: rules.transitive(c.given(least.rel), c.theorem("theorem.R/diagonal")))
lam_small.mutant(lam <= cosh_B / 2, "refuted", "with half of cosh(B)", hint=REST)

trace = Claim("theorem.R/Lambda", "claim", LINE, "Lam <= n d cosh(B)^2", Lam <= n * d2 * cosh_B**2,
              given=(*GEOMETRY, greatest), scope=EVENT_SCOPE + ", at initialization", uses=("theorem.R/diagonal",))


def _trace(c: Context) -> Theorem:
    summed = rules.monotone(c.theorem("theorem.R/diagonal"), template=total((l, i), HOLE), hole=HOLE, hyps=c.hyps)
    return c.chain(c.given(greatest.rel), summed, c.identity(summed.concl.rhs, c.goal.rhs))


trace.by = _trace
trace.mutant(Lam <= n * d2 * cosh_B / 2, "refuted", "with half of cosh(B)", hint=REST)

radius = lam / (2 * n * d2 * exp(10 * B))
tiny = Claim("theorem.R/R", "claim", LINE, "R = lambda/(2nd exp(10B)) < 0.01 by itself", radius < Fraction(1, 100),
             given=(B_at_least_1, *lam_small.given), scope=EVENT_SCOPE + ", at initialization", uses=("theorem.R/lambda",),
             note="So the condition R < 0.01 of Definition 4.1 asks for nothing where lambda is that of the Gram matrix.")


def _tiny(c: Context) -> Theorem:
    """cosh(B)^2 exp(-10B)/2 <= exp(-8)/2."""
    small = prove_scalar(cosh_B**2 / (2 * n * d2 * exp(10 * B)) < Fraction(1, 100), (B_at_least_1.rel,))
    put = rules.monotone(c.theorem("theorem.R/lambda"), template=HOLE / (2 * n * d2 * exp(10 * B)), hole=HOLE, hyps=c.hyps)
    return rules.transitive(put, rules.weaken(small, hyps=c.hyps))


tiny.by = _tiny
tiny.mutant(radius < Fraction(1, 10**5), "refuted", "below 0.00001", hint=REST)
tiny.mutant(radius < Fraction(1, 100), "refuted", "not for every number lambda", drop=(least.rel,),
            hint=Point({**REST.scalars, "lam": Fraction(10**6)}, REST.arrays))

# ---------------------------------------------------------------- the corollary: (A) and (B) on the event

rho = Var("rho")
size_Y = Var("size_Y")
positive_lam, positive_eta = Given(lam > 0, "lambda > 0"), Given(eta > 0, "eta > 0")
wide = Given(5 * n * sqrt(d2) * exp(2 * B) / lam <= m, "m >= 5 lambda^-1 n sqrt(d) exp(2B)")
small_step = Given(eta <= 1 / (4 * m * n * d2 * exp(2 * B)), "eta <= 1/(4 m n d exp(2B))")
targets_small = Given(size_Y <= sqrt(n), "|Y|_F <= sqrt(n), as |y_i| <= 1")
strong = 5 * exp(2 * B) * sqrt(n * d2) * size_Y <= m * lam
condition_A = Claim("theorem.R/corollary.A", "corollary", LINE,
                    "(A) with the constant 5 and exp(2B) for rho, for this width", strong,
                    given=(B_at_least_1, positive_lam, wide, targets_small), scope="all n, d, m >= 1, B >= 1, lambda > 0",
                    latex=r"m\lambda \ge 5e^{2B}\sqrt{nd_2}\,\lVert Y\rVert_F")


def _condition_A(c: Context) -> Theorem:
    """sqrt(nd) |Y| <= n sqrt(d)."""
    put = rules.monotone(c.given(targets_small.rel), template=5 * exp(2 * B) * sqrt(n * d2) * HOLE, hole=HOLE, hyps=c.hyps)
    clear = rules.combine(c.given(wide.rel), goal=put.concl.rhs <= m * lam, factors=(lam,), hyps=c.hyps)
    return rules.transitive(put, clear)


condition_A.by = _condition_A
NUMBERS = {"n": ONE, "d2": ONE, "B": ONE, "lam": ONE, "m": Fraction(37), "size_Y": ONE}
condition_A.mutant(6 * exp(2 * B) * sqrt(n * d2) * size_Y <= m * lam, "refuted", "with the constant 6", hint=Point(NUMBERS))
condition_A.mutant(strong, "refuted", "without the width", drop=(wide.rel,))

condition_B = Claim("theorem.R/corollary.B", "corollary", LINE, "(B) for this eta: 12 m Lam eta <= 1",
                    12 * m * Lam * eta <= 1, given=(B_at_least_1, positive_eta, small_step, *trace.given),
                    scope=EVENT_SCOPE + ", at initialization; B >= 1", uses=("theorem.R/Lambda",),
                    note="12 cosh(1)^2 exp(-2) = 3.87, so the 4 can be 3.9.", latex=r"12m\Lambda\eta \le 1")


def _condition_B(c: Context) -> Theorem:
    """12 m eta nd cosh(B)^2 <= 3 cosh(B)^2 exp(-2B) <= 1."""
    put = rules.monotone(c.theorem("theorem.R/Lambda"), template=12 * m * eta * HOLE, hole=HOLE, hyps=c.hyps)
    step = rules.monotone(c.given(small_step.rel), template=12 * m * n * d2 * cosh_B**2 * HOLE, hole=HOLE, hyps=c.hyps)
    last = rules.weaken(prove_scalar(3 * cosh_B**2 * exp(-2 * B) <= 1, (B_at_least_1.rel,)), hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, put.concl.lhs), put, c.identity(put.concl.rhs, step.concl.lhs), step,
                   c.identity(step.concl.rhs, last.concl.lhs), last)


condition_B.by = _condition_B
condition_B.mutant(12 * m * Lam * eta <= Fraction(1, 10), "refuted", "with ten times (B)", hint=Point(
    {**REST.scalars, "eta": Fraction(1, 60)}, REST.arrays))

# ---------------------------------------------------------------- the event, and a width that satisfies the condition

DRAW = (B_of_m, Given(sigma > 0, "sigma > 0"), Given(delta > 0, "delta > 0"), Given(delta < Fraction(1, 2), "delta < 1/2"))
DRAW_SCOPE = "all n, m >= 1, sigma > 0, 0 < delta < 1/2"


def _log_positive(c: Context) -> Theorem:
    return rules.weaken(prove_scalar(log_union > 0, (DRAW[2].rel, DRAW[3].rel)), hyps=c.hyps)


stays = m * n / 2 * Fn("erfc", (B / sigma / sqrt(2),)) <= delta
happens = Claim("theorem.R/event", "claim", LINE,
                "with B(m), the m n/2 different inner products all stay within B with probability at least 1 - delta", stays,
                given=DRAW, scope=DRAW_SCOPE,
                uses=("lemma.B.1.tail",),
                note="The union bound over the pairs: each inner product has standard deviation at most sigma.")


def _happens(c: Context) -> Theorem:
    """The Gaussian tail at t = B/sigma, and t^2/2 >= log(mn/(2 delta))."""
    unit = _log_positive(c)
    large = rules.below_max(left=sigma * sqrt(2 * log_union), right=expr(1), first=True, hyps=c.hyps)  # needs log >= 0
    least_B = rules.combine(large, c.given(B_of_m.rel), unit, goal=sqrt(2 * log_union) <= B / sigma, hyps=c.hyps,
                            factors=(1 / sigma, -1 / sigma))
    root = rules.sign(unit, term=sqrt(2 * log_union), hyps=c.hyps)
    above = rules.transitive(rules.relax(root) if root.concl.op == "<" else root, least_B)
    square = rules.monotone(least_B, unit, template=exp(-(HOLE**2) / 2), hole=HOLE, hyps=c.hyps)
    tail = c.at(c.theorem("lemma.B.1.tail"), values={Var("t"): B / sigma}, discharge=(above,))
    both = c.chain(tail, square)
    return rules.combine(both, unit, goal=c.goal, factors=(m * n / 2,), hyps=c.hyps)


happens.by = _happens
happens.mutant(stays, "refuted", "not for every B", drop=(B_of_m.rel,))
happens.mutant(m * n * Fn("erfc", (B / sigma / sqrt(2),)) <= delta / 4, "refuted", "with an eighth of delta")

demand = 5 * n * sqrt(d2) / lam * exp(2 + 4 * sigma**2) * sqrt(n / (2 * delta))
enough = Given(demand <= sqrt(m), "sqrt(m) >= 5 lambda^-1 n sqrt(d) exp(2 + 4 sigma^2) sqrt(n/(2 delta))")
width = 5 * n * sqrt(d2) * exp(2 * B) / lam
satisfiable = Claim("theorem.R/width", "claim", LINE, "the width of the corollary can be had although B grows with m",
                    width <= m, given=(*DRAW, positive_lam, enough),
                    scope="all n, d, m >= 1, sigma > 0, lambda > 0",
                    note="exp(2B) grows slower than any power of m; here it is bounded by a multiple of sqrt(m). lambda "
                         "itself depends on m through the draw.")


def _satisfiable(c: Context) -> Theorem:
    """exp(2B) <= exp(2 + 4 sigma^2) sqrt(mn/(2 delta))."""
    unit = _log_positive(c)
    most = B_of_m_at_most(c, 2, unit)
    grown = rules.monotone(most, unit, template=5 * n * sqrt(d2) * exp(2 * HOLE) / lam, hole=HOLE, hyps=c.hyps)
    shared = rules.monotone(c.given(enough.rel), template=HOLE * sqrt(m), hole=HOLE, hyps=c.hyps)
    return c.chain(grown, rules.identity(unit, lhs=grown.concl.rhs, rhs=shared.concl.lhs, hyps=c.hyps), shared,
                   c.identity(shared.concl.rhs, m))


satisfiable.by = _satisfiable
satisfiable.mutant(width <= m, "refuted", "not for every m", drop=(enough.rel,))
satisfiable.mutant(9 * width <= m, "refuted", "with nine times the width", hint=Point(
    {"n": ONE, "d2": ONE, "m": ONE, "lam": Fraction(117), "sigma": Fraction(1, 1000), "delta": Fraction(2, 5)}))

IDENTITIES = (ratio, tilt, v0_exact, v0_mean, jacobian, descent_direction, form_energy, c1_exact, line, line_mean)
ON_THE_EVENT = (squares, products, largest, least_rho, diagonal, lam_small, trace, tiny, condition_A, condition_B, happens,
                satisfiable)
claims: tuple[Claim, ...] = IDENTITIES + ON_THE_EVENT
