"""Tomorrow's orders: what a strategy wants of an account, decided and cut as in a backtest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules
from vn30_training.trading.account import Account
from vn30_training.trading.bars import Bars, Ints
from vn30_training.trading.engine.venue import make_venue
from vn30_training.trading.exchange import Exchange, Fill
from vn30_training.trading.holdings import Holdings
from vn30_training.trading.order_lines import Sheet, order_table
from vn30_training.trading.order_options import OrderOptions
from vn30_training.trading.order_reasons import wishes
from vn30_training.trading.price_limits import last_bar
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.session_ahead import (
    bars_ahead,
    ex_dates,
    limit_price,
    with_price_ahead,
    without_payouts,
)
from vn30_training.trading.signals_grid import signals_of
from vn30_training.trading.strategies.base import Decided
from vn30_training.trading.strategies.history import Floats, history_of
from vn30_training.trading.strategies.registry import make_strategy


@dataclass(frozen=True, slots=True)
class OrderList:
    """Orders for one session.

    Attributes
    ----------
    table
        `order_lines.COLUMNS`: sales, purchases by rank, then what is kept.
    summary
        JSON values: dates, account before and after in VND, turnover, notes, and the stocks with
        an ex-date in that session, None where nothing is known of corporate actions.
    """

    table: pd.DataFrame
    summary: dict[str, Any]


def make_orders(
    forecasts: pd.DataFrame,
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    holdings: Holdings,
    options: OrderOptions,
    rules: Rules,
    actions: pd.DataFrame | None = None,
) -> OrderList:
    """Decide at the close of the forecasts' day and write the orders for the next session.

    Parameters
    ----------
    forecasts
        `evaluation.outlook.build_outlook`'s table.
    panel, sessions
        As for backtests; rows of the panel after that day are not read.
    holdings
        What is owned at that close.
    options
        What to do.
    rules
        The exchange's tables.
    actions
        Corporate actions, see `market_bars.make_bars`; None or empty where none are known.

    Raises
    ------
    ValueError
        If there are no forecasts of that family and scope.
    """
    own = _own(forecasts, options)
    date = own["date"].iloc[0]
    bars = bars_ahead(panel, sessions, date, rules, actions)
    price = _bounds(bars, rules, options)
    last = last_bar(bars.close)[-1]
    shares = np.array([holdings.shares.get(name, 0) for name in bars.symbols], dtype=np.int64)
    ahead = with_price_ahead(without_payouts(bars, shares), price)
    exchange = Exchange(ahead, options.profile)
    account = _open(exchange, holdings)
    nav = holdings.cash + int(shares @ last)
    decided = _decide(own, panel[panel["date"] <= date], bars, shares * last / max(nav, 1), options)
    fills = exchange.follow(account, decided.plan)
    venue = make_venue(bars, options.profile)
    sheet = Sheet(bars, venue, options.at, rules, options.limit_ticks, options.participation, nav)
    table = order_table(sheet, own, holdings, decided.plan, fills)
    told = _summary(table, sheet, holdings, decided, account, fills)
    return OrderList(table, told | _on_actions(bars, actions, told["notes"]))


def _own(forecasts: pd.DataFrame, options: OrderOptions) -> pd.DataFrame:
    mine = (forecasts["family"] == options.model) & (forecasts["scope"] == options.scope)
    if not mine.any():
        there = sorted(set(zip(forecasts["family"], forecasts["scope"], strict=True)))
        names = ", ".join(f"{family} {scope}" for family, scope in there)
        raise ValueError(f"No forecasts of {options.model} {options.scope}; there are {names}.")
    return forecasts[mine]


def _bounds(bars: Bars, rules: Rules, options: OrderOptions) -> Ints:
    """Return the most that a share of each stock may cost: what the broker sets aside."""
    if options.limit_ticks is None:
        return np.array(bars.ceiling[-1])
    prices = np.zeros(len(bars.symbols), dtype=np.int64)
    for n in np.flatnonzero(bars.reference[-1]).tolist():
        prices[n] = limit_price(bars, n, rules, options.limit_ticks)
    return prices


def _open(exchange: Exchange, holdings: Holdings) -> Account:
    """Return the account at the close, with what has not settled withheld."""
    dates = exchange.bars.dates
    newest = len(dates) - 2

    def row(day: object, unknown: int) -> int:
        if day is None:
            return unknown
        return max(int(np.searchsorted(dates, np.datetime64(str(day)), "right")) - 1, 0)

    account = exchange.open_account(holdings.cash, newest, holdings.shares)
    for symbol, held in holdings.shares.items():
        waiting = held - holdings.settled[symbol]
        dealt = row(holdings.bought_on.get(symbol), newest if waiting else 0)
        exchange.withhold(account, dealt, {symbol: waiting})
    due = holdings.cash - holdings.settled_cash
    exchange.withhold(account, row(holdings.sold_on, newest) if due else 0, {}, due)
    return account


def _decide(
    own: pd.DataFrame, known: pd.DataFrame, bars: Bars, held: Floats, options: OrderOptions
) -> Decided:
    """Let the strategy decide at the newest close, as it does at each close of a backtest."""
    past = bars.dates[:-1]
    today = known[known["date"] == own["date"].iloc[0]].set_index("symbol")["member"]
    member = own["symbol"].map(today).eq(True)
    signals = signals_of(own.assign(seed=0, member=member), past[-1:], bars.symbols)
    history = history_of(known, past, bars.symbols)
    rows = decision_rows(past, options.rebalance)[-1:]
    return make_strategy(options.strategy, options.options).decide(signals, history, rows, held)


def _summary(
    table: pd.DataFrame,
    sheet: Sheet,
    holdings: Holdings,
    decided: Decided,
    account: Account,
    fills: list[Fill],
) -> dict[str, Any]:
    """Return the account before and, if every order is filled at its price, after."""
    value = table.groupby("side")["value"].sum()
    bought, sold = int(value.get("buy", 0)), int(value.get("sell", 0))
    fees, taxes = int(table["fee"].sum()), int(table["tax"].sum())
    set_aside = sum(one.filled * one.price + one.fee for one in fills if one.side == "buy")
    invested = sheet.nav - holdings.cash
    after = holdings.cash - bought + sold - fees - taxes
    past, ahead = (str(day) for day in sheet.bars.dates[-2:])
    return {
        "date": past,
        "session": ahead,
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
        "orders": int((table["shares"] > 0).sum()),
        "notes": _notes(sheet, decided),
    }


def _on_actions(bars: Bars, actions: pd.DataFrame | None, notes: list[str]) -> dict[str, Any]:
    """Return the stocks with an ex-date ahead, None where nothing is known of them."""
    if actions is None or actions.empty:
        return {"ex_dates": None}
    if bars.basis == "adjusted":
        no_effect = "adjusted prices: the file of corporate actions has no effect"
        return {"ex_dates": None, "notes": [*notes, no_effect]}
    return {"ex_dates": ex_dates(bars)}


def _notes(sheet: Sheet, decided: Decided) -> list[str]:
    notes = [note.reason for note in decided.notes]
    if np.isnan(wishes(decided.plan)).all() and not notes:
        notes.append("nothing is decided today")
    if decided.plan.stops.loss or decided.plan.stops.profit:
        notes.append("stops are not orders of this list: set them at the broker")
    if sheet.bars.basis == "adjusted":
        notes.append("no prices as traded: limits, ticks and lots are those of adjusted prices")
    return notes
