"""What is measured on one run of a sweep: a row of plain data, the same on every machine with the same arithmetic.

Runs of one process take turns, each with a single thread: the precision of flint and the threads of BLAS are settings
of the whole process, and the number of threads changes the last bits of a matrix product.
"""

from __future__ import annotations

import itertools
import math
import platform
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np
from flint import arb
from threadpoolctl import ThreadpoolController

from numerics.arithmetic import Array, parse_precision
from numerics.choice import best_gram_matrix
from numerics.descent import BLOCK, Step, gradient_descent, paper_step_size, stable_step_size
from numerics.init import symmetric_network
from numerics.network import Network
from numerics.spectrum import lambda_min
from numerics.sweep.grid import AXES

MEASURED: dict[str, type] = {
    "status": str,  # ok; diverged: the run left the finite numbers or ended above its first loss; invalid: no such run
    "reason": str,  # of a status other than ok
    "eta_value": float,  # the step size used
    "B": float,  # the largest |<w_r(0), x_i>|, at least 1
    "steps_done": int,  # the last step with finite numbers; "final" refers to it
    "loss_initial": float,
    "loss_final": float,
    "rate_fitted": float,  # the factor per step of the loss, by least squares on its logarithm
    "rate_worst": float,  # the largest loss(tau + 1) / loss(tau)
    "steps_to_eps": int,  # the first step with loss <= eps * initial loss
    "lambda_min_initial": float,
    "lambda_min_final": float,
    "lambda_max_initial": float,
    "lambda_max_final": float,
    "motion_max": float,  # the largest ||w_r(tau) - w_r(0)||_2 over neurons and steps
    "kernel_change": float,  # the Frobenius norm of H(final) - H(0)
    "versions": str,
}
COLUMNS: dict[str, type] = {axis.column: axis.kind for axis in AXES.values()} | MEASURED
"""The columns of the table with the types of their entries; an entry may also be missing (None)."""

PACKAGES = ("proofcheck", "numpy", "mpmath", "python-flint")
LEAST_BITS = 20
_one_at_a_time = threading.Lock()
_libraries = cache(ThreadpoolController)


class _Stopped(Exception):
    """The run cannot go on; the status and the reason."""

    def __init__(self, status: str, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


@dataclass
class _Trace:
    """What is kept of the states of a run."""

    losses: list[float] = field(default_factory=list)
    motion: float = 0.0
    last: Step | None = None

    def take(self, step: Step) -> None:
        """Keep a state; raises _Stopped for one without numbers."""
        loss = _number(step.loss, step.tau)
        if not math.isfinite(loss):
            raise _Stopped("diverged", f"the loss is not finite at step {step.tau}")
        self.losses.append(loss)
        self.motion = max(self.motion, _number(step.motion, step.tau))
        self.last = step


def measure(run: Mapping[str, Any]) -> dict[str, Any]:
    """The row of a run from `grid`: its parameters and every column of `MEASURED`.

    A run that does not exist (a step size that is zero, say) is a row with the status "invalid", not an exception.
    """
    with _one_at_a_time, _libraries().limit(limits=1), np.errstate(all="ignore"):
        found = _measured(run)
    row = {name: found.get(name) for name in MEASURED} | {"versions": versions()}
    return dict(run) | {name: _plain(value) for name, value in row.items()}


def _measured(run: Mapping[str, Any]) -> dict[str, Any]:
    trace = _Trace()
    found: dict[str, Any] = {"status": "ok"}
    try:
        start = symmetric_network(run["net"], run["n"], run["m"], run["d"], run["d"], sigma=run["sigma"], seed=run["seed"],
                                  arithmetic=parse_precision(run["precision"]))
        kernel = best_gram_matrix(start)
        found |= {"B": _reach(start), **_spectrum(start.arithmetic.to_float(kernel), "initial")}
        found["eta_value"] = chosen_step_size(run["eta"], start, found["B"], run["net"])
        for step in gradient_descent(start, found["eta_value"], run["steps"]):
            trace.take(step)
    except _Stopped as stop:
        found |= {"status": stop.status, "reason": stop.reason}
    except ValueError as error:  # before the first state: no such run; later: its weights are no longer finite
        status = "invalid" if trace.last is None else "diverged"
        found |= {"status": status, "reason": str(error)}
    if trace.last is None:
        return found
    if found["status"] == "ok" and trace.losses[-1] > trace.losses[0]:
        found |= {"status": "diverged", "reason": "the last loss is above the first one"}
    return found | _summary(trace, trace.last, start, kernel, run["eps"])


def chosen_step_size(eta: float | str, start: Network, B: float, net: str = "softmax") -> float:
    """The number that `eta` stands for: itself, "stable", or "paper" (Theorem 4.2, line 178, with lambda and B measured).

    Raises ValueError where there is none.
    """
    if eta == "stable":
        return stable_step_size(start)
    if eta != "paper":
        return float(eta)
    if net != "softmax":
        raise ValueError(f"eta = 'paper' is the step size of Theorem 4.2 for the softmax net, not for {net}")
    chosen = paper_step_size(lambda_min(start), start.m, start.n, start.d2, B)
    if not chosen > 0:
        raise ValueError(f"eta = 'paper' with B = {B:.6g} is below the smallest float64")
    return chosen


def _reach(start: Network) -> float:
    kind = start.arithmetic
    blocks = (start.w[:, k : k + BLOCK] for k in range(0, start.m, BLOCK))
    return max(1.0, *(float(np.abs(kind.to_float(kind.matmul(start.x.T, w))).max()) for w in blocks))


def _summary(trace: _Trace, last: Step, start: Network, kernel: Array, eps: float) -> dict[str, Any]:
    losses = trace.losses
    fitted, worst = contraction(losses, rounding_noise(start))
    final = best_gram_matrix(last.net)
    with start.arithmetic.working():
        change = start.arithmetic.to_float(final - kernel)
    return {"steps_done": last.tau, "loss_initial": losses[0], "loss_final": losses[-1], "rate_fitted": fitted,
            "rate_worst": worst, "steps_to_eps": next((t for t, v in enumerate(losses) if v <= eps * losses[0]), None),
            "motion_max": trace.motion, "kernel_change": float(np.linalg.norm(change)),
            **_spectrum(start.arithmetic.to_float(final), "final")}


def rounding_noise(net: Network) -> float:
    """About the loss that float64 cannot tell from zero: each of the n d2 outputs is m times a mean with its last bit."""
    return net.n * net.d2 * (net.m * float(np.finfo(float).eps)) ** 2


def contraction(losses: Sequence[float], floor: float) -> tuple[float | None, float | None]:
    """The factor per step fitted to `losses`, and the worst one, from the states before the first loss <= `floor`.

    Below the floor ratios are noise. None where fewer than two states are left.
    """
    kept = np.array(list(itertools.takewhile(lambda loss: loss > floor, losses)))
    if len(kept) < 2:
        return None, None
    slope = np.polyfit(np.arange(len(kept)), np.log(kept), 1)[0]
    return math.exp(slope), float((kept[1:] / kept[:-1]).max())


def _spectrum(kernel: Array, when: str) -> dict[str, float]:
    if not np.isfinite(kernel).all():
        return {}
    found = np.linalg.eigvalsh(kernel)
    return {f"lambda_min_{when}": float(found[0]), f"lambda_max_{when}": float(found[-1])}


def _number(value: Any, tau: int) -> float:
    """The nearest double; raises _Stopped for a ball that is too wide to stand for a number."""
    if isinstance(value, arb):
        if not value.is_exact() and value.rel_accuracy_bits() < LEAST_BITS:
            raise _Stopped("invalid", f"the balls are too wide from step {tau} on; give more bits")
        return float(value.mid())
    return float(value)


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


@cache
def versions() -> str:
    """What made a row, in one line."""
    return ", ".join([f"python {platform.python_version()}", *(f"{name} {version(name)}" for name in PACKAGES)])
