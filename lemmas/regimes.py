"""Runs inside the regime of Theorem 4.2 (line 178), or of its repair, whose every inequality balls decide."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from lemmas.instances import opened, points_of
from numerics import (
    REGIMES,
    Ball,
    CompressedNet,
    Inequality,
    PaperRegime,
    Regime,
    Store,
    arrays_of,
    enter,
    net_of,
    parse_precision,
    recorded_descent,
)
from numerics.compressed import GRID_REACH
from numerics.records import from_text, to_text
from proofcheck.claims import Certified, CertifiedStep, Checked

SHOWN = 12


def regime(options: Mapping[str, Any]) -> Certified:
    """The run that the command line asks for; raises ValueError for bad input and for a regime that is not met."""
    store = opened(options)
    entered = _again(store) if store else _entered(options)
    if options.get("store"):
        store = Store.create(options["store"], _about(options, entered), arrays_of(entered.net))
    return Certified(_facts(options, entered), [_checked(h) for h in entered.hypotheses()],
                     _steps(entered, options["steps"], store), options["steps"])


def _entered(options: Mapping[str, Any]) -> Regime:
    kind = None if options["precision"] is None else parse_precision(options["precision"])
    if kind is not None and not isinstance(kind, Ball):
        raise ValueError(f"a regime is verified with balls, not with {kind.name}; allowed: --precision ball:BITS")
    if options["net"] != "softmax":
        raise ValueError(f"--net {options['net']}: the theorem is about the softmax net; allowed with --regime: softmax")
    bits = kind.bits if kind is not None and options["precision"] != "ball" else None
    chosen = {k: options[k] for k in ("n", "d", "m", "sigma", "delta", "eta", "seed", "steps")}
    points = points_of(options)
    chosen |= {k: points[k] for k in ("n", "d") if points}
    return enter(options["regime"], **chosen, bits=bits, data=points.get("points"))


def _about(options: Mapping[str, Any], entered: Regime) -> dict[str, Any]:
    step = None if entered.step_size is None else to_text(entered.step_size)
    return {"options": {k: v for k, v in options.items() if k not in ("store", "resume")},
            "entered": {"bits": entered.ball.bits, "sigma": to_text(entered.sigma), "delta": to_text(entered.delta),
                        "step_size": step, "norms": [to_text(v) for v in entered.norms or ()]}}


def _again(store: Store) -> Regime:
    about = store.about["entered"]
    try:
        kind = REGIMES[store.about["options"]["regime"]]
        step = None if about["step_size"] is None else from_text(about["step_size"])
        known = [Fraction(from_text(v)) for v in about["norms"]]
        return kind(net_of(store.start, Ball(about["bits"])), from_text(about["sigma"]),
                    Fraction(from_text(about["delta"])), step, (known[0], known[1]) if known else None)
    except (LookupError, TypeError) as reason:
        raise ValueError(f"{store.folder} does not hold a run in a regime ({reason!r})") from None


def _steps(entered: Regime, steps: int, store: Store | None) -> Iterator[CertifiedStep]:
    for record in recorded_descent(entered.net, entered.eta, steps, store):
        numbers = {k: v for k, v in record.plain().items() if k != "tau"}
        yield CertifiedStep(f"step {record.tau}", numbers, [_checked(c) for c in entered.conclusions(record)])


def _checked(found: Inequality) -> Checked:
    return Checked(found.id, found.words, found.left, found.right, found.holds)


def _facts(options: Mapping[str, Any], entered: Regime) -> dict[str, str]:
    """The instance in words."""
    net = entered.net
    start = "Gaussian (Definition 3.7), every neuron on its own"
    if isinstance(net, CompressedNet):
        start = f"Gaussian rounded to a grid and cut off at {GRID_REACH} sigma, {len(net.counts)} kinds of neurons"
    balls = {"lambda": entered.lam, "Lambda": entered.spectrum[1], "rho = m max S(0)": entered.rho,
             "max |<w_r(0), x_i>|": entered.reach, "least m": entered.needed_width(), "eta": entered.eta,
             "m eta lambda": entered.rate, "||F(0) - Y||_F": entered.start}
    if isinstance(entered, PaperRegime):
        balls |= {"B (Definition 4.1 with C = 11)": entered.B, "R": entered.R, "D": entered.D}
    return {"regime": entered.name, "n": str(net.n), "d": str(net.d2), "m": str(net.m), "sigma": f"{entered.sigma:.6g}",
            "delta": str(float(entered.delta)), "seed": str(options["seed"]), "W(0)": f"symmetric, {start}",
            "arithmetic": entered.ball.name, **{k: v.str(SHOWN) for k, v in balls.items()},
            "loss": "||F - Y||^2, as in Lemma E.1; for the loss of Definition 3.2 halve both sides"}
