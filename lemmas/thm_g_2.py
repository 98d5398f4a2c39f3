"""Theorem 6.6 = Theorem G.2: the error of the estimated score, put together from four errors (lines 333-340, 1752-1800).

As in lemmas.lemma_e_2, what other results deliver is a hypothesis here: the bound of Theorem F.2, the four errors of
Claim G.1, Theorems G.3 and G.4 and Assumption 6.5.  ``C_F`` is the hidden constant of Theorem F.2.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from lemmas.claim_g_1 import functions
from lemmas.def_4_1 import delta_range
from lemmas.diffusion import GIVEN as DIFFUSION
from lemmas.diffusion import ONE, alpha, h
from lemmas.diffusion import SCOPE as MIXTURES
from lemmas.facts_a import lam_positive, q
from lemmas.lemma_b_2 import OWN, H_move, frobenius
from lemmas.lemma_b_2 import SCOPE as PERTURBED
from lemmas.lemma_e_2 import K, K_at_least_1, gap, lam_bounded, logs, start_small
from lemmas.notation import (
    B,
    B_at_least_1,
    R,
    Softmax,
    a,
    d2,
    j,
    k,
    l,
    l1,
    l2,
    lam,
    m,
    moved,
    n,
    net,
    r,
    s,
    x,
)
from lemmas.section_6 import R_H, A, eps_n, excess, score_error, weight
from numerics.diffusion import Setting, measure, two_clusters
from proofcheck.claims import Citation, Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Array, Expr, Index, Var, define, eq, exp, expr, log, sqrt, sup, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_scalar
from proofcheck.prove.scalar import prove_scalar

LARGE = 1000
THIRD = Fraction(3, 2)
HOLE = Var("_part")

# ---------------------------------------------------------------- the choice of R

radius = lam / (2 * n**2 * d2**2 * exp(10 * B))
R_chosen = Given(eq(R, radius), "R = lambda/(2 n^2 d^2 exp(10B))")
wide = Given(K / lam**2 * n**3 * d2**3 * exp(18 * B) * logs <= m, "m >= K lambda^-2 n^3 d^3 exp(18B) log^2(nd/delta)")
WIDTH = (*delta_range, K_at_least_1, wide)
eps_H_value = lam / (2 * n * d2)
eps_test_value = lam / (2 * n**THIRD * d2**THIRD)

eps = Claim("thm.G.2/eps", "step", 1762, "|H* - H(tau)|_F <= eps_H = lambda/(2nd), by Lemma 5.1 Part 2 with the new R",
            frobenius <= eps_H_value, given=(*OWN, lam_positive, R_chosen), scope=PERTURBED, uses=("lemma.B.2.2",))


def _by_part_2(c: Context) -> Theorem:
    """R n d exp(10B) is lambda/(2nd)."""
    return c.chain(c.theorem("lemma.B.2.2"), c.scalar(R * n * d2 * exp(10 * B) <= eps_H_value))


eps.by = _by_part_2
eps.mutant(R * n * d2 * exp(10 * B) <= eps_H_value / 2, "refuted", "half of it is less than Lemma 5.1 gives",
           drop=tuple(g.rel for g in OWN), hint=Point({"B": ONE, "n": ONE, "d2": ONE, "lam": ONE}))
SCALARS = (B_at_least_1, lam_positive)
small = Claim("thm.G.2/eps.R", "claim", 1762, "the new R is below 0.01, as Lemma 5.1 asks", R < Fraction(1, 100),
              given=(*SCALARS, R_chosen, lam_bounded), by=by_scalar, uses=("lemma.E.2/lambda",),
              scope="all n, d, B >= 1, on the event of Lemma B.1 Part 1")
small.mutant(R < Fraction(1, 500), "refuted", "with 0.002",
             hint=Point({"B": ONE, "n": ONE, "d2": ONE, "lam": Fraction(200)}))
domain = Claim("thm.G.2/eps.F2", "claim", 1764, "eps_H is at most lambda/2, as Theorem F.2 asks", eps_H_value <= lam / 2,
               given=(lam_positive,), by=by_scalar, scope="all n, d >= 1")
domain.mutant(eps_H_value <= lam / 3, "refuted", "with lambda/3", hint=Point({"n": ONE, "d2": ONE, "lam": ONE}))
moved_by = 4 / m / lam * exp(3 * B) * sqrt(n * d2) * gap  # D of Definition A.2
below = Claim("thm.G.2/eps.D", "claim", 1760, "with the new width D is still below the new, smaller R", moved_by < radius,
              given=(*SCALARS, *WIDTH, *start_small), scope="all n, d, B >= 1", uses=("lemma.D.3", "def.A.2"),
              note="It asks for m > 8 lambda^-2 n^3 d^3 exp(13B), so n^3 d^3 is what the smaller R costs.")


def _below(c: Context) -> Theorem:
    """Lemma D.3 turns D into 4 exp(3B) n d/(m lambda)."""
    known = tuple(g.rel for g in (*SCALARS, *WIDTH))
    most = rules.monotone(c.given(start_small[1].rel), template=4 / m / lam * exp(3 * B) * sqrt(n * d2) * HOLE, hole=HOLE,
                          hyps=c.hyps)
    plain = 4 / m / lam * exp(3 * B) * n * d2
    return c.chain(most, c.identity(most.concl.rhs, plain), prove_scalar(plain < radius, known))


below.by = _below
below.mutant(moved_by < radius / 10**6, "refuted", "not below a millionth of it",
             hint=Point({"B": ONE, "n": ONE, "d2": ONE, "lam": ONE, "K": ONE, "delta": Fraction(1, 11), "gap": ONE,
                         "m": Fraction(4 * 10**8)}))
enters = Claim("thm.G.2/width", "claim", 1760, "the new width meets the condition of Theorem 4.2",
               K / lam**2 * n**2 * d2**2 * exp(18 * B) * logs <= m, given=(*SCALARS, *WIDTH), scope="all n, d, B >= 1",
               uses=("thm.4.2",))


def _enters(c: Context) -> Theorem:
    shared = K / lam**2 * exp(18 * B) * logs * HOLE
    powers = rules.monotone(c.scalar(n**2 * d2**2 <= n**3 * d2**3), template=shared, hole=HOLE, hyps=c.hyps)
    return rules.combine(powers, c.given(wide.rel), goal=c.goal, factors=(expr(1), expr(1)), hyps=c.hyps)


enters.by = _enters
enters.mutant(K / lam**2 * n**4 * d2**2 * exp(18 * B) * logs <= m, "refuted", "but not one with n^4",
              hint=Point({"B": ONE, "n": Fraction(1000), "d2": ONE, "lam": ONE, "K": ONE, "delta": Fraction(1, 11),
                          "m": Fraction(10**20)}))

# ---------------------------------------------------------------- the kernel at a test point

N_te = Var("N_te", True)
te = Index("te", N_te)
x_te = Array("x_te", (k, te))


def test_row(of: Softmax, suffix: str) -> Expr:
    """[K_{l1,l2}]_{te,j} for the weights of a net (line 1568)."""
    e = define(f"E_te{suffix}", (te, r), exp(total(k, of.weights[k, r] * x_te[k, te])))
    soft = define(f"S_te{suffix}", (te, r), e[te, r] / total(s, e[te, s]))
    slope = total(s, (a[l1, r] - a[l1, s]) * soft[te, s])
    gram = total(r, slope * (m * soft[te, r]) * of.vS[l2, r, j] * (m * of.S[j, r]))
    return 1 / m * total(k, x_te[k, te] * x[k, j]) * gram


far = Point({"B": ONE, "R": Fraction(1, 1000), "n": ONE, "m": Fraction(2), "d1": ONE, "d2": ONE, "N_te": ONE},
            {"w": [[0, 0]], "v": [[Fraction(1, 2000), 0]], "x": [[1]], "a": [[1, -1]], "x_te": [[10**6]]})
at_test = Claim("thm.G.2/eps.test", "step", 1766,
                "entry by entry, K*_{l,te} moves by at most R exp(10B), as in Lemma 5.1 Part 1",
                abs(test_row(moved, "_v") - test_row(net, "")) <= R * exp(10 * B), given=OWN, scope=PERTURBED, hint=far,
                note="'By using the same proof' needs its hypotheses at the test point: |x_te| <= 1 and the event of Lemma "
                     "B.1. The test points are (t, x(t)) with Gaussian noise, over all of which Z1 is averaged, so neither "
                     "holds for all of them.",
                latex=r"\Bigl\lvert\frac{1}{m}\langle "
                      r"x^{(\mathrm{te})}_{\mathrm{te}},x_j\rangle\sum_{r}\Bigl(\sum_{s}(a_{l_1,r}-a_{l_1,s})S^{("
                      r"\mathrm{te},v)}_{\mathrm{te},s}\Bigr)mS^{(\mathrm{te},v)}_{\mathrm{te},r}\langle "
                      r"v_{l_2,r},\tilde{S}_j\rangle m\tilde{S}_{j,r}\brk-\frac{1}{m}\langle "
                      r"x^{(\mathrm{te})}_{\mathrm{te}},x_j\rangle\sum_{r}\Bigl(\sum_{s}(a_{l_1,r}-a_{l_1,s})S^{("
                      r"\mathrm{te})}_{\mathrm{te},s}\Bigr)mS^{(\mathrm{te})}_{\mathrm{te},r}\langle "
                      r"v_{l_2,r},S_j\rangle mS_{j,r}\Bigr\rvert \brk\le Re^{10B}")
row = sqrt(total((l2, j), H_move**2))


def _row(c: Context) -> Theorem:
    """The n d entries of a row are at most R exp(10B)."""
    entry = c.theorem("lemma.B.2.1")
    squared = rules.monotone(entry, template=HOLE**2, hole=HOLE, hyps=c.hyps)
    plain = rules.combine(squared, goal=H_move**2 <= (R * exp(10 * B)) ** 2, factors=(expr(1),), hyps=c.hyps)
    summed = rules.monotone(plain, template=sqrt(total((l2, j), HOLE)), hole=HOLE, hyps=c.hyps)
    level = sqrt(n * d2) * R * exp(10 * B)
    return c.chain(summed, c.identity(summed.concl.rhs, level), c.scalar(level <= eps_test_value))


at_test.repair = Repair("thm.G.2/eps.test/repair", "Where the test point is one of the points i of Lemma 5.1, with "
                        "|x_i| <= 1 and on the event, its row moves by at most eps_test = lambda/(2 n^1.5 d^1.5) in norm.",
                        by=_row, rel=row <= eps_test_value, given=(*OWN, lam_positive, R_chosen), uses=("lemma.B.2.1",))
at_test.mutant(abs(test_row(moved, "_v") - test_row(net, "")) <= 1000 * R * exp(10 * B), "refuted",
               "nor with a factor 1000", hint=far)

# ---------------------------------------------------------------- the coupling, five lines

C_F, eps_t, eps_h = Var("C_F"), Var("eps_test"), Var("eps_H")
apart = functions[1][l, q] - functions[0][l, q]  # (F_ntk - F_nn)_l at x_te
distance = sqrt(total(l, apart**2))
largest = sqrt(d2) * sup(l, abs(apart))
printed_log = log(n * d2 / (m * lam))
true_log = log(n * d2 / (eps_h * m * lam))
line_2 = C_F * (sqrt(n) * d2 / lam * eps_t + sqrt(n) * d2 / lam**2 * true_log**2 * eps_h)
line_3 = 2 * C_F * (sqrt(n) * d2 / lam * (lam / (n**THIRD * d2**THIRD))
                    + sqrt(n) * d2 / lam**2 * printed_log**2 * (lam / (n * d2)))
line_4 = 4 * C_F * (1 / (lam * sqrt(n)) * printed_log**2)
line_5 = C_F * (1 / (lam * sqrt(n)))
CHOSEN = (
    Given(C_F >= 1, "the hidden constant of Theorem F.2 is at least 1"),
    Given(eq(eps_t, eps_test_value), "eps_test = lambda/(2 n^1.5 d^1.5)"),
    Given(eq(eps_h, eps_H_value), "eps_H = lambda/(2nd)"),
)
thm_F_2 = Given(abs(apart) <= C_F * (sqrt(n * d2) / lam * eps_t + sqrt(n * d2) / lam**2 * true_log**2 * eps_h),
                "Theorem F.2, with its hidden constant C_F")
moderate = Given(lam <= sqrt(n * d2) * printed_log**2, "lambda is at most sqrt(nd) log^2(nd/(m lambda))")
REGIME = (*SCALARS, lam_bounded, *WIDTH, *CHOSEN)

LARGE_M = {"B": ONE, "lam": ONE, "n": ONE, "d2": ONE, "m": Fraction(10) ** 100, "K": ONE, "C_F": ONE,
           "delta": Fraction(1, 20)}
chain = Claim("thm.G.2/chain", "step", 1772,
              "the five lines: Theorem F.2 bounds |F_ntk - F_nn| by a constant times 1/(lambda sqrt(n))",
              line_2 <= LARGE * line_5, given=REGIME, scope="all n, d, B >= 1",
              hint=Point(LARGE_M), uses=("thm.G.2/chain/4", "thm.G.2/chain/5"),
              note="Here with 1000 for the constant; that no constant does is thm.G.2/chain.log. Large m is allowed, "
                   "and the logarithm grows with it.",
              latex=r"C_F\Bigl(\frac{\sqrt{n}d_2}{\lambda}\varepsilon_{\mathrm{test}}+\frac{\sqrt{n}d_2}{\lambda^2}"
                    r"\log^2\Bigl(\frac{nd_2}{\varepsilon_Hm\lambda}\Bigr)\varepsilon_H\Bigr) \le "
                    r"\frac{1000C_F}{\lambda\sqrt{n}}")


def _largest(c: Context) -> Theorem:
    """Each of the d squares is at most the largest one."""
    top = sup(l, abs(apart))
    below_top = rules.below_peak(index=l, term=abs(apart), hyps=c.hyps)
    squared = rules.monotone(below_top, template=HOLE**2, hole=HOLE, hyps=c.hyps)
    entry = rules.combine(squared, goal=apart**2 <= top**2, factors=(expr(1),), hyps=c.hyps)
    rooted = rules.monotone(entry, template=sqrt(total(l, HOLE)), hole=HOLE, hyps=c.hyps)
    scaled = prove_scalar(sqrt(d2 * HOLE**2) <= sqrt(d2) * HOLE, (HOLE >= 0,))
    plain = c.at(scaled, values={HOLE: top}, discharge=(rules.relax(rules.sign(term=top, hyps=c.hyps)),))
    return c.chain(rooted, c.identity(rooted.concl.rhs, sqrt(d2 * top**2)), plain)


def _by_F_2(c: Context) -> Theorem:
    """The bound holds for every l, so for the largest one."""
    positive = c.scalar(eps_h > 0)
    found = rules.peak_bound(c.given(thm_F_2.rel), index=l)
    return rules.combine(found, positive, goal=c.goal, factors=(sqrt(d2),), hyps=c.hyps)


def _insert(c: Context) -> Theorem:
    """Both logarithms are negative, because 2 n^2 d^2 <= m lambda^2, and the first is at most twice the second."""
    few = 2 * n**2 * d2**2 <= m * lam**2
    wide_enough = prove_scalar(few, tuple(g.rel for g in (*SCALARS, *WIDTH)))
    negative = rules.cut(wide_enough, prove_scalar(true_log <= 0, (few, lam_positive.rel, CHOSEN[2].rel)))
    twice = prove_scalar(-true_log <= -2 * printed_log, (lam_positive.rel, CHOSEN[2].rel))
    side = (negative, c.scalar(eps_h > 0))
    squares = rules.monotone(twice, *side, template=HOLE**2, hole=HOLE, hyps=c.hyps)
    scale = C_F * sqrt(n) * d2 / lam
    to_spare = rules.sign(term=THIRD * scale * lam / (n**THIRD * d2**THIRD), hyps=c.hyps)
    return rules.combine(c.given(CHOSEN[1].rel), c.given(CHOSEN[2].rel), squares, to_spare, *side, goal=c.goal, hyps=c.hyps,
                         factors=(scale, scale / lam * true_log**2, scale / (2 * n * d2), expr(1)))


def _collect(c: Context) -> Theorem:
    """The first term is at most the second, which is what the size of lambda says."""
    return rules.combine(c.given(moderate.rel), goal=c.goal, factors=(2 * C_F / (lam * n * sqrt(d2)),), hyps=c.hyps)


chain.step("1", distance <= largest, _largest, line=1773, why="d squares, each at most the largest", rule="monotone")
chain.step("2", largest <= line_2, _by_F_2, line=1774, given=(thm_F_2,), why="Theorem F.2", rule="monotone",
           uses=("thm.F.2",))
chain.step("3", line_2 <= line_3, _insert, line=1775, rule="combine",
           why="eps_test and eps_H; m is so large that the logarithm of eps_H costs a factor of at most 2",
           typo="nd/(eps_H m lambda) is 2 n^2 d^2/(m lambda^2), not nd/(m lambda)",
           latex=r"C_F\Bigl(\frac{\sqrt{n}d_2}{\lambda}\varepsilon_{\mathrm{test}}+\frac{\sqrt{n}d_2}{\lambda^2}\log^2"
                 r"\Bigl(\frac{nd_2}{\varepsilon_Hm\lambda}\Bigr)\varepsilon_H\Bigr) \brk\le "
                 r"2C_F\Bigl(\frac{\sqrt{n}d_2}{\lambda}\frac{\lambda}{n^{3/2}d_2^{3/2}}+\frac{\sqrt{n}d_2}{\lambda^2}"
                 r"\log^2\Bigl(\frac{nd_2}{m\lambda}\Bigr)\frac{\lambda}{nd_2}\Bigr)")

huge = Point({**LARGE_M, "B": Fraction(20), "lam": Fraction(10) ** 30})
line_4_claim = Claim("thm.G.2/chain/4", "step", 1776,
                     "the term 1/(n sqrt(d)) is the smaller one, so the constant only doubles",
                     line_3 <= line_4, given=REGIME, scope="all n, d, B >= 1", hint=huge, uses=("lemma.E.2/lambda",),
                     note="lambda can be as large as exp(2B), and the other term falls with lambda. A constant of the "
                          "order of exp(4B) would do.",
                     latex=r"2C_F\Bigl(\frac{\sqrt{n}d_2}{\lambda}\frac{\lambda}{n^{3/2}d_2^{3/2}}+\frac{\sqrt{n}d_2}{"
                           r"\lambda^2}\log^2\Bigl(\frac{nd_2}{m\lambda}\Bigr)\frac{\lambda}{nd_2}\Bigr) \brk\le "
                           r"\frac{4C_F}{\lambda\sqrt{n}}\log^2\Bigl(\frac{nd_2}{m\lambda}\Bigr)")
line_4_claim.repair = Repair("thm.G.2/chain/4/repair", "With lambda <= sqrt(nd) log^2(nd/(m lambda)).", by=_collect,
                             rel=line_3 <= line_4, given=(*REGIME, moderate))
line_4_claim.mutant(line_3 <= LARGE * line_4, "refuted", "nor is a factor 1000 enough", hint=huge)
line_5_claim = Claim("thm.G.2/chain/5", "step", 1777, "the square of the logarithm is a constant", line_4 <= LARGE * line_5,
                     given=REGIME, scope="all n, d, B >= 1", hint=Point(LARGE_M), uses=("thm.G.2/chain.log",),
                     note="No constant will do: thm.G.2/chain.log.",
                     latex=r"\frac{4C_F}{\lambda\sqrt{n}}\log^2\Bigl(\frac{nd_2}{m\lambda}\Bigr) \le "
                           r"\frac{1000C_F}{\lambda\sqrt{n}}")
line_5_claim.mutant(line_4 <= LARGE * line_5 / 4, "refuted", "nor with 250", hint=Point(LARGE_M))

K_any = Var("K_any")
unbounded = Claim("thm.G.2/chain.log", "claim", 1777,
                  "no constant replaces log^2(nd/(m lambda)): it passes every K as m grows",
                  K_any < printed_log**2, scope="all n, d >= 1, lambda > 0, K >= 0",
                  given=(lam_positive, Given(K_any >= 0, "K >= 0"),
                         Given(n * d2 / lam * exp(sqrt(K_any) + 1) <= m, "m is at least (nd/lambda) exp(sqrt(K) + 1)")))


def _grows(c: Context) -> Theorem:
    """-log(nd/(m lambda)) is at least sqrt(K) + 1."""
    most = c.scalar(sqrt(K_any) + 1 <= -printed_log)
    squared = rules.monotone(most, template=HOLE**2, hole=HOLE, hyps=c.hyps)
    return rules.combine(c.scalar(K_any < (sqrt(K_any) + 1) ** 2), squared, goal=c.goal, factors=(expr(1), expr(1)),
                         hyps=c.hyps)


unbounded.by = _grows
unbounded.mutant(2 * K_any + 2 < printed_log**2, "refuted", "not 2K + 2 at the same m",
                 hint=Point({"n": ONE, "d2": ONE, "lam": exp(1), "K_any": Fraction(0), "m": ONE}))

# ---------------------------------------------------------------- the coupling without a logarithm

kappa = Var("kappa")  # K*(x_te, x_te)_{ll}
kappa_positive = Given(kappa >= 0, "K*(x_te, x_te)_{ll} is not negative")
sharp_F_2 = Given(abs(apart) <= 2 * sqrt(n * d2) / lam * (eps_t + 2 * sqrt(kappa / lam) * eps_h),
                  "Theorem F.2 as repaired, without a logarithm and without m; |H*^-1 K*_{l,te}| <= sqrt(kappa/lambda)")
coupling = 1 / (n * sqrt(d2)) + 2 * sqrt(kappa / (lam * n))


def _coupled(c: Context) -> Theorem:
    """Put the two errors in; sqrt(d) turns one output into all of them."""
    first = _largest(c)
    found = rules.peak_bound(c.given(sharp_F_2.rel), index=l)
    lifted = rules.monotone(found, template=sqrt(d2) * HOLE, hole=HOLE, hyps=c.hyps)
    scale = 2 * sqrt(n) * d2 / lam
    second = rules.combine(c.given(CHOSEN[1].rel), c.given(CHOSEN[2].rel), goal=lifted.concl.rhs <= coupling, hyps=c.hyps,
                           factors=(scale, 2 * scale * sqrt(kappa / lam)))
    return c.chain(first, lifted, second)


chain.repair = Repair("thm.G.2/chain/repair", "With Theorem F.2 as repaired the gap is at most "
                      "1/(n sqrt(d)) + 2 sqrt(kappa/(lambda n)), where kappa bounds K*(x_te, x_te).", by=_coupled,
                      rel=distance <= coupling, given=(lam_positive, *CHOSEN[1:], kappa_positive, sharp_F_2),
                      uses=("thm.F.2", "thm.F.2/inverse"))
chain.mutant(line_2 <= LARGE * line_5 / 10, "refuted", "nor with a tenth of that constant", hint=chain.hint)

# ---------------------------------------------------------------- the four errors together

Z1, Z2, Z3, Z4 = (Var(f"Z_{t}") for t in range(1, 5))
error, score = Var("error"), Var("score")  # the mean squared errors of the prediction and of the score
Gamma, C_0, C_1, norm_H = Var("Gamma"), Var("C_0"), Var("C_1"), Var("norm_H")
first = 1 / (lam * sqrt(n))
mixed = sqrt(d2 * A * Gamma)
rest = first + eps_n + d2 * A**2 + d2 * A + mixed + Gamma
constant = 160 * C_0 * exp(4 * B)

squares = Claim("thm.G.2/assemble.square", "claim", 1781,
                "a gap below C/(lambda sqrt(n)) gives Z1, the mean of its square, below C^2/(lambda sqrt(n))",
                (C_1 * first) ** 2 <= C_1**2 * first, scope="all n, lambda > 0",
                given=(lam_positive, Given(C_1 >= 1, "C >= 1"),
                       Given(lam * sqrt(n) >= 1, "lambda >= 1/sqrt(n)", implicit=True)),
                note="The square is C^2/(lambda^2 n), which is the larger one for lambda < 1/sqrt(n).",
                latex=r"\Bigl(\frac{C_1}{\lambda\sqrt{n}}\Bigr)^2 \le \frac{C_1^2}{\lambda\sqrt{n}}")


def _squared(c: Context) -> Theorem:
    return rules.combine(c.given(squares.given[-1].rel), goal=c.goal, factors=(C_1**2 / (lam**2 * n),), hyps=c.hyps)


squares.by = _squared
squares.mutant((C_1 * first) ** 2 <= C_1 * first, "refuted", "nor with C in place of its square",
               hint=Point({"lam": ONE, "n": ONE, "C_1": Fraction(2)}))

stopping = Claim("thm.G.2/assemble.stop", "claim", 1781, "Z3 <= epsilon, by Assumption 6.5 for the F_H of Theorem G.3",
                 Z3 <= eps_n, given=(Given(Z3 <= eps_n, "Assumption 6.5"),
                                     Given(norm_H <= d2 * R_H, "Theorem G.3: |F_H|^2 <= d R_H"),
                                     Given(R_H > 0, "R_H > 0")), scope="all d >= 1", uses=("asm.6.5", "thm.G.3"))
stopping.step("1", Z3 <= eps_n, lambda c: c.given(stopping.given[0].rel), line=1781, why="Assumption 6.5", rule="assume",
              uses=("asm.6.5", "thm.G.3"),
              citation=Citation("asm.6.5", norm_H <= R_H, "|F_H|^2 <= R_H, without the factor d"),
              latex=r"Z_3 \le \varepsilon_n")
stopping.mutant(Z3 <= eps_n / 2, "refuted", "not half of it",
                hint=Point({"Z_3": ONE, "eps_n": ONE, "norm_H": ONE, "R_H": ONE, "d2": ONE}))

FOUR = (
    Given(error <= 4 * (Z1 + Z2 + Z3 + Z4), "Claim G.1 with its factor 4"),
    Given(Z1 <= coupling**2, "the coupling, as repaired in thm.G.2/chain"),
    Given(Z2 <= d2 * A + C_0 * (mixed + Gamma), "Theorem G.4"),
    Given(Z3 <= eps_n, "Assumption 6.5"),
    Given(Z4 <= d2 * A**2, "Theorem G.3"),
)
SIZES = (
    *SCALARS, lam_bounded, kappa_positive, Given(kappa <= 4 * exp(4 * B), "K*(x_te, x_te)_{ll} is at most 4 exp(4B)"),
    Given(C_0 >= 1, "the constant C_0 of Theorem G.4 is at least 1"), Given(eps_n >= 0, "epsilon >= 0"),
    Given(A >= 0, "A(R_H) >= 0"), Given(Gamma >= 0, "Gamma_delta >= 0"),
)
USED = ("claim.G.1", "thm.G.2/eps", "thm.G.2/eps.test", "thm.G.2/chain", "thm.G.2/assemble.square",
        "thm.G.2/assemble.stop", "thm.G.3", "thm.G.4", "asm.6.1", "asm.6.2", "asm.6.3", "asm.6.4", "asm.6.5", "def.A(R)",
        "def.Gamma", "lemma.E.2/lambda")
assemble = Claim("thm.G.2/assemble", "step", 1781, "the four errors together bound the error of the prediction",
                 error <= constant * rest, given=(*SIZES, *FOUR), scope="all n, d, B >= 1, lambda > 0", uses=USED,
                 note="The hidden constant is 160 C_0 exp(4B): 4 from Claim G.1, and exp(4B) because lambda and the kernel "
                      "at a test point are at most of that size. The event of Lemma B.1 and Theorem G.4 hold with "
                      "probability 1 - delta each, so together with 1 - 2 delta.")


def _assemble(c: Context) -> Theorem:
    """Add up; the square of the coupling is at most 40 exp(4B)/(lambda sqrt(n))."""
    closest = prove_scalar(coupling**2 <= 40 * exp(4 * B) * first, tuple(g.rel for g in SIZES[:5]))
    enough = tuple(c.scalar(low <= constant) for low in (expr(4), 4 * C_0, 160 * exp(4 * B)))
    return rules.combine(*(c.given(g.rel) for g in FOUR), closest, *enough, goal=c.goal, hyps=c.hyps,
                         factors=(expr(1), *(expr(4) for _ in range(5)), eps_n + d2 * A**2 + d2 * A, mixed + Gamma, first))


assemble.by = _assemble
plain = {"B": ONE, "lam": ONE, "kappa": ONE, "C_0": ONE, "A": ONE, "Gamma": ONE, "n": ONE, "d2": ONE, "eps_n": ONE,
         "Z_1": ONE, "Z_2": Fraction(3), "Z_3": ONE, "Z_4": ONE, "error": Fraction(20), "score": Fraction(20)}
assemble.mutant(error <= rest, "refuted", "with the constant 1", hint=Point(plain))


def _sharper(c: Context) -> Theorem:
    """(a + b)^2 <= 2 a^2 + 2 b^2 for the two parts of the coupling."""
    apart_squared = rules.sign(term=(1 / (n * sqrt(d2)) - 2 * sqrt(kappa / (lam * n))) ** 2, hyps=c.hyps)
    return rules.combine(*(c.given(g.rel) for g in FOUR), apart_squared, goal=c.goal, hyps=c.hyps,
                         factors=(expr(1), *(expr(4) for _ in range(5))))


faster = 2 / (n**2 * d2) + 8 * kappa / (lam * n) + d2 * A + C_0 * (mixed + Gamma) + eps_n + d2 * A**2
assemble.mutant(error <= 4 * faster, "proved", "1/(lambda n) in place of 1/(lambda sqrt(n))", by=_sharper)
assemble.mutant(error <= Z1 + Z2 + Z3 + Z4, "refuted", "Claim G.1 without its factor", hint=Point(plain))

weighted = Claim("thm.G.2/weight", "claim", 1754,
                 "lambda(t) |s - grad log p_t|^2 is at most |F - F_*|^2, at every t and every place",
                 weight * score_error <= excess,
                 given=(*DIFFUSION, Given(weight <= (h / alpha) ** 2, "lambda(t) is at most (h/alpha)^2", implicit=True)),
                 scope=MIXTURES, uses=("sec.6.1/transfer",),
                 note="The theorem is about the score, its proof about the prediction. For lambda = 1 it needs T_0 > 0 and "
                      "a factor 1/G(T_0)^2: sec.6.1/factor.",
                 latex=r"\mathrm{weight}\sum_{l}\Bigl(\frac{e^{-G/2}F^{(\mathrm{out})}_l-\mathrm{xt}_l}{1-e^{-G}}-\frac{"
                       r"\partial}{\partial\mathrm{xt}_l}\log\Bigl(\sum_{q}\mu_q\,\mathrm{bell}_q\Bigr)\Bigr)^2 \brk\le "
                       r"\sum_{l}\Bigl(F^{(\mathrm{out})}_l-\frac{\sum_{q}\mu_q\,\mathrm{bell}_q\,\mathrm{atom}_{l,q}}{"
                       r"\sum_{q}\mu_q\,\mathrm{bell}_q}\Bigr)^2")


def _weighted(c: Context) -> Theorem:
    transfer = c.theorem("sec.6.1/transfer")
    square = rules.monotone(c.given(weighted.given[-1].rel), template=HOLE * score_error, hole=HOLE, hyps=c.hyps)
    return rules.combine(square, transfer, goal=c.goal, factors=(expr(1), (h / alpha) ** 2), hyps=c.hyps)


weighted.by = _weighted
weighted.mutant(weight * score_error <= excess / 2, "refuted", "not half of it",
                hint=Point({"G": ONE, "weight": ONE, "N": ONE, "d2": ONE},
                           {"xt": [0], "atom": [[0]], "mu": [1], "F_out": [1]}))

by_weight = Given(score <= error, "lambda(t) is at most (h/alpha)^2, which is not stated: thm.G.2/weight")
theorem_bound = score <= constant * rest
theorem = Claim("thm.G.2", "theorem", 1752, "the estimated score is close to grad log p_t, in the mean over t and x(t)",
                theorem_bound, given=(*SIZES, *FOUR, by_weight), printed=True, hint=Point(plain),
                scope="all n, d, B >= 1, lambda > 0; the hidden constant is 160 C_0 exp(4B)",
                uses=("thm.G.2/assemble", "thm.G.2/weight", "thm.G.2/eps.R", "thm.G.2/eps.D", "thm.G.2/eps.F2",
                      "thm.G.2/width"),
                note="How s_W follows from the network is not said, nor for which lambda(t) it holds. The printed proof "
                     "takes Claim G.1 without its factor, drops a logarithm that grows with m, and forgets to square the "
                     "coupling.",
                latex=r"\mathrm{score} \le 160C_0e^{4B}\Bigl(\frac{1}{\lambda\sqrt{n}}+\varepsilon_n+d_2A^2+d_2A+"
                      r"\sqrt{d_2A\Gamma}+\Gamma\Bigr)")
theorem.repair = Repair("thm.G.2/repair", "With the factor 4, the coupling without a logarithm, and lambda <= (h/alpha)^2.",
                        by=lambda c: c.chain(c.given(by_weight.rel), c.theorem("thm.G.2/assemble")),
                        uses=("thm.G.2/assemble",))
theorem.mutant(score <= rest, "refuted", "with the constant 1", hint=Point(plain))
theorem.mutant(theorem_bound, "refuted", "not for every weight lambda(t)", drop=(by_weight.rel,),
               hint=Point({**plain, "score": Fraction(10**9)}))


def diffusion_numbers() -> dict[str, Any]:
    """A net trained on a Gaussian mixture whose score is known: the four errors, and that of the score."""
    setting = Setting()
    found = measure(two_clusters(), setting).plain()
    return {"example": "two Gaussian clusters in the plane, times with G from 0.2 to 2", "n": setting.n, "m": setting.m,
            "steps": setting.steps, "seed": setting.seed, **{name: f"{value:.3g}" for name, value in found.items()}}


thm_6_6 = Claim("thm.6.6", "theorem", 333, "Theorem G.2 as stated in Section 6", theorem_bound,
                given=theorem.given, scope=theorem.scope, same_as="thm.G.2", printed=True, evidence=diffusion_numbers,
                latex=r"\mathrm{score} \le 160C_0e^{4B}\Bigl(\frac{1}{\lambda\sqrt{n}}+\varepsilon_n+d_2A^2+d_2A+"
                      r"\sqrt{d_2A\Gamma}+\Gamma\Bigr)")

SOURCE = "Han, Razaviyayn and Xu 2024"
thm_G_3 = Claim("thm.G.3", "cited", 1787,
                "some F_H with |F_H|^2 <= d R_H approximates F_* up to d A(R_H)^2 in the mean",
                source=f"{SOURCE}, Theorem 3.6", uses=("asm.6.1", "asm.6.3", "asm.6.4", "def.A(R)"),
                note="Not checked. A(R_H) tends to 0 as R_H grows, so it asks for a rich H; but if H is that of H*, the "
                     "kernel of a net with m neurons, H has at most as many dimensions as there are weights (def.3.6).")
thm_G_4 = Claim("thm.G.4", "cited", 1792,
                "the regressions on labels and on pseudo-labels differ by d A + C_0 (sqrt(d A Gamma) + Gamma)",
                source=f"{SOURCE}, Theorem 3.10; C_0 from Reeve and Kaban 2020, Theorem 1",
                uses=("asm.6.1", "asm.6.2", "def.A(R)", "def.Gamma"),
                note="Not checked. 'Initialize properly' is not explained; here both start at 0.")

claims = (eps, small, domain, below, enters, at_test, chain, line_4_claim, line_5_claim, unbounded, squares, stopping,
          assemble, weighted, theorem, thm_6_6, thm_G_3, thm_G_4)
