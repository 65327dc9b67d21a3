"""From scores to returns: the point forecast, its quantiles and the probability of a rise.

Everything is fitted on the validation rows only. Quantiles are those of split conformal prediction
(Papadopoulos et al. 2002; Lei et al. 2018) on residuals divided by the volatility known that day;
where a family has quantiles of its own they are shifted by level, as in conformalised quantile
regression (Romano, Patterson and Candes 2019).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.contract import QUANTILES, Prediction
from vn30_training.models.options import InstanceOptions

Floats = NDArray[np.float64]
_LEVELS = np.array(QUANTILES)


@dataclass(frozen=True, slots=True)
class Calibration:
    """The map from a family's predictions, in units of its label, to returns.

    Attributes
    ----------
    intercept, slope
        ``y_pred = intercept + slope * score``; the slope is never negative, so that forecasts rank
        the stocks as the scores do.
    shifts
        What is added at each level of `QUANTILES`, in units of volatility.
    standardised
        True where the label has no unit, so that a family's own spread is in units of volatility.
    """

    intercept: float
    slope: float
    shifts: tuple[float, ...]
    standardised: bool

    @classmethod
    def fit(
        cls, prediction: Prediction, y_true: Floats, volatility: Floats, options: InstanceOptions
    ) -> Self:
        """Calibrate on validation rows; those without a finite return or volatility are left out.

        Parameters
        ----------
        prediction
            The family's predictions, shape (n,) and (n, 7) or None.
        y_true, volatility
            Returns and their scale, shape (n,).
        options
            ``label``, ``point`` and ``quantiles`` are read.
        """
        known = np.isfinite(y_true) & np.isfinite(volatility) & np.isfinite(prediction.score)
        kept = Prediction(
            prediction.score[known],
            None if prediction.quantiles is None else prediction.quantiles[known],
        )
        y_true, volatility = y_true[known], volatility[known]
        intercept, slope = _point(kept.score, y_true, options.point)
        flat = cls(intercept, slope, (0.0,) * len(QUANTILES), options.label != "y_raw")
        if options.quantiles == "own":
            return flat
        residuals = (y_true[:, None] - flat.quantiles(kept, volatility)) / volatility[:, None]
        shifts = [conformal_quantile(residuals[:, i], q) for i, q in enumerate(QUANTILES)]
        return cls(intercept, slope, tuple(shifts), flat.standardised)

    def point(self, score: Floats) -> Floats:
        """Return the forecast returns, shape (n,)."""
        return self.intercept + self.slope * score

    def quantiles(self, prediction: Prediction, volatility: Floats) -> Floats:
        """Return the quantiles of the return, shape (n, 7), never crossing."""
        scale = volatility[:, None]
        centre = self.point(prediction.score)[:, None]
        if prediction.quantiles is not None:
            unit = scale if self.standardised else 1.0
            # In this order the quantiles come through unrounded where nothing is to be changed.
            centre = (centre - prediction.score[:, None] * unit) + prediction.quantiles * unit
        return np.sort(centre + scale * np.array(self.shifts), axis=1)

    def to_state(self) -> dict[str, Any]:
        """Return what `from_state` reads, as JSON values."""
        return asdict(self)

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Rebuild what `to_state` returned."""
        return cls(**{**state, "shifts": tuple(state["shifts"])})


def conformal_quantile(residuals: Floats, level: float) -> float:
    """Return the order statistic that covers a new residual with probability ``level`` or safer.

    Of n residuals it is the ceil((n + 1) level)-th above the median and the floor((n + 1) level)-th
    below, so intervals between two levels are never too narrow on exchangeable data; the extremes
    are used where n is too small.
    """
    n = len(residuals)
    rank = (n + 1) * level
    # Rounded because (n + 1) * level misses whole numbers by a few units in the last place.
    rank = np.ceil(round(rank, 9)) if level >= 0.5 else np.floor(round(rank, 9))
    return float(np.sort(residuals)[int(np.clip(rank, 1, n)) - 1])


def probability_up(quantiles: Floats) -> Floats:
    """Return P(return > 0) from quantiles of shape (n, 7), by a piecewise linear distribution.

    Below the lowest and above the highest quantile the outermost segment goes on straight.
    """
    below = (quantiles <= 0).sum(axis=1)
    left = np.clip(below - 1, 0, len(QUANTILES) - 2)
    row = np.arange(len(quantiles))
    start, end = quantiles[row, left], quantiles[row, left + 1]
    rise = _LEVELS[left + 1] - _LEVELS[left]
    width = np.maximum(end - start, np.finfo(float).tiny)
    with np.errstate(over="ignore"):
        cumulative = _LEVELS[left] - start * (rise / width)
    up: Floats = 1.0 - np.clip(cumulative, 0.0, 1.0)
    return up


def _point(score: Floats, y_true: Floats, method: str) -> tuple[float, float]:
    if method == "identity":
        return 0.0, 1.0
    score_mean = score.mean() if method == "affine" else 0.0
    y_mean = y_true.mean() if method == "affine" else 0.0
    centred = score - score_mean
    variance = float(centred @ centred)
    # Rounding alone leaves a constant score with a variance of this order.
    noise = np.finfo(float).eps * float(score @ score)
    slope = max(float(centred @ (y_true - y_mean)) / variance, 0.0) if variance > noise else 0.0
    return float(y_mean - slope * score_mean), slope
