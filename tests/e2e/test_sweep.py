"""Sweeps as a user meets them: killed, interrupted, resumed, on one machine and on a real Dask cluster."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from proofcheck.cli import main

pytestmark = pytest.mark.slow

Cli = Callable[..., "subprocess.CompletedProcess[str]"]
Start = Callable[..., "subprocess.Popen[str]"]
Cluster = tuple[str, "subprocess.Popen[str]", list["subprocess.Popen[str]"]]
RUNS = 24
SPEC = """
n = 4
d = 2
m = [64, 256]
eta = ["stable", 50]
seeds = { from = 0, to = 5 }
steps = 150
"""
PATIENCE = 120


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "s.toml").write_text(SPEC)
    return tmp_path


@pytest.fixture(scope="session")
def expected(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The table of the sweep, made without any trouble in one process."""
    from conftest import command, environment

    folder = tmp_path_factory.mktemp("sweep")
    (folder / "s.toml").write_text(SPEC)
    done = subprocess.run(command("sweep", "s.toml", "--jobs", "1"), cwd=folder, env=environment(), capture_output=True,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{RUNS} runs: 12 diverged, 12 ok" in done.stdout and f"[{RUNS}/{RUNS}] m = 256" in done.stderr
    return (folder / "s.csv").read_bytes()


def journal(folder: Path) -> list[str]:
    """The keys of the whole lines of the journal."""
    path = folder / "s.csv.journal.jsonl"
    lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
    return [json.loads(line)["key"] for line in lines]


def until(happens: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait for something while a process runs."""
    end = time.monotonic() + PATIENCE
    while not happens():
        assert process.poll() is None and time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def test_two_processes_give_the_same_bytes(cli: Cli, folder: Path, expected: bytes) -> None:
    assert cli("sweep", "s.toml", "--jobs", "2").returncode == 0
    assert (folder / "s.csv").read_bytes() == expected


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_killed_sweep_goes_on_and_repeats_nothing(cli: Cli, start: Start, folder: Path, expected: bytes,
                                                   jobs: str) -> None:
    sweeping = start("sweep", "s.toml", "--jobs", jobs, cwd=folder)
    until(lambda: len(journal(folder)) >= 3, sweeping)
    os.kill(sweeping.pid, signal.SIGKILL)
    sweeping.communicate(timeout=PATIENCE)  # its workers end, too: otherwise the pipes would stay open
    before = journal(folder)
    assert 3 <= len(before) < RUNS and not (folder / "s.csv").exists()
    with (folder / "s.csv.journal.jsonl").open("a") as file:
        file.write('{"key": "torn')
    done = cli("sweep", "s.toml", "--jobs", "2")
    assert done.returncode == 0 and f"[{len(before) + 1}/{RUNS}]" in done.stderr
    after = journal(folder)
    assert after[: len(before)] == before and len(after) == len(set(after)) == RUNS
    assert (folder / "s.csv").read_bytes() == expected
    content = {path: path.read_bytes() for path in folder.iterdir()}
    again = cli("sweep", "s.toml")
    assert again.returncode == 0 and again.stderr == "" and content == {p: p.read_bytes() for p in folder.iterdir()}


def test_ctrl_c_keeps_what_is_finished(start: Start, folder: Path) -> None:
    sweeping = start("sweep", "s.toml", "--jobs", "2", cwd=folder)
    until(lambda: len(journal(folder)) >= 2, sweeping)
    os.killpg(sweeping.pid, signal.SIGINT)
    _, told = sweeping.communicate(timeout=PATIENCE)
    assert sweeping.returncode == 130
    assert told.splitlines()[-1].startswith(f"proofcheck: interrupted; {len(journal(folder))} of {RUNS} runs were finished")
    assert "Traceback" not in told


@pytest.fixture
def cluster(folder: Path) -> Iterator[Cluster]:
    """The address of a scheduler, its process, and two worker processes."""
    from conftest import environment

    def begin(*args: str) -> subprocess.Popen[str]:
        process = subprocess.Popen([sys.executable, "-m", "dask", *args, "--scheduler-file", str(file), "--no-dashboard"],
                                   cwd=folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   text=True)
        processes.callback(process.wait)
        processes.callback(process.kill)
        return process

    file = folder / "scheduler.json"
    with ExitStack() as processes:
        scheduler = begin("scheduler", "--host", "127.0.0.1", "--port", "0")
        until(lambda: file.exists() and bool(file.read_text()), scheduler)
        workers = [begin("worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny") for _ in range(2)]
        yield json.loads(file.read_text())["address"], scheduler, workers


def test_a_dask_cluster_that_loses_a_worker_gives_the_same_bytes(
        start: Start, folder: Path, expected: bytes, cluster: Cluster) -> None:
    address, _, workers = cluster
    sweeping = start("sweep", "s.toml", "--dask", address, cwd=folder)
    until(lambda: len(journal(folder)) >= 3, sweeping)
    workers[0].kill()
    out, told = sweeping.communicate(timeout=PATIENCE)
    assert sweeping.returncode == 0 and f"{RUNS} runs: 12 diverged, 12 ok" in out, told
    assert len(journal(folder)) == len(set(journal(folder))) == RUNS
    assert (folder / "s.csv").read_bytes() == expected


def test_a_dask_cluster_that_goes_away_keeps_what_is_finished(
        start: Start, folder: Path, cluster: Cluster) -> None:
    address, scheduler, _ = cluster
    sweeping = start("sweep", "s.toml", "--dask", address, "--set", "steps=400", cwd=folder)
    until(lambda: len(journal(folder)) >= 2, sweeping)
    scheduler.kill()
    _, told = sweeping.communicate(timeout=PATIENCE)
    assert sweeping.returncode == 1 and "is lost" in told.splitlines()[-1] and "Traceback" not in told, told


def test_settings_from_the_command_line(cli: Cli, folder: Path) -> None:
    done = cli("sweep", "s.toml", "--set", "m=[8, 16]", "--set", "eta=stable", "--set", "seeds=1", "--set", "steps=2",
               "--out", "t.parquet", "--jobs", "1")
    assert done.returncode == 0, done.stderr
    from pyarrow import parquet

    rows = parquet.read_table(folder / "t.parquet").to_pylist()
    assert [(r["m"], r["eta"], r["seed"], r["steps_done"]) for r in rows] == [(8, "stable", 1, 2), (16, "stable", 1, 2)]


@pytest.mark.parametrize(("args", "words"), [
    (["no.toml"], ["cannot read no.toml"]),
    (["bad.toml"], ["bad.toml is not TOML"]),
    (["s.toml", "--set", "m=7"], ["m = 7", "even whole numbers >= 2"]),
    (["s.toml", "--set", "net=tanh"], ["net = 'tanh'", "softmax"]),
    (["s.toml", "--set", "m"], ["--set 'm'", "NAME=VALUE"]),
    (["s.toml", "--out", "t.xls"], ["t.xls", ".csv or .parquet"]),
    (["s.toml", "--jobs", "0"], ["--jobs 0", ">= 1"]),
    (["s.toml", "--dask", "localhost"], ["no Dask scheduler at 'localhost'", "tcp://HOST:PORT"]),
    (["s.toml", "--dask", "tcp://127.0.0.1:1", "--jobs", "2"], ["not allowed with"]),
    (["s.toml", "--paper", "toy_paper:paper"], ["the paper toy offers no sweeps"]),
])
def test_bad_input_is_one_line(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                               args: list[str], words: list[str]) -> None:
    (folder / "bad.toml").write_text("n = [1,")
    monkeypatch.chdir(folder)
    try:
        code = main(["sweep", *args])
    except SystemExit as stop:  # argparse
        code = stop.code
    done = capsys.readouterr()
    assert code == 2 and done.out == "" and done.err.count("\n") == 1, done.err
    assert done.err.startswith("proofcheck: error: ") and all(word in done.err for word in words)
