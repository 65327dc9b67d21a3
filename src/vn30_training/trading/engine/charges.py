"""Compiled: what a deal costs, in whole VND."""

from __future__ import annotations

from vn30_training.trading.engine.compiling import compiled_lean
from vn30_training.trading.engine.venue import Venue

MILLION = 1_000_000


@compiled_lean
def share(value: int, ppm: int) -> int:
    """Return parts per million of a value, a half rounded up."""
    return (value * ppm + MILLION // 2) // MILLION


@compiled_lean
def fee(venue: Venue, u: int, value: int) -> int:
    """Return the broker's fee, never more than the value."""
    return min(max(share(value, int(venue.fee[u])), venue.min_fee), value)


@compiled_lean
def bonus_tax(venue: Venue, u: int, shares: int, price: int) -> int:
    """Return the tax on so many bonus shares sold."""
    return share(shares * min(price, int(venue.par[u])), int(venue.bonus_tax[u]))


@compiled_lean
def worse_by(venue: Venue, u: int, n: int, price: int, shares: int) -> int:
    """Return by how much an order moves its own price: ticks, and impact by participation."""
    impact = -(-price * venue.impact * shares // (100 * int(venue.volume[u, n])))
    return venue.slippage_ticks * int(venue.tick[u, n]) + impact


@compiled_lean
def buying_price(venue: Venue, u: int, n: int, price: int, shares: int) -> int:
    """Return the price paid, at most the ceiling."""
    paid = price + worse_by(venue, u, n, price, shares)
    ceiling = int(venue.ceiling[u, n])
    return min(paid, ceiling) if ceiling > 0 else paid


@compiled_lean
def selling_price(venue: Venue, u: int, n: int, price: int, shares: int) -> int:
    """Return the price received, at least the floor."""
    return max(price - worse_by(venue, u, n, price, shares), int(venue.floor[u, n]), 1)
