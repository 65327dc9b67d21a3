"""One run at a time on a data root, on a tidy floor."""

from __future__ import annotations

import json
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from filelock import FileLock, Timeout

from vn30_training.files import write_json
from vn30_training.files.atomic import TEMPORARY_PREFIX

logger = logging.getLogger(__name__)


class RunLockedError(click.ClickException):
    """Another run works on the same data."""


@contextmanager
def run_lock(root: Path, state: Path) -> Iterator[None]:
    """Keep other runs off the data root ``root``, and sweep what a killed one left half-written.

    Raises
    ------
    RunLockedError
        If another run holds the lock: who, and since when.
    """
    state.mkdir(parents=True, exist_ok=True)
    holder = state / "holder.json"
    try:
        with FileLock(state / "run.lock", timeout=0):
            write_json(
                holder, {"pid": os.getpid(), "since": datetime.now().isoformat(timespec="seconds")}
            )
            sweep(root)
            try:
                yield
            finally:
                sweep(root)
                holder.unlink(missing_ok=True)
    except Timeout:
        raise RunLockedError(f"{root}: {_describe(holder)} Wait for it, or stop it.") from None


def sweep(root: Path) -> None:
    """Remove temporary files and folders of writes that were cut off."""
    for path in list(root.rglob(f"{TEMPORARY_PREFIX}*")):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _describe(holder: Path) -> str:
    try:
        facts = json.loads(holder.read_text(encoding="utf-8"))
        return f"another run (process {facts['pid']}, since {facts['since']}) works on it."
    except (OSError, ValueError, KeyError):
        return "another run works on it."
