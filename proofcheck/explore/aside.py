"""A process beside the server for what can take seconds, so that no page waits for another one's proof."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

Work = Callable[..., Any]
CONTEXT = get_context("spawn")  # a fork would copy the threads' locks
GRACE = 2.0  # seconds that a process has to end by itself


def quiet() -> None:
    """Leave a Ctrl-C to the server, which ends its processes itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Aside:
    """Runs one function in a process of its own, one call at a time; ``close`` ends it."""

    def __init__(self, prepare: Callable[..., Work], *arguments: Any) -> None:
        """``prepare(*arguments)`` is called once in the process and gives the function; both must be importable."""
        self._queue = ThreadPoolExecutor(1)
        self._here, there = CONTEXT.Pipe()
        self._process = CONTEXT.Process(target=_serve, args=(there, prepare, arguments), daemon=True)
        self._process.start()
        there.close()

    def ask(self, *arguments: Any) -> Future[Any]:
        """The future result; it raises what the function raises, and EOFError if the process is gone."""
        return self._queue.submit(self._asked, arguments)

    def _asked(self, arguments: tuple[Any, ...]) -> Any:
        self._here.send(arguments)
        result, error = self._here.recv()
        if error is not None:
            raise error
        return result

    def close(self) -> None:
        """End the process, whatever it is at."""
        self._queue.shutdown(wait=False, cancel_futures=True)
        ended(self._process)
        self._here.close()


def ended(process: Any) -> None:
    """End a process, gently at first."""
    process.terminate()
    process.join(GRACE)
    if process.is_alive():
        process.kill()
        process.join()


def _serve(pipe: Connection, prepare: Callable[..., Work], arguments: tuple[Any, ...]) -> None:
    quiet()
    work = prepare(*arguments)
    try:
        while True:
            asked = pipe.recv()
            try:
                pipe.send((work(*asked), None))
            except Exception as error:  # handed over to the one who asked
                pipe.send((None, error))
    except (EOFError, OSError):  # the server is gone
        return
