"""Two versions of a table, compared to the bit up to a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
_KEYS = ("symbol", "date")


@dataclass(frozen=True)
class Market:
    """The symbols and days of a history, and on which of them there was a bar.

    Attributes
    ----------
    symbols, days
        All of them, ascending.
    traded
        Whether the symbol had a bar on the day, shape (symbols, days).
    """

    symbols: pd.Index[str]
    days: NDArray[np.datetime64]
    traded: Bools

    @classmethod
    def of(cls, bars: pd.DataFrame) -> Self:
        """Read them from the bars there are."""
        symbols = pd.Index(np.sort(bars["symbol"].unique()))
        days = np.unique(bars["date"].to_numpy())
        traded = np.zeros((len(symbols), len(days)), dtype=bool)
        at = np.searchsorted(days, bars["date"].to_numpy())
        traded[symbols.get_indexer(pd.Index(bars["symbol"])), at] = True
        return cls(symbols, days, traded)

    def place(self, day: pd.Timestamp) -> int:
        """Return the number of the last day up to ``day``."""
        return int(np.searchsorted(self.days, day.to_datetime64(), side="right")) - 1


@dataclass(frozen=True)
class Table:
    """A table as arrays, its rows in the order of symbol and day.

    Attributes
    ----------
    symbol, day
        Numbers of each row in the `Market`.
    columns, numbers
        The numeric columns; shape (rows, columns), NaN in one form only.
    """

    market: Market
    symbol: NDArray[np.int64]
    day: NDArray[np.int64]
    columns: tuple[str, ...]
    numbers: NDArray[np.floating]

    @classmethod
    def of(cls, market: Market, frame: pd.DataFrame) -> Self:
        """Read a frame with ``symbol``, ``date`` and columns of numbers, booleans or days."""
        symbol = market.symbols.get_indexer(pd.Index(frame["symbol"])).astype(np.int64)
        day = np.searchsorted(market.days, frame["date"].to_numpy()).astype(np.int64)
        columns = tuple(
            str(name) for name in frame if name not in _KEYS and _is_number(frame[name])
        )
        values = _matrix(frame[list(columns)])
        order = np.lexsort((day, symbol))
        if not (np.diff(order) == 1).all():
            symbol, day, values = symbol[order], day[order], values[order]
        values[np.isnan(values)] = np.nan
        return cls(market, symbol, day, columns, values)

    @property
    def key(self) -> NDArray[np.int64]:
        """Return one number per row, ascending."""
        return self.symbol * (len(self.market.days) + 1) + self.day

    def traded(self, rows: NDArray[np.intp]) -> Bools:
        """Return whether there was a bar at those rows."""
        return np.asarray(self.market.traded[self.symbol[rows], self.day[rows]])


@dataclass(frozen=True)
class Change:
    """Where a table differs up to a cut.

    Attributes
    ----------
    rows
        Positions in the first table that are compared, shape (rows,).
    columns
        Those that differ anywhere, as numbers into the tables' columns.
    cells
        Which cells differ, shape (rows, columns).
    after
        What the second table has there, shape (rows, columns).
    lost
        Rows with a bar that only one of the tables has.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    cells: Bools
    after: NDArray[np.floating]
    lost: int

    @property
    def any(self) -> bool:
        """Return whether anything differs."""
        return bool(len(self.columns)) or self.lost > 0


def compare(before: Table, after: Table, cut: int) -> Change:
    """Compare all rows up to the day with number ``cut``, NaN equal to NaN.

    Rows without a bar that the second table lacks are left out: a suspension is only known to have
    been one once it has ended.

    Raises
    ------
    ValueError
        If the tables have different columns.
    """
    if before.columns != after.columns:
        raise ValueError("Two versions of a table have different columns.")
    mine, theirs = np.flatnonzero(before.day <= cut), np.flatnonzero(after.day <= cut)
    keys, others = before.key[mine], after.key[theirs]
    lost = 0
    if not np.array_equal(keys, others):
        missing, new = ~np.isin(keys, others), ~np.isin(others, keys)
        lost = int(before.traded(mine[missing]).sum()) + int(new.sum())
        mine, theirs = mine[~missing], theirs[~new]
    one, two = before.numbers[mine], after.numbers[theirs]
    if np.array_equal(one.view(np.uint8), two.view(np.uint8)):
        none = np.empty(0, dtype=np.intp)
        return Change(mine, none, np.empty((len(mine), 0), dtype=bool), two[:, :0], lost)
    cells = (one != two) & ~(np.isnan(one) & np.isnan(two))
    columns = np.flatnonzero(cells.any(axis=0))
    return Change(mine, columns, cells[:, columns], two[:, columns], lost)


def _is_number(column: pd.Series) -> bool:
    return column.dtype.kind in "biufM"


def _matrix(frame: pd.DataFrame) -> NDArray[np.floating]:
    kinds = {str(one) for one in frame.dtypes}
    if kinds in ({"float32"}, {"float64"}):
        return np.array(frame.to_numpy())
    return np.column_stack([_numbers(frame[name]) for name in frame])


def _numbers(column: pd.Series) -> NDArray[np.floating]:
    if column.dtype.kind == "M":
        return column.to_numpy().astype("datetime64[D]").astype(np.float64)
    if column.dtype.kind == "f":
        return column.to_numpy()
    return column.to_numpy(dtype=np.float64)
