"""``proofcheck regime``: what fails at a point of parameter space, with both sides; every verdict can occur."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from proofcheck import regime
from proofcheck.claims import Claim, Given, Paper
from proofcheck.cli import main
from proofcheck.kernel.terms import Array, Index, Var, eq, exp, log, total

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
TOY = ("regime", "--paper", "toy_paper:paper")

n = Var("n", True)
i = Index("i", n)
u = Array("u", (i,))
B, C, eta = Var("B"), Var("C"), Var("eta")


def looked(rel: Any, given: tuple[Any, ...] = (), **at: str) -> regime.Outcome:
    """What is said of a claim at a point."""
    paper = Paper("p", "p", "p")
    paper.add(Claim("c", "claim", 1, "a claim", rel, given=tuple(Given(g, str(g)) for g in given)))
    point = regime.values(paper, [f"{k}={v}" for k, v in at.items()])
    *_, found = regime.survey(paper, ["c"], point)
    return found


def test_fails_with_both_sides() -> None:
    found = looked(exp(B) <= 1 + 2 * B, (B >= 1,), B="2")
    assert (found.verdict, found.left[:8], found.right[:8]) == ("fails", "[7.38905", "5.000000")


def test_holds_also_by_equality() -> None:
    assert looked(B <= C, (B >= 1,), B="1", C="3/2").verdict == "holds"
    assert looked(B <= 1, (), B="1").verdict == "holds"
    assert looked(exp(B) <= 2, (), B="log(2)").verdict == "holds"


def test_a_hypothesis_that_fails_leaves_nothing_said() -> None:
    found = looked(B <= C, (B >= 1,), B="1/2", C="0")
    assert (found.verdict, found.violated) == ("hypotheses violated", ("1 <= B",))
    assert looked(total(i, u[i]) <= B, (B >= 1,), B="0", n="2").verdict == "hypotheses violated"


def test_arrays_are_not_decided_and_told_beside_a_failure() -> None:
    assert looked(total(i, u[i]) <= B, (B >= 1,), B="1", n="2").verdict == "arrays are involved"
    found = looked(2 * B <= B, (B >= 1, u[i] <= B), B="1")
    assert (found.verdict, found.beside) == ("fails", ("u[i] <= B",))


def test_sums_are_not_run_through() -> None:
    assert looked(total(i, exp(B)) <= n, (), B="1", n="1" + 50 * "0").verdict == "arrays are involved"


def test_missing_values_are_named() -> None:
    assert looked(B <= C * eta, (), B="1").missing == ("C", "eta")


def test_an_equation_gives_a_missing_value_and_is_checked_where_there_is_one() -> None:
    rule = eq(eta, B / 10)
    assert looked(eta <= 1, (rule,), B="1").left.startswith("[0.1000")
    assert looked(eta <= 1, (rule,), B="20").verdict == "fails"
    assert looked(eta <= 1, (rule,), B="1", eta="1/2").verdict == "hypotheses violated"


def test_undecided_where_balls_overlap_or_have_no_value() -> None:
    assert looked(exp(B) * exp(-B) - 1 <= C * exp(C) - C * exp(C), (), B="1", C="1").verdict in ("holds", "undecided")
    found = looked(log(B) <= 1, (), B="0")
    assert (found.verdict, found.reason) == ("undecided", "log is not defined at 0")


@pytest.mark.parametrize(("settings", "words"), [
    (["Z=1"], "unknown parameter 'Z'; the paper p has B, n"), (["B"], "gives no value"), (["B="], "gives no value"),
    (["=1"], "gives no value"), (["B=x"], "B=x: allowed is a number"), (["B=1/0"], "allowed is a number"),
    (["B=nan"], "allowed is a number"), (["B=1e999999999"], "allowed is a number"), (["B=n"], "allowed is a number"),
    (["n=1/2"], "n is a size"), (["n=0"], "n is a size"), (["n=log(2)"], "n is a size"), (["B=1", "B=2"], "given twice")])
def test_bad_points(settings: list[str], words: str) -> None:
    paper = Paper("p", "p", "p")
    paper.add(Claim("c", "claim", 1, "a claim", B <= n))
    with pytest.raises(regime.BadPoint, match=words.replace("(", r"\(")) as error:
        regime.values(paper, settings)
    assert "\n" not in str(error.value)


def test_values() -> None:
    paper = Paper("p", "p", "p")
    paper.add(Claim("c", "claim", 1, "a claim", B <= C * eta * n))
    found = regime.values(paper, ["B = 1/3", "C=0.1", "eta=1e-3", "n=1e3"])
    assert found == {"B": Fraction(1, 3), "C": Fraction(1, 10), "eta": Fraction(1, 1000), "n": 1000}


def test_the_command_in_text(cli: Cli) -> None:
    done = cli(*TOY, "--set", "B=2")
    assert done.returncode == 1, done.stderr
    out = done.stdout
    assert out.startswith("At B = 2\n")
    for words in ("hypotheses that fail: 0", "steps and claims that fail: 3", "toy.gap/2 (step, line 3)",
                  "left side [7.389", "not decided, arrays are involved: 5"):
        assert words in out, words
    low = cli(*TOY, "toy.gap", "--set", "B=1/2").stdout
    assert "hypotheses that fail: 1" in low and "toy.gap/2: B >= 1" in low and "asked for by toy.gap" in low


def test_the_command_in_json(cli: Cli) -> None:
    done = cli(*TOY, "toy.false", "--set", "B=2", "--json")
    data = json.loads(done.stdout)
    assert done.returncode == 1 and data["point"] == {"B": "2"}
    assert [(o["id"], o["kind"], o["verdict"]) for o in data["outcomes"]] == [
        ("toy.false#given-1", "hypothesis", "holds"), ("toy.false", "claim", "fails"), ("toy.false/1", "step", "fails")]
    assert data["outcomes"][1]["right"].startswith("5.0")


def test_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*TOY, "toy.bound", "--set", "B=1"]) == 0
    assert main([*TOY, "toy.false", "--set", "B=1"]) == 0
    assert main([*TOY, "toy.false", "--set", "B=2"]) == 1
    capsys.readouterr()
    for bad in (["toy.false", "--set", "n=3"], ["toy.false"], ["--set", "Z=1"], ["--set", "B"], ["none", "--set", "B=1"]):
        try:
            code = main([*TOY, *bad])
        except SystemExit as error:
            code = int(str(error.code))
        told = capsys.readouterr()
        assert code == 2 and told.out == "" and told.err.count("\n") == 1, bad
    assert main([*TOY, "toy.false", "--set", "n=3"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("proofcheck: error: toy.false needs B: add --set B=VALUE (or write 'toy.false*'")
    assert main([*TOY, "toy.false*", "--set", "n=3"]) == 0
    assert "of B" in capsys.readouterr().out


def test_the_whole_paper_at_one_point(cli: Cli) -> None:
    """Some names are sizes in one place and real parameters in another."""
    done = cli("regime", "--set", "B=1", "--set", "R=1/200", "--set", "m=100", "--set", "n=1", "--set", "d2=1")
    assert done.returncode == 1 and "lemma.B.2/sum (step, line 852)" in done.stdout
    assert "asked for by table.1/m" in done.stdout and done.stderr == ""
