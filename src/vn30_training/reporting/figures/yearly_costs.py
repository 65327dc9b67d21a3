"""What strategies traded and paid, year by year."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from vn30_training.reporting.figures.theme import dress, empty
from vn30_training.reporting.figures.variants import colour_of, variants
from vn30_training.reporting.formatting import number, percent
from vn30_training.trading.returns import COSTS

HEIGHT = 340


def yearly_costs_figure(days: pd.DataFrame) -> go.Figure:
    """Return turnover and costs of every year as shares of NAV, side by side.

    Parameters
    ----------
    days
        What `trading.returns.with_returns` says of one strategy.
    """
    table = days.dropna(subset=["net"])
    if table.empty:
        return empty("No day was traded.")
    made = make_subplots(rows=1, cols=2, horizontal_spacing=0.1)
    dress(made, HEIGHT, least_width=760)
    for name, part in variants(table):
        years = _years(part)
        made.add_trace(_bars(name, years, "traded", 1), row=1, col=1)
        made.add_trace(_bars(name, years, "cost", 100), row=1, col=2)
    made.update_yaxes(title_text="value traded, times NAV", rangemode="tozero", col=1)
    made.update_yaxes(title_text="costs, % of NAV", rangemode="tozero", col=2)
    made.update_xaxes(showgrid=False, zeroline=False, type="category")
    made.update_layout(showlegend=True, bargap=0.25, margin={"t": 44})
    return made


def _years(part: pd.DataFrame) -> pd.DataFrame:
    """Add up what was traded and paid, each day as a share of the NAV before it."""
    before = part["nav"] / (1 + part["net"])
    shares = part[list(COSTS)].div(before, axis=0).assign(traded=part["traded"], cost=part["cost"])
    return shares.groupby(part["date"].dt.year).sum()


def _bars(name: str, years: pd.DataFrame, column: str, times: int) -> go.Bar:
    told = [
        f"{number(row['traded'], 2)} times NAV traded<br>costs {percent(row['cost'], 2)} %: "
        f"fees {percent(row['fees'], 2)}, taxes {percent(row['taxes'], 2)}, "
        f"slippage {percent(row['slippage'], 2)}"
        for row in years.to_dict("records")
    ]
    return go.Bar(
        x=[str(year) for year in years.index],
        y=(times * years[column]).round(4).tolist(),
        name=name,
        legendgroup=name,
        showlegend=column == "traded",
        marker={"color": colour_of(name)},
        customdata=told,
        hovertemplate=f"<b>{name}, %{{x}}</b><br>%{{customdata}}<extra></extra>",
    )
