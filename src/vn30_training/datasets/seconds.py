"""How long nodes took, from what runs remember; told to readers, never an input to results."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kedro.io import DatasetError

from vn30_training.datasets.base import PathDataset
from vn30_training.datasets.paths import STATE_FOLDER


class SecondsDataset(PathDataset):
    """Seconds by node name, as of each node's latest success.

    Its content hash is constant: a report is not written again because time was measured again.

    Parameters
    ----------
    filepath
        Any layer of the data root whose runs are meant.
    """

    optional = True

    def load(self) -> dict[str, float]:
        """Return the seconds of every node that a run remembers."""
        records = {
            path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in sorted((self.root / STATE_FOLDER / "nodes").glob("*.json"))
        }
        return {name: one["seconds"] for name, one in records.items() if "seconds" in one}

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the runner writes the records."""
        raise DatasetError("Seconds are recorded by the runner.")

    def files(self) -> list[Path]:
        """Return nothing: the records belong to the runner."""
        return []

    def content_hash(self) -> str:
        """Return a constant."""
        return "seconds"

    def _exists(self) -> bool:
        return True
