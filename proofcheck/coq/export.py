"""The theorems of a ledger: every scalar step, every identity and every counterexample, each once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from proofcheck.confirm import Matter, matters
from proofcheck.coq import points, script, statements, sums
from proofcheck.coq.terms import NotExpressible
from proofcheck.evidence import counterexample_data, is_plain, plain_relation
from proofcheck.kernel.certificate import read_signature
from proofcheck.kernel.point import NoCounterexample
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.text import Reader
from proofcheck.refute.scalar import refute_scalar
from proofcheck.second.terms import Refused

DERIVED = "its derivatives are worked out by the engine"
KINDS = ("scalar", "identity", "point", "claim")


@dataclass
class Theorem:
    """A statement with its tactics, or the reason why there is none; and where the ledger rests on it."""

    kind: str
    statement: str
    tactics: list[str] = field(default_factory=list)
    reason: str = ""
    note: str = ""  # what the statement takes over from the engine
    where: list[str] = field(default_factory=list)
    requires: tuple[str, ...] = ()  # files of lemmas, which are not imported
    before: str = ""  # what stands in front of it
    opposite: Callable[[], Theorem | None] | None = None  # what Coq is asked if it does not accept this one

    @property
    def name(self) -> str:
        """A name made from the statement, so that it means the same in every run."""
        return f"{self.kind}_{hashlib.sha256(self.statement.encode()).hexdigest()[:16]}"

    def text(self) -> str:
        """The theorem as Coq reads it."""
        return f"{self.before}Theorem {self.name} :\n  {self.statement}.\nProof.\n" + "\n".join(self.tactics) + "\nQed.\n"


def export(ledger: Mapping[str, Any], keys: Iterable[str] | None = None, arrays: bool = False) -> dict[str, Theorem]:
    """All theorems of a ledger, or those of some claims, by name, in the order of the ledger.

    ``arrays``: also the identities over arrays and sums of symbolic size.
    """
    chosen = None if keys is None else set(keys)
    found: dict[str, Theorem] = {}
    maker = Maker(ledger["signatures"], arrays)
    for record in ledger["claims"]:
        if chosen is not None and record["id"] not in chosen:
            continue
        for matter in matters(record, ledger["signatures"]):
            for theorem in maker.theorems(matter):
                known = found.setdefault(theorem.name, theorem)
                known.where.append(matter.where)
                if known.reason and not theorem.reason:  # another proof of the same
                    known.tactics, known.reason = theorem.tactics, ""
    return found


class Maker:
    """Makes the theorems of one ledger; the same step is seldom used once only, so what was made is kept."""

    def __init__(self, signatures: Mapping[str, Any], arrays: bool = False) -> None:
        self.signatures, self.arrays = signatures, arrays
        self.readers: dict[str, tuple[Reader, list[str]]] = {}
        self.steps: dict[tuple[str, ...], Theorem | None] = {}

    def theorems(self, matter: Matter) -> Iterator[Theorem]:
        """What one piece of evidence rests on."""
        certificate, point = matter.evidence.get("certificate"), matter.evidence.get("counterexample")
        if certificate is not None:
            meaning = self._meaning(certificate["signature"])
            for rule, data, _ in certificate["steps"]:
                if rule in ("scalar", "identity") and (made := self._step(rule, data, meaning)) is not None:
                    yield made
        if point is not None:
            yield _point(matter.goal, matter.hyps, point)

    def _meaning(self, signature: Any) -> tuple[str, Reader, list[str]]:
        key = signature if isinstance(signature, str) else json.dumps(signature)
        if key not in self.readers:
            read = read_signature(self.signatures[signature] if isinstance(signature, str) else signature)
            self.readers[key] = Reader(read), sorted(read.dims)
        return key, *self.readers[key]

    def _step(self, rule: str, data: Mapping[str, Any], meaning: tuple[str, Reader, list[str]]) -> Theorem | None:
        """A fresh copy of a step's theorem; None for an identity with arrays that is not wanted."""
        key, reader, dims = meaning
        place = (key, rule, json.dumps(data))
        if place not in self.steps:
            if rule == "scalar" or _is_plain_identity(data, reader):
                self.steps[place] = _step(rule, data, reader, dims)
            else:
                self.steps[place] = _identity(data, reader) if self.arrays else None
        made = self.steps[place]
        return None if made is None else replace(made, where=[])


def _is_plain_identity(data: Mapping[str, Any], reader: Reader) -> bool:
    return is_plain(reader.relation(f"({data['lhs']['term']}) == ({data['rhs']['term']})"))


def _step(rule: str, data: Mapping[str, Any], reader: Reader, dims: list[str]) -> Theorem:
    """A step of a certificate that needs no premises."""
    hyps = [h["rel"] for h in data.get("hyps", {"tuple": []})["tuple"]]
    goal, tree = f"{data['lhs']['term']} == {data['rhs']['term']}" if rule == "identity" else data["goal"]["rel"], None
    if rule == "scalar":
        tree = data["tree"]["plain"]
    assured = [(c["tuple"][0]["rel"], c["tuple"][1]["plain"]) for c in data.get("conditions", {"tuple": []})["tuple"]]
    try:
        plain = [h for h in hyps if rule == "scalar" or is_plain(reader.relation(h))]
        statement = statements.proved(reader.relation(goal), [reader.relation(h) for h in plain])
    except NotExpressible as error:
        return Theorem(rule, f"{goal} given {hyps}", reason=str(error))
    made = Theorem(rule, statement)
    made.opposite = lambda: _refutation(reader.relation(goal), tuple(reader.relation(h) for h in plain))
    try:
        made.tactics = script.theorem(goal, plain, tree, dims, assured)
    except NotExpressible as error:
        made.reason = str(error)
    except (Refused, LookupError, TypeError, ValueError) as error:  # the tree makes no sense: a missing proof
        made.tactics = [f'fail "no tactics: {type(error).__name__}".']
    return made


def _identity(data: Mapping[str, Any], reader: Reader) -> Theorem:
    """An identity between terms with arrays, under the hypotheses that can show a sign."""
    goal = Rel("=", reader.term(data["lhs"]["term"]), reader.term(data["rhs"]["term"]))
    hyps = [reader.relation(h["rel"]) for h in data.get("hyps", {"tuple": []})["tuple"]]
    statement, tactics, reason = _equation(goal, tuple(sums.matter(goal, hyps)))
    return Theorem("identity", statement, list(tactics), reason)


@lru_cache(maxsize=10_000)
def _equation(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[str, tuple[str, ...], str]:
    """The statement, its tactics, and why there are none; most identities are used many times."""
    statement = f"{goal} given {hyps}"
    try:
        statement = statements.claimed(goal, hyps)
        return statement, tuple(sums.tactics(goal, hyps)), ""
    except NotExpressible as error:
        return statement, (), str(error)


def _refutation(goal: Rel, hyps: tuple[Rel, ...]) -> Theorem | None:
    """The theorem that a relation fails somewhere, if a point is found."""
    sides = ((goal.lhs, goal.rhs), (goal.rhs, goal.lhs))[:1 + (goal.op == "=")]
    for left, right in sides:  # an equality fails where one of two inequalities does
        weaker = Rel("<=" if goal.op == "=" else goal.op, left, right)
        found = refute_scalar(weaker, hyps)
        if found is not None:
            return _point(goal, hyps, counterexample_data(hyps, weaker, found[0]))
    return None


def _point(goal: Rel, hyps: tuple[Rel, ...], found: Mapping[str, Any]) -> Theorem:
    """The theorem of a counterexample; derivatives are worked out by the engine, which is noted."""
    try:
        plain, known = plain_relation(goal), tuple(map(plain_relation, hyps))
        made = Theorem("point", statements.refuted(plain, known), points.tactics(plain, known, found))
    except (NotExpressible, NoCounterexample) as error:
        return Theorem("point", f"not {goal} given {hyps}", reason=str(error))
    made.note = "" if (plain, known) == (goal, hyps) else DERIVED
    made.opposite = lambda: Theorem("point", statements.upheld(plain, known, points.values(plain, known, found)),
                                    points.against(plain, known, found))
    return made
