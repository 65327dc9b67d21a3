"""Folds: what was trained and tested when, and whether the rank IC holds from fold to fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from vn30_training.reporting.figures.families import rows_with
from vn30_training.reporting.figures.grid import grid, symmetric
from vn30_training.reporting.figures.theme import FLOOR, PALETTE, empty, faded, figure
from vn30_training.reporting.formatting import count, interval, known, leaves_out_zero, number

FOLD_COLUMN = 74
SPANS = {"train": faded(FLOOR, 0.45), "valid": faded(PALETTE[0], 0.4), "test": PALETTE[0]}
WORDS = {"train": "training", "valid": "validation", "test": "test"}


def timeline_figure(folds: Sequence[Mapping[str, Any]]) -> go.Figure:
    """Return the folds as bars in time, the first on top.

    Parameters
    ----------
    folds
        ``number`` and, where it has data, the spans ``train, valid, test``, each ``first``
        and ``last`` (ISO dates).
    """
    spans = [
        (f"fold {fold['number']}", part, fold[part]["first"], fold[part]["last"])
        for fold in folds
        for part in SPANS
        if part in fold
    ]
    if not spans:
        return empty("The manifest names no folds.")
    made = figure(70 + 20 * len(folds))
    for part, colour in SPANS.items():
        mine = [(name, first, last) for name, kind, first, last in spans if kind == part]
        made.add_trace(_bars(mine, colour, WORDS[part]))
    made.update_layout(barmode="overlay", bargap=0.35, showlegend=True)
    made.update_xaxes(type="date", zeroline=False)
    made.update_yaxes(autorange="reversed", type="category", showgrid=False)
    return made


def _bars(spans: list[tuple[str, str, str]], colour: str, word: str) -> go.Bar:
    starts = [first for _, first, _ in spans]
    lasts = [last for _, _, last in spans]
    lengths = pd.to_datetime(lasts) - pd.to_datetime(starts)
    return go.Bar(
        y=[name for name, _, _ in spans],
        base=starts,
        x=[length.total_seconds() * 1000 for length in lengths],
        customdata=[f"{first} to {last}" for first, last in zip(starts, lasts, strict=True)],
        orientation="h",
        marker={"color": colour, "line": {"width": 0}},
        name=word,
        hovertemplate=f"<b>%{{y}}</b>, {word}<br>%{{customdata}}<extra></extra>",
    )


def folds_figure(folds: pd.DataFrame, leaderboard: pd.DataFrame) -> go.Figure:
    """Return the heat-map of rank IC by fold, times 100; bold where the interval leaves out zero.

    Parameters
    ----------
    folds
        Columns ``family, scope, fold, first, last, rank_ic, rank_ic_t, rank_ic_low, rank_ic_high,
        n_days, n_train, n_ok, n_degenerate, n_skipped, n_failed``.
    leaderboard
        Gives the rows and their order; floors come last.
    """
    rows = rows_with(leaderboard, folds.dropna(subset=["rank_ic"]))
    if not rows:
        return empty("No fold has a rank IC.")
    numbers = sorted(folds["fold"].unique())
    parts = {row.label: row.of(folds).set_index("fold") for row in rows}
    values = pd.DataFrame(
        {label: 100 * part["rank_ic"].reindex(numbers) for label, part in parts.items()}
    ).T
    cells = {
        (label, str(fold)): record
        for label, part in parts.items()
        for fold, record in part.to_dict("index").items()
    }

    def text(label: str, fold: str) -> str:
        cell = cells.get((label, fold))
        return "" if cell is None else _cell(cell)

    def hover(label: str, fold: str) -> str:
        cell = cells.get((label, fold))
        return f"<b>fold {fold}</b> · {label}<br>{'not tested' if cell is None else _told(cell)}"

    return grid(
        values,
        text=text,
        hover=hover,
        bounds=symmetric(values, least=5),
        unit="rank IC × 100",
        ticks=[_tick(folds[folds["fold"] == fold], fold) for fold in numbers],
        models=sum(not row.naive for row in rows),
        column_width=FOLD_COLUMN,
    )


def _tick(table: pd.DataFrame, fold: Any) -> str:
    return f"fold {fold}<br>{str(table['first'].min())[:7]}<br>{str(table['last'].max())[:7]}"


def _cell(cell: Mapping[Any, Any]) -> str:
    if not known(cell["rank_ic"]):
        return ""
    text = number(100 * cell["rank_ic"], 1)
    return f"<b>{text}</b>" if leaves_out_zero(*_ends(cell)) else text


def _ends(cell: Mapping[Any, Any]) -> tuple[float, float]:
    return cell["rank_ic_low"], cell["rank_ic_high"]


def _told(cell: Mapping[Any, Any]) -> str:
    counts = ", ".join(
        f"{count(cell[f'n_{word}'])} {word}"
        for word in ("ok", "degenerate", "skipped", "failed")
        if known(cell[f"n_{word}"]) and cell[f"n_{word}"]
    )
    return (
        f"rank IC {number(cell['rank_ic'])} ({interval(*_ends(cell))}), "
        f"{count(cell['n_days'])} days<br>{count(cell['n_train'])} training rows<br>{counts}"
    )
