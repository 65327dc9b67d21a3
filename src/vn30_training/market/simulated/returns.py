"""Returns before the exchange's rules: a market, sectors and stocks, each with clustered risk.

Every part is symmetric about zero and independent of the past, so nothing predicts it; its size
follows a GARCH(1,1) (Bollerslev 1986) with Student's t shocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MARKET_RISK = 0.010
SECTOR_RISK = 0.006
STOCK_RISK = (0.009, 0.018)
"""Daily standard deviations; each stock draws its own between the two bounds."""

BETA = (0.75, 1.25)
DRIFT = 0.0003
"""Mean daily return, the same for all stocks: else betas or sectors would predict it."""

_SHOCK, _MEMORY = 0.11, 0.87
_FREEDOM = 4.5
_CALM, _WILD = 0.25, 9.0


@dataclass(frozen=True)
class Returns:
    """Returns by session and stock.

    Attributes
    ----------
    common
        Drift, market and sectors.
    own
        The stock's own part, without any signal.
    risk
        Standard deviation of ``own`` that day, known the day before.
    """

    common: Floats
    own: Floats
    risk: Floats


def draw_returns(generator: np.random.Generator, days: int, sectors: Sequence[str]) -> Returns:
    """Draw ``days`` sessions of returns for stocks of the given sectors."""
    names, sector = np.unique(np.asarray(sectors), return_inverse=True)
    market, _ = clustered(generator, days, 1)
    by_sector, _ = clustered(generator, days, len(names))
    own, scale = clustered(generator, days, len(sector))
    beta = generator.uniform(*BETA, len(sector))
    risk = generator.uniform(*STOCK_RISK, len(sector))
    common = DRIFT + MARKET_RISK * beta * market + SECTOR_RISK * by_sector[:, sector]
    return Returns(common, risk * own, risk * scale)


def clustered(generator: np.random.Generator, days: int, series: int) -> tuple[Floats, Floats]:
    """Draw series of unit risk whose size clusters and whose shocks have fat tails.

    Returns
    -------
    tuple of ndarray
        Values and the standard deviation that each was drawn with, both (days, series).
    """
    shocks = generator.standard_t(_FREEDOM, (days, series)) * np.sqrt((_FREEDOM - 2) / _FREEDOM)
    variance = np.ones((days, series))
    for day in range(1, days):
        past = variance[day - 1]
        news = (1 - _SHOCK - _MEMORY) + (_SHOCK * shocks[day - 1] ** 2 + _MEMORY) * past
        variance[day] = np.clip(news, _CALM, _WILD)
    scale = np.sqrt(variance)
    return shocks * scale, scale
