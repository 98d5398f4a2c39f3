"""Which engine runs which network. Engines are imported when needed: numba alone takes a third of a second."""

from __future__ import annotations

from typing import Any

from numerics.arithmetic import Array, Ball, DoubleDouble, Float64, Mp
from numerics.engine import Engine, PlainEngine, paired
from numerics.network import Network

SMALL = 2**15
"""Up to this n * m, a float64 run by the closed form costs next to nothing, and its rounding is that of `Net`."""


def best_engine(net: Network, eta: Any) -> Engine:
    """The fastest engine for a network, at tau = 0 and with step size eta.

    Raises ValueError unless eta is a finite number > 0.
    """
    if net.arithmetic == Float64() and net.n * net.m > SMALL and paired(net):
        from numerics.fast import PairEngine

        return PairEngine(net, eta)
    if net.arithmetic == DoubleDouble():
        from numerics.fast_dd import DoubleDoubleEngine

        return DoubleDoubleEngine(net, eta)
    if isinstance(net.arithmetic, Mp | Ball):
        from numerics.fast_balls import BallEngine, CentreEngine

        return CentreEngine(net, eta) if isinstance(net.arithmetic, Mp) else BallEngine(net, eta)
    return PlainEngine(net, eta)


def best_gram_matrix(net: Network) -> Array:
    """H(W) as `Network.gram_matrix`, by the fastest way; the same numbers up to rounding."""
    if net.arithmetic == Float64() and net.n * net.m > SMALL:
        from numerics.fast_gram import gram_matrix

        return gram_matrix(net)
    return net.gram_matrix
