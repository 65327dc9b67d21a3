"""All that is said of a strategy's days in one row of figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.sharpe import deflated_sharpe, probabilistic_sharpe
from vn30_training.trading.cost_analysis import break_even_cost, cost_figures
from vn30_training.trading.drawdowns import drawdowns
from vn30_training.trading.intervals import annual_interval, sharpe_interval
from vn30_training.trading.qlib_metrics import risk_analysis
from vn30_training.trading.ratios import (
    PERIODS,
    cagr,
    calmar,
    known,
    max_drawdown,
    profit_factor,
    sharpe,
    sortino,
    total_return,
    volatility,
    win_loss_ratio,
    win_rate,
)
from vn30_training.trading.returns import STRATEGY, with_returns

FIGURES = {
    "total_return": total_return,
    "cagr": cagr,
    "volatility": volatility,
    "sharpe": sharpe,
    "sortino": sortino,
    "calmar": calmar,
    "max_drawdown": max_drawdown,
    "win_rate": win_rate,
    "profit_factor": profit_factor,
    "win_loss_ratio": win_loss_ratio,
}
"""The figures of daily returns after costs, as quantstats names them."""
COLUMNS = [
    *("first", "last", "n_days", *FIGURES),
    *("sharpe_low", "sharpe_high", "psr"),
    *("drawdown_start", "drawdown_trough", "drawdown_end", "turnover", "exposure"),
    *("fees", "taxes", "slippage", "costs"),
    *("fees_a_year", "taxes_a_year", "slippage_a_year", "costs_a_year"),
    *("gross_cagr", "break_even_cost", "excess_return", "excess_low", "excess_high"),
    *("information_ratio", "excess_dsr", "trials", "excess_break_even_cost"),
]


def performance_table(
    daily: pd.DataFrame,
    benchmark: pd.Series[float],
    trials: Mapping[str, Any],
    by: Sequence[str] = STRATEGY,
) -> pd.DataFrame:
    """Judge every strategy by its days.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    benchmark
        Daily returns, indexed by date; NaN where unknown.
    trials
        Every strategy ever tried on these data: ``count``, and ``excess_sharpe_variance``, the
        variance among them of the information ratio per session; 0 where it is unknown.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        One row per strategy: the columns of ``by`` and

        - ``first``, ``last`` (sessions with a return), ``n_days``,
        - the `FIGURES`, ``sharpe_low, sharpe_high`` (95 %), ``psr`` (probability that the Sharpe
          ratio is positive, no other strategy looked at),
        - ``drawdown_start, drawdown_trough, drawdown_end`` of the deepest drawdown,
        - ``turnover`` (a year: 2 is one full change of portfolio), ``exposure`` (mean),
        - the costs of `cost_figures`, ``gross_cagr`` and ``break_even_cost`` (`break_even_cost`
          against earning nothing),
        - against the benchmark ``excess_return`` (a year, arithmetic, after costs), ``excess_low,
          excess_high``, ``information_ratio``, ``excess_dsr`` (probability that it is positive
          although the best of ``trials`` was picked) and ``excess_break_even_cost``.

        Ratios, annual growth, intervals and costs borne are NaN for fewer than `MIN_DAYS` days.
    """
    records = []
    for key, days in with_returns(daily, by).groupby(list(by), observed=True):
        beside = benchmark.reindex(pd.DatetimeIndex(days["date"])).to_numpy(dtype=np.float64)
        records.append(
            dict(zip(by, key, strict=True))
            | _own_figures(days)
            | _deepest_drawdown(days)
            | _trading(days)
            | _excess(days, beside, trials)
        )
    return pd.DataFrame(records, columns=[*by, *COLUMNS])


def _own_figures(days: pd.DataFrame) -> dict[str, Any]:
    net = days["net"].to_numpy()
    earned = days.loc[days["net"].notna(), "date"]
    span = {"first": earned.min(), "last": earned.max(), "n_days": len(earned)}
    low, high = sharpe_interval(net)
    luck = {"sharpe_low": low, "sharpe_high": high, "psr": probabilistic_sharpe(net)}
    return span | {name: figure(net) for name, figure in FIGURES.items()} | luck


def _deepest_drawdown(days: pd.DataFrame) -> dict[str, Any]:
    deepest = drawdowns(days["date"], days["nav"]).nsmallest(1, "depth")
    dates = ("start", "trough", "end")
    return {f"drawdown_{name}": deepest[name].min() for name in dates}


def _trading(days: pd.DataFrame) -> dict[str, float]:
    return {
        "turnover": float(days["traded"].mean()) * PERIODS,
        "exposure": float(days.loc[days["net"].notna(), "exposure"].mean()),
        **cost_figures(days),
        "gross_cagr": cagr(days["gross"]),
        "break_even_cost": break_even_cost(days["gross"], days["traded"]),
    }


def _excess(days: pd.DataFrame, benchmark: Any, trials: Mapping[str, Any]) -> dict[str, float]:
    excess = days["net"].to_numpy() - benchmark
    figures = risk_analysis(excess, "sum", PERIODS)
    low, high = annual_interval(excess)
    return {
        "excess_return": figures["annualized_return"],
        "excess_low": low,
        "excess_high": high,
        "information_ratio": figures["information_ratio"],
        "excess_dsr": _deflated(excess, trials),
        "trials": trials["count"],
        "excess_break_even_cost": break_even_cost(days["gross"], days["traded"], benchmark),
    }


def _deflated(excess: Any, trials: Mapping[str, Any]) -> float:
    """Deflate the ratio of the excess by what luck alone gives the best of the trials.

    Strategies that lose to their costs, some more than others, spread the trials' ratios as luck
    does not. So no more of the spread counts than chance gives the ratio of as many days without
    skill, whose variance is one in the number of days.
    """
    chance = 1 / max(len(known(excess)), 1)
    variance = float(trials["excess_sharpe_variance"]) or chance
    return deflated_sharpe(excess, int(trials["count"]), min(variance, chance))
