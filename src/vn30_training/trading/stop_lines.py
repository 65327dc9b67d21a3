"""Stops as lines of an order list: limit orders to take a profit, conditional ones for a loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from vn30_training.trading.engine.book import Book, open_journal
from vn30_training.trading.engine.charges import MILLION
from vn30_training.trading.engine.session import corporate_actions
from vn30_training.trading.engine.stops import profit_level, stop_level
from vn30_training.trading.order_sheet import LIMIT, LOSS, PROFIT, Sheet
from vn30_training.trading.plan import Stops

CONDITIONAL = "STOP"
"""An order kept by the broker: when a price reaches the level, the limit order is sent."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What is kept watch over in one stock.

    Attributes
    ----------
    paid
        Average price of purchase, less dividends since, VND.
    levels
        Prices at which a backtest sells, by kind of stop.
    free
        Shares that can be sold at the open and that no other order of the list sells.
    """

    paid: float
    levels: Mapping[str, int]
    free: int = 0


def watch(sheet: Sheet, book: Book, stops: Stops, known: Sequence[int]) -> dict[int, Guard]:
    """Return the levels at which a backtest would sell in the last session, by stock.

    A level in another band of price steps than the stock is rounded to the steps of its own.

    Parameters
    ----------
    sheet
        The session of the orders; an ex-date on it lowers what was paid, as in a backtest.
    book
        The account before it.
    stops
        Of the strategy; a kind that is 0 has no level.
    known
        Places of stocks that are held and whose average price is known.
    """
    at, after = len(sheet.bars.dates) - 1, deepcopy(book)
    corporate_actions(sheet.venue, after, open_journal(0), at)
    loss, profit = round(stops.loss * MILLION), round(stops.profit * MILLION)
    guards = {}
    for n in known:
        levels = {}
        if loss > 0:
            level = int(stop_level(sheet.venue, after, at, n, loss))
            levels[LOSS] = level - level % sheet.tick(level)
        if profit > 0:
            level = int(profit_level(sheet.venue, after, at, n, profit))
            levels[PROFIT] = level + -level % sheet.tick(level)
        guards[n] = Guard(after.basis[n] / after.held[n], levels)
    return guards


def stop_lines(sheet: Sheet, n: int, guard: Guard, stops: Stops) -> Iterator[dict[str, Any]]:
    """Yield the stops of one stock, each for all free shares: where one deals the other is void.

    A level that this session cannot reach yields a line without shares that says so.
    """
    if LOSS in guard.levels:
        yield from _loss(sheet, n, guard, stops.loss)
    if PROFIT in guard.levels:
        yield from _profit(sheet, n, guard, stops.profit)


def _loss(sheet: Sheet, n: int, guard: Guard, loss: float) -> Iterator[dict[str, Any]]:
    floor, ceiling = int(sheet.bars.floor[-1, n]), int(sheet.bars.ceiling[-1, n])
    level = guard.levels[LOSS]
    why = f"{loss:.1%} below the average price {guard.paid:,.0f}"
    if level <= floor:
        told = f"{level:,}, {why}, is not above the floor: it cannot deal in this session"
        yield sheet.line("sell", 0, told, kind=LOSS, level=level)
        return
    order_type = CONDITIONAL
    if level >= ceiling:
        order_type = LIMIT
        why += ": already passed, offered at the floor to deal at the open"
    elif level >= int(sheet.bars.reference[-1, n]):
        why += ": already reached, deals at once unless prices open higher"
    yield from _sales(sheet, guard, LOSS, order_type, floor, why)


def _profit(sheet: Sheet, n: int, guard: Guard, profit: float) -> Iterator[dict[str, Any]]:
    floor, ceiling = int(sheet.bars.floor[-1, n]), int(sheet.bars.ceiling[-1, n])
    level = guard.levels[PROFIT]
    why = f"{profit:.1%} above the average price {guard.paid:,.0f}"
    if level > ceiling:
        told = f"{level:,}, {why}, is above the ceiling: it cannot deal in this session"
        yield sheet.line("sell", 0, told, kind=PROFIT, level=level)
        return
    limit = max(level, floor)
    if level < floor:
        why += ": already passed, offered at the floor to deal at the open"
    elif level <= int(sheet.bars.reference[-1, n]):
        why += ": already reached, deals at once unless prices open lower"
    yield from _sales(sheet, guard, PROFIT, LIMIT, limit, why)


def _sales(
    sheet: Sheet, guard: Guard, kind: str, order_type: str, limit: int, why: str
) -> Iterator[dict[str, Any]]:
    """Yield the sale of all free shares, counted at the level where it is sent only there."""
    level = guard.levels[kind]
    price = level if order_type == CONDITIONAL else limit
    for shares, _ in sheet.parts(guard.free):
        yield sheet.line(
            "sell",
            shares,
            why,
            price=price,
            order_type=order_type,
            limit=limit,
            kind=kind,
            level=level,
        )
