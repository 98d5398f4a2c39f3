"""The page in a headless Chromium, from disk, with the network cut off."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import toy_paper

from proofcheck.ledger import Ledger
from proofcheck.report import write

pytestmark = pytest.mark.browser
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def page(toy_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str, list[str]]]:
    """A page of the browser, the address of the report, and what the page asked for beyond the file itself."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'proofcheck[browser]'")
    program = next((p for name in PROGRAMS if (p := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium; on Debian: apt-get install chromium")
    folder = tmp_path_factory.mktemp("report")
    write.written(toy_ledger.data, toy_paper.make(), folder, {"html"})
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=program, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        opened = context.new_page()
        opened.set_default_timeout(20_000)
        asked: list[str] = []
        errors: list[str] = []
        opened.on("request", lambda r: asked.append(r.url))
        opened.on("pageerror", lambda e: errors.append(str(e)))
        opened.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
        yield opened, (folder / "report.html").as_uri(), asked
        browser.close()
        assert errors == []


def test_it_opens_and_asks_for_nothing(page: tuple[Any, str, list[str]]) -> None:
    opened, address, asked = page
    opened.goto(address)
    assert opened.title() == "Report on A toy paper"
    assert [a for a in asked if not a.startswith(("data:", address))] == []


def test_the_graph_shows_what_is_used_and_who_uses(page: tuple[Any, str, list[str]]) -> None:
    opened, address, _ = page
    opened.goto(address)
    assert opened.locator("#graph g.node").count() == len(list(toy_paper.make()))
    opened.locator('#graph g.node[data-id="toy.bound"]').click()
    lit = set(opened.locator("#graph g.node.lit").evaluate_all("all => all.map(g => g.dataset.id)"))
    assert {"toy.bound", "toy.gap", "toy.chain"} <= lit and "toy.sum" not in lit
    assert "toy.bound uses 0 claims and is used by" in opened.locator("#told").inner_text()
    opened.locator('#graph g.node[data-id="toy.bound"]').click()
    assert opened.evaluate("location.hash") == "#toy.bound"


def test_the_graph_filters_by_verdict(page: tuple[Any, str, list[str]]) -> None:
    opened, address, _ = page
    opened.goto(address)
    refuted = opened.locator('#graph g.node[data-group="refuted"]')
    assert refuted.count() > 0 and refuted.first.is_visible()
    opened.get_by_label("refuted", exact=True).uncheck()
    assert not refuted.first.is_visible() and not opened.locator('section[id="toy.false"]').is_visible()
    assert opened.locator('#graph g.node[data-id="toy.bound"]').is_visible()
    opened.get_by_label("refuted", exact=True).check()
    assert refuted.first.is_visible()


@pytest.mark.parametrize("key", ["toy.gap", "toy.gap/2"])
def test_a_link_lands_on_the_claim(key: str, page: tuple[Any, str, list[str]]) -> None:
    opened, address, _ = page
    opened.goto("about:blank")
    opened.goto(f"{address}#{key}")
    top = opened.locator(f'[id="{key}"]').evaluate("x => x.getBoundingClientRect().top")
    assert opened.locator(f'[id="{key}"]').is_visible() and -2 <= top < opened.viewport_size["height"] / 2


def test_formulas_are_drawn(page: tuple[Any, str, list[str]], tmp_path: Path) -> None:
    opened, address, _ = page
    opened.goto(address)
    formulas = opened.locator("section.claim > .display math")
    sizes = formulas.evaluate_all("all => all.map(m => m.getBoundingClientRect().height)")
    assert sizes and min(sizes) > 5
