"""Search for small nets on which Theorem R's conclusions fail although (A) holds with a large constant (float64, seeded).

What it finds is a number, not a proof: `lemmas.theorem_r_gap` decides single nets with balls.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import final

import numpy as np

from numerics.arithmetic import Array
from numerics.net import Net

SLOW = 1 / 12  # eta m Lambda
STEPS = 400
CLOSE = 1e-3  # of ||Y||_F: the run has arrived
PENALTY = 20
FIRST, SMALLEST = 0.5, 0.01  # of the moves of the climber
MOVED = 0.5  # of the numbers of a net, in one move
Place = tuple[Array, Array, Array]  # weights of one neuron of each pair, points, targets


@final
@dataclass(frozen=True, eq=False)
class Tried:
    """A net, the constant c in m lambda = c rho sqrt(nd) ||Y||_F, and the least margin of conclusions 1 to 3 over the run.

    A margin is a ratio that is at least 1 where the conclusion holds: of rates of decay, lengths, and eigenvalues.
    """

    net: Net
    big: float
    margin: float

    @property
    def broken(self) -> bool:
        """Whether a conclusion fails, as far as float64 can tell."""
        return self.margin < 1

    @property
    def score(self) -> float:
        """For the climber: a large constant, after a failure."""
        return math.log(self.big) - PENALTY * max(0.0, math.log(max(self.margin, CLOSE)) + CLOSE)


def tried(net: Net) -> Tried | None:
    """Gradient descent with eta = 1/(12 m Lambda) from `net`, d2 = 1; None where lambda is 0 up to rounding."""
    values = np.linalg.eigvalsh(net.gram_matrix)
    lam, size = float(values[0]), float(np.linalg.norm(net.y))
    if lam < CLOSE * values[-1] or size == 0:
        return None
    big = net.m * lam / (net.m * float(net.S.max()) * math.sqrt(net.n * net.d2) * size)
    eta, roam = SLOW / (net.m * values[-1]), 1.39 * size / math.sqrt(net.m * lam)
    slowest = -math.log1p(-net.m * eta * lam / 2)
    now, path, margin = net, 0.0, math.inf
    for _ in range(STEPS):
        move = -eta * now.gradient
        then = now.at(now.w + move)
        path += float(np.linalg.norm(move))
        margin = min(margin, math.log(float(now.loss) / float(then.loss)) / slowest, roam / path,
                     float(np.linalg.eigvalsh(then.gram_matrix)[0]) / (2 * lam / 7))
        now = then
        if 2 * float(now.loss) < (CLOSE * size) ** 2:
            break
    return Tried(net, big, margin)


def search(n: int, d1: int, pairs: int, seed: int, moves: int, starts: int = 10, each: bool = False) -> Tried:
    """The best of `starts` random nets, improved by random moves; the longest ||x_i|| is 1, and ||Y||_F <= sqrt(n).

    `each`: even |y_i| <= 1 for every i. Raises ValueError if no start has lambda > 0.
    """
    rng = np.random.default_rng(seed)
    signs = np.array([[1, -1] * pairs])

    def drawn(place: Place) -> Tried | None:
        w, x, y = place
        longest = np.linalg.norm(x, axis=0).max()
        short = np.clip(y, -1, 1) if each else y * min(1.0, math.sqrt(n) / float(np.linalg.norm(y)))
        return tried(Net(np.repeat(w * longest, 2, axis=1), x / longest, signs, short))

    def start() -> Place:
        return rng.normal(size=(d1, pairs)), rng.normal(size=(d1, n)), 2 * rng.normal(size=(1, n))

    def near(place: Place, reach: float) -> Place:
        w, x, y = (part + reach * rng.normal(size=part.shape) * (rng.random(part.shape) < MOVED) for part in place)
        return w, x, y

    known = [(found, place) for place in (start() for _ in range(starts)) if (found := drawn(place)) is not None]
    if not known:
        raise ValueError(f"none of {starts} random nets has lambda > 0; more starts or other sizes are needed")
    best, place = max(known, key=lambda pair: pair[0].score)
    reach = FIRST
    for _ in range(moves):
        other = near(place, reach)
        found = drawn(other)
        if found is not None and found.score > best.score:
            best, place, reach = found, other, min(1.0, 1.3 * reach)
        else:
            reach = max(SMALLEST, 0.95 * reach)
    return best
