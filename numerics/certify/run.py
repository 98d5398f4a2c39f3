"""A run of gradient descent from a certified start: every conclusion of Theorem R decided by balls at every step.

With balls (small nets) the run is the exact one, enclosed. In doubles (`doubles`) it is a run of exact numbers W(tau), each
step of which is gradient descent up to a rounding error that is bounded, too; the conclusions are decided for these W(tau).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple, final

import numpy as np
from flint import arb, arb_mat

from numerics.arithmetic import Array, Ball
from numerics.certify.doubles import NOTHING, SAFE, TIGHT, CheckedRun, Move
from numerics.certify.hypotheses import Hypotheses, pair_softmax
from numerics.certify.instance import BITS
from numerics.regime import Inequality
from numerics.rigorous import StepRecord, ball_descent, working_bits

CONVERGED = Fraction(1, 10**20)
"""Of the loss (half the squared error)."""
JUDGE_BITS = 128
BALL_WORK = 10**5
"""Up to this n m times the expected number of steps, a run is made with balls."""
MOST_WORK = 10**9
"""Up to this n m times steps, a run is made by default: about a minute."""

WORDS = {
    "1": "||F(tau+1) - Y||^2 - ||F(tau) - Y||^2 <= -(m eta lambda/2) ||F(tau) - Y||^2",
    "2": "sum of ||W(s+1) - W(s)||_F for s <= tau is at most R* = 1.39 ||Y||_F/sqrt(m lambda)",
    "3": "(2/7) lambda <= lambda_min(H(tau+1))",
    "4": "||w_r(tau+1) - w_r(0)|| <= 4 (1 + R*) e^(2R*) rho sqrt(nd) ||Y||_F/(m lambda)",
}


class Limits(NamedTuple):
    """What the conclusions are measured against: m eta lambda/2, R*, lambda, and the bound of the motion."""

    rate: arb
    roam: arb
    lam: arb
    far: arb


def limits(known: Hypotheses) -> Limits:
    """From the brackets at W(0)."""
    m = known.instance.m
    with Ball(JUDGE_BITS).working():
        lam, norm = known.lam.ball(), known.target.ball()
        roam = 139 * norm / (100 * (m * lam).sqrt())
        far = 4 * (1 + roam) * (2 * roam).exp() * known.rho.ball() * arb(known.nd).sqrt() * norm / (m * lam)
        return Limits(m * (arb(known.eta.numerator) / known.eta.denominator) * lam / 2, roam, lam, far)


@final
@dataclass(frozen=True)
class Judged:
    """One step: the four conclusions, and balls around or bounds of what was measured at tau + 1 = `step`.

    defect: how far the step is from a step of gradient descent, in ||.||_F; 0 for a run in balls.
    """

    step: int
    conclusions: tuple[Inequality, ...]
    loss: arb
    path: arb
    kernel: arb
    motion: arb
    defect: float


@final
class Judge:
    """Decides the conclusions of single steps; the path so far is kept from one to the next."""

    def __init__(self, known: Hypotheses) -> None:
        self._limits, self._m, self._path = limits(known), known.instance.m, arb(0)

    def step(self, move: Move) -> Judged:
        """The conclusions for the next step in doubles."""
        with Ball(JUDGE_BITS).working():
            e, fall = _column(move.before.e, move.before.e_error), _column(move.fall, move.fall_error)
            then = _column(move.after.e, move.after.e_error)
            self._path += _from_above(move.length)
            root, change = self._limits.lam.sqrt(), arb(move.after.jacobian) / arb(self._m).sqrt()
            kernel = ((root - change).max(arb(0)) ** 2).union((root + change) ** 2)  # Weyl, for the singular values of J
            return self._judged(move.after.step, 2 * _dot(e, fall) + _dot(fall, fall), _dot(e, e), _dot(then, then),
                                self._path, kernel, _from_above(move.after.motion), move.defect)

    def ball_step(self, record: StepRecord) -> Judged:
        """The conclusions for a step in balls."""
        with Ball(JUDGE_BITS).working():
            return self._judged(record.tau + 1, record.after - record.before, record.before, record.after, record.path,
                                record.lambda_min, record.motion, 0.0)

    def _judged(self, step: int, fall: arb, before: arb, after: arb, path: arb, kernel: arb, motion: arb,
                defect: float) -> Judged:
        rate, roam, lam, far = self._limits
        pairs = ((fall, -rate * before), (path, roam), (2 * lam / 7, kernel), (motion, far))
        conclusions = tuple(Inequality(key, words, *pair) for (key, words), pair in zip(WORDS.items(), pairs, strict=True))
        return Judged(step, conclusions, after / 2, path, kernel, motion, defect)


def _from_above(bound: float) -> arb:
    """A ball around a number from a tight upper bound."""
    return (arb(bound) / arb(SAFE) ** TIGHT if bound > NOTHING else arb(0)).union(arb(bound))


def _column(values: Array, error: Array) -> arb_mat:
    """Balls around values (d2, n), every column with its own radius."""
    radii = np.broadcast_to(error, values.shape).ravel().tolist()
    return arb_mat([[arb(v, r)] for v, r in zip(values.ravel().tolist(), radii, strict=True)])


def _dot(left: arb_mat, right: arb_mat) -> arb:
    return (left.transpose() * right)[0, 0]


def expected_steps(known: Hypotheses) -> int:
    """After about so many steps the loss is below `CONVERGED`, if its slowest part falls as the kernel at W(0) says."""
    rate = float(known.instance.m * known.eta * known.lam.low)
    start = float(known.target.high) ** 2 / 2
    return max(1, math.ceil(math.log(max(start / CONVERGED, 1)) / (2 * rate))) if rate < 1 else 1


def arithmetic(known: Hypotheses) -> Ball | None:
    """The balls in which a run is made, or None: doubles."""
    steps = expected_steps(known)
    if known.instance.data.n * known.instance.m * steps > BALL_WORK:
        return None
    return Ball(working_bits(steps, float(known.instance.m * known.eta * known.Lam.high)))


def usual_length(known: Hypotheses) -> int:
    """How many steps are made by default: well beyond what convergence should take, within `MOST_WORK`."""
    return min(2 * expected_steps(known) + 10, max(1, MOST_WORK // (known.instance.data.n * known.instance.m)))


def judged_run(known: Hypotheses, steps: int, ball: Ball | None) -> Iterator[Judged]:
    """At most `steps` steps, each with its conclusions decided, until the loss is certainly below `CONVERGED`."""
    for found in _in_doubles(known, steps) if ball is None else _in_balls(known, steps, ball):
        yield found
        if found.loss < CONVERGED.numerator / arb(CONVERGED.denominator):
            return


def _in_balls(known: Hypotheses, steps: int, ball: Ball) -> Iterator[Judged]:
    judge = Judge(known)
    for record, _ in ball_descent(known.instance.net(ball), known.eta, steps):
        yield judge.ball_step(record)


def _in_doubles(known: Hypotheses, steps: int) -> Iterator[Judged]:
    judge, run = Judge(known), checked_run(known)
    for _ in range(steps):
        yield judge.step(run.step())


def checked_run(known: Hypotheses) -> CheckedRun:
    """The run in doubles from the start of an instance."""
    instance = known.instance
    with Ball(BITS).working():
        softmax = [[float(instance.m * s) for s in row] for row in pair_softmax(instance)]
    return CheckedRun(np.repeat(softmax, 2, axis=1), instance.start.a, *instance.data.columns, known.eta)
