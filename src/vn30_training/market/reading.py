"""Reading a folder of price files of any usual format into one canonical table."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from vn30_training.market.checks.codes import issue
from vn30_training.market.formats.errors import FormatError
from vn30_training.market.formats.files import (
    Limits,
    find_files,
    parts_of,
    read_bytes,
    tables_of,
)
from vn30_training.market.formats.interpret import Interpretation, interpret
from vn30_training.market.formats.names import symbol_of
from vn30_training.market.formats.tables import Part, Table
from vn30_training.market.formats.units import PriceUnit
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.qlib_bins import is_qlib_folder
from vn30_training.market.qlib_bins import read as read_bins
from vn30_training.market.schema import KEYS, OPTIONAL, REQUIRED

SOURCE_COLUMNS = ("source_file", "source_row")
_MEGABYTE = 2**20


class ReadOptions(BaseModel):
    """What the reader cannot find out by itself, and how much it may read.

    Attributes
    ----------
    price_unit
        ``auto``, ``vnd``, ``kvnd`` (thousand dong) or ``points`` (indices).
    date_format
        ``dd/mm/yyyy`` or strptime style, for files whose dates are ambiguous.
    columns
        Own names of columns: canonical name to the header's.
    max_megabytes, max_rows
        Limits of one file, once it is unpacked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    price_unit: PriceUnit = "auto"
    date_format: str | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    max_megabytes: int = Field(default=512, gt=0)
    max_rows: int = Field(default=5_000_000, gt=0)

    def limits(self) -> Limits:
        """Return the limits in the units of the formats."""
        return Limits(self.max_megabytes * _MEGABYTE, self.max_rows)


@dataclass
class ReadResult:
    """What a folder holds.

    Attributes
    ----------
    prices
        Canonical columns plus ``source_file`` and ``source_row``, sorted by symbol and date; rows
        may still be repeated, impossible or missing: `quality.validate` judges them.
    issues
        What went wrong in reading.
    files
        One entry per file: name, sha256, format, units, rows, symbols.
    repairs
        One entry per repair, symbol and file: repair, symbol, file, rows.
    source
        The folder.
    simulated
        Whether the prices are the simulated market's.
    """

    prices: pd.DataFrame
    issues: list[DataIssue] = field(default_factory=list)
    files: list[dict[str, Any]] = field(default_factory=list)
    repairs: list[dict[str, Any]] = field(default_factory=list)
    source: str = ""
    simulated: bool = False


def read_folder(
    folder: Path, options: ReadOptions | None = None, symbols: Sequence[str] | None = None
) -> ReadResult:
    """Read every price file of a folder (or one file).

    Parameters
    ----------
    folder
        A folder with price files, or with a subfolder per symbol; or a single file.
    options
        What to know beforehand; the defaults find everything out.
    symbols
        Symbols to read; None reads all there are.

    Returns
    -------
    ReadResult
        Nothing is raised for bad data: each problem is an issue, and concerns its file or symbol.
    """
    options, folder = options or ReadOptions(), Path(folder)
    if is_qlib_folder(folder):
        return _read_qlib(folder, symbols)
    result = ReadResult(_no_prices(), source=str(folder))
    paths, root = ([folder], folder.parent) if folder.is_file() else (find_files(folder), folder)
    found = [frame for path in paths for frame in _read_file(path, root, options, symbols, result)]
    if found:
        result.prices = _canonical(pd.concat(found, ignore_index=True))
    elif not any(entry.level == "error" for entry in result.issues):
        result.issues.append(issue("D001", f"{folder} has no readable price file."))
    _tell_missing(symbols or (), result)
    _tell_several_files(result)
    return result


def _no_prices() -> pd.DataFrame:
    kinds = {"symbol": "str", "date": "datetime64[us]", "source_file": "str", "source_row": "int64"}
    columns = [*REQUIRED, *SOURCE_COLUMNS]
    return pd.DataFrame({name: pd.Series(dtype=kinds.get(name, "float64")) for name in columns})


def _read_qlib(folder: Path, symbols: Sequence[str] | None) -> ReadResult:
    result = ReadResult(_no_prices(), source=str(folder))
    try:
        prices, result.issues = read_bins(folder)
    except DataError as error:
        result.issues.extend(error.issues)
        return result
    wanted = prices["symbol"].isin(symbols) if symbols else slice(None)
    prices = prices[wanted].assign(source_file="features")
    prices["source_row"] = prices.groupby("symbol").cumcount() + 1
    result.prices = _canonical(prices)
    _tell_missing(symbols or (), result)
    return result


def _canonical(prices: pd.DataFrame) -> pd.DataFrame:
    optional = [column for column in OPTIONAL if column in prices]
    ordered = prices[[*REQUIRED, *optional, *SOURCE_COLUMNS]]
    ordered = ordered.astype({"symbol": "str", "source_row": "int64"})
    return ordered.sort_values([*KEYS, *SOURCE_COLUMNS], ignore_index=True)


def _read_file(
    path: Path,
    root: Path,
    options: ReadOptions,
    symbols: Sequence[str] | None,
    result: ReadResult,
) -> list[pd.DataFrame]:
    source = path.relative_to(root).as_posix()
    try:
        content = read_bytes(path, root, options.limits())
        parts = parts_of(path, root, content, options.limits())
    except FormatError as error:
        names = (path.name.split(".")[0], path.parent.name)
        result.issues.append(_file_issue(error, source, names, symbols))
        return []
    readings = [reading for part in parts for reading in _read_part(part, options, symbols, result)]
    result.files.append(
        {
            "name": source,
            "sha256": hashlib.sha256(content).hexdigest(),
            "format": "; ".join(sorted({reading.layout for reading in readings})),
            "unit": ", ".join(sorted({unit for r in readings for unit in r.units.values()})),
            "rows": sum(len(reading.prices) for reading in readings),
            "symbols": sorted({symbol for reading in readings for symbol in reading.units}),
        }
    )
    return [reading.prices for reading in readings if len(reading.prices)]


def _read_part(
    part: Part, options: ReadOptions, symbols: Sequence[str] | None, result: ReadResult
) -> list[Interpretation]:
    readings = []
    names: tuple[str, ...] = (part.name, part.folder)
    try:
        for table in tables_of(part, options.limits()):
            names = table.names
            readings.append(_read_table(table, options, symbols, result))
    except FormatError as error:
        result.issues.append(_file_issue(error, part.source, names, symbols))
    return readings


def _read_table(
    table: Table, options: ReadOptions, symbols: Sequence[str] | None, result: ReadResult
) -> Interpretation:
    reading = interpret(
        table,
        price_unit=options.price_unit,
        date_format=options.date_format,
        columns=options.columns,
        wanted=symbols or (),
    )
    result.issues.extend(reading.issues)
    result.repairs.extend(reading.repairs)
    return reading


def _file_issue(
    error: FormatError, source: str, names: Sequence[str], symbols: Sequence[str] | None
) -> DataIssue:
    """Return an issue of the file's symbol; of no symbol asked for it is but a warning."""
    symbol: str | None
    try:
        symbol = symbol_of([name for name in names if name], symbols or ())
    except FormatError:
        symbol = None
    if symbols and symbol not in symbols:
        return issue(error.code, error.found, level="warning", file=source, row=error.row)
    return issue(error.code, error.found, symbol=symbol, file=source, row=error.row)


def _tell_missing(symbols: Sequence[str], result: ReadResult) -> None:
    there = set(result.prices["symbol"])
    told = {entry.symbol for entry in result.issues if entry.level == "error"}
    for symbol in symbols:
        if symbol not in there and symbol not in told:
            near = difflib.get_close_matches(symbol, sorted(there), n=1)
            hint = f" (is {near[0]} meant?)" if near else ""
            message = f"No file holds rows of {symbol}{hint}."
            result.issues.append(issue("D026", message, symbol=symbol))


def _tell_several_files(result: ReadResult) -> None:
    if result.prices.empty:
        return
    for symbol, files in result.prices.groupby("symbol")["source_file"].unique().items():
        if len(files) > 1:
            message = f"Its rows come from {', '.join(sorted(files))}."
            result.issues.append(issue("D027", message, symbol=str(symbol)))
