"""What an exchange knows of every session: prices, limits and rules, as arrays of whole VND."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Bars:
    """The market over T sessions and N stocks.

    Attributes
    ----------
    dates
        The sessions, datetime64[D], shape (T,), ascending.
    symbols
        The stocks, in the order of the columns.
    open, high, low, close
        Whole VND, int64, shape (T, N); 0 where there is no bar.
    reference, ceiling, floor
        Reference price of the session and the highest and lowest price allowed; 0 where unknown.
    volume
        Shares matched, int64, shape (T, N).
    tick
        Price step at the close, int64, shape (T, N).
    member
        Whether the stock was in the index that day, shape (T, N).
    cash_dividend
        Gross VND a share, whose right goes to holders at the close before (ex-date), shape (T, N).
    bonus
        New shares per million held at the close before (stock dividend, bonus, split), int64,
        shape (T, N).
    taxed_bonus
        Of them those on which `bonus_tax` is due when they are sold, shape (T, N).
    lot, max_order
        Shares of which an order is a multiple, and the most it may be for, shape (T,).
    odd_lots
        Whether less than a lot can be traded, shape (T,).
    sellable_at_open, sellable_at_close
        Sessions after which shares bought in this one can be sold at an open and at a close,
        shape (T,).
    cash_at_open, cash_at_close
        Sessions after which the cash of sales in this one can be used, likewise, shape (T,).
    closing_auction
        Whether the session had one, shape (T,): without, its close is the last price before.
    fee, sell_tax, dividend_tax
        Parts per million of the value, shape (T,).
    bonus_tax, par
        Parts per million of the price, at most of the par value (VND), of each taxed bonus share
        sold, shape (T,).
    basis
        ``raw``: prices as traded; ``adjusted``: dividends and splits are in the prices, so that
        limits and lots are approximate and there are no corporate actions.
    """

    dates: NDArray[np.datetime64]
    symbols: tuple[str, ...]
    open: Ints
    high: Ints
    low: Ints
    close: Ints
    reference: Ints
    ceiling: Ints
    floor: Ints
    volume: Ints
    tick: Ints
    member: Bools
    cash_dividend: Ints
    bonus: Ints
    taxed_bonus: Ints
    lot: Ints
    max_order: Ints
    odd_lots: Bools
    sellable_at_open: Ints
    sellable_at_close: Ints
    cash_at_open: Ints
    cash_at_close: Ints
    closing_auction: Bools
    fee: Ints
    sell_tax: Ints
    dividend_tax: Ints
    bonus_tax: Ints
    par: Ints
    basis: Literal["raw", "adjusted"]

    @property
    def traded(self) -> Bools:
        """Whether the stock has a bar with volume."""
        return (self.close > 0) & (self.volume > 0)
