"""Attempts to deal that were not or not wholly filled, by who refused, side and reason."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.theme import empty, figure
from vn30_training.reporting.figures.variants import colour_of, variants
from vn30_training.reporting.formatting import count
from vn30_training.trading.reasons import OF_THE_MARKET

LINE_HEIGHT = 46


def unfilled_figure(unfilled: pd.DataFrame) -> go.Figure:
    """Return how many attempts failed for which reason, the market's above the account's own.

    Parameters
    ----------
    unfilled
        Columns ``rebalance, side, reason, orders`` of one strategy.
    """
    if unfilled.empty:
        return empty("Every order was filled.")
    whose = np.where(unfilled["reason"].isin(OF_THE_MARKET), "market", "own")
    label = unfilled["side"].astype(str) + ": " + unfilled["reason"].astype(str)
    table = unfilled.assign(whose=whose, label=whose + ", " + label)
    totals = table.groupby(["whose", "label"])["orders"].sum().reset_index("whose")
    labels = totals.sort_values(["whose", "orders"], ascending=[True, False], kind="stable")
    made = figure(70 + LINE_HEIGHT * len(labels))
    for name, part in variants(table):
        orders = part.groupby("label")["orders"].sum().reindex(labels.index, fill_value=0)
        made.add_trace(_bars(name, orders))
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    made.update_xaxes(title_text="attempts", rangemode="tozero", zeroline=False)
    made.update_layout(showlegend=True, bargap=0.3, margin={"t": 44})
    return made


def _bars(name: str, orders: pd.Series[int]) -> go.Bar:
    return go.Bar(
        x=orders.tolist(),
        y=orders.index.tolist(),
        orientation="h",
        name=name,
        marker={"color": colour_of(name)},
        customdata=[count(number) for number in orders],
        hovertemplate=f"<b>{name}</b><br>%{{y}}: %{{customdata}} attempts<extra></extra>",
    )
