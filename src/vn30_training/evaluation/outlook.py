"""The next session as a table for people: forecasts, ranks, and prices that can be reached."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.market.hose import Rules
from vn30_training.models.contract import QUANTILE_COLUMNS

_KEYS = ["family", "scope", "symbol"]
_DATES = ["date", "trade_date", "label_end"]
_VALUES = ["y_pred", "score", *QUANTILE_COLUMNS, "p_up"]
_BOUNDS = ["rank", "last_close", "basis", "ceiling", "floor"]
_PRICED = {"y_pred": "price", **{name: f"price_{name}" for name in QUANTILE_COLUMNS}}


def build_outlook(
    forecasts: pd.DataFrame, prices: pd.DataFrame, sessions_ahead: int, rules: Rules
) -> pd.DataFrame:
    """Return one row per family, scope and symbol for the newest session.

    Parameters
    ----------
    forecasts
        Tidy forecasts of one date, any seeds; seeds are averaged.
    prices
        Canonical prices up to that date. The reference of the limits is the close as traded
        (``raw_close``) where there is one, else the adjusted close; ``basis`` says which.
    sessions_ahead
        Sessions from the date to the end of the label.
    rules
        The exchange's rules.

    Returns
    -------
    DataFrame
        The three dates, the forecast return and its quantiles, ``p_up``, ``rank`` (1 is the best
        score of its family and scope), ``last_close``, ``ceiling`` and ``floor`` of the next
        session, and ``price``, ``price_q05`` ... in VND: what a share costs at the label's end if
        the return of the forecast came on top of the last close, clipped to what the limits of the
        sessions until then allow.
    """
    means = forecasts.groupby([*_KEYS, *_DATES], observed=True)[_VALUES].mean().reset_index()
    day = means["trade_date"].iloc[0].date()
    bars = _reference(prices).loc[means["symbol"]]
    reference = bars["last_close"].to_numpy()
    lowest, highest = _reach(reference, sessions_ahead, day, rules)
    ceiling, floor = rules.limits(np.rint(reference).astype(np.int64), day)
    table = means.assign(
        rank=means.groupby(["family", "scope"])["score"].rank(ascending=False, method="min"),
        last_close=reference,
        basis=bars["basis"].to_numpy(),
        ceiling=ceiling,
        floor=floor,
        **{
            name: np.clip(reference * (1 + means[value].to_numpy()), lowest, highest).round()
            for value, name in _PRICED.items()
        },
    )
    table["rank"] = table["rank"].astype("Int64")
    return table[
        [*_DATES, "symbol", "family", "scope", *_VALUES, *_BOUNDS, *_PRICED.values()]
    ].sort_values(["family", "scope", "rank", "symbol"], ignore_index=True)


def _reference(prices: pd.DataFrame) -> pd.DataFrame:
    """Return the close of each symbol that its next limits start from, and what it is."""
    # Not groupby(...).last(): that would fill a missing raw close with that of an earlier day.
    last = prices.drop_duplicates("symbol", keep="last").set_index("symbol")
    raw = last["raw_close"] if "raw_close" in last else pd.Series(np.nan, last.index)
    return pd.DataFrame(
        {
            "last_close": raw.fillna(last["close"]),
            "basis": np.where(raw.notna(), "as traded", "adjusted"),
        }
    )


def _reach(
    reference: NDArray[np.float64], sessions: int, day: date, rules: Rules
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the lowest and the highest close that ``sessions`` limits in a row allow."""
    highest = lowest = np.rint(reference).astype(np.int64)
    for _ in range(sessions):
        highest, _ = rules.limits(highest, day)
        _, lowest = rules.limits(lowest, day)
    return lowest, highest
