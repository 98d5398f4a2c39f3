"""Gradient descent in balls: enough bits for the run, and of each step a record that proves what it says."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

from flint import arb

from numerics.arithmetic import Ball
from numerics.compressed import SoftmaxNet, column_counts
from numerics.decomposition import decompose
from numerics.records import Store
from numerics.spectrum import enclose_lambda_min

SPARE_BITS = 64
WANTED_DIGITS = 80
BLURRED = 2.0**-20
GROWTH = 8.0  # measured at (n, d, m) = (2, 2, 200): 3.1 bits a step at eta m lambda_max = 1, 0.5 at 1/12, 0.1 at 1/100


class TooFewBits(ValueError):
    """The balls of a run have become too wide to say anything."""


@dataclass(frozen=True)
class StepRecord:
    """Balls for one step from W(tau) to W(tau+1); ||.||^2 is the squared error, twice the loss of Definition 3.2.

    before, after: ||F - Y||^2 at tau and tau+1; C0 to C3 and their defect: Lemma E.1; energy: e^T H(tau) e with
    e = F(tau) - Y; pull: the largest ||Delta w_r(tau)||; path: the sum of ||W(s+1) - W(s)||_F up to s = tau;
    motion: the largest ||w_r(tau+1) - w_r(0)||; lambda_min, alpha_least, alpha_largest and rho = m max S: at tau+1.
    """

    tau: int
    before: arb
    after: arb
    C0: arb
    C1: arb
    C2: arb
    C3: arb
    defect: arb
    energy: arb
    pull: arb
    path: arb
    motion: arb
    lambda_min: arb
    alpha_least: arb
    alpha_largest: arb
    rho: arb

    @property
    def parts(self) -> tuple[arb, arb, arb, arb]:
        """(C0, C1, C2, C3)."""
        return self.C0, self.C1, self.C2, self.C3

    def plain(self) -> dict[str, Any]:
        """The numbers by name, to be stored."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def of(cls, numbers: dict[str, Any]) -> StepRecord:
        """The record with these numbers; raises ValueError if the names are not those of a record."""
        if set(numbers) != {field.name for field in fields(cls)}:
            raise ValueError(f"these are not the numbers of a step: {', '.join(sorted(numbers))}")
        return cls(**numbers)


def bits_per_step(rate: float) -> float:
    """How many bits a step of ball arithmetic loses, about, where rate = eta m lambda_max(H)."""
    return math.log2(1 + GROWTH * rate)


def working_bits(steps: int, rate: float, digits: int = WANTED_DIGITS) -> int:
    """Bits with which `steps` steps at rate = eta m lambda_max(H) end with about `digits` correct digits."""
    return SPARE_BITS + math.ceil(steps * bits_per_step(rate)) + math.ceil(digits * math.log2(10))


def ball_descent(
    start: SoftmaxNet, eta: Any, steps: int, now: SoftmaxNet | None = None, last: StepRecord | None = None
) -> Iterator[tuple[StepRecord, SoftmaxNet]]:
    """Steps 0, ..., steps - 1 from `start`, each with W(tau+1); after `last`, which led to `now`, if they are given.

    Raises ValueError unless the net has balls and eta > 0; TooFewBits as soon as the squared error or the kernel
    is not known any more (a relative radius above 1e-6).
    """
    ball = start.arithmetic
    if not isinstance(ball, Ball):
        raise ValueError(f"a net of balls is needed, not {ball.name}; use net.to(Ball(bits))")
    rate = ball.number(eta)
    if not rate > 0:
        raise ValueError(f"eta = {eta} is not allowed; the step size must be > 0")
    return _steps(start, now or start, rate, steps, last, ball)


def recorded_descent(start: SoftmaxNet, eta: Any, steps: int, store: Store | None = None) -> Iterator[StepRecord]:
    """The records of steps 0, ..., steps - 1: first those in `store`, then new ones, which are appended to it.

    Raises ValueError as `ball_descent` does, and for a store that holds something else.
    """
    last, now = None, start
    if store:
        for number in range(1, min(steps, store.length) + 1):
            last, now = _stored_step(store, number, start)
            yield last
    for record, net in ball_descent(start, eta, steps, now, last):
        if store:
            store.add(record.plain(), {"w": net.w})
        yield record


def _stored_step(store: Store, number: int, start: SoftmaxNet) -> tuple[StepRecord, SoftmaxNet]:
    numbers, arrays = store.read(number)
    record = StepRecord.of(numbers)
    if record.tau != number - 1 or "w" not in arrays or arrays["w"].shape != start.w.shape:
        raise ValueError(f"state {number} in {store.folder} does not belong to this run")
    return record, start.at(arrays["w"])


def _steps(
    start: SoftmaxNet, net: SoftmaxNet, eta: arb, steps: int, last: StepRecord | None, ball: Ball
) -> Iterator[tuple[StepRecord, SoftmaxNet]]:
    path = last.path if last else arb(0)
    for tau in range(last.tau + 1 if last else 0, steps):
        with ball.working():
            then = net.at(net.w - eta * net.gradient)
        record = _recorded(tau, start, net, then, eta, path, ball)
        yield record, then
        net, path = then, record.path


def _recorded(
    tau: int, start: SoftmaxNet, net: SoftmaxNet, then: SoftmaxNet, eta: arb, path: arb, ball: Ball
) -> StepRecord:
    parts = decompose(net, then, eta)
    _require_known(tau, parts.after, ball)
    with ball.working():
        e = net.residual.reshape(-1, 1)
        squares = ball.sum(net.gradient * net.gradient, axis=0)
        moved = then.w - start.w
        return StepRecord(
            tau, parts.before, parts.after, *parts.C, parts.defect,
            energy=ball.matmul(e.T, ball.matmul(net.gram_matrix, e))[0, 0],
            pull=ball.max(squares).sqrt(),
            path=path + eta * ball.sum(squares * column_counts(net)).sqrt(),
            motion=ball.max(ball.sum(moved * moved, axis=0)).sqrt(),
            lambda_min=_least_eigenvalue(tau, then, ball),
            alpha_least=-ball.max(-then.alpha),
            alpha_largest=ball.max(then.alpha),
            rho=then.m * ball.max(then.S),
        )


def _least_eigenvalue(tau: int, net: SoftmaxNet, ball: Ball) -> arb:
    try:
        return enclose_lambda_min(net.gram_matrix, ball)
    except (ArithmeticError, ValueError):
        raise _too_few(tau, "the smallest eigenvalue of the kernel", ball) from None


def _require_known(tau: int, squared: arb, ball: Ball) -> None:
    if not (squared.is_finite() and squared.rad() <= BLURRED * abs(squared).mid()):
        raise _too_few(tau, f"||F - Y||^2 = {squared.str(5)}", ball)


def _too_few(tau: int, what: str, ball: Ball) -> TooFewBits:
    return TooFewBits(
        f"{ball.bits} bits are too few: after step {tau} the balls no longer determine {what}; "
        "give more bits (ball:BITS), or take fewer steps or a smaller step size"
    )

