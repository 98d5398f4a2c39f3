"""The second look at a certificate: the start with other balls and other eigenvalues, the run in another arithmetic.

Hypotheses: closed formulas of `Net` at `OTHER_BITS` and the isolation of all eigenvalues, where the certificate came from
sums over pairs at 192 bits and from pivots. A run in balls is made again with more bits. A run in doubles is made again in
double-double numbers, which enclose nothing but come from other code by another formula: conclusions 1, 2 and 4 are
looked at again at every step, conclusion 3 at the recorded ones (in doubles, and with balls after the last step).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, partial
from typing import Any, final

from numerics.arithmetic import Array, Ball, DoubleDouble, parse_precision
from numerics.certify.certificate import DOUBLES, brackets_of, described, instance_of, says
from numerics.certify.hypotheses import Hypotheses
from numerics.certify.instance import Bracket, Instance
from numerics.certify.run import CONVERGED, WORDS, judged_run, limits
from numerics.spectrum import enclose_lambda_min, enclose_spectrum, lambda_min

OTHER_BITS = 320
MORE_BITS = 100
MOST_TOLD = 8
CLOSE = 1e-5
"""How far two runs in different arithmetics may differ, relatively, beyond what their rounding explains."""
LARGEST_DEFECT = 1e-9
"""No rounding error of a step in doubles is larger."""

Progress = Callable[[int, int], None]


def problems(data: Mapping[str, Any], progress: Progress = lambda done, of: None) -> list[str]:
    """One line for everything in a certificate that does not hold; never raises for what is in it."""
    found: list[str] = []
    try:
        for line in _problems(data, progress):
            found.append(line)
            if len(found) == MOST_TOLD:
                return [*found, "and perhaps more"]
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as reason:
        found.append(f"the certificate makes no sense: {type(reason).__name__}: {reason}")
    return found


def _problems(data: Mapping[str, Any], progress: Progress) -> Iterator[str]:
    instance, told = instance_of(data), brackets_of(data)
    if instance.digest != data["start"]["sha256"]:
        yield "W(0) is not what seed, sigma and m give here: its SHA-256 differs (or this NumPy draws other numbers)"
        return
    known = Hypotheses(instance, told["rho"], told["lambda"], told["Lambda"], told["norm_Y"])
    again = described(known)
    if set(data) != {*again, "run", "says"}:
        yield "some fields are missing or unknown"
    yield from (f"{key} is not what follows from the rest" for key in again if data.get(key) != again[key])
    yield from (f"hypothesis {h.id} does not hold: {h.words}" for h in known.inequalities() if not h.holds)
    yield from _start(instance, told)
    yield from _run(known, data["run"], progress)
    if data["says"] != says(known, data["run"]):
        yield "what it says in words is not what its numbers say"


def _start(instance: Instance, told: Mapping[str, Bracket]) -> Iterator[str]:
    """The brackets, with other balls and another way to eigenvalues."""
    ball = Ball(OTHER_BITS)
    net = instance.net(ball)
    with ball.working():
        lam, Lam = enclose_spectrum(net.gram_matrix, ball)
        found = {"rho": net.m * ball.max(net.S), "lambda": lam, "Lambda": Lam, "norm_Y": ball.sum(net.y * net.y).sqrt()}
        for name, value in found.items():
            low, high = (ball.number(t) for t in (told[name].low, told[name].high))
            if not (low <= value and value <= high):
                yield f"{name} is {value.str(10)}, not between {told[name].texts()[0]} and {told[name].texts()[1]}"


@final
@dataclass(frozen=True)
class Seen:
    """A step seen again: ||F - Y|| after it, the path, the motion, a way to lambda_min(H), both sides of conclusions."""

    step: int
    size: float
    path: float
    motion: float
    kernel: Callable[[], float]
    sides: Mapping[str, tuple[float, float]]


def _run(known: Hypotheses, run: Mapping[str, Any], progress: Progress) -> Iterator[str]:
    steps, defect = run["steps"], float.fromhex(run["defect_at_most"])
    records, conclusions = {r["step"]: r for r in run["records"]}, {c["id"]: c for c in run["conclusions"]}
    if not isinstance(steps, int) or (max(records, default=0), len(records)) != (steps, len(run["records"])):
        yield "the records do not end at the last step"
        return
    if list(conclusions) != (list(WORDS) if steps else []) or any(c["words"] != WORDS[k] for k, c in conclusions.items()):
        yield "the conclusions are not those of the theorem"
        return
    if not 0 <= defect <= LARGEST_DEFECT:
        yield f"an error of {defect:.3g} in a step is not rounding"
    held: Counter[str] = Counter()
    needed = 2 * float(known.lam.low) / 7
    slope = math.sqrt(known.instance.m * float(known.Lam.high))  # of F: the norm of its Jacobian
    memory = 2 / float(limits(known).rate)  # so many steps back, an error has died out
    for seen in _seen(known, run, steps):
        progress(seen.step, steps)
        drift = slope * min(seen.step, memory) * defect
        held.update(key for key, (left, right) in seen.sides.items() if left <= right)
        if seen.step in records:
            yield from _compared(seen, records[seen.step], needed, drift)
        for key, conclusion in conclusions.items():
            if conclusion["tightest"]["step"] == seen.step:
                yield from _tightest(key, conclusion["tightest"], seen, needed, drift)
    for key, c in conclusions.items():
        if c["certified"] + c["false"] + c["open"] != steps or min(c["certified"], c["false"], c["open"]) < 0:
            yield f"conclusion {key} is not told of {steps} steps"
        if key in held and c["certified"] > held[key]:
            yield f"conclusion {key} held at {held[key]} of {steps} steps, certified is told of {c['certified']}"
    if run["converged"] != (steps > 0 and Fraction(run["records"][-1]["loss"][1]) < CONVERGED):
        yield "whether the run converged is told wrongly"


def _compared(seen: Seen, told: Mapping[str, Any], needed: float, drift: float) -> Iterator[str]:
    """A record beside the step seen again; `needed` of lambda_min(H)."""
    low, high = (math.sqrt(2 * float(t)) for t in told["loss"])
    if not low <= seen.size * (1 + CLOSE) + drift or not high >= seen.size * (1 - CLOSE) - drift or high < low:
        yield f"step {seen.step}: the loss is {seen.size**2 / 2:.10g}, not between {told['loss'][0]} and {told['loss'][1]}"
    for name, value in (("path", seen.path), ("motion", seen.motion)):
        if not abs(float(told[f"{name}_at_most"]) - value) <= CLOSE * value + drift:
            yield f"step {seen.step}: the {name} is {value:.10g}, told is at most {told[f'{name}_at_most']}"
    kernel = seen.kernel()
    if not float(told["lambda_min_at_least"]) <= kernel * (1 + CLOSE) or not needed <= kernel:
        yield f"step {seen.step}: lambda_min(H) is {kernel:.10g}, told is at least {told['lambda_min_at_least']}"


def _tightest(key: str, told: Mapping[str, Any], seen: Seen, needed: float, drift: float) -> Iterator[str]:
    """Where a conclusion was tightest, beside the step seen again; `needed` of lambda_min(H)."""
    loose = CLOSE + (2 * drift / seen.size if key == "1" and seen.size else 0)
    for side, value in zip(("left", "right"), seen.sides.get(key) or (needed, seen.kernel()), strict=True):
        low, high = map(float, told[side])
        if not low - loose * abs(value) <= value <= high + loose * abs(value) or high < low:
            yield f"conclusion {key} at step {seen.step}: the {side} side is {value:.10g}, told is {low} to {high}"


def _seen(known: Hypotheses, run: Mapping[str, Any], steps: int) -> Iterator[Seen]:
    if run["arithmetic"] == DOUBLES:
        yield from _in_pairs(known, steps)
        return
    ball = parse_precision(run["arithmetic"].replace(", ", ":").removesuffix(" bits"))
    if not isinstance(ball, Ball):
        raise ValueError(f"{run['arithmetic']} is no arithmetic of a certificate")
    for found in judged_run(known, steps, Ball(ball.bits + MORE_BITS)):
        yield Seen(found.step, float((2 * found.loss).sqrt()), float(found.path), float(found.motion),
                   partial(float, found.kernel), {c.id: (float(c.left), float(c.right)) for c in found.conclusions})


def _in_pairs(known: Hypotheses, steps: int) -> Iterator[Seen]:
    """The run in double-double numbers; lambda_min(H) is estimated in doubles, after the last step enclosed by balls."""
    from numerics.fast_dd import DoubleDoubleEngine  # with numba, which is slow to import

    instance = known.instance
    engine = DoubleDoubleEngine(instance.net(DoubleDouble()), known.eta)
    sides = limits(known)
    start = now = engine.pairs
    before, path = engine.loss, 0.0
    for step in range(1, steps + 1):
        engine.step()
        last, now = now, engine.pairs
        path += float(_lengths(now, last)[0])
        after, motion = engine.loss, float(_lengths(now, start)[1])
        kernel = cache(partial(_enclosed if step == steps else _estimated, instance, now))
        yield Seen(step, math.sqrt(2 * after), path, motion, kernel, {
            "1": (float(2 * (after - before)), -float(sides.rate) * float(2 * before)), "2": (path, float(sides.roam)),
            "4": (motion, float(sides.far))})
        before = after


def _lengths(now: Array, then: Array) -> tuple[float, float]:
    """||W - W'||_F and the largest ||w_r - w'_r||, for pairs of doubles (2, d1, m)."""
    squares = (((now[0] - then[0]) + (now[1] - then[1])) ** 2).sum(axis=0)
    return math.sqrt(squares.sum()), math.sqrt(squares.max())


def _estimated(instance: Instance, pairs: Array) -> float:
    return lambda_min(instance.start.at(pairs[0]))


def _enclosed(instance: Instance, pairs: Array) -> float:
    """A lower bound by balls, for the exact weights high + low."""
    ball = Ball(OTHER_BITS)
    net = instance.net(ball)
    with ball.working():
        return float(enclose_lambda_min(net.at(ball.array(pairs[0]) + ball.array(pairs[1])).gram_matrix, ball).lower())
