"""Scores of quantile forecasts: pinball loss, CRPS, coverage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.contract import QUANTILES

Floats = NDArray[np.float64]

INTERVALS = {50: ("q25", "q75"), 80: ("q10", "q90"), 90: ("q05", "q95")}
"""Nominal coverage in percent, and the columns that bound the interval."""


def pinball(
    y_true: Floats, quantiles: Floats, levels: tuple[float, ...] = QUANTILES
) -> NDArray[np.float64]:
    """Pinball loss of each row at each level.

    Parameters
    ----------
    y_true
        Returns, shape (n,).
    quantiles
        Forecasts of the quantiles, shape (n, levels).

    Returns
    -------
    ndarray
        Shape (n, levels), in units of return.

    Notes
    -----
    Koenker and Bassett, Regression Quantiles, Econometrica 1978.
    """
    error = y_true[:, None] - quantiles
    alpha = np.asarray(levels)
    return np.maximum(alpha * error, (alpha - 1) * error)


def crps(losses: Floats, levels: tuple[float, ...] = QUANTILES) -> NDArray[np.float64]:
    """Continuous ranked probability score of each row, from its pinball losses.

    CRPS is twice the integral of the pinball loss over all levels; each level stands for the levels
    nearer to it than to its neighbours, so that close levels in the tails do not count double.

    Parameters
    ----------
    losses
        What `pinball` returned, shape (n, levels).

    Notes
    -----
    Gneiting and Ranjan, Comparing Density Forecasts, JBES 2011, eq. 8. With evenly spaced levels
    equal to ``scoringrules.crps_quantile``.
    """
    alpha = np.asarray(levels)
    edges = np.concatenate([[0.0], (alpha[1:] + alpha[:-1]) / 2, [1.0]])
    return 2.0 * losses @ np.diff(edges)


def coverage(y_true: Floats, low: Floats, high: Floats) -> float:
    """Share of the returns inside the interval, bounds included.

    Bounds count as inside because returns have an atom at zero and pile up at the price limits.
    """
    known = ~(np.isnan(low) | np.isnan(high))
    if not known.any():
        return float("nan")
    inside = (y_true >= low) & (y_true <= high)
    return float(inside[known].mean())
