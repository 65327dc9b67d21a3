"""All that a report tells of: the tables a run left, and those derived from its forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import BOARD, known_rows, seed_mean
from vn30_training.evaluation.tables import coverage_by_symbol, monthly_ic, reliability

BINS = 10
# Ties leave bins of a few forecasts; below this share of a family's forecasts they tell nothing.
LEAST_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Results:
    """What figures are drawn from; each table's columns stand with the figure that draws it.

    Attributes
    ----------
    leaderboard, symbols
        From `vn30_training.evaluation.leaderboard`.
    daily, monthly, reliability, coverage, direction
        Derived from the forecasts.
    curves, importance
        What the fits told about themselves.
    quality
        A quality report as a dictionary; empty where there is none.
    feature_families
        Feature to the family of features it belongs to.
    """

    leaderboard: pd.DataFrame
    symbols: pd.DataFrame
    daily: pd.DataFrame
    monthly: pd.DataFrame
    reliability: pd.DataFrame
    coverage: pd.DataFrame
    direction: pd.DataFrame
    curves: pd.DataFrame
    importance: pd.DataFrame
    quality: Mapping[str, Any] = field(default_factory=dict)
    feature_families: Mapping[str, str] = field(default_factory=dict)


def gather(
    leaderboard: pd.DataFrame,
    symbols: pd.DataFrame,
    forecasts: pd.DataFrame,
    curves: pd.DataFrame,
    importance: pd.DataFrame,
    quality: Mapping[str, Any] | None = None,
    feature_families: Mapping[str, str] | None = None,
) -> Results:
    """Derive from the tidy ``forecasts`` what figures need, and put it beside the rest."""
    rows = seed_mean(known_rows(forecasts))
    return Results(
        leaderboard=leaderboard,
        symbols=symbols,
        daily=daily_ic(rows),
        monthly=monthly_ic(forecasts),
        reliability=reliability(forecasts),
        coverage=coverage_by_symbol(forecasts),
        direction=rises_by_probability(rows),
        curves=curves,
        importance=importance,
        quality=quality or {},
        feature_families=feature_families or {},
    )


def rises_by_probability(rows: pd.DataFrame) -> pd.DataFrame:
    """Return how often prices rose, in ten bins of ``p_up`` that hold equally many forecasts.

    Parameters
    ----------
    rows
        One forecast per family, scope, date and symbol: ``family, scope, p_up, y_true``.

    Returns
    -------
    DataFrame
        ``family, scope, bin, p_up`` (mean of the bin), ``observed``, ``n``. Equal probabilities
        share a bin, so a family with few distinct ones has fewer bins; bins of less than
        `LEAST_SHARE` are left out.
    """
    known = rows.loc[rows["p_up"].notna(), [*BOARD, "p_up", "y_true"]]
    share = known.groupby(BOARD, observed=True)["p_up"].rank(pct=True)
    known = known.assign(
        bin=np.minimum((share * BINS).astype(int), BINS - 1), observed=known["y_true"] > 0
    )
    bins = (
        known.groupby([*BOARD, "bin"], observed=True)
        .agg(p_up=("p_up", "mean"), observed=("observed", "mean"), n=("p_up", "size"))
        .reset_index()
    )
    share_of_bin = bins["n"] / bins.groupby(BOARD, observed=True)["n"].transform("sum")
    return bins[share_of_bin >= LEAST_SHARE].reset_index(drop=True)
