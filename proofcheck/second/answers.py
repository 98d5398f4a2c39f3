"""Whole answers, as ``proofcheck decide --json`` writes them: every certificate and every point is checked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from proofcheck.second.bounds import check_boundary, check_bracket
from proofcheck.second.certificates import check_certificate, check_violation
from proofcheck.second.terms import every, one, require


def digest(data: Mapping[str, Any]) -> str:
    """A fingerprint of everything in an answer but the digest itself; it shows slips, not forgery."""
    rest = {k: v for k, v in data.items() if k != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_answer(data: Mapping[str, Any]) -> list[str]:
    """What does not hold in an answer of ``decide``, one line each; nothing if all of it does."""
    problems = [] if data.get("digest") == digest(data) else ["the answer was changed after it was written"]
    decided = (("verdict", _verdict), ("boundary", check_boundary))
    for name, check in (("best constant", check_bracket),) if "sharpen" in data else decided:
        try:
            check(data)
        except Exception as error:  # whatever is wrong with the data
            problems.append(f"the {name} does not hold: {error or type(error).__name__}")
    return problems


def _verdict(data: Mapping[str, Any]) -> None:
    certificate, point = data["certificate"], data["counterexample"]
    told = {"proved": (True, False), "refuted": (False, True), "undecided": (False, False)}[data["verdict"]]
    require((certificate is not None, point is not None) == told, f"the evidence is not for {data['verdict']}")
    if certificate is not None:
        check_certificate(certificate, one(data["statement"]), every(data["given"]), data["dims"])
    if point is not None:
        require(not point["point"]["arrays"], "a point of scalars has no arrays")
        scalars = point["point"]["scalars"]
        check_violation(data["statement"], data["given"], scalars, point, data["dims"])
