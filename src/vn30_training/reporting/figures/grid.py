"""A heat-map whose cells carry their numbers: the base of every figure of rows by columns."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.theme import figure

ROW_HEIGHT = 22
COLUMN_WIDTH = 26
# With more columns than this, names below them stand on edge.
MOST_LEVEL = 12
Words = Callable[[str, str], str]


def grid(
    values: pd.DataFrame,
    *,
    text: Words,
    hover: Words,
    bounds: tuple[float, float],
    unit: str,
    ticks: Sequence[str] | None = None,
    models: int | None = None,
    column_width: int = COLUMN_WIDTH,
) -> go.Figure:
    """Return a heat-map of ``values``, first row on top.

    Parameters
    ----------
    values
        What colours the cells; NaN leaves a cell empty.
    text, hover
        What stands in the cell of a row and a column, and what is told when it is pointed at.
    bounds
        Ends of the colour scale. Bounds on both sides of zero give the diverging scale, whose
        middle is then zero: give them symmetric.
    unit
        What the colours mean, above their key.
    ticks
        Level texts below the columns, instead of the columns' names on edge.
    models
        Number of rows that are models; a line sets the floors below apart.
    column_width
        Least width of a column in pixels.
    """
    table = values.rename(index=str, columns=str)
    made = figure(96 + ROW_HEIGHT * len(table), 160 + column_width * len(table.columns))
    made.add_trace(
        go.Heatmap(
            z=table.to_numpy(dtype=float),
            x=list(table.columns),
            y=list(table.index),
            text=[[text(row, column) for column in table.columns] for row in table.index],
            texttemplate="%{text}",
            textfont={"size": 10.5},
            customdata=[[hover(row, column) for column in table.columns] for row in table.index],
            hovertemplate="%{customdata}<extra></extra>",
            coloraxis="coloraxis",
            xgap=1,
            ygap=1,
        )
    )
    made.update_layout(coloraxis=_key(bounds, unit), margin={"l": 8, "r": 8, "t": 8, "b": 8})
    made.update_yaxes(autorange="reversed", showgrid=False, zeroline=False, type="category")
    angle = -60 if len(table.columns) > MOST_LEVEL else 0
    made.update_xaxes(tickangle=angle, showgrid=False, zeroline=False, type="category")
    if ticks is not None:
        made.update_xaxes(tickangle=0, tickvals=list(table.columns), ticktext=list(ticks))
    if models and models < len(table):
        made.add_hline(y=models - 0.5, line={"width": 1.5})
    return made


def _key(bounds: tuple[float, float], unit: str) -> dict[str, object]:
    return {
        "cmin": bounds[0],
        "cmax": bounds[1],
        "colorbar": {
            "orientation": "h",
            "thickness": 6,
            "len": 0.26,
            "x": 1,
            "xanchor": "right",
            "y": 1,
            "yanchor": "bottom",
            "ypad": 12,
            "title": {"text": unit, "side": "top", "font": {"size": 11}},
            "tickfont": {"size": 10},
            "outlinewidth": 0,
            "nticks": 5,
        },
    }


def symmetric(values: pd.DataFrame, least: float) -> tuple[float, float]:
    """Return bounds centred at zero that hold 98 % of the values, ``least`` wide at the least.

    A single extreme cell would otherwise bleach all the others.
    """
    finite = np.abs(values.to_numpy(dtype=float))
    finite = finite[np.isfinite(finite)]
    reach = max(least, float(np.quantile(finite, 0.98))) if finite.size else least
    return -reach, reach
