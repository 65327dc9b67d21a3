"""Tables beside the leaderboard: by instance, symbol, month, quantile level."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.evaluation.ic import MIN_NAMES, daily_ic, grouped_correlation, icir
from vn30_training.evaluation.probabilistic import INTERVALS, coverage
from vn30_training.evaluation.rows import BOARD, known_rows, seed_mean, with_references
from vn30_training.evaluation.scores import point_scores
from vn30_training.evaluation.statistics import MeanEstimate, estimate_mean, holding_sessions
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

Floats = NDArray[np.float64]


def symbol_table(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Score each symbol's forecasts through time, on the days it was a member.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``symbol``, ``n``, ``ic`` and ``rank_ic`` (correlation of ``y_pred``
        with the return over days, not across stocks), ``ic_t``, ``ic_low``, ``ic_high`` (95 %),
        ``mae_skill``, ``accuracy``, ``majority_accuracy``, ``pinball_skill``, ``coverage_80``.
    """
    rows = with_references(seed_mean(known_rows(forecasts)))
    holding = holding_sessions(rows)
    keys = [*BOARD, "symbol"]
    records = [
        dict(zip(keys, key, strict=True)) | _through_time(group, holding)
        for key, group in rows.groupby(keys, observed=True)
    ]
    return pd.DataFrame(records)


def monthly_ic(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Average the daily IC by month.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``month`` (its first day), ``ic``, ``rank_ic``, ``n_days`` (days
        with an IC).
    """
    daily = daily_ic(seed_mean(known_rows(forecasts)))
    daily["month"] = daily["date"].dt.to_period("M").dt.start_time
    grouped = daily.groupby([*BOARD, "month"], observed=True)
    table = grouped[["ic", "rank_ic"]].mean().assign(n_days=grouped["rank_ic"].count())
    return _plain(table.reset_index())


def reliability(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Compare quantile levels with how often returns fell at or below the quantile.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``level``, ``observed``, ``n``.
    """
    rows = seed_mean(known_rows(forecasts))
    rows = rows.loc[rows[list(QUANTILE_COLUMNS)].notna().all(axis=1)]
    below = rows[BOARD].copy()
    for level, column in zip(QUANTILES, QUANTILE_COLUMNS, strict=True):
        below[level] = rows["y_true"] <= rows[column]
    table = below.melt(BOARD, var_name="level", value_name="below")
    grouped = table.groupby([*BOARD, "level"], observed=True)["below"]
    return _plain(grouped.agg(observed="mean", n="size").reset_index())


def coverage_by_symbol(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Share of returns inside the 50, 80 and 90 % intervals, per symbol.

    Returns
    -------
    DataFrame
        ``family``, ``scope``, ``symbol``, ``n``, ``coverage_50``, ``coverage_80``, ``coverage_90``.
    """
    keys = [*BOARD, "symbol"]
    records = []
    for key, group in seed_mean(known_rows(forecasts)).groupby(keys, observed=True):
        y_true = group["y_true"].to_numpy()
        shares = {
            f"coverage_{percent}": coverage(y_true, group[low].to_numpy(), group[high].to_numpy())
            for percent, (low, high) in INTERVALS.items()
        }
        records.append(dict(zip(keys, key, strict=True)) | {"n": len(group)} | shares)
    return pd.DataFrame(records)


def instance_metrics(forecasts: pd.DataFrame) -> dict[str, float]:
    """Score one instance's forecasts by themselves, for its record; unknown figures are absent.

    Several stocks are compared per day (``ic``, ``rank_ic``, ``rank_icir``); one stock has only its
    own days (``time_ic``, ``time_rank_ic``). The two are no measure of the same thing.
    """
    rows = with_references(seed_mean(known_rows(forecasts)))
    if rows.empty:
        return {}
    figures = point_scores(rows)
    if len(rows["symbol"].unique()) == 1:
        figures |= {f"time_{name}": value for name, value in _correlations(rows).items()}
    else:
        daily = daily_ic(rows)
        figures |= {name: daily[name].mean() for name in ("ic", "rank_ic")}
        figures["rank_icir"] = icir(daily["rank_ic"])
    return {name: float(value) for name, value in figures.items() if not math.isnan(value)}


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    """Turn the names into plain strings; categories would list families that are not there."""
    return table.astype(dict.fromkeys(BOARD, "str"))


def _through_time(group: pd.DataFrame, holding: int) -> dict[str, float]:
    """Score one symbol's series of forecasts."""
    y_true, y_pred = group["y_true"].to_numpy(), group["y_pred"].to_numpy()
    figures = point_scores(group)
    kept = ("mae_skill", "accuracy", "majority_accuracy", "pinball_skill", "coverage_80")
    correlations = _correlations(group)
    sure = _estimated_correlation(y_pred, y_true, holding)
    return {
        "n": len(group),
        "ic": correlations["ic"],
        "ic_t": sure.t,
        "ic_low": sure.low,
        "ic_high": sure.high,
        "rank_ic": correlations["rank_ic"],
        **{name: figures[name] for name in kept},
    }


def _correlations(group: pd.DataFrame) -> dict[str, float]:
    """Correlate one symbol's forecasts with its returns over days."""
    y_true, y_pred = group["y_true"].to_numpy(), group["y_pred"].to_numpy()
    return {
        "ic": _correlation(y_pred, y_true),
        "rank_ic": _correlation(_ranks(y_pred), _ranks(y_true)),
    }


def _correlation(x: Floats, y: Floats) -> float:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return float("nan")
    return float(grouped_correlation(np.zeros(len(x), dtype=np.intp), x, y, MIN_NAMES)[0])


def _estimated_correlation(x: Floats, y: Floats, holding: int) -> MeanEstimate:
    """Estimate the mean product of the standardised series, which is their correlation."""
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return estimate_mean([], holding)
    return estimate_mean((x - x.mean()) * (y - y.mean()) / (x.std() * y.std()), holding)


def _ranks(values: Floats) -> Floats:
    return np.asarray(pd.Series(values).rank(), dtype=np.float64)
