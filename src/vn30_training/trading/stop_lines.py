"""Stops as lines of an order list: limit orders to take a profit, conditional ones for a loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vn30_training.trading.engine.book import Book
from vn30_training.trading.engine.stops import profit_level, stop_level
from vn30_training.trading.engine.venue import Venue
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
    free: int


def stop_levels(
    venue: Venue, book: Book, stops: Stops, known: Sequence[int]
) -> dict[int, dict[str, int]]:
    """Return the levels at which a backtest would sell in the last session, by stock and kind.

    Parameters
    ----------
    venue
        Of which the last session is that of the orders.
    book
        The account before it.
    stops
        Of the strategy; a kind that is 0 has no level.
    known
        Places of stocks that are held and whose average price is known.
    """
    u = len(venue.lot) - 1
    rules = ((LOSS, stop_level, stops.loss), (PROFIT, profit_level, stops.profit))
    return {
        n: {kind: int(level(venue, book, u, n, share)) for kind, level, share in rules if share > 0}
        for n in known
    }


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
    level = guard.levels[LOSS] - guard.levels[LOSS] % sheet.tick(guard.levels[LOSS])
    why = f"{loss:.1%} below the average price {guard.paid:,.0f}"
    if level <= floor:
        told = f"{level:,}, {why}, is not above the floor: it cannot deal in this session"
        yield sheet.line("sell", 0, told, kind=LOSS, level=level)
        return
    order_type, price = CONDITIONAL, level
    if level >= ceiling:
        order_type, price = LIMIT, floor
        why += ": already passed, offered at the floor to deal at the open"
    elif level >= int(sheet.bars.reference[-1, n]):
        why += ": already reached, deals at once unless prices open higher"
    for shares, _ in sheet.parts(guard.free):
        terms = {"price": price, "order_type": order_type, "limit": floor}
        yield sheet.line("sell", shares, why, kind=LOSS, level=level, **terms)


def _profit(sheet: Sheet, n: int, guard: Guard, profit: float) -> Iterator[dict[str, Any]]:
    floor, ceiling = int(sheet.bars.floor[-1, n]), int(sheet.bars.ceiling[-1, n])
    level = guard.levels[PROFIT] + -guard.levels[PROFIT] % sheet.tick(guard.levels[PROFIT])
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
    for shares, _ in sheet.parts(guard.free):
        terms = {"price": limit, "order_type": LIMIT, "limit": limit}
        yield sheet.line("sell", shares, why, kind=PROFIT, level=level, **terms)
