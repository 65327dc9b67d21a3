"""What the ranking is worth before any portfolio: groups by score, and decay by horizon."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import (
    family_panels,
    line_of,
    panel_of,
    rows_with,
)
from vn30_training.reporting.figures.panels import place, span
from vn30_training.reporting.figures.rows import Row
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import interval, number

# Scopes of one panel stand side by side, this far apart, so that intervals do not hide each other.
SIDE_STEP = 0.12


def groups_figure(groups: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return mean return by group of score, less the day's mean, in per cent with intervals.

    Parameters
    ----------
    groups
        Columns ``family, scope, group, mean_return, low, high, n_days``; group 1 holds the lowest
        scores.
    leaderboard
        Gives the rows and their colours.
    """
    table = groups.dropna(subset=["mean_return"])
    table = table.assign(**{name: 100 * table[name] for name in ("mean_return", "low", "high")})
    made = _estimates(table, leaderboard, "group", "mean_return", "%")
    if made is None:
        return empty("No score orders the stocks into groups.")
    made.update_xaxes(tickvals=sorted(table["group"].unique().tolist()))
    return _named(made, "group by score, lowest first", "return less the day's mean, %")


def decay_figure(decay: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return mean rank IC with the return of longer and longer holdings, with intervals.

    Parameters
    ----------
    decay
        Columns ``family, scope, horizon, rank_ic, low, high, t, n_days``.
    leaderboard
        Gives the rows and their colours.
    """
    table = decay.dropna(subset=["rank_ic"])
    horizons = sorted(table["horizon"].unique().tolist())
    # Equal steps: on a linear axis the short horizons would lie on each other.
    steps = {horizon: position for position, horizon in enumerate(horizons)}
    table = table.assign(step=table["horizon"].map(steps))
    made = _estimates(table, leaderboard, "step", "rank_ic", "")
    if made is None:
        return empty("No rank IC by horizon.")
    made.update_xaxes(tickvals=list(steps.values()), ticktext=[f"{h:g}" for h in steps])
    return _named(made, "sessions held", "rank IC")


def _estimates(
    table: pd.DataFrame, leaderboard: pd.DataFrame, along: str, value: str, unit: str
) -> go.Figure | None:
    """Return panels of estimates with intervals along a column, or None without any."""
    rows = rows_with(leaderboard, table)
    if not rows:
        return None
    made, places = family_panels(rows)
    seen: dict[str, int] = {}
    for row in rows:
        title = panel_of(row)
        side = 0.0 if row.naive else SIDE_STEP * seen.get(title, 0)
        seen[title] = seen.get(title, 0) + 1
        trace = _estimate(row, row.of(table).sort_values(along), along, value, unit, side)
        made.add_trace(trace, *place(places[title], len(places)))
    ends = table[[value, "low", "high"]].to_numpy().ravel()
    made.update_yaxes(zeroline=True, range=span([0.0, *ends[~np.isnan(ends)]]))
    made.update_xaxes(
        showgrid=False, zeroline=False, range=span([table[along].min(), table[along].max() + 0.3])
    )
    return made


def _estimate(
    row: Row, part: pd.DataFrame, along: str, value: str, unit: str, side: float
) -> go.Scatter:
    told = [
        f"{number(record[value])}{unit} ({interval(record['low'], record['high'])}), "
        f"{number(record['n_days'], 0)} days"
        for record in part.to_dict("records")
    ]
    line = line_of(row)
    return go.Scatter(
        x=(part[along] + side).tolist(),
        y=part[value].round(5).tolist(),
        error_y={
            "array": (part["high"] - part[value]).round(5).tolist(),
            "arrayminus": (part[value] - part["low"]).round(5).tolist(),
            "width": 0,
            "thickness": 1,
            "color": row.colour,
        },
        customdata=told,
        mode="lines+markers",
        marker={"size": 4},
        line=line,
        hovertemplate=f"<b>{row.label}</b><br>%{{customdata}}<extra></extra>",
        showlegend=False,
    )


def _named(made: go.Figure, across: str, up: str) -> go.Figure:
    made.update_yaxes(title_text=up, col=1)
    made.add_annotation(
        text=across, x=0.5, xref="paper", y=0, yref="paper", yshift=-34, font={"size": 12}
    )
    made.update_layout(margin={"b": 44})
    return made
