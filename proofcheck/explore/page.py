"""The page of the map: one view, shown by a figure, sliders, typed values and a card that always say the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from bokeh.document import Document
from bokeh.events import PanEnd, Tap
from bokeh.models import Button, Column, CustomJS, Div, Row, Select, Slider, TextInput
from tornado.ioloop import IOLoop

from proofcheck.claims import Paper
from proofcheck.explore import canvas as drawing
from proofcheck.explore import texts
from proofcheck.explore.aside import Aside
from proofcheck.explore.card import Card, certified, changes, touched
from proofcheck.explore.live import kept
from proofcheck.explore.numbers import shown, written
from proofcheck.explore.plane import Axis, drawn
from proofcheck.explore.state import Arguments, BadView, View, axis, ends, first, range_of, value, view_of
from proofcheck.explore.subjects import Subject, subjects
from proofcheck.explore.ticks import label
from proofcheck.explore.whole import Whole
from proofcheck.papers import find
from proofcheck.report.formulas import Typesetter

STEPS = 400  # of a slider
NO_TEST = "nothing is certified, so there is no test"
TITLE = 60
TO_URL = """clearTimeout(window.pc_url); const query = cb_obj.text;
window.pc_url = setTimeout(() => { try { history.replaceState(null, '', '?' + query) } catch (e) {} }, 150)"""
COPY = """const text = %s; const area = document.createElement('textarea'); area.value = text; document.body.append(area);
area.select(); document.execCommand('copy'); area.remove(); window.pc_copied = text;
if (navigator.clipboard) navigator.clipboard.writeText(text).catch(() => {});
const told = cb_obj.label; cb_obj.label = 'copied'; setTimeout(() => { cb_obj.label = told }, 1200)"""
LINK = "location.origin + location.pathname + '?' + source.text"
EDGES, KEEP = "edges", "keep"  # tasks of the process beside the server
GROUPS = (("found false or wanting", True), ("the others", False))


@dataclass(frozen=True, eq=False)
class World:
    """What all pages of a server share: the paper, how it writes terms, and the process for slow work.

    ``name``: the paper's, as the user gave it; processes find it by that.
    """

    name: str | None
    paper: Paper
    subjects: dict[str, Subject]
    typeset: Typesetter
    aside: Aside

    @cached_property
    def whole(self) -> Whole:
        """The paper at a point, with what was found out about the last one."""
        return Whole(self.paper)


def prepared(name: str | None) -> Callable[..., Any]:
    """In the process beside the server: the function that finds boundaries (EDGES, view) and stores runs (KEEP, ...)."""
    paper = find(name).paper
    known = subjects(paper)

    def edges(view: View) -> list[Any]:
        subject = known[view.claim]
        return [c for a in view.axes(subject) if a.name for c in changes(subject, view.values, a)]

    def work(task: str, *arguments: Any) -> Any:
        return edges(*arguments) if task == EDGES else kept(paper, *arguments)

    return work


@dataclass
class Control:
    """The slider and the typed value of one parameter."""

    name: str
    slider: Slider
    typed: TextInput
    axis: Axis

    def row(self) -> Row:
        """Both beside each other."""
        return Row(self.slider, self.typed, sizing_mode="stretch_width", styles={"gap": "8px"})


class MapPage:
    """One session: its view, and the widgets that show it.  Every change goes through ``show``."""

    def __init__(self, document: Document, world: World, arguments: Arguments) -> None:
        """Build the page into the document; raises BadView for arguments that give no view."""
        self.document, self.world, self.later = document, world, Later(document)
        self.view = view_of(arguments, world.subjects)
        self.card: Card | None = None
        self.waiting: Future[Any] | None = None
        self.busy = False
        self.controls: dict[str, Control] = {}
        self.canvas = drawing.made()
        self.widgets = Widgets()
        self.connect()
        for name, model in {**self.widgets.roots(), "plot": self.canvas.figure}.items():
            model.name = name
            document.add_root(model)
        self.rebuild()
        self.show(self.view)

    @property
    def subject(self) -> Subject:
        """The claim of the view."""
        return self.world.subjects[self.view.claim]

    # what the user does

    def connect(self) -> None:
        """Say what every widget does."""
        w = self.widgets
        w.claim.options = {title: [(s.id, _titled(s)) for s in self.world.subjects.values() if bool(s.finding) == kind]
                           for title, kind in GROUPS if any(bool(s.finding) == kind for s in self.world.subjects.values())}
        w.claim.on_change("value", self.quietly(lambda new: self.move_to(first(self.world.subjects[new]))))
        w.x.on_change("value", self.quietly(lambda new: self.other_axes(new, self.view.y)))
        w.y.on_change("value", self.quietly(lambda new: self.other_axes(self.view.x, new)))
        for box in (w.x_low, w.x_high, w.y_low, w.y_high):
            box.on_change("value", self.quietly(lambda new: self.other_ranges()))
        w.certify.on_click(self.certify)
        w.fit.on_click(lambda: self.move_to(first(self.subject)))
        for part, text in (("test", "source.tags[0] || ''"), ("command", "source.tags[1] || ''")):
            getattr(w, part).js_on_click(CustomJS(args={"source": w.card}, code=COPY % text))
        w.link.js_on_click(CustomJS(args={"source": w.url}, code=COPY % LINK))
        w.url.js_on_change("text", CustomJS(code=TO_URL))
        plot = self.canvas.figure
        plot.on_event(Tap, lambda event: self.tapped(event.x, event.y))
        plot.on_event(PanEnd, lambda event: self.certify())
        self.canvas.marker.on_change("data", lambda attr, old, new: self.dragged(new))

    def quietly(self, do: Callable[[Any], None]) -> Callable[[str, Any, Any], None]:
        """A callback that is silent while the page itself changes its widgets, and that tells bad input."""
        def changed(attr: str, old: Any, new: Any) -> None:
            if self.busy:
                return
            try:
                do(new)
            except BadView as error:
                self.widgets.message.text = str(texts.message(str(error)))

        return changed

    def move_to(self, view: View) -> None:
        """Another claim, or other axes: the controls change with it."""
        self.view = view
        self.rebuild()
        self.show(view)

    def other_axes(self, x: str, y: str) -> None:
        """Other parameters along the axes, each with the range that it had, else one to begin with; one twice: exchanged."""
        if x == y:
            x, y = self.view.y, self.view.x
        known = {self.view.x: self.view.xr, self.view.y: self.view.yr}
        xr, yr = (known.get(k) or ends(self.subject, k) for k in (x, y))
        self.move_to(View(self.view.claim, x, y, self.view.values, xr, yr))

    def other_ranges(self) -> None:
        """Typed ranges of the axes."""
        w, view = self.widgets, self.view
        xr = range_of(self.subject, view.x, w.x_low.value, w.x_high.value)
        yr = range_of(self.subject, view.y, w.y_low.value, w.y_high.value) if view.y else view.yr
        self.move_to(View(view.claim, view.x, view.y, view.values, xr, yr))

    def tapped(self, x: float | None, y: float | None) -> None:
        """A click: the marker goes to a simple point there, and the kernel is asked."""
        if x is None or y is None:
            return
        self.show(touched(self.subject, self.view, x, y))
        self.certify()

    def dragged(self, data: Any) -> None:
        """The marker was dragged: the sliders follow."""
        if self.busy:
            return
        one = len(data["x"]) == 1  # the tool lets a user delete the marker: then it comes back
        self.show(touched(self.subject, self.view, data["x"][0], data["y"][0]) if one else self.view)

    def certify(self) -> None:
        """Ask the kernel about the point of the view, and for the boundary through it."""
        w = self.widgets
        self.card = certified(self.subject, self.view.values)
        w.card.tags = [self.card.test, self.card.command]
        w.test.disabled, w.command.disabled = not self.card.test, not self.card.command
        w.copies.text = str(texts.pre(self.card.test or NO_TEST) + texts.pre(self.card.command))
        if self.waiting is not None:
            self.waiting.cancel()
        view, self.waiting = self.view, self.world.aside.ask(EDGES, self.view)
        w.card.text = str(texts.certificate(self.card))
        w.edge.text = str(texts.boundary((), waiting=True))
        self.waiting.add_done_callback(lambda done: self.later.do(lambda: self.told(view, done)))

    def told(self, view: View, done: Future[Any]) -> None:
        """The boundary is there."""
        if done.cancelled() or view != self.view:
            return
        error = done.exception()
        self.widgets.edge.text = str(texts.boundary(done.result()) if error is None else texts.plain(
            f"The boundary could not be computed ({type(error).__name__})."))

    # showing

    @contextmanager
    def changing(self) -> Iterator[None]:
        """While the page changes its own widgets; the browser hears of all changes at once."""
        before, self.busy = self.busy, True
        if not before:
            self.document.hold("combine")
        try:
            yield
        finally:
            if not before:
                self.document.unhold()
            self.busy = before

    def rebuild(self) -> None:
        """The widgets for the parameters of a claim and its axes."""
        view, subject, w = self.view, self.subject, self.widgets
        with self.changing():
            w.claim.value = view.claim
            w.about.text = str(texts.about(subject, self.world.typeset))
            names = [(n, label(n)) for n in subject.inside]
            w.x.options, w.x.value = names, view.x
            w.y.options, w.y.value = names if view.y else [("", "none")], view.y
            for box, end in zip((w.x_low, w.x_high, w.y_low, w.y_high), (*view.xr, *view.yr), strict=True):
                box.value = written(end)
            for box in (w.y, w.y_low, w.y_high):
                box.disabled = not view.y
            self.controls = {name: self.control(name) for name in subject.parameters}
            w.parameters.children = [c.row() for c in self.controls.values()]
            drawing.framed(self.canvas, view.axes(subject))

    def control(self, name: str) -> Control:
        """A slider over the range of the axis, or over a range around the value to begin with, and a box beside it."""
        view, subject = self.view, self.subject
        chosen = {view.x: view.xr, view.y: view.yr}.get(name) or ends(subject, name)
        along = axis(subject, name, chosen)
        low, high = along.ends
        slider = Slider(start=low, end=high, step=(high - low) / STEPS, value=low, title=label(name), show_value=False,
                        sizing_mode="stretch_width", min_width=80, name=f"slider-{name}")
        typed = TextInput(title=f"{label(name)} =", width=120, name=f"typed-{name}")
        slider.on_change("value", self.quietly(lambda new: self.show(self.view.at(**{name: along.nearest(new)}))))
        typed.on_change("value", self.quietly(lambda new: self.show(self.view.at(**{name: value(subject, name, new)}))))
        return Control(name, slider, typed, along)

    def show(self, view: View) -> None:
        """Make everything on the page say what the view says; the card only if it is about the same point."""
        moved = view.values != self.view.values
        fresh = moved or view is self.view
        self.view = view
        subject, w = self.subject, self.widgets
        axes = view.axes(subject)
        with self.changing():
            w.message.text = ""
            w.url.text = view.query()
            picture = drawn(subject, axes, view.values)
            drawing.shown(self.canvas, picture)
            w.legend.text = str(texts.legend(picture.regions))
            for name, control in self.controls.items():
                at = control.axis.coordinate(view.values[name])
                control.slider.value = min(max(at, control.slider.start), control.slider.end)
                control.typed.value = written(view.values[name])
            places = [a.coordinate(view.values[a.name]) if a.name else 0.5 for a in axes]
            drawing.marked(self.canvas, axes, *(max(p, a.ends[0]) for p, a in zip(places, axes, strict=True)))
            if fresh:
                self.card = None
                w.card.tags = []
                w.test.disabled = w.command.disabled = True
                told = ", ".join(f"{label(k)} = {shown(v)}" for k, v in view.values.items())
                w.card.text = str(texts.asked_for(told))
                w.edge.text = w.copies.text = ""


class Later:
    """Lets other threads have something done on a page, in the thread of the server, as long as the page is there."""

    def __init__(self, document: Document) -> None:
        self.document, self.loop, self.gone = document, IOLoop.current(), False
        document.on_session_destroyed(self.closed)

    def closed(self, context: Any) -> None:
        """The page is gone, and its document with it."""
        self.gone = True

    def do(self, action: Callable[[], None]) -> None:
        """From any thread."""
        self.loop.add_callback(lambda: None if self.gone else self.document.add_next_tick_callback(action))


def _titled(subject: Subject) -> str:
    told = f" · {subject.finding}" if subject.finding else ""
    words = subject.words if len(subject.words) <= TITLE else subject.words[:TITLE] + "..."
    return f"{subject.id}{told} · {words}"


@dataclass
class Widgets:
    """The widgets of the page besides those of the parameters."""

    claim: Select = field(default_factory=lambda: Select(title="claim or step", sizing_mode="stretch_width"))
    about: Div = field(default_factory=lambda: texts.div())
    message: Div = field(default_factory=lambda: texts.div())
    x: Select = field(default_factory=lambda: Select(title="across", sizing_mode="stretch_width", min_width=60))
    x_low: TextInput = field(default_factory=lambda: _box("from"))
    x_high: TextInput = field(default_factory=lambda: _box("to"))
    y: Select = field(default_factory=lambda: Select(title="up", sizing_mode="stretch_width", min_width=60))
    y_low: TextInput = field(default_factory=lambda: _box("from"))
    y_high: TextInput = field(default_factory=lambda: _box("to"))
    parameters: Column = field(default_factory=lambda: Column(sizing_mode="stretch_width"))
    certify: Button = field(default_factory=lambda: Button(label="Certify this point", button_type="primary"))
    fit: Button = field(default_factory=lambda: Button(label="Begin again"))
    card: Div = field(default_factory=lambda: texts.div())
    edge: Div = field(default_factory=lambda: texts.div())
    test: Button = field(default_factory=lambda: Button(label="Copy pytest", disabled=True))
    command: Button = field(default_factory=lambda: Button(label="Copy command", disabled=True))
    link: Button = field(default_factory=lambda: Button(label="Copy link"))
    copies: Div = field(default_factory=lambda: texts.div())
    legend: Div = field(default_factory=lambda: texts.div())
    url: Div = field(default_factory=lambda: Div(visible=False))

    def roots(self) -> dict[str, Any]:
        """The models by the names that the template uses."""
        gap = {"gap": "8px", "flex-wrap": "wrap"}
        return {
            "claim": self.claim, "about": self.about, "message": self.message, "parameters": self.parameters,
            "across": Row(self.x, self.x_low, self.x_high, sizing_mode="stretch_width", styles={"gap": "8px"}),
            "up": Row(self.y, self.y_low, self.y_high, sizing_mode="stretch_width", styles={"gap": "8px"}),
            "actions": Row(self.certify, self.fit, self.link, sizing_mode="stretch_width", styles=gap),
            "card": self.card, "edge": self.edge, "legend": self.legend, "copies": self.copies, "url": self.url,
            "take": Row(self.test, self.command, sizing_mode="stretch_width", styles=gap),
        }


def _box(title: str) -> TextInput:
    return TextInput(title=title, sizing_mode="stretch_width", min_width=50)

