"""A trained net beside NTK regression, step by step: Appendix F, lines 1567-1602."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np

from numerics.arithmetic import Array
from numerics.descent import gradient_descent
from numerics.network import Network


@final
@dataclass(frozen=True)
class Coupling:
    """What a run shows of one output at a test point, as float64; largest values are over all steps.

    ``gap``: |F_nn - F_ntk|; ``kernel_move``: |K_{l,te} - K*_{l,te}|; ``gram_move``: |H - H*|_F;
    ``smallest``: lambda_min(H*); ``pulled``: |H*^-1 K*_{l,te}|; ``targets``: |Y|_F; ``loss``: |F_nn - Y|_F at the end;
    ``size``: n d; ``width``: m.
    """

    gap: float
    kernel_move: float
    gram_move: float
    smallest: float
    pulled: float
    targets: float
    loss: float
    size: int
    width: int

    def printed(self, eps_H: float) -> float:
        """The bound of Theorem F.2, line 1602, with hidden constant 1, for some eps_H that is at least ``gram_move``."""
        logarithm = np.log(self.size / (eps_H * self.width * self.smallest))
        root = np.sqrt(self.size)
        return float(root / self.smallest * self.kernel_move + root / self.smallest**2 * logarithm**2 * eps_H)

    def repaired(self) -> float:
        """2 sqrt(nd)/lambda (eps_test + 2 |H*^-1 K*_{l,te}| eps_H), the bound without logarithm and width."""
        kernels = self.kernel_move + 2 * self.pulled * self.gram_move
        return 2 * float(np.sqrt(self.size)) / self.smallest * kernels


def coupled_run(start: Network, point: Any, eta: float, steps: int, output: int = 0) -> Coupling:
    """Gradient descent of the net from ``start`` beside Eq. 24 of NTK regression, at the test point ``point`` (d1,).

    Raises ValueError if the point does not have d1 coordinates, if there is no such output, or if H(W(0)) is singular.
    """
    test = np.asarray(point, dtype=float)
    if test.shape != (start.d1,):
        raise ValueError(f"the test point has shape {test.shape}, not {(start.d1,)}")
    if not 0 <= output < start.d2:
        raise ValueError(f"output {output} is not among the {start.d2} outputs 0, ..., {start.d2 - 1}")
    row, gram, _ = _kernels(start, test, output)
    smallest = float(np.linalg.eigvalsh(gram)[0])
    if not smallest > 0:
        raise ValueError(f"lambda_min(H) = {smallest} at the start; NTK regression needs a positive one")
    y, gamma = start.y.reshape(-1), np.zeros(len(gram))
    gap = kernel_move = gram_move = 0.0
    now = start
    for step in gradient_descent(start, eta, steps):
        now = step.net
        row_now, gram_now, predicted = _kernels(now, test, output)
        gap = max(gap, abs(predicted - start.kernel_scale * float(row @ gamma)))
        kernel_move = max(kernel_move, float(np.linalg.norm(row_now - row)))
        gram_move = max(gram_move, float(np.linalg.norm(gram_now - gram)))
        gamma = gamma - eta * (start.kernel_scale * gram @ gamma - y)
    return Coupling(gap, kernel_move, gram_move, smallest, float(np.linalg.norm(np.linalg.solve(gram, row))),
                    float(np.linalg.norm(y)), float(np.linalg.norm(now.residual)), len(gram), start.m)


def _kernels(net: Network, test: Array, output: int) -> tuple[Array, Array, float]:
    """K_{l,te} (nd,), H (nd, nd) and F_nn at the test point: the test point is one more data point."""
    joint = replace(net, x=np.column_stack([net.x, test]), y=np.column_stack([net.y, np.zeros(net.d2)]))
    kernel = joint.gram[:, :, :-1, :-1].transpose(0, 2, 1, 3).reshape(net.d2 * net.n, -1)
    return joint.gram[output, :, -1, :-1].reshape(-1), kernel, float(joint.F[output, -1])
