"""The nodes of a tree: each shows term >= 0 (or > 0) at all points of a domain.

The nodes are those of the first engine.  That the term is defined on the domain is known from the start, and every
rewriting keeps what is defined.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import inf
from typing import Any

from flint import ctx

from proofcheck.second.domains import Domain, Range, keeps_sign
from proofcheck.second.intervals import Interval, enclose
from proofcheck.second.normal import normal
from proofcheck.second.terms import ZERO, Refused, Term, minus, names, neg, num, put, read, rebuilt, require, slope

MAX_BITS = 8192


def prove(term: Term, dom: Domain, strict: bool, tree: Any) -> None:
    """Refuse unless the tree shows term >= 0 (or > 0) on the domain."""
    def sub(goal: Term, sharp: bool, why: Any, on: Domain = dom) -> None:
        prove(on.form.tidy(goal), on, sharp, why)

    def sides(a: str, b: str) -> tuple[Term, Term]:
        require(dom.same(term, minus(large := read(b), small := read(a))), f"the goal is not {b} minus {a}")
        return small, large

    def read(text: str) -> Term:
        found = dom.read(text)
        require(dom.defined(found), f"{text} may be undefined on the domain")
        return found

    require(tree[0] == "eval" or not any(isinstance(r.lo, float) and r.lo == r.hi for r in dom.box.values()),
             "only interval arithmetic can be used at an infinite point")
    match tree:
        case ["eval" | "mean" as kind, int(bits)]:
            with ctx.workprec(min(bits, MAX_BITS) * 3 // 2 + 32):
                low = (enclose(term, dom.intervals()) if kind == "eval" else _mean(term, dom)).lo
            require(low > 0 or (low == 0 and not strict), f"{kind}: the lower bound is {low}")
        case ["sturm"]:
            (name,) = names(term)
            require(keeps_sign(normal().of(term), name, dom.box[name], strict), "the sign changes")
        case ["split", str(name), at, left, right]:
            whole, cut = dom.box[name], Fraction(at)
            require(whole.lo < cut < whole.hi, f"{at} does not cut the range of {name}")
            sub(term, strict, left, dom.at(name, whole._replace(hi=cut, hi_open=False)))
            sub(term, strict, right, dom.at(name, whole._replace(lo=cut, lo_open=False)))
        case ["integer", str(name), int(k), left, right]:
            whole = dom.box[name]
            require(name in dom.integers and whole.lo <= k < k + 1 <= whole.hi, f"{name} is not cut at an integer {k}")
            sub(term, strict, left, dom.at(name, whole._replace(hi=Fraction(k), hi_open=False)))
            sub(term, strict, right, dom.at(name, whole._replace(lo=Fraction(k + 1), lo_open=False)))
        case ["case", str(text), left, right]:
            u = read(text)
            sub(term, strict, left, dom.knowing(dom.form.tidy(u), False))
            sub(term, strict, right, dom.knowing(dom.form.tidy(neg(u)), True))
        case ["lemma", str(text), bool(sharp), why, then]:
            u = read(text)
            sub(u, sharp, why)
            sub(term, strict, then, dom.knowing(dom.form.tidy(u), sharp))
        case ["narrow", str(name), "lo" | "hi" as side, end, bool(sharp), why, then]:
            whole, cut = dom.box[name], Fraction(end)
            old, left, right = (whole.lo, cut, whole.hi) if side == "lo" else (whole.hi, whole.lo, cut)
            closing = sharp and cut == old and whole.lo < whole.hi
            require(whole.lo < cut < whole.hi or closing, f"{end} does not cut the range of {name}")
            apart = minus(("var", name), num(cut))
            sub(apart if side == "lo" else neg(apart), sharp, why)
            sub(term, strict, then, dom.at(name, Range(left, right, sharp if side == "lo" else whole.lo_open,
                                                     sharp if side == "hi" else whole.hi_open)))
        case ["mono", str(name), "+" | "-" as way, why, face]:
            whole, away = dom.box[name], dom.beside(name)
            require(away.whole.defined(term), "the term may be undefined or jump on the box")
            at, is_open = (whole.lo, whole.lo_open) if way == "+" else (whole.hi, whole.hi_open)
            steep = strict and (is_open or isinstance(at, float))  # the end itself does not belong to the domain
            change, inner = slope(term, name), away.at(name, whole._replace(lo_open=True, hi_open=True))
            sub(change if way == "+" else neg(change), steep, why, inner)
            _face(term, away, name, at, strict and not steep, face)
        case ["interior", str(name), then]:
            whole, away = dom.box[name], dom.beside(name)
            require(not strict and whole.lo < whole.hi and away.whole.defined(term), "the ends cannot be left out")
            sub(term, False, then, away.at(name, whole._replace(lo_open=True, hi_open=True)))
        case ["concave", str(name), why, low, high]:
            whole, away = dom.box[name], dom.beside(name)
            inner, change = away.at(name, whole._replace(lo_open=True, hi_open=True)), slope(term, name)
            require(isinstance(whole.lo, Fraction) and isinstance(whole.hi, Fraction) and away.whole.defined(term)
                     and inner.whole.defined(change), "the range is not bounded, or the term not smooth")
            sub(neg(slope(change, name)), False, why, inner)
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
                require(len(known) == len(numbers), "not numbers of known terms")
                rest = minus(rest, ("mul", weight, *(h for h, _ in known)))
                sharp = sharp and not (known and all(s for _, s in known) and dom.rank(weight) == 2)
            sub(rest, sharp, then)
        case ["change", str(name), str(new), str(forward), str(backward), low, high, then]:
            _change(term, dom, strict, name, new, forward, read(backward), (low, high), then)
        case ["log", str(a), str(b), why_a, why_b, then]:
            small, large = sides(a, b)
            sub(small, True, why_a)
            sub(large, True, why_b)
            sub(minus(("fn", "log", large), ("fn", "log", small)), strict, then)
        case ["exp", str(a), str(b), then]:
            small, large = sides(a, b)
            sub(minus(("fn", "exp", large), ("fn", "exp", small)), strict, then)
        case ["squared", str(a), str(b), why, then]:
            small, large = sides(a, b)
            sub(large, False, why)
            sub(minus(("pow", large, Fraction(2)), ("pow", small, Fraction(2))), strict, then)
        case ["rewrite", str(text), then]:
            other = read(text)
            require(dom.same(term, other), f"the goal is not {text}")
            sub(other, strict, then)
        case ["exponentials", then]:
            sub(_exponentials(term), strict, then)
        case ["abs", str(text), "+" | "-" as way, why, then]:
            value = dom.read(text) if way == "+" else neg(dom.read(text))
            sub(value, False, why)
            sub(_resolved(term, dom, ("fn", "Abs", value), value), strict, then)
        case ["max", "Max" | "Min" as kind, str(first), str(second), why, then]:
            value, other = dom.read(first), dom.read(second)
            sub(minus(value, other) if kind == "Max" else minus(other, value), False, why)
            sub(_resolved(term, dom, ("fn", kind, value, other), value), strict, then)
        case ["either", str(text), left, right]:
            target = dom.read(text)
            require(target[0] == "fn" and target[1] in ("Abs", "Max", "Min"), f"{text} has no two values")
            sub(_resolved(term, dom, target, target[2]), strict, left)
            sub(_resolved(term, dom, target, neg(target[2]) if target[1] == "Abs" else target[3]), strict, right)
        case _:
            raise Refused(f"unknown node {str(tree)[:60]}")


def _positive(term: Term, dom: Domain, least: int, why: Any) -> None:
    """> 0 (least = 2) or >= 0, by a tree or by its form."""
    if why:
        return prove(dom.form.tidy(term), dom, least == 2, why)
    return require(dom.rank(term) >= least, "a factor or weight may be negative on the domain")


def _mean(term: Term, dom: Domain) -> Interval:
    """The mean value form around the middle of the bounded parameters."""
    require(dom.whole.defined(term), "the term may be undefined or jump on the box")
    wide = dom.intervals()
    middle = {n: Interval.around((r.lo + r.hi) / 2) for n, r in dom.box.items()
              if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction)}
    moves = [Interval.product([enclose(dom.form.tidy(slope(term, n)), wide), Interval.sum([wide[n], -c])])
             for n, c in middle.items()]
    return Interval.sum([*moves, enclose(term, {**wide, **middle})])


def _face(term: Term, dom: Domain, name: str, at: Fraction | float, strict: bool, tree: Any) -> None:
    """The term where a parameter has one value, which may be infinite; no known term may contain the parameter."""
    if isinstance(at, float):
        return prove(term, dom.at(name, Range(at, at)), strict, tree)
    rest, there = dom.at(name, None), put(term, ("var", name), num(at))
    require(rest.whole.defined(there), "the term may be undefined on a face of the box")
    return prove(rest.form.tidy(there), rest, strict, tree)


def _change(term: Term, dom: Domain, strict: bool, name: str, new: str, forward: str, back: Term, ends: Any,
            then: Any) -> None:
    """Put forward(new) for a parameter, where new = back(parameters)."""
    old, fresh, whole = ("var", name), read(new), dom.box[name]
    require(fresh == ("var", new) and new not in dom.box, f"{new} is in use")
    there = dom.at(name, None).at(new, whole).read(forward)
    around = put(there, fresh, back)
    require(dom.defined(around) and dom.same(around, old), f"{forward} does not give {name} back")
    values: list[Any] = []
    for (end, sharp, why), way in zip(ends, (1, -1), strict=True):
        if end not in ("", None):
            prove(dom.form.tidy(("mul", num(way), minus(back, num(Fraction(end))))), dom, sharp is True, why)
        values.append((-way * inf, False) if end in ("", None) else (Fraction(end), sharp is True))
    (lo, lo_open), (hi, hi_open) = values
    require(lo <= hi, f"{new} has no values")
    box = dom.at(name, None).at(new, Range(lo, hi, lo_open, hi_open)).box
    known = [(put(h, old, there), sharp) for h, sharp in dom.given]
    known += [(minus(there, num(whole.lo)), whole.lo_open)] if isinstance(whole.lo, Fraction) else []
    known += [(minus(num(whole.hi), there), whole.hi_open)] if isinstance(whole.hi, Fraction) else []
    on = Domain(box, (), dom.integers - {name, new})
    on = replace(on, given=tuple((on.form.tidy(h), sharp) for h, sharp in known))
    prove(on.form.tidy(put(term, old, there)), on, strict, then)


def _exponentials(term: Term) -> Term:
    """sinh, cosh and tanh written with exp."""
    texts = {"sinh": "(exp(x) - exp(-x))/2", "cosh": "(exp(x) + exp(-x))/2", "tanh": "1 - 2/(exp(2*x) + 1)"}
    term = rebuilt(term, _exponentials)
    return put(read(texts[term[1]]), ("var", "x"), term[2]) if term[0] == "fn" and term[1] in texts else term


def _resolved(term: Term, dom: Domain, target: Term, value: Term) -> Term:
    """The term with a value in place of an absolute value, maximum or minimum, which the normal form may write otherwise."""
    ((mono, c),) = dom.form.of(target).items()
    ((atom, _),) = ((a, q) for a, q in mono if a[:2] == ("fn", target[1]) and q == 1)
    others = [("pow", a, -q) for a, q in mono if a != atom]
    require(dom.defined(*others), "what stands beside the absolute value may be undefined on the domain")
    return put(term, atom, dom.form.tidy(("mul", num(1 / c), *others, value)))
