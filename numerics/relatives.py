"""The two networks that Table 1 (line 11) sets beside the softmax one: neurons that do not see each other.

The paper gives no formulas for them, so each follows the work that Table 1 cites: [97] for ReLU, [48] for exp. Those
have one output; with several, each output has the same formula with signs of its own. In all three networks the kernel
is H[l1, l2, i, j] = <x_i, x_j> / m times a sum over the neurons, so that H stays bounded as m grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from numerics.arithmetic import Arithmetic, Array
from numerics.net import Net
from numerics.network import Network, derived


@final
@dataclass(frozen=True, eq=False)
class ReluNet(Network):
    """F_{l,i} = m^(-1/2) sum_r a_{l,r} max(<w_r, x_i>, 0), the normalisation of [97] (line 455).

    The derivative of max(z, 0) is taken to be 1 at z = 0, as the event <w_r, x_i> >= 0 in the kernel of [97] does.
    """

    @derived
    def scale(self) -> Any:
        """m^(-1/2), a scalar."""
        return 1 / self.arithmetic.sqrt(self.arithmetic.array([self.m]))[0]

    @derived
    def F(self) -> Array:
        """Predictions, shape (d2, n)."""
        return np.asarray(self.scale * self.arithmetic.matmul(self.a, self.arithmetic.positive_part(self.logits).T))

    @derived
    def sensitivity(self) -> Array:
        """dF_{l,i} / d<w_r, x_i> = m^(-1/2) a_{l,r} [<w_r, x_i> >= 0], shape (d2, n, m)."""
        return np.asarray(self.scale * self.a[:, None, :] * self.arithmetic.is_nonnegative(self.logits)[None])

    @property
    def kernel_scale(self) -> int:
        """One: H = J J^T."""
        return 1


@final
@dataclass(frozen=True, eq=False)
class ExpNet(Network):
    """F_{l,i} = sum_r a_{l,r} exp<w_r, x_i>, without a factor, as in [48] (line 406).

    In float64 it overflows where a logit exceeds 709.78.
    """

    @derived
    def E(self) -> Array:
        """exp<w_r, x_i>, shape (n, m)."""
        return self.arithmetic.exp(self.logits)

    @derived
    def F(self) -> Array:
        """Predictions, shape (d2, n)."""
        return self.arithmetic.matmul(self.a, self.E.T)

    @derived
    def sensitivity(self) -> Array:
        """dF_{l,i} / d<w_r, x_i> = a_{l,r} exp<w_r, x_i>, shape (d2, n, m)."""
        return np.asarray(self.a[:, None, :] * self.E[None])

    @property
    def kernel_scale(self) -> int:
        """The width: H carries the factor 1/m and F none."""
        return self.m


NETWORKS: dict[str, type[Net] | type[ReluNet] | type[ExpNet]] = {"softmax": Net, "relu": ReluNet, "exp": ExpNet}


def network_class(kind: str) -> type[Net] | type[ReluNet] | type[ExpNet]:
    """The class named `kind`; raises ValueError, naming the allowed ones."""
    if kind not in NETWORKS:
        raise ValueError(f"network {kind!r} is not known; allowed: {', '.join(NETWORKS)}")
    return NETWORKS[kind]


def network(kind: str, w: Any, x: Any, a: Any, y: Any, arithmetic: Arithmetic | None = None) -> Network:
    """A network by name: "softmax", "relu" or "exp"; float64 unless told otherwise. Raises as the classes do."""
    chosen = network_class(kind)
    return chosen(w, x, a, y) if arithmetic is None else chosen(w, x, a, y, arithmetic)
