"""Weights that whole lots can reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vn30_training.trading.optimisers.caps import Caps, Floats, sector_groups

_ROUNDING = 1e-9


def in_lots(
    weights: Floats, previous: Floats, one_lot: Floats, caps: Caps, sectors: tuple[str, ...]
) -> Floats:
    """Round changes of weights to whole lots, then buy on with the money left over.

    Changes are rounded towards no trade; a stock above its cap gives up one lot more. What should
    go wholly goes wholly, for no odd lot must stay behind.

    Parameters
    ----------
    weights, previous
        Wanted and present shares of NAV, shape (n,).
    one_lot
        Share of NAV of one lot, shape (n,).
    caps, sectors
        The limits, and the sector of each stock.

    Returns
    -------
    ndarray
        ``previous`` plus or minus whole lots, or 0, shape (n,); their sum is at most that of
        ``weights`` or 1, whichever is more.
    """
    change = weights - previous
    held = previous + np.trunc(change / one_lot + np.copysign(_ROUNDING, change)) * one_lot
    held = np.where(held > caps.stock + _ROUNDING, held - one_lot, held)
    held = np.where(weights <= _ROUNDING, 0.0, np.maximum(held, 0.0))
    groups = [] if caps.sector is None else sector_groups(sectors)
    limits = [(np.arange(held.size), max(1.0, float(weights.sum())))]
    limits += [(columns, float(caps.sector or 1.0)) for columns in groups]
    for columns, most in limits:
        held[columns] = _sold_on(held[columns], weights[columns], one_lot[columns], most)
    return _bought_on(held, weights, one_lot, caps, groups)


def _sold_on(held: Floats, weights: Floats, one_lot: Floats, most: float) -> Floats:
    """Take lots from the stock furthest above its weight while the sum is above the most."""
    held = held.copy()
    while held.sum() > most + _ROUNDING:
        above = int(np.argmax(np.where(held > 0, (held - weights) / one_lot, -np.inf)))
        held[above] = max(held[above] - one_lot[above], 0.0)
    return held


def _bought_on(
    held: Floats, weights: Floats, one_lot: Floats, caps: Caps, groups: list[NDArray[np.int64]]
) -> Floats:
    """Give the stock furthest below its weight one lot more while half a lot or more is missing."""
    held = held.copy()
    while True:
        missing = (weights - held) / one_lot
        fits = (missing >= 0.5) & (held + one_lot <= caps.stock)
        fits &= held.sum() + one_lot <= weights.sum() + _ROUNDING
        for columns in groups:
            fits[columns] &= held[columns].sum() + one_lot[columns] <= float(caps.sector or 1.0)
        if not fits.any():
            return held
        chosen = int(np.argmax(np.where(fits, missing, -np.inf)))
        held[chosen] += one_lot[chosen]
