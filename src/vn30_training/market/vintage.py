"""Vintages: whether a new download tells the same past as the last one, up to its adjustment."""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from vn30_training.market.checks.codes import issue
from vn30_training.market.issues import DataIssue

TOLERANCE = 0.005
"""Returns may differ by this much: prices rounded to 10 VND make up to 0.2 % of noise."""
_UNIT = 1e-4
_RESCALED = 1e-3
_SHOWN = 5
_BEGINNING = 250
Ints = npt.NDArray[np.int32]


def fingerprint(prices: pd.DataFrame, source: str = "") -> dict[str, Any]:
    """Describe prices so that a later download can be compared with them.

    Parameters
    ----------
    prices
        Canonical prices, sorted by symbol and date.
    source
        Where they come from.

    Returns
    -------
    dict
        JSON values: ``source`` and, by symbol, ``first`` and ``last`` day, ``rows``, the last
        ``close``, ``sha256`` of days and returns, and both packed (days since 1970; returns to 4
        decimals).
    """
    groups = prices.groupby("symbol", sort=True)
    return {
        "source": source,
        "symbols": {str(symbol): _describe(bars) for symbol, bars in groups},
    }


def compare(old: dict[str, Any], prices: pd.DataFrame) -> list[DataIssue]:
    """Compare prices with the fingerprint of an earlier download.

    Returns are compared on the days that have the same day before them in both.

    Parameters
    ----------
    old
        Result of `fingerprint`; empty where there is no earlier download.
    prices
        Canonical prices, sorted by symbol and date.

    Returns
    -------
    list
        D014, an error, for a symbol whose returns differ by more than half a percentage point
        anywhere; D032, a warning, for one whose returns agree while its levels are scaled: it has a
        new adjustment.
    """
    told = []
    known = old.get("symbols", {})
    for symbol, bars in prices.groupby("symbol", sort=True):
        if symbol in known:
            name, then = str(symbol), known[symbol]
            told.append(_conflict(name, then, bars) or _rescaling(name, then, bars))
    return [entry for entry in told if entry is not None]


def identity(fingerprint: Mapping[str, Any]) -> str:
    """Return a hash by which a data set is known again when sessions have been added to it.

    It follows from how each symbol's history begins: its first `_BEGINNING` days and returns.
    Where the files lie, and a new adjustment of the same prices, make no other data set.
    """
    digest = hashlib.sha256()
    for symbol, told in sorted(fingerprint["symbols"].items()):
        digest.update(symbol.encode())
        for name in ("days", "returns"):
            digest.update(_unpack(told[name])[:_BEGINNING].tobytes())
    return digest.hexdigest()


def without_conflicts(prices: pd.DataFrame, issues: list[DataIssue]) -> pd.DataFrame:
    """Return the prices of the symbols that have no D014 among the issues."""
    conflicting = {entry.symbol for entry in issues if entry.code == "D014"}
    return prices[~prices["symbol"].isin(conflicting)].reset_index(drop=True)


def accepted(issues: list[DataIssue]) -> list[DataIssue]:
    """Return the issues with every D014 as a warning: the user takes the new past."""
    return [replace(one, level="warning") if one.code == "D014" else one for one in issues]


def _describe(bars: pd.DataFrame) -> dict[str, Any]:
    days, returns = _days_and_returns(bars)
    return {
        "first": f"{bars['date'].iloc[0]:%Y-%m-%d}",
        "last": f"{bars['date'].iloc[-1]:%Y-%m-%d}",
        "rows": len(bars),
        "close": float(bars["close"].iloc[-1]),
        "sha256": hashlib.sha256(days.tobytes() + returns.tobytes()).hexdigest(),
        "days": _pack(days),
        "returns": _pack(returns),
    }


def _days_and_returns(bars: pd.DataFrame) -> tuple[Ints, Ints]:
    days = bars["date"].to_numpy("datetime64[D]").astype(np.int32)
    close = bars["close"].to_numpy(float)
    changes = np.diff(close, prepend=np.nan) / np.roll(close, 1)
    returns = np.round(np.nan_to_num(changes, nan=0.0) / _UNIT).astype(np.int32)
    return days, returns


def _pack(values: Ints) -> str:
    steps = np.diff(values, prepend=np.int32(0)).astype("<i4")
    return base64.b64encode(zlib.compress(steps.tobytes(), 9)).decode()


def _unpack(text: str) -> Ints:
    steps = np.frombuffer(zlib.decompress(base64.b64decode(text)), "<i4")
    return np.cumsum(steps, dtype=np.int32)


def _conflict(symbol: str, old: dict[str, Any], bars: pd.DataFrame) -> DataIssue | None:
    days, returns = _days_and_returns(bars)
    old_days, old_returns = _unpack(old["days"]), _unpack(old["returns"])
    _, here, there = np.intersect1d(days, old_days, assume_unique=True, return_indices=True)
    follows = (here > 0) & (there > 0)
    follows &= days[here - 1] == old_days[there - 1]
    here, there = here[follows], there[follows]
    gaps = np.abs(returns[here].astype(float) - old_returns[there]) * _UNIT
    at = np.flatnonzero(gaps > TOLERANCE + _UNIT)
    if not len(at):
        return None
    first = bars.iloc[here[at[0]]]["date"]
    shown = ", ".join(
        f"{bars.iloc[here[i]]['date']:%Y-%m-%d} {old_returns[there[i]] * _UNIT:+.2%} then "
        f"{returns[here[i]] * _UNIT:+.2%} now"
        for i in at[:_SHOWN]
    )
    message = f"{len(at)} earlier returns changed: {shown}{', ...' if len(at) > _SHOWN else '.'}"
    return issue("D014", message, symbol=symbol, date=f"{first:%Y-%m-%d}")


def _rescaling(symbol: str, old: dict[str, Any], bars: pd.DataFrame) -> DataIssue | None:
    then = bars.loc[bars["date"] == pd.Timestamp(old["last"]), "close"]
    if then.empty:
        return None
    factor = float(then.iloc[0]) / float(old["close"])
    if abs(factor - 1) <= _RESCALED:
        return None
    message = f"The same returns at {factor:.4f} times the earlier prices."
    return issue("D032", message, symbol=symbol, date=old["last"])
