"""Nodes that read what is held and write the orders of the next session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from vn30_training.market.hose import load_rules
from vn30_training.trading.actions_file import read_actions
from vn30_training.trading.holdings import Holdings, only_cash, read_holdings
from vn30_training.trading.order_options import OrderOptions

SIMULATED, REAL = "SIMULATED", "HOSE"


def write_orders(
    holdings: Path | None,
    traded_forecasts: pd.DataFrame,
    as_of: dict[str, Any],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    orders: OrderOptions,
    actions: Path | None,
    before: dict[str, Any],
) -> dict[str, Any]:
    """Write the orders for the session after the one that was released for forecasting.

    What the list ``before`` left unfilled of a decision is tried again.

    Raises
    ------
    DataError
        If the file of holdings or of corporate actions has errors.
    ValueError
        If the forecasts are not those of the released session.
    """
    from vn30_training.trading.orders import make_orders

    newest = traded_forecasts["date"].max()
    if str(newest.date()) != as_of["date"]:
        raise ValueError(f"Forecasts of {newest.date()} are not those of {as_of['date']}.")
    held = _held(holdings, panel, sessions, newest, orders.capital)
    known = None if actions is None else read_actions(actions)
    given = traded_forecasts, panel, sessions, held, orders, load_rules()
    made = make_orders(*given, known, before)
    market = SIMULATED if as_of["simulated"] else REAL
    account = f"none, {orders.capital:,} VND of cash" if holdings is None else holdings.name
    told = {
        "market": market,
        "account": account,
        **orders.model_dump(mode="json", include={"model", "scope", "strategy", "rebalance"}),
    }
    table = made.table
    table.insert(0, "market", market)
    table.insert(1, "session", pd.Timestamp(made.summary["session"]))
    return {"table": table, "summary": {**told, **made.summary}}


def _held(
    path: Path | None,
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    newest: pd.Timestamp,
    capital: int,
) -> Holdings:
    """Read the file, or open an account with nothing but cash where there is none."""
    if path is None:
        return only_cash(capital)
    days = sessions.loc[sessions["observed"] & (sessions["date"] <= newest), "date"]
    known = days[days >= panel["date"].min()].to_numpy().astype("datetime64[D]")
    return read_holdings(path, sorted(panel["symbol"].unique()), known, load_rules())
