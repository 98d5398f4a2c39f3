"""Theorem R on real runs: the very formulas that are proved, with the numbers of gradient descent put in.

The hypotheses that the kernel's rule of induction writes down (link, clock, before and after) must be those of a run, and
the conclusions must hold on it and be able to fail.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from lemmas import paper
from lemmas.theorem_r_time import R_STAR, SEVEN_GIVEN, condition_A, condition_B, path_plus, steeper, tau
from numerics import symmetric_net
from proofcheck.claims import Instance
from proofcheck.evaluate import Values, holds
from proofcheck.witness import TOLERANCE, measured

STEPS = 12
CONCLUSIONS = [f"theorem.R/{part}" for part in ("1", "2", "3", "4", "for-ever")]
INSIDE = [(1, 1, 8, 0.3), (2, 2, 200, 1.0)]  # n, d, m, sigma where (A) and (B) hold


def root(matrix: Any, shape: tuple[int, ...]) -> Any:
    """The square root of a positive semidefinite matrix over pairs (l, i), as an array with four axes."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0)) @ vectors.T).reshape(*shape, *shape)


def run(n: int, d: int, m: int, sigma: float, share: float = 1.0) -> Instance:
    """Gradient descent with ``share`` times the largest eta of (B), and all numbers that Theorem R speaks of."""
    start = symmetric_net(n, m, d, d, sigma=sigma, seed=0)
    gram = start.gram.transpose(0, 2, 1, 3).reshape(n * d, n * d)
    ends = np.linalg.eigvalsh(gram)
    lam, big = ends[0] * (1 - 1e-12), ends[-1] * (1 + 1e-12)
    eta = share / (12 * m * big)
    nets = [start]
    for _ in range(STEPS):
        nets.append(nets[-1].at(nets[-1].w - eta * nets[-1].gradient))
    w = np.stack([net.w for net in nets], axis=-1)
    lengths = np.linalg.norm(np.diff(w, axis=-1), axis=(0, 1))
    path = np.concatenate([[0], np.cumsum(lengths)])
    unit, shape = np.eye(n * d), (d, n)
    arrays = {"w": start.w, "x": start.x, "a": start.a, "y": start.y, "W": w[..., :-1], "W_plus": w[..., 1:],
              "path": path[:-1], "path_plus": path[1:], "link": np.eye(STEPS, k=1), "clock": np.arange(STEPS) * 1.0,
              "low": root(gram - lam * unit, shape), "high": root(big * unit - gram, shape),
              "q": np.linalg.eigh(nets[-1].gram.transpose(0, 2, 1, 3).reshape(n * d, n * d))[1][:, 0].reshape(shape)}
    scalars = {"eta": eta, "lam": lam, "Lam": big, "rho": m * start.S.max() * (1 + 1e-12), "size_Y": np.linalg.norm(start.y)}
    return Instance(f"n={n} d={d} m={m}", "float64", Values({"n": n, "m": m, "d1": d, "d2": d, "steps": STEPS},
                                                             {key: float(v) for key, v in scalars.items()}, arrays))


@pytest.mark.parametrize("case", INSIDE, ids=str)
def test_a_run_inside_meets_every_hypothesis_and_every_conclusion(case: tuple[int, int, int, float]) -> None:
    instance = run(*case)
    for given in SEVEN_GIVEN:
        assert holds(given.rel, instance.values, TOLERANCE), given.words
    for key in CONCLUSIONS:
        found = measured(paper[key].rel, paper[key].hyps, instance)
        assert found is not None and found[1], key


def test_conclusions_can_fail_on_the_same_run() -> None:
    instance = run(*INSIDE[0])
    assert not holds(steeper(Fraction(2)), instance.values, TOLERANCE)
    assert not holds(path_plus[tau] <= R_STAR / 8, instance.values, TOLERANCE)


def test_without_B_the_loss_does_not_fall_that_fast() -> None:
    instance, claim = run(*INSIDE[0], share=60.0), paper["theorem.R/1"]
    rest = tuple(h for h in claim.hyps if h != condition_B.rel)
    found = measured(claim.rel, rest, instance)
    assert found is not None and not found[1]
    assert measured(claim.rel, claim.hyps, instance) is None


@pytest.mark.parametrize("spoilt", ["W", "W_plus", "path", "path_plus", "clock", "link", "low", "high"])
def test_what_is_no_run_meets_no_hypotheses(spoilt: str) -> None:
    """Every array that describes the run matters: with another one, some hypothesis fails."""
    instance = run(*INSIDE[0])
    arrays = dict(instance.values.arrays)
    arrays[spoilt] = arrays[spoilt] + np.linspace(0.1, 0.2, arrays[spoilt].size).reshape(arrays[spoilt].shape)
    values = replace(instance.values, arrays=arrays)
    assert not all(holds(given.rel, values, TOLERANCE) for given in SEVEN_GIVEN)


def test_too_few_neurons_miss_A() -> None:
    instance = run(4, 2, 16, 1.0)
    assert not holds(condition_A.rel, instance.values, TOLERANCE)
