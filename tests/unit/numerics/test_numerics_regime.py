"""Runs in the regimes of the theorems; hypotheses and conclusions that can fail."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from numerics import Ball, CompressedNet, Net, enclose_lambda_min, grid_symmetric_net, symmetric_net
from numerics.regime import Inequality, PaperRegime, RepairedRegime, enter
from numerics.rigorous import ball_descent

ALL = [("paper", 1, 1), ("paper", 2, 2), ("repaired", 1, 1), ("repaired", 2, 2), ("repaired", 3, 2)]


def verdicts(regime, steps):
    return [c for record, _ in ball_descent(regime.net, regime.eta, steps) for c in regime.conclusions(record)]


@pytest.mark.parametrize(("kind", "n", "d"), ALL)
def test_every_hypothesis_and_every_conclusion_is_proved(kind, n, d):
    regime = enter(kind, n, d, steps=3)
    assert all(h.holds is True for h in regime.hypotheses())
    said = verdicts(regime, 3)
    assert len(said) >= 15
    assert [c.words for c in said if c.holds is not True] == []


def test_the_printed_regime_at_its_smallest():
    regime = enter("paper", 1, 1, steps=10, delta="0.0999")
    assert 3.4e8 < regime.net.m < 4e8
    assert isinstance(regime.net, CompressedNet)
    assert regime.B == 1
    for record, _ in ball_descent(regime.net, regime.eta, 10):
        assert record.defect.contains(0)
        assert record.defect.rad() < 1e-60
        assert all(part.rad() <= abs(part).lower() * 1e-30 for part in record.parts)


def test_the_printed_formulas():
    regime = enter("paper", 2, 2, m=2 * 10**11)
    norm = np.linalg.norm(regime.ball.to_float(regime.net.y))
    lam = float(enclose_lambda_min(regime.net.gram_matrix, Ball(200)).mid())
    e = np.e
    assert float(regime.needed_width().mid()) == pytest.approx(lam**-2 * 16 * e**18 * np.log(80) ** 2)
    assert float(regime.eta.mid()) == pytest.approx(0.1 * lam / (2e11 * 16 * e**16))
    assert float(regime.R.mid()) == pytest.approx(lam / (8 * e**10))
    assert float(regime.D.mid()) == pytest.approx(4 / (2e11 * lam) * e**3 * 2 * norm)


def test_two_hundred_steps_in_the_repaired_regime_start_well():
    regime = enter("repaired", 2, 2, m=200, steps=200)
    assert isinstance(regime.net, Net)
    said = [c for c in verdicts(regime, 5) if c.id == "lemma.E.2"]
    assert len(said) == 5
    assert all(c.holds for c in said)


def test_conclusions_can_fail():
    fast = replace(enter("repaired", 2, 2, m=200), step_size=arb(1))
    assert not all(h.holds for h in fast.hypotheses())
    assert any(c.holds is False for c in verdicts(fast, 2))


def test_an_inequality_is_proved_denied_or_open():
    def of(left, right, strict=False):
        return Inequality("", "", left, right, strict).holds

    assert of(arb(1), arb(1)) is True
    assert of(arb(1), arb(1), strict=True) is False
    assert of(arb(1), arb(2), strict=True) is True
    assert of(arb(2), arb(1)) is False
    assert of(arb(1), arb(1, 0.1)) is None
    assert of(arb(0, 1), arb(0, 1), strict=True) is None


@pytest.mark.parametrize(("keywords", "message"), [
    ({"kind": "other"}, "regime 'other' is not known; allowed: paper, repaired"),
    ({"n": 0}, "= 0 is not allowed"),
    ({"d": -1}, "= -1 is not allowed"),
    ({"m": 7}, "m = 7 is"),
    ({"m": -2}, "m = -2 is not allowed"),
    ({"m": 10**6}, "the regime is not met: lambda.* <= m is false"),
    ({"kind": "repaired", "m": 4}, r"the regime is not met: 7 rho sqrt\(nd\) \|\|Y\|\|_F <= m lambda is false"),
    ({"sigma": 0.0}, "sigma = 0.0 is not allowed"),
    ({"sigma": float("nan")}, "sigma = nan is not allowed"),
    ({"delta": "0"}, "delta = 0 is not allowed"),
    ({"delta": "1.5"}, "delta = 1.5 is not allowed"),
    ({"delta": "nan"}, "delta = nan is not allowed"),
    ({"eta": 0.1}, "fixes the step size"),
    ({"kind": "repaired", "eta": 0.0}, "the step size must be > 0"),
    ({"kind": "repaired", "eta": -0.1}, "the step size must be > 0"),
    ({"kind": "repaired", "eta": 1.0}, "the regime is not met: eta <= 1/.12 m Lambda. is false"),
    ({"steps": -1}, "steps = -1 is not allowed"),
    ({"bits": 3}, "precision of 3 bits is too low"),
    ({"n": 3, "d": 1}, "no width up to 2.62 was found at which the theorem applies; it asks for about"),
    ({"n": 1, "d": 8}, "kinds of neurons; allowed"),
])
def test_bad_input(keywords, message):
    with pytest.raises(ValueError, match=message):
        enter(**{"kind": "paper", "n": 1, "d": 1, **keywords})


def changed(**arrays):
    net = symmetric_net(2, 40, 2, 2, sigma=0.1, seed=0, arithmetic=Ball(200))
    return Net(*(arrays.get(name, getattr(net, name)) for name in "wxay"), net.arithmetic)


def test_data_that_the_theorem_does_not_allow():
    assert not RepairedRegime(changed(x=[[2, 0], [0, 1]]), 0.1).hypotheses()[0].holds
    assert not RepairedRegime(changed(y=[[2, 0], [0, 1]]), 0.1).hypotheses()[1].holds
    for x in ([[1, 1], [0, 0]], [[1, 0], [0, 0]]):
        with pytest.raises(ValueError, match="points that are zero or coincide"):
            RepairedRegime(changed(x=x), 0.1)
    with pytest.raises(ValueError, match="x has an entry that cannot be used: nan"):
        changed(x=[[float("nan"), 0], [0, 1]])
    with pytest.raises(ValueError, match="a net of balls is needed"):
        PaperRegime(symmetric_net(1, 2, 1, 1), 0.1, Fraction(1, 20)).hypotheses()


def test_the_event_can_fail():
    wide = grid_symmetric_net(1, 10**9, 1, 1, 1.0, seed=0, arithmetic=Ball(200))
    regime = PaperRegime(wide, 1.0, Fraction(9, 10))
    assert float(regime.B.mid()) == pytest.approx(11 * np.log(10 / 9) ** 0.5)
    assert regime.reach > regime.B > 1
    event = next(h for h in regime.hypotheses() if h.id == "event")
    assert event.holds is False
