"""Work on many symbols through the executors of this project's runner."""

from __future__ import annotations

from collections.abc import Callable

from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Node

from vn30_training.running.executors import Executor
from vn30_training.running.work import GroupTask


def work_off(
    executor: Executor, work: Callable[..., object], symbols: int, *common: object
) -> None:
    """Call ``work(*common, number)`` for each symbol, as many at a time as there are slots."""
    tasks = [_task(work, (*common, number), f"S{number:03d}") for number in range(symbols)]
    under_way = 0
    while tasks or under_way:
        if tasks and under_way < executor.slots:
            executor.submit(tasks.pop(0))
            under_way += 1
        else:
            _, result = executor.next_result()
            assert result.failure is None, result.failure.details
            under_way -= 1


def _task(work: Callable[..., object], arguments: tuple[object, ...], name: str) -> GroupTask:
    inputs = {f"{name}_{position}": value for position, value in enumerate(arguments)}
    node = Node(work, list(inputs), name, name=name)
    datasets = {key: MemoryDataset(value, copy_mode="assign") for key, value in inputs.items()}
    return GroupTask(name, (node,), DataCatalog({**datasets, name: MemoryDataset()}), None)
