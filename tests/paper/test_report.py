"""The report of this paper: every word is the ledger's, the LaTeX compiles cleanly, and every picture is there."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import lemmas
from proofcheck.ledger import load
from proofcheck.papers import find
from proofcheck.report import latex, write
from proofcheck.report.content import Texts, content
from proofcheck.report.shape import require

pytestmark = [pytest.mark.xdist_group("report"), pytest.mark.slow]
MOST_OVERFULL = 5.0  # points


@pytest.fixture(scope="module")
def ledger() -> dict[str, Any]:
    """The committed ledger."""
    data = load(find("softmax-ntk").ledger)
    require(data, "the committed ledger")
    return data


@pytest.fixture(scope="module")
def folder(ledger: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    write.written(ledger, lemmas.paper, made, {"tex", "html"})
    return made


def test_every_word_is_that_of_the_ledger(ledger: dict[str, Any], folder: Path) -> None:
    page = (folder / "report.html").read_text()
    told = re.findall(r'<b class="word w-[^"]*" data-key="([^"]*)" data-field="([^"]*)">([^<]*)</b>', page)
    known: dict[tuple[str, str], str | None] = {}
    for record in ledger["claims"]:
        for item in (record, *record["steps"]):
            known |= {(item["id"], k): item.get(k) for k in ("verdict", "finding", "derivation")}
            known |= {(item["id"], "citation"): item["citation"]["verdict"]} if item.get("citation") else {}
        known |= {(record["id"], k): record["status"][k]["word"] for k in record["status"]}
        known |= {(f"{record['id']}, mutant {n}", "verdict"): m["verdict"] for n, m in enumerate(record["mutants"], 1)}
        known |= {(record["repair"]["id"], "verdict"): record["repair"]["verdict"]} if record["repair"] else {}
    assert len(told) > 3 * len(ledger["claims"]) and [t for t in told if known.get(t[:2]) != t[2]] == []
    assert "contradicts itself" not in page


def test_main_results_are_told_or_said_to_be_missing(ledger: dict[str, Any]) -> None:
    found = content(Texts(ledger), {}, lemmas.paper.reporting.results).results
    assert [r.label for r in found] == ["Theorem 4.2", "Theorem 6.6"]
    assert all((r.claim is not None) == any(c["id"] == r.id for c in ledger["claims"]) for r in found)


def test_every_picture_is_there(folder: Path) -> None:
    source, page = ((folder / f"report.{kind}").read_text() for kind in ("tex", "html"))
    names = set(re.findall(r"\{figures/([\w-]+)\.pdf\}", source))
    assert {"graph", "picture-loss", "picture-widths", "slack-1", "region-lemma-B-2-sum"} <= names
    assert {p.stem for p in (folder / "figures").iterdir()} == names
    assert page.count("<figure>") == len(names) - 1


@pytest.mark.tex
def test_the_latex_compiles_cleanly(folder: Path, tmp_path: Path) -> None:
    engine = shutil.which(latex.ENGINE)
    if engine is None:
        pytest.skip(f"no {latex.ENGINE}: {latex.INSTALL}")
    shutil.copytree(folder, tmp_path / "report")
    for _ in range(latex.PASSES):
        done = subprocess.run([engine, "-interaction=nonstopmode", "-halt-on-error", "report.tex"], cwd=tmp_path / "report",
                              capture_output=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
    log = (tmp_path / "report" / "report.log").read_text(errors="replace")
    assert "undefined" not in log and "multiply defined" not in log and "Missing character" not in log
    assert [x for x in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log) if float(x) > MOST_OVERFULL] == []
