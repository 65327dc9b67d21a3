"""The same runner on Ray: every instance is a task of a cluster."""

from __future__ import annotations

import importlib
import os
from typing import Any

from vn30_training.running.executors import Executor, one_thread_each
from vn30_training.running.runner import InstanceRunner
from vn30_training.running.work import GroupResult, GroupTask, lost

_HANDED_ON = ("VN30_", "MLFLOW_", "KEDRO_", "MODEL_VARIANT")


class RayRunner(InstanceRunner):
    """An `InstanceRunner` whose instances are tasks of Ray.

    Machines of a cluster must see the data root under the same path.

    Parameters
    ----------
    address
        Of a cluster, ``auto`` or ``ray://host:10001`` for example; None starts Ray on this machine.
    num_cpus, num_gpus
        What one instance takes; fractions let several share a device.
    workers
        How many instances may be under way; None for as many as the cluster has room for.
    is_async
        Kedro's option; not supported here.
    """

    def __init__(
        self,
        address: str | None = None,
        num_cpus: float = 1,
        num_gpus: float = 0,
        workers: int | None = None,
        is_async: bool = False,
    ) -> None:
        super().__init__(workers, is_async)
        self._address = address
        self._needs = {"num_cpus": num_cpus, "num_gpus": num_gpus}
        self._slots = workers

    def _executor(self, groups: int) -> Executor:  # noqa: ARG002
        return RayExecutor(self._address, self._needs, self._slots)


class RayExecutor(Executor):
    """Works in tasks of Ray.

    Parameters
    ----------
    address, needs, slots
        As in `RayRunner`.

    Raises
    ------
    ImportError
        If Ray is not installed: which extra brings it.
    """

    def __init__(self, address: str | None, needs: dict[str, float], slots: int | None) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            ray: Any = importlib.import_module("ray")
        except ImportError as error:
            raise ImportError("RayRunner needs Ray: pip install 'vn30-training[ray]'") from error
        self._ray = ray
        self._is_ours = not ray.is_initialized()
        if self._is_ours:
            ray.init(address=address or "local", log_to_driver=False, logging_level="ERROR")
        self.slots = slots or _room(ray.cluster_resources(), needs)
        variables = {key: os.environ[key] for key in os.environ if key.startswith(_HANDED_ON)}
        self._work = ray.remote(
            max_retries=0, runtime_env={"env_vars": one_thread_each(variables)}, **needs
        )(_work)
        self._busy: dict[Any, GroupTask] = {}

    def submit(self, task: GroupTask) -> None:
        """Hand the group to Ray."""
        self._busy[self._work.remote(task)] = task

    def next_result(self) -> tuple[str, GroupResult]:
        """Wait for the first task that is finished or lost."""
        ready = self._ray.wait(list(self._busy), num_returns=1)[0][0]
        task = self._busy.pop(ready)
        try:
            return task.name, self._ray.get(ready)
        except self._ray.exceptions.RayError as error:
            kind = type(error).__name__
            return task.name, lost(task, f"its Ray task was lost ({kind})", str(error))

    def stop(self) -> None:
        """Cancel what is under way, and Ray itself if it was started here."""
        for reference in self._busy:
            self._ray.cancel(reference, force=True)
        self._busy = {}
        if self._is_ours:
            self._ray.shutdown()


def _work(task: GroupTask) -> GroupResult:
    return task.run()


def _room(resources: dict[str, float], needs: dict[str, float]) -> int:
    """Return how many instances a cluster has room for, at least one."""
    wanted = {"CPU": needs["num_cpus"], "GPU": needs["num_gpus"]}
    rooms = [resources.get(name, 0.0) / amount for name, amount in wanted.items() if amount]
    return max(1, int(min(rooms, default=1)))
