"""The log of every trial on every data set: it only ever grows."""

from __future__ import annotations

from typing import Any

from vn30_training.datasets.json import JSONDataset
from vn30_training.evaluation.trials import merge


class TrialsDataset(JSONDataset):
    """A JSON file that holds a list of trials by the hash of the data they were judged on.

    Saving adds to what is there; a trial that is there already stays one.
    """

    def load(self) -> dict[str, list[dict[str, Any]]]:
        """Return all trials by the hash of their data."""
        return dict(super().load()) if self.path.is_file() else {}

    def save(self, data: dict[str, list[dict[str, Any]]]) -> None:
        """Add trials to the log."""
        log = self.load()
        super().save(log | {key: merge(log.get(key, []), new) for key, new in data.items()})
