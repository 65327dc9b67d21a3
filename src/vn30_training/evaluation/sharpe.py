"""How much of a Sharpe ratio is luck: its probabilistic and its deflated form.

Everything is per period of the returns given, never annual. The pipelines import this module;
scipy.stats takes half a second to load, so the functions that need it import it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import MIN_DAYS, Floats, cosine_terms, error_of_mean

_NAN = float("nan")


def sharpe_ratio(returns: ArrayLike) -> float:
    """Mean over standard deviation (ddof 1) of the returns, per period.

    NaN returns are left out; the result is NaN for fewer than `MIN_DAYS` or constant returns.
    """
    series = _known(returns)
    return _NAN if series is None else float(series.mean() / series.std(ddof=1))


def probabilistic_sharpe(returns: ArrayLike, benchmark: float = 0.0, holding: int = 1) -> float:
    """Probability that the true Sharpe ratio exceeds ``benchmark``, given the returns.

    Parameters
    ----------
    returns
        In order of time, shape (n,). NaN is left out.
    benchmark
        Sharpe ratio per period, of one holding each.
    holding
        Sessions over which each return is earned, if one begins every session. All of them count:
        to thin them to those that do not overlap would let the first day decide the result.

    Returns
    -------
    float
        From 0 to 1; NaN for fewer than `MIN_DAYS` or constant returns, or less than two holdings.

    Notes
    -----
    Lo, The Statistics of Sharpe Ratios, FAJ 2002: the ratio's error is that of the mean of
    z - SR (z^2 - 1) / 2, z the standardised returns, whatever their correlation in time. Of
    independent returns it is the one of `probabilistic_sharpe_from_moments`; where they overlap,
    `statistics.error_of_mean` measures it, and Student's t takes the place of the normal.
    """
    from scipy.special import stdtr
    from scipy.stats import kurtosis, skew

    series = _known(returns)
    if series is None:
        return _NAN
    if holding > 1:
        terms = cosine_terms(len(series), holding)
        if terms < 1:
            return _NAN
        ratio, z = sharpe_ratio(series), (series - series.mean()) / series.std()
        error = max(error_of_mean(z - ratio * (z**2 - 1) / 2, terms), np.finfo(float).eps)
        return float(stdtr(terms, (ratio - benchmark) / error))
    shape = float(skew(series)), float(kurtosis(series, fisher=False))
    return probabilistic_sharpe_from_moments(sharpe_ratio(series), len(series), *shape, benchmark)


def probabilistic_sharpe_from_moments(
    sharpe: float, n: int, skew: float, kurtosis: float, benchmark: float = 0.0
) -> float:
    """Probabilistic Sharpe ratio of ``n`` returns with these moments.

    Bailey and Lopez de Prado, The Sharpe Ratio Efficient Frontier, Journal of Risk 2012.

    Parameters
    ----------
    sharpe, benchmark
        Observed and compared Sharpe ratio, per period.
    n
        Number of returns.
    skew, kurtosis
        Of the returns; ``kurtosis`` is raw: 3 for the normal distribution.
    """
    from scipy.special import ndtr

    # A kurtosis is at least 1 + skew**2, so that the variance is never negative; it is zero where
    # two values alternate, which leaves no doubt about the mean.
    variance = max(1 - skew * sharpe + (kurtosis - 1) / 4 * sharpe**2, np.finfo(float).eps)
    return float(ndtr((sharpe - benchmark) * np.sqrt((n - 1) / variance)))


def expected_maximum_sharpe(trials: int, variance: float) -> float:
    """Return the highest Sharpe ratio to expect of ``trials`` strategies all worth nothing.

    Parameters
    ----------
    trials
        Number of independent trials.
    variance
        Of the trials' Sharpe ratios, per period squared.

    Notes
    -----
    Bailey and Lopez de Prado, The Deflated Sharpe Ratio, Journal of Portfolio Management 2014. A
    single trial is not picked from others, so nothing is to be expected of it.
    """
    from scipy.special import ndtri

    if trials < 2:
        return 0.0
    highest, next_highest = ndtri(1 - 1 / trials), ndtri(1 - 1 / (trials * np.e))
    weight = np.euler_gamma
    return float(np.sqrt(variance) * ((1 - weight) * highest + weight * next_highest))


def deflated_sharpe(returns: ArrayLike, trials: int, variance: float, holding: int = 1) -> float:
    """Probability that the true Sharpe ratio is positive although the best of many was picked.

    Parameters
    ----------
    returns, holding
        See `probabilistic_sharpe`.
    trials, variance
        Every trial ever judged on these data, also those given up, and the variance of their Sharpe
        ratios; see `expected_maximum_sharpe`.
    """
    return probabilistic_sharpe(returns, expected_maximum_sharpe(trials, variance), holding)


def _known(returns: ArrayLike) -> Floats | None:
    """Return the returns that are known, None where they cannot bear a Sharpe ratio."""
    series = np.asarray(returns, dtype=np.float64)
    series = series[~np.isnan(series)]
    return series if len(series) >= MIN_DAYS and np.ptp(series) > 0 else None
