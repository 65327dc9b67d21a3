"""How far strategies lay below their peaks, beside buy and hold."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.theme import empty, figure
from vn30_training.reporting.figures.variants import (
    benchmark_line,
    benchmarks_of,
    thinned,
    variant_line,
    variants,
)
from vn30_training.trading.drawdowns import underwater

HEIGHT = 260
TOLD = "%{y:.1f} %"


def underwater_figure(daily: pd.DataFrame, benchmarks: pd.DataFrame) -> go.Figure:
    """Return the distance to the highest NAV so far, in per cent.

    Parameters
    ----------
    daily
        Columns ``rebalance, date, nav`` of one strategy.
    benchmarks
        Columns ``strategy, date, nav`` of those drawn beside it.
    """
    if daily.empty:
        return empty("No day was traded.")
    made = figure(HEIGHT)
    for name, dash, days in benchmarks_of(benchmarks):
        made.add_trace(benchmark_line(name, _depth(days), TOLD, dash))
    for name, days in variants(daily):
        made.add_trace(variant_line(name, _depth(days), TOLD, name))
    made.update_yaxes(title_text="below the peak, %", zeroline=True, rangemode="tozero")
    made.update_xaxes(showgrid=False, zeroline=False)
    made.update_layout(showlegend=True, margin={"t": 44})
    return made


def _depth(days: pd.DataFrame) -> pd.Series[float]:
    ordered = days.sort_values("date")
    depth = 100 * underwater(ordered["nav"])
    return thinned(pd.Series(depth, index=pd.DatetimeIndex(ordered["date"])), "min")
