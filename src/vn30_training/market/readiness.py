"""Whether prices are fresh enough to forecast the next session from."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataIssue
from vn30_training.market.schema import BAR_FINISHED
from vn30_training.market.sessions import OBSERVED_SHARE

_LIVE = pd.Timedelta(days=30)
"""A symbol whose last bar is older no longer trades, and is not missed on the newest day."""


class ForecastOptions(BaseModel):
    """When a forecast of the next session is refused.

    Attributes
    ----------
    max_stale_sessions
        The newest bars may be this many sessions older than the last session that has closed.
    max_model_age
        The data a model was trained on may end this many sessions before the newest bars.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    max_stale_sessions: int = Field(default=0, ge=0)
    max_model_age: int = Field(default=63, ge=0)


def sessions_between(sessions: pd.DataFrame, first: object, last: object) -> int:
    """Count the sessions after ``first`` up to ``last``, both dates."""
    dates = sessions["date"].to_numpy()
    ends = np.array([np.datetime64(str(day)[:10]) for day in (first, last)], dates.dtype)
    after_first, after_last = np.searchsorted(dates, ends, side="right")
    return int(after_last - after_first)


def last_finished_day(now: datetime) -> pd.Timestamp:
    """Return the newest day whose bar is finished at ``now`` (Vietnam time)."""
    today = pd.Timestamp(now).normalize()
    return today if now.time() >= BAR_FINISHED else today - pd.Timedelta(days=1)


def why_not_ready(
    prices: pd.DataFrame, sessions: pd.DataFrame, now: datetime, options: ForecastOptions
) -> list[DataIssue]:
    """Return what forbids a forecast from these prices; nothing where they are ready.

    Parameters
    ----------
    prices
        Canonical prices.
    sessions
        ``date`` of every session, past and future.
    now
        The time in Vietnam.
    options
        How stale prices may be.
    """
    newest, finished = prices["date"].max(), last_finished_day(now)
    if newest > finished:
        return [
            issue(
                "D010",
                f"The newest bars are of {newest:%Y-%m-%d}, but it is {now:%Y-%m-%d %H:%M} "
                f"in Vietnam: that session's bar is not finished.",
                date=f"{newest:%Y-%m-%d}",
            )
        ]
    stale = sessions_between(sessions, newest, finished)
    if stale > options.max_stale_sessions:
        return [
            issue(
                "D013",
                f"The newest bars are of {newest:%Y-%m-%d}, {stale} sessions before the last one "
                f"that has closed ({options.max_stale_sessions} allowed).",
                level="error",
                date=f"{newest:%Y-%m-%d}",
            )
        ]
    return _half_updated(prices, newest)


def _half_updated(prices: pd.DataFrame, newest: pd.Timestamp) -> list[DataIssue]:
    """Refuse a newest day that too many symbols lack: only the others would get a forecast."""
    last = prices.groupby("symbol")["date"].max()
    live = last[last > newest - _LIVE]
    behind = sorted(live.index[live < newest])
    if len(live) - len(behind) >= OBSERVED_SHARE * len(live):
        return []
    message = (
        f"{len(behind)} of {len(live)} symbols have no bar of {newest:%Y-%m-%d}, the newest day: "
        f"{', '.join(behind)}."
    )
    return [issue("D013", message, level="error", date=f"{newest:%Y-%m-%d}")]
