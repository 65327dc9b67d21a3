"""Scores that know nothing but change as slowly as given ones: the luck to be beaten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.strategies.history import Floats

_SLOWEST = 0.9999


def rank_autocorrelation(scores: Floats, lag: int = 1) -> float:
    """Return the mean rank correlation of the stocks' scores with those ``lag`` sessions before.

    Parameters
    ----------
    scores
        Shape (T, N), NaN where there is none. Days with fewer than three stocks in common, or
        equal scores only, do not count.
    lag
        Sessions between two decisions.

    Raises
    ------
    ValueError
        If no two days can be compared.
    """
    from scipy.stats import rankdata

    now, before = scores[lag:], scores[:-lag]
    shared = np.isfinite(now) & np.isfinite(before)
    kept = shared.sum(axis=1) >= 3
    ranks = []
    for one in (now, before):
        ranked = rankdata(np.where(shared, one, np.nan)[kept], axis=1, nan_policy="omit")
        ranks.append(ranked - np.nanmean(ranked, axis=1, keepdims=True))
    sizes = np.sqrt(np.nansum(ranks[0] ** 2, axis=1) * np.nansum(ranks[1] ** 2, axis=1))
    products = np.nansum(ranks[0] * ranks[1], axis=1)
    if not (sizes > 0).any():
        raise ValueError("no two days of scores can be compared")
    return float((products[sizes > 0] / sizes[sizes > 0]).mean())


def random_scores(
    like: Floats, count: int = 1000, seed: int = 0, lag: int = 1, first: int = 0
) -> NDArray[np.float32]:
    """Draw scores whose ranks keep the autocorrelation of those of ``like``.

    Each stock's scores are a normal AR(1) process, whose coefficient gives so many stocks the same
    rank correlation, so that a strategy decided every ``lag`` sessions turns over about as much on
    them.

    Parameters
    ----------
    like
        Scores, shape (T, N); where they are NaN, so are the random ones.
    count
        How many to draw. They take 4 bytes x count x T x N: 1,000 of 7 years and 30 stocks are
        210 MB. To use less, draw block by block.
    seed
        Of the draw.
    lag
        Sessions between two decisions.
    first
        Number of the first: blocks ``first=0, count=100``, ``first=100, count=100``, ... are
        together the same as all at once.

    Returns
    -------
    ndarray
        float32, shape (count, T, N).
    """
    from scipy.signal import lfilter

    stocks = int(np.median(np.isfinite(like).sum(axis=1)[np.isfinite(like).any(axis=1)]))
    phi = _correlation(rank_autocorrelation(like, lag), stocks)
    if lag > 1:
        phi = max(phi, 0.0) ** (1 / lag)
    fresh = np.float32(np.sqrt(1 - phi**2))
    out = np.empty((count, *like.shape), dtype=np.float32)
    for number, scores in enumerate(out):
        stream = np.random.default_rng([seed, first + number])
        noise = stream.standard_normal(like.shape, dtype=np.float32)
        noise[1:] *= fresh
        scores[:] = lfilter([1.0], [1.0, -phi], noise, axis=0)
    out[:, np.isnan(like)] = np.nan
    return out


def _correlation(rank: float, stocks: int) -> float:
    """Return the correlation of normal pairs whose mean rank correlation is ``rank``.

    Solves Moran's (1948) expectation over a sample of so many pairs; the relation of Pearson, its
    limit for many, would make 30 stocks change a fifth too often.
    """
    from scipy.optimize import brentq

    def excess(normal: float) -> float:
        sines = np.arcsin(normal) + (stocks - 2) * np.arcsin(normal / 2)
        return float(6 / (np.pi * (stocks + 1)) * sines) - rank

    if abs(rank) >= abs(excess(_SLOWEST) + rank):
        return float(np.copysign(_SLOWEST, rank))
    return float(brentq(excess, -_SLOWEST, _SLOWEST))
