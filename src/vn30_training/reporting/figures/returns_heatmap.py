"""Returns by month: one line per year and rebalance, a column per month and one for the year."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid, symmetric
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.figures.variants import variants
from vn30_training.reporting.formatting import known, number

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEAR = "year"
LEAST_BOUND = 5.0
COLUMN_WIDTH = 40


def returns_figure(monthly: pd.DataFrame) -> go.Figure:
    """Return the heat-map of returns by month, in per cent after costs.

    Parameters
    ----------
    monthly
        Columns ``rebalance, month`` (its first day) and ``return`` of one strategy.
    """
    table = monthly.dropna(subset=["return"])
    if table.empty:
        return empty("No month has a return.")
    values = 100 * pd.concat([_years(name, part) for name, part in variants(table)])

    def text(row: str, column: str) -> str:
        value = values.loc[row, column]
        return number(value, 0 if column == YEAR else 1) if known(value) else ""

    def hover(row: str, column: str) -> str:
        return f"<b>{row}</b> · {column}<br>{number(values.loc[row, column], 2)} %"

    made = grid(
        values,
        text=text,
        hover=hover,
        bounds=symmetric(values[list(MONTHS)], LEAST_BOUND),
        unit="return after costs, %",
        ticks=list(values.columns),
        column_width=COLUMN_WIDTH,
    )
    return _apart(made, [name.partition(" ")[0] for name in values.index])


def _years(rebalance: str, part: pd.DataFrame) -> pd.DataFrame:
    """Return years by months, and what the months of a year come to."""
    month = pd.to_datetime(part["month"])
    returns = part["return"].to_numpy(dtype=float)
    table = pd.DataFrame(
        {"year": month.dt.year.to_numpy(), "month": month.dt.month.to_numpy(), "return": returns}
    ).pivot_table(index="year", columns="month", values="return", aggfunc="first")
    table = table.reindex(columns=range(1, len(MONTHS) + 1)).set_axis(list(MONTHS), axis=1)
    table[YEAR] = np.prod(1 + table.fillna(0.0).to_numpy(), axis=1) - 1
    return table.set_axis([f"{rebalance} {year}" for year in table.index], axis=0)


def _apart(made: go.Figure, names: list[str]) -> go.Figure:
    """Draw a line where one rebalance ends and the next begins, and before the year."""
    for position in range(1, len(names)):
        if names[position] != names[position - 1]:
            made.add_hline(y=position - 0.5, line={"width": 1.5})
    made.add_vline(x=len(MONTHS) - 0.5, line={"width": 1.5})
    return made
