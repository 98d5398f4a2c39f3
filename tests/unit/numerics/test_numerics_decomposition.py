"""The identity of Lemma E.1 on random and on hostile nets, in every arithmetic."""

import numpy as np
import pytest
from flint import arb

from numerics import Ball, Float64, Mp, Net, decompose, second_order, symmetric_net, updated

TINY = arb(2) ** -150
BALL = Ball(300)


def hostile() -> dict[str, Net]:
    rng = np.random.default_rng(7)
    w, a = rng.standard_normal((2, 6)), rng.choice([-1.0, 1.0], size=(2, 6))
    x, y = rng.uniform(-0.5, 0.5, (2, 3)), rng.uniform(-0.5, 0.5, (2, 3))
    equal = x.copy()
    equal[:, 1] = equal[:, 0]
    zero = x.copy()
    zero[:, 2] = 0
    return {
        "random": Net(w, x, a, y),
        "logits near 1000": Net(2000 * w, x, a, y),
        "equal points": Net(w, equal, a, y),
        "a zero point": Net(w, zero, a, y),
        "m odd": Net(w[:, :5], x, a[:, :5], y),
        "n d > m": Net(w[:, :1], x, a[:, :1], y),
        "duplicate neurons": Net(np.repeat(w, 2, axis=1), x, np.repeat(a, 2, axis=1), y),
        "symmetric": symmetric_net(3, 8, 2, 2, seed=1),
    }


@pytest.mark.parametrize("name", hostile())
@pytest.mark.parametrize("eta", ["0.001", "0.3"])
def test_the_identity_in_balls(name, eta):
    net = hostile()[name].to(BALL)
    found = decompose(net, updated(net, eta), eta)
    assert found.defect.contains(0)
    assert found.defect.rad() < TINY * (1 + found.before.upper() + sum(abs(c).upper() for c in found.C))


def test_the_parts_add_up_to_the_move_of_the_predictions():
    net = hostile()["random"].to(BALL)
    then = updated(net, "0.1")
    found = decompose(net, then, "0.1")
    with BALL.working():
        total = found.v0 + found.v1 + found.v2
        for part, move in zip(total.flat, (then.F - net.F).flat, strict=True):
            assert (part - move).contains(0)
            assert (part - move).rad() < TINY


def test_the_definitions_as_printed():
    net = hostile()["m odd"].to(BALL)
    eta = BALL.number("0.05")
    then = updated(net, eta)
    found = decompose(net, then, eta)
    with BALL.working():
        steps = net.x.T @ net.gradient
        for l, i in np.ndindex(2, 3):
            v0 = v1 = v2 = arb(0)
            for r in range(net.m):
                u = -eta * steps[i, r]
                psi = (u.exp() - 1 - u) / (u * u)
                v0 += net.m * net.a[l, r] * (1 / then.alpha[i] - 1 / net.alpha[i]) * then.E[i, r]
                v1 += net.m * net.a[l, r] / net.alpha[i] * net.E[i, r] * u
                v2 += net.m * net.a[l, r] / net.alpha[i] * net.E[i, r] * eta**2 * psi * steps[i, r] ** 2
            for mine, printed in ((found.v0, v0), (found.v1, v1), (found.v2, v2)):
                assert (mine[l, i] - printed).contains(0)
                assert (mine[l, i] - printed).rad() < TINY


def test_another_net_than_the_next_one_shows_in_the_defect():
    net = hostile()["random"].to(BALL)
    assert not decompose(net, updated(net, "0.1"), "0.1000001").defect.contains(0)


@pytest.mark.parametrize(("kind", "small"), [(Float64(), 1e-13), (Mp(50), 1e-45)])
def test_the_identity_without_balls(kind, small):
    net = symmetric_net(3, 32, 2, 2, seed=3).to(kind)
    found = decompose(net, updated(net, "0.002"), "0.002")
    reference = decompose(net.to(BALL), updated(net.to(BALL), kind.number("0.002")), kind.number("0.002"))
    assert abs(found.defect) < small * float(found.before)
    for mine, exact in zip(found.C, reference.C, strict=True):
        assert float(mine) == pytest.approx(float(exact.mid()), rel=1e-9)


def test_the_exponential_without_its_first_order():
    u = np.array([0.0, 1e-200, 1e-9, -1e-9, 0.1, -0.4999, 0.5, -0.51, 3.0, -40.0])
    exact = second_order(BALL, BALL.array(u))
    plain = second_order(Float64(), u)
    for t, ball, double, digits in zip(u, exact, plain, second_order(Mp(40), Mp(40).array(u)), strict=True):
        with BALL.working():
            assert (ball - (arb(t).expm1() - arb(t))).contains(0)
        assert double == pytest.approx(float(ball.mid()), rel=4e-15, abs=0)
        assert float(digits) == pytest.approx(float(ball.mid()), rel=1e-15, abs=0)
    assert second_order(Float64(), np.array([800.0]))[0] == np.inf
