"""A point of parameter space: which hypotheses, steps and claims of a paper fail there, with both sides as balls.

Only parameters have values here.  What involves arrays is not decided; a relation between parameters that fails does so
for all arrays that meet the hypotheses on them.  Parameters that equations among the hypotheses define are computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofcheck.claims import Claim, Given, Paper
from proofcheck.evidence import PRECISIONS, Hyps, is_plain, read_value, value_text
from proofcheck.kernel.intervals import precision
from proofcheck.kernel.point import Evaluator, NoCounterexample, Point
from proofcheck.kernel.terms import Expr, Rel, Var, variables
from proofcheck.kernel.text import TextError, to_text

DIGITS = 20
LONG = 1000  # characters of a value
HOLDS, FAILS, VIOLATED = "holds", "fails", "hypotheses violated"
ARRAYS, VALUES, UNDECIDED = "arrays are involved", "values are missing", "undecided"
Values = Mapping[str, Fraction | Expr]


class BadPoint(ValueError):
    """Not a point of the paper's parameter space; the message is one line."""


@dataclass(frozen=True)
class Outcome:
    """One hypothesis, step or claim at the point.

    ``violated``: hypotheses that fail there, so that nothing is said; ``beside``: hypotheses that the point does not
    decide; ``missing``: parameters without a value; ``reason``: why it is undecided.
    """

    id: str
    kind: str
    line: int
    words: str
    statement: str
    verdict: str
    left: str = ""
    right: str = ""
    violated: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""


def parameters(paper: Paper) -> dict[str, Var]:
    """Every parameter of the paper's statements, steps and hypotheses, by name; a size where one place takes it as one."""
    rels = [r for c in paper for r in (*_statements(c), *(g.rel for s in c.steps for g in s.given), *c.hyps)]
    return {v.name: v for v in sorted({v for r in rels for v in variables(r)}, key=lambda v: (v.name, v.integer))}


def values(paper: Paper, settings: Iterable[str]) -> dict[str, Fraction | Expr]:
    """The values that ``NAME=VALUE`` texts give to parameters; raises BadPoint."""
    known, found = parameters(paper), dict[str, Fraction | Expr]()
    for setting in settings:
        name, sign, text = (part.strip() for part in setting.partition("="))
        if not (sign and text and name):
            raise BadPoint(f"{setting!r} gives no value; write NAME=VALUE, such as B=1 or lam=1/100")
        if name not in known:
            raise BadPoint(f"unknown parameter {name!r}; the paper {paper.name} has {', '.join(known)}")
        if name in found:
            raise BadPoint(f"{name} is given twice")
        found[name] = _value(known[name], text)
    return found


def _value(var: Var, text: str) -> Fraction | Expr:
    wrong = BadPoint(f"{var.name}={text}: allowed is a number such as 3, 1/100 or 1e-3, or a term such as log(2)")
    if len(text) > LONG or re.search(r"e[+-]?\d{5}", text, re.IGNORECASE):
        raise wrong
    try:
        value = read_value(text)
    except (TextError, ValueError, ZeroDivisionError):
        raise wrong from None
    if var.integer and not (isinstance(value, Fraction) and value.denominator == 1 and value >= 1):
        raise BadPoint(f"{var.name}={text}: {var.name} is a size; allowed is a whole number >= 1")
    return value


def survey(paper: Paper, ids: Iterable[str], at: Values) -> Iterator[Outcome]:
    """Every hypothesis, step and claim of these claims at the point; equal hypotheses of a claim and its steps once."""
    for key in ids:
        claim = paper[key]
        yield from (_hypothesis(f"{key}#given-{k}", claim, g, claim.given, at) for k, g in enumerate(claim.given, 1))
        if claim.rel is not None:
            yield _said(claim.id, "claim", claim.line, claim.title, claim.rel, claim.given, at)
        for step in claim.steps:
            given = (*claim.given, *step.given)
            yield from (_hypothesis(f"{step.id}#given-{k}", claim, g, given, at) for k, g in enumerate(step.given, 1))
            yield _said(step.id, "step", step.line, step.why, step.rel, given, at)


def _statements(claim: Claim) -> Iterator[Rel]:
    yield from (claim.rel,) if claim.rel is not None else ()
    yield from (s.rel for s in claim.steps)


def _hypothesis(key: str, claim: Claim, own: Given, given: tuple[Given, ...], at: Values) -> Outcome:
    found = decided(own.rel, tuple(g.rel for g in given), at)
    return Outcome(key, "hypothesis", claim.line, own.words, to_text(own.rel), **found)


def _said(key: str, kind: str, line: int, words: str, rel: Rel, given: tuple[Given, ...], at: Values) -> Outcome:
    """What is said under hypotheses: nothing where one of them fails."""
    hyps = tuple(g.rel for g in given)
    met = {g: decided(g.rel, hyps, at)["verdict"] for g in given}
    violated = tuple(g.words for g, verdict in met.items() if verdict == FAILS)
    beside = tuple(g.words for g, verdict in met.items() if verdict not in (HOLDS, FAILS))
    found = decided(rel, hyps, at)
    if violated:
        found |= {"verdict": VIOLATED, "violated": violated}
    return Outcome(key, kind, line, words, to_text(rel), **found, beside=beside)


def decided(rel: Rel, hyps: Hyps, at: Values) -> dict[str, Any]:
    """Whether a relation holds at the point, with both sides; equations among the hypotheses define what is left open.

    The result has a ``verdict`` and, where they exist, ``left`` and ``right`` (balls as text), ``missing`` and ``reason``.
    """
    if not is_plain(rel):
        return {"verdict": ARRAYS}
    found: dict[str, Any] = {"verdict": UNDECIDED}
    for bits in PRECISIONS:
        with precision(bits):
            found = _looked_at(rel, tuple(filter(is_plain, hyps)), at)
        if found["verdict"] != UNDECIDED:
            break
    return found


def _looked_at(rel: Rel, hyps: Hyps, at: Values) -> dict[str, Any]:
    try:
        judge = Evaluator(Point(at), hyps)
        missing = tuple(sorted({v.name for v in variables(rel)} - judge.terms.keys()))
        if missing:
            return {"verdict": VALUES, "missing": missing}
        left, right, holds = judge.value(rel.lhs, {}), judge.value(rel.rhs, {}), judge.holds(rel, {})
    except NoCounterexample as error:
        return {"verdict": UNDECIDED, "reason": str(error)}
    sides = {"left": left.str(DIGITS), "right": right.str(DIGITS)}
    if rel not in judge.checked and rel in hyps:  # the equation that defines a parameter
        return {"verdict": HOLDS, **sides}
    word = {True: HOLDS, False: FAILS, None: UNDECIDED}[holds]
    return {"verdict": word, **sides, **({"reason": "the balls overlap"} if holds is None else {})}


def point_text(at: Values) -> str:
    """The point in one line."""
    return ", ".join(f"{name} = {value_text(value)}" for name, value in sorted(at.items()))
