"""Who belonged to the index when, and the panel of prices that says so on every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.market.schema import OPTIONAL, PRICES
from vn30_training.market.symbols import safe_symbol

COLUMNS = ("symbol", "start_date", "end_date")

_ALIASES = {
    "symbol": ("symbol", "ticker", "code"),
    "start_date": ("start_date", "effective_from", "start", "from"),
    "end_date": ("end_date", "effective_to", "end", "to"),
}
_STAMP = "datetime64[us]"


def read_members(path: Path) -> pd.DataFrame:
    """Read who belonged to the index when.

    Parameters
    ----------
    path
        A CSV file with ``symbol`` (or ``ticker``) and, if known, ``start_date`` (or
        ``effective_from``; empty = from the beginning) and ``end_date`` (or ``effective_to``; the
        first day out, empty = still in), dates as ISO.

    Returns
    -------
    DataFrame
        ``symbol``, ``start_date``, ``end_date`` (datetime64, NaT where open), in that order.

    Raises
    ------
    ValueError
        If there is no column of symbols, a date cannot be read, or an interval ends before it
        starts.
    """
    table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    found = {name.strip().lower(): name for name in table.columns}
    columns = {
        column: next((found[alias] for alias in aliases if alias in found), None)
        for column, aliases in _ALIASES.items()
    }
    if columns["symbol"] is None:
        raise ValueError(f"{path} has no column 'symbol' or 'ticker', only {list(table.columns)}.")
    members = pd.DataFrame({"symbol": [safe_symbol(name) for name in table[columns["symbol"]]]})
    for column in COLUMNS[1:]:
        given = columns[column]
        members[column] = _dates(table[given], path) if given else _open(len(table))
    _check(members, path)
    return members


def undated(symbols: Iterable[str]) -> pd.DataFrame:
    """Return today's members as if they had always been in: survivorship-biased."""
    members = pd.DataFrame({"symbol": list(symbols)}, dtype=str)
    return members.assign(start_date=_open(len(members)), end_date=_open(len(members)))


def is_dated(members: pd.DataFrame) -> bool:
    """Return whether every membership has a start: without one, reports warn of survivorship."""
    return bool(members["start_date"].notna().all())


def missing_members(members: pd.DataFrame, panel: pd.DataFrame) -> list[str]:
    """Return who was a member on a day of the panel but has no row in it.

    Parameters
    ----------
    members
        See `read_members`.
    panel
        ``symbol`` and ``date`` of every row there is.
    """
    first, last = panel["date"].min(), panel["date"].max()
    in_time = ~(members["start_date"] > last) & ~(members["end_date"] <= first)
    return sorted(set(members.loc[in_time, "symbol"]) - set(panel["symbol"]))


def member_mask(symbols: pd.Series, dates: pd.Series, members: pd.DataFrame) -> NDArray[np.bool_]:
    """Return for each row whether that symbol was a member on that day.

    Parameters
    ----------
    symbols, dates
        One of each per row.
    members
        Intervals, the end exclusive; a symbol may have several.
    """
    codes, names = pd.factorize(symbols)
    days = dates.to_numpy().astype(_STAMP)
    owner = pd.Index(names).get_indexer(pd.Index(members["symbol"]))
    starts, ends = (members[column].to_numpy().astype(_STAMP) for column in COLUMNS[1:])
    mask = np.zeros(len(days), dtype=bool)
    for code, start, end in zip(owner, starts, ends, strict=True):
        after = np.isnat(start) | (days >= start)
        mask |= (codes == code) & after & (np.isnat(end) | (days < end))
    return mask


def build_panel(
    prices: pd.DataFrame,
    sessions: pd.DataFrame,
    members: pd.DataFrame,
    sectors: Mapping[str, str],
) -> pd.DataFrame:
    """Give every symbol one row per observed session from its first bar to its last.

    Parameters
    ----------
    prices
        Canonical prices; bars on days that were no session are left out.
    sessions
        ``date``, ``observed``.
    members
        Intervals of membership.
    sectors
        Sector by symbol; ``Unknown`` for those without.

    Returns
    -------
    DataFrame
        The columns of prices, NaN on sessions without a bar (suspended), then ``member`` (bool) and
        ``sector`` (str); sorted by symbol and date.
    """
    days = sessions.loc[sessions["observed"], "date"].to_numpy().astype(_STAMP)
    bars = prices[prices["date"].isin(days)].sort_values(["symbol", "date"], ignore_index=True)
    place = np.searchsorted(days, bars["date"].to_numpy().astype(_STAMP))
    spans = pd.Series(place).groupby(bars["symbol"].to_numpy(), sort=True).agg(["min", "max"])
    lengths = (spans["max"] - spans["min"] + 1).to_numpy()
    offsets = np.cumsum(lengths) - lengths
    row_day = np.arange(lengths.sum()) + np.repeat(spans["min"].to_numpy() - offsets, lengths)
    panel = pd.DataFrame({"symbol": np.repeat(spans.index.to_numpy(), lengths)}, dtype=str)
    panel["date"] = days[row_day]
    code = spans.index.get_indexer(pd.Index(bars["symbol"]))
    target = offsets[code] + place - spans["min"].to_numpy()[code]
    for column in (*PRICES, "volume", *OPTIONAL):
        if column in bars:
            values = np.full(len(panel), np.nan)
            values[target] = bars[column].to_numpy(dtype=float)
            panel[column] = values
    panel["member"] = member_mask(panel["symbol"], panel["date"], members)
    panel["sector"] = panel["symbol"].map(dict(sectors)).fillna("Unknown").astype(str)
    return panel


def _dates(column: pd.Series, path: Path) -> pd.Series:
    try:
        read = pd.to_datetime(column.replace("", None), format="%Y-%m-%d")
    except ValueError as error:
        raise ValueError(f"{path}: dates of membership must be like 2025-08-04: {error}") from None
    return pd.Series(read.to_numpy().astype(_STAMP))


def _open(length: int) -> pd.Series:
    return pd.Series(np.full(length, "NaT", dtype=_STAMP))


def _check(members: pd.DataFrame, path: Path) -> None:
    wrong = members[members["end_date"] <= members["start_date"]]
    if len(wrong):
        row = wrong.iloc[0]
        raise ValueError(
            f"{path}: {row.symbol} would leave on {row.end_date.date()}, before or as it entered "
            f"on {row.start_date.date()}."
        )
