"""How far and how long strategies stayed below their peaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import Floats
from vn30_training.trading.returns import STRATEGY

DRAWDOWN_COLUMNS = ["rank", "start", "trough", "end", "depth", "days", "recovered"]


def underwater(nav: ArrayLike) -> Floats:
    """Return how far each value lies below the highest so far, 0 or negative, shape (n,)."""
    values = np.asarray(nav, dtype=np.float64)
    return np.asarray(values / np.maximum.accumulate(values) - 1)


def drawdowns(dates: ArrayLike, nav: ArrayLike) -> pd.DataFrame:
    """Find every spell below a peak, in the order of time, with the dates quantstats gives.

    Parameters
    ----------
    dates, nav
        Sessions, ascending, and the NAV at their closes, shape (n,).

    Returns
    -------
    DataFrame
        ``start`` and ``end`` (first and last session below the peak), ``trough`` (the lowest),
        ``depth`` (-0.2 where a fifth was lost), ``days`` (of the calendar, both ends included),
        ``recovered`` (whether the peak was reached again).
    """
    depth = underwater(nav)
    below = depth < 0
    begins = below & ~np.concatenate([[False], below[:-1]])
    days = pd.DataFrame({"date": np.asarray(dates), "depth": depth, "spell": begins.cumsum()})
    spells = days.loc[below].groupby("spell")
    found = spells.agg(start=("date", "first"), end=("date", "last"), depth=("depth", "min"))
    found["trough"] = days.loc[spells["depth"].idxmin().to_numpy(), "date"].to_numpy()
    found["days"] = (found["end"] - found["start"]).dt.days + 1
    found["recovered"] = found["end"] < days["date"].max()
    return found.reset_index(drop=True)[DRAWDOWN_COLUMNS[1:]]


def drawdown_table(daily: pd.DataFrame, by: Sequence[str] = STRATEGY, top: int = 5) -> pd.DataFrame:
    """List the deepest drawdowns of every strategy, the deepest first.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    by
        The columns that name a strategy.
    top
        Drawdowns listed of each.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``rank`` (from 1) and those of `drawdowns`.
    """
    records = []
    for key, part in daily.sort_values("date", kind="stable").groupby(list(by), observed=True):
        deepest = drawdowns(part["date"], part["nav"]).nsmallest(top, "depth").to_dict("records")
        named = dict(zip(by, key, strict=True))
        records += [named | {"rank": rank} | each for rank, each in enumerate(deepest, start=1)]
    return pd.DataFrame(records, columns=[*by, *DRAWDOWN_COLUMNS])
