"""Layouts: one row per bar (with or without a symbol), or one column of closes per symbol."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from vn30_training.market.formats.columns import (
    PRICE_COLUMNS,
    match_columns,
    missing_message,
)
from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.names import symbol_of
from vn30_training.market.formats.tables import Table

_WIDE_SYMBOL = re.compile(r"^[A-Z][A-Z0-9]{2,9}(\.[A-Z]{2})?$")
_BARS = ("open", "high", "low")


def to_rows(
    table: Table, own: Mapping[str, str], wanted: Collection[str]
) -> tuple[pd.DataFrame, str]:
    """Lay a table out as one row per symbol and date, cells still as the file wrote them.

    Parameters
    ----------
    table
        The table.
    own
        The user's own column names, canonical to header.
    wanted
        Symbols asked for, which help to read a symbol from the file's name.

    Returns
    -------
    rows
        ``symbol, date, source_row`` and those of the other canonical columns that the file has.
    layout
        ``one symbol``, ``long`` or ``wide closes``.

    Raises
    ------
    FormatError
        D002 where columns are missing, D025 where the table does not look like prices at all.
    """
    found = match_columns(table.header, own)
    has_close = {"close", "close_adjusted"} & set(found)
    if "date" in found and not has_close and (symbols := _wide_symbols(table)):
        return _melt(table, found["date"], symbols), "wide closes"
    _require_columns(table, found)
    rows = pd.DataFrame({column: table.cells[at] for column, at in found.items()})
    rows["source_row"] = table.lines
    if "symbol" in found:
        return rows, "long"
    return rows.assign(symbol=symbol_of(table.names, wanted)), "one symbol"


def _wide_symbols(table: Table) -> list[int]:
    return [at for at, name in enumerate(table.header) if _WIDE_SYMBOL.match(str(name).strip())]


def _melt(table: Table, date_at: int, symbols: list[int]) -> pd.DataFrame:
    symbols = [at for at in symbols if at != date_at]
    height = len(table.cells)
    return pd.DataFrame(
        {
            "symbol": np.repeat([table.header[at].strip() for at in symbols], height),
            "date": np.tile(table.cells[date_at].to_numpy(object), len(symbols)),
            "close": np.concatenate([table.cells[at].to_numpy(object) for at in symbols]),
            "source_row": np.tile(table.lines, len(symbols)),
        }
    )


def _require_columns(table: Table, found: Mapping[str, int]) -> None:
    prices = set(PRICE_COLUMNS) & set(found)
    if not prices or ("date" not in found and len(prices) < 2):
        shown = ", ".join(table.header[:8])
        raise FormatError("D025", f"It has no columns of dates and prices ({shown}).")
    missing = [] if "date" in found else ["date"]
    if not {"close", "close_adjusted"} & set(found):
        missing.append("close")
    bars = [column for column in _BARS if column in found or f"{column}_adjusted" in found]
    if bars:
        missing += [column for column in _BARS if column not in bars]
    if missing:
        raise FormatError("D002", missing_message(missing, table.header), 1)
