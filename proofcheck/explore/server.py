"""The server of the explorer: on this machine only, for pages of its own only."""

from __future__ import annotations

import signal
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.core.validation import silence
from bokeh.core.validation.warnings import EMPTY_LAYOUT
from bokeh.document import Document
from bokeh.server.server import Server
from bokeh.settings import settings

from proofcheck.explore import HOST, PORT, frame, whole
from proofcheck.explore.aside import Aside
from proofcheck.explore.page import MapPage, World, prepared
from proofcheck.explore.regimes import RegimePage, graph
from proofcheck.explore.run import RunPage
from proofcheck.explore.state import Arguments, BadView
from proofcheck.explore.subjects import subjects
from proofcheck.papers import Source
from proofcheck.report.formulas import Typesetter

silence(EMPTY_LAYOUT)  # the figures of a run that has not been started
AREAS = {
    "map": (("top", ("message",)), ("controls", ("claim", "about", "across", "up", "parameters", "actions")),
            ("plot", ("plot", "legend")), ("card", ("card", "edge", "take", "copies", "url"))),
    "run": (("controls", ("message", "form", "actions", "told", "crossing", "saved", "url")),
            ("plots", ("chart-loss", "chart-parts", "chart-ratios", "table"))),
    "regime": (("controls", ("message", "moving", "slider", "points", "actions", "claim", "why", "url")),
               ("plots", ("graph", "told"))),
}
PATHS = {"map": "/", "run": "/run", "regime": "/regime"}
UNUSED_MS = 2_000  # after which a page that was closed is forgotten, with its run
TRIED = 50  # ports, from PORT on
Page = Callable[[Document, World, Arguments], Any]


class NoServer(ValueError):
    """The server cannot be started; one line says why."""


def dressed(document: Document, view: str, heading: str, pages: Mapping[str, str]) -> None:
    """Give the document its frame: heading, links to the other views, places for its roots."""
    document.title = f"{heading} - explorer"
    document.template = frame.template("explore.html.j2")
    known = {r.name for r in document.roots}
    areas = [(area, [n for n in names if n in known]) for area, names in AREAS[view]]
    document.template_variables.update(frame.variables(view, heading, areas, pages))


def opened(document: Document, page: Page, view: str, world: World, heading: str) -> None:
    """Build the page that a request asks for, or say why it cannot be."""
    context = document.session_context
    given = context.request.arguments if context is not None and context.request is not None else {}
    read = {k: [v.decode("utf-8", "replace") for v in vs] for k, vs in given.items() if not k.startswith("bokeh-")}
    try:
        page(document, world, read)
    except BadView as error:
        refused(document, str(error), PATHS[view])
        return
    dressed(document, view, heading, PATHS)


def refused(document: Document, reason: str, path: str) -> None:
    """A page with nothing but the reason."""
    document.clear()
    document.title = "explorer: this link gives no view"
    document.template = frame.template("refused.html.j2")
    document.template_variables.update(css=frame.style(), reason=reason, path=path)


PAGES: Mapping[str, Page] = {"map": MapPage, "run": RunPage, "regime": RegimePage}


def running(source: Source, ledger: Any, name: str | None, port: int | None, browser: bool,
            say: Callable[[str], None]) -> None:
    """Serve the pages until Ctrl-C; raises NoServer."""
    settings.resources = "server"
    world = World(name, source.paper, subjects(source.paper, ledger), Typesetter(source.paper.reporting.notation),
                  Aside(prepared, name))
    world.whole.standings(whole.first(world.subjects.values()))  # takes a second or two: not while somebody waits
    graph(source.paper)
    applications = {PATHS[view]: Application(FunctionHandler(partial(opened, page=page, view=view, world=world,
                                                                    heading=source.paper.title)))
                    for view, page in PAGES.items()}
    try:
        server = listening(applications, range(PORT, PORT + TRIED) if port is None else (port,))
    except NoServer:
        world.aside.close()
        raise
    try:
        server.start()
        address = f"http://{HOST}:{server.port}/"
        say(f"{address} (Ctrl-C ends it)")
        if browser:
            webbrowser.open(address)
        signal.signal(signal.SIGTERM, lambda number, frame: server.io_loop.add_callback_from_signal(server.io_loop.stop))
        signal.signal(signal.SIGINT, lambda number, frame: server.io_loop.add_callback_from_signal(server.io_loop.stop))
        server.io_loop.start()
    finally:
        server.stop()
        world.aside.close()


def listening(applications: Mapping[str, Application], ports: Sequence[int]) -> Server:
    """A server on the first of the ports that is free, for pages of its own only; raises NoServer."""
    for port in ports:
        try:
            return Server(applications, port=port, address=HOST,
                          allow_websocket_origin=[f"{host}:{port}" for host in (HOST, "localhost")],
                          unused_session_lifetime_milliseconds=UNUSED_MS, check_unused_sessions_milliseconds=500,
                          keep_alive_milliseconds=2_000)
        except OSError as error:
            reason = error.strerror or str(error)
    raise NoServer(f"cannot listen on {HOST}:{ports[-1]}: {reason}; choose another --port")
