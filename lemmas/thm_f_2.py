"""Theorem F.2, first half of its proof: feature map, optimum, the problem in beta, and Eq. 25 and 26 (lines 1599-1656).

A curve in time is followed along its tangent: at time ``tau`` of the line ``w + tau V`` the velocity is V, and gradient
flow says that V is minus the gradient there.  What holds on every such line, at every tau, holds along the flow.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lemmas.def_3_6 import balanced
from lemmas.def_f_1 import (
    ONE,
    F_ntk_te,
    J,
    K_te,
    at_test,
    beta,
    f,
    gamma,
    te,
    x_te,
)
from lemmas.eq_1 import SIZES
from lemmas.facts_a import N
from lemmas.notation import (
    S,
    a,
    i,
    j,
    k,
    l,
    l1,
    l2,
    m,
    r,
    s,
    signs,
    softmax,
    vS,
    w,
    x,
    x_in_ball,
    y,
)
from proofcheck.claims import Claim, Given, Proof, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Delta, Diff, Expr, Index, Var, define, eq, expr, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

tau = Var("tau")
V = Array("V", (k, r))  # dW/dtau
balanced_te = Given(eq(total(s, a[l, s] * te.S[s]), 0), "<a_l, S_te> = 0, as at initialization (Definition 3.7)")
START = (signs, balanced, balanced_te, x_in_ball)
TWO = Fraction(2)

# ---------------------------------------------------------------- the feature map


def feature(point: Expr, slope: Expr) -> Expr:
    """One entry of the printed phi: the neurons are added up."""
    return 1 / sqrt(m) * point * total(r, slope)


phi = define("phi", (k, l, i), feature(x[k, i], vS[l, r, i] * (m * S[i, r])))
phi_te = define("phi_te", (k, l), feature(x_te[k], te.vS[l, r] * (m * te.S[r])))
psi_te = define("psi_te", (k, r, l), 1 / sqrt(m) * x_te[k] * (te.vS[l, r] * (m * te.S[r])))
psi = define("psi", (k, r, l, i), 1 / sqrt(m) * x[k, i] * (vS[l, r, i] * (m * S[i, r])))

start = Point({"n": ONE, "d1": ONE, "d2": ONE, "m": TWO},
              {"w": [[0, 0]], "x": [[1]], "x_te": [1], "a": [[1, -1]], "y": [[1]], "gamma": [[1]]})


def with_arrays(point: Point, **arrays: Any) -> Point:
    """The same point with more or other arrays."""
    return Point(point.scalars, {**point.arrays, **arrays})


phi_claim = Claim("thm.F.2/phi", "step", 1606, "K* at a test point is phi(x_te)^T phi(X)",
                  eq(K_te[l1, l2, j], total(k, phi_te[k, l1] * phi[k, l2, j])), given=START,
                  scope=f"{SIZES}; at a symmetric initialization", printed=True, hint=start,
                  note="The sum over the neurons stands inside phi, where it belongs outside of the product: phi is zero "
                       "(thm.F.2/phi/zero), and a map into R^d could not give the kernel of dm weights anyway.",
                  latex=r"K^{(\mathrm{te})}_{l_1,l_2,j} = \langle\phi^{(\mathrm{te})}_{l_1},\phi_{l_2,j}\rangle")
phi_claim.repair = Repair("thm.F.2/phi/repair",
                          "One feature for every weight: psi(x)_{l,k,r} = m^(-1/2) x_k <v_{l,r}, S> m S_r without "
                          "the sum over r. It has values in R^(dm), not in R^d.", by=by_identity,
                          rel=eq(K_te[l1, l2, j], total((k, r), psi_te[k, r, l1] * psi[k, r, l2, j])), given=())
phi_claim.mutant(eq(K_te[l1, l2, j], m * total((k, r), psi_te[k, r, l1] * psi[k, r, l2, j])), "refuted",
                 "nor with another factor m", hint=start)
zero = Claim("thm.F.2/phi/zero", "claim", 1606, "phi as printed is zero, for every x, every W and every a",
             eq(phi_te[k, l], 0), scope=SIZES, by=by_identity, uses=("fact.A.4",),
             note="sum_r <v_{l,r}, S> S_r = <a_l, S> - <a_l, S> sum_r S_r = 0, because the softmax adds up to one; no "
                  "symmetric initialization is needed.")
zero.mutant(eq(psi_te[k, r, l], 0), "refuted", "the summands are not zero", hint=start)
zero.mutant(eq(1 / sqrt(m) * x_te[k] * total(r, te.vS[l, r]), 0), "refuted", "nor is it zero without the factors S_r",
            hint=with_arrays(start, w=[[1, 0]]))

# ---------------------------------------------------------------- the optimum, on vectors of length N = n d

o, q, u = (Index(name, N) for name in "oqu")
H_vec, H_inv = Array("H_vec", (o, q)), Array("H_inv", (o, q))  # H* and its inverse
k_te, y_vec, gamma_vec = Array("k_te", (q,)), Array("y_vec", (q,)), Array("gamma_vec", (q,))
gamma_star = define("gamma_star", (q,), 1 / m * total(o, H_inv[q, o] * y_vec[o]))
right = Given(eq(total(u, H_vec[o, u] * H_inv[u, q]), Delta(o, q)), "H_inv is the inverse of H* (lambda > 0)")
left = Given(eq(total(u, H_inv[o, u] * H_vec[u, q]), Delta(o, q)), "also from the left")
fits = Given(eq(m * total(q, H_vec[o, q] * gamma_vec[q]), y_vec[o]), "m K*_i gamma = y_i for all i")
by_inverse = total((q, o), k_te[q] * H_inv[q, o] * y_vec[o])

optimum = Claim("thm.F.2/optimum", "step", 1613, "the gamma that fits the data predicts K*_te H*^-1 vec(Y)",
                eq(m * total(q, k_te[q] * gamma_vec[q]), by_inverse), given=(right, left, fits),
                scope="all n, d, m, all invertible H*", printed=True,
                note="The program has one feasible point only, so that nothing is minimized.")


def _feasible(c: Context) -> Theorem:
    """H* H*^-1 is the unit matrix."""
    hole = Var("_unit")
    found = rules.monotone(c.given(right.rel), template=total(q, hole * y_vec[q]), hole=hole, hyps=c.hyps)
    return rules.combine(found, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


def _unique(c: Context) -> Theorem:
    """gamma = H*^-1 H* gamma = H*^-1 vec(Y)/m."""
    hole = Var("_unit")
    turned = rules.specialize(c.given(left.rel), indices={o: q, q: o})
    unit = rules.monotone(turned, template=total(o, hole * gamma_vec[o]), hole=hole, hyps=c.hyps)
    filled = rules.monotone(rules.specialize(c.given(fits.rel), indices={o: u}), hole=hole, hyps=c.hyps,
                            template=1 / m * total(u, H_inv[q, u] * hole))
    return rules.combine(unit, filled, goal=c.goal, factors=(expr(-1), expr(1)), hyps=c.hyps)


optimum.step("feasible", eq(m * total(q, H_vec[o, q] * gamma_star[q]), y_vec[o]), _feasible, line=1618, rule="monotone",
             why="gamma* = m^-1 H*^-1 vec(Y) fits the data")
optimum.step("unique", eq(gamma_vec[q], gamma_star[q]), _unique, line=1618, rule="monotone",
             why="H* is invertible, so that nothing else fits them: gamma* has the least norm")
optimum.step("prediction", eq(m * total(q, k_te[q] * gamma_star[q]), by_inverse), by_identity, line=1618, rule="identity",
             why="Eq. 22 at gamma*", typo="the prediction is that of gamma*, but the paper prints gamma(tau)",
             latex=r"m\langle k^{(\mathrm{te})},\gamma^{(\mathrm{star})}\rangle = "
                   r"\sum_{q,o}k^{(\mathrm{te})}_qH^{(\mathrm{inv})}_{q,o}y^{(\mathrm{vec})}_o")


def _predicts(c: Context) -> Theorem:
    hole = Var("_gamma")
    filled = rules.monotone(c.step("thm.F.2/optimum/unique"), template=m * total(q, k_te[q] * hole), hole=hole, hyps=c.hyps)
    return c.chain(filled, c.step("thm.F.2/optimum/prediction"))


optimum.by = _predicts
one_datum = Point({"m": TWO, "N": ONE}, {"H_vec": [[1]], "H_inv": [[1]], "k_te": [1], "y_vec": [2], "gamma_vec": [1]})
optimum.mutant(optimum.rel, "refuted", "not at every gamma(tau): gamma(0) = 0 predicts 0",  # type: ignore[arg-type]
               drop=(fits.rel,), hint=with_arrays(one_datum, gamma_vec=[0]))
optimum.mutant(eq(m * total(q, k_te[q] * gamma_vec[q]), m * by_inverse), "refuted", "with another factor m", hint=one_datum)

# ---------------------------------------------------------------- the problem in beta

beta_phi, beta_psi = Array("beta_phi", (k,)), Array("beta_psi", (k, r))
through_phi = Given(eq(beta_phi[k], sqrt(m) * total((j, l2), phi[k, l2, j] * gamma[l2, j])),
                    "beta = m^(1/2) phi(X) gamma (line 1633)")
through_psi = Given(eq(beta_psi[k, r], sqrt(m) * total((j, l2), psi[k, r, l2, j] * gamma[l2, j])),
                    "beta = m^(1/2) psi(X) gamma")
predicted = sqrt(m) * total(k, phi_te[k, l] * beta_phi[k])
through_gamma = sqrt(m) * total(k, phi_te[k, l] * (sqrt(m) * total((j, l2), phi[k, l2, j] * gamma[l2, j])))
beta_claim = Claim("thm.F.2/beta", "step", 1618, "F_ntk2 = F_ntk", eq(predicted, F_ntk_te[l]), given=(*START, through_phi),
                   scope=f"{SIZES}; at a symmetric initialization", uses=("thm.F.2/phi", "thm.F.2/beta/objective"),
                   hint=with_arrays(start, beta_phi=[0]), note="With the printed feature map F_ntk2 is zero.",
                   latex=r"\sqrt{m}\langle\phi^{(\mathrm{te})}_l,\beta^{(\phi)}\rangle = F^{(\mathrm{ntk},\mathrm{te})}_l")


def _put_gamma(c: Context) -> Theorem:
    hole = Var("_beta")
    return rules.monotone(c.given(through_phi.rel), template=sqrt(m) * total(k, phi_te[k, l] * hole), hole=hole, hyps=c.hyps)


beta_claim.step("1", eq(predicted, through_gamma), _put_gamma, line=1629, why="beta = m^(1/2) phi(X) gamma", rule="monotone")
beta_claim.step("3", eq(F_ntk_te[l], m * total((j, l2), K_te[l, l2, j] * gamma[l2, j])), by_identity, line=1631,
                why="Eq. 22", uses=("def.F.1/eq22",), rule="identity")


def _with_psi(c: Context) -> Theorem:
    hole = Var("_beta")
    filled = rules.monotone(c.given(through_psi.rel), template=sqrt(m) * total((k, r), psi_te[k, r, l] * hole), hole=hole,
                            hyps=c.hyps)
    return c.chain(filled, c.identity(filled.concl.rhs, c.goal.rhs))


beta_claim.repair = Repair("thm.F.2/beta/repair", "With the feature map psi in place of phi, the two predictors agree.",
                           by=_with_psi, rel=eq(sqrt(m) * total((k, r), psi_te[k, r, l] * beta_psi[k, r]), F_ntk_te[l]),
                           given=(through_psi,))
beta_claim.mutant(eq(predicted, F_ntk_te[l] / m), "refuted", "nor with another factor m",
                  hint=beta_claim.hint)
third = Claim("thm.F.2/beta/2", "claim", 1630, "m phi(x_te)^T phi(X) gamma = m K*_te gamma",
              eq(through_gamma, m * total((j, l2), K_te[l, l2, j] * gamma[l2, j])), given=START,
              scope=f"{SIZES}; at a symmetric initialization", printed=True, uses=("thm.F.2/phi",), hint=start,
              latex=r"\sqrt{m}\sum_{k}\phi^{(\mathrm{te})}_{k,l}\sqrt{m}\sum_{j,l_2}\phi_{k,l_2,j}\gamma_{l_2,j} = "
                    r"m\sum_{j,l_2}K^{(\mathrm{te})}_{l,l_2,j}\gamma_{l_2,j}")
third.mutant(eq(through_gamma, 0), "proved", "both products vanish", by=by_identity)
third.mutant(eq(through_gamma, total((j, l2), K_te[l, l2, j] * gamma[l2, j])), "refuted", "nor without the factor m",
             hint=start)

F_ntk2 = define("F_ntk2", (l, i), total(f, J[f, l, i] * beta[f]))
one_feature = Point({"n": ONE, "d2": ONE, "m": TWO, "P": ONE, "tau": Fraction(0)},
                    {"y": [[1]], "beta": [0], "dbeta": [1], "J": [[[1]]], "J_te": [[1]]})
squares = total((i, l), (F_ntk2[l, i] - y[l, i]) ** 2)
pull_beta = total((i, l), (F_ntk2[l, i] - y[l, i]) * J[f, l, i])
objective = Claim("thm.F.2/beta/objective", "claim", 1620, "the gradient of the printed objective is that of line 1642",
                  eq(Diff(squares, beta[f]), pull_beta), scope="all n, d2, all features", printed=True, hint=one_feature,
                  note="The objective lacks the factor 1/2 of Eq. 23; without it the kernel model would run twice as fast "
                       "as the net, and the coupling would be lost.",
                  latex=r"\frac{\partial}{\partial\beta_f}(\lVert F^{(\mathrm{ntk2})}-y\rVert_F^2) = "
                        r"\sum_{i,l}(F^{(\mathrm{ntk2})}_{l,i}-y_{l,i})J_{f,l,i}")
objective.repair = Repair("thm.F.2/beta/objective/repair", "Half of it has this gradient.", by=by_identity,
                          rel=eq(Diff(squares / 2, beta[f]), pull_beta))
objective.mutant(eq(Diff(squares, beta[f]), 2 * pull_beta), "proved", "twice this", by=by_identity)
objective.mutant(eq(Diff(squares / 2, beta[f]), -pull_beta), "refuted", "with the opposite sign", hint=one_feature)

# ---------------------------------------------------------------- Eq. 25

velocity = Array("dbeta", (f,))
J_te = Array("J_te", (f, l))  # the Jacobian at the test point, m^(1/2) psi(x_te)
beta_t = define("beta_t", (f,), beta[f] + tau * velocity[f])
F2_te = define("F_ntk2_te", (l,), total(f, J_te[f, l] * beta_t[f]))
F2 = define("F_ntk2_t", (l, i), total(f, J[f, l, i] * beta_t[f]))
loss2 = Fraction(1, 2) * total((i, l), (F2[l, i] - y[l, i]) ** 2)
K_star = define("K_star", (l1, l2, j), 1 / m * total(f, J_te[f, l1] * J[f, l2, j]))
flow2 = Given(eq(velocity[f], -Diff(loss2, beta[f])), "gradient flow of beta on half of the objective of line 1620")
ODE = "the flow: the velocity is minus the gradient"


def _along(slope: Expr, indices: tuple[Index, ...], flow: Given) -> Proof:
    """Put minus the gradient for the velocity."""

    def proof(c: Context) -> Theorem:
        hole = Var("_velocity")
        return rules.monotone(c.given(flow.rel), template=total(indices, slope * hole), hole=hole, hyps=c.hyps)

    return proof


slope2 = Diff(F2_te[l], beta[f])
lines_25 = (
    Diff(F2_te[l], tau),
    total(f, slope2 * velocity[f]),
    total(f, slope2 * -Diff(loss2, beta[f])),
    -total(f, slope2 * total((i, l2), (F2[l2, i] - y[l2, i]) * Diff(F2[l2, i], beta[f]))),
    -total(f, J_te[f, l] * total((i, l2), (F2[l2, i] - y[l2, i]) * J[f, l2, i])),
    -m * total((j, l2), K_star[l, l2, j] * (F2[l2, j] - y[l2, j])),
)
eq_25 = Claim("thm.F.2/eq25", "step", 1640, "the derivative of F_ntk2 in time is -m vec(K*)^T vec(F_ntk2 - Y)",
              eq(lines_25[0], lines_25[5]), given=(flow2,), scope="all n, d2, m, all features, every tau")
REASONS = ("the chain rule", ODE, "the gradient of the loss", "J = m^(1/2) psi, the Jacobian", "K* = J_te J^T/m")
for number, reason in enumerate(REASONS, 1):
    eq_25.step(str(number), eq(lines_25[number - 1], lines_25[number]),
               _along(slope2, (f,), flow2) if number == 2 else by_identity, line=1640 + number, why=reason,
               rule="monotone" if number == 2 else "identity")
eq_25.mutant(eq(lines_25[0], lines_25[5] / m), "refuted", "without the factor m", hint=one_feature)
eq_25.mutant(eq(lines_25[0], 2 * lines_25[5]), "refuted", "with the factor 2 of the printed objective", hint=one_feature)
eq_25.mutant(eq(lines_25[0], lines_25[5]), "refuted", "not for another velocity", drop=(flow2.rel,),
             hint=with_arrays(one_feature, dbeta=[2]))

# ---------------------------------------------------------------- Eq. 26

net_t = softmax(define("w_t", (k, r), w[k, r] + tau * V[k, r]), "_t")
te_t = at_test(net_t, "_t")
error_t = define("e_t", (l, i), net_t.F[l, i] - y[l, i])
loss_t = Fraction(1, 2) * total((i, l), (net_t.F[l, i] - y[l, i]) ** 2)
flow = Given(eq(V[k, r], -Diff(loss_t, w[k, r])), "gradient flow of W on the loss (Definition 3.2)")


def derivative_of(output: Expr, kernel: Expr) -> tuple[Expr, ...]:
    """The lines of Eq. 26 for one output of the net at time tau."""
    slope = Diff(output, w[k, r])
    return (Diff(output, tau), total((k, r), slope * V[k, r]), total((k, r), slope * -Diff(loss_t, w[k, r])),
            -total((k, r), slope * total((j, l2), (net_t.F[l2, j] - y[l2, j]) * Diff(net_t.F[l2, j], w[k, r]))),
            -m * total((j, l2), kernel * error_t[l2, j]))


def follow(claim: Claim, lines: tuple[Expr, ...], first: int, typo: str = "", latex: str = "") -> None:
    """The four printed lines as steps; ``typo`` and ``latex`` are for the third."""
    for number, reason in enumerate(("the chain rule", ODE, "the gradient of the loss (Definition 3.2)",
                                     "the kernel is the Jacobian times its transpose, divided by m"), 1):
        by = _along(Diff(lines[0].body, w[k, r]), (k, r), flow) if number == 2 else by_identity  # type: ignore[attr-defined]
        claim.step(str(number), eq(lines[number - 1], lines[number]), by, line=first + number, why=reason,
                   rule="monotone" if number == 2 else "identity", typo=typo if number == 3 else "",
                   latex=latex if number == 3 else "")


moving = Point({**start.scalars, "tau": Fraction(0)}, {**start.arrays, "V": [[1, -1]]})
lines_26 = derivative_of(te_t.F[l], te_t.K[l, l2, j])
eq_26 = Claim("thm.F.2/eq26", "step", 1650, "the derivative of F_nn in time is -m vec(K(tau))^T vec(F_nn - Y)",
              eq(lines_26[0], lines_26[4]), given=(flow,), scope=f"{SIZES}, every tau")
follow(eq_26, lines_26, 1650, "the loss of the net is that of Definition 3.2, but Eq. 23, that of F_ntk, is cited",
       latex=r"\sum_{k,r}\Bigl(\frac{\partial}{\partial w_{k,r}}F^{(\mathrm{te},t)}_l\Bigr)"
             r"\Bigl(-\frac{\partial}{\partial w_{k,r}}\Bigl(\frac{1}{2}\lVert F^{(t)}-y\rVert_F^2\Bigr)\Bigr) "
             r"\brk= -\sum_{k,r}\Bigl(\frac{\partial}{\partial w_{k,r}}F^{(\mathrm{te},t)}_l\Bigr)"
             r"\sum_{j,l_2}(F^{(t)}_{l_2,j}-y_{l_2,j})\frac{\partial}{\partial w_{k,r}}F^{(t)}_{l_2,j}")
eq_26.mutant(eq(lines_26[0], lines_26[4] / m), "refuted", "without the factor m", hint=moving)
eq_26.mutant(eq(lines_26[0], lines_26[4]), "refuted", "not for another velocity", drop=(flow.rel,),
             hint=with_arrays(moving, V=[[1, 1]]))

claims = (phi_claim, zero, optimum, third, beta_claim, objective, eq_25, eq_26)
