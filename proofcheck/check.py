"""Gathers the evidence on one claim: proofs, counterexamples, witnesses.

Nothing here is believed.  The record is plain data; the kernel replays every certificate in it and certifies every
counterexample before ``verdicts.judge`` says what it amounts to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, is_dataclass
from fractions import Fraction
from typing import Any

from proofcheck.claims import Citation, Claim, Given, Mutant, Paper, Proof, Repair, Step, uses_of
from proofcheck.crosscheck import crosscheck
from proofcheck.evidence import ABSURD, Data, Hyps, counterexample_data, plain_relation
from proofcheck.kernel.certificate import certify, signature_data
from proofcheck.kernel.point import NoCounterexample, Point
from proofcheck.kernel.terms import Rel, Var, arrays, free_indices, variables
from proofcheck.kernel.text import to_text
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.bound import Bounder
from proofcheck.prove.context import Prover
from proofcheck.prove.factor import boundary_up_to_factor
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved
from proofcheck.refute.scalar import refute_scalar
from proofcheck.refute.search import refute_claim
from proofcheck.verdicts import Record
from proofcheck.witness import witness

NO_PROOF = (NotProved, RuleError)


@dataclass(frozen=True)
class Settings:
    """How hard to try; the same settings and the same code give the same records.

    ``points``: where to look first for what violates a goal under some hypotheses, such as the points of a ledger.
    """

    seed: int = 0
    examples: int = 300
    instances: str = "default"
    digits: int = 30
    points: Mapping[tuple[Rel, Hyps], Point] = field(default_factory=dict)


def check_claim(claim: Claim, prover: Prover, paper: Paper, settings: Settings | None = None) -> Record:
    """The record of a claim, with evidence and without verdicts."""
    return _Check(claim, prover, paper, settings or Settings()).record()


def evidence(method: str, certificate: Data | None = None, counterexample: Data | None = None, **more: Any) -> Data:
    """What speaks for or against a relation."""
    return {"method": method, "certificate": certificate, "counterexample": counterexample, **more}


@dataclass
class _Check:
    claim: Claim
    prover: Prover
    paper: Paper
    settings: Settings

    def record(self) -> Record:
        """Everything about the claim, in the order of the ledger."""
        claim = self.claim
        steps = [self.step(s) for s in claim.steps]
        return {
            "id": claim.id, "kind": claim.kind, "title": claim.title, "paper_line": claim.line,
            "statement": None if claim.rel is None else {"text": to_text(claim.rel), "latex": claim.latex or None},
            "verdict": "open", "derivation": "none", "finding": None,
            "given": _given_data(claim.id, claim.given), "scope": claim.scope, "uses": list(uses_of(claim)),
            "own_uses": [*claim.uses, *([claim.same_as] if claim.same_as else []), *claim.parts],
            "same_as": claim.same_as or None, "members": _members(claim), "rests_on": [], "printed": claim.printed,
            "note": claim.note or None, "source": claim.source or None, "signature": self.signature(),
            "evidence": self.statement(), "steps": steps,
            "witness": self.witness(), "repair": None if claim.repair is None else self.repair(claim.repair),
            "mutants": [self.mutant(m) for m in claim.mutants],
        }

    def signature(self) -> Data:
        """What the names in the statements mean."""
        return signature_data(relations_of(self.claim))

    # the statement

    def statement(self) -> Data:
        """The claim's own proof, else a repair, else a counterexample."""
        claim = self.claim
        found = self.searched()
        if claim.rel is not None:
            missing = self.missing(claim.rel, claim.hyps, claim.given, claim.hint)
            found |= {"missing": missing} if missing else {}
            found |= cross(claim.rel, claim.hyps)
        if claim.evidence is not None:
            found["numbers"] = plain(dict(claim.evidence()))
        return found

    def searched(self) -> Data:
        """A certificate or a counterexample of the statement."""
        claim = self.claim
        if claim.rel is None or claim.kind in ("hypothesis", "cited"):
            return evidence("none")
        method, theorem = self.theorem()
        if theorem is not None and theorem.concl == claim.rel and theorem.hyps <= frozenset(claim.hyps):
            return evidence(method, certify(theorem))
        return self.against(claim.rel, claim.hyps, claim.hint)

    def theorem(self) -> tuple[str, Theorem | None]:
        """The theorem of the claim and how it was reached."""
        claim = self.claim
        if not claim.same_as and claim.rel is not None:
            printed = self.prover.printed(claim)
            with self.prover.inside(claim.id):
                found = self.ran(printed, claim.rel, claim.hyps) if printed is not None else None
            if found is not None:
                return "printed proof" if claim.printed else "proof", found
        try:
            found = self.prover.theorem(claim.id)
        except NO_PROOF:
            return "none", None
        return f"same as {claim.same_as}" if claim.same_as else "repair", found

    def ran(self, proof: Proof, goal: Rel, hyps: Hyps) -> Theorem | None:
        """The theorem that a proof makes, if it works."""
        try:
            return self.prover.run(proof, goal, hyps)
        except NO_PROOF:
            return None

    def against(self, goal: Rel, hyps: Hyps, hint: Point | None = None) -> Data:
        """A counterexample, or the word that none was found."""
        found = counterexample(goal, hyps, self.settings, hint)
        return evidence("none") if found is None else evidence("counterexample", None, found)

    def missing(self, goal: Rel, hyps: Hyps, given: Iterable[Given], hint: Point | None = None) -> list[Data]:
        """Counterexamples to the statement without one hypothesis that the paper leaves implicit."""
        found = []
        for g in given:
            if g.implicit:
                rest = tuple(h for h in hyps if h != g.rel)
                point = counterexample(goal, rest, self.settings, g.hint or hint)
                if point is not None:
                    found.append({"given": {"text": to_text(g.rel), "words": g.words}, "counterexample": point})
        return found

    # the steps

    def step(self, step: Step) -> Data:
        """The record of one printed line."""
        hyps = (*self.claim.hyps, *(g.rel for g in step.given))
        method, theorem = self.step_theorem(step, hyps)
        found = self.against(step.rel, hyps) if theorem is None else evidence(method, certify(theorem))
        found |= cross(step.rel, hyps)
        missing = self.missing(step.rel, hyps, step.given)
        found |= {"missing": missing} if missing else {}
        if step.only is not None:
            found |= {"only": self.special(step, hyps, step.only)}
        if step.boundary:
            found |= {"boundary": self.boundary(step.rel, hyps, step.boundary)}
        return {
            "id": step.id, "paper_line": step.line,
            "statement": {"text": to_text(step.rel), "latex": step.latex or None}, "verdict": "open",
            "rule": step.rule or (theorem.rule if theorem is not None else ""), "uses": list(step.uses),
            "finding": None, "why": step.why, "typo": step.typo or None, "note": step.note or None,
            "given": _given_data(step.id, step.given), "evidence": found,
            "witness": self.worst(step.rel, hyps),
            "citation": None if step.citation is None else self.citation(step.citation, hyps),
        }

    def step_theorem(self, step: Step, hyps: Hyps) -> tuple[str, Theorem | None]:
        """The theorem of a step, by the printed reason or else by another proof."""
        for method, proof in (("printed reason", step.by), ("another proof", step.instead)):
            with self.prover.inside(self.claim.id):
                found = self.ran(proof, step.rel, hyps) if proof is not None else None
            if found is not None:
                self.prover.known[step.id] = found
                return method, found
        return "none", None

    def special(self, step: Step, hyps: Hyps, only: Given) -> Data:
        """Whether a line holds in a special case, and a point that shows that there is such a case."""
        case = (*hyps, only.rel)
        proofs = (proof for by in (step.by, step.instead, None) if (proof := self.proof(step.rel, case, by)) is not None)
        theorem = next(proofs, None)
        return {"given": {"text": to_text(only.rel), "words": only.words},
                "evidence": evidence("none") if theorem is None else evidence("proof", certify(theorem)),
                "occurs": self.against(ABSURD, case, only.hint)}

    def citation(self, citation: Citation, hyps: Hyps) -> Data:
        """Whether what the cited claim asks for holds where it is used."""
        found = self.decided(citation.needs, hyps, "proved")
        return {"of": citation.of, "needs": {"text": to_text(citation.needs)}, "words": citation.words,
                "verdict": "open", "evidence": found}

    def boundary(self, goal: Rel, hyps: Hyps, name: str) -> Data | None:
        """Where in one parameter the line starts to fail, proved on both sides."""
        try:
            found = boundary_up_to_factor(goal, hyps, _variable(name, goal, hyps), self.settings.digits)
        except NO_PROOF:
            return None
        pieces = [{"low": _end(p.low), "high": _end(p.high), "truth": truth,
                   "evidence": evidence("scalar inequality", certify(p.theorem))}
                  for truth, group in (("holds", found.holds), ("fails", found.fails)) for p in group]
        return {"var": found.var, "digits": found.digits, "pieces": pieces,
                "places": [{"low": low, "high": high} for low, high in found.decimals()]}

    # repair and mutants

    def repair(self, repair: Repair) -> Data:
        """The record of a repair; without a relation of its own it proves the claim as it stands."""
        goal = self.claim.rel if repair.rel is None else repair.rel
        given = self.claim.given if repair.given is None else repair.given
        hyps = tuple(g.rel for g in given)
        theorem = None if goal is None else self.ran(repair.by, goal, hyps)
        return {"id": repair.id, "statement": None if goal is None else {"text": to_text(goal)}, "verdict": "open",
                "why": repair.why, "given": _given_data(repair.id, given), "uses": list(repair.uses),
                "evidence": evidence("none") if theorem is None else evidence("proof", certify(theorem))}

    def mutant(self, mutant: Mutant) -> Data:
        """The record of a changed statement."""
        hyps = tuple(h for h in self.claim.hyps if h not in mutant.drop)
        found = self.decided(mutant.rel, hyps, mutant.expected, mutant.by, mutant.hint)
        return {"statement": {"text": to_text(mutant.rel)}, "words": mutant.words,
                "dropped": [{"text": to_text(h)} for h in mutant.drop], "expected": mutant.expected,
                "verdict": "open", "evidence": found}

    def decided(self, goal: Rel, hyps: Hyps, first: str, by: Proof | None = None, hint: Point | None = None) -> Data:
        """A certificate or a counterexample, whichever can be found; the expected one is looked for first."""
        def proof() -> Data | None:
            theorem = self.proof(goal, hyps, by)
            return None if theorem is None else evidence("proof", certify(theorem))

        def refutation() -> Data | None:
            found = self.against(goal, hyps, hint)
            return None if found["counterexample"] is None else found

        ways: list[Callable[[], Data | None]] = [proof, refutation] if first == "proved" else [refutation, proof]
        return next((found for way in ways if (found := way()) is not None), evidence("none"))

    def proof(self, goal: Rel, hyps: Hyps, by: Proof | None) -> Theorem | None:
        """A proof of a relation: a given one, or what the searchers find."""
        if by is not None:
            return self.ran(by, goal, hyps)
        tries: list[Proof] = [lambda c: Bounder(c.hyps).prove(c.goal)]
        if is_scalar(goal) and goal.op != "=":
            tries.insert(0, lambda c: prove_scalar(c.goal, c.hyps))
        return next((found for t in tries if (found := self.ran(t, goal, hyps)) is not None), None)

    # numbers

    def witness(self) -> Data | None:
        """What the statement measures on real instances."""
        claim = self.claim
        return None if claim.rel is None else witness(claim.rel, claim.hyps, self.paper, self.settings.instances,
                                                      f"proofcheck verify {claim.id}")

    def worst(self, rel: Rel, hyps: Hyps) -> Data | None:
        """The same for a step, in short."""
        found = witness(rel, hyps, self.paper, self.settings.instances, "")
        return None if found is None else {k: found[k] for k in ("runs", "violations", "worst_slack")}


def counterexample(goal: Rel, hyps: Hyps, settings: Settings, hint: Point | None = None) -> Data | None:
    """A point, certified by the kernel, at which all hypotheses hold and the goal fails."""
    for point in _candidates(goal, hyps, settings, hint):
        try:
            return counterexample_data(hyps, goal, point)
        except NoCounterexample:
            continue
    return None


def _candidates(goal: Rel, hyps: Hyps, settings: Settings, hint: Point | None) -> Iterator[Point]:
    """Points worth the kernel's time, cheap searches first."""
    yield from (p for p in (hint, settings.points.get((goal, hyps))) if p is not None)
    try:
        goal, hyps = plain_relation(goal), tuple(map(plain_relation, hyps))
    except NoCounterexample:
        return
    scalars = tuple(h for h in hyps if is_scalar(h))
    if is_scalar(goal):
        found = refute_scalar(goal, scalars, settings.seed)
        if found is not None:
            yield from _extended(found[0], goal, hyps)
    if not is_scalar(goal) or len(scalars) < len(hyps):
        searched = refute_claim(hyps, goal, settings.seed, settings.examples)
        if searched is not None:
            yield searched.point


def _extended(point: Point, goal: Rel, hyps: Hyps) -> Iterator[Point]:
    """A point for the parameters, completed by constant arrays where hypotheses speak of arrays."""
    yield point
    rest = frozenset(a for h in hyps for a in arrays(h))
    dims = {v.name for h in (goal, *hyps) for v in variables(h) if v.integer} | {p.dim.name for a in rest for p in a.params}
    sizes = {d: Fraction(1) for d in dims}
    sizes |= {d: k for d, k in point.scalars.items() if d in dims and isinstance(k, Fraction)}
    if rest and all(sizes[p.dim.name] <= 4 for a in rest for p in a.params):
        for value in (0, 1):
            yield Point({**sizes, **point.scalars},
                        {a.name: _constant(Fraction(value), [int(sizes[p.dim.name]) for p in a.params]) for a in rest})


def _constant(value: Fraction, shape: list[int]) -> Any:
    return [_constant(value, shape[1:]) for _ in range(shape[0])] if shape else value


def cross(rel: Rel, hyps: Hyps) -> Data:
    """The independent check at fixed sizes of an identity that holds without equations among its hypotheses."""
    found = None if any(h.op == "=" for h in hyps) else crosscheck(rel)
    return {} if found is None else {"crosscheck": found}


def is_scalar(rel: Rel) -> bool:
    """Whether the relation is about real parameters only."""
    return not arrays(rel) and not free_indices(rel)


def relations_of(claim: Claim) -> list[Rel]:
    """Every relation that the record of a claim writes down."""
    found = [*([] if claim.rel is None else [claim.rel]), *claim.hyps]
    for step in claim.steps:
        found += [step.rel, *(g.rel for g in step.given), *([] if step.only is None else [step.only.rel])]
        found += [] if step.citation is None else [step.citation.needs]
    for mutant in claim.mutants:
        found += [mutant.rel, *mutant.drop]
    if claim.repair is not None:
        found += [] if claim.repair.rel is None else [claim.repair.rel]
        found += [g.rel for g in claim.repair.given or ()]
    return found


def plain(value: Any) -> Any:
    """JSON without floats: numbers that carry meaning become text."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)


def _given_data(key: str, given: Iterable[Given]) -> list[Data]:
    return [{"id": f"{key}#given-{k}", "text": to_text(g.rel), "words": g.words, "implicit": g.implicit}
            for k, g in enumerate(given, 1)]


def _members(claim: Claim) -> list[str]:
    """The claims that a statement without a relation of its own consists of."""
    return list(claim.parts or ([claim.same_as] if claim.same_as else [])) if claim.rel is None else []


def _end(value: Fraction | None) -> str | None:
    return None if value is None else str(value)


def _variable(name: str, goal: Rel, hyps: Hyps) -> Var:
    known = {v.name: v for r in (goal, *hyps) for v in variables(r)}
    return known.get(name, Var(name))
