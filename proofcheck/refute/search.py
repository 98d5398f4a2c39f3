"""The search for a counterexample: Hypothesis explores, a climber worsens, rounding simplifies, the kernel decides."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, settings, target
from hypothesis import seed as seeded

from proofcheck.evaluate import NoValue, excess, slack
from proofcheck.kernel.point import NoCounterexample, Point, Violation, refute
from proofcheck.kernel.terms import Array, Diff, Expr, Rel, Var, subterms
from proofcheck.refute.climb import UNDEFINED, Climber, score
from proofcheck.refute.strategies import Draft, Floats, Plan, Rounding, Sizes, drafts, plan, rational

TIERS = (Sizes(2, 2), Sizes(1, 8), Sizes(3, 4), Sizes(3, 8))
KEPT = 8  # drafts of each tier from which the climber starts
CHOSEN = 2  # drafts with which it goes on
THRESHOLD = 1e-10  # below this a violation is rounding noise
DIGITS = (1, 2, 3, 4, 6, 9, 12)
BITS = 128


@final
@dataclass(frozen=True)
class Candidate:
    """A draft at which floating-point numbers say that the claim fails; ``ratio`` is the worst lhs/rhs."""

    draft: Draft
    score: float
    ratio: float


@final
@dataclass(frozen=True)
class Refutation:
    """A counterexample that the kernel has certified."""

    point: Point
    violation: Violation
    ratio: float


def refute_claim(hyps: tuple[Rel, ...], goal: Rel, seed: int = 0, max_examples: int = 300,
                 budget: int = 4000) -> Refutation | None:
    """A certified counterexample, as small and simple as comes to hand, or None.

    ``max_examples`` counts what Hypothesis draws and ``budget`` the steps of the climber, over all sizes together;
    the answer depends on nothing but the arguments.
    """
    if any(_has_derivative(r) for r in (*hyps, goal)):
        return None
    made = plan(hyps, goal)
    for tier in range(len(TIERS)):
        share = (max(1, max_examples // len(TIERS)), budget // len(TIERS))
        for candidate in _search_tier(made, goal, tier, seed, *share):
            for one in (_smaller(made, goal, candidate), candidate):
                found = _certified(made, goal, one.draft)
                if found is not None:
                    return found
    return None


def search(hyps: tuple[Rel, ...], goal: Rel, *, seed: int = 0, max_examples: int = 300,
           budget: int = 4000) -> Candidate | None:
    """The worst candidate over all sizes, in floating-point numbers, or None; nothing is certified."""
    if any(_has_derivative(r) for r in (*hyps, goal)):
        return None
    made = plan(hyps, goal)
    share = (max(1, max_examples // len(TIERS)), budget // len(TIERS))
    found = [c for tier in range(len(TIERS)) for c in _search_tier(made, goal, tier, seed, *share)]
    return max(found, key=lambda c: c.score, default=None)


def certify(hyps: tuple[Rel, ...], goal: Rel, candidate: Candidate) -> tuple[Point, Violation] | None:
    """Round a candidate to short decimals inside the hypotheses and ask the kernel; None if it says no."""
    found = _certified(plan(hyps, goal), goal, candidate.draft)
    return None if found is None else (found.point, found.violation)


def _certified(made: Plan, goal: Rel, draft: Draft) -> Refutation | None:
    for point, ratio in _points(made, goal, draft):
        try:
            return Refutation(point, refute(made.hyps, goal, point, BITS), ratio)
        except NoCounterexample:
            continue
    return None


def _points(made: Plan, goal: Rel, draft: Draft) -> Iterator[tuple[Point, float]]:
    """Roundings of a draft that still look like counterexamples, the simplest first, with their lhs/rhs."""
    seen = set()
    for digits in DIGITS:
        room = min(0.25, 8 * 10.0**-digits)
        for rounding in (Rounding(digits), Rounding(digits, 0.0, room), Rounding(digits, room, room)):
            try:
                values = made.express(draft, rounding)
                good = made.failure(values) == 0 and _violates(goal, excess(goal, values))
            except (NoValue, OverflowError):
                continue
            if good:
                point = Point(*rational(values, [v for v, _ in made.computed]))
                if repr(point) not in seen:
                    seen.add(repr(point))
                    yield point, float(slack(goal, values).ratio)


def _smaller(made: Plan, goal: Rel, candidate: Candidate) -> Candidate:
    """Leave out one value of an index after another, as long as the claim still fails."""
    draft, value, tried = candidate.draft, candidate.score, True
    while tried:
        tried = False
        for shrunk in _cuts(made, draft):
            found = score(made, goal, shrunk)
            if _violates(goal, found):
                draft, value, tried = shrunk, found, True
                break
    return Candidate(draft, value, slack(goal, made.express(draft)).ratio)


def _cuts(made: Plan, draft: Draft) -> Iterator[Draft]:
    for dim in made.dims:
        size, least = draft.dims[dim.name], made.ranges[dim].low or 1
        for place in range(size if dim in made.shaping and size > least else 0):
            raw = {a.name: _without(draft.raw[a.name], a, dim, place) for a in made.raw}
            yield replace(draft, dims={**draft.dims, dim.name: size - 1}, raw=raw)


def _without(data: Floats, array: Array, dim: Var, place: int) -> Floats:
    for axis, index in enumerate(array.params):
        data = np.delete(data, place, axis=axis) if index.dim == dim else data
    return data


def _search_tier(made: Plan, goal: Rel, tier: int, seed: int, max_examples: int, budget: int) -> list[Candidate]:
    """Candidates among configurations of some size, the worst first."""
    climber = Climber(made, goal, np.random.default_rng((seed, tier)))
    started = [(d, score(made, goal, d)) for d in _explored(made, goal, TIERS[tier], 1000 * seed + tier, max_examples)]
    climbed = [climber.climb(draft, budget // (2 * KEPT)) for draft, _ in started]
    climbed.sort(key=lambda item: -item[1])
    topped = [climber.climb(draft, budget // (2 * CHOSEN)) for draft, _ in climbed[:CHOSEN]]
    found = [Candidate(draft, value, slack(goal, made.express(draft)).ratio)
             for draft, value in (*topped, *climbed, *started) if _violates(goal, value)]
    return sorted(found, key=lambda c: -c.score)[:KEPT]


def _explored(made: Plan, goal: Rel, sizes: Sizes, seed: int, max_examples: int) -> list[Draft]:
    """The best drafts that Hypothesis finds, the best first."""
    found: list[tuple[float, Draft]] = []

    @seeded(seed)
    @settings(database=None, derandomize=False, deadline=None, max_examples=max_examples,
              phases=(Phase.generate, Phase.target), suppress_health_check=list(HealthCheck),
              verbosity=Verbosity.quiet)
    @given(drafts(made, sizes))
    def explore(draft: Draft) -> None:
        value = score(made, goal, draft)
        target(value)
        found.append((value, draft))
        found.sort(key=lambda item: -item[0])
        del found[KEPT:]

    explore()
    return [draft for value, draft in found if value > UNDEFINED]


def _violates(goal: Rel, value: float) -> bool:
    return value > (-THRESHOLD if goal.op == "<" else THRESHOLD) and math.isfinite(value)


def _has_derivative(rel: Rel) -> bool:
    sides: tuple[Expr, Expr] = (rel.lhs, rel.rhs)
    return any(isinstance(t, Diff) for side in sides for t in subterms(side))
