"""TopkDropout: hold the best, exchange a few of the worst at a time."""

from __future__ import annotations

from typing import Self

import numpy as np
from pydantic import Field, model_validator

from vn30_training.trading.plan import TopkDropout as Plan
from vn30_training.trading.signals_grid import Signals
from vn30_training.trading.strategies.base import NO_STOCK, Decided, Note, Strategy
from vn30_training.trading.strategies.history import Bools, Floats, History


class TopkDropout(Strategy):
    """Options of `plan.TopkDropout`, which the exchange runs; here are the scores it runs on.

    Attributes
    ----------
    topk, n_drop
        Positions, and the most that change at a decision. Of 30 names, 5 to 10 are a choice.
    hold_thresh
        Fewest sessions that a position is kept.
    risk_degree
        Share of the cash spent.
    """

    topk: int = Field(default=8, ge=1)
    n_drop: int = Field(default=2, ge=0)
    hold_thresh: int = Field(default=1, ge=0)
    risk_degree: float = Field(default=0.95, gt=0, le=1)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.caps.sector is not None:
            raise ValueError("TopkDropout knows no sectors: it takes no sector cap")
        if self.n_drop > self.topk:
            raise ValueError("n_drop is at most topk")
        return self

    def decide(
        self, signals: Signals, history: History, rows: Bools, held: Floats | None = None
    ) -> Decided:
        """Return the rule and the scores of stocks that pass the filter, NaN elsewhere."""
        scores = np.full(signals.score.shape, np.nan)
        notes = []
        for row, now in self.moments(signals, history, rows, held):
            scores[row] = np.where(now.eligible, now.score, np.nan)
            if not now.eligible.any():
                notes.append(Note(signals.dates[row], NO_STOCK))
        plan = Plan(
            scores=scores,
            topk=self.topk,
            n_drop=self.n_drop,
            hold_thresh=self.hold_thresh,
            risk_degree=self.risk_degree,
            max_weight=self.caps.stock,
            stops=self.stops,
        )
        return Decided(plan, tuple(notes))
