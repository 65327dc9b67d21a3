"""The user's file of dated membership, which need not exist."""

from __future__ import annotations

import pandas as pd

from vn30_training.datasets.json import OptionalFileDataset
from vn30_training.market.membership import read_members


class MembersDataset(OptionalFileDataset):
    """Who was a member when; None where the user has no such file."""

    def load(self) -> pd.DataFrame | None:
        """Return ``symbol``, ``start_date``, ``end_date`` (exclusive), or None."""
        return read_members(self.path) if self.path.is_file() else None
