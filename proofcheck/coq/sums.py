"""Equations between terms with arrays and sums of symbolic size: tactics that bring both sides to one normal form.

Every step from a term to its polynomial comes with the tactics that prove it, made of the lemmas of ``sums.v`` and of
equations between fractions of polynomials in variables that stand for the atoms.  Parts that are equal are not opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from proofcheck.coq import statements
from proofcheck.coq.atoms import (
    Poly,
    as_base,
    atom,
    atom_text,
    collect,
    height,
    key,
    multiply,
    nested,
    power,
    text,
    times,
    tree_text,
)
from proofcheck.coq.multiple import MultipleSums
from proofcheck.coq.steps import (
    SAME,
    Lines,
    chain,
    congruence,
    under,
)
from proofcheck.coq.terms import NotExpressible, as_tuple, conditions, coq, identifier
from proofcheck.kernel.normal import NotNormalizable, is_zero
from proofcheck.kernel.signs import Facts
from proofcheck.kernel.terms import (
    Add,
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
    alike,
    arrays,
    children,
    expand,
    rebuild,
    rename,
    subterms,
    variables,
)

HALF = Fraction(1, 2)
MAX_POWER = 12


class Sums(MultipleSums):
    """Terms of the kernel as polynomials, and equations between terms."""

    def norm(self, term: Expr) -> tuple[Poly, Lines]:
        """The polynomial and a proof that the term equals it; bound indices have names of their own."""
        match term:
            case Num(value):
                return ({(): value} if value else {}), SAME
            case Const():
                return atom(("pi",)), SAME
            case Entry(array, _) if array.body is not None:
                body = self.body(term)
                found, why = self.norm(body)
                return found, why if why == SAME else [f"change ({coq(as_tuple(body))} = {text(found)}).", *why]
            case Var() | Entry():
                return atom(as_tuple(term)), SAME
            case Delta(left, right):
                if left == right:
                    return {(): Fraction(1)}, ["apply delta_same."]
                i, j = sorted((left.name, right.name))
                return atom(("delta", i, j)), SAME if (i, j) == (left.name, right.name) else ["apply delta_sym."]
            case Add(args):
                return self._node("add", "Rplus", [self.norm(a) for a in args])
            case Mul(args):
                return self._node("mul", "Rmult", [self.norm(a) for a in args])
            case Pow(base, exponent):
                return self._power(term, base, exponent)
            case Fn(name, args):
                return self.function(name, [self.norm(a) for a in args])
            case Sum(index, body):
                inner, proof = self.norm(body)
                bound = (index.name, index.dim.name)
                found, why = self.total(bound, inner)
                return found, chain(nested([bound], text(inner)), under([bound], proof), why)
            case Peak(index, body):
                inner, proof = self.norm(body)
                name = f"n{height(key(inner))}_0"
                renamed, why = self.renamed(inner, {index.name: name})
                first, second = ([f"apply bigmax_ext; intros {identifier('i', n)} H_{n}.", *lines] if lines != SAME else SAME
                                 for n, lines in ((index.name, proof), (name, why)))
                middle = atom_text(("peak", (index.name, index.dim.name), key(inner)))
                return atom(("peak", (name, index.dim.name), key(renamed))), chain(middle, first, second)
        raise NotExpressible(f"a {type(term).__name__}")

    def _node(self, kind: str, function: str, parts: list[tuple[Poly, Lines]]) -> tuple[Poly, Lines]:
        polys = [p for p, _ in parts]
        tree = (kind, *(("poly", p) for p in polys))
        found = collect(i for p in polys for i in p.items()) if kind == "add" else self._product(polys)
        return found, chain(tree_text(tree), congruence(function, [why for _, why in parts]), self.arith(tree, found))

    def _product(self, polys: list[Poly]) -> Poly:
        """The product; a sum that also occurs as a divisor is cancelled, not multiplied out."""
        bases = {a for p in polys for m in p for a, _ in m if a[0] == "base"}
        found: Poly = {(): Fraction(1)}
        late: list[Poly] = []
        for p in polys:
            if len(p) > 1 and any(as_base(p)[0] == b for b in bases):
                base, size = as_base(p)
                late.append({((base, Fraction(1)),): size})
            else:
                found = multiply(found, p)
        for p in late:
            ((mono, size),) = p.items()
            found = collect((m, c * size * x) for f, c in found.items() for m, x in times(f, mono).items())
        return found

    def _power(self, term: Expr, base: Expr, exponent: Fraction) -> tuple[Poly, Lines]:
        if exponent.denominator > 2 or abs(exponent) > MAX_POWER:
            raise NotExpressible(f"the power {exponent}")
        if exponent.denominator == 2:
            return self._roots(base, exponent)
        if isinstance(base, Pow) and base.power == HALF and exponent == 2:
            inner, why = self.norm(base.base)
            return inner, chain(coq(as_tuple(base.base)), ["apply pow2_sqrt; snn."], why)
        inner, why = self.norm(base)
        whole = int(exponent)
        found = power(inner, whole) if whole >= 0 else self.inverse(inner, -whole)
        shown = "z" if abs(whole) == 1 else f"(z ^ {abs(whole)})"
        context = f"(fun z : R => {shown if whole >= 0 else f'/ {shown}'})"
        tree = ("pow", ("poly", inner), whole)
        return found, chain(tree_text(tree), SAME if why == SAME else [f"apply (f_equal {context}).", *why],
                            self.arith(tree, found))

    def _roots(self, base: Expr, exponent: Fraction) -> tuple[Poly, Lines]:
        inner, why = self.norm(base)
        k, left, proof = self.root(inner)
        outer = k if not left else multiply(k, atom(("root", key(left))))
        if left:
            self.origins.setdefault(("root", key(inner)), (coq(as_tuple(base)), why))
        whole = exponent.numerator
        found = power(outer, whole) if whole > 0 else self.inverse(outer, -whole)
        shown = "sqrt z" if abs(whole) == 1 else f"(sqrt z) ^ {abs(whole)}"
        context = f"(fun z : R => {shown if whole > 0 else f'/ ({shown})'})"
        first = SAME if why == SAME else [f"apply (f_equal {context}).", *why]
        step = ("pow", ("poly", outer), whole)
        outside = "z" if abs(whole) == 1 else f"z ^ {abs(whole)}"
        outside = f"(fun z : R => {outside if whole > 0 else f'/ ({outside})'})"
        second = SAME if proof == SAME else [f"apply (f_equal {outside}).", *proof]
        raw = f"(sqrt {text(inner)})" if abs(whole) == 1 else f"((sqrt {text(inner)}) ^ {abs(whole)})"
        raw = raw if whole > 0 else f"(/ {raw})"
        return found, chain(raw, first, chain(tree_text(step), second, self.arith(step, found)))

    def equal(self, left: Expr, right: Expr) -> Lines:
        """left = right: part by part where the parts are equal, else by normal forms."""
        if alike(left, right):
            return SAME
        for side, other in ((left, right), (right, left)):
            if isinstance(side, Entry) and side.array.body is not None:
                body = self.body(side)
                pair = (body, other) if side is left else (other, body)
                return [f"change ({coq(as_tuple(pair[0]))} = {coq(as_tuple(pair[1]))}).", *self.equal(*pair)]
        match left, right:
            case (Sum(i, a), Sum(j, b)) | (Peak(i, a), Peak(j, b)) if i.dim == j.dim:
                b = rename(b, {j: i})
                if self._agree([(a, b)]):
                    rule = "bigsum_ext" if isinstance(left, Sum) else "bigmax_ext"
                    return [f"apply {rule}; intros {identifier('i', i.name)} H_{i.name}.", *self.equal(a, b)]
            case (Fn(f, p), Fn(g, q)) if f == g and len(p) == 1 and self._agree([(p[0], q[0])]):
                return ["apply f_equal.", *self.equal(p[0], q[0])]
            case (Pow(a, p), Pow(b, q)) if p == q and self._agree([(a, b)]):
                return [f"apply (f_equal (fun z : R => {coq(('pow', ('var', 'z'), p), {'z': 'z'})})).", *self.equal(a, b)]
            case (Add(p), Add(q)) | (Mul(p), Mul(q)) if len(p) == len(q) and self._agree(list(zip(p, q, strict=True))):
                return congruence("Rplus" if isinstance(left, Add) else "Rmult",
                                  [self.equal(a, b) for a, b in zip(p, q, strict=True)])
        one, why = self.norm(left)
        two, because = self.norm(right)
        back = because if because == SAME else ["symmetry.", *because]
        return chain(text(one), why, chain(text(two), self.arith(("poly", one), two), back))

    def _agree(self, pairs: list[tuple[Expr, Expr]]) -> bool:
        return all(alike(a, b) for a, b in pairs) or all(vanishes(a - b, self.positive) for a, b in pairs)

    def body(self, entry: Entry) -> Expr:
        """What an entry of an abbreviation is."""
        return self.apart(expand(entry))

    def apart(self, term: Expr) -> Expr:
        """The term with names of their own for all bound indices."""
        if isinstance(term, (Sum, Peak)):
            own = Index(self.fresh("b"), term.index.dim)
            return type(term)(own, self.apart(rename(term.body, {term.index: own})))
        return rebuild(term, tuple(self.apart(c) for c in children(term)))


def equal(lhs: Expr, rhs: Expr, hyps: Sequence[Rel] = ()) -> Lines:
    """Tactics for lhs = rhs, with the hypotheses, the ranges of free indices and the sizes in Coq's context.

    Abbreviations are let-bound variables of the context and are put in where nothing less will do.
    """
    positive = frozenset(v.name for v in Facts(tuple(hyps)).positive if not v.integer)
    chosen = needed(lhs, rhs, positive)
    work = Sums(positive)
    left, right = (work.apart(opened(t, chosen)) for t in (lhs, rhs))
    return work.equal(left, right)


def tactics(goal: Rel, hyps: Sequence[Rel]) -> Lines:
    """Tactics for the literal theorem of ``statements.claimed``."""
    rels = (goal, *hyps)
    shorts = statements.partial(rels)
    bound = [b.split(" ")[0] for b in statements.binders(rels)]
    bound += [f"D_{v.name}" for v in statements.dimensions(rels)]
    for a in statements.arrays_of(rels)[1]:
        bound += [identifier("a", a.name), *([identifier("c", a.name)] if a.name in shorts else [])]
    bound += [f"G{k}" for k in range(len(hyps))]
    places = [n for i in statements.indices(goal) for n in (identifier("i", i.name), f"H_{i.name}")]
    count = len(conditions(("add", as_tuple(goal.lhs), as_tuple(goal.rhs)), shorts.__contains__))
    return [*([f"intros {' '.join(bound)}."] if bound else []),
            *(["repeat match goal with H : _ /\\ _ |- _ => destruct H end."] if hyps else []),
            *([f"intros {' '.join(places)}."] if places else []),
            *["split; [solve [is_defined]|]."] * count, *equal(goal.lhs, goal.rhs, hyps)]


def matter(goal: Rel, hyps: Sequence[Rel]) -> list[Rel]:
    """The hypotheses that can show a sign: those without sums, on nothing that the goal is not about."""
    about = {*variables(goal), *arrays(goal)}
    return [h for h in hyps if {*variables(h), *arrays(h)} <= about
            and not any(isinstance(t, (Sum, Peak, Diff, Entry)) and getattr(t, "array", None) not in about
                        for side in (h.lhs, h.rhs) for t in subterms(side))]


def needed(lhs: Expr, rhs: Expr, positive: frozenset[str]) -> frozenset[str]:
    """The abbreviations without whose bodies two terms are not known to be equal."""
    known = [a.name for a in statements.arrays_of([Rel("=", lhs, rhs)])[1]]

    def enough(names_: Iterable[str]) -> bool:
        return vanishes(opened(lhs - rhs, frozenset(names_)), positive)

    starts = (k for k in range(len(known), -1, -1) if enough(known[k:]))  # what uses others stands behind them
    start = next(starts, None)
    if start is None:
        raise NotExpressible("not equal by their normal forms")
    chosen = frozenset(known[start:])
    for name in known[start + 1:]:
        chosen -= {name} if enough(chosen - {name}) else set()
    return chosen


def opened(term: Expr, chosen: frozenset[str]) -> Expr:
    """The term in which only the chosen abbreviations have their bodies."""
    if isinstance(term, Entry):
        return Entry(_opened(term.array, chosen), term.indices)
    return rebuild(term, tuple(opened(c, chosen) for c in children(term)))


@lru_cache(maxsize=1000)
def _opened(array: Array, chosen: frozenset[str]) -> Array:
    body = array.body if array.name in chosen else None
    return Array(array.name, array.params, None if body is None else opened(body, chosen))


def vanishes(term: Expr, positive: frozenset[str]) -> bool:
    """Whether a term is 0, as the kernel decides it."""
    try:
        return is_zero(term, frozenset(Var(n) for n in positive))
    except NotNormalizable:
        return False
