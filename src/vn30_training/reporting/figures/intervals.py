"""Points with their intervals: the leaderboard as a picture, and scopes side by side."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.rows import (
    SCOPE_SYMBOLS,
    Row,
    leaderboard_rows,
)
from vn30_training.reporting.figures.theme import FLOOR, empty, figure
from vn30_training.reporting.formatting import SCOPE_WORDS, interval, known, number, scope_place

# Distance between the scopes of one family, in rows.
SCOPE_STEP = {"pooled": -0.2, "symbol": 0.2, "finetuned": 0.0}


def leaderboard_figure(leaderboard: pd.DataFrame) -> go.Figure:
    """Return one point with its 95 % interval per row, best rank IC on top.

    Parameters
    ----------
    leaderboard
        Columns ``family, scope, kind, ranked, rank_ic, rank_ic_low, rank_ic_high, rank_ic_t``.
    """
    rows = [row for row in leaderboard_rows(leaderboard) if known(_value(row, leaderboard))]
    if not rows:
        return empty("No row has a rank IC.")
    made = figure(height=70 + 24 * len(rows))
    for row in rows:
        _point(made, row, row.of(leaderboard).iloc[0], row.label)
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return _rank_ic_axis(made, leaderboard)


def scopes_figure(leaderboard: pd.DataFrame) -> go.Figure:
    """Return pooled beside per-symbol rank IC, one line per model family, floors dashed."""
    rows = [row for row in leaderboard_rows(leaderboard) if not row.naive]
    rows = [row for row in rows if known(_value(row, leaderboard))]
    if not rows:
        return empty("No model has a rank IC.")
    families = list(dict.fromkeys(row.family for row in rows))
    made = figure(height=90 + 46 * len(families))
    for row in rows:
        place = families.index(row.family) + SCOPE_STEP.get(row.scope, 0.0)
        _point(made, row, row.of(leaderboard).iloc[0], place)
    for scope in sorted({row.scope for row in rows}, key=scope_place):
        made.add_trace(_key(scope))
    made.update_yaxes(
        tickvals=list(range(len(families))),
        ticktext=families,
        range=[len(families) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
    made.update_layout(showlegend=True, margin={"l": 8, "r": 8, "t": 48, "b": 8})
    return _rank_ic_axis(made, leaderboard)


def _value(row: Row, leaderboard: pd.DataFrame) -> float:
    return float(row.of(leaderboard)["rank_ic"].iloc[0])


def _point(made: go.Figure, row: Row, record: pd.Series, place: float | str) -> None:
    value, low, high = (float(record[name]) for name in ("rank_ic", "rank_ic_low", "rank_ic_high"))
    told = f"rank IC {number(value)} ({interval(low, high)})<br>t {number(record['rank_ic_t'], 1)}"
    made.add_trace(point(row, (value, low, high), place, told))


def point(row: Row, ends: tuple[float, float, float], place: float | str, told: str) -> go.Scatter:
    """Return a row's estimate with its interval, lying.

    Parameters
    ----------
    row
        Gives name, colour and mark.
    ends
        The estimate, and the lower and upper end of its interval.
    place
        Where it stands on the vertical axis.
    told
        What is told when it is pointed at, below the row's name.
    """
    value, low, high = ends
    return go.Scatter(
        x=[value],
        y=[place],
        mode="markers",
        marker={
            "color": row.colour,
            "size": 8,
            "symbol": SCOPE_SYMBOLS.get(row.scope, "square"),
            "line": {"width": 1.5, "color": row.colour},
        },
        error_x={
            "array": [high - value],
            "arrayminus": [value - low],
            "width": 0,
            "thickness": 1.5,
            "color": row.colour,
        },
        hovertemplate=f"<b>{row.label}</b><br>{told}<extra></extra>",
        showlegend=False,
    )


def _key(scope: str) -> go.Scatter:
    marker = {"symbol": SCOPE_SYMBOLS.get(scope, "square"), "color": FLOOR, "size": 8}
    name = SCOPE_WORDS.get(scope, scope)
    return go.Scatter(x=[None], y=[None], mode="markers", marker=marker, name=name)


def _rank_ic_axis(made: go.Figure, leaderboard: pd.DataFrame) -> go.Figure:
    """Name the axis and draw the best floor, which a model has to pass."""
    made.update_xaxes(title_text="mean rank IC per day, 95 % interval", zeroline=True)
    floors = leaderboard[(leaderboard["kind"] == "naive") & leaderboard["rank_ic"].notna()]
    if not floors.empty:
        best = floors.sort_values("rank_ic").iloc[-1]
        made.add_vline(x=float(best["rank_ic"]), line={"dash": "dot", "color": FLOOR, "width": 1})
        made.add_annotation(
            x=float(best["rank_ic"]),
            y=1,
            yref="paper",
            yanchor="bottom",
            text=f"best floor: {best['family']}",
        )
    return made
