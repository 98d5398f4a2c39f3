"""``proofcheck decide``: prove or refute a relation of one's own."""

from __future__ import annotations

import argparse
import json
import math
import sys
from typing import Any

from proofcheck.cli.common import BadInput, console
from proofcheck.decide import Decision, DomainError, decide
from proofcheck.evidence import point_data
from proofcheck.kernel.text import to_text

CODES = {"proved": 0, "refuted": 1, "undecided": 3}


def add_to(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("decide", help="prove or refute your own inequality or identity")
    parser.add_argument("relation", metavar="REL", help="such as '2*exp(B) <= exp(3*B)'")
    parser.add_argument("--given", default="", metavar="RELS", help="hypotheses, separated by commas: 'B >= 1, 0 < R'")
    parser.add_argument("--json", action="store_true", help="as JSON, with the certificate")
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
    if args.json:
        json.dump(data(found), sys.stdout, indent=1, ensure_ascii=False)
        print()
        return CODES[found.verdict]
    out = console()
    out.print(f"{found.verdict}: {to_text(found.goal)}", soft_wrap=True)
    if found.hyps:
        out.print(f"given: {', '.join(map(to_text, found.hyps))}", soft_wrap=True)
    for line in (*found.assumed, found.explanation, *(f"left: {b}" for b in found.boxes)):
        out.print(line, soft_wrap=True)
    if found.violation is not None:
        out.print(f"left - right = {found.violation.margin} (certified with balls)", soft_wrap=True)
    return CODES[found.verdict]


def data(found: Decision) -> dict[str, Any]:
    """A decision as plain data."""
    point = None
    if found.point is not None and found.violation is not None:
        point = {"point": point_data(found.point), "lhs": found.violation.lhs, "rhs": found.violation.rhs,
                 "margin": found.violation.margin}
    return {"verdict": found.verdict, "statement": to_text(found.goal), "given": [to_text(h) for h in found.hyps],
            "assumed": list(found.assumed), "explanation": found.explanation, "certificate": found.certificate,
            "counterexample": point, "undecided": list(found.boxes)}
