"""The gap of Theorem R from below: what breaks does so certainly, and a little less does not."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from lemmas.theorem_r_gap import (
    FIRST_STEP,
    OVERSHOT,
    PROVED_A,
    PROVED_B,
    UNHURRIED,
    WIDTH,
    ZIGZAG,
    broken,
    gap_numbers,
    one_step,
    saturating,
    zigzagging,
)
from lemmas.theorem_r_time import HALF, R_STAR, SEVEN_CLAIMS, condition_B, path_plus, shorter, tau
from proofcheck.kernel.point import NoCounterexample, refute


def test_saturation_breaks_the_third_conclusion_while_B_holds() -> None:
    found = broken(saturating(), UNHURRIED)
    assert found.conclusion.id == "kernel"
    assert found.big > 1.036 and found.big < PROVED_A
    assert found.slow > PROVED_B


def test_a_smaller_target_breaks_nothing() -> None:
    net = saturating()
    with pytest.raises(ValueError, match="no conclusion is certainly broken"):
        broken(replace(net, y=np.array([[Fraction(135, 100), 0]], dtype=object)), UNHURRIED)


def test_long_steps_break_the_second_conclusion_while_A_holds() -> None:
    found = broken(zigzagging(), ZIGZAG / WIDTH)
    assert found.conclusion.id == "path"
    assert found.big > PROVED_A
    assert found.slow < 1


def test_short_steps_break_nothing() -> None:
    with pytest.raises(ValueError, match="no conclusion is certainly broken"):
        broken(zigzagging(), Fraction(1, PROVED_B * WIDTH))


@pytest.mark.parametrize(("claim", "goal", "step", "shorter_step"), [
    (SEVEN_CLAIMS[0], shorter(HALF), OVERSHOT, Fraction(95, 64)),
    (SEVEN_CLAIMS[1], path_plus[tau] <= R_STAR, FIRST_STEP, Fraction(88, 64)),
])
def test_the_kernel_refutes_one_long_step_and_no_shorter_one(claim, goal, step, shorter_step) -> None:  # type: ignore[no-untyped-def]
    hyps = tuple(h for h in claim.hyps if h != condition_B.rel)
    refute(hyps, goal, one_step(step), 128)
    with pytest.raises(NoCounterexample):
        refute(hyps, goal, one_step(shorter_step), 128)
    with pytest.raises(NoCounterexample, match="not certain"):
        refute(claim.hyps, goal, one_step(step), 128)


def test_the_table_tells_the_ratio_from_below() -> None:
    table = gap_numbers()
    for row in table.values():
        assert row["proved with"] / float(row["fails with"]) == pytest.approx(float(row["ratio"]), abs=0.01)
    assert table["A"]["fails with"] == "1.036"
