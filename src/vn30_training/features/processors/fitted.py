"""Processors that learn a centre and a scale per column from the rows of training."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.features.processors.base import (
    Group,
    Processor,
    columns_of,
    counted_mean,
    median,
    replaced,
)

Floats = NDArray[np.float64]
_TINY = 1e-12


@dataclass
class ScaledProcessor(Processor):
    """(x - centre) / scale, both learned per column of the group."""

    fields_group: Group | None = None

    def __post_init__(self) -> None:
        """Start unfitted."""
        self._columns: list[str] | None = None
        self._centre: Floats = np.empty(0)
        self._scale: Floats = np.empty(0)

    @abstractmethod
    def measure(self, values: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return centre and scale of each column; NaN where a column has no numbers."""

    def fit(self, frame: pd.DataFrame) -> None:
        """Learn centre and scale; a column without any number stays as it is."""
        columns = columns_of(frame, self.fields_group)
        centre, scale = self.measure(frame[columns].to_numpy())
        unknown = ~np.isfinite(centre) | ~np.isfinite(scale)
        self._columns = columns
        self._centre, self._scale = np.where(unknown, 0.0, centre), np.where(unknown, 1.0, scale)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the scaled frame."""
        if self._columns is None:
            raise ValueError(f"{type(self).__name__} must be fitted before it transforms.")
        if columns_of(frame, self.fields_group) != self._columns:
            raise ValueError(f"{type(self).__name__} was fitted on other columns.")
        values = frame[self._columns].to_numpy(copy=True)
        values -= self._centre.astype(values.dtype)
        values /= self._scale.astype(values.dtype)
        return replaced(frame, self._columns, self.finish(values))

    def finish(self, values: NDArray[Any]) -> NDArray[Any]:
        """Return the scaled values, changed in the processor's own way."""
        return values

    def state(self) -> dict[str, Any]:
        """Return columns, centres and scales."""
        return {
            "columns": self._columns,
            "centre": self._centre.tolist(),
            "scale": self._scale.tolist(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        self._columns = state["columns"]
        self._centre, self._scale = np.array(state["centre"]), np.array(state["scale"])


@dataclass
class MinMaxNorm(ScaledProcessor):
    """Map the range seen in training to 0..1; a constant column stays as it is."""

    def measure(self, values: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return minimum and range."""
        known = ~np.isnan(values)
        low = np.min(values, axis=0, where=known, initial=np.inf).astype(np.float64)
        high = np.max(values, axis=0, where=known, initial=-np.inf).astype(np.float64)
        constant = low == high
        return np.where(constant, 0.0, low), np.where(constant, 1.0, high - low)


@dataclass
class ZScoreNorm(ScaledProcessor):
    """Mean 0 and population deviation 1 in training; a constant column stays as it is."""

    def measure(self, values: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return mean and standard deviation (ddof 0)."""
        mean = counted_mean(values)
        deviation = np.sqrt(counted_mean((values - mean) ** 2))
        constant = deviation == 0
        return np.where(constant, 0.0, mean), np.where(constant, 1.0, deviation)


@dataclass
class RobustZScoreNorm(ScaledProcessor):
    """Median 0 and (median absolute deviation + 1e-12) x 1.4826 as the unit, clipped to +-3."""

    clip_outlier: bool = True

    def measure(self, values: NDArray[Any]) -> tuple[Floats, Floats]:
        """Return median and scaled median absolute deviation."""
        centre = median(values)
        spread = median(np.abs(values - centre.astype(values.dtype)))
        return centre, (spread + _TINY) * 1.4826

    def finish(self, values: NDArray[Any]) -> NDArray[Any]:
        """Clip, if asked."""
        return np.clip(values, -3, 3, out=values) if self.clip_outlier else values
