"""What several tests need: the toy paper, its ledger, and the command line as a subprocess."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE))

import browser  # noqa: E402
import toy_paper  # noqa: E402

from proofcheck.claims import Paper  # noqa: E402
from proofcheck.ledger import Ledger, verify  # noqa: E402

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--need-tools", action="store_true",
                     help="a test marked tex, browser or coq that is skipped, for want of a program, has failed")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    marked = any(item.get_closest_marker(name) for name in ("tex", "browser", "coq"))
    if report.skipped and marked and item.config.getoption("--need-tools"):
        report.outcome, report.longrepr = "failed", f"skipped in spite of --need-tools: {report.longrepr}"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    yield from browser.launched()


@pytest.fixture
def toy() -> Paper:
    return toy_paper.make()


@pytest.fixture(scope="session")
def toy_ledger() -> Ledger:
    return verify(toy_paper.make())


@pytest.fixture(scope="session")
def toy_record(toy_ledger: Ledger) -> Callable[[str], dict[str, Any]]:
    return lambda key: next(r for r in toy_ledger.claims if r["id"] == key)


def environment(*folders: Path) -> dict[str, str]:
    paths = [str(p) for p in (*folders, ROOT, HERE)]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "COLUMNS": "150", "NO_COLOR": "1"}


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "proofcheck.cli", *args]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Runs ``proofcheck`` in an empty folder; folders with more papers can be given."""

    def run(*args: str, folders: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command(*args), cwd=tmp_path, env=environment(*folders), capture_output=True, text=True,
                              timeout=300, check=False)

    return run


def interruptible() -> None:
    """A shell without job control starts background commands with SIGINT ignored, and their children inherit that."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ``proofcheck`` in a process group of its own and does not wait for it; what is left at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*args: str, cwd: Path, folders: tuple[Path, ...] = ()) -> subprocess.Popen[str]:
        started.append(subprocess.Popen(command(*args), cwd=cwd, env=environment(*folders), stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=interruptible))
        return started[-1]

    yield run
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
