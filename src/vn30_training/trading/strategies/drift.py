"""How far prices carried positions beyond what may be decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vn30_training.trading.optimisers.caps import Caps, sector_groups
from vn30_training.trading.strategies.history import Floats


@dataclass(frozen=True, slots=True)
class Drift:
    """Positions beyond their caps.

    Attributes
    ----------
    share
        Share of the sessions on which a stock or a sector was beyond its cap.
    largest_stock, largest_sector
        Largest share of NAV in one stock and in one sector on any session.
    """

    share: float
    largest_stock: float
    largest_sector: float


def drift_of(weights: Floats, caps: Caps, sectors: tuple[str, ...]) -> Drift:
    """Measure the weights that were really held.

    Parameters
    ----------
    weights
        Value of each position as a share of NAV, shape (T, N).
    caps, sectors
        The limits at the decision, and the sector of each stock.
    """
    stock = weights.max(axis=1, initial=0.0)
    groups = sector_groups(sectors)
    by_sector = np.stack([weights[:, one].sum(axis=1) for one in groups], axis=1)
    sector = by_sector.max(axis=1, initial=0.0)
    beyond = stock > caps.stock
    if caps.sector is not None:
        beyond |= sector > caps.sector
    return Drift(float(beyond.mean()), float(stock.max()), float(sector.max()))
