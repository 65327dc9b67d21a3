"""qlib's analysis of risk, to the digit, for those who compare with its reports."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import MIN_DAYS
from vn30_training.trading.drawdowns import underwater
from vn30_training.trading.ratios import divide, known

Mode = Literal["sum", "product"]

QLIB_PERIODS = 238
"""Sessions in a year, as qlib counts them."""
FIGURES = ("mean", "std", "annualized_return", "information_ratio", "max_drawdown")

_NAN = float("nan")


def risk_analysis(
    returns: ArrayLike, mode: Mode = "sum", periods: int = QLIB_PERIODS
) -> dict[str, float]:
    """Judge daily returns, or excess returns, as ``qlib.contrib.evaluate.risk_analysis`` does.

    Version 0.9.7. The drawdown does not know the beginning: a series that only falls begins its
    drawdown at its first day's close.

    Parameters
    ----------
    returns
        One per day, shape (n,); NaN is left out.
    mode
        ``sum``: the returns are added up, the drawdown is of their sum; ``product``: they are
        compounded, ``std`` is that of their logarithms.
    periods
        Sessions in a year.

    Returns
    -------
    dict
        The `FIGURES`, ``mean`` and ``std`` by day; NaN for fewer than `MIN_DAYS` days or where all
        was lost in one, the information ratio also where the returns do not vary.
    """
    series = known(returns)
    if len(series) < MIN_DAYS or series.min() <= -1:
        return dict.fromkeys(FIGURES, _NAN)
    if mode == "sum":
        mean, std = float(series.mean()), float(series.std(ddof=1))
        annual, wealth = mean * periods, series.cumsum()
        drawdown = float((wealth - np.maximum.accumulate(wealth)).min())
    else:
        wealth = np.cumprod(1 + series)
        mean = float(wealth[-1] ** (1 / len(series)) - 1)
        std = float(np.log1p(series).std(ddof=1))
        annual, drawdown = (1 + mean) ** periods - 1, float(underwater(wealth).min())
    spread = std if np.ptp(series) > 0 else 0.0
    ratio = divide(mean, spread) * float(np.sqrt(periods))
    return dict(zip(FIGURES, (mean, std, annual, ratio, drawdown), strict=True))
