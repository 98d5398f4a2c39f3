"""Points that satisfy equations: one parameter of each is written with the others.  Nothing here is trusted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from proofcheck.kernel.domain import eliminate, tidy
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import Expr, Num, Rel, Var, eq, substitute, variables
from proofcheck.prove.solve import solutions

MOST = 6  # branches that are followed
Value = Fraction | Expr


@dataclass(frozen=True)
class Branch:
    """The claim in fewer parameters: ``solved`` ones are terms in the others, the last one first."""

    goal: Rel
    hyps: tuple[Rel, ...]
    solved: tuple[tuple[Var, Expr], ...] = ()

    def completed(self, place: Mapping[Var, Value]) -> dict[Var, Value]:
        """The values of all parameters; raises Rejected where one has none."""
        values = dict(place)
        for var, term in self.solved:
            values[var] = number(filled(term, values))
        return values

    def with_solution(self, var: Var, term: Expr) -> Branch:
        """One parameter less."""
        put: Mapping[Expr, Expr] = {var: term}
        goal, *hyps = (Rel(r.op, substitute(r.lhs, put), substitute(r.rhs, put)) for r in (self.goal, *self.hyps))
        return Branch(goal, tuple(hyps), ((var, term), *self.solved))


def filled(term: Expr, values: Mapping[Var, Value]) -> Expr:
    """The term with values in place of parameters."""
    return substitute(term, {v: x if isinstance(x, Expr) else Num(x) for v, x in values.items()})


def number(term: Expr) -> Value:
    """A term without parameters in its simplest form; raises Rejected."""
    short = tidy(term, {})
    return short.value if isinstance(short, Num) else short


def branches(goal: Rel, hyps: tuple[Rel, ...]) -> list[Branch]:
    """The claim with every equation solved, in all ways; then the same where one coupled hypothesis is an equality."""
    inside = list(_solved(Branch(*eliminate(goal, hyps))))[:MOST]
    edges = [edge for b in inside for h in b.hyps if h.op == "<=" and not bounds((h,))
             for edge in _solved_for(b, eq(h.lhs, h.rhs))]
    return [*inside, *edges[:MOST]]


def _solved(branch: Branch) -> Iterator[Branch]:
    equation = next((h for h in branch.hyps if h.op == "=" and variables(h)), None)
    found = [] if equation is None else list(_solved_for(branch, equation))
    if not found:
        yield branch
    for smaller in found:
        yield from _solved(smaller)


def _solved_for(branch: Branch, equation: Rel) -> Iterator[Branch]:
    """All solutions of one equation for the parameter in which it is simplest."""
    rest = Branch(branch.goal, tuple(h for h in branch.hyps if h != equation), branch.solved)
    ways = [(found, var) for var in sorted(variables(equation), key=lambda v: v.name) if not var.integer
            and (found := solutions(equation.lhs - equation.rhs, var))]
    if ways:
        found, var = min(ways, key=lambda way: (len(way[0]), way[1].name))
        for term in found:
            yield rest.with_solution(var, term)
