"""What is known about the parameters, and what follows for signs: by form, by intervals, by counting roots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from flint import ctx, fmpq, fmpq_poly

from proofcheck.second.intervals import Interval, enclose
from proofcheck.second.normal import Normal, Poly, as_term, collect, normal, scaled
from proofcheck.second.terms import ONE, Refused, Term, minus, names, neg, num, parts, read, require

BITS = 128


class Range(NamedTuple):
    """The values of one parameter."""

    lo: Fraction | float
    hi: Fraction | float
    lo_open: bool = False
    hi_open: bool = False


@dataclass(frozen=True)
class Domain:
    """A box, terms that are defined and >= 0 there (> 0 if flagged), and the parameters that are integers."""

    box: Mapping[str, Range]
    given: tuple[tuple[Term, bool], ...] = ()
    integers: frozenset[str] = frozenset()

    @cached_property
    def form(self) -> Normal:
        """Normal forms on the box."""
        return normal(frozenset(n for n, r in self.box.items() if r.lo > 0 or (r.lo == 0 and r.lo_open)))

    @cached_property
    def whole(self) -> Domain:
        """The box, without what couples parameters."""
        return Domain(self.box)

    @cached_property
    def known(self) -> list[tuple[Poly, bool]]:
        """All terms that are >= 0 (or > 0), with those that stand for the ends of the box."""
        ends = [(minus(("var", n), num(r.lo)), r.lo_open) for n, r in self.box.items() if isinstance(r.lo, Fraction)]
        ends += [(minus(num(r.hi), ("var", n)), r.hi_open) for n, r in self.box.items() if isinstance(r.hi, Fraction)]
        return [(self.form.of(h), sharp) for h, sharp in (*ends, *self.given)]

    def at(self, name: str, side: Range | None) -> Domain:
        """The part with another range for one parameter, or without the parameter."""
        rest = {n: r for n, r in self.box.items() if n != name}
        return replace(self, box=rest if side is None else {**rest, name: side})

    def beside(self, name: str) -> Domain:
        """A larger domain, in which the parameter runs through all reals of its range, whatever the others are."""
        return replace(self, given=tuple(h for h in self.given if name not in names(h[0])),
                       integers=self.integers - {name})

    def knowing(self, term: Term, sharp: bool) -> Domain:
        """The part where one more term is >= 0 (or > 0)."""
        return replace(self, given=(*self.given, (term, sharp)))

    def intervals(self) -> dict[str, Interval]:
        """The closed box, at the working precision."""
        return {n: Interval(Interval.around(r.lo).lo, Interval.around(r.hi).hi) for n, r in self.box.items()}

    def read(self, text: str) -> Term:
        """A term in the parameters of the domain."""
        term = read(text)
        require(names(term) <= self.box.keys(), f"{text} has parameters that have no range here")
        return term

    def rank(self, term: Term) -> int:
        """2 if the term is > 0 wherever it is defined, 1 if it is >= 0, 0 if neither is known."""
        found = self._by_form(term)
        if found < 2 and term[0] != "num":
            poly = self.form.of(term)
            found = max(found, self._by_ends(poly))
            found = max([found, *(self._by_known(poly, *h) for h in self.known)]) if found < 2 else found
        return found

    def _by_form(self, term: Term) -> int:
        match term:
            case ("num", value):
                return 1 + (value > 0) if value >= 0 else 0
            case ("pi",) | ("fn", "exp" | "cosh" | "erfc" | "geometric", _):
                return 2
            case ("var", _):
                return 2 if self.form.is_positive(term) else 0
            case ("add", *args):
                ranks = [self.rank(t) for t in args]
                return max(ranks) if all(ranks) else 0
            case ("mul", *_) | ("fn", "Max" | "Min", *_):
                return (max if term[1] == "Max" else min)(self.rank(t) for t in parts(term))
            case ("pow", base, q) if q.denominator == 1 and q % 2 == 0:
                return 2 if self.nonzero(base) else 1
            case ("pow", base, q):
                return max(self.rank(base), int(q.denominator > 1))
            case ("fn", "Abs", x):
                return 2 if self.nonzero(x) else 1
            case ("fn", "sinh" | "tanh" | "erf", x):
                return self.rank(x)
        return 0

    def nonzero(self, term: Term) -> bool:
        """Whether the term is not 0 wherever it is defined."""
        return self.rank(term) == 2 or self.rank(neg(term)) == 2

    def _by_ends(self, poly: Poly) -> int:
        """By interval arithmetic on the box."""
        try:
            with ctx.workprec(BITS):
                low = enclose(as_term(poly), self.intervals()).lo
        except Refused:
            return 0
        return 2 if low > 0 else int(low >= 0)

    def _by_known(self, poly: Poly, other: Poly, sharp: bool) -> int:
        """A positive multiple of a known term plus a rest that is >= 0 on the box."""
        mono = next((m for m in other if m and m in poly), None)
        if mono is None or poly[mono] / other[mono] < 0:
            return 0
        least = self._by_ends(collect([*poly.items(), *scaled(other, -poly[mono] / other[mono]).items()]))
        return max(least, 1 + sharp) if least else 0

    def defined(self, *terms: Term) -> bool:
        """Whether the terms are defined (and then continuous) everywhere: divisors, roots, logarithms are in order."""
        def fine(term: Term) -> bool:
            match term:
                case ("pow", base, q) if q.denominator > 1:
                    return self.rank(base) > int(q < 0)
                case ("pow", base, q) if q < 0:
                    return self.nonzero(base)
                case ("fn", "log", x):
                    return self.rank(x) == 2
                case ("fn", "geometric", x):
                    return self.rank(minus(ONE, x)) == self.rank(("add", ONE, x)) == 2
            return True

        return all(fine(t) and self.defined(*parts(t)) for t in terms)

    def same(self, left: Term, right: Term) -> bool:
        """Whether two terms are equal wherever both are defined."""
        return self.form.vanishes(minus(left, right))




def keeps_sign(poly: Poly, name: str, r: Range, strict: bool) -> bool:
    """Whether a rational polynomial in one parameter is >= 0 (or > 0) on a range."""
    degrees = {m: m[0][1] if m else Fraction(0) for m in poly}
    require(all((not m or (len(m) == 1 and m[0][0] == ("var", name))) and k.denominator == 1 and k >= 0
                 for m, k in degrees.items()), f"not a polynomial in {name}")
    degree = int(max(degrees.values(), default=0))
    p = fmpq_poly([_flint(sum(c for m, c in poly.items() if degrees[m] == k)) for k in range(degree + 1)])
    if degree == 0 or r.lo == r.hi:
        at = p(_flint(r.lo if degree else 0))
        return bool(at > 0 or (at == 0 and not strict))
    bound = 2 + max(abs(c / p[degree]) for c in p.coeffs())  # beyond all roots, by Cauchy
    ends = [None if isinstance(end, float) else _flint(end) for end in (r.lo, r.hi)]
    lo = min(-bound, bound if ends[1] is None else ends[1] - 1) if ends[0] is None else ends[0]
    hi = max(bound, lo + 1) if ends[1] is None else ends[1]
    if strict and not all(is_open or p(x) > 0 for x, is_open in ((lo, r.lo_open), (hi, r.hi_open))):
        return False
    inside = (v for k in range(1, degree + 2) if (v := p(lo + (hi - lo) * fmpq(k, degree + 2))) != 0)
    return next(inside) > 0 and not any(_has_root(f, lo, hi) for f, k in p.factor_squarefree()[1] if strict or k % 2)


def _flint(value: Fraction | float | int) -> Any:
    return fmpq(*Fraction(value).as_integer_ratio())


def _has_root(p: Any, lo: Any, hi: Any) -> bool:
    """Whether a square-free polynomial has a root with lo < root < hi, by Descartes' rule of signs and bisection."""
    moved = p(fmpq_poly([lo, hi - lo])).coeffs()
    signs = [c > 0 for c in fmpq_poly(moved[::-1])(fmpq_poly([1, 1])).coeffs() if c != 0]
    changes = sum(a != b for a, b in pairwise(signs))
    middle = (lo + hi) / 2
    return changes == 1 or (changes > 1 and (bool(p(middle) == 0) or _has_root(p, lo, middle) or _has_root(p, middle, hi)))
