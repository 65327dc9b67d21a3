"""Nodes that trade forecasts on the exchange, and tell what came of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from vn30_training.evaluation import trials as trial_log
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.market.vintage import content
from vn30_training.pipelines.report.nodes import describe, plain
from vn30_training.trading.actions_file import NO_ACTIONS, read_actions
from vn30_training.trading.backtest_options import BacktestOptions
from vn30_training.trading.backtest_tables import BENCHMARK, BUY_AND_HOLD, BacktestTables
from vn30_training.trading.cost_analysis import fee_sensitivity
from vn30_training.trading.excess import excess_table
from vn30_training.trading.performance import performance_table
from vn30_training.trading.price_index import NO_INDEX, read_index
from vn30_training.trading.returns import STRATEGY, with_returns
from vn30_training.trading.round_trips import round_trips
from vn30_training.trading.strategies.history import never_valued
from vn30_training.trading.trades import with_trades

Tables = dict[str, pd.DataFrame]

_EXCHANGE = {"forecasts", "capital", "profile", "market", "basis"}
"""The options of a backtest that decide what a strategy earns, but its own."""


def first_session(*forecasts: pd.DataFrame) -> dict[str, str]:
    """Find the first day that any family forecasts: the market and the benchmarks begin there."""
    return {"date": str(min(one["date"].min() for one in forecasts if len(one)).date())}


def read_user_actions(actions: Path | None) -> pd.DataFrame:
    """Read the user's corporate actions; a table without rows where there is no file."""
    return NO_ACTIONS if actions is None else read_actions(actions)


def read_user_index(
    index: Path | None, first: dict[str, str], panel: pd.DataFrame, sessions: pd.DataFrame
) -> pd.DataFrame:
    """Read the user's index over the sessions traded; without rows where there is no file."""
    if index is None:
        return NO_INDEX
    days = sessions.loc[sessions["observed"], "date"]
    traded = days[days.between(pd.Timestamp(first["date"]), panel["date"].max())]
    return read_index(index, traded.to_numpy().astype("datetime64[D]"))


def backtest_family(
    forecasts: pd.DataFrame,
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    actions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Trade the forecasts of one family: every scope, strategy and rebalance."""
    from vn30_training.trading.backtest import Market
    from vn30_training.trading.backtest import backtest as run_backtest

    market = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest, actions)
    return run_backtest(forecasts, market, backtest)


def backtest_benchmarks(
    index: pd.DataFrame,
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    actions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Trade what anyone can do without a forecast, beside the index."""
    from vn30_training.trading.backtest import Market
    from vn30_training.trading.backtest import backtest_benchmarks as run_benchmarks

    market = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest, actions)
    return run_benchmarks(market, backtest, index)


def collect(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put the tables of all families into one."""
    return pd.concat([one for one in tables if len(one)] or [tables[0]], ignore_index=True)


def log_backtests(
    daily: pd.DataFrame,
    backtest: BacktestOptions,
    setting: dict[str, Any],
    vintage: dict[str, Any],
    *boards: list[dict[str, Any]],
) -> trial_log.Log:
    """Log each strategy as a trial on these data.

    A trial is told from others by its models' options, what they learn from and how they were
    validated, by its own options and the exchange. What it was held against is no part of it.
    """
    from vn30_training.trading.strategies.registry import make_strategy

    models = trial_log.options_of(record for board in boards for record in board)
    told = {**backtest.model_dump(mode="json", include=_EXCHANGE), "setting": setting}
    net = with_returns(daily)
    held = _benchmarks(net)[BUY_AND_HOLD]
    found = []
    for key, days in net[net["family"] != BENCHMARK].groupby(list(STRATEGY), observed=True):
        family, scope, strategy, rebalance = map(str, key)
        entry = backtest.strategies[strategy]
        strategy_made = make_strategy(entry.strategy or strategy, entry.options)
        own = {
            **strategy_made.model_dump(mode="json"),
            "strategy": type(strategy_made).__name__,
            "rebalance": rebalance,
            "models": models.get((family, scope), []),
        }
        beside = held.reindex(pd.DatetimeIndex(days["date"])).to_numpy()
        trial = trial_log.Trial.of(
            *(family, scope, own, told),
            sharpe=sharpe_ratio(days["net"]),
            rank_ic=float("nan"),
            n_days=len(days),
            excess_sharpe=sharpe_ratio(days["net"] - beside),
        )
        found.append(asdict(trial))
    return trial_log.logged(vintage, found, "backtests")


def count_backtests(log: trial_log.Log, vintage: dict[str, Any]) -> dict[str, Any]:
    """Count every strategy ever tried on these data."""
    tried = trial_log.of_data(log, vintage, "backtests")
    return trial_log.summary(tried, content(vintage), ratio="excess_sharpe")


def judge_backtests(
    daily: pd.DataFrame,
    fills: pd.DataFrame,
    drift: pd.DataFrame,
    counted: dict[str, Any],
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    actions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Judge every strategy beside the benchmarks, after costs and at other brokers' fees."""
    from vn30_training.trading.backtest import Market

    benchmarks = _benchmarks(with_returns(daily))
    bars = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest, actions).bars
    table = performance_table(daily, benchmarks[BUY_AND_HOLD], counted)
    table = table.merge(drift, on=list(STRATEGY), how="left")
    return {
        "performance": with_trades(table, daily, fills, bars),
        "excess": excess_table(daily[daily["family"] != BENCHMARK], benchmarks),
        "sensitivity": fee_sensitivity(daily),
        "trades": round_trips(fills, bars),
    }


def _benchmarks(days: pd.DataFrame) -> pd.DataFrame:
    """Return the daily returns of the benchmarks, one column each."""
    beside = days[days["family"] == BENCHMARK]
    return beside.pivot_table(index="date", columns="strategy", values="net")


def describe_backtests(
    labels: pd.DataFrame,
    members: pd.DataFrame,
    quality: dict[str, Any],
    vintage: dict[str, Any],
    parameters: dict[str, Any],
    first: dict[str, str],
    panel: pd.DataFrame,
    actions: pd.DataFrame,
) -> dict[str, Any]:
    """Say what was traded: source, span, universe, rules, capital, what no filter could see."""
    from vn30_training.trading.market_bars import basis_of

    told = describe(labels, members, quality, vintage, parameters)
    options = plain(parameters["backtest"])
    return {
        **told,
        "traded_from": first["date"],
        "backtest": options,
        "basis": basis_of(panel, options["basis"]),
        "corporate_actions": len(actions),
        "corporate_actions_without_prices": int((~actions["symbol"].isin(panel["symbol"])).sum()),
        "unvalued": never_valued(panel),
    }


def draw_backtests(**tables: pd.DataFrame) -> dict[str, Any]:
    """Draw the figures that compare strategies, by name, for kedro-viz and notebooks."""
    from vn30_training.reporting.backtest_gallery import OVERVIEW
    from vn30_training.reporting.charts import draw_all

    return draw_all(OVERVIEW, BacktestTables(**tables))


def write_backtests(
    quality: dict[str, Any],
    manifest: dict[str, Any],
    audit: dict[str, Any] | None,
    **tables: pd.DataFrame,
) -> str:
    """Write the report of the backtests: one page that opens offline."""
    from vn30_training.reporting.backtest_report import render_backtest

    return render_backtest(BacktestTables(**tables), quality, manifest, audit)
