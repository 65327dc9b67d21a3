"""Prices as traded with what is known about them: corporate actions, listings and defects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

_KINDS = {"DIVIDEND": "cash", "STOCKDIV": "bonus", "KINDDIV": "bonus", "ISSUE": "rights"}
_PRICE = r"giá\s*:?\s*([\d.,]{4,})"
_NOT_TO_HOLDERS = "CBCNV|chiến lược|riêng lẻ|trái|đối tác"

_ARRIVED = {"SHB": "2021-10-11"}
_LEFT = {"FLC": "2023-03-01", "HNG": "2024-09-01", "ITA": "2025-02-01"}
"""Stocks that came from HNX and fell to UPCoM after the table of listings ends, by the news; of a
departure, the month is enough."""


@dataclass(frozen=True)
class RawFiles:
    """Tables for `limit_breaches.limit_breaches`.

    Attributes
    ----------
    prices
        ``symbol, date, high, low, close`` as traded in whole VND, ``adjusted`` (close, VND),
        ``volume``; rows without a close are left out.
    actions
        `corporate_actions.COLUMNS`; kind ``other`` where the amount is not known.
    listings
        ``symbol, start_date, end_date`` (exclusive) on this exchange.
    defects
        ``symbol, date`` of rows known to be wrong.
    """

    prices: pd.DataFrame
    actions: pd.DataFrame
    listings: pd.DataFrame
    defects: pd.DataFrame


def read_raw_files(folder: Path) -> RawFiles:
    """Read ``ohlcv_raw/*.csv``, ``corporate_actions.csv`` and ``defects.csv``, thousand VND."""
    files = sorted((folder / "ohlcv_raw").glob("*.csv"))
    read = (pd.read_csv(file, parse_dates=["date"]).assign(symbol=file.stem) for file in files)
    bars = pd.concat(read, ignore_index=True)
    bars = bars[bars["close"] > 0]
    prices = bars[["symbol", "date", "volume"]].assign(adjusted=bars["close_adjusted"] * 1000)
    for column in ("high", "low", "close"):
        prices[column] = np.rint(bars[column] * 1000).astype(np.int64)
    events = pd.read_csv(folder / "corporate_actions.csv", parse_dates=["ex_date"])
    defects = pd.read_csv(folder / "defects.csv", parse_dates=["date"])
    telling = ~defects["kind"].isin(["return_over_7pct", "volume_zero"])
    defects = defects[(defects["dataset"] == "ohlcv_raw") & telling]
    return RawFiles(prices, _actions(events), _listings(events), defects[["symbol", "date"]])


def _actions(events: pd.DataFrame) -> pd.DataFrame:
    rights = events[(events["group"] == "investorRight") & events["ex_date"].notna()]
    content = rights["content_vi"].fillna("")
    price = content.str.extract(_PRICE, expand=False).str.replace(r"[.,]", "", regex=True)
    kind = rights["type"].map(_KINDS)
    paid = pd.to_numeric(price, errors="coerce")
    actions = pd.DataFrame({"symbol": rights["symbol"], "ex_date": rights["ex_date"]})
    actions["cash_vnd"] = rights["dividend_vnd"].where(kind == "cash", paid)
    actions["ratio"] = pd.to_numeric(rights["ratio"], errors="coerce") / 100
    known = {
        "cash": actions["cash_vnd"] > 0,
        "bonus": actions["ratio"] > 0,
        "rights": (actions["ratio"] > 0) & (paid > 0) & ~content.str.contains(_NOT_TO_HOLDERS),
    }
    sure = np.logical_or.reduce([(kind == name) & rows for name, rows in known.items()])
    return actions.assign(kind=kind.where(sure, "other")).reset_index(drop=True)


def _listings(events: pd.DataFrame) -> pd.DataFrame:
    starts, ends = (
        pd.concat(
            [events[events["type"] == name].groupby("symbol")["ex_date"].min(), _dates(known)]
        )
        for name, known in (("listedHose", _ARRIVED), ("delistedHose", _LEFT))
    )
    listings = pd.DataFrame({"start_date": starts, "end_date": ends}).rename_axis("symbol")
    return listings.reset_index()


def _dates(days: dict[str, str]) -> pd.Series:
    return pd.Series(days).astype("datetime64[us]")
