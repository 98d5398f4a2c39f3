"""Equations solved for one parameter, in closed form.  Proposals only: whoever uses one lets the kernel decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from multiprocessing import get_context
from multiprocessing.connection import Connection

from proofcheck.kernel.domain import Box, Rejected, tidy
from proofcheck.kernel.normal import NotNormalizable, Poly, normal, to_term
from proofcheck.kernel.terms import Add, Expr, Fn, Mul, Num, Pow, Var, log, mul, sqrt, variables
from proofcheck.kernel.text import Reader, TextError, to_text

PATIENCE = 8.0  # seconds that SymPy may take


def solved_for(term: Expr, var: Var, box: Box) -> Iterator[Expr]:
    """Terms without ``var`` at which term = 0 may hold, from simple shapes first, then from SymPy."""
    found = [*solutions(term, var), *balanced(term, var)]
    yield from found
    if not found:
        yield from _by_sympy(term, var, box)


def solutions(term: Expr, var: Var) -> list[Expr]:
    """Terms without ``var`` at which term = 0: linear and quadratic ones, and pure powers; empty if there are none."""
    try:
        parts = coefficients(term, var)
    except (NotNormalizable, Rejected):
        return []
    powers = sorted(parts)
    if len(powers) == 2 and powers[0] == 0 < powers[1]:
        top, ratio = powers[1], -parts[powers[0]] / parts[powers[1]]
        root = ratio if top == 1 else Pow(ratio, 1 / top)
        return [root, -root] if top.denominator == 1 and top % 2 == 0 else [root]
    if powers and set(powers) <= {0, 1, 2} and 2 in powers:
        a, b, c = (parts.get(Fraction(k), Num(Fraction(0))) for k in (2, 1, 0))
        return [(-b + sign * sqrt(b**2 - 4 * a * c)) / (2 * a) for sign in (1, -1)]
    return []


def coefficients(term: Expr, var: Var) -> dict[Fraction, Expr]:
    """The term as a sum of powers of ``var``; empty if it is none.  Raises NotNormalizable."""
    atom, parts = ("var", var.name), dict[Fraction, Poly]()
    for mono, c in normal(term).items():
        power = Fraction(dict(mono).get(atom, 0))
        parts.setdefault(power, {})[tuple(f for f in mono if f[0] != atom)] = c
    found = {power: to_term(poly) for power, poly in parts.items()}
    return {} if any(var in variables(t) for t in found.values()) else found


def balanced(term: Expr, var: Var) -> list[Expr]:
    """Solutions of a*exp(u) = b*exp(v): compare the logarithms."""
    if not isinstance(term, Add) or len(term.args) != 2:
        return []
    exponent: Expr = Num(Fraction(0))
    for summand, sign in zip(term.args, (1, -1), strict=True):
        factors = summand.args if isinstance(summand, Mul) else (summand,)
        plain = [f for f in factors if not (isinstance(f, Fn) and f.name == "exp")]
        for f in factors:
            exponent = exponent + sign * f.args[0] if isinstance(f, Fn) and f.name == "exp" else exponent
        exponent = exponent + sign * log(Fn("Abs", (mul(*plain),)))
    try:
        return solutions(tidy(exponent, {}), var)
    except Rejected:
        return []


def _by_sympy(term: Expr, var: Var, box: Box) -> Iterator[Expr]:
    """What SymPy proposes within a time limit, in a process of its own because it cannot be interrupted."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    signs = {v.name: r.positive() for v, r in box.items()}
    worker = context.Process(target=_ask_sympy, args=(there, to_text(term), var.name, signs), daemon=True)
    worker.start()
    there.close()
    try:
        texts: Iterable[str] = here.recv() if here.poll(PATIENCE) else ()
    except EOFError:
        texts = ()
    finally:
        worker.kill()
        worker.join()
    for text in texts:
        try:
            found = Reader().term(text)
        except TextError:
            continue
        if variables(found) <= set(box) - {var}:
            yield found


def _ask_sympy(out: Connection, text: str, name: str, positive: dict[str, bool]) -> None:
    import sympy

    names = {v: sympy.Symbol(v, real=True, positive=True if p else None) for v, p in positive.items()}
    try:
        found = sympy.solve(sympy.sympify(text, locals={**names, "pi": sympy.pi}), names[name])
        out.send([str(s) for s in found])
    except (NotImplementedError, ValueError, TypeError, AttributeError, sympy.SympifyError):
        out.send([])
