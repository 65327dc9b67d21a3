"""The report: one HTML file that opens offline by double click."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

from vn30_training.market.checks.codes import CODES
from vn30_training.reporting.figures.theme import template
from vn30_training.reporting.gallery import CHARTS, draw
from vn30_training.reporting.headline import banners, facts
from vn30_training.reporting.leaderboard import column_scale, leaderboard_rows
from vn30_training.reporting.pages import embedded, page
from vn30_training.reporting.results import gather
from vn30_training.reporting.tables import flatten, issue_groups, troubles
from vn30_training.reporting.verdicts import sentences


@dataclass(frozen=True, slots=True)
class Panel:
    """A figure in its place in the page."""

    name: str
    title: str
    reading: str
    nothing: str
    height: int
    least_width: int
    json: str


def render_report(
    leaderboard: pd.DataFrame,
    symbols: pd.DataFrame,
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    curves: pd.DataFrame,
    importance: pd.DataFrame,
    quality: Mapping[str, Any],
    manifest: Mapping[str, Any],
    feature_families: Mapping[str, str] | None = None,
) -> str:
    """Return the report of a run as one self-contained HTML page.

    The same arguments give the same bytes.

    Parameters
    ----------
    leaderboard, symbols
        From `vn30_training.evaluation.leaderboard`: `build_leaderboard` and `symbol_table`.
    forecasts
        Tidy forecasts of the test span.
    instances
        ``family, scope, name, symbol, status, reason``, one row per instance.
    curves
        ``family, scope, symbol, seed, epoch, train_loss, valid_loss``.
    importance
        ``family, scope, symbol, seed, feature, importance``.
    quality
        The quality report as a dictionary.
    manifest
        What was run; `vn30_training.reporting.headline` lists the keys it reads. All of it is
        shown, folded, at the end.
    feature_families
        Feature to its family, for importance.
    """
    results = gather(leaderboard, symbols, forecasts, curves, importance, quality, feature_families)
    return page("report.html.j2").render(
        banners=banners(manifest, quality),
        facts=facts(manifest),
        sentences=sentences(leaderboard, instances),
        rows=leaderboard_rows(leaderboard),
        zero={
            name: column_scale(leaderboard.rename(columns=_SHORT), name).place(0.0)
            for name in ("rank_ic", "increment")
        },
        panels={name: panel(name, figure) for name, figure in draw(results).items()},
        troubles=troubles(instances),
        instances=len(instances),
        issues=issue_groups(quality.get("issues", ()), CODES),
        manifest=flatten(manifest),
        themes=embedded({mode: template(mode).to_plotly_json() for mode in ("light", "dark")}),
        plotly=get_plotlyjs(),
    )


_SHORT = {"increment_over_reversal": "increment"}


def panel(name: str, figure: go.Figure) -> Panel:
    """Return a figure with its words; the page adds the template, light or dark."""
    chart = CHARTS[name]
    content = json.loads(figure.to_json())
    content["layout"].pop("template", None)
    return Panel(
        name=name,
        title=chart.title,
        reading=chart.reading,
        nothing=chart.nothing,
        height=int(figure.layout.height),
        least_width=int(figure.layout.meta["least_width"]),
        json=embedded(content),
    )
