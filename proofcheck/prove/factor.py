"""The boundary of an inequality in one parameter, where the others are only a positive factor of both sides."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from proofcheck.kernel import rules
from proofcheck.kernel.domain import Rejected, gap
from proofcheck.kernel.terms import Add, Expr, Mul, Num, Pow, Rel, Var, mul, variables
from proofcheck.kernel.theorem import RuleError
from proofcheck.prove.boundary import Boundary, Piece, boundary
from proofcheck.prove.scalar import relevant
from proofcheck.prove.search import NotProved


def boundary_up_to_factor(goal: Rel, hyps: tuple[Rel, ...], var: Var, digits: int) -> Boundary:
    """The boundary of a goal that may have a factor in other parameters; raises NotProved."""
    if variables(goal) == {var}:
        return boundary(goal, hyps, var, digits)
    used = relevant(goal, hyps)
    try:
        term, _ = gap(goal, used)
    except (Rejected, ValueError) as error:
        raise NotProved(f"no normal form: {error}") from None
    factor, rest = split(term, var)
    found = boundary(Rel(goal.op, Num(Fraction(0)), rest), hyps, var, digits)
    return replace(found, holds=tuple(_lifted(p, goal, factor, used) for p in found.holds),
                   fails=tuple(_lifted(p, _negation(goal), factor, used) for p in found.fails))


def split(term: Expr, var: Var) -> tuple[Expr, Expr]:
    """term = factor * rest, where the factor holds every parameter other than ``var``; raises NotProved."""
    factor: Expr | None = None
    rest = []
    for summand in term.args if isinstance(term, Add) else (term,):
        parts = summand.args if isinstance(summand, Mul) else (summand,)
        away = [p for p in parts if variables(p) and var not in variables(p)]
        common = mul(*sorted(away, key=repr))
        if any(not isinstance(p, (Var, Pow)) for p in away) or (factor is not None and common != factor):
            raise NotProved(f"the parameters other than {var} are not a common factor of {term}")
        factor = common
        rest.append(mul(*(p for p in parts if p not in away)))
    return (factor or Num(Fraction(1))), (Add(tuple(rest)) if len(rest) > 1 else rest[0])


def _negation(goal: Rel) -> Rel:
    return Rel("<=" if goal.op == "<" else "<", goal.rhs, goal.lhs)


def _lifted(piece: Piece, claim: Rel, factor: Expr, hyps: tuple[Rel, ...]) -> Piece:
    """The same piece for the claim itself."""
    try:
        return replace(piece, theorem=rules.combine(piece.theorem, goal=claim, factors=(factor,), hyps=hyps))
    except RuleError as error:
        raise NotProved(str(error)) from None
