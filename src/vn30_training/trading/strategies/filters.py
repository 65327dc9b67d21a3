"""Which stocks a strategy may hold."""

from __future__ import annotations

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from vn30_training.trading.strategies.history import Bools, History


class StockFilter(BaseModel):
    """Members of the index that trade, are liquid and have a past.

    Attributes
    ----------
    minimum_value
        Least mean value traded a session, in VND. Asked only where prices as traded tell it:
        adjusted ones would leave out stocks for the dividends they paid later.
    value_sessions
        Sessions over which it is averaged.
    minimum_sessions
        Fewest sessions with a trade up to now.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    minimum_value: float = Field(default=5e9, ge=0)
    value_sessions: int = Field(default=20, ge=1)
    minimum_sessions: int = Field(default=60, ge=1)

    def passes(self, past: History) -> Bools:
        """Mark the stocks that may be held from the last close of ``past`` on, shape (N,)."""
        mean = past.value[-self.value_sessions :].mean(axis=0)
        valued = past.valued[-self.value_sessions :].all(axis=0)
        liquid = (mean >= self.minimum_value) | ~valued
        known = (past.value > 0).sum(axis=0) >= self.minimum_sessions
        trading = past.value[-1] > 0
        return np.asarray(past.member[-1] & trading & liquid & known)
