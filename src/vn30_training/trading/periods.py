"""How strategies did by month, and in the market's regimes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from vn30_training.evaluation.regimes import regime_of, regimes
from vn30_training.trading.ratios import max_drawdown, total_return
from vn30_training.trading.returns import STRATEGY, with_returns

REGIME_FIGURES = ["regime", "first", "last", "total_return", "max_drawdown", "benchmark", "n_days"]


def monthly_returns(daily: pd.DataFrame, by: Sequence[str] = STRATEGY) -> pd.DataFrame:
    """Compound the returns of every strategy by month, after costs.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``month`` (its first day), ``return``.
    """
    days = with_returns(daily, by).dropna(subset="net")
    month = days["date"].dt.to_period("M").dt.start_time.rename("month")
    growth = (1 + days["net"]).groupby([*(days[key] for key in by), month], observed=True).prod()
    return (growth - 1).rename("return").reset_index()


def regime_returns(
    daily: pd.DataFrame, benchmark: pd.Series[float], by: Sequence[str] = STRATEGY
) -> pd.DataFrame:
    """Judge every strategy in each regime of the market it traded in, crises among them.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    benchmark
        Daily returns, indexed by date.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``regime`` (`evaluation.regimes`, in the order of time), ``first``
        and ``last`` session, ``total_return`` and ``max_drawdown`` after costs, ``benchmark`` (its
        total return) and ``n_days``.
    """
    days = with_returns(daily, by).dropna(subset="net")
    days["benchmark"] = benchmark.reindex(pd.DatetimeIndex(days["date"])).to_numpy()
    days["regime"] = pd.Categorical(regime_of(days["date"]), categories=list(regimes()))
    grouped = days.groupby([*by, "regime"], observed=True)
    figures = grouped.agg(
        first=("date", "min"),
        last=("date", "max"),
        total_return=("net", total_return),
        max_drawdown=("net", max_drawdown),
        benchmark=("benchmark", total_return),
        n_days=("net", "size"),
    )
    table = figures.reset_index().astype({"regime": "str"})
    return table[[*by, *REGIME_FIGURES]]
