"""Optimisers that need no solver: equal weight, inverse volatility, by traded value."""

from __future__ import annotations

from vn30_training.trading.optimisers.caps import Floats, capped
from vn30_training.trading.optimisers.contract import (
    CannotOptimiseError,
    Optimiser,
    Problem,
    equal_weights,
)


class EqualWeight(Optimiser):
    """The same share of NAV in each stock: hard to beat (DeMiguel, Garlappi and Uppal, 2009)."""

    def solve(self, problem: Problem) -> Floats:
        """Return equal weights."""
        return equal_weights(problem)


class InverseVolatility(Optimiser):
    """Weights in inverse proportion to volatility: risk parity were correlations all alike."""

    def solve(self, problem: Problem) -> Floats:
        """Return the weights, what is above the caps spread over the others."""
        inverse = 1.0 / problem.volatility()
        return capped(inverse / inverse.sum(), problem.caps, problem.sectors)


class TradedValue(Optimiser):
    """Weights in proportion to value traded, like an index with caps.

    The index itself weighs by free-float value, which prices do not tell; traded value stands for
    it. With `caps.VN30_CAPS` no share is above 10 % and no sector above 40 %.
    """

    def solve(self, problem: Problem) -> Floats:
        """Return the weights, what is above the caps spread over the others."""
        if not (problem.value > 0).all():
            raise CannotOptimiseError("a stock has no traded value")
        return capped(problem.value / problem.value.sum(), problem.caps, problem.sectors)
