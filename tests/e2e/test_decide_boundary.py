"""``decide --boundary``: where a relation starts to hold, proved on both sides."""

import json
import subprocess
import sys

SUM = "8*exp(5*B)+16*exp(9*B)+8*exp(7*B) <= exp(10*B)"


def decide(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "proofcheck.cli", "decide", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_parameter() -> None:
    found = decide(SUM, "--given", "B>=1", "--boundary", "B")
    assert found.returncode == 1
    assert "it holds for B >= 2.774539905566186715412395763426" in found.stdout
    assert "it fails for B <= 2.774539905566186715412395763425" in found.stdout


def test_with_another_parameter_the_place_moves_with_it() -> None:
    found = decide("2*exp(2*B+2*R) <= exp(3*B)", "--given", "B>=0.69, R>0, R<1/100", "--boundary", "B", "--json")
    low, high = json.loads(found.stdout)["boundary"]["changes_between"][0]
    assert low.startswith("0.6931471805599453094172321")  # log 2, at R = 0
    assert high.startswith("0.7131471805599453094172321")  # log 2 + 2/100, at R = 1/100


def test_unknown_parameter_is_one_line() -> None:
    found = decide(SUM, "--given", "B>=1", "--boundary", "Q")
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "--boundary Q" in found.stderr


def test_what_cannot_be_found_is_said() -> None:
    found = decide("x*y <= 1", "--boundary", "x")
    assert "no boundary in x could be proved" in found.stdout


def test_a_relation_that_holds_everywhere_has_its_boundary_beyond_the_domain() -> None:
    found = decide("2*exp(2*B+2*R) <= exp(3*B)", "--given", "B>=1, R>0, R<1/100", "--boundary", "B")
    assert found.returncode == 0 and "without 1 <= B" in found.stdout
    assert "proved: it holds exactly for B >= log(2) + 2*R" in found.stdout
