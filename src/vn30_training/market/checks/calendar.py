"""Checks against the calendar: bars on no session, sessions without a bar, short or old data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from vn30_training.market.checks.findings import Findings

SESSION_SHARE = 0.1
"""Of the symbols then listed, this share must have a bar: some exchange was open that day."""
_FEWEST_SYMBOLS = 5
_SATURDAY = 5


def check_sessions(bars: pd.DataFrame, findings: Findings) -> pd.Series:
    """Flag bars on days that are no sessions and sessions without a bar (D011).

    Returns
    -------
    Series
        Share of the sessions between its first and its last bar that each symbol has.
    """
    has_bar = pd.crosstab(bars["date"], bars["symbol"]).astype(bool)
    listed = has_bar.cummax() & has_bar[::-1].cummax()[::-1]
    share = has_bar.sum(axis=1) / listed.sum(axis=1)
    lonely = (share < SESSION_SHARE) & (listed.sum(axis=1) >= _FEWEST_SYMBOLS)
    weekend = pd.Series(has_bar.index, has_bar.index).dt.dayofweek >= _SATURDAY
    closed = lonely | weekend
    stray = bars[bars["date"].map(closed)]
    detail = stray["date"].map(weekend).map({True: "is a weekend", False: "hardly anyone traded"})
    findings.flag("D011", stray, detail)
    expected = listed[~closed]
    missing = expected & ~has_bar[~closed]
    _flag_missing(missing, findings)
    complete: pd.Series = 1 - missing.sum() / expected.sum().clip(lower=1)
    return complete


def _flag_missing(missing: pd.DataFrame, findings: Findings) -> None:
    day, symbol = np.nonzero(missing.to_numpy(bool))
    rows = pd.DataFrame({"symbol": missing.columns[symbol], "date": missing.index[day]})
    findings.flag("D011", rows, "has no bar")


def market_gaps(days: pd.DatetimeIndex) -> list[date]:
    """Return the weekdays between the first and last day that have no bar and are no holiday."""
    import holidays

    weekdays = pd.bdate_range(days.min(), days.max())
    public = holidays.country_holidays("VN", years=range(days.min().year, days.max().year + 1))
    return [day.date() for day in weekdays.difference(days) if day.date() not in public]


def sessions_behind(bars: pd.DataFrame, as_of: date) -> pd.Series:
    """Return how many weekdays each symbol's last bar lies before ``as_of``."""
    last = bars.groupby("symbol")["date"].max()
    behind = np.busday_count(last.to_numpy("datetime64[D]"), np.datetime64(as_of, "D"))
    return pd.Series(behind, last.index)
