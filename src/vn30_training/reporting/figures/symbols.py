"""Families by symbols: where a model's forecasts follow the stock, and where they do not."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid, symmetric
from vn30_training.reporting.figures.rows import leaderboard_rows, models_first
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import interval, known, leaves_out_zero, number, percent

Cell = Mapping[Hashable, Any]


def symbols_figure(symbols: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the heat-map of the information coefficient over time, per row and symbol.

    Parameters
    ----------
    symbols
        Columns ``family, scope, symbol, n, ic, ic_low, ic_high, mae_skill, accuracy,
        majority_accuracy``.
    leaderboard
        Gives the rows and their order; floors come last.
    """
    if symbols.empty:
        return empty("No forecasts per symbol.")
    rows = [row for row in models_first(leaderboard_rows(leaderboard)) if _varies(row.of(symbols))]
    if not rows:
        return empty("No row has forecasts that vary: there is nothing to correlate.")
    parts = {row.label: row.of(symbols).astype({"symbol": str}).set_index("symbol") for row in rows}
    names = sorted(symbols["symbol"].astype(str).unique())
    ic = pd.DataFrame({label: part["ic"].reindex(names) for label, part in parts.items()}).T * 100

    cells = {label: part.to_dict("index") for label, part in parts.items()}

    def text(label: str, symbol: str) -> str:
        cell = cells[label].get(symbol)
        return _cell(cell) if cell else ""

    def hover(label: str, symbol: str) -> str:
        cell = cells[label].get(symbol)
        return f"<b>{symbol}</b> · {label}<br>{_told(cell) if cell else 'no sound model'}"

    return grid(
        ic,
        text=text,
        hover=hover,
        bounds=symmetric(ic, least=10),
        unit="correlation over time × 100",
        models=sum(not row.naive for row in rows),
    )


def _varies(part: pd.DataFrame) -> bool:
    return bool(part["ic"].notna().any())


def _cell(cell: Cell) -> str:
    if not known(cell["ic"]):
        return ""
    text = number(100 * cell["ic"], 0)
    return f"<b>{text}</b>" if leaves_out_zero(cell["ic_low"], cell["ic_high"]) else text


def _told(cell: Cell) -> str:
    return (
        f"IC {number(cell['ic'])} ({interval(cell['ic_low'], cell['ic_high'])}) over "
        f"{number(cell['n'], 0)} days<br>MAE skill {percent(cell['mae_skill'], 2)} %<br>accuracy "
        f"{percent(cell['accuracy'])} %, majority {percent(cell['majority_accuracy'])} %"
    )
