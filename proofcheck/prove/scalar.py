"""Proofs of scalar inequalities over boxes, rays and coupled parameters; the kernel's rule ``scalar`` judges them."""

from __future__ import annotations

from proofcheck.kernel.domain import gap
from proofcheck.kernel.rules import scalar as scalar_rule
from proofcheck.kernel.terms import Rel, arrays, free_indices, variables
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.goals import FAILURES, Goal, show
from proofcheck.prove.moves import MOVES
from proofcheck.prove.search import NotProved, Search


def prove_scalar(goal: Rel, hyps: tuple[Rel, ...] = (), budget: float = 5.0) -> Theorem:
    """The theorem that the goal holds on the whole domain of the hypotheses; raises NotProved."""
    if goal.op == "=":
        raise NotProved("an equality is not an inequality; use the rule identity")
    if arrays(goal) or free_indices(goal):
        raise NotProved(f"{goal} has array entries or free indices")
    used = relevant(goal, hyps)
    try:
        term, domain = gap(goal, used)
    except FAILURES as error:
        raise NotProved(f"no normal form: {error}") from None
    whole = Goal(term, domain, goal.op == "<")
    tree = Search(MOVES, budget).run(whole)
    try:
        return scalar_rule(goal=goal, hyps=used, tree=tree)
    except RuleError as error:
        raise NotProved(f"the kernel refuses: {error}", [show(whole)]) from None


def relevant(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Rel, ...]:
    """The scalar hypotheses that speak of the parameters of the goal, or of parameters coupled to them."""
    plain = [h for h in hyps if not arrays(h) and not free_indices(h)]
    names = set(variables(goal))
    while True:
        needed = {v for h in plain if variables(h) & names for v in variables(h)}
        if needed <= names:
            break
        names |= needed
    return tuple(h for h in plain if variables(h) and variables(h) <= names)
