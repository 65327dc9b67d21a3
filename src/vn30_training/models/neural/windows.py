"""Windows of past rows, gathered by index from one table in memory.

The window of row ``i`` is the rows ``i - length + 1 .. i`` of the same symbol. To learn from, a
row must have the whole window; to predict, a window that would begin before the symbol's first
row repeats that first row, so that newly listed stocks get a forecast too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vn30_training.models.contract import Samples


def first_rows(symbol: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return for each row of the table the row at which its symbol begins."""
    changes = np.r_[True, symbol[1:] != symbol[:-1]]
    return np.maximum.accumulate(np.where(changes, np.arange(len(symbol)), 0))


def complete_rows(data: Samples, length: int) -> NDArray[np.int64]:
    """Return those of ``data.rows`` that have a whole window of ``length`` rows."""
    return data.rows[data.rows - first_rows(data.symbol)[data.rows] >= length - 1]


def check_finite(data: Samples, length: int) -> None:
    """Raise ValueError if a window of ``data.rows`` holds a feature that is not finite."""
    first = first_rows(data.symbol)
    covered = np.zeros(len(first), dtype=bool)
    for offset in range(length):
        covered[np.maximum(data.rows - offset, first[data.rows])] = True
    bad = ~np.isfinite(data.features) & covered[:, None]
    if bad.any():
        row, column = np.argwhere(bad)[0]
        raise ValueError(
            f"Feature {data.feature_names[column]} is {data.features[row, column]} for "
            f"{data.symbol_names[data.symbol[row]]} on {data.date[row]}, and networks need numbers:"
            " end the family's processors with ProcessInf and Fillna."
        )


def fill_up(rows: Tensor, size: int) -> Tensor:
    """Append zeros until the length is a multiple of ``size``, at least one.

    Matrix products of other shapes may round differently, so that a forecast is the same to the
    last bit whatever it is made together with only if all batches have one shape.
    """
    batches = max(1, -(-len(rows) // size))
    return torch.cat([rows, rows.new_zeros(batches * size - len(rows), *rows.shape[1:])])


@dataclass(frozen=True, slots=True)
class WindowTable:
    """A table of rows on the device that computes.

    Attributes
    ----------
    features
        Shape (rows, features).
    label
        Shape (rows,), NaN where unknown.
    first
        Row at which each row's symbol begins, int64.
    span
        1 for rows to train on, 2 for rows to validate on, 0 for others, int64.
    codes
        Whatever else a family wants to know about a row, by name, int64, shape (rows, ...).
    """

    features: Tensor
    label: Tensor
    first: Tensor
    span: Tensor
    codes: Mapping[str, Tensor]

    @classmethod
    def build(
        cls,
        data: Samples,
        span: NDArray[np.int64],
        codes: Mapping[str, NDArray[np.int64]],
        device: torch.device,
    ) -> WindowTable:
        """Copy what windows need from ``data`` to ``device``, once."""
        return cls(
            features=torch.tensor(data.features, device=device),
            label=torch.tensor(data.label, device=device),
            first=torch.tensor(first_rows(data.symbol), device=device),
            span=torch.tensor(span, device=device),
            codes={name: torch.tensor(values, device=device) for name, values in codes.items()},
        )

    def index(self, rows: Tensor, length: int) -> Tensor:
        """Return the rows in the windows of ``rows``, oldest first, shape (len(rows), length)."""
        back = torch.arange(1 - length, 1, device=rows.device)
        return torch.maximum(rows[:, None] + back, self.first[rows][:, None])
