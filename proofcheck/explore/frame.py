"""The frame around a page: heading, links to the other views, places for what Bokeh draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader

TITLES = {"map": "Map", "run": "Gradient descent", "regime": "The whole paper at a point"}
Areas = Sequence[tuple[str, Sequence[str]]]


def template(name: str) -> Any:
    """A template of the page, beside Bokeh's own."""
    return Environment(loader=PackageLoader("proofcheck.explore"), autoescape=False).get_template(name)


def style() -> str:
    """The style sheet of the page."""
    return (files("proofcheck.explore") / "templates" / "explore.css").read_text(encoding="utf-8")


def variables(view: str, heading: str, areas: Areas, paths: Mapping[str, str]) -> dict[str, Any]:
    """What the template explore.html.j2 asks for; ``areas``: the names of the roots in each part of the page."""
    return {"css": style(), "heading": heading, "view": view, "areas": areas,
            "views": [(path, TITLES[key], key == view) for key, path in paths.items()]}
