"""What a processor is, and which columns it works on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Group = Literal["feature", "label"]
KEYS = ("symbol", "date")
_LABELS = ("LABEL", "y_")


def columns_of(frame: pd.DataFrame, group: Group | None) -> list[str]:
    """Return the columns of a group; None means features and labels. Keys belong to neither."""
    data = [name for name in frame.columns if name not in KEYS]
    if group is None:
        return data
    return [name for name in data if name.startswith(_LABELS) == (group == "label")]


def replaced(frame: pd.DataFrame, columns: list[str], values: NDArray[Any]) -> pd.DataFrame:
    """Return the frame with other values in some columns, order and dtype kept."""
    new = pd.DataFrame(values, columns=columns, index=frame.index, copy=False)
    if columns == list(frame.columns):
        return new
    return pd.concat([frame.drop(columns=columns), new], axis=1)[list(frame.columns)]


@dataclass
class Processor(ABC):
    """One step between the features and a model; stateless unless it overrides `fit`.

    Frames have ``symbol``, ``date`` and columns of features and labels; a label's name starts with
    ``LABEL`` or ``y_``. Frames are never changed in place.
    """

    learn_only: ClassVar[bool] = False

    def fit(self, frame: pd.DataFrame) -> None:  # noqa: B027 - most processors learn nothing
        """Learn from the rows of training."""

    @abstractmethod
    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the processed frame."""

    def options(self) -> dict[str, Any]:
        """Return the arguments that make an unfitted copy, as JSON values."""
        return asdict(self)

    def state(self) -> dict[str, Any]:
        """Return what was learned, as JSON values."""
        return {}

    def restore(self, state: dict[str, Any]) -> None:
        """Take over what `state` returned."""
        if state:
            raise ValueError(f"{type(self).__name__} has no state, but was given {sorted(state)}.")


def counted_mean(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean of each column's numbers; NaN for a column without any."""
    known = ~np.isnan(values)
    total = np.sum(values, axis=0, where=known, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        return np.asarray(total / known.sum(axis=0))


def median(values: NDArray[Any]) -> NDArray[np.float64]:
    """Return the median of each column's numbers; NaN for a column without any."""
    ordered = np.sort(values, axis=0)
    n = np.count_nonzero(~np.isnan(values), axis=0)
    ends = np.stack([(n - 1) // 2, n // 2])
    return np.asarray(np.take_along_axis(ordered, ends, axis=0).mean(axis=0), dtype=np.float64)
