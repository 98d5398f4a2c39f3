"""``proofcheck regime``: which hypotheses, steps and claims fail at a point of parameter space, and why."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from typing import Any

from proofcheck.cli.common import BadInput, add_paper, console, pretty, resolve, shortened, step_ids
from proofcheck.evidence import value_text
from proofcheck.papers import find
from proofcheck.regime import (
    ARRAYS,
    FAILS,
    HOLDS,
    UNDECIDED,
    VALUES,
    VIOLATED,
    BadPoint,
    Outcome,
    point_text,
    survey,
    values,
)

MANY = 6


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("regime", help="which hypotheses, steps and claims fail at a point of parameter space")
    parser.add_argument("ids", nargs="*", metavar="ID", help="ids, prefixes or globs; all claims by default")
    parser.add_argument("--set", action="append", required=True, metavar="NAME=VALUE", dest="settings",
                        help="a parameter and its value, such as B=1 or lam=1/100; may be repeated")
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_paper(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0: nothing fails there as far as parameters decide; 1: something does; raises BadInput."""
    paper = find(args.paper).paper
    ids = resolve(paper, args.ids) if args.ids else [c.id for c in paper]
    try:
        at = values(paper, args.settings)
    except BadPoint as error:
        raise BadInput(f"--set: {error}") from None
    found = list(survey(paper, ids, at))
    named = {key for key in args.ids if key in paper or key in step_ids(paper)}
    lacking = sorted({name for o in found if _owner(o) in named for name in o.missing})
    if lacking:
        raise BadInput(f"{', '.join(sorted(named))} needs {', '.join(lacking)}: add {_settings(lacking)} (or write "
                       f"'{min(named)}*' for what can be decided without)")
    if args.json:
        data = {"point": {k: value_text(v) for k, v in sorted(at.items())}, "outcomes": [_data(o) for o in found]}
        json.dump(data, sys.stdout, indent=1, ensure_ascii=False)
        print()
    else:
        out = console()
        for line in (f"At {shortened(point_text(at))}", *lines(found)):
            out.print(line, soft_wrap=True)
    return 1 if any(o.verdict == FAILS for o in found) else 0


def _owner(outcome: Outcome) -> str:
    """The claim or step that says it, or asks for it."""
    return outcome.id.partition("#")[0]


def _settings(names: Sequence[str]) -> str:
    return " ".join(f"--set {name}=VALUE" for name in names)


def _data(outcome: Outcome) -> Mapping[str, Any]:
    return {key: value for key, value in asdict(outcome).items() if value not in ("", ())}


def lines(found: Sequence[Outcome]) -> Iterator[str]:
    """What fails, with both sides; then what is not said, what holds, and what the point does not decide."""
    hypotheses = [o for o in found if o.kind == "hypothesis"]
    said = [o for o in found if o.kind != "hypothesis"]
    failing = [list(group) for _, group in groupby(sorted((o for o in hypotheses if o.verdict == FAILS), key=_look), _look)]
    wrong = [o for o in said if o.verdict == FAILS]
    yield f"\nhypotheses that fail: {len(failing)}"
    for same in failing:
        yield f"  {pretty(same[0].statement)}    {same[0].words}"
        yield f"      {_sides(same[0])}; asked for by {_few(map(_owner, same))}"
    yield f"\nsteps and claims that fail: {len(wrong)}"
    for o in wrong:
        yield f"  {o.id} ({o.kind}, line {o.line}): {o.words}"
        yield f"      {pretty(o.statement)}"
        yield f"      {_sides(o)}"
        if o.beside:
            yield f"      wherever this holds as well: {'; '.join(o.beside)}"
    yield ""
    silent = [o for o in said if o.verdict == VIOLATED]
    yield _told("say nothing here, for a hypothesis fails", silent)
    yield from (f"    {o.id}: {'; '.join(o.violated)}" for o in silent if len(silent) <= MANY)
    yield _told("hold here", [o for o in said if o.verdict == HOLDS])
    for verdict, words in ((ARRAYS, "not decided, arrays are involved"), (UNDECIDED, "not decided, the balls do not tell")):
        yield _told(words, [o for o in said if o.verdict == verdict])
    lacking = [o for o in said if o.verdict == VALUES]
    yield _told("not decided, values are missing", lacking)
    if lacking:
        yield f"    of {', '.join(sorted({name for o in lacking for name in o.missing}))}"


def _look(outcome: Outcome) -> tuple[str, str, str]:
    """Equal hypotheses with equal numbers are told once."""
    return outcome.statement, outcome.left, outcome.right


def _sides(outcome: Outcome) -> str:
    return f"left side {shortened(outcome.left)}, right side {shortened(outcome.right)} (certified with balls)"


def _told(words: str, found: Sequence[Outcome]) -> str:
    return f"{words}: {len(found)}" + (f" ({_few(o.id for o in found)})" if found else "")


def _few(ids: Iterator[str]) -> str:
    keys = list(dict.fromkeys(ids))
    return ", ".join(keys[:MANY]) + (f" and {len(keys) - MANY} more" if len(keys) > MANY else "")
