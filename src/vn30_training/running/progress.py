"""How far a run is: a bar on a terminal, a few lines elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

logger = logging.getLogger(__name__)

_SECONDS_BETWEEN_LINES = 30.0


class RunProgress:
    """Tells which groups are worked on, how many are done and about how long it will take.

    Parameters
    ----------
    groups
        How many groups there are.
    """

    def __init__(self, groups: int) -> None:
        self._console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[left]}"),
            console=self._console,
            transient=True,
            disable=not (self._console.is_terminal and sys.stderr.isatty()),
        )
        self._task = self._bar.add_task("", total=groups, left="")
        self._total = groups
        self._done = 0
        self._current: dict[str, None] = {}
        self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def begin(self, name: str) -> None:
        """Show that a group is worked on."""
        self._current[name] = None
        self._bar.update(self._task, description=" · ".join(self._current))

    def finish(self, name: str, left: float | None) -> None:
        """Count a group as done; ``left`` is the time that the rest may take, in seconds."""
        self._current.pop(name, None)
        self._done += 1
        shown = "" if left is None else f"about {_minutes(left)} left"
        self._bar.update(self._task, advance=1, description=" · ".join(self._current), left=shown)
        if self._bar.disable and time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + _SECONDS_BETWEEN_LINES
            logger.info("%d of %d done%s", self._done, self._total, f", {shown}" if shown else "")


def _minutes(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
