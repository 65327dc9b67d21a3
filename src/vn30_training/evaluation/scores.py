"""The figures of each family and scope: ranking per day, errors and quantiles over rows."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import asdict

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

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
    return _indexed(
        {key: _row_figures(group, holding) for key, group in rows.groupby(BOARD, observed=True)}
    )


def _row_figures(group: pd.DataFrame, holding: int) -> dict[str, float]:
    y_true, y_pred = group["y_true"].to_numpy(), group["y_pred"].to_numpy()
    zero = np.zeros_like(y_true)
    return {
        "n_rows": len(group),
        "mae": metrics.mae(y_true, y_pred),
        "rmse": metrics.rmse(y_true, y_pred),
        "r2": metrics.r2(y_true, y_pred),
        **_skill("mae_skill", group["date"], np.abs(y_true - y_pred), np.abs(y_true), holding),
        "rmse_skill": metrics.skill(metrics.rmse(y_true, y_pred), metrics.rmse(y_true, zero)),
        **asdict(metrics.direction(y_true, group["p_up"].to_numpy())),
        "pinball": group["pinball"].mean(),
        **_skill("pinball_skill", group["date"], group["pinball"], group["ewma_pinball"], holding),
        "crps": group["crps"].mean(),
        **{
            f"coverage_{percent}": coverage(y_true, group[low].to_numpy(), group[high].to_numpy())
            for percent, (low, high) in INTERVALS.items()
        },
    }


def _skill(
    name: str, date: pd.Series, loss: ArrayLike, reference: ArrayLike, holding: int
) -> dict[str, float]:
    """Skill over all rows, its interval from the daily sums of the paired loss differences."""
    losses = pd.DataFrame({"date": date, "loss": loss, "reference": reference}).dropna()
    if losses.empty:
        return {name: NAN, f"{name}_low": NAN, f"{name}_high": NAN}
    daily = losses.groupby("date")[["loss", "reference"]].sum()
    gain = estimate_mean(daily["reference"] - daily["loss"], holding)
    scale = daily["reference"].mean()
    return {
        name: metrics.skill(daily["loss"].mean(), scale),
        f"{name}_low": gain.low / scale if scale > 0 else NAN,
        f"{name}_high": gain.high / scale if scale > 0 else NAN,
    }


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
