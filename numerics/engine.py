"""A run of gradient descent as one object that keeps its own state, whatever computes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, final

import numpy as np

from numerics.arithmetic import Array
from numerics.network import Network


class Engine(ABC):
    """W(tau) of Definition 3.5 (line 129) for one network and one step size. Subclasses are final.

    `start` is the network at tau = 0 and `eta` its step size, a number of its arithmetic. Raises ValueError unless
    eta is finite and > 0.
    """

    def __init__(self, start: Network, eta: Any) -> None:
        self.start = start
        self.eta = positive_step_size(start, eta)
        self.tau = 0

    def step(self) -> None:
        """One update; raises ValueError where the numbers leave the range of the arithmetic."""
        self._advance()
        self.tau += 1

    @abstractmethod
    def _advance(self) -> None:
        """W <- W - eta * gradient, and whatever belongs to the new W."""

    @property
    @abstractmethod
    def weights(self) -> Array:
        """W(tau) in the arithmetic of the network, shape (d1, m)."""

    @property
    @abstractmethod
    def F(self) -> Array:
        """The predictions at tau, shape (d2, n)."""

    @property
    def net(self) -> Network:
        """The network at tau."""
        weights = self.weights
        weights.setflags(write=False)
        return self.start.at(weights)

    @property
    def loss(self) -> Any:
        """Half the squared residual at tau, a scalar; Definition 3.2, line 102."""
        with self.start.arithmetic.working():
            residual = self.F - self.start.y
            return self.start.arithmetic.sum(residual * residual) / 2


@final
class PlainEngine(Engine):
    """Any network in any arithmetic, by the closed form of `Network.gradient`."""

    def __init__(self, start: Network, eta: Any) -> None:
        super().__init__(start, eta)
        self._now = start

    def _advance(self) -> None:
        self._now = updated(self._now, self.eta)

    @property
    def weights(self) -> Array:
        """W(tau), read-only, shape (d1, m)."""
        return self._now.w

    @property
    def F(self) -> Array:
        """The predictions at tau, shape (d2, n)."""
        return self._now.F

    @property
    def net(self) -> Network:
        """The network at tau, with everything it has computed."""
        return self._now

    @property
    def loss(self) -> Any:
        """Half the squared residual at tau."""
        return self._now.loss


def updated(net: Network, eta: Any) -> Network:
    """The network after one update with step size `eta`."""
    with net.arithmetic.working():
        return net.at(net.w - net.arithmetic.number(eta) * net.gradient)


def positive_step_size(net: Network, eta: Any) -> Any:
    """`eta` as a number of the arithmetic of `net`; raises ValueError unless it is finite and > 0."""
    rate = net.arithmetic.number(eta)
    if not rate > 0:
        raise ValueError(f"eta = {eta} is not allowed; the step size must be > 0")
    return rate


def paired(net: Network) -> bool:
    """Whether columns 2r-1 and 2r of the signs are opposite (Definition 3.7, line 158); they stay so along a run."""
    return net.m % 2 == 0 and bool(np.all(net.a[:, ::2] == -net.a[:, 1::2]))
