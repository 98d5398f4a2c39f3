"""Terms as text and back: the notation of SymPy, read by a parser that evaluates nothing.

``to_text`` and ``Reader`` are inverse to each other, which is what makes certificates plain data.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction

from proofcheck.kernel.terms import (
    FUNCTIONS,
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
    add,
    exp,
    log,
    mul,
    neg,
    sqrt,
)

MAX_EXPONENT = 5000  # of a number such as 1e-400


class TextError(ValueError):
    """Text that is not a term or relation; the message says, in one line, what was found and what is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))


def to_text(item: Expr | Rel) -> str:
    """The term or relation in SymPy's notation."""
    if isinstance(item, Rel):
        op = "==" if item.op == "=" else item.op
        return f"{_show(item.lhs, 1)} {op} {_show(item.rhs, 1)}"
    return _show(item, 0)


def _range(index: Index) -> str:
    return f"({index.name}, 1, {index.dim.name})"


def _show(term: Expr, level: int) -> str:
    """level: 0 free, 1 term of a sum, 2 factor, 3 base of a power."""
    match term:
        case Num(value):
            body, own = (str(value), 3) if value >= 0 and value.denominator == 1 else (str(value), 1)
        case Const(name) | Var(name, _):
            return name
        case Entry(array, indices):
            return f"{array.name}[{', '.join(i.name for i in indices)}]"
        case Delta(left, right):
            return f"KroneckerDelta({left.name}, {right.name})"
        case Sum(index, inner):
            return f"Sum({_show(inner, 0)}, {_range(index)})"
        case Peak(index, inner):
            return f"Peak({_show(inner, 0)}, {_range(index)})"
        case Fn(name, args):
            return f"{name}({', '.join(_show(a, 0) for a in args)})"
        case Diff(inner, wrt):
            return f"Derivative({_show(inner, 0)}, {_show(wrt, 0)})"
        case Pow(base, power):
            shown = str(power) if power >= 0 and power.denominator == 1 else f"({power})"
            body, own = f"{_show(base, 4)}**{shown}", 3
        case Mul(args):
            body, own = "*".join(_show(a, 3) for a in args), 2
        case Add(args):
            body, own = " + ".join(_show(a, 2) for a in args), 1
        case _:
            raise TextError(f"cannot write {type(term).__name__}")
    return f"({body})" if own < level else body


@contextmanager
def _shallow(source: str) -> Iterator[None]:
    try:
        yield
    except RecursionError:
        raise TextError(f"nested too deeply: {source[:40]!r} ...") from None


@dataclass(frozen=True)
class Signature:
    """What names mean: arrays, free indices, and which parameters are dimensions."""

    arrays: Mapping[str, Array] = field(default_factory=dict)
    indices: Mapping[str, Index] = field(default_factory=dict)
    dims: frozenset[str] = frozenset()

    def var(self, name: str) -> Var:
        """The parameter of that name."""
        return Var(name, name in self.dims)


@dataclass(frozen=True)
class Reader:
    """Reads terms and relations; raises TextError with one line that says what is wrong."""

    signature: Signature = field(default_factory=Signature)
    source: str = ""

    def term(self, source: str) -> Expr:
        """One term."""
        tree = self._parse(source)
        with _shallow(source):
            return replace(self, source=source)._term(tree)

    def relations(self, source: str) -> tuple[Rel, ...]:
        """Relations separated by commas; a chain a <= b < c counts as two."""
        if not source.strip():
            return ()
        single = re.sub(r"(?<![<>=!])=(?!=)", "==", source)
        tree = self._parse(f"({single},)" if not single.strip().endswith(",") else f"({single})", source)
        if not isinstance(tree, ast.Tuple):
            raise TextError(f"expected relations separated by commas, got {source!r}")
        reader = replace(self, source=f"({single},)")
        with _shallow(source):
            return tuple(r for node in tree.elts for r in reader._relation(node))

    def relation(self, source: str) -> Rel:
        """Exactly one relation."""
        found = self.relations(source)
        if len(found) != 1:
            raise TextError(f"expected one relation such as 'x <= exp(x)', got {source!r}")
        return found[0]

    def _parse(self, source: str, shown: str | None = None) -> ast.expr:
        try:
            return ast.parse(source.strip(), mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise TextError(f"cannot read {shown or source!r}; expected SymPy notation such as "
                            "'2*exp(B) <= exp(3*B)'") from None

    def _relation(self, node: ast.expr) -> list[Rel]:
        if not isinstance(node, ast.Compare):
            raise TextError(f"{ast.unparse(node)!r} is not a relation; use <=, <, >=, > or ==")
        sides = [self._term(s) for s in [node.left, *node.comparators]]
        found = []
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False):
            match op:
                case ast.LtE():
                    found.append(Rel("<=", left, right))
                case ast.Lt():
                    found.append(Rel("<", left, right))
                case ast.GtE():
                    found.append(Rel("<=", right, left))
                case ast.Gt():
                    found.append(Rel("<", right, left))
                case ast.Eq():
                    found.append(Rel("=", left, right))
                case _:
                    raise TextError(f"relation in {ast.unparse(node)!r} is not one of <=, <, >=, >, ==")
        return found

    def _term(self, node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=bool()):
                raise TextError(f"{ast.unparse(node)} is not a number")
            case ast.Constant(value=int(value)):
                return Num(Fraction(value))
            case ast.Constant(value=float()):
                return Num(self._decimal(node))
            case ast.Name(id=name):
                return self._name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return neg(self._term(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self._term(operand)
            case ast.BinOp(left=left, op=op, right=right):
                return self._binary(left, op, right)
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]):
                return self._call(name, args)
            case ast.Subscript(value=ast.Name(id=name), slice=where):
                return self._entry(name, where)
        raise TextError(f"{ast.unparse(node)!r} is not a term")

    def _decimal(self, node: ast.Constant) -> Fraction:
        written = (ast.get_source_segment(self.source.strip(), node) or repr(node.value)).replace("_", "").lower()
        exponent = written.partition("e")[2] or "0"
        if len(exponent) > 9 or abs(int(exponent)) > MAX_EXPONENT:
            raise TextError(f"the exponent of {written} is beyond {MAX_EXPONENT}")
        return Fraction(written)

    def _name(self, name: str) -> Expr:
        if name == "pi":
            return Const("pi")
        if name == "E":
            return exp(1)
        if name in FUNCTIONS or name in self.signature.arrays or name in self.signature.indices:
            raise TextError(f"{name!r} is not a number here")
        return self.signature.var(name)

    def _binary(self, left: ast.expr, op: ast.operator, right: ast.expr) -> Expr:
        a, b = self._term(left), self._term(right)
        match op:
            case ast.Add():
                return add(a, b)
            case ast.Sub():
                return add(a, neg(b))
            case ast.Mult():
                return mul(a, b)
            case ast.Div() if isinstance(a, Num) and isinstance(b, Num) and b.value:
                return Num(a.value / b.value)
            case ast.Div():
                return mul(a, Pow(b, Fraction(-1)))
            case ast.Pow():
                return Pow(a, b.value) if isinstance(b, Num) else exp(mul(b, log(a)))
        raise TextError(f"operator in {ast.unparse(left)!r} ... is not one of + - * / **")

    def _call(self, name: str, args: list[ast.expr]) -> Expr:
        if name in ("Sum", "Peak") and len(args) >= 2:
            return self._bound(name, args)
        if name == "KroneckerDelta" and len(args) == 2:
            return Delta(self._index(args[0]), self._index(args[1]))
        if name == "Derivative" and len(args) == 2:
            wrt = self._term(args[1])
            if not isinstance(wrt, (Entry, Var)):
                raise TextError("Derivative takes a parameter or an array entry as its second argument")
            return Diff(self._term(args[0]), wrt)
        if name == "sqrt" and len(args) == 1:
            return sqrt(self._term(args[0]))
        if name == "abs":
            name = "Abs"
        if FUNCTIONS.get(name) != len(args):
            raise TextError(f"unknown function {name} with {len(args)} argument(s); known: "
                            f"{', '.join(sorted([*FUNCTIONS, 'sqrt', 'Sum', 'Derivative']))}")
        return Fn(name, tuple(self._term(a) for a in args))

    def _bound(self, name: str, args: list[ast.expr]) -> Expr:
        match args[-1]:
            case ast.Tuple(elts=[ast.Name(id=index), ast.Constant(value=1), ast.Name(id=dim)]):
                bound = Index(index, Var(dim, True))
            case _:
                raise TextError(f"{ast.unparse(args[-1])!r} is not a range such as (r, 1, m)")
        inner = Reader(replace(self.signature, indices={**self.signature.indices, index: bound}), self.source)
        body = inner._term(args[0]) if len(args) == 2 else inner._bound(name, args[:-1])
        return Sum(bound, body) if name == "Sum" else Peak(bound, body)

    def _index(self, node: ast.expr) -> Index:
        if isinstance(node, ast.Name) and node.id in self.signature.indices:
            return self.signature.indices[node.id]
        raise TextError(f"{ast.unparse(node)!r} is not an index; known: {sorted(self.signature.indices)}")

    def _entry(self, name: str, where: ast.expr) -> Expr:
        if name not in self.signature.arrays:
            raise TextError(f"unknown array {name!r}; known: {sorted(self.signature.arrays)}")
        nodes = where.elts if isinstance(where, ast.Tuple) else [where]
        return self.signature.arrays[name][tuple(self._index(node) for node in nodes)]
