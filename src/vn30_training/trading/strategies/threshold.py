"""Threshold: each stock is bought and sold on its own forecast."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from vn30_training.trading.strategies.base import Moment, Wanted, WeightStrategy
from vn30_training.trading.strategies.history import Bools, Floats


class Threshold(WeightStrategy):
    """Buy above one level, sell below a lower one, and hold still in between.

    Nothing is traded until a stock enters or leaves: positions drift meanwhile.

    Attributes
    ----------
    by
        ``expected``: the levels are returns over the label's sessions; ``probability``: they are
        probabilities of a rise.
    enter, leave
        Levels. A return should exceed the cost of a round trip: twice the fee, the sell tax and the
        slippage, about half a percent.
    positions
        Most stocks held; each has the same share of NAV, the rest is cash.
    """

    by: Literal["expected", "probability"] = "expected"
    enter: float = 0.005
    leave: float = 0.0
    positions: int = Field(default=10, ge=1)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.leave > self.enter:
            raise ValueError("a stock leaves at a level not above that at which it enters")
        return self

    def wanted(self, now: Moment) -> Wanted:
        """Return equal places for those that stay and the best that enter, if any change."""
        signal = np.where(now.eligible, now.y_pred if self.by == "expected" else now.p_up, np.nan)
        had = now.held > 0
        stays = had & (signal >= self.leave)
        enters = ~had & (signal > self.enter)
        chosen = stays | _best(signal, enters, self.positions - int(stays.sum()))
        if np.array_equal(chosen, had):
            return Wanted()
        return Wanted(np.where(chosen, 1.0 / self.positions, 0.0))


def _best(signal: Floats, among: Bools, count: int) -> Bools:
    """Mark the ``count`` highest of some stocks; the first of equals goes before."""
    order = np.argsort(np.where(among, -signal, np.inf), kind="stable")[: max(count, 0)]
    chosen = np.zeros(signal.size, dtype=bool)
    chosen[order] = True
    return chosen & among
