"""Trades from orders filled: each share sold is matched with the one bought first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from vn30_training.trading.ratios import profit_factor, win_loss_ratio, win_rate
from vn30_training.trading.returns import STRATEGY

Ints = NDArray[np.int64]

TRIP_COLUMNS = [
    *("symbol", "shares", "bought", "sold", "buy_price", "sell_price"),
    *("sessions", "costs", "pnl", "return"),
]
TRADE_FIGURES = [
    *("trades", "trade_win_rate", "trade_profit_factor", "trade_win_loss_ratio"),
    *("trade_return", "trade_sessions"),
]


def round_trips(
    fills: pd.DataFrame, sessions: ArrayLike, by: Sequence[str] = STRATEGY
) -> pd.DataFrame:
    """Match every share sold with the one bought first of those held (FIFO).

    Parameters
    ----------
    fills
        Orders, those of a day in the order of their execution: the columns of ``by``, ``date``,
        ``symbol``, ``side`` (``buy`` or ``sell``), ``filled`` (shares), ``price`` (paid or
        received, VND a share), ``fee`` and ``tax`` (VND). Shares that a company gives are bought
        at nothing.
    sessions
        Dates of the sessions, ascending.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        One row per matched part of a purchase and a sale: the columns of ``by``, ``symbol``,
        ``shares``, ``bought`` and ``sold`` (dates), ``buy_price``, ``sell_price``, ``sessions``
        held, ``costs`` (its part of fees and taxes; the parts of a fill add up to its whole),
        ``pnl`` (VND after costs) and ``return`` on what was paid. Shares still held make no row.

    Raises
    ------
    ValueError
        If more is sold than was held.
    """
    keys = [*by, "symbol"]
    ordered = fills.sort_values([*keys, "date"], kind="stable", ignore_index=True)
    group = ordered.groupby(keys, observed=True).ngroup()
    signed = ordered["filled"].where(ordered["side"] == "buy", -ordered["filled"])
    parts = _matched(np.asarray(group), np.asarray(signed, dtype=np.int64))
    bought, sold = ordered.iloc[parts["buy"]], ordered.iloc[parts["sale"]]
    trips = bought[keys].reset_index(drop=True)
    trips["shares"] = parts["shares"]
    trips["bought"], trips["sold"] = bought["date"].to_numpy(), sold["date"].to_numpy()
    trips["buy_price"] = bought["price"].to_numpy()
    trips["sell_price"] = sold["price"].to_numpy()
    trips["sessions"] = _held(trips, np.asarray(sessions, dtype="datetime64[us]"))
    buying = _part_of_costs(bought, parts["buy_offset"], parts["shares"])
    trips["costs"] = buying + _part_of_costs(sold, parts["sale_offset"], parts["shares"])
    gain = trips["sell_price"] - trips["buy_price"]
    trips["pnl"] = trips["shares"] * gain - trips["costs"]
    paid = trips["shares"] * trips["buy_price"] + buying
    trips["return"] = trips["pnl"] / paid.where(paid > 0)
    return trips[[*by, *TRIP_COLUMNS]]


def trade_table(trips: pd.DataFrame, by: Sequence[str] = STRATEGY) -> pd.DataFrame:
    """Judge the trades of every strategy.

    Parameters
    ----------
    trips
        From `round_trips`.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``trades`` (number), ``trade_win_rate``, ``trade_profit_factor`` and
        ``trade_win_loss_ratio`` of the VND earned, ``trade_return`` (mean) and ``trade_sessions``
        (mean held). Strategies without trades have no row.
    """
    records = []
    for key, own in trips.groupby(list(by), observed=True):
        pnl = own["pnl"].to_numpy()
        figures = (len(own), win_rate(pnl), profit_factor(pnl), win_loss_ratio(pnl))
        means = float(own["return"].mean()), float(own["sessions"].mean())
        named = dict(zip(by, key, strict=True))
        records.append(named | dict(zip(TRADE_FIGURES, (*figures, *means), strict=True)))
    return pd.DataFrame(records, columns=[*by, *TRADE_FIGURES])


def _matched(group: Ints, shares: Ints) -> pd.DataFrame:
    """Match purchases and sales of the same group, rows in the order of groups and time.

    All shares ever bought lie in one line, group after group. A sale takes the stretch that follows
    what its group sold before, so that parts are cut where a purchase or a sale begins or ends.

    Returns
    -------
    DataFrame
        One row per part: ``buy`` and ``sale`` (rows of the two fills), ``shares``, ``buy_offset``
        and ``sale_offset`` (shares of the fill that come before the part).
    """
    bought, sold = np.maximum(shares, 0), np.maximum(-shares, 0)
    opening = np.searchsorted(group, group)
    buy_start, sale_start = bought.cumsum() - bought, sold.cumsum() - sold
    sale_start += (buy_start - sale_start)[opening]
    if (sale_start + sold > buy_start + bought).any():
        raise ValueError("More shares are sold than were held.")
    buys, sales = np.flatnonzero(bought), np.flatnonzero(sold)
    sale_end = (sale_start + sold)[sales]
    edges = np.unique(np.concatenate([buy_start[buys], sale_start[sales], sale_end]))
    first, last = edges[:-1], edges[1:]
    sale = np.searchsorted(sale_end, first, side="right")
    is_sold = np.append(sale_start[sales], np.iinfo(np.int64).max)[sale] <= first
    first, last, sale = first[is_sold], last[is_sold], sales[sale[is_sold]]
    buy = buys[np.searchsorted(buy_start[buys], first, side="right") - 1]
    return pd.DataFrame(
        {
            "buy": buy,
            "sale": sale,
            "shares": last - first,
            "buy_offset": first - buy_start[buy],
            "sale_offset": first - sale_start[sale],
        }
    )


def _held(trips: pd.DataFrame, sessions: NDArray[np.datetime64]) -> Ints:
    """Count the sessions from purchase to sale."""
    at = (np.searchsorted(sessions, trips[name].to_numpy()) for name in ("sold", "bought"))
    return np.asarray(np.subtract(*at), dtype=np.int64)


def _part_of_costs(fills: pd.DataFrame, offset: pd.Series[int], shares: pd.Series[int]) -> Ints:
    """Return each part's share of its fill's fee and tax; all parts of a fill add up to them."""
    costs = (fills["fee"] + fills["tax"]).to_numpy(dtype=np.int64)
    total = fills["filled"].to_numpy(dtype=np.int64)
    before, until = offset.to_numpy(), (offset + shares).to_numpy()
    return np.asarray(costs * until // total - costs * before // total)
