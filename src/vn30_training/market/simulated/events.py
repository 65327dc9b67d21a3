"""What happens to stocks besides trading: listings, suspensions and stock dividends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LATE_SHARE = 0.45
"""Share of the stocks that are listed after the start, within the first half of the history."""

_SUSPENSIONS_A_SESSION = 0.3 / 2500
_SUSPENSION = (3, 9)
_DIVIDENDS_A_SESSION = 1 / 500
_RATIOS = (10, 15, 20, 25, 30)


@dataclass(frozen=True)
class Events:
    """Events by session and stock.

    Attributes
    ----------
    listed
        Session of each stock's first bar.
    trades
        Whether the stock has a bar, (days, stocks).
    dividend
        New shares per hundred held, on their ex-date; 0 on other days, (days, stocks).
    """

    listed: NDArray[np.int64]
    trades: NDArray[np.bool_]
    dividend: NDArray[np.int64]


def draw_events(generator: np.random.Generator, days: int, stocks: int) -> Events:
    """Draw the events of ``days`` sessions."""
    late = generator.random(stocks) < LATE_SHARE
    late[0] = False
    listed = np.where(late, generator.integers(1, max(2, days // 2), stocks), 0)
    trades = np.arange(days)[:, None] >= listed
    halts = generator.random((days, stocks)) < _SUSPENSIONS_A_SESSION
    lengths = generator.integers(*_SUSPENSION, (days, stocks))
    for day, stock in np.argwhere(halts & trades):
        trades[max(day, listed[stock] + 1) : day + lengths[day, stock], stock] = False
    trades[-1] = True
    drawn = generator.random((days, stocks)) < _DIVIDENDS_A_SESSION
    ratios = generator.choice(_RATIOS, (days, stocks))
    held = np.arange(days)[:, None] > listed
    return Events(listed, trades, np.where(drawn & trades & held, ratios, 0))
