"""Whole answers, as ``proofcheck decide --json`` writes them: every certificate and every point is checked again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb

from proofcheck.second.check import check_point, check_proof, follows, value_at
from proofcheck.second.terms import Refused, Rel, minus, read, relations, require


def digest(data: Mapping[str, Any]) -> str:
    """A fingerprint of everything in an answer but the digest itself; it shows slips, not forgery."""
    rest = {k: v for k, v in data.items() if k != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def check_answer(data: Mapping[str, Any]) -> list[str]:
    """What does not hold in an answer of ``decide``, one line each; nothing if all of it does."""
    problems = [] if data.get("digest") == digest(data) else ["the answer was changed after it was written"]
    for name, check in (("verdict", _verdict), ("boundary", _boundary)):
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
        _certificate(certificate, _one(data["statement"]), _all(data["given"]), data["dims"])
    if point is not None:
        require(not point["point"]["arrays"], "a point of scalars has no arrays")
        scalars = point["point"]["scalars"]
        check_point(data["statement"], data["given"], scalars, data["dims"])
        _, left, right = _one(data["statement"])
        for name, term in (("lhs", left), ("rhs", right), ("margin", minus(left, right))):
            low, high = value_at(term, data["given"], scalars)
            require(arb(point[name]).overlaps(low.union(high)), f"{name} is not {point[name]} at the point")


def check_step(rule: str, data: Mapping[str, Any], dims: Sequence[str]) -> tuple[Rel, list[Rel]]:
    """Check one step of a certificate that needs no premises; what it proves, and under which hypotheses."""
    hyps = [h["rel"] for h in data.get("hyps", {"tuple": []})["tuple"]]
    if rule == "identity":
        goal = f"({data['lhs']['term']}) == ({data['rhs']['term']})"
        check_proof(goal, hyps, None, dims)
    elif rule == "scalar":
        goal = data["goal"]["rel"]
        conditions = [(c["tuple"][0]["rel"], c["tuple"][1]["plain"]) for c in data.get("conditions", {"tuple": []})["tuple"]]
        check_proof(goal, hyps, data["tree"]["plain"], dims, conditions)
    else:
        raise Refused(f"the rule {rule} is not covered here")
    return _one(goal), _all(hyps)


def _certificate(certificate: Mapping[str, Any], goal: Rel, given: list[Rel], dims: Sequence[str]) -> None:
    """A proof of the goal under some of what is given; a factor may be divided out in a second step."""
    signature, (first, *more) = certificate["signature"], certificate["steps"]
    require(set(signature["dims"]) <= set(dims) and not signature["arrays"], "it is about other things")
    rule, data, premises = first
    found, hyps = check_step(rule, data, signature["dims"])
    require(not premises and len(more) < 2, "it has other steps")
    for rule, data, premises in more:
        require(rule == "combine" and premises == [0], f"the rule {rule} is not covered here")
        (factor,) = [read(f["term"]) for f in data["factors"]["tuple"]]
        hyps += _all([h["rel"] for h in data["hyps"]["tuple"]])
        found = follows(_one(data["goal"]["rel"]), found, factor, hyps, signature["dims"])
    require(found == goal, "it proves something else")
    require(all(h in given for h in hyps), "it assumes more than is given")


def _boundary(data: Mapping[str, Any]) -> None:
    """On each side of a boundary the statement, or its negation, is proved."""
    edge = data.get("boundary")
    if edge is None or "unknown" in edge:
        return
    op, left, right = goal = _one(data["statement"])
    against = ({"<": "<=", "<=": "<"}[op], right, left)
    ends: list[Fraction] = []
    for word, claim in (("holds", goal), ("fails", against)):
        for piece in edge[word]:
            where = [] if piece["where"].startswith("all ") else _all(piece["where"].split(" and "))
            _certificate(piece["certificate"], claim, [*_all(data["given"]), *where], data["dims"])
            ends += [side[1] for _, *sides in where for side in sides if side[0] == "num"]
    told = [Fraction(t) for place in edge["changes_between"] for t in place]
    require(sorted(ends) == sorted(told), "its places are not where its sides end")


def _one(text: str) -> Rel:
    (found,) = relations(text)
    return found


def _all(texts: Sequence[str]) -> list[Rel]:
    return [r for t in texts for r in relations(t)]
