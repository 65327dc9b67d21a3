"""The machine a run is on, as a dataset: what depends on it is found out anew every time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from kedro.io import AbstractDataset, DatasetError

from vn30_training.models.resources import Machine, read_machine


class MachineDataset(AbstractDataset[Any, Machine]):
    """Memory, disk and cores of this machine.

    Parameters
    ----------
    folder
        Where models will be written: its disk counts.
    """

    def __init__(self, *, folder: str, metadata: dict[str, Any] | None = None) -> None:
        self._folder = Path(folder)
        self.metadata = metadata

    def load(self) -> Machine:
        """Look at the machine."""
        return read_machine(self._folder)

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: a machine is only looked at."""
        raise DatasetError("The machine is only looked at.")

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"folder": str(self._folder)}
