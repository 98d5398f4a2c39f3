"""``proofcheck certify-run`` and ``recheck`` of its certificate, as a user calls them."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from proofcheck.cli import main

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
DATA = "x1,x2,y1,y2\n0.6,0.8,0.5,-0.5\n-0.3,0.9,0.1,0.9\n"
RUN = ("certify-run", "--data", "data.csv", "--m", "120", "--sigma", "0.1", "--seed", "3")


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "data.csv"
    path.write_text(DATA, encoding="utf-8")
    return path


def test_a_run_its_certificate_and_a_second_look(cli: Cli, data: Path) -> None:
    done = cli(*RUN, "-o", "cert.json")
    assert (done.returncode, done.stderr) == (0, "")
    certificate = json.loads((data.parent / "cert.json").read_text(encoding="utf-8"))
    run = certificate["certified"]["run"]
    assert run["converged"] and done.stdout.count(f"{run['steps']} of {run['steps']}") == 4
    assert "least m by (A)" in done.stdout and "smallest width found  " in done.stdout
    assert certificate["adds"] in done.stdout.replace("\n", " ")
    looked = cli("recheck", "cert.json")
    assert looked.returncode == 0 and "0 problems" in looked.stdout, looked.stdout + looked.stderr

    certificate["certified"]["run"]["records"][3]["loss"][0] = "1.0e-3"
    (data.parent / "cert.json").write_text(json.dumps(certificate), encoding="utf-8")
    looked = cli("recheck", "cert.json")
    assert looked.returncode == 1 and "its digest does not fit" in looked.stdout and "the loss is" in looked.stdout


@pytest.mark.parametrize(("text", "change", "reason"), [
    (("0.5", "nan"), (), "y_1 has the entry 'nan', which is not a finite number"),
    (("0.6,", "0.7,"), (), "||x_1||^2 = 1.13 is not allowed"),
    (("-0.3,0.9", "0.6,0.8"), (), "x_1 = x_2, so H is singular (lambda = 0) at every width"),
    (("", ""), ("--m", "121"), "m = 121 is not allowed; neurons come in pairs"),
    (("", ""), ("--sigma", "-1"), "sigma = -1.0 is not allowed"),
    (("", ""), ("--eta", "fast"), "'fast' is not a finite exact number"),
    (("", ""), ("--steps", "0"), "--steps 0: allowed is a whole number >= 1"),
    (("", ""), ("--data", "none.csv"), "cannot read none.csv"),
    (("", ""), ("-o", "no/such/folder.json"), "cannot write no/such/folder.json"),
])
def test_bad_input_is_told_in_one_line(data: Path, capsys: pytest.CaptureFixture[str], text: tuple[str, str],
                                       change: tuple[str, ...], reason: str) -> None:
    data.write_text(DATA.replace(*text, 1), encoding="utf-8")
    assert main([*RUN, *change]) == 2
    told = capsys.readouterr()
    assert reason in told.err and told.err.count("\n") == 1 and not told.out


def test_what_is_missing_is_told(cli: Cli) -> None:
    done = cli("certify-run", "--m", "8")
    assert (done.returncode, done.stderr) == (
        2, "proofcheck: error: certify-run needs --data, --sigma, --seed (or --table)\n")


@pytest.mark.parametrize(("change", "reasons"), [
    (("--m", "12"), ("(A) fails: m = 12 neurons are not enough", "How many neurons would do: m = 54 is enough")),
    (("--eta", "0.01"), ("(B) fails: eta = 0.01 is larger than", "leave --eta out")),
    (("--m", "2"), ("lambda > 0 cannot be certified: outputs 1 and 2 have the same signs", "How many neurons would do")),
])
def test_hypotheses_that_fail_are_told_with_what_would_do(data: Path, capsys: pytest.CaptureFixture[str],
                                                         change: tuple[str, ...], reasons: tuple[str, ...]) -> None:
    assert main([*RUN, *change, "-o", "cert.json"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert all(reason in told for reason in reasons), told
    assert not (data.parent / "cert.json").exists()


def test_a_dash_writes_nothing_but_the_certificate(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*RUN, "--steps", "3", "-o", "-"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["certified"]["run"]["steps"] == 3 and "the run was not continued" in told.err
    assert main([*RUN, "--m", "12", "-o", "-"]) == 1
    told = capsys.readouterr()
    assert not told.out and "(A) fails" in told.err


def test_ctrl_c_keeps_what_it_had(start: Callable[..., subprocess.Popen[str]], cli: Cli, tmp_path: Path) -> None:
    np.savez(tmp_path / "data.npz", x=np.eye(4) * 0.99, y=np.eye(4) / 2)
    process = start("certify-run", "--data", "data.npz", "--m", "20000", "--sigma", "0.1", "--seed", "0", "--eta", "1e-9",
                    "-o", "cert.json", cwd=tmp_path)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("B "):
        assert process.poll() is None
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 130, output + errors
    run = json.loads((tmp_path / "cert.json").read_text(encoding="utf-8"))["certified"]["run"]
    assert 0 < run["steps"] == run["records"][-1]["step"] and not run["converged"]
    assert f"each of the steps 1 to {run['steps']}" in " ".join(output.split())


def unseen(n: int, d: int, seed: int) -> dict[str, Any]:
    """A data set that no test saw: nearly orthogonal where there is room for it."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, d))
    y = rng.uniform(-1, 1, (n, d))
    return {"x": x / np.linalg.norm(x, axis=1).max() * 0.999, "y": y / np.linalg.norm(y, axis=1).max() * 0.999}


@pytest.mark.slow
@pytest.mark.parametrize(("n", "d", "m", "sigma"), [
    (4, 8, 4000, "0.1"), (8, 4, 60000, "1"), (5, 6, 20000, "0.3"), (16, 2, 20000, "1"), (32, 1, 20000, "1")])
def test_two_minutes_are_enough(cli: Cli, tmp_path: Path, n: int, d: int, m: int, sigma: str) -> None:
    np.savez(tmp_path / "data.npz", **unseen(n, d, 1000 * n + d))
    before = time.monotonic()
    done = cli("certify-run", "--data", "data.npz", "--m", str(m), "--sigma", sigma, "--seed", "7", "-o", "cert.json")
    assert time.monotonic() - before < 120
    assert done.returncode in (0, 1) and ("Conclusions 1 to 4 hold" in done.stdout) == (done.returncode == 0), done.stdout
    assert done.returncode == 0 or "How many neurons would do" in done.stdout


@pytest.mark.slow
def test_the_table(cli: Cli) -> None:
    done = cli("certify-run", "--table")
    rows = [line for line in done.stdout.splitlines() if "1, 2, 3, 4 at every step" in line]
    assert done.returncode == 0 and len(rows) >= 10, done.stdout + done.stderr
    for columns in (row.split() for row in rows):
        ratio, loss = float(columns[6]), float(columns[9])
        assert ratio >= 1e6 and loss <= 1e-20, columns
