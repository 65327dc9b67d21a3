"""A simulated market: seeded, with the exchange's rules and a signal of a stated size."""

from vn30_training.market.simulated.market import SimulatedMarket, simulate
from vn30_training.market.simulated.options import SimulatedMarketOptions

__all__ = ["SimulatedMarket", "SimulatedMarketOptions", "simulate"]
