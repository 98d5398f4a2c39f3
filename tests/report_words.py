"""The words of judgement in a ledger and in the reports that are made of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

Data = dict[str, Any]


class Words(HTMLParser):
    """The words of judgement of a page, and every address in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.addresses: list[tuple[str, str, str]] = []
        self.place: tuple[str, str] | None = None
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {k: v or "" for k, v in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.addresses += [(tag, k, v) for k, v in given.items()]
        if "data-key" in given:
            self.place = given["data-key"], given["data-field"]

    def handle_data(self, text: str) -> None:
        self.text.append(text)
        if self.place is not None:
            self.words.append((*self.place, text))
            self.place = None


def words_of_ledger(data: Data) -> dict[tuple[str, str], str]:
    """What a ledger says, by place."""
    found: dict[tuple[str, str], str] = {}
    for record in data["claims"]:
        key = record["id"]
        found |= {(key, k): record[k] for k in ("verdict", "derivation", "finding")}
        found |= {(key, k): record["status"][k]["word"] for k in ("as_printed", "with_repairs")}
        for step in record["steps"]:
            found |= {(step["id"], k): step[k] for k in ("verdict", "finding")}
            if step["citation"] is not None:
                found[step["id"], "citation"] = step["citation"]["verdict"]
        found |= {(f"{key}, mutant {k}", "verdict"): m["verdict"] for k, m in enumerate(record["mutants"], 1)}
        if record["repair"] is not None:
            found[record["repair"]["id"], "verdict"] = record["repair"]["verdict"]
    return {k: v for k, v in found.items() if v is not None}


def words_of_tex(source: str) -> list[tuple[str, str, str]]:
    source = source.partition(r"\begin{document}")[2].replace(r"\allowbreak{}", "").replace(r"\_", "_")
    return re.findall(r"\\word\{\\code\{([^{}]*)\}\}\{([^{}]*)\}\{([^{}]*)\}", source)


def compare(told: list[tuple[str, str, str]], data: Data) -> None:
    known = words_of_ledger(data)
    assert told and [t for t in told if known.get(t[:2]) != t[2]] == []
    assert set(known) - {t[:2] for t in told} == set(), "the ledger says what the report leaves out"


def colours_of_page(page: str) -> dict[str, str]:
    """What the graph says of every claim."""
    return dict(re.findall(r'<g class="node k\d" data-id="([^"]*)" data-group="([^"]*)"', page))


def colours_of_ledger(data: Data) -> dict[str, str]:
    """As blueprints colour claims: by the verdict, and apart what is proved with all that it uses."""
    return {r["id"]: "proved, with all that it uses"
            if (r["verdict"], r["status"]["with_repairs"]["word"]) == ("proved", "stands") else r["verdict"]
            for r in data["claims"]}


def drawings_of_tex(source: str) -> set[str]:
    """The names of the pictures that the LaTeX asks for."""
    return {a or b for a, b in re.findall(r"\\drawing\{([\w-]+)\}|\{figures/([\w-]+)\.pdf\}", source)}
