"""From a table of cells to canonical prices of its symbols, with what went wrong and was done."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.market.checks.codes import issue
from vn30_training.market.formats.adjusted import adjust
from vn30_training.market.formats.dates import parse_dates
from vn30_training.market.formats.layouts import to_rows
from vn30_training.market.formats.numbers import find_style, parse_numbers
from vn30_training.market.formats.tables import Table
from vn30_training.market.formats.units import PriceUnit, find_unit, mixed_rows, to_vnd
from vn30_training.market.issues import DataIssue
from vn30_training.market.schema import PRICES, REQUIRED
from vn30_training.market.symbols import safe_symbol

_IN_PRICE_UNITS = (*PRICES, "raw_close", "vwap")
_TEXT_COLUMNS = ("symbol", "date", "source_row")


@dataclass
class Interpretation:
    """What a table turned out to hold."""

    prices: pd.DataFrame
    layout: str
    units: dict[str, str] = field(default_factory=dict)
    issues: list[DataIssue] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)


def interpret(
    table: Table,
    *,
    price_unit: PriceUnit = "auto",
    date_format: str | None = None,
    columns: Mapping[str, str] | None = None,
    wanted: Collection[str] = (),
) -> Interpretation:
    """Read a table's cells as prices.

    Parameters
    ----------
    table
        Cells under a header.
    price_unit
        Unit of the prices; ``auto`` finds it out per symbol.
    date_format
        Format of the dates; None finds it out.
    columns
        The user's own column names, canonical to header.
    wanted
        Symbols asked for; others are left out. Empty for all.

    Returns
    -------
    Interpretation
        Prices adjusted and in VND (indices in points), sorted by symbol and date, with
        ``source_file`` and ``source_row``; issues and repairs.

    Raises
    ------
    FormatError
        Where the table as a whole cannot be read.
    """
    rows, layout = to_rows(table, columns or {}, wanted)
    result = Interpretation(pd.DataFrame(), f"{table.layout}, {layout}")
    rows = _named_symbols(rows, table.source, result.issues)
    if wanted:
        rows = rows[rows["symbol"].isin(set(wanted))]
        if rows.empty:
            return result
    values = _without_blank_rows(_parsed(rows, date_format, table.source, result), table, result)
    symbols = [
        _one_symbol(str(symbol), bars, price_unit, table.source, result)
        for symbol, bars in values.groupby("symbol", sort=True)
    ]
    if symbols:
        result.prices = pd.concat(symbols, ignore_index=True).assign(source_file=table.source)
    return result


def _named_symbols(rows: pd.DataFrame, source: str, issues: list[DataIssue]) -> pd.DataFrame:
    """Map every name to a safe symbol; rows under a name that has none are left out, and told."""
    mapping: dict[object, str] = {}
    for name in rows["symbol"].unique():
        try:
            mapping[name] = safe_symbol(str(name))
        except ValueError as error:
            at = int(rows.loc[rows["symbol"].isin([name]), "source_row"].iloc[0])
            issues.append(issue("D019", f"{name!r} is no symbol: {error}", file=source, row=at))
    for symbol in sorted(set(mapping.values())):
        names = [str(name) for name, mapped in mapping.items() if mapped == symbol]
        if len(names) > 1:
            message = f"Its rows stand under the names {', '.join(sorted(names))}."
            issues.append(issue("D027", message, symbol=symbol, file=source))
    symbols = rows["symbol"].map(mapping)
    return rows.assign(symbol=symbols)[symbols.notna()]


def _parsed(
    rows: pd.DataFrame, date_format: str | None, source: str, result: Interpretation
) -> pd.DataFrame:
    numeric = [str(column) for column in rows if column not in _TEXT_COLUMNS]
    style = find_style(rows[column] for column in numeric)
    values = rows[["symbol", "source_row"]].assign(date=parse_dates(rows["date"], date_format))
    for column in numeric:
        values[column], bad = parse_numbers(rows[column], style)
        for symbol, group in _by_symbol(rows, bad):
            cell, line = group[column].iloc[0], int(group["source_row"].iloc[0])
            message = f"{len(group)} cells of {column!r} are no numbers, the first is {cell!r}."
            result.issues.append(issue("D020", message, symbol=symbol, file=source, row=line))
    _undated(rows, values, numeric, source, result.issues)
    return values


def _by_symbol(rows: pd.DataFrame, mask: Any) -> Iterator[tuple[str, pd.DataFrame]]:
    for symbol, group in rows[mask].groupby("symbol", sort=True):
        yield str(symbol), group


def _undated(
    rows: pd.DataFrame,
    values: pd.DataFrame,
    numeric: list[str],
    source: str,
    issues: list[DataIssue],
) -> None:
    bad = (values["date"].isna() & values[numeric].notna().any(axis=1)).to_numpy(bool)
    for symbol, group in _by_symbol(rows, bad):
        cell, line = group["date"].iloc[0], int(group["source_row"].iloc[0])
        message = f"{len(group)} rows have no readable date, the first says {cell!r}."
        issues.append(issue("D003", message, symbol=symbol, file=source, row=line))


def _without_blank_rows(values: pd.DataFrame, table: Table, result: Interpretation) -> pd.DataFrame:
    prices = [column for column in (*PRICES, "close_adjusted") if column in values]
    blank = values["date"].isna() | values[prices].isna().all(axis=1)
    for symbol, count in values.loc[blank, "symbol"].value_counts().items():
        result.repairs.append(repair("blank_rows_dropped", str(symbol), table.source, int(count)))
    return values[~blank]


def _one_symbol(
    symbol: str, bars: pd.DataFrame, price_unit: PriceUnit, source: str, result: Interpretation
) -> pd.DataFrame:
    if not bars["date"].is_monotonic_increasing:
        moved = int((bars["date"].diff() < pd.Timedelta(0)).sum())
        result.repairs.append(repair("rows_sorted", symbol, source, moved))
    bars = bars.sort_values(["date", "source_row"], ignore_index=True)
    bars, method = adjust(bars)
    if method is not None:
        result.repairs.append(repair(f"adjusted_by_{method}", symbol, source, len(bars)))
    bars = _complete(symbol, bars, source, result.issues)
    unit = find_unit(symbol, bars["close"], price_unit)
    result.units[symbol] = unit
    _tell_mixed_units(symbol, bars, source, result.issues)
    if unit == "kvnd":
        result.repairs.append(repair("thousand_dong_scaled", symbol, source, len(bars)))
        for column in set(_IN_PRICE_UNITS) & set(bars):
            bars[column] = to_vnd(bars[column].to_numpy(float), unit)
    return bars


def _complete(
    symbol: str, bars: pd.DataFrame, source: str, issues: list[DataIssue]
) -> pd.DataFrame:
    missing = [column for column in REQUIRED if column not in bars]
    if missing:
        message = f"The file has no {', '.join(missing)}: these stay empty."
        issues.append(issue("D024", message, symbol=symbol, file=source))
    return bars.assign(**dict.fromkeys(missing, np.nan))


def _tell_mixed_units(
    symbol: str, bars: pd.DataFrame, source: str, issues: list[DataIssue]
) -> None:
    at = mixed_rows(bars)
    if len(at):
        row = bars.iloc[at[0]]
        message = (
            f"{len(at)} changes of price by a factor above 300, the first at close "
            f"{row['close']:g}: dong and thousand dong are mixed."
        )
        day, line = f"{row['date']:%Y-%m-%d}", int(row["source_row"])
        issues.append(issue("D005", message, symbol=symbol, file=source, row=line, date=day))


def repair(name: str, symbol: str, source: str | None, rows: int) -> dict[str, Any]:
    """Return one entry of the list of repairs; `checks.codes.REPAIRS` says what the names mean."""
    return {"repair": name, "symbol": symbol, "file": source, "rows": rows}
