"""All strategies at a glance: their excess over buy and hold, and what costs took of them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.backtest_verdicts import rebalance_place
from vn30_training.reporting.figures.theme import empty, faded, figure
from vn30_training.reporting.figures.variants import colour_of, variants
from vn30_training.reporting.formatting import SCOPE_WORDS, number, percent

LINE_HEIGHT = 30
# Distance between the rebalances of one strategy, in lines.
STEP = 0.22


def excess_figure(strategies: pd.DataFrame) -> go.Figure:
    """Return the yearly excess over buy and hold of every strategy with its 95 % interval.

    Parameters
    ----------
    strategies
        Columns of `trading.performance`, no benchmark among the rows.
    """
    table = strategies.dropna(subset=["excess_return", "excess_low", "excess_high"])
    if table.empty:
        return empty("Nothing could be held against buy and hold.")
    labels = _labels(table)
    made = _lines(labels)
    for name, part in variants(table):
        value = 100 * part["excess_return"]
        made.add_trace(
            go.Scatter(
                x=value.round(3).tolist(),
                y=_places(part, labels),
                mode="markers",
                name=name,
                marker={"color": colour_of(name), "size": 6},
                error_x={
                    "array": (100 * part["excess_high"] - value).round(3).tolist(),
                    "arrayminus": (value - 100 * part["excess_low"]).round(3).tolist(),
                    "width": 0,
                    "thickness": 1.2,
                    "color": colour_of(name),
                },
                customdata=[_excess(record) for record in part.to_dict("records")],
                hovertemplate=f"<b>{name}</b><br>%{{customdata}}<extra></extra>",
            )
        )
    made.update_xaxes(title_text="excess over buy and hold after costs, % a year", zeroline=True)
    return made


def cost_figure(strategies: pd.DataFrame, benchmarks: pd.DataFrame) -> go.Figure:
    """Return yearly growth before and after costs of every strategy, joined by a line.

    Parameters
    ----------
    strategies, benchmarks
        Columns of `trading.performance`.
    """
    table = strategies.dropna(subset=["cagr", "gross_cagr"])
    if table.empty:
        return empty("No strategy was traded for long enough.")
    labels = _labels(table)
    made = _lines(labels)
    for name, part in variants(table):
        for trace in _falls(name, part, labels):
            made.add_trace(trace)
    for record in benchmarks.dropna(subset=["cagr"]).to_dict("records"):
        if record["strategy"] == "buy_and_hold":
            made.add_vline(x=100 * record["cagr"], line={"dash": "dot", "width": 1.2})
    made.update_xaxes(title_text="growth before costs (pale) and after, % a year", zeroline=True)
    return made


def _falls(name: str, part: pd.DataFrame, labels: Sequence[str]) -> list[go.Scatter]:
    """Return the lines from before costs to after, and the points after."""
    net, gross = (100 * part[column] for column in ("cagr", "gross_cagr"))
    places, colour = _places(part, labels), colour_of(name)
    ends = [[before, after, None] for before, after in zip(gross, net, strict=True)]
    lines = go.Scatter(
        x=[None if end is None else round(end, 3) for pair in ends for end in pair],
        y=[end for place in places for end in (place, place, None)],
        mode="lines",
        line={"color": faded(colour, 0.45), "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
    points = go.Scatter(
        x=net.round(3).tolist(),
        y=places,
        mode="markers",
        name=name,
        marker={"color": colour, "size": 6},
        customdata=[_costs(record) for record in part.to_dict("records")],
        hovertemplate=f"<b>{name}</b><br>%{{customdata}}<extra></extra>",
    )
    return [lines, points]


def _labels(table: pd.DataFrame) -> list[str]:
    return list(dict.fromkeys(_label(record) for record in table.to_dict("records")))


def _label(record: dict[object, object]) -> str:
    scope = SCOPE_WORDS.get(str(record["scope"]), str(record["scope"]))
    return ", ".join(filter(None, (str(record["family"]), scope, str(record["strategy"]))))


def _lines(labels: Sequence[str]) -> go.Figure:
    """Return an empty figure with a line per strategy, its rebalances on it."""
    made = figure(110 + LINE_HEIGHT * len(labels), least_width=640)
    made.update_yaxes(
        tickvals=list(range(len(labels))),
        ticktext=list(labels),
        range=[len(labels) - 0.4, -0.6],
        zeroline=False,
    )
    made.update_layout(showlegend=True, margin={"t": 44})
    return made


def _places(part: pd.DataFrame, labels: Sequence[str]) -> list[float]:
    lines = {label: position for position, label in enumerate(labels)}
    return [
        lines[_label(record)] + STEP * (min(rebalance_place(record["rebalance"]), 2) - 1)
        for record in part.to_dict("records")
    ]


def _excess(record: dict[object, object]) -> str:
    value, low, high = (
        percent(record[name]) for name in ("excess_return", "excess_low", "excess_high")
    )
    return (
        f"{_label(record)}<br>excess {value} % a year ({low} to {high})"
        f"<br>information ratio {number(record['information_ratio'], 2)}"
    )


def _costs(record: dict[object, object]) -> str:
    return (
        f"{_label(record)}<br>{percent(record['gross_cagr'])} % a year before costs, "
        f"{percent(record['cagr'])} after<br>value traded {number(record['turnover'], 1)} times "
        f"NAV a year, costs {percent(record['costs_a_year'])} %"
    )
