"""What was checked of one instance: a JSON file that can say that the checks broke off."""

from __future__ import annotations

from typing import Any

from vn30_training.datasets.json import JSONDataset


class ChecksDataset(JSONDataset):
    """A `JSONDataset` whose instance may fail, so that those of the others are still gathered.

    Parameters
    ----------
    filepath
        The JSON file.
    name
        Whose checks they are, ``<family>.<scope>``.
    """

    def __init__(self, *, filepath: str, name: str, metadata: dict[str, Any] | None = None) -> None:
        super().__init__(filepath=filepath, metadata=metadata)
        self._name = name

    def save_failure(self, reason: str, status: str = "failed") -> None:
        """Replace the checks by a note that they broke off, and why."""
        self.save({"name": self._name, "status": status, "reason": reason})

    def _exists(self) -> bool:
        return self.path.is_file() and not self._broken(self.load())

    def _broken(self, stored: Any) -> bool:
        return isinstance(stored, dict) and "reason" in stored
