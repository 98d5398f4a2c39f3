"""The rules of inference.  Each is sound by itself; each refuses, with RuleError, where it does not apply.

A rule returns the sequent (hypotheses, conclusion) that follows from its premises and data.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.domain import Rejected, eliminate
from proofcheck.kernel.normal import NotNormalizable, is_zero
from proofcheck.kernel.scalar import check
from proofcheck.kernel.signs import NONNEGATIVE, PLUS, Facts
from proofcheck.kernel.terms import (
    Add,
    Array,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    add,
    alike,
    arrays,
    children,
    clear_binder,
    eq,
    expr,
    free_indices,
    fresh,
    mul,
    place,
    rebuild,
    rename,
    sqrt,
    substitute,
    subterms,
    total,
    unfold,
    variables,
)
from proofcheck.kernel.theorem import RuleError, Sequent, Theorem, rule

Rels = tuple[Rel, ...]
NEGATIVE = frozenset((-1, 0))


def _require(condition: bool, message: str) -> None:
    if not condition:
        raise RuleError(message)


def _gather(premises: tuple[Theorem, ...], hyps: Rels = ()) -> frozenset[Rel]:
    return frozenset(hyps).union(*(p.hyps for p in premises))


def _facts(premises: tuple[Theorem, ...], hyps: Rels = ()) -> Facts:
    return Facts((*sorted(_gather(premises, hyps), key=repr), *(p.concl for p in premises)))


def _defined(facts: Facts, *terms: Expr) -> None:
    for term in terms:
        _require(facts.defined(term), f"not known to be defined: {term}")


def _equal(left: Expr, right: Expr, facts: Facts) -> bool:
    try:
        return is_zero(left - right, facts.positive)
    except NotNormalizable as error:
        raise RuleError(str(error)) from None


@rule
def assume(*, hyp: Rel) -> Sequent:
    """hyp |- hyp; a hypothesis that holds is defined."""
    return frozenset((hyp,)), hyp


@rule
def weaken(premise: Theorem, *, hyps: Rels) -> Sequent:
    """Add hypotheses."""
    return premise.hyps | frozenset(hyps), premise.concl


@rule
def relax(premise: Theorem) -> Sequent:
    """a < b or a = b gives a <= b."""
    return premise.hyps, Rel("<=", premise.concl.lhs, premise.concl.rhs)


@rule
def cut(lemma: Theorem, premise: Theorem) -> Sequent:
    """A proved hypothesis can be dropped."""
    _require(lemma.concl in premise.hyps, f"not a hypothesis: {lemma.concl}")
    return lemma.hyps | (premise.hyps - {lemma.concl}), premise.concl


@rule
def case_split(below: Theorem, above: Theorem, *, term: Expr) -> Sequent:
    """A conclusion that holds for term <= 0 and for 0 <= term, or 0 < term, holds."""
    low = term <= 0
    high = term > 0 if (term > 0) in above.hyps else term >= 0
    _require(not free_indices(term), "the term of a case split may not have free indices")
    _require(low in below.hyps and high in above.hyps, f"the cases must be {low} and {high}")
    _require(below.concl == above.concl, "the two cases conclude different things")
    hyps = (below.hyps - {low}) | (above.hyps - {high})
    _defined(Facts(hyps), term)
    return hyps, below.concl


@rule
def identity(*premises: Theorem, lhs: Expr, rhs: Expr, hyps: Rels = ()) -> Sequent:
    """lhs = rhs, because both have the same normal form over symbolic sizes."""
    facts = _facts(premises, hyps)
    _defined(facts, lhs, rhs)
    _require(_equal(lhs, rhs, facts), f"different normal forms: {lhs} and {rhs}")
    return _gather(premises, hyps), eq(lhs, rhs)


@rule
def sign(*premises: Theorem, term: Expr, hyps: Rels = ()) -> Sequent:
    """0 <= term or 0 < term, by its form and the signs of its parts."""
    facts = _facts(premises, hyps)
    _defined(facts, term)
    found = facts.sign(term)
    _require(found <= NONNEGATIVE, f"the sign of {term} is not known")
    return _gather(premises, hyps), Rel("<" if found == PLUS else "<=", expr(0), term)


@rule
def transitive(first: Theorem, second: Theorem) -> Sequent:
    """a op b and b op c give a op c, with the weaker of equality and the stronger of the inequalities."""
    one, two = first.concl, second.concl
    _require(alike(one.rhs, two.lhs), f"{one.rhs} is not {two.lhs}")
    ops = {one.op, two.op}
    return first.hyps | second.hyps, Rel("<" if "<" in ops else "<=" if "<=" in ops else "=", one.lhs, two.rhs)


@rule
def combine(*premises: Theorem, goal: Rel, factors: tuple[Expr, ...], hyps: Rels = ()) -> Sequent:
    """goal.rhs - goal.lhs is a combination of the premises' differences with nonnegative factors.

    Equalities may have factors of any sign.  A strict goal needs a strict premise with a positive factor.
    """
    _require(len(factors) <= len(premises), "more factors than premises")
    facts = _facts(premises, hyps)
    _defined(facts, goal.lhs, goal.rhs, *factors)
    strict = False
    for premise, factor in zip(premises, factors, strict=False):
        signs = facts.sign(factor)
        _require(premise.concl.op == "=" or signs <= NONNEGATIVE, f"the factor {factor} may be negative")
        _require(goal.op != "=" or premise.concl.op == "=", "an equality follows from equalities only")
        strict = strict or (premise.concl.op == "<" and signs == PLUS)
    _require(goal.op != "<" or strict, "nothing makes the goal strict")
    parts = [mul(f, p.concl.rhs - p.concl.lhs) for p, f in zip(premises, factors, strict=False)]
    _require(_equal(goal.rhs - goal.lhs, add(*parts), facts), "the combination does not give the goal")
    return _gather(premises, hyps), goal


@rule
def monotone(premise: Theorem, *side: Theorem, template: Expr, hole: Var, hyps: Rels = ()) -> Sequent:
    """From a <= b, template(a) <= template(b) or the reverse, whichever way the template is monotone."""
    concl = premise.concl
    facts = _facts((premise, *side), hyps)
    _require(type(hole) is Var, "a hole is a parameter")
    low, high = plug(template, hole, concl.lhs), plug(template, hole, concl.rhs)
    _defined(facts, low, high)
    gathered = _gather((premise, *side), hyps)
    _require(not any(hole in variables(h) for h in gathered), "the hole occurs in a hypothesis")
    if concl.op == "=":
        return gathered, eq(low, high)
    direction = _direction(template, hole, concl, facts)
    return gathered, Rel("<=", low, high) if direction >= 0 else Rel("<=", high, low)


def plug(template: Expr, hole: Var, term: Expr) -> Expr:
    """Put a term into the hole; indices bound by the template capture those of the term on purpose."""
    if template == hole:
        return term
    # what is equal at one point may have different derivatives there
    _require(not isinstance(template, Diff) or hole not in variables(template), "the hole is inside a derivative")
    return rebuild(template, tuple(plug(c, hole, term) for c in children(template)))


def _direction(term: Expr, hole: Var, concl: Rel, facts: Facts) -> int:
    """+1 if the term increases with the hole between the two sides, -1 if it decreases, 0 if it is constant."""
    if term == hole:
        return 1
    _require(not isinstance(term, Entry) or hole not in variables(term), "the hole is inside a definition")
    ways = [_direction(c, hole, concl, facts) for c in children(term)]
    if not any(ways):
        return 0

    def smallest(inner: Expr, way: int) -> Expr:
        return plug(inner, hole, concl.lhs if way > 0 else concl.rhs)

    match term:
        case Add() | Sum() | Peak() | Fn("exp" | "sinh" | "tanh" | "erf" | "Max" | "Min" | "geometric", _):
            return _agree(ways)
        case Fn("erfc", _):
            return -_agree(ways)
        case Fn("log", (x,)) if facts.sign(smallest(x, ways[0])) == PLUS:
            return ways[0]
        case Fn("Abs" | "cosh", (x,)) if facts.sign(smallest(x, ways[0])) <= NONNEGATIVE:
            return ways[0]
        case Mul(args):
            moving = [k for k, way in enumerate(ways) if way]
            _require(len(moving) == 1, f"the hole occurs in several factors of {term}")
            signs = facts.sign(mul(*(a for k, a in enumerate(args) if k != moving[0])))
            _require(signs <= NONNEGATIVE or signs <= NEGATIVE, f"the sign of the other factors of {term} is unknown")
            return ways[moving[0]] if signs <= NONNEGATIVE else -ways[moving[0]]
        case Pow(base, power):
            return _power_direction(facts.sign(smallest(base, ways[0])), power, ways[0])
    raise RuleError(f"not known to be monotone in the hole: {term}")


def _agree(ways: list[int]) -> int:
    found = {way for way in ways if way}
    _require(len(found) == 1, "the hole occurs with both directions")
    return found.pop()


def _power_direction(smallest: frozenset[int], power: Fraction, way: int) -> int:
    odd = power.denominator == 1 and power > 0 and power.numerator % 2 == 1
    _require(odd or smallest == PLUS or (power > 0 and smallest <= NONNEGATIVE), "the base of a power may be negative")
    return way if power >= 0 else -way


@rule
def triangle(*, term: Expr, parts: tuple[Expr, ...] = (), hyps: Rels = ()) -> Sequent:
    """|a + b + ...| <= |a| + |b| + ..., for finite sums (in groups, if ``parts`` says so) and for indexed sums."""
    _defined(_facts((), hyps), term)
    match term:
        case Fn("Abs", (Add() as inner,)) if parts:
            _require(alike(add(*parts), inner), "the parts do not add up to the term")
            return frozenset(hyps), term <= add(*(abs(a) for a in parts))
        case Fn("Abs", (Add(args),)):
            return frozenset(hyps), term <= add(*(abs(a) for a in args))
        case Fn("Abs", (Sum(index, body),)):
            return frozenset(hyps), term <= Sum(index, abs(body))
    raise RuleError(f"not the absolute value of a sum: {term}")


@rule
def abs_product(*, term: Expr, hyps: Rels = ()) -> Sequent:
    """|a b ...| = |a| |b| ..., and |a^k| = |a|^k for integer k."""
    _defined(_facts((), hyps), term)
    match term:
        case Fn("Abs", (Mul(args),)):
            return frozenset(hyps), eq(term, mul(*(abs(a) for a in args)))
        case Fn("Abs", (Pow(base, power),)) if power.denominator == 1:
            return frozenset(hyps), eq(term, Pow(abs(base), power))
    raise RuleError(f"not the absolute value of a product: {term}")


@rule
def below_abs(*, term: Expr, hyps: Rels = ()) -> Sequent:
    """term <= |term|."""
    _defined(_facts((), hyps), term)
    return frozenset(hyps), term <= abs(term)


@rule
def abs_bound(upper: Theorem, lower: Theorem, *, term: Expr) -> Sequent:
    """term <= b and -term <= b give |term| <= b."""
    facts = _facts((upper, lower))
    one, two = upper.concl, lower.concl
    _require(_equal(one.lhs, term, facts) and _equal(two.lhs, -term, facts), "the premises are not about +-term")
    _require(alike(one.rhs, two.rhs), "the premises have different bounds")
    _defined(facts, term)
    return _gather((upper, lower)), abs(term) <= one.rhs


@rule
def cauchy_schwarz(*, index: Index, f: Expr, g: Expr, hyps: Rels = ()) -> Sequent:
    """|sum f g| <= (sum f^2)^(1/2) (sum g^2)^(1/2)."""
    _defined(_facts((), hyps), f, g)
    return frozenset(hyps), abs(Sum(index, f * g)) <= sqrt(Sum(index, f**2)) * sqrt(Sum(index, g**2))


@rule
def hoelder(*, index: Index, f: Expr, g: Expr, hyps: Rels = ()) -> Sequent:
    """|sum f g| <= (max |f|) (sum |g|)."""
    _defined(_facts((), hyps), f, g)
    return frozenset(hyps), abs(Sum(index, f * g)) <= Peak(index, abs(f)) * Sum(index, abs(g))


@rule
def below_peak(*, index: Index, term: Expr, hyps: Rels = ()) -> Sequent:
    """f(r) <= max_r f(r)."""
    _defined(_facts((), hyps), term)
    return frozenset(hyps), term <= Peak(index, term)


@rule
def peak_bound(premise: Theorem, *, index: Index) -> Sequent:
    """f(r) <= c for every r gives max_r f(r) <= c."""
    concl = premise.concl
    _require(index not in free_indices(concl.rhs), "the bound depends on the index")
    return premise.hyps, Rel("<" if concl.op == "<" else "<=", Peak(index, concl.lhs), concl.rhs)


@rule
def mean_value(slope: Theorem, s_low: Theorem, s_high: Theorem, t_low: Theorem, t_high: Theorem, *,
               function: Expr, hole: Var) -> Sequent:
    """|f(s) - f(t)| <= M |s - t| if |f'| <= M between low and high, and s and t lie there.

    slope: low <= hole, hole <= high, ... |- |f'(hole)| <= M; the others: low <= s, s <= high, low <= t, t <= high.
    """
    low, high, s, t = s_low.concl.lhs, s_high.concl.rhs, s_low.concl.rhs, t_low.concl.rhs
    _require(type(hole) is Var and not any(hole in variables(b) for b in _definitions(function)),
             "the hole occurs in a definition")
    # a hypothesis holds for all values of its indices, so bounds with free indices would say too much
    _require(not free_indices(low) and not free_indices(high), "the interval may not depend on an index")
    same = [(s, s_high.concl.lhs), (t, t_high.concl.lhs), (low, t_low.concl.lhs), (high, t_high.concl.rhs)]
    _require(all(alike(a, b) for a, b in same), "the four bounds do not fit together")
    hyps = slope.hyps - {low <= hole, hole <= high}
    side = (s_low, s_high, t_low, t_high)
    _require(not any(hole in variables(h) for h in (*hyps, *_gather(side), low <= high)),
             "the hypotheses and the interval may not depend on the hole")
    facts = Facts((*_gather(side, tuple(hyps)), low <= hole, hole <= high, slope.concl))
    _defined(facts, function)
    try:
        change = derivative(function, hole)
    except NotDifferentiable as error:
        raise RuleError(str(error)) from None
    bound = slope.concl.rhs
    _require(hole not in variables(bound) and slope.concl.op != "=", "the bound on the slope depends on the hole")
    _require(_equal(slope.concl.lhs, abs(change), facts), f"the slope is {change}")
    jump = substitute(function, {hole: s}) - substitute(function, {hole: t})
    return hyps | _gather(side), abs(jump) <= bound * abs(s - t)


@rule
def geometric_series(*premises: Theorem, ratio: Expr, hyps: Rels = ()) -> Sequent:
    """sum_{i >= 0} x^i = 1/(1 - x) for |x| < 1."""
    term = Fn("geometric", (ratio,))
    _defined(_facts(premises, hyps), term)
    return _gather(premises, hyps), eq(term, 1 / (1 - ratio))


@rule
def scalar(*, goal: Rel, hyps: Rels, tree: list[Any], conditions: tuple[tuple[Rel, list[Any]], ...] = ()) -> Sequent:
    """An inequality between scalar terms on the whole domain that the hypotheses describe.

    ``conditions`` are inequalities with trees of their own; they show that the goal is defined.
    """
    _require(not arrays(goal) and not free_indices(goal), "a scalar inequality has no array entries")
    reduced, rest = eliminate(goal, hyps)
    known = rest
    try:
        for condition, why in conditions:
            _defined(Facts(known), condition.lhs, condition.rhs)
            check(condition, rest, why)
            known = (*known, condition)
        _defined(Facts(known), reduced.lhs, reduced.rhs)
        check(goal, hyps, tree)
    except Rejected as error:
        raise RuleError(str(error)) from None
    return frozenset(hyps), goal


@rule
def specialize(premise: Theorem, *, indices: Mapping[Index, Index]) -> Sequent:
    """Rename free indices of the conclusion; it holds for all their values."""
    concl = premise.concl
    return premise.hyps, Rel(concl.op, rename(concl.lhs, indices), rename(concl.rhs, indices))


@rule
def instantiate(premise: Theorem, *side: Theorem, parameter: Var, term: Expr, hyps: Rels = ()) -> Sequent:
    """Put a defined term for a real parameter, in the hypotheses and in the conclusion."""
    _require(not parameter.integer, f"{parameter} is a dimension")
    facts = _facts(side, hyps)
    _defined(facts, term)
    mapping: dict[Expr, Expr] = {parameter: term}
    for rel in (*premise.hyps, premise.concl):
        _require(not any(parameter in variables(b) for b in _definitions(rel.lhs, rel.rhs)),
                 f"{parameter} occurs in a definition")
    apart = [_renamed_apart(h, free_indices(term)) if parameter in variables(h) else h for h in premise.hyps]
    replaced = [Rel(h.op, substitute(h.lhs, mapping), substitute(h.rhs, mapping)) for h in apart]
    concl = premise.concl
    known = _gather(side, hyps)
    return frozenset(replaced) | known, Rel(concl.op, substitute(concl.lhs, mapping), substitute(concl.rhs, mapping))


def _renamed_apart(hyp: Rel, taken: frozenset[Index]) -> Rel:
    """The hypothesis over fresh indices: it holds for all their values, whatever those of a new term are."""
    names: dict[Index, Index] = {}
    for i in sorted(free_indices(hyp), key=lambda i: i.name):
        if i.name in {t.name for t in taken}:
            names[i] = fresh(i, taken | free_indices(hyp) | set(names.values()))
    return Rel(hyp.op, rename(hyp.lhs, names), rename(hyp.rhs, names)) if names else hyp


def _definitions(*terms: Expr) -> list[Expr]:
    """The bodies of all definitions that terms use."""
    return [t.array.body for term in terms for t in subterms(term)
            if isinstance(t, Entry) and t.array.body is not None]


@rule
def instantiate_array(premise: Theorem, *side: Theorem, array: Array, params: tuple[Index, ...], term: Expr,
                      hyps: Rels = ()) -> Sequent:
    """Put a defined term in the indices ``params`` for an array that no definition uses."""
    _require(array.body is None, f"{array.name} is an abbreviation")
    _require(tuple(p.dim for p in params) == tuple(p.dim for p in array.params), "the indices do not fit the array")
    _defined(_facts(side, hyps), term)
    for rel in (*premise.hyps, premise.concl):
        _require(not any(array in arrays(b) for b in _definitions(rel.lhs, rel.rhs)), f"{array.name} occurs in a definition")
    loose = free_indices(term) - set(params)
    apart = [_renamed_apart(h, loose) if array in arrays(h) else h for h in premise.hyps]
    replaced = frozenset(_fill(h, array, params, term) for h in apart)
    return replaced | _gather(side, hyps), _fill(premise.concl, array, params, term)


def _fill(rel: Rel, array: Array, params: tuple[Index, ...], term: Expr) -> Rel:
    def walk(item: Expr) -> Expr:
        if isinstance(item, Entry) and item.array == array:
            return place(term, params, item.indices)
        _require(not isinstance(item, Diff) or array not in arrays(item), f"{array.name} occurs in a derivative")
        if isinstance(item, (Sum, Peak)):
            index, body = clear_binder(item.index, item.body, free_indices(term) - set(params))
            return type(item)(index, walk(body))
        return rebuild(item, tuple(walk(c) for c in children(item)))

    return Rel(rel.op, walk(rel.lhs), walk(rel.rhs))


@rule
def below_max(*, left: Expr, right: Expr, first: bool, hyps: Rels = ()) -> Sequent:
    """left <= Max(left, right), or right <= Max(left, right)."""
    _defined(_facts((), hyps), left, right)
    return frozenset(hyps), (left if first else right) <= Fn("Max", (left, right))


@rule
def max_bound(left: Theorem, right: Theorem) -> Sequent:
    """a <= c and b <= c give Max(a, b) <= c."""
    one, two = left.concl, right.concl
    _require(alike(one.rhs, two.rhs), "the two bounds differ")
    return left.hyps | right.hyps, Fn("Max", (one.lhs, two.lhs)) <= one.rhs


@rule
def restate(premise: Theorem, *, concl: Rel, hyps: Rels) -> Sequent:
    """The same sequent with definitions written out or put back, and perhaps more hypotheses."""
    written = [_written_out(h) for h in hyps]
    for hyp in (_written_out(h) for h in premise.hyps):
        _require(any(_same(hyp, h) for h in written), f"not among the hypotheses: {hyp}")
    _require(_same(_written_out(premise.concl), _written_out(concl)), f"not what the premise says: {concl}")
    return frozenset(hyps), concl


def _written_out(rel: Rel) -> Rel:
    return Rel(rel.op, unfold(rel.lhs), unfold(rel.rhs))


def _same(one: Rel, two: Rel) -> bool:
    return one.op == two.op and alike(one.lhs, two.lhs) and alike(one.rhs, two.rhs)


State = tuple[Array | Var, Array | Var, Expr, Array, Array]


@rule
def induct(*steps: Theorem, invariants: Rels, relations: Rels, state: tuple[State, ...], link: Array, clock: Array,
           earlier: Index, time: Index) -> Sequent:
    """What holds at the start and survives every step holds before every step: induction over time.

    ``state`` lists (old, new, start, before, after): a part of the state before and after one step, its value at the
    start as a term, and two sequences with the index ``time`` behind the others: step t leads from before[t] to after[t].
    The steps prove each invariant at new, from all invariants at old, relations of old and new, and what concerns neither;
    one more premise, from the same hypotheses, is what is concluded of every step t.
    Before step t the state is that of the start or what a step s has led to: link[s, t] is not 0 for an s with
    clock[s] + 1 = clock[t], or else adds up to 0.  So no step comes before itself, and the first one, by the clock, of the
    finitely many steps before which an invariant would fail leads to a contradiction.
    """
    moving = [part for old, new, *_ in state for part in (old, new)]
    series = [link, clock, *(sequence for *_, before, after in state for sequence in (before, after))]
    _require(len(steps) == len(invariants) + 1, "one step for each invariant, and one more for the conclusion")
    outcome = steps[-1].concl
    _require(len({*moving, *series}) == len(moving) + len(series), "an array or parameter occurs twice in the state")
    _require([p.dim for p in (*link.params, *clock.params)] == [time.dim] * 3 and earlier.dim == time.dim,
             "link takes two and clock one index over time")
    _require(all(s.body is None for s in series), "a sequence is an abbreviation")
    for part in state:
        _require_state(part, moving, time)
    told = (*invariants, *relations, outcome)
    beside = _gather(steps) - {*invariants, *relations}
    taken = {i.name for rel in told for i in free_indices(rel)} | {i.name for p in moving for i in _places(p)}
    _require(len({earlier.name, time.name} - taken) == 2, "the indices of time are taken")
    _require(not any(_occurs(p, rel) for p in moving for rel in beside), "a hypothesis beside the relations has the state")
    _require(not any(_occurs(p, b) for p in moving for rel in told for b in _definitions(rel.lhs, rel.rhs)),
             "the state occurs in a definition")
    _require(not any(_occurs(new, rel) for _, new, *_ in state for rel in invariants), "an invariant has the next state")
    for step, invariant in zip(steps[:-1], invariants, strict=True):
        _require(step.concl == _at(invariant, [(old, _entry(new, _places(old))) for old, new, *_ in state]),
                 f"the step does not prove this at the next state: {invariant}")

    def at_time(sequence: Array, part: Array | Var, when: Index) -> Expr:
        return Entry(sequence, (*_places(part), when))

    now = [(old, at_time(before, old, time)) for old, _, _, before, _ in state]
    then = [(new, at_time(after, old, time)) for old, new, _, _, after in state]
    linked = Entry(link, (earlier, time))
    begins = 1 - total(earlier, linked)
    hyps = [_at(rel, [(old, start) for old, _, start, _, _ in state]) for rel in invariants]
    hyps += [_at(rel, now + then) for rel in relations]
    hyps += [eq(linked * (clock[time] - clock[earlier] - 1), 0)]
    hyps += [eq(linked * (at_time(before, old, time) - at_time(after, old, earlier)), 0) for old, *_, before, after in state]
    hyps += [eq(begins * (at_time(before, old, time) - start), 0) for old, _, start, before, _ in state]
    return beside | frozenset(hyps), _at(outcome, now + then)


def _require_state(part: State, moving: list[Array | Var], time: Index) -> None:
    """The parts of a state have one shape, and what stands for the start depends on neither state nor time."""
    old, new, start, before, after = part
    _require(all((type(p) is Array and p.body is None) or (type(p) is Var and not p.integer) for p in (old, new)),
             "a state consists of arrays without definition and of real parameters")
    shape = [i.dim for i in _places(old)]
    _require(type(old) is type(new) and [i.dim for i in _places(new)] == shape, "old and new state have different shapes")
    _require(all([i.dim for i in s.params] == [*shape, time.dim] for s in (before, after)), "a sequence has another shape")
    _require(free_indices(start) <= set(_places(old)), "the start has loose indices")
    _require(not any(_occurs(p, start) for p in moving), "the start depends on the state")


def _places(part: Array | Var) -> tuple[Index, ...]:
    return part.params if isinstance(part, Array) else ()


def _entry(part: Array | Var, places: tuple[Index, ...]) -> Expr:
    return Entry(part, places) if isinstance(part, Array) else part


def _occurs(part: Array | Var, item: Expr | Rel) -> bool:
    return part in arrays(item) if isinstance(part, Array) else part in variables(item)


def _at(rel: Rel, values: list[tuple[Array | Var, Expr]]) -> Rel:
    """The relation with terms for parts of the state, none of which occurs in any of the terms."""
    for part, term in values:
        if isinstance(part, Array):
            rel = _fill(rel, part, part.params, term)
        else:
            rel = Rel(rel.op, substitute(rel.lhs, {part: term}), substitute(rel.rhs, {part: term}))
    return rel
