"""Regimes side by side: the same rows in every market, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import rows_with
from vn30_training.reporting.figures.intervals import point
from vn30_training.reporting.figures.panels import panels, place, span
from vn30_training.reporting.figures.rows import Row
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import interval, number, percent

LINE_HEIGHT = 17
WORDS = {"rank_ic": "rank IC", "increment": "rank IC less reversal's"}


def regimes_figure(
    regimes: pd.DataFrame, leaderboard: pd.DataFrame, value: str = "rank_ic"
) -> go.Figure:
    """Return a panel per regime: an estimate with its 95 % interval, one line per row.

    Parameters
    ----------
    regimes
        Columns ``family, scope, regime, first, last, rank_ic, rank_ic_low, rank_ic_high,
        rank_ic_t, n_days, market``.
    leaderboard
        Gives the rows, their order and colours; floors come last.
    value
        ``rank_ic``, or ``increment`` over reversal.
    """
    table = regimes.dropna(subset=[value])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty("No regime has enough days.")
    spans = table.drop_duplicates("regime").set_index("regime")
    made = panels(
        [
            f"{name}: market {percent(market, 0, signed=True)} %"
            for name, market in spans["market"].items()
        ],
        panel_height=60 + LINE_HEIGHT * len(rows),
    )
    for position, regime in enumerate(spans.index):
        where = place(position, len(spans))
        part = table[table["regime"] == regime]
        for line, row in enumerate(rows):
            for record in row.of(part).to_dict("records"):
                made.add_trace(_point(row, record, line, value), *where)
    ends = table[[value, f"{value}_low", f"{value}_high"]].to_numpy().ravel()
    made.update_xaxes(zeroline=True, range=span([0.0, *ends[~np.isnan(ends)]]), nticks=4)
    made.update_yaxes(
        tickvals=list(range(len(rows))),
        ticktext=[row.label for row in rows],
        range=[len(rows) - 0.5, -0.5],
        showgrid=False,
        zeroline=False,
    )
    models = sum(not row.naive for row in rows)
    if models < len(rows):
        made.add_hline(y=models - 0.5, line={"width": 0.7, "dash": "dot"}, row="all", col="all")
    made.update_layout(meta={"least_width": 900})
    return made


def _point(row: Row, record: Mapping[Any, Any], line: int, value: str) -> go.Scatter:
    low, high = record[f"{value}_low"], record[f"{value}_high"]
    told = (
        f"{record['regime']}: {WORDS[value]} {number(record[value])} ({interval(low, high)})"
        f"<br>{number(record['n_days'], 0)} days"
    )
    return point(row, (record[value], low, high), line, told).update(marker={"size": 6})
