"""Trading session by session: whole ticks, price limits, ex-dates, and the planted signal.

A price moves from a price on the tick grid by a symmetric return and is rounded to the nearest
tick. So rounding is no noise around a hidden price, which would make returns reverse: without a
signal, the past says nothing about the next return but its size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from vn30_training.market.hose import Rules
from vn30_training.market.simulated.events import Events
from vn30_training.market.simulated.returns import Floats, Returns

LAG = 2
"""Sessions from a score to the return it moves, the last close in between being buyable."""

SHADOW = 0.6
"""Mean length of a bar's shadows before rounding, in daily standard deviations of the stock."""

_LONGEST = 3.0
_MEAN = 1 - np.exp(-_LONGEST)
_DEVIATION = np.sqrt(2 * (1 - np.exp(-_LONGEST) * (1 + _LONGEST)) - _MEAN**2)
_FIRST_PRICE = (10_000, 40_000)
_GAP, _GAP_NOISE = 0.3, 0.3

Prices = NDArray[np.int64]


@dataclass(frozen=True)
class Bars:
    """Raw bars, whole VND, (days, stocks); 0 where a stock does not trade.

    Attributes
    ----------
    open, high, low, close
        Prices as traded.
    reference
        The price that the day's limits are counted from.
    score
        The signal as it can be read off the bar: how long the lower shadow is for that stock.
    """

    open: Prices
    high: Prices
    low: Prices
    close: Prices
    reference: Prices
    score: Floats


def trade(
    generator: np.random.Generator,
    sessions: Sequence[date],
    returns: Returns,
    events: Events,
    rules: Rules,
    strength: float,
) -> Bars:
    """Let the stocks trade.

    Parameters
    ----------
    generator
        Draws first prices, opening gaps and shadows.
    sessions
        The days.
    returns
        Returns before the rules; ``strength`` times the score of `LAG` sessions earlier is added to
        them in units of the stock's own risk.
    events
        Listings, suspensions and stock dividends.
    rules
        Ticks and limits.
    strength
        Size of the planted signal; 0 for none.
    """
    days, stocks = returns.own.shape
    gaps = _GAP_NOISE * returns.risk * generator.standard_normal((days, stocks))
    drawn = np.minimum(generator.exponential(size=(2, days, stocks)), _LONGEST)
    upper, lower = SHADOW * returns.risk * drawn
    lowest, highest = np.log(_FIRST_PRICE)
    first = np.exp(generator.uniform(lowest, highest, stocks))
    table = np.zeros((5, days, stocks), dtype=np.int64)
    score = np.zeros((days, stocks))
    last = _to_tick(first, rules, sessions[0])
    for day, session in enumerate(sessions):
        reference = _ex_dividend(last, events.dividend[day], rules, session)
        signal = score[day - LAG] if day >= LAG else 0.0
        move = returns.common[day] + returns.own[day] + strength * returns.risk[day] * signal
        bar = _bar(reference, move, gaps[day], upper[day], lower[day], rules, session)
        open_, _, low, close = bar
        trades = events.trades[day]
        table[:, day] = np.where(trades, (*bar, reference), 0)
        score[day] = np.where(trades, shadow_score(open_, low, close, returns.risk[day]), 0.0)
        last = np.where(trades, close, last)
    opens, highs, lows, closes, references = table
    return Bars(opens, highs, lows, closes, references, score)


def _bar(
    reference: Prices,
    move: Floats,
    gap: Floats,
    upper: Floats,
    lower: Floats,
    rules: Rules,
    session: date,
) -> tuple[Prices, Prices, Prices, Prices]:
    """Return open, high, low and close: on ticks, within the limits, around each other."""
    ceiling, floor = rules.limits(reference, session)
    close = np.clip(_to_tick(reference * (1 + move), rules, session), floor, ceiling)
    opened = _to_tick(reference * (1 + _GAP * move + gap), rules, session)
    open_ = np.clip(opened, floor, ceiling)
    top, bottom = np.maximum(open_, close), np.minimum(open_, close)
    high = np.clip(_to_tick(top * (1 + upper), rules, session), top, ceiling)
    low = np.clip(_to_tick(bottom * (1 - lower), rules, session), floor, bottom)
    return open_, high, low, close


def shadow_score(open_: Prices, low: Prices, close: Prices, risk: Floats) -> Floats:
    """Return the planted score, of about mean zero and deviation one: a long lower shadow is good.

    The shadow is `KLOW` of Alpha158, here in units of the stock's risk.
    """
    bottom = np.minimum(open_, close)
    shadow = (bottom - low) / (bottom * SHADOW * risk)
    return np.asarray((np.minimum(shadow, _LONGEST) - _MEAN) / _DEVIATION)


def _to_tick(prices: Floats, rules: Rules, session: date) -> Prices:
    ticks = rules.ticks(prices, session)
    return (np.rint(prices / ticks) * ticks).astype(np.int64)


def _ex_dividend(last: Prices, dividend: Prices, rules: Rules, session: date) -> Prices:
    if not dividend.any():
        return last
    lowered = _to_tick(last * (100 / (100 + dividend)), rules, session)
    return np.where(dividend > 0, lowered, last)
