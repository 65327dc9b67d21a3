"""Small multiples: the same axes again and again, one panel per family."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from vn30_training.reporting.figures.rows import SCOPE_DASHES
from vn30_training.reporting.figures.theme import FLOOR, dress
from vn30_training.reporting.formatting import SCOPE_WORDS

MOST_ACROSS = 5
PANEL_HEIGHT = 230
PANEL_WIDTH = 165


def panels(
    titles: Sequence[str], *, shared: bool = True, panel_height: int = PANEL_HEIGHT
) -> go.Figure:
    """Return empty panels, at most five across, with their titles at the left.

    Parameters
    ----------
    titles
        One per panel; an empty one leaves its place free.
    shared
        Whether all panels have the same axes.
    panel_height
        Height of one panel in pixels.
    """
    down, across = place(len(titles) - 1, len(titles))[0], columns(len(titles))
    height = 60 + panel_height * down
    made = make_subplots(
        rows=down,
        cols=across,
        shared_xaxes="all" if shared else False,
        shared_yaxes="all" if shared else False,
        horizontal_spacing=0.03 if shared else 0.06,
        vertical_spacing=58 / height if down > 1 else 0,
    )
    dress(made, height, least_width=60 + PANEL_WIDTH * across)
    made.update_layout(margin={"l": 8, "r": 8, "t": 44, "b": 8})
    for position, title in enumerate(titles):
        row, column = place(position, len(titles))
        made.add_annotation(
            text=f"<b>{title}</b>",
            row=row,
            col=column,
            x=0,
            y=1,
            xref="x domain",
            yref="y domain",
            xanchor="left",
            yanchor="bottom",
            font={"size": 12},
        )
    return made


def columns(count: int) -> int:
    """Return how many panels of ``count`` stand side by side, lines filled as evenly as may be."""
    lines = -(-count // MOST_ACROSS)
    return -(-count // lines)


def place(position: int, count: int) -> tuple[int, int]:
    """Return row and column, from 1, of the panel at ``position`` of ``count``."""
    across = columns(count)
    return position // across + 1, position % across + 1


def span(values: Iterable[float]) -> list[float]:
    """Return a range of axis that holds ``values`` with a small margin.

    Plotly finds the common range of matched axes from the first panel alone when that one holds
    traces without data, as the keys of a legend are.
    """
    found = list(values)
    margin = 0.06 * (max(found) - min(found)) or 1.0
    return [min(found) - margin, max(found) + margin]


def scope_key(made: go.Figure, scopes: Sequence[str]) -> None:
    """Tell above the panels which dash is which scope."""
    for scope in scopes:
        line = {"color": FLOOR, "dash": SCOPE_DASHES.get(scope, "solid"), "width": 1.6}
        name = SCOPE_WORDS.get(scope, scope)
        made.add_trace(go.Scatter(x=[None], y=[None], mode="lines", line=line, name=name))
    made.update_layout(showlegend=True)
