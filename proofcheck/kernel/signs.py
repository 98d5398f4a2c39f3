"""What the hypotheses say about the sign of a term, and whether the term is defined.

A sign is a set of possibilities, a subset of {-1, 0, 1}.  The analysis is structural (a sum of positive terms
is positive), looks terms up among the facts, and evaluates scalar terms over the box that the facts describe.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf

from proofcheck.kernel.intervals import Interval, Undefined, enclose, precision
from proofcheck.kernel.normal import NotNormalizable, Poly, normal
from proofcheck.kernel.terms import (
    Add,
    Const,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    arrays,
    children,
    subterms,
    unfold,
    variables,
)

Sign = frozenset[int]
ANY, PLUS, NONNEGATIVE = frozenset((-1, 0, 1)), frozenset((1,)), frozenset((0, 1))
BITS = 64


def bounds(facts: Iterable[Rel]) -> dict[Var, tuple[Fraction | None, Fraction | None, bool, bool]]:
    """For each parameter the rational bounds that single facts state: (low, high, low strict, high strict)."""
    found: dict[Var, tuple[Fraction | None, Fraction | None, bool, bool]] = {}

    def tighten(var: Var, low: Fraction | None, high: Fraction | None, strict: bool) -> None:
        lo, hi, lo_strict, hi_strict = found.get(var, (None, None, False, False))
        if low is not None and (lo is None or (low, strict) > (lo, lo_strict)):
            lo, lo_strict = low, strict
        if high is not None and (hi is None or (-high, strict) > (-hi, hi_strict)):
            hi, hi_strict = high, strict
        found[var] = (lo, hi, lo_strict, hi_strict)

    for fact in facts:
        strict = fact.op == "<"
        match fact.lhs, fact.rhs:
            case Num(value), Var() as var:
                tighten(var, value, value if fact.op == "=" else None, strict)
            case Var() as var, Num(value):
                tighten(var, value if fact.op == "=" else None, value, strict)
            case Fn("Abs", (Var() as var,)), Num(value) if fact.op != "=":
                tighten(var, -value, value, strict)
    return found


def box_of(facts: Iterable[Rel], names: Iterable[Var]) -> dict[Var, Interval]:
    """The closed box that the facts put the parameters in; dimensions start at 1."""
    known = bounds(facts)
    box = {}
    for var in names:
        low, high, _, _ = known.get(var, (None, None, False, False))
        if var.integer:
            low = max(low, Fraction(1)) if low is not None else Fraction(1)
        lo = -inf if low is None else Interval.point(low).lo
        box[var] = Interval(lo, inf if high is None else Interval.point(high).hi)
    return box


def match(pattern: Expr, term: Expr) -> dict[Index, Index] | None:
    """A renaming of the pattern's free indices that gives the term, or None."""
    return _match(pattern, term, {}, ())


def _match(pattern: Expr, term: Expr, found: dict[Index, Index], bound: tuple[tuple[Index, Index], ...]
           ) -> dict[Index, Index] | None:
    if type(pattern) is not type(term):
        return None
    match pattern, term:
        case (Sum(i, a), Sum(j, b)) | (Peak(i, a), Peak(j, b)):
            return _match(a, b, found, ((i, j), *bound)) if i.dim == j.dim else None
        case Entry(a, p), Entry(b, q):
            return _match_indices(p, q, found, bound) if a == b else None
        case Delta(a, b), Delta(c, d):
            return _match_indices((a, b), (c, d), found, bound)
        case (Num() | Const() | Var()), _:
            return found if pattern == term else None
        case Pow(_, p), Pow(_, q) if p != q:
            return None
        case Fn(f, _), Fn(g, _) if f != g:
            return None
    mine, theirs = children(pattern), children(term)
    if len(mine) != len(theirs):
        return None
    result: dict[Index, Index] | None = found
    for a, b in zip(mine, theirs, strict=True):
        if result is None:
            return None
        result = _match(a, b, result, bound)
    return result


def _match_indices(p: tuple[Index, ...], q: tuple[Index, ...], found: dict[Index, Index],
                   bound: tuple[tuple[Index, Index], ...]) -> dict[Index, Index] | None:
    result = dict(found)
    for i, j in zip(p, q, strict=True):
        inner = next((pair for pair in bound if i == pair[0] or j == pair[1]), None)  # innermost binders come first
        if i.dim != j.dim or (inner != (i, j) if inner else result.setdefault(i, j) != j):
            return None
    return result


class Facts:
    """Hypotheses and proved relations, as a source of signs."""

    def __init__(self, facts: Iterable[Rel]) -> None:
        self.facts = tuple(facts)

    @cached_property
    def positive(self) -> frozenset[Var]:
        """The parameters that single facts make positive."""
        return frozenset(v for v, (low, _, strict, _) in bounds(self.facts).items()
                         if low is not None and (low > 0 or (low == 0 and strict)))

    @cached_property
    def _stated(self) -> list[tuple[Expr, Sign]]:
        """Terms with a stated sign: one side of a fact whose other side has a known sign."""
        found: list[tuple[Expr, Sign]] = []
        for fact in self.facts:
            low, high = _by_form(fact.lhs), _by_form(fact.rhs)
            if fact.op == "=":
                found += [(fact.lhs, high), (fact.rhs, low)]
            if low <= NONNEGATIVE:
                found.append((fact.rhs, PLUS if low == PLUS or fact.op == "<" else NONNEGATIVE))
            if high <= {-1, 0}:
                found.append((fact.lhs, frozenset((-1,)) if (-1 in high and 0 not in high) or fact.op == "<"
                              else frozenset((-1, 0))))
        return found

    @cached_property
    def _differences(self) -> list[tuple[Poly, Sign]]:
        """rhs - lhs of every scalar fact, in normal form, with its sign."""
        signs = {"<": PLUS, "<=": NONNEGATIVE, "=": frozenset((0,))}
        found = []
        for fact in self.facts:
            if arrays(fact):
                continue
            try:
                found.append((normal(fact.rhs - fact.lhs), signs[fact.op]))
            except NotNormalizable:
                continue
        return found

    def sign(self, term: Expr) -> Sign:
        """The possible signs of a term, where it is defined."""
        found = self._structural(term) & self._looked_up(term)
        if isinstance(term, Entry) and term.array.body is not None and len(found) > 1:
            found &= self.sign(unfold(term))
        if isinstance(term, (Add, Fn)) and len(found) > 1:
            found &= self._compared(term) & self._evaluated(term)
        return found

    def _looked_up(self, term: Expr) -> Sign:
        found = ANY
        for pattern, sign in self._stated:
            if match(pattern, term) is not None:
                found &= sign
        return found

    def _compared(self, term: Expr) -> Sign:
        """The sign of a scalar term that is a multiple of the difference of a fact."""
        if arrays(term):
            return ANY
        try:
            poly = normal(term)
        except NotNormalizable:
            return ANY
        found = ANY
        for difference, sign in self._differences:
            ratio = _ratio(poly, difference)
            if ratio is not None:
                found &= sign if ratio > 0 else frozenset(-s for s in sign)
        return found

    def _evaluated(self, term: Expr) -> Sign:
        if arrays(term):
            return ANY
        try:
            with precision(BITS):
                value = enclose(term, box_of(self.facts, variables(term)))
        except Undefined:
            return ANY
        found = ANY
        if value.lo >= 0:
            found &= PLUS if value.lo > 0 else NONNEGATIVE
        if value.hi <= 0:
            found &= frozenset((-1,)) if value.hi < 0 else frozenset((-1, 0))
        return found

    def _structural(self, term: Expr) -> Sign:
        return structural(term, self)

    def defined(self, term: Expr) -> bool:
        """Whether the term certainly has a value: no division by 0, no root or log of the wrong sign."""
        match term:
            case Entry(array, _):
                return array.body is None or self.defined(unfold(term))
            case Pow(base, power) if power < 0 and 0 in self.sign(base):
                return False
            case Pow(base, power) if power.denominator != 1 and not self.sign(base) <= NONNEGATIVE:
                return False
            case Fn("log", (x,)) if self.sign(x) != PLUS:
                return False
            case Fn("geometric", (x,)) if self.sign(1 - x) != PLUS or self.sign(1 + x) != PLUS:
                return False
            case Diff(body, _):
                return self.defined(body) and all(map(self._smooth, subterms(unfold(body))))
        return all(self.defined(c) for c in children(term))


    def _smooth(self, term: Expr) -> bool:
        """Whether a defined term is no kink itself; then all terms nearby are defined, too."""
        match term:
            case Pow(base, power) if power.denominator != 1:
                return self.sign(base) == PLUS
            case Fn("Abs" | "Max" | "Min", _) | Peak():
                return False
        return True


def _ratio(poly: Poly, other: Poly) -> Fraction | None:
    """c with poly = c * other, for c != 0, or None."""
    if not poly or poly.keys() != other.keys():
        return None
    ratios = {Fraction(poly[m]) / other[m] for m in poly}
    return ratios.pop() if len(ratios) == 1 else None


@lru_cache(maxsize=20000)
def _by_form(term: Expr) -> Sign:
    """The sign by the structure of the term alone."""
    return structural(term)


def structural(term: Expr, facts: Facts | None = None) -> Sign:
    """The sign by the structure of the term; subterms are asked of the facts, if there are any."""
    ask = facts.sign if facts is not None else _by_form
    match term:
        case Num(value):
            return frozenset(((value > 0) - (value < 0),))
        case Const():
            return PLUS
        case Var(_, integer):
            return PLUS if integer else ANY
        case Delta():
            return NONNEGATIVE
        case Sum(_, body) | Peak(_, body):
            inner = ask(body)
            return ANY if isinstance(term, Sum) and {-1, 1} <= inner else inner
        case Add(args):
            return _added([ask(a) for a in args])
        case Mul(args):
            found = PLUS
            for a, count in Counter(args).items():
                found = frozenset(s * t**count for s in found for t in ask(a))
            return found
        case Pow(base, power):
            return _powered(ask(base), power)
        case Fn("exp" | "cosh", _):
            return PLUS
        case Fn("erfc", _):
            return PLUS
        case Fn("geometric", _):
            return PLUS
        case Fn("Abs", (x,)):
            return frozenset(abs(s) for s in ask(x))
        case Fn("sinh" | "tanh" | "erf", (x,)):
            return ask(x)
        case Fn("Max" | "Min" as name, (x, y)):
            pick = max if name == "Max" else min
            return frozenset(pick(s, t) for s in ask(x) for t in ask(y))
        case Entry(array, _) if array.body is not None and facts is None:
            return _by_form(unfold(term))
    return ANY


def _added(signs: list[Sign]) -> Sign:
    found = signs[0]
    for sign in signs[1:]:
        found = frozenset(t for a in found for b in sign for t in _sum_of(a, b))
    return found


def _sum_of(a: int, b: int) -> Sign:
    return ANY if a * b < 0 else frozenset(((a + b > 0) - (a + b < 0),))


def _powered(base: Sign, power: Fraction) -> Sign:
    if power == 0:
        return PLUS
    if power.denominator != 1:
        return frozenset(s for s in base if s >= 0) or NONNEGATIVE
    return frozenset(s**2 for s in base) if power.numerator % 2 == 0 else base



