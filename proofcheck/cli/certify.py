"""``proofcheck certify --coq``: Coq's kernel re-proves what the committed ledger proves and refutes."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, committed, console, resolve, saved
from proofcheck.coq import byhand
from proofcheck.coq.disagreement import disagreements
from proofcheck.coq.export import Theorem, export
from proofcheck.coq.runner import Run, compile_all, version
from proofcheck.coq.trust import PLURAL, WORDS, load, told, trusted
from proofcheck.papers import find
from proofcheck.progress import reporting


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("certify", help="let Coq re-prove the committed ledger")
    parser.add_argument("--coq", action="store_true", required=True, help="with Coq and its library Interval (required)")
    parser.add_argument("--ids", nargs="+", metavar="ID", help="ids, prefixes or globs; all claims by default")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of the theorems, drawn at random")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the draw (default: 0)")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes of coqc (default: 2)")
    parser.add_argument("--json", metavar="FILE", help="write what Coq says to each theorem ('-': to standard output)")
    parser.add_argument("--keep", metavar="DIR", help="leave the .v and .vo files there, to be read or compiled again")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: all goes well or fails as it is known to; 1: a disagreement, a new failure, or a file that proves too much."""
    for name, least in (("jobs", 1), ("sample", 1)):
        if (given := getattr(args, name)) is not None and given < least:
            raise BadInput(f"--{name} {given}: allowed is a whole number >= {least}")
    source = find(args.paper)
    ledger = committed(source)
    if ledger is None:
        raise BadInput(f"there is no {source.ledger.name}; 'proofcheck verify --json {source.ledger.name}' writes one")
    release = version()
    keys = None if args.ids is None else resolve(source.paper, args.ids)
    try:
        theorems = {**export(ledger, keys), **byhand.theorems(ledger, source.by_hand, keys)}
    except byhand.BadProof as error:
        raise BadInput(str(error)) from None
    if args.sample is not None:
        theorems = drawn(theorems, args.sample, args.seed)
    known = load(source.ledger, ledger)
    hard = [n for n, r in known["theorems"].items() if r["coq"] == "failed"] if known is not None else []
    with folder(args.keep) as where, reporting(len(theorems), doing="coqc", words=lambda r: str(r["id"])) as report:
        found = compile_all(theorems, where, args.jobs, hard,
                            lambda done, of: report({"id": "theorems"}, 0.0, done, of))
        found.problems += disagreements(theorems, found, where)
    data = told(ledger, theorems, found, release)
    out = console(stderr=args.json is not None and saved(args.json, data))
    for line in summary(data, found, theorems, set(hard)):
        out.print(line, soft_wrap=True)
    new = [n for n, (word, _) in found.outcomes.items() if word == "failed" and n not in hard]
    return 1 if found.problems or new else 0


def drawn(theorems: Mapping[str, Theorem], count: int, seed: int) -> dict[str, Theorem]:
    """Some of the theorems, in their order."""
    chosen = set(random.Random(seed).sample(sorted(theorems), min(count, len(theorems))))
    return {n: t for n, t in theorems.items() if n in chosen}


class folder:
    """A folder for Coq's files, which is removed in the end unless it was named."""

    def __init__(self, name: str | None) -> None:
        self.name, self.made = name, None if name is not None else tempfile.TemporaryDirectory(prefix="proofcheck-coq-")

    def __enter__(self) -> Path:
        path = Path(self.name) if self.name is not None else Path(self.made.name)  # type: ignore[union-attr]
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadInput(f"cannot write to {path}: {error.strerror}") from None
        return path

    def __exit__(self, *_: object) -> None:
        if self.made is not None:
            self.made.cleanup()


def summary(data: Mapping[str, Any], found: Run, theorems: Mapping[str, Theorem], hard: set[str]) -> Iterator[str]:
    """Everything that is not certified, one line each, then the counts."""
    for word in WORDS[1:]:
        for name, (outcome, why) in found.outcomes.items():
            if outcome == word:
                new = " [not known before]" if word == "failed" and name not in hard else ""
                yield f"{word}: {theorems[name].where[0]} ({name}): {why}{new}"
    for problem in found.problems:
        yield f"wrong: {problem}"
    for kind, count in data["counts"].items():
        total = sum(count[w] for w in WORDS)
        if total:
            told_ = ", ".join(f"{count[w]} {w}" for w in WORDS)
            noted = f"; {count['noted']} of them with derivatives that the engine worked out" if count["noted"] else ""
            yield f"{PLURAL[kind]}: {told_} (of {total}, in {count['theorems']} theorems){noted}"
    yield f"to be trusted: {trusted(data)}"
