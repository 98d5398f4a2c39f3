"""Bounds a term by putting known bounds in for its parts, wherever the term is monotone in them.

This is how papers bound things.  The search walks down the term, asks the premises for a bound of each
part, and lets the kernel's rules ``monotone``, ``triangle`` and ``transitive`` put the pieces together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from proofcheck.kernel import rules
from proofcheck.kernel.normal import NotNormalizable, normal, to_term
from proofcheck.kernel.signs import NONNEGATIVE, Facts, match
from proofcheck.kernel.terms import (
    Add,
    Entry,
    Expr,
    Fn,
    Mul,
    Num,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    add,
    alike,
    arrays,
    children,
    eq,
    expand,
    expr,
    free_indices,
    mul,
    rebuild,
)
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.scalar import prove_scalar
from proofcheck.prove.search import NotProved

HOLE = Var("_hole")
NEGATIVE = frozenset((-1, 0))
DEPTH = 30


class Bounder:
    """Finds upper and lower bounds of terms from premises, under hypotheses."""

    def __init__(self, hyps: Sequence[Rel], premises: Iterable[Theorem] = ()) -> None:
        self.hyps = tuple(hyps)
        self.premises = [*premises, *(rules.assume(hyp=h) for h in self.hyps)]
        self.facts = Facts((*self.hyps, *(p.concl for p in self.premises)))

    def prove(self, goal: Rel) -> Theorem:
        """A theorem with this conclusion; raises NotProved with what was reached."""
        if goal.op == "=":
            return self.identity(goal.lhs, goal.rhs)
        common = self._cancel(goal)
        if common is not None:
            return common
        upper = self.bound(goal.lhs, 1, DEPTH)
        high = upper.concl.rhs if upper else goal.lhs
        lower = self.bound(goal.rhs, -1, DEPTH)
        for low_thm in (None, lower) if lower else (None,):
            low = low_thm.concl.lhs if low_thm else goal.rhs
            middle = self.close(high, low, goal.op)
            if middle is not None:
                return _joined([upper, middle, low_thm], goal)
        raise NotProved(f"{goal.lhs} <= {high} is known, but not {high} <= {goal.rhs}", [])

    def _cancel(self, goal: Rel) -> Theorem | None:
        """Prove the goal without the factors or terms that both sides share, then put them back."""
        left, right = goal.lhs, goal.rhs
        if type(left) is not type(right) or not isinstance(left, (Add, Mul)) or goal.op != "<=":
            return None
        shared = list((Counter(left.args) & Counter(children(right))).elements())
        if not shared:
            return None
        build = mul if isinstance(left, Mul) else add
        low, high = (build(*(Counter(children(t)) - Counter(shared)).elements()) for t in (left, right))
        template = build(*shared, HOLE)
        try:
            inner = self.prove(low <= high)
            lifted = rules.monotone(inner, template=template, hole=HOLE, hyps=self.hyps)
            return rules.combine(lifted, goal=goal, factors=(expr(1),), hyps=self.hyps)
        except (NotProved, RuleError):
            return None

    def identity(self, lhs: Expr, rhs: Expr) -> Theorem:
        """lhs = rhs by normal forms."""
        try:
            return rules.identity(lhs=lhs, rhs=rhs, hyps=self.hyps)
        except RuleError as error:
            raise NotProved(str(error), []) from None

    def close(self, high: Expr, low: Expr, op: str) -> Theorem | None:
        """high op low, by identity or as a scalar inequality."""
        if op == "<=":
            try:
                return rules.identity(lhs=high, rhs=low, hyps=self.hyps)
            except RuleError:
                pass
        try:
            return self._scalar(high, low, op)
        except (NotProved, RuleError, NotNormalizable):
            return None

    def _scalar(self, high: Expr, low: Expr, op: str) -> Theorem | None:
        """Both sides are first brought to a form without sums."""
        plain = [self._plain(t) for t in (high, low)]
        if any(t is None for t in plain):
            return None
        first, last = (t for t in plain if t is not None)
        middle = prove_scalar(Rel(op, first, last), self.hyps)
        parts = [rules.identity(lhs=high, rhs=first, hyps=self.hyps), middle,
                 rules.identity(lhs=last, rhs=low, hyps=self.hyps)]
        return _joined(list(parts), Rel(op, high, low))

    def _plain(self, term: Expr) -> Expr | None:
        if arrays(term):
            return None
        if not free_indices(term) and not any(isinstance(t, (Sum, Peak)) for t in _walk(term)):
            return term
        return to_term(normal(term, self.facts.positive))

    def bound(self, term: Expr, way: int, depth: int) -> Theorem | None:
        """term <= u (way 1) or l <= term (way -1); None if nothing better than the term itself is known."""
        if depth == 0 or not (arrays(term) or free_indices(term)):
            return None
        known = self._premise(term, way)
        if known is not None:
            reached = _far(known, way)
            return _linked(known, self.bound(reached, way, depth - 1), way)
        return self._structure(term, way, depth) or self._through_abs(term, way, depth)

    def _through_abs(self, term: Expr, way: int, depth: int) -> Theorem | None:
        """A premise |t| <= b gives -b <= t <= b."""
        if isinstance(term, Fn) and term.name == "Abs":
            return None
        known = self._premise(abs(term), 1)
        if known is None:
            return None
        if way > 0:
            first = rules.transitive(rules.below_abs(term=term, hyps=self.hyps), known)
        else:
            flipped = rules.below_abs(term=-term, hyps=self.hyps)
            first = rules.combine(flipped, known, goal=-known.concl.rhs <= term, factors=(expr(1), expr(1)),
                                  hyps=self.hyps)
        return _linked(first, self.bound(_far(first, way), way, depth - 1), way)

    def _premise(self, term: Expr, way: int) -> Theorem | None:
        """A premise about this very term, up to the names of indices, or up to its normal form."""
        for premise in self.premises:
            concl = premise.concl
            pattern = concl.lhs if way > 0 else concl.rhs
            found = None if isinstance(pattern, Num) else match(pattern, term)
            if found is not None:
                special = rules.specialize(premise, indices=found) if found else premise
                return special if concl.op == "=" or alike(_near(special, way), term) else None
        if isinstance(term, Fn) and term.name == "Abs":
            return self._reversed(term, way)
        return None

    def _reversed(self, term: Fn, way: int) -> Theorem | None:
        """A premise about |t| serves for |-t|, too."""
        for premise in self.premises:
            pattern = premise.concl.lhs if way > 0 else premise.concl.rhs
            if not (isinstance(pattern, Fn) and pattern.name == "Abs" and isinstance(pattern.args[0], Add)):
                continue
            inner = pattern.args[0]
            for flipped in (abs(_minus(inner)), abs(_reordered(inner))):
                found = match(flipped, term)
                if found is None:
                    continue
                special = rules.specialize(premise, indices=found)
                near = _near(special, way)
                same = rules.identity(lhs=term, rhs=near, hyps=self.hyps) if way > 0 else rules.identity(
                    lhs=near, rhs=term, hyps=self.hyps)
                return _linked(same, special, way)
        return None

    def _structure(self, term: Expr, way: int, depth: int) -> Theorem | None:
        match term:
            case Entry(array, _) if array.body is not None:
                return self._via(term, expand(term), way, depth)
            case Fn("Abs", (inner,)):
                return self._absolute(term, inner, way, depth)
            case Add() | Sum() | Peak() | Fn() | Pow() | Mul():
                return self._parts(term, way, depth)
        return None

    def _via(self, term: Expr, other: Expr, way: int, depth: int) -> Theorem | None:
        """Go on with an equal term."""
        rest = self.bound(other, way, depth - 1)
        if rest is None:
            return None
        same = rules.identity(lhs=term, rhs=other, hyps=self.hyps) if way > 0 else rules.identity(
            lhs=other, rhs=term, hyps=self.hyps)
        return _linked(same, rest, way)

    def _absolute(self, term: Expr, inner: Expr, way: int, depth: int) -> Theorem | None:
        sign = self.facts.sign(inner)
        if sign <= NONNEGATIVE:
            return self._via(term, inner, way, depth) or self._equal(term, inner, way)
        if sign <= NEGATIVE:
            return self._via(term, -inner, way, depth)
        if isinstance(inner, Mul) or (isinstance(inner, Pow) and inner.power.denominator == 1):
            return self._factored(term, way, depth)
        if way > 0 and isinstance(inner, (Add, Sum)):
            first = rules.triangle(term=term, hyps=self.hyps)
            return _linked(first, self.bound(first.concl.rhs, way, depth - 1), way)
        return None

    def _equal(self, term: Expr, other: Expr, way: int) -> Theorem:
        return rules.identity(lhs=term, rhs=other, hyps=self.hyps) if way > 0 else rules.identity(
            lhs=other, rhs=term, hyps=self.hyps)

    def _factored(self, term: Expr, way: int, depth: int) -> Theorem | None:
        """|a b| = |a| |b|, then bound the factors."""
        same = rules.abs_product(term=term, hyps=self.hyps)
        rest = self.bound(same.concl.rhs, way, depth - 1)
        if rest is None:
            return None
        if way < 0:
            same = rules.combine(same, goal=eq(same.concl.rhs, term), factors=(expr(-1),), hyps=self.hyps)
        return _linked(same, rest, way)

    def _parts(self, term: Expr, way: int, depth: int) -> Theorem | None:
        """Bound one child after the other."""
        found: Theorem | None = None
        done: list[Expr] = []
        rest = list(children(term))
        while rest:
            child = rest.pop(0)
            template = rebuild(term, (*done, HOLE, *rest))
            lifted = self._lift(child, template, self._turn(term, done, rest), way, depth)
            if lifted is not None:
                found = _linked(found, lifted[0], way)
                child = lifted[1]
            done += child.args if isinstance(child, (Add, Mul)) and type(child) is type(term) else (child,)
        return found

    def _lift(self, child: Expr, template: Expr, turn: int, way: int, depth: int) -> tuple[Theorem, Expr] | None:
        """A bound of one child, put into the whole term; None if there is none or the kernel refuses."""
        inner = self.bound(child, way * turn, depth - 1) if turn else None
        if inner is None:
            return None
        try:
            lifted = rules.monotone(inner, template=template, hole=HOLE, hyps=self.hyps)
        except RuleError:
            return None
        fits = alike(_near(lifted, way), rules.plug(template, HOLE, child))
        return (lifted, _far(inner, way * turn)) if fits else None

    def _turn(self, term: Expr, done: list[Expr], rest: list[Expr]) -> int:
        """+1 if the term increases with the child between the two lists, -1 if it decreases, 0 if that is open."""
        match term:
            case Add() | Sum() | Peak():
                return 1
            case Fn("exp" | "log" | "sinh" | "tanh" | "erf" | "Max" | "Min" | "geometric", _):
                return 1
            case Fn("erfc", _):
                return -1
            case Pow(_, power):
                return 1 if power > 0 else -1
            case Mul():
                sign = self.facts.sign(mul(*done, *rest))
                return 1 if sign <= NONNEGATIVE else -1 if sign <= NEGATIVE else 0
        return 0


def _walk(term: Expr) -> Iterable[Expr]:
    yield term
    for c in children(term):
        yield from _walk(c)


def _minus(term: Add) -> Expr:
    return add(*(Num(-a.value) if isinstance(a, Num) else -a if not _negated(a) else _positive(a)
                 for a in term.args))


def _reordered(term: Add) -> Expr:
    """b - a for a - b."""
    flipped = _minus(term)
    return add(*reversed(flipped.args)) if isinstance(flipped, Add) else flipped


def _negated(term: Expr) -> bool:
    return isinstance(term, Mul) and term.args[0] == Num(Fraction(-1))


def _positive(term: Expr) -> Expr:
    return mul(*term.args[1:]) if isinstance(term, Mul) else term


def _near(theorem: Theorem, way: int) -> Expr:
    return theorem.concl.lhs if way > 0 else theorem.concl.rhs


def _far(theorem: Theorem, way: int) -> Expr:
    return theorem.concl.rhs if way > 0 else theorem.concl.lhs


def _linked(first: Theorem | None, then: Theorem | None, way: int) -> Theorem:
    """term <= u and u <= u' (way 1), or l' <= l and l <= term (way -1)."""
    if first is None or then is None:
        found = first or then
        if found is None:
            raise NotProved("nothing to link", [])
        return found
    return rules.transitive(first, then) if way > 0 else rules.transitive(then, first)


def _joined(parts: list[Theorem | None], goal: Rel) -> Theorem:
    """Chain the parts; an equality at the end counts as <=."""
    present = [p for p in parts if p is not None]
    theorem = present[0]
    for p in present[1:]:
        theorem = rules.transitive(theorem, p)
    return rules.relax(theorem) if goal.op == "<=" and theorem.concl.op != "<=" else theorem
