"""What the kernel says of one point of a map, and what one can take home of it: a test and a command line.

The verdict is that of ``proofcheck decide`` at the point; floating-point numbers have no part in it.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from proofcheck.decide import DomainError, decide, read
from proofcheck.evidence import value_text
from proofcheck.explore.plane import Axis, along
from proofcheck.explore.state import View
from proofcheck.explore.subjects import NoPlace, Subject
from proofcheck.kernel.terms import Expr, Rel, Var, variables
from proofcheck.kernel.text import TextError, to_text
from proofcheck.prove.boundary import boundary, decimal
from proofcheck.prove.goals import FAILURES
from proofcheck.regime import FAILS, HOLDS, UNDECIDED, decided

BUDGET = 1.0  # seconds of the engine for one point
EDGE_BUDGET = 0.5
DIGITS, SAMPLES = 30, 200
WORDS = {"refuted": FAILS, "proved": HOLDS, "undecided": UNDECIDED}
LONG = 60
HEAD = '''"""{what} at a point where the explorer was touched; the verdict is the kernel's."""

from proofcheck.decide import decide

AT = {at!r}
'''
TEST = '''

def test_{name}() -> None:
    assert decide({text!r}, given=AT).verdict == {verdict!r}
'''
PLAIN_TEST = '''

def test_{name}() -> None:
    from proofcheck.decide import read
    from proofcheck.regime import decided

    goal, at = read({text!r}, AT)
    assert decided(goal, at, {{}})["verdict"] == {verdict!r}
'''
MET = '''

def test_hypotheses() -> None:
    for hypothesis in (
{lines}
    ):
        assert decide(hypothesis, given=AT).verdict == "proved"
'''


@dataclass(frozen=True)
class Met:
    """A hypothesis at the point: ``verdict`` is holds, fails or undecided."""

    words: str
    statement: str
    verdict: str


@dataclass(frozen=True)
class Card:
    """One certified point.

    ``verdict``: of the inequality itself; ``hypotheses``: those that parameters decide, ``beside``: the others, of which a
    point of the map says nothing.  ``left`` and ``right`` are balls as text, "" where a side has no value.  ``test`` is ""
    where nothing is certified.  ``searched``: ``decide`` says the same; else it gives up, and the kernel's balls tell.
    """

    subject: str
    verdict: str
    point: Mapping[str, str]
    left: str
    right: str
    explanation: str
    hypotheses: Sequence[Met]
    beside: Sequence[str]
    test: str
    command: str
    searched: bool = True

    @property
    def violated(self) -> tuple[Met, ...]:
        """The hypotheses that certainly fail here."""
        return tuple(h for h in self.hypotheses if h.verdict == FAILS)

    @property
    def headline(self) -> str:
        """The verdict in words, none stronger than what was certified."""
        if self.verdict == UNDECIDED:
            return "undecided"
        told = f"{self.verdict} here (certified)"
        if self.violated:
            return f"outside the hypotheses; the inequality itself {told}"
        return told


def touched(subject: Subject, view: View, u: float, v: float) -> View:
    """The view with the marker at the simplest point within a pixel of some coordinates."""
    x, y = view.axes(subject)
    moved = {x.name: x.nearest(u)} | ({y.name: y.nearest(v)} if y.name else {})
    return view.at(**moved)


def certified(subject: Subject, values: Mapping[str, Fraction], budget: float = BUDGET) -> Card:
    """What the kernel says of the point with these values of the free parameters."""
    text = to_text(subject.rel)
    try:
        full = subject.completed(values)
    except NoPlace as error:
        return Card(subject.id, UNDECIDED, _texts(values), "", "", str(error), (), _beside(subject), "", "")
    given = point_text(subject, full)
    sides = decided(subject.rel, subject.used, full)
    verdict, told = asked(text, given, budget)
    searched = verdict != UNDECIDED
    if not searched and sides["verdict"] in (HOLDS, FAILS):  # the kernel's balls at the point, where the engine gives up
        verdict, told = sides["verdict"], "The kernel evaluates both sides at the point."
    met = tuple(Met(g.words, to_text(g.rel), _word(decided(g.rel, subject.used, full)["verdict"]))
                for g in subject.plain if g.rel in subject.used)
    test = "" if verdict == UNDECIDED else test_text(subject, verdict, given, met, TEST if searched else PLAIN_TEST)
    command = f"proofcheck decide {shlex.quote(text)} --given {shlex.quote(given)}"
    left, right = sides.get("left", ""), sides.get("right", "")
    return Card(subject.id, verdict, _texts(full), left, right, told, met, _beside(subject), test, command,
                searched or verdict == UNDECIDED)


def _texts(values: Mapping[str, Fraction | Expr]) -> dict[str, str]:
    return {k: value_text(x) for k, x in values.items()}


def asked(text: str, given: str, budget: float) -> tuple[str, str]:
    """The verdict and the words of ``proofcheck decide``."""
    try:
        found = decide(text, given, budget)
        return WORDS[found.verdict], found.explanation
    except (DomainError, TextError) as error:
        return UNDECIDED, str(error)


def _word(verdict: str) -> str:
    return verdict if verdict in (HOLDS, FAILS) else UNDECIDED


def _beside(subject: Subject) -> tuple[str, ...]:
    return tuple(g.words for g in subject.beside)


def point_text(subject: Subject, full: Mapping[str, Fraction | Expr]) -> str:
    """The point as hypotheses of ``decide``, with the equations that define further parameters."""
    told = [f"{k} == {value_text(x)}" for k, x in full.items()]
    return ", ".join([*told, *(to_text(e) for e in subject.equations)])


def test_text(subject: Subject, verdict: str, given: str, met: Sequence[Met], body: str = TEST) -> str:
    """A test file that asks the installed package for the same verdict."""
    name = re.sub(r"\W+", "_", subject.id).strip("_")
    word = verdict if body is PLAIN_TEST else next(k for k, w in WORDS.items() if w == verdict)
    outside = "; ".join(m.words for m in met if m.verdict == FAILS)
    what = f"{subject.id} (line {subject.line}) {verdict}" + (f", outside the hypotheses ({outside})," if outside else "")
    text = HEAD.format(what=what.replace(chr(92), "/").replace('"', "'"), at=given)
    text += body.format(name=f"{name}_{verdict}", text=to_text(subject.rel), verdict=word)
    sure = [m.statement for m in met if m.verdict == HOLDS and not _defines(m.statement, subject)]
    return text + (MET.format(lines="\n".join(f"        {s!r}," for s in sure)) if sure else "")


def _defines(statement: str, subject: Subject) -> bool:
    """Whether a hypothesis is among what the point is given by, or an equation that was solved for it."""
    return any(to_text(h) == statement for h in subject.used if h.op == "=")


# the boundary through a point


@dataclass(frozen=True)
class Change:
    """A place along one axis at which the truth changes, between two decimals.

    ``proved``: on both sides of it, as far as the axis goes; else the kernel's balls tell both ends apart, and no more.
    """

    name: str
    low: str
    high: str
    proved: bool


def changes(subject: Subject, values: Mapping[str, Fraction], axis: Axis) -> list[Change]:
    """Where along an axis, the other parameters at their values, the truth changes; to DIGITS digits.  Sizes have none."""
    var = subject.parameters[axis.name]
    if var.integer:
        return []
    try:
        found = boundary(*_along(subject, values, axis), var, DIGITS, EDGE_BUDGET)
        return [Change(axis.name, low, high, True) for low, high in found.decimals()]
    except FAILURES:
        return [Change(axis.name, decimal(low, DIGITS), decimal(high, DIGITS), False)
                for low, high in _told_apart(subject, values, axis)]


def _told_apart(subject: Subject, values: Mapping[str, Fraction], axis: Axis) -> Iterator[tuple[Fraction, Fraction]]:
    """Brackets of the changes that a row of the map shows, narrowed with the kernel's balls."""
    at = axis.centres(SAMPLES)
    told = along(subject, axis, values, at)
    sure = [k for k in range(SAMPLES) if told[k]]
    for left, right in pairwise(sure):
        if told[left] != told[right]:
            ends = [axis.value(float(at[k])) for k in (left, right)]
            yield from _narrowed(subject, values, axis.name, *ends)


def _narrowed(subject: Subject, values: Mapping[str, Fraction], name: str, low: Fraction, high: Fraction
              ) -> Iterator[tuple[Fraction, Fraction]]:
    def verdict(value: Fraction) -> str:
        found: str = decided(subject.branch.goal, (), {**values, name: value})["verdict"]
        return found

    unit, start = Fraction(1, 10**DIGITS), verdict(low)
    a, b = floor(low / unit), ceil(high / unit)
    if {verdict(a * unit), verdict(b * unit)} != {HOLDS, FAILS}:
        return
    while b - a > 1 and (word := verdict((middle := (a + b) // 2) * unit)) in (HOLDS, FAILS):
        a, b = (middle, b) if word == start else (a, middle)
    yield a * unit, b * unit


def _along(subject: Subject, values: Mapping[str, Fraction], axis: Axis) -> tuple[Rel, tuple[Rel, ...]]:
    fixed = ", ".join(f"{k} == {value_text(x)}" for k, x in values.items() if k != axis.name)
    goal, hyps = read(to_text(subject.branch.goal), fixed)
    var = Var(axis.name)
    return goal, (*(h for h in hyps if variables(h) <= variables(goal)), var >= axis.low, var <= axis.high)


def lines(card: Card) -> Iterator[str]:
    """The card as plain text, for a terminal and for tests."""
    yield card.headline
    yield ", ".join(f"{k} = {v if len(v) <= LONG else v[:LONG] + '...'}" for k, v in card.point.items())
    yield f"left side {card.left}, right side {card.right}"
    yield from (f"{m.verdict}: {m.words}" for m in card.hypotheses)
    yield from (f"not decided by parameters: {words}" for words in card.beside)
