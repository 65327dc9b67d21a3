"""The scores of one instance: a JSON file, and one child run in the tracking server."""

from __future__ import annotations

from typing import Any

from vn30_training.datasets.json import JSONDataset
from vn30_training.datasets.tracking import hand_over
from vn30_training.models.scope import Scope


class ScoresDataset(JSONDataset):
    """What is known of an instance after its run, as a JSON file.

    Saving it also hands it over for one child run of the current tracking run, if there is one. The
    folds of a walk-forward validation are not: a thousand child runs hide the others.

    Parameters
    ----------
    filepath
        The JSON file.
    family, scope
        Whose scores they are; the child run is named ``<family>.<scope>``.
    fold
        ``fold_<n>``, or None for a single split.
    """

    def __init__(
        self,
        *,
        filepath: str,
        family: str,
        scope: str,
        fold: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(filepath=filepath, metadata=metadata)
        self._family = family
        self._scope = scope
        self._fold = fold

    def save(self, data: dict[str, Any]) -> None:
        """Write the scores and hand them over to tracking."""
        super().save(data)
        if self._fold is None:
            hand_over(self.root, f"{self._family}.{self._scope}", data)

    def save_failure(self, reason: str, status: str = "failed") -> None:
        """Replace the scores by a note that the instance failed, or was skipped, and why."""
        scope = Scope.parse(self._scope)
        self.save(
            {
                "family": self._family,
                "scope": scope.kind,
                "symbol": scope.symbol,
                "name": ".".join(filter(None, (self._family, self._scope, self._fold))),
                "fold": int(self._fold.removeprefix("fold_")) if self._fold else 0,
                "status": status,
                "reason": reason,
            }
        )

    def _exists(self) -> bool:
        return self.path.is_file() and self.load().get("status") not in ("failed", "skipped")
