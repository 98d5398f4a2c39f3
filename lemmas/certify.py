"""Theorem R on a user's data: what ``proofcheck certify-run`` asks of this paper, and its table of runs in the regime."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from lemmas import theorem_r_time
from numerics.arithmetic import exact
from numerics.certify.again import problems
from numerics.certify.certificate import DOUBLES, Recorder
from numerics.certify.data import DataSet, numbers, read
from numerics.certify.hypotheses import Hypotheses, Singular, measured, smallest_width
from numerics.certify.instance import Bracket, Instance
from numerics.certify.run import Judged, arithmetic, judged_run, usual_length
from numerics.init import SAFETY, random_points
from numerics.regime import Inequality
from proofcheck.claims import Attempt, Certifying, Checked, Running


def attempt(options: Mapping[str, Any]) -> Attempt:
    """The run that the command line asks for; raises ValueError, in one line, for input that is not allowed."""
    eta = None if options["eta"] is None else Fraction(exact(options["eta"]))
    instance = Instance(read(options["data"]), options["m"], options["sigma"], options["seed"], eta)
    return attempted(instance, options["steps"])


def attempted(instance: Instance, steps: int | None = None) -> Attempt:
    """An instance with its hypotheses decided, ready to run."""
    try:
        known = measured(instance)
    except Singular as reason:
        failed = Checked("lambda", "0 < lambda = lambda_min(H(0))", arb(0), reason.lam, False if reason.lam <= 0 else None)
        advice = (f"The theorem says nothing here, for lambda > 0 cannot be certified: {reason}.", _width(instance))
        return Attempt(_sizes(instance), (failed,), advice)
    facts, hypotheses = _sizes(instance) | _facts(known), tuple(_checked(h) for h in known.inequalities())
    if not all(h.holds for h in hypotheses):
        return Attempt(facts, hypotheses, tuple(_advice(known)))
    length, ball = usual_length(known) if steps is None else steps, arithmetic(known)
    recorder = Recorder(known, ball)
    facts |= {"smallest width found": f"m = {smallest_width(instance).m}",
              "arithmetic of the run": DOUBLES if ball is None else ball.name}
    return Attempt(facts, hypotheses, (), Running(_recorded(recorder, length), length, recorder.data))


def _recorded(recorder: Recorder, length: int) -> Iterator[Judged]:
    for found in judged_run(recorder.known, length, recorder.ball):
        recorder.take(found)
        yield found


def _checked(found: Inequality) -> Checked:
    return Checked(found.id, found.words, found.left, found.right, found.holds)


def _sizes(instance: Instance) -> dict[str, str]:
    data = instance.data
    return {"n": str(data.n), "d": f"{data.d2} outputs, {data.d1} inputs", "m": str(instance.m),
            "sigma": f"{instance.sigma:g}", "seed": str(instance.seed),
            "W(0)": "symmetric, Gaussian (Definition 3.7), every neuron on its own"}


def _facts(known: Hypotheses) -> dict[str, str]:
    return {"rho = m max S(0)": _shown(known.rho), "lambda": _shown(known.lam), "Lambda": _shown(known.Lam),
            "||Y||_F": _shown(known.target), "eta": f"{known.eta} = {float(known.eta):.6g}",
            "least m by (A) at this W(0)": f"{float(known.asked() / known.lam.ball()):.6g}"}


def _shown(bracket: Bracket) -> str:
    return f"{float(bracket.low):.12g}"


def _width(instance: Instance) -> str:
    return f"How many neurons would do: {smallest_width(instance).words}."


def _advice(known: Hypotheses) -> Iterator[str]:
    """Which hypothesis fails, why, and what would do."""
    instance = known.instance
    _, wide, slow = known.inequalities()
    if not wide.holds:
        asked = float(known.asked() / known.lam.ball())
        yield (f"(A) fails: m = {instance.m} neurons are not enough; at this W(0) the theorem asks for m >= "
               f"7 rho sqrt(nd) ||Y||_F/lambda = {asked:.6g}.")
        yield _width(instance)
    if not slow.holds:
        largest = replace(known, instance=replace(instance, step_size=None)).eta
        yield (f"(B) fails: eta = {float(known.eta):.6g} is larger than 1/(12 m Lambda) = {float(slow.right):.6g}; leave "
               f"--eta out, or give at most {largest}.")


# ---------------------------------------------------------------- the table

DELTA = Fraction(1, 20)
RANDOM = (  # n, d, m, sigma, seed
    (1, 1, 8, 0.1, 0),
    (2, 1, 1200, 0.18, 0),
    (2, 2, 58, 0.1, 0),
    (3, 2, 8000, 0.5, 0),
    (3, 3, 2000, 0.1, 0),
    (4, 4, 4000, 0.1, 1),
    (5, 5, 5000, 0.1, 0),
    (8, 8, 12000, 0.3, 1),
)


def row(name: str, instance: Instance) -> dict[str, str]:
    """A run in the regime, and the widths that the paper and the repair ask for."""
    made = attempted(instance)
    if made.running is None:
        raise ValueError(f"{name} is not in the regime: {' '.join(made.advice)}")
    for _ in made.running.steps:
        pass
    known, run = measured(instance), made.running.certificate()["run"]
    papers, ours = paper_width(known), float(known.asked() / known.lam.ball())
    verified = [c["id"] for c in run["conclusions"] if c["certified"] == run["steps"]]
    return {"data": name, "n": str(instance.data.n), "d": str(instance.data.d2), "sigma": f"{instance.sigma:g}",
            "paper m": f"{papers:.1e}", "repaired m": str(math.ceil(ours)), "ratio": f"{papers / ours:.1e}",
            "m used": str(instance.m), "steps": str(run["steps"]), "loss": f"{float(run['records'][-1]['loss'][1]):.3e}",
            "conclusions verified": f"{', '.join(verified)} at every step", "arithmetic": run["arithmetic"].split(",")[0]}


def paper_width(known: Hypotheses) -> float:
    """lambda^-2 n^2 d^2 e^(18B) log^2(nd/delta) of Theorem 4.2, line 180, with B = 1, the least B that there is."""
    return (known.nd * math.log(known.nd / DELTA) / float(known.lam.high)) ** 2 * math.exp(18)


def random_instance(n: int, d: int, m: int, sigma: float, seed: int) -> Instance:
    """The data and the start of `numerics.symmetric_net` with this seed."""
    rng = np.random.default_rng(seed)
    x, y = (numbers(name, random_points(n, d, rng).T.tolist()) for name in "xy")
    return Instance(DataSet(x, y), m, sigma, seed)


def _random(*case: Any) -> dict[str, str]:
    return row("random", random_instance(*case))


def iris() -> DataSet:
    """R. A. Fisher's iris data (1936): the first flower of each species, four measurements, the species as the target."""
    from sklearn.datasets import load_iris

    found, first = load_iris(), [0, 50, 100]
    return _scaled(found.data[first], np.eye(3)[found.target[first]])


def linnerud() -> DataSet:
    """A. C. Linnerud's data: the first six men of a fitness club, three exercises, three measurements of the body."""
    from sklearn.datasets import load_linnerud

    found = load_linnerud()
    return _scaled(found.data[:6], _centred(found.target[:6]))


def _scaled(x: Any, y: Any) -> DataSet:
    return DataSet(*(numbers(name, (rows / np.linalg.norm(rows, axis=1).max() * SAFETY).tolist())
                     for name, rows in (("x", _centred(x)), ("y", y))))


def _centred(rows: Any) -> Any:
    """Every column about its mean, in units of its largest entry."""
    moved = rows - rows.mean(axis=0)
    return moved / np.abs(moved).max(axis=0)


def _real(name: str, data: Callable[[], DataSet], m: int, sigma: float) -> dict[str, str]:
    try:
        return row(name, Instance(data(), m, sigma))
    except ImportError:
        return {"data": f"{name}: not run, needs pip install 'proofcheck[data]'"}


TABLE: dict[str, Callable[[], dict[str, str]]] = {
    **{f"random {case[:2]}": partial(_random, *case) for case in RANDOM},
    "iris": partial(_real, "iris", iris, 2400, 0.3),
    "linnerud": partial(_real, "Linnerud", linnerud, 9000, 1.0),
}

certifying = Certifying(theorem_r_time.theorem.id, attempt, problems, TABLE)
