"""Makes a report and puts it into a folder: everything is made aside first, so that no file is ever half written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from proofcheck.claims import Paper
from proofcheck.explore.subjects import subjects
from proofcheck.report import figures as drawings
from proofcheck.report import html, latex
from proofcheck.report.content import Content, Texts, Trust, content, silent
from proofcheck.report.graph import CLASSES, Drawing, drawn

NAME, FIGURES = "report", "figures"
MADE = "made-by-proofcheck.txt"  # in the folder of the figures: their names
Say = Callable[[str], None]


def written(ledger: Mapping[str, Any], paper: Paper, folder: Path, kinds: set[str],
            say: Say = lambda words: None, trust: Trust = silent) -> list[Path]:
    """Write ``report.tex`` (with its figures), ``report.pdf`` and ``report.html``; ``kinds``: some of tex, pdf and html.

    ``trust`` tells in lines what stands behind some evidence besides the kernel, such as another checker.

    Raises OSError for a folder that cannot be written, and TexError if there is no PDF (all else is written then).
    """
    say("reading the ledger")
    texts = Texts(ledger)
    told = content(texts, paper.reporting.notation, paper.reporting.results, trust)
    graph = drawn(told.claims)
    say("drawing")
    found = list(drawings.figures(texts, told, paper))
    with staged(folder) as (aside, put):
        made = []
        if "html" in kinds:
            say("the page")
            made.append(_page(aside, told, found, graph, set(subjects(paper))))
        if kinds & {"tex", "pdf"}:
            say("the LaTeX")
            made += _source(aside, told, found, graph)
        done = put(made)
        if kinds & {"tex", "pdf"}:
            _clear(folder / FIGURES, put, aside)
        return done + (put([latex.compiled(aside / f"{NAME}.tex", say)]) if "pdf" in kinds else [])


def _page(aside: Path, told: Content, found: list[drawings.Figure], graph: Drawing, maps: set[str]) -> Path:
    pictures = {f.name: drawings.inline(drawings.saved(f.canvas, "svg"), f.name) for f in found}
    page = aside / f"{NAME}.html"
    page.write_text(html.rendered(told, found, pictures, graph, maps), encoding="utf-8")
    return page


def _source(aside: Path, told: Content, found: list[drawings.Figure], graph: Drawing) -> list[Path]:
    (aside / FIGURES).mkdir()
    made = {f.name: f.canvas for f in found} | {"graph": drawings.graph(graph, CLASSES)}
    for name, picture in made.items():
        (aside / FIGURES / f"{name}.pdf").write_bytes(drawings.saved(picture, "pdf"))
    source = aside / f"{NAME}.tex"
    source.write_text(latex.rendered(told, found), encoding="utf-8")
    return [*sorted((aside / FIGURES).iterdir()), source]


def _clear(figures: Path, put: Callable[[list[Path]], list[Path]], aside: Path) -> None:
    """Remove the pictures of an earlier report that this one does not have, and note which ones it has.

    Files that no report has made, or that only look like it (a name with a slash), are left alone.
    """
    made = sorted(p.name for p in (aside / FIGURES).iterdir())
    known = figures / MADE
    earlier = known.read_text(encoding="utf-8").split() if known.exists() else []
    for name in earlier:
        if name not in made and Path(name).name == name:
            (figures / name).unlink(missing_ok=True)
    (aside / FIGURES / MADE).write_text("".join(f"{name}\n" for name in made), encoding="utf-8")
    put([aside / FIGURES / MADE])


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Path, Callable[[list[Path]], list[Path]]]]:
    """A folder aside, and a function that puts finished files from there into ``folder``, each at once and whole."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".report-", dir=folder))

    def put(files: list[Path]) -> list[Path]:
        done = []
        for file in files:
            target = folder / file.relative_to(aside)
            target.parent.mkdir(exist_ok=True)
            copy = aside / "finished"
            shutil.copyfile(file, copy)
            os.replace(copy, target)
            done.append(target)
        return done

    try:
        yield aside, put
    finally:
        shutil.rmtree(aside, ignore_errors=True)
