"""Where the runs of a sweep are made: in processes of this machine (joblib's loky), or on a Dask cluster.

Both hand over outcomes in the order of completion. A run whose worker dies is tried again elsewhere.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

from proofcheck.sweep.journal import Stopped, SweepError

Run = Mapping[str, Any]
Measure = Callable[[Run], dict[str, Any]]
RETRIES = 2
CONNECT_SECONDS = 10


@dataclass(frozen=True)
class Outcome:
    """What came of the run with this key: a row, or what went wrong."""

    key: str
    row: dict[str, Any] | None = None
    seconds: float = 0.0
    error: str = ""


Outcomes = Generator[Outcome, None, None]


def timed(measure: Measure, key: str, run: Run) -> Outcome:
    """Make a run."""
    begin = monotonic()
    row = measure(run)
    return Outcome(key, row, monotonic() - begin)


def attempted(measure: Measure, key: str, run: Run) -> Outcome:
    """Make a run; an exception is an outcome, too."""
    try:
        return timed(measure, key, run)
    except Exception as error:  # told to the user
        return Outcome(key, error=told(error))


def told(error: BaseException) -> str:
    """An exception in one line."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def locally(measure: Measure, runs: Mapping[str, Run], jobs: int) -> Outcomes:
    """The outcomes of the runs by key, made in `jobs` processes; with one job in this process.

    A worker that is killed takes the other ones with it: the runs that are left get new ones, up to `RETRIES` times.
    """
    from joblib import Parallel, delayed  # here, because it is slow to import

    waiting = dict(runs)
    for _ in range(RETRIES + 1):
        # a last run that kills its process must not kill this one, in which joblib would make it if there were one job
        processes = min(jobs, max(2, len(waiting)))
        pool = Parallel(processes, backend="loky", return_as="generator_unordered", batch_size=1,
                        initializer=end_with, initargs=(os.getpid(),))
        try:
            for outcome in pool([delayed(attempted)(measure, *task) for task in waiting.items()]):
                del waiting[outcome.key]
                yield outcome
            return
        except BrokenProcessPool as error:
            reason = f"the workers broke down {RETRIES + 1} times ({told(error).partition('. ')[0]})"
    yield from (Outcome(key, error=reason) for key in waiting)


def end_with(parent: int) -> None:
    """Let this worker end with its parent, even if that is killed: nobody would read its results."""

    def watch() -> None:
        while os.getppid() == parent:
            sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def on_dask(measure: Measure, runs: Mapping[str, Run], address: str) -> Outcomes:
    """The outcomes of the runs by key, made on the Dask cluster whose scheduler has this address.

    Its workers need the same packages as this process. Raises SweepError if there is no such scheduler, and Stopped if
    it goes away.
    """
    with connected(address) as client:
        from distributed import as_completed

        unique = uuid4().hex  # another sweep on this cluster, or this one once more, must not share a name
        futures = [client.submit(timed, measure, key, run, key=f"{key}-{unique}", pure=False, retries=RETRIES)
                   for key, run in runs.items()]
        for future in as_completed(futures, loop=client.loop):
            if future.status in ("cancelled", "lost"):
                raise Stopped(f"the connection to the Dask scheduler at {address} is lost")
            error = future.exception()
            yield future.result() if error is None else Outcome(future.key.partition("-")[0], error=told(error))


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the cluster; raises SweepError in one line if dask.distributed or the scheduler is not there."""
    try:
        from distributed import Client
        from distributed.comm import get_address_host_port
    except ImportError:
        raise SweepError("--dask needs dask.distributed: pip install 'proofcheck[dask]'") from None
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost connection is told in one line, by us
    try:
        get_address_host_port(address, strict=True)  # a client that fails to read its address would not end quietly
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SweepError(f"no Dask scheduler at {address!r} (give tcp://HOST:PORT): {told(error)}") from None
    with client:
        yield client
