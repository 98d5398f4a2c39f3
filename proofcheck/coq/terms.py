"""Terms as Coq reads them, and the conditions under which a term is defined.

Terms are the tuples of ``proofcheck.second.terms``, with more nodes for arrays and derivatives: ("entry", name, (index,
...)), ("delta", i, j), ("sum", i, dim, body), ("peak", i, dim, body), ("diff", body, wrt, abbreviations that depend on wrt).
Coq's functions are total (1/0 = 0, sqrt(-1) = 0), so a statement says, beside each relation, that its divisors are not 0,
that its logarithms and roots are of positive numbers, and that its derivatives exist, of terms that are defined nearby.

A derivative is that of a function of one number, which takes the place of wrt in the abbreviations as well:

    Derive (fun t => let a_w := put a_w i_k (put (a_w i_k) i_r t) in let a_E := ... in ...) (a_w i_k i_r)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction

from proofcheck.kernel.terms import (
    Add,
    Array,
    Const,
    Delta,
    Diff,
    Entry,
    Expr,
    Fn,
    Mul,
    Num,
    Peak,
    Pow,
    Sum,
    Var,
    depends,
    subterms,
)
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
        case Diff(body, wrt):
            if wrt.integer if isinstance(wrt, Var) else wrt.array.body is not None:
                raise NotExpressible(f"a derivative with respect to {wrt}, which is no free number")
            return ("diff", as_tuple(body), as_tuple(wrt), tuple(map(abbreviation, _between(body, wrt))))
    raise NotExpressible(f"a term of the kind {type(term).__name__}")


def abbreviation(array: Array) -> Term:
    """An array with a definition: its name, the names of its indices, and the term it stands for."""
    return (array.name, tuple(p.name for p in array.params), as_tuple(array.body or Num(Fraction(0))))


def _between(body: Expr, wrt: Entry | Var) -> list[Array]:
    """The abbreviations in a term that depend on a number, each behind those that it is made of."""
    found = (t.array for t in reversed(list(subterms(body))) if isinstance(t, Entry))
    return [a for a in dict.fromkeys(found) if a.body is not None and depends(a.body, wrt)]


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
        case ("diff", body, wrt, shorts) if not names:
            return f"(Derive {_varied(wrt, ''.join(let('a', s, coq(s[2])) for s in shorts) + coq(body))})"
        case ("diff", *_):
            raise NotExpressible("a derivative among renamed parameters")
    raise NotExpressible(f"{term[1]} is not in Coq's libraries")


def _over(index: str, dim: str, body: str) -> str:
    return f"(Z.to_nat {identifier('d', dim)}) (fun {identifier('i', index)} => {body})"


def let(prefix: str, short: Term, text: str) -> str:
    """An abbreviation for a text, as a function of its indices."""
    heads = " ".join(f"({identifier('i', p)} : nat)" for p in short[1])
    return f"let {identifier(prefix, short[0])} := {f'fun {heads} => ' if heads else ''}{text} in "


def _varied(wrt: Term, text: str) -> str:
    """A function of what stands in the place of a parameter or an entry, and the number that stands there."""
    if wrt[0] == "var":
        return f"(fun {coq(wrt)} : R => {text}) {coq(wrt)}"
    whole, value = identifier("a", wrt[1]), "t"
    rows = [" ".join([whole, *(identifier("i", i) for i in wrt[2][:k])]) for k in range(len(wrt[2]))]
    for row, index in reversed(list(zip(rows, wrt[2], strict=True))):
        value = f"(put {row if row == whole else f'({row})'} {identifier('i', index)} {value})"
    return f"(fun t : R => let {whole} := {value} in {text}) {coq(wrt)}"


def _power(base: str, power: Fraction) -> str:
    """Whole powers and powers of square roots; a negative one is an inverse."""
    if power.denominator > 2:
        raise NotExpressible(f"the power {power} is not one of a square root")
    root = base if power.denominator == 1 else f"(sqrt {base})"
    times = abs(power.numerator)
    shown = root if times == 1 else f"({root} ^ {times})"
    return shown if power > 0 or times == 0 else f"(/ {shown})"


def inside(term: Term) -> tuple[Term, ...]:
    """The direct subterms, under a sum or a maximum too, but not under a derivative."""
    return (term[3],) if term[0] in ("sum", "peak") else () if term[0] == "diff" else parts(term)


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
        case ("diff", body, wrt, shorts):
            yield f"(ex_derive {coq(term).removeprefix('(Derive ')}"
            if found := conditions(body, bodies):
                lets = "".join(let("a", s, coq(s[2])) + _condition(s, bodies) for s in shorts)
                yield f"(near {_varied(wrt, lets + AND.join(found))})"
        case ("entry", name, indices) if bodies(name):
            yield f"({' '.join([identifier('c', name), *(identifier('i', i) for i in indices)])})"


def _condition(short: Term, bodies: Callable[[str], bool]) -> str:
    """The abbreviation for the conditions under which an abbreviation is defined, if there are any."""
    return let("c", short, f"({AND.join(conditions(short[2], bodies))})") if bodies(short[0]) else ""
