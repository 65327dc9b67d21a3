"""Calibration: do quantiles hold what they promise, and do probabilities of a rise."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import (
    family_panels,
    last_line,
    line_of,
    panel_of,
    rows_with,
)
from vn30_training.reporting.figures.panels import place, span
from vn30_training.reporting.figures.rows import Row
from vn30_training.reporting.figures.theme import FLOOR, empty, faded, figure
from vn30_training.reporting.formatting import percent

# What good calibration is held to: two points over all stocks, four for one stock.
TOLERANCE = 2.0
TOLERANCE_OF_A_SYMBOL = 4.0
NOMINAL = 80.0


def reliability_figure(reliability: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return observed minus nominal share of returns below each quantile, in points.

    A panel per family, the floors together in the last one.

    Parameters
    ----------
    reliability
        Columns ``family, scope, level, observed``: the share of returns at or below the quantile.
    leaderboard
        Gives the rows and their colours.
    """
    table = reliability.dropna(subset=["observed"]).astype({"level": float})
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No family gives quantiles.")
    made, places = family_panels(rows)
    made.add_hrect(
        y0=-TOLERANCE,
        y1=TOLERANCE,
        fillcolor=faded(FLOOR, 0.14),
        line_width=0,
        layer="below",
        row="all",
        col="all",
        exclude_empty_subplots=False,
    )
    for row in rows:
        line = _deviation(row, row.of(table).sort_values("level"))
        made.add_trace(line, *place(places[panel_of(row)], len(places)))
    made.update_xaxes(tickvals=[5, 25, 50, 75, 95], range=[1, 99], showgrid=False, zeroline=False)
    off = 100 * (table["observed"] - table["level"])
    made.update_yaxes(zeroline=True, range=span([-TOLERANCE, *off, TOLERANCE]))
    made.update_xaxes(title_text="quantile level, %", row=last_line(places))
    made.update_yaxes(title_text="observed − level, points", col=1)
    return made


def direction_figure(direction: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return how often the price rose, by the probability of a rise that was forecast.

    A panel per family, the floors together in the last one.

    Parameters
    ----------
    direction
        Columns ``family, scope, p_up, observed, n``: one record per bin of ``p_up``.
    leaderboard
        Gives the rows and their colours.
    """
    table = direction.dropna(subset=["p_up", "observed"])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No family gives probabilities of a rise.")
    made, places = family_panels(rows)
    ends = [100 * float(table["p_up"].min()), 100 * float(table["p_up"].max())]
    perfect = {"dash": "dot", "color": FLOOR, "width": 1}
    diagonal = go.Scatter(
        x=ends, y=ends, mode="lines", line=perfect, hoverinfo="skip", showlegend=False
    )
    for position in places.values():
        made.add_trace(diagonal, *place(position, len(places)))
    base = 100 * float((table["observed"] * table["n"]).sum() / table["n"].sum())
    made.add_hline(y=base, line={"color": FLOOR, "width": 1}, row="all", col="all")
    for row in rows:
        bins = _bins(row, row.of(table).sort_values("p_up"))
        made.add_trace(bins, *place(places[panel_of(row)], len(places)))
    made.update_xaxes(zeroline=False, showgrid=False, range=span(ends))
    made.update_yaxes(zeroline=False, range=span([*ends, *(100 * table["observed"])]))
    made.update_xaxes(title_text="forecast, %", row=last_line(places))
    made.update_yaxes(title_text="rose in fact, %", col=1)
    return made


def coverage_figure(coverage: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the coverage of the 80 % interval, one dot per symbol and row.

    Parameters
    ----------
    coverage
        Columns ``family, scope, symbol, coverage_80``.
    leaderboard
        Gives the rows, their order and colours.
    """
    if coverage.empty:
        return empty("No forecast can be scored.")
    table = coverage.dropna(subset=["coverage_80"])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No family gives quantiles.")
    made = figure(height=80 + 22 * len(rows))
    low, high = NOMINAL - TOLERANCE_OF_A_SYMBOL, NOMINAL + TOLERANCE_OF_A_SYMBOL
    made.add_vrect(x0=low, x1=high, fillcolor=faded(FLOOR, 0.14), line_width=0, layer="below")
    made.add_vline(x=NOMINAL, line_width=1)
    for row in rows:
        made.add_trace(_strip(row, row.of(table).sort_values("symbol")))
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    made.update_xaxes(title_text="returns inside the 80 % interval, %", zeroline=False)
    made.update_layout(margin={"l": 8, "r": 8, "t": 12, "b": 8})
    return made


def _deviation(row: Row, part: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=(100 * part["level"]).round(3).tolist(),
        y=(100 * (part["observed"] - part["level"])).round(3).tolist(),
        customdata=[percent(value) for value in part["observed"]],
        mode="lines+markers",
        marker={"size": 4},
        line=line_of(row),
        hovertemplate=(
            f"<b>{row.label}</b><br>below the %{{x}} % quantile: %{{customdata}} %<extra></extra>"
        ),
        showlegend=False,
    )


def _strip(row: Row, part: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=(100 * part["coverage_80"]).round(2).tolist(),
        y=[row.label] * len(part),
        text=part["symbol"].astype(str).tolist(),
        mode="markers",
        marker={"color": faded(row.colour, 0.55), "size": 7},
        hovertemplate=f"<b>%{{text}}</b> · {row.label}<br>%{{x}} % inside<extra></extra>",
    )


def _bins(row: Row, part: pd.DataFrame) -> go.Scatter:
    return go.Scatter(
        x=(100 * part["p_up"]).round(2).tolist(),
        y=(100 * part["observed"]).round(2).tolist(),
        customdata=part["n"].tolist(),
        mode="lines+markers",
        marker={"size": 4},
        line=line_of(row),
        hovertemplate=(
            f"<b>{row.label}</b><br>forecast %{{x}} %, rose %{{y}} %<br>"
            "%{customdata:,} forecasts<extra></extra>"
        ),
        showlegend=False,
    )
