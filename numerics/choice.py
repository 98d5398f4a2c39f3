"""Which engine runs which network. Engines are imported when needed: numba alone takes a third of a second."""

from __future__ import annotations

from typing import Any

from numerics.arithmetic import Float64
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
    return PlainEngine(net, eta)
