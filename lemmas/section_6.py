"""Section 6.1 and 6.2: score matching, the regression on x(0), and the assumptions (lines 277-332).

A mean over x(t) is an integral of densities, and an identity between integrands is an identity between means; so the
statements are made at one place x = x(t), for every x: sum_q mu_q p(x | atom_q) (...) stands for E[... | x(t) = x] p_t(x).
``s_out`` and ``F_out`` are what an estimator of the score and the network answer at (t, x).
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.claim_g_1 import Z
from lemmas.def_3_6 import diagonal
from lemmas.def_4_1 import delta_range
from lemmas.diffusion import (
    GIVEN,
    HALF,
    ONE,
    SCOPE,
    TWO,
    G,
    alpha,
    atom,
    bell,
    density,
    g,
    h,
    later,
    lone,
    mu,
    posterior,
    score,
    xt,
)
from lemmas.eq_1 import by_sign
from lemmas.facts_a import lam_positive, q
from lemmas.notation import d2, delta, i, k, l, lam, n, x, y
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Diff, Expr, Fn, Var, eq, exp, expr, log, sqrt, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_identity, by_scalar
from proofcheck.prove.scalar import prove_scalar

s_out, s_other, F_out = Array("s_out", (l,)), Array("s_other", (l,)), Array("F_out", (l,))
weight = Var("weight")  # lambda(t)
joint = mu[q] * bell[q]  # the density of (x(0), x(t)) at (atom_q, x)
p_t = density(bell)
conditional = -(xt[l] - alpha * atom[l, q]) / h  # grad log p_{t|0}
two = Point({"G": ONE, "N": TWO, "d2": ONE, "weight": ONE},
            {"xt": [1], "atom": [[2, -1]], "mu": [HALF, HALF], "s_out": [1], "s_other": [3], "F_out": [1]})


def over_atoms(term: Expr) -> Expr:
    """E[term | x(t) = x] p_t(x)."""
    return total(q, joint * term)


def matching(estimate: Array) -> Expr:
    """The integrand of Eq. 5 without the weight: p_t |s - grad log p_t|^2."""
    return p_t * total(l, (estimate[l] - score(bell)) ** 2)


def denoising(estimate: Array) -> Expr:
    """The integrand of Eq. 6 without the weight: E[|s - grad log p_{t|0}|^2 | x] p_t."""
    return over_atoms(total(l, (estimate[l] - conditional) ** 2))


# ---------------------------------------------------------------- Eq. 5 and 6

weight_positive = Given(weight >= 0, "the weight lambda(t) is not negative")
eq_5 = Claim("eq.5", "definition", 277, "score matching: the objective is never negative", weight * matching(s_out) >= 0,
             given=(*GIVEN, weight_positive), scope=SCOPE, by=by_sign)
eq_5.mutant(weight * matching(s_out) > 0, "refuted", "it can vanish",
            hint=Point({**lone.scalars, "weight": Fraction(0)}, {**lone.arrays, "s_out": [0]}))

single = Claim("eq.6/conditional", "identity", 285, "grad log p_{t|0}(x | x(0)) = -(x - alpha x(0))/h",
               eq(Diff(log(bell[q]), xt[l]), conditional), given=(later,), scope=SCOPE, by=by_identity)
single.mutant(eq(Diff(log(bell[q]), xt[l]), -(xt[l] - atom[l, q]) / h), "refuted", "without alpha", hint=two)

eq_6 = Claim("eq.6", "claim", 282,
             "denoising score matching is equivalent to score matching: the two objectives differ by a term without theta",
             eq(denoising(s_out) - matching(s_out), denoising(s_other) - matching(s_other)), given=GIVEN, scope=SCOPE,
             by=by_identity, uses=("eq.6/conditional",),
             note="At every t, so for every weight lambda(t), if both objectives run over the same times. As printed they "
                  "do not: Eq. 5 runs over (0, T), Eq. 6 over (T_0, T).")
eq_6.mutant(eq(denoising(s_out) - matching(s_out), denoising(s_other) + matching(s_other)), "refuted",
            "with the wrong sign", hint=two)
eq_6.mutant(eq(denoising(s_out), matching(s_out)), "refuted", "the two objectives are not equal", hint=two)
eq_6.mutant(denoising(s_out) <= matching(s_out), "refuted", "nor is denoising the smaller one", hint=two)
apart = Claim("eq.6/constant", "identity", 282,
              "the difference is the variance of grad log p_{t|0} given x(t), times p_t",
              eq(denoising(s_out) - matching(s_out), over_atoms(total(l, (conditional - score(bell)) ** 2))), given=GIVEN,
              scope=SCOPE, by=by_identity)
apart.mutant(eq(denoising(s_out) - matching(s_out), over_atoms(total(l, conditional**2))), "refuted",
             "with the second moment", hint=two)
xi = Array("xi", (l,))
noised = -(alpha * atom[l, q] + sqrt(h) * xi[l] - alpha * atom[l, q]) / h
noise = Claim("eq.6/noise", "identity", 285,
              "at x = alpha x(0) + sqrt(h) xi the squared length of grad log p_{t|0} is |xi|^2/h",
              eq(total(l, noised**2), total(l, xi[l] ** 2) / h), given=(later,), scope=SCOPE, by=by_identity,
              note="So E|grad log p_{t|0}|^2 = d/h for xi ~ N(0, I).")
noise.mutant(eq(total(l, noised**2), total(l, xi[l] ** 2)), "refuted", "without 1/h",
             hint=Point({"G": ONE, "N": ONE, "d2": ONE}, {"atom": [[0]], "xi": [1]}))
blow_up = Claim("eq.6/T0", "claim", 283, "int d/h g dt = d log(exp(G) - 1) + const, which falls below any bound as G -> 0",
                log(exp(G) - 1) <= log(2 * G), given=(Given(G > 0, "G > 0"), Given(G <= 1, "G <= 1")), scope="0 < G <= 1",
                uses=("eq.6/primitive", "eq.6/noise"),
                note="Why Eq. 6 starts at T_0 > 0: with lambda = g, the integral of E|grad log p_{t|0}|^2 diverges at 0.")


def _falls(c: Context) -> Theorem:
    """exp(G) - 1 <= 2G."""
    hole = Var("_growth")
    return rules.monotone(c.scalar(exp(G) - 1 <= 2 * G), c.scalar(exp(G) - 1 > 0), template=log(hole), hole=hole,
                          hyps=c.hyps)


blow_up.by = _falls
blow_up.mutant(log(exp(G) - 1) <= log(G), "refuted", "with G", hint=lone)
primitive = Claim("eq.6/primitive", "identity", 283, "d/dG log(exp(G) - 1) = 1/h",
                  eq(1 / h, Diff(log(exp(G) - 1), G)), given=(later, Given(exp(G) - 1 > 0, "G > 0")), scope="G > 0",
                  by=by_identity)
primitive.mutant(eq(1 / h, Diff(log(exp(G) + 1), G)), "refuted", "with exp(G) + 1", hint=lone)

# ---------------------------------------------------------------- sampling, the regression on x(0)

t_i, T, T_0 = Var("t_i"), Var("T_end"), Var("T_0")
drawn = (Given(T_0 > 0, "T_0 > 0"), Given(T_0 < T, "T_0 < T"), Given(t_i > 0, "t_i is drawn from (0, T)"),
         Given(t_i < T, "t_i is drawn from (0, T)"))
sampling = Claim("sec.6.1/sampling", "definition", 288, "the sampled times are those over which Eq. 6 averages", T_0 <= t_i,
                 given=drawn, scope="0 < T_0 < T",
                 note="The training set is drawn over (0, T) while Eq. 6 averages over (T_0, T). The inputs (t_i, x(t_i)) "
                      "have d + 1 coordinates where Eq. 1 and Theorem 4.2 have d; here d1 and d2 are different all along.",
                 latex=r"t_i \ge T_0")
sampling.repair = Repair("sec.6.1/sampling/repair", "Draw t_i from (T_0, T).", by=by_scalar, rel=T_0 <= t_i,
                         given=(*drawn[:2], Given(t_i > T_0, "t_i is drawn from (T_0, T)"), drawn[3]))
sampling.mutant(T_0 <= 2 * t_i, "refuted", "not even up to a factor 2",
                hint=Point({"T_0": ONE, "T_end": TWO, "t_i": Fraction(1, 4)}))

tweedie = Claim("sec.6.1/tweedie", "identity", 296, "Tweedie's formula: grad log p_t(x) = (alpha E[x(0) | x(t) = x] - x)/h",
                eq(score(bell), (alpha * posterior(bell) - xt[l]) / h), given=GIVEN, scope=SCOPE, by=by_identity)
tweedie.mutant(eq(score(bell), (posterior(bell) - xt[l]) / h), "refuted", "without alpha", hint=two)
tweedie.mutant(eq(score(bell), (alpha * posterior(bell) - xt[l]) / h**2), "refuted", "with h squared", hint=two)

ratio = h / alpha
from_net = (alpha * F_out[l] - xt[l]) / h  # the score that belongs to a prediction of x(0)
chosen = Given(eq(weight, ratio**2), "lambda(t) = (h/alpha)^2", implicit=True)
from_labels = over_atoms(total(l, (from_net - conditional) ** 2))
regression = over_atoms(total(l, (F_out[l] - atom[l, q]) ** 2))
loss = Claim("sec.6.1/loss", "claim", 294,
             "with s = (alpha F - x)/h, the denoising loss is the loss of the regression of x(0) on (t, x(t))",
             eq(weight * from_labels, regression), given=(*GIVEN, chosen), scope=SCOPE,
             uses=("eq.6/conditional", "sec.6.1/tweedie"),
             note="The paper says neither how the score follows from the network nor for which lambda(t) the two losses "
                  "agree. The sum runs to N, which is n.",
             latex=r"\mathrm{weight}\sum_{q}\mu_q\,\mathrm{bell}_q\sum_{l}\Bigl(\frac{e^{-G/2}F^{(\mathrm{out})}_l-"
                   r"\mathrm{xt}_l}{1-e^{-G}}+\frac{\mathrm{xt}_l-e^{-G/2}\,\mathrm{atom}_{l,q}}{1-e^{-G}}\Bigr)^2 \brk= "
                   r"\sum_{q}\mu_q\,\mathrm{bell}_q\sum_{l}(F^{(\mathrm{out})}_l-\mathrm{atom}_{l,q})^2")


def _regression(c: Context) -> Theorem:
    """s - grad log p_{t|0} = (alpha/h) (F - x(0)), and the weight takes the factor off."""
    hole = Var("_weight")
    put = rules.monotone(c.given(chosen.rel), template=hole * from_labels, hole=hole, hyps=c.hyps)
    return c.chain(put, c.identity(put.concl.rhs, c.goal.rhs))


loss.by = _regression
loss.mutant(eq(weight * from_labels, regression), "refuted", "not with lambda = 1", drop=(chosen.rel,), hint=two)

excess = total(l, (F_out[l] - posterior(bell)) ** 2)
target = Claim("sec.6.1/target", "identity", 296,
               "of all predictions E[x(0) | x(t)] has the least squared error: the true label of the noisy one",
               eq(regression, p_t * excess + over_atoms(total(l, (atom[l, q] - posterior(bell)) ** 2))), given=GIVEN,
               scope=SCOPE, by=by_identity)
target.mutant(eq(regression, p_t * excess), "refuted", "the noise of the labels does not vanish", hint=two)

score_error = total(l, (from_net - score(bell)) ** 2)
transfer = Claim("sec.6.1/transfer", "identity", 296,
                 "the error of the score is (alpha/h)^2 times the error of the prediction",
                 eq(score_error, (alpha / h) ** 2 * excess), given=GIVEN, scope=SCOPE, by=by_identity,
                 uses=("sec.6.1/tweedie",),
                 note="It joins Theorem 6.6, which is about the score, to its proof, which is about the prediction.")
transfer.mutant(eq(score_error, excess), "refuted", "without the factor", hint=two)

start = Var("G_0")
factor = Claim("sec.6.1/factor", "claim", 296, "alpha/h is at most 1/G_0 from the time on at which G = G_0",
               alpha / h <= 1 / start, by=by_scalar,
               given=(Given(start > 0, "T_0 > 0"), Given(start <= G, "t >= T_0")), scope="all 0 < G_0 <= G",
               note="alpha/h = 1/(2 sinh(G/2)), and sinh(u) >= u. A weight like lambda = 1 needs T_0 > 0.")

factor.mutant(alpha / h <= 1 / (2 * start), "refuted", "with half of it",
              hint=Point({"G": Fraction(1, 10), "G_0": Fraction(1, 10)}))
factor.mutant(alpha / h <= 1 / start, "refuted", "not before that time", drop=(start <= G,),
              hint=Point({"G": Fraction(1, 10), "G_0": ONE}))

# ---------------------------------------------------------------- the assumptions

norms = Fn("Max", (sqrt(total(l, y[l, i] ** 2)), sqrt(total(k, x[k, i] ** 2))))
asm_1 = Claim("asm.6.1", "hypothesis", 302, "labels and inputs have norm at most 1", norms <= 1, scope="all n, d1, d2",
              note="It is about the n points only; the bounds at a test point need it there, too.")
asm_1.mutant(norms <= 1, "refuted", "it does not follow from the definitions",
             hint=Point({"n": ONE, "d1": ONE, "d2": ONE}, {"x": [[2]], "y": [[0]]}))

size = total(l, (alpha * atom[l, q] + sqrt(h) * xi[l]) ** 2)
unbounded = Claim("asm.6.1/noise", "claim", 302,
                  "if the data x(0) are normalized, x(t) = alpha x(0) + sqrt(h) xi has norm at most 1",
                  sqrt(size) <= 1, given=(later, Given(sqrt(total(l, atom[l, q] ** 2)) <= 1, "|x(0)| <= 1")), scope=SCOPE,
                  hint=Point({"G": ONE, "N": ONE, "d2": ONE}, {"atom": [[0]], "xi": [2]}),
                  note="Gaussian noise is not bounded, so Assumption 6.1 cannot hold with certainty for inputs (t, x(t)), "
                       "and where it holds the noise is not Gaussian any more.",
                  latex=r"\lVert e^{-G/2}\,\mathrm{atom}_q+\sqrt{1-e^{-G}}\,\xi\rVert \le 1")
unbounded.mutant(sqrt(size) <= 100, "refuted", "nor is any other bound certain",
                 hint=Point({"G": ONE, "N": ONE, "d2": ONE}, {"atom": [[0]], "xi": [1000]}))

asm_2 = Claim("asm.6.2", "hypothesis", 306, "the smallest eigenvalue of H* is positive", diagonal > 0,
              same_as="def.3.6/lambda")

g_most, T_G = Var("g_most"), Var("t_now")
asm_3 = Claim("asm.6.3", "hypothesis", 310, "the schedule g is bounded", g <= g_most, scope="every time",
              note="Almost everywhere continuous, too, which the kernel cannot say. That G(t) grows without bound, so that "
                   "p_T comes near N(0, I), is not assumed: see asm.6.3/mixing.")
asm_3.mutant(g <= g_most, "refuted", "not by the definitions", hint=Point({"g": TWO, "g_most": ONE}))
mixing = Claim("asm.6.3/mixing", "claim", 310,
               "the schedule g(t) = exp(-t) is positive, continuous and bounded, but alpha stays above 1/2 for ever",
               HALF < exp(-(1 - exp(-T_G)) / 2), given=(Given(T_G >= 0, "t >= 0"),), scope="all t >= 0", by=by_scalar,
               note="Here G(t) = 1 - exp(-t) < 1.")
mixing.mutant(Fraction(7, 10) < exp(-(1 - exp(-T_G)) / 2), "refuted", "0.7 is too much", hint=Point({"t_now": Fraction(9)}))

beta = Var("beta_x")
F_star, F_star_2, xt_2 = Array("F_star", (l,)), Array("F_star_2", (l,)), Array("xt_2", (l,))


def distance(first: Array, second: Array) -> Expr:
    """The Euclidean distance of two vectors."""
    return sqrt(total(l, (first[l] - second[l]) ** 2))


asm_4 = Claim("asm.6.4", "hypothesis", 314, "F_* is beta_x-Lipschitz in x, at every time",
              distance(F_star, F_star_2) <= beta * distance(xt, xt_2), scope="F_star and F_star_2 are F_* at xt and xt_2",
              note="With one beta_x for all t > 0; this fails for the simplest p_0: asm.6.4/atoms.")
asm_4.mutant(asm_4.rel, "refuted", "it does not follow from the definitions",  # type: ignore[arg-type]
             hint=Point({"d2": ONE, "beta_x": ONE}, {"F_star": [2], "F_star_2": [0], "xt": [1], "xt_2": [0]}))


place = Var("place")


def between(first: Expr, second: Expr) -> Expr:
    """E[x(0) | x(t)] for p_0 on -1 and 1, from the logarithms of the densities, up to a common term."""
    return (exp(first) - exp(second)) / (exp(first) + exp(second))


def saturated(at: Expr) -> Expr:
    """tanh(alpha x/h)."""
    return between(alpha * at / h, -alpha * at / h)


tanh = Claim("asm.6.4/tanh", "identity", 314, "for p_0 on -1 and 1 with equal weights F_*(t, x) is tanh(alpha x/h)",
             eq(between(-((place - alpha) ** 2) / (2 * h), -((place + alpha) ** 2) / (2 * h)), saturated(place)),
             given=(later,), scope="p_0 on -1 and 1, d = 1", by=by_identity)
tanh.mutant(eq(between(-((place - alpha) ** 2) / (2 * h), -((place + alpha) ** 2) / (2 * h)), saturated(place / alpha)),
            "refuted", "without alpha", hint=Point({"G": ONE, "place": ONE}))

early = Given(eq(G, 1 / (2 * beta)), "t so small that G = 1/(2 beta_x)")
atoms = Claim("asm.6.4/atoms", "claim", 314,
              "for p_0 on two points no beta_x serves all t > 0: at G = 1/(2 beta_x), F_* rises faster from 0 to h/alpha",
              beta * abs(h / alpha - 0) < abs(saturated(h / alpha) - saturated(expr(0))),
              given=(Given(beta >= 1, "beta_x >= 1"), early, later), scope="p_0 on -1 and 1, d = 1, every beta_x >= 1",
              uses=("asm.6.4/tanh",),
              note="The slope alpha/h at 0 is not bounded as t -> 0.")
STEEP = (exp(1) - exp(-1)) / (exp(1) + exp(-1))  # tanh(1)


def _steep(c: Context) -> Theorem:
    """The difference is tanh(1) > 0.76, and beta h/alpha = 2 beta sinh(1/(4 beta)) is below that."""
    value = c.identity(saturated(h / alpha) - saturated(expr(0)), STEEP)
    hole = Var("_rise")
    rise = rules.monotone(value, template=abs(hole), hole=hole, hyps=c.hyps)
    return rules.combine(rise, c.scalar(beta * abs(h / alpha - 0) < abs(STEEP)), goal=c.goal, factors=(expr(-1), expr(1)),
                         hyps=c.hyps)


atoms.by = _steep
atoms.mutant(2 * beta * abs(h / alpha - 0) < abs(saturated(h / alpha) - saturated(expr(0))), "refuted", "not twice as fast",
             hint=Point({"beta_x": ONE}))

eps_n = Var("eps_n")
asm_5 = Claim("asm.6.5", "hypothesis", 322, "early stopping: the mean squared error Z3 is at most epsilon(n, T^)",
              Z[2] <= eps_n, scope="means over finitely many times and outcomes",
              note="Quoted from another paper. The line lacks the left bar of the norm. epsilon may depend on R_H, since "
                   "F_H does: it is the only place where a large R_H can cost anything in Theorem 6.6.")
asm_5.mutant(Z[2] <= eps_n, "refuted", "not by the definitions",
             hint=Point({"N": ONE, "d2": ONE, "eps_n": ONE}, {"mu": [1], "f_ntk_pseudo": [[2]], "f_H": [[0]]}))

# ---------------------------------------------------------------- A(R_H) and Gamma_delta

R_H, Lam, c1, A, rho = Var("R_H"), Var("Lam"), Var("c1"), Var("A"), Var("rho")


def price(ratio: Expr) -> Expr:
    """A as a function of rho = sqrt(R_H)/Lambda."""
    return c1 * Lam * exp(-2 / d2 * log(ratio)) * log(ratio)


POSITIVE = (Given(Lam > 0, "Lambda > 0"), Given(c1 > 0, "c_1 > 0"))
large = Given(rho >= 1, "R_H is at least Lambda^2", implicit=True)
def_A = Claim("def.A(R)", "definition", 318,
              "A(R_H) = c_1 Lambda rho^(-2/d) log(rho), with rho = sqrt(R_H)/Lambda, is not negative",
              price(rho) >= 0, given=(*POSITIVE, Given(rho > 0, "R_H > 0"), large), scope="all d >= 1", by=by_scalar,
              note="'Large enough R_H' appears in the theorems only.", latex=r"0 \le c_1\Lambda\rho^{-2/d_2}\log\rho")
def_A.mutant(price(rho) > 0, "refuted", "it vanishes at rho = 1", hint=Point({"Lam": ONE, "c1": ONE, "rho": ONE, "d2": ONE}))
most = Claim("def.A(R)/most", "claim", 318, "A(R_H) is at most c_1 Lambda d/(2e), for every R_H",
             exp(-2 / d2 * log(rho)) * log(rho) <= d2 / 2 * exp(-1), given=(Given(rho >= 1, "rho >= 1"),),
             scope="all d >= 1, rho >= 1",
             note="It is largest at rho = exp(d/2) and falls only from there on: a large R_H is one above Lambda^2 exp(d).")

U = Var("U")  # (2/d) log(rho)


def _most(c: Context) -> Theorem:
    """u exp(-u) <= 1/e."""
    peak = prove_scalar(U * exp(-U) <= exp(-1), (U >= 0,))
    found = c.at(peak, values={U: 2 / d2 * log(rho)}, discharge=(c.scalar(2 / d2 * log(rho) >= 0),))
    return rules.combine(found, goal=c.goal, factors=(d2 / 2,), hyps=c.hyps)


most.by = _most
most.mutant(exp(-2 / d2 * log(rho)) * log(rho) <= d2 / 2 * exp(-2), "refuted", "with exp(-2)",
            hint=Point({"rho": Fraction(2718, 1000), "d2": TWO}))

inside = exp(1) * (d2 * n) ** Fraction(3, 2) * A / lam  # the argument of the power 3/2 of a logarithm
A_positive = Given(A > 0, "A(R_H) > 0")
root_log = Claim("def.Gamma/root", "definition", 319,
                 "log^(3/2)(e (dn)^(3/2) A/lambda) is defined: the logarithm is not negative",
                 log(inside) >= 0, given=(lam_positive, A_positive), scope="all n, d >= 1",
                 hint=Point({"n": ONE, "d2": ONE, "A": Fraction(1, 10), "lam": ONE}),
                 note="A tends to 0 as R_H grows, so 'for large enough R_H' makes it negative for every fixed n.",
                 latex=r"0 \le \log\Bigl(e(d_2n)^{3/2}\frac{A}{\lambda}\Bigr)")
enough = Given(inside >= 1, "e (dn)^(3/2) A(R_H) >= lambda", implicit=True)
root_log.repair = Repair("def.Gamma/root/repair", "With e (dn)^(3/2) A(R_H) >= lambda, a bound on R_H from above.",
                         by=by_scalar, rel=log(inside) >= 0, given=(lam_positive, A_positive, enough))
root_log.mutant(log(inside) >= -1, "refuted", "nor is it bounded from below",
                hint=Point({"n": ONE, "d2": ONE, "A": Fraction(1, 100), "lam": ONE}))
log_log = Claim("def.Gamma/loglog", "definition", 320, "log(log n) is defined: log n > 0", log(n) > 0, scope="all n >= 1",
                hint=Point({"n": ONE}), latex=r"0 < \log n")
several = Given(n >= 2, "n >= 2", implicit=True)
log_log.repair = Repair("def.Gamma/loglog/repair", "For n >= 2.", by=by_scalar, rel=log(n) > 0, given=(several,))
log_log.mutant(log(n) > 1, "refuted", "nor log n > 1", hint=Point({"n": TWO}))

width = 2 * d2**2 * A / lam * log(inside) ** Fraction(3, 2) + 1 / sqrt(n)
tail = d2**2 * A**2 / lam**2 * (log(1 / delta) + log(log(n)))
Gamma_value = width**2 + tail
def_Gamma = Claim("def.Gamma", "definition", 318, "Gamma_delta is positive, where it is defined", Gamma_value > 0,
                  given=(lam_positive, A_positive, *delta_range, enough, several), scope="all d >= 1, n >= 2",
                  uses=("def.Gamma/root", "def.Gamma/loglog"))


def _gamma(c: Context) -> Theorem:
    """log(1/delta) > 1 and log(log n) >= log(log 2) > -1."""
    spread = c.scalar(log(1 / delta) + log(log(n)) > 0)
    return rules.sign(spread, c.scalar(log(inside) >= 0), term=Gamma_value, hyps=c.hyps)


def_Gamma.by = _gamma
def_Gamma.mutant(Gamma_value > 1, "refuted", "it can be small",
                 hint=Point({"n": Fraction(100), "d2": ONE, "A": Fraction(1, 1000), "lam": ONE, "delta": Fraction(1, 20)}))

claims = (eq_5, single, eq_6, apart, noise, primitive, blow_up, sampling, tweedie, loss, target, transfer, factor,
          asm_1, unbounded, asm_2, asm_3, mixing, asm_4, tanh, atoms, asm_5, def_A, most, root_log, log_log, def_Gamma)
