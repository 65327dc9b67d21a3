"""Coverage slice by slice: do intervals hold where the market is not ordinary."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.calibration import coverage_figure
from vn30_training.reporting.figures.families import rows_with
from vn30_training.reporting.figures.grid import grid
from vn30_training.reporting.figures.panels import span
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import known, number, percent

NOMINAL = 80.0
# Colours end here: ten points off is as wrong as a reader needs to see.
REACH = 10.0
BAND = (76.0, 84.0)
KINDS = ("all", "day", "regime")
SLICE_COLUMN = 62


def slices_figure(calibration: pd.DataFrame, leaderboard: pd.DataFrame, variant: str) -> go.Figure:
    """Return the heat-map of the 80 % interval's coverage: rows by slices of days.

    Parameters
    ----------
    calibration
        Columns ``family, scope, variant, kind, slice, n, coverage_80``.
    leaderboard
        Gives the rows and their order; floors come last.
    variant
        ``given`` or ``recalibrated``.
    """
    table = calibration[
        (calibration["variant"] == variant) & calibration["kind"].isin(KINDS)
    ].dropna(subset=["coverage_80"])
    rows = rows_with(leaderboard, table)
    if not rows:
        return empty(f"No family has quantiles as {variant}.")
    table = table.assign(name=table["slice"].astype(str).mask(table["kind"] == "all", "all"))
    names = [
        name for kind in KINDS for name in dict.fromkeys(table.loc[table["kind"] == kind, "name"])
    ]
    parts = {row.label: row.of(table).set_index("name") for row in rows}
    covered = pd.DataFrame(
        {label: part["coverage_80"].reindex(names) for label, part in parts.items()}
    ).T

    def text(label: str, name: str) -> str:
        value = parts[label]["coverage_80"].get(name)
        return percent(value) if known(value) else ""

    def hover(label: str, name: str) -> str:
        if name not in parts[label].index:
            return f"<b>{name}</b> · {label}<br>no such day"
        record = parts[label].loc[name]
        told = f"{percent(record['coverage_80'])} % inside, {number(record['n'], 0)} forecasts"
        return f"<b>{name}</b> · {label}<br>{told}"

    return grid(
        (100 * covered - NOMINAL).clip(-REACH, REACH),
        text=text,
        hover=hover,
        bounds=(-REACH, REACH),
        unit="points off 80",
        ticks=[name.replace(" ", "<br>") for name in names],
        models=sum(not row.naive for row in rows),
        column_width=SLICE_COLUMN,
    )


def symbols_figure(calibration: pd.DataFrame, leaderboard: pd.DataFrame, variant: str) -> go.Figure:
    """Return the coverage of the 80 % interval by symbol, on one scale for all variants."""
    made = coverage_figure(_symbols(calibration, variant), leaderboard)
    values = calibration.loc[calibration["kind"] == "symbol", "coverage_80"].dropna()
    if len(values):
        made.update_xaxes(range=span([BAND[0], BAND[1], *(100 * values)]))
    return made


def _symbols(calibration: pd.DataFrame, variant: str) -> pd.DataFrame:
    """Return a variant's coverage by symbol: ``family, scope, symbol, coverage_80``."""
    chosen = (calibration["variant"] == variant) & (calibration["kind"] == "symbol")
    columns = ["family", "scope", "slice", "coverage_80"]
    return calibration.loc[chosen, columns].rename(columns={"slice": "symbol"})
