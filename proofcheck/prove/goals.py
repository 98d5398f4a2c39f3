"""Goals of the scalar search, and what can be seen of one without searching.  Nothing here is trusted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from proofcheck.kernel.calculus import NotDifferentiable
from proofcheck.kernel.domain import (
    Box,
    Domain,
    Range,
    Rejected,
    intervals,
    is_positive,
    is_regular,
    positive_parameters,
    tidy,
)
from proofcheck.kernel.intervals import Undefined, enclose, precision
from proofcheck.kernel.normal import Atom, Monomial, NotNormalizable, Poly, Rational, normal, to_term
from proofcheck.kernel.terms import Expr, Fn, Pow, Var, children, subterms
from proofcheck.kernel.text import to_text

BITS = 64
FINE = (256, 1024)  # more bits help where nothing but rounding is in the way
SLOPES = 4  # how often derivatives of derivatives are taken
REWRITES = 3  # how often a goal is put into other words
LARGEST = 600  # longer terms are not looked at
FAILURES = (Undefined, NotDifferentiable, NotNormalizable, Rejected, ValueError, ArithmeticError)


@dataclass(frozen=True)
class Goal:
    """term >= 0 (or > 0) on the domain; ``slopes`` more derivatives and ``rewrites`` more rewritings may be taken."""

    term: Expr
    domain: Domain
    strict: bool
    slopes: int = SLOPES
    rewrites: int = REWRITES

    @property
    def box(self) -> Box:
        """The ranges of the parameters."""
        return self.domain.box

    @property
    def key(self) -> object:
        """What identifies the goal."""
        sides = tuple(sorted(((v.name, r) for v, r in self.box.items()), key=lambda x: x[0]))
        return self.term, sides, self.domain.given, self.strict

    def on(self, domain: Domain) -> Goal:
        """The same term on another domain."""
        return replace(self, domain=domain)

    def about(self, term: Expr) -> Goal:
        """Another term, brought to normal form, on the same domain."""
        return replace(self, term=tidy(term, self.box))

    def rewritten(self, term: Expr) -> Goal:
        """The same in other words, one rewriting later."""
        return replace(self.about(term), rewrites=self.rewrites - 1)

    def side(self, term: Expr, strict: bool) -> Goal:
        """A condition on the side: easier, so that less is tried."""
        return Goal(tidy(term, self.box), self.domain, strict, min(self.slopes, 2), self.rewrites - 1)

    def at_infinity(self) -> bool:
        """Whether a parameter stands for a limit."""
        return any(r.infinite() for r in self.box.values())


def evaluates(goal: Goal) -> int:
    """The number of bits at which interval arithmetic on the whole box proves the goal, or 0."""
    grades: tuple[int, ...] = (BITS, *FINE) if is_point(goal.box) else (BITS,)
    for bits in grades:
        try:
            with precision(bits):
                low = enclose(goal.term, intervals(goal.box)).lo
        except FAILURES:
            return 0
        if low > 0 or (low >= 0 and not goal.strict):
            return bits
    return 0


def is_point(box: Box) -> bool:
    """Whether every parameter has one value only."""
    return all(r.lo == r.hi for r in box.values())


def is_long(term: Expr) -> bool:
    """Whether a term is too long to work with."""
    return sum(1 for _ in subterms(term)) > LARGEST


def regular(goal: Goal) -> bool:
    """Whether the term is defined and continuous on the whole box."""
    try:
        return is_regular(goal.term, goal.box)
    except FAILURES:
        return False


def innermost_kinks(term: Expr) -> list[Fn]:
    """Every Abs, Max and Min without another one inside, each once."""
    found: list[Fn] = []
    for t in subterms(term):
        if is_kinked(t) and t not in found and not any(is_kinked(s) for a in children(t) for s in subterms(a)):
            found.append(t)  # type: ignore[arg-type]
    return found


def is_kinked(term: Expr) -> bool:
    """Whether the term itself has a kink."""
    return isinstance(term, Fn) and term.name in ("Abs", "Max", "Min")


def poly_of(goal: Goal) -> Poly:
    """The normal form of the term; raises one of FAILURES."""
    return normal(goal.term, positive_parameters(goal.box))


def atom_term(atom: Atom) -> Expr:
    """An atom of the normal form as a term."""
    return to_term({((atom, 1),): 1})


def mono_term(mono: Monomial, coefficient: Rational = 1) -> Expr:
    """A monomial of the normal form as a term."""
    return to_term({mono: coefficient})


def power(term: Expr, exponent: Rational) -> Expr:
    """A power, without the exponent 1."""
    return term if exponent == 1 else Pow(term, Fraction(exponent))


def is_good_factor(term: Expr, box: Box) -> bool:
    """Whether a term is positive and regular on the box, by its form."""
    try:
        return is_positive(term, box) and is_regular(term, box)
    except FAILURES:
        return False


def show_box(box: Box) -> str:
    """The box as text, for messages."""
    def one(var: Var, r: Range) -> str:
        low = f"{r.lo} {'<' if r.lo_open else '<='} " if isinstance(r.lo, Fraction) else ""
        high = f" {'<' if r.hi_open else '<='} {r.hi}" if isinstance(r.hi, Fraction) else ""
        return f"{low}{var.name}{high}" if low or high else f"{var.name} any real"

    return ", ".join(one(v, box[v]) for v in sorted(box, key=lambda v: v.name)) or "no parameters"


def show(goal: Goal) -> str:
    """The domain as text, for messages."""
    known = [f"{to_text(h)} {'>' if sharp else '>='} 0" for h, sharp in goal.domain.given]
    return ", ".join([show_box(goal.box), *known])
