"""Rank IC over time: by month, and added up."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import COLUMN_WIDTH, grid, symmetric
from vn30_training.reporting.figures.labels import spread
from vn30_training.reporting.figures.rows import (
    SCOPE_DASHES,
    Row,
    leaderboard_rows,
    models_first,
)
from vn30_training.reporting.figures.theme import empty, figure
from vn30_training.reporting.formatting import known, number

HEIGHT = 420
# Least distance between two names at the lines' ends, as a share of the axis.
LABEL_GAP = 0.042
# More months than this are drawn as a strip: narrow cells whose numbers are told when pointed at.
MOST_WRITTEN = 40
STRIP_WIDTH = 11


def monthly_figure(monthly: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the heat-map of mean rank IC per month.

    Parameters
    ----------
    monthly
        Columns ``family, scope, month, rank_ic, n_days``; month is its first day.
    leaderboard
        Gives the rows and their order; floors come last.
    """
    table = monthly.dropna(subset=["rank_ic"])
    rows = [row for row in models_first(leaderboard_rows(leaderboard)) if len(row.of(table))]
    if not rows:
        return empty("No month has a rank IC.")
    table = table.assign(month=pd.to_datetime(table["month"]).dt.strftime("%Y-%m"))
    months = sorted(table["month"].unique())
    written = len(months) <= MOST_WRITTEN
    parts = {row.label: row.of(table).set_index("month").reindex(months) for row in rows}
    values = pd.DataFrame({label: part["rank_ic"] for label, part in parts.items()}).T * 100

    def text(label: str, month: str) -> str:
        value = values.loc[label, month] if written else None
        return number(value, 0) if known(value) else ""

    def hover(label: str, month: str) -> str:
        part = parts[label].loc[month]
        told = f"rank IC {number(part['rank_ic'])}, {number(part['n_days'], 0)} days"
        return f"<b>{month}</b> · {label}<br>{told}"

    return grid(
        values,
        text=text,
        hover=hover,
        bounds=symmetric(values, least=10),
        unit="mean rank IC × 100",
        ticks=_month_ticks(months) if written else _year_ticks(months),
        column_width=COLUMN_WIDTH if written else STRIP_WIDTH,
        models=sum(not row.naive for row in rows),
    )


def _month_ticks(months: list[str]) -> list[str]:
    """Name months by number, and the year once below its first month."""
    years = [month[:4] for month in months]
    first = {year: years.index(year) for year in years}
    return [
        f"{month[5:]}<br>{year}" if first[year] == position else month[5:]
        for position, (month, year) in enumerate(zip(months, years, strict=True))
    ]


def _year_ticks(months: list[str]) -> list[str]:
    """Name years only, below their first month."""
    years = [month[:4] for month in months]
    return [year if years.index(year) == position else "" for position, year in enumerate(years)]


def cumulative_figure(daily: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the running sum of daily rank IC, a line per row, named at its end.

    Parameters
    ----------
    daily
        Columns ``family, scope, date, rank_ic``.
    leaderboard
        Gives the rows, their order and colours.
    """
    table = daily.dropna(subset=["rank_ic"]).sort_values("date")
    rows = [row for row in leaderboard_rows(leaderboard) if len(row.of(table))]
    if not rows:
        return empty("No day has a rank IC.")
    sums = [row.of(table).set_index("date")["rank_ic"].cumsum() for row in rows]
    made = figure(HEIGHT)
    for row, total in reversed(list(zip(rows, sums, strict=True))):
        made.add_trace(_line(row, total))
    reach = max(0.0, *(total.max() for total in sums)) - min(0.0, *(total.min() for total in sums))
    _name_ends(made, rows, [float(total.iloc[-1]) for total in sums], LABEL_GAP * reach)
    span = [f"{table['date'].min():%Y-%m-%d}", f"{table['date'].max():%Y-%m-%d}"]
    made.update_xaxes(type="date", showgrid=False, range=span)
    made.update_yaxes(title_text="sum of daily rank IC", zeroline=True)
    made.update_layout(margin={"l": 8, "r": 190, "t": 16, "b": 8})
    return made


def _line(row: Row, total: pd.Series) -> go.Scatter:
    return go.Scatter(
        x=[f"{date:%Y-%m-%d}" for date in total.index],
        y=total.round(3).tolist(),
        mode="lines",
        line={
            "color": row.colour,
            "width": 1.1 if row.naive else 1.8,
            "dash": "solid" if row.naive else SCOPE_DASHES.get(row.scope, "solid"),
        },
        hovertemplate=f"<b>{row.label}</b><br>%{{x}}: %{{y:.2f}}<extra></extra>",
    )


def _name_ends(made: go.Figure, rows: list[Row], totals: list[float], gap: float) -> None:
    """Write each line's name beside its end, moved so that no two overlap."""
    for row, total, place in zip(rows, totals, spread(totals, gap), strict=True):
        made.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=place,
            text=f"{row.label} {number(total, 1)}",
            font={"color": row.colour, "size": 11},
        )
