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
_SKETCHED = 28
"""Sketches keep the returns of every fourth Thursday (1970-01-01 was one)."""
ALIKE = 0.75
"""Share of the returns two sketches have in common that must agree. Of two stocks, or of two
simulated markets, a quarter to a third do."""
LEAST_COMMON = 10
"""Fewer returns in common tell nothing."""
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


def content(fingerprint: Mapping[str, Any]) -> str:
    """Return a hash of all days and returns; any new download has another."""
    told = {name: one["sha256"] for name, one in fingerprint["symbols"].items()}
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()


def past(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return the name of the past that a download tells: the old one's where it only goes on.

    It goes on where the symbols are the same, each has the old days in their order and later ones
    at most, and no return differs by more than `TOLERANCE`. So sessions added at the end and a new
    adjustment keep the name; a changed return, a lost, added or moved bar, and another symbol do
    not.

    Parameters
    ----------
    old
        The fingerprint of the download before, with its ``past``; empty where there is none.
    new
        Result of `fingerprint`.
    """
    known, now = old.get("symbols", {}), new["symbols"]
    goes_on = known.keys() == now.keys() and all(_goes_on(known[name], now[name]) for name in now)
    return str(old["past"]) if goes_on and "past" in old else content(new)


def sketch(fingerprint: Mapping[str, Any]) -> dict[str, Any]:
    """Return so much of a fingerprint as tells data sets apart: a few returns of each symbol."""
    return {
        symbol: _packed(*(values[days % _SKETCHED == 0] for values in (days, returns)))
        for symbol, told in fingerprint["symbols"].items()
        for days, returns in [(_unpack(told["days"]), _unpack(told["returns"]))]
    }


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether two sketches are of the same data, downloaded at other times or in part.

    They are where at least half of the symbols of the smaller are in both, and most returns of
    these on the same days agree: sessions, symbols and dividends may have come since.
    """
    common = [symbol for symbol in one if symbol in other]
    if 2 * len(common) < min(len(one), len(other)):
        return False
    gaps = np.concatenate([np.empty(0), *(_gaps(one[name], other[name]) for name in common)])
    agree = np.abs(gaps) * _UNIT <= TOLERANCE + _UNIT
    return len(gaps) >= LEAST_COMMON and bool(agree.mean() >= ALIKE)


def joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Return a sketch of all that either of two sketches knows, by the newer where both do."""
    return {**old, **{name: _joined(old.get(name), own) for name, own in new.items()}}


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
        **_packed(days, returns),
    }


def _packed(days: Ints, returns: Ints) -> dict[str, str]:
    return {"days": _pack(days), "returns": _pack(returns)}


def _goes_on(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Tell whether one symbol's days and returns begin with the old ones."""
    days, old_days = _unpack(new["days"]), _unpack(old["days"])
    if not np.array_equal(days[: len(old_days)], old_days):
        return False
    gaps = _unpack(new["returns"])[: len(old_days)] - _unpack(old["returns"])
    return bool((np.abs(gaps) * _UNIT <= TOLERANCE + _UNIT).all())


def _gaps(one: Mapping[str, str], other: Mapping[str, str]) -> Ints:
    """Return by how much one symbol's returns differ on the days that two sketches share."""
    days, others = _unpack(one["days"]), _unpack(other["days"])
    _, here, there = np.intersect1d(days, others, assume_unique=True, return_indices=True)
    return _unpack(one["returns"])[here] - _unpack(other["returns"])[there]


def _joined(old: Mapping[str, str] | None, new: Mapping[str, str]) -> dict[str, str]:
    if old is None:
        return dict(new)
    days, returns = (
        np.concatenate([_unpack(one[name]) for one in (new, old)]) for name in ("days", "returns")
    )
    days, newest = np.unique(days, return_index=True)
    return _packed(days, returns[newest])


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
