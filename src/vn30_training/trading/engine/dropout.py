"""Compiled: TopkDropout, which depends on what was filled and so runs inside the simulation."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.engine.book import NO_TARGET, Book, Journal
from vn30_training.trading.engine.compiling import compiled
from vn30_training.trading.engine.matching import buy, obstacle, sell
from vn30_training.trading.engine.orders import aim, at_limit, first_to_last
from vn30_training.trading.engine.session import invested
from vn30_training.trading.engine.venue import CLOSE, Venue
from vn30_training.trading.reasons import BUY, FILLED, ORDER, SELL

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Dropout(NamedTuple):
    """The parameters of `TopkDropout`; ``topk`` 0: the plan is of weights."""

    topk: int
    n_drop: int
    hold_thresh: int
    only_tradable: bool
    forbid_at_limit: bool
    risk_degree: float


@compiled
def tradable(venue: Venue, u: int, clock: int, forbid_at_limit: bool) -> Bools:
    """Say which stocks can be dealt in; at a limit, on neither side, if that is forbidden."""
    can = np.empty(venue.volume.shape[1], dtype=np.bool_)
    for n in range(can.size):
        price = venue.price[clock, u, n]
        buys = obstacle(venue, u, n, price, BUY) == FILLED
        sells = obstacle(venue, u, n, price, SELL) == FILLED
        can[n] = (buys and sells) if forbid_at_limit else (buys or sells)
    return can


@compiled
def choose(scores: Floats, held: Bools, can: Bools, rule: Dropout) -> tuple[Bools, Places]:
    """Return which holdings to drop, and the best newcomers in order, more than will be bought.

    Holdings and newcomers are ranked together, so that nothing good is sold for something worse.
    """
    n_held = int(held.sum())
    room = rule.n_drop + rule.topk - n_held
    order = first_to_last(np.where(np.isnan(scores), -np.inf, scores))
    newcomers = np.empty(order.size, dtype=np.int64)
    n_new = 0
    for n in order:
        if n_new < room and not held[n] and can[n] and not np.isnan(scores[n]):
            newcomers[n_new] = n
            n_new += 1
    combined = held.copy()
    combined[newcomers[:n_new]] = True
    drop = np.zeros(order.size, dtype=np.bool_)
    looked_at = 0
    for n in order[::-1]:
        if looked_at < rule.n_drop and combined[n] and can[n]:
            looked_at += 1
            drop[n] = held[n]
    return drop, newcomers[:n_new]


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
    held = book.held > 0
    can = (venue.close[u - 1] > 0) & (venue.volume[u - 1] > 0)
    if rule.only_tradable:
        can &= tradable(venue, u - 1, CLOSE, rule.forbid_at_limit)
    drop, newcomers = choose(scores, held, can, rule)
    book.target[:] = NO_TARGET
    cash, dropped = book.cash[0], 0
    for n in range(held.size):
        settled = book.held[n] > book.locked[clock, n]
        if drop[n] and u - book.since[n] >= rule.hold_thresh and settled:
            book.target[n] = 0
            cash += book.held[n] * book.mark[n]
            dropped += 1
    places = min(max(dropped + rule.topk - int(held.sum()), 0), newcomers.size)
    cap = int(max_weight * (book.cash[0] + invested(book)))
    for n in newcomers[:places]:
        if book.mark[n] > 0:
            aim(book, n, min(int(cash * rule.risk_degree / places), cap))
    book.rank[:] = np.where(np.isnan(scores), -np.inf, scores)
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
    held = book.held > 0
    able = tradable(venue, u, clock, rule.forbid_at_limit)
    can = able if rule.only_tradable else np.ones(held.size, dtype=np.bool_)
    drop, newcomers = choose(scores, held, can, rule)
    for n in range(held.size):
        if not drop[n] or u - book.since[n] < rule.hold_thresh:
            continue
        price = venue.price[clock, u, n]
        if not rule.forbid_at_limit or at_limit(venue, u, n, price) == FILLED:
            sell(venue, book, journal, u, n, clock, book.held[n], price, ORDER)
    places = min(max(int(drop.sum()) + rule.topk - int(held.sum()), 0), newcomers.size)
    cash = book.cash[0] - book.cash_locked[clock]
    for n in newcomers[:places]:
        price = venue.price[clock, u, n]
        if able[n]:
            shares = int(cash * rule.risk_degree / places / price)
            buy(venue, book, journal, u, n, clock, shares, price, 0.0)
