"""Reads formulas back: LaTeX as the typesetter and the lemma modules write it, as relations of the kernel.

The language is small: names as a signature and a notation give them, numbers, sums and products, fractions, roots, powers,
sums and maxima over an index, absolute values, the functions of the kernel, and norms and inner products of columns, in
which the indices that an array is written without are summed over.  Whatever is not in it, or could be read in two ways,
is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

from proofcheck.kernel.normal import NotNormalizable, is_zero
from proofcheck.kernel.terms import (
    Array,
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
    add,
    alike,
    children,
    exp,
    free_indices,
    log,
    mul,
    neg,
    rebuild,
    rename,
    sqrt,
)
from proofcheck.kernel.text import Signature, to_text
from proofcheck.report.formulas import NAMED, SHORT, Typesetter

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|[^\s\\]")
IGNORED = re.compile(r"\\(?:(?:brk|[bB]igg?[lr]|quad)(?![A-Za-z])|[,;:!])")  # it only sets space, size, breaks
RELATIONS = {r"\le": "<=", r"\leq": "<=", "<": "<", "=": "=", r"\ge": ">=", r"\geq": ">=", ">": ">"}
CALLED = {written: name for name, written in NAMED.items() if not written.startswith(r"\operatorname")} | {r"\exp": "exp"}
LEFT_OUT = "_out"  # ends the name of an index that is left out
CLOSING = {"(": ")", "[": "]", "{": "}"}
AFTER_INDEX = frozenset((",", "}", ")", "+", "=", r"\le", r"\rangle"))
ENDS = frozenset((")", "]", "}", ",", "+", "-", "/", r"\rvert", r"\rVert", r"\rangle", *RELATIONS))


class Unreadable(ValueError):
    """LaTeX that is not of this language; the message says what was found and where."""


def same(left: Rel, right: Rel) -> bool:
    """Whether two relations say the same of the same names: side by side, up to the kernel's normal form."""
    return left.op == right.op and _equal(left.lhs, right.lhs) and _equal(left.rhs, right.rhs)


def _equal(left: Expr, right: Expr) -> bool:
    one, two = tidy(left), tidy(right)
    try:
        return alike(one, two) or is_zero(one - two)
    except NotNormalizable:
        return False


def tidy(term: Expr) -> Expr:
    """The same term in a form that does not tell orders apart; abbreviations stand for themselves.

    Numbers are multiplied out, reciprocals taken factor by factor, factors and sums put in order.
    """
    whole = rebuild(term, tuple(map(tidy, children(term))))
    match whole:
        case Entry(Array(name, params, body), indices) if body is not None:
            return Array(name, params)[indices]
        case Pow(Fn("Abs", (inside,)), power) if power.denominator == 1 and power % 2 == 0:
            return Pow(inside, power)
        case Pow(Num(value), power) if value and power.denominator == 1:
            return Num(value**int(power))
        case Pow(Mul(args), power) if power == -1:
            return tidy(mul(*(Pow(a, power) for a in args)))
        case Mul(args):
            number = prod((a.value for a in args if isinstance(a, Num)), start=Fraction(1))
            rest = sorted((a for a in args if not isinstance(a, Num)), key=to_text)
            factors = [Num(number), *rest] if number != 1 or not rest else rest
            return mul(*factors) if len(factors) > 1 else factors[0]
        case Sum(outer, Sum(inner, body)) if (inner.dim.name, inner.name) < (outer.dim.name, outer.name):
            return Sum(inner, tidy(Sum(outer, body)))
    return whole


@dataclass(frozen=True)
class LatexReader:
    """Reads relations in which some names occur, as ``signature`` explains them and ``typeset`` writes them."""

    signature: Signature
    typeset: Typesetter
    names: Iterable[str]

    def relation(self, latex: str) -> Rel:
        """One relation; raises Unreadable."""
        parser = _Parser(tokens(latex), dict(self._words()), self.signature)
        try:
            found = parser.relation()
        except RecursionError:
            raise Unreadable("nested too deeply") from None
        if parser.at < len(parser.tokens):
            raise parser.stuck("the end")
        return found

    def _words(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """How every name is written, as tokens, without the indices that follow it."""
        for name in sorted(set(self.names)):
            array = self.signature.arrays.get(name)
            marks = [f"#{k}" for k in range(1, 1 + len(array.params))] if array is not None else []
            written = self.typeset.name(name, marks)
            yield name, tuple(tokens(written.removesuffix(f"_{{{','.join(marks)}}}") if marks else written))


def tokens(latex: str) -> list[str]:
    """The symbols of a formula, without what only sets space; every script and argument is in braces."""
    found: list[str] = []
    pending = False  # the next token stands alone as a script
    for token in re.findall(r"#\d|" + TOKEN.pattern, IGNORED.sub(" ", latex)):
        alone = pending and token != "{"
        shown = token[0] if alone and token[0].isdigit() else token
        found += ["{", shown, "}"] if alone else [token]
        found += [token[1:]] if alone and len(shown) < len(token) else []
        pending = token in ("_", "^")
    return found


@dataclass
class _Parser:
    tokens: Sequence[str]
    words: Mapping[str, Sequence[str]]
    signature: Signature
    bound: Mapping[str, Index] = field(default_factory=dict)
    summed: dict[str, Index] | None = None  # of a norm or inner product: which indices are left out there
    at: int = 0

    # symbols

    @property
    def next(self) -> str:
        """The next symbol, empty at the end."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        """The next symbol, which is passed."""
        self.at += 1
        return self.tokens[self.at - 1]

    def accept(self, *wanted: str) -> bool:
        """Whether these symbols come next; if so they are passed."""
        found = tuple(self.tokens[self.at:self.at + len(wanted)]) == wanted
        self.at += len(wanted) if found else 0
        return found

    def expect(self, *wanted: str) -> None:
        """Pass these symbols."""
        if not self.accept(*wanted):
            raise self.stuck(" ".join(wanted))

    def stuck(self, wanted: str) -> Unreadable:
        """What was wanted, and what is there."""
        before, after = self.tokens[max(self.at - 8, 0):self.at], self.tokens[self.at:self.at + 8]
        return Unreadable(f"expected {wanted} between {' '.join(before)!r} and {' '.join(after)!r}")

    # sums and products

    def relation(self) -> Rel:
        """left op right."""
        left = self.term()
        op = RELATIONS.get(self.next)
        if op is None:
            raise self.stuck("a relation")
        self.take()
        right = self.term()
        return Rel(op, left, right) if op in ("<=", "<", "=") else Rel("<=" if op == ">=" else "<", right, left)

    def term(self) -> Expr:
        """Products with signs between them."""
        parts = [self.signed()]
        while self.next in ("+", "-"):
            parts.append(self.signed())
        return add(*parts) if len(parts) > 1 else parts[0]

    def signed(self) -> Expr:
        """A product, perhaps with a sign before it."""
        if self.accept("-"):
            return neg(self.product())
        self.accept("+")
        return self.product()

    def product(self) -> Expr:
        """Factors side by side; a slash divides all before it by the one factor after it."""
        found = self.factor()
        slashed = False
        while self.next and self.next not in ENDS - {"/"}:
            if self.accept("/"):
                found, slashed = _ratio(found, self.factor()), not self.long_number()
            elif slashed:
                raise self.stuck("parentheses around the denominator")
            else:
                self.accept(r"\cdot")
                found = mul(found, self.factor())
        return found

    def factor(self) -> Expr:
        """An atom with its powers."""
        if self.next in (r"\sum", r"\max") and self.tokens[self.at + 1:self.at + 2] == ["_"]:
            return self.over()
        fraction = self.next == r"\frac"
        base = self.atom()
        if self.next == "^" and (fraction or self.raised()):
            raise self.stuck("parentheses around what has a power")
        return _raised(base, self.until("}")) if self.accept("^", "{") else base

    def raised(self) -> bool:
        """Whether what was read last ends with a superscript: TeX allows no second one."""
        at = self.at
        while at and self.tokens[at - 1] == "}":
            depth = 1
            while depth:
                at -= 1
                depth += {"}": 1, "{": -1}.get(self.tokens[at - 1], 0)
            at -= 2
            if self.tokens[at] == "^":
                return True
            if self.tokens[at] != "_":
                return False
        return False

    def long_number(self) -> bool:
        """Whether a ratio of two numbers was read last that the typesetter writes with a slash."""
        digits = self.tokens[max(self.at - 3, 0):self.at:2]
        return all(d.isdigit() for d in digits) and max(map(len, digits)) > SHORT // 2

    def atom(self) -> Expr:
        """What holds together by itself."""
        named = self.named()
        if named is not None:
            return named
        match self.next:
            case "(" | "[" | "{":
                closing = CLOSING[self.take()]
                return self.until(closing)
            case r"\frac":
                return self.fraction()
            case r"\sqrt":
                self.expect(r"\sqrt", "{")
                return sqrt(self.until("}"))
            case r"\lvert":
                self.take()
                return Fn("Abs", (self.until(r"\rvert"),))
            case r"\lVert":
                return self.norm()
            case r"\langle":
                return self.inner()
            case r"\pi":
                self.take()
                return Const("pi")
            case "e":
                self.take()
                return exp(self.until("}") if self.accept("^", "{") else 1)
            case r"\operatorname":
                self.expect(r"\operatorname", "{")
                name = ""
                while self.next.isalpha():
                    name += self.take()
                self.expect("}")
                return self.call(name)
            case symbol if symbol in CALLED:
                self.take()
                return self.call(CALLED[symbol])
            case symbol if symbol.isdigit():
                return Num(Fraction(self.number()))
        raise self.stuck("a term")

    def number(self) -> str:
        """Digits, perhaps with a decimal point."""
        digits = self.take()
        if self.next == "." and self.tokens[self.at + 1:self.at + 2] and self.tokens[self.at + 1].isdigit():
            digits += self.take() + self.take()
        return digits

    def until(self, closing: str) -> Expr:
        """A term and what closes it."""
        found = self.term()
        self.expect(closing)
        return found

    def fraction(self) -> Expr:
        """A fraction, or a derivative of the atom that follows."""
        self.expect(r"\frac", "{")
        if self.accept(r"\partial", "}", "{", r"\partial"):
            wrt = self.until("}")
            if not isinstance(wrt, (Entry, Var)):
                raise self.stuck("a derivative with respect to a name")
            return Diff(self.atom(), wrt)
        above = self.until("}")
        self.expect("{")
        return _ratio(above, self.until("}"))

    def call(self, name: str) -> Expr:
        """A function; a power between its name and its argument is one of its value."""
        power = None
        if self.accept("^", "{"):
            power = self.until("}")
        if self.accept("("):
            args = [self.term()]
            while self.accept(","):
                args.append(self.term())
            self.expect(")")
        else:
            args = [self.atom()]
            if self.next and self.next not in ENDS - {"/"}:
                raise self.stuck("parentheses around the argument of a function that something follows")
        try:
            found: Expr = Fn(name, tuple(args))
        except ValueError as error:
            raise Unreadable(str(error)) from None
        return found if power is None else _raised(found, power)

    # what binds an index

    def over(self) -> Expr:
        """A sum or a maximum of all that follows, up to the next sign."""
        kind = self.take()
        self.expect("_", "{")
        if kind == r"\sum" and self.accept("q", r"\ge", "0", "}"):
            return self.geometric()
        if kind == r"\max":
            self.accept("1", r"\le")
        chosen = [self.index()]
        while self.accept(","):
            chosen.append(self.index())
        self.range(kind, chosen[0])
        outer, self.bound = self.bound, {**self.bound, **{i.name: i for i in chosen}}
        body = self.product()
        self.bound = outer
        for index in reversed(chosen):
            body = Sum(index, body) if kind == r"\sum" else Peak(index, body)
        return body

    def range(self, kind: str, index: Index) -> None:
        """How far an index runs, where it is said: as far as its dimension."""
        if kind == r"\max":
            upper = self.named() if self.accept(r"\le") else index.dim
            self.expect("}")
        else:
            lower = self.accept("=", "1")
            self.expect("}")
            upper = self.named() if lower and self.accept("^", "{") else index.dim
            if upper is not index.dim:
                self.expect("}")
        if upper != index.dim:
            raise self.stuck(f"{index.dim.name} as the end of {index.name}")

    def geometric(self) -> Expr:
        """The sum of (x)^q over all q."""
        self.expect("(")
        ratio = self.until(")")
        self.expect("^", "{", "q", "}")
        return Fn("geometric", (ratio,))

    def norm(self) -> Expr:
        """The square root of the sum of squares over the indices that are left out."""
        self.expect(r"\lVert")
        inside, summed = self.column(r"\rVert")
        if len(summed) > 1:
            self.expect("_", "{", "F", "}")
        else:
            self.accept("_", "{", "2", "}")
        return sqrt(_total(summed, Pow(inside, Fraction(2))))

    def inner(self) -> Expr:
        """The sum of products over the indices that are left out."""
        self.expect(r"\langle")
        left, first = self.column(",")
        right, second = self.column(r"\rangle")
        if set(first) != set(second):
            raise self.stuck("two columns of the same kind before this")
        return _total(first, mul(left, right))

    def column(self, closing: str) -> tuple[Expr, list[Index]]:
        """A term in which entries leave indices out, and these."""
        outer, self.summed = self.summed, {}
        inside = self.until(closing)
        found, self.summed = list(self.summed.values()), outer
        if not found:
            raise self.stuck("a column before this")
        return inside, found

    # names

    def named(self) -> Expr | None:
        """The longest name that comes next, with its indices."""
        start = self.at
        if self.next == r"\delta" and (found := self.kronecker()) is not None:
            return found
        for name, written in sorted(self.words.items(), key=lambda item: -len(item[1])):
            self.at = start
            if name in self.signature.indices:
                continue
            array = self.signature.arrays.get(name)
            inside = self.matched(written)
            if inside is None:
                continue
            if array is None and self.next != "_":
                return self.signature.var(name)
            if array is not None and (entry := self.entry(array, inside)) is not None:
                return entry
        self.at = start
        return None

    def kronecker(self) -> Expr | None:
        """delta with two indices."""
        start = self.at
        try:
            self.expect(r"\delta", "_", "{")
            left = self.index()
            self.expect(",")
            right = self.index()
            self.expect("}")
            return Delta(left, right)
        except (Unreadable, ValueError):  # not two indices, or not over one dimension: a name like any other
            self.at = start
            return None

    def matched(self, written: Sequence[str]) -> list[Index] | None:
        """Pass a name as it is written; the indices inside of it, or None."""
        inside: dict[int, Index] = {}
        for symbol in written:
            if symbol.startswith("#"):
                try:
                    inside[int(symbol[1:])] = self.index()
                except Unreadable:
                    return None
            elif not self.accept(symbol):
                return None
        return [inside[k] for k in sorted(inside)]

    def entry(self, array: Array, inside: list[Index]) -> Expr | None:
        """An entry with the indices that follow; a norm around it sums over those that are left out."""
        chosen = list(inside)
        if not inside and self.accept("_", "{"):
            chosen.append(self.index())
            while self.accept(","):
                chosen.append(self.index())
            self.expect("}")
        lacking = len(array.params) - len(chosen)
        if lacking < 0 or (lacking and self.summed is None):
            return None
        found = {array[way] for way in ((*self.out(array.params[:lacking]), *chosen),
                                        (*chosen, *self.out(array.params[len(chosen):]))) if fits(array, way)}
        if len(found) != 1:
            raise self.stuck(f"{len(array.params)} indices of {array.name}, or fewer that fit in one way, before this")
        entry = found.pop()
        if self.summed is not None:
            self.summed |= {i.name: i for i in entry.indices if i not in chosen}
        return entry

    def out(self, params: Iterable[Index]) -> list[Index]:
        """Indices in the place of those that are left out."""
        return [Index(f"{p.name}{LEFT_OUT}", p.dim) for p in params]

    def index(self) -> Index:
        """The longest name of an index that comes next."""
        start = self.at
        known = {**self.signature.indices, **self.bound}
        for name in sorted(known, key=lambda n: -len(self.words.get(n, ()))):
            self.at = start
            if name in self.words and self.matched(self.words[name]) is not None and self.next in AFTER_INDEX:
                return known[name]
        self.at = start
        raise self.stuck("an index")


def fits(array: Array, indices: Sequence[Index]) -> bool:
    """Whether an array takes these indices."""
    return [i.dim for i in indices] == [p.dim for p in array.params]


def _ratio(above: Expr, below: Expr) -> Expr:
    if isinstance(above, Num) and isinstance(below, Num) and below.value:
        return Num(above.value / below.value)
    return mul(above, Pow(below, Fraction(-1)))


def _raised(base: Expr, power: Expr) -> Expr:
    return Pow(base, power.value) if isinstance(power, Num) else exp(mul(power, log(base)))


def _total(indices: Iterable[Index], body: Expr) -> Expr:
    """The sum over what was left out, under the plain name of the index where that is free."""
    for index in indices:
        plain = Index(index.name.removesuffix(LEFT_OUT), index.dim)
        body = Sum(index, body) if plain in free_indices(body) else Sum(plain, rename(body, {index: plain}))
    return body
