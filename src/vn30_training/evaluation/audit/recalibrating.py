"""Recalibrated quantiles know no return that was not known at the close they are made at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.evaluation.audit.chain import Frame
from vn30_training.evaluation.audit.cuts import WORLDS, World
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.options import AuditOptions
from vn30_training.evaluation.recalibration import RecalibrationOptions, recalibrate
from vn30_training.models.contract import QUANTILE_COLUMNS, QUANTILES

SYMBOLS = 8
"""So many stocks: each is recalibrated by the same code."""

_SUBJECT = "recalibration"
_CHANGED = [*QUANTILE_COLUMNS, "p_up"]


def audit_recalibration(
    labels: Frame, audit: AuditOptions, recalibrated: Callable[[Frame], Frame] = recalibrate
) -> list[dict[str, Any]]:
    """Cut forecasts of the newest returns at many days, and recalibrate what is left.

    Parameters
    ----------
    labels
        The user's own. The quantiles that are recalibrated are too narrow, and drawn.
    audit
        How many cuts, over how many sessions.
    recalibrated
        What is audited.

    Returns
    -------
    list of dict
        One finding of the check ``future``.
    """
    forecasts = _forecasts(labels, audit)
    days = np.unique(forecasts["date"].to_numpy())[RecalibrationOptions().minimum_sessions :]
    places = np.unique(np.linspace(0, len(days) - 2, audit.cuts).round().astype(int))
    cuts = [pd.Timestamp(days[place]) for place in places if 0 <= place < len(days) - 1]
    whole = recalibrated(forecasts)
    if not cuts or whole[_CHANGED].equals(forecasts[_CHANGED]):
        detail = f"{len(days)} sessions are too few to correct anything"
        return [Finding("future", _SUBJECT, "skipped", detail=detail).to_dict()]
    found = []
    for turn, cut in enumerate(cuts):
        world = WORLDS[turn % 2]
        again = recalibrated(_known(forecasts, cut, world, audit.seed))
        if not _same(whole, again, cut):
            found.append(f"quantiles before {cut.date()} change ({world})")
    if found:
        detail = f"{found[0]}; {len(found)} of {len(cuts)} cuts"
        sick = "calibrated on all data"
        return [Finding("future", _SUBJECT, "fail", sick, detail, len(cuts)).to_dict()]
    detail = f"bit-equal up to {len(cuts)} days with later returns replaced or deleted"
    return [Finding("future", _SUBJECT, "pass", detail=detail, cuts=len(cuts)).to_dict()]


def _forecasts(labels: Frame, audit: AuditOptions) -> Frame:
    """Return forecasts of the newest known returns, each with a spread of its own."""
    from scipy.special import ndtri

    symbols = np.sort(labels["symbol"].unique())[:SYMBOLS]
    rows = labels[labels["symbol"].isin(symbols) & labels["y_raw"].notna()]
    newest = np.unique(rows["date"].to_numpy())[-audit.test_sessions :]
    rows = rows[rows["date"].isin(newest)].reset_index(drop=True)
    spread = 0.01 * np.exp(np.random.default_rng(audit.seed).normal(0, 0.3, len(rows)))
    quantiles = dict(zip(QUANTILE_COLUMNS, np.outer(ndtri(QUANTILES), spread), strict=True))
    kept = rows[["date", "symbol", "label_end"]].assign(y_true=rows["y_raw"], **quantiles)
    return kept.assign(family="audit", scope="pooled", seed=0, p_up=0.5)


def _known(forecasts: Frame, cut: pd.Timestamp, world: World, seed: int) -> Frame:
    """Return what is known at a cut, followed by nothing or by noise."""
    later = (forecasts["date"] > cut).to_numpy()
    unknown = (forecasts["label_end"] > cut).to_numpy()
    if world == "deleted":
        return forecasts.assign(y_true=forecasts["y_true"].mask(unknown))[~later]
    noise = np.random.default_rng(seed).normal(0, 0.1, len(forecasts))
    stretched = forecasts[list(QUANTILE_COLUMNS)].mul(np.where(later, 3.0, 1.0), axis=0)
    y_true = forecasts["y_true"].where(~unknown, noise)
    return forecasts.assign(y_true=y_true, **stretched)


def _same(whole: Frame, again: Frame, cut: pd.Timestamp) -> bool:
    one, two = (
        table.loc[table["date"] <= cut, _CHANGED].to_numpy(dtype=np.float64)
        for table in (whole, again)
    )
    return bool(np.array_equal(one, two, equal_nan=True))
