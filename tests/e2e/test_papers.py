"""Papers are found by their entry points; a second paper needs nothing but a package of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

METADATA = "Metadata-Version: 2.1\nName: {0}\nVersion: 1\n"


@pytest.fixture
def installed(tmp_path: Path) -> Callable[[str, str], Path]:
    """A folder that looks as if a package with a paper had been installed into it."""

    def install(name: str, target: str) -> Path:
        info = tmp_path / f"{name}-1.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(METADATA.format(name))
        (info / "entry_points.txt").write_text(f"[proofcheck.papers]\n{name} = {target}\n")
        return tmp_path

    return install


def test_a_paper_is_found_by_its_name(cli: Callable[..., object], installed: Callable[[str, str], Path]) -> None:
    folder = installed("second-paper", "toy_paper:paper")
    done = cli("list", "--paper", "second-paper", folders=(folder,))
    assert done.returncode == 0 and "toy.gap" in done.stdout  # type: ignore[attr-defined]


def test_an_unknown_paper_names_the_installed_ones(cli: Callable[..., object],
                                                   installed: Callable[[str, str], Path]) -> None:
    folder = installed("second-paper", "toy_paper:paper")
    done = cli("list", "--paper", "third-paper", folders=(folder,))
    assert done.returncode == 2 and "second-paper" in done.stderr  # type: ignore[attr-defined]


def test_a_broken_paper_is_one_line(cli: Callable[..., object], installed: Callable[[str, str], Path]) -> None:
    folder = installed("broken-paper", "toy_paper:make")
    done = cli("list", "--paper", "broken-paper", folders=(folder,))
    assert done.returncode == 2 and done.stderr.count("\n") == 1  # type: ignore[attr-defined]
