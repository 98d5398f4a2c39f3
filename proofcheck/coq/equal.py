"""Equations between terms of the kernel: tactics for a goal lhs = rhs, however its sums and products are grouped."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from math import inf

from proofcheck.coq import statements, sums
from proofcheck.coq.equations import HALF, Equations
from proofcheck.coq.signs import Scope, Signs, Unknown
from proofcheck.coq.terms import NotExpressible, as_tuple, coq, identifier
from proofcheck.coq.vocabulary import closed
from proofcheck.kernel.normal import NotNormalizable, is_zero
from proofcheck.kernel.terms import (
    Array,
    Const,
    Delta,
    Entry,
    Expr,
    Fn,
    Mul,
    Num,
    Peak,
    Pow,
    Rel,
    Sum,
    Var,
    alike,
    children,
    mul,
    rebuild,
    subterms,
)
from proofcheck.second.domains import Domain, Range
from proofcheck.second.terms import Refused, Term, minus

Lines = list[str]


def equal(lhs: Expr, rhs: Expr, signs: Signs, at: Scope) -> Lines:
    """Tactics; raises NotExpressible."""
    if not signs.second and _same(opaque(lhs), opaque(rhs), signs):
        with suppress(NotExpressible):
            return _scalar(lhs, rhs, signs, at)
    return _with_sums(lhs, rhs, signs)


def _with_sums(lhs: Expr, rhs: Expr, signs: Signs) -> Lines:
    """By ``sums``, which takes abbreviations to be let-bound variables and looks for signs in the context."""
    rel = Rel("=", lhs, rhs)
    facts = dict(reversed(signs.facts))
    hyps = sums.matter(rel, tuple(facts))
    lines = []
    for array in statements.arrays_of([rel, *hyps])[1]:
        name, body = identifier("a", array.name), as_tuple(array.body or Num(Fraction(0)))
        heads = " ".join(f"({identifier('i', p.name)} : nat)" for p in array.params)
        lines.append(f"pose ({name} := {f'fun {heads} => ' if heads else ''}{coq(body)}).")
    lines += [f"assert (M{k} : {closed(h, f'({coq(as_tuple(h.lhs))} {h.op} {coq(as_tuple(h.rhs))})')}) by exact {facts[h]}."
              for k, h in enumerate(hyps)]
    left, right = coq(as_tuple(lhs)), coq(as_tuple(rhs))
    return [*lines, f"refine (cast_eq {left} {right} _ _ _ _ _); [ | regroup | regroup].",
            *sums.equal(lhs, rhs, tuple(facts))]


def opaque(term: Expr) -> Expr:
    """The term with abbreviations as arrays that stand for nothing."""
    if isinstance(term, Entry) and term.array.body is not None:
        return Entry(Array(term.array.name, term.array.params), term.indices)
    return rebuild(term, tuple(opaque(c) for c in children(term)))


def _same(left: Expr, right: Expr, signs: Signs) -> bool:
    with suppress(NotNormalizable):
        return is_zero(left - right, signs.known.positive)
    return False


class _Atoms:
    """Parameters that stand for everything that scalar terms do not have."""

    def __init__(self) -> None:
        self.found: list[Expr] = []

    def flat(self, term: Expr) -> Expr:
        """The term over the parameters."""
        if isinstance(term, (Entry, Delta, Sum, Peak)) or (isinstance(term, Fn) and term.name in ("erf", "erfc")):
            for k, other in enumerate(self.found):
                if alike(other, term):
                    return Var(f"t{k}_")
            self.found.append(term)
            return Var(f"t{len(self.found) - 1}_")
        return rebuild(term, tuple(self.flat(c) for c in children(term)))


class _Opened:
    """Absolute values and roots of products as products, and those of known signs worked out, outside of sums."""

    def __init__(self, signs: Signs, at: Scope) -> None:
        self.signs, self.at = signs, at
        self.lines: Lines = []

    def open(self, term: Expr) -> Expr:
        """The term with everything opened; the tactics rewrite it in the goal."""
        if isinstance(term, (Sum, Peak, Entry, Num, Var)):
            return term
        found = self._once(term)
        if found is None:
            return rebuild(term, tuple(self.open(c) for c in children(term)))
        changed, why = found
        told = f"({why} : {self.signs.words.show(term)} = {self.signs.words.show(changed)})"
        self.lines += [f"rewrite ?{told}."] if told not in "".join(self.lines) else []
        return self.open(changed)

    def _once(self, term: Expr) -> tuple[Expr, str] | None:
        match term:
            case Fn("Abs", (Num(rational),)):
                return Num(abs(rational)), "ltac:(apply abs_is; [lra | first [left; lra | right; lra]])"
            case Fn("Abs", (inner,)):
                for want, value, lemma in (("n", inner, "Rabs_pos_eq"), ("z", -inner, "abs_of_np")):
                    with suppress(Unknown):
                        if want == "n" or not isinstance(inner, Mul):
                            return value, f"{lemma} _ {self.signs.prove(inner, want, self.at)}"
                if isinstance(inner, Mul):
                    why = "eq_refl"
                    for _ in inner.args[1:]:
                        why = f"(product_step _ _ _ {why})"
                    return mul(*(abs(a) for a in inner.args)), why
                if isinstance(inner, Pow) and inner.power.denominator == 1 and inner.power > 1:
                    return Pow(abs(inner.base), inner.power), "abs_power _ _"
            case Pow(Mul(args), power) if power == HALF:
                with suppress(Unknown):
                    why = "eq_refl"
                    for k, a in enumerate(args[1:], 1):
                        why = (f"(root_step _ _ _ {self.signs.prove(mul(*args[:k]), 'n', self.at)} "
                               f"{self.signs.prove(a, 'n', self.at)} {why})")
                    return mul(*(Pow(a, HALF) for a in args)), why
            case Pow(Pow(base, power), half) if half == HALF and power == 2:
                with suppress(Unknown):
                    return base, f"sqrt_pow2 _ {self.signs.prove(base, 'n', self.at)}"
                return abs(base), "root_of_square _"
        return None


def _scalar(lhs: Expr, rhs: Expr, signs: Signs, at: Scope) -> Lines:
    """An equation between scalar terms over atoms."""
    opened = _Opened(signs, at)
    lhs, rhs = opened.open(lhs), opened.open(rhs)
    atoms = _Atoms()
    left, right = atoms.flat(lhs), atoms.flat(rhs)
    lines, positive = _told(lhs, rhs, atoms, signs, at)
    lines = [*opened.lines, *lines]
    names = {v.name: signs.words.show(v) for t in (left, right) for v in subterms(t) if isinstance(v, Var)}
    names |= {f"t{k}_": signs.words.show(t) for k, t in enumerate(atoms.found)}
    box = {n: Range(0 if n in positive else -inf, inf, True) for n in names}
    dom = Domain(box)
    one, two = (_sizes_as_parameters(as_tuple(t)) for t in (left, right))
    try:
        if not dom.form.vanishes(minus(one, two)):
            raise NotExpressible("an equation between sums")
        return [*lines, f"{Equations(dom, names).solve(one, two)}."]
    except Refused as error:
        raise NotExpressible(str(error)) from None


def _sizes_as_parameters(term: Term) -> Term:
    """Sizes as parameters: the names say how they are shown."""
    if term[:1] == ("dim",):
        return ("var", term[1])
    return tuple(_sizes_as_parameters(t) if isinstance(t, tuple) else t for t in term)


def _told(lhs: Expr, rhs: Expr, atoms: _Atoms, signs: Signs, at: Scope) -> tuple[Lines, set[str]]:
    """Facts about the parts on whose signs an equation rests, and which parameters are positive."""
    lines, positive = list[str](), set[str]()
    known = dict[str, str]()
    for part, wants in _parts((lhs, rhs)):
        shown = signs.words.show(part)
        for want in wants:
            with suppress(Unknown):
                told = {"p": f"0 < {shown}", "n": f"0 <= {shown}", "x": f"{shown} <> 0"}[want]
                if told not in known:
                    known[told] = signs.prove(part, want, at)
                    lines.append(f"assert (K{len(known)} : {told}) by exact {known[told]}.")
                if want == "p" and isinstance(part, Var):
                    positive.add(part.name)
                if want == "p":
                    positive |= {f"t{k}_" for k, t in enumerate(atoms.found) if alike(t, part)}
                break
    return lines, positive


def _parts(terms: tuple[Expr, ...]) -> Iterator[tuple[Expr, str]]:
    for term in terms:
        if isinstance(term, (Num, Const)):
            continue
        if isinstance(term, (Var, Entry, Sum, Peak)):
            yield term, "pnx"
        if isinstance(term, (Entry, Sum, Peak, Delta)):
            continue
        match term:
            case Pow(base, power) if power.denominator == 2:
                yield base, "pn"
            case Pow(base, power) if power < 0:
                yield base, "px"
            case Fn("log", (x,)):
                yield x, "p"
        yield from _parts(children(term))
