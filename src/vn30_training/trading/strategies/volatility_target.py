"""Volatility-targeted: score-weighted, with less invested when markets are rough."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from vn30_training.trading.optimisers.caps import capped
from vn30_training.trading.strategies.base import Moment, Wanted
from vn30_training.trading.strategies.history import Floats
from vn30_training.trading.strategies.score_weighted import ScoreWeighted

YEAR = 252
_SESSIONS = 252


class VolatilityTarget(ScoreWeighted):
    """Scales the weights so that the volatility expected of them is the target, never above 1.

    Attributes
    ----------
    target
        Volatility a year.
    decay
        Weight of a session's returns beside the next one's in the covariance, as RiskMetrics.

    References
    ----------
    Moreira and Muir (2017), Volatility-managed portfolios.
    """

    target: float = Field(default=0.15, gt=0)
    decay: float = Field(default=0.94, gt=0, lt=1)

    def wanted(self, now: Moment) -> Wanted:
        """Return the score's weights times the exposure that the target allows."""
        wanted = super().wanted(now).weights
        if wanted is None:
            return Wanted()
        weights = capped(wanted, self.caps, now.past.sectors)
        volatility = expected_volatility(weights, now.past.returns, self.decay)
        exposure = min(1.0, self.target / volatility) if volatility > 0 else 1.0
        return Wanted(weights * exposure)


def expected_volatility(weights: Floats, returns: Floats, decay: float) -> float:
    """Return the volatility a year of weights by the exponential covariance of past returns.

    With the covariance the weighted mean of the returns' outer products, the variance of the
    weights is the weighted mean of what they would have earned, squared.

    Parameters
    ----------
    weights
        Shares of NAV, shape (N,).
    returns
        Returns a session up to now, shape (T, N); those unknown count as 0.
    decay
        Weight of a session beside the next one's.
    """
    recent = np.nan_to_num(returns[-_SESSIONS:])
    earned = (recent * weights).sum(axis=1)
    fading = decay ** np.arange(earned.size - 1, -1, -1)
    return float(np.sqrt(YEAR * (fading * earned**2).sum() / fading.sum()))
