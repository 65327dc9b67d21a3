"""Optimisers that spread risk: equal contributions and hierarchical risk parity."""

from __future__ import annotations

from vn30_training.trading.optimisers.caps import Floats, capped
from vn30_training.trading.optimisers.contract import Optimiser, Problem
from vn30_training.trading.optimisers.fitting import fitted, limits, shrunk_covariance


class RiskParity(Optimiser):
    """Each stock contributes the same to variance (Maillard, Roncalli and Teiletche, 2010)."""

    def solve(self, problem: Problem) -> Floats:
        """Return the weights; where a cap binds, the others share the rest of the risk."""
        from skfolio.optimization import RiskBudgeting

        arguments = limits(problem.caps, problem.sectors)
        estimator = RiskBudgeting(prior_estimator=shrunk_covariance(), **arguments)
        return fitted(estimator, problem.returns)


class HierarchicalParity(Optimiser):
    """Risk split down a tree of alike stocks, without inverting (Lopez de Prado, 2016)."""

    def solve(self, problem: Problem) -> Floats:
        """Return the weights; sector caps cut them afterwards, for the tree knows no sectors."""
        from skfolio.optimization import HierarchicalRiskParity

        estimator = HierarchicalRiskParity(max_weights=problem.caps.stock)
        problem.volatility()
        weights = fitted(estimator, problem.returns)
        return capped(weights, problem.caps, problem.sectors)
