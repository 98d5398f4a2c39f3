"""Terms as Coq reads them, and the conditions under which a term is defined.

Terms are the tuples of ``proofcheck.second.terms``, with more nodes for arrays: ("entry", name, (index, ...)),
("delta", i, j), ("sum", i, dim, body), ("peak", i, dim, body), ("diff", body, what, abbreviations), where each abbreviation
is (name, indices, body).  A derivative is that of a function of one number t: t takes the place of a parameter or of an
array's entry, in the abbreviations too, which are told again under their old names.  Coq's
functions are total (1/0 = 0, sqrt(-1) = 0), so a
statement says, beside each relation, that its divisors are not 0 and that its logarithms and roots are of positive numbers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from proofcheck.kernel.terms import Add, Array, Const, Delta, Diff, Entry, Expr, Fn, Mul, Num, Peak, Pow, Sum, Var, subterms
from proofcheck.second.terms import Term, num, parts

FUNCTIONS = {"exp": "exp", "log": "ln", "Abs": "Rabs", "Max": "Rmax", "Min": "Rmin", "sinh": "sinh", "cosh": "cosh",
             "tanh": "tanh", "geometric": "geometric"}
AND = " /\\ "


class NotExpressible(ValueError):
    """No Coq statement is written for this; the message says why."""


def as_tuple(term: Expr) -> Term:
    """A term of the kernel as a tuple, with nothing worked out; raises NotExpressible."""
    match term:
        case Num(value):
            return num(value)
        case Const():
            return ("pi",)
        case Var(name, integer):
            return ("dim" if integer else "var", name)
        case Add(args) | Mul(args):
            return ("add" if isinstance(term, Add) else "mul", *map(as_tuple, args))
        case Pow(base, power):
            return ("pow", as_tuple(base), power)
        case Fn(name, args):
            return ("fn", name, *map(as_tuple, args))
        case Entry(array, indices):
            return ("entry", array.name, tuple(i.name for i in indices))
        case Delta(left, right):
            return ("delta", left.name, right.name)
        case Sum(index, body) | Peak(index, body):
            return ("sum" if isinstance(term, Sum) else "peak", index.name, index.dim.name, as_tuple(body))
        case Diff(body, what):
            return ("diff", as_tuple(body), as_tuple(what), tuple(map(_definition, depending(body, what))))
    raise NotExpressible(f"a term of the kind {type(term).__name__}")


def _definition(array: Array) -> tuple[Any, ...]:
    return array.name, tuple(p.name for p in array.params), as_tuple(array.body or Num(Fraction(0)))


def depending(term: Expr, what: Entry | Var) -> list[Array]:
    """The abbreviations in a term that depend on a parameter or an array, each after those that it uses itself."""
    found: dict[Array, bool] = {}

    def depends(t: Expr) -> bool:
        ways = [_is(s, what) or (isinstance(s, Entry) and s.array.body is not None and moves(s.array, s.array.body))
                for s in subterms(t)]
        return any(ways)

    def moves(array: Array, body: Expr) -> bool:
        if array not in found:
            answer = depends(body)  # what it uses comes first
            found[array] = answer
        return found[array]
    depends(term)
    return [a for a, answer in found.items() if answer]


def _is(term: Expr, what: Entry | Var) -> bool:
    return term.array == what.array if isinstance(term, Entry) and isinstance(what, Entry) else term == what


def identifier(prefix: str, name: str) -> str:
    """A name that cannot clash with one of Coq's; raises NotExpressible, so that no two names become one."""
    if not re.fullmatch("[A-Za-z0-9_]+", name):
        raise NotExpressible(f"the name {name}")
    return f"{prefix}_{name}"


def number(value: Fraction) -> str:
    """A rational number."""
    shown = str(value.numerator) if value >= 0 else f"({value.numerator})"
    return shown if value.denominator == 1 else f"({value.numerator} / {value.denominator})"


def coq(term: Term, names: Mapping[str, str] | None = None) -> str:
    """The term in Coq's notation, over names for parameters x and arrays a[]; raises NotExpressible."""
    names = names or {}
    match term:
        case ("num", value):
            return number(value)
        case ("pi",):
            return "PI"
        case ("var", name):
            return names.get(name) or identifier("v", name)
        case ("dim", name):
            return f"(IZR {identifier('d', name)})"
        case ("add" | "mul" as kind, *args):
            return "(" + (" + " if kind == "add" else " * ").join(coq(a, names) for a in args) + ")"
        case ("pow", base, power):
            return _power(coq(base, names), power)
        case ("fn", name, *args) if name in FUNCTIONS:
            return f"({FUNCTIONS[name]} {' '.join(coq(a, names) for a in args)})"
        case ("entry", name, indices):
            head = names.get(f"{name}[]") or identifier("a", name)
            return f"({' '.join([head, *(identifier('i', i) for i in indices)])})"
        case ("delta", left, right):
            return f"(delta {identifier('i', left)} {identifier('i', right)})"
        case ("sum" | "peak" as kind, index, dim, body):
            return f"({'bigsum' if kind == 'sum' else 'bigmax'} {_over(index, dim, coq(body, names))})"
        case ("diff", _, what, _):
            return f"(Derive {_motion(term)} {coq(what)})"
    raise NotExpressible(f"{term[1]} is not in Coq's libraries")


def _motion(term: Term) -> str:
    """A term as a function of what it is differentiated by."""
    _, body, what, moved = term
    lets = "".join(f"let {identifier('a', name)} := {abstracted(indices, coq(inner))} in " for name, indices, inner in moved)
    if what[0] == "var":
        return f"(fun {coq(what)} => {lets}{coq(body)})"
    _, array, places = what
    name, moving = identifier("a", array), "t_moving"
    for k in range(len(places), 0, -1):
        row = " ".join([name, *(identifier("i", i) for i in places[: k - 1])])
        moving = f"(upd {f'({row})' if k > 1 else row} {identifier('i', places[k - 1])} {moving})"
    return f"(fun t_moving => let {name} := {moving} in {lets}{coq(body)})"


def abstracted(indices: Sequence[str], body: str) -> str:
    """A term as a function of indices."""
    heads = " ".join(f"({identifier('i', i)} : nat)" for i in indices)
    return f"fun {heads} => {body}" if heads else body


def _over(index: str, dim: str, body: str) -> str:
    return f"(Z.to_nat {identifier('d', dim)}) (fun {identifier('i', index)} => {body})"


def _power(base: str, power: Fraction) -> str:
    """Whole powers and powers of square roots; a negative one is an inverse."""
    if power.denominator > 2:
        raise NotExpressible(f"the power {power} is not one of a square root")
    root = base if power.denominator == 1 else f"(sqrt {base})"
    times = abs(power.numerator)
    shown = root if times == 1 else f"({root} ^ {times})"
    return shown if power > 0 or times == 0 else f"(/ {shown})"


def inside(term: Term) -> tuple[Term, ...]:
    """The direct subterms, under a binder too."""
    if term[0] == "diff":
        return (term[1],)
    return (term[3],) if term[0] in ("sum", "peak") else parts(term)


Conditions = list[str]


def conditions(term: Term, bodies: Callable[[str], bool] = lambda name: False) -> Conditions:
    """What must hold for the term to be defined, as Coq propositions; those of abbreviations by their names."""
    found = list(dict.fromkeys(_own(term, bodies)))
    for part in inside(term):
        more = conditions(part, bodies)
        if term[0] in ("sum", "peak"):
            more = [f"(every {_over(term[1], term[2], AND.join(more))})"] if more else []
        found += [c for c in more if c not in found]
    return found


def _own(term: Term, bodies: Callable[[str], bool]) -> Iterator[str]:
    match term:
        case ("pow", base, power) if power.denominator == 2:
            yield f"(0 {'<' if power < 0 else '<='} {coq(base)})"
        case ("pow", base, power) if power < 0 and base[0] != "num":
            yield f"({coq(base)} <> 0)"
        case ("pow", ("num", value), power) if power < 0 and value == 0:
            yield "(0 <> 0)"
        case ("fn", "log", inner):
            yield f"(0 < {coq(inner)})"
        case ("fn", "geometric", inner):
            yield f"(Rabs {coq(inner)} < 1)"
        case ("diff", _, what, _):
            yield f"(ex_derive {_motion(term)} {coq(what)})"
        case ("entry", name, indices) if bodies(name):
            yield f"({' '.join([identifier('c', name), *(identifier('i', i) for i in indices)])})"
