"""The log of every trial on every data set: it only ever grows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from filelock import FileLock

from vn30_training.datasets.json import JSONDataset
from vn30_training.datasets.paths import STATE_FOLDER
from vn30_training.evaluation import trials


class TrialsDataset(JSONDataset):
    """A JSON file that holds all trials, see `evaluation.trials`.

    Saving adds to what is there, one process after the other; a trial that is there already stays
    one.
    """

    def load(self) -> Any:
        """Return all trials."""
        return self._log()

    def save(self, data: trials.Log) -> None:
        """Add trials to the log; where there is nothing to add the file stays as it is."""
        lock = self.root / STATE_FOLDER / "trials.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(lock):
            log = self._log()
            grown = trials.added(log, data)
            if grown != log or not self.path.is_file():
                super().save(grown)

    def _log(self) -> trials.Log:
        return trials.read(JSONDataset.load(self)) if self.path.is_file() else {}

    def discard(self) -> None:
        """Do nothing: what was judged was judged, whatever became of the run."""


class TrialDataset(TrialsDataset):
    """The same log for an instance, which only adds to it.

    Its content hash is constant while there is a log: that others have added to it since is no
    reason to log again.
    """

    def load(self) -> Any:
        """Return that something was logged; what it was, the whole log knows."""
        return True

    def referring_text(self) -> str:
        """Return nothing: trials name no code that runs."""
        return ""

    def files(self) -> list[Path]:
        """Return nothing: the file is everyone's."""
        return []

    def content_hash(self) -> str:
        """Return a constant.

        Raises
        ------
        FileNotFoundError
            If there is no log.
        """
        self.path.stat()
        return "log"

    def _exists(self) -> bool:
        return self.path.is_file()
