"""``proofcheck explore`` without a browser: bad input in one line, and what it says without its packages."""

from __future__ import annotations

import importlib.util
import re
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofcheck.cli import explore, main

Cli = Callable[..., "subprocess.CompletedProcess[str]"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["explore", *arguments]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1 and line.startswith("proofcheck: error: ")
    return line


@pytest.mark.parametrize("name", explore.NEEDED)
def test_without_its_packages_it_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:
    found = importlib.util.find_spec

    def lacking(asked: str, *rest: Any) -> Any:
        return None if asked == name else found(asked, *rest)

    monkeypatch.setattr(explore, "find_spec", lacking)
    assert f"the explorer needs {name}; pip install 'proofcheck[explore]'" in told(capsys)


@pytest.mark.parametrize("port", ["0", "-1", "65536"])
def test_bad_ports(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert "allowed is a number from 1 to 65535" in told(capsys, "--no-browser", "--port", port)


def test_a_taken_port(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"127.0.0.1:{port}" in told(capsys, "--no-browser", "--port", str(port), "--paper", "toy_paper:paper")


def test_a_page_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cannot write" in told(capsys, "--html", str(tmp_path / "nowhere" / "page.html"))
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_a_paper_without_a_ledger(tmp_path: Path, cli: Cli) -> None:
    """Everything that can be explored is on it; no element of it loads anything; the same command writes the same bytes."""
    pages = []
    for name in ("one.html", "two.html"):
        done = cli("explore", "--html", name, "--paper", "toy_paper:paper")
        assert (done.returncode, done.stdout.strip()) == (0, name)
        pages.append((tmp_path / name).read_text(encoding="utf-8"))
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.html", "two.html"]
    assert "toy.gap/2" in pages[0] and re.search(r"<(script|link|img)[^>]*(src|href)=.http", pages[0]) is None
    assert pages[0] == pages[1]
