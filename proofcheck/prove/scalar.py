"""Proofs of scalar inequalities over boxes, rays and coupled parameters; the kernel's rule ``scalar`` judges them."""

from __future__ import annotations

from collections.abc import Iterator

from proofcheck.kernel.domain import eliminate, gap
from proofcheck.kernel.rules import scalar as scalar_rule
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.signs import Facts
from proofcheck.kernel.terms import Expr, Fn, Pow, Rel, arrays, children, free_indices, variables
from proofcheck.kernel.text import to_text
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.goals import FAILURES, Goal
from proofcheck.prove.moves import MOVES
from proofcheck.prove.search import NotProved, Search


def prove_scalar(goal: Rel, hyps: tuple[Rel, ...] = (), budget: float = 5.0) -> Theorem:
    """The theorem that the goal holds on the whole domain of the hypotheses; raises NotProved."""
    if goal.op == "=":
        raise NotProved("an equality is not an inequality; use the rule identity")
    if arrays(goal) or free_indices(goal):
        raise NotProved(f"{goal} has array entries or free indices")
    used = relevant(goal, hyps)
    conditions = tuple(_conditions(goal, used, budget))
    tree = _tree(goal, used, budget)
    more = {"conditions": conditions} if conditions else {}
    try:
        return scalar_rule(goal=goal, hyps=used, tree=tree, **more)
    except RuleError as error:
        raise NotProved(f"the kernel refuses: {error}") from None


def _tree(goal: Rel, hyps: tuple[Rel, ...], budget: float) -> Tree:
    """A tree for the goal; raises NotProved."""
    try:
        term, domain = gap(goal, hyps)
    except FAILURES as error:
        raise NotProved(f"no normal form: {error}") from None
    return Search(MOVES, budget).run(Goal(term, domain, goal.op == "<"))


def _conditions(goal: Rel, hyps: tuple[Rel, ...], budget: float) -> Iterator[tuple[Rel, Tree]]:
    """What has to be proved first, so that the goal is known to be defined; raises NotProved."""
    reduced, rest = eliminate(goal, hyps)
    known = rest
    while (culprit := undefined_part(reduced, known)) is not None:
        found = next(_proved(_needed(culprit), rest, budget / 4), None)
        if found is None:
            raise NotProved(f"{to_text(culprit)} is not known to be defined on the whole domain")
        yield found
        known = (*known, found[0])


def _proved(choices: list[Rel], hyps: tuple[Rel, ...], budget: float) -> Iterator[tuple[Rel, Tree]]:
    """The relations among the choices that can be proved."""
    for rel in choices:
        try:
            yield rel, _tree(rel, hyps, budget)
        except NotProved:
            continue


def _needed(term: Expr) -> list[Rel]:
    """Conditions of which one makes a term defined whose parts are."""
    match term:
        case Pow(base, power):
            signs = [base > 0, base < 0] if power.denominator == 1 else [base > 0]
            return [*signs, base >= 0] if power > 0 else signs
        case Fn("log", (x,)):
            return [x > 0]
    return []


def undefined_part(goal: Rel, hyps: tuple[Rel, ...]) -> Expr | None:
    """A smallest subterm that is not known to be defined under the hypotheses, or None."""
    facts = Facts(hyps)

    def smallest(term: Expr) -> Expr | None:
        if facts.defined(term):
            return None
        return next((s for c in children(term) if (s := smallest(c)) is not None), term)

    return next((s for side in (goal.lhs, goal.rhs) if (s := smallest(side)) is not None), None)


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
