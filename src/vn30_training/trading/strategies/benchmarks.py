"""What anyone could have done without a forecast, as plans that start when the forecasts do."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from vn30_training.trading.strategies.base import Moment, Wanted, WeightStrategy
from vn30_training.trading.strategies.filters import StockFilter
from vn30_training.trading.strategies.history import Bools, Floats

YEAR, MONTH, WEEK = 252, 21, 5


ANY_MEMBER = StockFilter(minimum_value=0, minimum_sessions=1)


class EqualMembers(WeightStrategy):
    """Equal weights of all members that trade, set anew at each decision."""

    stock_filter: StockFilter = ANY_MEMBER

    def wanted(self, now: Moment) -> Wanted:
        """Return equal weights."""
        return Wanted(_equal(now.eligible))


class BuyAndHold(EqualMembers):
    """Equal weights of the members of the first decision, held ever after."""

    def wanted(self, now: Moment) -> Wanted:
        """Return equal weights once."""
        return Wanted() if now.held.any() else super().wanted(now)


class _ByPast(WeightStrategy):
    """Equal weights of the best stocks by a figure of their past.

    Attributes
    ----------
    count
        Stocks held.
    """

    count: int = Field(default=10, ge=1)

    def _best(self, now: Moment, figure: Floats) -> Wanted:
        figure = np.where(now.eligible & np.isfinite(figure), figure, -np.inf)
        best = np.argsort(-figure, kind="stable")[: self.count]
        chosen = np.zeros(figure.size, dtype=bool)
        chosen[best] = np.isfinite(figure[best])
        return Wanted(_equal(chosen))


class Momentum(_ByPast):
    """The best of the last year without its last month (Jegadeesh and Titman, 1993)."""

    def wanted(self, now: Moment) -> Wanted:
        """Return equal weights of the winners."""
        price = now.past.price
        if len(price) <= YEAR:
            return Wanted(reason="less than a year of prices")
        return self._best(now, price[-1 - MONTH] / price[-1 - YEAR] - 1)


class Reversal(_ByPast):
    """The worst of the last sessions (Jegadeesh, 1990).

    Attributes
    ----------
    sessions
        Over which the return counts.
    """

    sessions: int = Field(default=WEEK, ge=1)

    def wanted(self, now: Moment) -> Wanted:
        """Return equal weights of the losers."""
        price = now.past.price
        if len(price) <= self.sessions:
            return Wanted(reason="too few prices")
        return self._best(now, 1 - price[-1] / price[-1 - self.sessions])


def _equal(chosen: Bools) -> Floats:
    return np.asarray(chosen / max(int(chosen.sum()), 1), dtype=np.float64)
