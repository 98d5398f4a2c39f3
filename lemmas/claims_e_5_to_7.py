"""Claims E.5, E.6 and E.7: the bounds of C1, C2 and C3 (lines 1409-1565).

``v`` stands for W(tau), ``w`` for W(0), ``v_next`` for W(tau + 1) = W(tau) - eta Delta W(tau) with the gradient of the loss.
u[i,r] = -eta <Delta w_r, x_i>, and rho[i,r] = e^u - 1 - u stands for eta^2 Theta(1) <Delta w_r, x_i>^2.  lambda_min is told by
Rayleigh quotients: q stands for any vector of R^{nd}.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_3_6 import direction as q
from lemmas.facts_a import X, lam_positive
from lemmas.lemma_b_2 import H_move, frobenius
from lemmas.lemma_d import dw_v, e_v
from lemmas.lemma_e_2 import R_chosen, lam_smallest
from lemmas.notation import (
    B,
    B_at_least_1,
    H,
    R,
    a,
    d2,
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
    v_near_w,
    x,
    x_in_ball,
)
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Var, define, eq, exp, expr, sqrt, total
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
operator = Claim("claim.E.5/operator", "claim", 1443, "|q^T M q| <= |M|_F |q|^2: the operator norm is below the Frobenius norm",
                 abs(quadratic(move, q)) <= size_of_move * squares(q), scope="all matrices and vectors of all sizes", by=_operator)
operator.mutant(abs(quadratic(move, q)) <= size_of_move * sqrt(squares(q)), "refuted", "with |q| in place of |q|^2")
operator.mutant(abs(quadratic(move, q)) <= HALF * size_of_move * squares(q), "refuted", "with the factor 1/2")

near = Given(v_near_w.rel, "|w_r(tau) - w_r(0)| <= R: the claim chooses R, but does not say what stays within R", implicit=True)
forward = Given(eta > 0, "eta > 0")
EIGEN = (B_at_least_1, lam_positive, R_chosen, lam_smallest, x_in_ball, near, event, signs)
EIGEN_SCOPE = "all n, m, d1, d2 >= 1; B >= 1; lambda > 0; on the event of Lemma B.1 Part 1; every tau"
curved = quadratic(moved.H, e_v)  # vec(F - Y)^T H(tau) vec(F - Y)
C1_claimed = -m * eta * curved
any_vector = rayleigh(q, "q, any vector")
e_5 = Claim("claim.E.5", "claim", 1409, "C1 <= -(1/2) m eta lambda |F - Y|^2 for the C1 of this claim",
            C1_claimed <= -HALF * m * eta * lam * squares(e_v), given=(*EIGEN, forward, rayleigh(e_v, "vec(F(tau) - Y)")),
            scope=EIGEN_SCOPE, note="C1 is defined anew: it is not the C1 of Lemma E.1, see claim.E.5/C1. The second conclusion, "
            "lambda_min(H(tau)) >= lambda/2, is claim.E.5/weyl. That R < 0.01, as Lemma B.2 asks, follows from the event.")


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
         why="the choice of R, with equality", typo="the reason names a choice of lambda; it is R that is chosen")
e_5.step("eq19", frobenius <= lam / 2, lambda c: c.chain(c.step("claim.E.5/eq19-1"), c.step("claim.E.5/eq19-2")), line=1433,
         rule="transitive", why="the two lines together (Eq. 19)")
e_5.step("weyl-1", quadratic(H, q) - abs(drift) <= quadratic(moved.H, q), _below, line=1441, rule="below_abs",
         why="Weyl: H(tau) = H* + (H(tau) - H*), told for the Rayleigh quotient of q")
e_5.step("weyl-2", abs(drift) <= frobenius * squares(q), _frobenius, line=1443, uses=("claim.E.5/operator",), rule="cauchy_schwarz",
         why="the operator norm is below the Frobenius norm")
e_5.step("weyl-3", quadratic(H, q) - lam / 2 * squares(q) <= quadratic(H, q) - frobenius * squares(q),
         lambda c: rules.monotone(c.step("claim.E.5/eq19"), template=quadratic(H, q) - HOLE * squares(q), hole=HOLE, hyps=c.hyps),
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


def _first(c: Context) -> Theorem:
    scaled = rules.monotone(c.step("claim.E.5/rayleigh"), c.given(forward.rel), template=-m * eta * HOLE, hole=HOLE, hyps=c.hyps)
    return c.chain(scaled, c.identity(scaled.concl.rhs, c.goal.rhs))


e_5.by = _first
LINE = {"w": [[0, 0]], "v": [[0, 0]], "x": [[1]], "a": [[1, -1]], "q": [[1]]}  # two neurons with w = 0 and opposite signs


def two_neurons(scalars: dict[str, Fraction], **arrays: object) -> Point:
    """One input x = 1, one output, two neurons with opposite signs; at w = 0, F = 0 and H* = 1."""
    sizes = {"n": ONE, "m": Fraction(2), "d1": ONE, "d2": ONE, "B": ONE}
    return Point({**sizes, **scalars}, {**LINE, **arrays})  # type: ignore[arg-type]


still = two_neurons({"lam": ONE, "eta": ONE}, y=[[1]])
far_away = two_neurons({"lam": ONE, "eta": ONE}, y=[[3]], v=[[8, 0]])
e_5.mutant(C1_claimed <= -Fraction(11, 10) * m * eta * lam * squares(e_v), "refuted", "with 1.1 in place of 1/2", hint=still)
e_5.mutant(C1_claimed <= -HALF * m**2 * eta * lam * squares(e_v), "refuted", "with another factor m",
           hint=two_neurons({"lam": ONE, "eta": ONE, "m": Fraction(4)}, y=[[1]], a=[[1, -1, 1, -1]], w=[[0] * 4], v=[[0] * 4]))
e_5.mutant(e_5.rel, "refuted", "not far from the start", drop=(near.rel,), hint=far_away)
e_5.mutant(e_5.rel, "refuted", "not backwards", drop=(forward.rel,), hint=two_neurons({"lam": ONE, "eta": -ONE}, y=[[1]]))

# ---------------------------------------------------------------- the C1 of Lemma E.1

u = define("u_v", (i, r), -eta * total(k, dw_v[k, r] * x[k, i]))
over_outputs = total((i, l), e_v[l, i] * (m * total(r, a[l, r] * moved.S[i, r] * u[i, r])))
cross = total((i, l), e_v[l, i] * moved.F[l, i] * total(r, moved.S[i, r] * u[i, r]))
C1 = 2 * over_outputs  # Lemma E.1, with the gradient for Delta w
two_C1 = Claim("claim.E.5/C1", "claim", 1418, "the C1 of Claim E.5 is the C1 of Lemma E.1", eq(C1, C1_claimed),
               given=tuple(Given(g.rel, g.words) for g in e_5.given), scope=EIGEN_SCOPE, printed=True, hint=still,
               note="It is a half of it, and without the part that Lemma E.4 bounds by the width. Claim E.5 says nothing of the "
                    "C1 in the loss; Lemma E.2 needs its second conclusion together with Lemma E.4.")
two_C1.repair = Repair("claim.E.5/C1/repair", "C1 of Lemma E.1 is -2 m eta e^T H(tau) e + 2 sum e F E[u], with the softmax as the law "
                       "of the neuron.", by=by_identity, rel=eq(C1, 2 * C1_claimed + 2 * cross), given=())
two_C1.mutant(eq(C1, 2 * C1_claimed), "refuted", "nor is it twice as large: F E[u] is left out",
              hint=two_neurons({"lam": ONE - Fraction(1, 1000), "eta": ONE}, y=[[1]], v=[[Fraction(1, 10**5), 0]]))
two_C1.mutant(eq(C1, C1_claimed + 2 * cross), "refuted", "nor with the cross term and without the factor 2",
              hint=still)

claims = (operator, e_5, two_C1)
