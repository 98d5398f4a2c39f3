"""The whole paper at one point of parameter space: what fails there, what rests on it, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from urllib.parse import quote

from proofcheck.claims import Claim, Paper, uses_of
from proofcheck.evidence import read_value
from proofcheck.explore.numbers import BadNumber, brief, read, written
from proofcheck.explore.plane import Axis
from proofcheck.explore.state import Arguments, BadView, single
from proofcheck.explore.subjects import Subject
from proofcheck.kernel.terms import Var, variables
from proofcheck.regime import FAILS, HOLDS, VIOLATED, Outcome, parameters, survey
from proofcheck.wording import pretty, shortened

RESTS, OPEN = "rests on what fails", "not decided"
STATES = (FAILS, RESTS, VIOLATED, HOLDS, OPEN)
KEYS = ("at", "move")
REACH = 30  # a slider reaches from the value by this factor
LONG = 120


@dataclass(frozen=True)
class Spot:
    """A point of parameter space; ``move``: the parameter of the slider."""

    values: Mapping[str, Fraction]
    move: str

    def query(self) -> str:
        """The query of the URL that gives this point."""
        return "&".join(f"{k}={quote(v, safe=':,/')}" for k, v in (("at", self.text()), ("move", self.move)))

    def text(self) -> str:
        """The point as it is typed."""
        return ",".join(f"{k}:{written(v)}" for k, v in self.values.items())

    def text_of(self, name: str) -> str:
        """The value of one parameter as it is typed."""
        return written(self.values[name])

    def at(self, value: Fraction) -> Spot:
        """The point with another value of the moving parameter."""
        return replace(self, values={**self.values, self.move: value})

    def axis(self, known: Mapping[str, Var]) -> Axis:
        """What the slider runs over."""
        value, integer = self.values[self.move], known[self.move].integer
        if value <= 0:
            return Axis(self.move, value - 4, value + 4, integer)
        return Axis(self.move, max(value / REACH, Fraction(1)) if integer else value / REACH, value * REACH, integer)


def first(subjects: Iterable[Subject]) -> dict[str, Fraction]:
    """The values that the points of the findings have most often."""
    seen: dict[str, Counter[Fraction]] = {}
    for subject in subjects:
        for name, text in (subject.seen or {}).items():
            value = read_value(text)
            if isinstance(value, Fraction):
                seen.setdefault(name, Counter())[value] += 1
    return {name: max(tally, key=lambda v: tally[v]) for name, tally in sorted(seen.items())}


def spot_of(arguments: Arguments, known: Mapping[str, Var], subjects: Mapping[str, Subject]) -> Spot:
    """The point that the arguments of a request give; ``known``: the parameters of the paper.  Raises BadView."""
    given = single(arguments, KEYS)
    values = typed(given["at"], known) if given.get("at") else first(subjects.values())
    move = given.get("move", "B" if "B" in values else min(values, default=""))
    if move not in values:
        raise BadView(f"move={brief(move)}: allowed is a parameter with a value, one of {', '.join(values) or 'none'}")
    return Spot(values, move)


def typed(text: str, known: Mapping[str, Var]) -> dict[str, Fraction]:
    """The values in a text such as B:1,R:1/667; raises BadView."""
    found: dict[str, Fraction] = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        name, _, number = (p.strip() for p in part.partition(":"))
        if name not in known or name in found:
            raise BadView(f"{brief(part)!r}: allowed is NAME:NUMBER, each of {', '.join(known)} at most once")
        found[name] = value_of(known[name], number)
    if not found:
        raise BadView("no values; allowed is NAME:NUMBER, NAME:NUMBER, ...")
    return found


def value_of(var: Var, text: str) -> Fraction:
    """The value of one parameter; raises BadView."""
    try:
        value = read(text)
    except BadNumber as error:
        raise BadView(f"{var.name}: {error}") from None
    if var.integer and (value.denominator != 1 or value < 1):
        raise BadView(f"{var.name}:{brief(text)}: {var.name} is a size; allowed is a whole number >= 1")
    return value


@dataclass(frozen=True)
class Standing:
    """How a claim stands at the point: one of STATES, and the reason in words."""

    id: str
    state: str
    reason: str


class Whole:
    """The paper at a point; only claims about a parameter that has moved are looked at anew."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.parameters = parameters(paper)
        self.names = {c.id: _names(c) for c in paper}
        self.known: dict[str, tuple[dict[str, Fraction], tuple[Outcome, ...]]] = {}

    def standings(self, values: Mapping[str, Fraction]) -> list[Standing]:
        """Every claim, in the order of the paper."""
        own = {c.id: _own(self.outcomes(c, values)) for c in self.paper}
        broken: dict[str, str] = {}

        def culprit(key: str) -> str:
            """What fails among all that a claim rests on, itself included; "" if nothing does."""
            if key not in broken:
                broken[key] = ""  # the graph has no circles; this is for what it does not know
                inside = (culprit(u) for u in uses_of(self.paper[key]) if u in self.paper)
                broken[key] = key if own[key][0] == FAILS else next(filter(None, inside), "")
            return broken[key]

        return [self.standing(c.id, own[c.id], culprit(c.id)) for c in self.paper]

    def standing(self, key: str, own: tuple[str, str], culprit: str) -> Standing:
        """Its own state, unless it is not wrong itself and rests on something that is."""
        if culprit and culprit != key:
            return Standing(key, RESTS, f"its proof uses {culprit}, which fails here")
        return Standing(key, *own)

    def outcomes(self, claim: Claim, values: Mapping[str, Fraction]) -> tuple[Outcome, ...]:
        """What is said of a claim, from before if nothing that it speaks of has changed."""
        here = {k: v for k, v in values.items() if k in self.names[claim.id]}
        if self.known.get(claim.id, (None,))[0] != here:
            self.known[claim.id] = (here, tuple(survey(self.paper, [claim.id], here)))
        return self.known[claim.id][1]


def _names(claim: Claim) -> frozenset[str]:
    rels = [*([] if claim.rel is None else [claim.rel]), *claim.hyps]
    for step in claim.steps:
        rels += [step.rel, *(g.rel for g in step.given)]
    return frozenset(v.name for r in rels for v in variables(r))


def _own(outcomes: Iterable[Outcome]) -> tuple[str, str]:
    """The state of a claim and the reason, from what is said of it and of its steps: the worst counts."""
    said = [o for o in outcomes if o.kind != "hypothesis"]
    for verdict in (FAILS, VIOLATED, HOLDS):
        found = next((o for o in said if o.verdict == verdict), None)
        if found is not None:
            return verdict, _reason(found)
    return OPEN, next((_reason(o) for o in said), "it is the conjunction of others")


def _reason(found: Outcome) -> str:
    if found.verdict == VIOLATED:
        return f"not met: {'; '.join(found.violated)}"
    if found.verdict in (FAILS, HOLDS):
        text = pretty(found.statement)
        shown = text if len(text) <= LONG else f"{text[:LONG]}..."
        return f"{found.id} {found.verdict}: {shown}; left side {shortened(found.left)}, right side {shortened(found.right)}"
    return found.verdict + (f": {', '.join(found.missing)}" if found.missing else "")


def counted(standings: Iterable[Standing]) -> Iterator[tuple[str, list[Standing]]]:
    """The claims of every state."""
    found = list(standings)
    for state in STATES:
        yield state, [s for s in found if s.state == state]


