"""Errors of point forecasts and of calls of direction, in units of return."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mae(y_true: Floats, y_pred: Floats) -> float:
    """Mean absolute error."""
    return _mean(np.abs(y_true - y_pred))


def rmse(y_true: Floats, y_pred: Floats) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(_mean((y_true - y_pred) ** 2)))


def r2(y_true: Floats, y_pred: Floats) -> float:
    """Share of the squared returns explained, against the forecast zero (not their mean).

    Literature: Gu, Kelly, Xiu, Empirical Asset Pricing via Machine Learning, RFS 2020, eq. 19.
    """
    return skill(_mean((y_true - y_pred) ** 2), _mean(y_true**2))


def skill(loss: float, reference: float) -> float:
    """Share of the reference's loss that is saved: 1 perfect, 0 equal, negative worse."""
    return 1.0 - loss / reference if reference > 0 else float("nan")


@dataclass(frozen=True, slots=True)
class Direction:
    """How well "up" is told from "not up"; `direction` says how each figure is defined."""

    accuracy: float
    balanced_accuracy: float
    precision: float
    recall: float
    f1: float
    majority_accuracy: float
    accuracy_moving: float
    majority_moving: float
    flat_share: float
    brier: float
    brier_skill: float


def direction(y_true: Floats, p_up: Floats) -> Direction:
    """Judge the calls "up" (``p_up`` above one half) and the probabilities behind them.

    A day is "up" if its return is above zero; a flat day is "not up", as a fall is, because nothing
    was earned on it. ``majority_accuracy`` is what the better of the two constant answers scores on
    the same days, chosen in hindsight: the figure to beat. ``accuracy_moving`` and
    ``majority_moving`` leave flat days out. ``brier_skill`` is against the share of up days, also
    taken in hindsight.

    Parameters
    ----------
    y_true
        Returns, shape (n,).
    p_up
        Probability of a return above zero, shape (n,). Rows with NaN are left out.
    """
    known = ~np.isnan(p_up)
    y_true, p_up = y_true[known], p_up[known]
    up, called, moving = y_true > 0, p_up > 0.5, y_true != 0
    right = up == called
    base, base_moving = _mean(up), _mean(up[moving])
    hits, recall, specificity = float((up & called).sum()), _mean(called[up]), _mean(~called[~up])
    return Direction(
        accuracy=_mean(right),
        balanced_accuracy=(recall + specificity) / 2,
        precision=_mean(up[called]),
        recall=recall,
        f1=_ratio(2 * hits, float(up.sum() + called.sum())),
        majority_accuracy=max(base, 1 - base),
        accuracy_moving=_mean(right[moving]),
        majority_moving=max(base_moving, 1 - base_moving),
        flat_share=_mean(~moving),
        brier=_mean((p_up - up) ** 2),
        brier_skill=skill(_mean((p_up - up) ** 2), base * (1 - base)),
    )


def _mean(values: NDArray[np.float64] | NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else float("nan")


def _ratio(numerator: float, denominator: float) -> float:
    return numerator / denominator if denominator else float("nan")
