"""Real situations in which the paper's statements are measured: GD runs, and weights moved on purpose.

Every number comes from a softmax net with the symmetric initialization of Definition 3.7.  In a GD run, w is W(0) and
v is W(tau); R is the largest motion of a neuron and B the largest |<w_r, x_i>| (at least 1), both rounded up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from numerics import (
    Arithmetic,
    Network,
    SoftmaxNet,
    Step,
    Store,
    arrays_of,
    best_engine,
    decompose,
    exact,
    gradient_descent,
    lambda_min,
    motion,
    parse_precision,
    perturbations,
    second_order,
    stable_step_size,
    symmetric_net,
    symmetric_network,
)
from proofcheck.claims import Instance
from proofcheck.evaluate import Values

R_MOVED = Fraction(1, 128)  # radius of the deliberate moves, inside (0, 1/100)
R_LEAST = Fraction(1, 10**12)  # stands for R where the weights have not moved at all
SHOWN_STATES = 6
MEASURED = 2**22  # n m up to which `gd` measures bounds unasked: a minute and a gigabyte a state
RUNS = (  # n, d, m, sigma, seed, steps, precision
    (1, 1, 8, 1.0, 0, 20, "float64"),
    (2, 2, 16, 0.5, 1, 20, "float64"),
    (4, 2, 256, 1.0, 2, 20, "float64"),
    (3, 3, 64, 2.0, 3, 10, "float64"),
    (2, 1, 1024, 0.2, 4, 10, "float64"),
    (1, 2, 8, 1.0, 5, 3, "50"),
    (2, 2, 8, 1.0, 6, 2, "ball:256"),
)
MOVED = (  # n, d, m, sigma, seed, precision
    (2, 2, 8, 1.0, 10, "float64"),
    (3, 2, 32, 0.5, 11, "float64"),
    (1, 1, 64, 3.0, 12, "float64"),
    (2, 2, 8, 0.1, 13, "50"),
    (2, 1, 4, 1.0, 14, "ball:256"),
)


def rounded_up(value: Any) -> Fraction:
    """A rational a hair above a number (or above every number of a ball)."""
    top = exact(value.upper() if hasattr(value, "upper") else value)
    return top + abs(top) * Fraction(1, 10**9)


def values(start: Network, now: Network, radius: Fraction, eta: Any) -> Values:
    """The statement variables for W(0) = start.w and the moved weights now.w."""
    kind = start.arithmetic
    rng = np.random.default_rng(start.m)
    with kind.working():
        reach = max((abs(t) for t in start.logits.flat), default=kind.number(0))
        small = _largest_shift(start, now)
        scalars = {"B": max(rounded_up(reach), Fraction(1)), "R": radius, "eta": eta, "X": small,
                   "P": start.logits.flat[0],
                   "Q": now.logits.flat[0], "lam": Fraction(1), "sigma": Fraction(1), "delta": Fraction(1, 20),
                   "C": Fraction(11), "t": abs(small), "K": Fraction(1), "c": Fraction(3, 2)}
        arrays = {"w": start.w, "v": now.w, "x": start.x, "a": start.a, "y": start.y, "u": start.w[:, ::2],
                  "b": start.a[:, ::2], "z": kind.array(rng.uniform(-1, 1, start.m)),
                  "q": kind.array(rng.standard_normal((start.d2, start.n))), "f": start.w[0], "g": now.w[0],
                  "Delta_w": start.gradient, "psi": _theta(start, kind.number(eta))}
        dims = {"n": start.n, "m": start.m, "d1": start.d1, "d2": start.d2, "p": start.m // 2, "N": start.m}
        return Values(dims, {k: kind.number(s) for k, s in scalars.items()}, arrays)


def _theta(net: Network, eta: Any) -> Any:
    """Theta(1) of Lemma E.1 for the step from this net: psi[i,r] with e^u = 1 + u + psi u^2, and 1/2 where u = 0."""
    kind = net.arithmetic
    u = -eta * kind.matmul(net.x.T, net.gradient)
    one = kind.number(1)
    with np.errstate(all="ignore"):  # a run that leaves float64 is noticed elsewhere
        return np.where(u == 0, one / 2, second_order(kind, u) / np.where(u == 0, one, u) ** 2)


def _largest_shift(start: Network, now: Network) -> Any:
    """The <w_r(0) - w_r(tau), x_i> of largest absolute value."""
    return max((s for s in (start.logits - now.logits).flat), key=lambda s: abs(float(s)))


def start_net(net: str, n: int, d: int, m: int, sigma: float, seed: int, arithmetic: Arithmetic,
              points: tuple[Any, Any] | None = None) -> Network:
    """The net W(0) of a run, on random data or on ``points`` x, y; raises ValueError for bad sizes, data or networks."""
    start = symmetric_network(net, n, m, d, d, sigma=sigma, seed=seed, arithmetic=arithmetic)
    return start if points is None else replace(start, x=points[0], y=points[1])


def run_instances(n: int, d: int, m: int, sigma: float = 1.0, seed: int = 0, steps: int = 50, eta: float | None = None,
                  net: str = "softmax", arithmetic: Arithmetic | None = None, states: int = 0,
                  store: Store | None = None, traced: bool = False, points: tuple[Any, Any] | None = None,
                  bounds: bool = True, decomposed: bool = False) -> Iterator[Instance]:
    """The states of one GD run (all, or about ``states`` of them); raises ValueError for bad sizes or networks.

    Those in ``store`` come first, and the others are added to it.  Other networks than softmax have no values, because the
    statements are not about them; without ``bounds`` none has, which saves memory.  ``traced``: with the loss and the like;
    ``decomposed``: with C0 to C3 of Lemma E.1, too.
    """
    kind = arithmetic or parse_precision("float64")
    start = start_net(net, n, d, m, sigma, seed, kind, points)
    rate = stable_step_size(start) if eta is None else eta
    chosen = {0, steps} | set(np.linspace(0, steps, states).astype(int).tolist()) if states else set(range(steps + 1))
    measured = bounds and net == "softmax"
    for tau, (now, loss) in enumerate(_states(start, rate, steps, store)):
        if tau in chosen:
            with kind.working():
                moved = _finite_motion(start, now, tau)
                radius = max(rounded_up(moved), R_LEAST)
            label = f"GD n={n} d={d} m={m} sigma={sigma:g} seed={seed}, step {tau}"
            loss = now.loss if measured else best_engine(now, rate).loss if loss is None else loss
            trace = {"loss": loss, "motion": moved, "lambda_min(H), estimated": _smallest(now, tau)} if traced else {}
            if decomposed and isinstance(now, SoftmaxNet):
                trace |= _parts(now, rate)
            known = values(start, now, radius, Fraction(rate)) if measured else Values({}, {}, {})
            yield Instance(label, kind.name, known, trace)


def _parts(now: SoftmaxNet, eta: Any) -> dict[str, Any]:
    """C0 to C3 of the step from this net (Lemma E.1, line 1079)."""
    kind = now.arithmetic
    with kind.working(), np.errstate(all="ignore"):
        then = now.at(now.w - kind.number(eta) * now.gradient)
        return {f"C{k}": part for k, part in enumerate(decompose(now, then, eta).C)}


def _finite_motion(start: Network, now: Network, tau: int) -> Any:
    with np.errstate(all="ignore"):
        moved = motion(start, now)
    if not np.isfinite(start.arithmetic.to_float(moved)):
        raise _left(start, tau)
    return moved


def _smallest(now: Network, tau: int) -> Any:
    try:
        with np.errstate(all="ignore"):
            return lambda_min(now)
    except np.linalg.LinAlgError:
        raise _left(now, tau) from None


def _left(net: Network, tau: int) -> ValueError:
    return ValueError(f"the run has left the range of {net.arithmetic.name} at step {tau}; take a smaller --eta")


def _states(start: Network, eta: Any, steps: int, store: Store | None) -> Iterator[tuple[Network, Any]]:
    """W(0), ..., W(steps): as far as they are stored from there, the rest by gradient descent, which knows their losses."""
    now, kept = start, 0
    if store is not None:
        _require_same(start, store)
        kept = min(steps, store.length)
        for number in range(kept):
            yield now, None
            now = start.at(store.read(number + 1)[1]["w"])
    for step in _quietly(gradient_descent(now, eta, steps - kept)):
        if step.tau and store is not None:
            store.add({}, {"w": step.net.w})
        yield step.net, step.loss


def _quietly(states: Iterator[Step]) -> Iterator[Step]:
    """The states, without NumPy's warnings when doubles overflow: `_finite_motion` tells that."""
    while True:
        with np.errstate(all="ignore"):
            step = next(states, None)
        if step is None:
            return
        yield step


def _require_same(start: Network, store: Store) -> None:
    made = arrays_of(start)
    if any(k not in store.start or store.start[k].tolist() != made[k].tolist() for k in made):
        raise ValueError(f"{store.folder} holds a run from another start; its options or the program have changed")


def moved_instances(n: int, d: int, m: int, sigma: float, seed: int, arithmetic: Arithmetic) -> Iterator[Instance]:
    """A net at initialization, its weights moved by at most R in every way that numerics knows, adversarial ones too."""
    start = symmetric_net(n, m, d, d, sigma=sigma, seed=seed, arithmetic=arithmetic)
    for name, weights in perturbations(start, float(R_MOVED), seed):
        label = f"moved n={n} d={d} m={m} sigma={sigma:g} seed={seed}, {name}"
        now = start.at(arithmetic.array(weights))
        yield Instance(label, arithmetic.name, values(start, now, R_MOVED, Fraction(1, 1000)))


def default(setting: str) -> Iterator[Instance]:
    """The instances on which ``verify`` measures every statement."""
    for n, d, m, sigma, seed, steps, precision in RUNS:
        yield from run_instances(n, d, m, sigma, seed, steps, arithmetic=parse_precision(precision), states=SHOWN_STATES)
    for n, d, m, sigma, seed, precision in MOVED:
        yield from moved_instances(n, d, m, sigma, seed, parse_precision(precision))


RUN_OPTIONS = ("n", "d", "m", "sigma", "seed", "steps", "eta", "net")


def gd(options: Mapping[str, Any]) -> Iterator[Instance]:
    """The states of one GD run, from the options of the command line; ``store`` or ``resume`` names a folder."""
    chosen = {k: options[k] for k in RUN_OPTIONS if k in options}
    chosen["arithmetic"] = parse_precision(str(options.get("precision", "float64")))
    chosen |= points_of(options)
    store = opened(options)
    if options.get("store"):
        start = start_net(**{k: v for k, v in chosen.items() if k not in ("steps", "eta")})
        about = {"options": {k: v for k, v in options.items() if k not in ("store", "resume", "bounds")}}
        store = Store.create(options["store"], about, arrays_of(start))
    asked = options.get("bounds")
    bounds = asked == "all" if asked else chosen["n"] * chosen["m"] <= MEASURED
    return run_instances(**chosen, store=store, traced=True, bounds=bounds, decomposed=bool(options.get("decomposed")))


def points_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """The user's data points and targets, as ``points``, with their ``n`` and ``d``; empty if the data are random.

    Raises ValueError unless they are two lists of n rows of d numbers each.
    """
    given = options.get("data")
    if given is None:
        return {}
    x, y = (_rows(given.get(k)) for k in ("x", "y")) if isinstance(given, Mapping) else ([], [])
    shape = (len(x), len(x[0]) if x else 0)
    if not all(shape) or any([len(row) for row in rows] != [shape[1]] * shape[0] for rows in (x, y)):
        raise ValueError('the data must be {"x": rows, "y": rows}: as many targets y as points x, all rows of one length')
    return {"n": shape[0], "d": shape[1], "points": tuple(np.array(rows, dtype=object).T for rows in (x, y))}


def _rows(given: Any) -> list[list[Any]]:
    return given if isinstance(given, list) and all(isinstance(row, list) for row in given) else []


def opened(options: Mapping[str, Any]) -> Store | None:
    """The stored run that is to be resumed, if any."""
    return Store.reopen(options["resume"]) if options.get("resume") else None


def stored(folder: str) -> Mapping[str, Any]:
    """The options with which a stored run was started; raises ValueError if there is none."""
    options = Store.reopen(folder).about.get("options")
    if not isinstance(options, dict) or not {*RUN_OPTIONS, "precision", "regime", "delta"} <= set(options):
        raise ValueError(f"{folder} does not say with which options its run was started")
    return options
