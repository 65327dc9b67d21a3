"""The days on which the exchange was open, and those on which it will be."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import holidays
import numpy as np
import pandas as pd
import yaml
from numpy.typing import NDArray

OBSERVED_SHARE = 0.8
"""Share of the symbols listed on a day that must have a bar for it to have been a session."""

_DAY = "datetime64[D]"
_STAMP = "datetime64[us]"
Day = date | str | np.datetime64
Days = NDArray[np.datetime64]


def build_sessions(
    prices: pd.DataFrame, until: date | None = None, future: int = 60
) -> pd.DataFrame:
    """Find past sessions in the bars, future ones in the public holidays and known exceptions.

    Parameters
    ----------
    prices
        Bars with ``symbol`` and ``date``; a symbol counts as listed from its first to its last.
    until
        Last day wanted, where that is later than ``future`` sessions reach.
    future
        At least so many sessions after the last observed one.

    Returns
    -------
    DataFrame
        ``date`` (datetime64, ascending) and ``observed`` (bool).

    Raises
    ------
    ValueError
        If there is no bar.
    """
    past = observed_sessions(prices)
    last = past[-1].astype(_DAY)
    reach = last + np.timedelta64(2 * future + 30, "D")
    if until is not None:
        reach = max(reach, np.datetime64(until, "D"))
    coming = expected_sessions(last + 1, reach)
    wanted = max(future, 0 if until is None else int((coming <= np.datetime64(until)).sum()))
    coming = coming[:wanted]
    return pd.DataFrame(
        {
            "date": np.concatenate([past, coming]).astype(_STAMP),
            "observed": np.arange(len(past) + len(coming)) < len(past),
        }
    )


def observed_sessions(prices: pd.DataFrame) -> Days:
    """Return the days on which at least `OBSERVED_SHARE` of the symbols listed have a bar."""
    if prices.empty:
        raise ValueError("There is no bar to find sessions in.")
    bars = prices[["symbol", "date"]].drop_duplicates()
    days, counts = np.unique(bars["date"].to_numpy(), return_counts=True)
    spans = bars.groupby("symbol", observed=True)["date"].agg(["min", "max"])
    starts, ends = np.sort(spans["min"].to_numpy()), np.sort(spans["max"].to_numpy())
    listed = np.searchsorted(starts, days, side="right") - np.searchsorted(ends, days, side="left")
    found: Days = days[counts >= OBSERVED_SHARE * listed]
    return found


def expected_sessions(first: Day, last: Day) -> Days:
    """Return the sessions from ``first`` to ``last`` by weekdays, public holidays and overrides.

    Saturdays worked to make up for a holiday are not traded.
    """
    days = _every_day(first, last)
    expected = np.is_busday(days, holidays=public_holidays(days))
    known = overrides()
    for place in np.flatnonzero(np.isin(days, list(known))):
        expected[place] = known[days[place]]
    sessions: Days = days[expected]
    return sessions


def _every_day(first: Day, last: Day) -> Days:
    ends = np.array([first, last], dtype=_DAY)
    days: Days = np.arange(ends[0], ends[1] + 1, dtype=_DAY)
    return days


def public_holidays(days: Days) -> Days:
    """Return Vietnam's public holidays, days off in exchange included, of the years of ``days``."""
    if not len(days):
        return np.array([], dtype=_DAY)
    first, last = (day.astype(object).year for day in (days[0], days[-1]))
    return np.array(sorted(holidays.country_holidays("VN", years=range(first, last + 1))), _DAY)


@cache
def overrides() -> dict[np.datetime64, bool]:
    """Return the days known to differ from the public holidays: whether they were open."""
    path = files("vn30_training.market").joinpath("rules", "session_overrides.yml")
    rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {np.datetime64(row["date"], "D"): bool(row["open"]) for row in rows}


def disagreements(sessions: pd.DataFrame) -> pd.DataFrame:
    """List the days on which bars, public holidays and overrides do not agree.

    Parameters
    ----------
    sessions
        As `build_sessions` makes it.

    Returns
    -------
    DataFrame
        ``date`` and whether it was a session by each: ``observed``, ``holidays`` (bool) and
        ``override`` (bool or None); only days between the first and the last observed session.
    """
    observed = sessions.loc[sessions["observed"], "date"].to_numpy().astype(_DAY)
    days = _every_day(observed[0], observed[-1])
    seen = np.isin(days, observed)
    by_holidays = np.is_busday(days, holidays=public_holidays(days))
    known = overrides()
    by_override = np.array([known.get(day) for day in days], dtype=object)
    differ = (seen != by_holidays) | ((by_override != None) & (by_override != seen))  # noqa: E711
    return pd.DataFrame(
        {
            "date": days[differ].astype(_STAMP),
            "observed": seen[differ],
            "holidays": by_holidays[differ],
            "override": by_override[differ],
        }
    )
