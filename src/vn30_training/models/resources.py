"""What the machine has, and whether it is enough for a training."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from vn30_training.models.check import Check

PROCESS_BYTES = 320 * 2**20
"""A worker that has loaded this package, pandas and torch."""
INSTANCE_BYTES = 2 * 2**20
"""The models of one instance with their forecasts, generously."""
SPARE_DISK_BYTES = 500 * 2**20
"""Tables, boards and the report."""
_MEMORY_FILE = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True)
class Machine:
    """What there is: bytes of memory and of disk, processes that train at a time.

    ``memory`` is None where the system does not tell.
    """

    memory: int | None
    disk: int
    workers: int


def read_machine(folder: Path) -> Machine:
    """Look at this machine; ``folder``, or the nearest one above that exists, tells the disk."""
    existing = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return Machine(available_memory(), shutil.disk_usage(existing).free, cores or 1)


def available_memory(meminfo: Path = _MEMORY_FILE) -> int | None:
    """Return the bytes that new processes can have without swapping, None where nobody tells.

    Linux says so itself; elsewhere the unused pages are a lower bound, or all pages an upper one.
    """
    try:
        lines = dict(line.split(":", 1) for line in meminfo.read_text().splitlines() if ":" in line)
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        return _pages("SC_AVPHYS_PAGES") or _pages("SC_PHYS_PAGES")


def _pages(name: str) -> int | None:
    try:
        return os.sysconf(name) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return None


def table_bytes(*tables: pd.DataFrame) -> int:
    """Return what tables take in memory."""
    return sum(int(one.memory_usage(deep=True).sum()) for one in tables)


def memory_need(tables: int, fits: Iterable[int], workers: int) -> int:
    """Estimate the memory of a run: its processes, the tables in each, the largest fits at once.

    Parameters
    ----------
    tables
        Bytes of the tables that every process loads.
    fits
        Bytes that a fit of each family takes beside them.
    workers
        Processes that fit at a time; one more plans and gathers.
    """
    return (workers + 1) * (PROCESS_BYTES + tables) + workers * max(fits, default=0)


def check_memory(tables: int, fits: Iterable[int], machine: Machine) -> Check:
    """Check that `memory_need` fits into what is available."""
    need = memory_need(tables, fits, machine.workers)
    told = f"about {_gigabytes(need)} GB for {machine.workers} workers"
    if machine.memory is None:
        return Check("memory", "machine", True, f"{told}; this system does not tell what it has")
    enough = need <= machine.memory
    return Check(
        "memory",
        "machine",
        enough,
        told if enough else f"{told}, and {_gigabytes(machine.memory)} GB are available",
        "Close other programs, narrow `symbols`, or use fewer workers.",
    )


def check_disk(instances: int, machine: Machine) -> Check:
    """Check that the disk takes so many instances, twice: old ones go once new ones are whole."""
    need = 2 * instances * INSTANCE_BYTES + SPARE_DISK_BYTES
    told = f"about {_gigabytes(need)} GB for {instances} instances"
    enough = need <= machine.disk
    return Check(
        "disk",
        "machine",
        enough,
        told if enough else f"{told}, and {_gigabytes(machine.disk)} GB are free",
        "Free some space, or put `data` of globals.yml on another disk.",
    )


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f}"
