"""The report of this paper, made as the README says: every word is the ledger's, the LaTeX compiles cleanly, every picture
is there, every formula reads back as what was checked, and the page does in a browser what it promises.
"""

from __future__ import annotations

import copy
import random
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Page, opened
from conftest import command, environment
from report_words import Data, Words, colours_of_ledger, colours_of_page, compare, drawings_of_tex, words_of_tex

import lemmas
from proofcheck.ledger import load
from proofcheck.papers import find
from proofcheck.report import latex
from proofcheck.report.content import Texts, content
from proofcheck.report.shape import require
from proofcheck.report.tampered import contradictions

pytestmark = pytest.mark.xdist_group("report")
MOST_OVERFULL = 5.0  # points
MOST_SECONDS = 60.0  # of processor time, PDF and page together
needs_tex = pytest.mark.skipif(shutil.which(latex.ENGINE) is None, reason=f"no {latex.ENGINE}: {latex.INSTALL}")


@pytest.fixture(scope="session")
def ledger() -> Data:
    """The committed ledger."""
    data = load(find("softmax-ntk").ledger)
    require(data, "the committed ledger")
    return data


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report, made once; without a TeX engine it has no PDF."""
    made = tmp_path_factory.mktemp("report")
    options = ["--html", "--pdf"] if shutil.which(latex.ENGINE) else []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command("report", "-o", str(made), *options), env=environment(), capture_output=True, text=True,
                          timeout=600, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == 0, done.stderr
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < MOST_SECONDS
    return made


def test_every_word_is_that_of_the_ledger(ledger: Data, folder: Path) -> None:
    source, page = ((folder / f"report.{kind}").read_text() for kind in ("tex", "html"))
    compare(Words(page).words, ledger)
    assert colours_of_page(page) == colours_of_ledger(ledger)
    compare(words_of_tex(source), ledger)
    assert "contradicts itself" not in page + source


@pytest.mark.parametrize("seed", range(6))
def test_a_changed_verdict_is_an_alarm(seed: int, ledger: Data) -> None:
    """Upgraded, weakened or deleted: page 1 of the report would say so."""
    rng, data = random.Random(seed), copy.deepcopy(ledger)
    record = rng.choice([r for r in data["claims"] if r["verdict"] in ("proved", "refuted", "open")])
    if seed % 3 == 2:
        data["claims"].remove(record)
        assert any("the counts of the ledger" in line for line in contradictions(data))
    else:
        record["verdict"] = rng.choice([w for w in ("proved", "refuted", "open") if w != record["verdict"]])
        assert any(line.startswith(f"{record['id']}: the ledger says {record['verdict']}") for line in contradictions(data))


def test_main_results_are_told_or_said_to_be_missing(ledger: Data) -> None:
    found = content(Texts(ledger), {}, lemmas.paper.reporting.results).results
    assert [r.label for r in found] == ["Theorem 4.2", "Theorem R", "Theorem 6.6"]
    assert all((r.claim is not None) == any(c["id"] == r.id for c in ledger["claims"]) for r in found)


def test_every_picture_is_there(folder: Path) -> None:
    source, page = ((folder / f"report.{kind}").read_text() for kind in ("tex", "html"))
    names = drawings_of_tex(source)
    assert {"graph", "picture-loss", "picture-widths", "slack-1", "region-lemma-B-2-sum"} <= names
    assert {p.stem for p in (folder / "figures").glob("*.pdf")} == names
    assert page.count("<figure>") == len(names) - 1


@pytest.mark.tex
@needs_tex
def test_the_latex_compiles_cleanly(folder: Path, tmp_path: Path) -> None:
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")
    shutil.copytree(folder, tmp_path / "report")
    for _ in range(latex.PASSES):
        done = subprocess.run([latex.ENGINE, "-interaction=nonstopmode", "-halt-on-error", "report.tex"], timeout=300,
                              cwd=tmp_path / "report", capture_output=True, check=False)
        assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
    log = (tmp_path / "report" / "report.log").read_text(errors="replace")
    assert "Output written on report.pdf" in log
    assert "undefined" not in log and "multiply defined" not in log and "Missing character" not in log
    assert [x for x in re.findall(r"Overfull \\[hv]box \(([\d.]+)pt", log) if float(x) > MOST_OVERFULL] == []


# in a browser


@pytest.fixture(scope="module")
def page(chromium: Any, folder: Path) -> Iterator[Page]:
    yield from opened(chromium, folder / "report.html")


@pytest.mark.browser
def test_nothing_leaves_the_page(page: Page) -> None:
    page.tab.goto(page.address)
    assert page.tab.title().startswith("Report on ") and page.left() == []


@pytest.mark.browser
def test_a_link_lands_on_the_claim(page: Page) -> None:
    page.tab.goto("about:blank")
    page.tab.goto(f"{page.address}#lemma.B.1.12")
    place = page.tab.locator('[id="lemma.B.1.12"]')
    top = place.evaluate("x => x.getBoundingClientRect().top")
    assert place.is_visible() and -2 <= top < page.tab.viewport_size["height"] / 2
    assert "Lemma B.1 Part 12" in place.inner_text()


@pytest.mark.browser
def test_the_graph_highlights_and_filters(page: Page, ledger: Data) -> None:
    page.tab.goto(page.address)
    page.tab.locator('#graph g.node[data-id="lemma.B.1.12"]').dispatch_event("click")
    lit = set(page.tab.locator("#graph g.node.lit").evaluate_all("all => all.map(g => g.dataset.id)"))
    assert lit == related("lemma.B.1.12", ledger)
    shown = page.tab.locator("#graph g.node:visible")
    before = shown.count()
    refuted = sum(r["verdict"] == "refuted" for r in ledger["claims"])
    page.tab.get_by_label("refuted", exact=True).uncheck()
    assert before == len(ledger["claims"]) and shown.count() == before - refuted
    page.tab.get_by_label("refuted", exact=True).check()
    assert shown.count() == before


def related(key: str, ledger: Data) -> set[str]:
    """A claim, all that it uses and all who use it, directly or not."""
    uses = {r["id"]: r["uses"] for r in ledger["claims"]}
    users: dict[str, list[str]] = {k: [u for u, used in uses.items() if k in used] for k in uses}

    def reached(graph: dict[str, Any]) -> set[str]:
        found, todo = {key}, [key]
        while todo:
            new = set(graph.get(todo.pop(), ())) & uses.keys() - found
            found |= new
            todo += new
        return found

    return reached(uses) | reached(users)
