"""Looks for proofs of scalar inequalities over boxes and rays; the kernel's rule ``scalar`` judges what is found.

The search is a depth-first search with growing depth over the trees of ``kernel.scalar``.  Numbers at sample
points choose signs and cuts, and show early that a subgoal is hopeless.  The same goal always gives the same tree:
the number of boxes visited is limited, and the clock only stops a search that takes far longer than expected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from time import monotonic

from proofcheck.kernel.calculus import NotDifferentiable, derivative
from proofcheck.kernel.intervals import Undefined, enclose, precision
from proofcheck.kernel.normal import Atom, NotNormalizable, Poly, normal, to_term
from proofcheck.kernel.rules import scalar as scalar_rule
from proofcheck.kernel.scalar import (
    Range,
    Rejected,
    Tree,
    check_mean,
    face_of,
    gap,
    interior,
    intervals,
    is_positive,
    is_regular,
    swap,
    tidy,
)
from proofcheck.kernel.terms import (
    Add,
    Expr,
    Fn,
    Num,
    Pow,
    Rel,
    Var,
    arrays,
    children,
    free_indices,
    subterms,
    variables,
)
from proofcheck.kernel.text import to_text
from proofcheck.kernel.theorem import RuleError, Theorem
from proofcheck.prove.sampling import (
    Place,
    Value,
    clipped,
    compiled,
    evaluate,
    is_bounded,
    lowest,
    places,
    rounded,
    sign_at,
    simplest,
)

Box = dict[Var, Range]
BITS = 64
FINE = (256, 1024)  # more bits help where nothing but rounding is in the way
BOXES_PER_SECOND = 300
PATIENCE = 8  # the clock stops a search after this many times its budget
DEPTHS = (1, 2, 3, 4, 6, 8, 10, 13, 16)
LARGEST = 600  # longer terms are not looked at
SLOPES = 4  # how often derivatives of derivatives are taken
CUTS = tuple(Fraction(c) for c in (0, 1, 2, 5, 10, 30, 100, 1000, 10**4, 10**6, 10**9))
EVAL: Tree = ["eval", BITS]
FAILURES = (Undefined, NotDifferentiable, NotNormalizable, Rejected, ValueError, ZeroDivisionError)


class NotProved(ValueError):
    """No proof was found; ``boxes`` are the parts of the domain that are left."""

    def __init__(self, message: str, boxes: list[str] | None = None) -> None:
        super().__init__(message)
        self.boxes = boxes or []


class OutOfBudget(Exception):
    """The search has visited as many boxes as it may."""


def prove_scalar(goal: Rel, hyps: tuple[Rel, ...] = (), budget: float = 5.0) -> Theorem:
    """The theorem that the goal holds on the whole domain of the hypotheses; raises NotProved."""
    if goal.op == "=":
        raise NotProved("an equality is not an inequality; use the rule identity")
    if arrays(goal) or free_indices(goal):
        raise NotProved(f"{goal} has array entries or free indices")
    used = relevant(goal, hyps)
    try:
        term, box = gap(goal, used)
    except FAILURES as error:
        raise NotProved(f"no normal form: {error}") from None
    tree = Search(budget).run(term, box, goal.op == "<")
    try:
        return scalar_rule(goal=goal, hyps=used, tree=tree)
    except RuleError as error:
        raise NotProved(f"the kernel refuses: {error}", [show_box(box)]) from None


def relevant(goal: Rel, hyps: tuple[Rel, ...]) -> tuple[Rel, ...]:
    """The scalar hypotheses on the parameters of the goal, equations for them and what these need."""
    plain = [h for h in hyps if not arrays(h) and not free_indices(h)]
    names = set(variables(goal))
    while True:
        needed = {v for h in plain if h.op == "=" and h.lhs in names for v in variables(h.rhs)}
        if needed <= names:
            break
        names |= needed
    return tuple(h for h in plain if variables(h) <= names)


def show_box(box: Box) -> str:
    """The box as text, for messages."""
    def one(var: Var, r: Range) -> str:
        low = f"{r.lo} {'<' if r.lo_open else '<='} " if isinstance(r.lo, Fraction) else ""
        high = f" {'<' if r.hi_open else '<='} {r.hi}" if isinstance(r.hi, Fraction) else ""
        return f"{low}{var.name}{high}" if low or high else f"{var.name} any real"

    return ", ".join(one(v, box[v]) for v in sorted(box, key=lambda v: v.name)) or "no parameters"


@dataclass(frozen=True)
class Goal:
    """term >= 0 (or > 0) on the box; ``slopes`` more derivatives may be taken."""

    term: Expr
    box: Box
    strict: bool
    slopes: int = SLOPES

    @property
    def key(self) -> object:
        """What identifies the goal."""
        return self.term, tuple(sorted(((v.name, r) for v, r in self.box.items()), key=lambda x: x[0])), self.strict

    def on(self, box: Box) -> Goal:
        """The same term on another box."""
        return replace(self, box=box)

    def about(self, term: Expr) -> Goal:
        """Another term on the same box."""
        return replace(self, term=term)


@dataclass
class Search:
    """One search: what is known so far, and how much may still be spent."""

    budget: float = 5.0
    left: int = 0
    end: float = 0.0
    proved: dict[object, Tree] = field(default_factory=dict)
    failed: dict[object, int] = field(default_factory=dict)
    hopeless: dict[object, bool] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    def run(self, term: Expr, box: Box, strict: bool) -> Tree:
        """A tree for term >= 0 (or > 0) on the box; raises NotProved."""
        self.left = int(self.budget * BOXES_PER_SECOND)
        self.end = monotonic() + PATIENCE * self.budget
        goal = Goal(term, box, strict)
        if self.is_hopeless(goal):
            raise NotProved("the inequality fails at a sample point of the box (hypotheses that "
                            "couple several parameters are not used)", [show_box(box)])
        try:
            for depth in DEPTHS:
                self.open = []
                tree = self.prove(goal, depth)
                if tree is not None:
                    return tree
        except OutOfBudget:
            pass
        raise NotProved("no proof found within the budget", self.open[:20] or [show_box(box)])

    def prove(self, goal: Goal, depth: int) -> Tree | None:
        """A tree for the goal, or None."""
        key = goal.key
        if key in self.proved:
            return self.proved[key]
        if self.failed.get(key, -1) >= depth or _is_long(goal.term) or self.is_hopeless(goal):
            return None
        self.left -= 1
        if self.left < 0 or monotonic() > self.end:
            raise OutOfBudget
        for tree in self.attempts(goal, depth):
            if tree is not None:
                self.proved[key] = tree
                return tree
        self.failed[key] = depth
        if depth == 0:
            self.open.append(show_box(goal.box))
        return None

    def is_hopeless(self, goal: Goal) -> bool:
        """Whether the term is negative at a sample point (at 0 a strict goal may only hold where an end is open)."""
        key = goal.key
        if any(isinstance(r.lo, float) and r.lo == r.hi for r in goal.box.values()):
            return False
        if key not in self.hopeless:
            value = compiled(goal.term)
            self.hopeless[key] = any(sign_at(value, p) == -1 for p in places(goal.box))
        return self.hopeless[key]

    def attempts(self, goal: Goal, depth: int) -> Iterator[Tree | None]:
        """All ways to prove the goal, cheap ones first."""
        bits = evaluates(goal)
        if bits:
            yield ["eval", bits]
            return
        if any(isinstance(r.lo, float) and r.lo == r.hi for r in goal.box.values()):
            return
        if _innermost(goal.term):
            yield from self.resolved(goal, depth)
        else:
            factor = content(goal)
            if factor is not None:
                plain = goal.about(tidy(factor * goal.term, goal.box))
                if content(plain) is None:
                    tree = self.prove(plain, depth)
                    yield None if tree is None else ["scale", to_text(factor), tree]
                    return
            yield from self.smooth(goal, depth)
        if depth > 0:
            yield self.split(goal, depth)

    def smooth(self, goal: Goal, depth: int) -> Iterator[Tree | None]:
        """Ways that need no cut."""
        factors = list(exponentials(goal))
        for factor in factors:
            bits = evaluates(goal.about(tidy(factor * goal.term, goal.box)))
            if bits:
                yield ["scale", to_text(factor), ["eval", bits]]
        if _mean_value(goal):
            yield ["mean", BITS]
        yield self.squares(goal)
        if depth > 0:
            yield from self.derivatives(goal, depth)
            for factor in factors[:3]:
                scaled = goal.about(tidy(factor * goal.term, goal.box))
                for tree in self.derivatives(scaled, depth):
                    yield None if tree is None else ["scale", to_text(factor), tree]

    def squares(self, goal: Goal) -> Tree | None:
        """Write the term as a sum of squares with positive weights, if a simple one exists."""
        found = None if goal.strict else sum_of_squares(goal)
        return None if found is None else ["square", [[str(c), to_text(q)] for c, q in found], EVAL]

    def derivatives(self, goal: Goal, depth: int) -> Iterator[Tree | None]:
        """Monotone or concave in one parameter."""
        if goal.slopes == 0 or not _regular(goal):
            return
        for var in _by_ends(goal.box):
            try:
                change = derivative(goal.term, var)
                inner = interior(goal.box, var)
                for sign, slope in (("+", tidy(change, inner)), ("-", tidy(-change, inner))):
                    yield self.monotone(goal, var, sign, slope, depth)
                yield self.concave(goal, var, change, depth)
            except FAILURES:
                continue

    def monotone(self, goal: Goal, var: Var, sign: str, slope: Expr, depth: int) -> Tree | None:
        """The face of the box on one side decides."""
        whole = goal.box[var]
        at, is_open = (whole.lo, whole.lo_open) if sign == "+" else (whole.hi, whole.hi_open)
        away = goal.strict and (is_open or isinstance(at, float))
        steep = Goal(slope, interior(goal.box, var), away, goal.slopes - 1)
        if self.is_hopeless(steep):
            return None
        term, box = face_of(goal.term, goal.box, var, at)
        face = self.prove(Goal(term, box, goal.strict and not away, goal.slopes), depth - (len(box) == len(goal.box)))
        if face is None:
            return None
        why = self.prove(steep, min(depth - 1, 4))
        return None if why is None else ["mono", var.name, sign, why, face]

    def concave(self, goal: Goal, var: Var, change: Expr, depth: int) -> Tree | None:
        """Two opposite faces of the box decide."""
        whole = goal.box[var]
        if not is_bounded(whole) or goal.slopes < 2:
            return None
        inner = interior(goal.box, var)
        bend = Goal(tidy(-derivative(change, var), inner), inner, False, goal.slopes - 2)
        if self.is_hopeless(bend):
            return None
        faces = []
        for at in (whole.lo, whole.hi):
            tree = self.prove(Goal(*face_of(goal.term, goal.box, var, at), goal.strict, goal.slopes), depth)
            if tree is None:
                return None
            faces.append(tree)
        why = self.prove(bend, min(depth - 1, 3))
        return None if why is None else ["concave", var.name, why, *faces]

    def resolved(self, goal: Goal, depth: int) -> Iterator[Tree | None]:
        """Replace an Abs, Max or Min by what it is on this box, cut at the zero of |x|, or take both values."""
        innermost = _innermost(goal.term)
        for certain in (True, False):
            for target in innermost:
                for head, reason, value in _choices(target):
                    why = self.reason(goal, reason, depth, certain)
                    if why is not None:
                        then = self.prove(goal.about(tidy(swap(goal.term, target, value), goal.box)), depth)
                        yield None if then is None else [*head, why, then]
                        return
            zero = _zero_inside(innermost, goal.box)
            if certain and zero is not None and depth > 0:
                yield self.halves(goal, zero, Fraction(0), depth)
                return
        for target in innermost:
            yield self.either(goal, target, depth)

    def reason(self, goal: Goal, reason: Expr, depth: int, certain: bool) -> Tree | None:
        """Why a term is nonnegative on the box of the goal, by interval arithmetic only if ``certain``."""
        inner = Goal(tidy(reason, goal.box), goal.box, False, 2)
        if certain:
            bits = evaluates(inner)
            return ["eval", bits] if bits else None
        return self.prove(inner, min(depth, 3))

    def either(self, goal: Goal, target: Fn, depth: int) -> Tree | None:
        """Prove the goal for both values that the target may have."""
        trees: list[Tree] = []
        for _, _, value in _choices(target):
            tree = self.prove(goal.about(tidy(swap(goal.term, target, value), goal.box)), depth)
            if tree is None:
                return None
            trees.append(tree)
        return ["either", to_text(target), *trees]

    def split(self, goal: Goal, depth: int) -> Tree | None:
        """Cut the box in two."""
        cut = _cut(goal)
        return None if cut is None else self.halves(goal, *cut, depth)

    def halves(self, goal: Goal, var: Var, at: Fraction, depth: int) -> Tree | None:
        """Prove the goal on both sides of a cut."""
        whole = goal.box[var]
        parts = []
        for piece in (replace(whole, hi=at, hi_open=False), replace(whole, lo=at, lo_open=False)):
            term, box = goal.term, {**goal.box, var: piece}
            tree = self.prove(Goal(term, box, goal.strict, goal.slopes), depth - 1)
            if tree is None:
                return None
            parts.append(tree)
        return ["split", var.name, str(at), *parts]


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


def _is_long(term: Expr) -> bool:
    return sum(1 for _ in subterms(term)) > LARGEST


def is_point(box: Box) -> bool:
    """Whether every parameter has one value only."""
    return all(r.lo == r.hi for r in box.values())


def _mean_value(goal: Goal) -> bool:
    if not any(is_bounded(r) for r in goal.box.values()):
        return False
    try:
        check_mean(goal.term, goal.box, goal.strict, BITS)
    except FAILURES:
        return False
    return True


def _regular(goal: Goal) -> bool:
    try:
        return is_regular(goal.term, goal.box)
    except FAILURES:
        return False


def _by_ends(box: Box) -> list[Var]:
    """Parameters with bounded ranges first."""
    return sorted(box, key=lambda v: (not is_bounded(box[v]), v.name))


def _innermost(term: Expr) -> list[Fn]:
    """Every Abs, Max and Min without another one inside, each once."""
    found: list[Fn] = []
    for t in subterms(term):
        if _is_kinked(t) and t not in found and not any(_is_kinked(s) for a in children(t) for s in subterms(a)):
            found.append(t)  # type: ignore[arg-type]
    return found


def _is_kinked(term: Expr) -> bool:
    return isinstance(term, Fn) and term.name in ("Abs", "Max", "Min")


def _choices(target: Fn) -> list[tuple[list[str], Expr, Expr]]:
    """The two values of an Abs, Max or Min: the head of the node, what must be >= 0, and the value."""
    if target.name == "Abs":
        (u,) = target.args
        return [(["abs", to_text(u), "+"], u, u), (["abs", to_text(u), "-"], -u, -u)]
    a, b = target.args
    return [(["max", target.name, to_text(u), to_text(v)], u - v if target.name == "Max" else v - u, u)
            for u, v in ((a, b), (b, a))]


def _zero_inside(targets: list[Fn], box: Box) -> Var | None:
    """A parameter x with |x| among the targets and 0 inside its range."""
    for t in targets:
        match t:
            case Fn("Abs", (Var() as var,)) if box[var].lo < 0 < box[var].hi:
                return var
    return None


def _poly(goal: Goal) -> Poly:
    return normal(goal.term, frozenset(v for v, r in goal.box.items() if r.positive()))


def _atom_term(atom: Atom) -> Expr:
    return to_term({((atom, Fraction(1)),): Fraction(1)})


def content(goal: Goal) -> Expr | None:
    """The inverse of the largest common monomial of positive factors (no exponentials), or None if it is 1."""
    try:
        poly = _poly(goal)
    except FAILURES:
        return None
    powers: dict[Atom, list[Fraction]] = defaultdict(list)
    for mono in poly:
        for atom, power in mono:
            if atom[0] != "exp":
                powers[atom].append(power)
    factor: Expr | None = None
    for atom in sorted(powers, key=repr):
        found = powers[atom] + [Fraction(0)] * (len(poly) - len(powers[atom]))
        least = min(found)
        if least and _is_good_factor(_atom_term(atom), goal):
            piece = _power(_atom_term(atom), -least)
            factor = piece if factor is None else factor * piece
    return factor


def _is_good_factor(term: Expr, goal: Goal) -> bool:
    try:
        return is_positive(term, goal.box) and is_regular(term, goal.box)
    except FAILURES:
        return False


def _power(term: Expr, power: Fraction) -> Expr:
    return term if power == 1 else Pow(term, power)


def exponentials(goal: Goal) -> Iterator[Expr]:
    """Inverses of the exponentials in the term, the one that dominates far out first; then monomials."""
    try:
        poly = _poly(goal)
    except FAILURES:
        return
    if len(poly) < 2:
        return
    far = places(goal.box)[-1]
    weights: list[tuple[float, str, Expr]] = []
    for mono, coefficient in poly.items():
        loud = to_term({mono: coefficient})
        exps = [(a, p) for a, p in mono if a[0] == "exp"]
        others = [(a, p) for a, p in mono if a[0] != "exp" and _is_good_factor(_atom_term(a), goal)]
        for chosen in ([*exps], [*exps, *others]):
            if chosen:
                factor = to_term({tuple(_inverted(a, p) for a, p in chosen): Fraction(1)})
                weights.append((-_log_size(loud, far), to_text(factor), factor))
    seen: set[str] = set()
    for _, text, factor in sorted(weights, key=lambda w: (w[0], w[1])):
        if text not in seen and len(seen) < 8:
            seen.add(text)
            yield factor


def _inverted(atom: Atom, power: Fraction) -> tuple[Atom, Fraction]:
    if atom[0] == "exp":
        return ("exp", tuple((m, -c) for m, c in atom[1])), power
    return atom, -power


def _log_size(term: Expr, place: Place) -> float:
    found = evaluate(compiled(term), place)
    if found is None or found.contains(0):
        return 0.0
    return float(abs(found).log().mid())


def sum_of_squares(goal: Goal) -> list[tuple[Fraction, Expr]] | None:
    """Weights c > 0 and terms q with term = sum c*q**2, over the square roots of the term's square monomials."""
    try:
        poly = _poly(goal)
    except FAILURES:
        return None
    basis = [tuple((a, p / 2) for a, p in mono) for mono, c in poly.items() if c > 0]
    if not 1 < len(poly) <= 15 or not basis:
        return None
    try:
        form = _gram(poly, [to_term({m: Fraction(1)}) for m in basis], goal)
    except FAILURES:
        return None
    return None if form is None else _completed(form)


def _gram(poly: Poly, basis: list[Expr], goal: Goal) -> tuple[list[Expr], list[list[Fraction]]] | None:
    """The symmetric matrix of the term in the basis, if every monomial is a product of two members."""
    positive = frozenset(v for v, r in goal.box.items() if r.positive())
    basis = [q for q in basis if len(normal(q, positive)) == 1 and is_regular(q, goal.box)]
    entries: dict[object, tuple[int, int]] = {}
    for i, p in enumerate(basis):
        for j in range(i, len(basis)):
            product = normal(p * basis[j], positive)
            if len(product) == 1:
                entries.setdefault(next(iter(product)), (i, j))
    matrix = [[Fraction(0)] * len(basis) for _ in basis]
    for mono, c in poly.items():
        if mono not in entries:
            return None
        i, j = entries[mono]
        matrix[i][j] += c / (2 if i != j else 1)
        if i != j:
            matrix[j][i] += c / 2
    return basis, matrix


def _completed(form: tuple[list[Expr], list[list[Fraction]]]) -> list[tuple[Fraction, Expr]] | None:
    """Complete squares, one pivot after the other; None if the form is not positive semidefinite."""
    basis, matrix = form
    found: list[tuple[Fraction, Expr]] = []
    for k in range(len(basis)):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[k][j] for j in range(k, len(basis)))):
            return None
        if pivot == 0:
            continue
        row = [x / pivot for x in matrix[k]]
        parts = [Num(row[j]) * basis[j] for j in range(k, len(basis)) if row[j]]
        found.append((pivot, parts[0] if len(parts) == 1 else Add(tuple(parts))))
        for i in range(k + 1, len(basis)):
            for j in range(k + 1, len(basis)):
                matrix[i][j] -= pivot * row[i] * row[j]
    return found


def _cut(goal: Goal) -> tuple[Var, Fraction] | None:
    """Where to cut: at an exact rational zero of the term, at 0 and other round numbers, or in the middle."""
    if not goal.box:
        return None
    value = compiled(goal.term)
    low = lowest(value, goal.box)
    if low is not None:
        touching = _touching(value, goal, low)
        if touching is not None:
            return touching
    return _default_cut(goal.box, value)


def _touching(value: Value, goal: Goal, low: Place) -> tuple[Var, Fraction] | None:
    """A parameter and an interior rational at which the term is 0, if the lowest point is near one."""
    near = rounded(low)
    found = evaluate(value, near, 256)
    if found is None or not abs(found) < 1e-30:
        return None
    for var in sorted(near, key=lambda v: v.name):
        if goal.box[var].lo < near[var] < goal.box[var].hi:
            return var, near[var]
    return None


def _default_cut(box: Box, value: Value) -> tuple[Var, Fraction] | None:
    """Cut the parameter that matters most at a round number."""
    names = sorted(box, key=lambda v: v.name)
    for var in names:
        r = box[var]
        if r.lo < 0 < r.hi:
            return var, Fraction(0)
    middle = {v: _middle(*clipped(box[v], 10)) for v in names}
    best: tuple[float, str, Var] | None = None
    for var in names:
        if box[var].lo == box[var].hi:
            continue
        swing = _swing(value, middle, var, clipped(box[var], 10))
        if best is None or (swing, var.name) > best[:2]:
            best = (swing, var.name, var)
    return None if best is None else (best[2], _round_cut(box[best[2]]))


def _middle(low: Fraction, high: Fraction) -> Fraction:
    third = (high - low) / 3
    return simplest(low + third, high - third)


def _swing(value: Value, middle: Place, var: Var, ends: tuple[Fraction, Fraction]) -> float:
    a, b = (evaluate(value, {**middle, var: x}) for x in ends)
    if a is None or b is None:
        return float("inf")
    return float(abs(a - b).mid())


def _round_cut(r: Range) -> Fraction:
    if isinstance(r.lo, Fraction) and isinstance(r.hi, Fraction):
        width = r.hi - r.lo
        return simplest(r.lo + width * Fraction(3, 8), r.hi - width * Fraction(3, 8))
    if isinstance(r.lo, Fraction):
        return next((c for c in CUTS if c > r.lo), 2 * abs(r.lo))
    if isinstance(r.hi, Fraction):
        return next((-c for c in CUTS if -c < r.hi), -2 * abs(r.hi))
    return Fraction(0)
