"""What all datasets of this project share: a guarded path, content hash, atomic disappearance."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset

from vn30_training.datasets.paths import data_root, safe_path
from vn30_training.files import sha256_file


class PathDataset(AbstractDataset[Any, Any]):
    """A dataset at one path below the data root.

    Parameters
    ----------
    filepath
        Where it is stored; parents are made when it is saved.
    metadata
        For plug-ins such as kedro-viz; not read here.
    """

    def __init__(self, *, filepath: str, metadata: dict[str, Any] | None = None) -> None:
        self.path = safe_path(filepath)
        self.metadata = metadata

    @property
    def root(self) -> Path:
        """The data root this dataset belongs to."""
        return data_root(self.path)

    def files(self) -> list[Path]:
        """Return the files that its content hash follows from, whether or not they exist."""
        return [self.path]

    def discard(self) -> None:
        """Remove what is stored, if anything is."""
        for path in (self.path, *self.files()):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def content_hash(self) -> str:
        """Return the sha256 of what is stored."""
        return sha256_file(self.path)

    def _exists(self) -> bool:
        return all(path.is_file() for path in self.files())

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self.path)}
