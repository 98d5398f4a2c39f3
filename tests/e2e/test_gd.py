"""``proofcheck gd`` on the real paper: regimes in balls, stored and resumed runs, bad input."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess, Popen, run
from typing import Any

import pytest

pytestmark = pytest.mark.slow

Cli = Callable[..., CompletedProcess[str]]
DATA = {"x": [[0.6, 0.8], [1, 0]], "y": [[0.1, 0.2], [0, -0.5]]}
IN_PAPER = ("lemma.E.1", "lemma.E.2", "lemma.C.2", "lemma.D.1", "lemma.D.2", "lemma.E.3", "lemma.E.4", "claim.E.5",
            "claim.E.6", "claim.E.7")


def result(cli: Cli, *arguments: str, code: int = 0) -> dict[str, Any]:
    done = cli("gd", *arguments, "--json", "-")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


def all_certified(found: dict[str, Any], steps: int) -> bool:
    return (all(h["verdict"] == "certified" for h in found["hypotheses"])
            and all((c["certified"], c["false"], c["open"]) == (steps, 0, 0) for c in found["claims"]))


def radius(ball: str) -> float:
    return float(ball.rpartition("+/- ")[2].rstrip("]")) if "+/-" in ball else 0.0


def middle(ball: str) -> float:
    return abs(float(ball.strip("[").partition(" +/-")[0])) if not ball.startswith("[+/-") else 0.0


def test_the_regime_of_the_paper(cli: Cli) -> None:
    found = result(cli, "--regime", "paper")
    assert int(found["facts"]["m"]) >= 3.5e8
    assert "rounded to a grid" in found["facts"]["W(0)"]
    assert all_certified(found, 10)
    assert {c["id"] for c in found["claims"]} == set(IN_PAPER)
    for step in found["steps"]:
        assert step["defect"].startswith("[+/-")
        assert radius(step["defect"]) <= 1e-60
        assert all(radius(step[name]) <= 1e-30 * middle(step[name]) for name in ("C0", "C1", "C2", "C3"))


def test_the_regime_of_the_paper_is_small(tmp_path: Path) -> None:
    code = ("import resource; from proofcheck.cli import main; main(['gd', '--regime', 'paper', '--json', 'out.json']); "
            "u = resource.getrusage(resource.RUSAGE_SELF); print(u.ru_maxrss, u.ru_utime)")
    done = run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=120)
    kilobytes, seconds = map(float, done.stdout.splitlines()[-1].split())
    assert kilobytes < 1e6
    assert seconds < 60


def test_two_hundred_steps_in_the_repaired_regime(cli: Cli) -> None:
    found = result(cli, "--regime", "repaired", "--n", "2", "--d", "2", "--m", "200", "--steps", "200")
    assert all_certified(found, 200)
    assert {c["id"] for c in found["claims"]} == {"lemma.E.1", "lemma.E.2", "path", "kernel", "motion"}
    assert {h["id"] for h in found["hypotheses"]} == {"data", "targets", "lambda", "A", "B"}


def test_the_table(cli: Cli) -> None:
    done = cli("gd", "--regime", "repaired", "--steps", "2")
    assert done.returncode == 0
    assert "2 of 2" in done.stdout
    assert "This says nothing about other runs" in done.stdout
    assert done.stdout == cli("gd", "--regime", "repaired", "--steps", "2").stdout
    assert "0 of 0" not in cli("gd", "--regime", "repaired", "--steps", "0").stdout


def test_balls_that_are_too_wide_say_so(cli: Cli) -> None:
    found = result(cli, "--regime", "paper", "--steps", "2", "--precision", "ball:60", code=1)
    contraction = next(c for c in found["claims"] if c["id"] == "lemma.E.2")
    assert (contraction["certified"], contraction["false"], contraction["open"]) == (0, 0, 2)
    one_line(cli("gd", "--regime", "repaired", "--steps", "300", "--precision", "ball:60"), "60 bits are too few")


def test_data_of_the_user(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text(json.dumps(DATA))
    found = result(cli, "--regime", "paper", "--data", "data.json", "--steps", "2")
    assert all_certified(found, 2)
    assert (found["facts"]["n"], found["facts"]["d"]) == ("2", "2")
    plain = result(cli, "--data", "data.json", "--steps", "1", "--m", "8")
    assert float(plain["states"][0]["trace"]["loss"]) == pytest.approx((0.01 + 0.04 + 0.25) / 2)


def test_long_points_are_labelled_where_no_theorem_is_asked_for(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data.json").write_text(json.dumps({"x": [[2, 0]], "y": [[0, 0.1]]}))
    done = cli("gd", "--data", "data.json", "--steps", "1", "--m", "8")
    assert done.returncode == 0
    assert "not met in the last state: |x_i| <= 1; met in no state" in done.stdout
    one_line(cli("gd", "--data", "data.json", "--regime", "repaired"), "||x_i||^2 <= 1 for all i is false")


@pytest.mark.parametrize("options", [
    ("--regime", "repaired", "--n", "2", "--d", "2", "--m", "60", "--steps", "6"),
    ("--regime", "paper", "--steps", "4"),
    ("--n", "2", "--m", "8", "--steps", "5"),
    ("--n", "1", "--m", "4", "--steps", "4", "--precision", "30"),
    ("--n", "1", "--m", "4", "--steps", "4", "--precision", "ball"),
])
def test_a_resumed_run_prints_what_the_whole_run_prints(cli: Cli, tmp_path: Path, options: tuple[str, ...]) -> None:
    whole = cli("gd", *options)
    assert whole.returncode == 0, whole.stderr
    assert cli("gd", *options, "--store", "run").stdout == whole.stdout
    for path in sorted((tmp_path / "run").glob("step-*"))[2:]:
        path.unlink()
    resumed = cli("gd", "--resume", "run")
    assert (resumed.returncode, resumed.stdout) == (0, whole.stdout)
    assert cli("gd", "--resume", "run").stdout == whole.stdout


def test_a_killed_run_loses_one_step_at_most(tmp_path: Path, start: Callable[..., Popen[str]], cli: Cli) -> None:
    options = ("--regime", "repaired", "--n", "2", "--d", "2", "--m", "200", "--steps", "60")
    running = start("gd", *options, "--store", "run", cwd=tmp_path)
    deadline = time.monotonic() + 120
    while len(list(tmp_path.glob("run/step-*.npz"))) < 5:
        assert time.monotonic() < deadline and running.poll() is None
        time.sleep(0.02)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    running.communicate()
    assert 5 <= len(list(tmp_path.glob("run/step-*.npz"))) < 60
    resumed, whole = cli("gd", "--resume", "run", "--json", "-"), cli("gd", *options, "--json", "-")
    assert resumed.returncode == whole.returncode == 0, resumed.stderr
    assert resumed.stdout == whole.stdout


def test_damaged_and_foreign_stores(cli: Cli, tmp_path: Path) -> None:
    assert cli("gd", "--n", "1", "--m", "4", "--steps", "3", "--store", "run").returncode == 0
    one_line(cli("gd", "--resume", "run", "--m", "8"), "--m 8", "only --steps can be given anew")
    one_line(cli("gd", "--resume", "run", "--store", "other"), "exclude each other")
    one_line(cli("gd", "--store", "run"), "not empty")
    one_line(cli("gd", "--resume", "."), "holds no stored run")
    assert cli("gd", "--resume", "run", "--steps", "5").returncode == 0
    (tmp_path / "run" / "step-00000002.npz").write_bytes(b"PK")
    one_line(cli("gd", "--resume", "run"), "step-00000002.npz is damaged")
    (tmp_path / "run" / "start.npz").write_text("hello")
    one_line(cli("gd", "--resume", "run"), "start.npz is damaged")


@pytest.mark.parametrize(("arguments", "words"), [
    (("--n", "-1"), "--n -1"),
    (("--m", "-4"), "--m -4"),
    (("--steps", "-1"), "--steps -1"),
    (("--seed", "-1"), "--seed -1"),
    (("--m", "7"), "m = 7 is odd"),
    (("--sigma", "0"), "--sigma 0.0"),
    (("--sigma", "nan"), "--sigma nan"),
    (("--eta", "0"), "--eta 0.0"),
    (("--eta", "-1"), "--eta -1.0"),
    (("--eta", "nan"), "--eta nan"),
    (("--eta", "inf"), "--eta inf"),
    (("--eta", "1e300", "--steps", "3"), "has left the range of float64 at step"),
    (("--precision", "3"), "precision of 3 digits is too low"),
    (("--precision", "ball:3"), "precision of 3 bits is too low"),
    (("--delta", "0.1"), "belongs to --regime"),
    (("--regime", "paper", "--m", "7"), "m = 7"),
    (("--regime", "paper", "--m", "1000"), "the regime is not met"),
    (("--regime", "paper", "--delta", "0"), "delta = 0 is not allowed"),
    (("--regime", "paper", "--delta", "nan"), "delta = nan is not allowed"),
    (("--regime", "paper", "--eta", "0.1"), "fixes the step size"),
    (("--regime", "paper", "--n", "3"), "no width up to 2^62"),
    (("--regime", "paper", "--precision", "50"), "verified with balls"),
    (("--regime", "repaired", "--precision", "ball:3"), "precision of 3 bits is too low"),
    (("--regime", "repaired", "--net", "exp"), "the theorem is about the softmax net"),
    (("--regime", "repaired", "--eta", "10"), "eta <= 1/(12 m Lambda) is false"),
    (("--regime", "other"), "invalid choice: 'other'"),
    (("--data", "none.json"), "cannot read none.json"),
])
def test_bad_input_is_one_line(cli: Cli, arguments: tuple[str, ...], words: str) -> None:
    one_line(cli("gd", *arguments), words)


@pytest.mark.parametrize(("text", "words"), [
    ('{"x": [[NaN, 0]], "y": [[0, 0]]}', "'NaN' is not a finite exact number"),
    ('{"x": [[1, 0], [1, 0]], "y": [[0, 0.1], [0.1, 0]]}', "points that are zero or coincide"),
    ('{"x": [[0, 0]], "y": [[0, 0.1]]}', "points that are zero or coincide"),
    ('{"x": [[1, 0], [1]], "y": [[0, 0.1], [0.1, 0]]}', "all rows of one length"),
    ('{"x": [[1, 0]], "y": [[0, 0.1], [0.1, 0]]}', "as many targets y as points x"),
    ('{"x": 3}', "the data must be"),
    ("[1, 2]", "the data must be"),
    ("{", "is not JSON"),
    ('{"x": [["a"]], "y": [[0]]}', "'a' is not a finite exact number"),
])
def test_bad_data_is_one_line(cli: Cli, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "data.json").write_text(text)
    one_line(cli("gd", "--data", "data.json", "--regime", "repaired"), words)


def one_line(done: CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 1 and lines[0].startswith("proofcheck: error: "), done.stderr
    assert all(word in lines[0] for word in words), lines[0]
