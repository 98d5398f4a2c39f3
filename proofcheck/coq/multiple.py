"""Sums of polynomials over indices: inner sums drawn out, constants pulled out, deltas used, indices named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from proofcheck.coq.atoms import (
    Atom,
    Binder,
    Mono,
    Poly,
    Tree,
    atom,
    collect,
    height,
    key,
    mono_text,
    multiply,
    names,
    nested,
    scaled,
    single,
    split_exponentials,
    text,
    times,
    tree_text,
)
from proofcheck.coq.functions import Functions, raised
from proofcheck.coq.steps import (
    SAME,
    Lines,
    chain,
    congruence,
    congruence_right,
    context,
    pull,
    right,
    under,
)
from proofcheck.coq.terms import NotExpressible, identifier


class MultipleSums(Functions):
    """Sums as products of connected multiple sums, with the proofs."""

    def __init__(self, positive: frozenset[str]) -> None:
        super().__init__(positive)
        self.known: dict[Any, tuple[Poly, Lines]] = {}  # what atoms are under other names

    def total(self, bound: Binder, poly: Poly) -> tuple[Poly, Lines]:
        """The sum of a polynomial over one index."""
        items = key(poly)
        if not items:
            return {}, ["apply bigsum_zero."]
        parts = [self._total_of(bound, m, c) for m, c in items]
        tree = ("add", *(("poly", p) for p, _ in parts))
        found = collect(i for p, _ in parts for i in p.items())
        lines = parts[0][1]
        for _, proof in parts[1:]:
            lines = ["eapply eq_trans; [apply bigsum_plus|].", "apply (f_equal2 Rplus).", "{", *lines, "}", "{", *proof, "}"]
        return found, chain(tree_text(tree), lines, self.arith(tree, found))

    def _total_of(self, bound: Binder, mono: Mono, c: Fraction) -> tuple[Poly, Lines]:
        """The sum of one monomial: inner sums are drawn out, constants pulled out, deltas used."""
        name = bound[0]
        fixed: list[tuple[Atom, Fraction]] = []
        moving: list[tuple[Atom, Fraction]] = []
        inner: list[Atom] = []
        for a, p in split_exponentials(mono):
            if name not in names(a):
                fixed.append((a, p))
            elif a[0] == "sum" and p > 0 and p.denominator == 1:
                inner += [a] * int(p)
            else:
                moving.append((a, p))
        outside = scaled(times((), tuple(fixed)), c)
        ((m, _),) = times((), tuple(moving)).items()
        body: Tree = ("mul", ("poly", outside), right([("poly", {m: Fraction(1)}), *(("poly", atom(a)) for a in inner)]))
        result, proof = self._drawn_out(bound, m, inner)
        final = ("mul", ("poly", outside), ("poly", result))
        found = multiply(outside, result)
        return found, chain(nested([bound], tree_text(body)), under([bound], self._back(mono, body, c)),
                            ["eapply eq_trans; [apply bigsum_scal|].",
                             *chain(tree_text(final), congruence("Rmult", [SAME, proof]), self.arith(final, found))])

    def _back(self, mono: Mono, tree: Tree, c: Fraction = Fraction(1)) -> Lines:
        """c*mono = tree."""
        lines = self.arith(tree, {mono: c})
        return lines if lines == SAME else ["symmetry.", *lines]

    def _drawn_out(self, bound: Binder, mono: Mono, inner: list[Atom]) -> tuple[Poly, Lines]:
        """sum (m * (s1 * (s2 ...))), the inner sums written as one multiple sum."""
        groups: list[tuple[tuple[Binder, ...], Mono]] = [((), mono)]
        proofs: list[Lines] = [SAME]
        for a in inner:
            fresh = {n: self.fresh("b") for n, _ in a[1]}
            new, why = self.renamed({a[2]: Fraction(1)}, fresh)
            groups.append((tuple((fresh[n], d) for n, d in a[1]), single(new)))
            proofs.append(under(groups[-1][0], why))
        body: Poly = {(): Fraction(1)}
        for _, w in groups:
            body = multiply(body, {w: Fraction(1)})
        whole = single(body)
        binders = tuple(b for bs, _ in groups for b in bs)
        found, proof = self._resolved((bound, *binders), whole)
        if not inner:
            return found, proof
        parts = [{w: Fraction(1)} if not bs else atom(("sum", bs, w)) for bs, w in groups]
        middle = tree_text(right([("poly", p) for p in parts]))
        back = chain(middle, congruence_right(proofs), ["symmetry.", *self._split(groups, whole)])
        return found, chain(nested([bound, *binders], mono_text(whole)), under([bound], back), proof)

    def _split(self, groups: Sequence[tuple[Sequence[Binder], Mono]], whole: Mono) -> Lines:
        """nested(all binders, whole) = g1 * (g2 * ...), each group with binders of its own."""
        every = [b for bs, _ in groups for b in bs]
        parts: list[Tree] = [("poly", {w: Fraction(1)}) for _, w in groups]
        lines = self._factored(groups)
        return chain(nested(every, tree_text(right(parts))), under(every, self._back(whole, right(parts))),
                     lines)

    def _factored(self, groups: Sequence[tuple[Sequence[Binder], Mono]]) -> Lines:
        """nested(b1 + rest, w1 * (w2 * ...)) = nested(b1, w1) * (nested(b2, w2) * ...)."""
        if len(groups) == 1:
            return SAME
        (first, w), rest = groups[0], groups[1:]
        others = [b for bs, _ in rest for b in bs]
        tail = tree_text(right([("poly", {v: Fraction(1)}) for _, v in rest]))
        middle = nested(first, f"({mono_text(w)} * {nested(others, tail)})")
        lines = under(first, pull(others))
        drawn = pull(first, "bigsum_scal_r")
        after = f"({nested(first, mono_text(w))} * {nested(others, tail)})"
        inner = self._factored(rest)
        last = SAME if inner == SAME else ["apply (f_equal2 Rmult).", "{", "reflexivity.", "}", "{", *inner, "}"]
        return chain(middle, lines, chain(after, drawn, last))

    def _resolved(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """A multiple sum, with sum delta(i, j) f(j) = f(i) used as often as possible."""
        bound = dict(binders)
        for a, p in mono:
            if a[0] == "delta" and p == 1 and set(a[1:]) & set(bound):
                gone = a[2] if a[2] in bound else a[1]
                kept = a[1] if gone == a[2] else a[2]
                rest = tuple(b for b in binders if b[0] != gone)
                left = tuple(f for f in mono if f[0] != a)
                full = (*rest, (gone, bound[gone]))
                swap = self._permuted(binders, full, mono_text(mono))
                tree: Tree = ("mul", ("poly", {left: Fraction(1)}), ("poly", atom(a)))
                why = under(full, self._back(mono, tree))
                lemma = "bigsum_delta" if gone == a[2] else "bigsum_delta_r"
                function = f"(fun {identifier('i', gone)} : nat => {mono_text(left)})"
                change, proof = self.renamed({left: Fraction(1)}, {gone: kept})
                use = under(rest, [f"eapply eq_trans; [apply ({lemma} _ {identifier('i', kept)} {function}); assumption|].",
                                   "cbv beta.", *proof])
                found, last = self._again(rest, change)
                return found, chain(nested(full, mono_text(mono)), swap,
                                    chain(nested(full, tree_text(tree)), why, chain(nested(rest, text(change)), use, last)))
        return self._components(binders, mono)

    def _again(self, binders: tuple[Binder, ...], poly: Poly) -> tuple[Poly, Lines]:
        if not binders:
            return poly, SAME
        inner, proof = self._again(binders[1:], poly)
        found, why = self.total(binders[0], inner)
        return found, chain(nested(binders[:1], text(inner)), under(binders[:1], proof), why)

    def _components(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """The product of the connected parts of a multiple sum."""
        factors = split_exponentials(mono)
        bound = {n for n, _ in binders}
        fixed = tuple(f for f in factors if not names(f[0]) & bound)
        left = [f for f in factors if names(f[0]) & bound]
        groups: list[tuple[tuple[Binder, ...], Mono]] = []
        while left:
            group = [left.pop(0)]
            reach = names(group[0][0]) & bound
            while near := [f for f in left if names(f[0]) & reach]:
                group += near
                left = [f for f in left if f not in near]
                reach |= frozenset().union(*(names(f[0]) & bound for f in near))
            (w, _), = times((), tuple(group)).items()
            groups.append((tuple(b for b in binders if b[0] in reach), w))
        loose = [b for b in binders if not any(b in bs for bs, _ in groups)]
        groups += [((b,), ()) for b in loose]
        (k, _), = times((), fixed).items()
        whole = [((), k), *groups] if k else groups
        order = tuple(b for bs, _ in whole for b in bs)
        pieces = [self._canonical(bs, w) if bs else ({w: Fraction(1)}, SAME) for bs, w in whole]
        tree = right([("poly", p) for p, _ in pieces])
        found: Poly = {(): Fraction(1)}
        for p, _ in pieces:
            found = multiply(found, p)
        swap = self._permuted(binders, order, mono_text(mono))
        split = self._split(whole, mono)
        parts = right([("poly", atom(("sum", bs, w)) if bs else {w: Fraction(1)}) for bs, w in whole])
        each = congruence_right([why for _, why in pieces])
        return found, chain(nested(order, mono_text(mono)), swap,
                            chain(tree_text(parts), split, chain(tree_text(tree), each, self.arith(tree, found))))

    def _canonical(self, binders: tuple[Binder, ...], mono: Mono) -> tuple[Poly, Lines]:
        """One connected multiple sum with its binders in the order and under the names that sort first."""
        if not mono:
            return atom(("dim", binders[0][1])), ["apply bigsum_one; assumption."]
        level = height(mono)
        best: tuple[str, tuple[Binder, ...], dict[str, str], Mono] | None = None
        for order in _orders(binders):
            mapping = {n: f"n{level}_{k}" for k, (n, _) in enumerate(order)}
            changed = self.moved(mono, mapping)
            shown = repr(changed)
            if best is None or shown < best[0]:
                best = (shown, order, mapping, changed)
        if best is None:
            raise NotExpressible("a sum over no index")
        _, order, mapping, changed = best
        swap = self._permuted(binders, order, mono_text(mono))
        poly, why = self.renamed({mono: Fraction(1)}, mapping)
        if poly != {changed: Fraction(1)}:
            raise NotExpressible("a sum that changes when its indices are named")
        new = tuple((mapping[n], d) for n, d in order)
        made = atom(("sum", new, changed))
        return made, chain(nested(order, mono_text(mono)), swap, under(new, why))

    def _permuted(self, old: tuple[Binder, ...], new: tuple[Binder, ...], body: str) -> Lines:
        """nested(old, body) = nested(new, body), by swapping neighbours."""
        if old == new:
            return SAME
        now = list(old)
        steps: list[tuple[int, tuple[Binder, ...]]] = []
        for spot, wanted in enumerate(new):
            at = now.index(wanted)
            while at > spot:
                now[at - 1], now[at] = now[at], now[at - 1]
                at -= 1
                steps.append((at, tuple(now)))
        lines: Lines = []
        for at, order in steps:
            swap = [*(f"apply bigsum_ext; intros {identifier('i', n)} _." for n, _ in order[:at]), "apply bigsum_swap."]
            lines += [f"transitivity ({nested(order, body)}).", "{", *swap, "}"]
        return [*lines, "reflexivity."]

    def moved(self, mono: Mono, mapping: Mapping[str, str]) -> Mono:
        """The monomial under other names; sums inside are put in order again."""
        return single(self.renamed({mono: Fraction(1)}, mapping)[0])

    def renamed(self, poly: Poly, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        """The polynomial under other names, and a proof that it is the old one, which has the new names in the old order."""
        terms: list[Tree] = []
        proofs: list[Lines] = []
        found: Poly = {}
        for mono, c in key(poly):
            factors = [self._renamed_atom(a, mapping) for a, _ in mono]
            tree: list[Tree] = [("poly", {(): c})] if c != 1 or not mono else []
            whys: list[Lines] = [SAME] if c != 1 or not mono else []
            made: Poly = {(): c}
            for (_, p), (new, why) in zip(mono, factors, strict=True):
                power_ = raised(new, p)
                tree.append(("poly", power_))
                whys.append(why if why == SAME else [f"apply (f_equal (fun z : R => {context(p)})).", *why])
                made = multiply(made, power_)
            terms.append(("mul", *tree))
            proofs.append(congruence("Rmult", whys))
            found = collect((*found.items(), *made.items()))
        if not terms:
            return {}, SAME
        whole = ("add", *terms)
        return found, chain(tree_text(whole), congruence("Rplus", proofs), self.arith(whole, found))

    def _renamed_atom(self, a: Atom, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        moving = {n: mapping[n] for n in names(a) if n in mapping}
        if not moving:
            return atom(a), SAME
        known = (a, frozenset(moving.items()))
        if known not in self.known:
            self.known[known] = self._renamed_anew(a, moving)
        return self.known[known]

    def _renamed_anew(self, a: Atom, mapping: Mapping[str, str]) -> tuple[Poly, Lines]:
        match a:
            case ("entry", name, indices):
                return atom(("entry", name, tuple(mapping.get(i, i) for i in indices))), SAME
            case ("delta", left, right):
                i, j = mapping.get(left, left), mapping.get(right, right)
                if i == j:
                    return {(): Fraction(1)}, ["apply delta_same."]
                return atom(("delta", *sorted((i, j)))), SAME if i < j else ["apply delta_sym."]
            case ("exp", inner):
                new, why = self.renamed(dict(inner), mapping)
                return self.function("exp", [(new, why)])
            case ("root" | "base" as kind, inner):
                new, why = self.renamed(dict(inner), mapping)
                return atom((kind, key(new))), why if why == SAME or kind == "base" else ["apply f_equal.", *why]
            case ("fn", "Abs", inner):
                new, why = self.renamed(dict(inner), mapping)
                found, more = self.absolute(new)
                return found, chain(f"Rabs {text(new)}", why if why == SAME else ["apply f_equal.", *why], more)
            case ("fn", name, *args):
                parts = [self.renamed(dict(q), mapping) for q in args]
                return self.function(name, parts)
            case ("sum", binders, mono):
                new, why = self.renamed({mono: Fraction(1)}, mapping)
                found, more = self._canonical(binders, single(new))
                return found, chain(nested(binders, text(new)), under(binders, why), more)
            case ("peak", (name, dim), inner):
                new, why = self.renamed(dict(inner), mapping)
                if why != SAME:
                    raise NotExpressible("a maximum whose terms change their order")
                return atom(("peak", (name, dim), key(new))), SAME
        raise NotExpressible(f"an atom {a[0]} under other names")


def _orders(binders: Sequence[Binder]) -> Iterator[tuple[Binder, ...]]:
    """The orders in which only indices over one dimension change their places."""
    by_dim = [[b for b in sorted(binders) if b[1] == dim] for dim in sorted({d for _, d in binders})]
    for choice in product(*map(permutations, by_dim)):
        yield tuple(b for group in choice for b in group)
