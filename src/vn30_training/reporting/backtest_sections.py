"""Each strategy's own section of the backtest's report: its rebalances together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from vn30_training.reporting.backtest_gallery import SECTION, Key, Shown, shown
from vn30_training.reporting.backtest_lines import Plain, Record, ordered
from vn30_training.reporting.backtest_verdicts import (
    NO_BETTER,
    NOT_JUDGED,
    excess_words,
    rebalance_place,
    verdict,
)
from vn30_training.reporting.charts import Panel, draw_all, panel
from vn30_training.reporting.formatting import (
    MISSING,
    SCOPE_WORDS,
    count,
    interval,
    known,
    number,
    percent,
)
from vn30_training.reporting.verdicts import Sentence
from vn30_training.trading.backtest_tables import BacktestTables
from vn30_training.trading.returns import STRATEGY
from vn30_training.trading.trades import TRADE_FIGURES, trade_table

BILLION = 1e9
POSITIONS = ("largest_position", "largest_sector", "beyond_cap")
NO_TRADES = (MISSING,) * len(TRADE_FIGURES)


@dataclass(frozen=True, slots=True)
class Section:
    """One strategy: its rebalances in words, in figures, and drawn."""

    slug: str
    title: str
    verdicts: str
    sentences: list[Sentence]
    facts: list[Plain]
    excess: list[Plain]
    panels: dict[str, Panel]


def backtest_sections(tables: BacktestTables) -> list[Section]:
    """Return a section for every strategy that is drawn."""
    trades = _trades(tables)
    found: dict[tuple[str, ...], list[Record]] = {}
    for record in ordered(tables):
        key = tuple(str(record[name]) for name in ("family", "scope", "strategy"))
        found.setdefault(key, []).append(record)
    return [
        _section(slug, key, given, found[key], trades, tables)
        for slug, (key, given) in shown(tables).items()
    ]


def _section(
    slug: str,
    key: Key,
    given: Shown,
    records: list[Record],
    trades: Mapping[tuple[str, ...], tuple[str, ...]],
    tables: BacktestTables,
) -> Section:
    figures = draw_all(SECTION, given)
    scope = SCOPE_WORDS.get(key[1], key[1])
    return Section(
        slug=slug,
        title=f"{key[0]}, {scope}: {key[2]}",
        verdicts=", ".join(f"{record['rebalance']} {verdict(record)}" for record in records),
        sentences=[_sentence(record) for record in records],
        facts=[_facts(record, trades) for record in records],
        excess=_against_each(tables, key),
        panels={
            name: panel(f"{slug}_{name}", figures[name], chart) for name, chart in SECTION.items()
        },
    )


def _sentence(record: Record) -> Sentence:
    """Return the verdict on one rebalance; "no better" needs no proof, anything else does."""
    about = str(record["rebalance"]).capitalize()
    word = verdict(record)
    if word == NOT_JUDGED:
        return Sentence(about, "not judged: its excess over buy and hold has no interval.")
    told = f"{word} than buy and hold after costs: {excess_words(record)}"
    if word == NO_BETTER and record["excess_low"] > 0:
        told += f", but the deflated Sharpe probability is {number(record['dsr'], 2)}"
    return Sentence(about, f"{told}.")


def _trades(tables: BacktestTables) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return what the trades of each strategy came to, by its names."""
    if tables.trades.empty:
        return {}
    return {
        tuple(str(record[name]) for name in STRATEGY): (
            count(record["trades"]),
            percent(record["trade_win_rate"], 0),
            number(record["trade_profit_factor"], 2),
            number(record["trade_win_loss_ratio"], 2),
            percent(record["trade_return"], 2),
            number(record["trade_sessions"], 1),
        )
        for record in trade_table(tables.trades).to_dict("records")
    }


def _facts(record: Record, trades: Mapping[tuple[str, ...], tuple[str, ...]]) -> Plain:
    """Return the figures of one strategy that its own section tells."""
    key = tuple(str(record[name]) for name in STRATEGY)
    capacity = record.get("capacity", float("nan"))
    cells = (
        number(record["sortino"], 2),
        number(record["calmar"], 2),
        percent(record["volatility"]),
        _fall(record),
        percent(record["exposure"], 0),
        *trades.get(key, NO_TRADES),
        number(capacity / BILLION, 1) if known(capacity) else MISSING,
        *(percent(record.get(name, float("nan")), 0) for name in POSITIONS),
        number(record["turnover"], 1),
        number(record["random_turnover"], 1),
        number(record["random_median"], 2),
    )
    return Plain((str(record["rebalance"]),), False, cells)


def _fall(record: Record) -> str:
    dates = [record["drawdown_start"], record["drawdown_end"]]
    if any(pd.isna(date) for date in dates):
        return MISSING
    return " to ".join(f"{pd.Timestamp(date):%Y-%m-%d}" for date in dates)


def _against_each(tables: BacktestTables, key: Key) -> list[Plain]:
    """Return one strategy's rebalances against every benchmark, after costs and before."""
    table = tables.excess
    family, scope, strategy = key
    mine = table[
        (table["family"] == family) & (table["scope"] == scope) & (table["strategy"] == strategy)
    ]
    pairs = mine.groupby(["rebalance", "benchmark"], sort=False)
    inside = sorted(pairs, key=lambda pair: rebalance_place(str(pair[0][0])))
    return [_excess(*pair) for pair in inside]


def _excess(pair: Any, both: pd.DataFrame) -> Plain:
    cells: list[str] = []
    for kind in ("excess_return_without_cost", "excess_return_with_cost"):
        for record in both[both["kind"] == kind].to_dict("records"):
            cells += [
                percent(record["annualized_return"], signed=True),
                interval(100 * record["low"], 100 * record["high"], 1),
                number(record["information_ratio"], 2),
            ]
    return Plain(tuple(str(name) for name in pair), False, tuple(cells))
