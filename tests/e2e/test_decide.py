"""``proofcheck decide`` as a user meets it: verdicts, points, exact boundaries, sharpest constants, bad input."""

import json
import subprocess
import sys
from typing import Any

import pytest

from proofcheck.kernel.certificate import replay
from proofcheck.kernel.text import to_text

EDGE = "2*exp(2*B+2*R) <= exp(3*B)"
ETA = "eta = lam/(10*m*n**2*d**2*exp(16*B)), lam>0, m>=1, n>=1, d>=1, B>=1"


def decide(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proofcheck.cli", "decide", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def decided(*args: str) -> dict[str, Any]:
    return json.loads(decide(*args, "--json").stdout)


@pytest.mark.parametrize(("relation", "given"), [
    (EDGE, "B>=1, R>0, R<1/100"),
    ("1+x <= exp(x)", ""),
    ("sqrt(1-x) <= 1-x/2", "x<=1"),
    ("x*y <= (x**2+y**2)/2", ""),
    ("log(x) <= x-1", "x>0"),
    ("2*eta**2*m**2*n**2*d**2*exp(16*B) <= lam*m*eta/5", ETA),
    ("D*exp(B+D) <= R*exp(B+R)", "D>=0, D<R, R<1/100, B>=1"),
])
def test_proved_with_an_argument_and_a_certificate(relation: str, given: str) -> None:
    found = decided(relation, "--given", given)
    assert found["verdict"] == "proved" and found["counterexample"] is None
    assert to_text(replay(found["certificate"]).concl) == found["statement"]
    assert found["explanation"].endswith(".") and found["explanation"].count(". ") <= 1


@pytest.mark.parametrize(("relation", "given", "at"), [
    (EDGE, "B>=0.69, R>0, R<1/100", None),
    ("R/m*exp(2*B+R)+R/m*exp(4*B+3*R) <= R/m*exp(4*B+3*R)", "B>=1,R>0,m>=1", None),
    ("exp(3*B)-5*exp(2*B)+8*exp(B)-4 > 0", "B>0", {"B": "log(2)"}),
    ("x+y <= 7/5", "x**2+y**2<=1", None),
])
def test_refuted_at_a_simple_point(relation: str, given: str, at: dict[str, str] | None) -> None:
    done = decide(relation, "--given", given)
    assert done.returncode == 1 and "certified with balls" in done.stdout
    point = decided(relation, "--given", given)["counterexample"]["point"]["scalars"]
    assert at is None or point == at
    assert all(len(x) <= 16 for x in point.values())


def test_equality_is_said_in_words() -> None:
    out = decide("log(x) < 2/exp(1)*sqrt(x)", "--given", "x>0").stdout
    assert "At x = exp(2) both sides are equal" in out and "so the strict inequality fails" in out


def test_the_assumed_domain_is_said() -> None:
    out = decide("R/m*exp(2*B+R) <= R/m*exp(4*B+3*R) + 1/m**2 - 1/m**2").stdout
    assert "ranges over all reals" in out


def test_undecided_says_what_is_left_and_what_was_tried() -> None:
    done = decide("erf(x)*erf(y)*cosh(x*y/7) <= exp(x*y)+exp(x**2)/20", "--budget", "0.2")
    assert done.returncode in (0, 1, 3)
    if done.returncode == 3:
        assert "left: " in done.stdout and "tried: " in done.stdout and "kinds of steps" in done.stdout


def test_the_exact_boundary_as_a_function_of_another_parameter() -> None:
    args = (EDGE, "--given", "B>=0.69, R>0, R<1/100", "--boundary", "B")
    out = decide(*args).stdout
    assert "proved: it holds exactly for B >= log(2) + 2*R" in out
    assert "proved: it fails for B < log(2) + 2*R" in out
    assert "proved: log(2) < log(2) + 2*R and log(2) + 2*R < log(2) + (1/50)" in out
    exact = decided(*args)["boundary"]["exact"]
    assert exact["ends"] == ["log(2) + 2*R"]
    for piece in exact["pieces"]:
        for certificate in piece["certificates"]:
            theorem = replay(certificate)
            assert set(piece["where"]) <= {to_text(h) for h in theorem.hyps}
    assert [r["low"] for r in exact["ranges"]] == ["log(2)"]


def test_the_boundary_of_an_equality() -> None:
    assert "it holds exactly for x = -sqrt(2), or for x = sqrt(2)" in decide("x**2 == 2", "--boundary", "x").stdout


def test_the_sharpest_constant() -> None:
    done = decide("cosh(x) <= exp(c*x**2)", "--sharpen", "c")
    assert done.returncode == 0
    assert "it holds for c = 1/2, and for every larger c" in done.stdout
    assert "it fails for c = 0.4999999999999998" in done.stdout
    assert "certified to 15 digits" in done.stdout
    found = decided("cosh(x) <= exp(c*x**2)", "--sharpen", "c")["sharpen"]
    assert found["digits"] >= 15 and found["weaker_as_it"] == "grows" and found["exact"]["value"] == "1/2"
    assert to_text(replay(found["holds"]["certificate"]).concl).startswith("cosh(x) <=")
    replay(found["direction"])


def test_no_sharpest_constant_is_said() -> None:
    done = decide("x <= c", "--sharpen", "c", "--budget", "1")
    assert done.returncode == 3 and "no best value of c could be bracketed" in done.stdout


def test_integers() -> None:
    assert decide("(n-1)*(n-2) >= 0", "--integers", "n", "--budget", "0.5").returncode != 1
    assert decide("(n-1)*(n-2) >= 0").returncode == 1
    assert "n ranges over all integers >= 1" in decide("n >= 1", "--integers", "n").stdout


@pytest.mark.parametrize(("args", "words"), [
    (("x <= 1", "--integers", "n"), "integers n: allowed is a parameter"),
    (("x <= 1", "--sharpen", "c"), "--sharpen c: allowed is"),
    (("x <= 1", "--boundary", "c"), "--boundary c: allowed is"),
    (("x <= c", "--sharpen", "c", "--boundary", "x"), "one at a time"),
    (("x == c", "--sharpen", "c"), "allowed is a real parameter of an inequality"),
    (("D <= 2*R", "--given", "D<R, R<D"), "contradict each other"),
    (("x <= 5", "--given", "x<y, y<z, z<x"), "contradict each other"),
    (("x <= 1", "--given", "x>=2, x<=1"), "leave no value for x"),
    (("x <= 1", "--given", "2 <= 1"), "is false"),
])
def test_bad_input_is_one_line(args: tuple[str, ...], words: str) -> None:
    done = decide(*args)
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and words in done.stderr
    assert done.stdout == ""


def test_the_same_bytes_twice() -> None:
    args = ("x+y <= 7/5", "--given", "x**2+y**2<=1", "--json")
    assert decide(*args).stdout == decide(*args).stdout
