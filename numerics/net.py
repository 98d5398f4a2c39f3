"""The two-layer softmax network of the paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np

from numerics.arithmetic import Array
from numerics.network import Network, derived


@final
@dataclass(frozen=True, eq=False)
class Net(Network):
    """F_{l,i} = m <a_l, S_i> with S_i the softmax of (<w_r, x_i>)_r: Section 3.1, lines 70-92.

    Fields, conversions and errors are those of `Network`.
    """

    @derived
    def E(self) -> Array:
        """exp<w_r, x_i>, shape (n, m); line 86. In float64 it is inf where the logit exceeds 709.78."""
        return self.arithmetic.exp(self.logits)

    @derived
    def alpha(self) -> Array:
        """The normaliser, the sum over r of E, shape (n,); line 86."""
        return np.asarray(self.arithmetic.sum(self.E, axis=1))

    @derived
    def S(self) -> Array:
        """Softmax E / alpha, shape (n, m); line 86. Safe for any logits."""
        return self.arithmetic.softmax(self.logits)

    @derived
    def mean_sign(self) -> Array:
        """<a_l, S_i>, shape (d2, n)."""
        return self.arithmetic.matmul(self.a, self.S.T)

    @derived
    def F(self) -> Array:
        """Predictions m <a_l, S_i>, shape (d2, n); Definition 3.1, line 92."""
        return np.asarray(self.m * self.mean_sign)

    @derived
    def sensitivity(self) -> Array:
        """dF_{l,i} / d<w_r, x_i> = m S_{i,r} (a_{l,r} - <a_l, S_i>), shape (d2, n, m)."""
        return np.asarray(self.m * self.S[None] * (self.a[:, None, :] - self.mean_sign[:, :, None]))

    @property
    def kernel_scale(self) -> int:
        """The width: H carries the factor 1/m of Definition 3.6, line 141, and F none."""
        return self.m
