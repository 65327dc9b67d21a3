"""Dates as files write them: ISO, day or month first, YYYYMMDD, Excel serials, epochs, UTC."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from vn30_training.market.formats.errors import FormatError

VIETNAM = pd.Timedelta(hours=7)
_UTC_MIDNIGHT = pd.Timedelta(hours=17)
_EARLIEST, _LATEST = pd.Timestamp("1990-01-01"), pd.Timestamp("2100-01-01")
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")
_EXCEL_RANGE = (30_000, 73_051)
_EPOCH_UNITS: dict[Literal["s", "ms", "us", "ns"], float] = {
    "s": 1e9,
    "ms": 1e12,
    "us": 1e15,
    "ns": 1e18,
}
_ISO = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(.*)$"
_EITHER_FIRST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})(?:\D.*)?$"
_ZONE = r"(?:Z|UTC|[+-]\d{2}:?\d{2})$"
_SPELLED = ("%b %d, %Y", "%d-%b-%Y", "%d %b %Y", "%B %d, %Y")


def parse_dates(cells: pd.Series, date_format: str | None = None) -> pd.Series:
    """Turn cells into the session's day in Vietnam.

    Parameters
    ----------
    cells
        Dates of one file: text, numbers or stamps.
    date_format
        ``dd/mm/yyyy`` or ``%d/%m/%Y`` style; None to find out.

    Returns
    -------
    Series
        datetime64[us] at midnight; NaT where a cell is no date from 1990 to 2100.

    Raises
    ------
    FormatError
        D003 where day and month cannot be told apart, or are written in both orders.
    """
    if isinstance(cells.dtype, pd.DatetimeTZDtype) or cells.dtype.kind == "M":
        stamps = _from_stamps(cells)
    else:
        codes, uniques = pd.factorize(cells)
        parsed = _from_uniques(pd.Series(uniques), date_format).to_numpy("datetime64[us]")
        stamps = pd.Series(np.append(parsed, np.datetime64("NaT"))[codes], index=cells.index)
    days: pd.Series = stamps.dt.normalize().astype("datetime64[us]")
    return days.where((days >= _EARLIEST) & (days < _LATEST))


def _from_stamps(stamps: pd.Series) -> pd.Series:
    if isinstance(stamps.dtype, pd.DatetimeTZDtype):
        utc: pd.Series = stamps.dt.tz_convert("UTC").dt.tz_localize(None)
        return utc + VIETNAM
    times = (stamps - stamps.dt.normalize()).dropna()
    # Bars of a day stamped 17:00 without a zone are Vietnamese midnights that were saved as UTC.
    return stamps + VIETNAM if len(times) and (times == _UTC_MIDNIGHT).all() else stamps


def _from_uniques(cells: pd.Series, date_format: str | None) -> pd.Series:
    text = cells.astype(str).str.strip()
    if date_format is not None:
        return pd.to_datetime(text, format=_directives(date_format), errors="coerce")
    result = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce").astype("datetime64[us]")
    for parse in (_from_numbers, _from_iso, _from_either_first, _from_spelled):
        rest = text[result.isna()]
        if not len(rest):
            break
        result = result.fillna(parse(rest).reindex(result.index))
    return result


def _directives(date_format: str) -> str:
    if "%" in date_format:
        return date_format
    lower = date_format.lower()
    for name, directive in (("yyyy", "%Y"), ("yy", "%y"), ("dd", "%d"), ("mm", "%m")):
        lower = lower.replace(name, directive)
    return lower


def _from_numbers(text: pd.Series) -> pd.Series:
    numbers = pd.to_numeric(text, errors="coerce").dropna()
    result = pd.Series(pd.NaT, index=text.index).astype("datetime64[us]")
    whole = numbers[(numbers >= 19_000_000) & (numbers < 22_000_000)].astype("int64").astype(str)
    result[whole.index] = pd.to_datetime(whole, format="%Y%m%d", errors="coerce")
    serial = numbers[numbers.between(*_EXCEL_RANGE)]
    result[serial.index] = _EXCEL_EPOCH + pd.to_timedelta(np.floor(serial), unit="D")
    for unit, scale in _EPOCH_UNITS.items():
        epoch = numbers[(numbers >= 0.5 * scale) & (numbers < 5 * scale)].astype("int64")
        stamps = pd.to_datetime(epoch, unit=unit)
        result[epoch.index] = stamps.astype("datetime64[us]") + VIETNAM
    return result


def _from_iso(text: pd.Series) -> pd.Series:
    parts = text.str.extract(_ISO)
    result = _assemble(parts[0], parts[1], parts[2])
    timed = parts[3].fillna("").str.strip(" T") != ""
    if timed.any():
        stamps = text[timed].str.replace(r"[/.](?=\d{1,2}[/. T])|(?<=^\d{4})[/.]", "-", regex=True)
        zoned = stamps.str.contains(_ZONE, regex=True)
        utc = pd.to_datetime(stamps[zoned], format="ISO8601", errors="coerce", utc=True)
        naive = pd.to_datetime(stamps[~zoned], format="ISO8601", errors="coerce")
        local = pd.concat([_from_stamps(utc), _from_stamps(naive)])
        result[timed] = local.reindex(result.index[timed]).astype("datetime64[us]")
    return result


def _from_either_first(text: pd.Series) -> pd.Series:
    parts = text.str.extract(_EITHER_FIRST)
    first, second = (pd.to_numeric(parts[column]) for column in (0, 1))
    day_first, month_first = bool((first > 12).any()), bool((second > 12).any())
    if day_first and month_first:
        raise FormatError("D003", "Some dates have the day first, others the month first.")
    if first.notna().any() and not (day_first or month_first):
        example = text[first.notna()].iloc[0]
        raise FormatError("D003", f"{example!r} can be day or month first: no day here is over 12.")
    day, month = (parts[0], parts[1]) if day_first else (parts[1], parts[0])
    return _assemble(parts[2], month, day)


def _from_spelled(text: pd.Series) -> pd.Series:
    result = pd.Series(pd.NaT, index=text.index).astype("datetime64[us]")
    for spelling in _SPELLED:
        result = result.fillna(pd.to_datetime(text, format=spelling, errors="coerce"))
    return result


def _assemble(year: pd.Series, month: pd.Series, day: pd.Series) -> pd.Series:
    parts = pd.DataFrame({"year": year, "month": month, "day": day}).apply(pd.to_numeric)
    result = pd.Series(pd.NaT, index=year.index).astype("datetime64[us]")
    known = parts.notna().all(axis=1)
    result[known] = pd.to_datetime(parts[known], errors="coerce").astype("datetime64[us]")
    return result
