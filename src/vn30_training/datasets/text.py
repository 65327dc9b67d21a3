"""Text files: reports and tables for people."""

from __future__ import annotations

from vn30_training.datasets.base import PathDataset
from vn30_training.files import write_text


class TextDataset(PathDataset):
    """A UTF-8 text in one file, written whole or not at all."""

    def load(self) -> str:
        """Return the text."""
        return self.path.read_text(encoding="utf-8")

    def save(self, data: str) -> None:
        """Write the text."""
        write_text(self.path, data)
