"""``proofcheck gd --regime``: a run in balls inside a theorem's hypotheses, every claimed inequality decided."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from proofcheck.claims import Checked, Paper
from proofcheck.cli.common import BadInput, console, saved, shown_progress, table
from proofcheck.witness import shown, working

WORDS = {True: "certified", False: "FALSE", None: "open"}
DIGITS = 40
RADIUS_DIGITS = 3
FOOTER = ("certified: balls prove the inequality on this run; FALSE: they prove its opposite; open: they overlap. This says "
          "nothing about other runs.")


@dataclass
class Tally:
    """One claimed inequality over all steps: how often it was certified, false, open, and where it was tightest."""

    first: Checked
    certified: int = 0
    false: int = 0
    open: int = 0
    tightest: tuple[str, Checked] | None = None

    def take(self, label: str, check: Checked) -> None:
        """Count one more step."""
        self.certified += check.holds is True
        self.false += check.holds is False
        self.open += check.holds is None
        if self.tightest is None or _room(check) < _room(self.tightest[1]):
            self.tightest = (label, check)

    @property
    def word(self) -> str:
        """How often it was certified, and what else happened."""
        steps = self.certified + self.false + self.open
        rest = [f"{count} {WORDS[kind]}" for count, kind in ((self.false, False), (self.open, None)) if count]
        return ", ".join([f"{self.certified} of {steps}", *rest])


def run(args: argparse.Namespace, paper: Paper, options: Mapping[str, Any]) -> int:
    """0: the hypotheses and all claims are certified at every step; 1: some are not; raises BadInput or ValueError."""
    if paper.regime is None:
        raise BadInput(f"the paper {paper.name} offers no runs in a regime")
    found = paper.regime(options)
    tallies: dict[tuple[str, str], Tally] = {}
    steps = []
    for step in shown_progress(found.steps, found.length):
        steps.append((step.label, step.numbers))
        with working():
            for check in step.checks:
                tallies.setdefault((check.id, check.words), Tally(check)).take(step.label, check)
    sure = all(h.holds for h in found.hypotheses) and all(t.certified == len(steps) for t in tallies.values())
    data = {"facts": dict(found.facts), "hypotheses": [_data(h) for h in found.hypotheses],
            "claims": [_tally(t) for t in tallies.values()], "steps": [{"step": label, **_numbers(n)} for label, n in steps]}
    if args.json is None or not saved(args.json, data):
        _print(found.facts, found.hypotheses, list(tallies.values()), steps)
    return 0 if sure else 1


def _room(check: Checked) -> float:
    """right - left in units of the larger side."""
    scale = max(abs(float(side.mid())) for side in (check.left, check.right))
    return float((check.right - check.left).mid()) / scale if scale else 0.0


def _print(facts: Mapping[str, str], hypotheses: Any, tallies: list[Tally], steps: list[tuple[str, Any]]) -> None:
    out = console()
    out.print(table(facts.items(), "instance", ""))
    out.print()
    out.print(table([(h.id, h.words, *_sides(h), WORDS[h.holds]) for h in hypotheses], "hypothesis", "statement", "left",
                    "right", ""))
    out.print()
    if steps:
        out.print(table(_lines(tallies), "claim", "statement", "certified", "tightest", "left", "right", "right - left"))
        out.print()
        out.print(table(_widths(steps), "number", *dict.fromkeys((steps[0][0], steps[-1][0])), "largest radius",
                        "largest relative radius"))
        out.print()
    out.print(FOOTER, soft_wrap=True)


def _lines(tallies: list[Tally]) -> Iterator[tuple[str, ...]]:
    for tally in tallies:
        label, check = tally.tightest or ("", tally.first)
        with working():
            gap = shown(check.right - check.left)
        yield tally.first.id, tally.first.words, tally.word, label, *_sides(check), gap


def _sides(check: Checked) -> tuple[str, str]:
    return shown(check.left), shown(check.right)


def _widths(steps: list[tuple[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Every measured number at the first and the last step, with the worst absolute and relative radius of all."""
    ends = [numbers for _, numbers in (steps[0], steps[-1])][: len(dict.fromkeys((steps[0][0], steps[-1][0])))]
    for name in steps[0][1]:
        balls = [numbers[name] for _, numbers in steps]
        with working():
            told = [ball for ball in balls if not ball.contains(0)]
            relative = max((ball.rad() / abs(ball).lower() for ball in told), key=_size, default=None)
        notes = [] if relative is None else [_small(relative)]
        if len(told) < len(balls):
            notes.append(f"0 is in {len(balls) - len(told)} of the balls")
        widest = max((ball.rad() for ball in balls), key=_size)
        yield name, *(_end(numbers[name]) for numbers in ends), _small(widest), "; ".join(notes)


def _size(radius: Any) -> Any:
    return radius.upper()


def _small(radius: Any) -> str:
    return str(radius.mid().str(RADIUS_DIGITS, radius=False))


def _end(ball: Any) -> str:
    return "0 up to the radius" if ball.contains(0) else shown(ball)


def _numbers(numbers: Mapping[str, Any]) -> dict[str, str]:
    return {name: ball.str(DIGITS) for name, ball in numbers.items()}


def _data(check: Checked) -> dict[str, Any]:
    return {"id": check.id, "statement": check.words, "left": check.left.str(DIGITS), "right": check.right.str(DIGITS),
            "verdict": WORDS[check.holds].lower()}


def _tally(tally: Tally) -> dict[str, Any]:
    label, check = tally.tightest or ("", tally.first)
    return {"id": tally.first.id, "statement": tally.first.words, "certified": tally.certified, "false": tally.false,
            "open": tally.open, "tightest": {"step": label, **_data(check)}}
