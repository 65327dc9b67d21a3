"""Compiled: TopkDropout, which depends on what was filled and so runs inside the simulation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.bars import Ints
from vn30_training.trading.engine.book import NO_TARGET, Book, Journal
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.matching import buy, obstacle, sell
from vn30_training.trading.engine.orders import aim, at_limit
from vn30_training.trading.engine.session import invested
from vn30_training.trading.engine.venue import CLOSE, Venue
from vn30_training.trading.reasons import BUY, FILLED, ORDER, SELL

Floats = NDArray[np.float64]

OUT, IN, SEEN, LEAVES = range(4)
"""What becomes of a stock in a choice: no part of it, part of it, looked at, to be sold."""


class Dropout(NamedTuple):
    """The parameters of `TopkDropout`; ``topk`` 0: the plan is of weights."""

    topk: int
    n_drop: int
    hold_thresh: int
    only_tradable: bool
    forbid_at_limit: bool
    risk_degree: float


@compiled
def is_tradable(venue: Venue, u: int, n: int, clock: int, forbid_at_limit: bool) -> bool:
    """Say whether a stock can be dealt in; at a limit, on neither side, if that is forbidden."""
    price, volume = venue.price[clock, u, n], venue.volume[u, n]
    ceiling, floor = venue.ceiling[u, n], venue.floor[u, n]
    buys = obstacle(price, volume, ceiling, floor, BUY) == FILLED
    sells = obstacle(price, volume, ceiling, floor, SELL) == FILLED
    return (buys and sells) if forbid_at_limit else (buys or sells)


@compiled
def worth(score: float) -> float:
    """Return a score, the lowest where there is none."""
    return -np.inf if np.isnan(score) else score


@compiled
def choose(
    scores: Floats, held: Ints, able: Ints, rule: Dropout, newcomers: Ints, fate: Ints
) -> int:
    """Write the best newcomers in order, more than will be bought, and return how many.

    ``fate`` says which holdings leave. Holdings and newcomers are ranked together, so that nothing
    good is sold for something worse; of equal scores the first column is the better. Stocks that
    are not ``able`` are passed over. All arrays have shape (N,).
    """
    n_held = 0
    for n in range(scores.size):
        fate[n] = IN if held[n] > 0 and able[n] else OUT
        n_held += held[n] > 0
    room, n_new = rule.n_drop + rule.topk - n_held, 0
    for n in range(scores.size):
        if held[n] > 0 or not able[n] or np.isnan(scores[n]):
            continue
        place = n_new
        if n_new < room:
            n_new += 1
        elif room > 0 and scores[newcomers[room - 1]] < scores[n]:
            place = room - 1
        else:
            continue
        while place > 0 and scores[newcomers[place - 1]] < scores[n]:
            newcomers[place] = newcomers[place - 1]
            place -= 1
        newcomers[place] = n
    for n in newcomers[:n_new]:
        fate[n] = IN
    _mark_weakest(scores, held, rule.n_drop, fate)
    return n_new


@compiled
def _mark_weakest(scores: Floats, held: Ints, count: int, fate: Ints) -> None:
    for _ in range(count):
        weakest = -1
        for n in range(scores.size):
            if fate[n] == IN and (weakest < 0 or worth(scores[n]) <= worth(scores[weakest])):
                weakest = n
        if weakest < 0:
            return
        fate[weakest] = LEAVES if held[weakest] > 0 else SEEN


@compiled
def aim_at_best(
    venue: Venue,
    book: Book,
    u: int,
    clock: int,
    scores: Floats,
    rule: Dropout,
    max_weight: float,
    patience: int,
) -> None:
    """Set targets for session ``u`` by what is known at the close before.

    A place is free only if its stock will be old enough and settled. A stock that did not trade
    keeps its place and takes none of the ``n_drop``: its sale would fail again and again.
    """
    n_held = 0
    for n in range(scores.size):
        n_held += book.held[n] > 0
        book.able[n] = venue.close[u - 1, n] > 0 and venue.volume[u - 1, n] > 0
        if book.able[n] and rule.only_tradable:
            book.able[n] = is_tradable(venue, u - 1, n, CLOSE, rule.forbid_at_limit)
    n_new = choose(scores, book.held, book.able, rule, book.queue, book.fate)
    cash, dropped = book.cash[0], 0
    for n in range(scores.size):
        book.target[n], book.rank[n] = NO_TARGET, worth(scores[n])
        old = u - book.since[n] >= rule.hold_thresh
        if book.fate[n] == LEAVES and old and book.held[n] > book.locked[clock, n]:
            book.target[n] = 0
            cash += book.held[n] * book.mark[n]
            dropped += 1
    places = min(max(dropped + rule.topk - n_held, 0), n_new)
    cap = int(max_weight * (book.cash[0] + invested(book.held, book.mark)))
    for n in book.queue[:places]:
        if book.mark[n] > 0:
            aim(book, n, min(int(cash * rule.risk_degree / places), cap))
    book.patience[0] = patience + 1


@compiled
def deal_in_best(
    venue: Venue,
    book: Book,
    journal: Journal,
    u: int,
    clock: int,
    scores: Floats,
    rule: Dropout,
) -> None:
    """Trade as qlib does: places and cash are counted when the sales are done."""
    n_held = dropped = 0
    for n in range(scores.size):
        n_held += book.held[n] > 0
        able = is_tradable(venue, u, n, clock, rule.forbid_at_limit)
        book.able[n] = able or not rule.only_tradable
    n_new = choose(scores, book.held, book.able, rule, book.queue, book.fate)
    for n in range(scores.size):
        if book.fate[n] != LEAVES:
            continue
        dropped += 1
        price, volume = venue.price[clock, u, n], venue.volume[u, n]
        limit = at_limit(price, volume, venue.ceiling[u, n], venue.floor[u, n])
        old = u - book.since[n] >= rule.hold_thresh
        if old and (limit == FILLED or not rule.forbid_at_limit):
            sell(venue, book, journal, u, n, clock, book.held[n], price, ORDER)
    places = min(max(dropped + rule.topk - n_held, 0), n_new)
    cash = book.cash[0] - book.cash_locked[clock]
    for n in book.queue[:places]:
        price = venue.price[clock, u, n]
        if is_tradable(venue, u, n, clock, rule.forbid_at_limit):
            shares = int(cash * rule.risk_degree / places / price)
            buy(venue, book, journal, u, n, clock, shares, price, 0.0)
