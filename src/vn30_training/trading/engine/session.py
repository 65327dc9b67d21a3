"""Compiled: how a session begins and ends: settlement, corporate actions, valuation."""

from __future__ import annotations

from vn30_training.trading.bars import Ints
from vn30_training.trading.engine.book import DIVIDENDS, NO_TARGET, TAXES, Book, Journal
from vn30_training.trading.engine.charges import MILLION, share
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.venue import CLOSE, OPEN, Venue


@compiled
def settle(book: Book, journal: Journal, u: int) -> None:
    """Unlock the shares and the cash that arrive in session ``u`` and begin its sums at 0."""
    journal.day[:] = 0
    book.used[:] = 0
    width = book.cash_due.shape[1]
    if width == 1:  # Nothing ever waits.
        return
    slot = u % width
    for clock in (OPEN, CLOSE):
        book.cash_locked[clock] -= book.cash_due[clock, slot]
        book.cash_due[clock, slot] = 0
        for n in range(book.held.size):
            book.locked[clock, n] -= book.due[clock, slot, n]
            book.due[clock, slot, n] = 0


@compiled
def lock_shares(waits: Ints, locked: Ints, due: Ints, u: int, n: int, shares: int) -> None:
    """Keep shares bought in session ``u`` from sale until they have settled."""
    for clock in (OPEN, CLOSE):
        wait = waits[clock, u]
        if wait > 0:
            locked[clock, n] += shares
            due[clock, (u + wait) % due.shape[1], n] += shares


@compiled
def lock_cash(waits: Ints, locked: Ints, due: Ints, u: int, amount: int) -> None:
    """Keep the cash of a sale in session ``u`` from use until it has settled."""
    for clock in (OPEN, CLOSE):
        wait = waits[clock, u]
        if wait > 0:
            locked[clock] += amount
            due[clock, (u + wait) % due.shape[1]] += amount


@compiled
def corporate_actions(venue: Venue, book: Book, journal: Journal, u: int) -> None:
    """Pay dividends and give bonus shares to holders at the close before.

    Both come on the ex-date, in truth weeks later; fractions of bonus shares lapse. Prices of
    valuation and targets of shares follow, so that a stock suspended on its ex-date keeps its
    worth.
    """
    for n in range(book.held.size):
        dividend, bonus = venue.cash_dividend[u, n], venue.bonus[u, n]
        if dividend == 0 and bonus == 0:
            continue
        gross = book.held[n] * dividend
        tax = share(gross, venue.dividend_tax[u])
        book.cash[0] += gross - tax
        journal.day[DIVIDENDS] += gross
        journal.day[TAXES] += tax
        book.basis[n] = max(book.basis[n] - gross, 0)
        book.bonus[n] += book.held[n] * venue.taxed_bonus[u, n] // MILLION
        book.held[n] += book.held[n] * bonus // MILLION
        book.mark[n] = max(book.mark[n] - dividend, 0) * MILLION // (MILLION + bonus)
        if book.target[n] != NO_TARGET:
            book.target[n] += book.target[n] * bonus // MILLION


@compiled
def mark(close: Ints, marks: Ints) -> None:
    """Value the stocks at the closes of a session, shape (N,), where there are any."""
    for n in range(close.size):
        marks[n] = close[n] if close[n] > 0 else marks[n]


@compiled
def unpriced(close: Ints, held: Ints, marks: Ints) -> int:
    """Return the value at older marks of shares without a close in a session, shapes (N,)."""
    value = 0
    for n in range(held.size):
        value += held[n] * marks[n] if close[n] == 0 else 0
    return value


@compiled
def invested(held: Ints, marks: Ints) -> int:
    """Return the value of the shares at the last marks, shapes (N,)."""
    value = 0
    for n in range(held.size):
        value += held[n] * marks[n]
    return value
