"""Tables of which each row is also one child run in the tracking server."""

from __future__ import annotations

from typing import Any

import pandas as pd

from vn30_training.datasets.frame import FrameDataset
from vn30_training.datasets.tracking import hand_over


class TrackedFrameDataset(FrameDataset):
    """A `FrameDataset` whose rows are handed over for one child run each when it is saved.

    Parameters
    ----------
    filepath, csv
        As for a `FrameDataset`.
    names
        The columns that name a row; its numbers are the metrics of the child run.
    """

    def __init__(
        self,
        *,
        filepath: str,
        names: list[str],
        csv: bool = False,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath=filepath, csv=csv, metadata=metadata)
        self._names = names

    def save(self, data: pd.DataFrame) -> None:
        """Write the table and hand its rows over to tracking."""
        super().save(data)
        for row in data.to_dict("records"):
            name = ".".join(str(row[column]) for column in self._names)
            hand_over(self.root, name, {str(key): value for key, value in row.items()})
