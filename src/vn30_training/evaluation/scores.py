"""The figures of each family and scope: ranking per day, errors and quantiles over rows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict

import numpy as np
import pandas as pd

from vn30_training.evaluation import metrics
from vn30_training.evaluation.ic import daily_ic, icir
from vn30_training.evaluation.probabilistic import INTERVALS, coverage
from vn30_training.evaluation.rows import BOARD
from vn30_training.evaluation.statistics import MeanEstimate, estimate_mean

NAN = float("nan")


def ranking_scores(rows: pd.DataFrame, holding: int) -> pd.DataFrame:
    """Score how each family and scope orders the stocks of a day, averaged over days.

    Parameters
    ----------
    rows
        What `rows.with_references` returned.
    holding
        Sessions a label spans.

    Returns
    -------
    DataFrame
        Indexed by family and scope: IC and rank IC with their uncertainty, and the increment: rank
        IC less reversal's on the same stocks and days, paired by day.
    """
    compared = rows.loc[rows["reversal_score"].notna() & rows["score"].notna()]
    increment = daily_ic(compared)
    increment["increment"] = (
        increment["rank_ic"] - daily_ic(compared, score="reversal_score")["rank_ic"]
    )
    increments = dict(iter(increment.groupby(BOARD, observed=True)["increment"]))
    records: dict[tuple[Hashable, ...], dict[str, float]] = {}
    for key, days in daily_ic(rows).groupby(BOARD, observed=True):
        rank_ic = estimate_mean(days["rank_ic"], holding)
        ic = estimate_mean(days["ic"], holding)
        records[key] = {
            "n_days": len(days),
            "n_ic_days": rank_ic.n,
            **_named("rank_ic", rank_ic),
            "rank_icir": icir(days["rank_ic"]),
            "ic": ic.mean,
            "icir": icir(days["ic"]),
            "ic_t": ic.t,
            **_named("increment", estimate_mean(increments.get(key, [NAN]), holding)),
        }
    return _indexed(records).rename(columns={"increment": "increment_over_reversal"})


def row_scores(rows: pd.DataFrame, holding: int) -> pd.DataFrame:
    """Score point forecasts, calls of direction and quantiles over all rows.

    Parameters
    ----------
    rows
        What `rows.with_references` returned.
    holding
        Sessions a label spans.

    Returns
    -------
    DataFrame
        Indexed by family and scope. Skills are against the forecast zero and against the EWMA
        quantiles, on the same rows.
    """
    groups = rows.groupby(BOARD, observed=True)
    return _indexed(
        {key: point_scores(group) | _intervals(group, holding) for key, group in groups}
    )


def point_scores(rows: pd.DataFrame) -> dict[str, float]:
    """Score the rows of one family, or of one symbol of it, without uncertainty."""
    y_true, y_pred = rows["y_true"].to_numpy(), rows["y_pred"].to_numpy()
    zero = np.zeros_like(y_true)
    mae, rmse = metrics.mae(y_true, y_pred), metrics.rmse(y_true, y_pred)
    compared = rows.loc[rows["pinball"].notna() & rows["ewma_pinball"].notna()]
    return {
        "n_rows": len(rows),
        "mae": mae,
        "rmse": rmse,
        "r2": metrics.r2(y_true, y_pred),
        "mae_skill": metrics.skill(mae, metrics.mae(y_true, zero)),
        "rmse_skill": metrics.skill(rmse, metrics.rmse(y_true, zero)),
        **asdict(metrics.direction(y_true, rows["p_up"].to_numpy())),
        "pinball": rows["pinball"].mean(),
        "pinball_skill": metrics.skill(compared["pinball"].mean(), compared["ewma_pinball"].mean()),
        "crps": rows["crps"].mean(),
        **{
            f"coverage_{percent}": coverage(y_true, rows[low].to_numpy(), rows[high].to_numpy())
            for percent, (low, high) in INTERVALS.items()
        },
    }


def _intervals(rows: pd.DataFrame, holding: int) -> dict[str, float]:
    """Give the ends of the skills' intervals, from the daily sums of paired loss differences."""
    error, size = (rows["y_true"] - rows["y_pred"]).abs(), rows["y_true"].abs()
    pairs = {"mae_skill": (error, size), "pinball_skill": (rows["pinball"], rows["ewma_pinball"])}
    ends = {}
    for name, (loss, reference) in pairs.items():
        gain = (reference - loss).groupby(rows["date"]).sum(min_count=1)
        scale = reference[loss.notna()].groupby(rows["date"]).sum(min_count=1).mean()
        estimate = estimate_mean(gain, holding)
        ends[f"{name}_low"] = estimate.low / scale if scale > 0 else NAN
        ends[f"{name}_high"] = estimate.high / scale if scale > 0 else NAN
    return ends


def _named(name: str, estimate: MeanEstimate) -> dict[str, float]:
    return {
        name: estimate.mean,
        f"{name}_t": estimate.t,
        f"{name}_low": estimate.low,
        f"{name}_high": estimate.high,
    }


def _indexed(records: dict[tuple[Hashable, ...], dict[str, float]]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(records, orient="index")
    table.index = pd.MultiIndex.from_tuples(records, names=BOARD)
    return table
