"""Tables as CSV files, for people and other programs."""

from __future__ import annotations

import pandas as pd

from vn30_training.datasets.base import PathDataset
from vn30_training.files import atomic_path


class CSVDataset(PathDataset):
    """A table in one CSV file, written whole or not at all; its index is not kept."""

    def load(self) -> pd.DataFrame:
        """Return the table; dates come back as text."""
        return pd.read_csv(self.path)

    def save(self, data: pd.DataFrame) -> None:
        """Write the table."""
        with atomic_path(self.path) as temporary:
            data.to_csv(temporary, index=False, lineterminator="\n")
