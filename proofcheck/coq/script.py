"""Proof trees as tactics.  The walk is that of ``proofcheck.second.nodes``: a goal 0 <= term (or 0 < term) per node.

Nothing here is trusted: a script that does not prove its statement is refused by Coq.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from proofcheck.coq.equations import Equations, tidy
from proofcheck.coq.terms import NotExpressible, conditions, coq, identifier, number
from proofcheck.second.check import _bound, _gaps, setting
from proofcheck.second.domains import Domain, Range
from proofcheck.second.nodes import _exponentials, _resolved
from proofcheck.second.normal import Normal, as_term
from proofcheck.second.terms import ZERO, Refused, Rel, Term, minus, names, neg, num, parts, put, read, relations, slope

Lines = list[str]
U = ("var", "u")
Prover = Callable[["State"], Lines]  # tactics for 0 <= term (or 0 < term) of a known term


@dataclass(frozen=True)
class State:
    """The domain at a node, the names of its parameters in Coq, and how each known term is proved."""

    dom: Domain
    names: Mapping[str, str]
    known: tuple[Prover, ...] = ()

    def show(self, term: Term) -> str:
        """The term in Coq's notation."""
        return coq(term, self.names)

    def tidy(self, term: Term) -> Term:
        """The normal form."""
        return tidy(term, self.dom)

    def equal(self, *terms: Term) -> str:
        """A tactic for equations whose functions occur in the terms."""
        return Equations(self.dom, self.names).solve(*terms)

    def derived(self, *terms: Term) -> str:
        """The same for an equation of which ``auto_derive`` makes one side."""
        return Equations(self.dom, self.names).derivative(*terms)


class Script:
    """The tactics for one tree; names are numbered so that none occurs twice."""

    def __init__(self) -> None:
        self.count = 0

    def fresh(self, letter: str) -> str:
        """A new name."""
        self.count += 1
        return f"{letter}{self.count}"

    def prove(self, term: Term, at: State, strict: bool, tree: Any) -> Lines:
        """Tactics for 0 <= term (or 0 < term), where the term is in normal form."""
        kind, *data = tree
        made: Lines = getattr(self, f"_{kind}")(term, at, strict, *data)
        return made

    def sub(self, raw: Term, at: State, strict: bool, tree: Any, shown: str | None = None) -> Lines:
        """Tactics for a term that is not in normal form: 0 <= raw."""
        term = at.tidy(raw)
        told = at.show(raw) if shown is None else shown
        if told == at.show(term):
            return self.prove(term, at, strict, tree)
        return [f"apply ({'same_lt' if strict else 'same_le'} {told} {at.show(term)}); [{at.equal(raw, term)}|].",
                *self.prove(term, at, strict, tree)]

    # --- leaves ---

    def _eval(self, term: Term, at: State, strict: bool, bits: int) -> Lines:
        word = f"leaf_{'lt' if strict else 'le'}"
        if bits > 64:
            return [f"interval with (i_prec {bits})."]
        subterms = list(dict.fromkeys(_all(term)))
        facts = [line for t in subterms for line in self._extremum(t, at)]
        opaque = [line for t in subterms for line in self._near_zero(t, at)]
        ways = [word, *(["; ".join([*facts, word])] if facts else []), *(["; ".join([*opaque, word])] if opaque else [])]
        return [f"first [{' | '.join(ways)}]." if len(ways) > 1 else f"{word}."]

    def _extremum(self, term: Term, at: State) -> Lines:
        """What a maximum or minimum is above or below."""
        match term:
            case ("fn", "Max" | "Min" as name, left, right):
                sides = f"{at.show(left)} {at.show(right)}"
                return [f"pose proof (R{name.lower()}_l {sides})", f"pose proof (R{name.lower()}_r {sides})"]
        return []

    def _near_zero(self, term: Term, at: State) -> Lines:
        """Bounds for logarithms and inverses of what comes near 0, where interval arithmetic has none."""
        match term:
            case ("fn", "log", ("var", name)) if at.dom.box[name].lo == 0:
                return self._opaque(at.show(term), self._bounded(name, "ln {}", "log_below", at))
            case ("pow", ("var", name), q) if q < 0 and q.denominator == 1 and at.dom.box[name].lo == 0:
                shape = f"/ ({{}} ^ {-q})" if q < -1 else "/ {}"
                return self._opaque(at.show(term), [("0 < {}", "pos"), *self._bounded(name, shape, "inverse_above", at)])
        return []

    def _bounded(self, name: str, shape: str, why: str, at: State) -> list[tuple[str, str]]:
        high = at.dom.box[name].hi
        if isinstance(high, float):
            return []
        end = shape.format(number(high))
        return [(f"{{}} <= {end}" if why == "log_below" else f"{end} <= {{}}", why)]

    def _opaque(self, shown: str, facts: list[tuple[str, str]]) -> Lines:
        """Facts about a term, which is then a parameter."""
        known = [self.fresh("N") for _ in facts]
        value = self.fresh("n")
        lines = [f"assert ({k} : {told.format(shown)}) by {why}" for k, (told, why) in zip(known, facts, strict=True)]
        return [*lines, *([f"revert {' '.join(known)}"] if known else []),
                f"generalize {shown}", f"intros {' '.join([value, *known])}"]

    def _sturm(self, term: Term, at: State, strict: bool) -> Lines:
        """A polynomial: its coefficients around an end of the range are all >= 0, or intervals decide."""
        (name,) = names(term)
        side, end = at.dom.box[name], "lt" if strict else "le"
        for low, away in ((side.lo, 1), (side.hi, -1)):
            if isinstance(low, Fraction):
                moved = as_term(Normal(frozenset()).of(put(term, ("var", name), ("add", num(low), ("mul", num(away), U)))))
                if at.show(moved).count("-") == 0 and names(moved):
                    u, var = self.fresh("u"), at.names[name]
                    told = coq(moved, {"u": u})
                    return [f"assert (exists {u} : R, {u} = {away} * ({var} - {number(low)})) as [{u} E{u}] by "
                            "(eexists; reflexivity).",
                            f"assert (0 {'<' if (side.lo_open if away == 1 else side.hi_open) else '<='} {u}) by lra.",
                            f"apply (same_{end} {at.show(term)} {told}); [subst {u}; field|{'pos' if strict else 'nn'}]."]
        return [f"roots {at.names[name]}."]

    def _mean(self, term: Term, at: State, strict: bool, bits: int) -> Lines:
        ways = [f"interval with (i_prec 40, i_bisect {at.names[n]}, i_autodiff {at.names[n]})" for n in sorted(names(term))]
        return [f"first [{' | '.join(['leaf_lt' if strict else 'leaf_le', *ways])}]."]

    # --- parts of the domain ---

    def _split(self, term: Term, at: State, strict: bool, name: str, cut: str, left: Any, right: Any) -> Lines:
        whole, here = at.dom.box[name], Fraction(cut)
        low = replace(at, dom=at.dom.at(name, whole._replace(hi=here, hi_open=False)))
        high = replace(at, dom=at.dom.at(name, whole._replace(lo=here, lo_open=False)))
        known = self.fresh("H")
        return [f"destruct (Rle_or_lt {at.names[name]} {number(here)}) as [{known}|{known}].",
                *self._block(self.prove(self._retidied(term, low), low, strict, left), term, low, strict),
                f"apply Rlt_le in {known}.",
                *self._block(self.prove(self._retidied(term, high), high, strict, right), term, high, strict)]

    def _retidied(self, term: Term, at: State) -> Term:
        return at.tidy(term)

    def _block(self, lines: Lines, term: Term, at: State, strict: bool) -> Lines:
        """A subproof; on a smaller box the normal form may be another one."""
        other = self._retidied(term, at)
        change = [] if other == term else [
            f"apply ({'same_lt' if strict else 'same_le'} {at.show(term)} {at.show(other)}); [{at.equal(term, other)}|]."]
        return ["{", *change, *lines, "}"]

    def _integer(self, term: Term, at: State, strict: bool, *data: Any) -> Lines:
        raise NotExpressible("a case split at an integer")

    def _case(self, term: Term, at: State, strict: bool, text: str, left: Any, right: Any) -> Lines:
        u, known = at.dom.read(text), self.fresh("H")
        low, why_low = self._knowing(at, u, False, [f"exact {known}."])
        high, why_high = self._knowing(at, neg(u), True, [f"assert (0 < {at.show(neg(u))}) by lra; assumption."])
        return [f"destruct (Rle_or_lt 0 {at.show(u)}) as [{known}|{known}].",
                "{", *why_low, *self.prove(term, low, strict, left), "}",
                "{", *why_high, *self.prove(term, high, strict, right), "}"]

    def _knowing(self, at: State, raw: Term, sharp: bool, how: Lines) -> tuple[State, Lines]:
        """One more known term, asserted in normal form."""
        name, term = self.fresh("G"), at.tidy(raw)
        op = "<" if sharp else "<="
        lines = [f"assert ({name} : 0 {op} {at.show(term)}).", "{"]
        if at.show(term) != at.show(raw):
            lines.append(f"apply ({'same_lt' if sharp else 'same_le'} {at.show(term)} {at.show(raw)}); "
                         f"[{at.equal(raw, term)}|].")
        lines += [*how, "}"]
        return replace(at, dom=at.dom.knowing(term, sharp), known=(*at.known, lambda _: [f"exact {name}."])), lines

    def normal_fact(self, gap: Term, at: State, sharp: bool, name: str) -> Lines:
        """A known relation in normal form, as divisors are written."""
        term, op = at.tidy(gap), "<" if sharp else "<="
        return [f"assert ({self.fresh('C')} : 0 {op} {at.show(term)}).",
                f"{{ apply ({'same_lt' if sharp else 'same_le'} _ {at.show(gap)}); [{at.equal(term, gap)}|lra]. }}"]

    def _lemma(self, term: Term, at: State, strict: bool, text: str, sharp: bool, why: Any, then: Any) -> Lines:
        u = at.dom.read(text)
        more, lines = self._knowing(at, u, sharp, self.sub(u, at, sharp, why))
        return [*lines, *self.prove(term, more, strict, then)]

    def _narrow(self, term: Term, at: State, strict: bool, name: str, side: str, end: str, sharp: bool, why: Any,
                then: Any) -> Lines:
        whole, cut, known = at.dom.box[name], Fraction(end), self.fresh("H")
        op, var, low = "<" if sharp else "<=", at.names[name], side == "lo"
        apart = minus(("var", name), num(cut))
        raw = apart if low else neg(apart)
        box = whole._replace(lo=cut, lo_open=sharp) if low else whole._replace(hi=cut, hi_open=sharp)
        smaller = replace(at, dom=at.dom.at(name, box))
        told = f"{number(cut)} {op} {var}" if low else f"{var} {op} {number(cut)}"
        return [f"assert ({known} : {told}).", "{",
                f"enough (0 {op} {at.show(raw)}) by lra.", *self.sub(raw, at, sharp, why), "}",
                *self._block(self.prove(self._retidied(term, smaller), smaller, strict, then), term, smaller, strict)]

    # --- the faces of the box ---

    def _mono(self, term: Term, at: State, strict: bool, name: str, way: str, why: Any, face: Any) -> Lines:
        whole = at.dom.box[name]
        rising = way == "+"
        end, is_open = (whole.lo, whole.lo_open) if rising else (whole.hi, whole.hi_open)
        if isinstance(end, float):
            return self._limit(term, at, strict)
        steep = strict and is_open
        change = slope(term, name)
        inner, t = self._inside(at, name)
        rule = f"from_{'low' if rising else 'high'}" + ("_steep" if steep else "_lt" if strict else "")
        var, place = at.names[name], number(end)
        ends = f"{place} {var}" if rising else f"{var} {place}"
        low, high = self.fresh("H"), self.fresh("H")
        raw = change if rising else neg(change)
        return [f"apply ({rule} {self._function(term, inner, name)} {self._function(change, inner, name)} {ends}).",
                "{ bound. }", *self._derivative(term, change, inner, t, self._between(whole, t, "lo" if rising else "hi")),
                "{", f"intros {t} [{low} {high}]. cbv beta.", *self._between(whole, t, ""),
                *self.sub(raw, inner, steep, why, self._negated(change, inner, rising)), "}",
                "cbv beta.", *self._face(term, at, name, end, strict and not steep, face)]

    def _negated(self, change: Term, inner: State, rising: bool) -> str:
        return inner.show(change) if rising else f"(-1 * {inner.show(change)})"

    def _inside(self, at: State, name: str) -> tuple[State, str]:
        """The interior of the range of a parameter, which gets a new name and is free of what couples it to others."""
        t = self.fresh("t")
        whole = at.dom.box[name]
        keep = [k for k, (h, _) in enumerate(at.dom.given) if name not in names(h)]
        dom = at.dom.beside(name).at(name, whole._replace(lo_open=True, hi_open=True))
        return State(dom, {**at.names, name: t}, tuple(at.known[k] for k in keep)), t

    def _between(self, whole: Range, t: str, ends: str) -> Lines:
        """Where the new name lies; ``ends`` says which ends of the range it may reach."""
        found = []
        if isinstance(whole.lo, Fraction):
            op = "<=" if "lo" in ends or (not whole.lo_open and ends) else "<"
            found.append(f"assert ({number(whole.lo)} {op} {t}) by bound.")
        if isinstance(whole.hi, Fraction):
            op = "<=" if "hi" in ends or (not whole.hi_open and ends) else "<"
            found.append(f"assert ({t} {op} {number(whole.hi)}) by bound.")
        return found

    def _function(self, term: Term, at: State, name: str) -> str:
        return f"(fun {at.names[name]} : R => {at.show(term)})"

    def _derivative(self, term: Term, change: Term, at: State, t: str, between: Lines) -> Lines:
        return ["{", f"intros {t} [? ?]. cbv beta.", *between,
                f"auto_derive; [repeat split; trivial; nonzero | powers; {at.derived(term, change)}].", "}"]

    def _limit(self, term: Term, at: State, strict: bool) -> Lines:
        return [f"leaf{'_lt' if strict else '_le'}."]

    def _face(self, term: Term, at: State, name: str, end: Fraction, strict: bool, tree: Any) -> Lines:
        keep = [k for k, (h, _) in enumerate(at.dom.given) if name not in names(h)]
        rest = State(at.dom.beside(name).at(name, None), at.names, tuple(at.known[k] for k in keep))
        there = put(term, ("var", name), num(end))
        return self.sub(there, rest, strict, tree)

    def _interior(self, term: Term, at: State, strict: bool, name: str, then: Any) -> Lines:
        raise NotExpressible("an argument by continuity at the ends of a range")

    def _concave(self, term: Term, at: State, strict: bool, name: str, why: Any, low: Any, high: Any) -> Lines:
        whole = at.dom.box[name]
        change = slope(term, name)
        second = slope(change, name)
        inner, t = self._inside(at, name)
        functions = " ".join(self._function(f, inner, name) for f in (term, change, second))
        a, b = self.fresh("H"), self.fresh("H")
        closed, inside = self._between(whole, t, "lo hi"), self._between(whole, t, "")
        return [f"apply (concave_{'lt' if strict else 'le'} {functions} {number(Fraction(whole.lo))} "
                f"{number(Fraction(whole.hi))} {at.names[name]}).",
                "{ split; bound. }", *self._derivative(term, change, inner, t, closed),
                *self._derivative(change, second, inner, t, inside),
                "{", f"intros {t} [{a} {b}]. cbv beta.", *inside,
                *self.sub(neg(second), inner, False, why, self._negated(second, inner, False)), "}",
                "{", "cbv beta.", *self._face(term, at, name, Fraction(whole.lo), strict, low), "}",
                "{", "cbv beta.", *self._face(term, at, name, Fraction(whole.hi), strict, high), "}"]

    # --- other inequalities that give this one ---

    def _scale(self, term: Term, at: State, strict: bool, text: str, why: Any, then: Any) -> Lines:
        factor = at.dom.read(text)
        rule, sure = f"scale_{'lt' if strict else 'le'}", self.fresh("F")
        first = ["{", *self.sub(factor, at, True, why), "}"] if why else ["{ pos. }"]
        shown = f"({at.show(factor)} * {at.show(term)})"
        return [f"assert ({sure} : 0 < {at.show(factor)}).", *first, f"apply ({rule} {at.show(factor)} _ {sure}).",
                *self.sub(("mul", factor, term), at, strict, then, shown)]

    def _use(self, term: Term, at: State, strict: bool, items: Sequence[Any], then: Any) -> Lines:
        return self._less(term, at, strict, items, then)

    def _void(self, term: Term, at: State, strict: bool, items: Sequence[Any], then: Any) -> Lines:
        return ["exfalso. apply (Rlt_irrefl 0).", *self._less(ZERO, at, True, items, then)]

    def _less(self, term: Term, at: State, strict: bool, items: Sequence[Any], then: Any) -> Lines:
        """term = rest + weights times known terms, each of which is >= 0."""
        lines: Lines = []
        rest, shown, relaxed = term, list[str](), False
        for text, numbers, why in items:
            weight = at.dom.read(text)
            factors = [weight, *(at.dom.given[k][0] for k in numbers)]
            sharp = bool(numbers) and all(at.dom.given[k][1] for k in numbers) and at.dom.rank(weight) == 2
            relaxed |= sharp
            name, product = self.fresh("P"), " * ".join(map(at.show, factors))
            lines += [f"assert ({name} : 0 {'<' if sharp else '<='} {product}).", "{",
                      *self._product(factors, list(numbers), at, sharp, why), "}"]
            rest = minus(rest, ("mul", *factors))
            shown.append(f"({product})")
        strict_rest = strict and not relaxed
        term_rest = at.tidy(rest)
        whole = [term_rest, *(at.dom.given[k][0] for _, ks, _ in items for k in ks), *(at.dom.read(i[0]) for i in items)]
        total = " + ".join([at.show(term_rest), *shown])
        rule = "same_lt" if strict else "same_le"
        op = "<" if strict_rest else "<="
        name = self.fresh("P")
        return [*lines, f"assert ({name} : 0 {op} {at.show(term_rest)}).", "{",
                *self.prove(term_rest, at, strict_rest, then), "}",
                f"apply ({rule} {at.show(term)} ({total})); [{at.equal(term, *whole)}|lra]."]

    def _product(self, factors: list[Term], numbers: list[int], at: State, sharp: bool, why: Any) -> Lines:
        """0 <= weight * known * ..., from the right."""
        if not numbers:
            return self.sub(factors[0], at, False, why) if why else ["nn."]
        last = ["{", *self._given(at, numbers[-1], sharp), "}"]
        split = "apply Rmult_lt_0_compat." if sharp else "apply Rmult_le_pos."
        if len(numbers) == 1:
            weight = self.sub(factors[0], at, False, why) if why else ["pos." if sharp else "nn."]
            return [split, "{", *weight, "}", *last]
        return [split, "{", *self._product(factors[:-1], numbers[:-1], at, sharp, why), "}", *last]

    def _given(self, at: State, k: int, sharp: bool) -> Lines:
        return [*(["apply Rlt_le."] if at.dom.given[k][1] and not sharp else []), *at.known[k](at)]

    def _change(self, term: Term, at: State, strict: bool, name: str, new: str, forward: str, backward: str, low: Any,
                high: Any, then: Any) -> Lines:
        old, fresh, whole = ("var", name), ("var", new), at.dom.box[name]
        back = at.dom.read(backward)
        there = read(forward)
        y, eq, inv = self.fresh("y"), self.fresh("Y"), self.fresh("X")
        both = {**at.names, new: y}
        lines = [f"assert ({inv} : exists {y} : R, {y} = {at.show(back)}) by (eexists; reflexivity).",
                 f"destruct {inv} as [{y} {eq}]."]
        ends: list[tuple[Any, bool]] = []
        for (end, sharp, why), up in zip((low, high), (True, False), strict=True):
            if end in ("", None):
                ends.append((-float("inf") if up else float("inf"), False))
                continue
            op, cut = "<" if sharp else "<=", num(Fraction(end))
            told = f"{number(Fraction(end))} {op} {y}" if up else f"{y} {op} {number(Fraction(end))}"
            raw = ("mul", num(1 if up else -1), minus(back, cut))
            lines += [f"assert ({self.fresh('H')} : {told}).", "{", f"rewrite {eq}.",
                      f"enough (0 {op} {at.show(raw)}) by lra.", *self.sub(raw, at, sharp is True, why), "}"]
            ends.append((Fraction(end), sharp is True))
        around = put(there, fresh, back)
        lines += [f"assert ({inv} : {at.names[name]} = {coq(there, both)}).", "{",
                  f"rewrite {eq}. symmetry. {at.equal(around)}.", "}"]
        (lo, lo_open), (hi, hi_open) = ends
        box = at.dom.at(name, None).at(new, Range(lo, hi, lo_open, hi_open)).box
        dom = Domain(box, (), at.dom.integers - {name, new})
        state = State(dom, both)

        def moved(raw: Term, sharp: bool, how: Lines) -> None:
            nonlocal state
            changed = put(raw, old, there)
            tidied = state.tidy(changed)

            def prover(_: State, raw: Term = raw, changed: Term = changed, tidied: Term = tidied,
                       on: State = state) -> Lines:
                rule = "same_lt" if sharp else "same_le"
                return [f"apply ({rule} {on.show(tidied)} {on.show(changed)}); [{on.equal(tidied, changed)}|].",
                        *([f"rewrite <- {inv}."] if changed != raw else []), *how]
            state = replace(state, dom=state.dom.knowing(tidied, sharp), known=(*state.known, prover))

        for k, (h, sharp) in enumerate(at.dom.given):
            moved(h, sharp, at.known[k](at))
        if isinstance(whole.lo, Fraction):
            moved(minus(old, num(whole.lo)), whole.lo_open, ["enough_bound."])
        if isinstance(whole.hi, Fraction):
            moved(minus(num(whole.hi), old), whole.hi_open, ["enough_bound."])
        replaced = put(term, old, there)
        return [*lines, *([f"rewrite {inv}."] if replaced != term else []), *self.sub(replaced, state, strict, then)]

    def _log(self, term: Term, at: State, strict: bool, a: str, b: str, why_a: Any, why_b: Any, then: Any) -> Lines:
        small, large = at.dom.read(a), at.dom.read(b)
        return [*self._apart(term, at, strict, small, large, "logs"), "{", *self.sub(small, at, True, why_a), "}",
                "{", *self.sub(large, at, True, why_b), "}",
                *self.sub(minus(("fn", "log", large), ("fn", "log", small)), at, strict, then)]

    def _squared(self, term: Term, at: State, strict: bool, a: str, b: str, why: Any, then: Any) -> Lines:
        small, large = at.dom.read(a), at.dom.read(b)
        two = Fraction(2)
        return [*self._apart(term, at, strict, small, large, "squared"), "{", *self.sub(large, at, False, why), "}",
                *self.sub(minus(("pow", large, two), ("pow", small, two)), at, strict, then)]

    def _apart(self, term: Term, at: State, strict: bool, small: Term, large: Term, rule: str) -> Lines:
        """The goal is large - small; apply a rule to the two."""
        end = "lt" if strict else "le"
        apart = f"({at.show(large)} - {at.show(small)})"
        return [f"apply (same_{end} {at.show(term)} {apart}); [{at.equal(term, small, large)}|].",
                f"apply ({rule}_{end} {at.show(small)} {at.show(large)})."]

    def _exp(self, term: Term, at: State, strict: bool, a: str, b: str, then: Any) -> Lines:
        raise NotExpressible("a comparison of exponentials")

    # --- the same term, written otherwise ---

    def _rewrite(self, term: Term, at: State, strict: bool, text: str, then: Any) -> Lines:
        other = at.dom.read(text)
        rule = "same_lt" if strict else "same_le"
        return [f"apply ({rule} {at.show(term)} {at.show(other)}); [{at.equal(term, other)}|].",
                *self.sub(other, at, strict, then)]

    def _exponentials(self, term: Term, at: State, strict: bool, then: Any) -> Lines:
        return ["rewrite ?tanh_exp, ?sinh_exp, ?cosh_exp.",
                *self._forced(_exponentials(term), at, strict, then)]

    def _forced(self, raw: Term, at: State, strict: bool, tree: Any) -> Lines:
        """The goal is told by Coq; only its functions are known here."""
        term = at.tidy(raw)
        rule = "same_lt" if strict else "same_le"
        return [f"apply ({rule} _ {at.show(term)}); [{at.equal(raw, term)}|].", *self.prove(term, at, strict, tree)]

    def _abs(self, term: Term, at: State, strict: bool, text: str, way: str, why: Any, then: Any) -> Lines:
        value = at.dom.read(text) if way == "+" else neg(at.dom.read(text))
        return self._resolve(term, at, strict, ("fn", "Abs", value), value, value, why, then)

    def _max(self, term: Term, at: State, strict: bool, kind: str, first: str, second: str, why: Any, then: Any) -> Lines:
        value, other = at.dom.read(first), at.dom.read(second)
        reason = minus(value, other) if kind == "Max" else minus(other, value)
        return self._resolve(term, at, strict, ("fn", kind, value, other), value, reason, why, then)

    def _resolve(self, term: Term, at: State, strict: bool, target: Term, value: Term, reason: Term, why: Any,
                 then: Any) -> Lines:
        """Put a value for an absolute value, a maximum or a minimum."""
        sure, eq = self.fresh("H"), self.fresh("A")
        changed = _resolved(term, at.dom, target, value)
        atom, new = _difference(term, changed)
        lines = [f"assert ({sure} : 0 <= {at.show(reason)}).", "{", *self.sub(reason, at, False, why), "}"]
        if target[1] == "Abs":
            inner = atom[2]
            because = (f"apply abs_is; [first [nn | lra | nra] | "
                       f"first [left; {at.equal(inner, new)} | right; {at.equal(inner, new)}]]")
        else:
            rule = "Rmax" if target[1] == "Max" else "Rmin"
            because = f"first [apply {rule}_left; lra | apply {rule}_right; lra]"
        return [*lines, f"assert ({eq} : {at.show(atom)} = {at.show(new)}).", "{", f"{because}.", "}", f"rewrite {eq}.",
                *self.sub(changed, at, strict, then)]

    def _either(self, term: Term, at: State, strict: bool, text: str, left: Any, right: Any) -> Lines:
        target = at.dom.read(text)
        values = (target[2], neg(target[2]) if target[1] == "Abs" else target[3])
        lines, eq = [], self.fresh("A")
        pairs = [(c, *_difference(term, c)) for c in (_resolved(term, at.dom, target, v) for v in values)]
        atom = pairs[0][1]
        told = " \\/ ".join(f"{at.show(atom)} = {at.show(new)}" for _, _, new in pairs)
        same = at.equal(*parts(atom), *(p[2] for p in pairs))
        lines += [f"assert ({eq} : {told}).", "{", f"either; first [left; {same} | right; {same}].", "}",
                  f"destruct {eq} as [{eq}|{eq}]."]
        for (changed, _, _), tree in zip(pairs, (left, right), strict=True):
            lines += ["{", f"rewrite {eq}.", *self.sub(changed, at, strict, tree), "}"]
        return lines


def _all(term: Term) -> list[Term]:
    return [term, *(t for p in parts(term) for t in _all(p))]


def _difference(term: Term, changed: Term) -> tuple[Term, Term]:
    """The subterm that was replaced, and by what."""
    if term[0] == changed[0] and len(term) == len(changed) and not (term[0] == "fn" and term[1] in ("Abs", "Max", "Min")):
        for a, b in zip(parts(term), parts(changed), strict=True):
            if a != b:
                return _difference(a, b)
    return term, changed


def theorem(goal: str, hyps: Sequence[str], tree: Any, dims: Sequence[str],
            assured: Sequence[tuple[str, Any]] = ()) -> Lines:
    """Tactics for the literal theorem of ``statements.proved``; raises NotExpressible and Refused."""
    script = Script()
    (rel,) = relations(goal)
    told = [r for h in hyps for r in relations(h)]
    integers = sorted(n for n in dims if any(n in names(s) for r in (rel, *told) for s in r[1:]))
    reals = sorted({n for r in (rel, *told) for s in r[1:] for n in names(s)} - set(integers))
    lines = [f"intros {identifier('d', n)} D_{n}; generalize (IZR {identifier('d', n)}) (IZR_le 1 {identifier('d', n)} "
             f"D_{n}); clear D_{n} {identifier('d', n)}; intros {identifier('v', n)} L_{n}." for n in integers]
    if reals:
        lines.append(f"intros {' '.join(identifier('v', n) for n in reals)}.")
    for k, (_, left, right) in enumerate(told):
        count = len(conditions(("add", left, right)))
        pattern = f"H{k}h"
        for j in reversed(range(count)):
            pattern = f"[H{k}c{j} {pattern}]"
        lines.append(f"intros {pattern}.")
    rel, rest, gone = _eliminated(rel, list(enumerate(told)), frozenset(integers))
    lines += [f"subst {identifier('v', n)}." for n in gone]
    state, more = _start(rel, rest, frozenset(integers), script)
    lines += more
    for text, why in assured:
        ((op, low, high),) = relations(text)
        name, strict = script.fresh("C"), op == "<"
        lines += [f"assert ({name} : {state.show(low)} {op} {state.show(high)}).", "{",
                  *_relation(op, low, high, state, strict, why, script), "}"]
        lines += script.normal_fact(minus(high, low), state, strict, name)
    op, left, right = rel
    lines += ["split; [nonzero|]."] * len(conditions(("add", *relations(goal)[0][1:])))
    if tree is None:
        return [*lines, f"{state.equal(left, right)}."]
    return [*lines, *_relation(op, left, right, state, op == "<", tree, script)]


def _relation(op: str, left: Term, right: Term, at: State, strict: bool, tree: Any, script: Script) -> Lines:
    shown = f"({at.show(right)} - {at.show(left)})"
    return [f"apply of_gap_{'lt' if strict else 'le'}.", *script.sub(minus(right, left), at, strict, tree, shown)]


def _eliminated(rel: Rel, hyps: list[tuple[int, Rel]], dims: frozenset[str]) -> tuple[Rel, list[tuple[int, Rel]], list[str]]:
    """Use up hypotheses parameter = term, in the order of the second checker."""
    for k, (_, (op, left, right)) in enumerate(hyps):
        if op == "=" and left[0] == "var" and left[1] not in names(right) | dims:
            def changed(r: Rel, old: Term = left, new: Term = right) -> Rel:
                return r[0], put(r[1], old, new), put(r[2], old, new)
            rest = [(j, changed(h)) for j, h in hyps[:k] + hyps[k + 1:]]
            found, left_over, gone = _eliminated(changed(rel), rest, dims)
            return found, left_over, [left[1], *gone]
    return rel, hyps, []


def _start(rel: Rel, hyps: list[tuple[int, Rel]], dims: frozenset[str], script: Script) -> tuple[State, Lines]:
    """The domain, its ends as facts, and the known terms."""
    dom = setting(rel, [h for _, h in hyps], dims)[1]
    state = State(replace(dom, given=()), {n: identifier("v", n) for n in dom.box})
    lines: Lines = []
    for n, r in dom.box.items():
        var = identifier("v", n)
        if isinstance(r.lo, Fraction):
            lines.append(f"assert ({script.fresh('B')} : {number(r.lo)} {'<' if r.lo_open else '<='} {var}) by bound.")
        if isinstance(r.hi, Fraction):
            lines.append(f"assert ({script.fresh('B')} : {var} {'<' if r.hi_open else '<='} {number(r.hi)}) by bound.")
    for k, hyp in hyps:
        if _bound(hyp) is not None:
            continue
        with suppress(Refused):
            for number_, (gap, sharp) in enumerate(_gaps(hyp)):
                state = _known(state, hyp, gap, sharp, k, number_)
    return state, lines


def _known(at: State, hyp: Rel, gap: Term, sharp: bool, k: int, second: int) -> State:
    term = at.tidy(gap)
    op, left, right = hyp
    a, b = (right, left) if second else (left, right)
    rule = {"<": "gap_lt", "<=": "gap_le", "=": "gap_eq_sym" if second else "gap_eq"}[op]
    shown = f"({at.show(b)} - {at.show(a)})"

    def prover(_: State) -> Lines:
        return [f"apply ({'same_lt' if sharp else 'same_le'} {at.show(term)} {shown}); [{at.equal(gap, term)}|].",
                f"apply {rule}. exact H{k}h."]
    return replace(at, dom=at.dom.knowing(term, sharp), known=(*at.known, prover))
