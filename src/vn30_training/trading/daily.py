"""The table of days, of which everything said of strategies is made, from a simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from vn30_training.trading.simulation import Simulation

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


def named_fills(fills: pd.DataFrame, plans: pd.DataFrame) -> pd.DataFrame:
    """Replace the number of the plan of each order by the columns of ``plans``."""
    own = plans.iloc[fills["plan"].to_numpy()].reset_index(drop=True)
    rest = fills.drop(columns="plan").reset_index(drop=True)
    dates = rest["date"].astype("datetime64[us]")
    return pd.concat([own, rest.assign(date=dates)], axis=1)
