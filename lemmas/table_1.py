"""Table 1 (line 11): neurons and steps for ReLU, exp and softmax, its softmax column, and the three networks measured.

The rows of the other two networks are theorems of other papers.  The softmax column is Corollary 4.3 for delta = 0.01
with exp(cB) and constants written as n^{o(1)}; here the o(1) is any ``h`` > 0 and the constant is explicit.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from lemmas.facts_a import lam_positive
from lemmas.lemma_e_2 import SIZES, K, K_at_least_1, eta_chosen, rate
from lemmas.notation import C, d2, delta, lam, n, sigma
from lemmas.thm_4_2 import DRAWN, HOLE, L, alone, eps, eps_range, h, hidden, one_output, positive_h, width
from numerics import along, gradient_descent, lambda_max, lambda_min, random_sphere, stable_step_size, symmetric_network
from proofcheck.claims import Claim, Given
from proofcheck.kernel import rules
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, eq, exp, expr, log
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.context import Context
from proofcheck.prove.scalar import prove_scalar

# ---------------------------------------------------------------- the three networks beside each other

NETS = ("relu", "exp", "softmax")
POINTS, INPUTS, WIDTH, SEEDS = 4, 3, 256, range(3)
RADIUS, GOAL, MOST_STEPS = 1 / 128, 0.01, 20000


def moves(w: Any, x: Any, seed: int) -> Iterator[Any]:
    """Weights with every neuron moved by the same radius: at random, and along every input, all together or outward."""
    rng = np.random.default_rng(seed)
    for _ in range(4):
        yield random_sphere(w, RADIUS, rng)
    for point in x.T:
        outward = np.where(point @ w >= 0, 1.0, -1.0)
        for signs in (np.ones(w.shape[1]), outward, -outward):
            yield along(w, point, signs, RADIUS)


def start_of(kind: str, seed: int) -> Any:
    """The network of that kind; for one seed all kinds have the same data, weights and signs."""
    return symmetric_network(kind, POINTS, WIDTH, INPUTS, 1, seed=seed)


def kernel_motion(kind: str, seed: int) -> float:
    """The largest |H(W) - H(W~)|_F/(R n) over the moves."""
    start = start_of(kind, seed)
    change = max(np.linalg.norm(start.at(v).gram_matrix - start.gram_matrix) for v in moves(start.w, start.x, seed))
    return float(change) / (RADIUS * POINTS)


def steps_to_goal(kind: str, seed: int) -> int | None:
    """The first step with |F - Y|^2 <= 0.01, with the step size 1/(4 c lambda_max(H)) for each network."""
    start = start_of(kind, seed)
    run = gradient_descent(start, stable_step_size(start), MOST_STEPS)
    return next((step.tau for step in run if 2 * step.loss <= GOAL), None)


def _row(kind: str, seed: int) -> str:
    start = start_of(kind, seed)
    least, most = lambda_min(start), lambda_max(start)
    taken = steps_to_goal(kind, seed)
    return (f"lambda {least:.4g}, lambda_max {most:.4g}, kernel motion {kernel_motion(kind, seed):.4g} R n, "
            f"steps to 0.01: {'more than ' + str(MOST_STEPS) if taken is None else taken}")


def measured_rows() -> dict[str, Any]:
    """Eigenvalues, kernel motion and steps of the three networks on the same data, weights and signs."""
    rows = {f"{kind}, seed {seed}": _row(kind, seed) for kind in NETS for seed in SEEDS}
    return {"n": POINTS, "d1": INPUTS, "d2": 1, "m": WIDTH, "R": str(RADIUS), **rows}


def measured_motion() -> dict[str, Any]:
    """The largest |H(W) - H(W~)|_F/(R n) found, for each network."""
    worst = {kind: f"{max(kernel_motion(kind, seed) for seed in SEEDS):.4g}" for kind in NETS}
    return {"n": POINTS, "d1": INPUTS, "d2": 1, "m": WIDTH, "R": str(RADIUS), "seeds": len(SEEDS), **worst}


# ---------------------------------------------------------------- the softmax column

n_above_1 = Given(n >= 2, "n > 1")
delta_fixed = Given(eq(delta, Fraction(1, 100)), "delta = 0.01")
DRAWN_N = (*DRAWN, positive_h, delta_fixed, one_output, n_above_1)
SETTING = (*DRAWN_N, lam_positive)
SCOPE = "all n >= 2, C > 10, sigma > 0, h > 0; d2 = 1, delta = 0.01"
MILLIONTH = Fraction(1, 10**6)
SIGMA = {"C": Fraction(11), "sigma": MILLIONTH, "delta": Fraction(1, 100), "h": MILLIONTH}
SMALLEST = Point({**SIGMA, "n": Fraction(1), "d2": Fraction(1), "lam": Fraction(1), "K": Fraction(1)})


def of_n(power: int) -> Expr:
    """What exp(power B) is at most: a constant that depends on sigma and h, times n^(8 power h)."""
    return exp(power * (1 + C**2 * sigma**2 / (4 * h))) * exp(8 * power * h * log(n))


def exp_of_B(c: Context, power: int) -> Theorem:
    """thm.4.2/small-o with log(nd/delta) = log(100 n) <= 8 log(n) for n >= 2."""
    fixed = c.at(c.theorem("thm.4.2/small-o"), values={hidden: expr(power)}, discharge=(prove_scalar(expr(power) > 0, ()),))
    small = logarithm(c)
    grown = rules.monotone(small, template=exp(power * (1 + C**2 * sigma**2 / (4 * h))) * exp(power * h * HOLE), hole=HOLE,
                           hyps=c.hyps)
    return c.chain(fixed, rules.identity(small, lhs=fixed.concl.rhs, rhs=grown.concl.lhs, hyps=c.hyps), grown,
                   rules.identity(small, lhs=grown.concl.rhs, rhs=of_n(power), hyps=c.hyps))


def logarithm(c: Context) -> Theorem:
    """log(nd/delta) <= 8 log(n)."""
    return alone(c, L <= 8 * log(n), delta_fixed, one_output, n_above_1)


m_bound = K / lam**2 * n**2 * of_n(18) * 64 * log(n) ** 2
neurons = Claim("table.1/m", "claim", 13, "softmax: the width of Corollary 4.3 is K lambda^-2 n^{2+o(1)} log^2(n)",
                width <= m_bound, given=(*SETTING, K_at_least_1), scope=SCOPE, uses=("thm.4.2/small-o", "cor.4.3"),
                note="n^{o(1)} is a constant, which depends on sigma, times n^{144 h} for every h > 0; the table does not "
                     "mention sigma. See thm.4.2/small-o.late for the sizes at which this begins to say something.")


def _one_output(c: Context, template: Expr) -> Theorem:
    return rules.monotone(c.given(one_output.rel), template=template, hole=HOLE, hyps=c.hyps)


def _neurons(c: Context) -> Theorem:
    positive = alone(c, L > 0, DRAWN[3], DRAWN[4])
    powers = rules.monotone(exp_of_B(c, 18), positive, template=K / lam**2 * SIZES * HOLE * L**2, hole=HOLE, hyps=c.hyps)
    logs = rules.monotone(logarithm(c), positive, template=K / lam**2 * SIZES * of_n(18) * HOLE**2, hole=HOLE, hyps=c.hyps)
    single = _one_output(c, K / lam**2 * n**2 * HOLE**2 * of_n(18) * (8 * log(n)) ** 2)
    return c.chain(powers, logs, c.identity(logs.concl.rhs, single.concl.lhs), single,
                   c.identity(single.concl.rhs, c.goal.rhs))


neurons.by = _neurons
neurons.mutant(width <= m_bound, "refuted", "not for n = 1, where log(n) = 0", drop=(n_above_1.rel,), hint=SMALLEST)
neurons.mutant(width <= m_bound / (64 * log(n)), "refuted", "with log(n) in place of log^2(n)", hint=Point(
    {**SMALLEST.scalars, "n": Fraction(10) ** 300}))

T_bound = 10 / lam**2 * n**2 * of_n(16) * log(n / eps)
steps = Claim("table.1/T", "claim", 14, "softmax: the steps of Corollary 4.3 are lambda^-2 n^{2+o(1)} log(n/eps)",
              1 / rate * log(n * d2 / eps) <= T_bound, given=(*SETTING, eta_chosen, *eps_range), scope=SCOPE,
              uses=("thm.4.2/small-o", "thm.4.2/rate", "cor.4.3"),
              note="Twice this is enough (thm.C.1/steps). Unlike line 182 the table keeps the logarithm of 1/eps.")


def _steps(c: Context) -> Theorem:
    positive = alone(c, log(n * d2 / eps) > 0, *eps_range)
    powers = rules.monotone(exp_of_B(c, 16), positive, template=10 / lam**2 * SIZES * HOLE * log(n * d2 / eps), hole=HOLE,
                            hyps=c.hyps)
    single = _one_output(c, 10 / lam**2 * n**2 * HOLE**2 * of_n(16) * log(n * HOLE / eps))
    return c.chain(c.theorem("thm.4.2/rate"), powers,
                   rules.identity(positive, lhs=powers.concl.rhs, rhs=single.concl.lhs, hyps=c.hyps), single,
                   rules.identity(positive, lhs=single.concl.rhs, rhs=c.goal.rhs, hyps=c.hyps))


steps.by = _steps
steps.mutant(1 / rate * log(n * d2 / eps) <= T_bound / n, "refuted", "with n in place of n^2", hint=Point(
    {**SIGMA, "n": Fraction(10) ** 300, "d2": Fraction(1), "m": Fraction(1), "lam": Fraction(1), "eps": Fraction(1, 20)}))

relu = Claim("table.1/relu", "cited", 12, "ReLU: m = Omega(lambda^-2 n^2 log n) and T = Omega(lambda^-2 n^2 log(n/eps))",
             source="[97], Theorem 3.6")
exp_net = Claim("table.1/exp", "cited", 12, "exp: m = Omega(lambda^-2 n^{2+o(1)} log^2 n) and T = "
                "Omega(lambda^-2 n^{2+o(1)} log(n/eps))", source="[48], Theorem 1.1")
table = Claim("table.1", "claim", 11, "what suffices for ReLU, exp and softmax",
              parts=("table.1/m", "table.1/T", "table.1/relu", "table.1/exp"), evidence=measured_rows,
              note="The paper says that the three need about the same. Compared are numbers that suffice, not numbers that "
                   "are needed. lambda is that of another kernel in every column: on the same data it differs by an order "
                   "of magnitude (measured).")

claims = (neurons, steps, relu, exp_net, table)
