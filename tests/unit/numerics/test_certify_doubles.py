"""The run in doubles: everything it says of a state and of a step contains the truth, which balls tell."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from flint import arb

from numerics.arithmetic import Ball
from numerics.certify import doubles
from numerics.certify.data import DataSet, numbers
from numerics.certify.doubles import CheckedRun, Move, TooFar, degree, expm1
from numerics.certify.hypotheses import measured
from numerics.certify.instance import Instance
from numerics.certify.run import checked_run
from numerics.init import random_points

BALL = Ball(256)
FAST = 8
TIGHT = doubles.SAFE**-doubles.TIGHT
CASES = [(1, 1, 1, 8, 0.1, 60), (2, 2, 2, 58, 0.1, 40), (3, 4, 2, 40, 1.5, 30), (5, 2, 3, 300, 1.0, 6)]


def instance(n: int, d1: int, d2: int, m: int, sigma: float, seed: int = 1) -> Instance:
    rng = np.random.default_rng(seed)
    x, y = (numbers(name, random_points(n, d, rng, sphere=d > 1).T.tolist()) for name, d in (("x", d1), ("y", d2)))
    return Instance(DataSet(x, y), m, sigma, seed)


class Truth:
    """W(0) + D in balls."""

    def __init__(self, given: Instance) -> None:
        self.start, self.eta = given.net(BALL), measured(given).eta

    def error(self, run: CheckedRun, before: np.ndarray, move: Move) -> dict[str, float]:
        """For each bound of a step: true error over bound."""
        with BALL.working():
            old, new = (self.start.at(self.start.w + BALL.array(D)) for D in (before, run.D))
            jacobian = new.jacobian - self.start.jacobian
            moved, gone = new.w - self.start.w, new.w - old.w
            defect = gone + BALL.number(self.eta) * old.gradient
            return {
                "e": self._worst(new.residual, move.after.e, move.after.e_error),
                "before": self._worst(old.residual, move.before.e, move.before.e_error),
                "fall": self._worst(new.F - old.F, move.fall, move.fall_error),
                "jacobian": self._size(jacobian) / move.after.jacobian,
                "motion": math.sqrt(max(float(t) for t in BALL.sum(moved * moved, axis=0))) / move.after.motion,
                "length": self._size(gone) / move.length,
                "defect": self._size(defect) / move.defect,
            }

    @staticmethod
    def _worst(true: Any, told: np.ndarray, error: np.ndarray) -> float:
        return max(float(abs(t - BALL.number(v)) / arb(float(r)))
                   for row, values in zip(true, told, strict=True) for t, v, r in zip(row, values, error, strict=True))

    @staticmethod
    def _size(values: Any) -> float:
        return float(BALL.sum(values * values).sqrt())


def worst_over(given: Instance, steps: int) -> dict[str, float]:
    truth, run, worst = Truth(given), checked_run(measured(given)), dict[str, float]()
    for _ in range(steps):
        before = run.D.copy()
        for name, ratio in truth.error(run, before, run.step()).items():
            worst[name] = max(worst.get(name, 0.0), ratio)
            assert ratio >= TIGHT or name not in ("motion", "length")
    return worst


@pytest.mark.parametrize("case", CASES)
def test_every_bound_holds_and_is_of_use(case: tuple[Any, ...]) -> None:
    worst = worst_over(instance(*case[:-1]), case[-1])
    assert max(worst.values()) <= 1, worst
    for name, least in {"e": 1e-4, "fall": 1e-4, "defect": 1e-4, "jacobian": 1e-2, "motion": TIGHT, "length": TIGHT}.items():
        assert worst[name] >= least, (name, worst)


def test_bounds_hold_far_from_the_start() -> None:
    """Steps too large and a point near 0: neurons move by more than 1, and every bound still holds."""
    given = Instance(DataSet(numbers("x", [["0.25"]]), numbers("y", [["1"]])), 2, 0.5)
    truth, run = Truth(given), checked_run(measured(given))
    truth.eta, run._eta = truth.eta * FAST, run._eta * FAST
    farthest = 0.0
    for _ in range(12):
        before = run.D.copy()
        move = run.step()
        farthest = max(farthest, move.after.motion)
        errors = truth.error(run, before, move)
        assert max(errors.values()) <= 1, errors
    assert farthest > 1
    with pytest.raises(TooFar, match="away from its start"):
        run._eta *= 1000
        for _ in range(50):
            run.step()


@pytest.mark.parametrize("broken", ["degree", "split", "sign"])
def test_a_broken_engine_is_noticed(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    if broken == "degree":
        monkeypatch.setattr(doubles, "degree", lambda reach: max(1, degree(reach) - 3))
    elif broken == "split":
        monkeypatch.setattr(doubles._Sums, "total", property(lambda self: self._high))
    else:
        monkeypatch.setattr(doubles.CheckedRun, "_advance", upwards)
    assert max(worst_over(instance(2, 2, 2, 58, 0.1), 10).values()) > 1


def upwards(run: CheckedRun) -> np.ndarray:
    """A step along the gradient in place of against it."""
    before = run.D.copy()
    plain(run)
    run.D[:] = before - (run.D - before)
    return np.asarray(run.D - before)


plain = CheckedRun._advance


@pytest.mark.parametrize("reach", [1e-9, 1e-3, 0.1, 1.0, 3.0, 8.0])
def test_the_exponential(reach: float) -> None:
    terms = degree(reach)
    z = np.random.default_rng(0).uniform(-reach, reach, 200)
    with BALL.working():
        for value, found in zip(z, expm1(z, terms), strict=True):
            bound = (2 * terms + 3) * doubles.U * abs(value) * math.exp(reach)
            assert abs(arb(value).expm1() - arb(found)) <= arb(bound)
