"""Numba primitives: window statistics of one symbol for all five window lengths at once.

Every sum is formed afresh for every day, relative to the newest value, so nothing drifts and a flat
window has a variance of exactly zero. The windows are nested, so one walk from lag 0 to 59 serves
all five; the inner loop runs over days, which lets the compiler use vector instructions.
Results have shape (5, days): one row per window length.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from vn30_training.features.alpha158.names import WINDOWS

Floats = NDArray[np.float64]
_LONGEST = WINDOWS[-1]
_WINDOWS = np.array(WINDOWS)
_COUNT = len(WINDOWS)


@njit(cache=True)
def newest(x: Floats) -> Floats:
    """Return the last value that is not NaN, up to each day."""
    out = np.empty_like(x)
    last = 0.0
    for t in range(x.size):
        if x[t] == x[t]:
            last = x[t]
        out[t] = last
    return out


@njit(cache=True)
def counts(flags: Floats) -> Floats:
    """Return how many (or, of integers, the exact sum) in each window."""
    total = np.zeros(flags.size + 1)
    for t in range(flags.size):
        total[t + 1] = total[t] + flags[t]
    out = np.empty((_COUNT, flags.size))
    for w in range(_COUNT):
        for t in range(flags.size):
            out[w, t] = total[t + 1] - total[max(0, t + 1 - _WINDOWS[w])]
    return out


@njit(cache=True)
def valid(x: Floats) -> Floats:
    """Return 1.0 where ``x`` is a number, 0.0 where it is NaN."""
    out = np.empty_like(x)
    for t in range(x.size):
        out[t] = 1.0 if x[t] == x[t] else 0.0
    return out


@njit(cache=True)
def sums(x: Floats) -> Floats:
    """Return the sum of the numbers in each window."""
    out = np.empty((_COUNT, x.size))
    total = np.zeros(x.size)
    w = 0
    for lag in range(_LONGEST):
        past, here = x[: max(x.size - lag, 0)], total[lag:]
        for i in range(past.size):
            here[i] += past[i] if past[i] == past[i] else 0.0
        if lag + 1 == _WINDOWS[w]:
            out[w] = total
            w += 1
    return out


@njit(cache=True)
def moments(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return count, mean and squared deviations from the mean."""
    n = counts(valid(x))
    mean, squared = np.empty((_COUNT, x.size)), np.empty((_COUNT, x.size))
    first, second, base = np.zeros(x.size), np.zeros(x.size), newest(x)
    w = 0
    for lag in range(_LONGEST):
        past, origin = x[: max(x.size - lag, 0)], base[lag:]
        a, b = first[lag:], second[lag:]
        for i in range(past.size):
            d = past[i] - origin[i]
            d = d if d == d else 0.0
            a[i] += d
            b[i] += d * d
        if lag + 1 == _WINDOWS[w]:
            mean[w] = base + first / n[w]
            squared[w] = second - first * first / n[w]
            w += 1
    return n, mean, squared


@njit(cache=True)
def lagged(x: Floats) -> Floats:
    """Return the sum over each window of lag times (value less newest value)."""
    out = np.empty((_COUNT, x.size))
    total, base = np.zeros(x.size), newest(x)
    w = 0
    for lag in range(_LONGEST):
        past, origin, here = x[: max(x.size - lag, 0)], base[lag:], total[lag:]
        for i in range(past.size):
            d = past[i] - origin[i]
            here[i] += lag * d if d == d else 0.0
        if lag + 1 == _WINDOWS[w]:
            out[w] = total
            w += 1
    return out


@njit(cache=True)
def products(x: Floats, y: Floats) -> Floats:
    """Return the sum over each window of the products of both deviations from the newest value.

    Both must be NaN on the same days.
    """
    out = np.empty((_COUNT, x.size))
    total, base_x, base_y = np.zeros(x.size), newest(x), newest(y)
    w = 0
    for lag in range(_LONGEST):
        past_x, past_y = x[: max(x.size - lag, 0)], y[: max(x.size - lag, 0)]
        origin_x, origin_y, here = base_x[lag:], base_y[lag:], total[lag:]
        for i in range(past_x.size):
            d = (past_x[i] - origin_x[i]) * (past_y[i] - origin_y[i])
            here[i] += d if d == d else 0.0
        if lag + 1 == _WINDOWS[w]:
            out[w] = total
            w += 1
    return out


@njit(cache=True)
def peaks(x: Floats) -> tuple[Floats, Floats]:
    """Return the highest value of each window and its lag, the oldest one where values tie."""
    high, lags = np.empty((_COUNT, x.size)), np.empty((_COUNT, x.size))
    best, at = np.full(x.size, -np.inf), np.zeros(x.size)
    w = 0
    for lag in range(_LONGEST):
        past, top, where = x[: max(x.size - lag, 0)], best[lag:], at[lag:]
        for i in range(past.size):
            higher = past[i] >= top[i]
            top[i] = past[i] if higher else top[i]
            where[i] = lag if higher else where[i]
        if lag + 1 == _WINDOWS[w]:
            high[w], lags[w] = best, at
            w += 1
    return high, lags


@njit(cache=True)
def oldest_gap(x: Floats) -> Floats:
    """Return the lag of the oldest NaN in each window, -1 without one."""
    out = np.full((_COUNT, x.size), -1.0)
    for t in range(x.size):
        if x[t] == x[t]:
            continue
        for w in range(_COUNT):
            for later in range(t, min(t + _WINDOWS[w], x.size)):
                out[w, later] = max(out[w, later], float(later - t))
    return out


@njit(cache=True)
def _replace(ordered: Floats, n: int, old: float, new: float) -> int:
    """Take ``old`` out of and put ``new`` into the first ``n`` ordered values; NaN is none."""
    if old == old:
        i = int(np.searchsorted(ordered[:n], old))
        n -= 1
        while i < n:
            ordered[i] = ordered[i + 1]
            i += 1
    if new == new:
        i = n
        while i > 0 and ordered[i - 1] > new:
            ordered[i] = ordered[i - 1]
            i -= 1
        ordered[i] = new
        n += 1
    return n


@njit(cache=True)
def _quantile(ordered: Floats, n: int, level: float) -> float:
    """Interpolate linearly between the first ``n`` ordered values."""
    place = level * (n - 1)
    below = int(place)
    if below + 1 >= n:
        return float(ordered[n - 1])
    return float(ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below))


@njit(cache=True)
def order(x: Floats, levels: tuple[float, float]) -> tuple[Floats, Floats, Floats]:
    """Return two quantiles and the percentile rank of the newest value, ties averaged."""
    upper = np.full((_COUNT, x.size), np.nan)
    lower, rank = upper.copy(), upper.copy()
    ordered = np.empty(_LONGEST + 1)
    for w in range(_COUNT):
        n = 0
        for t in range(x.size):
            old = x[t - _WINDOWS[w]] if t >= _WINDOWS[w] else np.nan
            n = _replace(ordered, n, old, x[t])
            if n == 0:
                continue
            upper[w, t] = _quantile(ordered, n, levels[0])
            lower[w, t] = _quantile(ordered, n, levels[1])
            if x[t] == x[t]:
                left = np.searchsorted(ordered[:n], x[t])
                right = np.searchsorted(ordered[:n], x[t], side="right")
                rank[w, t] = 0.5 * (left + right + 1) / n
    return upper, lower, rank
