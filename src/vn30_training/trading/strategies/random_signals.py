"""Scores that know nothing but change as slowly as given ones: the luck to be beaten."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.strategies.history import Floats

_SLOWEST = 0.9999


def rank_autocorrelation(scores: Floats) -> float:
    """Return the mean rank correlation of the stocks' scores with those of the row before.

    Parameters
    ----------
    scores
        Shape (R, N), NaN where there is none. Rows with fewer than three stocks in common with the
        one before, or equal scores only, do not count.

    Raises
    ------
    ValueError
        If no two rows can be compared.
    """
    from scipy.stats import rankdata

    now, before = scores[1:], scores[:-1]
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
    like: Floats, count: int = 1000, seed: int = 0, first: int = 0
) -> NDArray[np.float32]:
    """Hand each day's scores to the stocks at random, changing hands as slowly as the real ones.

    The ranks of each stock follow a normal AR(1) process from one decision to the next, whose
    coefficient gives so many stocks the rank autocorrelation of ``like``. A strategy then turns
    over about as much, and is invested as much, as on the real scores.

    Parameters
    ----------
    like
        Scores as a strategy decides on them, shape (T, N); NaN where there is none, a row of NaN
        where nothing is decided.
    count
        How many to draw. They take 4 bytes x count x T x N: 1,000 of 7 years and 30 stocks are
        210 MB. To use less, draw block by block.
    seed
        Of the draw.
    first
        Number of the first: blocks ``first=0, count=100``, ``first=100, count=100``, ... are
        together the same as all at once.

    Returns
    -------
    ndarray
        float32, shape (count, T, N), NaN where ``like`` is.
    """
    from scipy.signal import lfilter

    decided = np.isfinite(like).any(axis=1)
    scores = like[decided]
    missing = ~np.isfinite(scores)
    stocks = int(np.median((~missing).sum(axis=1)))
    phi = _correlation(rank_autocorrelation(scores), stocks)
    ascending = np.sort(np.where(missing, np.nan, scores), axis=1).astype(np.float32)
    out = np.full((count, *like.shape), np.nan, dtype=np.float32)
    for number in range(count):
        noise = np.random.default_rng([seed, first + number]).standard_normal(scores.shape)
        noise[1:] *= np.sqrt(1 - phi**2)
        walk = np.where(missing, np.nan, lfilter([1.0], [1.0, -phi], noise, axis=0))
        drawn = np.empty_like(ascending)
        np.put_along_axis(drawn, np.argsort(walk, axis=1), ascending, axis=1)
        out[number, decided] = drawn
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
