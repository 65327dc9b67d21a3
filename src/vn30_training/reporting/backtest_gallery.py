"""Every figure of the backtest's report, with the sentences that say how to read it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.charts import Chart, draw_all
from vn30_training.reporting.figures.beside_benchmark import cost_figure, excess_figure
from vn30_training.reporting.figures.crises import crises_figure
from vn30_training.reporting.figures.equity import equity_figure
from vn30_training.reporting.figures.returns_heatmap import returns_figure
from vn30_training.reporting.figures.underwater import underwater_figure
from vn30_training.reporting.figures.unfilled import unfilled_figure
from vn30_training.reporting.figures.variants import MOST_POINTS
from vn30_training.reporting.figures.yearly_costs import yearly_costs_figure
from vn30_training.trading.backtest_tables import BENCHMARK, BUY_AND_HOLD, BacktestTables
from vn30_training.trading.periods import monthly_returns, regime_returns
from vn30_training.trading.returns import STRATEGY, with_returns

MOST_DRAWN = 24
Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Backtested:
    """One strategy's rebalances, or all of them, with what is derived from their days."""

    performance: pd.DataFrame
    days: pd.DataFrame
    gross: pd.DataFrame
    unfilled: pd.DataFrame
    monthly: pd.DataFrame
    regimes: pd.DataFrame

    def of(self, family: str, scope: str | None = None, strategy: str | None = None) -> Backtested:
        """Return the part of a family, of one of its scopes and strategies if they are named."""
        wanted = {"family": family, "scope": scope, "strategy": strategy}
        return Backtested(*(_part(getattr(self, name), wanted) for name in self.__slots__))


def _part(table: pd.DataFrame, wanted: dict[str, str | None]) -> pd.DataFrame:
    for column, value in wanted.items():
        if value is not None:
            table = table[table[column] == value]
    return table


@dataclass(frozen=True, slots=True)
class Shown:
    """What a section's figures are drawn from: one strategy's rebalances, and the benchmarks."""

    own: Backtested
    benchmarks: Backtested


def backtested(tables: BacktestTables) -> Backtested:
    """Put beside the tables what is derived from the days of all that is drawn."""
    kept = {(BENCHMARK,), *((key) for key in drawn(tables))}
    names = tables.daily[["family", "scope", "strategy"]].astype(str)
    keys = list(names.itertuples(index=False, name=None))
    mask = [key in kept or key[:1] in kept for key in keys]
    days = with_returns(tables.daily.loc[mask])
    market = days[(days["family"] == BENCHMARK) & (days["strategy"] == BUY_AND_HOLD)]
    held = market.drop_duplicates("date").set_index("date")["net"]
    return Backtested(
        performance=tables.performance,
        days=days,
        gross=tables.gross.reindex(columns=[*STRATEGY, "date", "nav"]),
        unfilled=tables.unfilled.reindex(columns=[*STRATEGY, "side", "reason", "orders"]),
        monthly=monthly_returns(days),
        regimes=regime_returns(days, held),
    )


def drawn(tables: BacktestTables) -> list[Key]:
    """Return the strategies that are drawn, at most `MOST_DRAWN`, whatever came of them.

    The next is always of the family drawn least so far, then the strategy, then the family's scope,
    so that each has about as many as the others. The choice looks at no result: sections of the
    best alone would praise luck.
    """
    names = tables.strategies[["family", "scope", "strategy"]].drop_duplicates().astype(str)
    all_keys: list[Key] = list(names.itertuples(index=False, name=None))
    left, so_far = all_keys.copy(), Counter[str | tuple[str, str]]()

    def turns(key: Key) -> tuple[str | tuple[str, str], ...]:
        return f"family {key[0]}", f"strategy {key[2]}", key[:2]

    while left and len(all_keys) - len(left) < MOST_DRAWN:
        chosen = min(left, key=lambda key: [so_far[turn] for turn in turns(key)])
        left.remove(chosen)
        so_far.update(turns(chosen))
    return [key for key in all_keys if key not in left]


def shown(tables: BacktestTables) -> dict[str, tuple[Key, Shown]]:
    """Return the sections by their names in the page."""
    everything = backtested(tables)
    benchmarks = everything.of(BENCHMARK)
    return {
        _slug(position, key): (key, Shown(everything.of(*key), benchmarks))
        for position, key in enumerate(drawn(tables), start=1)
    }


def _slug(position: int, key: Key) -> str:
    """Return a name that is safe as a file's and an element's; the number keeps it unique."""
    words = re.sub(r"[^a-z0-9]+", "_", "_".join(key).lower()).strip("_")
    return f"{position:02d}_{words[:60]}"


OVERVIEW: dict[str, Chart[BacktestTables]] = {
    "excess": Chart(
        "Excess over buy and hold, with its uncertainty",
        "A point is the mean yearly excess after costs, its line the 95 % interval by block "
        "bootstrap of the days.",
        "Zero is buying everything once and waiting. An interval across it is no better; of many, "
        "some leave zero out by luck.",
        lambda tables: excess_figure(tables.strategies),
    ),
    "costs": Chart(
        "What costs take",
        "The pale line runs from the growth the same trades would have had without costs to what "
        "was left after them.",
        "The dotted line is buy and hold after its own costs.",
        lambda tables: cost_figure(tables.strategies, tables.benchmarks),
    ),
}

SECTION: dict[str, Chart[Shown]] = {
    "equity": Chart(
        "Growth of 1",
        "Full lines are after all costs, dotted ones the same decisions on an exchange without "
        f"costs and rules. Long series are thinned to {MOST_POINTS} points.",
        "Grey lines are benchmarks after their costs: what anyone has without a forecast.",
        lambda given: equity_figure(given.own.days, given.own.gross, given.benchmarks.days),
    ),
    "drawdown": Chart(
        "Below the peak",
        "Distance to the highest value so far, after costs; thinned to the deepest of each span.",
        "The grey line is buy and hold.",
        lambda given: underwater_figure(
            given.own.days,
            given.benchmarks.days[given.benchmarks.days["strategy"] == BUY_AND_HOLD],
        ),
    ),
    "returns": Chart(
        "Return by month",
        "Per cent after costs, the year's own in the last column: blue gained, orange lost. "
        "Colours end where one month in fifty lies beyond.",
        "Most of this is the market's colour; whether the strategy added any is told by its excess "
        "above.",
        lambda given: returns_figure(given.own.monthly),
    ),
    "turnover": Chart(
        "Turnover and costs by year",
        "Left: value bought and sold, 2 being one full change of portfolio. Right: fees, taxes and "
        "slippage together; point at a bar for each.",
        "Buying once costs next to nothing; the first and the last year may be parts of years.",
        lambda given: yearly_costs_figure(given.own.days),
    ),
    "unfilled": Chart(
        "Orders not filled",
        "Orders that the exchange refused or filled in part, by side and reason, over all years.",
        "A frictionless backtest would count them all as filled.",
        lambda given: unfilled_figure(given.own.unfilled),
    ),
    "crises": Chart(
        "Crises and other regimes",
        "Total return after costs inside each span of the market; point at a cell for the deepest "
        "fall. Benchmarks stand below the line.",
        "Spans were named with hindsight, and each is one event: none proves anything.",
        lambda given: crises_figure(given.own.regimes, given.benchmarks.regimes),
    ),
}


def draw_backtest(tables: BacktestTables) -> dict[str, go.Figure]:
    """Return every figure of the report by name; a figure without data says so.

    The figures of a strategy carry its number, its name and their own, such as
    ``01_ridge_pooled_topk_5_equity``.
    """
    figures = draw_all(OVERVIEW, tables)
    for slug, (_, given) in shown(tables).items():
        figures |= {f"{slug}_{name}": made for name, made in draw_all(SECTION, given).items()}
    return figures
