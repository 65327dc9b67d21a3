"""Checks against the calendar: bars on no session, sessions without a bar, short or old data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from vn30_training.market.checks.findings import Findings
from vn30_training.market.sessions import expected_sessions

SESSION_SHARE = 0.05
"""Of the symbols then listed, this share must have a bar: some exchange was open that day."""
_FEWEST_SYMBOLS = 5
_SATURDAY = 5
_DAY = "datetime64[D]"


def check_sessions(bars: pd.DataFrame, findings: Findings) -> pd.Series:
    """Flag bars on days that are no sessions and sessions without a bar (D011).

    Returns
    -------
    Series
        Share of the sessions between its first and its last bar that each symbol has.
    """
    has_bar = _presence(bars)
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


def _presence(bars: pd.DataFrame) -> pd.DataFrame:
    """Return days x symbols: whether there is a bar."""
    day, days = pd.factorize(bars["date"], sort=True)
    symbol, symbols = pd.factorize(bars["symbol"], sort=True)
    grid = np.zeros((len(days), len(symbols)), bool)
    grid[day, symbol] = True
    return pd.DataFrame(grid, days, symbols)


def _flag_missing(missing: pd.DataFrame, findings: Findings) -> None:
    day, symbol = np.nonzero(missing.to_numpy(bool))
    rows = pd.DataFrame({"symbol": missing.columns[symbol], "date": missing.index[day]})
    findings.flag("D011", rows, "has no bar")


def market_gaps(bars: pd.DataFrame) -> list[pd.Timestamp]:
    """Return the days that should have been sessions, but on which no symbol has a bar."""
    spans = bars.groupby("symbol")["date"].agg(["min", "max"]).astype("datetime64[s]")
    if len(spans) < _FEWEST_SYMBOLS:
        return []
    started = spans["min"].sort_values().iloc[_FEWEST_SYMBOLS - 1]
    expected = expected_sessions(started.to_datetime64(), spans["max"].max().to_datetime64())
    return [pd.Timestamp(day) for day in np.setdiff1d(expected, bars["date"].to_numpy(_DAY))]


def sessions_behind(bars: pd.DataFrame, as_of: date) -> pd.Series:
    """Return how many weekdays each symbol's last bar lies before ``as_of``."""
    last = bars.groupby("symbol")["date"].max()
    behind = np.busday_count(last.to_numpy("datetime64[D]"), np.datetime64(as_of, "D"))
    return pd.Series(behind, last.index)
