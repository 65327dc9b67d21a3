"""One panel per family with all its scopes, and all floors together in the last panel."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.panels import panels, place, scope_key
from vn30_training.reporting.figures.rows import (
    SCOPE_DASHES,
    Row,
    leaderboard_rows,
    models_first,
)
from vn30_training.reporting.formatting import scope_place


def rows_with(leaderboard: pd.DataFrame, table: pd.DataFrame) -> list[Row]:
    """Return the leaderboard's rows that ``table`` tells of, floors last."""
    rows = models_first(leaderboard_rows(leaderboard))
    return [row for row in rows if not row.of(table).empty]


def panel_of(row: Row) -> str:
    """Return the title of the panel that a row is drawn in."""
    return "floors" if row.naive else row.family


def family_panels(rows: list[Row]) -> tuple[go.Figure, dict[str, int]]:
    """Return panels for the rows' families, and the position of each."""
    titles = list(dict.fromkeys(panel_of(row) for row in rows))
    made = panels(titles)
    scope_key(made, sorted({row.scope for row in rows if not row.naive}, key=scope_place))
    return made, {title: position for position, title in enumerate(titles)}


def last_line(places: dict[str, int]) -> int:
    """Return the last line of panels, the one whose axes are named."""
    return place(len(places) - 1, len(places))[0]


def line_of(row: Row) -> dict[str, str | float]:
    """Return how a row's line is drawn: its family's colour, its scope's dash."""
    dash = "solid" if row.naive else SCOPE_DASHES.get(row.scope, "solid")
    return {"color": row.colour, "dash": dash, "width": 1.1 if row.naive else 1.6}
