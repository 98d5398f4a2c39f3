"""Real situations in which the paper's statements are measured: GD runs, and weights moved on purpose.

Every number comes from a softmax net with the symmetric initialization of Definition 3.7.  In a GD run, w is W(0) and
v is W(tau); R is the largest motion of a neuron and B the largest |<w_r, x_i>| (at least 1), both rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from numerics import (
    Arithmetic,
    Net,
    exact,
    gradient_descent,
    parse_precision,
    perturbations,
    stable_step_size,
    symmetric_net,
)
from proofcheck.claims import Instance
from proofcheck.evaluate import Values

R_MOVED = Fraction(1, 128)  # radius of the deliberate moves, inside (0, 1/100)
R_LEAST = Fraction(1, 10**12)  # stands for R where the weights have not moved at all
SHOWN_STATES = 6
RUNS = (  # n, d, m, sigma, seed, steps, precision
    (1, 1, 8, 1.0, 0, 20, "float64"),
    (2, 2, 16, 0.5, 1, 20, "float64"),
    (4, 2, 256, 1.0, 2, 20, "float64"),
    (3, 3, 64, 2.0, 3, 10, "float64"),
    (2, 1, 1024, 0.2, 4, 10, "float64"),
    (1, 2, 8, 1.0, 5, 3, "50"),
    (2, 2, 8, 1.0, 6, 2, "ball:256"),
)
MOVED = (  # n, d, m, sigma, seed, precision
    (2, 2, 8, 1.0, 10, "float64"),
    (3, 2, 32, 0.5, 11, "float64"),
    (1, 1, 64, 3.0, 12, "float64"),
    (2, 2, 8, 0.1, 13, "50"),
    (2, 1, 4, 1.0, 14, "ball:256"),
)


def rounded_up(value: Any) -> Fraction:
    """A rational a hair above a number (or above every number of a ball)."""
    top = exact(value.upper() if hasattr(value, "upper") else value)
    return top + abs(top) * Fraction(1, 10**9)


def values(start: Net, now: Net, radius: Fraction, eta: Any) -> Values:
    """The statement variables for W(0) = start.w and the moved weights now.w."""
    kind = start.arithmetic
    rng = np.random.default_rng(start.m)
    with kind.working():
        reach = max((abs(t) for t in start.logits.flat), default=kind.number(0))
        small = _largest_shift(start, now)
        scalars = {"B": max(rounded_up(reach), Fraction(1)), "R": radius, "eta": eta, "X": small,
                   "P": start.logits.flat[0],
                   "Q": now.logits.flat[0], "lam": Fraction(1), "sigma": Fraction(1), "delta": Fraction(1, 20),
                   "C": Fraction(11), "t": abs(small), "K": Fraction(1)}
        arrays = {"w": start.w, "v": now.w, "x": start.x, "a": start.a, "y": start.y, "u": start.w[:, ::2],
                  "b": start.a[:, ::2], "z": kind.array(rng.uniform(-1, 1, start.m)),
                  "q": kind.array(rng.standard_normal((start.d2, start.n))), "f": start.w[0], "g": now.w[0]}
        dims = {"n": start.n, "m": start.m, "d1": start.d1, "d2": start.d2, "p": start.m // 2, "N": start.m}
        return Values(dims, {k: kind.number(s) for k, s in scalars.items()}, arrays)


def _largest_shift(start: Net, now: Net) -> Any:
    """The <w_r(0) - w_r(tau), x_i> of largest absolute value."""
    return max((s for s in (start.logits - now.logits).flat), key=lambda s: abs(float(s)))


def run_instances(n: int, d: int, m: int, sigma: float = 1.0, seed: int = 0, steps: int = 50, eta: float | None = None,
                  net: str = "softmax", arithmetic: Arithmetic | None = None, states: int = 0) -> Iterator[Instance]:
    """The states of one GD run (all, or about ``states`` of them); raises ValueError for bad sizes or networks."""
    if net != "softmax":
        raise ValueError(f"--net {net}: the statements of this paper are about the softmax net; allowed: softmax")
    kind = arithmetic or parse_precision("float64")
    start = symmetric_net(n, m, d, d, sigma=sigma, seed=seed, arithmetic=kind)
    rate = stable_step_size(start) if eta is None else eta
    chosen = {0, steps} | set(np.linspace(0, steps, states).astype(int).tolist()) if states else set(range(steps + 1))
    for step in gradient_descent(start, rate, steps):
        if step.tau in chosen:
            with kind.working():
                radius = max(rounded_up(step.motion), R_LEAST)
            label = f"GD n={n} d={d} m={m} sigma={sigma:g} seed={seed}, step {step.tau}"
            yield Instance(label, kind.name, values(start, step.net, radius, Fraction(rate)))


def moved_instances(n: int, d: int, m: int, sigma: float, seed: int, arithmetic: Arithmetic) -> Iterator[Instance]:
    """A net at initialization, its weights moved by at most R in every way that numerics knows, adversarial ones too."""
    start = symmetric_net(n, m, d, d, sigma=sigma, seed=seed, arithmetic=arithmetic)
    for name, weights in perturbations(start, float(R_MOVED), seed):
        label = f"moved n={n} d={d} m={m} sigma={sigma:g} seed={seed}, {name}"
        now = start.at(arithmetic.array(weights))
        yield Instance(label, arithmetic.name, values(start, now, R_MOVED, Fraction(1, 1000)))


def default(setting: str) -> Iterator[Instance]:
    """The instances on which ``verify`` measures every statement."""
    for n, d, m, sigma, seed, steps, precision in RUNS:
        yield from run_instances(n, d, m, sigma, seed, steps, arithmetic=parse_precision(precision), states=SHOWN_STATES)
    for n, d, m, sigma, seed, precision in MOVED:
        yield from moved_instances(n, d, m, sigma, seed, parse_precision(precision))


def gd(options: Mapping[str, Any]) -> Iterator[Instance]:
    """The states of one GD run, from the options of the command line."""
    chosen = {**options, "arithmetic": parse_precision(str(options.get("arithmetic", "float64")))}
    return run_instances(**chosen)
