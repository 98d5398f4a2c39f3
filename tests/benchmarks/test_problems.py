"""The problems of the benchmark are what they say, and no answer of this project to them is wrong.

``PROOFCHECK_BENCH_BUDGET`` (seconds per problem) lets the engine think for longer.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import partial
from multiprocessing import get_context

import pytest
from benchmarks.peers import Answer, Unsupported, ask_proofcheck, coq_script, smt_script
from benchmarks.problems import Problem, admissible, holds, load, point, relations, violates
from benchmarks.run import is_solved, is_wrong, table

from proofcheck.kernel.text import Reader

PROBLEMS = load()
BUDGET = float(os.environ.get("PROOFCHECK_BENCH_BUDGET", "0.05"))
SOLVED = 175  # with the default budget; raise it when the engine gets better
POINTS = 40


def name(problem: Problem) -> str:
    return problem.id


def test_the_benchmark_is_large_and_mixed() -> None:
    assert len(PROBLEMS) >= 170 and len({p.id for p in PROBLEMS}) == len(PROBLEMS)
    assert len({(p.goal, p.given) for p in PROBLEMS}) == len(PROBLEMS)
    assert min(Counter(p.family for p in PROBLEMS).values()) >= 8
    assert 0.3 <= sum(not p.truth for p in PROBLEMS) / len(PROBLEMS) <= 0.4
    assert all(p.source for p in PROBLEMS)


def test_proofcheck_reads_every_problem() -> None:
    for problem in PROBLEMS:
        Reader().relation(problem.goal)
        Reader().relations(problem.given)


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if not p.truth], ids=name)
def test_a_false_problem_fails_at_its_point(problem: Problem) -> None:
    assert violates(problem, point(problem.at))


@pytest.mark.parametrize("problem", [p for p in PROBLEMS if p.truth], ids=name)
def test_a_true_problem_holds_at_random_points(problem: Problem) -> None:
    (goal,) = relations(problem.goal)
    rng = random.Random(problem.id)
    points = [at for _ in range(POINTS) if (at := admissible(problem, rng)) is not None]
    assert points, "no point of the domain was drawn"
    assert not [at for at in points if holds(goal, at) is False]


def test_the_check_at_points_notices_a_wrong_entry() -> None:
    true, false = (next(p for p in PROBLEMS if p.id == key) for key in ("abs-6", "abs-6-tight"))
    assert not violates(true, point(false.at))
    rng = random.Random(0)
    points = [at for _ in range(2000) if (at := admissible(false, rng)) is not None]
    assert any(violates(false, at) for at in points)


def test_no_answer_is_wrong_and_enough_are_right() -> None:
    with ProcessPoolExecutor(os.cpu_count(), get_context("fork")) as pool:
        verdicts = list(pool.map(partial(ask_proofcheck, budget=BUDGET), PROBLEMS))
    rows = [(p, Answer(v, 0.0)) for p, v in zip(PROBLEMS, verdicts, strict=True)]
    assert not [(p.goal, p.given, a.verdict) for p, a in rows if is_wrong((p, a))]
    assert sum(map(is_solved, rows)) >= SOLVED


def test_the_table_counts_what_is_right_and_what_is_wrong() -> None:
    first = PROBLEMS[0]
    rows = [(first, Answer("proved", 1.0)), (replace(first, truth=False), Answer("proved", 3.0)),
            (first, Answer("unsupported", 0.0)), (first, Answer("unknown", 2.0))]
    shown = table({"proofcheck": rows}, 5.0)
    for line in ("| theory papers | 4 (3 + 1) | 1 (1 wrong) |", "| wrong |  | 1 |", "| unsupported |  | 1 |",
                 "| median time |  | 2.00 s |", "| total time |  | 6 s |"):
        assert line in shown


def test_peers_are_asked_about_every_problem_they_have_words_for() -> None:
    asked: Counter[str] = Counter()
    for problem in PROBLEMS:
        for tool, script in (("z3", partial(smt_script, exponentials=False)),
                             ("cvc5", partial(smt_script, exponentials=True)), ("coq", coq_script)):
            with suppress(Unsupported):
                assert script(problem).strip()
                asked[tool] += 1
    assert asked["z3"] >= 90 and asked["cvc5"] >= 330 and asked["coq"] >= 330


def test_an_smt_script_says_what_the_problem_says() -> None:
    problem = Problem("x", "f", "s", "sqrt(x) <= 1+log(x)", "x>=1/2", True)
    assert smt_script(problem, exponentials=True).splitlines() == [
        "(set-logic QF_NRAT)", "(declare-const v_x Real)", "(declare-const w_0 Real)", "(declare-const w_1 Real)",
        "(assert (>= w_0 0.0))", "(assert (= (* w_0 w_0) v_x))", "(assert (= (exp w_1) v_x))",
        "(assert (<= (/ 1.0 2.0) v_x))", "(assert (not (<= w_0 (+ 1.0 w_1))))"]
    with pytest.raises(Unsupported):
        smt_script(problem, exponentials=False)
