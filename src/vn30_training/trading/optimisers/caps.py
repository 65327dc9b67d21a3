"""The most that may lie in one stock and in one sector."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

Floats = NDArray[np.float64]
_NEGLIGIBLE = 1e-12


class Caps(BaseModel):
    """Limits that hold when a portfolio is decided; prices may carry it beyond them later.

    Attributes
    ----------
    stock
        Most of NAV in one stock.
    sector
        Most of NAV in one sector; None: no limit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stock: float = Field(default=0.2, gt=0, le=1)
    sector: float | None = Field(default=None, gt=0, le=1)


VN30_CAPS = Caps(stock=0.10, sector=0.40)
"""Caps like those of the index: 10 % a share and 40 % a sector."""


def sector_groups(sectors: Sequence[str]) -> list[NDArray[np.int64]]:
    """Return the columns of each sector, in the order of their names."""
    names = np.asarray(list(sectors))
    return [np.flatnonzero(names == name) for name in sorted(set(sectors))]


def capacity(caps: Caps, sectors: Sequence[str]) -> float:
    """Return how much of NAV can be invested in stocks of these sectors, at most 1."""
    most = 1.0 if caps.sector is None else caps.sector
    return min(1.0, sum(min(most, len(one) * caps.stock) for one in sector_groups(sectors)))


def capped(weights: Floats, caps: Caps, sectors: Sequence[str]) -> Floats:
    """Bring the weights of one day under the caps, spreading what is cut off over the others.

    The stocks keep their proportions as far as the caps allow; what no stock with a weight has room
    for stays in cash.

    Parameters
    ----------
    weights
        Wanted shares of NAV, none negative, shape (N,).
    caps
        The limits.
    sectors
        Sector of each stock, length N.
    """
    wanted = np.asarray(weights, dtype=np.float64)
    total = float(wanted.sum())
    groups = [] if caps.sector is None else sector_groups(sectors)
    held = wanted.copy()
    # Each round fills a stock or a sector to its cap, or places all that is left.
    for _ in range(2 * wanted.size + len(groups) + 1):
        held, room = _clipped(held, caps, groups)
        left, free = total - float(held.sum()), np.where(room, wanted, 0.0)
        if left <= _NEGLIGIBLE or free.sum() <= 0:
            break
        held = held + left * (free / free.sum())
    return _clipped(held, caps, groups)[0]


def _clipped(
    weights: Floats, caps: Caps, groups: list[NDArray[np.int64]]
) -> tuple[Floats, NDArray[np.bool_]]:
    """Return the weights cut to the caps, and which of them may still grow."""
    held = np.minimum(weights, caps.stock)
    room = held < caps.stock - _NEGLIGIBLE
    for columns in groups:
        inside, most = float(held[columns].sum()), float(caps.sector or 1.0)
        if inside > most:
            held[columns] *= most / inside
        if inside >= most - _NEGLIGIBLE:
            room[columns] = False
    return held, room
