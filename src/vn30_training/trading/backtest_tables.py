"""All that a backtest found: one table per question, ready to be stored, drawn and told."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from vn30_training.trading.excess import EXCESS_COLUMNS
from vn30_training.trading.returns import STRATEGY

BENCHMARK = "benchmark"
"""The family of what strategies are held against."""
BUY_AND_HOLD = "buy_and_hold"
"""The benchmark whose returns the performance table calls excess over."""
PRICE_INDEX = "price_index"
"""The benchmark that is an index of the user's, without costs and without dividends."""


def _no_excess() -> pd.DataFrame:
    return pd.DataFrame(columns=[*STRATEGY, *EXCESS_COLUMNS])


@dataclass(frozen=True, slots=True)
class BacktestTables:
    """What every strategy came to, and what it is held against.

    Every table has the columns ``family, scope, strategy, rebalance`` (plain str, never missing)
    and is empty where the question could not be asked. Benchmarks are rows of
    family `BENCHMARK`: strategies ``buy_and_hold, equal_weight``, `PRICE_INDEX` where there is an
    index, and whatever others there are.
    Intervals ``low`` and ``high`` hold 95 %.

    Attributes
    ----------
    daily
        The table of days (`trading.returns`), after costs: ``date, nav, cash, fees, taxes,
        slippage, dividends, turnover, exposure``.
    gross
        ``date, nav`` of the same plans under the frictionless profile.
    performance
        From `performance.performance_table`, benchmarks among them, against `BUY_AND_HOLD`; and,
        where they were added, the figures of `strategies.drift.Drift` and of `trades.with_trades`.
    unfilled
        Orders not or not wholly filled: ``side, reason, orders`` (count above 0).
    stops
        Counts, one row per strategy with stops: ``stop_losses, take_profits, both_hit`` (bars
        that hit both), ``blocked`` (stops not or not wholly filled).
    sensitivity
        From `cost_analysis.fee_sensitivity`: ``fee`` (share of a trade's value), ``cagr, sharpe``.
    chance
        From `chance.beside_random`: ``random_p, random_median, random_95, turnover,
        random_turnover``, and ``drawn``, how many strategies on random signals there were.
    notes
        ``date, reason``: where a strategy could not do as it should, why, and what it did.
    trades
        From `round_trips.round_trips`.
    excess
        From `excess.excess_table`, against every benchmark.
    """

    daily: pd.DataFrame
    gross: pd.DataFrame
    performance: pd.DataFrame
    unfilled: pd.DataFrame
    stops: pd.DataFrame
    sensitivity: pd.DataFrame
    chance: pd.DataFrame
    notes: pd.DataFrame
    trades: pd.DataFrame
    excess: pd.DataFrame = field(default_factory=_no_excess)

    @property
    def strategies(self) -> pd.DataFrame:
        """The performance of all that is no benchmark."""
        return self.performance[self.performance["family"] != BENCHMARK]

    @property
    def benchmarks(self) -> pd.DataFrame:
        """The performance of the benchmarks."""
        return self.performance[self.performance["family"] == BENCHMARK]
