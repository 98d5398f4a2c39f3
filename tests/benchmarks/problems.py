"""The benchmark's inequalities, read from ``problems.toml``, and a reader and evaluator independent of ``proofcheck``."""

from __future__ import annotations

import ast
import operator
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


def holds(relation: Relation, at: Mapping[str, Number]) -> bool | None:
    """Whether the relation holds at a point; None if the sides agree to two thirds of the digits.

    An exact tie of rational numbers such as 0 < 0 is undecided here, too; see ``touches``.
    """
    with mpmath.workdps(DIGITS):
        left, right = value(relation.lhs, at), value(relation.rhs, at)
        scale = max(abs(left), abs(right), mpmath.mpf(1) / 10**10)
        if abs(left - right) <= scale / mpmath.mpf(10) ** (2 * DIGITS // 3):
            return None
        return relation.op != "=" and bool(left < right)


def point(text: str) -> dict[str, Number]:
    """The values in text such as ``x = 1/2, y = log(2)``."""
    with mpmath.workdps(DIGITS):
        return {ast.unparse(r.lhs): value(r.rhs, {}) for r in relations(text)}


def violates(problem: Problem, at: Mapping[str, Number]) -> bool:
    """Whether all of ``given`` holds at a point and the goal does not; a tie breaks a strict goal."""
    for hyp in relations(problem.given):
        verdict = holds(hyp, at)
        if verdict is False or (verdict is None and hyp.op == "<"):
            return False
    (goal,) = relations(problem.goal)
    verdict = holds(goal, at)
    return verdict is False or (verdict is None and goal.op == "<")
