"""Forecasts of one family and scope as arrays of sessions by stocks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.models.contract import QUANTILE_COLUMNS

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]

_VALUES = ("score", "y_pred", "p_up", *QUANTILE_COLUMNS)


@dataclass(frozen=True, slots=True)
class Signals:
    """What is forecast at the close of each of T sessions for each of N stocks.

    Attributes
    ----------
    dates
        The sessions, datetime64[D], shape (T,), ascending.
    symbols
        The stocks, in the order of the columns.
    score
        Ranks the stocks of a day, in label units, shape (T, N); NaN without a forecast.
    y_pred
        Expected return over the label's sessions, shape (T, N).
    p_up
        Probability of a rise, shape (T, N).
    quantiles
        Quantiles of the return at `models.contract.QUANTILES`, shape (T, N, 7).
    member
        Whether the stock is forecast as a member of the index, shape (T, N).
    """

    dates: Days
    symbols: tuple[str, ...]
    score: Floats
    y_pred: Floats
    p_up: Floats
    quantiles: Floats
    member: Bools

    @property
    def forecast(self) -> Bools:
        """Whether there is a forecast of any member that day, shape (T,)."""
        return np.asarray((self.member & np.isfinite(self.score)).any(axis=1))


def signals_of(
    forecasts: pd.DataFrame, dates: NDArray[np.datetime64], symbols: Sequence[str]
) -> Signals:
    """Lay stitched forecasts out over sessions and stocks, averaged over seeds.

    Parameters
    ----------
    forecasts
        Tidy forecasts of one family and scope, each stock once per day and seed.
    dates, symbols
        Rows and columns wanted; forecasts of other days or stocks are left out.

    Raises
    ------
    ValueError
        If there is more than one family or scope, or a stock is forecast twice on one day by the
        same seed.
    """
    if len(forecasts[["family", "scope"]].drop_duplicates()) > 1:
        raise ValueError("signals are made from the forecasts of one family and scope at a time")
    if forecasts.duplicated(["seed", "date", "symbol"]).any():
        raise ValueError("a stock is forecast twice on one day: stitch overlapping folds first")
    days = np.asarray(dates).astype("datetime64[D]")
    means = forecasts.groupby(["date", "symbol"], observed=True).agg(
        {**dict.fromkeys(_VALUES, "mean"), "member": "first"}
    )
    row = pd.Index(days).get_indexer(pd.Index(means.index.get_level_values(0).to_numpy("M8[D]")))
    column = pd.Index(list(symbols)).get_indexer(pd.Index(means.index.get_level_values(1)))
    inside = (row >= 0) & (column >= 0)
    values = np.full((days.size, len(symbols), len(_VALUES)), np.nan)
    values[row[inside], column[inside]] = means.loc[inside, list(_VALUES)].to_numpy(np.float64)
    member = np.zeros(values.shape[:2], dtype=bool)
    member[row[inside], column[inside]] = means.loc[inside, "member"].to_numpy(bool)
    score, y_pred, p_up = (np.ascontiguousarray(values[..., i]) for i in range(3))
    return Signals(days, tuple(symbols), score, y_pred, p_up, values[..., 3:], member)
