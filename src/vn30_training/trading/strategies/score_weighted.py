"""Score-weighted: the better the score, the more of it."""

from __future__ import annotations

from typing import Literal

import numpy as np
from pydantic import Field

from vn30_training.trading.strategies.base import Moment, Wanted, WeightStrategy
from vn30_training.trading.strategies.history import Floats


class ScoreWeighted(WeightStrategy):
    """All stocks with a positive score, by its rank or its softmax; cash if there is none.

    Attributes
    ----------
    method
        ``rank``: in proportion to the rank from the worst; ``softmax``: to the exponential of the
        score in standard deviations of the day's scores.
    temperature
        Of the softmax: the lower, the more goes to the best.
    """

    method: Literal["rank", "softmax"] = "rank"
    temperature: float = Field(default=1.0, gt=0)

    def wanted(self, now: Moment) -> Wanted:
        """Return weights that sum to 1, or to 0 without a positive score."""
        weights = np.zeros(now.score.size)
        positive = np.flatnonzero(now.eligible & (now.score > 0))
        if positive.size:
            scores = now.score[positive]
            sizes = _ranks(scores) if self.method == "rank" else self._softmax(scores, now)
            weights[positive] = sizes / sizes.sum()
        return Wanted(weights)

    def _softmax(self, scores: Floats, now: Moment) -> Floats:
        spread = float(np.std(now.score[now.eligible & np.isfinite(now.score)]))
        scaled = (scores - scores.max()) / (self.temperature * spread if spread > 0 else 1.0)
        return np.asarray(np.exp(scaled))


def _ranks(scores: Floats) -> Floats:
    """Return ranks from 1 for the lowest, equals sharing their mean rank."""
    from scipy.stats import rankdata

    return np.asarray(rankdata(scores), dtype=np.float64)
