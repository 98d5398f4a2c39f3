"""Normal forms of scalar terms: {monomial: coefficient}.

Terms with one normal form are equal wherever both are defined, and the form is defined wherever its term is.  Atoms are
terms in normal form: a parameter, pi, a function, or what stands under a power that cannot be worked out: (x + 1)**(-1).
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache

from flint import fmpz

from proofcheck.second.terms import ZERO, Term, factors, num, require

Mono = tuple[tuple[Term, Fraction], ...]  # atoms with exponents, sorted
Poly = dict[Mono, Fraction]
MAX_POWER = 1000
MAX_FACTORED = 10**18


def collect(items: Iterable[tuple[Mono, Fraction]]) -> Poly:
    """The sum of monomials with coefficients."""
    found: Poly = {}
    for mono, c in items:
        found[mono] = found.get(mono, Fraction(0)) + c
    return {m: c for m, c in found.items() if c}


def scaled(poly: Poly, c: Fraction) -> Poly:
    """A rational multiple."""
    return {m: c * k for m, k in poly.items()} if c else {}


def _size(poly: Poly) -> Fraction:
    return max(map(abs, poly.values()), default=Fraction(1))


def as_term(poly: Poly) -> Term:
    """A polynomial as a term; equal polynomials give equal terms."""
    summands = []
    for mono, c in sorted(poly.items(), key=repr):
        factors = [a if q == 1 else ("pow", a, q) for a, q in mono]
        factors = factors if factors and c == 1 else [num(c), *factors]
        summands.append(factors[0] if len(factors) == 1 else ("mul", *factors))
    return ZERO if not summands else summands[0] if len(summands) == 1 else ("add", *summands)


def _radical(value: Fraction, q: Fraction) -> tuple[Fraction, list[tuple[Term, Fraction]]]:
    """value**q as a rational times roots of primes, each to a power in (0, 1)."""
    found, roots = Fraction(1), []
    for prime, times in _primes(value):
        whole, part = divmod(times * q, 1)
        found *= Fraction(prime) ** whole
        roots += [(num(prime), part)] if part else []
    return found, roots


def _primes(value: Fraction) -> list[tuple[int, int]]:
    """The prime factors of a positive rational; a large number is left in one piece."""
    pieces = [(n, sign) for n, sign in ((value.numerator, 1), (value.denominator, -1)) if n > 1]
    return sorted((int(prime), sign * int(times)) for n, sign in pieces
                  for prime, times in (fmpz(n).factor() if n < MAX_FACTORED else [(n, 1)]))


class Normal:
    """Normal forms where some parameters are known to be positive, so that they may leave roots and |...|."""

    def __init__(self, positive: frozenset[str]) -> None:
        self.positive, self.known, self.logs = positive, dict[Term, Poly](), set[Term]()

    def of(self, term: Term) -> Poly:
        """The normal form; raises Refused for exponents that are too large, and for 1/0."""
        if term not in self.known:
            self.known[term] = self._of(term)
        return self.known[term]

    def tidy(self, term: Term) -> Term:
        """The normal form as a term."""
        return as_term(self.of(term))

    def _of(self, term: Term) -> Poly:
        match term:
            case ("num", value):
                return {(): value} if value else {}
            case ("add", *args):
                return collect(item for t in args for item in self.of(t).items())
            case ("mul", *args):
                return self._product([self.of(t) for a in args for t in factors(a)])
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
                exponents += scaled(self.of(atom[2]), q).items()
            else:
                powers[atom] = powers.get(atom, Fraction(0)) + q
        late = [f for f in powers.items() if self._opens(*f)]
        for atom, q in list(powers.items()):  # s**(3/2) is s times its root
            if atom[0] in ("add", "mul") and q > 1 and q.denominator > 1:
                powers[atom] = q % 1
                late.append((atom, q - q % 1))
        merged = collect(exponents)
        logs = {m: k for m, k in merged.items() if len(m) == 1 and m[0][1] == 1 and m[0][0][:2] == ("fn", "log")
                and abs(k.numerator) <= MAX_POWER}
        rest = as_term({m: c for m, c in merged.items() if m not in logs})
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
        return collect(item for a, c in left.items() for b, k in right.items()
                       for item in self._joined(a + b, c * k).items())

    def _product(self, polys: list[Poly]) -> Poly:
        """A sum that is also a divisor or under a root is cancelled instead of multiplied out."""
        held = {a for p in polys for m in p for a, _ in m if a[0] == "add"}
        found: Poly = {(): Fraction(1)}
        single: list[tuple[Term, Fraction]] = []
        for p in polys:
            common, size, rest = self._split(p) if len(p) > 1 else ((), Fraction(1), {})
            if len(p) == 1:
                ((mono, c),) = p.items()
                single, found = [*single, *mono], scaled(found, c)
            elif rest and as_term(rest) in held:
                single, found = [*single, *common, (as_term(rest), Fraction(1))], scaled(found, size)
            else:
                found = self._times(found, p)
        return self._shifted(found, single)

    def _power(self, poly: Poly, q: Fraction) -> Poly:
        require(abs(q.numerator) <= MAX_POWER and (poly or q >= 0), "a power of 0, or an exponent that is too large")
        if q == 0 or not poly:
            return {(): Fraction(1)} if q == 0 else {}
        if len(poly) > 1 and q.denominator == 1 and q > 0:
            half = self._power(poly, Fraction(q.numerator // 2))
            return self._times(self._times(half, half), poly if q % 2 else {(): Fraction(1)})
        if len(poly) > 1:
            mono, c, rest = self._split(poly)
            require(rest, "a power of what is 0 once it is multiplied out")
            free = [(a, p * q) for a, p in mono]
        else:
            ((mono, c),) = poly.items()
            free = [(a, p * q) for a, p in mono if q.denominator == 1 or self.is_positive(a)]
            rest = {tuple(f for f in mono if q.denominator > 1 and not self.is_positive(f[0])): Fraction(1)}
        if c < 0 and q.denominator > 1:
            return self._joined([*free, (as_term(scaled(rest, c)), q)])
        scale, roots = (c**q.numerator, []) if q.denominator == 1 else _radical(c, q)
        return self._joined([*free, *roots, *([(as_term(rest), q)] if rest != {(): 1} else [])], scale)

    def _split(self, poly: Poly) -> tuple[Mono, Fraction, Poly]:
        """A sum as a monomial in positive atoms times a positive rational times a sum without either."""
        atoms = sorted({a for m in poly for a, _ in m if self.is_positive(a)}, key=repr)
        least = [(a, min(dict(m).get(a, Fraction(0)) for m in poly)) for a in atoms]
        common = tuple((a, q) for a, q in least if q)
        rest = self._shifted(poly, [(a, -q) for a, q in common])
        return common, _size(rest), scaled(rest, 1 / _size(rest))

    def _log(self, poly: Poly) -> Poly:
        """The logarithm of a product of positive factors is a sum; that of a rational is a sum over primes."""
        require(poly, "the logarithm of 0")
        size, mono = _size(poly), next(iter(poly))
        if len(poly) > 1:
            mono = ((as_term(scaled(poly, 1 / size)), Fraction(1)),)
        elif poly[mono] < 0 or not all(self.is_positive(a) for a, _ in mono):
            mono, size = ((as_term(poly), Fraction(1)),), Fraction(1)
        found: list[tuple[Mono, Fraction]] = []
        for atom, q in (*mono, *((num(p), Fraction(k)) for p, k in _primes(size))):
            log = ("fn", "log", atom)
            self.logs.add(log)
            inner: Poly = self.of(atom[2]) if atom[:2] == ("fn", "exp") else {((log, Fraction(1)),): Fraction(1)}
            found += scaled(inner, q).items()
        return collect(found)

    def is_positive(self, atom: Term) -> bool:
        """Whether an atom is > 0 wherever it is defined, by its form."""
        if atom[0] in ("add", "mul", "pow", "num"):
            return self.all_positive(self.of(atom))
        return atom == ("pi",) or atom[:2] == ("fn", "exp") or (atom[0] == "var" and atom[1] in self.positive)

    def all_positive(self, poly: Poly) -> bool:
        """Whether all coefficients and atoms are positive."""
        return bool(poly) and all(c > 0 and all(self.is_positive(a) for a, _ in m) for m, c in poly.items())

    def _absolute(self, poly: Poly) -> Poly:
        """|p| with positive factors in front; p and -p give the same."""
        if not poly or self.all_positive(poly):
            return poly
        if len(poly) == 1:
            ((mono, c),) = poly.items()
            plain = [q.denominator > 1 or q % 2 == 0 or self.is_positive(a) or a[:2] == ("fn", "Abs") for a, q in mono]
            return self._joined([(a if same else ("fn", "Abs", a), q) for same, (a, q) in zip(plain, mono, strict=True)],
                                abs(c))
        common, size, rest = self._split(poly)
        inside = max(rest, scaled(rest, Fraction(-1)), key=lambda p: repr(as_term(p)))
        return self._joined([*common, (("fn", "Abs", as_term(inside)), Fraction(1))], size)

    def _shifted(self, poly: Poly, factors: list[tuple[Term, Fraction]]) -> Poly:
        """The product with powers of atoms, which cancel before anything is multiplied out."""
        return collect(item for m, c in poly.items() for item in self._joined([*m, *factors], c).items())

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


@lru_cache(maxsize=500)
def normal(positive: frozenset[str] = frozenset()) -> Normal:
    """The normal forms for a set of positive parameters; what was worked out before is kept."""
    return Normal(positive)
