"""How sure the Sharpe ratio and the excess return of a strategy are, by resampling its days."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import (
    BOOTSTRAP_SEED,
    MIN_DAYS,
    bootstrap_interval,
    day_counts,
)
from vn30_training.trading.ratios import PERIODS, known

BLOCK = 20
"""Expected block length in sessions, a month: portfolios rebalanced monthly earn in such spells."""

_LEVELS = (0.025, 0.975)


def sharpe_interval(returns: ArrayLike) -> tuple[float, float]:
    """95 % interval of the annual Sharpe ratio, from the stationary block bootstrap.

    Politis and Romano, The Stationary Bootstrap, JASA 1994; percentiles of the resamples in which
    returns vary. Strategies of as many days share their draws, so that their intervals can be
    compared. NaN for fewer than `MIN_DAYS` or constant returns.
    """
    series = known(returns)
    if len(series) < MIN_DAYS or np.ptp(series) == 0:
        return float("nan"), float("nan")
    counts = day_counts(len(series), BLOCK, BOOTSTRAP_SEED)
    n, apart = len(series), series - series.mean()
    shift = counts @ apart / n
    variance = (counts @ apart**2 - n * shift**2) / (n - 1)
    varies = variance > n * np.finfo(float).eps * np.square(apart).max()
    ratios = (series.mean() + shift[varies]) / np.sqrt(variance[varies])
    low, high = np.quantile(ratios, _LEVELS) * np.sqrt(PERIODS)
    return float(low), float(high)


def annual_interval(returns: ArrayLike) -> tuple[float, float]:
    """95 % interval of the annual arithmetic mean of returns, or of differences paired by day.

    See `bootstrap_interval`; NaN for fewer than `MIN_DAYS`.
    """
    low, high = bootstrap_interval(returns, BLOCK)
    return low * PERIODS, high * PERIODS
