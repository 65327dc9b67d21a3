"""The work on one group: its nodes in order, those that are up to date left out."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from kedro.framework.hooks.manager import _NullPluginManager
from kedro.io import DataCatalog
from kedro.pipeline.node import Node
from kedro.runner.task import Task
from pluggy import PluginManager

from vn30_training.market.issues import DataError
from vn30_training.running.hashing import HashCache, Signature
from vn30_training.running.memory import Memory

_LONGEST_REASON = 300
_MOST_ISSUES = 20
# Workers serve many groups, which share large inputs: those are hashed once a process.
_HASHES = HashCache()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a group did not finish.

    Attributes
    ----------
    reason
        One line, or one for each issue of a `DataError`.
    unfinished
        The names of the nodes that did not succeed, the failing one first.
    details
        The traceback, or as much as is known.
    error
        The exception itself, where the group ran in the main process.
    skipped
        Whether there was nothing to be done, as opposed to something gone wrong: the exception
        has an attribute ``skips`` that is true.
    """

    reason: str
    unfinished: tuple[str, ...]
    details: str
    error: BaseException | None = None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class GroupResult:
    """What came of a group.

    Attributes
    ----------
    seconds
        Time per node that ran.
    failure
        Why it stopped, if it did.
    hashes
        Content hashes of files computed on the way.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    failure: Failure | None = None
    hashes: dict[str, tuple[Signature, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GroupTask:
    """All that another process needs to work on a group.

    Attributes
    ----------
    name
        The group's name.
    nodes
        The group's nodes, in order.
    catalog
        The datasets these nodes read and write, with their validators.
    state
        Where runs remember what they did; None where nothing is remembered.
    """

    name: str
    nodes: tuple[Node, ...]
    catalog: DataCatalog
    state: Path | None

    def run(self) -> GroupResult:
        """Do the work here and now; the result can be sent to any process."""
        memory = Memory(self.state, _HASHES) if self.state else None
        result = run_nodes(self.nodes, self.catalog, memory)
        failure = result.failure and replace(result.failure, error=None)
        return GroupResult(result.seconds, failure, _HASHES.take_fresh())


def lost(task: GroupTask, reason: str, details: str = "") -> GroupResult:
    """Return what is known of a group whose worker gave no answer: which nodes, and why."""
    nodes = tuple(node.name for node in task.nodes)
    return GroupResult(failure=Failure(reason, nodes, details or reason))


def run_nodes(
    nodes: tuple[Node, ...],
    catalog: DataCatalog,
    memory: Memory | None,
    hooks: PluginManager | None = None,
    run_id: str | None = None,
) -> GroupResult:
    """Run the nodes that are not up to date, in order, until one fails."""
    seconds: dict[str, float] = {}
    for position, node in enumerate(nodes):
        try:
            taken = _run_node(node, catalog, memory, hooks or _no_hooks(), run_id)
        except Exception as error:
            unfinished = tuple(later.name for later in nodes[position:])
            details = "".join(traceback.format_exception(error))
            skipped = getattr(error, "skips", False)
            failure = Failure(_why(error), unfinished, details, error, skipped)
            return GroupResult(seconds, failure)
        if taken is not None:
            seconds[node.name] = taken
    return GroupResult(seconds)


def _run_node(
    node: Node,
    catalog: DataCatalog,
    memory: Memory | None,
    hooks: PluginManager,
    run_id: str | None,
) -> float | None:
    """Run a node and return the seconds it took, or None where it was up to date."""
    if memory is not None and memory.is_up_to_date(node, catalog):
        return None
    fingerprint = memory.fingerprint(node, catalog) if memory is not None else None
    start = time.perf_counter()
    Task(node, catalog, is_async=False, hook_manager=hooks, run_id=run_id).execute()
    seconds = time.perf_counter() - start
    if memory is not None:
        memory.remember(node, catalog, fingerprint, seconds)
    return seconds


def restricted_catalog(catalog: DataCatalog, nodes: tuple[Node, ...]) -> DataCatalog:
    """Return a catalog of the datasets that ``nodes`` read and write, and their validators."""
    names = {name for node in nodes for name in (*node.inputs, *node.outputs)}
    part = DataCatalog(
        {name: catalog[name] for name in sorted(names)},
        validation_enabled=catalog.validation_enabled,
    )
    # Validators belong to a catalog, not to its datasets, and kedro offers no way to hand them on.
    part._validator_specs = {
        name: spec for name, spec in catalog.validator_specs.items() if name in names
    }
    return part


def _no_hooks() -> PluginManager:
    return cast(PluginManager, _NullPluginManager())


def _why(error: BaseException) -> str:
    """Return a line, or as many as there are issues of data: they are mended one by one."""
    told = [str(one) for one in error.issues] if isinstance(error, DataError) else [str(error)]
    shown = [" ".join(text.split())[:_LONGEST_REASON] for text in told[:_MOST_ISSUES]]
    if len(told) > _MOST_ISSUES:
        shown.append(f"and {len(told) - _MOST_ISSUES} more")
    return f"{type(error).__name__}: " + ("\n".join(shown) or "no message")
