"""Certificates and certified points, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb

from proofcheck.second.check import check_point, check_proof, follows, value_at
from proofcheck.second.terms import Refused, Rel, every, minus, one, read, require


def check_violation(goal: str, given: Sequence[str], scalars: Mapping[str, str], told: Mapping[str, str],
                    dims: Sequence[str]) -> None:
    """The point refutes the goal, and both sides have there the values that are told."""
    check_point(goal, given, scalars, dims)
    _, left, right = one(goal)
    for name, term in (("lhs", left), ("rhs", right), ("margin", minus(left, right))):
        low, high = value_at(term, given, scalars)
        require(arb(told[name]).overlaps(low.union(high)), f"{name} is not {told[name]} at the point")


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
    return one(goal), every(hyps)


def check_certificate(certificate: Mapping[str, Any], goal: Rel, given: list[Rel], dims: Sequence[str]) -> None:
    """A proof of the goal under some of what is given."""
    require(proved_by(certificate, given, dims) == goal, "it proves something else")


def proved_by(certificate: Mapping[str, Any], given: list[Rel], dims: Sequence[str]) -> Rel:
    """What a certificate proves under some of what is given; a factor may be divided out in a second step."""
    signature, (first, *more) = certificate["signature"], certificate["steps"]
    require(set(signature["dims"]) <= set(dims) and not signature["arrays"], "it is about other things")
    rule, data, premises = first
    found, hyps = check_step(rule, data, signature["dims"])
    require(not premises and len(more) < 2, "it has other steps")
    for rule, data, premises in more:
        require(rule == "combine" and premises == [0], f"the rule {rule} is not covered here")
        (factor,) = [read(f["term"]) for f in data["factors"]["tuple"]]
        hyps += every([h["rel"] for h in data["hyps"]["tuple"]])
        found = follows(one(data["goal"]["rel"]), found, factor, hyps, signature["dims"])
    require(all(h in given for h in hyps), "it assumes more than is given")
    return found
