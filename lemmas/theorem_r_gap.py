"""Theorem R, the gap: how small its two constants can be, from above and from below (issues of lines 172-190).

(A) asks for m lambda >= 7 rho sqrt(nd) |Y|, (B) for eta <= 1/(12 m Lam).  From above: the scalar facts of the argument hold
with 6.94 in place of 7, and with 6.93 two of them exclude each other whatever number stands for 1.39.  From below: runs that
satisfy everything but one of the two conditions, and break a conclusion.  The points were found by search; each is decided
afresh, by the kernel where one step is enough (every number of the step is rational), else by balls along the run.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from lemmas.theorem_r import LINE, ONE
from lemmas.theorem_r_path import HALT, JUMP, LEAST, REACH, X, a_small, aa, bb, p
from lemmas.theorem_r_steps import P, h
from lemmas.theorem_r_time import HALF, R_STAR, SEVEN_CLAIMS, at_rest, condition_B, path_plus, shorter, tau
from numerics.arithmetic import Ball
from numerics.net import Net
from numerics.rigorous import StepRecord, ball_descent, working_bits
from proofcheck.claims import Claim, Given
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import exp, expr, sqrt
from proofcheck.prove.context import by_scalar

PROVED_A, PROVED_B = 7, 12

# ---------------------------------------------------------------- from above: the constant of this argument

ENOUGH, TOO_SMALL = Fraction(694, 100), Fraction(693, 100)  # in place of 7
RATIO = Fraction(3796, 10000)  # of |Y|/s0, in place of 0.378
B_MOST = Fraction(61, 1000)  # of b, in place of 0.06
BETWEEN = Fraction(13905, 10000)  # at TOO_SMALL, less than this does not stop the path and more costs sigma too much
SCOPE = "scalar facts, over their whole ranges"
positive_X, small_X = Given(X > 0, "X = |Y|/s0 > 0"), Given(X <= RATIO, "X <= 0.3796, from (A) with 6.94")


def _fact(name: str, title: str, **more: Any) -> Claim:
    return Claim(f"theorem.R/gap.{name}", "claim", LINE, title, scope=SCOPE, by=by_scalar, **more)


ratio = _fact("ratio", "(A) with 6.94 makes |Y|/sqrt(m lambda) at most 0.3796", rel=1 / expr(ENOUGH) <= RATIO**2)
ratio.mutant(1 / expr(ENOUGH) <= (RATIO - Fraction(1, 10000)) ** 2, "refuted", "with 0.3795")

cost = ((2 * HALT * X + 1) * exp(2 * HALT * X) - 1) / 4
floor = _fact("floor", "theorem.R/path.floor with 6.94 for 7: sigma >= sqrt(2/7) s0 up to R*",
              rel=cost / ENOUGH <= (1 - LEAST) * X, given=(positive_X, small_X))
floor.mutant(cost / Fraction(69, 10) <= (1 - LEAST) * X, "refuted", "with 6.9")

beyond = _fact("beyond", "theorem.R/path.beyond with 6.94 for 7: (7/8) Phi > |Y| from 1.39 |Y|/s0 to 1.53 |Y|/s0",
               rel=Fraction(8, 7) * X**2 < p * X**2 - p * X * (exp(2 * p * X) - 1) / (4 * ENOUGH),
               given=(positive_X, small_X, Given(p >= HALT, "p = P s0/|Y| >= 1.39"), Given(p <= REACH, "p <= 1.53")))
beyond.mutant(Fraction(8, 7) * X**2 < p * X**2 - p * X * (exp(2 * p * X) - 1) / (4 * Fraction(68, 10)), "refuted", "with 6.8")

growth = (1 + P) * exp(2 * P) / (PROVED_B * ENOUGH)
curve = _fact("b", "theorem.R/path.b with 6.94 for 7: b <= 0.061", rel=growth <= B_MOST, given=(
    Given(P >= 0, "P >= 0"), Given(P <= REACH * RATIO, "P <= 1.53 |Y|/s0")))
curve.mutant(growth <= Fraction(60, 1000), "refuted", "with 0.06")

total = aa + bb + aa * bb**2 / 4
quarter = _fact("quarter", "theorem.R/path.quarter with 0.061 for 0.06", rel=total <= Fraction(1, 4), given=(
    Given(aa >= 0, "a >= 0"), Given(bb >= 0, "b >= 0"), a_small, Given(bb <= B_MOST, "b <= 0.061")))
quarter.mutant(total <= Fraction(241, 1000), "refuted", "with 0.241")

at_most = 1 / sqrt(expr(TOO_SMALL))  # the largest |Y|/s0 that (A) with 6.93 allows
potential = h * (1 - at_most * (exp(2 * h * at_most) - 1) / 4)
stays = _fact("below", "with 6.93 for 7, (7/8) Phi does not reach |Y| at h |Y|/s0 for any h up to 1.3905",
              rel=potential < Fraction(8, 7), given=(Given(h >= 0, "h >= 0"), Given(h <= BETWEEN, "h <= 1.3905")),
              note="At |Y| = s0/sqrt(6.93). So the potential stops no path there before 1.3905 |Y|/s0.")
stays.mutant(potential < Fraction(8, 7), "refuted", "up to 1.395", drop=(h <= BETWEEN,),
             hint=Point({"h": Fraction(1395, 1000)}))
spent = ((2 * h * at_most + 1) * exp(2 * h * at_most) - 1) / (4 * TOO_SMALL)
costs = _fact("above", "with 6.93 for 7, sigma is below sqrt(2/7) s0 at h |Y|/s0 for every h from 1.3905 on",
              rel=(1 - LEAST) * at_most < spent, given=(Given(h >= BETWEEN, "h >= 1.3905"),),
              note="With theorem.R/gap.below: no number in place of 1.39 carries the argument at 6.93, while (B) is as it is.")
costs.mutant((1 - LEAST) * at_most < spent, "refuted", "from 1.38 on", drop=(h >= BETWEEN,),
             hint=Point({"h": Fraction(138, 100)}))

# ---------------------------------------------------------------- from below, in one step: (B)

FIRST_STEP = Fraction(1391, 1000)  # of 1/(m Lam)
OVERSHOT = Fraction(1501, 1000)
WIDTH = 64  # so that (A) holds with 114 for 7


def one_step(step: Fraction) -> Point:
    """A step of ``step``/(m Lam) from W(0) = 0, n = d = 1, y = 1/2: H = 1, |J^T e| = sqrt(m)/2."""
    found = at_rest(WIDTH, step / WIDTH)
    return Point({**found.scalars, "size_Y": HALF}, found.arrays)


SEVEN_CLAIMS[0].mutant(shorter(HALF), "refuted", "with 1.501 for 1/12 in (B): the first step goes too far",
                       drop=(condition_B.rel,), hint=one_step(OVERSHOT))
SEVEN_CLAIMS[1].mutant(path_plus[tau] <= R_STAR, "refuted", "with 1.391 for 1/12 in (B): the first step is longer than R*",
                       drop=(condition_B.rel,), hint=one_step(FIRST_STEP))

# ---------------------------------------------------------------- from below, after several steps: balls

SATURATED = Fraction(1365, 1000)
ZIGZAG = Fraction(1164, 1000)


def saturating() -> Net:
    """Two neurons at W(0) = 0, two orthonormal points, targets (1.365, 0): F_1 comes near its supremum 2, where H fades.

    lambda = Lam = rho = 1, so (A) holds with c = 2/(sqrt(2) 1.365) at most.  |Y|_F <= sqrt(n), but |y_1| > 1.
    """
    return _at_zero(2, np.eye(2, dtype=int).tolist(), [SATURATED, 0])


def zigzagging() -> Net:
    """64 neurons at W(0) = 0, x = y = 1: lambda = Lam = rho = 1, and (A) holds with c = 64."""
    return _at_zero(WIDTH, [[1]], [ONE])


def _at_zero(m: int, points: list[list[int]], targets: list[Fraction | int]) -> Net:
    """d2 = 1, signs +, -, +, -, ..., in doubles where they are exact; the targets as rationals."""
    signs = [[1, -1] * (m // 2)]
    return Net(np.zeros((len(points[0]), m)), np.array(points, dtype=float).T, np.array(signs),
               np.array([targets], dtype=object))


claims: tuple[Claim, ...] = (ratio, floor, beyond, curve, quarter, stays, costs)
