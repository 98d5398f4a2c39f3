"""The argument of a checked proof in words: the top of its tree, and a count of the rest.

The walk below computes, node by node, the goal that the kernel checks there; the words repeat these goals and add
nothing.  A node that is not known here is only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from proofcheck.kernel.calculus import derivative
from proofcheck.kernel.domain import Domain, Range, Sided, gap, intervals, is_positive, tidy
from proofcheck.kernel.intervals import Interval, Undefined, enclose, precision
from proofcheck.kernel.scalar import CHECKS, Tree, face_of, in_exponentials, interior, put_in, swap
from proofcheck.kernel.terms import Add, Expr, Fn, Num, Pow, Var, add, exp, log, mul, subterms, variables
from proofcheck.kernel.text import Reader, to_text
from proofcheck.kernel.theorem import Theorem
from proofcheck.wording import pretty

SENTENCES = 2
LONG = 90  # characters of a formula that is quoted
DIGITS = 8
WORDS = {"eval": "interval evaluation", "mean": "mean value form", "sturm": "root count", "split": "cut",
         "integer": "cut between integers", "case": "case distinction", "mono": "monotonicity argument",
         "interior": "closure argument", "concave": "concavity argument", "scale": "positive factor",
         "use": "subtraction of known terms", "void": "contradiction", "lemma": "lemma", "narrow": "sharper range",
         "change": "change of parameter", "log": "comparison of logarithms", "exp": "comparison of exponentials",
         "squared": "comparison of squares", "exponentials": "rewriting with exp", "rewrite": "cleared denominator",
         "abs": "resolved absolute value", "max": "resolved maximum or minimum", "either": "pair of values"}


@dataclass(frozen=True)
class State:
    """What the kernel checks at a node: term >= 0 (or > 0) on the domain, by the tree."""

    term: Expr
    domain: Domain
    strict: bool
    tree: Tree
    label: str = ""

    @property
    def kind(self) -> str:
        """The kind of the node."""
        return str(self.tree[0])

    def to(self, term: Expr, tree: Tree, domain: Domain | None = None, strict: bool | None = None) -> State:
        """Another goal in normal form."""
        where = self.domain if domain is None else domain
        return State(tidy(term, where.box), where, self.strict if strict is None else strict, tree)

    def goal(self) -> str:
        """The goal in words."""
        return f"{quoted(self.term)} {'>' if self.strict else '>='} 0"


@dataclass(frozen=True)
class Step:
    """What a node says, the goals that decide it, and the goals on the side."""

    words: str
    then: tuple[State, ...] = ()
    aside: tuple[State, ...] = ()


def explain(theorem: Theorem) -> str:
    """Two sentences on the proof of a scalar theorem, and how much of it they leave out."""
    if theorem.rule == "identity":
        return "Both sides have the same normal form."
    if theorem.rule != "scalar":
        return f"The kernel applied the rule {theorem.rule} to {len(theorem.premises)} theorem(s)."
    data = theorem.data
    term, domain = gap(data["goal"], tuple(data["hyps"]))
    text = narrate(State(term, domain, data["goal"].op == "<", data["tree"]))
    conditions = len(data.get("conditions", ()))
    return text if not conditions else f"{text[:-1]}; {conditions} condition(s) for being defined are proved as well."


def narrate(state: State) -> str:
    """The top of a tree in words, with a count of the steps that are not told."""
    sentences: list[str] = []
    rest: Counter[str] = Counter()
    queue = [state]
    while queue:
        here = queue.pop(0)
        if len(sentences) >= SENTENCES:
            _count(here.tree, rest)
            continue
        chain = list(_chain(here))
        step = chain[-1]
        words = "; ".join(s.words for s in chain)
        subject = "the right side minus the left side " if not sentences and words.startswith("it ") else ""
        sentences.append(_capital(here.label + (subject + words.removeprefix("it ") if subject else words)))
        for state_aside in (a for s in chain for a in s.aside):
            if state_aside.kind != "eval":
                _count(state_aside.tree, rest)
        queue = [*step.then, *queue]
    more = sum(rest.values())
    if more:
        kinds = ", ".join(f"{n} {_plural(WORDS.get(kind, 'step of the kind ' + kind), n)}" for kind, n in rest.most_common())
        sentences[-1] += f", and {more} more {_plural('step', more)}: {kinds}"
    return " ".join(f"{s}." for s in sentences)


def _chain(state: State) -> Iterator[Step]:
    """Steps that are told in one sentence: a rewriting with what it leads to, or faces in several directions."""
    if state.kind in ("mono", "eval"):
        yield _corner(state)
        return
    step = step_of(state)
    yield step
    if len(step.then) == 1 and step.then[0].kind == "eval":
        yield step_of(step.then[0])


def _corner(state: State) -> Step:
    """A run of monotonicity arguments and the corner to which they lead."""
    moves: dict[str, list[str]] = {"+": [], "-": []}
    corner: list[str] = []
    aside: list[State] = []
    here = state
    while here.kind == "mono":
        step = _mono(here, *here.tree[1:])
        name, sign = str(here.tree[1]), str(here.tree[2])
        moves[sign].append(name)
        corner.append(_face_words(here, name, sign))
        aside += step.aside
        here = step.then[0]
    words = " and ".join(f"{word} with {_listed(moves[s])}" for s, word in (("+", "grows"), ("-", "falls")) if moves[s])
    place = f"it {words}, so {'the corner ' if len(corner) > 1 else ''}{', '.join(corner)} decides" if words else ""
    if here.kind != "eval":
        return Step(place + f", where it reads {quoted(here.term)}", (here,), tuple(aside))
    found = _eval(here, *here.tree[1:])
    return Step(f"{place}, where {found.words}" if place else found.words, (), tuple(aside))


def _face_words(state: State, name: str, sign: str) -> str:
    side = state.domain.box[state.domain.variable(name)]
    at = side.lo if sign == "+" else side.hi
    return f"{name} -> {'-' if at < 0 else ''}oo" if isinstance(at, float) else f"{name} = {at}"


def step_of(state: State) -> Step:
    """What the node of a state says; an unknown kind is named and counted only."""
    kind, *data = state.tree
    if kind not in STEPS:
        return Step(f"a step of the kind {kind} proves {state.goal()}")
    return STEPS[kind](state, *data)


# --- leaves ------------------------------------------------------------------------------------------------------


def _eval(state: State, bits: int) -> Step:
    term, box = state.term, state.domain.box
    if isinstance(term, Num):
        return Step(f"it is {term.value}")
    with precision(int(bits)):
        try:
            found = enclose(term, intervals(box))
        except Undefined:
            return Step(f"interval arithmetic gives {state.goal()}")
    if all(r.lo == r.hi and not r.infinite() for v, r in box.items() if v in variables(term)):
        return Step(f"it is {_ball(found)}")
    if any(r.infinite() for v, r in box.items() if v in variables(term)):
        return Step(f"its limit is at least {_low(found)}")
    if not _low(found).strip("0.-"):
        return Step(f"the term {quoted(term)} is {'> 0' if state.strict else '>= 0'} by interval arithmetic")
    return Step(f"interval arithmetic over the whole domain gives at least {_low(found)}")


def _ball(found: Interval) -> str:
    if isinstance(found.lo, float) or isinstance(found.hi, float):
        return f"at least {_low(found)}"
    return str(found.lo.union(found.hi).str(DIGITS))


def _low(found: Interval) -> str:
    return str(found.lo) if isinstance(found.lo, float) else str(found.lo.str(DIGITS, radius=False))


def _mean(state: State, bits: int) -> Step:
    return Step(f"the mean value form around the middle of {_where(state.domain)} gives {state.goal()}")


def _sturm(state: State) -> Step:
    names = _listed([v.name for v in variables(state.term)])
    return Step(f"the polynomial {quoted(state.term)} in {names} keeps its sign, as counting its real roots exactly shows")


# --- parts of the domain -----------------------------------------------------------------------------------------


def _split(state: State, name: str, at: str, left: Tree, right: Tree) -> Step:
    var, cut = state.domain.variable(name), Fraction(at)
    whole = state.domain.box[var]
    parts = (replace(whole, hi=cut, hi_open=False), replace(whole, lo=cut, lo_open=False))
    return Step(f"the parts {name} <= {at} and {name} >= {at} are treated one after the other",
                tuple(replace(state, domain=state.domain.at(var, p), tree=t, label=f"for {name} {op} {at}: ")
                      for p, t, op in zip(parts, (left, right), ("<=", ">="), strict=True)))


def _integer(state: State, name: str, at: int, left: Tree, right: Tree) -> Step:
    var, cut = state.domain.variable(name), int(at)
    whole = state.domain.box[var]
    parts = (replace(whole, hi=Fraction(cut), hi_open=False), replace(whole, lo=Fraction(cut + 1), lo_open=False))
    return Step(f"the parameter {name} is an integer, so {name} <= {cut} or {name} >= {cut + 1}",
                tuple(replace(state, domain=state.domain.at(var, p), tree=t, label=f"for {name} {end}: ")
                      for p, t, end in zip(parts, (left, right), (f"<= {cut}", f">= {cut + 1}"), strict=True)))


def _case(state: State, text: str, left: Tree, right: Tree) -> Step:
    u, box = Reader().term(text), state.domain.box
    return Step(f"either {quoted(u)} >= 0 or {quoted(u)} < 0",
                (replace(state, domain=state.domain.knowing((tidy(u, box), False)), tree=left, label="in the first case "),
                 replace(state, domain=state.domain.knowing((tidy(-u, box), True)), tree=right, label="in the other case ")))


def _lemma(state: State, text: str, sharp: bool, why: Tree, then: Tree) -> Step:
    u = tidy(Reader().term(text), state.domain.box)
    known: Sided = (u, sharp is True)
    return Step(f"first, {quoted(u)} {'>' if sharp else '>='} 0",
                (replace(state, domain=state.domain.knowing(known), tree=then),), (state.to(u, why, strict=sharp is True),))


def _narrow(state: State, name: str, side: str, end: str, is_open: bool, why: Tree, then: Tree) -> Step:
    var, value, sharp = state.domain.variable(name), Fraction(end), is_open is True
    whole = state.domain.box[var]
    smaller = replace(whole, lo=value, lo_open=sharp) if side == "lo" else replace(whole, hi=value, hi_open=sharp)
    inside = var - Num(value) if side == "lo" else Num(value) - var
    op = (">" if side == "lo" else "<") + ("" if sharp else "=")
    return Step(f"the hypotheses give {name} {op} {value}",
                (replace(state, domain=state.domain.at(var, smaller), tree=then),),
                (state.to(inside, why, strict=sharp),))


# --- faces -------------------------------------------------------------------------------------------------------


def _mono(state: State, name: str, sign: str, slope: Tree, face: Tree) -> Step:
    var, rising = state.domain.variable(name), sign == "+"
    domain = state.domain.beside(var)
    whole = domain.box[var]
    change = derivative(state.term, var)
    at, is_open = (whole.lo, whole.lo_open) if rising else (whole.hi, whole.hi_open)
    away = state.strict and (is_open or isinstance(at, float))
    inner = interior(domain, var)
    term, there = face_of(state.term, domain, var, at)
    return Step(f"it {'grows' if rising else 'falls'} with {name}, so {_face_words(state, name, sign)} decides",
                (State(term, there, state.strict and not away, face),),
                (state.to(change if rising else -change, slope, inner, away),))


def _interior(state: State, name: str, then: Tree) -> Step:
    var = state.domain.variable(name)
    return Step(f"it is continuous, so it is enough to look between the ends of {name}",
                (State(state.term, interior(state.domain.beside(var), var), False, then),))


def _concave(state: State, name: str, why: Tree, low: Tree, high: Tree) -> Step:
    var = state.domain.variable(name)
    domain = state.domain.beside(var)
    whole, inner = domain.box[var], interior(domain, var)
    faces = tuple(State(*face_of(state.term, domain, var, at), state.strict, tree, f"at {name} = {at} ")
                  for at, tree in ((whole.lo, low), (whole.hi, high)))
    return Step(f"it is concave in {name}, so {name} = {whole.lo} and {name} = {whole.hi} decide", faces,
                (state.to(-derivative(derivative(state.term, var), var), why, inner, False),))


# --- other inequalities ------------------------------------------------------------------------------------------


def _scale(state: State, factor: str, why: Tree, then: Tree) -> Step:
    by = Reader().term(factor)
    after = state.to(by * state.term, then)
    inverse = tidy(Num(Fraction(1)) / by, state.domain.box)
    word, shown = ("multiplying", by) if len(to_text(by)) <= len(to_text(inverse)) and not _has_negative(by) \
        else ("dividing", inverse)
    return Step(f"{word} by {quoted(shown)} leaves {after.goal()}", (after,),
                (state.to(by, why, strict=True),) if why else ())


def _has_negative(term: Expr) -> bool:
    """Whether a factor is more easily read as a divisor."""
    return any((isinstance(t, Pow) and t.power < 0) or (isinstance(t, Num) and t.value < 0) for t in subterms(term))


def _use(state: State, items: list[Any], then: Tree) -> Step:
    after, aside, shown = _relaxed(state, state.term, items, then)
    listed = _listed(shown)
    if after.term == Num(Fraction(0)):
        return Step(f"the term {quoted(state.term)} is the sum of {listed}, which cannot be negative", (), (*aside, after))
    return Step(f"subtracting {listed}, which cannot be negative, leaves {after.goal()}", (after,), aside)


def _relaxed(state: State, term: Expr, items: list[Any], then: Tree) -> tuple[State, tuple[State, ...], list[str]]:
    """The goal after known terms were subtracted, the reasons for their weights, and the terms."""
    rest, relaxed, aside, shown = term, False, [], []
    for text, numbers, why in items:
        weight = Reader().term(text)
        known = [state.domain.given[k] for k in numbers]
        piece = mul(weight, *(h for h, _ in known))
        rest = add(rest, -piece)
        shown.append(quoted(_compact(weight, [h for h, _ in known])))
        aside += [state.to(weight, why, strict=False)] if why else []
        relaxed |= bool(known) and all(sharp for _, sharp in known) and is_positive(weight, state.domain.box)
    return state.to(rest, then, strict=state.strict and not relaxed), tuple(aside), shown


def _compact(weight: Expr, known: list[Expr]) -> Expr:
    return mul(*known) if weight == Num(Fraction(1)) and known else mul(weight, *known)


def _void(state: State, items: list[Any], then: Tree) -> Step:
    strict = replace(state, strict=True)
    after, aside, shown = _relaxed(strict, Num(Fraction(0)), items, then)
    return Step(f"no point of the domain is left here, because {_listed(shown)} cannot be negative there", (after,), aside)


def _change(state: State, name: str, new: str, forward: str, backward: str, low: list[Any], high: list[Any],
            then: Tree) -> Step:
    var, fresh = state.domain.variable(name), Var(new)
    there, back = Reader().term(forward), Reader().term(backward)
    (lo, lo_open, why_low), (hi, hi_open, why_high) = low, high
    side = Range(Fraction(lo) if lo != "" else -float("inf"), Fraction(hi) if hi != "" else float("inf"),
                 lo_open is True, hi_open is True)
    term, domain = put_in(state.term, state.domain, var, there, fresh, side)
    aside = [state.to(way * (back - Num(Fraction(end))), why, strict=is_open is True)
             for end, is_open, why, way in ((lo, lo_open, why_low, 1), (hi, hi_open, why_high, -1)) if end != ""]
    after = State(term, domain, state.strict, then)
    return Step(f"with {name} = {quoted(there)}{_range(new, side)} it reads {after.goal()}", (after,), tuple(aside))


def _range(name: str, side: Range) -> str:
    low = "" if isinstance(side.lo, float) else f"{side.lo} {'<' if side.lo_open else '<='} "
    high = "" if isinstance(side.hi, float) else f" {'<' if side.hi_open else '<='} {side.hi}"
    if low and not high:
        return f" and {name} {'>' if side.lo_open else '>='} {side.lo}"
    return f" and {low}{name}{high}" if low or high else ""


def _log(state: State, a: str, b: str, why_a: Tree, why_b: Tree, then: Tree) -> Step:
    small, large = Reader().term(a), Reader().term(b)
    return Step(f"the terms {quoted(small)} and {quoted(large)} are positive, so their logarithms are compared",
                (state.to(log(large) - log(small), then),),
                (state.to(small, why_a, strict=True), state.to(large, why_b, strict=True)))


def _exp(state: State, a: str, b: str, then: Tree) -> Step:
    small, large = Reader().term(a), Reader().term(b)
    return Step(f"the exponentials of {quoted(small)} and {quoted(large)} are compared",
                (state.to(exp(large) - exp(small), then),))


def _squared(state: State, a: str, b: str, why: Tree, then: Tree) -> Step:
    small, large = Reader().term(a), Reader().term(b)
    return Step(f"the term {quoted(large)} is not negative, so its square is compared with that of {quoted(small)}",
                (state.to(large**2 - small**2, then),), (state.to(large, why, strict=False),))


# --- the same term, written otherwise ----------------------------------------------------------------------------


def _exponentials(state: State, then: Tree) -> Step:
    after = state.to(in_exponentials(state.term), then)
    return Step(f"with sinh, cosh and tanh written by exp it reads {after.goal()}", (after,))


def _rewrite(state: State, text: str, then: Tree) -> Step:
    after = state.to(Reader().term(text), then)
    return Step(f"clearing denominators shows that it is {quoted(after.term)}", (after,))


def _abs(state: State, text: str, sign: str, why: Tree, then: Tree) -> Step:
    inner = Reader().term(text)
    value = inner if sign == "+" else -inner
    after = state.to(swap(state.term, Fn("Abs", (inner,)), value), then)
    return Step(f"here {quoted(inner)} {'>=' if sign == '+' else '<='} 0, which resolves its absolute value", (after,),
                (state.to(value, why, strict=False),))


def _max(state: State, name: str, first: str, second: str, why: Tree, then: Tree) -> Step:
    value, other = Reader().term(first), Reader().term(second)
    changed = state.term
    for target in (Fn(name, (value, other)), Fn(name, (other, value))):
        changed = swap(changed, target, value)
    reason = value - other if name == "Max" else other - value
    word = "larger" if name == "Max" else "smaller"
    return Step(f"here {quoted(value)} is the {word} one of {quoted(value)} and {quoted(other)}", (state.to(changed, then),),
                (state.to(reason, why, strict=False),))


def _either(state: State, text: str, first: Tree, second: Tree) -> Step:
    target = Reader().term(text)
    v, w = (target.args[0], -target.args[0]) if len(target.args) == 1 else target.args  # type: ignore[attr-defined]
    return Step(f"the value of {quoted(target)} is {quoted(v)} or {quoted(w)}, and both values will do",
                tuple(replace(state.to(swap(state.term, target, x), t), label=f"with {quoted(x)} ")
                      for x, t in ((v, first), (w, second))))


STEPS: dict[str, Callable[..., Step]] = {
    "eval": _eval, "mean": _mean, "sturm": _sturm, "split": _split, "integer": _integer, "case": _case, "mono": _mono,
    "interior": _interior, "concave": _concave, "scale": _scale, "use": _use, "void": _void, "lemma": _lemma,
    "narrow": _narrow, "change": _change, "log": _log, "exp": _exp, "squared": _squared,
    "rewrite": _rewrite, "exponentials": _exponentials, "abs": _abs, "max": _max, "either": _either,
}


# --- words -------------------------------------------------------------------------------------------------------


def quoted(term: Expr) -> str:
    """A formula as people write it, or how long it is."""
    text = pretty(to_text(term))
    if len(text) <= LONG:
        return text
    return f"(a sum of {len(term.args)} terms)" if isinstance(term, Add) else f"(a formula of {len(text)} characters)"


def _where(domain: Domain) -> str:
    return _listed([f"{v.name} in [{r.lo}, {r.hi}]" for v, r in sorted(domain.box.items(), key=lambda i: i[0].name)])


def _count(tree: object, into: Counter[str]) -> None:
    """Count every node of a tree by its kind."""
    if isinstance(tree, list) and tree:
        if isinstance(tree[0], str) and tree[0] in CHECKS:
            into[tree[0]] += 1
        for part in tree:
            _count(part, into)


def _listed(items: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(items[:-1]), *items[-1:]]))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _plural(word: str, number: int) -> str:
    if number == 1:
        return word
    head, space, tail = word.partition(" of ")
    head = head[:-1] + "ies" if head.endswith("y") and head[-2] not in "aeiou" else head + "s"
    return head + space + tail
