"""Strategies beside others that trade as much on random signals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import Floats
from vn30_training.trading.ratios import PERIODS, known, sharpe

CHANCE = ("random_p", "random_median", "random_95", "turnover", "random_turnover")
"""What `beside_random` tells."""


def beside_random(
    nav: ArrayLike, traded: ArrayLike, random: ArrayLike, random_traded: ArrayLike
) -> dict[str, float]:
    """Compare a strategy's Sharpe ratio with those of chance, and how much each of them trades.

    Parameters
    ----------
    nav, traded
        The strategy's NAV at the closes, and value bought and sold in the sessions, shape (T,).
    random, random_traded
        The same of strategies on random signals, shape (R, T).

    Returns
    -------
    dict
        ``random_p`` (`random_p_value`), ``random_median`` and ``random_95``: the Sharpe ratios that
        half and one in twenty of them exceed; ``turnover`` a year of the strategy, and
        ``random_turnover`` of their median; NaN where none is known.
    """
    own, navs = (np.asarray(one, dtype=np.float64) for one in (nav, random))
    drawn = known([sharpe(_over_before(np.diff(one), one)) for one in navs])
    median, highest = np.quantile(drawn, [0.5, 0.95]) if len(drawn) else (np.nan, np.nan)
    pairs = zip(np.asarray(random_traded, dtype=np.float64), navs, strict=True)
    turnovers = known([_turnover(*pair) for pair in pairs])
    return {
        "random_p": random_p_value(sharpe(_over_before(np.diff(own), own)), drawn),
        "random_median": float(median),
        "random_95": float(highest),
        "turnover": _turnover(np.asarray(traded, dtype=np.float64), own),
        "random_turnover": float(np.median(turnovers)) if len(turnovers) else float("nan"),
    }


def random_p_value(own: float, random: ArrayLike) -> float:
    """Tell how often chance alone does as well: the p-value of a figure among random strategies'.

    Parameters
    ----------
    own
        The strategy's figure, higher is better.
    random
        The same figure of strategies that trade as much on random signals, shape (n,); NaN is left
        out.

    Returns
    -------
    float
        Share of figures at least as high, the strategy's own among them, so that it is never 0
        (Phipson and Smyth, Permutation P-values Should Never Be Zero, 2010); NaN where the own
        figure or all others are.
    """
    drawn = known(random)
    if np.isnan(own) or not len(drawn):
        return float("nan")
    return float((1 + (drawn >= own).sum()) / (1 + len(drawn)))


def _turnover(traded: Floats, nav: Floats) -> float:
    """Return what was bought and sold a year over NAV, as in the table of performance."""
    shares = known(_over_before(traded[1:], nav))
    return float(shares.mean()) * PERIODS if len(shares) else float("nan")


def _over_before(amount: Floats, nav: Floats) -> Floats:
    """Return amounts of each session but the first over the NAV before, as long as there is any."""
    before = nav[:-1]
    return np.divide(amount, before, out=np.full_like(before, np.nan), where=before > 0)
