"""The leaderboard: one row per family and scope, naive floors among them."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.columns import FIGURES, MEANING
from vn30_training.evaluation.ic import daily_ic
from vn30_training.evaluation.rows import (
    BOARD,
    QUANTILE_FAMILY,
    REVERSAL_FAMILY,
    known_rows,
    seed_mean,
    with_references,
)
from vn30_training.evaluation.scores import ranking_scores, row_scores
from vn30_training.evaluation.statistics import holding_sessions
from vn30_training.evaluation.tables import (
    coverage_by_symbol,
    monthly_ic,
    reliability,
    symbol_table,
)
from vn30_training.evaluation.verdict import verdict, why_not_ranked

__all__ = [
    "NAIVE_FAMILIES",
    "build_leaderboard",
    "coverage_by_symbol",
    "monthly_ic",
    "reliability",
    "symbol_table",
]

NAIVE_FAMILIES = frozenset(
    {"zero", "majority", REVERSAL_FAMILY, "reversal_5", "momentum_12_1", QUANTILE_FAMILY}
)

_COUNTS = ["n_days", "n_rows", "n_ic_days", "seeds", "n_ok", "n_failed", "n_degenerate"]


def build_leaderboard(
    forecasts: pd.DataFrame,
    instances: pd.DataFrame,
    naive: Collection[str] = NAIVE_FAMILIES,
) -> pd.DataFrame:
    """Compare families and scopes out of sample.

    Ranking is scored per day across that day's members and averaged over days; errors and
    quantiles over all rows. Seeds are averaged before scoring, their spread stands beside.
    A family is compared with reversal, zero and EWMA on the stocks and days that both have; how
    many it was scored on is in ``n_days`` and ``n_rows``. Forecasts of degenerate instances are
    left out unless the family has no others.

    Parameters
    ----------
    forecasts
        Tidy forecasts of the test span, all families, scopes, seeds and symbols.
    instances
        One row per trained instance: ``family``, ``scope``, ``symbol``, ``status`` (``ok``,
        ``failed`` or ``degenerate``), ``reason``; ``fold`` where each is trained at several, and
        ``fit_seconds`` if known.
    naive
        Families marked as naive floors.

    Returns
    -------
    DataFrame
        The columns of `columns.MEANING`; ranked rows first, by falling ``rank_ic``, then those
        that take no rank.

    Raises
    ------
    ValueError
        If forecasts lack columns or hold a stock's day twice for one model and seed.
    """
    known = known_rows(sound_forecasts(forecasts, instances))
    rows = with_references(seed_mean(known))
    holding = holding_sessions(rows)
    board = _counts(instances).join(
        [ranking_scores(rows, holding), row_scores(rows, holding), _seeds(known)], how="outer"
    )
    board = board.reindex(columns=[*FIGURES, "n_ic_days", "reason"]).reset_index()
    board[_COUNTS] = board[_COUNTS].fillna(0).astype(int)
    board["reason"] = board["reason"].fillna("")
    board["kind"] = np.where(board["family"].isin(naive), "naive", "model")
    records = board.to_dict("records")
    board["ranked"] = [why_not_ranked(row) is None for row in records]
    board["verdict"] = [verdict(row) for row in records]
    ordered = board.sort_values(
        ["ranked", "rank_ic", *BOARD], ascending=[False, False, True, True], ignore_index=True
    )
    return ordered[list(MEANING)]


def sound_forecasts(forecasts: pd.DataFrame, instances: pd.DataFrame) -> pd.DataFrame:
    """Leave out the forecasts of degenerate instances where the family and scope has sound ones."""
    keys = [*BOARD, *(name for name in ("fold",) if name in instances)]
    degenerate = instances.loc[instances["status"] == "degenerate", [*keys, "symbol"]]
    sound = instances.loc[instances["status"] == "ok", BOARD].drop_duplicates()
    dropped = degenerate.merge(sound, on=BOARD)
    if dropped.empty:
        return forecasts
    alone = dropped["symbol"].notna()
    unsound = _among(forecasts, dropped.loc[alone, [*keys, "symbol"]])
    return forecasts[~(unsound | _among(forecasts, dropped.loc[~alone, keys]))]


def _among(forecasts: pd.DataFrame, instances: pd.DataFrame) -> NDArray[np.bool_]:
    """Mark the forecasts whose instance is listed."""
    if instances.empty:
        return np.zeros(len(forecasts), dtype=bool)
    rows = pd.MultiIndex.from_frame(forecasts[list(instances.columns)])
    return np.asarray(rows.isin(pd.MultiIndex.from_frame(instances)))


def _counts(instances: pd.DataFrame) -> pd.DataFrame:
    """Count instances by status; give the first reason why one is not sound."""
    status = instances.pivot_table(index=BOARD, columns="status", aggfunc="size", fill_value=0)
    unsound = instances.loc[instances["status"] != "ok"]
    return (
        status.reindex(columns=["ok", "failed", "degenerate"], fill_value=0)
        .add_prefix("n_")
        .assign(
            fit_seconds=instances.reindex(columns=[*BOARD, "fit_seconds"])
            .groupby(BOARD, observed=True)["fit_seconds"]
            .sum(min_count=1),
            reason=unsound.groupby(BOARD, observed=True)["reason"].first(),
        )
    )


def _seeds(known: pd.DataFrame) -> pd.DataFrame:
    """Count seeds, and measure how far rank IC differs between them (ddof 1; NaN for one seed)."""
    daily = daily_ic(known, by=[*BOARD, "seed"])
    by_seed = daily.groupby([*BOARD, "seed"], observed=True)["rank_ic"].mean()
    grouped = by_seed.groupby(BOARD, observed=True)
    return pd.DataFrame({"seeds": grouped.size(), "rank_ic_seed_std": grouped.std()})
