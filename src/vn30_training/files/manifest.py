"""A folder's manifest: the size and sha256 of every file in it, written last and checked first."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from vn30_training.files.atomic import TEMPORARY_PREFIX, write_json

MANIFEST_NAME = "manifest.json"


class ArtefactError(RuntimeError):
    """A stored artefact is missing, torn or not what its manifest says."""


def sha256_file(path: Path) -> str:
    """Return the hexadecimal sha256 of a file's content."""
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _contents(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name != MANIFEST_NAME
        and not path.name.startswith(TEMPORARY_PREFIX)
    )


def write_manifest(folder: Path, **facts: Any) -> None:
    """Record every file of ``folder`` with its size and sha256, and any ``facts`` (JSON values).

    Call it after the last file: a folder without a manifest counts as unfinished.
    """
    files = {
        path.relative_to(folder).as_posix(): {
            "bytes": path.stat().st_size,
            "sha256": sha256_file(path),
        }
        for path in _contents(folder)
    }
    write_json(folder / MANIFEST_NAME, {**facts, "files": files})


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of ``folder``; raise `ArtefactError` where there is none to be read."""
    path = Path(folder) / MANIFEST_NAME
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        manifest["files"].items()
    except FileNotFoundError:
        raise ArtefactError(
            f"{folder}: no {MANIFEST_NAME}, so the artefact was never finished. "
            "Run its pipeline again."
        ) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ArtefactError(f"{path}: not a readable manifest ({error}).") from error
    return manifest


def verify_manifest(folder: Path) -> dict[str, Any]:
    """Check every file of ``folder`` against its manifest and return the manifest.

    Raises
    ------
    ArtefactError
        If a file is missing, has another size or another sha256, or is not listed.
    """
    folder = Path(folder)
    manifest = read_manifest(folder)
    listed = manifest["files"]
    for name, facts in listed.items():
        path = folder / name
        if not path.is_file():
            raise ArtefactError(f"{path}: listed in the manifest but missing.")
        if path.stat().st_size != facts["bytes"] or sha256_file(path) != facts["sha256"]:
            raise ArtefactError(
                f"{path}: its content is not what the manifest recorded. "
                "Delete the folder and run its pipeline again."
            )
    for path in _contents(folder):
        if path.relative_to(folder).as_posix() not in listed:
            raise ArtefactError(f"{path}: not listed in the manifest, so it is not read.")
    return manifest
