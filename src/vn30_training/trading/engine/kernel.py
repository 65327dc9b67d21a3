"""Compiled: one plan over all sessions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.bars import Ints
from vn30_training.trading.engine.book import Book, Journal
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.dropout import Dropout, aim_at_best, deal_in_best
from vn30_training.trading.engine.orders import aim_at_weights, pursue_targets
from vn30_training.trading.engine.session import (
    corporate_actions,
    invested,
    mark,
    settle,
    unpriced,
)
from vn30_training.trading.engine.stops import watch_stops
from vn30_training.trading.engine.venue import CLOSE, OPEN, Venue

CRUMB = 0.5


class Conduct(NamedTuple):
    """How plans are carried out, the same for all of them.

    Attributes
    ----------
    clock
        OPEN or CLOSE, the auction of the orders.
    at_deal
        Whether TopkDropout is sized at the deal.
    max_weight, patience
        As in `Weights`.
    stop_loss, take_profit
        As in `Stops`, parts per million.
    """

    clock: int
    at_deal: bool
    max_weight: float
    patience: int
    stop_loss: int
    take_profit: int


@compiled
def run_plan(
    venue: Venue,
    conduct: Conduct,
    rule: Dropout,
    signal: NDArray[np.float64],
    book: Book,
    journal: Journal,
    out: Ints,
    shares: Ints,
) -> None:
    """Walk through the sessions.

    ``signal`` has weights or scores, shape (T, N); ``out`` takes NAV, cash, receivable, unpriced
    and the sums of the journal's day, shape (9, T); ``shares`` what is held, shape (T, N) or
    (0, N). What has nothing to do in a session is not called: the call alone would take longest.
    """
    watches = conduct.stop_loss > 0 or conduct.take_profit > 0
    for u in range(signal.shape[0]):
        settle(book, journal, u)
        if u > 0:
            silent = is_silent(signal[u - 1])
            if not silent:
                decide(venue, conduct, rule, signal[u - 1], book, u)
            if venue.ex_date[u]:
                corporate_actions(venue, book, journal, u)
            if watches and conduct.clock == CLOSE:
                watch_stops(venue, book, journal, u, conduct.stop_loss, conduct.take_profit)
            if book.patience[0] > 0 or (conduct.at_deal and not silent):
                trade(venue, conduct, rule, signal[u - 1], book, journal, u)
            if watches and conduct.clock == OPEN:
                watch_stops(venue, book, journal, u, conduct.stop_loss, conduct.take_profit)
        mark(venue.close[u], book.mark)
        out[0, u] = book.cash[0] + invested(book.held, book.mark)
        out[1, u] = book.cash[0]
        out[2, u] = book.cash_locked[CLOSE]
        out[3, u] = unpriced(venue.close[u], book.held, book.mark)
        for kind in range(journal.day.size):
            out[4 + kind, u] = journal.day[kind]
        if shares.shape[0] > 0:
            for n in range(book.held.size):
                shares[u, n] = book.held[n]


@compiled
def is_silent(row: NDArray[np.float64]) -> bool:
    """Say whether a row of a plan is wholly NaN."""
    for value in row:  # noqa: SIM110 - numba compiles no generator expressions
        if not np.isnan(value):
            return False
    return True


@compiled
def decide(
    venue: Venue, conduct: Conduct, rule: Dropout, row: NDArray[np.float64], book: Book, u: int
) -> None:
    """Set targets at the close of session ``u - 1`` by a row that says something."""
    if rule.topk == 0:
        aim_at_weights(book, row, conduct.max_weight, conduct.patience)
    elif not conduct.at_deal:
        aim_at_best(venue, book, u, conduct.clock, row, rule, conduct.max_weight, conduct.patience)


@compiled
def trade(
    venue: Venue,
    conduct: Conduct,
    rule: Dropout,
    row: NDArray[np.float64],
    book: Book,
    journal: Journal,
    u: int,
) -> None:
    """Send the orders of session ``u``: towards the targets, or as the row says at the deal."""
    if rule.topk == 0 or not conduct.at_deal:
        least = CRUMB if rule.topk > 0 else 0.0
        pursue_targets(venue, book, journal, u, conduct.clock, least, rule.forbid_at_limit)
    elif not is_silent(row):
        deal_in_best(venue, book, journal, u, conduct.clock, row, rule)
