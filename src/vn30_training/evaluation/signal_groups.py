"""Groups of stocks by score: what each of them earned more than the day's mean."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.ic import MIN_NAMES
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import Floats, estimate_mean

GROUP_COUNT = 5
"""Six of the thirty stocks each."""

GROUP_COLUMNS = [*BOARD, "group", "mean_return", "low", "high", "n_days"]

Codes = NDArray[np.intp]


def cross_sections(
    rows: pd.DataFrame, group_count: int = GROUP_COUNT
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Sort the stocks of each day into groups of equal size by their score.

    Group 1 holds the lowest scores. A name's group follows from its average rank, so that equal
    scores share a group and the order of rows does not matter: groups are then of unequal size, and
    where all scores are equal only the middle one has members. Ties whose average rank lies on a
    border belong to the group above. Without ties sizes differ by one at most, and where
    ``group_count`` divides the names the groups are those of ``pandas.qcut``.

    Parameters
    ----------
    rows
        Columns ``family``, ``scope``, ``date``, ``symbol``, ``score``, ``y_true``; rows where the
        score or the return is missing, and days with fewer than `MIN_NAMES` known, are left out.
    group_count
        Number of groups.

    Returns
    -------
    tuple of DataFrame
        The rows used, with ``day`` (number of the cross-section) and ``group``; and the days, in
        the order of their number: ``family``, ``scope``, ``date``, ``n_names``.
    """
    keys = [*BOARD, "date"]
    known = rows["score"].notna() & rows["y_true"].notna()
    used = rows.loc[known, [*keys, "symbol", "score", "y_true"]]
    used = used[used.groupby(keys, observed=True)["score"].transform("size") >= MIN_NAMES]
    grouped = used.groupby(keys, observed=True, sort=True)
    days = grouped.size().rename("n_names").reset_index()
    day = grouped.ngroup().to_numpy(dtype=np.intp)
    rank = grouped["score"].rank().to_numpy()
    # Half ranks times a count are exact, so that no rounding moves a name across a border.
    group = (rank - 0.5) * group_count // days["n_names"].to_numpy()[day] + 1
    return used.assign(day=day, group=group.astype(np.intp)).reset_index(drop=True), days


def daily_means(day: Codes, values: Floats, n_days: int) -> Floats:
    """Average ``values`` by day; NaN for a day without any."""
    count = np.bincount(day, minlength=n_days)
    means = np.full(n_days, np.nan)
    np.divide(np.bincount(day, values, n_days), count, out=means, where=count > 0)
    return means


def group_returns(rows: pd.DataFrame, holding: int, group_count: int = GROUP_COUNT) -> pd.DataFrame:
    """Average what each group earned more than the mean of all names of its day.

    Parameters
    ----------
    rows
        See `cross_sections`.
    holding
        Sessions a label spans.
    group_count
        Number of groups.

    Returns
    -------
    DataFrame
        ``family, scope, group`` (1 holds the lowest scores), ``mean_return`` (over the label's
        holding), ``low, high`` (95 %), ``n_days`` (days on which the group had members). Days on
        which all scores are equal say nothing and are left out, and so are groups that never had
        members.
    """
    used, days = cross_sections(rows, group_count)
    day, y_true = used["day"].to_numpy(), used["y_true"].to_numpy(dtype=np.float64)
    excess = y_true - daily_means(day, y_true, len(days))[day]
    grouped = used.assign(excess=excess).groupby(["day", "group"])["excess"]
    daily = grouped.agg(["mean", "size"]).reset_index().join(days, on="day")
    daily = daily[daily["size"] < daily["n_names"]]
    records = []
    for (family, scope, group), part in daily.groupby([*BOARD, "group"], observed=True):
        found = estimate_mean(part["mean"], holding)
        records.append((family, scope, group, found.mean, found.low, found.high, found.n))
    return pd.DataFrame(records, columns=GROUP_COLUMNS)
