"""Whether scores can rank anything: constants, collapsed networks and NaN are found here."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RELATIVE_SPREAD = 1e-9


def why_worthless(score: NDArray[np.float64], groups: NDArray[Any] | None = None) -> str | None:
    """Say why scores are worthless, or return None.

    Parameters
    ----------
    score
        Shape (n,), n at least 2.
    groups
        Shape (n,): what is ranked within, such as the day of a cross-section. By default all rows
        are one group, as for one symbol through time.

    Returns
    -------
    str or None
        A reason if some scores are not finite, or no group has two scores that differ by more than
        rounding.
    """
    unknown = int((~np.isfinite(score)).sum())
    if unknown:
        return f"{unknown} of {len(score)} scores are not finite"
    least = RELATIVE_SPREAD * float(np.abs(score).max())
    if np.ptp(score) <= least:
        return "the score is a constant"
    if groups is not None and _widest(score, groups) <= least:
        return "all stocks of a day have the same score"
    return None


def _widest(score: NDArray[np.float64], groups: NDArray[Any]) -> float:
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    highest = np.maximum.reduceat(score[order], starts)
    lowest = np.minimum.reduceat(score[order], starts)
    return float((highest - lowest).max())
