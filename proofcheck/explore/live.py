"""A run of gradient descent, step by step: what it measures, and every bound of a lemma beside its measured value.

The run comes from the paper's package; the bounds are the relations that the ledger is about, evaluated on its arrays.
Numbers witness, they prove nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import quote

from proofcheck.claims import Claim, Given, Instance, Paper
from proofcheck.evaluate import NoValue, holds, slack
from proofcheck.explore.aside import CONTEXT, ended, quiet
from proofcheck.explore.numbers import BadNumber, brief, read
from proofcheck.explore.state import Arguments, BadView, single
from proofcheck.kernel.terms import Rel, arrays
from proofcheck.papers import find
from proofcheck.witness import TOLERANCE, normalized, working

NETS = ("softmax", "relu", "exp")
PRINTED, STEP, REPAIRED = "printed", "printed step", "repaired"
LIMITS = {"n": (1, 32), "d": (1, 16), "m": (2, 65536), "seed": (0, 2**31 - 1), "steps": (1, 100000)}
USUAL: Mapping[str, Any] = {"net": "softmax", "n": 4, "d": 2, "m": 256, "sigma": 1.0, "eta": None, "seed": 0, "steps": 200}
LARGEST = 2**21  # n d m: the arrays of a bound stay below a gigabyte
KEYS = (*USUAL, "lemma")


@dataclass(frozen=True)
class Plan:
    """The run that is asked for; ``eta`` None: chosen by the paper's package; ``lemma``: whose bounds are watched."""

    net: str
    n: int
    d: int
    m: int
    sigma: float
    eta: float | None
    seed: int
    steps: int
    lemma: str

    def options(self) -> dict[str, Any]:
        """The options of ``Paper.gd``."""
        return {k: getattr(self, k) for k in USUAL} | {"precision": "float64", "regime": None, "delta": None,
                                                       "decomposed": True}

    def query(self) -> str:
        """The query of the URL that gives this plan."""
        return "&".join(f"{k}={quote(f'{v:g}' if isinstance(v, float) else str(v))}" for k in KEYS
                        if (v := getattr(self, k)) is not None)


def plan_of(arguments: Arguments, paper: Paper) -> Plan:
    """The plan that the arguments of a request give; raises BadView."""
    given = single(arguments, KEYS)
    known = groups(paper)
    lemma = given.get("lemma", max(known, key=lambda key: _steps(known[key]), default=""))
    if known and lemma not in known:
        raise BadView(f"lemma={brief(lemma)}: allowed is one of {', '.join(known)}")
    net = given.get("net", USUAL["net"])
    if net not in NETS:
        raise BadView(f"net={brief(net)}: allowed is one of {', '.join(NETS)}")
    sizes = {k: _whole(k, given.get(k, str(USUAL[k]))) for k in LIMITS}
    sigma = _positive("sigma", given.get("sigma", str(USUAL["sigma"])))
    eta = _positive("eta", given["eta"]) if given.get("eta") else None
    if sizes["m"] % 2:
        raise BadView(f"m={sizes['m']}: the symmetric initialization pairs the neurons; allowed is an even number")
    if (size := sizes["n"] * sizes["d"] * sizes["m"]) > LARGEST:
        raise BadView(f"n d m = {size}: allowed here is at most {LARGEST}; 'proofcheck gd' has no such limit")
    return Plan(net=net, sigma=sigma, eta=eta, lemma=lemma, **sizes)


def _whole(name: str, text: str) -> int:
    low, high = LIMITS[name]
    if not text.isascii() or not text.isdigit() or len(text) > 12 or not low <= int(text) <= high:
        raise BadView(f"{name}={brief(text)}: allowed is a whole number from {low} to {high}")
    return int(text)


def _positive(name: str, text: str) -> float:
    try:
        value = read(text)
    except BadNumber as error:
        raise BadView(f"{name}: {error}") from None
    if not Fraction(1, 10**12) <= value <= 10**6:
        raise BadView(f"{name}={brief(text)}: allowed is a number from 1e-12 to 1e6")
    return float(value)


# the bounds


@dataclass(frozen=True)
class Bound:
    """An inequality to watch: of a claim or a step as printed, or of a repair."""

    id: str
    kind: str
    rel: Rel
    given: tuple[Given, ...]


def groups(paper: Paper) -> dict[str, list[Bound]]:
    """The bounds of every lemma that speaks of arrays, by its id, in the order of the paper."""
    found: dict[str, list[Bound]] = {}
    for claim in paper:
        if claim.kind != "hypothesis":
            found.setdefault(".".join(claim.id.split("/")[0].split(".")[:3]), []).extend(bounds(claim))
    return {key: some for key, some in found.items() if any(map(_measurable, some))}


def _steps(some: Sequence[Bound]) -> int:
    """How many printed steps a run measures: the lemma with most of them comes first."""
    return sum(b.kind == STEP and _measurable(b) for b in some)


def _measurable(bound: Bound) -> bool:
    return bound.rel.op != "=" and bool(arrays(bound.rel))


def bounds(claim: Claim) -> Iterator[Bound]:
    """The inequalities of a claim: its statement, its printed steps, its repair."""
    if claim.rel is not None:
        yield Bound(claim.id, PRINTED, claim.rel, claim.given)
    for step in claim.steps:
        yield Bound(step.id, STEP, step.rel, (*claim.given, *step.given))
    repair = claim.repair
    if repair is not None and repair.rel is not None:
        yield Bound(repair.id, REPAIRED, repair.rel, claim.given if repair.given is None else repair.given)


@dataclass(frozen=True)
class Reading:
    """A bound at one step: both sides at the worst indices, whether it holds, and the hypotheses that are not met."""

    id: str
    kind: str
    left: float
    right: float
    ratio: float
    holds: bool
    unmet: tuple[str, ...]


@dataclass(frozen=True)
class Moment:
    """One step of a run."""

    step: int
    numbers: Mapping[str, float]
    readings: Sequence[Reading]

    @property
    def crossed(self) -> tuple[Reading, ...]:
        """The bounds that fail here, those whose hypotheses are met first."""
        return tuple(sorted((r for r in self.readings if not r.holds), key=lambda r: bool(r.unmet)))


def moments(paper: Paper, plan: Plan) -> Iterator[Moment]:
    """The steps of the run; raises ValueError for a run that the paper's package does not offer or that overflows."""
    if paper.gd is None:
        raise ValueError(f"the paper {paper.name} offers no GD runs")
    watched = [b for b in groups(paper).get(plan.lemma, []) if b.rel.op != "="]
    for step, instance in enumerate(paper.gd(plan.options())):
        state = normalized(instance)
        numbers = {k: float(v) for k, v in instance.trace.items()}
        yield Moment(step, numbers, [r for b in watched if (r := measured(b, state)) is not None])


def measured(bound: Bound, state: Instance) -> Reading | None:
    """The bound on one state; None if it says nothing of it."""
    try:
        with working():
            found = slack(bound.rel, state.values)
            if not found.defined:
                return None
            unmet = tuple(g.words for g in bound.given if not holds(g.rel, state.values, TOLERANCE))
            if unmet and not arrays(bound.rel):  # it is not about the run, but about parameters that a run leaves open
                return None
            fine = holds(bound.rel, state.values, TOLERANCE)
            left, right, ratio = float(found.lhs), float(found.rhs), float(found.ratio)
            return Reading(bound.id, bound.kind, left, right, ratio if math.isfinite(ratio) else math.nan, fine, unmet)
    except NoValue:
        return None


def kept(paper: Paper, plan: Plan, step: int, folder: Path) -> None:
    """Store the run up to a step in a new folder, to be gone on with by ``proofcheck gd --resume``; raises ValueError."""
    if paper.gd is None:
        raise ValueError(f"the paper {paper.name} offers no GD runs")
    chosen = replace(plan, steps=step).options()
    del chosen["decomposed"]
    for _ in paper.gd({**chosen, "data": None, "store": str(folder), "resume": None}):
        pass


def stream(pipe: Connection, name: str | None, plan: Plan) -> None:
    """In a process of its own: send every moment, then None; or the reason, as text, why the run ends early.

    "pause" stops it until "go" comes; it ends when the other end of the pipe is closed.
    """
    quiet()
    try:
        for moment in moments(find(name).paper, plan):
            while pipe.poll() and pipe.recv() == "pause":
                pipe.poll(None)
            pipe.send(moment)
        pipe.send(None)
    except ValueError as error:
        pipe.send(str(error))
    except (EOFError, OSError):  # nobody listens any more
        return


class Run:
    """A run in a process of its own."""

    def __init__(self, name: str | None, plan: Plan) -> None:
        self.pipe, there = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=stream, args=(there, name, plan), daemon=True)
        self.process.start()
        there.close()

    def tell(self, word: str) -> None:
        """Send "pause" or "go"."""
        with suppress(OSError):
            self.pipe.send(word)

    def news(self) -> Iterator[Moment | str | None]:
        """What has come since the last call; None or a reason at the end."""
        try:
            while self.pipe.poll():
                yield self.pipe.recv()
        except (EOFError, OSError):
            yield "the run has ended unexpectedly"

    def stop(self) -> None:
        """End it, whatever it is at."""
        self.pipe.close()
        ended(self.process)


def folder_name(plan: Plan, step: int) -> str:
    """A name that tells what is in the folder."""
    eta = "" if plan.eta is None else f"-eta{plan.eta:g}"
    return f"witness-{plan.net}-n{plan.n}-d{plan.d}-m{plan.m}-sigma{plan.sigma:g}{eta}-seed{plan.seed}-step{step}"
