"""The table of days, of which everything said of strategies is made, from a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.trading.bars import Bars, Ints

if TYPE_CHECKING:
    from vn30_training.trading.simulation import Simulation

Floats = NDArray[np.float64]

MONEY = ("nav", "cash", "fees", "taxes", "slippage", "dividends", "turnover")


def daily_table(simulation: Simulation, plans: pd.DataFrame) -> pd.DataFrame:
    """Lay out a simulation as one row per plan and session, as `trading.returns` reads it.

    Parameters
    ----------
    simulation
        Of S plans over T sessions.
    plans
        What the plans are called, one row each in their order, with any columns.

    Returns
    -------
    DataFrame
        S x T rows: the columns of ``plans``, ``date``, ``nav, cash, fees, taxes, slippage,
        dividends, turnover`` (VND) and ``exposure``.

    Raises
    ------
    ValueError
        If there are not as many names as plans.
    """
    count, sessions = simulation.nav.shape
    if len(plans) != count:
        raise ValueError(f"{len(plans)} names were given for {count} plans.")
    days = plans.loc[plans.index.repeat(sessions)].reset_index(drop=True)
    days["date"] = np.tile(simulation.dates.astype("datetime64[us]"), count)
    for name in (*MONEY, "exposure"):
        days[name] = getattr(simulation, name).ravel()
    return days


def positions_of(shares: Ints, weights: Floats, bars: Bars) -> pd.DataFrame:
    """Return what one plan holds at the last session of each month.

    Parameters
    ----------
    shares, weights
        Held at each close, and their part of NAV, shape (T, N).
    bars
        The market.

    Returns
    -------
    DataFrame
        ``date, symbol, shares, weight``, one row per stock held.
    """
    months = bars.dates.astype("datetime64[M]")
    last = np.flatnonzero(np.append(months[1:] != months[:-1], True))
    month, stock = shares[last].nonzero()
    session = last[month]
    return pd.DataFrame(
        {
            "date": bars.dates[session].astype("datetime64[us]"),
            "symbol": np.array(bars.symbols, dtype=object)[stock],
            "shares": shares[session, stock],
            "weight": weights[session, stock],
        }
    ).astype({"symbol": "str"})


def named_fills(fills: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Replace the number of the plan of each order by the columns of ``plans``."""
    own = plans.iloc[fills["plan"].to_numpy()].reset_index(drop=True)
    rest = fills.drop(columns="plan").reset_index(drop=True)
    dates = rest["date"].astype("datetime64[us]")
    return pd.concat([own, rest.assign(date=dates)], axis=1)
