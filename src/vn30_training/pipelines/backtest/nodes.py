"""Nodes that trade forecasts on the exchange, and tell what came of it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from vn30_training.evaluation import trials as trial_log
from vn30_training.evaluation.sharpe import sharpe_ratio
from vn30_training.market.vintage import identity
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
from vn30_training.trading.strategies.registry import make_strategy
from vn30_training.trading.trades import with_trades

Tables = dict[str, pd.DataFrame]


def first_session(*forecasts: pd.DataFrame) -> dict[str, str]:
    """Find the first day that any family forecasts: all strategies begin there."""
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
    daily: pd.DataFrame, backtest: BacktestOptions, vintage: dict[str, Any]
) -> dict[str, Any]:
    """Log each strategy as a trial on these data, known by all its options, not by its name."""
    beside = {"strategies", "rebalance", "benchmarks", "random", "seed"}
    exchange = backtest.model_dump(mode="json", exclude=beside)
    found = []
    for key, days in with_returns(daily).groupby(list(STRATEGY), observed=True):
        family, scope, strategy, rebalance = map(str, key)
        if family == BENCHMARK:
            continue
        entry = backtest.strategies[strategy]
        own = make_strategy(entry.strategy or strategy, entry.options)
        told = {"strategy": type(own).__name__, "rebalance": rebalance}
        trial = trial_log.Trial.of(
            *(family, scope, {**own.model_dump(mode="json"), **told}, exchange),
            sharpe=sharpe_ratio(days["net"].dropna()),
            rank_ic=float("nan"),
            n_days=len(days),
        )
        found.append(asdict(trial))
    return {_log(vintage): found}


def count_backtests(log: dict[str, Any], vintage: dict[str, Any]) -> dict[str, Any]:
    """Count every strategy ever tried on these data."""
    return trial_log.summary(log.get(_log(vintage), []), identity(vintage))


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

    net = with_returns(daily)
    beside = net[net["family"] == BENCHMARK]
    benchmarks = beside.pivot_table(index="date", columns="strategy", values="net")
    bars = Market.of(panel, sessions, pd.Timestamp(first["date"]), backtest, actions).bars
    table = performance_table(daily, benchmarks[BUY_AND_HOLD], counted)
    table = table.merge(drift, on=list(STRATEGY), how="left")
    return {
        "performance": with_trades(table, daily, fills, bars),
        "excess": excess_table(daily[daily["family"] != BENCHMARK], benchmarks),
        "sensitivity": fee_sensitivity(daily),
        "trades": round_trips(fills, bars),
    }


def _log(vintage: dict[str, Any]) -> str:
    """Return the name of the log of backtests; those of signals count other Sharpe ratios."""
    return f"{identity(vintage)}.backtests"


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
    """Say what was traded: source, span, universe, rules, capital, corporate actions."""
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
