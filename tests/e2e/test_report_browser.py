"""The page in a headless Chromium, from disk, with the network cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import toy_paper
from browser import Page, opened

from proofcheck.ledger import Ledger
from proofcheck.report import write

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture(scope="module")
def page(chromium: Any, toy_ledger: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("report")
    write.written(toy_ledger.data, toy_paper.make(), folder, {"html"})
    yield from opened(chromium, folder / "report.html")


def test_it_opens_and_asks_for_nothing(page: Page) -> None:
    page.tab.goto(page.address)
    assert page.tab.title() == "Report on A toy paper"
    assert page.left() == []


def test_a_request_would_be_seen(page: Page, tmp_path: Path) -> None:
    """The test above can fail: an image from another host is asked for, and does not come."""
    (tmp_path / "asks.html").write_text('<img src="https://example.org/x.png">')
    page.tab.goto(page.address)
    with page.tab.expect_event("requestfailed"):
        page.tab.goto((tmp_path / "asks.html").as_uri())
    assert "https://example.org/x.png" in page.left()
    page.asked.clear()
    page.errors.clear()


def test_the_graph_shows_what_is_used_and_who_uses(page: Page) -> None:
    page.tab.goto(page.address)
    assert page.tab.locator("#graph g.node").count() == len(list(toy_paper.make()))
    page.tab.locator('#graph g.node[data-id="toy.bound"]').click()
    lit = set(page.tab.locator("#graph g.node.lit").evaluate_all("all => all.map(g => g.dataset.id)"))
    assert {"toy.bound", "toy.gap", "toy.chain"} <= lit and "toy.sum" not in lit
    assert "toy.bound uses 0 claims and is used by" in page.tab.locator("#told").inner_text()
    page.tab.locator('#graph g.node[data-id="toy.bound"]').click()
    assert page.tab.evaluate("location.hash") == "#toy.bound"


def test_the_graph_filters_by_verdict(page: Page) -> None:
    page.tab.goto(page.address)
    refuted = page.tab.locator('#graph g.node[data-group="refuted"]')
    assert refuted.count() > 0 and refuted.first.is_visible()
    page.tab.get_by_label("refuted", exact=True).uncheck()
    assert not refuted.first.is_visible() and not page.tab.locator('section[id="toy.false"]').is_visible()
    assert page.tab.locator('#graph g.node[data-id="toy.bound"]').is_visible()
    page.tab.get_by_label("refuted", exact=True).check()
    assert refuted.first.is_visible()


@pytest.mark.parametrize("key", ["toy.gap", "toy.gap/2"])
def test_a_link_lands_on_the_claim(key: str, page: Page) -> None:
    page.tab.goto("about:blank")
    page.tab.goto(f"{page.address}#{key}")
    top = page.tab.locator(f'[id="{key}"]').evaluate("x => x.getBoundingClientRect().top")
    assert page.tab.locator(f'[id="{key}"]').is_visible() and -2 <= top < page.tab.viewport_size["height"] / 2


def test_formulas_are_drawn(page: Page, tmp_path: Path) -> None:
    page.tab.goto(page.address)
    formulas = page.tab.locator("section.claim > .display math")
    sizes = formulas.evaluate_all("all => all.map(m => m.getBoundingClientRect().height)")
    assert sizes and min(sizes) > 5
