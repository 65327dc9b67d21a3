"""On which sessions a portfolio is decided anew."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

Frequency = Literal["daily", "weekly", "monthly"]

_MONDAY = 3
"""1970-01-01 was a Thursday: so many days after a Monday."""


def decision_rows(dates: NDArray[np.datetime64], frequency: Frequency) -> NDArray[np.bool_]:
    """Mark the first session of each day, week (from Monday) or month.

    The first row counts as one: the portfolio has to begin. Whether a session is the first is known
    on that session from the one before.

    Parameters
    ----------
    dates
        Ascending sessions, shape (T,).
    frequency
        How often to decide.

    Returns
    -------
    ndarray
        Bool, shape (T,).
    """
    days = np.asarray(dates).astype("datetime64[D]")
    if frequency == "monthly":
        period = days.astype("datetime64[M]").astype(np.int64)
    else:
        number = days.astype(np.int64)
        period = number if frequency == "daily" else (number + _MONDAY) // 7
    return np.concatenate([np.ones(min(days.size, 1), bool), period[1:] != period[:-1]])
