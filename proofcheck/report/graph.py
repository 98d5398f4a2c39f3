"""What uses what, as a picture: transitive reduction, layers, places for nodes and edges.

Graphviz ``dot`` lays the graph out where it is installed; otherwise layers by longest path, ordered by barycentres.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from proofcheck.report.content import Claim

SECONDS = 30
SWEEPS = 12
WIDTH, HEIGHT, ACROSS, DOWN = 72.0, 22.0, 100.0, 27.0  # of a node, and from node to node, in points
FITS = 14  # characters in a line of a node
ALL = "proved, with all that it uses"
CLASSES = (ALL, "proved", "cited", "assumed", "witnessed", "open", "refuted")

Edge = tuple[str, str]  # what is used, and by whom
Place = tuple[float, float]


@dataclass(frozen=True)
class Node:
    """A claim in the picture; ``group``: one of CLASSES."""

    id: str
    group: str

    @property
    def lines(self) -> list[str]:
        """The id in one or two lines that fit into the node."""
        if len(self.id) <= FITS:
            return [self.id]
        parts = re.split(r"(?<=[./])", self.id)
        cut = min(range(1, len(parts)), key=lambda k: max(len("".join(parts[:k])), len("".join(parts[k:]))), default=1)
        lines = ["".join(parts[:cut]), "".join(parts[cut:])]
        return [line if len(line) <= FITS else f"{line[:FITS - 1]}…" for line in lines if line]


@dataclass(frozen=True)
class Drawing:
    """The middles of the nodes and the bends of the edges, in points, with y downwards; ``size``: of the whole."""

    nodes: Sequence[tuple[Node, Place]]
    edges: Sequence[tuple[Edge, Sequence[Place]]]
    size: Place
    by: str


def drawn(claims: Iterable[Claim], dot: str | None = "dot") -> Drawing:
    """The picture of what uses what, from left to right; ``dot``: the program, or None for the layout of this module."""
    known = list(claims)
    return laid_out([Node(c.id, group(c)) for c in known], [(u, c.id) for c in known for u in c.uses], dot)


def laid_out(nodes: Sequence[Node], uses: Iterable[Edge], dot: str | None = "dot") -> Drawing:
    """Places for nodes and for the edges that no longer path stands for; edges from or to other nodes are left out."""
    known = {n.id for n in nodes}
    edges = reduced([n.id for n in nodes], [(u, v) for u, v in uses if u in known and v in known])
    linked = [n for n in nodes if any(n.id in e for e in edges)]
    program = None if dot is None else shutil.which(dot)
    found = None if program is None else _by_dot(program, linked, edges)
    return _with_loners(found or layered(linked, edges), [n for n in nodes if n not in linked])


def _with_loners(drawing: Drawing, loners: Sequence[Node]) -> Drawing:
    """The nodes without edges in rows below the others."""
    width, height = max(drawing.size[0], WIDTH), drawing.size[1] + DOWN
    across = int((width - WIDTH) // (WIDTH + 8)) + 1
    places = [(n, (WIDTH / 2 + (k % across) * (WIDTH + 8), height + HEIGHT / 2 + (k // across) * DOWN))
              for k, n in enumerate(loners)]
    rows = -(-len(loners) // across)
    return replace(drawing, nodes=[*drawing.nodes, *places], size=(width, height + rows * DOWN))


def group(claim: Claim) -> str:
    """As blueprints colour it: the statement, its proof, and the proofs of all that it uses."""
    whole = claim.verdict.word == "proved" and claim.with_repairs.word.word == "stands"
    return ALL if whole else claim.verdict.word


def reduced(nodes: Sequence[str], edges: Iterable[Edge]) -> list[Edge]:
    """The edges that no longer path stands for; circles are left as they are."""
    given = sorted({e for e in edges if e[0] != e[1]})
    above: dict[str, list[str]] = {n: [] for n in nodes}
    for used, user in given:
        above[used].append(user)
    reach = {n: _reached(n, above) for n in nodes}
    return [(u, v) for u, v in given
            if not any(v in reach[w] for w in above[u] if w not in (u, v) and u not in reach[w])]


def _reached(start: str, above: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    stack = list(above[start])
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += above[node]
    return found


# Graphviz


def _by_dot(program: str, nodes: Sequence[Node], edges: Sequence[Edge]) -> Drawing | None:
    """The layout of Graphviz; None if it does not answer as it should."""
    lines = ["digraph G { rankdir=LR; ranksep=0.4; nodesep=0.07; splines=polyline; edge [arrowhead=none];",
             f"node [shape=box, fixedsize=true, width={WIDTH / 72}, height={HEIGHT / 72}, label=\"\"];"]
    lines += [f"{json.dumps(n.id)};" for n in nodes] + [f"{json.dumps(u)} -> {json.dumps(v)};" for u, v in edges] + ["}"]
    try:
        done = subprocess.run([program, "-Tplain"], input="\n".join(lines), capture_output=True, text=True, timeout=SECONDS,
                              check=True)
        return _read(done.stdout, nodes, edges)
    except (OSError, subprocess.SubprocessError, LookupError, ValueError):
        return None


def _read(plain: str, nodes: Sequence[Node], edges: Sequence[Edge]) -> Drawing:
    """dot's ``plain`` format, in inches with y upwards."""
    rows = [[w.strip('"') for w in line.split()] for line in plain.splitlines()]
    width, height = next((float(r[2]), float(r[3])) for r in rows if r[0] == "graph")

    def place(x: str, y: str) -> Place:
        return round(72 * float(x), 1), round(72 * (height - float(y)), 1)

    places = {r[1]: place(r[2], r[3]) for r in rows if r[0] == "node"}
    bends = {(r[1], r[2]): [place(*r[k:k + 2]) for k in range(4, 4 + 2 * int(r[3]), 2)] for r in rows if r[0] == "edge"}
    return Drawing([(n, places[n.id]) for n in nodes], [(e, _straight(bends[e])) for e in edges],
                   (round(72 * width, 1), round(72 * height, 1)), "dot")


def _straight(points: Sequence[Place]) -> list[Place]:
    """The ends of the pieces of a spline whose pieces are straight."""
    return list(dict.fromkeys([*points[::3], points[-1]]))


# without Graphviz


def layered(nodes: Sequence[Node], edges: Sequence[Edge]) -> Drawing:
    """Columns by longest path; edges that cross several columns bend between the nodes of each."""
    ids = [n.id for n in nodes]
    column = _columns(ids, edges)
    chains = {e: _chain(e, column) for e in edges}
    columns: dict[int, list[str]] = {}
    for name in [*ids, *(d for chain in chains.values() for d in chain[1:-1])]:
        at = column.get(name)
        columns.setdefault(int(name.rpartition("|")[2]) if at is None else at, []).append(name)
    links = [pair for chain in chains.values() for pair in pairwise(chain)]
    order = _ordered(columns, links)
    tallest = max(map(len, order.values()), default=1)
    places = {name: (WIDTH / 2 + ACROSS * k, HEIGHT / 2 + DOWN * (j + (tallest - len(names)) / 2))
              for k, names in order.items() for j, name in enumerate(names)}
    size = (WIDTH + ACROSS * max(order, default=0), HEIGHT + DOWN * (tallest - 1))
    return Drawing([(n, places[n.id]) for n in nodes], [(e, _bent([places[c] for c in chains[e]])) for e in edges], size,
                   "proofcheck")


def _bent(middles: Sequence[Place]) -> list[Place]:
    """From the right side of the first node to the left side of the last one."""
    (x, y), (u, v) = middles[0], middles[-1]
    return [(x + WIDTH / 2, y), *middles[1:-1], (u - WIDTH / 2, v)]


def _columns(ids: Sequence[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The number of edges on the longest path to each node; an edge that closes a circle counts for nothing."""
    below: dict[str, list[str]] = {n: [] for n in ids}
    for used, user in edges:
        below[user].append(used)
    active: set[str] = set()

    @cache
    def depth(name: str) -> int:
        active.add(name)
        found = max((depth(u) + 1 for u in below[name] if u not in active), default=0)
        active.discard(name)
        return found

    return {n: depth(n) for n in ids}


def _chain(edge: Edge, column: Mapping[str, int]) -> list[str]:
    """The ends of an edge with a point of passage in every column between them."""
    between = range(column[edge[0]] + 1, column[edge[1]])
    return [edge[0], *(f"{edge[0]}|{edge[1]}|{k}" for k in between), edge[1]]


def _ordered(columns: Mapping[int, Sequence[str]], links: Iterable[tuple[str, str]]) -> dict[int, list[str]]:
    """Every column in the order of the mean places of its neighbours, from the left and from the right in turn."""
    before: dict[str, list[str]] = {}
    after: dict[str, list[str]] = {}
    for u, v in links:
        before.setdefault(v, []).append(u)
        after.setdefault(u, []).append(v)
    order = {k: list(columns[k]) for k in sorted(columns)}
    for sweep in range(SWEEPS):
        place = {name: j / max(len(names) - 1, 1) for names in order.values() for j, name in enumerate(names)}
        near, keys = (before, sorted(order)) if sweep % 2 == 0 else (after, sorted(order, reverse=True))
        for k in keys:
            order[k].sort(key=lambda name: _mean([place[n] for n in near.get(name, ())], place[name]))
            place |= {name: j / max(len(order[k]) - 1, 1) for j, name in enumerate(order[k])}
    return order


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise
