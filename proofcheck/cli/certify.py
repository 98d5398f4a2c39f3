"""``proofcheck certify --coq``: Coq's kernel re-proves what the committed ledger proves and refutes."""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from time import monotonic
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, committed, console, resolve, saved
from proofcheck.coq import byhand
from proofcheck.coq.disagreement import disagreements
from proofcheck.coq.export import Theorem, export
from proofcheck.coq.library import certify_wholes
from proofcheck.coq.runner import Run, compile_all, version
from proofcheck.coq.trust import PLURAL, WORDS, joined, load, read, told, trusted
from proofcheck.papers import find
from proofcheck.progress import reporting

NEW, ASK = " [not known before]", " [known; tried again only with --again]"


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("certify", help="let Coq re-prove the committed ledger")
    parser.add_argument("--coq", action="store_true", required=True, help="with Coq and its library Interval (required)")
    parser.add_argument("--whole", action="store_true",
                        help="also identities over arrays, and each proved claim as one theorem")
    parser.add_argument("--ids", nargs="+", metavar="ID", help="ids, prefixes or globs; all claims by default")
    parser.add_argument("--sample", type=int, metavar="N", help="only N of the theorems, drawn at random")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="seed of the draw (default: 0)")
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="processes of coqc (default: 2)")
    parser.add_argument("--again", action="store_true", help="also what is known to fail (coq.json says what)")
    parser.add_argument("--json", metavar="FILE", help="write what Coq says to each theorem ('-': to standard output)")
    parser.add_argument("--join", action="store_true",
                        help="with --json FILE: keep what FILE says of this ledger's theorems that are not tried now")
    parser.add_argument("--keep", metavar="DIR", help="leave the .v and .vo files there, to be read or compiled again")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: all goes well or fails as it is known to; 1: a disagreement, a new failure, or a file that proves too much."""
    for name, least in (("jobs", 1), ("sample", 1)):
        if (given := getattr(args, name)) is not None and given < least:
            raise BadInput(f"--{name} {given}: allowed is a whole number >= {least}")
    if args.whole and args.sample is not None:
        raise BadInput("--sample draws steps and points: it does not go with --whole, which --ids limits")
    if args.join and args.json in (None, "-"):
        raise BadInput("--join adds to a file: it needs --json FILE")
    source = find(args.paper)
    ledger = committed(source)
    if ledger is None:
        raise BadInput(f"there is no {source.ledger.name}; 'proofcheck verify --json {source.ledger.name}' writes one")
    release = version()
    keys = None if args.ids is None else resolve(source.paper, args.ids)
    try:
        hand = byhand.theorems(ledger, source.by_hand, keys) if args.whole else {}
    except byhand.BadProof as error:
        raise BadInput(str(error)) from None
    theorems = {**export(ledger, keys, arrays=args.whole), **hand}
    if args.sample is not None:
        theorems = drawn(theorems, args.sample, args.seed)
    known = failures(load(source.ledger, ledger))
    tried = theorems if args.again else {n: t for n, t in theorems.items() if n not in known}
    with folder(args.keep) as where, reporting(len(tried), doing="coqc", words=lambda r: str(r["id"])) as report:
        begin = monotonic()
        found = compile_all(tried, where, args.jobs, list(known),
                            lambda done, of: report({"id": "theorems"}, monotonic() - begin, done, of))
        if not found.interrupted:
            found.problems += disagreements(tried, found, where)
        found.outcomes |= {n: ("failed", known[n]) for n in theorems if n not in tried}
        if args.whole and not found.interrupted:
            theorems |= certified_wholes(ledger, keys, where, args.jobs, {} if args.again else known, found)
    data = told(ledger, {n: t for n, t in theorems.items() if n in found.outcomes}, found, release)
    written = joined(read(Path(args.json), ledger), data) if args.join else data
    out = console(stderr=args.json is not None and saved(args.json, written))
    for line in summary(data, found, theorems, {n: '' if n in tried else ASK for n in known}):
        out.print(line, soft_wrap=True)
    if found.interrupted:
        out.print(f"interrupted: {len(theorems) - len(found.outcomes)} of {len(theorems)} theorems were not tried")
        return 130
    new = [n for n, (word, _) in found.outcomes.items() if word == "failed" and n not in known]
    return 1 if found.problems or new else 0


def certified_wholes(ledger: Mapping[str, Any], keys: Collection[str] | None, where: Path, jobs: int,
                     known: Mapping[str, str], found: Run) -> dict[str, Theorem]:
    """The proved claims as theorems, with what Coq says to them added to what it has said; a proof by hand goes first."""
    try:
        theorems, more = certify_wholes(ledger, keys, where, jobs, known)
    except KeyboardInterrupt:  # what was certified before is kept
        found.interrupted = True
        return {}
    found.interrupted = more.interrupted
    more.outcomes = {n: o for n, o in more.outcomes.items() if found.outcomes.get(n, ("",))[0] != "certified"}
    found.add(more)
    return {n: t for n, t in theorems.items() if n in more.outcomes}


def failures(known: Mapping[str, Any] | None) -> dict[str, str]:
    """The theorems that are known to fail, and why."""
    return {} if known is None else {n: r["why"] for n, r in known["theorems"].items() if r["coq"] == "failed"}


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


def summary(data: Mapping[str, Any], found: Run, theorems: Mapping[str, Theorem], notes: Mapping[str, str]) -> Iterator[str]:
    """Everything that is not certified, one line each, then the counts."""
    for word in WORDS[1:]:
        for name, (outcome, why) in found.outcomes.items():
            if outcome == word:
                yield f"{word}: {theorems[name].where[0]} ({name}): {why}{notes.get(name, NEW) if word == 'failed' else ''}"
    for problem in found.problems:
        yield f"wrong: {problem}"
    for kind, count in data["counts"].items():
        total = sum(count[w] for w in WORDS)
        if total:
            told_ = ", ".join(f"{count[w]} {w}" for w in WORDS)
            noted = f"; {count['noted']} of them with derivatives that the engine worked out" if count["noted"] else ""
            yield f"{PLURAL[kind]}: {told_} (of {total}, in {count['theorems']} theorems){noted}"
    yield f"to be trusted: {trusted(data)}"
