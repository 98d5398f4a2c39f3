"""What a paper says, as objects: claims, proof steps, hypotheses, repairs, mutants.

A claim is written down once.  Verdicts, witnesses, counterexamples, pytest items and the ledger are derived from it;
none of these objects carries a verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from proofcheck.kernel.point import Point
from proofcheck.kernel.terms import Rel
from proofcheck.kernel.theorem import Theorem

if TYPE_CHECKING:
    from proofcheck.prove.context import Context

Proof = Callable[["Context"], Theorem]
KINDS = ("definition", "identity", "claim", "fact", "lemma", "part", "step", "theorem", "corollary", "remark",
         "hypothesis", "cited")


class PaperError(ValueError):
    """The paper was written down inconsistently."""


@dataclass(frozen=True)
class Given:
    """A hypothesis.  ``implicit``: the paper uses it without stating it at this claim.

    ``hint``: a point at which to look first for what goes wrong without it; only the kernel says whether it does.
    """

    rel: Rel
    words: str
    implicit: bool = False
    hint: Point | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Citation:
    """A cited claim, and what its hypotheses ask for at the place where it is used."""

    of: str
    needs: Rel
    words: str


@dataclass(frozen=True)
class Step:
    """One printed line of a proof.

    ``by`` follows the paper's reason; ``instead`` is another proof of the same line; ``citation`` is checked
    for its hypotheses.  ``only``: the special case (one index, one time, one size) in which a line holds that fails in
    general; the same proofs are tried there.  ``typo`` describes a slip of notation (a remark, not a verdict); ``note``
    says what was tried if the line stays open.  ``latex``: the line typeset by hand, as for claims.
    """

    id: str
    rel: Rel
    by: Proof | None
    line: int
    why: str
    uses: tuple[str, ...] = ()
    rule: str = ""
    instead: Proof | None = None
    citation: Citation | None = None
    given: tuple[Given, ...] = ()
    only: Given | None = None
    typo: str = ""
    note: str = ""
    boundary: str = ""
    latex: str = ""


@dataclass(frozen=True)
class Repair:
    """A proof that stands where the printed one fails; ``rel`` is None if the statement is kept."""

    id: str
    why: str
    by: Proof
    rel: Rel | None = None
    given: tuple[Given, ...] | None = None
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class Mutant:
    """A changed statement and what the checker must say of it: ``refuted``, or ``proved`` for a strengthening.

    ``hint``: as for claims, a point at which to look for a counterexample first.
    """

    rel: Rel
    expected: str
    words: str
    drop: tuple[Rel, ...] = ()
    by: Proof | None = None
    hint: Point | None = None


@dataclass
class Claim:
    """A statement of the paper with its hypotheses, its printed steps and what follows from them.

    ``by`` concludes the statement (from the steps, where there are any; by default they are chained).
    ``printed`` says whether the paper gives a proof at all.  ``parts``: the statement is the conjunction of these
    claims.  ``hint``: a point at which to look for a counterexample first; only the kernel says whether it is one.
    ``latex``: the statement typeset by hand; a report shows it where it reads back as ``rel``.
    """

    id: str
    kind: str
    line: int
    title: str
    rel: Rel | None = None
    given: tuple[Given, ...] = ()
    scope: str = ""
    by: Proof | None = None
    uses: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    printed: bool = False
    repair: Repair | None = None
    mutants: list[Mutant] = field(default_factory=list)
    note: str = ""
    source: str = ""
    latex: str = ""
    same_as: str = ""
    parts: tuple[str, ...] = ()
    hint: Point | None = None
    evidence: Callable[[], Mapping[str, Any]] | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise PaperError(f"{self.id}: unknown kind {self.kind!r}; allowed: {', '.join(KINDS)}")

    @property
    def hyps(self) -> tuple[Rel, ...]:
        """The hypotheses as relations."""
        return tuple(g.rel for g in self.given)

    def step(self, name: str, rel: Rel, by: Proof | None = None, *, line: int | None = None, why: str = "",
             **more: Any) -> Step:
        """Add the next printed line of the proof; ``name`` is the last part of its id."""
        self.printed = True
        added = Step(f"{self.id}/{name}", rel, by, self.line if line is None else line, why, **more)
        self.steps.append(added)
        return added

    def mutant(self, rel: Rel, expected: str, words: str, drop: Sequence[Rel] = (), by: Proof | None = None,
               hint: Point | None = None) -> None:
        """Add a changed statement with the answer that the checker must give."""
        if expected not in ("refuted", "proved"):
            raise PaperError(f"{self.id}: a mutant is expected to be refuted or proved, not {expected!r}")
        self.mutants.append(Mutant(rel, expected, words, tuple(drop), by, hint))


@dataclass(frozen=True)
class Instance:
    """One real situation in which statements are evaluated: a GD run, or weights perturbed on purpose.

    ``values`` maps the names of dimensions, parameters and arrays to numbers (arrays: NumPy, in the order of indices).
    """

    label: str
    precision: str
    values: Any
    trace: Mapping[str, Any] = field(default_factory=dict, compare=False)  # numbers to show beside the bounds: the loss, ...


@dataclass(frozen=True)
class Checked:
    """left <= right on one run, with balls: ``holds`` is True or False where they prove it, None where they overlap."""

    id: str
    words: str
    left: Any
    right: Any
    holds: bool | None


@dataclass(frozen=True)
class CertifiedStep:
    """One step of a run in balls: what was measured, and what is claimed of it."""

    label: str
    numbers: Mapping[str, Any]
    checks: Sequence[Checked]


@dataclass(frozen=True)
class Certified:
    """A run in balls inside the hypotheses of a theorem: facts about it in words, the hypotheses, and its steps."""

    facts: Mapping[str, str]
    hypotheses: Sequence[Checked]
    steps: Iterator[CertifiedStep]
    length: int


Options = Mapping[str, Any]


@dataclass(frozen=True)
class Running:
    """A run that can be stopped after any step: at most ``length`` steps.

    ``certificate`` tells, as plain data, what was certified so far: ``run`` with ``conclusions``, each with its counts, and
    in words what it ``says``.
    """

    steps: Iterator[Any]
    length: int
    certificate: Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Attempt:
    """A run that a user wants a certificate for: facts in words, the hypotheses of the theorem, and the run if all hold.

    Else ``advice`` tells why, and what would do.
    """

    facts: Mapping[str, str]
    hypotheses: Sequence[Checked]
    advice: Sequence[str] = ()
    running: Running | None = None


@dataclass(frozen=True)
class Certifying:
    """How a paper's package certifies runs.

    ``theorem``: the id of the claim that carries a certified start on for ever. ``attempt`` takes the options of the command
    line (ValueError for bad ones). ``problems`` looks at a certificate again with other means, one line for each thing that
    does not hold; it calls back with (done, of). ``table`` has runs in the regime by name; each makes a row of texts.
    """

    theorem: str
    attempt: Callable[[Options], Attempt]
    problems: Callable[[Mapping[str, Any], Callable[[int, int], None]], list[str]]
    table: Mapping[str, Callable[[], Mapping[str, str]]]


@dataclass(frozen=True)
class Sweep:
    """A grid of runs that a paper's package can measure; runs and rows are plain data, so that they travel.

    ``grid`` gives the parameters of every run, in the order of the table, from the entries of a SPEC (ValueError for bad
    ones). ``measure`` makes one run: its row begins with the parameters and has a ``status`` ("ok" or another word) and
    a ``reason``; equal parameters give equal rows. ``columns`` are the types of the row: int, float or str.
    """

    grid: Callable[[Mapping[str, Any]], list[dict[str, Any]]]
    measure: Callable[[Mapping[str, Any]], dict[str, Any]]
    columns: Mapping[str, type]


@dataclass(frozen=True)
class Curve:
    """Numbers to draw.  ``claim``: the id of a claim that the curve comes from, which is told with its verdict."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    claim: str = ""


@dataclass(frozen=True)
class Picture:
    """Curves with their axes; ``log``: which axes are logarithmic, some of the letters x and y."""

    name: str
    caption: str
    x: str
    y: str
    curves: Sequence[Curve]
    log: str = ""


@dataclass(frozen=True)
class Reporting:
    """What a paper's package adds to the report that is made of its ledger.

    ``notation``: how the paper writes some names, as LaTeX (#1, #2, ... for the indices where they go inside).
    ``results``: the ids of its main results.  ``pictures``: makes more of them, from seeded runs.  ``run``: the options
    of ``Paper.gd`` for the run along which every bound is measured.
    """

    notation: Mapping[str, str] = field(default_factory=dict)
    results: Sequence[str] = ()
    pictures: Callable[[], Iterator[Picture]] | None = None
    run: Mapping[str, Any] | None = None


class Paper:
    """All claims of a paper, in its order.

    ``instances`` makes what statements are witnessed on.  From the options of the command line, ``gd`` makes one real
    run, state by state, and ``regime`` one in balls inside a theorem's hypotheses; ``stored`` reads the options of a run
    that was stored in a folder.  ``sweep`` makes many runs and measures each in one row.  ``reporting`` is for the report.
    ``certifying`` writes and checks certificates of runs.
    """

    def __init__(self, name: str, title: str, source: str,
                 instances: Callable[[str], Iterator[Instance]] | None = None,
                 gd: Callable[[Options], Iterator[Instance]] | None = None,
                 regime: Callable[[Options], Certified] | None = None,
                 stored: Callable[[str], Options] | None = None, sweep: Sweep | None = None,
                 reporting: Reporting | None = None, certifying: Certifying | None = None) -> None:
        self.name, self.title, self.source = name, title, source
        self.instances = instances
        self.gd, self.regime, self.stored, self.sweep = gd, regime, stored, sweep
        self.reporting = reporting or Reporting()
        self.certifying = certifying
        self._claims: dict[str, Claim] = {}

    def add(self, *claims: Claim) -> None:
        """Add claims; raises PaperError for a repeated id."""
        for claim in claims:
            for key in (claim.id, *(s.id for s in claim.steps)):
                if key in self._claims:
                    raise PaperError(f"{key} is claimed twice")
            self._claims[claim.id] = claim

    def __iter__(self) -> Iterator[Claim]:
        return iter(self._claims.values())

    def __contains__(self, key: str) -> bool:
        return key in self._claims

    def __getitem__(self, key: str) -> Claim:
        if key not in self._claims:
            raise PaperError(f"no claim {key!r} in {self.name}")
        return self._claims[key]

    def check_graph(self) -> None:
        """Raise PaperError for a use of an unknown claim or a circle of uses."""
        state: dict[str, int] = {}

        def visit(key: str, path: tuple[str, ...]) -> None:
            if state.get(key) == 1:
                raise PaperError(f"circular: {' -> '.join((*path, key))}")
            if state.get(key) == 2:
                return
            state[key] = 1
            for used in uses_of(self[key]):
                visit(used, (*path, key))
            state[key] = 2

        for claim in self:
            visit(claim.id, ())


def uses_of(claim: Claim) -> tuple[str, ...]:
    """Every claim that this one uses, in its statement, its steps or its repair."""
    found = list(claim.uses)
    for step in claim.steps:
        found += step.uses
        if step.citation is not None:
            found.append(step.citation.of)
    if claim.repair is not None:
        found += claim.repair.uses
    if claim.same_as:
        found.append(claim.same_as)
    found += claim.parts
    return tuple(dict.fromkeys(u for u in found if u != claim.id))
