"""What is known of the market's past, as arrays that can be cut off at any close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class History:
    """Prices and values traded over T sessions and N stocks.

    Attributes
    ----------
    dates
        The sessions, datetime64[D], shape (T,), ascending.
    symbols, sectors
        The stocks and their sectors, in the order of the columns.
    price
        Last adjusted close in VND up to the session, shape (T, N); NaN before the first.
    returns
        Change of `price` since the session before, shape (T, N): 0 in a suspension, NaN up to the
        first price.
    value
        VND traded, shape (T, N); 0 without a bar.
    valued
        Whether `value` is of prices as traded, shape (T, N). Where it is not, it is of adjusted
        closes, which every later dividend lowers.
    member
        Whether the stock was in the index that day, shape (T, N).
    """

    dates: Days
    symbols: tuple[str, ...]
    sectors: tuple[str, ...]
    price: Floats
    returns: Floats
    value: Floats
    valued: Bools
    member: Bools

    def until(self, row: int) -> Self:
        """Return what is known at the close of ``row``: the rows up to it, as views."""
        end = row + 1
        return replace(
            self,
            dates=self.dates[:end],
            price=self.price[:end],
            returns=self.returns[:end],
            value=self.value[:end],
            valued=self.valued[:end],
            member=self.member[:end],
        )


def history_of(
    panel: pd.DataFrame, dates: NDArray[np.datetime64], symbols: Sequence[str]
) -> History:
    """Lay a panel out over sessions and stocks.

    Parameters
    ----------
    panel
        One row per symbol and session, with ``close``, ``volume``, ``member`` and ``sector``; for
        the value traded also ``value`` or ``raw_close``, see `value_as_traded`.
    dates, symbols
        Rows and columns wanted. Let the rows begin early enough for the past that strategies read:
        a year before the first decision.
    """
    days = np.asarray(dates).astype("datetime64[D]")
    row = pd.Index(days).get_indexer(pd.Index(panel["date"].to_numpy().astype("datetime64[D]")))
    column = pd.Index(list(symbols)).get_indexer(pd.Index(panel["symbol"]))
    inside = (row >= 0) & (column >= 0)

    def grid(values: pd.Series) -> Floats:
        table = np.full((days.size, len(symbols)), np.nan)
        table[row[inside], column[inside]] = values.to_numpy(np.float64)[inside]
        return table

    price = pd.DataFrame(grid(panel["close"])).ffill().to_numpy()
    returns = np.full(price.shape, np.nan)
    returns[1:] = price[1:] / price[:-1] - 1
    known, adjusted = grid(value_as_traded(panel)), grid(panel["close"] * panel["volume"])
    sector = dict(zip(panel["symbol"], panel["sector"], strict=True))
    return History(
        dates=days,
        symbols=tuple(symbols),
        sectors=tuple(str(sector.get(name, "Unknown")) for name in symbols),
        price=price,
        returns=returns,
        value=np.nan_to_num(np.where(np.isnan(known), adjusted, known)),
        valued=~np.isnan(known) | ~(adjusted > 0),
        member=np.nan_to_num(grid(panel["member"])) > 0,
    )


def value_as_traded(panel: pd.DataFrame) -> pd.Series[float]:
    """Return the VND traded in every row: ``value``, else ``raw_close`` times volume, else NaN."""
    found = pd.Series(np.nan, panel.index)
    if "value" in panel:
        found = panel["value"].where(panel["value"] > 0)
    if "raw_close" in panel:
        found = found.fillna(panel["raw_close"] * panel["volume"])
    return found


def never_valued(panel: pd.DataFrame) -> list[str]:
    """Return the symbols of which no value as traded is known."""
    known = value_as_traded(panel).notna().groupby(panel["symbol"], observed=True).any()
    return sorted(known.index[~known])
