"""Softmax nets with astronomically many neurons, by multiplicity.

Neurons with equal (w_r(0), a_r) have equal gradients, so they stay equal for ever. A `CompressedNet` holds each kind
of neuron once, with the exact number of neurons of that kind; a step costs as much as a step of a small net.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, final

import numpy as np

from numerics.arithmetic import Arithmetic, Array, Ball
from numerics.init import random_points
from numerics.net import Net
from numerics.network import Network, derived

GRID_REACH = 6
"""The grid ends at GRID_REACH sigma in every coordinate."""
MOST_KINDS, USUAL_KINDS = 2**16, 2**11
MOST_AXIS_POINTS = 33
MOST_DRAWN = 2**62
MOST_EXPANDED = 10**6


@final
@dataclass(frozen=True, eq=False)
class CompressedNet:
    """The net in which column r of `kinds`, a `Net` with k columns, stands for counts[r] equal neurons.

    The width m is the sum of the counts, whole numbers >= 1 of any size. Quantities per neuron (S, sensitivity,
    gradient) have one column per kind; sums over neurons count every neuron.
    Raises ValueError for counts that do not fit.
    """

    kinds: Net
    counts: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.counts) != self.kinds.m or any(not isinstance(c, int) or c < 1 for c in self.counts):
            raise ValueError(f"counts must be {self.kinds.m} whole numbers >= 1, one for each kind of neuron")

    @property
    def arithmetic(self) -> Arithmetic:
        """The arithmetic of `kinds`."""
        return self.kinds.arithmetic

    @property
    def w(self) -> Array:
        """The weights of each kind, shape (d1, k)."""
        return self.kinds.w

    @property
    def a(self) -> Array:
        """The signs of each kind, shape (d2, k)."""
        return self.kinds.a

    @property
    def x(self) -> Array:
        """Data, shape (d1, n)."""
        return self.kinds.x

    @property
    def y(self) -> Array:
        """Targets, shape (d2, n)."""
        return self.kinds.y

    @property
    def m(self) -> int:
        """Number of neurons, the sum of the counts."""
        return sum(self.counts)

    @property
    def n(self) -> int:
        """Number of data points."""
        return self.kinds.n

    @property
    def d1(self) -> int:
        """Input dimension."""
        return self.kinds.d1

    @property
    def d2(self) -> int:
        """Output dimension."""
        return self.kinds.d2

    def at(self, w: Any) -> CompressedNet:
        """The same net with other weights (d1, k)."""
        return replace(self, kinds=self.kinds.at(w))

    def to(self, arithmetic: Arithmetic) -> CompressedNet:
        """The same net in another arithmetic; raises ValueError when leaving balls of positive radius."""
        return replace(self, kinds=self.kinds.to(arithmetic))

    def expanded(self) -> Net:
        """The ordinary net with every neuron written out; raises ValueError above a million neurons."""
        if self.m > MOST_EXPANDED:
            raise ValueError(f"m = {self.m} is too large to write out; allowed: at most {MOST_EXPANDED}")
        columns = np.repeat(np.arange(len(self.counts)), self.counts)
        return Net(self.w[:, columns], self.x, self.a[:, columns], self.y, self.arithmetic)

    @property
    def logits(self) -> Array:
        """<w_r, x_i>, shape (n, k)."""
        return self.kinds.logits

    @derived
    def weights(self) -> Array:
        """The counts as numbers, shape (k,)."""
        return self.arithmetic.array(self.counts)

    @derived
    def alpha(self) -> Array:
        """The normaliser, the sum over all neurons of exp<w_r, x_i>, shape (n,); line 86."""
        return np.asarray(self.arithmetic.sum(self.kinds.E * self.weights, axis=1))

    @derived
    def S(self) -> Array:
        """Softmax of one neuron of each kind, shape (n, k); line 86."""
        return np.asarray(self.kinds.E / self.alpha[:, None])

    @derived
    def share(self) -> Array:
        """Softmax of all neurons of each kind together, shape (n, k); the rows sum to 1."""
        return np.asarray(self.S * self.weights)

    @derived
    def mean_sign(self) -> Array:
        """<a_l, S_i>, shape (d2, n)."""
        return self.arithmetic.matmul(self.a, self.share.T)

    @derived
    def F(self) -> Array:
        """Predictions m <a_l, S_i>, shape (d2, n); Definition 3.1, line 92."""
        return np.asarray(self.m * self.mean_sign)

    @derived
    def residual(self) -> Array:
        """F - y, shape (d2, n)."""
        return np.asarray(self.F - self.y)

    @derived
    def loss(self) -> Any:
        """Half the squared residual, a scalar; Definition 3.2, line 102."""
        return self.arithmetic.sum(self.residual * self.residual) / 2

    @derived
    def sensitivity(self) -> Array:
        """dF_{l,i} / d<w_r, x_i> for one neuron of each kind, shape (d2, n, k)."""
        return np.asarray(self.m * self.S[None] * (self.a[:, None, :] - self.mean_sign[:, :, None]))

    @derived
    def gradient(self) -> Array:
        """The gradient of the loss in w_r for one neuron of each kind, shape (d1, k); Claim 3.4, line 123."""
        pull = self.arithmetic.matmul(self.residual.T, self.a)
        pull -= self.arithmetic.sum(self.residual * self.mean_sign, axis=0)[:, None]
        return self.arithmetic.matmul(self.m * self.x, self.S * pull)

    @derived
    def gram_matrix(self) -> Array:
        """H(W), row l*n + i, shape (d2 n, d2 n); Definition 3.6, line 141."""
        rows = self.sensitivity.reshape(self.d2 * self.n, -1)
        inner = self.arithmetic.matmul(self.x.T, self.x)
        product = self.arithmetic.matmul(rows * self.weights, rows.T)
        return np.asarray(product * np.tile(inner, (self.d2, self.d2)) / self.m)


SoftmaxNet = Net | CompressedNet


def share(net: SoftmaxNet) -> Array:
    """The part of softmax that the neurons of each column of w have together, shape (n, columns)."""
    return net.share if isinstance(net, CompressedNet) else net.S


def column_counts(net: SoftmaxNet) -> Array:
    """How many neurons each column of w stands for, as numbers, shape (columns,)."""
    return net.weights if isinstance(net, CompressedNet) else net.arithmetic.array([1] * net.m)


def axis_points(d1: int, d2: int) -> int:
    """How many grid points each coordinate gets by default: odd, at most 33, fewer in higher dimensions."""
    fitting = int((USUAL_KINDS / 2**d2) ** (1 / d1))
    return max(3, min(MOST_AXIS_POINTS, fitting - 1 + fitting % 2))


def grid_size(d1: int, d2: int, points: int) -> int:
    """How many kinds of neurons the grid has."""
    return int(points**d1 * 2**d2)


def grid_axis(sigma: float, points: int) -> tuple[list[Fraction], Array]:
    """The grid of one coordinate and its law: N(0, sigma^2) rounded to the grid and cut off beyond its ends.

    `points` equidistant rationals, symmetric about 0, the outermost near GRID_REACH sigma, and the probabilities
    (points,) in float64. Raises ValueError unless sigma > 0 is finite and points >= 3 is odd.
    """
    if not (sigma > 0 and math.isfinite(sigma)):
        raise ValueError(f"sigma = {sigma} is not allowed; sigma must be a finite number > 0")
    if points < 3 or points % 2 == 0:
        raise ValueError(f"{points} grid points are not allowed; allowed: an odd number >= 3")
    half = points // 2
    width = Fraction(sigma) * GRID_REACH / half
    edges = (np.arange(points + 1) - points / 2) * float(GRID_REACH / half / math.sqrt(2))
    law = np.diff([math.erf(edge) for edge in edges])
    return [width * k for k in range(-half, half + 1)], law / law.sum()


def grid_law(d1: int, d2: int, sigma: float, points: int) -> tuple[Array, Array, Array]:
    """The kinds of neuron pairs on the grid: w (d1, k), a (d2, k), both exact, and the law (k,) of a pair.

    A pair is (w, a) and (w, -a), so a[0] = 1 stands for both. Raises ValueError for more than 65,536 kinds.
    """
    if grid_size(d1, d2, points) > MOST_KINDS:
        raise ValueError(
            f"a grid with {points} points in each of {d1} coordinates and {2**d2} sign patterns has "
            f"{grid_size(d1, d2, points)} kinds of neurons; allowed: at most {MOST_KINDS}"
        )
    axis, law = grid_axis(sigma, points)
    cells = list(itertools.product(range(points), repeat=d1))
    signs = [(1, *rest) for rest in itertools.product((1, -1), repeat=d2 - 1)]
    chances = np.prod(law[np.array(cells)], axis=1)
    w = np.array([[axis[k] for k in cell] for cell in cells for _ in signs], dtype=object).T
    a = np.array([sign for _ in cells for sign in signs], dtype=object).T
    return w, a, np.repeat(chances / len(signs), len(signs))


def grid_symmetric_net(
    n: int,
    m: int,
    d1: int,
    d2: int,
    sigma: float,
    seed: int = 0,
    arithmetic: Arithmetic | None = None,
    points: int | None = None,
) -> CompressedNet:
    """A net of m neurons at a symmetric initialization on a grid, with the random data of `symmetric_net`.

    This is not Definition 3.7, line 158, but a stand-in with finitely many kinds of neurons: every coordinate of w_r
    follows the Gaussian rounded to a grid and cut off beyond GRID_REACH sigma (`grid_axis`). Signs are uniform,
    partners have opposite signs, and the m/2 pairs are drawn independently (one multinomial draw of the counts).
    Balls unless told otherwise. Raises ValueError as `grid_axis` and `grid_law` do and unless m is even and
    between 2 and 2^62.
    """
    if not isinstance(m, int) or m < 2 or m % 2 or m > MOST_DRAWN:
        raise ValueError(f"m = {m!r} is not allowed; symmetric initialization needs an even m from 2 to 2^62")
    rng = np.random.default_rng(seed)
    x = random_points(n, d1, rng)
    y = random_points(n, d2, rng)
    w, a, law = grid_law(d1, d2, sigma, points or axis_points(d1, d2))
    drawn = rng.multinomial(m // 2, law)
    met = np.flatnonzero(drawn)
    kinds = Net(
        np.repeat(w[:, met], 2, axis=1), x, np.repeat(a[:, met], 2, axis=1) * np.tile([1, -1], len(met)), y,
        arithmetic or Ball(),
    )
    return CompressedNet(kinds, tuple(int(c) for c in np.repeat(drawn[met], 2)))


def with_data(net: SoftmaxNet, x: Any, y: Any) -> SoftmaxNet:
    """The same weights with other data x (d1, n) and y (d2, n); raises ValueError for what does not fit."""
    if isinstance(net, CompressedNet):
        return replace(net, kinds=replace(net.kinds, x=x, y=y))
    return replace(net, x=x, y=y)


def arrays_of(net: Network | CompressedNet) -> dict[str, Array]:
    """The arrays that determine a net, to be stored."""
    counts = {"counts": np.array(net.counts, dtype=object)} if isinstance(net, CompressedNet) else {}
    return {"w": net.w, "x": net.x, "a": net.a, "y": net.y, **counts}


def net_of(arrays: Mapping[str, Any], kind: Arithmetic) -> SoftmaxNet:
    """The net of `arrays_of`; raises ValueError if an array is missing or does not fit."""
    missing = [name for name in "wxay" if name not in arrays]
    if missing:
        raise ValueError(f"the arrays {', '.join(missing)} of the net are missing")
    net = Net(arrays["w"], arrays["x"], arrays["a"], arrays["y"], kind)
    return CompressedNet(net, tuple(int(c) for c in arrays["counts"])) if "counts" in arrays else net
