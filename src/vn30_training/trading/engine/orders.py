"""Compiled: from target weights to shares, and from shares to orders, sales first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.engine.book import NO_TARGET, Book, Journal
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.matching import buy, note, obstacle, sell
from vn30_training.trading.engine.session import invested
from vn30_training.trading.engine.venue import Venue
from vn30_training.trading.reasons import (
    AT_CEILING,
    AT_FLOOR,
    BUY,
    FILLED,
    LOT,
    ORDER,
    SELL,
)


@compiled
def aim(book: Book, n: int, value: int) -> None:
    """Aim at a value at the last close, by no more than needed: a lot less rather than more."""
    if value == 0:
        book.target[n] = 0 if book.held[n] > 0 else NO_TARGET
        return
    price = book.mark[n]
    least = value // price
    most = least if least * price == value else least + 1
    book.target[n] = min(max(book.held[n], least), most)


@compiled
def aim_at_weights(
    book: Book, weights: NDArray[np.float64], max_weight: float, patience: int
) -> None:
    """Turn a row of weights into targets of shares at the closes that are known."""
    nav = book.cash[0] + invested(book.held, book.mark)
    for n in range(weights.size):
        book.target[n], book.rank[n] = NO_TARGET, weights[n]
        if book.mark[n] > 0:
            aim(book, n, int(np.rint(min(weights[n], max_weight) * nav)))
    book.patience[0] = patience + 1


@compiled
def _is_done(reason: int) -> bool:
    return reason in (FILLED, LOT)


@compiled
def at_limit(price: int, volume: int, ceiling: int, floor: int) -> int:
    """Return AT_CEILING or AT_FLOOR if the price is there, FILLED if not."""
    reason = obstacle(price, volume, ceiling, floor, BUY)
    if reason != AT_CEILING:
        reason = obstacle(price, volume, ceiling, floor, SELL)
    return reason if reason in (AT_CEILING, AT_FLOOR) else FILLED


@compiled
def _refuse(
    journal: Journal, biggest: int, u: int, n: int, side: int, shares: int, price: int, reason: int
) -> None:
    """Write that an order at a limit, on whichever side, is not sent."""
    note(journal, biggest, u, n, side, ORDER, shares, 0, price, price, (0, 0), reason)


@compiled
def _queue_up(book: Book, n: int, waiting: int) -> None:
    """Let a buyer into the queue of so many, behind those of at least its rank."""
    place = waiting
    while place > 0 and book.rank[book.queue[place - 1]] < book.rank[n]:
        book.queue[place] = book.queue[place - 1]
        place -= 1
    book.queue[place] = n


@compiled
def pursue_targets(
    venue: Venue,
    book: Book,
    journal: Journal,
    u: int,
    clock: int,
    least: float,
    forbid_at_limit: bool,
) -> None:
    """Send the orders that lead to the targets: all sales, then purchases by rank.

    A target is given up when it is reached up to less than a lot, or its patience is at an end.
    """
    if book.patience[0] == 0:
        return
    buyers = 0
    for n in range(book.held.size):
        shares = book.held[n] - book.target[n]
        if book.target[n] == NO_TARGET:
            continue
        price = venue.price[clock, u, n]
        if shares > 0:
            if forbid_at_limit:
                ceiling, floor = venue.ceiling[u, n], venue.floor[u, n]
                limit = at_limit(price, venue.volume[u, n], ceiling, floor)
                if limit != FILLED:
                    _refuse(journal, venue.max_order[u], u, n, SELL, shares, price, limit)
                    continue
            if _is_done(sell(venue, book, journal, u, n, clock, shares, price, ORDER)):
                book.target[n] = NO_TARGET
        elif shares < 0:
            _queue_up(book, n, buyers)
            buyers += 1
        else:
            book.target[n] = NO_TARGET
    for n in book.queue[:buyers]:
        shares, price = book.target[n] - book.held[n], venue.price[clock, u, n]
        if forbid_at_limit:
            limit = at_limit(price, venue.volume[u, n], venue.ceiling[u, n], venue.floor[u, n])
            if limit != FILLED:
                _refuse(journal, venue.max_order[u], u, n, BUY, shares, price, limit)
                continue
        if _is_done(buy(venue, book, journal, u, n, clock, shares, price, least)):
            book.target[n] = NO_TARGET
    book.patience[0] -= 1
    if book.patience[0] == 0:
        book.target[:] = NO_TARGET
