"""Compiled: stop loss and take profit on daily bars, the worse of two first."""

from __future__ import annotations

from vn30_training.trading.engine.book import (
    BLOCKED,
    BOTH_HIT,
    NO_TARGET,
    STOP_LOSSES,
    TAKE_PROFITS,
    Book,
    Journal,
)
from vn30_training.trading.engine.charges import MILLION
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.matching import sell
from vn30_training.trading.engine.venue import OPEN, Venue
from vn30_training.trading.reasons import FILLED, STOP_LOSS, TAKE_PROFIT


@compiled
def stop_level(venue: Venue, book: Book, u: int, n: int, loss: int) -> int:
    """Return the price at which a fall by parts per million is enough, rounded down to a tick."""
    part = MILLION - loss
    whole, rest = book.basis[n] // book.held[n], book.basis[n] % book.held[n]
    level = (whole * part + rest * part // book.held[n]) // MILLION
    return int(level - level % max(venue.tick[u, n], 1))


@compiled
def profit_level(venue: Venue, book: Book, u: int, n: int, profit: int) -> int:
    """Return the price at which a rise by parts per million is enough, rounded up to a tick."""
    part = MILLION + profit
    whole, rest = book.basis[n] // book.held[n], book.basis[n] % book.held[n]
    level = -(-(whole * part - -rest * part // book.held[n]) // MILLION)
    return int(level + -level % max(venue.tick[u, n], 1))


@compiled
def watch_stops(venue: Venue, book: Book, journal: Journal, u: int, loss: int, profit: int) -> None:
    """Sell what fell or rose enough during session ``u``.

    A stop deals at the worse of the open and its level, a target at its level; if a bar holds
    both, the stop came first. Only shares that could be sold at the open are sold, since the hour
    is not known. What the plan wanted to buy of the stock is forgotten; what it wanted to sell is
    not, where the stop could not.
    """
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
        if book.held[n] == 0 or book.target[n] > book.held[n]:
            book.target[n] = NO_TARGET


@compiled
def _count(journal: Journal, lost: bool, won: bool, reason: int) -> None:
    if reason != FILLED:
        journal.stops[BLOCKED] += 1
    elif lost:
        journal.stops[STOP_LOSSES] += 1
    else:
        journal.stops[TAKE_PROFITS] += 1
    if lost and won:
        journal.stops[BOTH_HIT] += 1
