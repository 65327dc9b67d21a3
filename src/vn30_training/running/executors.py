"""Where groups are worked on: in this process, in worker processes, or elsewhere."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerContext
from pathlib import Path
from types import TracebackType
from typing import Self

from vn30_training.running.work import GroupResult, GroupTask, lost

_PRELOAD = ["vn30_training.running.work", "vn30_training.datasets", "numpy", "pandas"]
_QUIET = {"KEDRO_LOGGING_CONFIG": str(Path(__file__).with_name("worker_logging.yml"))}
_THREADS = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)


class Executor(ABC):
    """Takes groups and gives results, in any order; a context manager that stops all work."""

    slots: int

    @abstractmethod
    def submit(self, task: GroupTask) -> None:
        """Begin work on a group; at most ``slots`` may be under way."""

    @abstractmethod
    def next_result(self) -> tuple[str, GroupResult]:
        """Wait until a group is finished; return its name and what came of it."""

    @abstractmethod
    def stop(self) -> None:
        """Stop all work at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


class InProcess(Executor):
    """Works in this process, one group after the other."""

    slots = 1

    def __init__(self) -> None:
        self._finished: deque[tuple[str, GroupResult]] = deque()

    def submit(self, task: GroupTask) -> None:
        """Do the work now."""
        self._finished.append((task.name, task.run()))

    def next_result(self) -> tuple[str, GroupResult]:
        """Return the oldest result."""
        return self._finished.popleft()

    def stop(self) -> None:
        """Do nothing: no work goes on between calls."""


class ProcessPool(Executor):
    """Works in processes of one thread each, which end with this one.

    A worker that dies takes only its own group with it; another one takes its place.

    Parameters
    ----------
    workers
        How many processes.
    """

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOAD)
        self._idle: list[_Worker] = []
        self._busy: dict[object, tuple[_Worker, GroupTask]] = {}

    def submit(self, task: GroupTask) -> None:
        """Send the group to an idle worker, or to a new one."""
        worker = self._idle.pop() if self._idle else _Worker(self._context)
        try:
            worker.connection.send(task)
        except OSError:
            worker.end()
            return self.submit(task)
        self._busy[worker.connection] = (worker, task)

    def next_result(self) -> tuple[str, GroupResult]:
        """Wait for the first worker that answers or dies."""
        ready = wait([worker.connection for worker, _ in self._busy.values()])[0]
        worker, task = self._busy.pop(ready)
        try:
            result = worker.connection.recv()
        except (EOFError, OSError):
            return task.name, lost(task, _death(worker.end()))
        self._idle.append(worker)
        return task.name, result

    def stop(self) -> None:
        """End all workers, whatever they are doing; files are whole at any moment."""
        workers = [*self._idle, *(worker for worker, _ in self._busy.values())]
        self._idle, self._busy = [], {}
        for worker in workers:
            worker.process.kill()
        for worker in workers:
            worker.end()


class _Worker:
    """A process that works on one group at a time, and the line to it."""

    def __init__(self, context: ForkServerContext) -> None:
        environment = one_thread_each(dict(os.environ))
        with _environment(environment):
            forkserver.ensure_running()
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, environment), daemon=True)
        self.process.start()
        theirs.close()

    def end(self) -> int | None:
        """Wait for the end of the process, close the line, and return the exit code."""
        self.process.join()
        self.connection.close()
        return self.process.exitcode


def _serve(connection: Connection, environment: dict[str, str]) -> None:
    """Work on what comes until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.update(environment)
    while True:
        try:
            task: GroupTask = connection.recv()
        except EOFError:
            return
        connection.send(task.run())


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def one_thread_each(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment for workers: numerical libraries take one thread, logs are short."""
    return {**_QUIET, **environment, **dict.fromkeys(_THREADS, "1")}


def _death(code: int | None) -> str:
    how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
    return f"its worker process died ({how}; out of memory?)"


@contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    """Set variables for as long as the block lasts: libraries read some when they are loaded."""
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
