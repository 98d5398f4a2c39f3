"""A depth-first search with growing depth over the trees of ``kernel.scalar``.

Each module of ``prove.moves`` knows one way to reduce a goal to easier ones.  Numbers at sample points choose signs
and cuts, and show early that a subgoal is hopeless.  The same goal always gives the same tree: the number of goals
visited is limited, and the clock only stops a search that takes far longer than expected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from time import thread_time

from proofcheck.kernel.scalar import Tree
from proofcheck.prove.goals import Goal, is_long, show
from proofcheck.prove.sampling import compiled, places, sign_at

GOALS_PER_SECOND = 150
PATIENCE = 4  # seconds of its own work, in budgets, that stop a search; what else the machine does must not change a verdict
EFFORTS = ((1, 1), (2, 1), (3, 0), (3, 2), (4, 1), (6, 0), (4, 3), (6, 2), (8, 0), (8, 2), (10, 0), (13, 1), (16, 0),
           (16, 3))
# growing depths, with and without rewritings


class NotProved(ValueError):
    """No proof was found; ``boxes`` are the parts of the domain that are left."""

    def __init__(self, message: str, boxes: list[str] | None = None) -> None:
        super().__init__(message)
        self.boxes = boxes or []


class OutOfBudget(Exception):
    """The search has visited as many goals as it may."""


class Settled(Exception):
    """A move has shown that the moves after it need not be tried."""


@dataclass
class Search:
    """One search: what is known so far, and how much may still be spent."""

    moves: tuple[Move, ...]
    budget: float = 5.0
    left: int = 0
    end: float = 0.0
    proved: dict[object, Tree] = field(default_factory=dict)
    failed: dict[object, tuple[int, int, int]] = field(default_factory=dict)
    hopeless: dict[object, bool] = field(default_factory=dict)
    squares: dict[object, Tree | None] = field(default_factory=dict)  # certificates of polynomials, and failures
    in_vain: int = 0  # how many of them were looked for and not found
    open: list[str] = field(default_factory=list)

    def run(self, goal: Goal) -> Tree:
        """A tree for the goal; raises NotProved."""
        self.left = int(self.budget * GOALS_PER_SECOND)
        self.end = thread_time() + PATIENCE * self.budget
        if self.is_hopeless(goal):
            raise NotProved("the inequality fails at a sample point of the domain", [show(goal)])
        try:
            for depth, rewrites in EFFORTS:
                self.open = []
                tree = self.prove(replace(goal, rewrites=rewrites), depth)
                if tree is not None:
                    return tree
        except OutOfBudget:
            pass
        raise NotProved("no proof found within the budget", list(dict.fromkeys(self.open))[:20] or [show(goal)])

    def prove(self, goal: Goal, depth: int) -> Tree | None:
        """A tree for the goal, or None."""
        key, effort = goal.key, (depth, goal.slopes, goal.rewrites)
        if key in self.proved:
            return self.proved[key]
        spent = self.failed.get(key)
        tried = spent is not None and all(e <= s for e, s in zip(effort, spent, strict=True))
        if tried or is_long(goal.term) or self.is_hopeless(goal):
            return None
        self.left -= 1
        if self.left < 0 or thread_time() > self.end:
            raise OutOfBudget
        self.failed[key] = effort  # also while it is being tried, so that no goal rests on itself
        for tree in self.attempts(goal, depth):
            if tree is not None:
                self.proved[key] = tree
                return tree
        if depth == 0:
            self.open.append(show(goal))
        return None

    def is_hopeless(self, goal: Goal) -> bool:
        """Whether the term is negative at a sample point (at 0 a strict goal may only hold where an end is open)."""
        key = goal.key
        if goal.at_infinity():
            return False
        if key not in self.hopeless:
            value = compiled(goal.term)
            self.hopeless[key] = any(sign_at(value, p) == -1 for p in places(goal.domain))
        return self.hopeless[key]

    def attempts(self, goal: Goal, depth: int) -> Iterator[Tree | None]:
        """All ways to prove the goal, cheap ones first."""
        for move in self.moves:
            try:
                yield from move(self, goal, depth)
            except Settled:
                return


Move = Callable[[Search, Goal, int], Iterator[Tree | None]]
