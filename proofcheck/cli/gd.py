"""``proofcheck gd``: one real run of gradient descent, every bound of the paper beside its measured value."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from proofcheck.claims import Claim, Instance, Paper
from proofcheck.cli import certified
from proofcheck.cli.common import BadInput, add_paper, console, saved, shown_progress, table
from proofcheck.evaluate import NoValue, Slack, Values, holds, slack
from proofcheck.kernel.terms import arrays, variables
from proofcheck.kernel.text import to_text
from proofcheck.papers import find
from proofcheck.witness import TOLERANCE, normalized, shown, working

TITLE = 45
TRACED = 6
NETS = ("softmax", "relu", "exp")
REGIMES = ("paper", "repaired")
PLAIN = {"n": 4, "d": 2, "m": 256, "sigma": 1.0, "steps": 50, "precision": "float64"}
CERTIFIED = {"n": 1, "d": 1, "m": None, "sigma": None, "steps": 10, "precision": None}
COMMON = {"seed": 0, "eta": None, "net": "softmax", "regime": None, "delta": None, "data": None}
DELTA = "0.05"


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("gd", help="a real GD run, every bound of the paper beside its measured value")
    for name, words in (("n", "data points"), ("d", "input and output dimension"), ("m", "neurons"), ("steps", "GD steps")):
        usual = f"default: {PLAIN[name]}; with --regime: {CERTIFIED[name] or 'chosen'}"
        parser.add_argument(f"--{name}", type=int, help=f"{words} ({usual})")
    for name, kind, words in (
        ("sigma", float, "standard deviation of the initial weights (default: 1; with --regime: chosen)"),
        ("seed", int, "of the data and the initial weights (default: 0)"),
        ("eta", float, "step size (default: chosen by the paper's package)"),
        ("delta", str, f"failure probability of the theorem, with --regime (default: {DELTA})"),
    ):
        parser.add_argument(f"--{name}", type=kind, help=words)
    parser.add_argument("--net", choices=NETS, help="activation (default: softmax)")
    parser.add_argument("--precision", metavar="P", help="float64, a number of digits, ball, or ball:BITS (default: "
                        "float64; with --regime: balls with as many bits as the run needs)")
    parser.add_argument("--regime", choices=REGIMES, help="a run inside the hypotheses of the main theorem, as printed or "
                        "as repaired: balls decide them and every claimed inequality")
    parser.add_argument("--data", metavar="FILE", help='JSON {"x": rows, "y": rows} instead of random data: a row of '
                        "numbers for each point, and one for each target")
    parser.add_argument("--bounds", choices=("all", "none"), help="whether the paper's bounds are measured on every state "
                        "(default: chosen by the paper's package; on large nets they take minutes and gigabytes)")
    parser.add_argument("--store", metavar="FOLDER", help="keep the run in a new folder, state by state")
    parser.add_argument("--resume", metavar="FOLDER", help="go on with a stored run; only --steps can be given anew")
    parser.add_argument("--json", metavar="FILE", help="write the result ('-': to standard output)")
    add_paper(parser)
    parser.set_defaults(run=run)


def _read(name: str) -> Any:
    """The content of a JSON file; decimals stay text, so that they are exact."""
    try:
        return json.loads(Path(name).read_text(encoding="utf-8"), parse_float=str, parse_constant=str)
    except OSError as error:
        raise BadInput(f"cannot read {name}: {error.strerror}") from None
    except ValueError as error:
        raise BadInput(f"{name} is not JSON: {error}") from None


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
    """0: every bound was measured, or every claim of the regime proved; 1: one fails where its hypotheses hold."""
    paper = find(args.paper).paper
    try:
        chosen = options(args, paper)
        if chosen["regime"] is not None:
            return certified.run(args, paper, chosen)
        states, rows = measured(paper, chosen | {"bounds": args.bounds})
    except ValueError as error:
        raise BadInput(str(error)) from None
    written(args, {k: v for k, v in chosen.items() if k not in ("store", "resume")}, states, rows)
    return 1 if any(r.failed for r in rows) else 0


def options(args: argparse.Namespace, paper: Paper) -> dict[str, Any]:
    """What the run is to be: as given, completed by defaults or by the stored run; raises BadInput or ValueError."""
    given = {k: getattr(args, k) for k in (*PLAIN, *COMMON) if getattr(args, k) is not None}
    if args.data is not None:
        given["data"] = _read(args.data)
    for name, least in (("n", 1), ("d", 1), ("m", 1), ("steps", 0), ("seed", 0)):
        if given.get(name, least) < least:
            raise BadInput(f"--{name} {given[name]}: allowed is a whole number >= {least}")
    for name in ("sigma", "eta"):
        if not 0 < given.get(name, 1) < math.inf:
            raise BadInput(f"--{name} {given[name]}: allowed is a finite number > 0")
    if given.get("data") is not None and not {"n", "d"}.isdisjoint(given):
        raise BadInput("--data says how many points there are and of what dimension; leave out --n and --d")
    if args.store is not None and args.resume is not None:
        raise BadInput("--store and --resume exclude each other; a resumed run stays in its folder")
    if args.resume is not None:
        return {**_stored(args, paper, given), "store": None, "resume": args.resume}
    if given.get("delta") is not None and given.get("regime") is None:
        raise BadInput(f"--delta {given['delta']}: it belongs to --regime")
    usual = PLAIN if given.get("regime") is None else CERTIFIED | {"delta": DELTA}
    sizes = {} if given.get("data") is None else {"n": None, "d": None}
    return {**COMMON, **usual, **sizes, **given, "store": args.store, "resume": None}


def _stored(args: argparse.Namespace, paper: Paper, given: dict[str, Any]) -> dict[str, Any]:
    if paper.stored is None:
        raise BadInput(f"the paper {paper.name} offers no stored runs")
    kept = dict(paper.stored(args.resume))
    for name, value in given.items():
        if name != "steps" and value != kept.get(name):
            raise BadInput(f"--{name} {value}: the run in {args.resume} has {kept.get(name)}; "
                           "only --steps can be given anew")
    return kept | ({"steps": given["steps"]} if "steps" in given else {})


def measured(paper: Paper, options: dict[str, Any]) -> tuple[list[dict[str, Any]], list[Row]]:
    """Run, and measure every bound that speaks of the run's arrays on every state."""
    if paper.gd is None:
        raise BadInput(f"the paper {paper.name} offers no GD runs")
    rows = [Row(c) for c in paper if c.rel is not None and c.rel.op != "=" and arrays(c.rel) and c.kind != "hypothesis"]
    states = []
    for instance in shown_progress(paper.gd(options), options["steps"] + 1):
        rows = [r for r in rows if _measures(r, instance)]
        states.append((instance.label, instance.precision, instance.values.scalars, instance.trace))
    if not states:
        raise BadInput("the run has no states")
    names = sorted({v.name for r in rows for rel in (r.claim.rel, *r.claim.hyps) if rel is not None for v in variables(rel)})
    return [{"state": label, "precision": precision, **{k: shown(scalars[k]) for k in names if k in scalars},
             "trace": {k: shown(v) for k, v in trace.items()}} for label, precision, scalars, trace in states], rows


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
    if args.json is not None and saved(args.json, {"options": {k: _plain(v) for k, v in options.items()}, "states": states,
                                                   "bounds": [data(r) for r in rows]}):
        return
    out = console()
    for line in heading(options | {"data": args.data}, states, rows):
        out.print(line, soft_wrap=True)
    if states[0]["trace"]:
        out.print(table(traced(states), "state", *states[0]["trace"]))
        out.print()
    if not rows:
        out.print("No bound was measured: the paper's statements are not about this run, or it is so large that they are "
                  "measured only with --bounds all.", soft_wrap=True)
        return
    lines = [(key, state.rpartition(", ")[2], *rest) for key, state, *rest in cells(rows)]
    out.print(table(lines, "id", "state", "measured", "bound", "slack", "ratio", "hypotheses", "title"))
    out.print("measured: the left side of the printed bound at its worst indices; slack: bound - measured; ratio: "
              "measured/bound, the worst one. Numbers witness, they prove nothing.", soft_wrap=True)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) else value


def heading(options: dict[str, Any], states: list[dict[str, Any]], rows: list[Row]) -> Iterator[str]:
    """The run in a few lines, with the hypotheses that it leaves."""
    yield ", ".join(f"{k} = {v}" for k, v in options.items() if v is not None)
    last = {k: v for k, v in states[-1].items() if k != "trace"}
    yield f"{len(states)} states; the last one: {', '.join(f'{k} = {v}' for k, v in last.items())}"
    for words in dict.fromkeys(w for r in rows for w in r.unmet):
        until = next((r.met[words] for r in rows if words in r.met), None)
        yield f"not met in the last state: {words}; " + (f"last met: {until}" if until else "met in no state")
    yield ""


def traced(states: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Some states with their traced numbers, the first and the last among them."""
    for k in dict.fromkeys(round(j * (len(states) - 1) / (TRACED - 1)) for j in range(TRACED)):
        yield (states[k]["state"].rpartition(", ")[2], *states[k]["trace"].values())


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
