"""The page of the whole paper at a point: its graph, coloured by what holds there, with a slider."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from bokeh.document import Document
from bokeh.events import Tap
from bokeh.models import (
    Button,
    ColumnDataSource,
    CustomJS,
    Div,
    HoverTool,
    PanTool,
    Range1d,
    Row,
    Select,
    Slider,
    TextInput,
    WheelZoomTool,
)
from bokeh.plotting import figure

from proofcheck.claims import Paper, uses_of
from proofcheck.explore import texts
from proofcheck.explore.page import COPY, LINK, STEPS, TO_URL, World
from proofcheck.explore.state import Arguments, BadView
from proofcheck.explore.ticks import label
from proofcheck.explore.whole import STATES, Spot, Standing, counted, first, spot_of, typed, value_of
from proofcheck.report.graph import HEIGHT, WIDTH, Drawing, Node, laid_out

LOOKS = {  # fill, hatching: told apart without colours, too
    STATES[0]: ("#5a0014", " "), STATES[1]: ("#e79a7f", "right_diagonal_line"), STATES[2]: ("#c8c8c8", "horizontal_line"),
    STATES[3]: ("#a9cdee", " "), STATES[4]: ("#ffffff", " "),
}
TALL = 640


@lru_cache(maxsize=1)
def graph(paper: Paper) -> Drawing:
    """The layout of what uses what, made once."""
    return laid_out([Node(c.id, "") for c in paper], [(used, c.id) for c in paper for used in uses_of(c)])


class RegimePage:
    """One session: a point, the graph there, and why."""

    def __init__(self, document: Document, world: World, arguments: Arguments) -> None:
        """Build the page; raises BadView for arguments that give no point."""
        self.world, self.whole = world, world.whole
        self.known = self.whole.parameters
        self.spot = spot_of(arguments, self.known, world.subjects)
        self.busy = False
        self.standing: Mapping[str, Standing] = {}
        self.message, self.told, self.why = (texts.div() for _ in range(3))
        self.url = Div(visible=False)
        self.points = TextInput(title="the point, NAME:NUMBER, ...", sizing_mode="stretch_width")
        self.move = Select(title="move", width=110)
        self.value = TextInput(title="its value", width=110)
        self.slider = Slider(start=0, end=1, step=0.01, value=0, show_value=False, sizing_mode="stretch_width", min_width=80)
        self.again, self.link = Button(label="Begin again"), Button(label="Copy link")
        self.claim = Select(title="why? (or point at the graph)", sizing_mode="stretch_width",
                            options=[c.id for c in world.paper], value=next(iter(world.paper)).id)
        self.nodes = ColumnDataSource()
        self.figure = self.draw(graph(world.paper))
        self.connect()
        for name, model in self.roots().items():
            model.name = name
            document.add_root(model)
        self.go(self.spot)

    def roots(self) -> dict[str, Any]:
        """The models by the names that the template uses."""
        return {"message": self.message, "points": self.points, "url": self.url, "slider": self.slider,
                "moving": Row(self.move, self.value, sizing_mode="stretch_width", styles={"gap": "8px"}),
                "actions": Row(self.again, self.link, sizing_mode="stretch_width", styles={"gap": "8px"}),
                "claim": self.claim, "why": self.why, "graph": self.figure, "told": self.told}

    def draw(self, drawing: Drawing) -> Any:
        """The graph; y points downwards in a drawing and upwards in a figure."""
        width, height = drawing.size
        plot = figure(height=TALL, sizing_mode="stretch_width", min_width=200, toolbar_location=None, tools="",
                      x_range=Range1d(-20, width + 20), y_range=Range1d(-20, height + 20))
        plot.axis.visible = plot.grid.visible = False
        lines = [[(x, height - y) for x, y in bends] for _, bends in drawing.edges]
        plot.multi_line([[x for x, _ in line] for line in lines], [[y for _, y in line] for line in lines], color="#999999")
        nodes = [(n.id, x, height - y) for n, (x, y) in drawing.nodes]
        self.nodes.data = {"id": [n for n, _, _ in nodes], "x": [x for _, x, _ in nodes], "y": [y for _, _, y in nodes],
                           **{k: [""] * len(nodes) for k in ("state", "reason", "fill", "hatch")}}
        boxes = plot.rect("x", "y", WIDTH, HEIGHT, source=self.nodes, fill_color="fill", hatch_pattern="hatch",
                          hatch_alpha=0.6, hatch_scale=6, line_color="#333333")
        zoom = WheelZoomTool()
        plot.add_tools(HoverTool(renderers=[boxes], tooltips="<b>@id</b>: @state<br>@reason"), PanTool(), zoom)
        plot.toolbar.active_scroll = zoom
        return plot

    def connect(self) -> None:
        """Say what every widget does."""
        for widget, spot in (
            (self.points, lambda new: Spot(typed(new, self.known), self.spot.move)),
            (self.move, lambda new: Spot(self.spot.values, new)),
            (self.value, lambda new: self.spot.at(value_of(self.known[self.spot.move], new))),
            (self.slider, lambda new: self.spot.at(self.axis.nearest(new))),
        ):
            widget.on_change("value", partial(self.said, spot, widget is self.slider))
        self.figure.on_event(Tap, self.pointed)
        self.again.on_click(lambda: self.go(Spot(first(self.world.subjects.values()), self.spot.move)))
        self.claim.on_change("value", lambda attr, old, new: self.explain())
        self.link.js_on_click(CustomJS(args={"source": self.url}, code=COPY % LINK))
        self.url.js_on_change("text", CustomJS(code=TO_URL))

    def pointed(self, event: Any) -> None:
        """A click on the graph chooses the claim there."""
        for key, x, y in zip(*(self.nodes.data[k] for k in ("id", "x", "y")), strict=True):
            if abs(event.x - x) <= WIDTH / 2 and abs(event.y - y) <= HEIGHT / 2:
                self.claim.value = key

    def said(self, spot: Callable[[Any], Spot], keep: bool, attr: str, old: Any, new: Any) -> None:
        """Go where a widget says, unless the page itself has changed it; tells bad input."""
        if self.busy:
            return
        try:
            found = spot(new)
            if found.move not in found.values:
                raise BadView(f"{found.move} has no value; allowed is one of {', '.join(found.values)}, or give it one")
            self.go(found, keep)
        except BadView as error:
            self.message.text = str(texts.message(str(error)))

    def go(self, spot: Spot, keep: bool = False) -> None:
        """Show another point; ``keep``: the slider stays as it is."""
        self.spot, self.busy = spot, True
        if not keep:
            self.axis = spot.axis(self.known)
            low, high = self.axis.ends
            self.slider.update(start=low, end=high, step=(high - low) / STEPS, title=label(spot.move),
                               value=self.axis.coordinate(spot.values[spot.move]))
        self.message.text = ""
        self.move.options, self.move.value = [(k, label(k)) for k in spot.values], spot.move
        self.points.value, self.value.value = spot.text(), spot.text_of(spot.move)
        self.url.text = spot.query()
        found = self.whole.standings(spot.values)
        self.standing = {s.id: s for s in found}
        self.color()
        self.told.text = str(texts.standings(counted(found)))
        self.explain()
        self.busy = False

    def color(self) -> None:
        """Colour the graph."""
        order = [self.standing[key] for key in self.nodes.data["id"]]
        self.nodes.data = {**self.nodes.data, "state": [s.state for s in order], "reason": [s.reason for s in order],
                           "fill": [LOOKS[s.state][0] for s in order], "hatch": [LOOKS[s.state][1] for s in order]}

    def explain(self) -> None:
        """Say why the chosen claim stands as it does."""
        found = self.standing[self.claim.value]
        self.why.text = str(texts.plain(f"{found.id}: {found.state} here; {found.reason}"))
