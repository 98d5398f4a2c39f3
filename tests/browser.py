"""A headless Chromium that reaches nothing but this machine, and a report in it, opened from disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
           "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")


@dataclass
class Page:
    """A tab, the address of the report, and everything that was asked for since the tab was opened."""

    tab: Any
    address: str
    asked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def left(self) -> list[str]:
        """What was asked for beyond the file itself and data within it."""
        assert any(a.startswith(self.address) for a in self.asked), "the page itself was not seen"
        return [a for a in self.asked if not a.startswith(("data:", "about:", self.address))]


def launched() -> Iterator[Any]:
    """The browser, one for all tests of a process: Playwright does not run twice side by side."""
    playwright = pytest.importorskip("playwright.sync_api", reason="pip install 'proofcheck[browser]'")
    program = next((p for name in PROGRAMS if (p := shutil.which(name))), None)
    if program is None:
        pytest.skip("no Chromium; on Debian: apt-get install chromium")
    with playwright.sync_playwright() as run:
        browser = run.chromium.launch(executable_path=program, args=list(OPTIONS))
        yield browser
        browser.close()


def opened(chromium: Any, file: Path) -> Iterator[Page]:
    """The page, ready to be gone to; at the end there must have been no error in it."""
    context = chromium.new_context(offline=True)
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    page = Page(tab, file.as_uri())
    tab.on("request", lambda r: page.asked.append(r.url))
    tab.on("pageerror", lambda e: page.errors.append(str(e)))
    tab.on("console", lambda m: page.errors.append(m.text) if m.type == "error" else None)
    yield page
    context.close()
    assert page.errors == []
