"""What an order list comes to: the account before and after, and what its reader has to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.trading.account import Account
from vn30_training.trading.exchange import Fill
from vn30_training.trading.holdings import Holdings
from vn30_training.trading.order_reasons import wishes
from vn30_training.trading.order_sheet import LOSS, PLAN, PROFIT, Sheet
from vn30_training.trading.plan import Plan
from vn30_training.trading.rebalancing import Frequency, decision_rows
from vn30_training.trading.stop_lines import CONDITIONAL
from vn30_training.trading.strategies.base import Decided

_PERIODS = {"weekly": "week", "monthly": "month"}


def summarise(
    table: pd.DataFrame,
    sheet: Sheet,
    holdings: Holdings,
    decided: Decided,
    account: Account,
    fills: Sequence[Fill],
) -> dict[str, Any]:
    """Return the account before and, if every order is filled at its price and no stop, after.

    Parameters
    ----------
    table
        The lines.
    sheet, holdings, decided, fills
        What they were made of.
    account
        After the orders.
    """
    plan = table[table["kind"] == PLAN]
    value = plan.groupby("side")["value"].sum()
    bought, sold = int(value.get("buy", 0)), int(value.get("sell", 0))
    fees, taxes = int(plan["fee"].sum()), int(plan["tax"].sum())
    set_aside = sum(one.filled * one.price + one.fee for one in fills if one.side == "buy")
    invested = sheet.nav - holdings.cash
    after = holdings.cash - bought + sold - fees - taxes
    past, ahead = (str(day) for day in sheet.bars.dates[-2:])
    return {
        "date": past,
        "session": ahead,
        "auction": _auction(sheet),
        "nav": sheet.nav,
        "cash_before": holdings.cash,
        "cash_usable": account.usable_cash(sheet.at) + set_aside,
        "set_aside": set_aside,
        "cash_after": after,
        "invested_before": invested / sheet.nav if sheet.nav else 0.0,
        "invested_after": 1 - after / (sheet.nav - fees - taxes) if sheet.nav else 0.0,
        "bought": bought,
        "sold": sold,
        "fees": fees,
        "taxes": taxes,
        "turnover": (bought + sold) / sheet.nav if sheet.nav else 0.0,
        "orders": int((plan["shares"] > 0).sum()),
        "stops": int((table["shares"] > 0).sum() - (plan["shares"] > 0).sum()),
        "notes": [note.reason for note in decided.notes],
    }


def _auction(sheet: Sheet) -> str:
    """Return the hours of the auction of the orders, Vietnam time."""
    name = {"open": "opening_auction", "close": "closing_auction"}[sheet.at]
    hours = sheet.rules.hours(sheet.bars.dates[-1].astype(object))[name]
    return ", ".join("-".join(span) for span in hours)


def next_decision(sessions: pd.DataFrame, date: pd.Timestamp, rebalance: Frequency) -> str | None:
    """Return the next day after ``date`` at whose close is decided, None where it is not known.

    Parameters
    ----------
    sessions
        ``date`` of every session, those to come too.
    date
        The newest one that is over.
    rebalance
        How often is decided.
    """
    days = sessions["date"].to_numpy().astype("datetime64[D]")
    later = days[decision_rows(days, rebalance) & (days > np.datetime64(date, "D"))]
    return str(later[0]) if later.size else None


def not_decided(plan: Plan, rebalance: Frequency, since: str | None = None) -> Iterator[str]:
    """Yield that there is no decision today, and what is done between two decisions.

    Parameters
    ----------
    plan, rebalance
        Of one row, and how often is decided.
    since
        Day of the earlier decision whose orders are sent again; None where none is left.
    """
    if not np.isnan(wishes(plan)).all():
        return
    if rebalance == "daily":
        yield "nothing is decided today"
    else:
        yield (
            f"nothing is decided today, only at the close of the first session of a "
            f"{_PERIODS[rebalance]}; "
            + (
                "no list of before left anything to be tried again"
                if since is None
                else f"what was decided on {since} and is not filled is tried again"
            )
        )


def stop_notes(
    table: pd.DataFrame, missing: Sequence[str], waiting: Sequence[str]
) -> Iterator[str]:
    """Yield how stops are sent, and which stocks have none.

    Parameters
    ----------
    table
        The lines.
    missing, waiting
        Symbols held without an average price, and those of which no share is free.
    """
    if missing:
        yield f"no stops for {', '.join(missing)}: the holdings have no average_price of them"
    if waiting:
        yield f"no stops yet for {', '.join(waiting)}: none of the shares can be sold at the open"
    sent = table[table["shares"] > 0]
    stops = sent[sent["kind"] != PLAN]
    if (stops["order_type"] == CONDITIONAL).any():
        yield (
            f"{CONDITIONAL} is the broker's conditional order (lenh dieu kien): when a price is at "
            "or below the level, sell at the limit or better"
        )
    kinds = stops.groupby("symbol")["kind"].nunique()
    if (kinds == len((LOSS, PROFIT))).any():
        yield (
            "the stop loss and the take profit of a stock are for the same shares: one order that "
            "cancels the other (OCO), or the stop loss first"
        )
    both = sorted(set(stops["symbol"]) & set(sent.loc[sent["kind"] == PLAN, "symbol"]))
    if both:
        yield f"where a stop deals, leave out the other orders of that stock: {', '.join(both)}"
