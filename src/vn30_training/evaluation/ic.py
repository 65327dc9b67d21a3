"""Information coefficient per day: does the score order the stocks of that day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MIN_NAMES = 3
"""Two names correlate at +1 or -1 whatever they do; a cross-section needs a third."""

Floats = NDArray[np.float64]


def grouped_correlation(
    group: NDArray[np.integer[Any]], x: Floats, y: Floats, min_count: int = MIN_NAMES
) -> Floats:
    """Pearson's correlation of ``x`` and ``y`` within each group.

    Parameters
    ----------
    group
        Group of each row, 0 to the number of groups less one, shape (n,).
    x, y
        Finite values, shape (n,).
    min_count
        Groups with fewer rows are NaN.

    Returns
    -------
    ndarray
        One value per group; NaN where a side is constant.
    """
    count = np.bincount(group)
    dx = x - (np.bincount(group, x) / count)[group]
    dy = y - (np.bincount(group, y) / count)[group]
    product = np.bincount(group, dx * dy)
    scale = np.sqrt(np.bincount(group, dx * dx) * np.bincount(group, dy * dy))
    correlation = np.full(len(count), np.nan)
    np.divide(product, scale, out=correlation, where=(count >= min_count) & (scale > 0))
    return correlation.clip(-1.0, 1.0)


def daily_ic(
    rows: pd.DataFrame,
    by: Sequence[str] = ("family", "scope"),
    score: str = "score",
    min_names: int = MIN_NAMES,
) -> pd.DataFrame:
    """Correlate the score with the return across the stocks of each day.

    Parameters
    ----------
    rows
        Forecasts of one cross-section per ``by`` and ``date``: columns ``by``, ``date``,
        ``y_true`` and the score's. Rows where either value is missing are left out.
    by
        Columns that tell the cross-sections of one day apart.
    score
        Column that ranks the stocks.
    min_names
        Days with fewer names have no IC.

    Returns
    -------
    DataFrame
        ``by``, ``date``, ``ic`` (Pearson), ``rank_ic`` (Spearman, average ranks for ties),
        ``n_names``; sorted by ``by`` and ``date``. A day on which the score or the return is the
        same for all names has NaN.
    """
    keys = [*by, "date"]
    used = rows.loc[rows[score].notna() & rows["y_true"].notna(), [*keys, score, "y_true"]]
    grouped = used.groupby(keys, observed=True, sort=True)
    group = grouped.ngroup().to_numpy()
    ranks = grouped[[score, "y_true"]].rank()
    rank_ic = grouped_correlation(
        group, ranks[score].to_numpy(), ranks["y_true"].to_numpy(), min_names
    )
    x, y = used[score].to_numpy(dtype=np.float64), used["y_true"].to_numpy(dtype=np.float64)
    # Ranks tell a constant side exactly; demeaned values may leave a rounding error behind.
    ic = np.where(np.isnan(rank_ic), np.nan, grouped_correlation(group, x, y, min_names))
    days = grouped.size().rename("n_names").reset_index()
    days.insert(len(keys), "ic", ic)
    days.insert(len(keys) + 1, "rank_ic", rank_ic)
    return days


def icir(daily: pd.Series[float] | Floats) -> float:
    """Mean of a daily IC over its standard deviation (ddof 1), not annualised; NaN if undefined."""
    values = np.asarray(daily, dtype=np.float64)
    values = values[~np.isnan(values)]
    if len(values) < 2:
        return float("nan")
    spread = values.std(ddof=1)
    return float(values.mean() / spread) if spread > 0 else float("nan")
