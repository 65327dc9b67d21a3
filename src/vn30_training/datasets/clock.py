"""The time in Vietnam, as a dataset: what depends on it says so in the lineage."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kedro.io import AbstractDataset, DatasetError

from vn30_training.market.schema import BAR_FINISHED

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")


class ClockDataset(AbstractDataset[Any, datetime]):
    """The present, in Vietnam, without a time zone.

    Its content hash changes once a day when the day's bar is finished and once at midnight, so
    that what was checked stays checked until the answer could be another.

    Parameters
    ----------
    now
        An ISO time in Vietnam that stands for the present; None for the clock of the machine.
    """

    def __init__(self, *, now: str | None = None, metadata: dict[str, Any] | None = None) -> None:
        self._now = now
        self.metadata = metadata

    def load(self) -> datetime:
        """Return the time."""
        if self._now is not None:
            return datetime.fromisoformat(str(self._now))
        return datetime.now(VIETNAM).replace(tzinfo=None)

    def save(self, data: Any) -> None:  # noqa: ARG002
        """Refuse: time is only read."""
        raise DatasetError("The clock is only read.")

    def content_hash(self) -> str:
        """Return the day, and whether its bar is finished."""
        now = self.load()
        return f"{now:%Y-%m-%d} {now.time() >= BAR_FINISHED}"

    def _exists(self) -> bool:
        return True

    def _describe(self) -> dict[str, Any]:
        return {"now": self._now}
