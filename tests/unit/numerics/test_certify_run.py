"""Certificates: every conclusion can fail and is noticed, and one changed number is noticed even with a new digest."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from numerics.arithmetic import Ball
from numerics.certify import run as runs
from numerics.certify.again import problems
from numerics.certify.certificate import Recorder
from numerics.certify.data import DataSet, numbers
from numerics.certify.hypotheses import Hypotheses, measured
from numerics.certify.instance import Instance
from numerics.certify.run import Limits, arithmetic, judged_run, limits
from numerics.rigorous import ball_descent

TINY = Instance(DataSet(numbers("x", [["1"]]), numbers("y", [["-0.75"]])), 8, 0.1, 0)
SMALL = Instance(DataSet(numbers("x", [["0.6", "0.8"], ["-0.3", "0.9"]]), numbers("y", [["0.5", "-0.5"], ["0.1", "0.9"]])),
                 120, 0.1, 3)


def recorded(known: Hypotheses, steps: int) -> Recorder:
    recorder = Recorder(known, arithmetic(known))
    for found in judged_run(known, steps, recorder.ball):
        recorder.take(found)
    return recorder


@pytest.fixture(scope="module", params=[TINY, SMALL], ids=["balls", "doubles"])
def certificate(request: pytest.FixtureRequest) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(recorded(measured(request.param), 5000).data()))
    return data


def test_it_runs_to_convergence_with_every_conclusion(certificate: dict[str, Any]) -> None:
    run = certificate["run"]
    assert run["converged"] and float(run["records"][-1]["loss"][1]) < 1e-20 <= float(run["records"][-2]["loss"][1])
    assert [c["id"] for c in run["conclusions"]] == ["1", "2", "3", "4"]
    assert all((c["certified"], c["false"], c["open"]) == (run["steps"], 0, 0) for c in run["conclusions"])
    assert 0 <= float.fromhex(run["defect_at_most"]) < 1e-14


def test_it_is_accepted_when_looked_at_again(certificate: dict[str, Any]) -> None:
    seen: list[int] = []
    assert problems(certificate, lambda done, of: seen.append(done)) == []
    assert seen == list(range(1, certificate["run"]["steps"] + 1))


def test_the_same_instance_gives_the_same_certificate() -> None:
    assert recorded(measured(SMALL), 30).data() == recorded(measured(SMALL), 30).data()


def bump(text: str, digit: int = 3) -> str:
    """Another digit, so many places after the point."""
    place = text.index(".") + digit
    return text[:place] + str((int(text[place]) + 5) % 10) + text[place + 1:]


def at(*path: Any) -> Callable[[dict[str, Any], Callable[[Any], Any]], None]:
    """Changes what lies at a path."""
    def change(data: dict[str, Any], new: Callable[[Any], Any]) -> None:
        place: Any = data
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = new(place[path[-1]])

    return change


CHANGES: list[tuple[Any, Callable[[Any], Any]]] = [
    (at("data", "x", 0, 0), lambda t: "1/2"), (at("data", "y", 0, 0), lambda t: "-2/5"), (at("m"), lambda m: m + 2),
    (at("sigma"), lambda s: "0.11"), (at("seed"), lambda s: s + 1), (at("eta"), lambda e: str(Fraction(e) * 9 / 10)),
    (at("start", "sha256"), lambda s: s[::-1]), (at("rho"), lambda b: [bump(t) for t in b]),
    (at("lambda"), lambda b: [bump(t) for t in b]), (at("Lambda", 0), bump), (at("norm_Y", 1), lambda t: "1.0e-3"),
    (at("hypotheses", 1, "left", 0), bump), (at("hypotheses", 0, "words"), lambda w: "0 <= lambda"),
    (at("run", "steps"), lambda n: n + 1), (at("run", "converged"), lambda c: not c),
    (at("run", "defect_at_most"), lambda d: (0.5).hex()), (at("run", "conclusions", 0, "certified"), lambda n: n - 1),
    (at("run", "conclusions", 2, "words"), lambda w: w.replace("2/7", "6/7")),
    (at("run", "conclusions", 0, "tightest", "left"), lambda b: [bump(t, 1) for t in b]),
    (at("run", "conclusions", 1, "tightest", "right"), lambda b: [bump(t) for t in b]),
    (at("run", "conclusions", 3, "tightest", "left"), lambda b: [bump(t) for t in b]),
    (at("run", "records", 3, "loss"), lambda b: [bump(t) for t in b]), (at("run", "records", 0, "path_at_most"), bump),
    (at("run", "records", 5, "motion_at_most"), bump), (at("run", "records", 2, "lambda_min_at_least"), lambda t: "9.0e+1"),
    (at("run", "records", 4, "step"), lambda n: n + 1), (at("run", "records"), lambda r: r[:-1]),
    (at("run", "conclusions"), lambda c: c[1:]), (at("run", "arithmetic"), lambda a: "float16"),
    (at("says", 1), lambda s: s.replace("hold", "surely hold")), (at("data"), lambda d: None), (at("run"), lambda r: {}),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_one_change_is_noticed(certificate: dict[str, Any], number: int) -> None:
    changed = json.loads(json.dumps(certificate))
    change, new = CHANGES[number]
    change(changed, new)
    assert changed != certificate
    assert problems(changed)


def test_a_flawed_bracket_of_the_hypotheses_is_noticed_by_other_balls(certificate: dict[str, Any]) -> None:
    """Everything that follows from the bracket is made to fit; only the recomputed eigenvalue is against it."""
    from numerics.certify.certificate import brackets_of, described, instance_of, says

    changed = json.loads(json.dumps(certificate))
    changed["lambda"] = [bump(t) for t in changed["lambda"]]
    told = brackets_of(changed)
    known = Hypotheses(instance_of(changed), told["rho"], told["lambda"], told["Lambda"], told["norm_Y"])
    changed |= described(known) | {"says": says(known, changed["run"])}
    assert any(line.startswith("lambda is") for line in problems(changed))


@pytest.mark.parametrize(("key", "change"), [
    ("1", lambda l: l._replace(rate=6 * l.rate)), ("2", lambda l: l._replace(roam=l.roam / 2)),
    ("4", lambda l: l._replace(far=l.far / 50)),
])
@pytest.mark.parametrize("given", [TINY, SMALL], ids=["balls", "doubles"])
def test_a_wrong_conclusion_is_noticed(monkeypatch: pytest.MonkeyPatch, given: Instance, key: str,
                                       change: Callable[[Limits], Limits]) -> None:
    monkeypatch.setattr(runs, "limits", lambda known: change(limits(known)))
    recorder = recorded(measured(given), 200)
    assert recorder.tallies[key].false > 0 and not recorder.flawless
    assert all(recorder.tallies[other].false == 0 for other in "124" if other != key)
    assert "do not all hold" in recorder.data()["says"][1]


def test_a_kernel_that_falls_is_noticed() -> None:
    """A Jacobian that changes as much as it can: the conclusion is open, for the change need not lower lambda_min(H)."""
    known = measured(SMALL)
    judge, run = runs.Judge(known), runs.checked_run(known)
    move = run.step()
    assert judge.step(move).conclusions[2].holds is True
    most = float((known.instance.m * known.lam.high) ** Fraction(1, 2))
    for change, word in ((0.46, True), (0.47, None), (2.0, None)):
        after = replace(move.after, jacobian=change * most)
        assert runs.Judge(known).step(replace(move, after=after)).conclusions[2].holds is word
    record = next(ball_descent(TINY.net(Ball(200)), measured(TINY).eta, 1))[0]
    low = replace(record, lambda_min=measured(TINY).lam.ball() / 4)
    assert runs.Judge(measured(TINY)).ball_step(low).conclusions[2].holds is False


def test_a_run_that_is_cut_short_says_so() -> None:
    recorder = recorded(measured(SMALL), 7)
    data = recorder.data()
    assert data["run"]["steps"] == 7 and not data["run"]["converged"] and "not continued" in data["says"][-1]
    assert data["run"]["records"][-1]["step"] == 7
    assert problems(json.loads(json.dumps(data))) == []
    nothing = Recorder(measured(SMALL), None).data()
    assert nothing["says"][-1] == "No step was run." and problems(json.loads(json.dumps(nothing))) == []


def test_a_start_outside_the_hypotheses_is_not_accepted() -> None:
    data = json.loads(json.dumps(recorded(measured(replace(SMALL, m=12)), 5).data()))
    assert any(line.startswith("hypothesis A does not hold") for line in problems(data))
