"""What a run tells, and leaves behind, of groups that failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

import click
from kedro.io import DataCatalog
from kedro.pipeline.node import Node

from vn30_training.files import write_text
from vn30_training.running.work import Failure

_SHOWN = 20


class InstancesFailed(click.ClickException):
    """Some groups of a run failed; all that did not need them is done.

    Attributes
    ----------
    reasons
        Why, by the name of the instance or node; instances that needed a failed one are among them.
    cut_off
        How many other groups could not run for want of these.
    """

    def __init__(self, reasons: Mapping[str, str], cut_off: int, logs: Path | None) -> None:
        self.reasons = dict(reasons)
        self.cut_off = cut_off
        told = by_reason(reasons)
        lines = [
            f"  {', '.join(names)}: {reason}".replace("\n", "\n    ")
            for reason, names in told[:_SHOWN]
        ]
        if len(told) > _SHOWN:
            rest = sum(len(names) for _, names in told[_SHOWN:])
            lines.append(f"  and {rest} more for {len(told) - _SHOWN} other reasons")
        if cut_off:
            lines.append(f"  not run for want of these: {cut_off}")
        where = f" Details: {logs}." if logs else ""
        super().__init__(
            f"{len(reasons)} failed; all else is done and kept.{where}\n" + "\n".join(lines)
        )


def by_reason(reasons: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """Return each reason once, with the names it holds for, in the order of their coming."""
    names: dict[str, list[str]] = {}
    for name, reason in reasons.items():
        names.setdefault(reason, []).append(name)
    return list(names.items())


class Interrupted(click.ClickException):
    """The user stopped the run."""

    exit_code = 130

    def __init__(self) -> None:
        super().__init__("Stopped. What is finished is kept: run it again to go on.")


def write_details(folder: Path, name: str, failure: Failure) -> None:
    """Write all that is known of a failure into a text file of its own, if the disk lets us."""
    with suppress(OSError):
        write_text(folder / f"{name}.log", failure.details)


def mark_failed(nodes: Iterable[Node], catalog: DataCatalog, reason: str, status: str) -> None:
    """Leave no old output of ``nodes`` standing as if it were new.

    Datasets with a method ``save_failure`` say why instead, so that others can be gathered beside
    them; those with a method ``discard`` are removed.
    """
    for name in [name for node in nodes for name in node.outputs]:
        dataset = catalog[name]
        with suppress(OSError):
            if hasattr(dataset, "discard"):
                dataset.discard()
            if hasattr(dataset, "save_failure"):
                dataset.save_failure(reason, status)
