"""Strategies beside others that trade as much on random signals."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import Floats
from vn30_training.trading.ratios import known, sharpe


def beside_random(nav: ArrayLike, random: ArrayLike) -> dict[str, float]:
    """Compare a strategy's Sharpe ratio with those of chance.

    Parameters
    ----------
    nav
        The strategy's NAV at the closes, shape (T,).
    random
        The NAV of strategies that trade as much on random signals, shape (R, T).

    Returns
    -------
    dict
        ``random_p`` (`random_p_value`), ``random_median`` and ``random_95``: the Sharpe ratios that
        half and one in twenty of them exceed; NaN where none is known.
    """
    drawn = known([sharpe(_returns(one)) for one in np.asarray(random, dtype=np.float64)])
    median, highest = np.quantile(drawn, [0.5, 0.95]) if len(drawn) else (np.nan, np.nan)
    return {
        "random_p": random_p_value(sharpe(_returns(np.asarray(nav, dtype=np.float64))), drawn),
        "random_median": float(median),
        "random_95": float(highest),
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


def _returns(nav: Floats) -> Floats:
    """Return the daily returns as long as there is money."""
    before = nav[:-1]
    return np.divide(nav[1:] - before, before, out=np.full_like(before, np.nan), where=before > 0)
