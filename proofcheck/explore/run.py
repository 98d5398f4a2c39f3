"""The page of a live run of gradient descent: its numbers, the bounds of a lemma beside what is measured, pause and stop."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bokeh.document import Document
from bokeh.models import Button, Column, ColumnDataSource, CustomJS, Div, HoverTool, Row, Select, Span, TextInput
from bokeh.plotting import figure

from proofcheck.explore import texts
from proofcheck.explore.live import KEYS, NETS, PRINTED, REPAIRED, Moment, Reading, Run, folder_name, groups, plan_of
from proofcheck.explore.page import COPY, KEEP, LINK, TO_URL, Later, World
from proofcheck.explore.state import Arguments, BadView

PULSE_MS = 100
KEPT = 2000  # steps that are drawn
PARTS = ("C0", "C1", "C2", "C3")
COLOURS = ("#000000", "#0072b2", "#d55e00", "#009e73", "#cc79a7")
DASHES = ("solid", "dashed", "dotted", "dotdash", "dashdot")
KINDS = {PRINTED: ("#0072b2", "solid"), REPAIRED: ("#009e73", "dashed")}
OTHER = ("#999999", "dotted")
MARKED = "#5a0014"
WORDS = {"net": "net", "n": "data points n", "d": "dimension d", "m": "neurons m", "sigma": "\u03c3 of the weights",
         "eta": "step size \u03b7 (empty: chosen)", "seed": "seed", "steps": "steps", "lemma": "bounds (how many)"}


@dataclass(eq=False)
class Chart:
    """Lines over the steps of a run, on a logarithmic axis; every run gets a new figure."""

    words: str
    holder: Column = field(default_factory=lambda: Column(sizing_mode="stretch_width"))
    source: ColumnDataSource = field(default_factory=ColumnDataSource)
    figure: Any = None
    mark: Any = None

    def renew(self, columns: Sequence[tuple[str, str, str]], legend: bool, rows: Sequence[Mapping[str, float]]) -> None:
        """A new figure with lines of these names, colours and dashes through the first steps; none without names."""
        names = ["step", *(name for name, _, _ in columns)]
        self.source = ColumnDataSource(data={k: [_drawn(k, row.get(k)) for row in rows] for k in names})
        plot = figure(height=250, sizing_mode="stretch_width", y_axis_type="log", toolbar_location=None, tools="",
                      min_width=200, title=self.words)
        for name, colour, dash in columns:
            shown = {"legend_label": name} if legend else {}
            plot.line("step", name, source=self.source, color=colour, line_dash=dash, line_width=2, name=name, **shown)
        plot.add_tools(HoverTool(tooltips=[("", "$name"), ("step", "@step"), ("value", "@$name")]))
        if legend and columns:
            plot.legend.update(location="top_right", background_fill_alpha=0.7, padding=3, spacing=0,
                               label_text_font_size="0.8em")
        self.mark = Span(dimension="height", line_color=MARKED, line_dash="dashed", visible=False)
        plot.add_layout(self.mark)
        self.figure, self.holder.children = plot, [plot] if columns else []

    def add(self, rows: Sequence[Mapping[str, float]]) -> None:
        """More steps; what is not there, or not positive, leaves a gap."""
        self.source.stream({k: [_drawn(k, row.get(k)) for row in rows] for k in self.source.data}, rollover=KEPT)



def _drawn(name: str, value: float | None) -> float:
    return value if value is not None and (value > 0 or name == "step") else math.nan


class RunPage:
    """One session with at most one run, which ends with the page."""

    def __init__(self, document: Document, world: World, arguments: Arguments) -> None:
        """Build the page; nothing runs before Start is pressed.  Raises BadView for arguments that give no plan."""
        self.document, self.world, self.later = document, world, Later(document)
        self.plan = self.running = plan_of(arguments, world.paper)
        self.run: Run | None = None
        self.paused = False
        self.pulse: Any = None
        self.crossing: tuple[int, Reading] | None = None
        self.last = -1
        self.fields = self.form()
        self.start = Button(label="Start", button_type="primary")
        self.pause, self.stop, self.save, self.link = (Button(label=label) for label in (
            "Pause", "Stop", "Save witness", "Copy link"))
        self.message, self.told, self.crossed, self.saved, self.table = (texts.div() for _ in range(5))
        self.url = Div(visible=False, text=self.plan.query())
        self.loss, self.parts = Chart("loss, motion of the weights, \u03bb of H"), Chart("|C0| to |C3| of Lemma E.1")
        self.ratios = Chart("measured / bound (repaired: dashed)")
        self.connect()
        for name, model in self.roots().items():
            model.name = name
            document.add_root(model)
        document.on_session_destroyed(self.closed)
        self.show_buttons()

    # what is there

    def form(self) -> dict[str, Any]:
        """A field for every part of the plan."""
        made: dict[str, Any] = {k: TextInput(title=WORDS[k], value=_text(getattr(self.plan, k)), sizing_mode="stretch_width",
                                             min_width=60, name=f"field-{k}") for k in KEYS}
        known = groups(self.world.paper)
        lemmas = [(k, f"{k} ({sum(b.rel.op != '=' for b in some)})") for k, some in known.items()]
        for key, options in (("net", list(NETS)), ("lemma", lemmas)):
            made[key] = Select(title=WORDS[key], options=options, value=getattr(self.plan, key), sizing_mode="stretch_width",
                               min_width=60, name=f"field-{key}")
        return made

    def roots(self) -> dict[str, Any]:
        """The models by the names that the template uses."""
        f, gap = self.fields, {"gap": "8px", "flex-wrap": "wrap"}
        rows = [Row(*(f[k] for k in keys), sizing_mode="stretch_width", styles={"gap": "8px"})
                for keys in (("net", "lemma"), ("n", "d", "m"), ("sigma", "eta"), ("seed", "steps"))]
        return {
            "message": self.message, "form": Column(*rows, sizing_mode="stretch_width"), "told": self.told,
            "actions": Row(self.start, self.pause, self.stop, self.save, self.link, sizing_mode="stretch_width", styles=gap),
            "crossing": self.crossed, "saved": self.saved, "url": self.url, "chart-loss": self.loss.holder,
            "chart-parts": self.parts.holder, "chart-ratios": self.ratios.holder, "table": self.table,
        }

    def connect(self) -> None:
        """Say what every widget does."""
        self.start.on_click(self.begin)
        self.pause.on_click(self.toggle)
        self.stop.on_click(self.ended)
        self.save.on_click(self.keep)
        self.link.js_on_click(CustomJS(args={"source": self.url}, code=COPY % LINK))
        self.url.js_on_change("text", CustomJS(code=TO_URL))
        for one in self.fields.values():
            one.on_change("value", lambda attr, old, new: self.read())

    # what the user does

    def read(self) -> bool:
        """Take the plan from the fields; tells what is wrong."""
        try:
            given = {k: [one.value.strip()] for k, one in self.fields.items() if one.value.strip()}
            self.plan = plan_of(given, self.world.paper)
        except BadView as error:
            self.message.text = str(texts.message(str(error)))
            return False
        self.message.text = ""
        self.url.text = self.plan.query()
        return True

    def begin(self) -> None:
        """Start a run; one that is under way ends."""
        self.ended()
        if not self.read():
            return
        self.crossing, self.last, self.paused = None, -1, False
        self.crossed.text = self.saved.text = self.table.text = ""
        self.told.text = "starting ..."
        self.running = self.plan
        self.run = Run(self.world.name, self.plan)
        self.pulse = self.document.add_periodic_callback(self.beat, PULSE_MS)
        self.show_buttons()

    def toggle(self) -> None:
        """Pause, or go on."""
        if self.run is not None:
            self.paused = not self.paused
            self.run.tell("pause" if self.paused else "go")
            self.show_buttons()

    def ended(self) -> None:
        """End the run, if there is one."""
        if self.pulse is not None:
            self.document.remove_periodic_callback(self.pulse)
            self.pulse = None
        if self.run is not None:
            self.run.stop()
            self.run = None
            self.told.text = f"ended after step {self.last}" if self.last >= 0 else "ended before the first step"
        self.show_buttons()

    def closed(self, context: Any) -> None:
        """The page is gone, and its document with it: only the run is left to be ended."""
        if self.run is not None:
            self.run.stop()
            self.run = None

    def show_buttons(self) -> None:
        """Which buttons can be pressed, and what they say."""
        going = self.run is not None
        self.pause.disabled = self.stop.disabled = not going
        self.pause.label = "Go on" if going and self.paused else "Pause"
        self.save.disabled = self.last < 0

    def keep(self) -> None:
        """Store the run up to the first crossing, or up to now."""
        step = self.last if self.crossing is None else self.crossing[0]
        name = folder_name(self.running, step)
        self.saved.text = str(texts.plain(f"storing the run up to step {step} ..."))
        task = self.world.aside.ask(KEEP, self.running, step, Path.cwd() / name)
        task.add_done_callback(lambda done: self.later.do(lambda: self.stored(name, done)))

    def stored(self, name: str, done: Future[Any]) -> None:
        """Say where the run is stored, or why it is not."""
        error = done.exception()
        self.saved.text = str(texts.message(str(error)) if error is not None else texts.stored(name))

    # what the run says

    def beat(self) -> None:
        """Take what has come from the run."""
        if self.run is None:
            return
        news = list(self.run.news())
        seen = [one for one in news if isinstance(one, Moment)]
        if seen:
            self.show(seen)
        if news and not isinstance(news[-1], Moment):
            self.ended()
            if news[-1] is not None:
                self.message.text = str(texts.message(str(news[-1])))

    def show(self, seen: Sequence[Moment]) -> None:
        """Draw some more steps."""
        rows = {self.loss: [{"step": m.step, **m.numbers} for m in seen],
                self.parts: [{"step": m.step, **{f"|{k}|": abs(v) for k, v in m.numbers.items()}} for m in seen],
                self.ratios: [{"step": m.step, **{r.id: r.ratio for r in m.readings}} for m in seen]}
        if self.last < 0:
            self.prepare(seen[0], rows)
        else:
            for chart, more in rows.items():
                chart.add(more)
        self.last = seen[-1].step
        for moment in seen:
            worst = next(iter(moment.crossed), None)
            if worst is not None and (self.crossing is None or (self.crossing[1].unmet and not worst.unmet)):
                self.mark(moment.step, worst)
        self.told.text = str(texts.plain(f"step {self.last} of {self.running.steps}"))
        self.table.text = str(texts.readings(seen[-1]))
        self.show_buttons()

    def prepare(self, first: Moment, rows: Mapping[Chart, Sequence[Mapping[str, float]]]) -> None:
        """The lines that this run has."""
        names, parts = [k for k in first.numbers if k not in PARTS], [k for k in PARTS if k in first.numbers]
        self.loss.renew(list(zip(names, COLOURS, DASHES, strict=False)), True, rows[self.loss])
        self.parts.renew(list(zip((f"|{k}|" for k in parts), COLOURS, DASHES, strict=False)), True, rows[self.parts])
        self.ratios.renew([(r.id, *KINDS.get(r.kind, OTHER)) for r in first.readings], False, rows[self.ratios])
        self.ratios.figure.add_layout(Span(location=1, dimension="width", line_color=MARKED, line_dash="dotted"))

    def mark(self, step: int, found: Reading) -> None:
        """Mark the first step at which a bound is crossed; a crossing inside the hypotheses counts before the others."""
        self.crossing = (step, found)
        self.crossed.text = str(texts.crossing(step, found))
        for chart in (self.loss, self.parts, self.ratios):
            chart.mark.update(location=step, visible=True)


def _text(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


