"""Optimisers of mean and variance: minimum variance, utility, tracking and costs of turnover."""

from __future__ import annotations

from pydantic import Field

from vn30_training.trading.optimisers.caps import Floats
from vn30_training.trading.optimisers.contract import Optimiser, Problem
from vn30_training.trading.optimisers.fitting import YEAR, limits, mean_risk
from vn30_training.trading.optimisers.lots import in_lots


class MinimumVariance(Optimiser):
    """The fully invested portfolio of least variance."""

    def solve(self, problem: Problem) -> Floats:
        """Return the weights of least variance under the caps."""
        return mean_risk(problem.returns, limits(problem.caps, problem.sectors), None, 0.0)


class MeanVariance(Optimiser):
    """The portfolio of highest expected return less risk (Markowitz, 1952).

    Attributes
    ----------
    aversion
        Of variance a year.
    """

    aversion: float = Field(default=5.0, gt=0)

    def solve(self, problem: Problem) -> Floats:
        """Return the weights of highest utility under the caps."""
        arguments = limits(problem.caps, problem.sectors)
        return mean_risk(problem.returns, arguments, problem.forecasts(), self.aversion)


class Tracking(Optimiser):
    """Follows a benchmark, leaning towards higher forecasts.

    Attributes
    ----------
    tilt
        What a forecast counts; 0: follow only.
    aversion
        Of the variance a year of the difference from the benchmark.
    """

    tilt: float = Field(default=1.0, ge=0)
    aversion: float = Field(default=20.0, gt=0)

    def solve(self, problem: Problem) -> Floats:
        """Return the weights; those of full investment earn the benchmark plus the difference."""
        followed = problem.benchmark
        if followed is None:
            followed = problem.returns.mean(axis=1)
        expected = self.tilt * problem.forecasts() if self.tilt > 0 else None
        difference = problem.returns - followed[:, None]
        arguments = limits(problem.caps, problem.sectors)
        return mean_risk(difference, arguments, expected, self.aversion)


class TurnoverAware(MeanVariance):
    """Mean and variance after the cost of getting there, in whole lots.

    A cost is paid once and a return is earned each session: the cost is spread over the sessions
    that the portfolio is held.

    Attributes
    ----------
    cost
        Of buying or selling, as a share of value: the mean of both ways, with the sell tax.
    holding
        Sessions until the next decision.
    capital
        Money of the whole portfolio in VND, for which the lots are counted.
    lot
        Shares of which an order is a multiple.
    """

    cost: float = Field(default=0.0025, ge=0)
    holding: int = Field(default=21, ge=1)
    capital: int = Field(default=1_000_000_000, gt=0)
    lot: int = Field(default=100, ge=1)

    def solve(self, problem: Problem) -> Floats:
        """Return the weights of highest utility after costs, rounded to lots."""
        arguments = {
            **limits(problem.caps, problem.sectors),
            "transaction_costs": self.cost / self.holding * YEAR,
            "previous_weights": problem.previous,
        }
        weights = mean_risk(problem.returns, arguments, problem.forecasts(), self.aversion)
        one_lot = self.lot * problem.price / self.capital
        return in_lots(weights, problem.previous, one_lot, problem.caps, problem.sectors)
