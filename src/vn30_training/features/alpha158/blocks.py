"""Rows of many symbols as one block array, and bottleneck's moving windows over it.

Each row of the array holds `BODY` sessions of one symbol after the `HISTORY` before them, NaN where
there are none. All windows skip NaN, so the padding acts as the shorter windows at a symbol's
start; and running sums start again in every block, so they cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from vn30_training.features.alpha158.names import WINDOWS
from vn30_training.features.alpha158.series import Floats

try:
    import bottleneck as bn
except ImportError as error:
    raise ImportError(
        "The engine without a compiler needs bottleneck: pip install 'vn30-training[bottleneck]'."
    ) from error

HISTORY = WINDOWS[-1]
BODY = 240


class Blocks:
    """Where each symbol's rows lie in the block array.

    Parameters
    ----------
    starts
        First row of each symbol, and the number of rows at the end.
    """

    def __init__(self, starts: NDArray[np.int64]) -> None:
        ages, takes = [], []
        for first, last in pairwise(starts):
            begins = np.arange(first, last, BODY)[:, None]
            take = begins - HISTORY + np.arange(HISTORY + BODY)
            takes.append(np.where((take >= first) & (take < last), take, -1))
            ages.append(take - first + 1)
        self._take = np.concatenate(takes)
        self._kept = self._take[:, HISTORY:] >= 0
        self.age = np.concatenate(ages)[:, HISTORY:]
        self.real = self._take >= 0

    def of(self, x: Floats) -> Floats:
        """Return rows as blocks, shape (blocks, `HISTORY` + `BODY`)."""
        return np.asarray(np.append(x, np.nan)[self._take])

    def rows(self, body: Floats) -> Floats:
        """Return the bodies of blocks, shape (blocks, `BODY`), as rows."""
        return np.asarray(body[self._kept])


def previous(x: Floats, lag: int = 1) -> Floats:
    """Return the values of ``lag`` sessions before; NaN where they lie before the block."""
    out = np.full_like(x, np.nan)
    out[:, lag:] = x[:, :-lag]
    return out


def moving_sum(x: Floats, window: int) -> Floats:
    """Return the sum of the numbers in each window; NaN without any."""
    return np.asarray(bn.move_sum(x, window, min_count=1, axis=1)[:, HISTORY:])


def moving_max(x: Floats, window: int) -> Floats:
    """Return the largest number of each window."""
    return np.asarray(bn.move_max(x, window, min_count=1, axis=1)[:, HISTORY:])


def lag_of_max(x: Floats, window: int) -> Floats:
    """Return the lag of the largest number, the oldest one where numbers tie.

    bottleneck prefers the newest, so the windows are walked backwards in time.
    """
    back = bn.move_argmax(x[:, ::-1], window, min_count=1, axis=1)[:, ::-1]
    begin = HISTORY - window + 1
    return np.asarray(window - 1 - back[:, begin : begin + BODY])


def percentile_rank(x: Floats, n: Floats, window: int) -> Floats:
    """Return the newest value's average rank over the number of values."""
    scaled = bn.move_rank(x, window, min_count=1, axis=1)[:, HISTORY:]
    rank = np.where(n > 1, (scaled + 1) / 2 * (n - 1) + 1, 1.0)
    return np.asarray(np.where(np.isnan(x[:, HISTORY:]), np.nan, np.round(2 * rank) / 2 / n))


def quantiles(x: Floats, window: int, levels: tuple[float, ...]) -> Iterator[Floats]:
    """Yield each level's linearly interpolated quantile; the windows are sorted once."""
    windows = sliding_window_view(x[:, HISTORY - window + 1 :], window, axis=1)
    ordered = np.sort(windows, axis=-1)
    last = window - 1 - np.isnan(ordered).sum(axis=-1)
    for level in levels:
        place = level * last
        below = np.floor(place).astype(np.int64)
        ends = np.stack([below, np.minimum(below + 1, np.maximum(last, 0))], axis=-1)
        low, high = np.moveaxis(np.take_along_axis(ordered, ends, axis=-1), -1, 0)
        yield low + (high - low) * (place - below)


def sample_deviation(n: Floats, squared: Floats) -> Floats:
    """Return the standard deviation (ddof 1), NaN below two numbers."""
    return np.sqrt(np.where(n > 1, squared / (n - 1), np.nan))


class Moving:
    """Moments of one series over moving windows, exact zeros where a window is flat."""

    def __init__(self, x: Floats) -> None:
        self.x = x
        self.valid = (~np.isnan(x)).astype(np.float64)
        newest = np.maximum.accumulate(np.where(self.valid > 0, np.arange(x.shape[1]), 0), axis=1)
        filled = np.take_along_axis(x, newest, axis=1)
        first = np.take_along_axis(x, np.argmax(self.valid, axis=1)[:, None], axis=1)
        self.deviation = x - first
        self._first = first
        self._seen = seen = np.cumsum(self.valid, axis=1)
        changed = (self.valid > 0) & (x != previous(filled))
        since = np.maximum.accumulate(np.where(changed, seen, 0), axis=1)
        self._equal = (seen - since + 1)[:, HISTORY:]
        self._newest = filled[:, HISTORY:]

    def count(self, window: int) -> Floats:
        """Return how many numbers each window holds."""
        return self._seen[:, HISTORY:] - self._seen[:, HISTORY - window : -window]

    def total(self, window: int) -> Floats:
        """Return the sum of each window."""
        n = self.count(window)
        total = np.where(self._equal >= n, n * self._newest, moving_sum(self.x, window))
        return np.where(n > 0, total, np.nan)

    def moments(self, window: int) -> tuple[Floats, Floats, Floats]:
        """Return count, mean and squared deviations from the mean."""
        n, total = self.count(window), moving_sum(self.deviation, window)
        squared = moving_sum(self.deviation**2, window) - total**2 / n
        flat = self._equal >= n
        mean = np.where(flat, self._newest, self._first + total / n)
        return n, mean, np.where(flat, 0.0, np.maximum(squared, 0.0))

    def spread(self, window: int) -> tuple[Floats, Floats, Floats]:
        """Return count, mean and sample standard deviation, NaN below two numbers."""
        n, mean, squared = self.moments(window)
        return n, mean, sample_deviation(n, squared)
