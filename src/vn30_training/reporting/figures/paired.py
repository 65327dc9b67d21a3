"""What beats what: every family and scope against every other, by paired differences."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid, symmetric
from vn30_training.reporting.figures.rows import Row, leaderboard_rows, models_first
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import number
from vn30_training.reporting.pairs import Comparison, Pairs

METRIC = "rank_ic"
MATRIX_COLUMN = 76


def paired_figure(paired: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the matrix of differences of rank IC, row less column, times 100.

    Bold and starred where the interval and Holm's p both tell the two apart; the other numbers
    are differences that luck explains.

    Parameters
    ----------
    paired
        Columns ``family, scope, other_family, other_scope, metric, difference, low, high, p_holm,
        n_days``.
    leaderboard
        Gives the rows and their order; floors come last.
    """
    pairs = Pairs(paired)
    rows = models_first(leaderboard_rows(leaderboard))
    rows = tuple(row for row in rows if pairs.tested(METRIC, _key(row)))
    if not rows:
        return empty("No two families were compared by rank IC.")
    found = {
        (one.label, other.label): pairs.of(METRIC, _key(one), _key(other))
        for one in rows
        for other in rows
    }
    names = [row.label for row in rows]
    values = pd.DataFrame(
        [[_value(found[one, other]) for other in names] for one in names], names, names
    )

    def text(one: str, other: str) -> str:
        pair = found[one, other]
        return "" if pair is None else _cell(pair)

    def hover(one: str, other: str) -> str:
        pair = found[one, other]
        told = "itself" if one == other else "not compared"
        if pair is not None:
            told = f"{pair.word}<br>{pair.figures.replace(', ', '<br>')}"
        return f"<b>{one}</b> less {other}<br>{told}"

    return grid(
        values,
        text=text,
        hover=hover,
        bounds=symmetric(values, least=2),
        unit="difference of rank IC × 100",
        ticks=[name.replace(", ", "<br>").replace(" (floor)", "<br>floor") for name in names],
        models=sum(not row.naive for row in rows),
        column_width=MATRIX_COLUMN,
    )


def _key(row: Row) -> tuple[str, str]:
    return row.family, row.scope


def _value(pair: Comparison | None) -> float:
    return np.nan if pair is None else 100 * pair.difference


def _cell(pair: Comparison) -> str:
    text = number(100 * pair.difference, 1)
    return text if pair.word == "no better" else f"<b>{text} *</b>"
