"""A market under the rules of a profile, as arrays for compiled functions: no flags are left."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from vn30_training.trading.bars import Bars, Bools, Ints
from vn30_training.trading.profiles import Profile

UNLIMITED = 2**62
OPEN, CLOSE = 0, 1
NOT_HELD = -1
"""The price of an auction that was not held."""


class Venue(NamedTuple):
    """Bars and a profile in one; a rule not in force has the value that never binds.

    Attributes
    ----------
    price
        Of the opening and the closing auction, VND, shape (2, T, N); 0 where there is no bar,
        `NOT_HELD` where there was no auction.
    close, high, low, ceiling, floor, volume, tick, cash_dividend, bonus, taxed_bonus
        As in `Bars`, shape (T, N).
    ex_date
        Whether anything comes to holders of any stock, shape (T,).
    most
        Shares an account may trade in a session, shape (T, N).
    lot, max_order, odd_lots
        As in `Bars`, shape (T,).
    wait
        Sessions until shares bought can be sold at an open and at a close, shape (2, T).
    cash_wait
        Sessions until the cash of sales can be used at an open and at a close, shape (2, T).
    fee, sell_tax, dividend_tax, bonus_tax
        Parts per million, shape (T,).
    par
        As in `Bars`, shape (T,).
    min_fee, slippage_ticks, impact
        As in `Profile`.
    """

    price: Ints
    close: Ints
    high: Ints
    low: Ints
    ceiling: Ints
    floor: Ints
    volume: Ints
    tick: Ints
    cash_dividend: Ints
    bonus: Ints
    taxed_bonus: Ints
    ex_date: Bools
    most: Ints
    lot: Ints
    max_order: Ints
    odd_lots: Bools
    wait: Ints
    cash_wait: Ints
    fee: Ints
    sell_tax: Ints
    dividend_tax: Ints
    bonus_tax: Ints
    par: Ints
    min_fee: int
    slippage_ticks: int
    impact: int


def make_venue(bars: Bars, profile: Profile) -> Venue:
    """Put the rules that a profile obeys, and no others, beside the prices."""
    none = np.zeros(len(bars.dates), dtype=np.int64)
    no_limit = np.zeros(bars.close.shape, dtype=np.int64)
    wait = np.stack([bars.sellable_at_open, bars.sellable_at_close])
    cash_wait = np.stack([bars.cash_at_open, bars.cash_at_close])
    is_dated = profile.settlement == "dated"
    held = bars.closing_auction | (not profile.limits)
    at_close = np.where(held[:, np.newaxis] | (bars.close == 0), bars.close, NOT_HELD)
    return Venue(
        price=_whole(np.stack([bars.open, at_close])),
        close=_whole(bars.close),
        high=_whole(bars.high),
        low=_whole(bars.low),
        ceiling=_whole(bars.ceiling) if profile.limits else no_limit,
        floor=_whole(bars.floor) if profile.limits else no_limit,
        volume=_whole(bars.volume),
        tick=_whole(bars.tick),
        cash_dividend=_whole(bars.cash_dividend),
        bonus=_whole(bars.bonus),
        taxed_bonus=_whole(bars.taxed_bonus),
        ex_date=np.asarray(((bars.cash_dividend > 0) | (bars.bonus > 0)).any(axis=1)),
        most=_participation(bars, profile),
        lot=_whole(bars.lot) if profile.lots else none + 1,
        max_order=_whole(bars.max_order),
        odd_lots=np.ascontiguousarray(bars.odd_lots),
        wait=_whole(wait) if is_dated else np.stack([none, none]),
        cash_wait=_whole(cash_wait) if is_dated else np.stack([none, none]),
        fee=_whole(bars.fee) if profile.fee_ppm is None else none + profile.fee_ppm,
        sell_tax=_whole(bars.sell_tax) if profile.sell_tax else none,
        dividend_tax=_whole(bars.dividend_tax) if profile.dividend_tax else none,
        bonus_tax=_whole(bars.bonus_tax) if profile.dividend_tax else none,
        par=_whole(bars.par),
        min_fee=profile.min_fee,
        slippage_ticks=profile.slippage_ticks,
        impact=profile.impact,
    )


def _participation(bars: Bars, profile: Profile) -> Ints:
    if profile.participation is None:
        return np.full(bars.volume.shape, UNLIMITED, dtype=np.int64)
    return _whole(bars.volume) * round(profile.participation * 1_000_000) // 1_000_000


def _whole(values: Ints) -> Ints:
    """Give compiled code one type of array: own, contiguous and writable."""
    return np.array(values, dtype=np.int64, order="C")
