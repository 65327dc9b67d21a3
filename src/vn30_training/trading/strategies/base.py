"""What every strategy shares: a decision from the past alone, filters, caps and stops."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from pydantic import BaseModel, ConfigDict

from vn30_training.trading.optimisers.caps import Caps, capped
from vn30_training.trading.plan import Plan, Stops, Weights
from vn30_training.trading.signals_grid import Signals
from vn30_training.trading.strategies.filters import StockFilter
from vn30_training.trading.strategies.history import Bools, Floats, History


@dataclass(frozen=True, slots=True)
class Moment:
    """All that is known at the close of a decision.

    Attributes
    ----------
    score, y_pred, p_up
        Today's forecasts, shape (N,); NaN without one.
    past
        The market up to today.
    eligible
        Stocks that pass the filter, shape (N,).
    held
        What was last decided, carried on by prices since, in shares of NAV, shape (N,).
    """

    score: Floats
    y_pred: Floats
    p_up: Floats
    past: History
    eligible: Bools
    held: Floats


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of one decision.

    Attributes
    ----------
    weights
        Shares of NAV, their sum at most 1, shape (N,); None: leave everything as it is.
    reason
        Why this is not what the strategy is meant to do; None where it is.
    """

    weights: Floats | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """On what day a strategy could not do as it should, and why."""

    date: np.datetime64
    reason: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A strategy's plan over T sessions, and the days on which it could not do as it should."""

    plan: Plan
    notes: tuple[Note, ...] = ()


NO_STOCK = "no stock passes the filter"


class Strategy(BaseModel, ABC):
    """Options of a strategy.

    Attributes
    ----------
    stock_filter
        Which stocks may be held.
    caps
        The most in a stock and a sector when it is decided.
    stops
        Stop loss and take profit; by default none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    stock_filter: StockFilter = StockFilter()
    caps: Caps = Caps()
    stops: Stops = Stops()

    @abstractmethod
    def decide(
        self, signals: Signals, history: History, rows: Bools, held: Floats | None = None
    ) -> Decided:
        """Return what is wanted.

        Parameters
        ----------
        signals
            Forecasts over T sessions and N stocks.
        history
            The same stocks over the same sessions and, as a rule, a year before them.
        rows
            On which of the T sessions to decide, e.g. of `rebalancing.decision_rows`. There is no
            decision on a day without forecasts.
        held
            Positions at the first decision in shares of NAV, shape (N,); none by default.
        """

    def moments(
        self, signals: Signals, history: History, rows: Bools, held: Floats | None = None
    ) -> Iterator[tuple[int, Moment]]:
        """Yield each row to decide on and what is known then, with what is held at the first.

        Raises
        ------
        ValueError
            If the history has other stocks or lacks a session.
        """
        lead = int(np.searchsorted(history.dates, signals.dates[0])) if signals.dates.size else 0
        known = history.dates[lead : lead + signals.dates.size]
        if history.symbols != signals.symbols or not np.array_equal(known, signals.dates):
            raise ValueError("the history must have the signals' stocks and all their sessions")
        at_first = np.zeros(len(signals.symbols)) if held is None else held
        for row in np.flatnonzero(rows & signals.forecast).tolist():
            past = history.until(lead + row)
            today = (signals.score[row], signals.y_pred[row], signals.p_up[row])
            yield row, Moment(*today, past, self.stock_filter.passes(past), at_first)


class WeightStrategy(Strategy):
    """A strategy that says what share of NAV each stock should have."""

    @abstractmethod
    def wanted(self, now: Moment) -> Wanted:
        """Return what is wanted of stocks of which at least one is eligible."""

    def decide(
        self, signals: Signals, history: History, rows: Bools, held: Floats | None = None
    ) -> Decided:
        """Return target weights, brought under the caps, NaN where nothing is decided."""
        weights = np.full(signals.score.shape, np.nan)
        notes: list[Note] = []
        last: int | None = None
        for row, now in self.moments(signals, history, rows, held):
            if last is not None:
                growth = now.past.price[-1] / now.past.price[last - row - 1]
                now = replace(now, held=drifted(weights[last], growth))
            wanted = self.wanted(now) if now.eligible.any() else Wanted(reason=NO_STOCK)
            if wanted.weights is not None:
                weights[row], last = capped(wanted.weights, self.caps, history.sectors), row
            if wanted.reason is not None:
                notes.append(Note(signals.dates[row], wanted.reason))
        plan = Weights(weights, max_weight=self.caps.stock, stops=self.stops)
        return Decided(plan, tuple(notes))


def drifted(weights: Floats, growth: Floats) -> Floats:
    """Return what weights become when prices grow by these factors, cash staying as it is."""
    grown = np.where(weights > 0, weights * growth, 0.0)
    total: float = 1.0 - weights.sum() + grown.sum()
    return grown / total
