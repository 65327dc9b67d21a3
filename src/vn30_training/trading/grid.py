"""Columns of the panel as arrays of sessions and stocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.trading.bars import Bools
from vn30_training.trading.session_rules import Days, Floats


@dataclass(frozen=True, slots=True)
class Grid:
    """Where each row of the panel stands in arrays of T sessions and N stocks.

    Attributes
    ----------
    panel
        One row per symbol and session.
    dates
        The observed sessions from the panel's first day to its last, datetime64[D], shape (T,).
    symbols
        The stocks, in the panel's order.
    session, stock
        Row and column of each row of the panel.
    """

    panel: pd.DataFrame
    dates: Days
    symbols: tuple[str, ...]
    session: NDArray[np.intp]
    stock: NDArray[np.intp]

    def table(self, values: NDArray[Any], missing: float) -> NDArray[Any]:
        """Return values of the panel's rows in shape (T, N), ``missing`` where there is no row."""
        table = np.full((len(self.dates), len(self.symbols)), missing, dtype=values.dtype)
        table[self.session, self.stock] = values
        return table

    def positive(self, column: str) -> Floats:
        """Return a column of the panel in shape (T, N), NaN where it is not above zero."""
        table = self.table(self.panel[column].to_numpy(dtype=float), np.nan)
        return np.where(table > 0, table, np.nan)

    @property
    def traded(self) -> Bools:
        """Where there is a volume."""
        return self.positive("volume") > 0


def lay_out(panel: pd.DataFrame, sessions: pd.DataFrame) -> Grid:
    """Find the place of each row of the panel.

    Raises
    ------
    ValueError
        If the panel has a day that is no observed session.
    """
    days = panel["date"].to_numpy().astype("datetime64[D]")
    observed = sessions.loc[sessions["observed"], "date"].to_numpy().astype("datetime64[D]")
    dates = observed[(observed >= days.min()) & (observed <= days.max())]
    strange = ~np.isin(days, dates)
    if strange.any():
        raise ValueError(f"{days[strange][0]} is in the panel but no observed session.")
    stock, symbols = pd.factorize(panel["symbol"])
    return Grid(panel, dates, tuple(map(str, symbols)), np.searchsorted(dates, days), stock)
