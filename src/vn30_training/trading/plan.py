"""What strategies want: target weights, or TopkDropout on scores, with stops if wished."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vn30_training.trading.engine.target_weights import (
    ABOVE_ONE,
    BELOW_ZERO,
    HALF_SILENT,
    SOUND,
    fault_of,
)

Floats = NDArray[np.float64]

_FAULTS = {
    HALF_SILENT: "A row of weights is wholly NaN or has none.",
    BELOW_ZERO: "Weights are zero or more: the exchange is long only.",
    ABOVE_ONE: "The weights of a row add up to at most 1: cash is not borrowed.",
}


@dataclass(frozen=True, slots=True)
class Stops:
    """Sales during a session, whatever the plan wants; 0 means none.

    Attributes
    ----------
    loss, profit
        Fall and rise from the average price of purchase, lowered by dividends since, at which a
        position is sold. The order stands from the session after the purchase has settled.
    """

    loss: float = 0.0
    profit: float = 0.0

    def __post_init__(self) -> None:
        """Check the thresholds."""
        if not (0 <= self.loss < 1 and 0 <= self.profit < np.inf):
            raise ValueError(
                "Stops are shares of the price, 0.05 for 5 %: a loss from 0 to below 1, "
                f"a profit from 0 on; not {self.loss:g} and {self.profit:g}"
            )


@dataclass(frozen=True, slots=True)
class Weights:
    """Target weights of S plans.

    Attributes
    ----------
    weights
        Shares of the NAV decided at the close of row t and traded in row t + 1, shape (S, T, N) or
        (T, N); a row of NaN leaves everything as it is.
    max_weight
        Highest weight at the decision; the price may carry a position above it later.
    patience
        Sessions for which what was not filled is tried again, unless a new row comes first.
    stops
        Stop loss and take profit.
    """

    weights: Floats
    max_weight: float = 1.0
    patience: int = 5
    stops: Stops = field(default_factory=Stops)

    def __post_init__(self) -> None:
        """Check that the weights are of a portfolio that is long only and not levered."""
        given = np.require(self.weights, np.float64, ["C", "W"])
        fault = fault_of(given.reshape(-1, given.shape[-1]))
        if fault != SOUND:
            raise ValueError(_FAULTS[fault])


@dataclass(frozen=True, slots=True)
class TopkDropout:
    """Hold the ``topk`` best, changing at most ``n_drop`` of them at a time, as qlib does.

    With the sizing ``decision`` a stock that cannot be sold yet frees no place, purchases are
    sized with all cash, and one of which less than half can be paid waits, since a crumb would
    take the place of a position. With ``deal`` it is qlib's rule to the letter.

    Attributes
    ----------
    scores
        Known at the close of row t, higher is better, shape (S, T, N) or (T, N); NaN: not to be
        held; a row of NaN: no decision.
    topk, n_drop, hold_thresh
        Positions, changes, and the fewest sessions a position is kept; numbers or shape (S,).
    only_tradable
        Whether stocks without a bar or at a limit are passed over in the choice: known at the
        decision, or, with the sizing ``deal``, in the session of the trade.
    forbid_all_trade_at_limit
        Whether nothing trades at a ceiling or a floor, not even against the crowd.
    risk_degree
        Share of the cash spent.
    max_weight, patience, stops
        As for `Weights`.

    References
    ----------
    qlib, ``qlib/contrib/strategy/signal_strategy.py``, ``TopkDropoutStrategy``.
    """

    scores: Floats
    topk: ArrayLike
    n_drop: ArrayLike
    hold_thresh: ArrayLike = 1
    only_tradable: bool = False
    forbid_all_trade_at_limit: bool = True
    risk_degree: float = 0.95
    max_weight: float = 1.0
    patience: int = 5
    stops: Stops = field(default_factory=Stops)

    def __post_init__(self) -> None:
        """Check the parameters."""
        if np.min(self.topk) < 1 or np.min(self.n_drop) < 0 or np.min(self.hold_thresh) < 0:
            raise ValueError("TopkDropout holds at least one stock and drops none or more.")
        if not 0 < self.risk_degree <= 1:
            raise ValueError(f"The share of cash spent is above 0 and at most 1: {self}.")


Plan = Weights | TopkDropout
