"""The rebalances of one strategy side by side: their order, colours, and lines through time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.backtest_verdicts import rebalance_place
from vn30_training.reporting.figures.theme import FLOOR, PALETTE

BENCHMARK_DASHES = ("solid", "dot", "dash", "dashdot", "longdash")
# More points than this are not told apart on a page's width.
MOST_POINTS = 260


def colour_of(rebalance: str) -> str:
    """Return the colour of a rebalance, the same in every figure."""
    return PALETTE[rebalance_place(rebalance)]


def variants(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Give the rebalances in ``table``, most frequent first, each with its rows."""
    names = sorted(table["rebalance"].unique(), key=lambda name: (rebalance_place(name), name))
    for name in names:
        yield str(name), table[table["rebalance"] == name]


def benchmarks_of(table: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Give the benchmarks in ``table`` by name, each with its dash and its rows."""
    for place, name in enumerate(table["strategy"].unique()):
        dash = BENCHMARK_DASHES[place % len(BENCHMARK_DASHES)]
        yield str(name), dash, table[table["strategy"] == name]


def thinned(series: pd.Series[float], how: str = "last") -> pd.Series[float]:
    """Return one value for each of at most `MOST_POINTS` equal spans, at the span's last date.

    Parameters
    ----------
    series
        Indexed by date, ascending.
    how
        ``last`` keeps a span's last value; ``min`` its lowest, so that no depth is lost.
    """
    known = series.dropna()
    if len(known) <= MOST_POINTS:
        return known
    # The first value is where everything starts, so it stands for itself.
    spans = 1 + np.arange(len(known) - 1) * (MOST_POINTS - 1) // (len(known) - 1)
    groups = known.groupby(np.r_[0, spans])
    ends = known.index.to_series().groupby(np.r_[0, spans]).last()
    return pd.Series(groups.agg(how).to_numpy(), index=pd.DatetimeIndex(ends))


def line(name: str, values: pd.Series[float], told: str, **style: object) -> go.Scatter:
    """Return a line through time; ``told`` formats its value where it is pointed at."""
    return go.Scatter(
        x=[f"{date:%Y-%m-%d}" for date in values.index],
        y=[float(f"{value:.5g}") for value in values],
        mode="lines",
        name=name,
        line=style,
        hovertemplate=f"<b>{name}</b><br>%{{x}}: {told}<extra></extra>",
    )


def variant_line(
    name: str, values: pd.Series[float], told: str, rebalance: str, *, gross: bool = False
) -> go.Scatter:
    """Return the line of a rebalance, dotted and thin before costs."""
    style = {"width": 1.0, "dash": "dot"} if gross else {"width": 1.8}
    return line(name, values, told, color=colour_of(rebalance), **style)


def benchmark_line(name: str, values: pd.Series[float], told: str, dash: str) -> go.Scatter:
    """Return the grey line of a benchmark."""
    return line(name, values, told, color=FLOOR, width=1.1, dash=dash)
