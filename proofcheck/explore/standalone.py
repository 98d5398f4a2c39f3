"""One page for all findings, without a server: maps computed beforehand, with a slider for one more parameter."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from importlib.resources import files
from typing import Any

import numpy as np
from bokeh.document import Document
from bokeh.embed import file_html
from bokeh.events import DocumentReady
from bokeh.models import CustomJS, Select, Slider
from bokeh.resources import INLINE

from proofcheck.explore import canvas as drawing
from proofcheck.explore import frame, texts
from proofcheck.explore.canvas import Canvas, hatch_data, names_data
from proofcheck.explore.card import certified, changes
from proofcheck.explore.numbers import shown
from proofcheck.explore.plane import CLIP, Axis, Picture, drawn
from proofcheck.explore.state import View, axis, ends, first
from proofcheck.explore.subjects import Subject
from proofcheck.explore.ticks import label, ticks
from proofcheck.report.formulas import Typesetter

SIZE = 80  # cells along each axis
FRAMES = 13  # values of the further parameter
ROUGH = 12
TOP = 254  # the grey levels that stand for -CLIP to CLIP are 0 to TOP; one more stands for what is not known
AREAS = (("controls", ("claim", "about", "slider", "value")), ("plot", ("plot", "legend")), ("card", ("card",)))
UUID = r"\b[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b"
Say = Callable[[str], None]


def written(subjects: Mapping[str, Subject], typeset: Typesetter, title: str, say: Say = lambda words: None) -> str:
    """The page with all findings of a ledger, or with everything that can be explored if there are none."""
    found = [s for s in subjects.values() if s.finding] or list(subjects.values())
    maps = []
    for number, subject in enumerate(found, 1):
        say(f"{number}/{len(found)} {subject.id}")
        maps.append(prepared(subject, typeset))
    variables = frame.variables("map", title, AREAS, {})
    return steady(str(file_html(page(maps), INLINE, title=f"{title} - explorer", template=frame.template("explore.html.j2"),
                                template_variables=variables)))


def steady(text: str) -> str:
    """The page with the random ids of Bokeh numbered in their order, so that the same command writes the same bytes."""
    known: dict[str, str] = {}
    return re.sub(UUID, lambda found: known.setdefault(found[0], f"00000000-0000-4000-8000-{len(known):012x}"), text)


def prepared(subject: Subject, typeset: Typesetter) -> dict[str, Any]:
    """Everything that the page shows of one claim."""
    view = first(subject)
    axes = view.axes(subject)
    further = further_parameter(subject, view)
    card = certified(subject, view.values)
    edge = [c for a in axes if a.name for c in changes(subject, view.values, a)]
    take = texts.pre(card.test) + texts.pre(card.command) if card.test else texts.pre(card.command)
    frames = [framed(subject, v) for v in along(subject, view, further)]
    return {
        "id": subject.id, "words": subject.words, "about": str(texts.about(subject, typeset)),
        "card": str(texts.certificate(card) + texts.boundary(edge) + take), "x": axis_data(axes[0]), "y": axis_data(axes[1]),
        "marker": [a.coordinate(view.values[a.name]) if a.name else 0.5 for a in axes], "further": label(further),
        "start": next((k for k, f in enumerate(frames) if f["here"]), 0), "frames": frames,
    }


def further_parameter(subject: Subject, view: View) -> str:
    """The parameter beside the axes that changes the map most; "" if there is none."""
    names = [n for n in subject.inside if n not in (view.x, view.y)]

    def change(name: str) -> float:
        ends_of = along(subject, view, name)[::FRAMES - 1]
        low, high = (drawn(subject, view.axes(subject), v.values, ROUGH).told.astype(int) for v in ends_of)
        return float(np.abs(high - low).sum())

    return max(names, key=change, default="")


def along(subject: Subject, view: View, name: str) -> list[View]:
    """The view with FRAMES values of a parameter, its own among them."""
    if not name:
        return [view]
    scale = axis(subject, name, ends(subject, name))
    values = [scale.nearest(u) for u in np.linspace(*scale.ends, FRAMES)]
    own = view.values[name]
    nearest = min(range(FRAMES), key=lambda k: abs(scale.coordinate(values[k]) - scale.coordinate(own)))
    values[nearest] = own
    return [view.at(**{name: v}) for v in values]


def framed(subject: Subject, view: View) -> dict[str, Any]:
    """One map as small data."""
    picture = drawn(subject, view.axes(subject), view.values, SIZE)
    at = ", ".join(f"{label(k)} = {shown(v)}" for k, v in view.values.items() if k not in (view.x, view.y))
    return {"image": levels(picture), "xs": _small(u for u, _ in picture.curve), "ys": _small(v for _, v in picture.curve),
            "hatch": hatch_data(picture), "names": names_data(picture.regions),
            "legend": str(texts.legend(picture.regions)), "value": at, "here": view == first(subject)}


def levels(picture: Picture) -> Any:
    """The map in whole numbers of one byte, shape (SIZE, SIZE); TOP + 1 where nothing is known."""
    scaled = np.round((picture.gap + CLIP) / (2 * CLIP) * TOP)
    return np.where(np.isnan(scaled), TOP + 1, scaled).astype(np.uint8)


def _small(lines: Iterable[Any]) -> list[Any]:
    return [line.astype(np.float32) for line in lines]


def axis_data(along: Axis) -> dict[str, Any]:
    """An axis as plain data."""
    marks = ticks(along) if along.name else []
    return {"ends": list(along.ends), "ticks": [at for at, _ in marks], "labels": [[at, text] for at, text in marks],
            "label": label(along.name)}


def page(maps: list[dict[str, Any]]) -> Document:
    """The page; what it does is in standalone.js."""
    canvas = drawing.made(low=0, high=TOP, fixed=True)
    claim = Select(title="claim or step", options=[(str(k), f"{m['id']} · {m['words'][:60]}") for k, m in enumerate(maps)],
                   value="0", sizing_mode="stretch_width")
    slider = Slider(start=0, end=FRAMES - 1, step=1, value=0, show_value=False, sizing_mode="stretch_width", min_width=80)
    divs = {name: texts.div() for name in ("about", "card", "legend", "value")}
    code = (files("proofcheck.explore") / "templates" / "standalone.js").read_text(encoding="utf-8")
    action = CustomJS(args={"maps": maps, "claim": claim, "slider": slider, **divs, **_parts(canvas)}, code=code)
    claim.js_on_change("value", action)
    slider.js_on_change("value", action)
    document = Document()
    document.js_on_event(DocumentReady, action)
    for name, model in {"claim": claim, "slider": slider, "plot": canvas.figure, **divs}.items():
        model.name = name
        document.add_root(model)
    return document


def _parts(canvas: Canvas) -> dict[str, Any]:
    plot = canvas.figure
    return {"plot": plot, "across": plot.xaxis[0], "up": plot.yaxis[0], "image": canvas.image, "curve": canvas.curve,
            "hatch": canvas.hatch, "names": canvas.names, "marker": canvas.marker, "cross": canvas.cross}
