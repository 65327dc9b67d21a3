"""Data quality at a glance: score and parts per symbol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.grid import grid
from vn30_training.reporting.figures.theme import empty
from vn30_training.reporting.formatting import number


def quality_figure(quality: Mapping[str, Any]) -> go.Figure:
    """Return the heat-map of the score and its parts (rows) per symbol (columns).

    Parameters
    ----------
    quality
        A quality report as a dictionary: ``symbols`` lists records with ``symbol``, ``score``
        and ``parts``.
    """
    symbols = sorted(quality.get("symbols", ()), key=lambda record: str(record["symbol"]))
    if not symbols:
        return empty("No symbol was checked.")
    table = pd.DataFrame(
        {record["symbol"]: {"score": record["score"], **record["parts"]} for record in symbols}
    ).astype(float)

    def hover(part: str, symbol: str) -> str:
        return f"<b>{symbol}</b> · {part}: {number(table.loc[part, symbol])}"

    def text(part: str, symbol: str) -> str:
        return number(table.loc[part, symbol], 2).removeprefix("0").replace("1.00", "")

    lost = 1 - table
    return grid(
        lost,
        text=text,
        hover=hover,
        bounds=(0.0, max(0.2, float(lost.max().max()))),
        unit="lost (1 − score)",
    )
