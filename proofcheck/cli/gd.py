"""``proofcheck gd``: one real run of gradient descent, every bound of the paper beside its measured value."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofcheck.claims import Claim, Instance, Paper
from proofcheck.cli.common import BadInput, add_paper, console, table
from proofcheck.evaluate import NoValue, Slack, Values, holds, slack
from proofcheck.kernel.terms import arrays, variables
from proofcheck.kernel.text import to_text
from proofcheck.papers import find
from proofcheck.witness import TOLERANCE, normalized, shown, working

TITLE = 45
NETS = ("softmax", "relu", "exp")


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("gd", help="a real GD run, every bound of the paper beside its measured value")
    for name, words, default in (("n", "data points", 4), ("d", "input and output dimension", 2), ("m", "neurons", 256),
                                 ("steps", "GD steps", 50)):
        parser.add_argument(f"--{name}", type=int, default=default, help=f"{words} (default: {default})")
    parser.add_argument("--sigma", type=float, default=1.0, help="standard deviation of the initial weights (default: 1)")
    parser.add_argument("--seed", type=int, default=0, help="of the data and the initial weights (default: 0)")
    parser.add_argument("--eta", type=float, default=None, help="step size (default: chosen by the paper's package)")
    parser.add_argument("--net", choices=NETS, default="softmax", help="activation (default: softmax)")
    parser.add_argument("--precision", default="float64", metavar="P", help="float64, a number of digits, or ball")
    parser.add_argument("--json", metavar="FILE", help="write the rows ('-': to standard output)")
    add_paper(parser)
    parser.set_defaults(run=run)


@dataclass
class Row:
    """One bound on one run: the worst state that meets the hypotheses, and the last state of all."""

    claim: Claim
    runs: int = 0
    worst: tuple[Slack, str] | None = None
    failed: int = 0
    last: tuple[Slack, str] | None = None
    unmet: list[str] = field(default_factory=list)
    met: dict[str, str] = field(default_factory=dict)  # for each hypothesis the last state that meets it

    def take(self, instance: Instance) -> None:
        """Measure the bound on one more state."""
        rel, values = self.claim.rel, instance.values
        if rel is None:
            return
        self.unmet = [g.words for g in self.claim.given if not _holds(g.rel, values)]
        self.met |= {g.words: instance.label for g in self.claim.given if g.words not in self.unmet}
        found = slack(rel, values)
        self.last = (found, instance.label)
        if self.unmet or not found.defined:
            return
        self.runs += 1
        self.failed += not _holds(rel, values)
        if self.worst is None or _float(found.ratio) >= _float(self.worst[0].ratio):
            self.worst = (found, instance.label)


def run(args: argparse.Namespace) -> int:
    """0: every bound was measured; 1: a proved bound fails where its hypotheses hold."""
    for name in ("n", "d", "m", "steps"):
        if getattr(args, name) < (0 if name == "steps" else 1):
            raise BadInput(f"--{name} {getattr(args, name)}: allowed is a whole number >= {0 if name == 'steps' else 1}")
    paper = find(args.paper).paper
    if paper.gd is None:
        raise BadInput(f"the paper {paper.name} offers no GD runs")
    options = {k: getattr(args, k) for k in ("n", "d", "m", "sigma", "seed", "steps", "eta", "net")}
    try:
        states, rows = measured(paper, {**options, "arithmetic": args.precision})
    except ValueError as error:
        raise BadInput(str(error)) from None
    written(args, options | {"precision": args.precision}, states, rows)
    return 1 if any(r.failed for r in rows) else 0


def measured(paper: Paper, options: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Row]]:
    """Run, and measure every bound that speaks of the run's arrays on every state."""
    rows = [Row(c) for c in paper if c.rel is not None and c.rel.op != "=" and arrays(c.rel) and c.kind != "hypothesis"]
    states = []
    for instance in paper.gd(options) if paper.gd is not None else ():
        rows = [r for r in rows if _measures(r, instance)]
        states.append((instance.label, instance.precision, instance.values.scalars))
    if not states:
        raise BadInput("the run has no states")
    names = sorted({v.name for r in rows for rel in (r.claim.rel, *r.claim.hyps) if rel is not None for v in variables(rel)})
    return [{"state": label, "precision": precision, **{k: shown(scalars[k]) for k in names if k in scalars}}
            for label, precision, scalars in states], rows


def _measures(row: Row, instance: Instance) -> bool:
    """Take the state; False if the claim speaks of something that a run does not have."""
    try:
        with working():
            row.take(normalized(instance))
        return True
    except NoValue:
        return False


def _holds(rel: Any, values: Values) -> bool:
    return holds(rel, values, 0.0 if values.arithmetic.exact and rel.op != "=" else TOLERANCE)


def _float(value: Any) -> float:
    found = float(value)
    return -math.inf if math.isnan(found) else found


def written(args: argparse.Namespace, options: dict[str, Any], states: list[dict[str, Any]], rows: list[Row]) -> None:
    """Print the table, and write the JSON where the user wants it."""
    if args.json is not None:
        text = json.dumps({"options": {k: _plain(v) for k, v in options.items()}, "states": states,
                           "bounds": [data(r) for r in rows]}, indent=1, ensure_ascii=False) + "\n"
        if args.json == "-":
            sys.stdout.write(text)
            return
        try:
            Path(args.json).write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"cannot write {args.json}: {error.strerror}") from None
    out = console()
    for line in heading(options, states, rows):
        out.print(line, soft_wrap=True)
    lines = [(key, state.rpartition(", ")[2], *rest) for key, state, *rest in cells(rows)]
    out.print(table(lines, "id", "state", "measured", "bound", "slack", "ratio", "hypotheses", "title"))
    out.print("measured: the left side of the printed bound at its worst indices; slack: bound - measured; ratio: "
              "measured/bound, the worst one. Numbers witness, they prove nothing.", soft_wrap=True)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value


def heading(options: dict[str, Any], states: list[dict[str, Any]], rows: list[Row]) -> Iterator[str]:
    """The run in a few lines, with the hypotheses that it leaves."""
    yield ", ".join(f"{k} = {v}" for k, v in options.items() if v is not None)
    yield f"{len(states)} states; the last one: {', '.join(f'{k} = {v}' for k, v in states[-1].items())}"
    for words in dict.fromkeys(w for r in rows for w in r.unmet):
        until = next((r.met[words] for r in rows if words in r.met), None)
        yield f"not met in the last state: {words}; " + (f"last met: {until}" if until else "met in no state")
    yield ""


def cells(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    """The table: for each bound the worst state that meets the hypotheses, and the last one if it does not."""
    for row in rows:
        if row.worst is not None:
            word = "met" if not row.failed else f"met, but FAILS in {row.failed} states"
            yield (row.claim.id, row.worst[1], *_numbers(row.worst[0]), word, _brief(row.claim.title))
        if row.last is not None and row.unmet:
            word = f"not met: {'; '.join(row.unmet)}"
            yield (row.claim.id, row.last[1], *_numbers(row.last[0]), word, _brief(row.claim.title))


def _brief(title: str) -> str:
    return title if len(title) <= TITLE else title[:TITLE] + "..."


def _numbers(found: Slack) -> tuple[str, ...]:
    return shown(found.lhs), shown(found.rhs), shown(found.slack), shown(found.ratio)


def data(row: Row) -> dict[str, Any]:
    """A row as plain data; numbers are text."""
    def one(found: tuple[Slack, str] | None) -> dict[str, Any] | None:
        return None if found is None else {"state": found[1], **dict(zip(
            ("measured", "bound", "slack", "ratio"), _numbers(found[0]), strict=True)), "at": dict(found[0].at)}

    return {"id": row.claim.id, "statement": None if row.claim.rel is None else to_text(row.claim.rel),
            "states_meeting_hypotheses": row.runs, "failures": row.failed, "worst": one(row.worst), "last": one(row.last),
            "not_met_in_last": row.unmet}
