"""The scores of one instance: a JSON file, and one child run in the tracking server."""

from __future__ import annotations

from typing import Any

from vn30_training.datasets.json import JSONDataset
from vn30_training.datasets.tracking import hand_over


class ScoresDataset(JSONDataset):
    """What is known of an instance after its run, as a JSON file.

    Saving it also hands it over for one child run of the current tracking run, if there is one.

    Parameters
    ----------
    filepath
        The JSON file.
    family, scope
        Whose scores they are; the child run is named ``<family>.<scope>``.
    """

    def __init__(
        self, *, filepath: str, family: str, scope: str, metadata: dict[str, Any] | None = None
    ) -> None:
        super().__init__(filepath=filepath, metadata=metadata)
        self._family = family
        self._scope = scope

    def save(self, data: dict[str, Any]) -> None:
        """Write the scores and hand them over to tracking."""
        super().save(data)
        hand_over(self.root, f"{self._family}.{self._scope}", data)

    def save_failure(self, reason: str) -> None:
        """Replace the scores by a note that the instance failed, and why."""
        self.save(
            {
                "family": self._family,
                "scope": self._scope,
                "name": f"{self._family}.{self._scope}",
                "status": "failed",
                "reason": reason,
            }
        )

    def _exists(self) -> bool:
        return self.path.is_file() and self.load().get("status") != "failed"
