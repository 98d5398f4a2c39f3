"""A run from a certified start as plain data: what went in, what was certified of it, and nothing that was not."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, final

from flint import arb

from numerics.arithmetic import Ball
from numerics.certify.data import DataSet, numbers
from numerics.certify.hypotheses import Hypotheses
from numerics.certify.instance import Bracket, Instance
from numerics.certify.run import CONVERGED, JUDGE_BITS, Judged
from numerics.regime import Inequality

START = ("numerics.symmetric_net(n, m, d1, d2, sigma, seed): numpy.random.default_rng(seed) draws data, which are put "
         "aside, then the weights of the pairs and their signs; SHA-256 of W(0) and a as little-endian doubles, row by row")
DOUBLES = "float64, with proven error bounds decided by balls"


@dataclass
class Tally:
    """One conclusion over all steps, and where it was tightest."""

    certified: int = 0
    false: int = 0
    open: int = 0
    room: float = math.inf
    tightest: dict[str, Any] = field(default_factory=dict)

    def take(self, step: int, found: Inequality) -> None:
        """Count one more step."""
        self.certified += found.holds is True
        self.false += found.holds is False
        self.open += found.holds is None
        left, right = float(found.left), float(found.right)
        room = (right - left) / (max(abs(left), abs(right)) or 1.0)
        if room < self.room:
            self.room, self.tightest = room, {"step": step, **sides(found)}


def sides(found: Inequality) -> dict[str, list[str]]:
    """Both sides of an inequality, as brackets in decimals."""
    with Ball(JUDGE_BITS).working():
        return {"left": around(found.left), "right": around(found.right)}


def around(ball: arb) -> list[str]:
    """Decimals below and above a ball."""
    return Bracket.around(ball, ball).texts()


@final
@dataclass
class Recorder:
    """Keeps of the steps of a run what goes into its certificate."""

    known: Hypotheses
    ball: Ball | None
    tallies: dict[str, Tally] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    records: list[dict[str, Any]] = field(default_factory=list)
    last: Judged | None = None
    defect: float = 0.0

    def take(self, found: Judged) -> None:
        """Count one more step; keep its numbers if the loss has fallen below another power of ten."""
        before, self.last = self.last, found
        self.defect = max(self.defect, found.defect)
        for conclusion in found.conclusions:
            self.words[conclusion.id] = conclusion.words
            self.tallies.setdefault(conclusion.id, Tally()).take(found.step, conclusion)
        if before is None or _decade(found) < _decade(before):
            self.records.append(record(found))

    @property
    def converged(self) -> bool:
        """Whether the loss is certainly below `CONVERGED`."""
        return self.last is not None and bool(self.last.loss < CONVERGED.numerator / arb(CONVERGED.denominator))

    @property
    def flawless(self) -> bool:
        """Whether every conclusion was certified at every step."""
        return all(t.false == t.open == 0 for t in self.tallies.values())

    def data(self) -> dict[str, Any]:
        """The certificate so far."""
        records = list(self.records)
        if self.last is not None and records[-1]["step"] != self.last.step:
            records.append(record(self.last))
        run = {"arithmetic": DOUBLES if self.ball is None else self.ball.name, "steps": self.last.step if self.last else 0,
               "converged": self.converged, "defect_at_most": float(self.defect).hex(),
               "conclusions": [{"id": key, "words": self.words[key], "certified": t.certified, "false": t.false,
                                "open": t.open, "tightest": t.tightest} for key, t in self.tallies.items()],
               "records": records}
        return {**described(self.known), "run": run, "says": says(self.known, run)}


def _decade(found: Judged) -> int:
    size = float(found.loss)
    return math.floor(math.log10(size)) if size > 0 else -400


def record(found: Judged) -> dict[str, Any]:
    """What is kept of a step."""
    with Ball(JUDGE_BITS).working():
        return {"step": found.step, "loss": around(found.loss), "path_at_most": around(found.path)[1],
                "motion_at_most": around(found.motion)[1], "lambda_min_at_least": around(found.kernel)[0]}


def described(known: Hypotheses) -> dict[str, Any]:
    """The instance, and what is certified of its start."""
    instance = known.instance
    data = {name: [[str(t) for t in row] for row in rows] for name, rows in (("x", instance.data.x), ("y", instance.data.y))}
    return {"data": data, "m": instance.m, "sigma": repr(instance.sigma), "seed": instance.seed, "eta": str(known.eta),
            "start": {"how": START, "sha256": instance.digest},
            "rho": known.rho.texts(), "lambda": known.lam.texts(), "Lambda": known.Lam.texts(),
            "norm_Y": known.target.texts(),
            "hypotheses": [{"id": h.id, "words": h.words, **sides(h)} for h in known.inequalities()]}


def instance_of(data: Mapping[str, Any]) -> Instance:
    """The instance that a certificate describes; raises ValueError, LookupError or TypeError if it describes none."""
    points = DataSet(*(numbers(name, data["data"][name]) for name in "xy"))
    return Instance(points, data["m"], float(data["sigma"]), data["seed"], Fraction(data["eta"]))


def brackets_of(data: Mapping[str, Any]) -> dict[str, Bracket]:
    """The brackets that a certificate tells."""
    return {name: Bracket(*map(Fraction, data[name])) for name in ("rho", "lambda", "Lambda", "norm_Y")}


def says(known: Hypotheses, run: Mapping[str, Any]) -> list[str]:
    """What is certified, in words, and what is not."""
    size = f"n = {known.instance.data.n}, d = {known.instance.data.d2}, m = {known.instance.m}"
    told = [f"At W(0) the hypotheses of Theorem R hold ({size}): 0 < lambda, (A) and (B), decided by balls for the exact "
            "data and the exact initial weights."]
    if not run["steps"]:
        return [*told, "No step was run."]
    whole = all(c["false"] == c["open"] == 0 for c in run["conclusions"])
    word = "hold" if whole else "do not all hold, as the counts tell,"
    told.append(f"Conclusions 1 to 4 {word} at each of the steps 1 to {run['steps']}, decided by balls.")
    if run["arithmetic"] == DOUBLES:
        told.append("That is about the run of doubles W(0), W(1), ... itself, whose numbers are exact: W(tau+1) is W(tau) - "
                    f"eta gradient up to an error of at most {float.fromhex(run['defect_at_most']):.2e} in Frobenius norm. "
                    "It is not about the run without rounding, which only the theorem covers.")
    else:
        told.append("That is about gradient descent without any rounding: balls enclose the exact run.")
    end = run["records"][-1]
    told.append(f"After step {end['step']} the loss ||F - Y||^2/2 is at most {float(end['loss'][1]):.3e}"
                + (", the run has converged." if run["converged"] else "; the run was not continued to 1e-20."))
    return told
