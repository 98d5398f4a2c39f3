"""The best value of a constant in a claim: a theorem on one side, a certified counterexample on the other.

Let the claim contain the parameter c.  If it gets weaker as c grows (or falls), then it holds from some best value on
(or up to it).  That value is estimated with numbers; then the claim is proved as near to it as the prover
gets, and refuted as near as the refuter gets.  What lies between the two is said, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from math import log10
from time import thread_time

import mpmath

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.domain import Box, Rejected, box_from, eliminate, gap, tidy
from proofcheck.kernel.point import NoCounterexample, Point, Violation, refute
from proofcheck.kernel.terms import Expr, Num, Rel, Var, substitute, variables
from proofcheck.kernel.theorem import Theorem
from proofcheck.prove.closed import DIGITS, closed_forms
from proofcheck.prove.sampling import Place, Value, compiled, decade, evaluate, ladder, simplest
from proofcheck.prove.scalar import prove_scalar, relevant
from proofcheck.prove.search import NotProved
from proofcheck.prove.touching import exact

BITS = 400
STEPS = (15, 12, 9, 6, 4, 3, 2, 1)  # digits to which a side is tried, the most first
GRID = 4000  # points at which the best value is estimated
ROUNDS = 250
HALVINGS = 400
FAR = Fraction(10) ** 12
PATIENCE = 10  # no more values are tried after this many times the budget


@dataclass(frozen=True)
class Failure:
    """A value of the constant for which the claim is false, with the certified point."""

    value: Fraction
    point: Point
    violation: Violation


@dataclass(frozen=True)
class Sharp:
    """What is certified about the best value of the constant."""

    name: str
    rising: bool  # a larger constant makes the claim weaker
    weaker: Theorem  # that this is so
    holds: Fraction | None
    theorem: Theorem | None
    fails: Failure | None
    exact: Expr | None  # a closed form at which the claim is proved as well
    exact_theorem: Theorem | None

    def digits(self) -> int:
        """The digits to which the best value is certified."""
        top = self.holds if self.holds is not None or self.exact is None else near(self.exact)
        if top is None or self.fails is None:
            return 0
        apart, size = abs(top - self.fails.value), max(abs(top), abs(self.fails.value))
        return max(0, int(-log10(float(apart / size)) + 1e-6)) if apart else 0


def sharpen(goal: Rel, hyps: tuple[Rel, ...], name: str, budget: float = 5.0) -> Sharp:
    """Bracket the best value of the parameter ``name``; raises NotProved where nothing can be said."""
    constant = next((v for v in variables(goal) if v.name == name), None)
    if constant is None or constant.integer or goal.op == "=":
        raise NotProved(f"{name} must be a real parameter of an inequality")
    rising, weaker = _direction(goal, hyps, constant, budget)
    problem = _Problem(goal, hyps, constant, rising, budget, thread_time() + PATIENCE * budget)
    best = problem.estimate()
    if best is None or abs(best[0]) > FAR / 100:
        raise NotProved(f"no best value of {name} was found by numbers: the claim may hold for all values, or for none")
    top, place = best
    form, why = problem.exact(top) or (None, None)
    holds, theorem = problem.proved(top, form, why)
    return Sharp(name, rising, weaker, holds, theorem, problem.refuted(top, place), form, why)


def _direction(goal: Rel, hyps: tuple[Rel, ...], constant: Var, budget: float) -> tuple[bool, Theorem]:
    """Whether the gap grows with the constant (True) or falls; raises NotProved."""
    try:
        change = derivative(gap(goal, ())[0], constant)
    except (NotDifferentiable, Rejected, ValueError) as error:
        raise NotProved(f"how the claim depends on {constant.name} is not known: {error}") from None
    slope = tidy(change, box_from(hyps, variables(goal)))
    for rising, claim in ((True, slope >= 0), (False, slope <= 0)):
        try:
            return rising, prove_scalar(claim, hyps, budget / 4)
        except NotProved:
            continue
    raise NotProved(f"the claim is not known to be monotone in {constant.name}")


@dataclass(frozen=True)
class _Problem:
    """One constant in one claim."""

    goal: Rel
    hyps: tuple[Rel, ...]
    constant: Var
    rising: bool
    budget: float
    end: float  # of processor time

    def fixed(self, value: Expr) -> tuple[Rel, tuple[Rel, ...]]:
        """The claim for one value of the constant; hypotheses about the constant alone are left out."""
        put: dict[Expr, Expr] = {self.constant: value}
        goal, *hyps = (Rel(r.op, substitute(r.lhs, put), substitute(r.rhs, put))
                       for r in (self.goal, *(h for h in self.hyps if variables(h) != {self.constant})))
        return goal, tuple(hyps)

    # --- numbers ---------------------------------------------------------------------------------------------------

    def estimate(self) -> tuple[Fraction, Place] | None:
        """About the best value, and a place where it is needed; None if numbers see none."""
        reduced, rest = eliminate(self.goal, relevant(self.goal, self.hyps))
        names = (variables(reduced).union(*(variables(h) for h in rest))) - {self.constant}
        box = box_from(rest, names)
        side = box_from(rest, [self.constant])[self.constant]
        value = compiled(tidy(reduced.rhs - reduced.lhs, {}))
        conditions = [(h.op, compiled(h.rhs - h.lhs)) for h in rest if self.constant not in variables(h)]
        need = _Need(value, self.constant, conditions, box,
                     side.lo if isinstance(side.lo, Fraction) else -FAR, side.hi if isinstance(side.hi, Fraction) else FAR)
        best: tuple[Fraction, Place] | None = None
        for place in _grid(box):
            worse = need.of(place, None if best is None else best[0])
            best = best if worse is None else (worse, place)
        return None if best is None else _climbed(need, best)

    # --- certificates ----------------------------------------------------------------------------------------------

    def exact(self, top: Fraction) -> tuple[Expr, Theorem] | None:
        """A closed form of the best value at which the claim is proved, or None."""
        with mpmath.workdps(DIGITS + 10):
            number = mpmath.mpf(top.numerator) / top.denominator
            forms: list[Expr] = [Num(s) for s in _short(top)] + closed_forms(number)
        for form in list(dict.fromkeys(forms))[:3]:
            theorem = self.theorem(form, 1)
            if theorem is not None:
                return form, theorem
        return None

    def theorem(self, value: Expr, part: float = 1 / 4) -> Theorem | None:
        """The claim for one value of the constant, if it is proved within a part of the budget."""
        goal, hyps = self.fixed(value)
        if thread_time() > self.end:
            return None
        try:
            return prove_scalar(goal, hyps, part * self.budget)
        except NotProved:
            return None

    def proved(self, top: Fraction, form: Expr | None, why: Theorem | None) -> tuple[Fraction | None, Theorem | None]:
        """The rational value nearest to the best one at which the claim is proved; with a closed form only a near one."""
        if isinstance(form, Num):
            return form.value, why
        for digits in STEPS[:1] if form is not None else STEPS:
            value = self._beside(top, digits, 1 if self.rising else -1)
            theorem = self.theorem(Num(value))
            if theorem is not None:
                return value, theorem
        return None, None

    def refuted(self, top: Fraction, place: Place) -> Failure | None:
        """The value nearest to the best one at which the claim is refuted."""
        for digits in STEPS:
            value = self._beside(top, digits, -1 if self.rising else 1)
            failure = self._failure(value, place)
            if failure is not None:
                return self._simplified(failure, place)
        return None

    def _failure(self, value: Fraction, place: Place) -> Failure | None:
        """The certified counterexample at a place, if it is one."""
        goal, hyps = self.fixed(Num(value))
        point = Point({v.name: x for v, x in sorted(place.items(), key=lambda i: i[0].name)})
        for bits in (128, 512, 2048):
            try:
                return Failure(value, point, refute(hyps, goal, point, bits))
            except (NoCounterexample, ValueError, ZeroDivisionError, OverflowError):
                continue
        return None

    def _simplified(self, failure: Failure, place: Place) -> Failure:
        """The same with simpler coordinates."""
        for var in sorted(place, key=lambda v: v.name):
            for digits in range(1, 30):
                x, room = place[var], abs(place[var]) / 10**digits
                near_by = (simplest(x - room, x + room), simplest(x - room, x), simplest(x, x + room))
                found = next((f for y in near_by if (f := self._failure(failure.value, {**place, var: y}))), None)
                if found is not None:
                    failure, place = found, {**place, var: found.point.scalars[var.name]}  # type: ignore[dict-item]
                    break
        return failure

    def _beside(self, top: Fraction, digits: int, way: int) -> Fraction:
        """A decimal within 10**-digits of the best value (both relative to its size), on one side of it."""
        room = abs(top or Fraction(1)) * Fraction(1, 10**digits)
        unit = Fraction(10) ** (decade(room) - 1)
        return round((top + way * room * Fraction(2, 5)) / unit) * unit


def near(term: Expr) -> Fraction | None:
    """A rational very near to a term without parameters."""
    found = evaluate(compiled(term), {}, BITS)
    return None if found is None else exact(found.mid())


def _short(x: Fraction) -> list[Fraction]:
    """A rational with a small denominator that agrees with a number to many digits (a limit is not met exactly)."""
    near = simplest(x - abs(x) / 10**14, x + abs(x) / 10**14)
    return [near] if near.denominator <= 1000 else []


@dataclass(frozen=True)
class _Need:
    """The value of the constant that is needed at one place."""

    value: Value
    constant: Var
    conditions: list[tuple[str, Value]]
    box: Box
    low: Fraction
    high: Fraction

    def of(self, place: Place, best: Fraction | None) -> Fraction | None:
        """Where the gap changes its sign, to many digits; None outside of the domain, or if ``best`` is enough there."""
        for var, x in place.items():
            r = self.box[var]
            if not r.lo <= x <= r.hi or (x == r.lo and r.lo_open) or (x == r.hi and r.hi_open):
                return None
        for op, condition in self.conditions:
            slack = evaluate(condition, place, 128)
            if slack is None or not (slack >= 0 if op == "<=" else slack > 0 if op == "<" else slack.contains(0)):
                return None
        if best is not None and self._sign(place, best) != -1:
            return None
        a, b = self._sign(place, self.low), self._sign(place, self.high)
        if a is None or b is None or a * b >= 0:
            return None
        return self._root(place)

    def _sign(self, place: Place, at: Fraction) -> int | None:
        found = evaluate(self.value, {**place, self.constant: at}, BITS)
        return None if found is None else int(found > 0) - int(found < 0)

    def _root(self, place: Place) -> Fraction:
        """The false position (good where the gap is affine in the constant) and bisection in turns."""
        low, high = self.low, self.high
        down, up = self._height(place, low), self._height(place, high)
        for k in range(HALVINGS):
            if high - low <= max(abs(low), abs(high)) * Fraction(1, 10**60):
                break
            middle = low - down * (high - low) / (up - down) if k % 3 == 0 and up != down else (low + high) / 2
            middle = _rounded(middle)
            here = self._height(place, middle)
            if here == 0:
                return middle
            if (here > 0) == (up > 0):
                high, up = middle, here
            else:
                low, down = middle, here
        return (low + high) / 2

    def _height(self, place: Place, at: Fraction) -> Fraction:
        found = evaluate(self.value, {**place, self.constant: at}, BITS)
        if found is None:
            return Fraction(0)
        return exact(found.mid())


def _rounded(x: Fraction) -> Fraction:
    return Fraction(round(x * 2**300), 2**300)


def _grid(box: Box) -> Iterator[Place]:
    """Sample places, also very near to the ends of ranges and to 0."""
    names = sorted(box, key=lambda v: v.name)
    steps = []
    for var in names:
        side, found = box[var], set(ladder(box[var]))
        anchors = {Fraction(0), *(e for e in (side.lo, side.hi) if isinstance(e, Fraction))}
        scale = side.hi - side.lo if isinstance(side.lo, Fraction) and isinstance(side.hi, Fraction) else Fraction(1)
        found |= {a + way * scale * Fraction(1, 10**k) for a in anchors for k in (1, 2, 4, 8, 9, 10, 20) for way in (1, -1)}
        found |= {scale * k / 16 + anchor for anchor in anchors for k in range(-16, 17)}
        steps.append(sorted(x for x in found if side.lo <= x <= side.hi and not (var.integer and x.denominator != 1)))
    for xs in islice(product(*steps), GRID):
        yield dict(zip(names, xs, strict=True))


def _climbed(need: _Need, best: tuple[Fraction, Place]) -> tuple[Fraction, Place]:
    """Move one coordinate at a time, with shrinking steps, while the needed value gets more extreme."""
    top, place = best
    step = {v: max(abs(x), Fraction(1)) / 16 for v, x in place.items() if not v.integer}
    for _ in range(ROUNDS):
        for var in sorted(step, key=lambda v: v.name):
            moved = False
            for other in (place[var] + step[var], place[var] - step[var]):
                trial = {**place, var: _rounded(other)}
                found = need.of(trial, top)
                if found is not None:
                    top, place, moved = found, trial, True
                    break
            step[var] *= Fraction(3, 2) if moved else Fraction(1, 3)
    return top, place
