"""Asks this project every problem of the benchmark and sends every definite answer through the second checker.

    python tests/benchmarks/recheck.py [--budget 1] [--only TEXT] [--json FILE]

The answers are those of ``proofcheck decide --json``; ``--json`` writes them to a file for ``proofcheck recheck``.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from benchmarks.problems import Problem, load  # noqa: E402

from proofcheck.cli.decide import data, sealed  # noqa: E402
from proofcheck.decide import decide  # noqa: E402
from proofcheck.second import check_answer  # noqa: E402

Answer = dict[str, Any]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 if an answer is refused."""
    options = _options(argv)
    chosen = [p for p in load() if options.only in f"{p.family}/{p.id}"]
    told, survived, spent, answers = Counter[str](), Counter[str](), 0.0, []
    for problem, answer in _answers(chosen, options.budget):
        answers.append(answer)
        start = process_time()
        problems = check_answer(answer)
        spent += process_time() - start
        told[answer["verdict"]] += 1
        survived[answer["verdict"]] += not problems
        for line in problems:
            print(f"{problem.family}/{problem.id}: {line}")
    if options.json:
        Path(options.json).write_text(json.dumps(answers, indent=1, ensure_ascii=False), encoding="utf-8")
    for verdict in ("proved", "refuted"):
        print(f"{verdict}: {survived[verdict]} of {told[verdict]} answers survive the second checker")
    print(f"undecided: {told['undecided']}; {spent:.1f} s of CPU time for the second checker")
    return int(survived != told)


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="recheck.py", description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=1.0, help="seconds per problem")
    parser.add_argument("--only", default="", help="only problems whose family/id contains this text")
    parser.add_argument("--json", default="", help="write every answer to this file")
    return parser.parse_args(argv)


def _answers(problems: list[Problem], budget: float) -> Iterator[tuple[Problem, Answer]]:
    for number, problem in enumerate(problems, 1):
        print(f"{number}/{len(problems)} {problem.id}", file=sys.stderr)
        yield problem, answer_to(problem, budget)


def answer_to(problem: Problem, budget: float) -> Answer:
    """What ``proofcheck decide --json`` writes."""
    written = json.dumps(sealed(data(decide(problem.goal, problem.given, budget))), ensure_ascii=False)
    return dict(json.loads(written))


if __name__ == "__main__":
    raise SystemExit(main())
