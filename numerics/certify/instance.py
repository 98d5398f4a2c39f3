"""A data set with a width, a standard deviation and a seed: the start W(0), and Theorem R's hypotheses there, in balls.

The start is Definition 3.7 (line 158) drawn in doubles, hence exact. Partners share w_r(0) and have opposite signs, so
F(0) = 0 exactly, and H(0)_{(l,i),(k,j)} = 2 m <x_i, x_j> sum over the pairs of S_i S_j a_l a_k.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import final

import numpy as np
from flint import arb

from numerics.arithmetic import Arithmetic, exact
from numerics.certify.data import DataSet
from numerics.init import symmetric_net
from numerics.net import Net

BITS = 192
DIGITS = 15
MOST_ENTRIES = 2**22
ETA_BITS = 12


@dataclass(frozen=True)
class Bracket:
    """low <= a number <= high, both exact decimals."""

    low: Fraction
    high: Fraction

    @classmethod
    def around(cls, low: arb, high: arb) -> Bracket:
        """The bracket of `DIGITS` digits around everything from `low` to `high`."""
        return cls(_rounded(exact(low.lower()), ROUND_FLOOR), _rounded(exact(high.upper()), ROUND_CEILING))

    def ball(self) -> arb:
        """A ball around the bracket, in the working precision."""
        return _ball(self.low).union(_ball(self.high))

    def texts(self) -> list[str]:
        """Both ends as decimals."""
        return [decimal_text(self.low), decimal_text(self.high)]


def _ball(value: Fraction) -> arb:
    return arb(value.numerator) / value.denominator


def _rounded(value: Fraction, rounding: str) -> Fraction:
    context = Context(prec=DIGITS, rounding=rounding)
    return Fraction(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def decimal_text(value: Fraction) -> str:
    """A finite decimal of at most `DIGITS` digits as text."""
    if value == 0:
        return "0"
    return f"{Context(prec=DIGITS).divide(Decimal(value.numerator), Decimal(value.denominator)):.{DIGITS - 1}e}"


@final
@dataclass(frozen=True, eq=False)
class Instance:
    """Data, width m, standard deviation sigma of the initial weights, seed, and step size (None: the largest simple one).

    Raises ValueError for an odd or missing width, one too large for this machine, a bad sigma, seed or step size.
    """

    data: DataSet
    m: int
    sigma: float
    seed: int = 0
    step_size: Fraction | None = None

    def __post_init__(self) -> None:
        if self.m < 2 or self.m % 2:
            raise ValueError(f"m = {self.m} is not allowed; neurons come in pairs, so m must be an even number >= 2")
        if self.m > self.most_neurons:
            raise ValueError(f"m = {self.m} is not allowed here; at n = {self.data.n}, d = {self.data.d2} at most "
                             f"{self.most_neurons} neurons are handled")
        if not 0 < self.sigma < np.inf:
            raise ValueError(f"sigma = {self.sigma} is not allowed; sigma must be a finite number > 0")
        if self.seed < 0:
            raise ValueError(f"seed = {self.seed} is not allowed; the seed must be a whole number >= 0")
        if self.step_size is not None and self.step_size <= 0:
            raise ValueError(f"eta = {self.step_size} is not allowed; the step size must be > 0")

    @property
    def most_neurons(self) -> int:
        """The largest width that is handled."""
        return int(MOST_ENTRIES // (self.data.n * max(self.data.d1, self.data.d2)) // 2 * 2)

    def at_width(self, m: int) -> Instance:
        """The same with another width: the seed starts the stream of random numbers anew."""
        return replace(self, m=m)

    @cached_property
    def start(self) -> Net:
        """The float64 net at W(0): the weights that `symmetric_net` draws with this seed, and x and y rounded to doubles."""
        data = self.data
        drawn = symmetric_net(data.n, self.m, data.d1, data.d2, self.sigma, self.seed)
        x, y = data.columns
        return replace(drawn, x=x, y=y)

    def net(self, arithmetic: Arithmetic) -> Net:
        """The net at W(0) in another arithmetic, from the exact data; with balls, it is exact."""
        x, y = self.data.columns
        return Net(self.start.w, x, self.start.a, y, arithmetic)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the weights and signs of the start (little-endian doubles, row by row)."""
        return hashlib.sha256(self.start.w.astype("<f8").tobytes() + self.start.a.astype("<f8").tobytes()).hexdigest()
