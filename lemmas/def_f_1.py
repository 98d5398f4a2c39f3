"""Definition F.1 and Eq. 22 to 24: the kernel K*, NTK regression, and its gradient descent (lines 1567-1594).

The kernels belong to W(0) = w, those of a trained net to any other weights: nothing here depends on which weights they
are, so one letter serves for both.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lemmas.def_3_6 import balanced
from lemmas.eq_1 import SIZES, by_sign
from lemmas.notation import (
    F,
    H,
    Softmax,
    a,
    eta,
    i,
    j,
    k,
    l,
    l1,
    l2,
    m,
    net,
    r,
    s,
    signs,
    w,
    x,
    x_in_ball,
    y,
)
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Index, Var, define, eq, exp, expr, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity

x_te = Array("x_te", (k,))  # the test point
gamma = Array("gamma", (l, i))  # gamma(tau), a vector of R^{nd}
ONE = Fraction(1)


@dataclass(frozen=True)
class AtTest:
    """A net at the test point: S_{te,r}, F_{te,l}, <v_{l,r}, S_te>, and the kernel [K_{l1,l2}]_{te,j}."""

    S: Array
    F: Array
    vS: Array
    K: Array


def at_test(train: Softmax, suffix: str = "") -> AtTest:
    """What the net with the weights of ``train`` makes of x_te (lines 1567-1574)."""
    e = define(f"E_te{suffix}", (r,), exp(total(k, train.weights[k, r] * x_te[k])))
    soft = define(f"S_te{suffix}", (r,), e[r] / total(s, e[s]))
    f = define(f"F_te{suffix}", (l,), m * total(r, a[l, r] * soft[r]))
    vs = define(f"vS_te{suffix}", (l, r), total(s, (a[l, r] - a[l, s]) * soft[s]))
    gram = total(r, vs[l1, r] * (m * soft[r]) * train.vS[l2, r, j] * (m * train.S[j, r]))
    kernel = define(f"K_te{suffix}", (l1, l2, j), 1 / m * total(k, x_te[k] * x[k, j]) * gram)
    return AtTest(soft, f, vs, kernel)


te = at_test(net)
F_te, K_te = te.F, te.K

two_neurons = Point({"n": ONE, "d1": ONE, "d2": ONE, "m": Fraction(2), "P": ONE, "eta": ONE},
                    {"w": [[0, 0]], "x": [[1]], "x_te": [1], "a": [[1, -1]], "y": [[1]], "gamma": [[1]],
                     "H_star": [[[[1]]]], "J": [[[2]]], "beta": [2]})
three_neurons = Point({"n": Fraction(2), "d1": ONE, "d2": Fraction(2), "m": Fraction(3)},
                      {"w": [[1, 0, 0]], "x": [[1, 0]], "x_te": [2], "a": [[1, -1, 1], [1, 1, -1]], "y": [[0, 0], [0, 0]],
                       "gamma": [[0, 0], [0, 0]]})

# ---------------------------------------------------------------- K* and Eq. 22

slope_te, slope = Diff(F_te[l1], w[k, r]), Diff(F[l2, j], w[k, r])
def_f_1 = Claim("def.F.1", "definition", 1577, "K at a test point is the Jacobian there times that at x_j, divided by m",
                eq(K_te[l1, l2, j], 1 / m * total((k, r), slope_te * slope)), scope=SIZES, by=by_identity, uses=("def.3.6",),
                note="The same formula at a training point x_i is that of [H]_i.")
def_f_1.mutant(eq(K_te[l1, l2, j], total((k, r), slope_te * slope)), "refuted", "without the factor 1/m", hint=two_neurons)
def_f_1.mutant(eq(K_te[l1, l2, j], total((k, r), slope_te * Diff(F_te[l2], w[k, r])) / m), "refuted",
               "with the test point on both sides", hint=three_neurons)

F_ntk_te = define("F_ntk_te", (l,), m * total((j, l2), K_te[l, l2, j] * gamma[l2, j]))
F_ntk = define("F_ntk", (l, i), m * total((j, l2), H[l, l2, i, j] * gamma[l2, j]))
pulled = total((j, l2), slope * gamma[l2, j])  # the Jacobian of the training data, transposed, times gamma
eq_22 = Claim("def.F.1/eq22", "definition", 1581,
              "F_ntk = m K* gamma is the net linearized at W(0), where W has moved by the transposed Jacobian times gamma",
              eq(F_ntk_te[l], total((k, r), Diff(F_te[l], w[k, r]) * pulled)), scope=SIZES, by=by_identity,
              uses=("def.F.1",),
              note="So the factor m in Eq. 22 is the right one for gradient flow of the net, whose kernel is m H.")
eq_22.mutant(eq(F_ntk_te[l] / m, total((k, r), Diff(F_te[l], w[k, r]) * pulled)), "refuted", "without the factor m",
             hint=two_neurons)

loss_ntk = Fraction(1, 2) * total((i, l), (F_ntk[l, i] - y[l, i]) ** 2)
eq_23 = Claim("def.F.1/eq23", "definition", 1587, "the objective of NTK regression is never negative", loss_ntk >= 0,
              scope=SIZES, by=by_sign)
eq_23.mutant(loss_ntk > 0, "refuted", "it vanishes where m H* gamma = vec(Y)", hint=three_neurons)

# ---------------------------------------------------------------- Eq. 24

misfit = F_ntk[l, i] - y[l, i]
eq_24 = Claim("eq.24", "step", 1591, "gamma - eta (m H* gamma - vec(Y)) is the gradient step of Eq. 23",
              eq(gamma[l, i] - eta * misfit, gamma[l, i] - eta * Diff(loss_ntk, gamma[l, i])),
              given=(signs, balanced, x_in_ball), scope=f"{SIZES}; at a symmetric initialization", printed=True,
              hint=two_neurons, uses=("def.F.1/eq23",),
              note="The gradient has one more factor m H*, so it contracts like (m lambda)^2 and not like m lambda. The "
                   "printed update is the one that Theorem F.2 needs, for another reason: see eq.24/beta.",
              latex=r"\gamma_{l,i}-\eta(F^{(\mathrm{ntk})}_{l,i}-y_{l,i}) = "
                    r"\gamma_{l,i}-\eta\frac{\partial}{\partial\gamma_{l,i}}\Bigl(\frac{1}{2}\lVert "
                    r"F^{(\mathrm{ntk})}-y\rVert_F^2\Bigr)")

H_star = Array("H_star", (l1, l2, i, j))
symmetric = Given(eq(H_star[l1, l2, i, j], H_star[l2, l1, j, i]), "H* is symmetric (def.F.1/symmetric)")
misfit_star = define("misfit", (l, i), m * total((j, l2), H_star[l, l2, i, j] * gamma[l2, j]) - y[l, i])
loss_star = Fraction(1, 2) * total((i, l), misfit_star[l, i] ** 2)
gradient = m * total((j, l2), H_star[l, l2, i, j] * misfit_star[l2, j])


def _gradient(c: Context) -> Theorem:
    """The derivative has H* transposed."""
    hole = Var("_entry")
    turned = rules.specialize(c.given(symmetric.rel), indices={l1: l, l2: l2})
    filled = rules.monotone(turned, template=m * total((j, l2), hole * misfit_star[l2, j]), hole=hole, hyps=c.hyps)
    return rules.combine(filled, goal=c.goal, factors=(expr(-1),), hyps=c.hyps)


eq_24.repair = Repair("eq.24/repair", "The gradient of Eq. 23 is m H* (m H* gamma - vec(Y)), for every symmetric H*.",
                      by=_gradient, rel=eq(Diff(loss_star, gamma[l, i]), gradient), given=(symmetric,))
eq_24.mutant(eq(Diff(loss_ntk, gamma[l, i]), misfit), "refuted", "the residual is not the gradient", hint=two_neurons)
eq_24.mutant(eq(Diff(loss_star, gamma[l, i]), gradient / m), "refuted", "nor is it H* (m H* gamma - vec(Y))",
             hint=two_neurons)

symmetry = Claim("def.F.1/symmetric", "claim", 1569, "the kernel of the training data is symmetric",
                 eq(H[l1, l2, i, j], H[l2, l1, j, i]), scope=SIZES, by=by_identity)
symmetry.mutant(eq(H[l1, l2, i, j], H[l2, l1, i, j]), "refuted", "not in the outputs alone",
                hint=Point(three_neurons.scalars, {**three_neurons.arrays, "x": [[1, 2]], "w": [[1, 0, -1]]}))

P = Var("P", True)
f = Index("f", P)  # the weights of the net, that is, the features
J = Array("J", (f, l, i))  # the Jacobian of the training data at W(0); m H* is the sum of J J over the features
beta = Array("beta", (f,))  # beta(tau)
F_ntk2 = define("F_ntk2", (l, i), total(f, J[f, l, i] * beta[f]))
loss_beta = Fraction(1, 2) * total((i, l), (F_ntk2[l, i] - y[l, i]) ** 2)
in_features = Given(eq(beta[f], total((i, l), J[f, l, i] * gamma[l, i])), "beta(tau) = J^T gamma(tau) (line 1633)")
misfit_J = total((j, l2), total(f, J[f, l, i] * J[f, l2, j]) * gamma[l2, j]) - y[l, i]

stays = Claim("eq.24/beta", "claim", 1591, "Eq. 24 is gradient descent of beta on half of the objective of line 1620: "
              "beta = J^T gamma stays true", eq(total((i, l), J[f, l, i] * (gamma[l, i] - eta * misfit_J)),
                                                beta[f] - eta * Diff(loss_beta, beta[f])), given=(in_features,),
              scope="all n, d2, all features J with m H* = J J^T")


def _stays(c: Context) -> Theorem:
    """Put J^T gamma for beta, in front and in the prediction."""
    hole = Var("_beta")
    moved = hole - eta * total((i, l), J[f, l, i] * (total(f, J[f, l, i] * hole) - y[l, i]))
    filled = rules.monotone(c.given(in_features.rel), template=moved, hole=hole, hyps=c.hyps)
    return rules.combine(filled, goal=c.goal, factors=(expr(-1),), hyps=c.hyps)


stays.by = _stays
stays.mutant(stays.rel, "refuted", "needs beta = J^T gamma", drop=(in_features.rel,),  # type: ignore[arg-type]
             hint=Point(two_neurons.scalars, {**two_neurons.arrays, "beta": [0]}))
stays.mutant(eq(total((i, l), J[f, l, i] * (gamma[l, i] - eta * misfit_J)), beta[f] - eta * Diff(2 * loss_beta, beta[f])),
             "refuted", "not on the printed objective, which lacks the factor 1/2", hint=two_neurons)

claims = (def_f_1, eq_22, eq_23, symmetry, eq_24, stays)
