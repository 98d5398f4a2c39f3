"""Asks this project and its peers every problem of the benchmark and prints a Markdown table.

    python tests/benchmarks/run.py [--budget 5] [--peers z3,cvc5,sympy,coq] [--only TEXT] [--json FILE]

Everything in one table is measured in the same run.  solved: correct definite answers; wrong: definite and wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from statistics import median

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

from benchmarks.peers import OURS, PEERS, Answer, Peer  # noqa: E402
from benchmarks.problems import Problem, load  # noqa: E402

Row = tuple[Problem, Answer]


def main(argv: list[str] | None = None) -> int:
    """Run the benchmark; the exit status is 1 if this project gave a wrong answer."""
    options = _options(argv)
    chosen = [p for p in load() if options.only in f"{p.family}/{p.id}"]
    tools = {"proofcheck": OURS, **{n: PEERS[n] for n in _present(options.peers)}}
    results = {name: [(p, _ask(name, tool, p, options.budget)) for p in chosen] for name, tool in tools.items()}
    print(table(results, options.budget))
    if options.json:
        Path(options.json).write_text(json.dumps(_plain(results), indent=1), encoding="utf-8")
    return int(any(is_wrong(row) for row in results["proofcheck"]))


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__.splitlines()[0])
    parser.add_argument("--budget", type=float, default=5.0, help="seconds per problem and tool")
    parser.add_argument("--peers", default=",".join(PEERS), help="names separated by commas, or an empty string")
    parser.add_argument("--only", default="", help="only problems whose family/id contains this text")
    parser.add_argument("--json", default="", help="write every single answer to this file")
    return parser.parse_args(argv)


def _present(names: str) -> list[str]:
    wanted = [n for n in names.split(",") if n]
    unknown = [n for n in wanted if n not in PEERS]
    if unknown:
        raise SystemExit(f"unknown peers {', '.join(unknown)}; known: {', '.join(PEERS)}")
    for name in wanted:
        if not PEERS[name].present():
            print(f"{name} is not installed here and is left out", file=sys.stderr)
    return [n for n in wanted if PEERS[n].present()]


def _ask(name: str, tool: Peer, problem: Problem, budget: float) -> Answer:
    answer = tool.ask(problem, budget)
    mark = "  WRONG" if is_wrong((problem, answer)) else ""
    print(f"{name:10} {answer.seconds:7.2f} s  {answer.verdict:11} {problem.id}{mark}", file=sys.stderr)
    return answer


def is_solved(row: Row) -> bool:
    """A definite answer that is right."""
    return row[1].verdict == ("proved" if row[0].truth else "refuted")


def is_wrong(row: Row) -> bool:
    """A definite answer that is not right."""
    return row[1].verdict == ("refuted" if row[0].truth else "proved")


def table(results: dict[str, list[Row]], budget: float) -> str:
    """Solved problems per family and tool, then the totals, in Markdown."""
    problems = [p for p, _ in results["proofcheck"]]
    families = list(dict.fromkeys(p.family for p in problems))
    lines = [_line("family", "problems (true + false)", *results), _line("---", *["---:"] * (1 + len(results)))]
    for family in families:
        own = [p for p in problems if p.family == family]
        cells = [_score([r for r in rows if r[0].family == family]) for rows in results.values()]
        lines.append(_line(family, _count(own), *cells))
    lines.append(_line("**solved**", _count(problems), *(f"**{_score(rows)}**" for rows in results.values())))
    for title, cell in (("wrong", _wrong), ("unsupported", _unsupported), ("median time", _median), ("total time", _total)):
        lines.append(_line(title, "", *(cell(rows) for rows in results.values())))
    note = f"Budget: {budget:g} s per problem and tool, one run on one machine; the median leaves out what is unsupported."
    return "\n".join([*lines, "", note])


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _count(problems: list[Problem]) -> str:
    return f"{len(problems)} ({sum(p.truth for p in problems)} + {sum(not p.truth for p in problems)})"


def _score(rows: list[Row]) -> str:
    wrong = sum(map(is_wrong, rows))
    return f"{sum(map(is_solved, rows))}" + (f" ({wrong} wrong)" if wrong else "")


def _wrong(rows: list[Row]) -> str:
    return str(sum(map(is_wrong, rows)))


def _unsupported(rows: list[Row]) -> str:
    return str(sum(a.verdict == "unsupported" for _, a in rows))


def _median(rows: list[Row]) -> str:
    times = [a.seconds for _, a in rows if a.verdict != "unsupported"]
    return f"{median(times):.2f} s" if times else "-"


def _total(rows: list[Row]) -> str:
    return f"{sum(a.seconds for _, a in rows):.0f} s"


def _plain(results: dict[str, list[Row]]) -> dict[str, dict[str, dict[str, object]]]:
    return {name: {p.id: {"truth": p.truth, "verdict": a.verdict, "seconds": round(a.seconds, 3)} for p, a in rows}
            for name, rows in results.items()}


if __name__ == "__main__":
    raise SystemExit(main())
