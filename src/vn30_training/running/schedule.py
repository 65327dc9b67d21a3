"""Which group is worked on next, and what follows from how it ends."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable

from kedro.io import DataCatalog, MemoryDataset
from pluggy import PluginManager

from vn30_training.datasets import tracking
from vn30_training.running.estimates import Estimates
from vn30_training.running.executors import Executor
from vn30_training.running.failures import InstancesFailed, mark_failed, write_details
from vn30_training.running.groups import Group
from vn30_training.running.memory import Memory
from vn30_training.running.progress import RunProgress
from vn30_training.running.work import (
    Failure,
    GroupResult,
    GroupTask,
    restricted_catalog,
    run_nodes,
)

FAILURES = "failures"

_LEVELS = {"failed": logging.ERROR, "skipped": logging.INFO}

logger = logging.getLogger(__name__)


class Schedule:
    """Runs groups in an order that keeps the executor busy.

    Parameters
    ----------
    groups
        In an order in which they could run one after the other.
    catalog
        All datasets.
    memory
        What earlier runs did; None where nothing is stored.
    executor
        Where instances are worked on; other nodes run here, with ``hooks``.
    """

    def __init__(
        self,
        groups: list[Group],
        catalog: DataCatalog,
        memory: Memory | None,
        executor: Executor,
        hooks: PluginManager | None,
        run_id: str | None,
    ) -> None:
        self._groups = {group.name: group for group in groups}
        self._catalog = catalog
        self._memory = memory
        self._executor = executor
        self._hooks = hooks
        self._run_id = run_id
        self._estimates = Estimates(groups, memory)
        self._progress = RunProgress(len(groups))
        self._wanted = {need for group in groups if group.is_instance for need in group.needs}
        self._waiting = dict(self._groups)
        self._running: set[str] = set()
        self._done: set[str] = set()
        self._reasons: dict[str, str] = {}
        self._skipped: set[str] = set()
        self._cut_off: set[str] = set()
        self._ran = 0
        self._tracking_answers = True

    def run(self) -> None:
        """Work until nothing more can be done.

        Raises
        ------
        InstancesFailed
            If anything failed.
        """
        refuse_stranded_memory(self._groups.values(), self._catalog)
        with self._progress:
            while self._waiting or self._running:
                self._step()
        logger.info("%d of %d groups ran, the rest was up to date.", self._ran, len(self._groups))
        failed = {name: self._reasons[name] for name in self._reasons.keys() - self._skipped}
        if failed:
            logs = self._memory.state / FAILURES if self._memory else None
            raise InstancesFailed(dict(sorted(failed.items())), len(self._cut_off), logs)

    def _step(self) -> None:
        """Hand out all instances there is room for; then do a node here, or wait for a result."""
        ended = self._done | self._failed
        ready = [group for group in self._waiting.values() if group.needs <= ended]
        here = next((group for group in ready if not group.is_instance), None)
        for group in sorted((g for g in ready if g.is_instance), key=self._rank):
            if len(self._running) >= self._executor.slots:
                break
            self._begin(group)
        if here is not None:
            self._begin(here)
        elif self._running:
            self._end(*self._executor.next_result())

    @property
    def _failed(self) -> set[str]:
        return self._reasons.keys() | self._cut_off

    def _rank(self, group: Group) -> tuple[bool, float]:
        """Those that others start from first, then the longest; the unknown count as long."""
        seconds = self._estimates.seconds(group)
        return group.name not in self._wanted, -(math.inf if seconds is None else seconds)

    def _begin(self, group: Group) -> None:
        del self._waiting[group.name]
        lacking = self._lacking(group)
        if lacking is not None:
            self._skip(group, lacking)
        elif self._is_up_to_date(group):
            self._succeed(group, {})
        else:
            self._progress.begin(group.name)
            if group.is_instance:
                self._hand_out(group)
            else:
                self._end(group.name, self._run_here(group))

    def _is_up_to_date(self, group: Group) -> bool:
        memory = self._memory
        return memory is not None and all(
            memory.is_up_to_date(node, self._catalog) for node in group.nodes
        )

    def _hand_out(self, group: Group) -> None:
        self._running.add(group.name)
        catalog = restricted_catalog(self._catalog, group.nodes)
        state = self._memory.state if self._memory else None
        self._executor.submit(GroupTask(group.name, group.nodes, catalog, state))

    def _run_here(self, group: Group) -> GroupResult:
        return run_nodes(group.nodes, self._catalog, self._memory, self._hooks, self._run_id)

    def _end(self, name: str, result: GroupResult) -> None:
        group = self._groups[name]
        self._running.discard(name)
        self._ran += bool(result.seconds)
        if self._memory:
            self._memory.hashes.absorb(result.hashes)
        if result.failure is None:
            self._succeed(group, result.seconds)
        else:
            self._fail(group, result.failure)
        if self._memory and self._tracking_answers:
            self._tracking_answers = tracking.deliver(self._memory.state.parent)

    def _succeed(self, group: Group, seconds: dict[str, float]) -> None:
        self._done.add(group.name)
        self._estimates.observe(group, seconds)
        self._tell_progress(group)

    def _fail(self, group: Group, failure: Failure) -> None:
        self._reasons[group.name] = failure.reason
        status = self._status(group.name, failure.skipped)
        logger.log(_LEVELS[status], "%s %s: %s", group.name, status, failure.reason)
        if self._memory and not failure.skipped:
            write_details(self._memory.state / FAILURES, group.name, failure)
        if group.is_instance:
            unfinished = [node for node in group.nodes if node.name in failure.unfinished]
            mark_failed(unfinished, self._catalog, failure.reason, status)
        self._tell_progress(group)

    def _status(self, name: str, skipped: bool) -> str:
        """Note whether a group was skipped, and return the word for what became of it."""
        if skipped:
            self._skipped.add(name)
        return "skipped" if skipped else "failed"

    def _skip(self, group: Group, lacking: str) -> None:
        """Leave a group out; one that starts from a failed instance has failed with it."""
        if group.is_instance and self._groups[lacking].is_instance and lacking in self._reasons:
            status = self._status(group.name, lacking in self._skipped)
            reason = self._reasons[group.name] = (
                f"needs {lacking}, which {'was skipped' if lacking in self._skipped else 'failed'}"
            )
            mark_failed(group.nodes, self._catalog, reason, status)
        else:
            self._cut_off.add(group.name)
        self._tell_progress(group)

    def _lacking(self, group: Group) -> str | None:
        """Return a group that failed and without which this one cannot do."""
        inputs = {name for node in group.nodes for name in node.inputs}
        for name in sorted(group.needs & self._failed):
            missing = inputs.intersection(self._groups[name].outputs)
            can_gather = (
                not group.is_instance
                and name in self._reasons
                and all(hasattr(self._catalog[one], "save_failure") for one in missing)
            )
            if not can_gather:
                return name
        return None

    def _tell_progress(self, group: Group) -> None:
        rest = [*self._waiting.values(), *(self._groups[name] for name in self._running)]
        self._progress.finish(group.name, self._estimates.left(rest, self._executor.slots))


def refuse_stranded_memory(groups: Iterable[Group], catalog: DataCatalog) -> None:
    """Raise `ValueError` where an instance gives something to others that is not stored."""
    instances = [group for group in groups if group.is_instance]
    inside = {name: group.name for group in instances for name in group.outputs}
    for group in groups:
        for name in (name for node in group.nodes for name in node.inputs):
            owner = inside.get(name, group.name)
            if owner != group.name and isinstance(catalog[name], MemoryDataset):
                raise ValueError(
                    f"{name!r} leaves the instance {owner} but is kept in memory only: "
                    "give it an entry in the catalog."
                )
