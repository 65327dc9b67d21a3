"""Nodes that trade forecasts on the exchange, and tell what came of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pandas as pd

from vn30_training.evaluation import trials as trial_log
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.market.vintage import content
from vn30_training.pipelines.report.nodes import describe, plain
from vn30_training.trading.backtest_options import BacktestOptions
from vn30_training.trading.backtest_tables import BENCHMARK, BUY_AND_HOLD, BacktestTables
from vn30_training.trading.cost_analysis import fee_sensitivity
from vn30_training.trading.excess import excess_table
from vn30_training.trading.performance import performance_table
from vn30_training.trading.returns import STRATEGY, with_returns
from vn30_training.trading.round_trips import round_trips
from vn30_training.trading.trades import with_trades

Tables = dict[str, pd.DataFrame]


def first_session(*forecasts: pd.DataFrame) -> dict[str, str]:
    """Find the first day that any family forecasts: all strategies begin there."""
    return {"date": str(min(one["date"].min() for one in forecasts if len(one)).date())}


def backtest_family(
    forecasts: pd.DataFrame,
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Trade the forecasts of one family: every scope, strategy and rebalance."""
    from vn30_training.trading.backtest import Market
    from vn30_training.trading.backtest import backtest as run_backtest

    market = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest)
    return run_backtest(forecasts, market, backtest)


def backtest_benchmarks(
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Trade what anyone can do without a forecast."""
    from vn30_training.trading.backtest import Market
    from vn30_training.trading.backtest import backtest_benchmarks as run_benchmarks

    market = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest)
    return run_benchmarks(market, backtest)


def collect(*tables: pd.DataFrame) -> pd.DataFrame:
    """Put the tables of all families into one."""
    return pd.concat([one for one in tables if len(one)] or [tables[0]], ignore_index=True)


def log_backtests(
    daily: pd.DataFrame, backtest: BacktestOptions, vintage: dict[str, Any]
) -> trial_log.Log:
    """Log each strategy as a trial on these data."""
    exchange = backtest.model_dump(mode="json", exclude={"strategies", "random", "seed"})
    found = []
    for key, days in with_returns(daily).groupby(list(STRATEGY), observed=True):
        family, scope, strategy, rebalance = map(str, key)
        if family == BENCHMARK:
            continue
        options = {"strategy": strategy, "rebalance": rebalance, **backtest.strategies[strategy]}
        trial = trial_log.Trial.of(
            *(family, scope, options, exchange),
            sharpe=sharpe_ratio(days["net"].dropna()),
            rank_ic=float("nan"),
            n_days=len(days),
        )
        found.append(asdict(trial))
    return trial_log.logged(vintage, found, "backtests")


def count_backtests(log: trial_log.Log, vintage: dict[str, Any]) -> dict[str, Any]:
    """Count every strategy ever tried on these data."""
    return trial_log.summary(trial_log.of_data(log, vintage, "backtests"), content(vintage))


def judge_backtests(
    daily: pd.DataFrame,
    fills: pd.DataFrame,
    counted: dict[str, Any],
    first: dict[str, str],
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    backtest: BacktestOptions,
) -> Tables:
    """Judge every strategy beside the benchmarks, after costs and at other brokers' fees."""
    from vn30_training.trading.backtest import Market

    net = with_returns(daily)
    beside = net[net["family"] == BENCHMARK]
    benchmarks = beside.pivot_table(index="date", columns="strategy", values="net")
    bars = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest).bars
    table = performance_table(daily, benchmarks[BUY_AND_HOLD], counted)
    return {
        "performance": with_trades(table, daily, fills, bars),
        "excess": excess_table(daily[daily["family"] != BENCHMARK], benchmarks),
        "sensitivity": fee_sensitivity(daily),
        "trades": round_trips(fills, bars),
    }


def describe_backtests(
    labels: pd.DataFrame,
    members: pd.DataFrame,
    quality: dict[str, Any],
    vintage: dict[str, Any],
    parameters: dict[str, Any],
    first: dict[str, str],
) -> dict[str, Any]:
    """Say what was traded: source, span, universe, rules, capital."""
    told = describe(labels, members, quality, vintage, parameters)
    return {**told, "traded_from": first["date"], "backtest": plain(parameters["backtest"])}


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
