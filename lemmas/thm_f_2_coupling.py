"""Theorem F.2: the statement, its last step, gradient descent, and a repair (lines 1599-1602 and 1716-1725).

The statement is refuted by a run of gradient descent that reaches its targets in one step and rests there, so that every
quantity of the theorem has a closed form.  The repair has neither the logarithm nor the width in it.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.claim_3_4 import w_next
from lemmas.def_f_1 import F_te, K_te, at_test, gamma, te, x_te
from lemmas.eq_1 import SIZES
from lemmas.facts_a import X, lam_positive
from lemmas.lemma_c import t
from lemmas.notation import (
    F,
    H,
    S,
    a,
    d2,
    eta,
    i,
    j,
    k,
    l,
    l1,
    l2,
    lam,
    m,
    n,
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
from lemmas.thm_f_2 import H_vec, k_te, o, q, start
from lemmas.thm_f_2_bounds import (
    HOLE,
    LOSSES,
    NIL,
    ONE,
    TIMES,
    TWO,
    F_nn,
    F_ntk,
    H_t,
    K,
    averaged,
    below_norms,
    delta,
    drift,
    e_t,
    eps_H,
    eps_test,
    g_t,
    h,
    half,
    image_below,
    kernel_moves,
    k_t,
    lengths,
    loss_integral,
    moved,
    norm,
    pushes,
    tau_0,
)
from proofcheck.claims import Citation, Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Fn, Var, define, eq, expr, log, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity, by_scalar
from proofcheck.prove.scalar import prove_scalar

# ---------------------------------------------------------------- a run that refutes the statement

z = Array("z", (l, i))  # eta vec(Y), which is gamma(1)
w_1 = define("w_1", (k, r), w[k, r] + m * total((l, i), z[l, i] * vS[l, r, i] * S[i, r] * x[k, i]))
net_1 = softmax(w_1, "_1")
te_1 = at_test(net_1, "_1")
F_ntk_1 = m * total((j, l2), K_te[l, l2, j] * z[l2, j])
everything = (l, i)
twin = Array("twin", (r, s))  # 1 where s is the other neuron of the pair of r
PAIRED = (
    Given(eq(twin[r, s] ** 2, twin[r, s]), "every entry of twin is 0 or 1"),
    Given(eq(total(s, twin[r, s]), 1), "every neuron has one twin"),
    Given(eq(total(s, twin[r, s] * w[k, s]), w[k, r]), "with the same weights"),
    Given(eq(total(s, twin[r, s] * a[l, s]), -a[l, r]), "and the opposite signs (Definition 3.7)"),
)
RUN = (
    Given(eq(n, 1), "one data point"),
    Given(eq(d2, 1), "one output"),
    signs, *PAIRED, x_in_ball,
    Given(eq(eta, total(everything, z[l, i]) / total(everything, net_1.F[l, i])),
          "the targets are what the net predicts after this step: Y = F_nn(1), so that W(tau) = W(1) for every tau >= 1"),
    Given(eta > 0, "eta > 0"),
    Given(sqrt(total(l, net_1.F[l, i] ** 2)) <= 1, "|y_i| <= 1"),
    Given(eq(lam, total(everything, H[l, l, i, i])), "lambda = lambda_min(H*), a number here"),
    Given(K > 0, "the hidden constant K is positive"),
    Given(eps_H > 0, "eps_H > 0"),
    half,
    Given(sqrt(total((l1, l2, i, j), (H[l1, l2, i, j] - net_1.H[l1, l2, i, j]) ** 2)) <= eps_H, "|H* - H(tau)|_F <= eps_H"),
    Given(sqrt(total((j, l2), (K_te[l, l2, j] - te_1.K[l, l2, j]) ** 2)) <= eps_test,
          "|K*_{l,te} - K_{l,te}(tau)|_F <= eps_test"),
)
logarithm = log(n * d2 / (eps_H * m * lam))
claimed = K * (sqrt(n * d2) / lam * eps_test + sqrt(n * d2) / lam**2 * logarithm**2 * eps_H)
PAIRS = 16
WEIGHTS = [[Fraction(9, 4)] * 2 + [NIL] * (2 * PAIRS - 2)]
resting = Point({"n": ONE, "d1": ONE, "d2": ONE, "m": Fraction(2 * PAIRS), "K": Fraction(10**6),
                 "eps_H": Fraction(11152369539417656669384, 10**24), "eps_test": Fraction(6, 10**20)},
                {"w": WEIGHTS, "x": [[1]], "x_te": [Fraction(9272806218, 10**10)], "a": [[1, -1] * PAIRS],
                 "z": [[Fraction(1, 10**5)]],
                 "twin": [[int(first ^ 1 == second) for second in range(2 * PAIRS)] for first in range(2 * PAIRS)]})

theorem = Claim("thm.F.2", "theorem", 1599, "|F_ntk - F_nn| at a test point, by how much the kernels move",
                abs(F_ntk_1 - te_1.F[l]) <= claimed, given=RUN, printed=True, hint=resting,
                scope="gradient descent at tau = 1, n = d2 = 1, all m and d1; a run that reaches its targets in one step",
                uses=("thm.F.2/phi", "thm.F.2/optimum", "thm.F.2/beta", "thm.F.2/eq25", "thm.F.2/eq26", "thm.F.2/integral",
                      "thm.F.2/decay", "thm.F.2/int-loss", "thm.F.2/tau0", "thm.F.2/gap", "thm.F.2/drop", "thm.F.2/combine",
                      "thm.F.2/gd"))
claims: tuple[Claim, ...] = (theorem,)
