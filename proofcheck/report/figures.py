"""Pictures as vector graphics: failure regions, slack along a run, curves, the graph.

Readable without colours: what is told apart by colour is told apart by hatching, line style or a mark, too.  A picture
shows numbers and proves nothing; the certified point in it comes from the ledger.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from typing import Any

import matplotlib
import numpy as np
from flint import arb
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FormatStrFormatter, LogLocator, NullLocator

from proofcheck.check import is_scalar
from proofcheck.claims import Instance, Paper, Picture
from proofcheck.evaluate import NoValue, holds, slack
from proofcheck.evidence import read_value
from proofcheck.kernel.intervals import precision
from proofcheck.kernel.terms import Rel, Var, arrays, variables
from proofcheck.prove.sampling import compiled
from proofcheck.refute.equations import Branch, branches
from proofcheck.report.content import Content, Finding, Texts
from proofcheck.report.formulas import Typesetter, plain
from proofcheck.report.graph import HEIGHT, WIDTH, Drawing
from proofcheck.witness import TOLERANCE, normalized, working

STYLE = {"font.size": 8, "axes.linewidth": 0.6, "pdf.fonttype": 3, "svg.hashsalt": "proofcheck", "svg.fonttype": "path",
         "hatch.linewidth": 0.5, "mathtext.fontset": "cm", "lines.linewidth": 1.2}
ROUGH, GRID, BITS = 8, 44, 128
REACH = Fraction(8)  # a region reaches from the point by this factor in each direction
LEAST = 0.01  # of a plane that fails; less cannot be seen
WIDE = 200  # a longer axis has ticks at powers of ten only
ROWS = 44  # bounds in one picture
LOWEST = -12  # decades below 1 of the ratio that are told apart
NODE_FILLS = ("#1b7f5f", "#b7e0cf", "#d5dcf5", "#fff3b0", "#ffffff", "#ffffff", "#eb9a6e")  # in the order of CLASSES
NODE_LINES = ("-", "-", "-", "-", ":", "--", "-")
AREAS = {0: ("#ffffff", None), 1: ("#cfe3f2", None), 2: ("#d9814e", "////"), 3: ("#999999", "...")}  # as in Plane.cells
AREA_NAMES = ("hypotheses not met", "holds", "fails", "not decided")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7")


@dataclass(frozen=True)
class Figure:
    """A picture that is drawn when it is wanted; ``ids``: the findings that it belongs to, none for a general one."""

    name: str
    caption: str
    ids: tuple[str, ...]
    draw: Callable[[], Canvas]

    @cached_property
    def canvas(self) -> Canvas:
        """The picture, drawn once, with its places fixed, so that every format has the same."""
        made = self.draw()
        with matplotlib.rc_context(STYLE):
            made.draw_without_rendering()
        made.set_layout_engine("none")
        return made


def figures(texts: Texts, content: Content, paper: Paper) -> Iterator[Figure]:
    """All pictures of a report but the graph."""
    typeset = Typesetter(paper.reporting.notation)
    for found in content.findings:
        yield from regions(texts, found, typeset)
    yield from along_a_run(texts, paper)
    verdicts = {c.id: c.verdict.word for c in content.claims}
    for picture in paper.reporting.pictures() if paper.reporting.pictures is not None else ():
        yield Figure(f"picture-{picture.name}", picture.caption, (), lambda p=picture: curves(p, verdicts))  # type: ignore[misc]


def saved(canvas: Canvas, kind: str) -> bytes:
    """The bytes of a picture as ``pdf`` or ``svg``, the same for the same picture."""
    blank = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None} if kind == "pdf" else {"Date": None}
    out = io.BytesIO()
    with matplotlib.rc_context(STYLE), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        canvas.savefig(out, format=kind, metadata=blank)
    return out.getvalue()


def inline(svg: bytes, name: str) -> str:
    """An SVG file as an element of a page: without header and metadata, its ids made its own."""
    text = svg.decode("utf-8")
    text = re.sub(r"(?s)<metadata>.*?</metadata>", "", text[text.index("<svg"):])
    text = re.sub(r' id="', f' id="{name}-', text)
    return re.sub(r'(xlink:href="#|url\(#)', rf"\g<1>{name}-", text)


def canvas(width: float, height: float) -> Canvas:
    """An empty picture; sizes in inches."""
    return Canvas(figsize=(width, height), layout="constrained")


# failure regions


@dataclass(frozen=True)
class Plane:
    """Where a relation fails in a plane of two parameters through a certified point, the others as they are there.

    ``cells``: 0 outside of the hypotheses, 1 where it holds, 2 where it fails, 3 where balls do not tell.
    """

    names: tuple[str, str]
    x: Sequence[float]
    y: Sequence[float]
    cells: Any
    point: tuple[float, float]
    fixed: Sequence[tuple[str, str]]


def regions(texts: Texts, found: Finding, typeset: Typesetter) -> Iterator[Figure]:
    """The failure region of a false scalar statement, if a plane shows more than one thing."""
    record = next(r for r in texts.ledger["claims"] if r["id"] == found.claim.id)
    item = record if found.step is None else next(s for s in record["steps"] if s["id"] == found.id)
    point = item["evidence"]["counterexample"]
    if found.kind.word not in ("false", "not-uniform") or point is None or item["statement"] is None:
        return
    goal = texts.relation(record, item["statement"]["text"])
    hyps = tuple(h for h in texts.hypotheses(record, item) if is_scalar(h))
    plane = failing(goal, hyps, point["point"]["scalars"]) if is_scalar(goal) else None
    if plane is None:
        return
    rest = ", ".join(f"{k} = {v}" for k, v in plane.fixed)
    caption = (f"{found.id}: where the line fails (dark, hatched) and where it holds (light) where the parameters meet "
               f"the hypotheses{', at ' + rest if rest else ''}. The cross is the certified point; the rest was computed on "
               "a grid and is not certified.")
    yield Figure("region-" + re.sub(r"\W", "-", found.id), caption, (found.id,), lambda: region(plane, typeset))


def failing(goal: Rel, hyps: tuple[Rel, ...], at: Mapping[str, str]) -> Plane | None:
    """The plane that shows most, or None if every plane shows the same everywhere, or nearly so."""
    branch = branches(goal, hyps)[0]
    free = sorted({v for r in (branch.goal, *branch.hyps) for v in variables(r) if v.name in at}, key=lambda v: v.name)
    place = {v: _ball(at[v.name]) for v in free}
    inside = [v for v in free if v in variables(branch.goal)]
    rough = [(p, pair) for pair in combinations(inside, 2) if (p := _plane(branch, pair, place, at, ROUGH)) is not None]
    best = max(rough, key=lambda found: _telling(found[0]), default=None)
    shown = None if best is None else _plane(branch, best[1], place, at, GRID)
    return None if shown is None or np.mean(shown.cells == 2) < LEAST else shown


def _telling(plane: Plane) -> tuple[int, int]:
    counts = [int(np.sum(plane.cells == k)) for k in (1, 2)]
    return (sum(c > 0 for c in counts), min(counts))


def _ball(text: str) -> arb:
    value = read_value(text)
    with precision(BITS):
        return arb(value.numerator) / value.denominator if isinstance(value, Fraction) else compiled(value)({})


def _plane(branch: Branch, pair: tuple[Var, Var], place: Mapping[Var, arb], at: Mapping[str, str],
           size: int) -> Plane | None:
    """One plane, with so many places along each axis; None unless it shows both what fails and something else."""
    axes = [_axis(place[v], v.integer, size) for v in pair]
    if any(a is None for a in axes):
        return None
    x, y = (a for a in axes if a is not None)
    try:
        judge = _Judge(branch)
    except ValueError:
        return None
    with precision(BITS):
        cells = np.array([[judge.at({**place, pair[0]: arb(u), pair[1]: arb(v)}) for u in x] for v in y])
    if not (cells == 2).any() or (cells == cells[0, 0]).all():
        return None
    fixed = [(v.name, at[v.name]) for v in place if v not in pair and len(at[v.name]) < 12]
    return Plane((pair[0].name, pair[1].name), x, y, cells, (float(place[pair[0]]), float(place[pair[1]])), fixed)


def _axis(middle: arb, integer: bool, size: int) -> list[float] | None:
    """Places around a value, evenly on a logarithmic scale; None for values that have no such scale."""
    if not middle > 0 or not middle < arb(10) ** 290:
        return None
    centre = math.log10(float(middle))
    reach = max(math.log10(REACH), abs(centre) / 2)
    low = max(centre - reach, 0.0) if integer else centre - reach
    return [float(10**t) for t in np.linspace(low, low + 2 * reach, size)]


class _Judge:
    """Says of a place whether it meets the hypotheses and whether the relation holds there."""

    def __init__(self, branch: Branch) -> None:
        self.goal = (branch.goal.op, compiled(branch.goal.rhs - branch.goal.lhs))
        self.hyps = [(h.op, compiled(h.rhs - h.lhs)) for h in branch.hyps]

    def at(self, place: Mapping[Var, arb]) -> int:
        """One of the numbers of ``Plane.cells``."""
        given = [met(op, value(place)) for op, value in self.hyps]
        if False in given:
            return 0
        good = None if None in given else met(self.goal[0], self.goal[1](place))
        return 3 if good is None else 1 if good else 2


def met(op: str, room: arb) -> bool | None:
    """Whether 0 op room; None if the ball does not tell."""
    if room > 0:
        return op != "="
    if room < 0:
        return False
    return op != "<" if room == 0 else None


def region(plane: Plane, typeset: Typesetter) -> Canvas:
    """The plane, its certified point, and a key."""
    with matplotlib.rc_context(STYLE):
        made = canvas(3.6, 2.5)
        axes = made.subplots()
        for kind, (colour, hatch) in AREAS.items():
            if (plane.cells == kind).any():
                axes.contourf(plane.x, plane.y, plane.cells == kind, levels=[0.5, 1.5], colors=[colour], hatches=[hatch])
        axes.plot(*plane.point, marker="X", color="#ffffff", markeredgecolor="#000000", markersize=8, clip_on=False,
                  zorder=5)
        axes.set(xscale="log", yscale="log", xlabel=f"${plain(typeset.name(plane.names[0]))}$",
                 ylabel=f"${plain(typeset.name(plane.names[1]))}$")
        for axis, places in ((axes.xaxis, plane.x), (axes.yaxis, plane.y)):
            steps = (1, 2, 5) if places[-1] < WIDE * places[0] else (1,)
            axis.set(major_locator=LogLocator(subs=steps, numticks=8), minor_locator=NullLocator(),
                     major_formatter=FormatStrFormatter("%g"))
        key = [Patch(fc=colour, ec="#555555", hatch=hatch, label=name)
               for (kind, (colour, hatch)), name in zip(AREAS.items(), AREA_NAMES, strict=True)
               if (plane.cells == kind).any()]
        made.legend(handles=key, loc="outside upper center", ncols=4, frameon=False, fontsize=7)
    return made


# slack along a run


@dataclass(frozen=True)
class Measured:
    """The ratio of both sides of a bound at every step; nan where the hypotheses are not met."""

    id: str
    ratios: Sequence[float]


def along_a_run(texts: Texts, paper: Paper) -> Iterator[Figure]:
    """How much of every bound a real run uses, step by step."""
    options = paper.reporting.run
    if paper.gd is None or options is None:
        return
    states = [normalized(i) for i in paper.gd(options)]
    rows = [m for r in texts.ledger["claims"] if (m := measured(texts, r, states)) is not None]
    told = ", ".join(f"{k} = {v}" for k, v in options.items() if v is not None)
    for number, start in enumerate(range(0, len(rows), ROWS), 1):
        part = rows[start:start + ROWS]
        caption = (f"Measured side over bound along a real run ({told}), for every inequality whose hypotheses it meets, "
                   f"{part[0].id} to {part[-1].id}. Darker is closer to the bound, a cross is a violation, empty is where "
                   "a hypothesis is not met. Numbers prove nothing.")
        yield Figure(f"slack-{number}", caption, (), lambda p=part: heat(p))  # type: ignore[misc]


def measured(texts: Texts, record: Mapping[str, Any], states: Sequence[Instance]) -> Measured | None:
    """One bound on every state; None for an equation, or if the run never meets its hypotheses."""
    if record["statement"] is None or record["kind"] == "hypothesis":
        return None
    rel = texts.relation(record, record["statement"]["text"])
    if rel.op == "=" or not arrays(rel):
        return None
    hyps = texts.hypotheses(record, record)
    ratios = [_ratio(rel, hyps, s) for s in states]
    return None if all(math.isnan(r) for r in ratios) else Measured(record["id"], ratios)


def _ratio(rel: Rel, hyps: Iterable[Rel], state: Instance) -> float:
    try:
        with working():
            if not all(holds(h, state.values, TOLERANCE) for h in hyps):
                return math.nan
            found = slack(rel, state.values)
            if found.ratio > 1 and holds(rel, state.values, TOLERANCE):
                return 1.0  # rounding
            return float(found.ratio)
    except NoValue:
        return math.nan


def heat(rows: Sequence[Measured]) -> Canvas:
    """A bound to a row, a step to a column."""
    table = np.array([r.ratios for r in rows])
    with matplotlib.rc_context(STYLE), np.errstate(all="ignore"):
        made = canvas(6.3, 0.9 + 0.145 * len(rows))
        axes = made.subplots()
        decades = np.clip(np.log10(np.maximum(table, 10.0**LOWEST)), LOWEST, 0)
        shown = axes.pcolormesh(decades, cmap="cividis_r", vmin=LOWEST, vmax=0, edgecolors="#ffffff", linewidth=0.3)
        bad = np.argwhere(table > 1)
        axes.plot(bad[:, 1] + 0.5, bad[:, 0] + 0.5, "X", color="#ffffff", markeredgecolor="#000000")
        axes.set(xlabel="step", xticks=np.arange(0, table.shape[1], 5) + 0.5, xticklabels=range(0, table.shape[1], 5),
                 yticks=np.arange(len(rows)) + 0.5)
        axes.set_yticklabels([r.id for r in rows], fontsize=6)
        axes.invert_yaxis()
        made.colorbar(shown, ax=axes, label=r"$\log_{10}$(measured / bound)", fraction=0.03, pad=0.01, extend="min")
    return made


# curves and the graph


def curves(picture: Picture, verdicts: Mapping[str, str]) -> Canvas:
    """Lines in a plane; one that comes from a claim is told with the verdict that the ledger gives it."""
    with matplotlib.rc_context(STYLE):
        made = canvas(5.2, 3.0)
        axes = made.subplots()
        for k, curve in enumerate(picture.curves):
            word = f" ({curve.claim}: {verdicts.get(curve.claim, 'not in this ledger')})" if curve.claim else ""
            axes.plot(curve.x, curve.y, linestyle=LINES[k % len(LINES)], color=COLOURS[k % len(COLOURS)],
                      label=curve.label + word)
        axes.set(xlabel=picture.x, ylabel=picture.y, **{f"{a}scale": "log" for a in picture.log})
        made.legend(loc="outside upper left", frameon=False, fontsize=7)
    return made


def graph(drawing: Drawing, classes: Sequence[str]) -> Canvas:
    """The graph of uses; every class has a fill and a border of its own."""
    with matplotlib.rc_context(STYLE):
        made = Canvas(figsize=(max(drawing.size[0], 300) / 72 + 0.3, drawing.size[1] / 72 + 1.0))
        axes = made.add_axes((0, 0, 1, 1))
        axes.set(xlim=(-10, max(drawing.size[0], 300) + 10), ylim=(drawing.size[1] + 10, -60), aspect="equal")
        axes.axis("off")
        for _, points in drawing.edges:
            axes.plot(*np.array(points).T, color="#777777", linewidth=0.5, zorder=1)
            axes.annotate("", points[-1], points[-2], arrowprops={"arrowstyle": "-|>", "color": "#777777", "linewidth": 0.5,
                          "mutation_scale": 6, "shrinkA": 0, "shrinkB": 0})
        for node, (x, y) in drawing.nodes:
            k = classes.index(node.group)
            axes.add_patch(_box(x, y, k))
            for line, shift in zip(node.lines, (0.0,) if len(node.lines) == 1 else (-4.5, 4.5), strict=True):
                axes.text(x, y + shift, line, ha="center", va="center", fontsize=7, family="monospace", zorder=3,
                          color="#ffffff" if k == 0 else "#000000")
        handles = [Patch(fc=NODE_FILLS[k], ec="#222222", ls=NODE_LINES[k], lw=2 if k == 6 else 0.8, label=name)
                   for k, name in enumerate(classes)]
        axes.legend(handles=handles, loc="upper left", ncols=4, frameon=False,
                    fontsize=max(8.0, drawing.size[0] / 80))
    return made


def _box(x: float, y: float, k: int) -> Rectangle:
    return Rectangle((x - WIDTH / 2, y - HEIGHT / 2), WIDTH, HEIGHT, facecolor=NODE_FILLS[k], edgecolor="#222222",
                     linestyle=NODE_LINES[k], linewidth=2 if k == 6 else 0.7, zorder=2)
