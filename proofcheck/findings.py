"""The findings of a ledger in one table: what is wrong, the evidence in short, and what stands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from proofcheck.wording import shortened

Record = dict[str, Any]
COLUMNS = ("where", "id", "finding", "what", "evidence", "what stands")
KINDS = {"cor": "Corollary", "def": "Definition", "eq": "Eq.", "thm": "Theorem"}
DIGITS = (5, 10, 20)
LONG = 90


def rows(records: Iterable[Record]) -> Iterator[dict[str, str]]:
    """One row for each finding, in the order of the paper."""
    known = {r["id"]: r for r in records}
    found = ((item, r) for r in known.values() for item in (r, *r["steps"]) if item["finding"])
    for item, record in sorted(found, key=lambda pair: pair[0]["paper_line"]):
        cells = (f"{label(record)}, line {item['paper_line']}", item["id"], item["finding"], what(item),
                 "; ".join(_evidence(item, known)), "; ".join(_stands(item, record, known)))
        yield dict(zip(COLUMNS, cells, strict=True))


def markdown(found: Iterable[Mapping[str, str]]) -> str:
    """The table as Markdown."""
    lines = [COLUMNS, ["---"] * len(COLUMNS), *([re.sub(r"([|*~<])", r"\\\1", row[c]) for c in COLUMNS] for row in found)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def label(record: Mapping[str, Any]) -> str:
    """What the paper calls a claim: ``lemma.B.1.12`` of kind part is Lemma B.1 Part 12."""
    kind, *rest = re.split(r"[./]", record["id"].partition("/")[0])
    number = list(takewhile(lambda word: re.fullmatch(r"[A-Z]|\d+", word), rest))
    part = f" Part {number.pop()}" if record["kind"] == "part" and len(number) > 2 else ""
    return " ".join(filter(None, (KINDS.get(kind, kind.capitalize()), ".".join(number)))) + part


def what(item: Mapping[str, Any]) -> str:
    """What is wrong, in words."""
    if item["finding"] == "typo":
        return str(item["typo"])
    return str(item.get("title") or item["why"])


def _evidence(item: Record, known: Mapping[str, Record]) -> Iterator[str]:
    """The certified point or the citation that does not fit, in a few words."""
    match item["finding"]:
        case "false" | "not-uniform" if item.get("members"):
            yield f"by {', '.join(k for k in item['members'] if k in known and known[k]['verdict'] == 'refuted')}"
        case "false" | "not-uniform":
            yield _point(item["evidence"]["counterexample"])
        case "mis-cited":
            citation = item["citation"]
            yield f"{citation['of']} needs {citation['words']}; not so {_point(citation['evidence']['counterexample'])}"
        case "missing-hypothesis":
            yield from (f"false without {m['given']['words']}: {_point(m['counterexample'])}"
                        for m in item["evidence"]["missing"] if m["counterexample"] is not None)
        case _:
            yield "noted by hand"


def _point(counterexample: Mapping[str, Any]) -> str:
    """The parameters of a point and both sides there."""
    point = counterexample["point"]
    shown = ", ".join(f"{k} = {shortened(v)}" for k, v in point["scalars"].items())
    shown = shown if len(shown) <= LONG else shown[:LONG].rpartition(", ")[0] + ", ..."
    more = " with arrays" if point["arrays"] else ""
    return f"at {shown or 'a point'}{more}: {' against '.join(_sides(counterexample))}"


def _sides(counterexample: Mapping[str, Any]) -> Sequence[str]:
    """Both sides to as many digits as tell them apart, or as balls where floating point cannot hold them."""
    balls = [counterexample["lhs"], counterexample["rhs"]]
    middles = [re.fullmatch(r"\[?(-?[\d.]+(?:e[+-]?\d{1,2})?)(?: \+/- .*)?", ball) for ball in balls]
    for digits in DIGITS:
        sides = [shortened(ball) if middle is None else f"{float(middle[1]):.{digits}g}"
                 for ball, middle in zip(balls, middles, strict=True)]
        if sides[0] != sides[1]:
            break
    return sides


def _stands(item: Record, record: Record, known: Mapping[str, Record]) -> Iterator[str]:
    """What is proved all the same: the line, and the statement or what replaces it."""
    finding = item["finding"]
    if finding == "missing-hypothesis":
        yield f"with it ({item['verdict']})"
    if finding == "not-uniform":
        yield f"the line for {item['evidence']['only']['given']['words']} (proved)"
    elif item is not record and item["verdict"] == "proved":
        yield "the line (proved)"
    if finding in ("false", "not-uniform") or (finding == "mis-cited" and item["verdict"] != "proved"):
        yield _statement(record, known)


def _statement(record: Record, known: Mapping[str, Record]) -> str:
    if record["members"]:
        proved = [k for k in record["members"] if k in known and known[k]["verdict"] == "proved"]
        return f"{len(proved)} of {len(record['members'])} parts (proved)"
    repair = record["repair"]
    if record["verdict"] == "proved":
        return f"the statement (proved{', by the repair' if record['evidence']['method'] == 'repair' else ''})"
    return "nothing" if repair is None else f"{repair['why'].removesuffix('.')} ({repair['verdict']})"
