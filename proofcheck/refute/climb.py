"""A local climber: small random changes of a draft, kept when the claim fails by more."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, final

import numpy as np

from proofcheck.evaluate import NoValue, excess
from proofcheck.kernel.terms import Rel
from proofcheck.refute.strategies import Draft, Floats, Plan

UNDEFINED = -3.0
ENOUGH = 0.9  # a score (lhs = 19 rhs) beyond which a worse draft is only an uglier one


@final
class Climber:
    """Makes drafts worse for a claim; the hypotheses are projected onto anew after every change."""

    def __init__(self, made: Plan, goal: Rel, rng: np.random.Generator) -> None:
        self.plan, self.goal, self.rng = made, goal, rng

    def climb(self, draft: Draft, steps: int) -> tuple[Draft, float]:
        """The best draft after some steps, and its score."""
        best, top = draft, score(self.plan, self.goal, draft)
        reach = 0.0
        for _ in range(steps):
            if top > ENOUGH:
                break
            size = 10 ** (reach + self.rng.uniform(-1.5, 0.5))
            tried = self.changed(best, size)
            found = score(self.plan, self.goal, tried)
            if found > top:
                best, top, reach = tried, found, min(0.0, reach + 0.2)
            else:
                reach = max(-3.0, reach - 0.02)
        return best, top

    def changed(self, draft: Draft, size: float) -> Draft:
        """A draft with one parameter or one array changed."""
        places = [*draft.shares, *draft.raw]
        if not places:
            return draft
        name = places[self.rng.integers(len(places))]
        if name in draft.shares:
            share = draft.shares[name] + 0.3 * size * self.rng.standard_normal()
            return replace(draft, shares={**draft.shares, name: min(1.0, max(0.0, share))})
        return replace(draft, raw={**draft.raw, name: self.moved(draft.raw[name], size)})

    def moved(self, data: Floats, size: float) -> Floats:
        """Change one entry, everything, the scale, one column, or copy one column, perhaps reversed, over another."""
        scale = float(np.max(abs(data), initial=0.0)) or 1.0
        found = np.array(data)
        place: Any = tuple(self.rng.integers(s) for s in data.shape)
        column: Any = (..., *place[-1:])
        match self.rng.integers(5):
            case 0:
                found[place] += size * scale * self.rng.standard_normal()
            case 1:
                found += size * scale * self.rng.standard_normal(data.shape)
            case 2:
                found *= math.exp(size * self.rng.standard_normal())
            case 3:
                found[column] *= self.rng.choice([-1.0, -10.0, 10.0, 0.1])
            case _ if data.ndim:
                found[column] = self.rng.choice([-1, 1]) * found[..., self.rng.integers(data.shape[-1])]
        return found


def score(made: Plan, goal: Rel, draft: Draft) -> float:
    """Positive where the goal fails and all hypotheses hold; below -1 where a hypothesis fails."""
    try:
        values = made.express(draft)
        failure = made.failure(values)
        found = excess(goal, values) if failure == 0 else -1 - failure
    except (NoValue, OverflowError):
        return UNDEFINED
    return UNDEFINED if math.isnan(found) else found
