"""Hashes of contents: of files, kept as long as the file is the same, and of plain values."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from vn30_training.files import write_json

Signature = list[list[int]]


def canonical(value: Any) -> str:
    """Return a value made of JSON's types as text; anything else counts by its ``repr``."""
    return json.dumps(value, sort_keys=True, default=repr, ensure_ascii=False)


def hash_text(text: str) -> str:
    """Return the sha256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


class HashCache:
    """Content hashes that are computed again only where a file was touched."""

    def __init__(self, known: dict[str, tuple[Signature, str]] | None = None) -> None:
        self._known = dict(known or {})
        self._fresh: dict[str, tuple[Signature, str]] = {}

    @classmethod
    def read(cls, path: Path) -> HashCache:
        """Return the cache that `write` left, or an empty one."""
        try:
            stored = json.loads(path.read_text(encoding="utf-8"))
            return cls({name: (signature, digest) for name, (signature, digest) in stored.items()})
        except (OSError, ValueError, TypeError, AttributeError):
            return cls()

    def write(self, path: Path) -> None:
        """Store the cache, if anything in it is new."""
        if self._fresh:
            write_json(path, self._known)

    def take_fresh(self) -> dict[str, tuple[Signature, str]]:
        """Return what was computed since this was last asked, for another process to `absorb`."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def absorb(self, fresh: dict[str, tuple[Signature, str]]) -> None:
        """Take over what another process computed."""
        self._known.update(fresh)
        self._fresh.update(fresh)

    def hash(self, files: Iterable[Path], compute: Callable[[], str]) -> str:
        """Return ``compute()``, or what it gave when ``files`` were last as they are now."""
        files = list(files)
        key = str(files[0])
        signature = [_signature(path) for path in files]
        known = self._known.get(key)
        if known is not None and known[0] == signature:
            return known[1]
        digest = compute()
        self._known[key] = self._fresh[key] = (signature, digest)
        return digest


def _signature(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
