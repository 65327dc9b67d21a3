"""Learning curves: small multiples, one panel per family and scope."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.panels import panels, place
from vn30_training.reporting.figures.rows import Row, leaderboard_rows
from vn30_training.reporting.figures.theme import empty, faded
from vn30_training.reporting.formatting import scope_place

# A thousand boosting rounds draw the same line as two hundred points of it.
MOST_POINTS = 200


def learning_figure(curves: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return validation (strong) and training (faint) loss over epochs or boosting rounds.

    Where a panel holds many models, the line is their median and the band runs from the tenth to
    the ninetieth percentile of validation loss; both end where half or fewer still train,
    because from there on the median is of other models.

    Parameters
    ----------
    curves
        Columns ``family, scope, symbol, seed, epoch, train_loss, valid_loss``.
    leaderboard
        Gives the rows and their colours.
    """
    table = curves.dropna(subset=["valid_loss"])
    rows = [row for row in leaderboard_rows(leaderboard) if not row.of(table).empty]
    if not rows:
        return empty("No family has a learning curve.")
    rows.sort(key=lambda row: (row.family, scope_place(row.scope)))
    made = panels([row.label for row in rows], shared=False)
    for position, row in enumerate(rows):
        for trace in _panel(row, _by_epoch(row.of(table))):
            made.add_trace(trace, *place(position, len(rows)))
    made.update_xaxes(showgrid=False, zeroline=False, nticks=5)
    made.update_yaxes(nticks=5, zeroline=False)
    made.update_xaxes(title_text="epoch or round", row=place(len(rows) - 1, len(rows))[0])
    made.update_yaxes(title_text="loss", col=1)
    return made


def _by_epoch(part: pd.DataFrame) -> pd.DataFrame:
    epochs = part.groupby("epoch", sort=True)
    table = pd.DataFrame(
        {
            "train": epochs["train_loss"].median(),
            "valid": epochs["valid_loss"].median(),
            "low": epochs["valid_loss"].quantile(0.1),
            "high": epochs["valid_loss"].quantile(0.9),
            "models": epochs.size(),
        }
    )
    table = table[table["models"] > table["models"].iloc[0] / 2]
    chosen = np.linspace(0, len(table) - 1, min(MOST_POINTS, len(table))).round().astype(int)
    kept: pd.DataFrame = table.iloc[chosen]
    return kept


def _panel(row: Row, table: pd.DataFrame) -> list[go.Scatter]:
    lines = [
        _loss(table, "train", faded(row.colour, 0.5), 1.0, "training"),
        _loss(table, "valid", row.colour, 1.8, "validation"),
    ]
    return lines if table["models"].iloc[0] == 1 else [*_band(table, row.colour), *lines]


def _band(table: pd.DataFrame, colour: str) -> list[go.Scatter]:
    edge = {
        "x": table.index.tolist(),
        "mode": "lines",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    fill = {"fill": "tonexty", "fillcolor": faded(colour, 0.18)}
    low, high = (table[name].round(6).tolist() for name in ("low", "high"))
    return [go.Scatter(y=low, **edge), go.Scatter(y=high, **fill, **edge)]


def _loss(table: pd.DataFrame, column: str, colour: str, width: float, word: str) -> go.Scatter:
    return go.Scatter(
        x=table.index.tolist(),
        y=table[column].round(6).tolist(),
        customdata=table["models"].tolist(),
        mode="lines",
        line={"color": colour, "width": width},
        hovertemplate=(
            f"{word} loss %{{y:.5f}} at %{{x}}<br>models: %{{customdata}}<extra></extra>"
        ),
    )
