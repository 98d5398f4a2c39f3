"""Scalar terms as plain tuples, read from text, and their derivatives.

("num", q), ("pi",), ("var", name), ("add", ...), ("mul", ...), ("pow", base, q), ("fn", name, ...), with rational q.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

Term = tuple[Any, ...]
Rel = tuple[str, Term, Term]  # op, lhs, rhs with op one of <=, <, =
ARITY = {"exp": 1, "log": 1, "Abs": 1, "sinh": 1, "cosh": 1, "tanh": 1, "erf": 1, "erfc": 1, "geometric": 1,
         "Max": 2, "Min": 2}
OPS: dict[type, tuple[str, bool]] = {ast.LtE: ("<=", False), ast.Lt: ("<", False), ast.GtE: ("<=", True),
                                     ast.Gt: ("<", True), ast.Eq: ("=", False)}
MAX_DIGITS = 5000


class Refused(ValueError):
    """The proof, the point or the answer does not hold up; the message says where."""


def require(condition: object, message: str) -> None:
    """Raise Refused unless the condition holds."""
    if not condition:
        raise Refused(message)


def num(value: Fraction | int) -> Term:
    """A rational number."""
    return ("num", Fraction(value))


def neg(term: Term) -> Term:
    """Minus a term; a number stays a number."""
    return num(-term[1]) if term[0] == "num" else ("mul", num(-1), term)


def minus(left: Term, right: Term) -> Term:
    """The difference."""
    return ("add", left, neg(right))


ZERO, ONE = num(0), num(1)


def read(text: str) -> Term:
    """A term in SymPy's notation; x**b is a power for a rational b, and exp(b*log(x)) otherwise."""
    return _term(ast.parse(text.strip(), mode="eval").body, text.strip())


def relations(text: str) -> list[Rel]:
    """Relations separated by commas; a chain a <= b < c counts as two."""
    source = "(" + re.sub(r"(?<![<>=!])=(?!=)", "==", text.strip()).rstrip(",") + ",)"
    found: list[Rel] = []
    for node in ast.parse(source, mode="eval").body.elts if text.strip() else ():  # type: ignore[attr-defined]
        require(isinstance(node, ast.Compare), f"not a relation: {ast.unparse(node)}")
        sides = [_term(s, source) for s in (node.left, *node.comparators)]
        for sign, left, right in zip(node.ops, sides, sides[1:], strict=False):
            op, swapped = OPS[type(sign)]
            found.append((op, right, left) if swapped else (op, left, right))
    return found


def one(text: str) -> Rel:
    """The only relation that a text holds."""
    (found,) = relations(text)
    return found


def every(texts: Iterable[str]) -> list[Rel]:
    """The relations that texts hold."""
    return [r for t in texts for r in relations(t)]


def _term(node: ast.expr, source: str) -> Term:
    match node:
        case ast.Constant(value=int(value)) if not isinstance(value, bool):
            return num(value)
        case ast.Constant(value=float()):
            written = (ast.get_source_segment(source, node) or "").replace("_", "").lower()
            require(abs(int(written.partition("e")[2] or 0)) <= MAX_DIGITS, f"{written} is out of range")
            return num(Fraction(written))
        case ast.Name(id=name) if name not in ARITY:
            return ("pi",) if name == "pi" else ("fn", "exp", ONE) if name == "E" else ("var", name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=inner):
            return neg(_term(inner, source)) if isinstance(sign, ast.USub) else _term(inner, source)
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _term(left, source), _term(right, source))
        case ast.Call(func=ast.Name(id="sqrt"), args=[arg], keywords=[]):
            return ("pow", _term(arg, source), Fraction(1, 2))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if ARITY.get(name.replace("abs", "Abs")) == len(args):
            return ("fn", name.replace("abs", "Abs"), *(_term(a, source) for a in args))
    raise Refused(f"not a term: {ast.unparse(node)}")


def _binary(op: ast.operator, a: Term, b: Term) -> Term:
    match op:
        case ast.Add() | ast.Sub():
            return ("add", a, b) if isinstance(op, ast.Add) else minus(a, b)
        case ast.Mult():
            return ("mul", a, b)
        case ast.Div():
            return num(a[1] / b[1]) if a[0] == b[0] == "num" and b[1] else ("mul", a, ("pow", b, Fraction(-1)))
        case ast.Pow():  # a real power is exp(b*log(a))
            return ("pow", a, b[1]) if b[0] == "num" else ("fn", "exp", ("mul", b, ("fn", "log", a)))
    raise Refused("an operator that is none of + - * / **")


def parts(term: Term) -> Term:
    """The direct subterms."""
    return {"add": term[1:], "mul": term[1:], "pow": term[1:2], "fn": term[2:]}.get(term[0], ())


def factors(term: Term) -> list[Term]:
    """The factors of a product, of products inside it, or the term itself."""
    return [t for a in term[1:] for t in factors(a)] if term[0] == "mul" else [term]


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """The same node over changed subterms."""
    head = 2 if term[0] == "fn" else 1
    return (*term[:head], *map(change, parts(term)), *term[head + len(parts(term)):])


def put(term: Term, old: Term, new: Term) -> Term:
    """Replace every occurrence of a subterm."""
    return new if term == old else rebuilt(term, lambda t: put(t, old, new))


@lru_cache(maxsize=50000)
def names(term: Term) -> frozenset[str]:
    """The parameters."""
    return frozenset([term[1]]) if term[0] == "var" else frozenset().union(*map(names, parts(term)))


BELL = "2/sqrt(pi)*exp(-x**2)"
OUTER = {"exp": "exp(x)", "log": "1/x", "sinh": "cosh(x)", "cosh": "sinh(x)", "tanh": "1 - tanh(x)**2", "erf": BELL,
         "erfc": f"-{BELL}", "geometric": "(1 - x)**-2"}


def slope(term: Term, name: str) -> Term:
    """The derivative; raises Refused at kinks."""
    match term:
        case _ if name not in names(term):
            return ZERO
        case ("add", *args):
            return ("add", *(slope(t, name) for t in args))
        case ("mul", *args):
            return ("add", *(("mul", *args[:k], slope(t, name), *args[k + 1:]) for k, t in enumerate(args)))
        case ("pow", base, q):
            return ("mul", num(q), ("pow", base, q - 1), slope(base, name))
        case ("fn", f, x, *_):
            require(f in OUTER, f"{f} has no derivative here")
            return ("mul", put(read(OUTER[f]), ("var", "x"), x), slope(x, name))
    return ONE
