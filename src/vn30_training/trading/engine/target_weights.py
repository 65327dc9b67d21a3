"""Compiled: whether rows of weights are portfolios, in one pass over what may be a great sweep."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.engine.compiling import compiled

SOUND, HALF_SILENT, BELOW_ZERO, ABOVE_ONE = range(4)
SLACK = 1e-9
"""What a sum of shares may be above 1 by rounding."""


@compiled
def fault_of(rows: NDArray[np.float64]) -> int:
    """Return what is wrong with the first faulty row (R, N), `SOUND` if none is."""
    for r in range(rows.shape[0]):
        total, blank = 0.0, 0
        for n in range(rows.shape[1]):
            weight = rows[r, n]
            if np.isnan(weight):
                blank += 1
            elif weight < 0:
                return BELOW_ZERO
            else:
                total += weight
        if 0 < blank < rows.shape[1]:
            return HALF_SILENT
        if total > 1 + SLACK:
            return ABOVE_ONE
    return SOUND
