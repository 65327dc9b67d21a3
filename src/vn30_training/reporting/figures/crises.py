"""What strategies earned in each regime of the market, crashes among them, beside benchmarks."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid, symmetric
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.figures.variants import variants
from vn30_training.reporting.formatting import count, percent

LEAST_BOUND = 10.0
COLUMN_WIDTH = 92


def crises_figure(regimes: pd.DataFrame, benchmarks: pd.DataFrame) -> go.Figure:
    """Return the heat-map of total returns by regime, in per cent after costs.

    Parameters
    ----------
    regimes
        Columns ``rebalance, regime, first, last, total_return, max_drawdown, n_days`` of one
        strategy, regimes in the order of time.
    benchmarks
        The same of the benchmarks, with ``strategy``.
    """
    if regimes.empty:
        return empty("No regime was traded in.")
    parts = {f"{name}, net": part for name, part in variants(regimes)}
    parts |= {
        f"{name} (benchmark)": benchmarks[benchmarks["strategy"] == name]
        for name in benchmarks["strategy"].unique()
    }
    spans = list(dict.fromkeys(regimes["regime"]))
    found = {
        name: part.drop_duplicates("regime").set_index("regime").reindex(spans)
        for name, part in parts.items()
    }
    values = pd.DataFrame({name: 100 * part["total_return"] for name, part in found.items()}).T

    def text(row: str, column: str) -> str:
        return percent(found[row].loc[column, "total_return"], 1)

    def hover(row: str, column: str) -> str:
        part = found[row].loc[column]
        return (
            f"<b>{row}</b> · {column}<br>return {percent(part['total_return'])} %, deepest fall "
            f"{percent(part['max_drawdown'])} %<br>{count(part['n_days'])} sessions"
        )

    return grid(
        values,
        text=text,
        hover=hover,
        bounds=symmetric(values, LEAST_BOUND),
        unit="total return, %",
        ticks=[_wrapped(name) for name in spans],
        models=regimes["rebalance"].nunique(),
        column_width=COLUMN_WIDTH,
    )


def _wrapped(name: str) -> str:
    """Break a name in two where it is longest."""
    head, _, tail = name.partition(" ")
    return f"{head}<br>{tail}" if tail else head
