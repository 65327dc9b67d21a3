"""Compiled: what a deal costs, in whole VND.

The functions take the few numbers they need: handing over a venue takes longer than they do.
"""

from __future__ import annotations

from vn30_training.trading.engine.compiling import compiled

MILLION = 1_000_000


@compiled
def share(value: int, ppm: int) -> int:
    """Return parts per million of a value, a half rounded up."""
    return (value * ppm + MILLION // 2) // MILLION


@compiled
def fee(value: int, ppm: int, least: int) -> int:
    """Return the broker's fee, never more than the value."""
    return min(max(share(value, ppm), least), value)


@compiled
def worse_by(price: int, shares: int, volume: int, impact: int, ticks: int) -> int:
    """Return by how much an order moves its own price: ticks (VND), and impact by participation."""
    return ticks - (-price * impact * shares // (100 * volume)) if impact > 0 else ticks


@compiled
def buying_price(price: int, worse: int, ceiling: int) -> int:
    """Return the price paid, at most the ceiling (0: none)."""
    paid = price + worse
    return min(paid, ceiling) if ceiling > 0 else paid


@compiled
def selling_price(price: int, worse: int, floor: int) -> int:
    """Return the price received, at least the floor."""
    return max(price - worse, floor, 1)
