"""Hypotheses that couple parameters: first they shrink ranges, then new parameters make them part of the box."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from proofcheck.kernel.domain import Domain, is_nonnegative, is_positive, tidy
from proofcheck.kernel.normal import Poly, normal
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Expr, Num, Var, variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.changes import EVAL, Change, End, fresh, seen
from proofcheck.prove.goals import FAILURES, Goal, is_good_factor, mono_term
from proofcheck.prove.search import Search, Settled

MOST = 3  # changes that are tried
ONE = Num(Fraction(1))


@dataclass(frozen=True)
class Bound:
    """var >= bound (or <=, if ``upper``), because |slope|*(var - bound) is the k-th known term."""

    k: int
    var: Var
    bound: Expr
    slope: Expr
    upper: bool
    sharp: bool


def ranges(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Shrink a range; nothing else is tried before that."""
    for bound in _all_bounds(goal):
        smaller = _narrowed(goal, bound)
        if smaller is not None:
            head, inner = smaller
            tree = search.prove(inner, depth)
            yield None if tree is None else [*head, tree]
            raise Settled


def changes(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """Change a parameter so that fewer terms couple it to others."""
    if goal.rewrites > 0:
        for change, inner in _ranked(goal, _all_bounds(goal))[:MOST]:
            tree = search.prove(inner, depth)
            yield None if tree is None else change.node(tree)


def _all_bounds(goal: Goal) -> list[Bound]:
    return [b for k in active(goal) for b in _bounds(goal.domain, k)]


def active(goal: Goal) -> list[int]:
    """The known terms that say more than the box, and speak of the parameters of the goal."""
    names, given = set(variables(goal.term)), goal.domain.given
    while more := {v for h, _ in given if variables(h) & names for v in variables(h)} - names:
        names |= more
    return [k for k, (h, sharp) in enumerate(given) if variables(h) & names and not _by_form(h, sharp, goal.domain)]


def _by_form(term: Expr, sharp: bool, domain: Domain) -> bool:
    return is_positive(term, domain.box) if sharp else is_nonnegative(term, domain.box)


def _bounds(domain: Domain, k: int) -> Iterator[Bound]:
    """What the k-th known term says about each parameter that it is linear in."""
    term, sharp = domain.given[k]
    for var in sorted(variables(term), key=lambda v: v.name):
        try:
            found = _linear(term, var)
            if found is None:
                continue
            slope, rest = found
            for upper, size in ((False, slope), (True, tidy(-slope, domain.box))):
                if is_good_factor(size, domain.box):
                    yield Bound(k, var, tidy((rest if upper else -rest) / size, domain.box), size, upper, sharp)
        except FAILURES:
            continue


def _linear(term: Expr, var: Var) -> tuple[Expr, Expr] | None:
    """(slope, rest) with term = slope*var + rest, both without var; None if there are none."""
    slope: Poly = {}
    rest: Poly = {}
    atom = ("var", var.name)
    for mono, c in normal(term).items():
        exponent = dict(mono).get(atom, 0)
        other = tuple(f for f in mono if f[0] != atom)
        if exponent not in (0, 1) or var in variables(mono_term(other)):
            return None
        (slope if exponent == 1 else rest)[other] = c
    return (_as_term(slope), _as_term(rest)) if slope else None


def _as_term(poly: Poly) -> Expr:
    total: Expr = Num(Fraction(0))
    for mono, c in poly.items():
        total = total + mono_term(mono, c)
    return total


def _narrowed(goal: Goal, bound: Bound) -> tuple[Tree, Goal] | None:
    """The head of the node ``narrow`` and the goal on the smaller box, if the range gets much smaller."""
    whole = goal.box[bound.var]
    low, high = seen(bound.bound, goal.box)
    end = high if bound.upper else low
    old = whole.hi if bound.upper else whole.lo
    if end is None or not whole.lo <= end <= whole.hi or not whole.lo < whole.hi:
        return None
    opened = bound.sharp and end == old and not (whole.hi_open if bound.upper else whole.lo_open)
    better = end != old and (isinstance(old, float) or end == 0) and whole.lo < end < whole.hi
    if not (opened or better):
        return None
    why: Tree = ["use", [[to_text(tidy(ONE / bound.slope, goal.box)), [bound.k], []]], EVAL]
    side = replace(whole, hi=end, hi_open=bound.sharp) if bound.upper else replace(whole, lo=end, lo_open=bound.sharp)
    head: Tree = ["narrow", bound.var.name, "hi" if bound.upper else "lo", str(end), bound.sharp, why]
    return head, goal.on(goal.domain.at(bound.var, side))


def _ranked(goal: Goal, bounds: list[Bound]) -> list[tuple[Change, Goal]]:
    """Changes of parameters with the new goals, the ones that leave the fewest couplings first."""
    before = len(active(goal))
    found = []
    for number, bound in enumerate(bounds):
        for shape, change in enumerate(_changes(goal, bound)):
            try:
                inner = change.applied(goal)
                left = len(active(inner))
            except FAILURES:
                continue
            inner = inner if left < before else replace(inner, rewrites=goal.rewrites - 1)
            found.append((left, shape, len(to_text(inner.term)), number, change, inner))
    return [(change, inner) for *_, change, inner in sorted(found, key=lambda f: f[:4])]


def _changes(goal: Goal, bound: Bound) -> Iterator[Change]:
    """The parameter as a multiple of its bound, if that is positive; as its bound plus or minus something."""
    var, new = bound.var, fresh(bound.var, goal.box)
    if is_good_factor(bound.bound, goal.box) and (not bound.upper or goal.box[var].lo >= 0):
        one = End(Fraction(1), bound.sharp, _by_known(goal, bound, bound.slope * bound.bound))
        low, high = (_zero(goal, bound), one) if bound.upper else (one, End())
        yield Change(var, new, new * bound.bound, var / bound.bound, low, high)
    zero = End(Fraction(0), bound.sharp, _by_known(goal, bound, bound.slope))
    there, back = (bound.bound - new, bound.bound - var) if bound.upper else (bound.bound + new, var - bound.bound)
    yield Change(var, new, there, back, zero).with_visible_ends(goal.box)


def _by_known(goal: Goal, bound: Bound, divisor: Expr) -> Tree:
    """The k-th known term over a positive divisor is what has to be >= 0."""
    return ["use", [[to_text(tidy(ONE / divisor, goal.box)), [bound.k], []]], EVAL]


def _zero(goal: Goal, bound: Bound) -> End:
    """var/bound >= 0, or > 0 if var is positive."""
    if goal.box[bound.var].positive():
        return End(Fraction(0), True, ["scale", to_text(bound.bound / bound.var), [], EVAL])
    return End(Fraction(0), False, ["scale", to_text(bound.bound), [], EVAL])
