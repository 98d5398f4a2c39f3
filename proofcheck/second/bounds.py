"""Boundaries in one parameter and best constants, as ``proofcheck decide`` tells them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from math import log10
from typing import Any

from proofcheck.second.certificates import check_certificate, check_violation, proved_by
from proofcheck.second.check import setting, value_at
from proofcheck.second.terms import Refused, Rel, Term, every, minus, names, neg, one, put, read, relations, require, slope

Data = Mapping[str, Any]
Cut = tuple[Term, bool] | None  # an end of a piece, and whether it belongs to it


def check_boundary(answer: Data) -> None:
    """Everywhere on a piece the statement holds, or its negation does; raises Refused if something is not proved."""
    edge = answer.get("boundary")
    if edge is None:
        return
    given = [g for g in every(answer["given"]) if g not in every(edge["without"])]
    require(all(names(side) == {edge["variable"]} for _, *sides in every(edge["without"]) for side in sides if names(side)),
            "what is left out is not about the parameter alone")
    if "unknown" not in edge:
        _decimals(answer, edge, given)
    if "unknown" not in edge["exact"]:
        _exact(answer, edge["exact"], given)


def _decimals(answer: Data, edge: Data, given: list[Rel]) -> None:
    goal, ends = one(answer["statement"]), list[Fraction]()
    for word, claim in (("holds", goal), ("fails", _against(goal))):
        for piece in edge[word]:
            where = [] if piece["where"].startswith("all ") else every(piece["where"].split(" and "))
            check_certificate(piece["certificate"], claim, [*given, *where], answer["dims"])
            ends += [side[1] for _, *sides in where for side in sides if side[0] == "num"]
    told = [Fraction(t) for place in edge["changes_between"] for t in place]
    require(sorted(ends) == sorted(told), "its places are not where its sides end")
    require(edge["holds"] or edge["fails"], "it has no pieces")


def _exact(answer: Data, exact: Data, given: list[Rel]) -> None:
    goal, cuts = one(answer["statement"]), list[tuple[Cut, Cut]]()
    for piece in exact["pieces"]:
        where = every(piece["where"])
        found = [proved_by(c, [*given, *where], answer["dims"]) for c in piece["certificates"]]
        require(found in _claims(goal, piece["holds"] is True), "a piece proves something else")
        cuts.append(_cuts(where, exact["variable"]))
    ends = list(dict.fromkeys(cut[0] for pair in cuts for cut in pair if cut is not None))
    require(cuts[0][0] is None and cuts[-1][1] is None, "the pieces are not all")
    require(ends == [read(e) for e in exact["ends"]], "its ends are not those of its pieces")
    for (_, left), (right, _) in pairwise(cuts):
        require(left and right and left[0] == right[0] and (left[1] or right[1]), "there is a gap between two pieces")
    for motion in exact["ranges"]:
        low, end, high = (read(motion[k]) for k in ("low", "end", "high"))
        found = [proved_by(c, given, answer["dims"]) for c in motion["certificates"]]
        require(end in ends and [f[1:] for f in found] == [(low, end), (end, high)], "an end moves otherwise")


def _against(goal: Rel) -> Rel:
    """What holds where an inequality fails; an equality fails by an inequality either way."""
    return ({"<": "<=", "<=": "<"}.get(goal[0], "!="), goal[2], goal[1])


def _claims(goal: Rel, holds: bool) -> list[list[Rel]]:
    """The lists of relations that show that the goal holds, or that it fails."""
    op, left, right = goal
    if op == "=":
        return [[("<=", left, right), ("<=", right, left)]] if holds else [[("<", left, right)], [("<", right, left)]]
    return [[goal if holds else _against(goal)]]


def _cuts(where: list[Rel], name: str) -> tuple[Cut, Cut]:
    """The lower and the upper end of a piece."""
    low: Cut = None
    high: Cut = None
    for op, left, right in where:
        if left == ("var", name) and name not in names(right):
            high, low = (right, op != "<"), (right, True) if op == "=" else low
        elif right == ("var", name) and name not in names(left) and op != "=":
            low = (left, op != "<")
        else:
            raise Refused("an end of a piece is no end")
    return low, high


def check_bracket(answer: Data) -> None:
    """The claim holds for one value of its constant, fails for one near it, and gets weaker towards the first."""
    told, goal = answer["sharpen"], one(answer["statement"])
    if "unknown" in told:
        return
    name, dims = told["constant"], sorted(answer["dims"])
    every_hyp = [(text, r) for text in answer["given"] for r in relations(text)]
    dom = setting(goal, [r for _, r in every_hyp], frozenset(dims))[2]
    rest = [(text, r) for text, r in every_hyp if names(r[1]) | names(r[2]) != {name}]
    _, small, large = proved_by(told["direction"], [r for _, r in every_hyp], dims)
    change = slope(minus(goal[2], goal[1]), name)
    require(dom.same(minus(large, small), {"grows": change, "falls": neg(change)}[told["weaker_as_it"]]),
            "the direction is not proved")
    for kind in ("holds", "exact"):
        if told[kind] is not None:
            value = read(told[kind]["value"])
            _, left, right = proved_by(told[kind]["certificate"], [_at(r, name, value) for _, r in rest], dims)
            wanted = _at(goal, name, value)
            require(not names(value) and dom.same(left, wanted[1]) and dom.same(right, wanted[2]), f"{kind}: another claim")
    if told["fails"] is not None:
        scalars = {**told["fails"]["point"]["scalars"], name: told["fails"]["value"]}
        check_violation(answer["statement"], [text for text, _ in rest], scalars, told["fails"], dims)
    require(told["digits"] <= _digits(told), "fewer digits are certified")


def _at(rel: Rel, name: str, value: Term) -> Rel:
    return (rel[0], put(rel[1], ("var", name), value), put(rel[2], ("var", name), value))


def _digits(told: Data) -> int:
    """How many digits the two ends of a bracket have in common."""
    best, fails = told["holds"] or told["exact"], told["fails"]
    if best is None or fails is None:
        return 0
    top, low = read(best["value"]), read(fails["value"])
    apart = value_at(minus(top, low) if told["weaker_as_it"] == "grows" else minus(low, top), [], {}).lo
    require(apart > 0, "the ends of the bracket are the wrong way round")
    size = max(abs(float(value_at(end, [], {}).lo)) for end in (top, low))
    return int(-log10(float(apart) / size) + 1e-6)
