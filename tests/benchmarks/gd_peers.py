"""The other tools of the speed table, used as somebody who knows them well would use them.

A peer takes a float64 net and answers with a function of no arguments, one GD step or one Gram matrix, that keeps its
own state; the weights or the matrix can be read back to check that it computes the same numbers. Whoever imports
this is expected to have tied the process to one core: torch and jax then use one thread, too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np

from numerics import Ball, Mp, Net
from numerics.fast_balls import BallEngine


@dataclass(frozen=True)
class Job:
    """Something to time: `run` does it once more, `read` gives the numbers it has come to."""

    run: Callable[[], Any]
    read: Callable[[], Any]


def present(*modules: str) -> bool:
    """Whether all modules can be imported."""
    return all(find_spec(module) is not None for module in modules)


def torch_gd(net: Net, eta: float) -> dict[str, Job]:
    """One step of GD by the closed form in place, and by automatic differentiation."""
    import torch

    torch.set_num_threads(1)
    x, a, y = (torch.tensor(np.array(values)) for values in (net.x, net.a, net.y))
    points, signs, targets, m = x.T.contiguous(), a.T.contiguous(), y.T.contiguous(), net.m
    w = torch.tensor(np.array(net.w))
    free = torch.tensor(np.array(net.w), requires_grad=True)

    @torch.no_grad()
    def closed() -> None:
        nonlocal w
        s = torch.softmax(points @ w, dim=1)
        mean = s @ signs
        residual = m * mean - targets
        pull = residual @ a
        pull -= (residual * mean).sum(1, keepdim=True)
        s *= pull
        w.addmm_(x, s, alpha=-eta * m)

    def automatic() -> None:
        predictions = m * (torch.softmax(points @ free, dim=1) @ signs)
        (slope,) = torch.autograd.grad(((predictions - targets) ** 2).sum() / 2, free)
        with torch.no_grad():
            free.sub_(slope, alpha=eta)

    return {
        "torch, closed form": Job(closed, w.numpy),
        "torch, autograd": Job(automatic, lambda: free.detach().numpy()),
    }


def jax_gd(net: Net, eta: float) -> dict[str, Job]:
    """The same two, compiled, with the weights donated to the step."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, a, y, m = jnp.asarray(net.x), jnp.asarray(net.a), jnp.asarray(net.y), net.m

    def loss(w: Any) -> Any:
        return ((m * (a @ jax.nn.softmax(x.T @ w, axis=1).T) - y) ** 2).sum() / 2

    def closed(w: Any) -> Any:
        s = jax.nn.softmax(x.T @ w, axis=1)
        mean = s @ a.T
        residual = m * mean - y.T
        return w - eta * m * (x @ (s * (residual @ a - (residual * mean).sum(1, keepdims=True))))

    def automatic(w: Any) -> Any:
        return w - eta * jax.grad(loss)(w)

    def job(step: Callable[[Any], Any]) -> Job:
        compiled = jax.jit(step, donate_argnums=0)
        state = [jnp.array(net.w)]

        def run() -> None:
            state[0] = compiled(state[0]).block_until_ready()

        return Job(run, lambda: np.asarray(state[0]))

    return {"jax, closed form": job(closed), "jax, grad": job(automatic)}


def torch_gram(net: Net) -> dict[str, Job]:
    """B B^T times the inner products of the points, B the matrix of sensitivities (d2 n, m)."""
    import torch

    torch.set_num_threads(1)
    x, w, a = (torch.tensor(np.array(values)) for values in (net.x, net.w, net.a))
    inner = (x.T @ x).repeat(net.d2, net.d2) * net.m

    @torch.no_grad()
    def gram() -> Any:
        s = torch.softmax(x.T @ w, dim=1)
        rows = (a[:, None, :] - (a @ s.T)[:, :, None]).mul_(s).reshape(net.d2 * net.n, net.m)
        return (rows @ rows.T).mul_(inner)

    return {"torch, B B^T": Job(gram, lambda: gram().numpy())}


def jax_gram(net: Net) -> dict[str, Job]:
    """The same, compiled."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    x, w, a = (jnp.asarray(values) for values in (net.x, net.w, net.a))

    @jax.jit
    def gram(w: Any) -> Any:
        s = jax.nn.softmax(x.T @ w, axis=1)
        rows = (s[None] * (a[:, None, :] - (a @ s.T)[:, :, None])).reshape(net.d2 * net.n, net.m)
        return (rows @ rows.T) * (jnp.tile(x.T @ x, (net.d2, net.d2)) * net.m)

    return {"jax, B B^T": Job(lambda: gram(w).block_until_ready(), lambda: np.asarray(gram(w)))}


def mpmath_gd(net: Net, eta: float, digits: int) -> dict[str, Job]:
    """One step in mpmath, on gmpy2 where that is installed, point by point with its exact dot products and sums."""
    mp = Mp(digits).context
    w, x, a, y = (Mp(digits).array(values).tolist() for values in (net.w.T, net.x.T, net.a, net.y.T))
    columns, rate = list(zip(*a, strict=True)), mp.mpf(eta) * net.m

    def step() -> None:
        moves = [[mp.zero] * net.d1 for _ in range(net.m)]
        for point, targets in zip(x, y, strict=True):
            weights = [mp.exp(mp.fdot(neuron, point)) for neuron in w]
            total = mp.fsum(weights)
            means = [mp.fdot(signs, weights) / total for signs in a]
            residual = [net.m * mean - target for mean, target in zip(means, targets, strict=True)]
            offset, factor = mp.fdot(residual, means), rate / total
            for move, weight, signs in zip(moves, weights, columns, strict=True):
                pull = factor * weight * (mp.fdot(residual, signs) - offset)
                for k in range(net.d1):
                    move[k] += pull * point[k]
        for neuron, move in zip(w, moves, strict=True):
            for k in range(net.d1):
                neuron[k] -= move[k]

    backend = "gmpy2" if present("gmpy2") else "int"
    return {f"mpmath on {backend}": Job(step, lambda: np.array(w, dtype=object).T)}


def flint_gd(net: Net, eta: float, bits: int) -> dict[str, Job]:
    """One step with the centres of flint's ball matrices: this project's own engine for many digits."""
    engine = BallEngine(net.to(Ball(bits)), eta, centred=True)
    return {f"flint, {bits} bits": Job(engine.step, lambda: Mp(60).array(engine.weights))}


GD_PEERS: dict[str, Callable[[Net, float], dict[str, Job]]] = {"torch": torch_gd, "jax": jax_gd}
GRAM_PEERS: dict[str, Callable[[Net], dict[str, Job]]] = {"torch": torch_gram, "jax": jax_gram}
