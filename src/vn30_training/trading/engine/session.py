"""Compiled: how a session begins and ends: settlement, corporate actions, valuation."""

from __future__ import annotations

from vn30_training.trading.engine.book import DIVIDENDS, NO_TARGET, TAXES, Book, Journal
from vn30_training.trading.engine.charges import MILLION, share
from vn30_training.trading.engine.compiling import compiled_lean
from vn30_training.trading.engine.venue import CLOSE, OPEN, Venue


@compiled_lean
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


@compiled_lean
def lock_shares(venue: Venue, book: Book, u: int, n: int, shares: int) -> None:
    """Keep shares bought in session ``u`` from sale until they have settled."""
    for clock in (OPEN, CLOSE):
        wait = venue.wait[clock, u]
        if wait > 0:
            book.locked[clock, n] += shares
            book.due[clock, (u + wait) % book.due.shape[1], n] += shares


@compiled_lean
def lock_cash(venue: Venue, book: Book, u: int, amount: int) -> None:
    """Keep the cash of a sale in session ``u`` from use until it has settled."""
    for clock in (OPEN, CLOSE):
        wait = venue.cash_wait[clock, u]
        if wait > 0:
            book.cash_locked[clock] += amount
            book.cash_due[clock, (u + wait) % book.cash_due.shape[1]] += amount


@compiled_lean
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


@compiled_lean
def mark(venue: Venue, book: Book, u: int) -> None:
    """Value the stocks at the close of session ``u`` where there is one."""
    for n in range(book.held.size):
        close = venue.close[u, n]
        book.mark[n] = close if close > 0 else book.mark[n]


@compiled_lean
def unpriced(venue: Venue, book: Book, u: int) -> int:
    """Return the value at older marks of shares that have no price in session ``u``."""
    value = 0
    for n in range(book.held.size):
        if venue.close[u, n] == 0:
            value += book.held[n] * book.mark[n]
    return value


@compiled_lean
def invested(book: Book) -> int:
    """Return the value of the shares at the last marks."""
    value = 0
    for n in range(book.held.size):
        value += book.held[n] * book.mark[n]
    return value
