"""One question, one answer: is this relation between scalar terms true on this domain?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from proofcheck.evidence import value_text
from proofcheck.explain import explain
from proofcheck.kernel import rules
from proofcheck.kernel.certificate import Certificate, certify
from proofcheck.kernel.domain import box_from
from proofcheck.kernel.intervals import precision
from proofcheck.kernel.point import Evaluator, NoCounterexample, Point, Violation
from proofcheck.kernel.signs import bounds
from proofcheck.kernel.terms import Rel, Var, variables
from proofcheck.kernel.text import Reader, Signature, TextError, to_text
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.moves import MOVES
from proofcheck.prove.remaining import remaining
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved
from proofcheck.prove.void import contradiction
from proofcheck.refute.scalar import POINTS_PER_SECOND, inhabitant, refute_scalar
from proofcheck.wording import pretty

QUICK = 0.08
EFFORTS = {"<=": (1.0,), "=": (1.0,), "<": (0.05, 1.0)}  # a strict claim may fail by equality: look early


class DomainError(ValueError):
    """The hypotheses contradict each other, so anything would follow from them."""


@dataclass(frozen=True)
class Decision:
    """A verdict with what backs it: a theorem, a violating point, or the boxes that are left."""

    verdict: str  # proved | refuted | undecided
    goal: Rel
    hyps: tuple[Rel, ...]
    explanation: str
    assumed: tuple[str, ...] = ()
    theorem: Theorem | None = None
    point: Point | None = None
    violation: Violation | None = None
    boxes: tuple[str, ...] = field(default=())
    tried: str = ""

    @property
    def certificate(self) -> Certificate | None:
        """The proof as plain data, if there is one."""
        return None if self.theorem is None else certify(self.theorem)


def decide(text: str, given: str = "", budget: float = 5.0, dims: frozenset[str] = frozenset(),
           seed: int = 0) -> Decision:
    """Prove or refute a relation such as ``1 + x <= exp(x)``; ``given`` holds hypotheses separated by commas.

    Names in ``dims`` are integers >= 1.  Raises TextError for text that cannot be read and DomainError for
    hypotheses that contradict each other.
    """
    goal, hyps = read(text, given, dims)
    require_consistent(hyps)
    found = decide_relation(goal, hyps, budget, seed)
    if found.verdict != "refuted" and is_coupled(hyps) and inhabitant(hyps, seed) is None:
        if contradiction(hyps) is not None:
            raise DomainError("the hypotheses contradict each other, so that anything would follow from them: "
                              f"{', '.join(pretty(to_text(h)) for h in hyps)}")
        return replace(found, assumed=(*found.assumed, "no point of the domain was found: it may be empty"))
    return found


def read(text: str, given: str = "", dims: frozenset[str] = frozenset()) -> tuple[Rel, tuple[Rel, ...]]:
    """The relation and the hypotheses; raises TextError, also for an integer that does not occur."""
    reader = Reader(Signature(dims=dims))
    goal, hyps = reader.relation(text), reader.relations(given)
    known = {v.name for r in (goal, *hyps) for v in variables(r)}
    strange = sorted(dims - known)
    if strange:
        allowed = ", ".join(sorted(known)) or "none, there are no parameters"
        raise TextError(f"integers {', '.join(strange)}: allowed is a parameter of the relations: {allowed}")
    return goal, hyps


def decide_relation(goal: Rel, hyps: tuple[Rel, ...], budget: float = 5.0, seed: int = 0) -> Decision:
    """The same for a relation that is already a term."""
    assumed = assumptions(goal, hyps)
    found = refute_scalar(goal, hyps, seed, min(QUICK, budget), closed=False)
    reason = ""
    for part in () if found else EFFORTS[goal.op]:
        try:
            theorem = _prove(goal, hyps, part * budget)
            return Decision("proved", goal, hyps, explain(theorem), assumed, theorem=theorem)
        except NotProved as error:
            reason = str(error)
        found = refute_scalar(goal, hyps, seed, part * budget / 2)
        if found is not None:
            break
    if found is not None:
        point, violation = found
        return Decision("refuted", goal, hyps, refutation(goal, point, violation), assumed, point=point,
                        violation=violation)
    tried = (f"{len(MOVES)} kinds of steps for a proof ({', '.join(m.__name__ for m in MOVES)}), about "
             f"{int(budget / 2 * POINTS_PER_SECOND)} points for a counterexample (seed {seed})")
    return Decision("undecided", goal, hyps, f"Neither proved nor refuted: {reason}.", assumed,
                    boxes=remaining(goal, hyps, min(budget, 1.0)) if goal.op != "=" else (), tried=tried)


def refutation(goal: Rel, point: Point, violation: Violation) -> str:
    """What happens at a violating point, in words."""
    where = ", ".join(f"{k} = {pretty(value_text(v))}" for k, v in point.scalars.items()) or "any point"
    if goal.op == "<" and (touch := _touch(violation)):
        return f"At {where} both sides are equal ({touch}), so the strict inequality fails."
    return f"At {where} the left side is {violation.lhs} and the right side is {violation.rhs}."


def _touch(violation: Violation) -> str:
    """The common value of two sides whose difference is not seen by balls, or nothing."""
    tiny = violation.margin == "0" or violation.margin.startswith("[+/-")
    return violation.lhs if tiny else ""


def _prove(goal: Rel, hyps: tuple[Rel, ...], budget: float) -> Theorem:
    if goal.op != "=":
        return prove_scalar(goal, hyps, budget)
    try:
        return rules.identity(lhs=goal.lhs, rhs=goal.rhs, hyps=hyps)
    except (RuleError, ValueError) as error:
        raise NotProved(f"no identity of normal forms ({error})") from None


def assumptions(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[str, ...]:
    """What is taken for granted about parameters that no hypothesis mentions."""
    mentioned: set[Var] = set().union(*(variables(h) for h in hyps))
    loose = sorted(variables(goal) - mentioned, key=lambda v: v.name)
    return tuple(f"{v.name} ranges over all {'integers >= 1' if v.integer else 'reals'}" for v in loose)


def is_coupled(hyps: tuple[Rel, ...]) -> bool:
    """Whether a hypothesis is more than the range of one parameter."""
    return any(variables(h) and not bounds((h,)) for h in hyps)


def require_consistent(hyps: tuple[Rel, ...]) -> None:
    """Raise DomainError if the ranges of a parameter are empty, or a hypothesis about numbers is false."""
    judge = Evaluator(Point())
    for hyp in hyps:
        if not variables(hyp):
            with precision(256):
                try:
                    if judge.holds(hyp, {}) is False:
                        raise DomainError(f"the hypothesis {to_text(hyp)} is false")
                except NoCounterexample as error:
                    raise DomainError(f"the hypothesis {to_text(hyp)} makes no sense: {error}") from None
    for var, r in box_from(hyps, bounds(hyps)).items():
        if r.lo > r.hi or (r.lo == r.hi and (r.lo_open or r.hi_open)):
            low, high = ("<" if is_open else "<=" for is_open in (r.lo_open, r.hi_open))
            raise DomainError(f"the hypotheses leave no value for {var.name}: "
                              f"{r.lo} {low} {var.name} {high} {r.hi} is impossible")
