"""The report: one HTML file that opens offline by double click."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from vn30_training.market.checks.codes import CODES
from vn30_training.reporting.audit_section import audit_section
from vn30_training.reporting.charts import panels_of
from vn30_training.reporting.frame import frame
from vn30_training.reporting.gallery import CHARTS
from vn30_training.reporting.pages import page
from vn30_training.reporting.results import gather
from vn30_training.reporting.tables import issue_groups
from vn30_training.reporting.verdicts import sentences


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
    audit: Mapping[str, Any] | None = None,
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
    audit
        The leakage audit, as `audit_section` reads it; None where none was made.
    """
    models = leaderboard.loc[leaderboard["kind"] != "naive", "family"]
    results = gather(leaderboard, symbols, forecasts, curves, importance, quality, feature_families)
    return page("report.html.j2").render(
        **frame(leaderboard, instances, quality, manifest),
        audit=audit_section(audit, manifest, models),
        sentences=sentences(leaderboard, instances),
        panels=panels_of(CHARTS, results),
        issues=issue_groups(quality.get("issues", ()), CODES),
    )
