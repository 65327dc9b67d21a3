"""The state of one account and the record of its session, as arrays for compiled functions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vn30_training.trading.bars import Ints
from vn30_training.trading.engine.venue import Venue
from vn30_training.trading.reasons import REASONS, SIDES

NO_TARGET = -1

FEES, TAXES, SLIPPAGE, DIVIDENDS, TURNOVER = range(5)
STOP_LOSSES, TAKE_PROFITS, BOTH_HIT, BLOCKED = range(4)
EVENTS = ("stop_losses", "take_profits", "both_hit", "blocked")

FILL = (
    "session",
    "symbol",
    "side",
    "kind",
    "wanted",
    "filled",
    "orders",
    "market_price",
    "price",
    "fee",
    "tax",
    "slippage",
    "reason",
)


class Book(NamedTuple):
    """What an account owns, what of it cannot be used yet, and what it still wants.

    Attributes
    ----------
    cash
        All cash, that of sales on its way too, VND, shape (1,).
    cash_locked
        Of it not usable at an open and at a close, shape (2,).
    cash_due
        What is unlocked, by session modulo W, shape (2, W).
    held
        Shares, shape (N,).
    locked
        Of them not sellable at an open and at a close, shape (2, N). Old shares are sold first,
        so these are the newest.
    due
        What is unlocked, by session modulo W, shape (2, W, N).
    bonus
        Shares held on whose sale the tax on bonus shares is due, shape (N,); they count as sold
        first.
    basis
        Paid for the position at the prices of the deals, less dividends since, VND, shape (N,).
    since
        Session in which the position was opened, shape (N,).
    mark
        Price at which shares are valued: the last close, shape (N,).
    used
        Shares traded in this session, shape (N,).
    target, rank
        Shares aimed at (`NO_TARGET`: none) and who buys first (higher), shape (N,).
    queue
        Who buys in this session, in order, shape (N,).
    patience
        Sessions for which the targets still stand, shape (1,).
    """

    cash: Ints
    cash_locked: Ints
    cash_due: Ints
    held: Ints
    locked: Ints
    due: Ints
    bonus: Ints
    basis: Ints
    since: Ints
    mark: Ints
    used: Ints
    target: Ints
    rank: np.ndarray[tuple[int], np.dtype[np.float64]]
    queue: Ints
    patience: Ints


class Journal(NamedTuple):
    """What happened.

    Attributes
    ----------
    day
        Sums of the session in VND, by FEES, TAXES, SLIPPAGE, DIVIDENDS, TURNOVER.
    unfilled
        Orders not or not wholly filled since the start, by side and reason.
    stops
        Stops since the start, by EVENTS.
    fills
        Orders, one row each with the columns of FILL; none is kept beyond its length.
    written
        Rows of ``fills`` in use, shape (1,).
    """

    day: Ints
    unfilled: Ints
    stops: Ints
    fills: Ints
    written: Ints


def open_book(venue: Venue, cash: int) -> Book:
    """Return the book of an account that has nothing but cash."""
    stocks = venue.price.shape[2]
    width = int(max(venue.wait.max(initial=0), venue.cash_wait.max(initial=0))) + 1
    return Book(
        cash=np.array([cash], dtype=np.int64),
        cash_locked=_zeros(2),
        cash_due=_zeros(2, width),
        held=_zeros(stocks),
        locked=_zeros(2, stocks),
        due=_zeros(2, width, stocks),
        bonus=_zeros(stocks),
        basis=_zeros(stocks),
        since=_zeros(stocks),
        mark=_zeros(stocks),
        used=_zeros(stocks),
        target=np.full(stocks, NO_TARGET, dtype=np.int64),
        rank=np.zeros(stocks),
        queue=_zeros(stocks),
        patience=_zeros(1),
    )


def open_journal(capacity: int) -> Journal:
    """Return an empty journal that keeps at most so many orders."""
    return Journal(
        day=_zeros(5),
        unfilled=_zeros(len(SIDES), len(REASONS)),
        stops=_zeros(len(EVENTS)),
        fills=_zeros(capacity, len(FILL)),
        written=_zeros(1),
    )


def _zeros(*shape: int) -> Ints:
    return np.zeros(shape, dtype=np.int64)
