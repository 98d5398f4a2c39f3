"""A second checker for scalar inequalities, independent of the kernel: the standard library and python-flint only.

It reads goal and hypotheses from their text and walks the tree that the first engine found.  Nothing is shared with the
rest of the project: terms, normal form, derivative, interval arithmetic (more bits, sums from the right, products by
pairs), root counting (Descartes' rule of signs) and the analysis of signs are written again, so that an error must be
made twice to pass.

Terms are tuples: ("num", q), ("pi",), ("var", name), ("add", ...), ("mul", ...), ("pow", base, q), ("fn", name, ...).
A tree shows term >= 0 (or > 0) at all points of a domain; that both sides of the goal are defined there is checked
once, at the top, and every rewriting keeps what is defined.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from math import inf, isinf, isqrt
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq, fmpq_poly, fmpz

Term = tuple[Any, ...]
Rel = tuple[str, Term, Term]  # op, lhs, rhs with op one of <=, <, =
Mono = tuple[tuple[Term, Fraction], ...]  # atoms with exponents, sorted
Poly = dict[Mono, Fraction]
ARITY = {"exp": 1, "log": 1, "Abs": 1, "sinh": 1, "cosh": 1, "tanh": 1, "erf": 1, "erfc": 1, "geometric": 1,
         "Max": 2, "Min": 2}
OPS: dict[type, tuple[str, int]] = {ast.LtE: ("<=", 1), ast.Lt: ("<", 1), ast.GtE: ("<=", -1), ast.Gt: ("<", -1),
                                    ast.Eq: ("=", 1)}
MAX_DIGITS, MAX_POWER, MAX_BITS, MAX_FACTORED, BITS = 5000, 1000, 8192, 10**18, 128


class Refused(ValueError):
    """The proof, the point or the answer does not hold up; the message says where."""


def _require(condition: object, message: str) -> None:
    if not condition:
        raise Refused(message)


# --- terms and their text ----------------------------------------------------------------------------------------


def _num(value: Fraction | int) -> Term:
    return ("num", Fraction(value))


def _neg(term: Term) -> Term:
    return _num(-term[1]) if term[0] == "num" else ("mul", _num(-1), term)


def _minus(left: Term, right: Term) -> Term:
    return ("add", left, _neg(right))


ZERO, ONE = _num(0), _num(1)


def _read(text: str) -> Term:
    return _term(ast.parse(text.strip(), mode="eval").body, text.strip())


def _relations(text: str) -> list[Rel]:
    """Relations separated by commas; a chain a <= b < c counts as two."""
    source = "(" + re.sub(r"(?<![<>=!])=(?!=)", "==", text.strip()).rstrip(",") + ",)"
    found: list[Rel] = []
    for node in ast.parse(source, mode="eval").body.elts if text.strip() else ():  # type: ignore[attr-defined]
        _require(isinstance(node, ast.Compare), f"not a relation: {ast.unparse(node)}")
        sides = [_term(s, source) for s in (node.left, *node.comparators)]
        for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
            op, way = OPS[type(sign)]
            found.append((op, *(left, right)[::way]))
    return found


def _term(node: ast.expr, source: str) -> Term:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return _num(value)
        case ast.Constant(value=float()):
            written = (ast.get_source_segment(source, node) or "").replace("_", "").lower()
            _require(abs(int(written.partition("e")[2] or 0)) <= MAX_DIGITS, f"{written} is out of range")
            return _num(Fraction(written))
        case ast.Name(id=name) if name not in ARITY:
            return ("pi",) if name == "pi" else ("fn", "exp", ONE) if name == "E" else ("var", name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=inner):
            return _neg(_term(inner, source)) if isinstance(sign, ast.USub) else _term(inner, source)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _term(left, source), _term(right, source))
        case ast.Call(func=ast.Name(id="sqrt"), args=[arg], keywords=[]):
            return ("pow", _term(arg, source), Fraction(1, 2))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if ARITY.get(name.replace("abs", "Abs")) == len(args):
            return ("fn", name.replace("abs", "Abs"), *(_term(a, source) for a in args))
    raise Refused(f"not a term: {ast.unparse(node)}")


def _binary(op: ast.operator, a: Term, b: Term) -> Term:
    match op:
        case ast.Add() | ast.Sub():
            return ("add", a, b) if isinstance(op, ast.Add) else _minus(a, b)
        case ast.Mult():
            return ("mul", a, b)
        case ast.Div():
            return _num(a[1] / b[1]) if a[0] == b[0] == "num" and b[1] else ("mul", a, ("pow", b, Fraction(-1)))
        case ast.Pow():  # a real power is exp(b*log(a))
            return ("pow", a, b[1]) if b[0] == "num" else ("fn", "exp", ("mul", b, ("fn", "log", a)))
    raise Refused("an operator that is none of + - * / **")


def _parts(term: Term) -> Term:
    return {"add": term[1:], "mul": term[1:], "pow": term[1:2], "fn": term[2:]}.get(term[0], ())


def _factors(term: Term) -> list[Term]:
    return [t for a in term[1:] for t in _factors(a)] if term[0] == "mul" else [term]


def _rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """The same node over changed subterms."""
    head = 2 if term[0] == "fn" else 1
    return (*term[:head], *map(change, _parts(term)), *term[head + len(_parts(term)):])


def _put(term: Term, old: Term, new: Term) -> Term:
    return new if term == old else _rebuilt(term, lambda t: _put(t, old, new))


@lru_cache(maxsize=50000)
def _names(term: Term) -> frozenset[str]:
    return frozenset([term[1]]) if term[0] == "var" else frozenset().union(*map(_names, _parts(term)))


# --- normal form: {monomial: coefficient} ---------------------------------------------------------------------------
# Terms with one normal form are equal wherever both are defined, and the form is defined wherever its term is.  Atoms are
# terms in normal form: a parameter, pi, a function, or what stands under a power that cannot be worked out: (x + 1)**(-1).


def _collect(items: Iterable[tuple[Mono, Fraction]]) -> Poly:
    found: Poly = {}
    for mono, c in items:
        found[mono] = found.get(mono, Fraction(0)) + c
    return {m: c for m, c in found.items() if c}


def _scaled(poly: Poly, c: Fraction) -> Poly:
    return {m: c * k for m, k in poly.items()} if c else {}


def _size(poly: Poly) -> Fraction:
    return max(map(abs, poly.values()))


def _as_term(poly: Poly) -> Term:
    summands = []
    for mono, c in sorted(poly.items(), key=repr):
        factors = [a if q == 1 else ("pow", a, q) for a, q in mono]
        factors = factors if factors and c == 1 else [_num(c), *factors]
        summands.append(factors[0] if len(factors) == 1 else ("mul", *factors))
    return ZERO if not summands else summands[0] if len(summands) == 1 else ("add", *summands)


def _radical(value: Fraction, q: Fraction) -> tuple[Fraction, list[tuple[Term, Fraction]]]:
    """value**q as a rational times roots of primes, each to a power in (0, 1)."""
    found, roots = Fraction(1), []
    for prime, times in _primes(value):
        whole, part = divmod(times * q, 1)
        found *= Fraction(prime) ** whole
        roots += [(_num(prime), part)] if part else []
    return found, roots


def _primes(value: Fraction) -> list[tuple[int, int]]:
    """The prime factors of a positive rational; a large number is left in one piece."""
    pieces = [(n, sign) for n, sign in ((value.numerator, 1), (value.denominator, -1)) if n > 1]
    return sorted((int(prime), sign * int(times)) for n, sign in pieces
                  for prime, times in (fmpz(n).factor() if n < MAX_FACTORED else [(n, 1)]))


class _Normal:
    """Normal forms where some parameters are known to be positive, so that they may leave roots and |...|."""

    def __init__(self, positive: frozenset[str]) -> None:
        self.positive, self.known, self.logs = positive, dict[Term, Poly](), set[Term]()

    def of(self, term: Term) -> Poly:
        if term not in self.known:
            self.known[term] = self._of(term)
        return self.known[term]

    def tidy(self, term: Term) -> Term:
        return _as_term(self.of(term))

    def _of(self, term: Term) -> Poly:
        match term:
            case ("num", value):
                return {(): value} if value else {}
            case ("add", *args):
                return _collect(item for t in args for item in self.of(t).items())
            case ("mul", *args):
                return self._product([self.of(t) for a in args for t in _factors(a)])
            case ("pow", base, q):
                return self._power(self.of(base), q)
            case ("fn", "Abs", x):
                return self._absolute(self.of(x))
            case ("fn", "exp", x):
                return self._joined([(("fn", "exp", self.tidy(x)), Fraction(1))])
            case ("fn", "log", x) if term not in self.logs:
                return self._log(self.of(x))
            case ("fn", name, *args):
                tidied = ("fn", name, *sorted(map(self.tidy, args), key=repr))
                return {((tidied, Fraction(1)),): Fraction(1)} if tidied == term else self.of(tidied)
        return {((term, Fraction(1)),): Fraction(1)}

    def _joined(self, mono: Iterable[tuple[Term, Fraction]], c: Fraction = Fraction(1)) -> Poly:
        """One monomial: exponents add, exponentials merge; whole powers of sums, products and |...| are worked out."""
        powers: dict[Term, Fraction] = {}
        exponents: list[tuple[Mono, Fraction]] = []
        for atom, q in mono:
            if atom[:2] == ("fn", "exp"):
                exponents += _scaled(self.of(atom[2]), q).items()
            else:
                powers[atom] = powers.get(atom, Fraction(0)) + q
        late = [f for f in powers.items() if self._opens(*f)]
        merged = _collect(exponents)
        logs = {m: c for m, c in merged.items() if len(m) == 1 and m[0][1] == 1 and m[0][0][:2] == ("fn", "log")}
        rest = _as_term({m: c for m, c in merged.items() if m not in logs})
        factors = [(a, q) for a, q in powers.items() if q and (a, q) not in late]
        factors += [(("fn", "exp", rest), Fraction(1))] if rest != ZERO else []
        found: Poly = {tuple(sorted(factors, key=repr)): c}
        for atom, q in (*late, *((m[0][0], k) for m, k in logs.items())):  # exp(k*log(p)) is p**k
            found = self._times(found, self._power(self.of(atom[2] if atom[0] == "fn" else atom), q))
        return found

    def _opens(self, atom: Term, q: Fraction) -> bool:
        if q.denominator == 1 and q and atom[0] in ("mul", "pow", "num"):
            return True
        if atom[0] == "num":
            return atom[1] > 0 and not 0 < q < 1
        return q > 0 and q.denominator == 1 and (atom[0] == "add" or (atom[:2] == ("fn", "Abs") and q % 2 == 0))

    def _times(self, left: Poly, right: Poly) -> Poly:
        return _collect(item for a, c in left.items() for b, k in right.items()
                        for item in self._joined(a + b, c * k).items())

    def _product(self, polys: list[Poly]) -> Poly:
        """A sum that is also a divisor or under a root is cancelled instead of multiplied out."""
        held = {a for p in polys for m in p for a, _ in m if a[0] == "add"}
        found: Poly = {(): Fraction(1)}
        factors: list[tuple[Term, Fraction]] = []
        for p in polys:
            atom = _as_term(_scaled(p, 1 / _size(p))) if len(p) > 1 else ZERO
            if len(p) == 1 or atom in held:
                factors += next(iter(p)) if len(p) == 1 else [(atom, Fraction(1))]
                found = _scaled(found, next(iter(p.values())) if len(p) == 1 else _size(p))
            else:
                found = self._times(found, p)
        return self._shifted(found, factors)

    def _power(self, poly: Poly, q: Fraction) -> Poly:
        _require(abs(q.numerator) <= MAX_POWER and (poly or q >= 0), "a power of 0, or an exponent that is too large")
        if q == 0 or not poly:
            return {(): Fraction(1)} if q == 0 else {}
        if len(poly) > 1 and q.denominator == 1 and q > 0:
            half = self._power(poly, Fraction(q.numerator // 2))
            return self._times(self._times(half, half), poly if q % 2 else {(): Fraction(1)})
        ((mono, c),) = poly.items() if len(poly) == 1 else [((), _size(poly))]
        free = [(a, p * q) for a, p in mono if q.denominator == 1 or self.is_positive(a)]
        rest = {m: k / c for m, k in poly.items()} if len(poly) > 1 else {
            tuple(f for f in mono if q.denominator > 1 and not self.is_positive(f[0])): Fraction(1)}
        if c < 0 and q.denominator > 1:
            return self._joined([*free, (_as_term(_scaled(rest, c)), q)])
        scale, roots = (c**q.numerator, []) if q.denominator == 1 else _radical(c, q)
        return self._joined([*free, *roots, *([(_as_term(rest), q)] if rest != {(): 1} else [])], scale)

    def _log(self, poly: Poly) -> Poly:
        """The logarithm of a product of positive factors is a sum; that of a rational is a sum over primes."""
        _require(poly, "the logarithm of 0")
        size, mono = _size(poly), next(iter(poly)) if len(poly) == 1 else ((("add",), Fraction(1)),)
        if len(poly) > 1:
            mono = ((_as_term(_scaled(poly, 1 / size)), Fraction(1)),)
        elif poly[mono] < 0 or not all(self.is_positive(a) for a, _ in mono):
            mono, size = ((_as_term(poly), Fraction(1)),), Fraction(1)
        found: list[tuple[Mono, Fraction]] = []
        for atom, q in (*mono, *((_num(p), Fraction(k)) for p, k in _primes(size))):
            log = ("fn", "log", atom)
            self.logs.add(log)
            found += _scaled(self.of(atom[2]) if atom[:2] == ("fn", "exp") else {((log, Fraction(1)),): Fraction(1)}, q).items()
        return _collect(found)

    def is_positive(self, atom: Term) -> bool:
        if atom[0] in ("add", "mul", "pow", "num"):
            return self.all_positive(self.of(atom))
        return atom == ("pi",) or atom[:2] == ("fn", "exp") or (atom[0] == "var" and atom[1] in self.positive)

    def all_positive(self, poly: Poly) -> bool:
        return bool(poly) and all(c > 0 and all(self.is_positive(a) for a, _ in m) for m, c in poly.items())

    def _absolute(self, poly: Poly) -> Poly:
        """|p| with positive factors in front; p and -p give the same."""
        if not poly or self.all_positive(poly):
            return poly
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            plain = [q.denominator > 1 or q % 2 == 0 or self.is_positive(a) or a[:2] == ("fn", "Abs") for a, q in mono]
            return self._joined(((a if fine else ("fn", "Abs", a)), q) for fine, (a, q) in zip(plain, mono, strict=True)
                                ) if abs(c) == 1 else _scaled(self._absolute({mono: Fraction(1)}), abs(c))
        atoms = {a for m in poly for a, _ in m if self.is_positive(a)}
        common = [(a, min(dict(m).get(a, Fraction(0)) for m in poly)) for a in atoms]
        inside = self._shifted(poly, [(a, -q) for a, q in common])
        size = _size(inside)
        inside = max((_scaled(inside, c) for c in (1 / size, -1 / size)), key=lambda p: repr(_as_term(p)))
        return self._joined([*common, (("fn", "Abs", _as_term(inside)), Fraction(1))], size)

    def _shifted(self, poly: Poly, factors: list[tuple[Term, Fraction]]) -> Poly:
        """The product with powers of atoms, which cancel before anything is multiplied out."""
        return _collect(item for m, c in poly.items() for item in self._joined([*m, *factors], c).items())

    def vanishes(self, term: Term) -> bool:
        """Whether the term is 0 wherever it is defined; divisors that are sums are cleared."""
        poly = self.of(term)
        while poly:
            powers = {a: [dict(m).get(a, Fraction(0)) for m in poly] for m in poly for a, _ in m if a[0] == "add"}
            found = [(a, min(qs)) for a, qs in powers.items() if min(qs) < 0 and all(q.denominator == 1 for q in qs)]
            if not found:
                return False
            poly = self._shifted(poly, [(found[0][0], -found[0][1])])
        return True


_normal = lru_cache(maxsize=500)(_Normal)


# --- intervals, rounded outward -------------------------------------------------------------------------------------

NEG, POS, NIL = arb.neg_inf(), arb.pos_inf(), arb(0)
GROWING = {"exp": (NIL, POS), "sinh": (NEG, POS), "tanh": (arb(-1), arb(1)), "erf": (arb(-1), arb(1))}


def _down(ball: Any) -> Any:
    """The lower end of a ball; one without information becomes NEG."""
    return ball.lower() if ball.is_finite() else NEG


def _corner(a: Any, b: Any) -> tuple[Any, Any]:
    if a == 0 or b == 0:
        return NIL, NIL
    if a.is_finite() and b.is_finite():
        return _down(a * b), -_down(-(a * b))
    return (POS, POS) if (a > 0) == (b > 0) else (NEG, NEG)


def _whole(ball: Any, n: int) -> Any:
    """ball**n by squaring; flint's own power gives nan for balls around 0."""
    half = _whole(ball, n // 2) if n > 1 else arb(1)
    return half * half * ball if n % 2 else half * half


class _Interval(NamedTuple):
    """All reals between two exact arbs, NEG or POS; 0 times an end without bound is 0, inf - inf may be anything."""

    lo: Any
    hi: Any

    @staticmethod
    def around(value: Fraction | float | arb) -> _Interval:
        if isinstance(value, float):  # an infinite point
            return _Interval(POS, POS) if value > 0 else _Interval(NEG, NEG)
        ball = arb(fmpq(*value.as_integer_ratio())) if isinstance(value, Fraction) else value
        return _Interval(_down(ball), -_down(-ball))

    @staticmethod
    def sum(parts: Sequence[_Interval]) -> _Interval:
        lows, highs = [p.lo for p in reversed(parts)], [-p.hi for p in reversed(parts)]
        low, high = (NEG if NEG in e else POS if POS in e else _down(sum(e, NIL)) for e in (lows, highs))
        return _Interval(low, -high)

    @staticmethod
    def product(parts: Sequence[_Interval]) -> _Interval:
        if len(parts) < 2:
            return parts[0] if parts else _Interval(arb(1), arb(1))
        left, right = _Interval.product(parts[:len(parts) // 2]), _Interval.product(parts[len(parts) // 2:])
        corners = [_corner(a, b) for a in left for b in right]
        return _Interval(min(c[0] for c in corners), max(c[1] for c in corners))

    def __neg__(self) -> _Interval:
        return _Interval(-self.hi, -self.lo)

    def has_zero(self) -> bool:
        return bool(self.lo <= 0) and bool(self.hi >= 0)

    def inverse(self) -> _Interval:
        if self.lo < 0:
            _require(self.hi <= 0, "division by an interval around 0")
            return -(-self).inverse()
        _require(self.hi > 0, "division by 0")
        return _Interval(NIL if self.hi == POS else _down(1 / self.hi),
                         POS if self.lo == 0 else NIL if self.lo == POS else -_down(-1 / self.lo))

    def absolute(self) -> _Interval:
        return self if self.lo >= 0 else -self if self.hi <= 0 else _Interval(NIL, max(-self.lo, self.hi))

    def growing(self, f: Callable[[Any], Any], at_minus: Any = NEG, at_plus: Any = POS) -> _Interval:
        """The image under an increasing function with the given limits."""
        low, high = ((at_plus if e > 0 else at_minus) if not e.is_finite() else None for e in self)
        return _Interval(_down(f(self.lo)) if low is None else low, -_down(-f(self.hi)) if high is None else high)

    def power(self, q: Fraction) -> _Interval:
        if q <= 0:
            return self.power(-q).inverse() if q else _Interval.around(arb(1))
        _require(q.denominator == 1 or self.lo >= 0, "a root of a number that may be negative")
        base = self.absolute() if q.denominator == 1 and q % 2 == 0 else self
        return base.growing(lambda t: _whole(t.root(q.denominator) if q.denominator > 1 else t, q.numerator))

    def apply(self, name: str, other: _Interval) -> _Interval:
        match name:
            case "log":
                _require(self.lo >= 0 and self.hi > 0, "the logarithm of a number that may be negative")
                high = _Interval(self.hi, self.hi).growing(arb.log).hi
                return _Interval(NEG if self.lo == 0 else self.growing(arb.log).lo, high)
            case "erfc":
                return -self.growing(lambda t: -t.erfc(), arb(-2), NIL)
            case "cosh":
                return self.absolute().growing(arb.cosh)
            case "Abs":
                return self.absolute()
            case "Max" | "Min":
                return _Interval(*((max if name == "Max" else min)(pair) for pair in zip(self, other, strict=True)))
            case "geometric":
                _require(self.lo > -1 and self.hi < 1, "a geometric series outside of (-1, 1)")
                return _Interval.sum([_Interval.around(arb(1)), -self]).inverse()
        return self.growing(getattr(arb, name), *GROWING[name])


def _enclose(term: Term, box: Mapping[str, _Interval]) -> _Interval:
    """All values on the box; where a parameter is infinite, all limits as it tends there.  Raises Refused."""
    moving = frozenset(n for n, x in box.items() if x.lo == x.hi and not x.lo.is_finite())

    def value(t: Term) -> _Interval:
        match t[0]:
            case "num" | "pi":
                return _Interval.around(t[1] if t[0] == "num" else arb.pi())
            case "var":
                _require(t[1] in box, f"{t[1]} has no range")
                return box[t[1]]
            case "add":
                return _Interval.sum([value(s) for s in t[1:]])
            case "mul":
                limits = [value(s) for s in t[1:] if _names(s) & moving]
                if any(x.has_zero() for x in limits) and any(not e.is_finite() for x in limits for e in x):
                    return _Interval(NEG, POS)  # it may have the form 0 * inf
                return _Interval.product([*(value(s) for s in t[1:] if not _names(s) & moving), *limits])
            case "pow":
                base = value(t[1])
                _require(t[2] > 0 or not moving or not base.has_zero(), "a limit of 1/x where x may tend to 0")
                return base.power(t[2])
        args = [value(s) for s in t[2:]]
        return args[0].apply(t[1], args[-1])

    return value(term)


# --- domains and signs ----------------------------------------------------------------------------------------------


class _Range(NamedTuple):
    lo: Fraction | float
    hi: Fraction | float
    lo_open: bool = False
    hi_open: bool = False


@dataclass(frozen=True)
class _Domain:
    """A box, terms that are defined and >= 0 there (> 0 if flagged), and the parameters that are integers."""

    box: Mapping[str, _Range]
    given: tuple[tuple[Term, bool], ...] = ()
    integers: frozenset[str] = frozenset()

    @cached_property
    def form(self) -> _Normal:
        return _normal(frozenset(n for n, r in self.box.items() if r.lo > 0 or (r.lo == 0 and r.lo_open)))

    @cached_property
    def whole(self) -> _Domain:
        """The box, without what couples parameters."""
        return _Domain(self.box)

    @cached_property
    def known(self) -> list[tuple[Poly, bool]]:
        """All terms that are >= 0 (or > 0), with those that stand for the ends of the box."""
        ends = [(_minus(("var", n), _num(r.lo)), r.lo_open) for n, r in self.box.items() if isinstance(r.lo, Fraction)]
        ends += [(_minus(_num(r.hi), ("var", n)), r.hi_open) for n, r in self.box.items() if isinstance(r.hi, Fraction)]
        return [(self.form.of(h), sharp) for h, sharp in (*ends, *self.given)]

    def at(self, name: str, side: _Range | None) -> _Domain:
        """The part with another range for one parameter, or without the parameter."""
        rest = {n: r for n, r in self.box.items() if n != name}
        return replace(self, box=rest if side is None else {**rest, name: side})

    def beside(self, name: str) -> _Domain:
        """A larger domain, in which the parameter runs through all reals of its range, whatever the others are."""
        return replace(self, given=tuple(h for h in self.given if name not in _names(h[0])),
                       integers=self.integers - {name})

    def knowing(self, term: Term, sharp: bool) -> _Domain:
        return replace(self, given=(*self.given, (term, sharp)))

    def intervals(self) -> dict[str, _Interval]:
        return {n: _Interval(_Interval.around(r.lo).lo, _Interval.around(r.hi).hi) for n, r in self.box.items()}

    def read(self, text: str) -> Term:
        term = _read(text)
        _require(_names(term) <= self.box.keys(), f"{text} has parameters that have no range here")
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
                return (max if term[1] == "Max" else min)(self.rank(t) for t in _parts(term))
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
        return self.rank(term) == 2 or self.rank(_neg(term)) == 2

    def _by_ends(self, poly: Poly) -> int:
        """By interval arithmetic on the box."""
        try:
            with ctx.workprec(BITS):
                low = _enclose(_as_term(poly), self.intervals()).lo
        except Refused:
            return 0
        return 2 if low > 0 else int(low >= 0)

    def _by_known(self, poly: Poly, other: Poly, sharp: bool) -> int:
        """A positive multiple of a known term plus a rest that is >= 0 on the box."""
        mono = next((m for m in other if m and m in poly), None)
        if mono is None or poly[mono] / other[mono] < 0:
            return 0
        least = self._by_ends(_collect([*poly.items(), *_scaled(other, -poly[mono] / other[mono]).items()]))
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
                    return self.rank(_minus(ONE, x)) == self.rank(("add", ONE, x)) == 2
            return True

        return all(fine(t) and self.defined(*_parts(t)) for t in terms)

    def same(self, left: Term, right: Term) -> bool:
        """Whether two terms are equal wherever both are defined."""
        return self.form.vanishes(_minus(left, right))


# --- derivatives and roots ------------------------------------------------------------------------------------------

BELL = "2/sqrt(pi)*exp(-x**2)"
OUTER = {"exp": "exp(x)", "log": "1/x", "sinh": "cosh(x)", "cosh": "sinh(x)", "tanh": "1 - tanh(x)**2", "erf": BELL,
         "erfc": f"-{BELL}", "geometric": "(1 - x)**-2"}


def _slope(term: Term, name: str) -> Term:
    """The derivative; raises Refused at kinks."""
    match term:
        case _ if name not in _names(term):
            return ZERO
        case ("add", *args):
            return ("add", *(_slope(t, name) for t in args))
        case ("mul", *args):
            return ("add", *(("mul", *args[:k], _slope(t, name), *args[k + 1:]) for k, t in enumerate(args)))
        case ("pow", base, q):
            return ("mul", _num(q), ("pow", base, q - 1), _slope(base, name))
        case ("fn", f, x, *_):
            _require(f in OUTER, f"{f} has no derivative here")
            return ("mul", _put(_read(OUTER[f]), ("var", "x"), x), _slope(x, name))
    return ONE


def _keeps_sign(poly: Poly, name: str, r: _Range, strict: bool) -> bool:
    """Whether a rational polynomial in one parameter is >= 0 (or > 0) on a range."""
    degrees = {m: m[0][1] if m else Fraction(0) for m in poly}
    _require(all((not m or (len(m) == 1 and m[0][0] == ("var", name))) and k.denominator == 1 and k >= 0
                 for m, k in degrees.items()), f"not a polynomial in {name}")
    degree = int(max(degrees.values(), default=0))
    p = fmpq_poly([_flint(sum(c for m, c in poly.items() if degrees[m] == k)) for k in range(degree + 1)])
    if degree == 0 or r.lo == r.hi:
        at = p(_flint(r.lo if degree else 0))
        return bool(at > 0 or (at == 0 and not strict))
    bound = 2 + max(abs(c / p[degree]) for c in p.coeffs())  # beyond all roots, by Cauchy
    lo = min(-bound, bound if isinf(r.hi) else _flint(r.hi) - 1) if isinf(r.lo) else _flint(r.lo)
    hi = max(bound, lo + 1) if isinf(r.hi) else _flint(r.hi)
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
    changes = sum(a != b for a, b in zip(signs, signs[1:], strict=False))
    middle = (lo + hi) / 2
    return changes == 1 or (changes > 1 and (bool(p(middle) == 0) or _has_root(p, lo, middle) or _has_root(p, middle, hi)))


# --- the nodes of a tree --------------------------------------------------------------------------------------------


def _prove(term: Term, dom: _Domain, strict: bool, tree: Any) -> None:
    """Refuse unless the tree shows term >= 0 (or > 0) on the domain."""
    def sub(goal: Term, sharp: bool, why: Any, on: _Domain = dom) -> None:
        _prove(on.form.tidy(goal), on, sharp, why)

    def sides(a: str, b: str) -> tuple[Term, Term]:
        _require(dom.same(term, _minus(large := read(b), small := read(a))), f"the goal is not {b} minus {a}")
        return small, large

    def read(text: str) -> Term:
        found = dom.read(text)
        _require(dom.defined(found), f"{text} may be undefined on the domain")
        return found

    _require(tree[0] == "eval" or not any(isinf(r.lo) and r.lo == r.hi for r in dom.box.values()),
             "only interval arithmetic can be used at an infinite point")
    match tree:
        case ["eval" | "mean" as kind, int(bits)]:
            with ctx.workprec(min(bits, MAX_BITS) * 3 // 2 + 32):
                low = (_enclose(term, dom.intervals()) if kind == "eval" else _mean(term, dom)).lo
            _require(low > 0 or (low == 0 and not strict), f"{kind}: the lower bound is {low}")
        case ["sturm"]:
            (name,) = _names(term)
            _require(_keeps_sign(_normal(frozenset()).of(term), name, dom.box[name], strict), "the sign changes")
        case ["split", str(name), at, left, right]:
            whole, cut = dom.box[name], Fraction(at)
            _require(whole.lo < cut < whole.hi, f"{at} does not cut the range of {name}")
            sub(term, strict, left, dom.at(name, whole._replace(hi=cut, hi_open=False)))
            sub(term, strict, right, dom.at(name, whole._replace(lo=cut, lo_open=False)))
        case ["integer", str(name), int(k), left, right]:
            whole = dom.box[name]
            _require(name in dom.integers and whole.lo <= k < k + 1 <= whole.hi, f"{name} is not cut at an integer {k}")
            sub(term, strict, left, dom.at(name, whole._replace(hi=Fraction(k), hi_open=False)))
            sub(term, strict, right, dom.at(name, whole._replace(lo=Fraction(k + 1), lo_open=False)))
        case ["case", str(text), left, right]:
            u = read(text)
            sub(term, strict, left, dom.knowing(u, False))
            sub(term, strict, right, dom.knowing(_neg(u), True))
        case ["lemma", str(text), bool(sharp), why, then]:
            u = read(text)
            sub(u, sharp, why)
            sub(term, strict, then, dom.knowing(u, sharp))
        case ["narrow", str(name), "lo" | "hi" as side, end, bool(sharp), why, then]:
            whole, cut = dom.box[name], Fraction(end)
            closing = sharp and cut == getattr(whole, side) and whole.lo < whole.hi
            _require(whole.lo < cut < whole.hi or closing, f"{end} does not cut the range of {name}")
            apart = _minus(("var", name), _num(cut))
            sub(apart if side == "lo" else _neg(apart), sharp, why)
            sub(term, strict, then, dom.at(name, whole._replace(**{side: cut, f"{side}_open": sharp})))
        case ["mono", str(name), "+" | "-" as way, why, face]:
            whole, away = dom.box[name], dom.beside(name)
            _require(away.whole.defined(term), "the term may be undefined or jump on the box")
            at, is_open = (whole.lo, whole.lo_open) if way == "+" else (whole.hi, whole.hi_open)
            steep = strict and (is_open or isinf(at))  # the end itself does not belong to the domain
            change, inner = _slope(term, name), away.at(name, whole._replace(lo_open=True, hi_open=True))
            sub(change if way == "+" else _neg(change), steep, why, inner)
            _face(term, away, name, at, strict and not steep, face)
        case ["interior", str(name), then]:
            whole, away = dom.box[name], dom.beside(name)
            _require(not strict and whole.lo < whole.hi and away.whole.defined(term), "the ends cannot be left out")
            sub(term, False, then, away.at(name, whole._replace(lo_open=True, hi_open=True)))
        case ["concave", str(name), why, low, high]:
            whole, away = dom.box[name], dom.beside(name)
            inner, change = away.at(name, whole._replace(lo_open=True, hi_open=True)), _slope(term, name)
            _require(not isinf(whole.lo) and not isinf(whole.hi) and away.whole.defined(term)
                     and inner.whole.defined(change), "the range is not bounded, or the term not smooth")
            sub(_neg(_slope(change, name)), False, why, inner)
            _face(term, away, name, whole.lo, strict, low)
            _face(term, away, name, whole.hi, strict, high)
        case ["scale", str(text), why, then]:
            factor = read(text)
            _positive(factor, dom, 2, why)
            sub(("mul", factor, term), strict, then)
        case ["use" | "void" as kind, list(items), then]:
            rest, sharp = (term, strict) if kind == "use" else (ZERO, True)
            for text, numbers, why in items:
                weight, known = read(text), [dom.given[k] for k in numbers if type(k) is int and k >= 0]
                _positive(weight, dom, 1, why)
                _require(len(known) == len(numbers), "not numbers of known terms")
                rest = _minus(rest, ("mul", weight, *(h for h, _ in known)))
                sharp = sharp and not (known and all(s for _, s in known) and dom.rank(weight) == 2)
            sub(rest, sharp, then)
        case ["change", str(name), str(new), str(forward), str(backward), low, high, then]:
            _change(term, dom, strict, name, new, forward, read(backward), (low, high), then)
        case ["log", str(a), str(b), why_a, why_b, then]:
            small, large = sides(a, b)
            sub(small, True, why_a)
            sub(large, True, why_b)
            sub(_minus(("fn", "log", large), ("fn", "log", small)), strict, then)
        case ["exp", str(a), str(b), then]:
            small, large = sides(a, b)
            sub(_minus(("fn", "exp", large), ("fn", "exp", small)), strict, then)
        case ["squared", str(a), str(b), why, then]:
            small, large = sides(a, b)
            sub(large, False, why)
            sub(_minus(("pow", large, Fraction(2)), ("pow", small, Fraction(2))), strict, then)
        case ["exponentials", then]:
            sub(_exponentials(term), strict, then)
        case ["abs", str(text), "+" | "-" as way, why, then]:
            value = dom.read(text) if way == "+" else _neg(dom.read(text))
            sub(value, False, why)
            sub(_resolved(term, dom, ("fn", "Abs", value), value), strict, then)
        case ["max", "Max" | "Min" as kind, str(first), str(second), why, then]:
            value, other = dom.read(first), dom.read(second)
            sub(_minus(value, other) if kind == "Max" else _minus(other, value), False, why)
            sub(_resolved(term, dom, ("fn", kind, value, other), value), strict, then)
        case ["either", str(text), left, right]:
            target = dom.read(text)
            _require(target[0] == "fn" and target[1] in ("Abs", "Max", "Min"), f"{text} has no two values")
            for value, then in zip((target[2], _neg(target[2]) if target[1] == "Abs" else target[3]), (left, right), strict=True):
                sub(_resolved(term, dom, target, value), strict, then)
        case _:
            raise Refused(f"unknown node {str(tree)[:60]}")


def _positive(term: Term, dom: _Domain, least: int, why: Any) -> None:
    """> 0 (least = 2) or >= 0, by a tree or by its form."""
    if why:
        return _prove(dom.form.tidy(term), dom, least == 2, why)
    return _require(dom.rank(term) >= least, "a factor or weight may be negative on the domain")


def _mean(term: Term, dom: _Domain) -> _Interval:
    """The mean value form around the middle of the bounded parameters."""
    _require(dom.whole.defined(term), "the term may be undefined or jump on the box")
    wide = dom.intervals()
    middle = {n: _Interval.around((r.lo + r.hi) / 2) for n, r in dom.box.items() if not isinf(r.lo) and not isinf(r.hi)}  # type: ignore[arg-type]
    moves = [_Interval.product([_enclose(dom.form.tidy(_slope(term, n)), wide), _Interval.sum([wide[n], -c])])
             for n, c in middle.items()]
    return _Interval.sum([*moves, _enclose(term, {**wide, **middle})])


def _face(term: Term, dom: _Domain, name: str, at: Fraction | float, strict: bool, tree: Any) -> None:
    """The term where a parameter has one value, which may be infinite; no known term may contain the parameter."""
    if isinstance(at, float):
        return _prove(term, dom.at(name, _Range(at, at)), strict, tree)
    rest, there = dom.at(name, None), _put(term, ("var", name), _num(at))
    _require(rest.whole.defined(there), "the term may be undefined on a face of the box")
    return _prove(rest.form.tidy(there), rest, strict, tree)


def _change(term: Term, dom: _Domain, strict: bool, name: str, new: str, forward: str, back: Term, ends: Any,
            then: Any) -> None:
    """Put forward(new) for a parameter, where new = back(parameters)."""
    old, fresh, whole = ("var", name), _read(new), dom.box[name]
    _require(fresh == ("var", new) and new not in dom.box, f"{new} is in use")
    there = dom.at(name, None).at(new, whole).read(forward)
    around = _put(there, fresh, back)
    _require(dom.defined(around) and dom.same(around, old), f"{forward} does not give {name} back")
    values: list[Any] = []
    for (end, sharp, why), way in zip(ends, (1, -1), strict=True):
        if end not in ("", None):
            _prove(dom.form.tidy(("mul", _num(way), _minus(back, _num(Fraction(end))))), dom, sharp is True, why)
        values.append((-way * inf, False) if end in ("", None) else (Fraction(end), sharp is True))
    (lo, lo_open), (hi, hi_open) = values
    _require(lo <= hi, f"{new} has no values")
    box = dom.at(name, None).at(new, _Range(lo, hi, lo_open, hi_open)).box
    known = [(_put(h, old, there), sharp) for h, sharp in dom.given]
    known += [(_minus(there, _num(whole.lo)), whole.lo_open)] if isinstance(whole.lo, Fraction) else []
    known += [(_minus(_num(whole.hi), there), whole.hi_open)] if isinstance(whole.hi, Fraction) else []
    on = _Domain(box, tuple(known), dom.integers - {name, new})
    _prove(on.form.tidy(_put(term, old, there)), on, strict, then)


def _exponentials(term: Term) -> Term:
    """sinh, cosh and tanh written with exp."""
    texts = {"sinh": "(exp(x) - exp(-x))/2", "cosh": "(exp(x) + exp(-x))/2", "tanh": "1 - 2/(exp(2*x) + 1)"}
    term = _rebuilt(term, _exponentials)
    return _put(_read(texts[term[1]]), ("var", "x"), term[2]) if term[0] == "fn" and term[1] in texts else term


def _resolved(term: Term, dom: _Domain, target: Term, value: Term) -> Term:
    """The term with a value in place of an absolute value, maximum or minimum, which the normal form may write otherwise."""
    ((mono, c),) = dom.form.of(target).items()
    ((atom, _),) = ((a, q) for a, q in mono if a[:2] == ("fn", target[1]) and q == 1)
    others = [("pow", a, -q) for a, q in mono if a != atom]
    return _put(term, atom, dom.form.tidy(("mul", _num(1 / c), *others, value)))


# --- proofs, points and answers -------------------------------------------------------------------------------------


def _bound(rel: Rel) -> tuple[str, _Range] | None:
    """The range that a hypothesis such as 0 < x, x <= 1 or |x| <= 1 states."""
    match rel:
        case (op, ("num", value), ("var", name)):
            return name, _Range(value, value if op == "=" else inf, op == "<")
        case (op, ("var", name), ("num", value)):
            return name, _Range(value if op == "=" else -inf, value, False, op == "<")
        case ("<=" | "<" as op, ("fn", "Abs", ("var", name)), ("num", value)):
            return name, _Range(-value, value, op == "<", op == "<")
    return None


def _setting(goal: Rel, hyps: list[Rel], dims: frozenset[str]) -> tuple[Rel, _Domain, _Domain]:
    """The goal, the domain and the same with all it is told, once hypotheses parameter = term are used up."""
    for k, (op, left, right) in enumerate(hyps):
        if op == "=" and left[0] == "var" and left[1] not in _names(right) | dims:
            first, *rest = ((o, _put(a, left, right), _put(b, left, right)) for o, a, b in (goal, *hyps[:k], *hyps[k + 1:]))
            return _setting(first, rest, dims)
    box = {n: _Range(1, inf) if n in dims else _Range(-inf, inf) for r in (goal, *hyps) for n in _names(r[1]) | _names(r[2])}
    box = {n: r._replace(lo=Fraction(1)) if n in dims else r for n, r in sorted(box.items())}
    for name, r in filter(None, map(_bound, hyps)):
        old = box[name]
        lo, lo_open = max((old.lo, old.lo_open), (r.lo, r.lo_open))
        hi, closed = min((old.hi, not old.hi_open), (r.hi, not r.hi_open))
        box[name] = _Range(lo, hi, lo_open, not closed)
    dom = _Domain(box, (), dims & box.keys())
    for hyp in hyps:
        if _bound(hyp) is None:
            with suppress(Refused):  # a hypothesis without a normal form says nothing
                dom = replace(dom, given=dom.given + tuple((dom.form.tidy(gap), sharp) for gap, sharp in _gaps(hyp)))
    return goal, dom, replace(dom, given=tuple(gap for hyp in hyps for gap in _gaps(hyp)))


def _gaps(rel: Rel) -> list[tuple[Term, bool]]:
    """A relation as terms that are >= 0, or > 0."""
    op, left, right = rel
    return [(_minus(right, left), op == "<"), *([(_minus(left, right), False)] if op == "=" else [])]


def check_proof(goal: str, hyps: Sequence[str], tree: Any, dims: Iterable[str] = (),
                conditions: Iterable[tuple[str, Any]] = ()) -> None:
    """Raise Refused unless the tree proves the relation under the hypotheses; names in ``dims`` are integers >= 1.

    An equality has no tree: both sides must have one normal form.  ``conditions`` are inequalities with trees, which are
    proved first and may be needed to see that the goal is defined.
    """
    with _refusing():
        (rel,) = _relations(goal)
        (op, left, right), dom, known = _setting(rel, [r for h in hyps for r in _relations(h)], frozenset(dims))
        for text, why in conditions:
            ((sign, low, high),) = _relations(text)
            _require(sign != "=" and _names(_minus(low, high)) <= dom.box.keys() and known.defined(low, high), f"no condition: {text}")
            _prove(dom.form.tidy(_minus(high, low)), dom, sign == "<", why)
            known = known.knowing(_minus(high, low), sign == "<")
        _require(known.defined(left, right), "the goal may be undefined somewhere")
        if op == "=":
            _require(dom.same(left, right), "the two sides have different normal forms")
        else:
            _prove(dom.form.tidy(_minus(right, left)), dom, op == "<", tree)


def check_point(goal: str, hyps: Sequence[str], point: Mapping[str, str], dims: Iterable[str] = ()) -> None:
    """Raise Refused unless all hypotheses certainly hold at the rational point and the goal certainly fails there.

    Parameters that the point leaves open are computed from hypotheses of the form parameter = term.
    """
    with _refusing():
        values: dict[str, Term] = {n: _num(Fraction(v)) for n, v in point.items()}
        _require(all(values[n][1] >= 1 and values[n][1].denominator == 1 for n in dims), "a dimension must be an integer >= 1")
        (rel,), left = _relations(goal), [r for h in hyps for r in _relations(h)]
        while rule := next((h for h in left if h[0] == "=" and h[1][0] == "var" and h[1][1] not in values
                            and _names(h[2]) <= values.keys()), None):
            values[rule[1][1]] = _at(rule[2], values)
            left.remove(rule)
        _require(all(_sign(h, values) for h in left), "a hypothesis does not certainly hold at the point")
        _require(_sign(rel, values) is False, "the goal does not certainly fail at the point")


@contextmanager
def _refusing() -> Iterator[None]:
    """Whatever goes wrong inside is a refusal."""
    try:
        yield
    except (ValueError, TypeError, LookupError, ArithmeticError, AttributeError, RecursionError, SyntaxError) as error:
        raise Refused(str(error) or type(error).__name__) from None


def _at(term: Term, values: Mapping[str, Term]) -> Term:
    return values[term[1]] if term[0] == "var" else _rebuilt(term, lambda t: _at(t, values))


def _sign(rel: Rel, values: Mapping[str, Term]) -> bool | None:
    """Whether a relation holds at a point, if exact arithmetic or some precision decides that."""
    op, left, right = rel[0], _at(rel[1], values), _at(rel[2], values)
    none = _Domain({})
    _require(none.defined(left, right), "a term may be undefined at the point")
    gap = none.form.tidy(_minus(right, left))
    for bits in () if gap[0] == "num" else (224, 800, 3104):
        with ctx.workprec(bits):
            low, high = _enclose(gap, {})
        if low > 0 or high < 0:
            return op != "=" and bool(low > 0)
    return {"<=": gap[1] >= 0, "<": gap[1] > 0, "=": gap[1] == 0}[op] if gap[0] == "num" else None
