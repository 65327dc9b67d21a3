"""Where returns fall among the forecast quantiles: flat is calibrated."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import rows_with
from vn30_training.reporting.figures.panels import panels, place
from vn30_training.reporting.figures.rows import Row
from vn30_training.reporting.figures.theme import FLOOR, empty, faded
from vn30_training.reporting.formatting import plural

BINS = 10
PANEL_HEIGHT = 150


def pit_figure(pit: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return a histogram per row: bars as given, a stepped line as recalibrated.

    Parameters
    ----------
    pit
        Columns ``family, scope, variant, bin, share, n``.
    leaderboard
        Gives the rows and their colours.
    """
    table = pit.dropna(subset=["share"])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No family gives quantiles.")
    made = panels([row.label for row in rows], panel_height=PANEL_HEIGHT)
    for position, row in enumerate(rows):
        where = place(position, len(rows))
        part = row.of(table)
        for variant, draw in (("given", _bars), ("recalibrated", _steps)):
            mine = part[part["variant"] == variant].set_index("bin")["share"]
            if len(mine):
                shares = 100 * mine.reindex(range(BINS)).fillna(0.0)
                count = int(part.loc[part["variant"] == variant, "n"].max())
                made.add_trace(draw(row, shares, plural(count, "forecast")), *where)
    level = {"color": FLOOR, "width": 1, "dash": "dot"}
    made.add_hline(y=100 / BINS, line=level, row="all", col="all")
    made.update_xaxes(showgrid=False, zeroline=False, range=[0, 100], tickvals=[0, 50, 100])
    made.update_yaxes(range=[0, 1.08 * 100 * float(table["share"].max())], nticks=4, zeroline=False)
    made.update_yaxes(title_text="% of returns", col=1)
    made.update_layout(bargap=0.06)
    return made


def _bars(row: Row, shares: pd.Series[float], count: str) -> go.Bar:
    middle = [100 * (position + 0.5) / BINS for position in shares.index]
    marker: dict[str, Any] = {"color": faded(row.colour, 0.45), "line": {"width": 0}}
    return go.Bar(
        x=middle,
        y=shares.round(2).tolist(),
        marker=marker,
        hovertemplate=_told(row, "as given", count),
        showlegend=False,
    )


def _steps(row: Row, shares: pd.Series[float], count: str) -> go.Scatter:
    heights = shares.round(2).tolist()
    return go.Scatter(
        x=[100 * position / BINS for position in range(BINS + 1)],
        y=[*heights, heights[-1]],
        mode="lines",
        line={"shape": "hv", "color": row.colour, "width": 1.8},
        hovertemplate=_told(row, "recalibrated", count),
        showlegend=False,
    )


def _told(row: Row, variant: str, count: str) -> str:
    return f"<b>{row.label}</b>, {variant}<br>%{{y}} % of {count}<extra></extra>"
