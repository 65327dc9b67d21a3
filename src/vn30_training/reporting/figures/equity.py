"""What one unit of money became, after costs and before them, beside the benchmarks."""

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

HEIGHT = 420
TOLD = "%{y:.3f}"
LEGEND_ROOM = 78


def equity_figure(daily: pd.DataFrame, gross: pd.DataFrame, benchmarks: pd.DataFrame) -> go.Figure:
    """Return the growth of one unit of money on a logarithmic scale.

    Parameters
    ----------
    daily, gross
        Columns ``rebalance, date, nav`` of one strategy, after costs and without any.
    benchmarks
        Columns ``strategy, date, nav``.
    """
    if daily.empty:
        return empty("No day was traded.")
    made = figure(HEIGHT)
    for name, dash, days in benchmarks_of(benchmarks):
        made.add_trace(benchmark_line(name, _growth(days), TOLD, dash))
    for name, days in variants(gross):
        made.add_trace(variant_line(f"{name}, gross", _growth(days), TOLD, name, gross=True))
    for name, days in variants(daily):
        made.add_trace(variant_line(f"{name}, net", _growth(days), TOLD, name))
    made.update_yaxes(type="log", title_text="growth of 1, log scale", nticks=8)
    made.update_xaxes(showgrid=False, zeroline=False)
    made.update_layout(showlegend=True, margin={"t": LEGEND_ROOM})
    return made


def _growth(days: pd.DataFrame) -> pd.Series[float]:
    nav = days.sort_values("date").set_index("date")["nav"].astype("float64")
    nav = nav.where(nav > 0)
    return thinned(nav / nav.iloc[0])
