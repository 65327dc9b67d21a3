"""The session ahead as the exchange's arrays: its rules are known, its prices are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules
from vn30_training.market.schema import PRICES
from vn30_training.trading.bars import Bars, Ints
from vn30_training.trading.market_bars import make_bars

USUAL = 20
"""Sessions over which the usual volume is averaged."""


def bars_ahead(
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    date: pd.Timestamp,
    rules: Rules,
    actions: pd.DataFrame | None = None,
) -> Bars:
    """Return the bars up to a day and one more row: the session after it.

    The last row has the limits, the lots, the settlement and the costs of that session; its prices
    stand for the last close, its volume for the mean of the last sessions, at least a share.

    Parameters
    ----------
    panel
        As for `make_bars`; rows after ``date`` are not read.
    sessions
        ``date``, ``observed``; the session ahead too.
    date
        The newest session known.
    rules
        The exchange's tables.
    actions
        As for `make_bars`; an ex-date on that session moves its limits.

    Raises
    ------
    ValueError
        If no session after ``date`` is known.
    """
    later = sessions.loc[sessions["date"] > date, "date"]
    if later.empty:
        raise ValueError(f"No session after {date:%Y-%m-%d} is known.")
    day = later.min()
    calendar = sessions[sessions["date"] <= day].copy()
    calendar.loc[calendar["date"] == day, "observed"] = True
    known = panel[panel["date"] <= date]
    whole = pd.concat([known, _expected(known, day)]).sort_values(
        ["symbol", "date"], ignore_index=True
    )
    return make_bars(whole, calendar, rules, actions)


def _expected(known: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Return a row per stock in which the last close is every price."""
    raw = ["raw_close"] if "raw_close" in known else []
    bars = known.dropna(subset=["close", *raw]).drop_duplicates("symbol", keep="last")
    volume = known["volume"].fillna(0).groupby(known["symbol"]).agg(_usual)
    prices = dict.fromkeys(PRICES, bars["close"])
    return bars.assign(date=day, **prices, volume=bars["symbol"].map(volume))


def _usual(volume: pd.Series) -> float:
    return max(float(np.rint(volume.tail(USUAL).mean())), 1.0)


def ex_dates(bars: Bars) -> list[str]:
    """Return the stocks that have an ex-date in the last session."""
    ex = (bars.cash_dividend[-1] > 0) | (bars.bonus[-1] > 0)
    return [bars.symbols[n] for n in np.flatnonzero(ex)]


def without_payouts(bars: Bars, shares: Ints) -> Bars:
    """Return the bars with nothing to come, in the last session, of the shares (N,) held.

    Dividends and bonus shares come weeks after the ex-date: they can be neither spent nor sold.
    """

    def last(values: Ints) -> Ints:
        return np.vstack([values[:-1], np.where(shares > 0, 0, values[-1:])])

    return replace(bars, cash_dividend=last(bars.cash_dividend), bonus=last(bars.bonus))


def with_price_ahead(bars: Bars, price: Ints) -> Bars:
    """Return the bars with another price (N,) for all deals of the last session."""

    def last(values: Ints) -> Ints:
        return np.vstack([values[:-1], np.where(values[-1:] > 0, price, 0)])

    return replace(bars, open=last(bars.open), close=last(bars.close))


def limit_price(bars: Bars, n: int, rules: Rules, ticks: int) -> int:
    """Return the price so many ticks above (below: negative) the reference, within the limits.

    Parameters
    ----------
    bars
        Of which the last session is meant.
    n
        The stock.
    rules
        The exchange's tables: a step may lie in another band than the one before.
    ticks
        How many.
    """
    day = bars.dates[-1].astype(object)
    reference = int(bars.reference[-1, n])
    price = reference - reference % rules.tick(reference, day)
    for _ in range(abs(ticks)):
        price += rules.tick(price, day) if ticks > 0 else -rules.tick(price - 1, day)
    return min(max(price, int(bars.floor[-1, n])), int(bars.ceiling[-1, n]))
