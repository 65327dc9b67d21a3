"""How sure a mean over days is, whether they are ten or two thousand.

The pipelines import this module; arch, scipy and statsmodels take a second to load, so the
functions that need them import them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

MIN_DAYS = 10
"""Fewer days than this support neither a t-value nor an interval."""
LEAST_TERMS = 3
"""Fewer cosines than this are taken only where labels leave no room for more."""
RESAMPLES = 1_000
BOOTSTRAP_SEED = 20_110_701

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MeanEstimate:
    """A mean over days with its t-value and 95 % interval; NaN where days do not suffice."""

    mean: float
    t: float
    low: float
    high: float
    n: int


def newey_west_t(values: ArrayLike, lag: int) -> float:
    """T-value of the mean of a series whose values are correlated up to ``lag`` days apart.

    Newey and West, Econometrica 1987 (Bartlett weights), by statsmodels. NaN values are left out;
    the result is NaN for fewer than `MIN_DAYS` values or a constant series.
    """
    from statsmodels.regression.linear_model import OLS

    series = _known(values)
    if len(series) < max(MIN_DAYS, lag + 2) or np.ptp(series) == 0:
        return float("nan")
    fit = OLS(series, np.ones(len(series))).fit(cov_type="HAC", cov_kwds={"maxlags": lag})
    return float(fit.tvalues[0])


def expected_block(holding: int) -> int:
    """Return the mean length of bootstrap blocks: five holdings, at least two weeks of sessions.

    Labels overlap within a holding, and calm and stormy days come in runs.
    """
    return max(10, 5 * holding)


def bootstrap_interval(
    values: ArrayLike, block: int, level: float = 0.95, seed: int = BOOTSTRAP_SEED
) -> tuple[float, float]:
    """Percentile interval of the mean of a series, from the stationary block bootstrap.

    Politis and Romano, The Stationary Bootstrap, JASA 1994, by arch: blocks of random length,
    ``block`` sessions on average. Series of one length share their draws, so that intervals of
    families scored on the same days can be compared.
    """
    series = _known(values)
    if len(series) < MIN_DAYS:
        return float("nan"), float("nan")
    means = day_counts(len(series), block, seed) @ series / len(series)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def estimate_mean(values: ArrayLike, holding: int) -> MeanEstimate:
    """Mean of a daily series of scores whose labels each span ``holding`` sessions.

    The equal-weighted cosine test of Lazarus, Lewis, Stock and Watson, HAR Inference:
    Recommendations for Practice, JBES 2018: the variance of the mean comes from the `cosine_terms`
    slowest waves in the series, and the t-value has as many degrees of freedom; the interval is
    Student's. It leaves zero out one time in twenty on ten days as on two thousand, where
    Newey-West's t and the percentiles of a block bootstrap do so two to six times as often on the
    days of a quarter or of a holding of weeks.
    """
    series = _known(values)
    n, terms = len(series), cosine_terms(len(series), holding)
    mean = float(series.mean()) if n else float("nan")
    if n < MIN_DAYS or terms < 1:
        return MeanEstimate(mean, float("nan"), float("nan"), float("nan"), n)
    if np.ptp(series) == 0:
        return MeanEstimate(mean, float("nan"), mean, mean, n)
    error = error_of_mean(series, terms)
    reach = _student(terms) * error
    t = mean / error if error > 0 else float("nan")
    return MeanEstimate(mean, t, mean - reach, mean + reach, n)


def error_of_mean(series: Floats, terms: int) -> float:
    """Return the standard error of the mean of a series without gaps, from `cosine_terms`."""
    n = len(series)
    return float(np.sqrt(np.mean((_cosines(n, terms) @ series) ** 2) / n))


def cosine_terms(n: int, holding: int) -> int:
    """Count the cosines that tell the variance of the mean of ``n`` days.

    0.4 n^(2/3) as recommended there, `LEAST_TERMS` at least; but none swings faster than once in
    four holdings, as overlapping labels smooth what is faster and the variance would come out too
    small. 0 where the days are fewer than two holdings.
    """
    return min(max(LEAST_TERMS, int(0.4 * n ** (2 / 3))), n // (2 * holding))


def holding_sessions(rows: pd.DataFrame) -> int:
    """Count the sessions from ``trade_date`` to ``label_end``, over which the label is earned."""
    date, starts, ends = (rows[name].to_numpy() for name in ("date", "trade_date", "label_end"))
    sessions = np.unique(np.concatenate([np.unique(date), np.unique(starts), np.unique(ends)]))
    spans = np.searchsorted(sessions, ends) - np.searchsorted(sessions, starts)
    return int(spans.max(initial=1))


@lru_cache(maxsize=64)
def _cosines(n: int, terms: int) -> Floats:
    """Return the type II cosines of ``n`` days, of length 1 and without a mean, (terms, n)."""
    waves = np.outer(np.arange(1, terms + 1), np.arange(n) + 0.5)
    return np.asarray(np.sqrt(2 / n) * np.cos(np.pi / n * waves))


@lru_cache
def _student(degrees: int) -> float:
    """Return what 2.5 % of Student's t exceed."""
    from scipy.special import stdtrit

    return float(stdtrit(degrees, 0.975))


def _known(values: ArrayLike) -> Floats:
    series = np.asarray(values, dtype=np.float64)
    return series[~np.isnan(series)]


@lru_cache(maxsize=32)
def day_counts(n: int, block: int, seed: int) -> Floats:
    """Count how often each of ``n`` days is drawn in each resample, shape (resamples, n)."""
    from arch.bootstrap import StationaryBootstrap

    bootstrap = StationaryBootstrap(block, np.arange(n), seed=seed)
    samples = [positional[0] for positional, _ in bootstrap.bootstrap(RESAMPLES)]
    return np.array([np.bincount(sample, minlength=n) for sample in samples], dtype=np.float64)
