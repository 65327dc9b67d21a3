"""Processors that look across the symbols of one date, and at no other date."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import Any, Literal

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

Values = NDArray[Any]


@dataclass
class CrossSectionProcessor(Processor):
    """Applies one function to the rows of each date."""

    fields_group: Group | None = None

    @abstractmethod
    def across(self, values: Values) -> Values:
        """Return the new values of one date, shape (symbols, columns)."""

    def transform(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the frame, every date processed on its own."""
        columns = columns_of(frame, self.fields_group)
        values = frame[columns].to_numpy(copy=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            for rows in rows_by_date(frame["date"]):
                values[rows] = self.across(values[rows])
        return replaced(frame, columns, values)


def rows_by_date(dates: pd.Series) -> list[NDArray[np.intp]]:
    """Return the positions of each date's rows."""
    codes, _ = pd.factorize(dates)
    order = np.argsort(codes, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(codes[order])) + 1)


def average_rank(values: Values) -> Values:
    """Return each column's ranks from 1, ties averaged, NaN for NaN."""
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    places = np.broadcast_to(np.arange(len(values))[:, None], values.shape)
    starts = np.ones(values.shape, dtype=bool)
    starts[1:] = ordered[1:] != ordered[:-1]
    ends = np.ones(values.shape, dtype=bool)
    ends[:-1] = starts[1:]
    first = np.maximum.accumulate(np.where(starts, places, 0), axis=0)
    last = np.minimum.accumulate(np.where(ends, places, len(values))[::-1], axis=0)[::-1]
    ranks = np.empty(values.shape)
    np.put_along_axis(ranks, order, (first + last) / 2 + 1, axis=0)
    ranks[np.isnan(values)] = np.nan
    return ranks


@dataclass
class ProcessInf(CrossSectionProcessor):
    """Put the mean of the date's other values in place of an infinite one."""

    def across(self, values: Values) -> Values:
        """Return the values of one date without infinities."""
        infinite = np.isinf(values)
        if not infinite.any():
            return values
        return np.where(infinite, counted_mean(np.where(infinite, np.nan, values)), values)


@dataclass
class CSZScoreNorm(CrossSectionProcessor):
    """Z-scores per date: mean and deviation (ddof 1), or median and MAD clipped to +-3."""

    method: Literal["zscore", "robust"] = "zscore"

    def __post_init__(self) -> None:
        """Refuse unknown methods."""
        if self.method not in ("zscore", "robust"):
            raise ValueError(f"Unknown method {self.method!r}; choose zscore or robust.")

    def across(self, values: Values) -> Values:
        """Return the z-scores of one date; NaN where all values are equal."""
        if self.method == "robust":
            centred = values - median(values)
            return np.clip(centred / median(np.abs(centred)) / 1.4826, -3, 3)
        centred = values - counted_mean(values)
        n = np.count_nonzero(~np.isnan(values), axis=0)
        deviation = np.sqrt(counted_mean(centred**2) * n / (n - 1))
        return np.asarray(centred / deviation)


@dataclass
class CSRankNorm(CrossSectionProcessor):
    """Percentile ranks per date, ties averaged, moved and stretched to mean 0, deviation 1."""

    def across(self, values: Values) -> Values:
        """Return the ranks of one date: (rank / n - 0.5) * 3.46."""
        n = np.count_nonzero(~np.isnan(values), axis=0)
        return np.asarray((average_rank(values) / n - 0.5) * 3.46)


@dataclass
class CSZFillna(CrossSectionProcessor):
    """Put the mean of the date's other symbols into an empty cell."""

    def across(self, values: Values) -> Values:
        """Return the values of one date without NaN, where any symbol has a number."""
        return np.where(np.isnan(values), counted_mean(values), values)
