"""What a proof can see: the goal, the hypotheses, the theorems of the claims it uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from proofcheck.claims import Claim, Paper, Proof
from proofcheck.kernel import rules
from proofcheck.kernel.terms import Array, Expr, Index, Rel, Var, expr
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.bound import Bounder
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved


class Unproved(NotProved):
    """A claim that was to be used has no proof (yet)."""


class Prover:
    """Proves the claims of a paper on demand and remembers the theorems."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self.known: dict[str, Theorem | None] = {}
        self.running: list[str] = []
        self.used: dict[str, set[str]] = {}

    def note(self, key: str) -> None:
        """Remember that the claim whose proof is running uses this claim."""
        if self.running:
            self.used.setdefault(self.running[-1], set()).add(key)

    def theorem(self, key: str) -> Theorem:
        """The theorem of a claim, by its printed proof or else by its repair; raises Unproved."""
        self.note(key)
        if key not in self.known:
            self.known[key] = None  # a circular use finds the claim unproved
            with self.inside(key):
                self.known[key] = self._prove(self.paper[key])
        found = self.known[key]
        if found is None:
            raise Unproved(f"{key} is not proved", [])
        return found

    def _prove(self, claim: Claim) -> Theorem | None:
        if claim.same_as:
            return self.theorem(claim.same_as)
        if claim.rel is None:
            return None
        repair = claim.repair.by if claim.repair and claim.repair.rel is None else None
        return self._first(claim.rel, claim.hyps, self.printed(claim), repair)

    def _first(self, goal: Rel, hyps: tuple[Rel, ...], *proofs: Proof | None) -> Theorem | None:
        """The theorem of the first proof that works."""
        for proof in proofs:
            if proof is not None:
                try:
                    return self.run(proof, goal, hyps)
                except (NotProved, RuleError):
                    continue
        return None

    @contextmanager
    def inside(self, key: str) -> Iterator[None]:
        """While this claim's proof runs."""
        self.running.append(key)
        try:
            yield
        finally:
            self.running.pop()

    def printed(self, claim: Claim) -> Proof | None:
        """The proof that the claim itself gives: its own, or the chain of its steps."""
        if claim.by is not None:
            return claim.by
        return (lambda c: c.chain(*(c.step(s.id) for s in claim.steps))) if claim.steps else None

    def run(self, proof: Proof, goal: Rel, hyps: tuple[Rel, ...]) -> Theorem:
        """Run a proof and insist that it proves this very goal from these hypotheses."""
        theorem = proof(Context(goal, hyps, self))
        if theorem.concl != goal:
            theorem = rules.combine(theorem, goal=goal, factors=(expr(1),), hyps=hyps)
        extra = theorem.hyps - frozenset(hyps)
        if extra:
            raise NotProved(f"the proof also uses {', '.join(sorted(map(repr, extra)))}", [])
        return rules.weaken(theorem, hyps=hyps) if theorem.hyps != frozenset(hyps) else theorem

    def step(self, key: str) -> Theorem:
        """The theorem of one printed step, by the paper's reason or by another one."""
        if key not in self.known:
            claim = self.paper[key.rsplit("/", 1)[0]]
            step = next(s for s in claim.steps if s.id == key)
            hyps = (*claim.hyps, *(g.rel for g in step.given))
            self.known[key] = None
            with self.inside(claim.id):
                self.known[key] = self._first(step.rel, hyps, step.by, step.instead)
        found = self.known[key]
        if found is None:
            raise Unproved(f"step {key} is not proved", [])
        return found


@dataclass
class Context:
    """The surroundings of one proof; its methods are the tactics that proofs are written in."""

    goal: Rel
    hyps: tuple[Rel, ...]
    prover: Prover

    def theorem(self, key: str) -> Theorem:
        """The theorem of a claim that this proof uses."""
        return self.prover.theorem(key)

    def step(self, key: str) -> Theorem:
        """The theorem of a printed step."""
        return self.prover.step(key)

    def given(self, rel: Rel) -> Theorem:
        """One of the hypotheses."""
        if rel not in self.hyps:
            raise NotProved(f"{rel} is not a hypothesis here", [])
        return rules.assume(hyp=rel)

    def identity(self, lhs: Expr | None = None, rhs: Expr | None = None) -> Theorem:
        """lhs = rhs (by default the two sides of the goal) by normal forms."""
        left, right = self.goal.lhs if lhs is None else lhs, self.goal.rhs if rhs is None else rhs
        theorem = Bounder(self.hyps).identity(left, right)
        return rules.relax(theorem) if lhs is None and self.goal.op == "<=" else theorem

    def scalar(self, goal: Rel | None = None, given: tuple[Rel, ...] = ()) -> Theorem:
        """A scalar inequality on the whole domain of the hypotheses."""
        return prove_scalar(self.goal if goal is None else goal, (*self.hyps, *given))

    def bound(self, goal: Rel | None = None, *premises: Theorem, given: tuple[Rel, ...] = ()) -> Theorem:
        """Put the premises' and the hypotheses' bounds in for parts of the goal's left side."""
        return Bounder((*self.hyps, *given), premises).prove(self.goal if goal is None else goal)

    def chain(self, *theorems: Theorem) -> Theorem:
        """a op b, b op c, ... give a op z."""
        found = theorems[0]
        for t in theorems[1:]:
            found = rules.transitive(found, t)
        return rules.relax(found) if self.goal.op == "<=" and found.concl.op != "<=" else found

    def at(self, theorem: Theorem, indices: Mapping[Index, Index] | None = None,
           values: Mapping[Var, Expr] | None = None, *, arrays: Mapping[Array, tuple[tuple[Index, ...], Expr]] | None = None,
           discharge: tuple[Theorem, ...] = ()) -> Theorem:
        """A theorem at chosen indices, parameters and arrays, its new hypotheses discharged where they are proved."""
        if indices:
            theorem = rules.specialize(theorem, indices=dict(indices))
        for array, (params, term) in (arrays or {}).items():
            theorem = rules.instantiate_array(theorem, array=array, params=params, term=term, hyps=self.hyps)
        for var, term in (values or {}).items():
            theorem = rules.instantiate(theorem, parameter=var, term=term, hyps=self.hyps)
        for lemma in discharge:
            if lemma.concl in theorem.hyps:
                theorem = rules.cut(lemma, theorem)
        return theorem


def by_identity(c: Context) -> Theorem:
    """Both sides have the same normal form for all sizes."""
    return c.identity()


def by_scalar(c: Context) -> Theorem:
    """A scalar inequality over the whole stated domain."""
    return c.scalar()


def by_bounds(*keys: str) -> Proof:
    """Known bounds of the parts, from these claims and the hypotheses."""
    return lambda c: c.bound(None, *(c.theorem(k) for k in keys))
