"""The benchmark's inequalities, read from ``problems.toml``, and a reader and evaluator independent of ``proofcheck``."""

from __future__ import annotations

import ast
import operator
import random
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mpmath

DATA = Path(__file__).with_name("problems.toml")
DIGITS = 60
CONSTANTS = ("pi", "E")
Formula = ast.expr
Number = Any  # mpf


@dataclass(frozen=True)
class Problem:
    """One inequality: is ``goal`` true wherever ``given`` holds?  A false one fails at the point ``at``."""

    id: str
    family: str
    source: str
    goal: str
    given: str
    truth: bool
    at: str = ""


@dataclass(frozen=True)
class Relation:
    """Two formulas compared; ``op`` is <=, < or =, the larger side on the right."""

    op: str
    lhs: Formula
    rhs: Formula


def load() -> list[Problem]:
    """All problems in the order of the file."""
    families = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return [Problem(id=key, family=family, **fields) for family, group in families.items()
            for key, fields in group.items()]


def relations(text: str) -> list[Relation]:
    """Relations separated by commas, in the notation of ``proofcheck decide``."""
    if not text.strip():
        return []
    tree = ast.parse(f"({re.sub(r'(?<![<>=!])=(?!=)', '==', text)},)", mode="eval").body
    if not isinstance(tree, ast.Tuple):
        raise ValueError(f"not a list of relations: {text!r}")
    return [r for node in tree.elts for r in _chain(node)]


def _chain(node: Formula) -> Iterator[Relation]:
    if not isinstance(node, ast.Compare):
        raise ValueError(f"not a relation: {ast.unparse(node)!r}")
    sides = [node.left, *node.comparators]
    for op, a, b in zip(node.ops, sides, sides[1:], strict=False):
        match op:
            case ast.LtE():
                yield Relation("<=", a, b)
            case ast.Lt():
                yield Relation("<", a, b)
            case ast.GtE():
                yield Relation("<=", b, a)
            case ast.Gt():
                yield Relation("<", b, a)
            case ast.Eq():
                yield Relation("=", a, b)
            case _:
                raise ValueError(f"no such comparison: {ast.unparse(node)!r}")


def names(*found: Relation) -> list[str]:
    """The parameters, in order of their names."""
    nodes = [n for r in found for side in (r.lhs, r.rhs) for n in ast.walk(side)]
    called = {n.func.id for n in nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)}
    return sorted({n.id for n in nodes if isinstance(n, ast.Name)} - called - set(CONSTANTS))


def _root(name: str) -> Callable[..., Number]:
    real: Callable[..., Number] = getattr(mpmath, name)

    def checked(x: Number) -> Number:
        if x < 0 or (name == "log" and x == 0):
            raise ValueError(f"{name} of {x}")
        return real(x)

    return checked


FUNCTIONS: dict[str, Callable[..., Number]] = {
    "exp": mpmath.exp, "sinh": mpmath.sinh, "cosh": mpmath.cosh, "tanh": mpmath.tanh, "erf": mpmath.erf,
    "erfc": mpmath.erfc, "log": _root("log"), "sqrt": _root("sqrt"), "abs": abs, "Max": max, "Min": min,
}
OPERATORS: dict[type, Callable[[Number, Number], Number]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}


def value(node: Formula, at: Mapping[str, Number]) -> Number:
    """The formula at a point in mpmath's current precision; raises ValueError where it is not defined."""
    match node:
        case ast.Constant(value=int(number)):
            return mpmath.mpf(number)
        case ast.Name(id="pi"):
            return +mpmath.pi
        case ast.Name(id="E"):
            return +mpmath.e
        case ast.Name(id=name):
            return at[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            return -value(inner, at)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(value(left, at), value(right, at))
        case ast.BinOp(left=left, op=op, right=right):
            return OPERATORS[type(op)](value(left, at), value(right, at))
        case ast.Call(func=ast.Name(id=name), args=args):
            return FUNCTIONS[name](*(value(a, at) for a in args))
    raise ValueError(f"not a formula: {ast.unparse(node)!r}")


def _power(base: Number, power: Number) -> Number:
    if power == int(power):
        return base ** int(power)
    if base < 0 or (base == 0 and power < 0):
        raise ValueError(f"{base} to the power {power}")
    return base**power


def holds(relation: Relation, at: Mapping[str, Number], floor: str = "1e-10") -> bool | None:
    """Whether the relation holds at a point; None if the sides agree to two thirds of the digits.

    Sides smaller than ``floor`` are compared as if they were that large, because terms may have cancelled.
    """
    with mpmath.workdps(DIGITS):
        left, right = value(relation.lhs, at), value(relation.rhs, at)
        scale = max(abs(left), abs(right), mpmath.mpf(floor))
        if abs(left - right) <= scale / mpmath.mpf(10) ** (2 * DIGITS // 3):
            return None
        return relation.op != "=" and bool(left < right)


def point(text: str) -> dict[str, Number]:
    """The values in text such as ``x = 1/2, y = log(2)``."""
    with mpmath.workdps(DIGITS):
        return {ast.unparse(r.lhs): value(r.rhs, {}) for r in relations(text)}


def violates(problem: Problem, at: Mapping[str, Number]) -> bool:
    """Whether all of ``given`` holds at a point and the goal does not; a tie breaks a strict goal."""
    (goal,) = relations(problem.goal)
    if any(_fails(h, at) for h in relations(problem.given)):
        return False
    verdict = holds(goal, at)
    return verdict is False or (verdict is None and goal.op == "<")


def admissible(problem: Problem, rng: random.Random) -> dict[str, Number] | None:
    """A random point at which everything in ``given`` holds, often on its boundary; None if this draw is not one."""
    (goal,), hyps = relations(problem.goal), relations(problem.given)
    with mpmath.workdps(2 * DIGITS):
        at = {n: _draw(rng) for n in names(goal, *hyps)}
        if rng.random() < 0.3:
            at = dict.fromkeys(at, _draw(rng))
        try:
            for hyp in sorted(hyps, key=lambda h: (h.op == "=", len(names(h)))):
                _move_inside(hyp, at, rng)
            return None if any(_fails(h, at) for h in hyps if h.op != "=") else at
        except (ValueError, ZeroDivisionError):
            return None


def _draw(rng: random.Random) -> Number:
    size = mpmath.mpf(rng.choice((1, 2, 3, 5, 7, 20))) * mpmath.mpf(10) ** rng.randint(-4, 0)
    return rng.choice((1, 1, -1)) * size if rng.random() < 0.9 else mpmath.mpf(0)


def _move_inside(hyp: Relation, at: dict[str, Number], rng: random.Random) -> None:
    """Change one parameter such that a hypothesis of the form bound <= parameter, or the other way round, holds."""
    step = mpmath.mpf(10) ** rng.randint(-5, 0) if hyp.op == "<" or rng.random() < 0.8 else mpmath.mpf(0)
    match hyp:
        case Relation("=", ast.Name(id=name), rhs):
            at[name] = value(rhs, at)
        case Relation(_, lhs, ast.Name(id=name)) if _fails(hyp, at):
            at[name] = value(lhs, at) + step
        case Relation(_, ast.Name(id=name), rhs) if _fails(hyp, at):
            low = value(rhs, at)
            at[name] = low * (1 - step / 2) if low > 0 else low - step
        case Relation(_, ast.Call(args=[ast.Name(id=name)]), rhs) if _fails(hyp, at):
            at[name] = rng.choice((1, -1)) * value(rhs, at) * (1 - step / 2)


def _fails(hyp: Relation, at: Mapping[str, Number]) -> bool:
    verdict = holds(hyp, at, floor="0")
    return verdict is False or (verdict is None and hyp.op == "<")
