"""The graph of uses: what is left out, and that both layouts give a picture in which nothing overlaps."""

from __future__ import annotations

import random
import shutil
from itertools import combinations
from types import SimpleNamespace as Name
from typing import Any

import pytest

from proofcheck.report.graph import HEIGHT, WIDTH, Drawing, Node, drawn, layered, reduced


def test_reduction_keeps_what_no_path_stands_for() -> None:
    edges = [("a", "b"), ("b", "c"), ("a", "c"), ("a", "d"), ("c", "c")]
    assert reduced("abcd", edges) == [("a", "b"), ("a", "d"), ("b", "c")]


@pytest.mark.parametrize("seed", range(5))
def test_reduction_keeps_who_is_reached(seed: int) -> None:
    rng = random.Random(seed)
    names = [str(k) for k in range(12)]
    edges = [(u, v) for u, v in combinations(names, 2) if rng.random() < 0.3]
    left = reduced(names, edges)

    def reached(given: list[tuple[str, str]]) -> set[tuple[str, str]]:
        found = set(given)
        while True:
            more = {(u, w) for u, v in found for x, w in found if v == x} | found
            if more == found:
                return found
            found = more

    assert reached(left) == reached(edges)
    assert all(reached([e for e in left if e != cut]) != reached(edges) for cut in left)


def test_a_circle_is_kept() -> None:
    assert reduced("ab", [("a", "b"), ("b", "a")]) == [("a", "b"), ("b", "a")]


def overlaps(drawing: Drawing) -> list[tuple[str, str]]:
    return [(a.id, b.id) for (a, (x, y)), (b, (u, v)) in combinations(drawing.nodes, 2)
            if abs(x - u) < WIDTH and abs(y - v) < HEIGHT]


@pytest.mark.parametrize("seed", range(5))
def test_layered_layout(seed: int) -> None:
    rng = random.Random(seed)
    nodes = [Node(f"n{k}", "proved") for k in range(30)]
    edges = reduced([n.id for n in nodes], [(f"n{j}", f"n{k}") for j, k in combinations(range(30), 2) if rng.random() < 0.1])
    found = layered(nodes, edges)
    place = {n.id: p for n, p in found.nodes}
    assert not overlaps(found) and found == layered(nodes, edges)
    assert all(place[u][0] < place[v][0] for u, v in edges)
    assert all(points[0][0] == place[e[0]][0] + WIDTH / 2 and points[-1][1] == place[e[1]][1] for e, points in found.edges)
    assert all(WIDTH / 2 <= x <= found.size[0] and HEIGHT / 2 <= y <= found.size[1] for x, y in place.values())


def used(key: str, *uses: str) -> Any:
    """As much of a claim as the graph looks at."""
    return Name(id=key, uses=list(uses), verdict=Name(word="proved"), with_repairs=Name(word=Name(word="stands")))


@pytest.mark.parametrize("dot", ["dot", None, "no-such-program"])
def test_with_and_without_graphviz(dot: str | None) -> None:
    claims = [used("a"), used("b", "a"), used("c", "a", "b", "not there"), used("alone"), used("lemma.B.1.ratio.x", "c")]
    found = drawn(claims, dot)
    assert {n.id for n, _ in found.nodes} == {c.id for c in claims} and not overlaps(found)
    assert [e for e, _ in found.edges] == [("a", "b"), ("b", "c"), ("c", "lemma.B.1.ratio.x")]
    assert found.by == ("dot" if dot == "dot" and shutil.which("dot") else "proofcheck")


def test_long_ids_are_cut_into_lines_that_fit() -> None:
    assert Node("lemma.B.1.ratio.down.alpha", "proved").lines == ["lemma.B.1.", "ratio.down.al…"]
    assert Node("eq.1", "proved").lines == ["eq.1"]
