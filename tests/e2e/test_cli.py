"""The command line as a user meets it: a subprocess, its exit code, what it prints."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
TOY = ("--paper", "toy_paper:paper")

SLOW = '''
import time
from proofcheck.claims import Claim, Paper
from proofcheck.kernel.terms import Var
from proofcheck.prove.context import by_scalar

def slow(c):
    time.sleep(900)
    return by_scalar(c)

B = Var("B")
paper = Paper("slow", "slow", "slow")
paper.add(Claim("quick", "claim", 1, "quick", B <= B, by=by_scalar), Claim("slow", "claim", 2, "slow", B <= B, by=slow))
'''


def one_line_error(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("proofcheck: error: ") and done.stderr.count("\n") == 1
    assert all(w in done.stderr for w in words), done.stderr


@pytest.fixture(scope="session")
def ledger_file(toy_ledger: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from proofcheck.ledger import Ledger, save

    path = tmp_path_factory.mktemp("ledger") / "ledger.json"
    assert isinstance(toy_ledger, Ledger)
    save(toy_ledger, path)
    return path


def test_verify_prints_findings_first_and_writes_the_ledger(cli: Cli, tmp_path: Path) -> None:
    done = cli("verify", *TOY, "--jobs", "2", "--json", "out.json")
    assert done.returncode == 0, done.stderr
    out = done.stdout
    assert out.startswith("Findings in the paper: 5")
    order = [out.index(t) for t in ("toy.gap/2: false", "toy.cite/1: mis-cited", "toy.implicit: missing-hypothesis",
                                    "verdict    proof", "claims: 1 assumed")]
    assert order == sorted(order)
    assert "at:      B = 1" in out and "repair:  toy.gap/repair (proved)" in out and "certified with balls" in out
    assert re.search(r"toy\.gap +proved +gap", out)
    assert "[12/12]" in done.stderr
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["schema"] == 2 and len(written["claims"]) == 12
    assert (tmp_path / "out.json.timings.json").exists()


def test_verify_json_on_standard_output(cli: Cli) -> None:
    done = cli("verify", *TOY, "toy.gap", "toy.s*", "--jobs", "1", "--json", "-")
    assert [c["id"] for c in json.loads(done.stdout)["claims"]] == ["toy.sum", "toy.gap", "toy.same", "toy.seen"]
    assert "Findings in the paper" in done.stderr


def test_verify_a_step_a_prefix_and_a_conjunction(cli: Cli) -> None:
    def ids(*patterns: str) -> list[str]:
        done = cli("verify", *TOY, *patterns, "--jobs", "1", "--json", "-")
        return [c["id"] for c in json.loads(done.stdout)["claims"]]

    assert ids("toy.gap/2") == ["toy.gap"]
    assert ids("toy.cit") == ["toy.cite", "toy.cited"]
    assert ids("toy.parts") == ["toy.bound", "toy.gap", "toy.parts"]


def test_strict_asks_for_a_committed_ledger(cli: Cli) -> None:
    done = cli("verify", *TOY, "toy.sum", "--strict")
    assert done.returncode == 1 and "no committed ledger" in done.stderr


def test_strict_compares_with_the_committed_ledger(cli: Cli, ledger_file: Path, tmp_path: Path) -> None:
    from conftest import HERE

    (tmp_path / "copied_paper.py").write_text((HERE / "toy_paper.py").read_text())
    (tmp_path / "ledger.json").write_bytes(ledger_file.read_bytes())
    paper = ("--paper", "copied_paper:paper")
    assert cli("verify", *paper, "--strict", folders=(tmp_path,)).returncode == 0
    source = (tmp_path / "copied_paper.py").read_text()
    (tmp_path / "copied_paper.py").write_text(source.replace("exp(B) + exp(B) <= exp(B)", "exp(B) + exp(B) <= exp(2 * B)"))
    done = cli("verify", *paper, "--strict", folders=(tmp_path,))
    assert done.returncode == 1
    assert "toy.gap/2: verdict was refuted, is proved" in done.stderr and "fails at B = 1" in done.stderr


def test_a_wrong_mutant_makes_verify_fail(cli: Cli, tmp_path: Path) -> None:
    from conftest import HERE

    source = (HERE / "toy_paper.py").read_text()
    source = source.replace("claim.mutant(e[i] <= exp(B / 2)", "claim.mutant(e[i] <= exp(2 * B)")
    (tmp_path / "wrong_paper.py").write_text(source)
    done = cli("verify", "--paper", "wrong_paper:paper", "toy.bound", folders=(tmp_path,))
    assert done.returncode == 1 and "a check went wrong" in done.stderr


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_interruption_keeps_what_is_finished(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    (tmp_path / "slow_paper.py").write_text(SLOW)
    process = start("verify", "--paper", "slow_paper:paper", "--jobs", "2", "--json", "out.json", cwd=tmp_path,
                    folders=(tmp_path,))
    assert process.stderr is not None and "quick" in process.stderr.readline()
    begin = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 130 and time.monotonic() - begin < 300
    assert "interrupted; 1 of 2 claims were finished" in err and "Traceback" not in out + err
    assert [c["id"] for c in json.loads((tmp_path / "out.json").read_text())["claims"]] == ["quick"]


def test_list(cli: Cli) -> None:
    done = cli("list", *TOY)
    assert done.returncode == 0 and "toy.implicit" in done.stdout
    rows = json.loads(cli("list", *TOY, "--json").stdout)
    assert rows[2]["id"] == "toy.gap" and [s["id"] for s in rows[2]["steps"]] == ["toy.gap/1", "toy.gap/2", "toy.gap/3"]


def test_show_a_claim(cli: Cli) -> None:
    out = cli("show", *TOY, "toy.gap").stdout
    for words in ("2*exp(B) <= exp(2*B)", "verdict: proved", "printed proof: gap", "toy.gap/2: refuted, false",
                  "as printed: the proof is broken, which does not make the claim false\n    broken by toy.gap/2 (false)",
                  "with repairs: the proof stands, with all that it uses\n    by the repairs toy.gap/repair",
                  "repair toy.gap/repair: proved", "log 2 <= B", "used by: toy.parts", "1 <= B", "(checked just now)"):
        assert words in out, words


def test_show_a_step(cli: Cli) -> None:
    out = cli("show", *TOY, "toy.gap/2").stdout
    for words in ("a printed step of toy.gap", "verdict: refuted", "finding: false", "fails at B = 1",
                  "the statement toy.gap: proved"):
        assert words in out, words
    assert "e[i] := exp(u[i])" in cli("show", *TOY, "toy.bound").stdout


def test_recheck(cli: Cli, ledger_file: Path, tmp_path: Path) -> None:
    done = cli("recheck", str(ledger_file))
    assert done.returncode == 0 and "0 problems" in done.stdout
    data = json.loads(ledger_file.read_text())
    next(c for c in data["claims"] if c["id"] == "toy.false")["verdict"] = "proved"
    (tmp_path / "bad.json").write_text(json.dumps(data))
    done = cli("recheck", "bad.json")
    assert done.returncode == 1 and "toy.false: verdict is proved in the ledger, refuted by the evidence" in done.stdout


@pytest.mark.parametrize(("text", "given", "code", "word"), [
    ("8*exp(5*B)+16*exp(9*B)+8*exp(7*B) <= exp(10*B)", "B>=1", 1, "refuted"),
    ("8*exp(5*B)+16*exp(9*B)+8*exp(7*B) <= exp(10*B)", "B>=3", 0, "proved"),
    ("(x+1)**2 == x**2 + 2*x + 1", "", 0, "proved"),
])
def test_decide(cli: Cli, text: str, given: str, code: int, word: str) -> None:
    done = cli("decide", text, "--given", given)
    assert done.returncode == code and done.stdout.startswith(word)
    data = json.loads(cli("decide", text, "--given", given, "--json").stdout)
    assert data["verdict"] == word and (data["certificate"] is None) == (word == "refuted")


def test_decide_undecided(cli: Cli) -> None:
    done = cli("decide", "exp(x) - 1 - x - x**2/2 - x**3/6 <= exp(y)*(z**2 + x**4)", "--budget", "0.01")
    assert done.returncode in (1, 3)


@pytest.mark.parametrize("arguments", [
    ("decide", "1 +"), ("decide", "foo(x) <= 1"), ("decide", "x"), ("decide", "x <= 1", "--given", "x >= 2, x <= 1"),
    ("decide", "x <= 1", "--budget", "-1"), ("decide", "x <= 1", "--budget", "nan"),
    ("recheck", "no-such-file.json"), ("verify", *TOY, "--jobs", "0"), ("gd", *TOY, "--m", "0"),
    ("gd", *TOY, "--net", "relu"), ("gd", *TOY, "--n", "x"), ("gd", *TOY, "--net", "nonsense"),
    ("verify", "--paper", "no.such:paper"), ("nonsense",), (), ("list", "--paper", "json:dumps"),
    ("verify", *TOY, "toy.sum", "--jobs", "x"),
])
def test_bad_input_is_one_line_and_code_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    one_line_error(cli(*arguments))


def test_an_unknown_id_names_close_ones(cli: Cli) -> None:
    one_line_error(cli("verify", *TOY, "toy.gab"), "toy.gab", "did you mean", "toy.gap")
    one_line_error(cli("show", *TOY, "toy.gap/9"), "toy.gap/1")


def test_a_file_that_cannot_be_written(cli: Cli) -> None:
    done = cli("verify", *TOY, "toy.cited", "--json", "no/such/folder/out.json")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "cannot write" in done.stderr


def test_a_file_that_is_no_ledger(cli: Cli, tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"schema": 99, "claims": []}', "\x00"):
        (tmp_path / "bad.json").write_text(text)
        one_line_error(cli("recheck", "bad.json"), "bad.json")


def test_gd_measures_every_bound_beside_its_hypotheses(cli: Cli, tmp_path: Path) -> None:
    done = cli("gd", *TOY, "--n", "3", "--steps", "3", "--json", "rows.json")
    assert done.returncode == 0, done.stderr
    assert "not met in the last state: |u_i| <= B for all i; last met: toy run, step 2" in done.stdout
    rows = {r["id"]: r for r in json.loads((tmp_path / "rows.json").read_text())["bounds"]}
    bound = rows["toy.bound"]
    assert bound["states_meeting_hypotheses"] == 3 and bound["failures"] == 0
    assert bound["worst"]["state"] == "toy run, step 2" and bound["worst"]["ratio"] == "1"
    assert (bound["last"]["measured"], bound["last"]["bound"]) == ("4.48169", "2.71828")
    assert bound["not_met_in_last"] == ["|u_i| <= B for all i"]
    assert "toy.gap" not in rows  # a bound on parameters only is not a measurement


def test_only_offered_commands_are_listed(cli: Cli) -> None:
    out = cli("--help").stdout
    assert all(word in out for word in ("verify", "list", "show", "decide", "regime", "gd", "recheck", "report", "explore"))


@pytest.mark.parametrize("what", [TOY, ("fact.A.5", "lemma.A.9.t", "claim.G.1", "claim.E.6/v2")])
def test_the_same_bytes_whatever_the_hash_seed_and_the_processes(cli: Cli, monkeypatch: pytest.MonkeyPatch,
                                                                 what: tuple[str, ...]) -> None:
    found = set()
    for jobs in ("1", "2"):
        monkeypatch.setenv("PYTHONHASHSEED", jobs)
        done = cli("verify", *what, "--jobs", jobs, "--json", "-")
        assert done.returncode == 0, done.stderr
        found.add(done.stdout)
    assert len(found) == 1
