"""An unchanged rerun of the baseline: nothing is computed again."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.contest import Reading, Settings
from benchmarks.project_commands import call, kedro

COMMAND = ("run", "--pipeline=baseline")


def contests(settings: Settings) -> Iterator[Reading]:
    """Yield the seconds on three symbols, and on a finished run's root if one was named."""
    repeats = 2 if settings.quick else 5
    with tempfile.TemporaryDirectory() as folder:
        command = kedro(*COMMAND, "--env=test")
        call(command, Path(folder))
        yield _reading("unchanged rerun, test environment, wall", command, Path(folder), repeats)
    if settings.root is not None:
        command, root = kedro(*COMMAND), settings.root.resolve()
        call(command, root)
        yield _reading("unchanged rerun, whole baseline, wall", command, root, repeats)


def _reading(work: str, command: list[str], root: Path, repeats: int) -> Reading:
    before = results(root)
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call(command, root)
        seconds.append(time.perf_counter() - start)
    assert before, f"no results below {root}"
    assert results(root) == before, "a rerun wrote something"
    return Reading(
        work=f"{work} ({len(before)} files)",
        equality="no file was written",
        value=statistics.median(seconds),
        unit="s",
        limit=10,
    )


def results(root: Path) -> dict[str, int]:
    """Return when each result below a data root was written."""
    return {
        str(path): path.stat().st_mtime_ns
        for layer in root.glob("[0-9][0-9]_*")
        for path in layer.rglob("*")
        if path.is_file()
    }
