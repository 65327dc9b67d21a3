"""The runner behind ``kedro run``: every core busy, nothing done twice, no failure contagious."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from kedro.io import CatalogProtocol, DataCatalog, SharedMemoryCatalogProtocol
from kedro.pipeline import Pipeline
from kedro.runner import AbstractRunner
from pluggy import PluginManager

from vn30_training.datasets.paths import STATE_FOLDER
from vn30_training.running.executors import Executor, InProcess, ProcessPool
from vn30_training.running.failures import Interrupted
from vn30_training.running.groups import plan_groups
from vn30_training.running.hashing import HashCache
from vn30_training.running.lock import run_lock
from vn30_training.running.memory import Memory
from vn30_training.running.schedule import Schedule

logger = logging.getLogger(__name__)


class InstanceRunner(AbstractRunner):
    """Runs instances side by side in worker processes, and other nodes in this one.

    A node that is up to date - same code, same inputs, outputs as it left them - is not run again.
    A group that fails does not stop those that do not need it; the run then ends with
    `InstancesFailed`.

    Parameters
    ----------
    workers
        How many worker processes; None for one per core this process may use, 0 for none.
    is_async
        Kedro's option; not supported here.
    """

    def __init__(self, workers: int | None = None, is_async: bool = False) -> None:
        if is_async:
            raise ValueError("InstanceRunner has no asynchronous mode.")
        super().__init__(is_async=False)
        self._workers = _cores() if workers is None else workers

    def _get_executor(self, max_workers: int) -> None:
        """Return no executor: kedro's own loop is not used."""

    def run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol[Any, Any] | SharedMemoryCatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
        only_missing_outputs: bool = False,  # noqa: ARG002
    ) -> dict[str, Any]:
        """Run a pipeline; whatever is missing or stale is always found, by content, and only that.

        So ``only_missing_outputs`` changes nothing: kedro's own way asks whether files exist, and
        would take stale ones for done.
        """
        return super().run(pipeline, catalog, hook_manager, run_id)

    def _run(
        self,
        pipeline: Pipeline,
        catalog: CatalogProtocol[Any, Any] | SharedMemoryCatalogProtocol,
        hook_manager: PluginManager | None = None,
        run_id: str | None = None,
    ) -> None:
        assert isinstance(catalog, DataCatalog)
        groups = plan_groups(pipeline)
        root = find_data_root(pipeline, catalog)
        try:
            with self._opened(root) as memory, self._executor(len(groups)) as executor:
                Schedule(groups, catalog, memory, executor, hook_manager, run_id).run()
        except KeyboardInterrupt:
            raise Interrupted from None

    def _executor(self, groups: int) -> Executor:
        return ProcessPool(min(self._workers, groups)) if self._workers else InProcess()

    @contextmanager
    def _opened(self, root: Path | None) -> Iterator[Memory | None]:
        """Hold the lock of the data root and give what earlier runs remember there."""
        if root is None:
            yield None
            return
        state = root / STATE_FOLDER
        with ExitStack() as stack:
            stack.enter_context(run_lock(root, state))
            hashes = HashCache.read(state / "hashes.json")
            stack.callback(hashes.write, state / "hashes.json")
            yield Memory(state, hashes)


def _cores() -> int:
    """Return how many cores this process may use; not every system tells, some tell all."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def find_data_root(pipeline: Pipeline, catalog: DataCatalog) -> Path | None:
    """Return the data root of the datasets that a pipeline writes; None if all are in memory.

    Raises
    ------
    ValueError
        If it writes to several.
    """
    roots: set[Any] = {
        getattr(catalog[name], "root", None) for node in pipeline.nodes for name in node.outputs
    } - {None}
    if len(roots) > 1:
        raise ValueError(f"A run writes to one data root, not to {sorted(map(str, roots))}.")
    return roots.pop() if roots else None
