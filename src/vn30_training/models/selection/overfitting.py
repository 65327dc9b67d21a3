"""Probability that the options a search chooses are no better than the others elsewhere in time."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def probability_of_overfitting(scores: ArrayLike) -> float:
    """Return how often the best in one half of the folds is in the lower half in the other.

    Combinatorially symmetric cross-validation (Bailey, Borwein, Lopez de Prado and Zhu, The
    Probability of Backtest Overfitting, Journal of Computational Finance 2017) on the paths of
    combinatorial purged cross-validation: on each path, every half of its folds chooses once.

    Parameters
    ----------
    scores
        Of each option on each path and fold, more is better, shape (options, paths, folds). The
        number of folds is even, there are two options at least.

    Returns
    -------
    float
        From 0 to 1. Of options worth the same it is one half on average (three fifths of five: the
        one in the middle counts as low).
    """
    given = np.asarray(scores, dtype=np.float64)
    options, _, folds = given.shape
    low = []
    for chosen in combinations(range(folds), folds // 2):
        rest = np.setdiff1d(np.arange(folds), chosen)
        inside, outside = given[:, :, chosen].mean(axis=2), given[:, :, rest].mean(axis=2)
        low.append(rank_of_best(inside, outside) <= (options + 1) / 2)
    return float(np.mean(low))


def rank_of_best(inside: NDArray[np.float64], outside: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return where the option that is best in sample stands out of sample.

    Parameters
    ----------
    inside, outside
        Scores in and out of sample, more is better, shape (options, choices).

    Returns
    -------
    ndarray
        Rank for each choice, from 1, the lowest, to the number of options; ties share theirs.
    """
    reached = np.take_along_axis(outside, inside.argmax(axis=0)[None], axis=0)
    rank = (outside < reached).sum(axis=0) + ((outside == reached).sum(axis=0) + 1) / 2
    return np.asarray(rank)
