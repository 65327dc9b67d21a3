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

    Each stock's scores are a normal AR(1) process. Its coefficient follows from the rank
    correlation r by Pearson's relation 2 sin(pi r / 6), so that a strategy decided every ``lag``
    sessions turns over about as much on them.

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

    correlation = rank_autocorrelation(like, lag)
    phi = 2 * np.sin(np.pi * correlation / 6)
    if lag > 1:
        phi = max(phi, 0.0) ** (1 / lag)
    phi = float(np.clip(phi, -_SLOWEST, _SLOWEST))
    fresh = np.float32(np.sqrt(1 - phi**2))
    out = np.empty((count, *like.shape), dtype=np.float32)
    for number, scores in enumerate(out):
        stream = np.random.default_rng([seed, first + number])
        noise = stream.standard_normal(like.shape, dtype=np.float32)
        noise[1:] *= fresh
        scores[:] = lfilter([1.0], [1.0, -phi], noise, axis=0)
    out[:, np.isnan(like)] = np.nan
    return out
