"""Spearman's rank correlation of features with the label and with each other."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def unit_ranks(values: NDArray[Any]) -> Floats:
    """Return centred ranks of length one per column, so that products are rank correlations.

    A NaN counts as the middle of its column; a constant column becomes zeros.
    """
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=0, nan_policy="omit")
    known = np.maximum(np.count_nonzero(~np.isnan(ranks), axis=0), 1)
    ranks = np.nan_to_num(ranks - np.nansum(ranks, axis=0) / known)
    length = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(ranks / np.where(length > 0, length, 1.0))


def relevance_and_redundancy(values: NDArray[Any], label: NDArray[Any]) -> tuple[Floats, Floats]:
    """Return the features' absolute rank correlations with the label and with each other.

    Parameters
    ----------
    values
        Shape (rows, features).
    label
        Shape (rows,).

    Returns
    -------
    relevance, redundancy
        Shapes (features,) and (features, features).
    """
    ranks = unit_ranks(values)
    relevance = np.abs(unit_ranks(label[:, None])[:, 0] @ ranks)
    return relevance, np.abs(ranks.T @ ranks)
