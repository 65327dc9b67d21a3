"""Writes that either happen wholly or leave the previous version as it was."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TEMPORARY_PREFIX = ".partial-"


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def atomic_path(target: Path) -> Iterator[Path]:
    """Give a temporary path beside ``target`` and move it there once the block succeeds.

    Parameters
    ----------
    target
        The file to replace. Its folder is made if missing.

    Yields
    ------
    Path
        Where to write. It has the suffix of ``target``, is flushed to disk before the move, and is
        removed if the block raises.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(
        prefix=TEMPORARY_PREFIX, suffix=target.suffix, dir=target.parent
    )
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        _fsync(temporary)
        temporary.replace(target)
        _fsync(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(target: Path) -> Iterator[Path]:
    """Give an empty folder beside ``target`` that takes its place once the block succeeds.

    Killed at any moment, it leaves the previous folder, or none, or the new one whole.
    """
    target = Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    workshop = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=target.parent))
    try:
        fresh = workshop / "new"
        fresh.mkdir()
        yield fresh
        if target.exists():
            target.rename(workshop / "old")
        fresh.rename(target)
        _fsync(target.parent)
    finally:
        shutil.rmtree(workshop, ignore_errors=True)


def write_bytes(target: Path, content: bytes) -> None:
    """Write bytes atomically."""
    with atomic_path(target) as path:
        path.write_bytes(content)


def write_text(target: Path, content: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(target, content.encode())


def write_json(target: Path, content: Any) -> None:
    """Write JSON atomically: sorted keys, no NaN, a newline at the end."""
    write_text(
        target,
        json.dumps(content, indent=2, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n",
    )
