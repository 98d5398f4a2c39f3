"""Partial derivatives of terms, with sums over symbolic sizes and Kronecker deltas."""

from __future__ import annotations

from fractions import Fraction

from proofcheck.kernel.terms import (
    Add,
    Const,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Index,
    Mul,
    Num,
    Pow,
    Sum,
    Var,
    add,
    exp,
    free_indices,
    fresh,
    mul,
    neg,
    rename,
    sqrt,
    unfold,
)

ZERO, ONE = Num(Fraction(0)), Num(Fraction(1))


class NotDifferentiable(ValueError):
    """The term is not a smooth function by the rules known here."""


def derivative(term: Expr, wrt: Entry | Var) -> Expr:
    """d term / d wrt, where wrt is a real parameter or an undefined array entry."""
    if isinstance(wrt, Entry) and wrt.array.body is not None:
        raise NotDifferentiable(f"{wrt} is an abbreviation, not a free variable")
    if isinstance(wrt, Var) and wrt.integer:
        raise NotDifferentiable(f"{wrt} is a dimension")
    return _diff(term, wrt)


def _diff(term: Expr, wrt: Entry | Var) -> Expr:
    match term:
        case Num() | Const() | Delta():
            return ZERO
        case Var():
            return ONE if term == wrt else ZERO
        case Entry(array, indices):
            if array.body is not None:
                return _diff(unfold(term), wrt)
            if not isinstance(wrt, Entry) or array != wrt.array:
                return ZERO
            return mul(*(Delta(i, j) for i, j in zip(indices, wrt.indices, strict=True)))
        case Add(args):
            return add(*(d for a in args if (d := _diff(a, wrt)) != ZERO))
        case Mul(args):
            parts = [(k, d) for k, a in enumerate(args) if (d := _diff(a, wrt)) != ZERO]
            return add(*(mul(*args[:k], d, *args[k + 1:]) for k, d in parts))
        case Pow(base, power):
            inner = _diff(base, wrt)
            return ZERO if inner == ZERO else mul(power, Pow(base, power - 1), inner)
        case Sum(index, body):
            index, body = _apart(index, body, wrt)
            inner = _diff(body, wrt)
            return ZERO if inner == ZERO else Sum(index, inner)
        case Diff(body, other):
            return _diff(_diff(body, other), wrt)
        case Fn(name, (x,)):
            inner = _diff(x, wrt)
            return ZERO if inner == ZERO else mul(outer_derivative(name, x), inner)
    raise NotDifferentiable(f"no derivative for {type(term).__name__}: {term}")


def _apart(index: Index, body: Expr, wrt: Entry | Var) -> tuple[Index, Expr]:
    """Rename a summation index that has the name of an index of wrt."""
    taken = free_indices(wrt)
    if index.name not in {i.name for i in taken}:
        return index, body
    other = fresh(index, taken | free_indices(body) | {index})
    return other, rename(body, {index: other})


def outer_derivative(name: str, x: Expr) -> Expr:
    """f'(x) for the functions of one argument."""
    match name:
        case "exp":
            return exp(x)
        case "log":
            return 1 / x
        case "sinh":
            return Fn("cosh", (x,))
        case "cosh":
            return Fn("sinh", (x,))
        case "tanh":
            return 1 - Fn("tanh", (x,)) ** 2
        case "erf":
            return 2 / sqrt(Const("pi")) * exp(neg(x**2))
        case "erfc":
            return neg(2 / sqrt(Const("pi")) * exp(neg(x**2)))
        case "geometric":
            return (1 - x) ** -2
    raise NotDifferentiable(f"{name} has no derivative here")
