"""Trades from orders filled: each share sold is matched with the one bought first."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.trading.bars import Bars
from vn30_training.trading.fifo import Position
from vn30_training.trading.returns import STRATEGY

TRIP_COLUMNS = [
    *("symbol", "shares", "bought", "sold", "buy_price", "sell_price"),
    *("sessions", "costs", "dividends", "pnl", "return"),
]
_DEAL = ["date", "side", "filled", "price", "costs"]
_Row = tuple[Any, ...]


def round_trips(fills: pd.DataFrame, bars: Bars, by: Sequence[str] = STRATEGY) -> pd.DataFrame:
    """Match every share sold with the one bought first of those held (FIFO).

    Parameters
    ----------
    fills
        Orders, those of a day in the order of their execution: the columns of ``by``, ``date``,
        ``symbol``, ``side`` (``buy`` or ``sell``), ``filled`` (shares), ``price`` (dealt, VND a
        share), ``fee`` and ``tax`` (VND).
    bars
        The market they were filled in: its sessions, dividends and bonus shares.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        One row per matched part of a purchase and a sale: the columns of ``by``, ``symbol``,
        ``shares`` (sold), ``bought`` and ``sold`` (dates), ``buy_price`` and ``sell_price`` (dealt,
        bonus shares not accounted for), ``sessions`` held, ``costs`` (its part of fees and taxes;
        the parts of a fill add up to its whole), ``dividends`` (before tax), ``pnl`` (VND, after
        costs and with dividends) and ``return`` on what was paid. Shares still held make no row.

    Raises
    ------
    ValueError
        If more is sold than was held.
    """
    keys = [*by, "symbol"]
    done = fills.loc[fills["filled"] > 0].sort_values([*keys, "date"], kind="stable")
    done = done.assign(costs=done["fee"] + done["tax"])
    actions: dict[Hashable, list[_Row]] = dict(zip(bars.symbols, _actions(bars), strict=True))
    rows = [
        (*key, *trip)
        for key, own in done.groupby(keys, observed=True)
        for trip in _trips(_tuples(own[_DEAL]), actions[key[-1]])
    ]
    told = [name for name in TRIP_COLUMNS if name not in ("sessions", "return")]
    trips = pd.DataFrame(rows, columns=[*by, *told, "paid"])
    bought, sold = (
        np.searchsorted(bars.dates, trips[name].to_numpy(dtype=bars.dates.dtype))
        for name in ("bought", "sold")
    )
    trips["sessions"], trips["return"] = sold - bought, trips["pnl"] / trips["paid"]
    return trips[[*by, *TRIP_COLUMNS]]


def _trips(fills: list[_Row], actions: list[_Row]) -> Iterator[_Row]:
    """Follow one stock of one strategy; actions come before the orders of their day."""
    position, coming = Position(), iter([*actions, None])
    action = next(coming)
    for date, side, shares, price, costs in fills:
        while action is not None and action[0] <= date:
            position.receive(*action[1:])
            action = next(coming)
        if side == "buy":
            position.buy(date, shares, price, costs)
            continue
        before = 0
        for lot in position.sell(shares):
            until = before + lot.shares
            charged = costs * until // shares - costs * before // shares
            before = until
            pnl = lot.shares * price - charged - lot.paid + lot.dividends
            deal = (lot.shares, lot.bought, date, lot.price, price)
            yield *deal, lot.costs + charged, lot.dividends, pnl, lot.paid


def _actions(bars: Bars) -> Iterator[list[_Row]]:
    """Give date, dividend and bonus of each stock's corporate actions, stock by stock."""
    dates = pd.DatetimeIndex(bars.dates)
    for dividend, bonus in zip(bars.cash_dividend.T, bars.bonus.T, strict=True):
        days = np.flatnonzero((dividend > 0) | (bonus > 0))
        told = pd.DataFrame({"at": dates[days], "dividend": dividend[days], "bonus": bonus[days]})
        yield _tuples(told)


def _tuples(table: pd.DataFrame) -> list[_Row]:
    return list(table.itertuples(index=False, name=None))
