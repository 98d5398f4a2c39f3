"""Terms of the kernel as LaTeX.

A formula carries the places at which a line may break, written ``\\brk``; products have an explicit thin space, so that
nothing but juxtaposition stands for a product.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise

from proofcheck.kernel.terms import Add, Const, Delta, Diff, Entry, Expr, Fn, Mul, Num, Peak, Pow, Rel, Sum, Var

BREAK = r"\brk "
FREE, OPEN, FACTOR, ATOM = range(4)  # sums and signs; products and what takes all that follows; factors; bases of powers
SHORT = 24  # symbols; a longer numerator, denominator or radicand is written on the line
GREEK = frozenset("alpha beta gamma delta epsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi chi psi omega "
                  "Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split())
KNOWN = {"lam": r"\lambda", "eps": r"\varepsilon"}
OPERATORS = {"<=": r"\le", "<": "<", "=": "="}
PLACE = re.compile(r"#\d")
HIGH = re.compile(r"\\(sum|max|min|log|exp|operatorname)")  # not in an exponent
NAMED = {"log": r"\log", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "erf": r"\operatorname{erf}",
         "erfc": r"\operatorname{erfc}", "Max": r"\max", "Min": r"\min"}


@dataclass(frozen=True)
class Typesetter:
    """Writes terms; ``notation`` says how a paper writes some names, with #1, #2 for the indices where they go inside."""

    notation: Mapping[str, str] = field(default_factory=dict)

    def relation(self, rel: Rel) -> str:
        """Both sides and what is between them."""
        return f"{self.term(rel.lhs)} {BREAK}{OPERATORS[rel.op]} {self.term(rel.rhs)}"

    def term(self, term: Expr, level: int = FREE) -> str:
        """The term, in parentheses where it holds together less tightly than ``level`` asks for."""
        body, own = self._shown(term)
        return f"({body})" if own < level else body

    def name(self, name: str, indices: Sequence[str] = ()) -> str:
        """A name of the paper with its indices; what a name has below moves up where indices take its place."""
        written = self.notation.get(name)
        if written is not None and "#1" in written:
            for number, index in enumerate(indices, 1):
                written = written.replace(f"#{number}", index)
            return written
        stem, below = (written, "") if written is not None else split_name(name)
        if not indices:
            return stem + (f"_{{{below}}}" if below else "")
        return stem + (f"^{{({below})}}" if below else "") + f"_{{{','.join(indices)}}}"

    def whole(self, name: str) -> str:
        """The name of an array as a whole; indices that go inside are dots."""
        return PLACE.sub(r"\\cdot", self.name(name))

    def _shown(self, term: Expr) -> tuple[str, int]:
        """The text and how tightly it holds together."""
        match term:
            case Num(value):
                return _number(value), FREE if value < 0 else ATOM if value.denominator == 1 else FACTOR
            case Const() | Var():
                return self.name(term.name), ATOM
            case Entry(array, indices):
                return self.name(array.name, [self.name(i.name) for i in indices]), ATOM
            case Delta(left, right):
                return rf"\delta_{{{self.name(left.name)},{self.name(right.name)}}}", ATOM
            case Sum(index, inner):
                below, above = self.name(index.name), self.name(index.dim.name)
                return rf"\sum_{{{below}=1}}^{{{above}}} {self.term(inner, OPEN)}", OPEN
            case Peak(index, inner):
                below, above = self.name(index.name), self.name(index.dim.name)
                return rf"\max_{{1\le {below}\le {above}}} {self.term(inner, OPEN)}", OPEN
            case Diff(inner, wrt):
                return rf"\frac{{\partial}}{{\partial {self.term(wrt)}}} {self.term(inner, ATOM)}", OPEN
            case Fn(name, args):
                return self._function(name, args)
            case Pow(base, power):
                return self._fraction([], [Pow(base, -power)]) if power < 0 else self._power(base, power)
            case Mul(args):
                return self._product(args)
            case Add(args):
                return self._sum(args), FREE
        raise ValueError(f"cannot write {type(term).__name__}")

    def _function(self, name: str, args: tuple[Expr, ...]) -> tuple[str, int]:
        inside = [self.term(a) for a in args]
        if name == "exp":
            tight = width(inside[0]) <= SHORT and not HIGH.search(inside[0])
            return (f"e^{{{plain(inside[0])}}}", FACTOR) if tight else (rf"\exp({inside[0]})", ATOM)
        if name == "Abs":
            return rf"\lvert {inside[0]} \rvert", ATOM
        if name == "geometric":
            return rf"\sum_{{q\ge 0}} ({inside[0]})^{{q}}", OPEN
        return f"{NAMED[name]}({', '.join(inside)})", ATOM

    def _power(self, base: Expr, power: Fraction) -> tuple[str, int]:
        if power == 1:
            return self._shown(base)
        inside = plain(self.term(base))
        if power == Fraction(1, 2) and width(inside) <= SHORT and r"\sum" not in inside:
            return rf"\sqrt{{{inside}}}", ATOM
        shown = self.term(base, ATOM)
        return (f"{{{shown}}}" if isinstance(base, Entry) else shown) + f"^{{{power}}}", FACTOR

    def _product(self, args: tuple[Expr, ...]) -> tuple[str, int]:
        """A product; what has a negative power goes below a line, a leading -1 becomes a sign."""
        sign, rest = _sign(args)
        above = [a for a in rest if not _inverse(a)]
        below = [Pow(a.base, -a.power) for a in rest if isinstance(a, Pow) and _inverse(a)]
        text, own = self._fraction(above, below) if below else (self._factors(above), OPEN)
        return (f"-{text}", FREE) if sign else (text, own)

    def _fraction(self, above: Sequence[Expr], below: Sequence[Expr]) -> tuple[str, int]:
        """A fraction; a long numerator stands beside 1 over the denominator, a long denominator after a slash."""
        top, bottom = self._alone(above) if above else "1", self._alone(below)
        if width(bottom) > SHORT:
            return f"{self._factors(above, FACTOR) if above else '1'} {BREAK}/ ({bottom})", OPEN
        if width(top) <= SHORT and r"\sum" not in top:
            return rf"\frac{{{plain(top)}}}{{{plain(bottom)}}}", FACTOR
        return rf"\frac{{1}}{{{plain(bottom)}}}\, {self._factors(above)}", OPEN

    def _alone(self, factors: Sequence[Expr]) -> str:
        return self.term(factors[0]) if len(factors) == 1 else self._factors(factors)

    def _factors(self, factors: Sequence[Expr], last: int = OPEN) -> str:
        """The factors side by side; a sum or maximum takes all that follows, so it needs parentheses unless it is last."""
        shown = [self.term(f, FACTOR) for f in factors[:-1]] + [self.term(factors[-1], last)]
        text = shown[0]
        for before, after in pairwise(shown):
            dot = r"\cdot " if after[0].isdigit() or (before[-1].isdigit() and after.startswith(r"\frac")) else r"\, "
            text += (BREAK if width(text) > SHORT else "") + dot + after
        return text

    def _sum(self, args: tuple[Expr, ...]) -> str:
        text = self.term(args[0])
        for a in args[1:]:
            shown = self.term(a)
            text += f" {BREAK}- {shown[1:]}" if shown.startswith("-") else f" {BREAK}+ {shown}"
        return text


def split_name(name: str) -> tuple[str, str]:
    """A name without a notation of its own, and what belongs below it: digits, and what follows an underscore."""
    head, _, tail = name.removeprefix("%").partition("_")
    letters = re.fullmatch(r"([A-Za-z]+?)(\d*)", head)
    stem, digits = (letters[1], letters[2]) if letters else (head, "")
    below = [digits, *(t if len(t) == 1 or t.isdigit() else _word(t) for t in tail.split("_") if t)]
    return _word(stem), ",".join(filter(None, below))


def plain(text: str) -> str:
    """A formula that stays on one line."""
    return text.replace(BREAK, "")


def width(text: str) -> int:
    """About how many symbols a formula shows."""
    return len(re.sub(r"\\(?:brk|mathrm|,)|[{}_^\s]", "", re.sub(r"\\(?!brk|mathrm)[a-z]+", "x", text)))


def pieces(text: str) -> list[str]:
    """A formula cut at the places outside of braces at which a line may break."""
    found, depth = [""], 0
    for part in re.split(r"(\\brk |\\[{}]|[{}])", text):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part == BREAK and depth == 0:
            found.append("")
        elif part != BREAK:
            found[-1] += part
    return [p for p in found if p.strip()]


def _word(word: str) -> str:
    if word in KNOWN:
        return KNOWN[word]
    if word in GREEK:
        return f"\\{word}"
    return word if len(word) == 1 else rf"\mathrm{{{word}}}"


def _number(value: Fraction) -> str:
    whole, sign = abs(value), "-" if value < 0 else ""
    digits = [str(whole.numerator), str(whole.denominator)]
    if max(map(len, digits)) > SHORT // 2:
        return sign + "/".join(digits)
    return sign + (digits[0] if whole.denominator == 1 else rf"\frac{{{digits[0]}}}{{{digits[1]}}}")


def _inverse(term: Expr) -> bool:
    return isinstance(term, Pow) and term.power < 0


def _sign(args: tuple[Expr, ...]) -> tuple[bool, list[Expr]]:
    """Whether a product starts with a minus, and its factors without ones."""
    rest = [a for a in args if a not in (Num(Fraction(1)), Num(Fraction(-1)))]
    sign = sum(a == Num(Fraction(-1)) for a in args) % 2 == 1
    if rest and isinstance(rest[0], Num) and rest[0].value < 0:
        rest[0], sign = Num(-rest[0].value), not sign
    return sign, rest or [Num(Fraction(1))]
