"""Changes of parameters: the node ``change`` with the proofs that it needs.  Nothing here is trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf

from flint import arb

from proofcheck.kernel.domain import Box, Range, intervals, tidy
from proofcheck.kernel.intervals import Undefined, enclose, precision
from proofcheck.kernel.scalar import Tree, put_in
from proofcheck.kernel.terms import Expr, Var
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import BITS, Goal
from proofcheck.prove.sampling import HUGE, dyadic, simplest

EVAL: Tree = ["eval", BITS]


@dataclass(frozen=True)
class End:
    """One end of the range of a new parameter, and why it is one."""

    at: Fraction | None = None
    is_open: bool = False
    why: Tree | None = None

    def data(self) -> list[object]:
        """As the node wants it."""
        return ["" if self.at is None else str(self.at), self.is_open, self.why or []]


@dataclass(frozen=True)
class Change:
    """``forward`` in the new parameter stands for ``var``; the new parameter is ``backward``."""

    var: Var
    new: Var
    forward: Expr
    backward: Expr
    low: End = End()
    high: End = End()

    def side(self) -> Range:
        """The range of the new parameter."""
        low, high = self.low.at, self.high.at
        return Range(-inf if low is None else low, inf if high is None else high, self.low.is_open, self.high.is_open)

    def applied(self, goal: Goal) -> Goal:
        """The goal in the new parameter."""
        term, domain = put_in(goal.term, goal.domain, self.var, self.forward, self.new, self.side())
        return replace(goal, term=term, domain=domain)

    def node(self, tree: Tree) -> Tree:
        """The node over a tree for the new goal."""
        return ["change", self.var.name, self.new.name, to_text(self.forward), to_text(self.backward),
                self.low.data(), self.high.data(), tree]

    def with_visible_ends(self, box: Box) -> Change:
        """The same with the ends that interval arithmetic sees, where there are none yet."""
        low, high = seen(self.backward, box)
        return replace(self, low=self.low if self.low.at is not None or low is None else End(low, False, EVAL),
                       high=self.high if self.high.at is not None or high is None else End(high, False, EVAL))


def fresh(var: Var, box: Box) -> Var:
    """A name that is not in use."""
    taken, k = {v.name for v in box}, 1
    while f"{var.name}_{k}" in taken:
        k += 1
    return Var(f"{var.name}_{k}")


def seen(term: Expr, box: Box) -> tuple[Fraction | None, Fraction | None]:
    """Simple rational bounds of a term on the box."""
    try:
        with precision(BITS):
            found = enclose(tidy(term, box), intervals(box))
    except Undefined:
        return None, None
    low, high = _exact(found.lo), _exact(found.hi)
    return None if low is None else below(low), None if high is None else -below(-high)


def _exact(end: arb | float) -> Fraction | None:
    """A finite end, unless it is too large or too small to be of use."""
    if isinstance(end, float):
        return None
    mantissa, exponent = end.man_exp()
    return dyadic(int(mantissa), int(exponent)) if abs(int(exponent)) < HUGE else None


def below(value: Fraction) -> Fraction:
    """A simple number that is not larger, and hardly smaller."""
    if value.denominator < 1000:
        return value
    return simplest(value - abs(value) / 10**6, value)
