"""``proofcheck decide``: prove or refute a relation of one's own."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterator
from typing import Any

from proofcheck.cli.common import BadInput, console, pretty
from proofcheck.decide import Decision, DomainError, decide
from proofcheck.evidence import point_data
from proofcheck.kernel.certificate import certify
from proofcheck.kernel.terms import variables
from proofcheck.kernel.text import to_text
from proofcheck.prove.boundary import Boundary, Piece, decimal
from proofcheck.prove.region import boundary_over_box
from proofcheck.prove.search import NotProved
from proofcheck.signatures import digest

CODES = {"proved": 0, "refuted": 1, "undecided": 3}


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("decide", help="prove or refute your own inequality or identity")
    parser.add_argument("relation", metavar="REL", help="such as '2*exp(B) <= exp(3*B)'")
    parser.add_argument("--given", default="", metavar="RELS", help="hypotheses, separated by commas: 'B >= 1, 0 < R'")
    parser.add_argument("--json", action="store_true", help="as JSON, with the certificate")
    parser.add_argument("--boundary", metavar="VAR", help="also say where in VAR it holds, proved on both sides")
    parser.add_argument("--budget", type=float, default=5.0, metavar="S", help="seconds to try (default: 5)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 proved, 1 refuted, 3 undecided within the budget."""
    if not (args.budget > 0 and math.isfinite(args.budget)):
        raise BadInput(f"--budget {args.budget}: allowed is a number of seconds > 0")
    try:
        found = decide(args.relation, args.given, args.budget)
    except DomainError as error:
        raise BadInput(str(error)) from None
    edge = None if args.boundary is None else edges(found, args.boundary)
    if args.json:
        more = {} if edge is None else {"boundary": edge_data(edge)}
        json.dump(sealed({**data(found), **more}), sys.stdout, indent=1, ensure_ascii=False)
        print()
        return CODES[found.verdict]
    out = console()
    out.print(f"{found.verdict}: {pretty(to_text(found.goal))}", soft_wrap=True)
    if found.hyps:
        out.print(f"given: {', '.join(pretty(to_text(h)) for h in found.hyps)}", soft_wrap=True)
    for line in (*found.assumed, found.explanation, *(f"left: {b}" for b in found.boxes)):
        out.print(line, soft_wrap=True)
    if found.violation is not None:
        out.print(f"left - right = {found.violation.margin} (certified with balls)", soft_wrap=True)
    for line in () if edge is None else edge_lines(edge):
        out.print(line, soft_wrap=True)
    return CODES[found.verdict]


def edges(found: Decision, name: str) -> Boundary | str:
    """Where in the parameter the truth changes, or why that is not known."""
    known = {v.name: v for v in variables(found.goal)}
    if name not in known:
        raise BadInput(f"--boundary {name}: allowed is a parameter of the relation, one of {', '.join(sorted(known))}")
    try:
        return boundary_over_box(found.goal, found.hyps, known[name])
    except NotProved as error:
        return f"no boundary in {name} could be proved: {error}"


def edge_lines(edge: Boundary | str) -> Iterator[str]:
    """The boundary in words."""
    if isinstance(edge, str):
        yield edge
        return
    for word, pieces in (("holds", edge.holds), ("fails", edge.fails)):
        for piece in pieces:
            yield f"proved: it {word} for {ends(piece, edge)}"


def ends(piece: Piece, edge: Boundary) -> str:
    """A range of the parameter in words."""
    low = [] if piece.low is None else [f"{edge.var} >= {decimal(piece.low, edge.digits)}"]
    high = [] if piece.high is None else [f"{edge.var} <= {decimal(piece.high, edge.digits)}"]
    return " and ".join([*low, *high]) or f"all {edge.var} allowed"


def edge_data(edge: Boundary | str) -> dict[str, Any]:
    """The boundary as plain data, with the certificates of both sides."""
    if isinstance(edge, str):
        return {"unknown": edge}
    sides = {"holds": edge.holds, "fails": edge.fails}
    return {"variable": edge.var, "changes_between": [list(d) for d in edge.decimals()],
            **{word: [{"where": ends(p, edge), "certificate": certify(p.theorem)} for p in pieces]
               for word, pieces in sides.items()}}


def sealed(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer with a digest of everything in it."""
    return {**answer, "digest": digest(answer)}


def data(found: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    dims = {v.name for rel in (found.goal, *found.hyps) for v in variables(rel) if v.integer}
    point = None
    if found.point is not None and found.violation is not None:
        point = {"point": point_data(found.point), "lhs": found.violation.lhs, "rhs": found.violation.rhs,
                 "margin": found.violation.margin}
    return {"verdict": found.verdict, "statement": to_text(found.goal), "given": [to_text(h) for h in found.hyps],
            "dims": sorted(dims),
            "assumed": list(found.assumed), "explanation": found.explanation, "certificate": found.certificate,
            "counterexample": point, "undecided": list(found.boxes)}
