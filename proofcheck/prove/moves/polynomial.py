"""Polynomials, also in roots and exponentials: sums of squares times products of what is known to be nonnegative."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, combinations, combinations_with_replacement, product
from math import inf, isfinite

import numpy as np
from numpy.typing import NDArray

from proofcheck.kernel.domain import Box, Range, is_regular, positive_parameters, tidy
from proofcheck.kernel.normal import Atom, normal
from proofcheck.kernel.scalar import Tree
from proofcheck.kernel.terms import Expr, Num, Var, add, mul, variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.goals import BITS, FAILURES, Goal, atom_term, evaluates, is_good_factor, power
from proofcheck.prove.moves.scaling import scaled
from proofcheck.prove.polynomials import Exponents, Form, NoForm, Ring, factors, total, values
from proofcheck.prove.search import Search

POINTS = 300  # at which it is seen that a goal is hopeless
MOST_IN_VAIN = 12  # certificates that one search looks for and does not find
MOST_UNITS = 6
MOST_MONOMIALS = 40
MOST_DEGREE = 10
MOST_PRODUCTS = 60
EFFORTS = ((1, 0), (2, 0), (3, 0), (3, 2))  # how many known terms are multiplied; degrees that may cancel


@dataclass(frozen=True)
class Known:
    """term >= 0 (or > 0), times a positive factor a polynomial: the known term of this number, or to be proved first.

    If the term is 0, ``opposite`` is the number of minus the term.
    """

    form: Form
    sharp: bool
    term: Expr
    factor: Expr | None = None
    number: int | None = None
    opposite: int | None = None
    why: Tree | None = None


@dataclass(frozen=True)
class Task:
    """A polynomial that is to be shown >= 0 (or > 0), and what is known."""

    ring: Ring
    target: Form
    strict: bool
    knowns: tuple[Known, ...]
    count: int  # of the domain's known terms
    box: Box
    positive: frozenset[int]  # units that are > 0 by their form

    def is_positive(self, mono: Exponents) -> bool:
        """Whether a monomial is > 0 by its form."""
        return all(k in self.positive for k, p in enumerate(mono) if p)


def polynomials(search: Search, goal: Goal, depth: int) -> Iterator[Tree | None]:
    """A certificate in squares, if there is a short one."""
    if goal.at_infinity():
        return
    if goal.key not in search.squares:
        search.squares[goal.key] = _proof(search, goal)
    tree = search.squares[goal.key]
    if tree is not None:
        yield tree


def _proof(search: Search, goal: Goal) -> Tree | None:
    """Clear denominators, then look for a certificate, with a multiplier if need be."""
    try:
        factor, cleared = _cleared(goal.term, goal.box)
        task = _task(goal, cleared)
        if search.in_vain == MOST_IN_VAIN or _fails_somewhere(task):
            return None
        tree = _direct(task)
        for multiplier in _multipliers(task):
            tree = tree or _multiplied(goal.about(cleared), task, multiplier)
    except (*FAILURES, NoForm):
        return None
    search.in_vain += tree is None
    return tree if factor is None or tree is None else scaled(factor, tree)


# --- the goal as a polynomial ------------------------------------------------------------------------------------


def _cleared(term: Expr, box: Box) -> tuple[Expr | None, Expr]:
    """A positive factor that leaves no negative exponents of positive atoms, or None, and the product."""
    least: dict[Atom, Fraction] = {}
    for mono in normal(term, positive_parameters(box)):
        for atom, exponent in factors(mono):
            least[atom] = min(least.get(atom, Fraction(0)), exponent)
    bases = ((atom_term(a), p) for a, p in sorted(least.items(), key=repr) if p < 0)
    pieces = [piece for a, p in bases if is_good_factor(a, box) for piece in _powers(a, -p)]
    return (mul(*pieces), tidy(mul(*pieces) * term, box)) if pieces else (None, term)


def _powers(term: Expr, exponent: Fraction) -> list[Expr]:
    """A power as factors, because normal forms cancel a sum, but not its square, which they work out."""
    whole = int(exponent)
    return [term] * whole + ([power(term, exponent - whole)] if exponent != whole else [])


def _task(goal: Goal, term: Expr) -> Task:
    """The goal as polynomials in few units; raises NoForm."""
    positive = positive_parameters(goal.box)
    poly = normal(term, positive)
    given = list(_given(goal))
    ring = Ring.of([poly, *(normal(h, positive) for _, _, _, h in given)], positive)
    if not (_is_small(ring) and all(is_regular(u.term, goal.box) for u in ring.units)):
        raise NoForm("too many units, or irregular ones")
    target = ring.form(poly)
    single = len(ring.units) == 1 and ring.units[0].term in goal.box and goal.term == term and not given
    if single or len(target) > MOST_MONOMIALS or _degree(target) > MOST_DEGREE:
        raise NoForm("one parameter, too many monomials, or a high degree")
    knowns = _paired([Known(ring.read(h), sharp, goal.domain.given[k][0], factor, k) for k, sharp, factor, h in given])
    sure = frozenset(k for k, u in enumerate(ring.units) if is_good_factor(u.term, goal.box))
    return Task(ring, target, goal.strict, (*knowns, *_ends(goal, ring)), len(goal.domain.given), goal.box, sure)


def _paired(knowns: list[Known]) -> list[Known]:
    """Two opposite known terms are one that is 0."""
    found: list[Known] = []
    for known in knowns:
        minus = {m: -c for m, c in known.form.items()}
        k = next((k for k, other in enumerate(found) if other.form == minus and other.factor == known.factor), None)
        if k is None:
            found.append(known)
        else:
            found[k] = replace(found[k], opposite=known.number)
    return found


def _is_small(ring: Ring) -> bool:
    return 0 < len(ring.units) <= MOST_UNITS


def _given(goal: Goal) -> Iterator[tuple[int, bool, Expr | None, Expr]]:
    """The number, strictness, factor and cleared form of the known terms that are polynomials."""
    for k, (h, sharp) in enumerate(goal.domain.given):
        try:
            factor, cleared = _cleared(h, goal.box)
            Ring.of([normal(cleared, positive_parameters(goal.box))], positive_parameters(goal.box))
        except (*FAILURES, NoForm):
            continue
        yield k, sharp, factor, cleared


def _ends(goal: Goal, ring: Ring) -> Iterator[Known]:
    """What the box says about the units."""
    for unit in ring.units:
        whole = atom_term(unit.atom)
        side = goal.box.get(whole) if isinstance(whole, Var) else None
        if side is None or (unit.root > 1 and side.lo == 0):
            sharp = is_good_factor(unit.term, goal.box)
            if sharp or evaluates(Goal(unit.term, goal.domain, False)):
                yield _end(goal, ring, unit.term, sharp, scaled(unit.term**-1, ["eval", BITS]))
        elif isinstance(side.lo, Fraction):
            yield _end(goal, ring, tidy(whole - Num(side.lo), goal.box), side.lo_open, ["sturm"])
        if side is not None and isinstance(side.hi, Fraction):
            yield _end(goal, ring, tidy(Num(side.hi) - whole, goal.box), side.hi_open, ["sturm"])


def _end(goal: Goal, ring: Ring, term: Expr, sharp: bool, otherwise: Tree) -> Known:
    """A term that is nonnegative on the box, by interval arithmetic or else by another reason."""
    bits = evaluates(Goal(term, goal.domain, sharp))
    return Known(ring.read(term), sharp, term, why=["eval", bits] if bits else otherwise)


def _fails_somewhere(task: Task) -> bool:
    """Whether the polynomial is negative where all that is known holds; exp(x) and x, say, count as independent."""
    at = _samples(task)
    fine = np.all([values(known.form, at) >= 0 for known in task.knowns], axis=0)
    rounding = 1e-9 * values({m: abs(c) for m, c in task.target.items()}, np.abs(at))
    return bool(np.any(fine & (values(task.target, at) < -rounding)))


def _samples(task: Task) -> NDArray[np.float64]:
    """Values of the units (rows) at points (columns) of the box."""
    draw = np.random.default_rng(0)
    at = 10.0 ** draw.uniform(-2, 2, (len(task.ring.units), POINTS))
    for row, unit in zip(at, task.ring.units, strict=True):
        whole = atom_term(unit.atom)
        side = task.box[whole] if isinstance(whole, Var) else Range(Fraction(0), inf)
        low, high = float(side.lo), float(side.hi)
        if isfinite(low) and isfinite(high):
            row[:] = draw.uniform(low, high, POINTS)
        elif isfinite(low) or isfinite(high):
            row[:] = low + row if isfinite(low) else high - row
        else:
            row *= draw.choice([-1.0, 1.0], POINTS)
        if unit.root > 1:
            row[:] = np.abs(row) ** (1 / unit.root)
    for _ in range(2):  # roots of roots
        for k, inner in task.ring.relations.items():
            at[k] = np.maximum(values(inner, at), 0.0) ** (1 / task.ring.degree(k))
    return at


# --- certificates ------------------------------------------------------------------------------------------------


def _multiplied(goal: Goal, task: Task, form: Form) -> Tree | None:
    """A certificate for a positive multiple of the target; where the multiplier is 0, another one."""
    by = task.ring.term(form)
    target = task.ring.product(form, task.target)
    if _degree(target) > MOST_DEGREE + 2:
        return None
    if is_good_factor(by, goal.box):
        tree = _direct(replace(task, target=target))
        return None if tree is None else scaled(by, tree)
    minus = Known({m: -c for m, c in form.items()}, False, -by, number=task.count)
    right = _direct(replace(task, target=target, count=task.count + 1))
    left = right and _direct(replace(task, knowns=(*task.knowns, minus), count=task.count + 1))
    if not left:
        return None
    why = ["use", [["1", [task.count], []]], ["eval", BITS]]
    return ["case", to_text(-by), left, ["scale", to_text(by), why, right]]


def _multipliers(task: Task) -> Iterator[Form]:
    """The sum of the units or of their squares (plus 1 if the target is not homogeneous), and a positive root."""
    ring = task.ring
    units = [ring.unit(k) for k, u in enumerate(ring.units) if variables(u.term)]
    signed = any(all(known.form != u for known in task.knowns) for u in units)
    whole = total(ring.product(u, u) if signed else u for u in units)
    yield whole if _is_homogeneous(task.target) else total([whole, ring.one()])
    yield from (ring.unit(k) for k in ring.relations if k in task.positive)


def _direct(task: Task) -> Tree | None:
    """target = sum of squares, each times known terms."""
    from proofcheck.prove.sos import Block, squares  # importing SciPy takes longer than most goals

    tried: list[Product] = []
    for products in chain([_handelman(task)], (_products(task, *effort) for effort in EFFORTS)):
        if products == tried or len(products) > MOST_PRODUCTS:
            continue
        tried = products
        blocks = [Block(weight, basis, _is_equation(ks)) for ks, weight, basis in products]
        found = squares(task.ring, task.target, blocks)
        if found is not None:
            tree = _tree(task, [(ks, c, q) for (ks, _, _), s in zip(products, found, strict=True) for c, q in s])
            if tree is not None:
                return tree
    return None


Product = tuple[tuple[Known, ...], Form, tuple[Form, ...]]


def _is_equation(ks: tuple[Known, ...]) -> bool:
    return len(ks) == 1 and ks[0].opposite is not None


def _handelman(task: Task) -> list[Product]:
    """All products of known terms up to the degree of the target, with constants."""
    ring, degree = task.ring, _degree(task.target)
    found: list[Product] = [((), ring.one(), (ring.one(),))]
    for size in range(1, degree + 1):
        for ks in combinations_with_replacement(task.knowns, size):
            weight = _weight(ring, ks)
            if _degree(weight) <= degree:
                found.append((ks, weight, (ring.one(),)))
            if len(found) > MOST_PRODUCTS:
                return found
    return found


def _products(task: Task, order: int, extra: int) -> list[Product]:
    """Products of different known terms, with the monomials whose squares are not too large."""
    ring = task.ring
    forms = [task.target, *(k.form for k in task.knowns if _degree(k.form) <= _degree(task.target) + 2)]
    degree = _even(max(map(_degree, forms))) + extra
    caps = [_even(max(m[k] for f in forms for m in f)) for k in range(len(ring.units))]
    level = _degree(task.target) if all(map(_is_homogeneous, [task.target, *(k.form for k in task.knowns)])) else None
    equations = [(k,) for k in task.knowns if k.opposite is not None]
    caps = [degree] * len(caps) if equations else caps
    others = [k for k in task.knowns if k.opposite is None]
    found: list[Product] = []
    for ks in chain(equations, *(combinations(others, size) for size in range(order + 1))):
        weight = _weight(ring, ks)
        times = 1 if _is_equation(ks) else 2
        rooms = [(cap - max(m[k] for m in weight)) // times for k, cap in enumerate(caps)]
        rooms = [min(r, ring.degree(k) - 1) if k in ring.relations else r for k, r in enumerate(rooms)]
        left = degree - _degree(weight)
        basis = [m for m in product(*(range(r + 1) for r in rooms))
                 if (times * sum(m) <= left if level is None else times * sum(m) + _degree(weight) == level)]
        if basis:
            found.append((ks, weight, tuple({m: Fraction(1)} for m in basis)))
        if task.strict and all(k.sharp for k in ks) and len(basis) > 1:
            sure = [m for m in basis if task.is_positive(m) and (ks or not any(m))]
            found += [(ks, weight, ({m: Fraction(1)},)) for m in sure]
    return found


def _weight(ring: Ring, ks: tuple[Known, ...]) -> Form:
    weight = ring.one()
    for k in ks:
        weight = ring.product(weight, k.form)
    return weight


def _tree(task: Task, squares: list[tuple[tuple[Known, ...], Fraction, Form]]) -> Tree | None:
    """The certificate; what it uses of the box is proved first.  None for a strict goal that is not shown strictly."""
    used = [k for k in task.knowns if k.number is None and any(k is x for ks, _, _ in squares for x in ks)]
    items: list[tuple[Expr, tuple[Known, ...]]] = []
    sure = not task.strict
    for ks, c, q in squares:
        if _is_equation(ks):
            items += _equation(task, ks[0], q)
            continue
        ((mono, lead), *others) = q.items()
        sure |= not others and task.is_positive(mono) and all(k.sharp for k in ks) and bool(ks or not any(mono))
        if not (ks or others or any(mono)):
            continue  # a constant remains in the end
        square = [] if not others and not any(mono) else [task.ring.term(q) ** 2]
        items.append((mul(Num(c if square else c * lead**2), *(k.factor for k in ks if k.factor), *square), ks))
    if not sure or not _cancels(task, items):
        return None
    shown = [[to_text(weight), [_number(k, used, task.count) for k in ks], []] for weight, ks in items]
    tree: Tree = ["use", shown, ["eval", BITS]]
    for k in reversed(used):
        tree = ["lemma", to_text(k.term), k.sharp, k.why, tree]
    return tree


def _equation(task: Task, known: Known, q: Form) -> Iterator[tuple[Expr, tuple[Known, ...]]]:
    """q times a term that is 0, as the difference of two squares times that term."""
    one, factor = task.ring.one(), [known.factor] if known.factor else []
    minus = replace(known, number=known.opposite, opposite=None, term=-known.term)
    for k, sign in ((known, 1), (minus, -1)):
        root = total([q, {m: sign * c for m, c in one.items()}])
        if root:
            yield mul(Num(Fraction(1, 4)), *factor, task.ring.term(root) ** 2), (k,)


def _cancels(task: Task, items: list[tuple[Expr, tuple[Known, ...]]]) -> bool:
    """Whether a number remains; high powers of roots have several normal forms, so that it may not look like one."""
    if all(unit.root == 1 for unit in task.ring.units) and not task.ring.relations:
        return True
    rest = add(task.ring.term(task.target), *(-mul(weight, *(k.term for k in ks)) for weight, ks in items))
    return isinstance(tidy(rest, task.box), Num)


def _number(known: Known, used: list[Known], count: int) -> int:
    if known.number is not None:
        return known.number
    return count + next(i for i, k in enumerate(used) if k is known)


# --- degrees -----------------------------------------------------------------------------------------------------


def _degree(form: Form) -> int:
    return max(map(sum, form), default=0)


def _is_homogeneous(form: Form) -> bool:
    return len(set(map(sum, form))) == 1


def _even(n: int) -> int:
    return n + n % 2
