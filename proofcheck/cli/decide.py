"""``proofcheck decide``: prove or refute a relation of one's own."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from proofcheck.cli.common import BadInput, console, pretty
from proofcheck.decide import Decision, DomainError, decide, read, require_consistent
from proofcheck.evidence import point_data, value_text
from proofcheck.kernel.certificate import certify
from proofcheck.kernel.point import Point, Violation
from proofcheck.kernel.terms import Expr, Num, Rel, Var, variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.boundary import Boundary, Piece, decimal
from proofcheck.prove.edges import Exact, exact_boundary
from proofcheck.prove.region import boundary_over_box
from proofcheck.prove.search import NotProved
from proofcheck.prove.sharpen import Sharp, near, sharpen
from proofcheck.signatures import digest

SHOWN = 18  # digits after the point
CODES = {"proved": 0, "refuted": 1, "undecided": 3}


@dataclass(frozen=True)
class Edges:
    """Where the truth changes, as decimals and in closed form (or why that is not known), without some hypotheses."""

    places: Boundary | str
    exact: Exact | str
    var: str
    without: tuple[Rel, ...] = ()


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("decide", help="prove or refute your own inequality or identity")
    parser.add_argument("relation", metavar="REL", help="such as '2*exp(B) <= exp(3*B)'")
    parser.add_argument("--given", default="", metavar="RELS", help="hypotheses, separated by commas: 'B >= 1, 0 < R'")
    parser.add_argument("--integers", default="", metavar="NAMES", help="parameters that are integers >= 1: 'm, n'")
    parser.add_argument("--json", action="store_true", help="as JSON, with the certificate")
    parser.add_argument("--boundary", metavar="VAR", help="also say where in VAR it holds, proved on both sides")
    parser.add_argument("--sharpen", metavar="CONST", help="also bracket the best value of CONST, a name in REL")
    parser.add_argument("--budget", type=float, default=5.0, metavar="S", help="seconds of processor time (default: 5)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 proved, 1 refuted, 3 undecided within the budget; with --sharpen, 0 if a bracket is certified, else 3."""
    if not (args.budget > 0 and math.isfinite(args.budget)):
        raise BadInput(f"--budget {args.budget}: allowed is a number of seconds > 0")
    integers = frozenset(filter(None, (name.strip() for name in args.integers.split(","))))
    try:
        goal, hyps = read(args.relation, args.given, integers)
        if args.sharpen is not None:
            return _sharpened(args, goal, hyps)
        found = decide(args.relation, args.given, args.budget, integers)
    except DomainError as error:
        raise BadInput(str(error)) from None
    edge = None if args.boundary is None else edges(found, args.boundary)
    if args.json:
        more = {} if edge is None else {"boundary": edge_data(edge)}
        _write(sealed({**data(found), **more}))
        return CODES[found.verdict]
    _show([*verdict_lines(found), *(() if edge is None else edge_lines(edge))])
    return CODES[found.verdict]


def sealed(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with a digest of everything in it."""
    return {**answer, "digest": digest(answer)}


def _write(item: dict[str, Any]) -> None:
    json.dump(item, sys.stdout, indent=1, ensure_ascii=False)
    print()


def _show(lines: list[str]) -> None:
    out = console()
    for line in lines:
        out.print(line, soft_wrap=True)


def shown(item: Expr | Rel) -> str:
    """A term or relation as people write it."""
    return pretty(to_text(item))


# --- the verdict -------------------------------------------------------------------------------------------------


def verdict_lines(found: Decision) -> Iterator[str]:
    """The decision in words."""
    yield f"{found.verdict}: {shown(found.goal)}"
    if found.hyps:
        yield f"given: {', '.join(map(shown, found.hyps))}"
    yield from (*found.assumed, found.explanation, *(f"left: {b}" for b in found.boxes))
    if found.tried:
        yield f"tried: {found.tried}"
    if found.violation is not None:
        yield f"left - right = {found.violation.margin} (certified with balls)"


def data(found: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    point = None
    if found.point is not None and found.violation is not None:
        point = counterexample(found.point, found.violation)
    return {"verdict": found.verdict, "statement": to_text(found.goal), "given": [to_text(h) for h in found.hyps],
            "dims": _integers(found.goal, found.hyps), "assumed": list(found.assumed), "explanation": found.explanation,
            "certificate": found.certificate, "counterexample": point, "undecided": list(found.boxes),
            "tried": found.tried}


def _integers(goal: Rel, hyps: tuple[Rel, ...]) -> list[str]:
    return sorted({v.name for rel in (goal, *hyps) for v in variables(rel) if v.integer})


def counterexample(point: Point, violation: Violation) -> dict[str, Any]:
    """A certified point as plain data."""
    return {"point": point_data(point), "lhs": violation.lhs, "rhs": violation.rhs, "margin": violation.margin}


# --- the boundary ------------------------------------------------------------------------------------------------


def edges(found: Decision, name: str) -> Edges:
    """Where in the parameter the truth changes.

    A relation that holds on the whole domain has no boundary there: then it is looked for beyond the hypotheses about
    the parameter alone.
    """
    var = _parameter(found.goal, "--boundary", name)
    without = tuple(h for h in found.hyps if variables(h) == {var}) if found.verdict == "proved" else ()
    hyps = tuple(h for h in found.hyps if h not in without)
    places: Boundary | str
    exact: Exact | str
    try:
        places = boundary_over_box(found.goal, hyps, var)
    except NotProved as error:
        places = f"no boundary in {name} could be proved: {error}"
    try:
        exact = exact_boundary(found.goal, hyps, var)
    except NotProved as error:
        exact = str(error)
    return Edges(places, exact, name, without)


def _parameter(goal: Rel, option: str, name: str) -> Var:
    known = {v.name: v for v in variables(goal)}
    if name not in known:
        names = ", ".join(sorted(known)) or "none, there are no parameters"
        raise BadInput(f"{option} {name}: allowed is a parameter of the relation, one of {names}")
    return known[name]


def edge_lines(edge: Edges) -> Iterator[str]:
    """The boundary in words: exactly where that is known, else in decimals."""
    places, exact = edge.places, edge.exact
    if edge.without:
        yield f"on the whole domain, so the boundary is sought without {', '.join(map(shown, edge.without))}:"
    if isinstance(exact, Exact):
        for holds, word in ((True, "holds"), (False, "fails")):
            parts = [_piece(exact, k) for k, p in enumerate(exact.pieces) if p.holds is holds]
            yield f"proved: it {word} {'exactly ' if holds else ''}for {', or for '.join(parts)}" if parts \
                else f"proved: it {word} nowhere"
        for motion in exact.motions:
            yield f"proved: {' and '.join(shown(t.concl) for t in motion.theorems)}"
    if isinstance(places, str):
        if isinstance(exact, str):
            yield places
        return
    for word, pieces in (("holds", places.holds), ("fails", places.fails)):
        for piece in pieces:
            yield f"proved: it {word} for {ends(piece, places)}"


def _piece(exact: Exact, number: int) -> str:
    """The ends of one piece, the parameter on the left where there is one end."""
    piece, var = exact.pieces[number], exact.var
    if piece.low is not None and piece.low == piece.high:
        return f"{var} = {shown(piece.low)}"
    sign = "=" if piece.closed else ""
    if piece.low is not None and piece.high is not None:
        return f"{shown(piece.low)} <{sign} {var} <{sign} {shown(piece.high)}"
    if piece.low is not None:
        return f"{var} >{sign} {shown(piece.low)}"
    return f"all {var} allowed" if piece.high is None else f"{var} <{sign} {shown(piece.high)}"


def ends(piece: Piece, edge: Boundary) -> str:
    """A range of the parameter in words."""
    low = [] if piece.low is None else [f"{edge.var} >= {decimal(piece.low, edge.digits)}"]
    high = [] if piece.high is None else [f"{edge.var} <= {decimal(piece.high, edge.digits)}"]
    return " and ".join([*low, *high]) or f"all {edge.var} allowed"


def edge_data(edge: Edges) -> dict[str, Any]:
    """The boundary as plain data, with the certificates of all pieces."""
    places = edge.places
    found = {"variable": edge.var, "without": [to_text(h) for h in edge.without], "exact": exact_data(edge.exact)}
    if isinstance(places, str):
        return {"unknown": places, **found}
    sides = {"holds": places.holds, "fails": places.fails}
    return {"changes_between": [list(d) for d in places.decimals()],
            **{word: [{"where": ends(p, places), "certificate": certify(p.theorem)} for p in pieces]
               for word, pieces in sides.items()}, **found}


def exact_data(exact: Exact | str) -> dict[str, Any]:
    """The exact boundary as plain data."""
    if isinstance(exact, str):
        return {"unknown": exact}
    return {"variable": exact.var, "ends": [to_text(e) for e in exact.ends],
            "pieces": [{"where": [to_text(r) for r in p.limits(exact.var)], "holds": p.holds,
                        "certificates": [certify(t) for t in p.theorems]} for p in exact.pieces],
            "ranges": [{"end": to_text(m.end), "low": to_text(m.low), "high": to_text(m.high),
                        "certificates": [certify(t) for t in m.theorems]} for m in exact.motions]}


# --- the sharpest constant ---------------------------------------------------------------------------------------


def _sharpened(args: argparse.Namespace, goal: Rel, hyps: tuple[Rel, ...]) -> int:
    if args.boundary is not None:
        raise BadInput("--sharpen and --boundary are two questions: ask one at a time")
    require_consistent(hyps)
    constant = _parameter(goal, "--sharpen", args.sharpen)
    if constant.integer or goal.op == "=":
        raise BadInput(f"--sharpen {constant.name}: allowed is a real parameter of an inequality")
    found: Sharp | str
    try:
        found = sharpen(goal, hyps, constant.name, args.budget)
    except NotProved as error:
        found = f"no best value of {constant.name} could be bracketed: {error}"
    if args.json:
        _write(sealed({"statement": to_text(goal), "given": [to_text(h) for h in hyps], "dims": _integers(goal, hyps),
                       "sharpen": sharp_data(found)}))
    else:
        _show([f"sharpest {constant.name} in: {shown(goal)}",
               *([f"given: {', '.join(map(shown, hyps))}"] if hyps else []), *sharp_lines(found)])
    return 0 if isinstance(found, Sharp) and found.digits() else 3


def sharp_lines(found: Sharp | str) -> Iterator[str]:
    """The bracket in words."""
    if isinstance(found, str):
        yield found
        return
    name, rest = found.name, "larger" if found.rising else "smaller"
    yield f"proved: the claim gets weaker as {name} {'grows' if found.rising else 'falls'}"
    if found.exact is not None:
        about = near(found.exact)
        digits = "" if about is None or isinstance(found.exact, Num) else f" = {cut(about)}..."
        yield f"proved: it holds for {name} = {shown(found.exact)}{digits}, and for every {rest} {name}"
    elif found.holds is not None:
        yield f"proved: it holds for {name} = {number(found.holds)}, and for every {rest} {name}"
    else:
        yield f"not proved for any {name} near the best one"
    if found.fails is not None:
        where = ", ".join(f"{k} = {pretty(value_text(v))}" for k, v in found.fails.point.scalars.items()) or "any point"
        yield f"refuted: it fails for {name} = {number(found.fails.value)}, at {where}"
    else:
        yield f"not refuted for any {name} near the best one"
    yield f"the best {name} is certified to {found.digits()} digits" if found.digits() \
        else f"no digit of the best {name} is certified"


def cut(value: Fraction) -> str:
    """The first digits of a number, none of them rounded."""
    whole = int(abs(value) * 10**SHOWN)
    return decimal(Fraction(whole if value > 0 else -whole, 10**SHOWN), SHOWN)


def number(value: Fraction) -> str:
    """A decimal, exact."""
    power = 0
    while (value * 10**power).denominator != 1 and power < 60:
        power += 1
    return decimal(value, power) if (value * 10**power).denominator == 1 else str(value)


def sharp_data(found: Sharp | str) -> dict[str, Any]:
    """The bracket as plain data, with certificates and the certified point."""
    if isinstance(found, str):
        return {"unknown": found}
    fails = None if found.fails is None else {"value": str(found.fails.value),
                                              **counterexample(found.fails.point, found.fails.violation)}
    holds = None if found.holds is None or found.theorem is None else {"value": str(found.holds),
                                                                        "certificate": certify(found.theorem)}
    exact = None if found.exact is None or found.exact_theorem is None else {
        "value": to_text(found.exact), "certificate": certify(found.exact_theorem)}
    return {"constant": found.name, "weaker_as_it": "grows" if found.rising else "falls",
            "direction": certify(found.weaker), "holds": holds, "exact": exact, "fails": fails,
            "digits": found.digits()}
