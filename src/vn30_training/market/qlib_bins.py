"""qlib's data folders: ``calendars/day.txt``, ``instruments/all.txt``, ``features/<symbol>/*.bin``.

A ``.day.bin`` file is little-endian float32: the position of its first value in the calendar, then
the values. Prices are adjusted, ``factor`` is adjusted / traded price, and volume is divided by it.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.files import atomic_path, write_text
from vn30_training.market.checks.codes import issue
from vn30_training.market.formats.errors import FormatError
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.schema import KEYS, PRICES, REQUIRED
from vn30_training.market.symbols import safe_symbol

CALENDAR = Path("calendars", "day.txt")
_INSTRUMENTS = Path("instruments", "all.txt")
_FIELDS = (*PRICES, "volume", "factor", "vwap")
_FLOAT = np.dtype("<f4")


def is_qlib_folder(folder: Path) -> bool:
    """Say whether a folder is laid out as qlib does."""
    return (folder / CALENDAR).is_file() and (folder / "features").is_dir()


def read(folder: Path) -> tuple[pd.DataFrame, list[DataIssue]]:
    """Read a qlib folder.

    Parameters
    ----------
    folder
        The ``provider_uri`` of qlib.

    Returns
    -------
    prices
        Canonical columns, in the folder's own unit of price; with ``raw_close`` where there is a
        factor. Volume is in traded shares.
    issues
        Symbols that could not be read, and why.

    Raises
    ------
    DataError
        D016 where the calendar cannot be read.
    """
    calendar = _read_calendar(folder / CALENDAR)
    frames, issues = [], []
    for path in sorted((folder / "features").iterdir()):
        source = path.relative_to(folder).as_posix()
        try:
            frames.append(_read_symbol(path, calendar))
        except FormatError as error:
            issues.append(issue(error.code, error.found, file=source, symbol=path.name.upper()))
    prices = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=REQUIRED)
    return prices.sort_values(list(KEYS), ignore_index=True), issues


def write(prices: pd.DataFrame, folder: Path) -> None:
    """Write canonical prices as a qlib folder; each file is replaced whole or not at all."""
    calendar = pd.DatetimeIndex(prices["date"].unique()).sort_values()
    instruments = []
    for symbol, bars in prices.groupby("symbol", sort=True):
        first, last = bars["date"].min(), bars["date"].max()
        instruments.append(f"{symbol}\t{first:%Y-%m-%d}\t{last:%Y-%m-%d}\n")
        _write_symbol(str(symbol), bars, calendar, folder)
    write_text(folder / CALENDAR, "".join(f"{day:%Y-%m-%d}\n" for day in calendar))
    write_text(folder / _INSTRUMENTS, "".join(instruments))


def _read_calendar(path: Path) -> pd.DatetimeIndex:
    try:
        days = pd.DatetimeIndex(pd.to_datetime(path.read_text("utf-8").split(), format="%Y-%m-%d"))
    except (OSError, ValueError) as error:
        found = issue("D016", f"The calendar cannot be read ({error}).", file=str(CALENDAR))
        raise DataError([found]) from None
    return pd.DatetimeIndex(days.astype("datetime64[us]"))


def _read_symbol(path: Path, calendar: pd.DatetimeIndex) -> pd.DataFrame:
    try:
        symbol = safe_symbol(path.name)
    except ValueError as error:
        raise FormatError("D019", str(error)) from None
    fields = {
        name: _read_field(path / f"{name}.day.bin", calendar)
        for name in _FIELDS
        if (path / f"{name}.day.bin").is_file()
    }
    missing = {*PRICES, "volume"} - set(fields)
    if missing:
        raise FormatError("D002", f"No bins for {', '.join(sorted(missing))}.")
    bars = pd.DataFrame(fields).dropna(subset=["close"])
    if "factor" in bars:
        factor = bars.pop("factor")
        bars["raw_close"] = bars["close"] / factor
        bars["volume"] = bars["volume"] * factor
    return bars.rename_axis("date").reset_index().assign(symbol=symbol)[[*KEYS, *bars.columns]]


def _read_field(path: Path, calendar: pd.DatetimeIndex) -> pd.Series:
    content = path.read_bytes()
    if len(content) < _FLOAT.itemsize or len(content) % _FLOAT.itemsize:
        raise FormatError("D016", f"{path.name} is torn: {len(content)} bytes.")
    values = np.frombuffer(content, _FLOAT)
    start = int(values[0]) if np.isfinite(values[0]) else -1
    stop = start + len(values) - 1
    if start < 0 or stop > len(calendar):
        raise FormatError("D016", f"{path.name} does not fit the calendar of {len(calendar)} days.")
    return pd.Series(values[1:].astype(float), calendar[start:stop])


def _write_symbol(
    symbol: str, bars: pd.DataFrame, calendar: pd.DatetimeIndex, folder: Path
) -> None:
    bars = bars.set_index("date")
    raw = bars["raw_close"] if "raw_close" in bars else bars["close"]
    factor = bars["close"] / raw
    fields = {name: bars[name] for name in (*PRICES, "vwap") if name in bars}
    fields |= {"volume": bars["volume"] / factor, "factor": factor}
    start, stop = calendar.get_indexer(bars.index[[0, -1]])
    for name, values in fields.items():
        spread = values.reindex(calendar[start : stop + 1]).to_numpy(_FLOAT)
        with atomic_path(folder / "features" / symbol.lower() / f"{name}.day.bin") as path:
            _with_start(int(start), spread).tofile(path)


def _with_start(start: int, values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.concatenate([np.array([start], _FLOAT), values])


def main(arguments: Sequence[str] | None = None) -> None:
    """Export: ``python -m vn30_training.market.qlib_bins prices.parquet folder``."""
    parser = argparse.ArgumentParser(description="Write canonical prices as a folder for qlib.")
    parser.add_argument("prices", type=Path, help="Parquet file of canonical prices")
    parser.add_argument("folder", type=Path, help="where to write calendars, instruments, features")
    chosen = parser.parse_args(arguments)
    write(pd.read_parquet(chosen.prices), chosen.folder)


if __name__ == "__main__":
    main()
