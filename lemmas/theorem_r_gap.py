"""Theorem R, the gap: how small its two constants can be, from above and from below (repairs lines 172-190).

(A) asks for m lambda >= 7 rho sqrt(nd) |Y|, (B) for eta <= 1/(12 m Lam).  From above: the scalar facts of the argument hold
with 6.94 in place of 7, and with 6.93 two of them exclude each other whatever number stands for 1.39.  From below: runs that
satisfy everything but one of the two conditions, and break a conclusion.  The points are data; each is decided afresh,
by the kernel where one step is enough (every number of the step is rational), else by balls along the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from lemmas.theorem_r import LINE, ONE
from lemmas.theorem_r_path import GAIN, HALT, LEAST, REACH, X, a_small, p
from lemmas.theorem_r_steps import P, aa, bb, h
from lemmas.theorem_r_time import HALF, R_STAR, SEVEN_CLAIMS, at_rest, condition_B, path_plus, shorter, tau
from numerics.arithmetic import Array, Ball, exact
from numerics.net import Net
from numerics.regime import Inequality, RepairedRegime
from numerics.rigorous import ball_descent, working_bits
from proofcheck.claims import Claim, Given
from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Expr, exp, expr, sqrt
from proofcheck.prove.context import by_scalar

PROVED_A, PROVED_B = 7, 12

# ---------------------------------------------------------------- from above: the constant of this argument

ENOUGH, TOO_SMALL, FAR_TOO_SMALL = Fraction(694, 100), Fraction(693, 100), Fraction(567, 100)  # in place of 7
RATIO = Fraction(3796, 10000)  # of |Y|/s0, in place of 0.378
B_MOST = Fraction(61, 1000)  # of b, in place of 0.06
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

beyond = _fact("beyond", "theorem.R/path.beyond with 6.94 for 7: (7/8) Phi > |Y| at P = 1.39 to 1.53 |Y|/s0",
               rel=Fraction(8, 7) * X**2 < p * X**2 - p * X * (exp(2 * p * X) - 1) / (4 * ENOUGH),
               given=(positive_X, small_X, Given(p >= HALT, "p = P s0/|Y| >= 1.39"), Given(p <= REACH, "p <= 1.53")))
beyond.mutant(Fraction(8, 7) * X**2 < p * X**2 - p * X * (exp(2 * p * X) - 1) / (4 * Fraction(68, 10)), "refuted",
              "with 6.8")

growth = (1 + P) * exp(2 * P) / (PROVED_B * ENOUGH)
curve = _fact("b", "theorem.R/path.b with 6.94 for 7: b <= 0.061", rel=growth <= B_MOST, given=(
    Given(P >= 0, "P >= 0"), Given(P <= REACH * RATIO, "P <= 1.53 |Y|/s0")))
curve.mutant(growth <= Fraction(60, 1000), "refuted", "with 0.06")

total = aa + bb + aa * bb**2 / 4
quarter = _fact("quarter", "theorem.R/path.quarter with 0.061 for 0.06", rel=total <= Fraction(1, 4), given=(
    Given(aa >= 0, "a >= 0"), Given(bb >= 0, "b >= 0"), a_small, Given(bb <= B_MOST, "b <= 0.061")))
quarter.mutant(total <= Fraction(241, 1000), "refuted", "with 0.241")


def excluded(suffix: str, words: str, big: Fraction, gain: Expr, low: Expr, between: Fraction) -> tuple[Claim, Claim]:
    """Two facts that exclude each other with ``big`` for 7, at |Y| = s0/sqrt(big), whatever h stands for 1.39.

    ``gain``: of Phi, 7/8 in the theorem; ``low``: of s0, sqrt(2/7) in the theorem.
    """
    most, number = 1 / sqrt(expr(big)), f"{float(between):g}"  # the largest |Y|/s0 that (A) allows
    potential = gain * h * (1 - most * (exp(2 * h * most) - 1) / 4)
    spent = ((2 * h * most + 1) * exp(2 * h * most) - 1) / (4 * big)
    little, much = h <= between, h >= between
    stays = _fact(f"below{suffix}", f"{words}, the potential at h |Y|/s0 does not reach |Y| for any h up to {number}",
                  rel=potential < 1, given=(Given(h >= 0, "h >= 0"), Given(little, f"h <= {number}")))
    costs = _fact(f"above{suffix}", f"{words}, sigma at h |Y|/s0 is too small for every h from {number} on",
                  rel=(1 - low) * most < spent, given=(Given(much, f"h >= {number}"),),
                  note=f"With theorem.R/gap.below{suffix}: no number in place of 1.39 carries the argument.")
    further, earlier = (Point({"h": between + sign * Fraction(1, 100)}) for sign in (1, -1))
    stays.mutant(potential < 1, "refuted", "0.01 further", drop=(little,), hint=further)
    costs.mutant((1 - low) * most < spent, "refuted", "0.01 earlier", drop=(much,), hint=earlier)
    return stays, costs


EXCLUDED = excluded("", "with 6.93 for 7", TOO_SMALL, expr(GAIN), LEAST, Fraction(13905, 10000))
IN_THE_LIMIT = excluded(".limit", "with 5.67 for 7 and steps as small as one likes", FAR_TOO_SMALL, expr(1), expr(HALF),
                        Fraction(12372, 10000))  # a and b go to 0: then 1 for 7/8, and 1/4 for 2/7 to keep m eta lambda/2

# ---------------------------------------------------------------- from below, in one step: (B)

FIRST_STEP, OVERSHOT = Fraction(89, 64), Fraction(1537, 1024)  # of 1/(m Lam); in doubles, for equations to be exact
WIDTH = 64  # so that (A) holds with 114 for 7


def one_step(step: Fraction) -> Point:
    """A step of ``step``/(m Lam) from W(0) = 0, n = d = 1, y = 1/2: H = 1, |J^T e| = sqrt(m)/2."""
    found = at_rest(WIDTH, step / WIDTH)
    return Point({**found.scalars, "size_Y": HALF}, found.arrays)


SEVEN_CLAIMS[0].mutant(shorter(HALF), "refuted", "with 1.501 for 1/12 in (B)",
                       drop=(condition_B.rel,), hint=one_step(OVERSHOT))
SEVEN_CLAIMS[1].mutant(path_plus[tau] <= R_STAR, "refuted", "with 1.391 for 1/12 in (B)",
                       drop=(condition_B.rel,), hint=one_step(FIRST_STEP))

# ---------------------------------------------------------------- from below, after several steps: balls

SATURATED, ZIGZAG = Fraction(1365, 1000), Fraction(1164, 1000)
UNHURRIED = Fraction(1, 25)  # below 1/(12 m Lam) for two neurons
STEPS = 400


def saturating() -> Net:
    """Two neurons at W(0) = 0, two orthonormal points, targets (1.365, 0): F_1 comes near its supremum 2, where H fades.

    lambda = Lam = rho = 1.  |Y|_F <= sqrt(n) as Theorem R asks, but |y_1| > 1.
    """
    return _at_zero(2, np.eye(2), [SATURATED, 0])


def zigzagging() -> Net:
    """64 neurons at W(0) = 0, x = y = 1: lambda = Lam = rho = 1.  Steps that are too long go to and fro."""
    return _at_zero(WIDTH, np.eye(1), [ONE])


def _at_zero(m: int, points: Array, targets: list[Fraction | int]) -> Net:
    """One output, signs +, -, +, -, ..., exact balls; points (d1, n)."""
    return Net(np.zeros((len(points), m)), points, np.array([[1, -1] * (m // 2)]), np.array([targets], dtype=object),
               Ball(working_bits(STEPS, float(ZIGZAG))))


@dataclass(frozen=True)
class Broken:
    """A conclusion that certainly fails at a step of a run, and the constants with which (A) and (B) hold there: balls."""

    conclusion: Inequality
    step: int
    big: arb
    slow: arb


def broken(net: Net, step_size: Fraction) -> Broken:
    """Where gradient descent first breaks a conclusion of Theorem R; ``step_size`` is that of W, not of m Lam.

    Raises ValueError where none is certainly broken within 400 steps.
    """
    ball = net.arithmetic
    regime = RepairedRegime(net, 0.0, step_size=ball.number(step_size))
    with ball.working():
        big, slow = PROVED_A * net.m / regime.needed_width(), 1 / (net.m * regime.eta * regime.spectrum[1])
    for record, _ in ball_descent(net, step_size, STEPS):
        for conclusion in regime.conclusions(record):
            if conclusion.holds is False:
                return Broken(conclusion, record.tau + 1, big, slow)
    raise ValueError(f"no conclusion is certainly broken within {STEPS} steps")


def gap_numbers() -> dict[str, Any]:
    """For each condition: the constant that is proved, the best one known to fail, their ratio, and how it fails."""
    wide, slow = broken(saturating(), UNHURRIED), broken(zigzagging(), ZIGZAG / WIDTH)
    argument = {"scalar facts hold with": f"{float(ENOUGH):g}", "and not with": f"{float(TOO_SMALL):g}",
                "nor in the limit of small steps with": f"{float(FAR_TOO_SMALL):g}"}
    return {"A": _row(PROVED_A, wide.big, wide) | argument, "B": _row(PROVED_B, slow.slow, slow)}


def _row(proved: int, fails: arb, found: Broken) -> dict[str, Any]:
    thousandths = int(exact((1000 * fails).lower().floor()))  # from below, so that the condition holds with it
    return {"proved with": proved, "fails with": f"{thousandths / 1000:.3f}", "ratio": f"{1000 * proved / thousandths:.2f}",
            "conclusion": found.conclusion.words, "step": found.step, "left": found.conclusion.left.str(8, radius=False),
            "right": found.conclusion.right.str(8, radius=False)}


FACTS = (ratio, floor, beyond, curve, quarter, *EXCLUDED, *IN_THE_LIMIT)
gap = Claim("theorem.R/gap", "claim", LINE,
            "the scalar facts of Theorem R hold with 6.94 for 7 in (A), and with 6.93 no number for 1.39 carries them",
            scope=SCOPE, parts=tuple(claim.id for claim in FACTS), uses=("theorem.R/path.a", "theorem.R/path.jump"),
            evidence=gap_numbers,
            note="This is about the argument; the theorem is stated with 7. The numbers are from runs in balls that "
                 "satisfy Theorem R's hypotheses but for the constant in (A) or in (B). That of (A) has |Y|_F <= sqrt(n) as "
                 "asked, but |y_1| = 1.365; numerics.breaking finds such nets too, but none with all |y_i| <= 1 in 10 runs. "
                 "In one step the kernel refutes (1) and (2) with 1.501 and 1.391 for 1/12 in (B).")
claims: tuple[Claim, ...] = (*FACTS, gap)
