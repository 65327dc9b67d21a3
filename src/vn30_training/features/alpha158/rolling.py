"""Numba primitives: window statistics of one symbol for all five window lengths at once.

Every sum is formed afresh for every day, relative to the newest value, so nothing drifts and a flat
window has a variance of exactly zero. The windows are nested, so one walk from lag 0 to 59 serves
all five; the inner loop runs over days, which lets the compiler use vector instructions.
Results have shape (5, days): one row per window length.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from vn30_training.features.alpha158.names import WINDOWS
from vn30_training.features.alpha158.series import Floats

_LONGEST = WINDOWS[-1]
_WINDOWS = np.array(WINDOWS)
_COUNT = len(WINDOWS)


@njit(cache=True, nogil=True)
def newest(x: Floats) -> Floats:
    """Return the last value that is not NaN, up to each day."""
    out = np.empty(x.size)
    last = 0.0
    for t in range(x.size):
        if x[t] == x[t]:
            last = x[t]
        out[t] = last
    return out


@njit(cache=True, nogil=True)
def valid(x: Floats) -> Floats:
    """Return 1.0 where ``x`` is a number, 0.0 where it is NaN."""
    out = np.empty(x.size)
    for t in range(x.size):
        out[t] = 1.0 if x[t] == x[t] else 0.0
    return out


@njit(cache=True, nogil=True)
def paired(x: Floats, y: Floats) -> tuple[Floats, Floats, bool]:
    """Return both with NaN where either is NaN, and whether they already were so."""
    out_x, out_y = np.empty(x.size), np.empty(x.size)
    same = True
    for t in range(x.size):
        one, other = x[t] == x[t], y[t] == y[t]
        same &= one == other
        out_x[t] = x[t] if other else np.nan
        out_y[t] = y[t] if one else np.nan
    return out_x, out_y, same


@njit(cache=True, nogil=True)
def counts(flags: Floats) -> Floats:
    """Return the sum of whole numbers in each window, exactly."""
    total = np.empty(flags.size + 1)
    total[0] = 0.0
    for t in range(flags.size):
        total[t + 1] = total[t] + flags[t]
    out = np.empty((_COUNT, flags.size))
    for w in range(_COUNT):
        for t in range(flags.size):
            out[w, t] = total[t + 1] - total[max(0, t + 1 - _WINDOWS[w])]
    return out


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True, error_model="numpy")
def moments(x: Floats) -> tuple[Floats, Floats, Floats]:
    """Return count, mean and squared deviations from the mean."""
    n, base = counts(valid(x)), newest(x)
    mean, squared = np.empty((_COUNT, x.size)), np.empty((_COUNT, x.size))
    first, second = np.zeros(x.size), np.zeros(x.size)
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
            for t in range(x.size):
                mean[w, t] = base[t] + first[t] / n[w, t]
                squared[w, t] = second[t] - first[t] * first[t] / n[w, t]
            w += 1
    return n, mean, squared


@njit(cache=True, nogil=True)
def lagged(x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return what a line through each window needs beyond `moments`.

    The sum of lag times (value less newest value), the newest values, and the sums of the numbers'
    days and squared days.
    """
    out = np.empty((_COUNT, x.size))
    total, base, day = np.zeros(x.size), newest(x), valid(x)
    w = 0
    for lag in range(_LONGEST):
        past, origin, here = x[: max(x.size - lag, 0)], base[lag:], total[lag:]
        for i in range(past.size):
            d = past[i] - origin[i]
            here[i] += lag * d if d == d else 0.0
        if lag + 1 == _WINDOWS[w]:
            out[w] = total
            w += 1
    for t in range(x.size):
        day[t] *= t
    days = counts(day)
    for t in range(x.size):
        day[t] *= t
    return out, base, days, counts(day)


@njit(cache=True, nogil=True)
def products(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    """Return the sums of the products of both deviations from the newest values, and those values.

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
    return out, base_x, base_y


@njit(cache=True, nogil=True)
def peaks(x: Floats, gap_is_peak: bool) -> tuple[Floats, Floats, Floats]:
    """Return count, highest value and its lag, the oldest one where values tie.

    With ``gap_is_peak`` the lag is that of the window's oldest NaN, where it has one.
    """
    high, lags = np.empty((_COUNT, x.size)), np.empty((_COUNT, x.size))
    best, at = np.full(x.size, -np.inf), np.zeros(x.size)
    w = 0
    for lag in range(_LONGEST):
        past, top, where = x[: max(x.size - lag, 0)], best[lag:], at[lag:]
        age = float(lag)
        for i in range(past.size):
            highest, lag_of_highest, higher = top[i], where[i], past[i] >= top[i]
            top[i] = past[i] if higher else highest
            where[i] = age if higher else lag_of_highest
        if lag + 1 == _WINDOWS[w]:
            high[w], lags[w] = best, at
            w += 1
    n = counts(valid(x))
    if gap_is_peak:
        _gaps(x, lags)
    return n, high, lags


@njit(cache=True, nogil=True)
def _gaps(x: Floats, lags: Floats) -> None:
    """Write the lag of the oldest NaN of each window that has one."""
    for t in range(x.size - 1, -1, -1):
        if x[t] != x[t]:
            for w in range(_COUNT):
                for later in range(t, min(t + _WINDOWS[w], x.size)):
                    lags[w, later] = later - t


@njit(cache=True, nogil=True)
def replace(ordered: Floats, n: int, old: float, new: float) -> tuple[int, float]:
    """Put ``new`` among the first ``n`` ordered values in place of ``old``; NaN stands for none.

    Returns how many values there are then, and the average rank of ``new``.
    """
    i = n
    if old == old:
        i = 0
        while ordered[i] < old:
            i += 1
        n -= 1
    if new != new:
        for j in range(i, n):
            ordered[j] = ordered[j + 1]
        return n, np.nan
    while i < n and ordered[i + 1] < new:
        ordered[i] = ordered[i + 1]
        i += 1
    while i > 0 and ordered[i - 1] > new:
        ordered[i] = ordered[i - 1]
        i -= 1
    ordered[i] = new
    first, last = i, i
    while first > 0 and ordered[first - 1] == new:
        first -= 1
    while last < n and ordered[last + 1] == new:
        last += 1
    return n + 1, 0.5 * (first + last) + 1


@njit(cache=True, nogil=True)
def quantile(ordered: Floats, n: int, level: float) -> float:
    """Interpolate linearly between the first ``n`` ordered values."""
    place = level * (n - 1)
    below = int(place)
    if below + 1 >= n:
        return float(ordered[n - 1])
    return float(ordered[below] + (ordered[below + 1] - ordered[below]) * (place - below))
