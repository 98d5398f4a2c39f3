"""What can be explored: the claims and steps of a paper that are inequalities between parameters alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

from proofcheck.claims import Claim, Given, Paper, Step
from proofcheck.evidence import is_plain, read_value
from proofcheck.kernel.domain import Range, Rejected, box_from, eliminate
from proofcheck.kernel.intervals import precision
from proofcheck.kernel.point import NoCounterexample
from proofcheck.kernel.terms import Expr, Rel, Var, substitute, variables
from proofcheck.kernel.text import TextError
from proofcheck.prove.sampling import compiled
from proofcheck.prove.scalar import relevant
from proofcheck.refute.equations import Branch, branches
from proofcheck.refute.scalar import inhabitant

BITS = 128
SEARCH = (0.05, 0.5)  # seconds for a point that meets the hypotheses
Values = Mapping[str, Fraction]


@dataclass(frozen=True, eq=False)
class Subject:
    """One inequality with its hypotheses.

    ``verdict`` and ``finding`` are what the ledger says of it ("" if it says nothing); ``seen``: the point of the ledger
    that speaks against it, or against what it needs.
    """

    id: str
    claim: Claim
    line: int
    words: str
    rel: Rel
    given: tuple[Given, ...]
    verdict: str = ""
    finding: str = ""
    seen: Mapping[str, str] | None = None

    @cached_property
    def plain(self) -> tuple[Given, ...]:
        """The hypotheses on parameters; a map can show them."""
        return tuple(g for g in self.given if is_plain(g.rel) and variables(g.rel))

    @cached_property
    def beside(self) -> tuple[Given, ...]:
        """The hypotheses on arrays, which no point of a map decides."""
        return tuple(g for g in self.given if not is_plain(g.rel))

    @cached_property
    def used(self) -> tuple[Rel, ...]:
        """The hypotheses on parameters that bear on the inequality."""
        return relevant(self.rel, tuple(g.rel for g in self.plain))

    @cached_property
    def branch(self) -> Branch:
        """The inequality in free parameters: those that equations define are written with the others."""
        return branches(self.rel, self.used)[0]

    @cached_property
    def equations(self) -> tuple[Rel, ...]:
        """The equations that define parameters which are neither free nor solved for."""
        free = {*self.parameters.values(), *(v for v, _ in self.branch.solved)}
        return tuple(h for h in self.used if h.op == "=" and isinstance(h.lhs, Var) and h.lhs not in free)

    @cached_property
    def parameters(self) -> dict[str, Var]:
        """The free parameters by name, those of the inequality first."""
        inside = sorted(variables(self.branch.goal), key=lambda v: v.name)
        beside = sorted({v for h in self.branch.hyps for v in variables(h)} - set(inside), key=lambda v: v.name)
        return {v.name: v for v in (*inside, *beside)}

    @cached_property
    def inside(self) -> tuple[str, ...]:
        """The free parameters of the inequality itself."""
        return tuple(v.name for v in self.parameters.values() if v in variables(self.branch.goal))

    @cached_property
    def hypotheses(self) -> tuple[tuple[Given, Rel], ...]:
        """The hypotheses that bear on it, each also in free parameters; equations that define a parameter are none."""
        found = [(g, self.reduced(g.rel)) for g in self.plain if g.rel in self.used]
        return tuple((g, r) for g, r in found if variables(r) and (r.op != "=" or r in self.branch.hyps))

    def reduced(self, rel: Rel) -> Rel:
        """A hypothesis in free parameters."""
        rel, _ = eliminate(rel, tuple(h for h in self.used if h.op == "="))
        for var, term in reversed(self.branch.solved):
            rel = Rel(rel.op, substitute(rel.lhs, {var: term}), substitute(rel.rhs, {var: term}))
        return rel

    @cached_property
    def ranges(self) -> dict[Var, Range]:
        """What single hypotheses say about each parameter."""
        return box_from(self.branch.hyps, self.parameters.values())

    @cached_property
    def start(self) -> dict[str, Fraction]:
        """Where to look first: the point of the ledger, else one that meets the hypotheses, else ones."""
        found = dict.fromkeys(self.parameters, Fraction(1))
        place = next((p for s in SEARCH if (p := inhabitant(self.branch.hyps, 0, s)) is not None), None)
        known: dict[str, Fraction | Expr] = {} if place is None else dict(place.scalars)
        for name, text in (self.seen or {}).items():
            try:
                known[name] = read_value(text)
            except (TextError, NoCounterexample, ValueError, ZeroDivisionError):
                continue
        return found | {k: _rational(v) for k, v in known.items() if k in found}

    def completed(self, values: Values) -> dict[str, Fraction | Expr]:
        """The free parameters and those that were solved for; raises NoPlace where one has no value."""
        try:
            place = self.branch.completed({v: values[k] for k, v in self.parameters.items()})
        except (Rejected, ValueError, ZeroDivisionError) as error:
            raise NoPlace(f"a parameter has no value here: {error}") from None
        return {v.name: x for v, x in place.items()}


class NoPlace(ValueError):
    """A place at which the equations give a parameter no value."""


def _rational(value: Fraction | Expr) -> Fraction:
    """A rational for a term such as log(2)."""
    if isinstance(value, Fraction | int):
        return Fraction(value)
    with precision(BITS):
        return Fraction(float(compiled(value)({}))).limit_denominator(1000)


def subjects(paper: Paper, ledger: Mapping[str, Any] | None = None) -> dict[str, Subject]:
    """Everything that can be explored, by id, in the order of the paper; what the ledger found false comes first."""
    known = {item["id"]: item for record in (ledger or {"claims": ()})["claims"] for item in (record, *record["steps"])}
    found = [_told(s, known.get(s.id)) for c in paper for s in _of(c)]
    return {s.id: s for s in (*(s for s in found if s.finding), *(s for s in found if not s.finding))}


def _of(claim: Claim) -> Iterator[Subject]:
    items: Sequence[Claim | Step] = (claim, *claim.steps)
    for item in items:
        if item.rel is None or item.rel.op == "=" or not is_plain(item.rel) or not variables(item.rel):
            continue
        own = item.given if isinstance(item, Step) else ()
        words = item.why if isinstance(item, Step) else item.title
        yield Subject(item.id, claim, item.line, words, item.rel, (*claim.given, *own))


def _told(subject: Subject, item: Mapping[str, Any] | None) -> Subject:
    """The subject with what the ledger says of it."""
    if item is None:
        return subject
    points = [item["evidence"]["counterexample"], *(m["counterexample"] for m in item["evidence"].get("missing", ()))]
    seen = next((p["point"]["scalars"] for p in points if p is not None), None)
    return replace(subject, verdict=item["verdict"], finding=item["finding"] or "", seen=seen)
