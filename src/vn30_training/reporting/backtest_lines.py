"""The tables of the backtest's report as a reader sees them: strings, and marks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vn30_training.reporting.backtest_verdicts import rebalance_place, verdict
from vn30_training.reporting.formatting import (
    MISSING,
    SCOPE_WORDS,
    count,
    interval,
    known,
    number,
    percent,
)
from vn30_training.reporting.leaderboard import Scale, Whisker, column_scale
from vn30_training.trading.backtest_tables import BENCHMARK, BacktestTables
from vn30_training.trading.returns import STRATEGY

Record = Mapping[Any, Any]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, and its place on the column's scale."""

    value: str
    span: str
    whisker: Whisker | None
    strong: bool


@dataclass(frozen=True, slots=True)
class StrategyLine:
    """One line of the table of all strategies."""

    family: str
    scope: str
    strategy: str
    rebalance: str
    floor: bool
    growth: str
    gross: str
    sharpe: Estimate
    dsr: str
    excess: Estimate
    information_ratio: str
    drawdown: str
    turnover: str
    costs: str
    break_even: str
    random_p: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A line of cells behind its names."""

    names: tuple[str, ...]
    floor: bool
    cells: tuple[str, ...]


def ordered(tables: BacktestTables) -> list[Record]:
    """Return every strategy's performance and chance, benchmarks first, rebalances together."""
    told = ("random_p", "random_median", "random_turnover")
    chance = tables.chance.reindex(columns=[*STRATEGY, *told])
    whole = pd.concat([tables.benchmarks, tables.strategies])
    merged = whole.merge(chance.drop_duplicates(list(STRATEGY)), on=list(STRATEGY), how="left")
    groups = merged.groupby(["family", "scope", "strategy"], sort=False).ngroup()
    places = merged["rebalance"].map(rebalance_place)
    merged = merged.assign(group=groups, place=places).sort_values(["group", "place"])
    return [dict(record) for record in merged.to_dict("records")]


def strategy_lines(tables: BacktestTables) -> tuple[list[StrategyLine], dict[str, float]]:
    """Return the table of all, and where zero lies on the scales of its whiskers."""
    board = tables.performance.rename(columns={"excess_return": "excess"})
    scales = {name: column_scale(board, name) for name in ("sharpe", "excess")}
    zero = {name: scale.place(0.0) for name, scale in scales.items()}
    return [_strategy(record, scales) for record in ordered(tables)], zero


def _strategy(record: Record, scales: Mapping[str, Scale]) -> StrategyLine:
    floor = record["family"] == BENCHMARK
    return StrategyLine(
        *names(record),
        floor=floor,
        growth=percent(record["cagr"]),
        gross=percent(record["gross_cagr"]),
        sharpe=_estimate(record, "sharpe", "sharpe", scales["sharpe"], 1, 2),
        dsr=MISSING if floor else number(record["dsr"], 2),
        excess=_estimate(record, "excess_return", "excess", scales["excess"], 100, 1),
        information_ratio=number(record["information_ratio"], 2),
        drawdown=percent(record["max_drawdown"], 0),
        turnover=number(record["turnover"], 1),
        costs=percent(record["costs_a_year"], 2),
        break_even=percent(record["break_even_cost"], 2),
        random_p=number(record["random_p"], 3),
        verdict="" if floor else verdict(record),
    )


def names(record: Record) -> tuple[str, str, str, str]:
    """Return family, scope, strategy and rebalance as a table says them."""
    scope = str(record["scope"])
    return (
        str(record["family"]),
        SCOPE_WORDS.get(scope, scope),
        str(record["strategy"]),
        str(record["rebalance"]),
    )


def _estimate(
    record: Record, column: str, ends: str, scale: Scale, times: int, digits: int
) -> Estimate:
    low, value, high = record[f"{ends}_low"], record[column], record[f"{ends}_high"]
    sure = known(low) and known(high)
    return Estimate(
        value=number(times * value, digits) if known(value) else MISSING,
        span=interval(times * low, times * high, digits) if sure else MISSING,
        whisker=scale.whisker(low, value, high),
        strong=sure and not low <= 0 <= high,
    )


def fee_lines(tables: BacktestTables) -> tuple[list[str], list[Plain]]:
    """Return the fees tried in words, and growth and Sharpe ratio of every strategy at each."""
    table = tables.sensitivity.reindex(columns=[*STRATEGY, "fee", "cagr", "sharpe"])
    fees = sorted(table["fee"].dropna().unique())
    found = {
        tuple(record[name] for name in (*STRATEGY, "fee")): record
        for record in table.to_dict("records")
    }
    lines = []
    for record in ordered(tables):
        key = tuple(record[name] for name in STRATEGY)
        own = [found[*key, fee] for fee in fees if (*key, fee) in found]
        if len(own) == len(fees) > 0:
            parts = ("fees_a_year", "taxes_a_year", "slippage_a_year")
            cells = (
                *(percent(record[name], 2) for name in parts),
                *(percent(one["cagr"]) for one in own),
                *(number(one["sharpe"], 2) for one in own),
            )
            lines.append(Plain(names(record), record["family"] == BENCHMARK, cells))
    return [f"{percent(fee, 2)} %" for fee in fees], lines


def stop_lines(tables: BacktestTables) -> list[Plain]:
    """Return how often stops were hit and blocked, by strategy, where any was."""
    events = ["stop_losses", "take_profits", "both_hit", "blocked"]
    table = tables.stops.reindex(columns=[*STRATEGY, *events])
    table = table[table[events].gt(0).any(axis=1)]
    return [
        Plain(names(record), False, tuple(count(record[name]) for name in events))
        for record in table.to_dict("records")
    ]


def note_lines(tables: BacktestTables) -> list[Plain]:
    """Return why strategies fell back, how often, and when first and last."""
    table = tables.notes.reindex(columns=[*STRATEGY, "date", "reason"])
    lines = []
    for key, part in table.groupby([*STRATEGY, "reason"], sort=False):
        dates = pd.to_datetime(part["date"])
        span = " to ".join(f"{date:%Y-%m-%d}" for date in (dates.min(), dates.max()))
        record = dict(zip(STRATEGY, key, strict=False))
        lines.append(Plain(names(record), False, (count(len(part)), span, str(key[-1]))))
    return lines
