"""Tomorrow's orders: what a strategy wants of an account, decided and cut as in a backtest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules
from vn30_training.trading.account import Account
from vn30_training.trading.bars import Bars, Ints
from vn30_training.trading.engine.venue import make_venue
from vn30_training.trading.exchange import Exchange, Fill
from vn30_training.trading.holdings import Holdings
from vn30_training.trading.open_wishes import OpenWishes
from vn30_training.trading.order_lines import order_table
from vn30_training.trading.order_options import OrderOptions
from vn30_training.trading.order_reasons import wishes as wishes_of
from vn30_training.trading.order_sheet import Sheet
from vn30_training.trading.order_summary import next_decision, not_decided, stop_notes, summarise
from vn30_training.trading.plan import Plan
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
from vn30_training.trading.stop_lines import Guard, watch
from vn30_training.trading.strategies.base import Decided
from vn30_training.trading.strategies.history import Floats, history_of
from vn30_training.trading.strategies.registry import make_strategy


@dataclass(frozen=True, slots=True)
class OrderList:
    """Orders for one session.

    Attributes
    ----------
    table
        `order_lines.COLUMNS`: sales, purchases by rank, stops, then what is kept.
    summary
        JSON values: dates, that of the next decision too, account before and after in VND,
        turnover, notes, and the stocks with an ex-date in that session, None where nothing is known
        of corporate actions.
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
    before: Mapping[str, Any] | None = None,
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
    before
        Summary of the list before this one: what it left unfilled is tried again, as in a backtest.

    Raises
    ------
    ValueError
        If there are no forecasts of that family and scope.
    """
    own = _own(forecasts, options)
    date = own["date"].iloc[0]
    bars = bars_ahead(panel, sessions, date, rules, actions)
    shares = np.array([holdings.shares.get(name, 0) for name in bars.symbols], dtype=np.int64)
    ahead = with_price_ahead(without_payouts(bars, shares), _bounds(bars, rules, options))
    exchange = Exchange(ahead, options.profile)
    account = _open(exchange, holdings)
    worth = shares * last_bar(bars.close)[-1]
    nav = holdings.cash + int(worth.sum())
    venue = make_venue(bars, options.profile)
    sheet = Sheet(bars, venue, options.at, rules, options.limit_ticks, options.participation, nav)
    known = panel[panel["date"] <= date]
    decided = _decide(own, known, bars, worth / max(nav, 1), options)
    plan = decided.plan
    held = np.flatnonzero(shares).tolist()
    priced = [n for n in held if bars.symbols[n] in holdings.average_price]
    watched = watch(sheet, account.book, plan.stops, priced)
    wishes = _wishes(exchange, account, plan, before or {}, options)
    fills = exchange.follow(account, plan)
    guards = _guards(bars, watched, account)
    since = None if wishes is None or wishes.decided == str(date.date()) else wishes.decided
    table = order_table(sheet, own, holdings, plan, fills, guards, since)
    told = summarise(table, sheet, holdings, decided, account, fills)
    silent = [] if told["notes"] else not_decided(plan, options.rebalance, since)
    notes = [*silent, *told["notes"], *_notes(table, bars, holdings, plan, fills, guards)]
    due = next_decision(sessions, date, options.rebalance)
    left = {"next_decision": due, "open": None if wishes is None else wishes.model_dump()}
    return OrderList(table, {**told, **left, **_on_actions(bars, actions, notes)})


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

    account = exchange.open_account(holdings.cash, newest, holdings.shares, paid=holdings.paid)
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


def _wishes(
    exchange: Exchange,
    account: Account,
    plan: Plan,
    before: Mapping[str, Any],
    options: OrderOptions,
) -> OpenWishes | None:
    """Return what is wanted, of today's decision or else of an earlier one, which is resumed."""
    dates = exchange.bars.dates
    if not np.isnan(wishes_of(plan)).all():
        return OpenWishes.of(exchange.aims(account, plan), str(dates[-2]), options)
    earlier = OpenWishes.from_list(before, options)
    sessions = 0 if earlier is None else earlier.left(dates)
    if earlier is None or not 0 < sessions < earlier.sessions:
        return None
    earlier.resume(account, sessions)
    return earlier


def _guards(bars: Bars, watched: Mapping[int, Guard], account: Account) -> dict[int, Guard]:
    """Return the stocks watched of which the plan leaves shares that can be sold at the open."""
    free = account.sellable("open")
    counted = {n: replace(one, free=free.get(bars.symbols[n], 0)) for n, one in watched.items()}
    return {n: one for n, one in counted.items() if one.free > 0 and bars.ceiling[-1, n] > 0}


def _notes(
    table: pd.DataFrame,
    bars: Bars,
    holdings: Holdings,
    plan: Plan,
    fills: Sequence[Fill],
    guards: Mapping[int, Guard],
) -> Iterator[str]:
    if plan.stops.loss or plan.stops.profit:
        sold = {fill.symbol: fill.filled for fill in fills if fill.side == "sell"}
        kept = [name for name, held in holdings.shares.items() if held > sold.get(name, 0)]
        missing = [name for name in kept if name not in holdings.average_price]
        guarded = {bars.symbols[n] for n in guards}
        yield from stop_notes(table, missing, [n for n in kept if n not in guarded.union(missing)])
    if bars.basis == "adjusted":
        yield "no prices as traded: limits, ticks and lots are those of adjusted prices"


def _on_actions(bars: Bars, actions: pd.DataFrame | None, notes: Sequence[str]) -> dict[str, Any]:
    """Return the notes, and the stocks with an ex-date ahead, None where nothing is known."""
    if actions is None or actions.empty:
        return {"notes": notes, "ex_dates": None}
    if bars.basis == "adjusted":
        no_effect = "adjusted prices: the file of corporate actions has no effect"
        return {"notes": [*notes, no_effect], "ex_dates": None}
    return {"notes": notes, "ex_dates": ex_dates(bars)}
