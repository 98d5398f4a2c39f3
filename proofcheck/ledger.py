"""Runs every check of a paper, in parallel, and writes down what came of it.

Workers gather evidence and hand it over as plain data.  This process replays every certificate and certifies every
counterexample before it believes them; only then are verdicts derived.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from proofcheck.check import Settings, check_claim
from proofcheck.claims import Claim, Paper
from proofcheck.confirm import confirm
from proofcheck.crosscheck import contradictions
from proofcheck.kernel.text import TextError
from proofcheck.propagation import propagate
from proofcheck.prove.context import Prover
from proofcheck.provenance import provenance
from proofcheck.signatures import digest, share
from proofcheck.verdicts import Record, counts, judge
from proofcheck.witness import instances

SCHEMA = 2
Progress = Callable[[Record, float, int, int], None]  # record, seconds, done, of how many


class LedgerError(ValueError):
    """A file that is not a ledger."""


@dataclass
class Ledger:
    """What was checked: the plain data, the seconds, and everything that went wrong with the checking itself."""

    data: dict[str, Any]
    seconds: dict[str, float] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def claims(self) -> list[Record]:
        """The records, in the order of the paper."""
        return self.data["claims"]  # type: ignore[no-any-return]


@dataclass
class _Run:
    """Results as they come in."""

    paper: Paper
    on_progress: Progress | None
    total: int
    records: dict[str, Record] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    alarms: list[str] = field(default_factory=list)
    interrupted: bool = False

    def take(self, key: str, result: Record | str, seconds: float) -> None:
        """A worker's answer: a record, or what went wrong."""
        if isinstance(result, str):
            self.alarms.append(f"{key}: the check crashed: {result}")
            return
        self.alarms += believed(result)
        self.records[key], self.seconds[key] = result, seconds
        judge([result])
        if self.on_progress is not None:
            self.on_progress(result, seconds, len(self.records), self.total)


def believed(record: Record) -> list[str]:
    """Let the kernel confirm a record; what it does not confirm is taken out and told."""
    try:
        return confirm(record)
    except (TextError, KeyError, ValueError) as error:
        return [f"{record['id']}: the record makes no sense: {error}"]


def verify(paper: Paper, ids: Sequence[str] | None = None, jobs: int = 1, on_progress: Progress | None = None,
           settings: Settings | None = None) -> Ledger:
    """Check the claims with these ids (all by default); Ctrl-C keeps what is finished."""
    paper.check_graph()
    settings = settings or Settings()
    claims = [c for c in paper if ids is None or c.id in set(ids)]
    run = _Run(paper, on_progress, len(claims))
    try:
        for key, result, seconds in _results(paper, claims, jobs, settings):
            run.take(key, result, seconds)
    except KeyboardInterrupt:
        run.interrupted = True
    return finished(run, settings)


def finished(run: _Run, settings: Settings) -> Ledger:
    """The ledger of a run: verdicts through the graph, names told once."""
    records = [run.records[c.id] for c in run.paper if c.id in run.records]
    judge(records)
    propagate(records)
    alarms = run.alarms + [a for r in records for a in alarms_of(r)]
    paper = {"name": run.paper.name, "title": run.paper.title, "source": run.paper.source}
    signatures = share(records)
    data = {"schema": SCHEMA, "paper": paper, "provenance": provenance(settings), "counts": counts(records),
            "signatures": signatures, "claims": records}
    data["digest"] = digest(data)
    return Ledger(data, run.seconds, alarms, run.interrupted)


def alarms_of(record: Record) -> list[str]:
    """Signs that the formalisation or the checker is wrong, not the paper."""
    found = []
    for item in (record, *record["steps"]):
        if item["verdict"] == "proved" and item["witness"] is not None and item["witness"]["violations"]:
            found.append(f"{item['id']} is proved but fails on {item['witness']['violations']} of "
                         f"{item['witness']['runs']} instances: the formalisation or the kernel is wrong")
        if item["verdict"] == "proved":
            found += [f"{item['id']} is proved but {name} contradicts it at a fixed size"
                      for name in contradictions(item["evidence"])]
    for mutant in record["mutants"]:
        if mutant["verdict"] != mutant["expected"]:
            found.append(f"{record['id']}: the mutant {mutant['statement']['text']} ({mutant['words']}) should be "
                         f"{mutant['expected']} but is {mutant['verdict']}")
    return found


# workers

_PAPER: Paper | None = None
_PROVER: Prover | None = None
_SETTINGS = Settings()


def _start(paper: Paper, settings: Settings) -> None:
    """Make this process a worker; only the main process listens to Ctrl-C."""
    global _PAPER, _PROVER, _SETTINGS
    _PAPER, _PROVER, _SETTINGS = paper, Prover(paper), settings


def _start_apart(load: Callable[[], Paper], settings: Settings) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _start(load(), settings)


def _work(key: str) -> tuple[Record | str, float]:
    """Check one claim; an exception is an answer, too."""
    begin = monotonic()
    if _PAPER is None or _PROVER is None:
        return "the worker has no paper", 0.0
    try:
        return check_claim(_PAPER[key], _PROVER, _PAPER, _SETTINGS), monotonic() - begin
    except Exception as error:  # told to the user as an alarm
        return f"{type(error).__name__}: {error}", monotonic() - begin


class _Same:
    """Hands over a paper that a forked worker inherits."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper

    def __call__(self) -> Paper:
        return self.paper


def _results(paper: Paper, claims: Sequence[Claim], jobs: int,
             settings: Settings) -> Iterator[tuple[str, Record | str, float]]:
    if jobs <= 1 or len(claims) <= 1 or "fork" not in multiprocessing.get_all_start_methods():
        _start(paper, settings)
        for claim in claims:
            yield claim.id, *_work(claim.id)
        return
    instances(paper, settings.instances)  # made once, inherited by every worker
    with _pool(paper, min(jobs, len(claims)), settings) as pool:
        pending = {pool.submit(_work, c.id): c.id for c in claims}
        while pending:
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in sorted(done, key=lambda f: pending[f]):
                yield pending[future], *_answer(future)
                del pending[future]


def _answer(future: Future[tuple[Record | str, float]]) -> tuple[Record | str, float]:
    try:
        return future.result()
    except Exception as error:  # a worker that died
        return f"{type(error).__name__}: {error}", 0.0


@contextmanager
def _pool(paper: Paper, jobs: int, settings: Settings) -> Iterator[ProcessPoolExecutor]:
    """Workers that end at once when the main process is interrupted."""
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("fork"), _start_apart, (_Same(paper), settings))
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    pool.shutdown()


# files


def to_json(ledger: Mapping[str, Any]) -> str:
    """The ledger as text, each certificate on one line; the same ledger gives the same bytes."""
    lines: list[str] = []

    def folded(item: Any) -> Any:
        if isinstance(item, dict):
            return {k: held(v) if k == "certificate" and v is not None else folded(v) for k, v in item.items()}
        return [folded(v) for v in item] if isinstance(item, list) else item

    def held(certificate: Any) -> str:
        lines.append(json.dumps(certificate, sort_keys=True, ensure_ascii=False, separators=(",", ":")))
        return f"<{len(lines) - 1}>"

    text = json.dumps(folded(ledger), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    return re.sub(r'("certificate": )"<(\d+)>"', lambda m: m.group(1) + lines[int(m.group(2))], text)


def save(ledger: Ledger, path: Path) -> None:
    """Write the ledger, and the seconds to a file beside it."""
    path.write_text(to_json(ledger.data), encoding="utf-8")
    seconds = {k: round(v, 3) for k, v in sorted(ledger.seconds.items())}
    path.with_name(path.name + ".timings.json").write_text(json.dumps(seconds, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> dict[str, Any]:
    """Read a ledger; raises LedgerError with one line."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LedgerError(f"cannot read {path}: {error.strerror}") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise LedgerError(f"{path} is not JSON: {error}") from None
    if not isinstance(data, dict) or data.get("schema") != SCHEMA or not isinstance(data.get("claims"), list):
        raise LedgerError(f"{path} is not a ledger of schema {SCHEMA}")
    return data


# comparison


def compare(expected: Mapping[str, Any], actual: Mapping[str, Any]) -> list[str]:
    """What differs between two ledgers, for the claims of the second one; provenance and seconds do not count."""
    known = {r["id"]: r for r in expected["claims"]}
    found: list[str] = []
    for record in actual["claims"]:
        if record["id"] not in known:
            found.append(f"{record['id']} is not in the expected ledger")
            continue
        old = known[record["id"]]
        found += compare_meaning(record["id"], expected["signatures"][old["signature"]],
                                 actual["signatures"][record["signature"]])
        found += compare_records(old, record)
    return list(dict.fromkeys(found))


def compare_meaning(key: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Differences in what the names mean that both signatures know."""
    before, after = ({name: (params, body) for name, params, body in s["arrays"]} for s in (old, new))
    found = [f"{key}: {name} was defined as {before[name][1]}, is {after[name][1]}"
             for name in before.keys() & after.keys() if before[name] != after[name]]
    found += [f"{key}: the index {name} ran over {old['indices'][name]}, now over {new['indices'][name]}"
              for name in old["indices"].keys() & new["indices"].keys() if old["indices"][name] != new["indices"][name]]
    return sorted(found)


def compare_records(old: Record, new: Record) -> list[str]:
    """Differences in statements and verdicts between two records of a claim, with the evidence for both."""
    found = compare_claims(old, new)
    for name, by, judge_pair in (("steps", "id", compare_steps), ("mutants", "words", compare_mutants)):
        before, after = ({item[by]: item for item in r[name]} for r in (old, new))
        found += [f"{new['id']}: {name}: {k} is gone" for k in before if k not in after]
        found += [f"{new['id']}: {name}: {k} is new" for k in after if k not in before]
        for k in after:
            found += judge_pair(before[k], after[k]) if k in before else []
    return found


def compare_claims(old: Record, new: Record) -> list[str]:
    """The same for the statement of a claim, its hypotheses and its repair."""
    found = _changes(new["id"], old, new, ("kind", "paper_line", "title", "uses", "members", "verdict", "derivation",
                                           "finding"))
    found += _texts(f"{new['id']}: the hypotheses", old["given"], new["given"])
    one, two = old["repair"], new["repair"]
    if (one is None) != (two is None):
        return [*found, f"{new['id']}: the repair {'is gone' if two is None else 'is new'}"]
    if one is None or two is None:
        return found
    return [*found, *_changes(two["id"], one, two, ("verdict",)),
            *_texts(f"{two['id']}: the hypotheses", one["given"], two["given"])]


def compare_steps(old: Record, new: Record) -> list[str]:
    """The same for a step."""
    found = _changes(new["id"], old, new, ("paper_line", "uses", "verdict", "finding"))
    found += _texts(f"{new['id']}: the hypotheses", old["given"], new["given"])
    found += _texts(f"{new['id']}: the special case", _special(old), _special(new))
    one, two = old["citation"], new["citation"]
    if (one is None) != (two is None):
        return [*found, f"{new['id']}: the citation {'is gone' if two is None else 'is new'}"]
    if one is None or two is None:
        return found
    return found + _changes(f"{new['id']}: what {two['of']} needs", {**one, "statement": one["needs"]},
                            {**two, "statement": two["needs"]}, ("of", "verdict"))


def compare_mutants(old: Record, new: Record) -> list[str]:
    """The same for a changed statement."""
    found = _changes(f"mutant {new['words']!r}", old, new, ("verdict", "expected"))
    return found + _texts(f"mutant {new['words']!r}: dropped", old["dropped"], new["dropped"])


def _changes(key: str, old: Record, new: Record, fields: tuple[str, ...]) -> list[str]:
    found = []
    before, after = _text(old.get("statement")), _text(new.get("statement"))
    if before != after:
        found.append(f"{key}: the statement was {before}, is {after}")
    for name in fields:
        if old[name] != new[name]:
            found.append(f"{key}: {name} was {old[name]}, is {new[name]}; before: {told(old)}; now: {told(new)}")
    return found


def _texts(key: str, old: Any, new: Any) -> list[str]:
    one, two = ([(g["text"], g.get("implicit")) for g in items] for items in (old, new))
    return [] if one == two else [f"{key}: was {one}, is {two}"]


def _special(step: Record) -> list[Any]:
    return [step["evidence"]["only"]["given"]] if "only" in step["evidence"] else []


def _text(statement: Any) -> Any:
    return None if statement is None else statement["text"]


def told(item: Record) -> str:
    """The evidence of a record or step in one line."""
    evidence = item.get("evidence") or {}
    point = evidence.get("counterexample")
    if point is not None:
        return f"fails at {shown_point(point['point'])}, {point['lhs']} against {point['rhs']}"
    certificate = evidence.get("certificate")
    if certificate is not None:
        return f"{evidence['method']}, a certificate of {len(certificate['steps'])} rules"
    return "no certificate and no counterexample"


def shown_point(point: Mapping[str, Any]) -> str:
    """A point in one line, arrays as nested lists."""
    parts = [f"{k} = {v}" for k, v in point["scalars"].items()]
    parts += [f"{k} = {json.dumps(v).replace(chr(34), '')}" for k, v in point["arrays"].items()]
    return ", ".join(parts) or "every point"
