"""Optimised: the best stocks by score, their weights by an optimiser."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from pydantic import Field, model_validator

from vn30_training.trading.optimisers.contract import Problem, optimise
from vn30_training.trading.optimisers.registry import make_optimiser
from vn30_training.trading.strategies.base import Moment, Wanted, WeightStrategy
from vn30_training.trading.strategies.history import Floats


class OptimisedWeights(WeightStrategy):
    """What an optimiser makes of the stocks with a forecast and a whole window of returns.

    Attributes
    ----------
    optimiser, options
        Its name in `optimisers.registry.OPTIMISERS`, and what differs from its defaults.
    best
        How many of the highest scores to choose from; None: all.
    window
        Sessions of past returns.
    holding
        Sessions over which a forecast is earned: the label's, or those until the next decision
        where they are more.
    """

    optimiser: str = "minimum_variance"
    options: dict[str, Any] = Field(default_factory=dict)
    best: int | None = Field(default=None, ge=2)
    window: int = Field(default=252, ge=20)
    holding: int = Field(default=20, ge=1)

    @model_validator(mode="after")
    def _known(self) -> Self:
        make_optimiser(self.optimiser, self.options)
        return self

    def wanted(self, now: Moment) -> Wanted:
        """Return the optimiser's weights, or equal ones and why."""
        past = now.past
        returns = past.returns[-self.window :]
        whole = len(returns) == self.window and np.isfinite(returns).all(axis=0)
        columns = np.flatnonzero(now.eligible & np.isfinite(now.score) & whole)
        if self.best is not None:
            order = np.argsort(-now.score[columns], kind="stable")
            columns = np.sort(columns[order[: self.best]])
        weights: Floats = np.zeros(now.score.size)
        if not columns.size:
            return Wanted(reason="no stock has a forecast and a whole window of returns")
        problem = Problem(
            returns=returns[:, columns],
            sectors=tuple(past.sectors[i] for i in columns),
            caps=self.caps,
            expected=now.y_pred[columns] / self.holding,
            previous=now.held[columns],
            value=past.value[-self.stock_filter.value_sessions :, columns].mean(axis=0),
            price=past.price[-1, columns],
        )
        answer = optimise(make_optimiser(self.optimiser, self.options), problem)
        weights[columns] = answer.weights
        failed = answer.fallback and f"{answer.fallback}: equal weights instead"
        return Wanted(weights, failed)
