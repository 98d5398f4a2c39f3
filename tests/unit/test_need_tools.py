"""Tests that need a TeX engine or a browser cannot be skipped unseen where --need-tools is given, as in CI."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, environment

SKIPPED = """import pytest

@pytest.mark.{mark}
def test_it():
    {line}
"""


@pytest.mark.parametrize(("mark", "line", "options", "code"), [
    ("tex", "pytest.skip('no engine')", ("--need-tools",), 1),
    ("browser", "pytest.importorskip('gone')", ("--need-tools",), 1),
    ("slow", "pytest.skip('not today')", ("--need-tools",), 0), ("tex", "pytest.skip('no engine')", (), 0)])
def test_a_skip_is_a_failure(mark: str, line: str, options: tuple[str, ...], code: int, tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(SKIPPED.format(mark=mark, line=line))
    done = subprocess.run([sys.executable, "-m", "pytest", "-p", "conftest", "-c", str(ROOT / "pyproject.toml"),
                           "--rootdir", str(tmp_path), "-p", "no:cacheprovider", str(tmp_path / "test_it.py"), *options],
                          env=environment(), cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == code, done.stdout
    assert ("skipped in spite of --need-tools" in done.stdout) == (code == 1)


def test_the_ci_asks_for_it() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert "--need-tools" in script and all(p in script for p in ("texlive-latex-base", "chromium", "'.[dev,browser]'"))
