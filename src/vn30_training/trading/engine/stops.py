"""Compiled: stop loss and take profit on daily bars, the worse of two first."""

from __future__ import annotations

import math

from vn30_training.trading.engine.book import (
    BLOCKED,
    BOTH_HIT,
    NO_TARGET,
    STOP_LOSSES,
    TAKE_PROFITS,
    Book,
    Journal,
)
from vn30_training.trading.engine.compiling import compiled_lean
from vn30_training.trading.engine.matching import sell
from vn30_training.trading.engine.venue import OPEN, Venue
from vn30_training.trading.reasons import FILLED, STOP_LOSS, TAKE_PROFIT


@compiled_lean
def stop_level(venue: Venue, book: Book, u: int, n: int, loss: float) -> int:
    """Return the price at which a fall is enough, rounded down to a tick."""
    level = math.floor(book.basis[n] / book.held[n] * (1.0 - loss))
    return int(level - level % max(venue.tick[u, n], 1))


@compiled_lean
def profit_level(venue: Venue, book: Book, u: int, n: int, profit: float) -> int:
    """Return the price at which a rise is enough, rounded up to a tick."""
    level = math.ceil(book.basis[n] / book.held[n] * (1.0 + profit))
    return int(level + -level % max(venue.tick[u, n], 1))


@compiled_lean
def watch_stops(
    venue: Venue, book: Book, journal: Journal, u: int, loss: float, profit: float
) -> None:
    """Sell what fell or rose enough during session ``u``.

    A stop deals at the worse of the open and its level, a target at its level; if a bar holds
    both, the stop came first. Only shares that could be sold at the open are sold, since the hour
    is not known. Whatever the plan wanted of the stock is forgotten.
    """
    if loss <= 0 and profit <= 0:
        return
    for n in range(book.held.size):
        start = venue.price[OPEN, u, n]
        if book.held[n] == 0 or start == 0 or venue.volume[u, n] == 0:
            continue
        floor = stop_level(venue, book, u, n, loss)
        top = profit_level(venue, book, u, n, profit)
        lost = loss > 0 and min(venue.low[u, n], start) <= floor
        won = profit > 0 and max(venue.high[u, n], start) >= top
        if not (lost or won):
            continue
        kind = STOP_LOSS if lost else TAKE_PROFIT
        price = min(start, floor) if lost else top
        reason = sell(venue, book, journal, u, n, OPEN, book.held[n], price, kind)
        _count(journal, lost, won, reason)
        book.target[n] = NO_TARGET


@compiled_lean
def _count(journal: Journal, lost: bool, won: bool, reason: int) -> None:
    if reason != FILLED:
        journal.stops[BLOCKED] += 1
    elif lost:
        journal.stops[STOP_LOSSES] += 1
    else:
        journal.stops[TAKE_PROFITS] += 1
    if lost and won:
        journal.stops[BOTH_HIT] += 1
