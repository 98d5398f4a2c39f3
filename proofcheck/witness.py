"""Statements measured on real instances: the very formula that is proved, with numbers put in.

A witness never proves anything.  It guards the one link that no kernel can check, from a paper's words to a formula:
if a proved statement fails on a run, the formula or the kernel is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

import mpmath
import numpy as np

from proofcheck.claims import Instance, Paper
from proofcheck.evaluate import NoValue, Slack, Values, holds, slack
from proofcheck.kernel.intervals import precision
from proofcheck.kernel.terms import Rel

TOLERANCE = 1e-9  # of the magnitude of the summands; rounding stays far below, a lost factor or sign far above
DIGITS = 6
MORE_DIGITS, FINER = 50, 1e-30
BITS = 256  # for balls and for functions of mpmath's numbers


@cache
def instances(paper: Paper, setting: str) -> tuple[Instance, ...]:
    """The instances of a paper, made once per process."""
    return () if paper.instances is None else tuple(map(normalized, paper.instances(setting)))


def normalized(instance: Instance) -> Instance:
    """The same instance with high-precision numbers that obey the working precision, whatever context made them."""
    some = next((np.asarray(a).flat[0] for a in instance.values.arrays.values()), None)
    if not hasattr(some, "_mpf_"):
        return instance
    with working():
        return replace(instance, values=_exactly(instance.values))


def witness(rel: Rel, hyps: tuple[Rel, ...], paper: Paper, setting: str, reproduce: str) -> dict[str, Any] | None:
    """On how many instances the hypotheses hold, on how many the relation fails there, and the worst slack."""
    runs, violations, worst = 0, 0, None
    precisions: set[str] = set()
    for instance in instances(paper, setting):
        found = measured(rel, hyps, instance)
        if found is None:
            continue
        runs += 1
        precisions.add(instance.precision)
        violations += not found[1]
        if worst is None or float(_number(found[0].slack)) < float(_number(worst[0].slack)):
            worst = (found[0], instance.label)
    if worst is None:
        return None
    return {"runs": runs, "violations": violations, "worst_slack": shown(worst[0].slack),
            "worst_ratio": shown(worst[0].ratio), "worst_at": {"instance": worst[1], **worst[0].at},
            "precision": ", ".join(sorted(precisions)), "reproduce": reproduce}


def measured(rel: Rel, hyps: tuple[Rel, ...], instance: Instance) -> tuple[Slack, bool] | None:
    """The slack and whether the relation holds; None if the instance does not meet the hypotheses or lacks values."""
    with working():
        try:
            if not all(_meets(h, instance) for h in hyps):
                return None
            found = slack(rel, instance.values)
            if not found.defined:
                return None
            clear = rel.op != "=" and bool(found.slack > 0)  # at the worst place, so everywhere
            return found, clear or _fulfilled(rel, instance.values)
        except NoValue:
            return None


@contextmanager
def working() -> Iterator[None]:
    """Compute with balls and high-precision numbers at a precision that fits the instances."""
    with precision(BITS), mpmath.workdps(MORE_DIGITS):
        yield


@cache
def _meets(hyp: Rel, instance: Instance) -> bool:
    return holds(hyp, instance.values, TOLERANCE)


def _fulfilled(rel: Rel, values: Values) -> bool:
    """Whether a relation holds; what floating-point numbers deny is looked at again with 50 digits."""
    if holds(rel, values, TOLERANCE):
        return True
    if values.arithmetic.name != "float64":
        return False
    return holds(rel, _exactly(values), FINER)


def _exactly(values: Values) -> Values:
    """The same numbers in high precision."""
    lift = np.frompyfunc(lambda t: mpmath.mpf(t if hasattr(t, "_mpf_") else float(t)), 1, 1)
    return Values(values.dims, {k: lift(v) for k, v in values.scalars.items()},
                  {k: np.asarray(lift(v)) for k, v in values.arrays.items()})


def _number(value: Any) -> Any:
    return value.mid() if hasattr(value, "mid") else value


def shown(value: Any) -> str:
    """A number with six significant digits."""
    return f"{float(_number(value)):.{DIGITS}g}"
