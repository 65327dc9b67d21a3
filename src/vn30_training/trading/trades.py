"""What the trades of strategies came to, and how much money they have room for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from vn30_training.trading.bars import Bars
from vn30_training.trading.cost_analysis import capacity
from vn30_training.trading.ratios import profit_factor, win_loss_ratio, win_rate
from vn30_training.trading.returns import STRATEGY
from vn30_training.trading.round_trips import round_trips

TRADE_FIGURES = [
    *("trades", "trade_win_rate", "trade_profit_factor", "trade_win_loss_ratio"),
    *("trade_return", "trade_sessions"),
]


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


def with_trades(
    table: pd.DataFrame,
    daily: pd.DataFrame,
    fills: pd.DataFrame,
    bars: Bars,
    by: Sequence[str] = STRATEGY,
) -> pd.DataFrame:
    """Add what the orders filled tell of every strategy.

    Parameters
    ----------
    table
        One row per strategy, as `performance_table` makes it.
    daily
        The table of days it was made of.
    fills
        Orders filled, as `round_trips` reads them.
    bars
        The market they were filled in.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The table with the figures of `trade_table`, ``capacity`` (VND) and ``filled`` (attempts
        that dealt, wholly or in part) beside; without trades 0 ``trades``, 0 ``filled`` and NaN.
    """
    trades = trade_table(round_trips(fills, bars, by), by)
    told = table.merge(trades, on=list(by), how="left")
    told = told.merge(_capacities(daily, fills, bars, by), on=list(by), how="left")
    told = told.astype(dict.fromkeys([*TRADE_FIGURES, "capacity"], "float64"))
    return told.assign(
        **{name: told[name].fillna(0).astype(np.int64) for name in ("trades", "filled")}
    )


def _capacities(
    daily: pd.DataFrame, fills: pd.DataFrame, bars: Bars, by: Sequence[str]
) -> pd.DataFrame:
    """Return the `capacity` of every strategy that traded, and how often it dealt."""
    orders = fills.loc[fills["filled"] > 0].merge(daily[[*by, "date", "nav"]], on=[*by, "date"])
    session = np.searchsorted(bars.dates, orders["date"].to_numpy(dtype=bars.dates.dtype))
    stock = pd.Index(bars.symbols).get_indexer(pd.Index(orders["symbol"]))
    orders["participation"] = orders["filled"] / bars.volume[session, stock]
    records = [
        dict(zip(by, key, strict=True))
        | {"capacity": capacity(own["participation"], own["nav"]), "filled": len(own)}
        for key, own in orders.groupby(list(by), observed=True)
    ]
    return pd.DataFrame(records, columns=[*by, "capacity", "filled"])
