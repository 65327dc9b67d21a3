"""What a series of daily returns is worth, in one figure each; names and values are quantstats'.

A figure that is undefined is NaN, where quantstats says infinity or zero; NaN returns are left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.evaluation.statistics import MIN_DAYS, Floats
from vn30_training.trading.drawdowns import underwater

PERIODS = 252
"""Sessions in a year, as quantstats and empyrical count them."""

_NAN = float("nan")


def total_return(returns: ArrayLike) -> float:
    """Compound the returns."""
    series = known(returns)
    return float(np.prod(1 + series) - 1) if len(series) else _NAN


def cagr(returns: ArrayLike) -> float:
    """Compound annual growth rate; NaN for fewer than `MIN_DAYS`."""
    series = known(returns)
    if len(series) < MIN_DAYS:
        return _NAN
    return float(np.prod(1 + series) ** (PERIODS / len(series)) - 1)


def volatility(returns: ArrayLike) -> float:
    """Annual standard deviation (ddof 1); NaN for fewer than `MIN_DAYS`."""
    series = known(returns)
    return float(series.std(ddof=1) * np.sqrt(PERIODS)) if len(series) >= MIN_DAYS else _NAN


def sharpe(returns: ArrayLike) -> float:
    """Annual Sharpe ratio over a rate of nothing; NaN where `sharpe_ratio` is."""
    return sharpe_ratio(returns) * float(np.sqrt(PERIODS))


def sortino(returns: ArrayLike) -> float:
    """Annual mean over downside deviation, the root mean square of the losses among all days.

    Sortino and Price, Performance Measurement in a Downside Risk Framework, Journal of Investing
    1994. NaN for fewer than `MIN_DAYS` or without a loss.
    """
    series = known(returns)
    if len(series) < MIN_DAYS:
        return _NAN
    downside = np.sqrt(np.square(np.minimum(series, 0)).mean())
    return divide(float(series.mean()), float(downside)) * float(np.sqrt(PERIODS))


def max_drawdown(returns: ArrayLike) -> float:
    """Deepest fall below a peak, the beginning included: -0.2 where a fifth was lost."""
    series = known(returns)
    wealth = np.cumprod(np.concatenate([[1.0], 1 + series]))
    return float(underwater(wealth).min()) if len(series) else _NAN


def calmar(returns: ArrayLike) -> float:
    """Compound annual growth rate over the deepest drawdown; NaN without one."""
    return divide(cagr(returns), -max_drawdown(returns))


def win_rate(returns: ArrayLike) -> float:
    """Share of gains among the days, or trades, that were not nothing."""
    series = known(returns)
    return divide(float((series > 0).sum()), float((series != 0).sum()))


def profit_factor(returns: ArrayLike) -> float:
    """Sum of the gains over the sum of the losses, of days or trades; NaN without a loss."""
    series = known(returns)
    return divide(float(series[series > 0].sum()), float(-series[series < 0].sum()))


def win_loss_ratio(returns: ArrayLike) -> float:
    """Mean gain over mean loss, of days or trades; NaN without either."""
    series = known(returns)
    ratio = profit_factor(series) * float((series < 0).sum())
    return divide(ratio, float((series > 0).sum()))


def known(returns: ArrayLike) -> Floats:
    """Return the returns that are not NaN, shape (n,)."""
    series = np.asarray(returns, dtype=np.float64)
    return series[~np.isnan(series)]


def divide(value: float, by: float) -> float:
    """Divide, by nothing into NaN."""
    return value / by if by else _NAN
