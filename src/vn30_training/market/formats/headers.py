"""Where a table's header stands: below a title, or in the three rows yfinance writes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vn30_training.market.formats.columns import ALIASES, is_date_name, normalise
from vn30_training.market.formats.tables import Part, Table

_ROWS_SEARCHED = 15
_YAHOO_CORNERS = ({"price", "attributes", ""}, {"ticker", "symbols"}, {"date", "datetime"})


def tables_of_cells(part: Part, sheet: str, cells: pd.DataFrame, kind: str) -> list[Table]:
    """Return the tables in a grid of cells: one, or one per ticker for Yahoo's header.

    Parameters
    ----------
    part
        The file.
    sheet
        Title of the sheet where there are several, else "".
    cells
        All rows, the header among them; row 0 is line 1.
    kind
        ``csv`` or ``xlsx``, the start of the layout's name.
    """
    names = tuple(name for name in (sheet, part.name, part.folder) if name)
    source = f"{part.source}[{sheet}]" if sheet else part.source
    cells = cells.set_axis(range(cells.shape[1]), axis=1)
    if _is_yahoo(cells):
        return _yahoo_tables(source, cells, kind)
    at = _header_row(cells)
    header = tuple("" if pd.isna(name) else str(name) for name in cells.iloc[at])
    body = cells.iloc[at + 1 :].reset_index(drop=True)
    return [Table(source, names, kind, header, body, np.arange(len(body)) + at + 2)]


def _header_row(cells: pd.DataFrame) -> int:
    known = {alias for aliases in ALIASES.values() for alias in aliases}
    best, most = 0, 0
    for at, row in enumerate(cells.head(_ROWS_SEARCHED).itertuples(index=False)):
        count = sum(normalise(cell) in known for cell in row if isinstance(cell, str))
        if count > most and (at == 0 or any(is_date_name(cell) for cell in row)):
            best, most = at, count
    return best


def _is_yahoo(cells: pd.DataFrame) -> bool:
    corner = [normalise(cell) for cell in cells.iloc[:3, 0]]
    return len(corner) == 3 and all(
        name in names for name, names in zip(corner, _YAHOO_CORNERS, strict=True)
    )


def _yahoo_tables(source: str, cells: pd.DataFrame, kind: str) -> list[Table]:
    fields, tickers = cells.iloc[0], cells.iloc[1]
    body = cells.iloc[3:].reset_index(drop=True)
    lines = np.arange(len(body)) + 4
    tables = []
    for ticker in dict.fromkeys(tickers.iloc[1:]):
        columns = [0, *(at for at in range(1, cells.shape[1]) if tickers[at] == ticker)]
        header = ("Date", *(str(fields[column]) for column in columns[1:]))
        own = body[columns].set_axis(range(len(columns)), axis=1)
        tables.append(Table(source, (str(ticker),), f"{kind}, Yahoo", header, own, lines))
    return tables
