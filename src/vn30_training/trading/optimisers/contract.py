"""What an optimiser is: a problem in, weights out, and a visible fallback when it fails."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from pydantic import BaseModel, ConfigDict

from vn30_training.trading.optimisers.caps import Caps, Floats, capacity, capped

_TOLERANCE = 1e-5
"""How far a numerical solver may be from a constraint before its answer is refused."""


class CannotOptimiseError(ValueError):
    """Why an optimiser has no answer to a problem."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is known at the close of a decision, of the n stocks that may be held.

    Attributes
    ----------
    returns
        Past returns a session up to the decision, oldest first, shape (W, n).
    sectors
        Sector of each stock, length n.
    caps
        The limits on weights.
    expected
        Expected return a session of each stock, shape (n,), or None without forecasts.
    previous
        Shares of NAV held now, shape (n,).
    value
        Mean value traded a session in VND, shape (n,).
    price
        Close in VND, shape (n,).
    benchmark
        Returns of what is tracked, shape (W,); None: the equal-weighted stocks.
    """

    returns: Floats
    sectors: tuple[str, ...]
    caps: Caps
    expected: Floats | None
    previous: Floats
    value: Floats
    price: Floats
    benchmark: Floats | None = None

    @property
    def budget(self) -> float:
        """How much of NAV the caps let invest, at most 1."""
        return capacity(self.caps, self.sectors)

    def volatility(self) -> Floats:
        """Return the standard deviations a session of the stocks' returns.

        Raises
        ------
        CannotOptimiseError
            If a stock has none: it never moved, or its returns are unknown.
        """
        deviations: Floats = self.returns.std(axis=0, ddof=1)
        if not np.all(deviations > 0):
            raise CannotOptimiseError("a stock has no volatility")
        return deviations

    def forecasts(self) -> Floats:
        """Return the expected returns.

        Raises
        ------
        CannotOptimiseError
            If they are missing for a stock, or none is above zero.
        """
        if self.expected is None or not np.isfinite(self.expected).all():
            raise CannotOptimiseError("expected returns are missing")
        if not (self.expected > 0).any():
            raise CannotOptimiseError("no expected return is above zero")
        return self.expected


@dataclass(frozen=True, slots=True)
class Optimised:
    """The answer to a `Problem`.

    Attributes
    ----------
    weights
        Shares of NAV within the caps, none negative, shape (n,).
    fallback
        Why these are equal weights instead of the optimiser's; None where they are its own.
    """

    weights: Floats
    fallback: str | None = None


class Optimiser(BaseModel, ABC):
    """Options of a way to spread weights; its `solve` may fail, `optimise` never does."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @abstractmethod
    def solve(self, problem: Problem) -> Floats:
        """Return weights within the caps, shape (n,).

        Raises
        ------
        CannotOptimiseError
            If there is no answer.
        """


def equal_weights(problem: Problem) -> Floats:
    """Return equal weights that sum to 1, brought under the caps."""
    count = len(problem.sectors)
    return capped(np.full(count, 1.0 / max(count, 1)), problem.caps, problem.sectors)


def optimise(optimiser: Optimiser, problem: Problem) -> Optimised:
    """Solve the problem, or fall back to equal weights and say why.

    Parameters
    ----------
    optimiser
        Which way, with its options.
    problem
        What is known at the decision.

    Returns
    -------
    Optimised
        Weights within the caps to the last digit, whatever the solver's precision.
    """
    try:
        weights = _solved(optimiser, problem)
    except CannotOptimiseError as error:
        return Optimised(equal_weights(problem), str(error))
    return Optimised(capped(weights, problem.caps, problem.sectors))


def _solved(optimiser: Optimiser, problem: Problem) -> Floats:
    if not np.isfinite(problem.returns).all():
        raise CannotOptimiseError("past returns are missing")
    if problem.returns.shape[1] < 2:
        raise CannotOptimiseError("fewer than two stocks to choose from")
    if problem.budget < 1 - _TOLERANCE:
        raise CannotOptimiseError(f"the caps let only {problem.budget:.0%} be invested")
    weights = optimiser.solve(problem)
    if not np.isfinite(weights).all() or weights.min() < -_TOLERANCE:
        raise CannotOptimiseError("the solver's weights are not numbers from 0 to 1")
    if weights.sum() > 1 + _TOLERANCE:
        raise CannotOptimiseError("the solver's weights sum to more than 1")
    positive: Floats = np.maximum(weights, 0.0)
    return positive / max(1.0, float(positive.sum()))
