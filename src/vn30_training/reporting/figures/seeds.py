"""Seeds beside the interval: how much of a figure is the throw of the dice in training."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import rows_with
from vn30_training.reporting.figures.rows import Row
from vn30_training.reporting.figures.theme import empty, faded, figure
from vn30_training.reporting.formatting import interval, number


def seeds_figure(seeds: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return one dot per seed on the 95 % interval of the seeds' mean, a line per row.

    Parameters
    ----------
    seeds
        Columns ``family, scope, seed, rank_ic, n_days``.
    leaderboard
        Gives the rows, their colours and intervals; floors come last.
    """
    table = seeds.dropna(subset=["rank_ic"])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No seed has a rank IC.")
    made = figure(height=80 + 22 * len(rows))
    for row in rows:
        made.add_trace(_interval(row, row.of(leaderboard).iloc[0]))
        made.add_trace(_dots(row, row.of(table)))
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    made.update_xaxes(title_text="mean rank IC per day", zeroline=True)
    made.update_layout(margin={"l": 8, "r": 8, "t": 12, "b": 8})
    return made


def _interval(row: Row, record: pd.Series) -> go.Scatter:
    low, high = float(record["rank_ic_low"]), float(record["rank_ic_high"])
    return go.Scatter(
        x=[low, high],
        y=[row.label, row.label],
        mode="lines",
        line={"color": faded(row.colour, 0.35), "width": 5},
        hovertemplate=f"<b>{row.label}</b><br>interval {interval(low, high)}<extra></extra>",
    )


def _dots(row: Row, part: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=part["rank_ic"].round(5).tolist(),
        y=[row.label] * len(part),
        customdata=[
            f"seed {seed}: {number(value)}"
            for seed, value in part[["seed", "rank_ic"]].itertuples(index=False)
        ],
        mode="markers",
        marker={"color": row.colour, "size": 7},
        hovertemplate=f"<b>{row.label}</b><br>%{{customdata}}<extra></extra>",
    )
