"""The whole baseline from raw prices to report in a fresh data root: seconds and peak memory."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from benchmarks.contest import Reading, Settings
from benchmarks.project_commands import PROJECT, environment, kedro

GIGABYTE = 2**30
SECONDS_BETWEEN_LOOKS = 0.5


def contests(settings: Settings) -> Iterator[Reading]:
    """Yield the seconds, then the memory, of one run."""
    arguments = ["run", "--pipeline=baseline", *(["--env=test"] if settings.quick else [])]
    with tempfile.TemporaryDirectory() as folder:
        seconds, memory = watch(kedro(*arguments), Path(folder))
        report = Path(folder, "08_reporting", "report.html")
        assert report.is_file(), "no report"
    work = "whole baseline from nothing to report"
    yield Reading(f"{work}, wall", "report written", seconds, "s", 600)
    yield Reading(f"{work}, peak memory", "sum of proportional shares", memory, "GB", 4)


def watch(command: list[str], data: Path) -> tuple[float, float]:
    """Run a command; return its seconds and the peak memory of all its processes in GB."""
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=PROJECT, env=environment(data)) as process:
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, tree_memory(process.pid))
            time.sleep(SECONDS_BETWEEN_LOOKS)
    assert process.returncode == 0, f"exit status {process.returncode}"
    return time.perf_counter() - start, peak / GIGABYTE


def tree_memory(pid: int) -> float:
    """Return the bytes that a process and those below it hold, shared pages counted once."""
    total = 0.0
    try:
        root = psutil.Process(pid)
        processes = [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    for process in processes:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
