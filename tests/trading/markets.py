"""Small markets for the tests of the exchange: plain bars to alter, and random ones."""

from dataclasses import replace

import numpy as np

from vn30_training.trading.bars import Bars

FIRST = np.datetime64("2023-01-02")


def plain_bars(close, **changes) -> Bars:
    """Bars in which every price of a session is its close, and no rule but the tax is strict.

    No limits, lots of 1, volume of a million, settlement at once, fee 0.15 %, tax 0.1 % and 5 %.
    """
    close = np.atleast_2d(np.asarray(close, dtype=np.int64))
    sessions, stocks = shape = close.shape
    zeros, row = np.zeros(shape, dtype=np.int64), np.zeros(sessions, dtype=np.int64)
    bars = Bars(
        dates=np.arange(FIRST, FIRST + sessions),
        symbols=tuple(f"S{n:02d}" for n in range(stocks)),
        open=close.copy(),
        high=close.copy(),
        low=close.copy(),
        close=close,
        reference=np.vstack([close[:1], close[:-1]]),
        ceiling=zeros,
        floor=zeros,
        volume=np.where(close > 0, 1_000_000, 0),
        tick=np.where(close > 0, 10, 0),
        member=np.ones(shape, dtype=bool),
        cash_dividend=zeros,
        bonus=zeros,
        taxed_bonus=zeros,
        lot=row + 1,
        max_order=row + 500_000,
        odd_lots=row > 0,
        sellable_at_open=row,
        sellable_at_close=row,
        cash_at_open=row,
        cash_at_close=row,
        closing_auction=row == 0,
        fee=row + 1500,
        sell_tax=row + 1000,
        dividend_tax=row + 50_000,
        bonus_tax=row,
        par=row + 10_000,
        basis="raw",
    )
    return replace(bars, **{name: np.asarray(value) for name, value in changes.items()})


def at(shape, place, value) -> np.ndarray:
    """An array of zeros but for one place."""
    array = np.zeros(shape, dtype=np.int64)
    array[place] = value
    return array


def random_bars(seed: int, sessions: int = 60, stocks: int = 6) -> Bars:
    """A rough market: locked limits, gaps, thin volume, dividends, bonus shares, changing rules."""
    rng = np.random.default_rng(seed)
    shape = (sessions, stocks)
    bonus = np.where(rng.random(shape) < 0.03, rng.integers(10_000, 1_200_000, shape), 0)
    dividend = np.where(rng.random(shape) < 0.03, rng.integers(100, 2_000, shape), 0)
    names = ("reference", "ceiling", "floor", "open", "high", "low", "close")
    price = {name: np.zeros(shape, dtype=np.int64) for name in names}
    last = rng.integers(8_000, 90_000, stocks)
    for t in range(sessions):
        reference = (last - np.minimum(dividend[t], last // 4)) * 10**6 // (10**6 + bonus[t])
        ceiling, floor = reference * 107 // 1000 * 10, -(-reference * 93 // 1000) * 10
        moves = np.sort(rng.normal(0, 0.045, (4, stocks)), axis=0)
        low, one, two, high = np.clip(
            (reference * (1 + moves)).astype(np.int64) // 10 * 10, floor, ceiling
        )
        first = rng.random(stocks) < 0.5
        opened, closed = np.where(first, one, two), np.where(first, two, one)
        lock = rng.random(stocks)
        for share, level in ((0.05, ceiling), (0.1, floor)):
            locked = (lock < share) & (lock >= share - 0.05)
            opened, closed, low, high = (
                np.where(locked, level, p) for p in (opened, closed, low, high)
            )
        values = (reference, ceiling, floor, opened, high, low, closed)
        for name, value in zip(names, values, strict=True):
            price[name][t] = value
        last = closed
    dividend = np.minimum(dividend, price["reference"] // 4)
    gap = rng.random(shape) < 0.05
    for name in ("open", "high", "low", "close"):
        price[name][gap] = 0
    volume = np.where(gap | (rng.random(shape) < 0.03), 0, rng.integers(200, 60_000, shape))
    rows = np.arange(sessions)
    wait = np.where(rows < sessions // 2, 3, 2)
    return plain_bars(
        price.pop("close"),
        **price,
        volume=volume,
        tick=np.where(rng.random(shape) < 0.5, 10, 50),
        cash_dividend=dividend,
        bonus=bonus,
        lot=np.where(rows < sessions // 3, 10, 100),
        max_order=np.where(rows < sessions // 3, 1_990, 5_000),
        odd_lots=rows > 2 * sessions // 3,
        sellable_at_open=np.full(sessions, 3),
        sellable_at_close=wait,
        cash_at_open=np.full(sessions, 3),
        cash_at_close=np.where(rows < sessions // 4, 1, wait),
        closing_auction=rows % 19 != 11,
        bonus_tax=np.where(rows < sessions // 2, 0, 50_000),
        taxed_bonus=np.where(rng.random(shape) < 0.7, bonus, 0),
    )


def random_weights(seed: int, shape: tuple[int, ...], silent: float = 0.5) -> np.ndarray:
    """Weights of plans with many rows left as they are and many stocks left out."""
    rng = np.random.default_rng(seed)
    raw = rng.random(shape) * (rng.random(shape) < 0.5)
    weights = raw / np.maximum(raw.sum(axis=-1, keepdims=True), 1) * rng.random((*shape[:-1], 1))
    weights[rng.random(shape[:-1]) < silent] = np.nan
    return weights
