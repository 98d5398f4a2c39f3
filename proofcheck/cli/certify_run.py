"""``proofcheck certify-run``: a theorem's hypotheses on the user's data, a run with every step checked, a certificate."""

from __future__ import annotations

import argparse
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console

from proofcheck.claims import Attempt, Checked, Running
from proofcheck.cli.certified import WORDS
from proofcheck.cli.common import BadInput, add_paper, console, saved, shown_progress, table
from proofcheck.papers import Source, find
from proofcheck.runs import certifying, sealed, standing
from proofcheck.witness import shown

INTERRUPTED = 130
NEEDED = ("data", "m", "sigma", "seed")


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("certify-run", help="does the theorem hold for a run on your data? Run it, check every "
                                 "step, write a certificate that 'recheck' accepts")
    parser.add_argument("--data", metavar="FILE", help="points and targets, a row for each: .csv with the heading "
                        "x1,x2,...,y1,..., .npz with arrays x and y, or .json with lists x and y; every ||x_i|| and "
                        "||y_i|| at most 1")
    for name, kind, words in (
        ("m", int, "neurons, an even number"),
        ("sigma", float, "standard deviation of the initial weights"),
        ("seed", int, "of the initial weights"),
    ):
        parser.add_argument(f"--{name}", type=kind, help=words)
    parser.add_argument("--eta", help="step size, such as 1e-5 or 1/4096 (default: the largest simple one that is allowed)")
    parser.add_argument("--steps", type=int, help="stop after so many steps (default: when the loss is below 1e-20, or "
                        "after about a minute's work)")
    parser.add_argument("-o", metavar="CERT", dest="target", help="write the certificate as JSON ('-': to standard output, "
                        "and all else to standard error)")
    parser.add_argument("--table", action="store_true", help="instead: runs in the regime from (n, d) = (1, 1) to (8, 8) "
                        "and on real data, the width that the paper asks for beside the one that is enough")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: hypotheses and conclusions certified; 1: some are not; 130: interrupted, and written so far; raises BadInput."""
    source = find(args.paper)
    if args.table:
        return _table(source)
    missing = [f"--{name}" for name in NEEDED if getattr(args, name) is None]
    if missing:
        raise BadInput(f"certify-run needs {', '.join(missing)} (or --table)")
    if args.steps is not None and args.steps < 1:
        raise BadInput(f"--steps {args.steps}: allowed is a whole number >= 1")
    if args.target not in (None, "-") and not Path(args.target).absolute().parent.is_dir():
        raise BadInput(f"cannot write {args.target}: there is no such folder")
    options = {name: getattr(args, name) for name in (*NEEDED, "eta", "steps")}
    try:
        attempt = certifying(source).attempt(options)
    except ValueError as error:
        raise BadInput(str(error)) from None
    out = console(stderr=args.target == "-")
    _told(out, attempt)
    if attempt.running is None:
        for line in attempt.advice:
            out.print(line, soft_wrap=True)
        return 1
    interrupted = _ran(attempt.running)
    certificate = sealed(source, attempt.running.certificate())
    if args.target is not None:
        saved(args.target, certificate)
    _result(out, certificate, args.target)
    if interrupted:
        return INTERRUPTED
    return 0 if all(c["false"] == c["open"] == 0 for c in certificate["certified"]["run"]["conclusions"]) else 1


@contextmanager
def _stoppable() -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed; the step at hand is finished first."""
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(True))
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _ran(running: Running) -> bool:
    """Run; True if it was interrupted."""
    with _stoppable() as stop:
        for _ in shown_progress(running.steps, running.length):
            if stop():
                return True
    return False


def _told(out: Console, attempt: Attempt) -> None:
    out.print(table(attempt.facts.items(), "instance", ""))
    out.print()
    out.print(table([_row(h) for h in attempt.hypotheses], "hypothesis", "statement", "left", "right", ""))
    out.print()


def _row(check: Checked) -> tuple[str, ...]:
    return check.id, check.words, shown(check.left), shown(check.right), WORDS[check.holds]


def _result(out: Console, certificate: Mapping[str, Any], target: str | None) -> None:
    run = certificate["certified"]["run"]
    out.print(table([(c["id"], c["words"], _count(c), str(c["tightest"]["step"]), _middle(c["tightest"]["left"]),
                      _middle(c["tightest"]["right"])) for c in run["conclusions"]],
                    "conclusion", "statement", "certified", "tightest at", "left", "right"))
    out.print()
    for line in (*certificate["certified"]["says"], certificate["adds"]):
        out.print(line, soft_wrap=True)
    if target not in (None, "-"):
        out.print(f"Certificate written to {target}; 'proofcheck recheck {target}' looks at it again.", soft_wrap=True)


def _count(conclusion: Mapping[str, Any]) -> str:
    whole = sum(conclusion[name] for name in ("certified", "false", "open"))
    rest = [f"{conclusion[name]} {name}" for name in ("false", "open") if conclusion[name]]
    return ", ".join([f"{conclusion['certified']} of {whole}", *rest])


def _middle(bracket: list[str]) -> str:
    return f"{(float(bracket[0]) + float(bracket[1])) / 2:.6g}"


def _table(source: Source) -> int:
    makers = certifying(source).table
    rows = [make() for make in shown_progress(makers.values(), len(makers))]
    out = console()
    out.print(table([[row.get(name, "") for name in rows[0]] for row in rows], *rows[0]))
    theorem = standing(source)
    out.print(f"Hypotheses and conclusions are decided by balls on each of these runs; {theorem['id']} itself is "
              f"{theorem['verdict']} in the ledger.", soft_wrap=True)
    return 0
