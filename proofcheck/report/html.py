"""The report as one HTML page that opens from disk and asks no other host for anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from proofcheck.explore import ADDRESS
from proofcheck.report.content import WORDS, Content, Word
from proofcheck.report.figures import Figure
from proofcheck.report.graph import CLASSES, HEIGHT, WIDTH, Drawing
from proofcheck.report.mathml import math


def rendered(content: Content, figures: Iterable[Figure], pictures: Mapping[str, str], graph: Drawing,
             maps: Collection[str] = ()) -> str:
    """The whole page; ``pictures``: the SVG of every figure by name; ``maps``: the ids that the explorer has a map of."""
    known = content.ids

    def link(key: str) -> Markup:
        shown = Markup("<code>{}</code>").format(key)
        return Markup('<a href="#{}">{}</a>').format(key, shown) if key in known else shown

    jinja = Environment(loader=PackageLoader("proofcheck.report"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                        undefined=StrictUndefined)
    jinja.filters |= {"math": math, "word": word, "link": link, "links": lambda keys: Markup(", ").join(map(link, keys)),
                      "path": path}
    parts = {name: Markup((files("proofcheck.report") / "templates" / name).read_text(encoding="utf-8"))
             for name in ("report.css", "report.js")}
    return jinja.get_template("report.html.j2").render(
        c=content, figures=list(figures), pictures={k: Markup(v) for k, v in pictures.items()}, graph=graph, words=WORDS,
        classes=CLASSES, groups={n.id: n.group for n, _ in graph.nodes}, width=WIDTH, height=HEIGHT, parts=parts,
        maps=maps, explorer=ADDRESS)


def word(found: Word) -> Markup:
    """A word of judgement, with the place in the ledger that it comes from."""
    return Markup('<b class="word w-{2}" data-key="{0}" data-field="{1}">{2}</b>').format(found.key, found.field, found.word)


def path(points: Sequence[tuple[float, float]]) -> str:
    """An SVG path through some points."""
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)
