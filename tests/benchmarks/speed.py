"""Times gradient descent and Gram matrices beside torch, jax, mpmath and flint and prints a Markdown table.

    python tests/benchmarks/speed.py [--rounds 7] [--only TEXT] [--json FILE]

Everything in one table is measured in the same process, tied to one core: in every round each tool does its work once.
Times are CPU times, medians over the rounds. A tool that does not compute the same numbers ends the run.
The peers torch, jax and gmpy2 are the extra `peers`; those that are not installed are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import Any

if __name__ == "__main__":
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})  # before BLAS, torch and jax count the cores

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent.parent)]

import numpy as np  # noqa: E402
from benchmarks.gd_peers import GD_PEERS, GRAM_PEERS, Job, flint_gd, mpmath_gd, present  # noqa: E402

from numerics import DoubleDouble, Mp, symmetric_net  # noqa: E402
from numerics.fast import PairEngine  # noqa: E402
from numerics.fast_balls import CentreEngine  # noqa: E402
from numerics.fast_dd import DoubleDoubleEngine  # noqa: E402
from numerics.fast_gram import gram_matrix, output_groups  # noqa: E402

OURS = "proofcheck"
Work = tuple[float, float]
"""Floating-point operations, and bytes read or written, of one run of ours."""


@dataclass(frozen=True)
class Case:
    """One row of the table: what to run, the wanted ratio, and how far from ours the peers' numbers may be.

    In every round a tool makes `calls` calls in a row, as in a run.
    """

    name: str
    target: float
    calls: int
    jobs: Callable[[], dict[str, Job]]
    origin: Callable[[], Any]
    tolerance: float
    work: Work | None = None


def gd_case(n: int, d: int, m: int, target: float, calls: int) -> Case:
    """Float64 GD steps; the tolerance is relative to how far the weights have moved."""
    net = cache(partial(symmetric_net, n, m, d, d, sphere=False))
    eta = 1 / (4 * m * n)

    def jobs() -> dict[str, Job]:
        engine = PairEngine(net(), eta)
        peers = [make(net(), eta) for name, make in GD_PEERS.items() if present(name)]
        return {OURS: Job(engine.step, lambda: engine.weights), **_merged(peers)}

    work = m * (4.0 * n * d + 2 * n * d), 8.0 * m * (2 * d + 2 * n + d / 2)
    return Case(f"GD step, float64, (n,d,m) = ({n},{d},{m})", target, calls, jobs, lambda: net().w, 1e-5, work)


def gram_case(n: int, d: int, m: int, target: float, calls: int) -> Case:
    """Gram matrices in float64, from the weights on."""
    net = cache(partial(symmetric_net, n, m, d, d))

    def jobs() -> dict[str, Job]:
        peers = [make(net()) for name, make in GRAM_PEERS.items() if present(name)]
        return {OURS: Job(lambda: gram_matrix(net()), lambda: gram_matrix(net())), **_merged(peers)}

    groups = len(list(output_groups(d)))
    work = groups * m * (n * n + 2.0 * n * d), 8.0 * groups * m * d
    return Case(f"Gram matrix, float64, ({n},{d},{m})", target, calls, jobs, lambda: 0.0, 1e-11, work)


def digits_case(n: int, d: int, m: int, digits: int, target: float) -> Case:
    """GD steps at many digits."""
    net = cache(partial(symmetric_net, n, m, d, d))
    eta = 1 / (4 * m * n)

    def jobs() -> dict[str, Job]:
        engine = CentreEngine(net().to(Mp(digits)), eta)
        return {OURS: Job(engine.step, lambda: engine.weights), **mpmath_gd(net(), eta, digits)}

    return Case(f"GD step, {digits} digits, ({n},{d},{m})", target, 20, jobs, lambda: net().w, 10.0 ** (8 - digits))


def pairs_case(n: int, d: int, m: int, target: float) -> Case:
    """GD steps with pairs of doubles."""
    net = cache(partial(symmetric_net, n, m, d, d))
    eta = 1 / (4 * m * n)

    def jobs() -> dict[str, Job]:
        engine = DoubleDoubleEngine(net().to(DoubleDouble()), eta)
        return {OURS: Job(engine.step, lambda: engine.weights), **flint_gd(net(), eta, 106)}

    return Case(f"GD step, 30 digits, ({n},{d},{m})", target, 5, jobs, lambda: net().w, 1e-22)


def cases() -> list[Case]:
    """The rows of the table."""
    return [
        gd_case(64, 16, 65536, 3, 5),
        gd_case(2, 1, 10**7, 4, 2),
        gram_case(32, 8, 16384, 6, 5),
        gram_case(64, 16, 65536, 6, 1),
        digits_case(4, 2, 256, 50, 8),
        pairs_case(4, 2, 4096, 3),
    ]


def _merged(groups: list[dict[str, Job]]) -> dict[str, Job]:
    return {name: job for group in groups for name, job in group.items()}


@dataclass(frozen=True)
class Row:
    """The times of all rounds, by tool."""

    case: Case
    times: dict[str, list[float]]

    @property
    def best_peer(self) -> str:
        """The peer with the smallest median, or an empty string."""
        peers = [name for name in self.times if name != OURS]
        return min(peers, key=lambda name: median(self.times[name]), default="")

    @property
    def ratio(self) -> float:
        """The best peer's median over ours."""
        return median(self.times[self.best_peer]) / median(self.times[OURS])

    @property
    def ratios(self) -> list[float]:
        """The same, round by round, in increasing order."""
        return sorted(peer / ours for peer, ours in zip(self.times[self.best_peer], self.times[OURS], strict=True))


def measure(case: Case, rounds: int) -> Row:
    """Time all tools of a case; raises ValueError if their numbers differ."""
    jobs = case.jobs()
    for job in jobs.values():
        job.run()
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            times[name].append(cpu_time(job.run, case.calls))
    compare(case, jobs)
    return Row(case, times)


def compare(case: Case, jobs: dict[str, Job]) -> None:
    """Raise ValueError unless all jobs have come to the same numbers, relative to their distance from the origin."""
    wanted = jobs[OURS].read()
    size = np.abs(wanted - case.origin()).max()
    for name, job in jobs.items():
        gap = np.abs(job.read() - wanted).max() / size
        if not gap <= case.tolerance:
            raise ValueError(f"{case.name}: {name} differs by {float(gap):.1e} of the result, allowed {case.tolerance:.0e}")


def cpu_time(run: Callable[[], Any], calls: int = 1) -> float:
    """The CPU time of one of some calls in a row, in seconds."""
    start = time.process_time()
    for _ in range(calls):
        run()
    return (time.process_time() - start) / calls


def roofline(rounds: int) -> Work:
    """What this core reaches here and now: operations a second in a matrix product, bytes a second in a copy."""
    square, long = np.ones((1500, 1500)), np.ones(2**25)
    product, copy = np.empty_like(square), np.empty_like(long)
    np.copyto(copy, long)
    products = median(cpu_time(lambda: np.matmul(square, square.T + 0, out=product)) for _ in range(rounds))
    copies = median(cpu_time(lambda: np.copyto(copy, long)) for _ in range(rounds))
    return 2 * 1500**3 / products, 16.0 * long.size / copies


def table(rows: list[Row], peak: Work) -> Iterator[str]:
    """The lines of the Markdown table."""
    yield "| task | proofcheck | best peer | its time | ratio (quartiles) | target | of the roofline |"
    yield "| --- | ---: | --- | ---: | ---: | ---: | ---: |"
    for row in rows:
        ours = milliseconds(row, OURS)
        cells = [row.case.name, ours, "none installed", "", "", f"{row.case.target:g}", fraction(row, peak)]
        if row.best_peer:
            low, high = row.ratios[len(row.ratios) // 4], row.ratios[-1 - len(row.ratios) // 4]
            cells[2:5] = [row.best_peer, milliseconds(row, row.best_peer), f"{row.ratio:.1f} ({low:.1f} to {high:.1f})"]
        yield "| " + " | ".join(cells) + " |"
    yield ""
    yield f"Measured in the same run: {peak[0] / 1e9:.1f} GFlop/s in a matrix product, {peak[1] / 1e9:.1f} GB/s in a copy."


def milliseconds(row: Row, name: str) -> str:
    """The median time of a tool."""
    return f"{median(row.times[name]) * 1e3:.1f} ms"


def fraction(row: Row, peak: Work) -> str:
    """The least time that matrix products and memory traffic allow, over ours; exponentials count for nothing."""
    if row.case.work is None:
        return ""
    least = max(amount / rate for amount, rate in zip(row.case.work, peak, strict=True))
    return f"{100 * least / median(row.times[OURS]):.0f}%"


def main(argv: list[str] | None = None) -> int:
    """Run the chosen cases; the exit status is 1 if a measured ratio misses its target."""
    parser = argparse.ArgumentParser(prog="speed.py", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7, help="times that each tool does its work")
    parser.add_argument("--only", default="", help="only tasks whose name contains this text")
    parser.add_argument("--json", default="", help="write every single time to this file")
    options = parser.parse_args(argv)
    rows = []
    for case in (case for case in cases() if options.only in case.name):
        rows.append(measure(case, options.rounds))
        shown = ", ".join(f"{name} {milliseconds(rows[-1], name)}" for name in rows[-1].times)
        print(f"{case.name}: {shown}", file=sys.stderr)
    print("\n".join(table(rows, roofline(options.rounds))))
    if options.json:
        Path(options.json).write_text(json.dumps({row.case.name: row.times for row in rows}, indent=1), encoding="utf-8")
    return int(any(row.best_peer and row.ratio < row.case.target for row in rows))


if __name__ == "__main__":
    sys.exit(main())
