"""Claims E.5, E.6 and E.7: the bounds of C1, C2 and C3 (lines 1409-1565).

``v`` stands for W(tau), ``w`` for W(0), ``v_next`` for W(tau + 1) = W(tau) - eta Delta W(tau) with the gradient of the loss.
u[i,r] = -eta <Delta w_r, x_i>, and rho[i,r] = e^u - 1 - u stands for eta^2 Theta(1) <Delta w_r, x_i>^2.  lambda_min is
told by Rayleigh quotients: q stands for any vector of R^{nd}.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_3_6 import direction as q
from lemmas.facts_a import HIGH, LOW, X, lam_positive
from lemmas.lemma_b_2 import H_move, frobenius
from lemmas.lemma_d import GIVEN, SCOPE, distance, dw_v, e_v, gradient
from lemmas.lemma_e_2 import R_chosen, lam_smallest
from lemmas.notation import (
    B,
    B_at_least_1,
    H,
    R,
    a,
    d2,
    dot,
    eta,
    event,
    i,
    j,
    k,
    l,
    l1,
    l2,
    lam,
    m,
    moved,
    n,
    r,
    signs,
    softmax,
    v,
    v_near_w,
    x,
    x_in_ball,
)
from proofcheck.claims import Citation, Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Var, define, eq, exp, expr, mul, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity, by_scalar
from proofcheck.prove.scalar import prove_scalar

ONE, HALF = Fraction(1), Fraction(1, 2)
HOLE = Var("_part")

# ---------------------------------------------------------------- Claim E.5: the eigenvalues

move = Array("move_H", (l1, l2, i, j))  # any matrix


def quadratic(matrix: Array, vector: Array) -> Expr:
    """q^T H q for q = vec(vector)."""
    return total((l1, l2, i, j), vector[l1, i] * vector[l2, j] * matrix[l1, l2, i, j])


def squares(vector: Array) -> Expr:
    """|vector|_F^2."""
    return total((l, i), vector[l, i] ** 2)


def rayleigh(vector: Array, words: str) -> Given:
    """lambda = lambda_min(H*) is at most the Rayleigh quotient of a vector."""
    return Given(lam * squares(vector) <= quadratic(H, vector), f"lambda <= the Rayleigh quotient of H* at {words}")


def cauchy_schwarz(c: Context, indices: tuple[Index, ...], f: Expr, g: Expr) -> Theorem:
    """|sum f g| <= sqrt(sum f^2) sqrt(sum g^2) over several indices, the innermost first."""
    head, rest = indices[0], indices[1:]
    if not rest:
        return rules.cauchy_schwarz(index=head, f=f, g=g, hyps=c.hyps)
    inner = cauchy_schwarz(c, rest, f, g)
    split = rules.triangle(term=abs(total(indices, f * g)), hyps=c.hyps)
    lifted = rules.monotone(inner, template=total(head, HOLE), hole=HOLE, hyps=c.hyps)
    norms = tuple(sqrt(total(rest, part**2)) for part in (f, g))
    outer = rules.cauchy_schwarz(index=head, f=norms[0], g=norms[1], hyps=c.hyps)
    signed = rules.below_abs(term=total(head, norms[0] * norms[1]), hyps=c.hyps)
    whole = sqrt(total(indices, f**2)) * sqrt(total(indices, g**2))
    return c.chain(split, lifted, signed, outer, c.identity(outer.concl.rhs, whole))


def _operator(c: Context) -> Theorem:
    """Cauchy-Schwarz over the four indices; the square root of sum (q q)^2 is |q|^2."""
    found = cauchy_schwarz(c, (l1, l2, i, j), move[l1, l2, i, j], q[l1, i] * q[l2, j])
    positive = rules.relax(rules.sign(term=squares(q), hyps=c.hyps))
    root = c.at(prove_scalar(sqrt(X**2) <= X, (X >= 0,)), values={X: squares(q)}, discharge=(positive,))
    scaled = rules.monotone(root, template=size_of_move * HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, found.concl.lhs), found, c.identity(found.concl.rhs, scaled.concl.lhs), scaled)


size_of_move = sqrt(total((l1, l2, i, j), abs(move[l1, l2, i, j]) ** 2))
operator = Claim("claim.E.5/operator", "claim", 1443,
                 "|q^T M q| <= |M|_F |q|^2: the operator norm is below the Frobenius norm",
                 abs(quadratic(move, q)) <= size_of_move * squares(q), scope="all matrices and vectors of all sizes",
                 by=_operator)
operator.mutant(abs(quadratic(move, q)) <= size_of_move * sqrt(squares(q)), "refuted", "with |q| in place of |q|^2")
operator.mutant(abs(quadratic(move, q)) <= HALF * size_of_move * squares(q), "refuted", "with the factor 1/2")

near = Given(v_near_w.rel, "|w_r(tau) - w_r(0)| <= R: the claim chooses R, but does not say what stays within R",
             implicit=True)
forward = Given(eta > 0, "eta > 0")
EIGEN = (B_at_least_1, lam_positive, R_chosen, lam_smallest, x_in_ball, near, event, signs)
EIGEN_SCOPE = "all n, m, d1, d2 >= 1; B >= 1; lambda > 0; on the event of Lemma B.1 Part 1; every tau"
curved = quadratic(moved.H, e_v)  # vec(F - Y)^T H(tau) vec(F - Y)
C1_claimed = -m * eta * curved
any_vector = rayleigh(q, "q, any vector")
E_5 = C1_claimed <= -HALF * m * eta * lam * squares(e_v)
e_5 = Claim("claim.E.5", "claim", 1409, "C1 <= -(1/2) m eta lambda |F - Y|^2 for the C1 of this claim", E_5,
            given=(*EIGEN, forward, rayleigh(e_v, "vec(F(tau) - Y)")),
            scope=EIGEN_SCOPE,
            note="C1 is defined anew: it is not the C1 of Lemma E.1, see claim.E.5/C1. The second conclusion, "
                 "lambda_min(H(tau)) >= lambda/2, is claim.E.5/weyl. That R < 0.01, as Lemma B.2 asks, follows from "
                 "the event.",
            latex=r"-m\eta\sum_{l_1,l_2,i,j}\tilde{e}_{l_1,i}\tilde{e}_{l_2,j}\tilde{H}_{l_1,l_2,i,j} \le "
                  r"-\frac{1}{2}m\eta\lambda\lVert\tilde{e}\rVert_F^2")


def _stable(c: Context) -> Theorem:
    """Lemma B.2 Part 2; the event bounds lambda, and so 0 < R < 0.01."""
    chosen = tuple(g.rel for g in (B_at_least_1, lam_positive, R_chosen))
    small = rules.cut(c.theorem("lemma.E.2/lambda"), c.theorem("lemma.E.2/radius"))
    return c.at(c.theorem("lemma.B.2.2"), discharge=(prove_scalar(R > 0, chosen), small))


def _below(c: Context) -> Theorem:
    """q^T H(tau) q = q^T H* q + q^T (H(tau) - H*) q."""
    size = rules.below_abs(term=-drift, hyps=c.hyps)
    return rules.combine(size, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


def _frobenius(c: Context) -> Theorem:
    return c.at(c.theorem("claim.E.5/operator"), arrays={move: ((l1, l2, i, j), H_move)})


drift = total((l1, l2, i, j), q[l1, i] * q[l2, j] * H_move)
e_5.step("eq19-1", frobenius <= R * n * d2 * exp(10 * B), _stable, line=1431, rule="cut",
         uses=("lemma.B.2.2", "lemma.E.2/lambda", "lemma.E.2/radius"),
         why="Lemma 5.1; the paper gives the definition of H(tau) as the reason of this line")
e_5.step("eq19-2", R * n * d2 * exp(10 * B) <= lam / 2, by_scalar, line=1433, rule="scalar",
         why="the choice of R, with equality", typo="the reason names a choice of lambda; it is R that is chosen",
         latex=r"Rnd_2e^{10B} \le \frac{\lambda}{2}")
e_5.step("eq19", frobenius <= lam / 2, lambda c: c.chain(c.step("claim.E.5/eq19-1"), c.step("claim.E.5/eq19-2")), line=1433,
         rule="transitive", why="the two lines together (Eq. 19)")
e_5.step("weyl-1", quadratic(H, q) - abs(drift) <= quadratic(moved.H, q), _below, line=1441, rule="below_abs",
         why="Weyl: H(tau) = H* + (H(tau) - H*), told for the Rayleigh quotient of q")
e_5.step("weyl-2", abs(drift) <= frobenius * squares(q), _frobenius, line=1443, uses=("claim.E.5/operator",),
         rule="cauchy_schwarz", why="the operator norm is below the Frobenius norm")
e_5.step("weyl-3", quadratic(H, q) - lam / 2 * squares(q) <= quadratic(H, q) - frobenius * squares(q),
         lambda c: rules.monotone(c.step("claim.E.5/eq19"), template=quadratic(H, q) - HOLE * squares(q), hole=HOLE,
                                  hyps=c.hyps),
         line=1445, rule="monotone", why="Eq. 19")
e_5.step("weyl-4", lam / 2 * squares(q) <= quadratic(H, q) - lam / 2 * squares(q), lambda c: rules.combine(
    c.given(any_vector.rel), goal=c.goal, factors=(expr(1),), hyps=c.hyps), line=1447, given=(any_vector,), rule="combine",
    why="lambda is the smallest eigenvalue of H*")


def _weyl(c: Context) -> Theorem:
    below, norm, moved_by, smallest = (c.step(f"claim.E.5/weyl-{t}") for t in "1234")
    lowered = rules.monotone(norm, template=quadratic(H, q) - HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(smallest, moved_by, lowered, below)


e_5.step("weyl", lam / 2 * squares(q) <= quadratic(moved.H, q), _weyl, line=1441, given=(any_vector,), rule="transitive",
         why="the four lines together: lambda_min(H(tau)) >= lambda/2")
e_5.step("rayleigh", lam / 2 * squares(e_v) <= curved, lambda c: c.at(
    c.step("claim.E.5/weyl"), arrays={q: ((l, i), e_v[l, i])}), line=1451, rule="instantiate_array",
    why="the Rayleigh quotient at vec(F(tau) - Y)")


def _conclude(c: Context) -> Theorem:
    scaled = rules.monotone(c.step("claim.E.5/rayleigh"), c.given(forward.rel), template=-m * eta * HOLE, hole=HOLE,
                            hyps=c.hyps)
    return c.chain(scaled, c.identity(scaled.concl.rhs, c.goal.rhs))


e_5.by = _conclude
LINE = {"w": [[0, 0]], "v": [[0, 0]], "x": [[1]], "a": [[1, -1]], "q": [[1]]}  # two neurons with w = 0 and opposite signs


def two_neurons(scalars: dict[str, Fraction], **arrays: object) -> Point:
    """One input x = 1, one output, two neurons with opposite signs; at w = 0, F = 0 and H* = 1."""
    sizes = {"n": ONE, "m": Fraction(2), "d1": ONE, "d2": ONE, "B": ONE}
    return Point({**sizes, **scalars}, {**LINE, **arrays})


still = two_neurons({"lam": ONE, "eta": ONE}, y=[[1]])
far_away = two_neurons({"lam": Fraction(9, 10), "eta": ONE}, y=[[3]], v=[[8, 0]])
e_5.mutant(C1_claimed <= -Fraction(11, 10) * m * eta * lam * squares(e_v), "refuted", "with 1.1 in place of 1/2", hint=still)
e_5.mutant(C1_claimed <= -HALF * m**2 * eta * lam * squares(e_v), "refuted", "with another factor m",
           hint=two_neurons({"lam": ONE, "eta": ONE, "m": Fraction(4)}, y=[[1]], a=[[1, -1, 1, -1]],
                            w=[[0] * 4], v=[[0] * 4]))
e_5.mutant(E_5, "refuted", "not far from the start", drop=(near.rel,), hint=far_away)
e_5.mutant(E_5, "refuted", "not backwards", drop=(forward.rel,), hint=two_neurons({"lam": ONE, "eta": -ONE}, y=[[1]]))

# ---------------------------------------------------------------- the C1 of Lemma E.1

u = define("u_v", (i, r), -eta * total(k, dw_v[k, r] * x[k, i]))
over_outputs = total((i, l), e_v[l, i] * (m * total(r, a[l, r] * moved.S[i, r] * u[i, r])))
cross = total((i, l), e_v[l, i] * moved.F[l, i] * total(r, moved.S[i, r] * u[i, r]))
C1 = 2 * over_outputs  # Lemma E.1, with the gradient for Delta w
two_C1 = Claim("claim.E.5/C1", "claim", 1418, "the C1 of Claim E.5 is the C1 of Lemma E.1", eq(C1, C1_claimed),
               given=tuple(Given(g.rel, g.words) for g in e_5.given), scope=EIGEN_SCOPE, printed=True, hint=still,
               note="It is a half of it, and without the part that Lemma E.4 bounds by the width. Claim E.5 says nothing of "
                    "the C1 in the loss; Lemma E.2 needs its second conclusion together with Lemma E.4.",
               latex=r"2\sum_{i,l}\tilde{e}_{l,i}m\sum_{r}a_{l,r}\tilde{S}_{i,r}u^{(v)}_{i,r} \brk= "
                     r"-m\eta\sum_{l_1,l_2,i,j}\tilde{e}_{l_1,i}\tilde{e}_{l_2,j}\tilde{H}_{l_1,l_2,i,j}")
two_C1.repair = Repair("claim.E.5/C1/repair", "C1 of Lemma E.1 is -2 m eta e^T H(tau) e + 2 sum e F E[u], with the "
                       "softmax as the law of the neuron.", by=by_identity, rel=eq(C1, 2 * C1_claimed + 2 * cross), given=())
two_C1.mutant(eq(C1, 2 * C1_claimed), "refuted", "nor is it twice as large: F E[u] is left out",
              hint=two_neurons({"lam": ONE - Fraction(1, 1000), "eta": ONE}, y=[[1]], v=[[Fraction(1, 10**5), 0]]))
two_C1.mutant(eq(C1, C1_claimed + 2 * cross), "refuted", "nor with the cross term and without the factor 2",
              hint=still)

# ---------------------------------------------------------------- what Fact A.8 gives for one step

TINY = Fraction(1, 100)
tiny = Given(abs(X) <= TINY, "|x| <= 0.01")
p_bounded = Claim("claim.E.6/p", "claim", 1480, "e^x - 1 - x is p x^2 with -1 <= p <= 1, for |x| <= 0.01",
                  abs(exp(X) - 1 - X) <= X**2, given=(tiny,), scope="all |x| <= 0.01", printed=True, uses=(
                      "fact.A.8.lower", "fact.A.8.upper"))


def _second_order(c: Context) -> Theorem:
    """0.498 and 0.502 lie between -1 and 1."""
    square = rules.sign(term=X**2, hyps=c.hyps)
    low, high = c.theorem("fact.A.8.lower"), c.theorem("fact.A.8.upper")
    term = exp(X) - 1 - X
    upper = rules.combine(high, square, goal=term <= X**2, factors=(expr(1), expr(1 - HIGH)), hyps=c.hyps)
    lower = rules.combine(low, square, goal=-term <= X**2, factors=(expr(1), expr(1 + LOW)), hyps=c.hyps)
    return rules.abs_bound(upper, lower, term=term)


p_bounded.by = _second_order
p_bounded.mutant(abs(exp(X) - 1 - X) <= X**2 / 2, "refuted", "with 1/2")
first_order = Claim("claim.E.7/exp", "claim", 1537, "|e^x - 1| <= 2|x| for |x| <= 0.01, by Fact A.8",
                    abs(exp(X) - 1) <= 2 * abs(X), given=(tiny,), scope="all |x| <= 0.01", printed=True,
                    uses=("claim.E.6/p",),
                    note="Fact A.6 says this for |x| <= 0.1; the paper cites Fact A.8, which serves as well.")


def _first_order(c: Context) -> Theorem:
    """|e^x - 1| <= |x| + x^2, and x^2 <= |x|."""
    parts = (exp(X) - 1 - X, X)
    split = c.chain(c.identity(c.goal.lhs, abs(parts[0] + parts[1])),
                    rules.triangle(term=abs(parts[0] + parts[1]), parts=parts, hyps=c.hyps))
    return rules.combine(split, c.theorem("claim.E.6/p"), c.scalar(X**2 <= abs(X)), goal=c.goal, factors=(expr(1),) * 3,
                         hyps=c.hyps)


first_order.by = _first_order
first_order.mutant(abs(exp(X) - 1) <= abs(X), "refuted", "with the constant 1")

# ---------------------------------------------------------------- one step from W(tau)

gradient_small = Given(eta * gradient <= TINY, "gradient property at tau: eta |Delta w_r(tau)| <= 0.01")
STEP = (*GIVEN, forward, gradient_small)
rho = define("rho_v", (i, r), exp(u[i, r]) - 1 - u[i, r])
bound_D1 = exp(3 * B) * sqrt(n * d2) * distance


def _shift(c: Context) -> Theorem:
    """Cauchy-Schwarz, and |x_i| <= 1."""
    inside = total(k, dw_v[k, r] * x[k, i])
    cauchy = rules.cauchy_schwarz(index=k, f=dw_v[k, r], g=x[k, i], hyps=c.hyps)
    unit = rules.monotone(c.given(x_in_ball.rel), template=gradient * HOLE, hole=HOLE, hyps=c.hyps)
    scaled = rules.monotone(c.chain(cauchy, unit), template=eta * HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, eta * abs(inside)), scaled, c.identity(scaled.concl.rhs, c.goal.rhs))


shift = Claim("claim.E.6/shift", "claim", 1484, "|eta <Delta w_r, x_i>| <= eta |Delta w_r|", abs(u[i, r]) <= eta * gradient,
              given=(forward, x_in_ball), scope="all sizes, |x_i| <= 1", by=_shift)
shift.mutant(abs(u[i, r]) <= eta * gradient / 2, "refuted", "with the factor 1/2", hint=two_neurons({"eta": ONE}, y=[[1]]))


def at_step(c: Context, key: str) -> Theorem:
    """A fact about |x| <= 0.01, at x = u."""
    small = c.chain(c.theorem("claim.E.6/shift"), c.given(gradient_small.rel))
    return c.at(c.theorem(key), values={X: u[i, r]}, discharge=(small,))


def unsigned(c: Context, *parts: Expr) -> Theorem:
    """|m sum_r a_{l,r} part ...| <= m sum_r |part| ..., because |a_{l,r}| = 1."""
    term = mul(a[l, r], *parts)
    inside = rules.triangle(term=abs(total(r, term)), hyps=c.hyps)
    lifted = rules.monotone(inside, template=m * HOLE, hole=HOLE, hyps=c.hyps)
    factors = rules.abs_product(term=abs(term), hyps=c.hyps)
    apart = rules.monotone(factors, template=m * total(r, HOLE), hole=HOLE, hyps=c.hyps)
    sizes = mul(HOLE, *(abs(factor) for factor in parts))
    units = rules.monotone(c.given(signs.rel), template=m * total(r, sizes), hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(abs(m * total(r, term)), lifted.concl.lhs), lifted,
                   c.identity(lifted.concl.rhs, apart.concl.lhs), apart, c.identity(apart.concl.rhs, units.concl.lhs), units)


# ---------------------------------------------------------------- Claim E.6

S_v = moved.S
v2 = define("v2_v", (l, i), m * total(r, a[l, r] * (1 / moved.alpha[i]) * moved.E[i, r] * rho[i, r]))[l, i]
weighted = m * total(r, a[l, r] * S_v[i, r] * rho[i, r])
mass = exp(2 * B + 2 * R) / m
C2 = 2 * total((i, l), e_v[l, i] * v2)
learning = Given(distance <= sqrt(n * d2), "|F(tau) - Y| <= sqrt(nd): the loss property and Lemma D.3")
printed_v2 = m * eta**2 * n * d2 * exp(9 * B) * distance**2
C2_bound = 2 * m * eta**2 * n**2 * d2**2 * exp(9 * B) * distance**2
e_6 = Claim("claim.E.6", "claim", 1461, "C2 <= 2 m eta^2 n^2 d^2 exp(9B) |F - Y|^2",
            C2 <= C2_bound, given=(*STEP, learning), scope=SCOPE,
            note="The claim states neither the event, nor that the weights are near their start, nor the gradient property "
                 "that bounds p, nor the induction statement. The probability 1 - n exp(-m R) is of none of the lemmas it "
                 "uses; it needs the event of Lemma B.1 Part 1 alone. The hidden constant of |F - Y| <= O(sqrt(nd)) is 1.")


other = Array("move_F", (l, i))
cauchy = Claim("claim.E.6/cauchy", "claim", 1488, "<f, g> <= |f|_F |g|_F", total((i, l), q[l, i] * other[l, i]) <= sqrt(
    total((i, l), q[l, i] ** 2)) * sqrt(total((i, l), abs(other[l, i]) ** 2)), scope="all matrices")


def _cauchy(c: Context) -> Theorem:
    found = cauchy_schwarz(c, (i, l), q[l, i], other[l, i])
    return c.chain(rules.below_abs(term=c.goal.lhs, hyps=c.hyps), found, c.identity(found.concl.rhs, c.goal.rhs))


cauchy.by = _cauchy
cauchy.mutant(cauchy.rel.lhs <= cauchy.rel.rhs / 2, "refuted", "with the factor 1/2")  # type: ignore[union-attr]


def _rho(c: Context) -> Theorem:
    """|rho| <= u^2 <= (eta |Delta w_r|)^2, and Lemma D.1."""
    small = at_step(c, "claim.E.6/p")
    length = rules.monotone(c.theorem("claim.E.6/shift"), template=HOLE**2, hole=HOLE, hyps=c.hyps)
    lemma_d_1 = rules.monotone(c.theorem("lemma.D.1"), c.given(forward.rel), template=(eta * HOLE) ** 2, hole=HOLE,
                               hyps=c.hyps)
    return c.chain(c.identity(abs(rho[i, r]), small.concl.lhs), small, c.identity(small.concl.rhs, length.concl.lhs),
                   length, lemma_d_1)


def _v2_size(c: Context) -> Theorem:
    """Part 11 of Lemma B.1, p in [-1, 1] and Lemma D.1, neuron by neuron."""
    split = unsigned(c, S_v[i, r], rho[i, r])
    part_11 = rules.monotone(c.theorem("lemma.B.1.11"), template=m * total(r, 1 * HOLE * abs(rho[i, r])),
                             hole=HOLE, hyps=c.hyps)
    second = rules.monotone(_rho(c), template=m * total(r, 1 * mass * HOLE), hole=HOLE, hyps=c.hyps)
    rest = m * eta**2 * n * d2 * distance**2
    absorbed = rules.monotone(c.scalar(exp(8 * B + 2 * R) <= exp(9 * B)), template=HOLE * rest, hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(abs(v2), split.concl.lhs), split, c.identity(split.concl.rhs, part_11.concl.lhs), part_11,
                   c.identity(part_11.concl.rhs, second.concl.lhs), second, c.identity(second.concl.rhs, absorbed.concl.lhs),
                   absorbed, c.identity(absorbed.concl.rhs, c.goal.rhs))


def _inner(c: Context) -> Theorem:
    found = c.at(c.theorem("claim.E.6/cauchy"), arrays={q: ((l, i), e_v[l, i]), other: ((l, i), v2)})
    return rules.monotone(found, template=2 * HOLE, hole=HOLE, hyps=c.hyps)


def _norm(c: Context) -> Theorem:
    """nd entries, each at most as large as the line before says."""
    entries = rules.monotone(c.step("claim.E.6/v2-bound"), template=sqrt(total((i, l), HOLE**2)), hole=HOLE, hyps=c.hyps)
    plain = prove_scalar(sqrt(n * d2 * X**2) <= sqrt(n * d2) * X, (X >= 0,))
    counted = rules.transitive(rules.identity(lhs=sqrt(total((i, l), X**2)), rhs=plain.concl.lhs, hyps=(X >= 0,)), plain)
    positive = rules.relax(rules.sign(c.given(forward.rel), term=printed_v2, hyps=c.hyps))
    return c.chain(entries, c.at(counted, values={X: printed_v2}, discharge=(positive,)))


def _induction(c: Context) -> Theorem:
    first = rules.monotone(c.step("claim.E.6/1-norm"), template=2 * (distance * HOLE), hole=HOLE, hyps=c.hyps)
    second = rules.monotone(c.given(learning.rel), c.given(forward.rel), hole=HOLE, hyps=c.hyps,
                            template=2 * (HOLE * (sqrt(n * d2) * printed_v2)))
    return c.chain(first, second, c.identity(second.concl.rhs, c.goal.rhs))


v2_norm = sqrt(total((i, l), abs(v2) ** 2))
e_6.step("v2", eq(abs(v2), weighted), None, line=1482, rule="identity",
         why="the definition of v2; the right side has a sign, and the left side has none",
         latex=r"\lvert v^{(2,v)}_{l,i}\rvert = m\sum_{r}a_{l,r}\tilde{S}_{i,r}\rho^{(v)}_{i,r}")
e_6.step("v2-signed", eq(v2, weighted), by_identity, line=1482, rule="identity", 
         why="the definition of v2, without absolute value")
e_6.step("v2-bound", abs(v2) <= printed_v2, _v2_size, line=1483, rule="monotone",
         uses=("lemma.D.1", "lemma.B.1.11", "claim.E.6/p", "claim.E.6/shift"), why="Lemma D.1 and Part 11 of Lemma B.1")
e_6.step("1-cauchy", C2 <= 2 * (distance * v2_norm), _inner, line=1488, rule="cauchy_schwarz", why="Cauchy-Schwarz",
         uses=("claim.E.6/cauchy",))
e_6.step("1-norm", v2_norm <= sqrt(n * d2) * printed_v2, _norm, line=1489, rule="monotone",
         why="the bound of the nd entries")
e_6.step("1", 2 * (distance * v2_norm) <= C2_bound, _induction, line=1489, rule="monotone",
         why="|F(tau) - Y| <= O(sqrt(nd)), the induction statement, with the constant 1")
e_6.by = lambda c: c.chain(c.step("claim.E.6/1-cauchy"), c.step("claim.E.6/1"))
SMALL_STEP = {"eta": Fraction(1, 1000), "R": Fraction(1, 200)}
THREE = {"a": [[1, -1, -1]], "w": [[0] * 3], "v": [[0] * 3]}
e_6.mutant(C2 <= 0, "refuted", "without a bound",
           hint=two_neurons({**SMALL_STEP, "m": Fraction(3)}, y=[[-Fraction(19, 10)]], **THREE))
e_6.mutant(C2 <= C2_bound, "refuted", "needs the induction statement |F - Y| <= sqrt(nd)", drop=(learning.rel,),
           hint=two_neurons({"m": Fraction(3), "R": Fraction(1, 200), "eta": Fraction(1, 2 * 10**7)}, y=[[-(10**5)]],
                            **THREE))

# ---------------------------------------------------------------- Claim E.7

after = softmax(define("v_next", (k, r), v[k, r] - eta * dw_v[k, r]), "_v_next")
F_gap = after.F[l, i] - moved.F[l, i]
inv_v, inv_gap, grow = 1 / moved.alpha[i], 1 / after.alpha[i] - 1 / moved.alpha[i], exp(u[i, r]) - 1
split = m * total(r, a[l, r] * inv_gap * after.E[i, r]) + m * total(r, a[l, r] * inv_v * moved.E[i, r] * grow)
inverse_moves = m * total(r, abs(inv_gap) * after.E[i, r])
exp_moves = m * total(r, inv_v * moved.E[i, r] * abs(grow))
step_bound = eta * m * exp(8 * B) * sqrt(n * d2) * distance
e_7 = Claim("claim.E.7", "claim", 1501, "C3 <= eta^2 m^2 n^2 d^2 exp(16B) |F - Y|^2",
            total((i, l), F_gap**2) <= eta**2 * m**2 * n**2 * d2**2 * exp(16 * B) * distance**2, given=STEP, scope=SCOPE,
            note="The claim has an R, but does not say that the weights are within R of their start. The gradient property "
                 "is asked for i in [tau], which leaves out the step from W(0). W(tau + 1) need not be within R of W(0).")


def _triangle(c: Context) -> Theorem:
    one, two = unsigned(c, inv_gap, after.E[i, r]), unsigned(c, inv_v, moved.E[i, r], grow)
    first = rules.monotone(c.step("claim.E.7/eq20-1"), template=abs(HOLE), hole=HOLE, hyps=c.hyps)
    apart = rules.triangle(term=abs(split), hyps=c.hyps)
    left = rules.monotone(one, template=HOLE + two.concl.lhs, hole=HOLE, hyps=c.hyps)
    right = rules.monotone(two, template=one.concl.rhs + HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(first, apart, left, right, c.identity(right.concl.rhs, c.goal.rhs))


def _grow(c: Context) -> Theorem:
    """|e^u - 1| <= 2|u| <= 2 eta |Delta w_r|."""
    length = rules.monotone(c.theorem("claim.E.6/shift"), template=2 * HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(at_step(c, "claim.E.7/exp"), length)


def _by_mass(c: Context) -> Theorem:
    """The softmax sums to one, and every |e^u - 1| is at most 2 eta exp(3B) sqrt(nd) |F - Y|."""
    lemma_d_1 = rules.monotone(c.theorem("lemma.D.1"), c.given(forward.rel), template=2 * (eta * HOLE), hole=HOLE,
                               hyps=c.hyps)
    most = c.chain(_grow(c), lemma_d_1)
    summed = rules.monotone(most, template=m * total(r, inv_v * moved.E[i, r] * HOLE), hole=HOLE, hyps=c.hyps)
    rest = eta * m * sqrt(n * d2) * distance
    absorbed = rules.monotone(c.scalar(2 * exp(3 * B) <= exp(6 * B)), c.given(forward.rel), template=HOLE * rest, hole=HOLE,
                              hyps=c.hyps)
    return c.chain(summed, c.identity(summed.concl.rhs, absorbed.concl.lhs), absorbed,
                   c.identity(absorbed.concl.rhs, c.goal.rhs))


def _inverse(c: Context) -> Theorem:
    """m |1/alpha(tau+1) - 1/alpha(tau)| alpha(tau+1) = m |sum S (e^u - 1)|, which is at most the second sum."""
    inner = m * inv_v * total(r, moved.E[i, r] * grow)
    start = c.identity(c.goal.lhs, abs(inner))
    apart = rules.triangle(term=abs(total(r, moved.E[i, r] * grow)), hyps=c.hyps)
    lifted = rules.monotone(apart, template=m * inv_v * HOLE, hole=HOLE, hyps=c.hyps)
    factors = rules.abs_product(term=abs(moved.E[i, r] * grow), hyps=c.hyps)
    each = rules.monotone(factors, template=m * inv_v * total(r, HOLE), hole=HOLE, hyps=c.hyps)
    return c.chain(start, c.identity(abs(inner), lifted.concl.lhs), lifted, each, c.identity(each.concl.rhs, exp_moves))


def _first(c: Context) -> Theorem:
    rest = eta * m * sqrt(n * d2) * distance
    weaker = rules.monotone(c.scalar(exp(6 * B) <= exp(7 * B + 3 * R)), c.given(forward.rel), template=HOLE * rest,
                            hole=HOLE, hyps=c.hyps)
    second = c.step("claim.E.7/second")
    return c.chain(c.step("claim.E.7/first-below"), second, c.identity(second.concl.rhs, weaker.concl.lhs), weaker,
                   c.identity(weaker.concl.rhs, c.goal.rhs))


def _both(c: Context) -> Theorem:
    one, two = c.step("claim.E.7/first"), c.step("claim.E.7/second")
    left = rules.monotone(one, template=HOLE + exp_moves, hole=HOLE, hyps=c.hyps)
    right = rules.monotone(two, template=one.concl.rhs + HOLE, hole=HOLE, hyps=c.hyps)
    rest = eta * m * sqrt(n * d2) * distance
    absorbed = rules.monotone(c.scalar(exp(7 * B + 3 * R) + exp(6 * B) <= exp(8 * B)), c.given(forward.rel),
                              template=HOLE * rest, hole=HOLE, hyps=c.hyps)
    return c.chain(c.step("claim.E.7/eq20"), left, right, c.identity(right.concl.rhs, absorbed.concl.lhs), absorbed,
                   c.identity(absorbed.concl.rhs, c.goal.rhs))


def _sum_up(c: Context) -> Theorem:
    entries = rules.monotone(c.step("claim.E.7/eq21"), template=total((i, l), HOLE**2), hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, entries.concl.lhs), entries, c.identity(entries.concl.rhs, c.goal.rhs))


e_7.step("eq20-1", eq(F_gap, split), by_identity, line=1521, rule="identity",
         why="the definition of F; a term is added and taken away")
e_7.step("eq20", abs(F_gap) <= inverse_moves + exp_moves, _triangle, line=1518, rule="triangle",
         why="the triangle inequality, and a_{l,r} is -1 or 1 (Eq. 20)")
e_7.step("second-grow", abs(grow) <= 2 * (eta * gradient), _grow, line=1535, uses=("claim.E.7/exp", "claim.E.6/shift"),
         rule="instantiate", why="eta |Delta w_r| <= 0.01 and Fact A.8")
e_7.step("second", exp_moves <= eta * m * exp(6 * B) * sqrt(n * d2) * distance, _by_mass, line=1533, rule="monotone",
         uses=("lemma.D.1", "claim.E.7/exp", "claim.E.6/shift"),
         why="Lemma D.1 and the line before; the softmax sums to one, so Part 5 of Lemma B.1 is not needed")
e_7.step("first-below", inverse_moves <= exp_moves, _inverse, line=1547, rule="triangle",
         why="left out: alpha(tau + 1) cancels, so the first sum is below the second one")
e_7.step("first", inverse_moves <= eta * m * exp(7 * B + 3 * R) * sqrt(n * d2) * distance, None, instead=_first, line=1547,
         rule="transitive", why="Part 9 of Lemma B.1 from W(tau): it asks for the event at W(tau), where only B + R is "
         "known, and its radius bounds the motion of every neuron, not <Delta w_r, x_i> of one",
         citation=Citation("lemma.B.1.9", abs(dot(v, r, i)) <= B, "the event |<w_r, x_i>| <= B at W(tau)"),
         latex=r"m\sum_{r}\Bigl\lvert\frac{1}{\tilde{\alpha}^{+}_i}-\frac{1}{\tilde{\alpha}_i}\Bigr\rvert"
               r"\tilde{E}^{+}_{i,r} \le \eta me^{7B+3R}\sqrt{nd_2}\,\lVert\tilde{e}\rVert_F")
e_7.step("eq21", abs(F_gap) <= step_bound, _both, line=1557, rule="combine",
         why="exp(7B + 3R) + exp(6B) <= exp(8B) (Eq. 21)")
e_7.step("final", total((i, l), F_gap**2) <= e_7.rel.rhs, _sum_up, line=1560, rule="monotone",  # type: ignore[union-attr]
         why="nd entries, each by Eq. 21")
e_7.by = lambda c: c.step("claim.E.7/final")
e_7.mutant(e_7.rel.lhs <= 0, "refuted", "without a bound", hint=two_neurons({**SMALL_STEP}, y=[[1]]))  # type: ignore[union-attr]


def _sharper(c: Context) -> Theorem:
    """Both sums of Eq. 20 are at most eta m exp(6B) sqrt(nd) |F - Y|."""
    below = rules.monotone(c.step("claim.E.7/first-below"), template=HOLE + exp_moves, hole=HOLE, hyps=c.hyps)
    twice = rules.monotone(c.step("claim.E.7/second"), template=2 * HOLE, hole=HOLE, hyps=c.hyps)
    one = c.chain(c.step("claim.E.7/eq20"), below, c.identity(below.concl.rhs, twice.concl.lhs), twice)
    entries = rules.monotone(one, template=total((i, l), HOLE**2), hole=HOLE, hyps=c.hyps)
    return c.chain(c.identity(c.goal.lhs, entries.concl.lhs), entries, c.identity(entries.concl.rhs, c.goal.rhs))


e_7.mutant(total((i, l), F_gap**2) <= 4 * eta**2 * m**2 * n**2 * d2**2 * exp(12 * B) * distance**2, "proved",
           "4 exp(12B) in place of exp(16B)", by=_sharper)
FOUR = {"a": [[1, -1, 1, -1], [1, -1, -1, 1]], "w": [[0] * 4], "v": [[0] * 4]}  # as Definition 3.7 draws them
NEURON = m**2 * exp(B + R) * abs(inv_gap) <= m * exp(B + R) * abs(u[i, r]) * exp(3 * B + 2 * R)
one_neuron = Claim("claim.E.7/first-2", "claim", 1549,
                   "Part 9 of Lemma B.1 with R = |eta <Delta w_r, x_i>| for one neuron r",
                   NEURON, given=STEP, scope=SCOPE, printed=True,
                   hint=Point({"n": ONE, "m": Fraction(4), "d1": ONE, "d2": Fraction(2), "B": ONE, **SMALL_STEP},
                              {**FOUR, "x": [[1]], "y": [[-HALF], [HALF]]}),
                   note="A neuron whose gradient is 0 has the right side 0, while alpha moves with all neurons: r is free "
                        "in the line.",
                   latex=r"m^2e^{B+R}\Bigl\lvert\frac{1}{\tilde{\alpha}^{+}_i}-\frac{1}{\tilde{\alpha}_i}\Bigr\rvert \le "
                         r"me^{B+R}\lvert u^{(v)}_{i,r}\rvert e^{3B+2R}")
one_neuron.repair = Repair("claim.E.7/first-2/repair",
                           "alpha(tau + 1) cancels, so the first sum of Eq. 20 is below the other.",
                           by=lambda c: c.step("claim.E.7/first-below"), rel=inverse_moves <= exp_moves, uses=("claim.E.7",))
one_neuron.mutant(10 * NEURON.lhs <= NEURON.rhs, "refuted", "with a tenth of it", hint=one_neuron.hint)

claims = (operator, e_5, two_C1, p_bounded, first_order, shift, cauchy, e_6, e_7, one_neuron)
