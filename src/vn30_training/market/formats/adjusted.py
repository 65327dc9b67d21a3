"""Files with raw and adjusted prices: one consistent adjusted bar, the raw close beside it."""

from __future__ import annotations

import pandas as pd

from vn30_training.market.schema import PRICES

_FIXED = tuple(f"{column}_adjusted" for column in PRICES)


def adjust(bars: pd.DataFrame) -> tuple[pd.DataFrame, str | None]:
    """Put adjusted prices into ``open, high, low, close`` and the traded close into ``raw_close``.

    Parameters
    ----------
    bars
        One symbol in date order, columns as `columns.match_columns` names them.

    Returns
    -------
    bars
        Without the ``*_adjusted`` columns.
    method
        What was done: ``columns`` (the file has all four adjusted prices), ``factor`` (open, high
        and low were scaled by adjusted close / close), or None (nothing).
    """
    if set(_FIXED) <= set(bars):
        raw = bars[["close"]].rename(columns={"close": "raw_close"}) if "close" in bars else None
        kept = bars.drop(columns=[*PRICES, "raw_close"], errors="ignore")
        kept = kept.rename(columns=dict(zip(_FIXED, PRICES, strict=True)))
        return (kept if raw is None else kept.join(raw)), "columns"
    spare = [column for column in _FIXED if column in bars]
    if "close_adjusted" not in bars:
        return bars.drop(columns=spare), None
    if "close" not in bars:
        renamed = bars.rename(columns={"close_adjusted": "close"})
        return renamed.drop(columns=spare, errors="ignore"), None
    return _scale(bars, spare)


def _scale(bars: pd.DataFrame, spare: list[str]) -> tuple[pd.DataFrame, str]:
    traded, adjusted = bars["close"], bars["close_adjusted"]
    known = (traded > 0) & (adjusted > 0)
    # A day without a close has no factor of its own: the one before it is the likeliest.
    factor = (adjusted / traded).where(known).ffill().bfill().fillna(1.0)
    result = bars.drop(columns=spare).assign(raw_close=traded)
    result["close"] = adjusted.where(known, traded)
    for column in ("open", "high", "low", "vwap"):
        if column in result:
            result[column] = result[column] * factor
    return result, "factor"
