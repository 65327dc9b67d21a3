"""Processors that choose columns or rows, or change cells one by one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
import pandas as pd

from vn30_training.features.processors.base import Group, Processor, columns_of, replaced


@dataclass
class DropnaProcessor(Processor):
    """Leave out rows with a NaN in the group; the index says which are left."""

    fields_group: Group | None = None

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows without NaN."""
        return frame.dropna(subset=columns_of(frame, self.fields_group))


@dataclass
class DropnaLabel(DropnaProcessor):
    """Leave out rows without a label; never part of an inference view."""

    fields_group: Group | None = "label"
    learn_only: ClassVar[bool] = True


@dataclass
class Fillna(Processor):
    """Put one value into every empty cell of the group."""

    fields_group: Group | None = None
    fill_value: float = 0.0

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame without NaN in the group."""
        columns = columns_of(frame, self.fields_group)
        values = frame[columns].to_numpy()
        return replaced(
            frame, columns, np.where(np.isnan(values), values.dtype.type(self.fill_value), values)
        )


@dataclass
class TanhProcess(Processor):
    """Squash every column that is no label: tanh(x - 1)."""

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the squashed frame."""
        columns = columns_of(frame, "feature")
        return replaced(frame, columns, np.tanh(frame[columns].to_numpy() - 1))


@dataclass
class FilterCol(Processor):
    """Keep the listed columns of a group, in the frame's order, and all columns outside it."""

    fields_group: Group | None = "feature"
    col_list: list[str] = field(default_factory=list)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with fewer columns."""
        unwanted = set(columns_of(frame, self.fields_group)) - set(self.col_list)
        return frame[[name for name in frame.columns if name not in unwanted]]


@dataclass
class DropCol(Processor):
    """Leave out the listed columns."""

    col_list: list[str] = field(default_factory=list)

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame with fewer columns."""
        return frame[[name for name in frame.columns if name not in self.col_list]]
