"""What a report says, as plain data: a view of the ledger, in which every word of judgement keeps where it comes from.

Formulas are LaTeX (see ``formulas``); all else is plain text.  Nothing is derived here but order, counts and links.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from proofcheck.findings import label, what
from proofcheck.kernel.certificate import read_signature
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.text import Reader
from proofcheck.ledger import LedgerError
from proofcheck.report.formulas import Typesetter
from proofcheck.report.reading import LatexReader, Unreadable, same
from proofcheck.report.tampered import contradictions
from proofcheck.signatures import NAME, abbreviations
from proofcheck.verdicts import FINDINGS
from proofcheck.wording import decimal, shortened

Record = Mapping[str, Any]
Trust = Callable[[str, Record], Sequence[str]]
GOALS = 2  # of a certificate are shown
MATTER_MOST = 5
LONG = 100  # characters of an array that are shown
WORDS = (
    ("proved", "the kernel checked a proof for the whole stated domain"),
    ("refuted", "an explicit point satisfies every hypothesis and violates the statement, certified with balls"),
    ("witnessed", "only numbers speak for it; nothing is claimed beyond the runs that were made"),
    ("cited", "somebody else's theorem"),
    ("assumed", "a hypothesis of the paper"),
    ("open", "neither proved nor refuted"),
    ("sound", "of a printed proof: every printed step holds for its printed reason, and the steps give the statement"),
    ("gap", "of a printed proof: not so, even if the statement is true"),
    ("none", "the paper prints no proof, or the claim is not the paper's"),
    ("stands", "nothing that the proof uses, all the way down, is false, open, cited, assumed or unstated"),
    ("conditional", "the proof rests on what is cited, assumed, open or not stated by the paper"),
    ("broken", "the proof uses something false, which does not make its claim false"),
    ("false", "a certified point speaks against it"),
    ("not-uniform", "it holds in a special case and not in general"),
    ("mis-cited", "a fact is used outside its hypotheses"),
    ("missing-hypothesis", "needed and not stated: without it there is a certified counterexample"),
    ("typo", "a slip of notation, noted by hand"),
)


@dataclass(frozen=True)
class Word:
    """A word of judgement, with the place in the ledger that it was read from."""

    key: str
    field: str
    word: str


@dataclass(frozen=True)
class Hypothesis:
    """One hypothesis; ``implicit``: the paper does not state it there."""

    formula: str
    words: str
    implicit: bool


@dataclass(frozen=True)
class Point:
    """A certified point: values by name, and both sides there."""

    scalars: Sequence[tuple[str, str]]
    arrays: Sequence[tuple[str, str]]
    at: str
    lhs: str
    rhs: str
    margin: str
    bits: int


@dataclass(frozen=True)
class Proof:
    """A certificate in short: how it was reached, the rules of the kernel in it, and some scalar goals."""

    method: str
    rules: str
    goals: Sequence[str]


@dataclass(frozen=True)
class Evidence:
    """All that speaks for or against a statement."""

    proof: Proof | None
    point: Point | None
    missing: Sequence[tuple[Hypothesis, Point | None]]
    special: Sequence[str]
    boundary: Sequence[str]
    crosscheck: Mapping[str, Any] | None
    numbers: Sequence[tuple[str, str]]
    trust: Sequence[str]


@dataclass(frozen=True)
class Hand:
    """A formula typeset by hand; ``same``: it reads back as what was checked, and is shown in its place."""

    latex: str
    same: bool


@dataclass(frozen=True)
class Repair:
    """What stands where the printed argument does not."""

    id: str
    verdict: Word
    formula: str | None
    why: str
    given: Sequence[Hypothesis]
    proof: Proof | None


@dataclass(frozen=True)
class Citation:
    """A fact that a step cites, and what it asks for there."""

    of: str
    formula: str
    words: str
    verdict: Word
    point: Point | None


@dataclass(frozen=True)
class Step:
    """One printed line."""

    id: str
    line: int
    why: str
    formula: str
    hand: Hand | None
    verdict: Word
    finding: Word | None
    given: Sequence[Hypothesis]
    evidence: Evidence
    citation: Citation | None
    witness: Mapping[str, Any] | None
    remarks: Sequence[str]
    uses: Sequence[str]


@dataclass(frozen=True)
class Mutant:
    """A changed statement."""

    words: str
    formula: str
    dropped: Sequence[str]
    expected: str
    verdict: Word
    point: Point | None


@dataclass(frozen=True)
class Standing:
    """What a claim rests on, all the way down."""

    word: Word
    broken_by: Sequence[str]
    rests_on: Sequence[str]
    unstated: Sequence[str]
    repairs: Sequence[str]


@dataclass(frozen=True)
class Claim:
    """A statement of the paper."""

    id: str
    label: str
    kind: str
    line: int
    title: str
    formula: str | None
    hand: Hand | None
    members: Sequence[str]
    given: Sequence[Hypothesis]
    scope: str
    verdict: Word
    derivation: Word
    finding: Word | None
    as_printed: Standing
    with_repairs: Standing
    evidence: Evidence
    steps: Sequence[Step]
    witness: Mapping[str, Any] | None
    repair: Repair | None
    mutants: Sequence[Mutant]
    uses: Sequence[str]
    used_by: Sequence[str]
    remarks: Sequence[str]
    names: Sequence[tuple[str, str]]

    @property
    def mended(self) -> str:
        """What the second standing is about: where the claim is false, the repaired statement."""
        changed = self.as_printed.word.word == "false" != self.with_repairs.word.word
        return "With repairs, the repaired statement" if changed else "With repairs"


@dataclass(frozen=True)
class Finding:
    """Something that is wrong in the paper: in a claim or in one of its steps."""

    id: str
    claim: Claim
    label: str
    line: int
    kind: Word
    what: str
    step: Step | None
    parts: Sequence[Claim]
    breaks: int

    @property
    def item(self) -> Claim | Step:
        """The claim or the step that is meant."""
        return self.step or self.claim

    @property
    def damage(self) -> str:
        """How many printed proofs break there, in words."""
        noun = "proof breaks" if self.breaks == 1 else "proofs break"
        return f"; {self.breaks} printed {noun} there" if self.breaks else ""

    @property
    def repaired(self) -> list[Claim]:
        """The claims whose repair stands for what is wrong here: the claim, or the refuted parts of a conjunction."""
        if self.kind.word == "typo":
            return []
        return [c for c in ([p for p in self.parts if p.verdict.word == "refuted"] or [self.claim]) if c.repair is not None]


@dataclass(frozen=True)
class Result:
    """A main result of the paper, if it is in the ledger."""

    id: str
    label: str
    claim: Claim | None


@dataclass(frozen=True)
class Content:
    """Everything that a report says."""

    paper: Mapping[str, str]
    digest: str
    provenance: Sequence[tuple[str, str]]
    counts: Sequence[tuple[str, Sequence[tuple[str, int]]]]
    alarms: Sequence[str]
    findings: Sequence[Finding]
    results: Sequence[Result]
    claims: Sequence[Claim]
    identities: Sequence[tuple[Word, str, Mapping[str, Any]]]
    scopes: Sequence[tuple[str, Sequence[str]]]

    @property
    def ids(self) -> set[str]:
        """Everything that a link can lead to: claims, steps, repairs."""
        found = {c.id for c in self.claims} | {s.id for c in self.claims for s in c.steps}
        return found | {c.repair.id for c in self.claims if c.repair is not None}

    @property
    def foremost(self) -> list[Finding]:
        """The findings that matter most, one for each statement of the paper."""
        first: dict[str, Finding] = {}
        for found in self.findings:
            first.setdefault(found.label, found)
        return list(first.values())[:MATTER_MOST]

    @property
    def by_hand(self) -> int:
        """How many formulas are typeset by hand and read back."""
        hands = [hand for c in self.claims for hand in (c.hand, *(s.hand for s in c.steps))]
        return sum(hand is not None and hand.same for hand in hands)

    @property
    def repaired(self) -> list[Claim]:
        """The claims that have a repair."""
        return [c for c in self.claims if c.repair is not None]


def silent(key: str, evidence: Record) -> Sequence[str]:
    """Nothing beside the ledger speaks for any evidence."""
    return ()


def content(texts: Texts, notation: Mapping[str, str], results: Sequence[str] = (), trust: Trust = silent) -> Content:
    """What a ledger says; ``trust``: what else stands behind the evidence of a claim or step, in lines.

    Raises TextError for a statement that cannot be read, LedgerError for data that make no sense.
    """
    try:
        return _Reading(texts.ledger, Typesetter(notation), results, texts, trust).content()
    except (LookupError, TypeError, AttributeError) as error:
        raise LedgerError(f"the ledger is damaged: {type(error).__name__}: {error}") from None


@dataclass
class Texts:
    """Reads the texts of a ledger; every signature is read once."""

    ledger: Mapping[str, Any]
    readers: dict[str, Reader] = field(default_factory=dict)

    def reader(self, signature: str) -> Reader:
        """The reader of the texts with this signature."""
        if signature not in self.readers:
            self.readers[signature] = Reader(read_signature(self.ledger["signatures"][signature]))
        return self.readers[signature]

    def latex(self, signature: str, text: str, typeset: Typesetter) -> LatexReader:
        """The reader of LaTeX in which the names of a text occur, and those that they stand for."""
        names = set(NAME.findall(text))
        for name, _, body in abbreviations(text, self.ledger["signatures"][signature]):
            names |= {name, *NAME.findall(body)}
        return LatexReader(self.reader(signature).signature, typeset, names)

    def relation(self, record: Record, text: str) -> Rel:
        """A text of a record as a relation."""
        return self.reader(record["signature"]).relation(text)

    def hypotheses(self, record: Record, item: Record) -> tuple[Rel, ...]:
        """The hypotheses of a claim, or of one of its steps."""
        own = () if item is record else item["given"]
        return tuple(self.relation(record, g["text"]) for g in (*record["given"], *own))


@dataclass
class _Reading:
    ledger: Mapping[str, Any]
    typeset: Typesetter
    results: Sequence[str]
    texts: Texts
    trust: Trust

    def content(self) -> Content:
        records = self.ledger["claims"]
        claims = [self.claim(r) for r in records]
        known = {c.id: c for c in claims}
        return Content(
            self.ledger["paper"], self.ledger["digest"], list(_flat(self.ledger["provenance"])),
            [(name, list(tally.items())) for name, tally in self.ledger["counts"].items()],
            contradictions(self.ledger), list(self.findings(known)),
            [Result(k, label({"id": k, "kind": "theorem"}), known.get(k)) for k in self.results], claims,
            list(self.identities(known)), _by_scope(records))

    def findings(self, known: Mapping[str, Claim]) -> Iterator[Finding]:
        """The worst kind first, then what breaks most printed proofs, then in the order of the paper."""
        broken = Counter(k for r in self.ledger["claims"] if r["printed"]
                         for k in r["status"]["as_printed"]["broken_by"])
        found = []
        for record in self.ledger["claims"]:
            claim = known[record["id"]]
            for item, step in ((record, None), *zip(record["steps"], claim.steps, strict=True)):
                if item["finding"]:
                    parts = [known[k] for k in record["members"] if k in known]
                    found.append(Finding(item["id"], claim, claim.label, item["paper_line"],
                                         Word(item["id"], "finding", item["finding"]), what(item), step, parts,
                                         broken[item["id"]]))
        yield from sorted(found, key=lambda f: (FINDINGS.index(f.kind.word), -f.breaks, f.line))

    def identities(self, known: Mapping[str, Claim]) -> Iterator[tuple[Word, str, Mapping[str, Any]]]:
        """Every identity that was checked, one by one."""
        for claim in known.values():
            items: list[Claim | Step] = [claim, *claim.steps]
            for item in items:
                if item.formula is not None and item.evidence.crosscheck is not None:
                    yield item.verdict, item.formula, item.evidence.crosscheck

    # one claim

    def claim(self, record: Record) -> Claim:
        key, read = record["id"], self.texts.reader(record["signature"])
        statement = record["statement"]
        formula, hand = (None, None) if statement is None else self.statement(read, record["signature"], statement)
        remarks = [text for text in (record["note"], record["source"]) if text]
        return Claim(
            key, label(record), record["kind"], record["paper_line"], record["title"],
            formula, hand, record["members"], self.given(read, record["given"]),
            record["scope"], Word(key, "verdict", record["verdict"]), Word(key, "derivation", record["derivation"]),
            _finding(record), self.standing(record, "as_printed"), self.standing(record, "with_repairs"),
            self.evidence(read, record), [self.step(read, s, record["signature"]) for s in record["steps"]],
            record["witness"], self.repair(read, record["repair"]),
            [self.mutant(read, m, f"{key}, mutant {k}") for k, m in enumerate(record["mutants"], 1)],
            record["uses"], self.users.get(key, []), remarks, self.names(read, record))

    @cached_property
    def users(self) -> Mapping[str, list[str]]:
        """Who uses a claim."""
        found: dict[str, list[str]] = {}
        for record in self.ledger["claims"]:
            for used in record["uses"]:
                found.setdefault(used, []).append(record["id"])
        return found

    def step(self, read: Reader, step: Record, signature: str) -> Step:
        remarks = [text for text in (step["note"], step["typo"]) if text]
        return Step(step["id"], step["paper_line"], step["why"], *self.statement(read, signature, step["statement"]),
                    Word(step["id"], "verdict", step["verdict"]), _finding(step), self.given(read, step["given"]),
                    self.evidence(read, step), self.citation(read, step), step["witness"], remarks, step["uses"])

    def citation(self, read: Reader, step: Record) -> Citation | None:
        cited = step["citation"]
        return None if cited is None else Citation(
            cited["of"], self.formula(read, cited["needs"]["text"]), cited["words"],
            Word(step["id"], "citation", cited["verdict"]), self.point(cited["evidence"]["counterexample"]))

    def repair(self, read: Reader, repair: Record | None) -> Repair | None:
        if repair is None:
            return None
        text = None if repair["statement"] is None else self.formula(read, repair["statement"]["text"])
        return Repair(repair["id"], Word(repair["id"], "verdict", repair["verdict"]), text, repair["why"],
                      self.given(read, repair["given"]), self.proof(repair["evidence"]))

    def mutant(self, read: Reader, mutant: Record, key: str) -> Mutant:
        return Mutant(mutant["words"], self.formula(read, mutant["statement"]["text"]),
                      [self.formula(read, h["text"]) for h in mutant["dropped"]], mutant["expected"],
                      Word(key, "verdict", mutant["verdict"]), self.point(mutant["evidence"]["counterexample"]))

    def standing(self, record: Record, way: str) -> Standing:
        told = record["status"][way]
        return Standing(Word(record["id"], way, told["word"]), told["broken_by"], told["rests_on"], told["unstated"],
                        told["repairs"])

    # evidence

    def evidence(self, read: Reader, item: Record) -> Evidence:
        found = item["evidence"]
        missing = [(self.hypothesis(read, {**m["given"], "implicit": True}), self.point(m["counterexample"]))
                   for m in found.get("missing", ())]
        only = found.get("only")
        special = [] if only is None else [only["given"]["words"], self.formula(read, only["given"]["text"])]
        return Evidence(self.proof(found), self.point(found["counterexample"]), missing, special,
                        list(_boundary(found.get("boundary"))), found.get("crosscheck"),
                        list(_flat(found.get("numbers") or {})), self.trust(item["id"], found))

    def proof(self, evidence: Record) -> Proof | None:
        certificate = evidence["certificate"]
        if certificate is None:
            return None
        rules = Counter(step[0] for step in certificate["steps"])
        read = self.texts.reader(certificate["signature"])
        goals = dict.fromkeys(step[1]["goal"]["rel"] for step in certificate["steps"] if step[0] == "scalar")
        return Proof(evidence["method"], ", ".join(f"{n} {name}" for name, n in sorted(rules.items())),
                     [self.formula(read, text) for text in list(goals)[:GOALS]])

    def point(self, found: Record | None) -> Point | None:
        if found is None:
            return None
        point = found["point"]
        return Point([(self.typeset.name(k), shortened(v)) for k, v in point["scalars"].items()],
                     [(self.typeset.whole(k), _array(v)) for k, v in point["arrays"].items()],
                     ", ".join(f"{k} = {v}" for k, v in found["at"].items()), shortened(found["lhs"]),
                     shortened(found["rhs"]), shortened(found["margin"]), found["bits"])

    # formulas

    def statement(self, read: Reader, signature: str, statement: Record) -> tuple[str, Hand | None]:
        """What is shown for a statement: the formula typeset by hand if it reads back as what was checked."""
        rel, latex = read.relation(statement["text"]), statement.get("latex")
        machine = self.typeset.relation(rel)
        if not latex:
            return machine, None
        try:
            back = self.texts.latex(signature, statement["text"], self.typeset).relation(latex)
        except Unreadable:
            return machine, Hand(latex, False)
        return (latex, Hand(latex, True)) if same(rel, back) else (machine, Hand(latex, False))

    def formula(self, read: Reader, text: str) -> str:
        return self.typeset.relation(read.relation(text))

    def given(self, read: Reader, items: Iterable[Record]) -> list[Hypothesis]:
        return [self.hypothesis(read, g) for g in items]

    def hypothesis(self, read: Reader, given: Record) -> Hypothesis:
        return Hypothesis(self.formula(read, given["text"]), given["words"], given["implicit"])

    def names(self, read: Reader, record: Record) -> list[tuple[str, str]]:
        """What the abbreviations in a statement and its steps stand for."""
        text = " ".join(s["text"] for s in (record["statement"], *(s["statement"] for s in record["steps"])) if s)
        found = []
        for name, params, body in abbreviations(text, self.ledger["signatures"][record["signature"]]):
            indices = [self.typeset.name(p) for p in params]
            found.append((self.typeset.name(name, indices), self.typeset.term(read.term(body))))
        return found


def _finding(item: Record) -> Word | None:
    return None if item["finding"] is None else Word(item["id"], "finding", item["finding"])


def _boundary(boundary: Record | None) -> Iterator[str]:
    if boundary is not None:
        for piece in boundary["pieces"]:
            ends = [f"{boundary['var']} >= {decimal(piece['low'])}"] if piece["low"] is not None else []
            ends += [f"{boundary['var']} <= {decimal(piece['high'])}"] if piece["high"] is not None else []
            yield f"it {piece['truth']} for {' and '.join(ends) or 'all ' + boundary['var']}"


def _array(value: Any) -> str:
    """An array, or the beginning of one that is too long to read."""
    text = _nested(value)
    if len(text) <= LONG:
        return text
    return f"{text[:text.rindex(',', 0, LONG)]}, ... ({_shape(value)} numbers, all of them in the ledger)"


def _shape(value: Any) -> str:
    sizes = []
    while isinstance(value, list) and value:
        sizes.append(str(len(value)))
        value = value[0]
    return " x ".join(sizes)


def _nested(value: Any) -> str:
    return f"[{', '.join(map(_nested, value))}]" if isinstance(value, list) else shortened(str(value))


def _flat(data: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Nested plain data as pairs of names and texts."""
    for name, value in data.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}: ")
        else:
            yield f"{above}{name}", "none" if value is None else str(value)


def _by_scope(records: Iterable[Record]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for record in records:
        if record["scope"]:
            found.setdefault(record["scope"], []).append(record["id"])
    return list(found.items())
