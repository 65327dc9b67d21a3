"""The user's file of dated membership, which need not exist."""

from __future__ import annotations

from typing import Any

import pandas as pd
from kedro.io import AbstractDataset, DatasetError

from vn30_training.datasets.json import OptionalFileDataset
from vn30_training.market.membership import read_members


class MembersDataset(AbstractDataset[Any, pd.DataFrame | None]):
    """Who was a member when; None where the user has no such file.

    Parameters
    ----------
    filepath
        Where the file would be.
    named
        Where the user says it is, if at all: there it must be.
    """

    optional = True

    def __init__(
        self, *, filepath: str, named: str | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        self._file = OptionalFileDataset(filepath=filepath, named=named)
        self.metadata = metadata

    def load(self) -> pd.DataFrame | None:
        """Return ``symbol``, ``start_date``, ``end_date`` (exclusive), or None."""
        path = self._file.load()
        return None if path is None else read_members(path)

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: the file is the user's."""
        raise DatasetError("A user's file is only read.")

    def content_hash(self) -> str:
        """Return the sha256 of the file, or ``missing``."""
        return self._file.content_hash()

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"filepath": str(self._file.path)}
