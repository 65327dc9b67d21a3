"""An index as a benchmark: what the capital would be worth in it, without costs or dividends."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.strict_csv import as_day, as_number, read_rows
from vn30_training.trading.backtest_tables import BENCHMARK, PRICE_INDEX
from vn30_training.trading.bars import Ints
from vn30_training.trading.daily import MONEY
from vn30_training.trading.returns import STRATEGY
from vn30_training.trading.session_rules import Days

LONGEST_HOLE = 5
"""Sessions in a row for which the level before may stand: files lack days here and there."""
NO_INDEX = pd.DataFrame(
    {"date": pd.Series(dtype="datetime64[us]"), "close": pd.Series(dtype=float)}
)


def read_index(path: Path, dates: Days) -> pd.DataFrame:
    """Read the levels of an index.

    Parameters
    ----------
    path
        A CSV file with ``date`` (ISO) and ``close`` (points), in any order of days.
    dates
        The sessions that are traded, ascending, shape (T,).

    Returns
    -------
    DataFrame
        ``date`` (ascending), ``close``.

    Raises
    ------
    DataError
        With every error in the file and its row; also where more than `LONGEST_HOLE` sessions in a
        row have no level, or the first has none on or before it.
    """
    issues: list[DataIssue] = []
    rows: dict[date, tuple[int, float]] = {}
    for line, cells in read_rows(path, "D040", ["date", "close"], others=True):
        day, level = as_day(cells["date"]), as_number(cells["close"])
        found = []
        if day is None:
            found.append(("D041", f"date is {cells['date'] or 'empty'!r}."))
        elif day in rows:
            found.append(("D041", f"{day} has a row before this one."))
        if not level:
            found.append(("D042", f"close is {cells['close'] or 'empty'!r}."))
        issues += [issue(code, text, file=path.name, row=line) for code, text in found]
        if day is not None:
            rows.setdefault(day, (line, level or 0.0))
    if issues:
        raise DataError(issues)
    days = np.array(sorted(rows), dtype="datetime64[D]")
    lines, levels = np.array([rows[day] for day in sorted(rows)]).reshape(-1, 2).T
    holes = [
        issue("D043", text, file=path.name, row=None if place is None else int(lines[place]))
        for place, text in _holes(days, dates)
    ]
    if holes:
        raise DataError(holes)
    return pd.DataFrame({"date": days.astype("datetime64[us]"), "close": levels})


def _holes(days: Days, dates: Days) -> Iterator[tuple[int | None, str]]:
    """Yield the place of the day before each hole, or of the first day, and what is missing."""
    if not len(days):
        yield None, "It has no row."
        return
    if days[0] > dates[0]:
        yield 0, f"It begins on {days[0]}; the first session traded is {dates[0]}."
    before = np.searchsorted(days, dates, "right") - 1
    for place in np.unique(before[before >= 0]).tolist():
        lacking = dates[(before == place) & (dates > days[place])]
        if len(lacking) > LONGEST_HOLE:
            span = f"{lacking[0]} to {lacking[-1]}, {len(lacking)} sessions"
            yield place, f"It has no level from {span}; {LONGEST_HOLE} may be missing."


def index_nav(index: pd.Series, dates: Days, capital: int) -> Ints:
    """Return what a capital would be worth in an index, in VND.

    Parameters
    ----------
    index
        Levels by date; a session without one keeps the level before.
    dates
        The sessions, shape (T,).
    capital
        VND at the close of the first session.

    Raises
    ------
    ValueError
        If the index has no level on or before the first session.
    """
    by_day = pd.Series(index.to_numpy(np.float64), index.index.to_numpy().astype("datetime64[D]"))
    levels = by_day.dropna().sort_index().reindex(dates.astype("datetime64[D]"), method="ffill")
    if levels.isna().any():
        raise ValueError("the index begins after the first session")
    worth = capital * levels.to_numpy(np.float64) / float(levels.iloc[0])
    return np.asarray(np.floor(worth + 0.5), dtype=np.int64)


def index_days(index: pd.DataFrame, dates: Days, capital: int) -> pd.DataFrame:
    """Return the table of days (`trading.returns`) of a capital that is all in an index.

    Parameters
    ----------
    index
        See `read_index`.
    dates, capital
        As for `index_nav`.
    """
    named = dict(zip(STRATEGY, (BENCHMARK, "", PRICE_INDEX, "never"), strict=True))
    days = pd.DataFrame({"date": dates.astype("datetime64[us]")}).assign(**named)
    days[list(MONEY)] = 0
    days["nav"] = index_nav(index.set_index("date")["close"], dates, capital)
    return days[[*STRATEGY, "date", *MONEY]].assign(exposure=1.0)
