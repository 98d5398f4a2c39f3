"""Lemma B.1: how exp, alpha and the softmax move when every w_r moves by at most R (lines 603-748).

Everything after Part 1 is deterministic: it needs the event of Part 1, |<w_r, x_i>| <= B for all r and i, and
nothing else of the randomness.  v stands for the moved weights, S_v, alpha_v, E_v for what belongs to them.
"""

from __future__ import annotations

from fractions import Fraction

from lemmas.def_4_1 import def_4_1
from lemmas.facts_a import X
from lemmas.notation import (
    B,
    B_at_least_1,
    C,
    E,
    R,
    R_positive,
    R_small,
    S,
    Softmax,
    alpha,
    delta,
    dot,
    event,
    i,
    j,
    k,
    m,
    moved,
    n,
    net,
    r,
    sigma,
    v,
    v_near_w,
    w,
    x,
    x_in_ball,
    z,
)
from proofcheck.claims import Claim, Given, Repair
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, Fn, Index, Var, eq, exp, expr, log, sqrt, sup, total
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context, by_bounds, by_identity, by_scalar

E_v, alpha_v, S_v = moved.E, moved.alpha, moved.S
BASE = (B_at_least_1, R_positive, R_small)
NEAR = (*BASE, x_in_ball, v_near_w)
FULL = (*NEAR, event)
SCOPE = "all n, m, d1 >= 1; B >= 1; 0 < R < 1/100; on the event of Part 1"
TENTH = Fraction(1, 10)


def shift(neuron: Index, data: Index) -> Expr:
    """<w_r - v_r, x_i>, which the paper writes <Delta w_r, x_i>."""
    return total(k, (w[k, neuron] - v[k, neuron]) * x[k, data])


def pair_shift() -> Expr:
    """<w_r - v_r, x_i + x_j>."""
    return total(k, (w[k, r] - v[k, r]) * (x[k, i] + x[k, j]))


# ---------------------------------------------------------------- the hypotheses, and Part 1

lemma = Claim("lemma.B.1", "lemma", 607, "the thirteen parts, on one event", scope=SCOPE,
              parts=tuple(f"lemma.B.1.{part}" for part in range(1, 14)),
              note="The lemma writes Delta w_r for w_r - v_r, which elsewhere is the gradient.")
lemma.step("hypothesis-B", B > 1, by_scalar, line=609, given=def_4_1.given, rule="scalar", uses=("def.4.1",),
           why="the lemma asks for B > 1 and cites Definition 4.1, which gives B = 1 for small sigma; Parts 2 to "
               "13 hold for B >= 1", latex=r"B > 1")

K = Var("K")
coin_B = Fn("Max", (C * sigma * sqrt(log(1 / delta)), expr(1)))
width = Given(K * exp(18 * B) * log(1 / delta) ** 2 <= m, "the width of Theorem 4.2 with hidden constant K")
inside = exp(m / 2 * log(Fn("erf", (B / (sigma * sqrt(2)),))))  # m/2 independent Gaussian weights
part_1 = Claim(
    "lemma.B.1.1", "part", 629,
    "|<w_r, x_i>| <= B for all r and i with probability at least 1 - delta (here n = d1 = d2 = 1 and x = 1)",
    inside >= 1 - delta,
    given=(Given(eq(B, coin_B), "B of Definition 4.1 with n d = 1"), Given(C > 10, "C > 10"),
           Given(sigma > 0, "sigma > 0"), Given(delta > 0, "delta > 0"), Given(delta < TENTH, "delta < 0.1"),
           Given(K >= 1, "K >= 1"), width),
    scope="fixed size n = d1 = d2 = 1, x = 1, where lambda >= 1; all m, C, sigma, delta of Theorem 4.2", printed=True,
    hint=Point({"C": Fraction(11), "sigma": Fraction(1), "delta": Fraction(1, 20), "K": Fraction(1),
                "m": Fraction(10) ** 160}),
    note="B does not grow with m, while m/2 independent Gaussian weights do leave any fixed interval. With n = d = 1 and "
         "x = 1 the probability is erf(B/(sigma sqrt 2))^(m/2), and lambda >= 1 (def.3.6/lambda.single), so this m "
         "is inside the regime of Theorem 4.2. The event can only be had with a B that grows with m: see the repair.",
    uses=("def.4.1", "def.3.6/lambda.single"),
    latex=r"1-\delta \le \exp\Bigl(\frac{m}{2}\log\operatorname{erf}\Bigl(\frac{B}{\sigma\sqrt{2}}\Bigr)\Bigr)")
part_1.mutant(inside >= 1 - delta, "refuted", "nor with a hidden constant of 10^9 in the width",
              hint=Point({"C": Fraction(11), "sigma": Fraction(1), "delta": Fraction(1, 20), "K": Fraction(10) ** 9,
                          "m": Fraction(10) ** 170}))
T = Var("t")


def _union(c: Context) -> Theorem:
    """Union bound over the m n / 2 different inner products, each with the Gaussian tail of lemma.B.1.tail."""
    tail_bound = rules.weaken(c.theorem("lemma.B.1.tail"), hyps=c.hyps)
    large = c.given(m * n / (2 * delta) <= exp(T**2 / 2))
    return rules.combine(tail_bound, large, goal=c.goal, factors=(m * n / 2, delta * exp(-(T**2) / 2)), hyps=c.hyps)


part_1.repair = Repair(
    "lemma.B.1.1/repair",
    "Let B depend on m: with B = sigma t and t >= sqrt(2 log(m n/(2 delta))) the union bound over the m n/2 different "
    "inner products, each of standard deviation at most sigma, leaves a probability of at most delta.",
    by=_union, rel=m * n / 2 * Fn("erfc", (T / sqrt(2),)) <= delta,
    given=(Given(T >= 0, "t >= 0"), Given(delta > 0, "delta > 0"),
           Given(m * n / (2 * delta) <= exp(T**2 / 2), "t >= sqrt(2 log(m n/(2 delta)))")),
    uses=("lemma.B.1.tail",))


tail = Claim("lemma.B.1.tail", "claim", 629, "the Gaussian tail: Pr[|g| > t] <= exp(-t^2/2) for a standard Gaussian g",
             Fn("erfc", (T / sqrt(2),)) <= exp(-(T**2) / 2), given=(Given(T >= 0, "t >= 0"),), scope="all t >= 0",
             by=by_scalar)
tail.mutant(Fn("erfc", (T / sqrt(2),)) <= exp(-(T**2)), "refuted", "with twice the exponent")

# ---------------------------------------------------------------- Eq. 7 and 8, Parts 2 and 3


def _cauchy(f: Expr, g: Expr) -> Theorem:
    return rules.cauchy_schwarz(index=k, f=f, g=g)


def _near(c: Context) -> Theorem:
    """|w_r - v_r| <= R, from |v_r - w_r| <= R."""
    given = c.given(v_near_w.rel)
    turned = rules.identity(lhs=sqrt(total(k, (w[k, r] - v[k, r]) ** 2)), rhs=given.concl.lhs, hyps=c.hyps)
    return rules.transitive(turned, given)


eq_8 = Claim("eq.8", "claim", 682, "|<Delta w_r, x_i>| <= R", abs(shift(r, i)) <= R, given=NEAR, scope=SCOPE,
             by=lambda c: c.bound(None, _cauchy(w[k, r] - v[k, r], x[k, i]), _near(c)))
eq_8.mutant(abs(shift(r, i)) <= R / 2, "refuted", "with half of R")
eq_8.mutant(abs(shift(r, i)) <= R, "refuted", "needs |x_i| <= 1", drop=(x_in_ball.rel,))


def _eq_7(c: Context) -> Theorem:
    one = c.theorem("eq.8")
    other = c.at(one, {i: j})
    split = c.identity(abs(pair_shift()), abs(shift(r, i) + shift(r, j)))
    return c.chain(split, c.bound(abs(shift(r, i) + shift(r, j)) <= 2 * R, one, other))


eq_7 = Claim("eq.7", "claim", 666, "|<Delta w_r, x_i + x_j>| <= 2R", abs(pair_shift()) <= 2 * R, given=NEAR,
             scope=SCOPE, by=_eq_7, uses=("eq.8",))
eq_7.mutant(abs(pair_shift()) <= R, "refuted", "with R")

part_2 = Claim("lemma.B.1.2", "part", 631, "|<v_r, x_i>| <= B + R", abs(dot(v, r, i)) <= B + R, given=FULL, scope=SCOPE,
               uses=("eq.8",), printed=True, latex=r"\lvert\langle v_r,x_i\rangle\rvert \le B+R")


def _part_2(c: Context) -> Theorem:
    split = c.identity(abs(dot(v, r, i)), abs(dot(w, r, i) - shift(r, i)))
    return c.chain(split, c.bound(abs(dot(w, r, i) - shift(r, i)) <= B + R, c.theorem("eq.8")))


part_2.by = _part_2
part_2.mutant(abs(dot(v, r, i)) <= B, "refuted", "without R")
part_2.mutant(abs(dot(v, r, i)) <= B + R, "refuted", "needs the event of Part 1", drop=(event.rel,))
part_2.mutant(abs(dot(v, r, i)) <= B + R, "refuted", "needs |x_i| <= 1", drop=(x_in_ball.rel,))

part_3 = Claim("lemma.B.1.3", "part", 633, "|<w_r - v_r, x_i + x_j>| <= 2R", abs(pair_shift()) <= 2 * R, given=NEAR,
               scope=SCOPE, uses=("eq.7",), printed=True, latex=r"\lvert\langle w_r-v_r,x_i+x_j\rangle\rvert \le 2R")
part_3.step("1", abs(pair_shift()) <= 2 * R, by_bounds("eq.7"), line=666, why="Cauchy-Schwarz (Eq. 7)",
            uses=("eq.7",))
part_3.step("2", 2 * R <= TENTH, by_scalar, line=666, why="R < 0.01 (Eq. 7)")
part_3.by = lambda c: c.step("lemma.B.1.3/1")
part_3.mutant(abs(pair_shift()) <= Fraction(19, 10) * R, "refuted", "with 1.9 R")

# ---------------------------------------------------------------- Parts 4 to 7: exp


def _two_sided(number: int, entry: Expr, bound: Expr, line: int, uses: tuple[str, ...],
               latex: tuple[str, str]) -> tuple[Claim, Claim, Claim]:
    """exp(-b) <= entry <= exp(b), as two claims and their conjunction."""
    key = f"lemma.B.1.{number}"
    low = Claim(f"{key}.lower", "part", line, f"exp(-({bound})) <= {entry}", exp(-bound) <= entry, given=FULL,
                scope=SCOPE, by=by_bounds(*uses), uses=uses, printed=True, latex=latex[0])
    high = Claim(f"{key}.upper", "part", line, f"{entry} <= exp({bound})", entry <= exp(bound), given=FULL,
                 scope=SCOPE, by=by_bounds(*uses), uses=uses, printed=True, latex=latex[1])
    low.mutant(1 <= entry, "refuted", "with the bound 1")
    high.mutant(entry <= exp(bound - Fraction(1, 2)), "refuted", "with a smaller exponent")
    return low, high, Claim(key, "part", line, f"exp(-({bound})) <= {entry} <= exp({bound})", scope=SCOPE,
                            parts=(low.id, high.id))


part_4 = _two_sided(4, E[i, r], B, 637, (), (r"e^{-B} \le E_{i,r}", r"E_{i,r} \le e^B"))
part_5 = _two_sided(5, E_v[i, r], B + R, 639, ("lemma.B.1.2",),
                    (r"e^{-(B+R)} \le \tilde{E}_{i,r}", r"\tilde{E}_{i,r} \le e^{B+R}"))

part_6 = Claim("lemma.B.1.6", "part", 641, "|exp(<w_r - v_r, x_i + x_j>) - 1| <= 4R",
               abs(exp(pair_shift()) - 1) <= 4 * R, given=NEAR, scope=SCOPE,
               latex=r"\lvert\exp(\langle w_r-v_r,x_i+x_j\rangle)-1\rvert \le 4R")


def _fact_a_6(c: Context) -> Theorem:
    """Fact A.6 at x = <Delta w_r, x_i + x_j>, whose hypothesis is Eq. 7."""
    small = c.bound(abs(pair_shift()) <= TENTH, c.theorem("eq.7"))
    return c.at(c.theorem("fact.A.6"), values={X: pair_shift()}, discharge=(small,))


part_6.step("1", abs(exp(pair_shift()) - 1) <= 2 * abs(pair_shift()), _fact_a_6, line=674, why="Fact A.6",
            uses=("fact.A.6", "eq.7"), rule="instantiate")
part_6.step("2", 2 * abs(pair_shift()) <= 4 * R, by_bounds("eq.7"), line=674, why="Eq. 7", uses=("eq.7",),
            rule="monotone")
part_6.mutant(abs(exp(pair_shift()) - 1) <= R, "refuted", "with R")

# ---------------------------------------------------------------- Part 7: the mean value step

P, Q = Var("P"), Var("Q")
convex = Claim("lemma.B.1.convex", "claim", 686, "|e^p - e^q| <= max(e^p, e^q) |p - q|, by convexity",
               abs(exp(P) - exp(Q)) <= Fn("Max", (exp(P), exp(Q))) * abs(P - Q), scope="all real p, q",
               uses=("lemma.B.1.tangent",))
tangent = Claim("lemma.B.1.tangent", "claim", 686, "e^x lies above its tangent at 0", 1 + X <= exp(X),
                scope="all real x", by=by_scalar)
tangent.mutant(1 + X < exp(X), "refuted", "equality holds at 0")


def _one_side(c: Context, p: Var, q: Var, first: bool) -> Theorem:
    """e^p - e^q <= e^p (p - q) <= e^p |p - q| <= max(e^p, e^q) |p - q|."""
    top = Fn("Max", (exp(P), exp(Q)))
    line = rules.instantiate(c.theorem("lemma.B.1.tangent"), parameter=X, term=q - p)
    chord = rules.combine(line, goal=exp(p) - exp(q) <= exp(p) * (p - q), factors=(exp(p),))
    size = rules.below_abs(term=p - q)
    larger = rules.below_max(left=exp(P), right=exp(Q), first=first)
    return rules.combine(chord, size, larger, goal=exp(p) - exp(q) <= top * abs(P - Q),
                         factors=(expr(1), exp(p), abs(P - Q)))


convex.by = lambda c: rules.abs_bound(_one_side(c, P, Q, True), _one_side(c, Q, P, False), term=exp(P) - exp(Q))
convex.mutant(abs(exp(P) - exp(Q)) <= Fn("Min", (exp(P), exp(Q))) * abs(P - Q), "refuted", "with the minimum")

gap_E = abs(E[i, r] - E_v[i, r])
steepest = Fn("Max", (E[i, r], E_v[i, r]))
part_7 = Claim("lemma.B.1.7", "part", 643, "|exp(<w_r, x_i>) - exp(<v_r, x_i>)| <= R exp(B + R)",
               gap_E <= R * exp(B + R), given=FULL, scope=SCOPE, latex=r"\lvert E_{i,r}-\tilde{E}_{i,r}\rvert \le Re^{B+R}")


def _mean_value(c: Context) -> Theorem:
    p, q = dot(w, r, i), dot(v, r, i)
    found = rules.instantiate(c.theorem("lemma.B.1.convex"), parameter=P, term=p)
    found = rules.instantiate(found, parameter=Q, term=q)
    left = c.identity(c.goal.lhs, found.concl.lhs)
    right = c.identity(found.concl.rhs, c.goal.rhs)
    return c.chain(left, found, right)


part_7.step("1", gap_E <= steepest * abs(shift(r, i)), _mean_value, line=686, why="Taylor expansion: mean value step",
            uses=("lemma.B.1.convex",), rule="mean value")


def _max_of_parts(c: Context) -> Theorem:
    high = c.bound(E[i, r] <= exp(B + R), c.theorem("lemma.B.1.4.upper"))
    top = rules.max_bound(high, c.bound(E_v[i, r] <= exp(B + R), c.theorem("lemma.B.1.5.upper")))
    hole = Var("_top")
    return rules.monotone(top, template=hole * abs(shift(r, i)), hole=hole, hyps=c.hyps)


part_7.step("2", steepest * abs(shift(r, i)) <= exp(B + R) * abs(shift(r, i)), _max_of_parts, line=686,
            why="Parts 4 and 5", uses=("lemma.B.1.4.upper", "lemma.B.1.5.upper"), rule="monotone")
part_7.step("3", exp(B + R) * abs(shift(r, i)) <= R * exp(B + R), by_bounds("eq.8"), line=686, why="Eq. 8",
            uses=("eq.8",), rule="monotone")
part_7.mutant(gap_E <= R * exp(B), "refuted", "without R in the exponent")
part_7.mutant(gap_E <= R * exp(B + R) / 2, "refuted", "with half of it")

# ---------------------------------------------------------------- Parts 8 and 9: alpha

gap_alpha = abs(alpha[i] - alpha_v[i])
part_8 = Claim("lemma.B.1.8", "part", 647, "|alpha_i - alpha~_i| <= m R exp(B + R)", gap_alpha <= m * R * exp(B + R),
               given=FULL, scope=SCOPE, latex=r"\lvert\alpha_i-\tilde{\alpha}_i\rvert \le mRe^{B+R}")


def _triangle(c: Context) -> Theorem:
    whole = abs(total(r, E[i, r] - E_v[i, r]))
    return c.chain(c.identity(gap_alpha, whole), rules.triangle(term=whole, hyps=c.hyps))


part_8.step("1", gap_alpha <= total(r, gap_E), _triangle, line=694, why="triangle inequality", rule="triangle",
            typo="the second sum of the first line carries its tilde on the summation sign",
            latex=r"\lvert\alpha_i-\tilde{\alpha}_i\rvert \le \sum_{r=1}^{m}\lvert E_{i,r}-\tilde{E}_{i,r}\rvert")
part_8.step("2", total(r, gap_E) <= m * R * exp(B + R), by_bounds("lemma.B.1.7"), line=694, why="Part 7",
            uses=("lemma.B.1.7",), rule="monotone")
part_8.mutant(gap_alpha <= R * exp(B + R), "refuted", "without the factor m")

gap_inverse = abs(1 / alpha[i] - 1 / alpha_v[i])
part_9 = Claim("lemma.B.1.9", "part", 649, "|1/alpha_i - 1/alpha~_i| <= (R/m) exp(3B + 2R)",
               gap_inverse <= R / m * exp(3 * B + 2 * R), given=FULL, scope=SCOPE,
               latex=r"\Bigl\lvert\frac{1}{\alpha_i}-\frac{1}{\tilde{\alpha}_i}\Bigr\rvert \le \frac{R}{m}e^{3B+2R}")
product = abs(alpha[i] * alpha_v[i])
below = abs(m * exp(-B) * m * exp(-B - R))
part_9.step("1", eq(gap_inverse, abs((alpha_v[i] - alpha[i]) / (alpha[i] * alpha_v[i]))), by_identity, line=704,
            why="common denominator", rule="identity")


def _numerator(c: Context) -> Theorem:
    """The quotient of the absolute values, with Part 8 for the numerator."""
    quotient = abs(alpha_v[i] - alpha[i]) / product
    return c.chain(c.identity(c.goal.lhs, quotient), c.bound(quotient <= c.goal.rhs, c.theorem("lemma.B.1.8")))


part_9.step("2", abs((alpha_v[i] - alpha[i]) / (alpha[i] * alpha_v[i])) <= m * R * exp(B + R) / product,
            _numerator, line=704, why="Part 8", uses=("lemma.B.1.8",), rule="monotone")
part_9.step("3", m * R * exp(B + R) / product <= m * R * exp(B + R) / below,
            by_bounds("lemma.B.1.4.lower", "lemma.B.1.5.lower"), line=704, why="Parts 4 and 5",
            uses=("lemma.B.1.4.lower", "lemma.B.1.5.lower"), rule="monotone")
part_9.step("4", eq(m * R * exp(B + R) / below, R / m * exp(3 * B + 2 * R)), by_identity, line=704, why="algebra",
            rule="identity")
part_9.mutant(gap_inverse <= R / m * exp(3 * B + 2 * R) / m, "refuted", "with another factor 1/m")
part_9.mutant(gap_inverse <= R / m * exp(B), "refuted", "with exp(B)")

# ---------------------------------------------------------------- Parts 10 and 11: the softmax is bounded

part_10 = Claim("lemma.B.1.10", "part", 651, "|S_{i,r}| <= exp(2B)/m", abs(S[i, r]) <= exp(2 * B) / m, given=FULL,
                scope=SCOPE, by=by_bounds("lemma.B.1.4.lower", "lemma.B.1.4.upper"), printed=True,
                uses=("lemma.B.1.4.lower", "lemma.B.1.4.upper"), latex=r"\lvert S_{i,r}\rvert \le \frac{e^{2B}}{m}")
part_10.mutant(abs(S[i, r]) <= exp(B) / m, "refuted", "with exp(B)")
part_11 = Claim("lemma.B.1.11", "part", 653, "|S~_{i,r}| <= exp(2B + 2R)/m", abs(S_v[i, r]) <= exp(2 * B + 2 * R) / m,
                given=FULL, scope=SCOPE, by=by_bounds("lemma.B.1.5.lower", "lemma.B.1.5.upper"), printed=True,
                uses=("lemma.B.1.5.lower", "lemma.B.1.5.upper"),
                latex=r"\lvert\tilde{S}_{i,r}\rvert \le \frac{e^{2B+2R}}{m}")
part_11.mutant(abs(S_v[i, r]) <= exp(B) / m, "refuted", "with exp(B)")

# ---------------------------------------------------------------- Part 12

gap_S = abs(S[i, r] - S_v[i, r])
target = R / m * exp(4 * B + 3 * R)
part_12 = Claim("lemma.B.1.12", "part", 655, "|S_{i,r} - S~_{i,r}| <= (R/m) exp(4B + 3R)", gap_S <= target, given=FULL,
                scope=SCOPE, latex=r"\lvert S_{i,r}-\tilde{S}_{i,r}\rvert \le \frac{R}{m}e^{4B+3R}")
inv, inv_v = 1 / alpha[i], 1 / alpha_v[i]
first_part = abs(inv * E[i, r] - inv * E_v[i, r])
second_part = abs(inv * E_v[i, r] - inv_v * E_v[i, r])
first_bound, second_bound = R / m * exp(2 * B + R), R / m * exp(4 * B + 3 * R)


def _split(c: Context) -> Theorem:
    parts = (inv * E[i, r] - inv * E_v[i, r], inv * E_v[i, r] - inv_v * E_v[i, r])
    whole = abs(parts[0] + parts[1])
    return c.chain(c.identity(gap_S, whole), rules.triangle(term=whole, parts=parts, hyps=c.hyps))


part_12.step("1", gap_S <= first_part + second_part, _split, line=717, why="definition of S, then the triangle inequality",
             rule="triangle")
part_12.step("2.1", eq(first_part, inv * gap_E), by_identity, line=722, why="alpha_i > 0", rule="identity")
part_12.step("2.2", inv * gap_E <= inv * (exp(B + R) * R), by_bounds("lemma.B.1.7"), line=722, why="Part 7",
             uses=("lemma.B.1.7",), rule="monotone")
part_12.step("2.3", inv * (exp(B + R) * R) <= exp(B + R) * R / (m * exp(-B)), by_bounds("lemma.B.1.4.lower"), line=722,
             why="Part 4", uses=("lemma.B.1.4.lower",), rule="monotone")
part_12.step("2.4", eq(exp(B + R) * R / (m * exp(-B)), first_bound), by_identity, line=722, why="algebra",
             rule="identity")
part_12.step("2", first_part <= first_bound, lambda c: c.chain(*(c.step(f"lemma.B.1.12/2.{t}") for t in "1234")),
             line=722, why="the four lines for the first part", rule="transitive")
gap_inv = abs(inv - inv_v)
part_12.step("3.1", eq(second_part, E_v[i, r] * gap_inv), by_identity, line=730, why="exp > 0", rule="identity")
part_12.step("3.2", E_v[i, r] * gap_inv <= E_v[i, r] * (R / m * exp(3 * B + 2 * R)), by_bounds("lemma.B.1.9"),
             line=730, why="Part 9", uses=("lemma.B.1.9",), rule="monotone")
part_12.step("3.3", E_v[i, r] * (R / m * exp(3 * B + 2 * R)) <= exp(B + R) * (R / m * exp(3 * B + 2 * R)),
             by_bounds("lemma.B.1.5.upper"), line=730, why="Part 5", uses=("lemma.B.1.5.upper",), rule="monotone")
part_12.step("3.4", eq(exp(B + R) * (R / m * exp(3 * B + 2 * R)), second_bound), by_identity, line=730, why="algebra",
             rule="identity")
part_12.step("3", second_part <= second_bound, lambda c: c.chain(*(c.step(f"lemma.B.1.12/3.{t}") for t in "1234")),
             line=730, why="the four lines for the second part", rule="transitive")
part_12.step("4", first_bound + second_bound <= target, by_scalar, line=738,
             why="the two parts add up to the second one alone", rule="scalar",
             latex=r"\frac{R}{m}e^{2B+R}+\frac{R}{m}e^{4B+3R} \le \frac{R}{m}e^{4B+3R}")


def _as_printed(c: Context) -> Theorem:
    first, second = c.step("lemma.B.1.12/2"), c.step("lemma.B.1.12/3")
    added = rules.combine(first, second, goal=first_part + second_part <= first_bound + second_bound,
                          factors=(expr(1), expr(1)), hyps=c.hyps)
    return c.chain(c.step("lemma.B.1.12/1"), added, c.step("lemma.B.1.12/4"))


part_12.by = _as_printed


def _from_ratio(c: Context) -> Theorem:
    """-(e^{2R} - 1) S <= S - S~ <= (e^{2R} - 1) S~, and S, S~ are at most e^{2B + 2R}/m."""
    upper = rules.combine(c.theorem("lemma.B.1.ratio.down"), goal=S[i, r] - S_v[i, r] <= (exp(2 * R) - 1) * S_v[i, r],
                          factors=(expr(1),), hyps=c.hyps)
    lower = rules.combine(c.theorem("lemma.B.1.ratio.up"), goal=S_v[i, r] - S[i, r] <= (exp(2 * R) - 1) * S[i, r],
                          factors=(expr(1),), hyps=c.hyps)
    high = c.chain(upper, c.bound((exp(2 * R) - 1) * S_v[i, r] <= c.goal.rhs, c.theorem("lemma.B.1.11")))
    low = c.chain(lower, c.bound((exp(2 * R) - 1) * S[i, r] <= c.goal.rhs, c.theorem("lemma.B.1.10")))
    return rules.abs_bound(high, low, term=S[i, r] - S_v[i, r])


part_12.repair = Repair("lemma.B.1.12/repair", "The softmax changes by a factor between exp(-2R) and exp(2R), so the "
                        "difference is at most (exp(2R) - 1) exp(2B + 2R)/m, which is below the claimed bound for every "
                        "B >= 1.", by=_from_ratio,
                        uses=("lemma.B.1.ratio.up", "lemma.B.1.ratio.down", "lemma.B.1.10", "lemma.B.1.11"))
part_12.mutant(target < first_bound + second_bound, "proved", "the reverse of the last line, for all B >= 1, R and m",
               by=by_scalar)
part_12.mutant(gap_S <= (exp(2 * R) - 1) * exp(2 * B + 2 * R) / m, "proved", "about 2R exp(2B)/m is enough",
               by=_from_ratio)
part_12.mutant(gap_S <= R / m * exp(B), "refuted", "with exp(B)")
part_12.mutant(gap_S <= R / m * exp(B + R), "refuted", "with exp(B + R)")

# ---------------------------------------------------------------- the likelihood ratio, on which the repairs rest


def _ratio_claims(name: str, near: Softmax, far: Softmax, sign: int) -> tuple[Claim, Claim, Claim]:
    """exp, alpha and S of ``far`` are at most e^R, e^R and e^{2R} times those of ``near``."""
    key = f"lemma.B.1.ratio.{name}"

    def exponentials(c: Context) -> Theorem:
        """The logits differ by at most R, and exp increases."""
        size = rules.below_abs(term=-sign * shift(r, i), hyps=c.hyps)
        logits = rules.combine(size, c.theorem("eq.8"), factors=(expr(1), expr(1)), hyps=c.hyps,
                               goal=dot(far.weights, r, i) <= dot(near.weights, r, i) + R)
        hole = Var("_logit")
        grown = rules.monotone(logits, template=exp(hole), hole=hole, hyps=c.hyps)
        return rules.combine(grown, goal=c.goal, factors=(expr(1),), hyps=c.hyps)

    def sums(c: Context) -> Theorem:
        """Sum the ratio of the exponentials over the neurons."""
        hole = Var("_exp")
        summed = rules.monotone(c.theorem(f"{key}.exp"), template=total(r, hole), hole=hole, hyps=c.hyps)
        return rules.combine(summed, goal=c.goal, factors=(expr(1),), hyps=c.hyps)

    def softmaxes(c: Context) -> Theorem:
        """The numerator grows by e^R at most, the denominator shrinks by e^R at most."""
        up, back = c.theorem(f"{key}.exp"), c.theorem(f"lemma.B.1.ratio.{OTHER[name]}.alpha")
        factors = (1 / far.alpha[i], exp(R) * near.E[i, r] / (near.alpha[i] * far.alpha[i]))
        return rules.combine(up, back, goal=c.goal, factors=factors, hyps=c.hyps)

    scope = "all n, m, d1 >= 1; R > 0; no event and no B needed"
    found = (
        Claim(f"{key}.exp", "claim", 686, f"{far.E.name} <= e^R {near.E.name}",
              far.E[i, r] <= exp(R) * near.E[i, r], by=exponentials, uses=("eq.8",), given=NEAR, scope=scope),
        Claim(f"{key}.alpha", "claim", 694, f"{far.alpha.name} <= e^R {near.alpha.name}",
              far.alpha[i] <= exp(R) * near.alpha[i], by=sums, uses=(f"{key}.exp",), given=NEAR, scope=scope),
        Claim(key, "claim", 717, f"{far.S.name} <= e^(2R) {near.S.name}: the likelihood ratio of the softmax",
              far.S[i, r] <= exp(2 * R) * near.S[i, r], by=softmaxes,
              uses=(f"{key}.exp", f"lemma.B.1.ratio.{OTHER[name]}.alpha"), given=NEAR, scope=scope),
    )
    for claim, pair in zip(found, ((far.E[i, r], near.E[i, r]), (far.alpha[i], near.alpha[i]),
                                   (far.S[i, r], near.S[i, r])), strict=True):
        claim.mutant(pair[0] <= pair[1], "refuted", "with the factor 1")
    return found


OTHER = {"up": "down", "down": "up"}
ratio_up = _ratio_claims("up", net, moved, 1)
ratio_down = _ratio_claims("down", moved, net, -1)
ratio_up[2].mutant(S_v[i, r] <= exp(R) * S[i, r], "refuted", "with exp(R)")

# ---------------------------------------------------------------- Part 13

z_bounded = Given(abs(z[r]) <= 1, "|z_r| <= 1")
gap_z = abs(total(r, z[r] * S[i, r]) - total(r, z[r] * S_v[i, r]))
part_13 = Claim("lemma.B.1.13", "part", 657, "|<z, S_i> - <z, S~_i>| <= R exp(4B + 3R) for |z| <= 1",
                gap_z <= R * exp(4 * B + 3 * R), given=(*FULL, z_bounded), scope=SCOPE,
                latex=r"\lvert\langle z,S_i\rangle-\langle z,\tilde{S}_i\rangle\rvert \le Re^{4B+3R}")
gap_vector = abs(total(r, (S[i, r] - S_v[i, r]) * z[r]))


def _sup_norm(c: Context) -> Theorem:
    """Hoelder: the sum of |z_r| is at most m."""
    first = rules.hoelder(index=r, f=S[i, r] - S_v[i, r], g=z[r], hyps=c.hyps)
    hole = Var("_mass")
    mass = c.bound(total(r, abs(z[r])) <= m)
    scaled = rules.monotone(mass, template=sup(r, gap_S) * hole, hole=hole, hyps=c.hyps)
    return c.chain(first, scaled, c.identity(scaled.concl.rhs, c.goal.rhs))


def _by_part_12(c: Context) -> Theorem:
    top = rules.peak_bound(c.theorem("lemma.B.1.12"), index=r)
    hole = Var("_top")
    scaled = rules.monotone(top, template=m * hole, hole=hole, hyps=c.hyps)
    return rules.combine(scaled, goal=c.goal, factors=(expr(1),), hyps=c.hyps)


part_13.step("1", eq(gap_z, gap_vector), by_identity, line=744, why="algebra", rule="identity")
part_13.step("2", gap_vector <= m * sup(r, gap_S), _sup_norm, line=744, why="m times the largest term", rule="hoelder")
part_13.step("3", m * sup(r, gap_S) <= R * exp(4 * B + 3 * R), _by_part_12, line=744, why="Part 12",
             uses=("lemma.B.1.12",), rule="monotone")
part_13.mutant(gap_z <= R / 2, "refuted", "with R/2")
part_13.mutant(gap_z <= R * exp(4 * B + 3 * R), "refuted", "needs |z| <= 1", drop=(z_bounded.rel,))

claims: tuple[Claim, ...] = (
    tail, part_1, eq_8, eq_7, part_2, part_3, *part_4, *part_5, part_6, tangent, convex, part_7, part_8, part_9, part_10,
    part_11, *ratio_up, *ratio_down, part_12, part_13, lemma,
)
