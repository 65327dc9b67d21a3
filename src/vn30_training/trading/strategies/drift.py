"""What became of positions: carried beyond what may be decided, or left without a price."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vn30_training.trading.bars import Ints
from vn30_training.trading.optimisers.caps import Caps, sector_groups
from vn30_training.trading.price_limits import last_bar
from vn30_training.trading.strategies.history import Floats

DRIFT = ("beyond_cap", "largest_position", "largest_sector", "unpriced", "unpriced_at_end")
"""The figures of `Drift`."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Positions beyond their caps, and at old prices.

    Attributes
    ----------
    beyond_cap
        Share of the sessions on which a stock or a sector was beyond its cap.
    largest_position, largest_sector
        Largest share of NAV in one stock and in one sector on any session.
    unpriced, unpriced_at_end
        Share of NAV in stocks that had no price that session, at their last one: the mean of all
        sessions, and of the last.
    """

    beyond_cap: float
    largest_position: float
    largest_sector: float
    unpriced: float
    unpriced_at_end: float


def held_weights(shares: Ints, close: Ints, nav: Ints) -> Floats:
    """Return the value of each position as a share of NAV, shape (T, N).

    Parameters
    ----------
    shares
        What is held at each close, shape (T, N).
    close
        Closes in VND, 0 where there is no bar, shape (T, N): there the last one counts.
    nav
        In VND, shape (T,).
    """
    known = np.where(close > 0, close, last_bar(close))
    return np.asarray(shares * known / nav[:, None], dtype=np.float64)


def drift_of(weights: Floats, caps: Caps, sectors: tuple[str, ...], unpriced: Floats) -> Drift:
    """Measure the weights that were really held.

    Parameters
    ----------
    weights
        Value of each position as a share of NAV, shape (T, N).
    caps, sectors
        The limits at the decision, and the sector of each stock.
    unpriced
        Share of NAV without a price in each session, shape (T,).
    """
    stock = weights.max(axis=1, initial=0.0)
    groups = sector_groups(sectors)
    by_sector = np.stack([weights[:, one].sum(axis=1) for one in groups], axis=1)
    sector = by_sector.max(axis=1, initial=0.0)
    beyond = stock > caps.stock
    if caps.sector is not None:
        beyond |= sector > caps.sector
    return Drift(
        beyond_cap=float(beyond.mean()),
        largest_position=float(stock.max()),
        largest_sector=float(sector.max()),
        unpriced=float(unpriced.mean()),
        unpriced_at_end=float(unpriced[-1]),
    )
