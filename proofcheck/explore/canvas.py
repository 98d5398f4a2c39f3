"""The figure of a map in Bokeh, shared by the server and the standalone page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from bokeh.models import (
    ColorBar,
    ColumnDataSource,
    FixedTicker,
    HoverTool,
    LinearColorMapper,
    PointDrawTool,
    Range1d,
)
from bokeh.plotting import figure

from proofcheck.explore.plane import CLIP, Axis, Picture, Region
from proofcheck.explore.ticks import label, ticks

FAILS = ("#5a0014", "#a81529", "#e0705c")  # dark: it fails by CLIP decades ... at the boundary
HOLDS = ("#7fb0dc", "#a9cdee", "#d8ebfa")  # light: from the boundary on, so that grey tells both apart
UNKNOWN = "#777777"
SHADES = 128
HATCHES = ("right_diagonal_line", "left_diagonal_line", "horizontal_line", "vertical_line", "cross", "diagonal_cross",
           "criss_cross", "ring", "vertical_wave")
DOTS = "dot"
HEIGHT = 480


def palette() -> list[str]:
    """From what fails clearly to what holds clearly; the luminance rises all the way."""
    return [*_between(FAILS), *_between(HOLDS)]


def _between(colours: Sequence[str]) -> list[str]:
    known = np.array([[int(c[k:k + 2], 16) for k in (1, 3, 5)] for c in colours])
    at = np.linspace(0, len(colours) - 1, SHADES)
    mixed = [np.interp(at, range(len(colours)), known[:, k]) for k in range(3)]
    return ["#{:02x}{:02x}{:02x}".format(*(round(v) for v in rgb)) for rgb in zip(*mixed, strict=True)]


@dataclass
class Canvas:
    """A figure with the sources that a new picture fills."""

    figure: Any
    image: ColumnDataSource
    curve: ColumnDataSource
    hatch: ColumnDataSource
    names: ColumnDataSource
    marker: ColumnDataSource
    cross: ColumnDataSource


def made(low: float = -CLIP, high: float = CLIP, fixed: bool = False) -> Canvas:
    """An empty figure for images from ``low`` to ``high``; ``fixed``: the marker cannot be moved."""
    plot = figure(height=HEIGHT, sizing_mode="stretch_width", x_range=Range1d(0, 1), y_range=Range1d(0, 1),
                  toolbar_location=None, tools="", min_width=200)
    plot.grid.visible = False
    for axis in (plot.xaxis, plot.yaxis):
        axis.ticker = FixedTicker(ticks=[])
        axis.axis_label_text_font_size = "1.1em"
    canvas = Canvas(plot, *(ColumnDataSource(data={k: [] for k in keys.split()}) for keys in (
        "image x y dw dh", "xs ys", "left right bottom top words hatch", "x y text", "x y", "xs ys")))
    above = UNKNOWN if fixed else None
    mapper = LinearColorMapper(palette=palette(), low=low, high=high, nan_color=UNKNOWN, high_color=above)
    plot.image(image="image", x="x", y="y", dw="dw", dh="dh", source=canvas.image, color_mapper=mapper)
    quads = plot.quad(left="left", right="right", bottom="bottom", top="top", source=canvas.hatch, fill_color="#ffffff",
                      fill_alpha=0.12, line_color=None, hatch_pattern="hatch", hatch_alpha=0.6, hatch_scale=10)
    plot.multi_line("xs", "ys", source=canvas.curve, line_color="#ffffff", line_width=5)
    plot.multi_line("xs", "ys", source=canvas.curve, line_color="#000000", line_width=2.5)
    plot.text("x", "y", "text", source=canvas.names, text_align="center", text_baseline="middle", text_font_style="bold",
              background_fill_color="#ffffff", background_fill_alpha=0.85, padding=3, border_radius=3)
    plot.multi_line("xs", "ys", source=canvas.cross, line_color="#000000", line_dash="dotted", line_width=1)
    point = plot.scatter("x", "y", source=canvas.marker, size=16, marker="circle_x", fill_color="#ffd400",
                         line_color="#000000", line_width=2, nonselection_line_alpha=1, nonselection_fill_alpha=1)
    plot.add_tools(HoverTool(renderers=[quads], tooltips="@words"))
    if not fixed:
        drag = PointDrawTool(renderers=[point], add=False)
        plot.add_tools(drag)
        plot.toolbar.active_tap = plot.toolbar.active_drag = drag
    marks = {low: "fails", (low + high) / 2: "log₁₀(rhs/lhs) = 0", high: "holds"}
    plot.add_layout(ColorBar(color_mapper=mapper, ticker=FixedTicker(ticks=list(marks)), major_label_overrides=marks,
                             height=12, padding=4, title=None, major_label_text_font_size="1em"), "below")
    return canvas


def image_data(picture: Picture) -> dict[str, Any]:
    """The columns of the image."""
    (left, right), (bottom, top) = (a.ends for a in picture.axes)
    cells = picture.gap.astype(np.float32)
    return {"image": [cells], "x": [left], "y": [bottom], "dw": [right - left], "dh": [top - bottom]}


def curve_data(picture: Picture) -> dict[str, Any]:
    """The columns of the boundary."""
    return {"xs": [u for u, _ in picture.curve], "ys": [v for _, v in picture.curve]}


def hatch_data(picture: Picture) -> dict[str, Any]:
    """The columns of the violated hypotheses, and of what is not known."""
    rows = [(*box, f"violated here: {r.words}", HATCHES[k % len(HATCHES)]) for k, r in enumerate(picture.regions)
            for box in r.boxes]
    if picture.unknown is not None:
        rows += [(*box, picture.unknown.words, DOTS) for box in picture.unknown.boxes]
    columns = list(zip(*rows, strict=True)) or [()] * 6
    return dict(zip(("left", "right", "bottom", "top", "words", "hatch"), map(list, columns), strict=True))


def names_data(regions: Sequence[Region]) -> dict[str, Any]:
    """The columns of their numbers."""
    places = [r.place(k / (len(regions) + 1)) for k, r in enumerate(regions, 1)]
    return {"x": [x for x, _ in places], "y": [y for _, y in places], "text": [str(k) for k, _ in enumerate(regions, 1)]}


def marked(canvas: Canvas, axes: tuple[Axis, Axis], x: float, y: float) -> None:
    """Put the marker at some coordinates."""
    (left, right), (bottom, top) = (a.ends for a in axes)
    canvas.marker.data = {"x": [x], "y": [y]}
    canvas.cross.data = {"xs": [[left, right], [x, x]], "ys": [[y, y], [bottom, top]]}


def shown(canvas: Canvas, picture: Picture) -> None:
    """Show a picture."""
    canvas.image.data = image_data(picture)
    canvas.curve.data = curve_data(picture)
    for source, data in ((canvas.hatch, hatch_data(picture)), (canvas.names, names_data(picture.regions))):
        if source.data != data:
            source.data = data


def framed(canvas: Canvas, axes: tuple[Axis, Axis]) -> None:
    """Show other axes."""
    plot = canvas.figure
    for axis, extent, drawn in zip(axes, (plot.x_range, plot.y_range), (plot.xaxis[0], plot.yaxis[0]), strict=True):
        marks = ticks(axis) if axis.name else []
        extent.start, extent.end = axis.ends
        drawn.ticker.ticks = [at for at, _ in marks]
        drawn.major_label_overrides = dict(marks)
        drawn.axis_label = label(axis.name)
