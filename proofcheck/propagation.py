"""What a claim rests on, all the way down: whether its printed proof stands, and whether it stands with the repairs.

Computed from verdicts and uses alone.  A printed proof that uses something false is broken; that does not make its
claim false, and no word here says so.  ``broken``: by false claims, and by steps that fail or cite what does not
apply.  ``conditional``: on what is assumed, cited, open or not stated by the paper.  ``stands``: neither.  A claim that
is not proved keeps the word of its own verdict (``false`` if it is refuted) unless its printed proof is broken.

With repairs, a claim that the kernel proved counts by that proof, whatever became of the printed one, and a claim that
it did not prove counts by its repair.  Where a proof uses a claim whose repair says something else, nobody has checked
that the changed statement is enough: it is a condition.  A proof that is itself a repair means the repaired statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from proofcheck.verdicts import VERDICTS, Record

Table = Mapping[str, Record]
Edge = tuple[str, bool]  # a claim, and whether a repair uses it


@dataclass
class Found:
    """What lies on the way down from a claim."""

    broken_by: set[str] = field(default_factory=set)
    rests_on: set[str] = field(default_factory=set)
    unstated: set[str] = field(default_factory=set)
    repairs: set[str] = field(default_factory=set)

    def data(self, verdict: str) -> dict[str, Any]:
        """As plain data; ``verdict``: of the claim itself."""
        return {"word": self.word(verdict), "broken_by": sorted(self.broken_by), "rests_on": sorted(self.rests_on),
                "unstated": sorted(self.unstated), "repairs": sorted(self.repairs)}

    def word(self, verdict: str) -> str:
        """``false``, ``broken``, ``conditional``, ``stands``, or a verdict other than proved and refuted."""
        if verdict == "refuted":
            return "false"
        if self.broken_by:
            return "broken"
        if verdict != "proved":
            return verdict
        return "conditional" if self.rests_on or self.unstated else "stands"


def propagate(records: Iterable[Record]) -> None:
    """Write into every record, which has its verdicts, the status as printed and with repairs."""
    table = {r["id"]: r for r in records}
    for key, record in table.items():
        record["status"] = {"as_printed": _walk(key, table, _printed).data(record["verdict"]),
                            "with_repairs": _walk(key, table, _repaired).data(_mended(key, table))}


def _mended(key: str, table: Table) -> str:
    """The verdict of a statement, or of the repair that replaces it; a conjunction is as good as the worst part."""
    if key not in table:
        return "open"
    record = table[key]
    if record["members"]:
        return max((_mended(k, table) for k in record["members"]), key=VERDICTS.index)
    return "proved" if _replaced(record) else str(record["verdict"])


Visit = Callable[[Record, bool, bool, Found], Iterator[Edge]]


def _walk(key: str, table: Table, visit: Visit) -> Found:
    """Collect from a claim and from everything that it uses, each once."""
    found, seen, stack = Found(), set[Edge](), [(key, True)]
    while stack:
        edge = stack.pop()
        if edge in seen:
            continue
        seen.add(edge)
        if edge[0] not in table:
            found.rests_on.add(edge[0])
            continue
        stack += visit(table[edge[0]], edge[1], edge[0] == key, found)
    return found


def _printed(record: Record, _: bool, top: bool, found: Found) -> Iterator[Edge]:
    """The printed proof: its steps, and what it cites."""
    if record["verdict"] == "refuted" and not record["members"]:
        found.broken_by.add(record["id"])
        if not top:
            return
    if _leaf(record) and not top:
        found.rests_on.add(record["id"])
    found.unstated |= set(_unstated(record))
    found.broken_by |= set(_gaps(record))
    found.rests_on |= {s["id"] for s in record["steps"] if s["verdict"] == "open"}
    yield from ((used, False) for used in _cited(record))


def _repaired(record: Record, by_repair: bool, top: bool, found: Found) -> Iterator[Edge]:
    """The kernel's proof, or the repair."""
    repair = record["repair"]
    if record["members"]:
        yield from ((part, by_repair) for part in record["members"])
    elif _replaced(record):
        found.repairs.add(repair["id"])
        found.rests_on |= set() if by_repair else {repair["id"]}
        yield from ((used, True) for used in repair["uses"])
    elif record["verdict"] == "proved":
        found.unstated |= set(_unstated(record))
        mended = record["evidence"]["method"] == "repair" and repair is not None
        found.repairs |= {repair["id"]} if mended else set()
        yield from ((used, mended) for used in (repair["uses"] if mended else _used(record)))
    elif record["verdict"] == "refuted":
        found.broken_by.add(record["id"])
    else:
        found.rests_on |= {record["id"]} if _leaf(record) and not top else set()
        yield from ((used, False) for used in _used(record))


def _replaced(record: Record) -> bool:
    """Whether a proved repair stands in for a statement that is not proved."""
    repair = record["repair"]
    return record["verdict"] != "proved" and repair is not None and repair["verdict"] == "proved"


def _leaf(record: Record) -> bool:
    """Whether others rest on this claim as on something that is not proved here; definitions are no condition."""
    return record["kind"] != "definition" and not record["members"] and record["verdict"] not in ("proved", "refuted")


def _unstated(record: Record) -> Iterator[str]:
    """The hypotheses that a claim or one of its steps needs and the paper does not state there."""
    for item in (record, *record["steps"]):
        yield from (f"{item['id']}: {m['given']['words']}" for m in item["evidence"].get("missing", ())
                    if m["counterexample"] is not None)


def _gaps(record: Record) -> list[str]:
    """The printed steps that fail or cite what does not apply; the claim where they hold and do not give it."""
    bad = [s["id"] for s in record["steps"] if s["verdict"] == "refuted" or s["finding"] == "mis-cited"]
    held = all(s["verdict"] == "proved" for s in record["steps"])
    alone = record["derivation"] == "gap" and record["verdict"] == "proved" and not record["same_as"]
    return bad or ([record["id"]] if alone and held else [])


def _cited(record: Record) -> list[str]:
    """What the printed proof uses, rightly or not."""
    cited = [s["citation"]["of"] for s in record["steps"] if s["citation"] is not None]
    return [*_used(record), *cited]


def _used(record: Record) -> list[str]:
    """What the proof of the statement as it stands uses."""
    return [*record["own_uses"], *(u for s in record["steps"] for u in s["uses"])]
