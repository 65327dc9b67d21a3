"""The compiled engine: one pass per symbol, symbols side by side on numba's threads."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from vn30_training.features.alpha158 import rolling
from vn30_training.features.alpha158.names import ROW, WINDOWS

Floats = NDArray[np.float64]
_WINDOWS = np.array(WINDOWS)
_COUNT = len(WINDOWS)
_ROC, _MA, _STD, _BETA, _RSQR, _RESI = (
    ROW[f] for f in ("ROC", "MA", "STD", "BETA", "RSQR", "RESI")
)
_MAX, _MIN, _QTLU, _QTLD, _RANK, _RSV = (
    ROW[f] for f in ("MAX", "MIN", "QTLU", "QTLD", "RANK", "RSV")
)
_IMAX, _IMIN, _IMXD, _CORR, _CORD = (ROW[f] for f in ("IMAX", "IMIN", "IMXD", "CORR", "CORD"))
_CNTP, _SUMP, _VMA, _VSTD, _WVMA, _VSUMP = (
    ROW[f] for f in ("CNTP", "SUMP", "VMA", "VSTD", "WVMA", "VSUMP")
)


@njit(cache=True)
def _previous(x: Floats) -> Floats:
    out = np.full(x.size, np.nan)
    out[1:] = x[:-1]
    return out


@njit(cache=True)
def _finite(x: Floats) -> Floats:
    for t in range(x.size):
        if not np.isfinite(x[t]):
            x[t] = np.nan
    return x


@njit(cache=True, error_model="numpy")
def _deviation(n: Floats, squared: Floats) -> Floats:
    """Return the sample standard deviation; NaN below two values."""
    out = np.empty_like(n)
    for w in range(n.shape[0]):
        for t in range(n.shape[1]):
            few = n[w, t] < 2
            out[w, t] = np.nan if few else np.sqrt(max(squared[w, t], 0.0) / (n[w, t] - 1))
    return out


@njit(cache=True, error_model="numpy")
def _bars(bars: Floats, epsilon: float, out: NDArray[Any]) -> None:
    """Write the nine candle and four price features."""
    for t in range(bars.shape[1]):
        o, h, low, c, w = bars[0, t], bars[1, t], bars[2, t], bars[3, t], bars[5, t]
        span = h - low + epsilon
        # NaN must win over a number here, as np.maximum would have it
        body = c - o
        up = h - (max(o, c) if body == body else np.nan)
        down = (min(o, c) if body == body else np.nan) - low
        shift = 2 * c - h - low
        out[0, t], out[1, t], out[2, t] = body / o, (h - low) / o, body / span
        out[3, t], out[4, t], out[5, t], out[6, t] = up / o, up / span, down / o, down / span
        out[7, t], out[8, t] = shift / o, shift / span
        out[9, t], out[10, t], out[11, t], out[12, t] = o / c, h / c, low / c, w / c


@njit(cache=True, error_model="numpy")
def _trend(c: Floats, least: Floats, guard: tuple[float, float], out: NDArray[Any]) -> None:
    """Write ROC, MA, STD and what comes from the least-squares line through the closes."""
    n, mean, squared = rolling.moments(c)
    deviation, weighted, base = _deviation(n, squared), rolling.lagged(c), rolling.newest(c)
    flags, day = rolling.valid(c), np.arange(c.size).astype(np.float64)
    place, place2 = rolling.counts(flags * day), rolling.counts(flags * day * day)
    for w in range(_COUNT):
        for t in range(c.size):
            if t >= _WINDOWS[w]:
                out[_ROC + w, t] = c[t - _WINDOWS[w]] / c[t]
            if n[w, t] < least[w]:
                continue
            lag = n[w, t] * t - place[w, t]
            spread = n[w, t] * t * t - 2 * t * place[w, t] + place2[w, t] - lag * lag / n[w, t]
            shift = mean[w, t] - base[t]
            covariance = weighted[w, t] - lag * shift
            slope = -covariance / spread if n[w, t] > 1 else np.nan
            flat = deviation[w, t] <= guard[0] + guard[1] * abs(mean[w, t])
            out[_MA + w, t] = mean[w, t] / c[t]
            out[_STD + w, t] = deviation[w, t] / c[t]
            out[_BETA + w, t] = slope / c[t]
            out[_RSQR + w, t] = np.nan if flat else -slope * covariance / squared[w, t]
            out[_RESI + w, t] = (-shift - slope * lag / n[w, t]) / c[t]


@njit(cache=True, error_model="numpy")
def _ranges(bars: Floats, least: Floats, rules: Any, out: NDArray[Any]) -> None:
    """Write the families of highest highs, lowest lows, quantiles and ranks."""
    h, low, c = bars[1], bars[2], bars[3]
    high, high_lag = rolling.peaks(h)
    deep, deep_lag = rolling.peaks(-low)
    n_high, n_low = rolling.counts(rolling.valid(h)), rolling.counts(rolling.valid(low))
    n = rolling.counts(rolling.valid(c))
    upper, lower, rank = rolling.order(c, (0.8, 0.2))
    if rules.gap_is_peak:
        gap, hole = rolling.oldest_gap(h), rolling.oldest_gap(low)
        high_lag, deep_lag = np.where(gap >= 0, gap, high_lag), np.where(hole >= 0, hole, deep_lag)
    for w in range(_COUNT):
        size = _WINDOWS[w]
        for t in range(c.size):
            rows = min(size, t + 1)
            top = high[w, t] if n_high[w, t] >= least[w] else np.nan
            bottom = -deep[w, t] if n_low[w, t] >= least[w] else np.nan
            out[_MAX + w, t], out[_MIN + w, t] = top / c[t], bottom / c[t]
            out[_RSV + w, t] = (c[t] - bottom) / (top - bottom + rules.epsilon)
            if n[w, t] >= least[w]:
                out[_QTLU + w, t], out[_QTLD + w, t] = upper[w, t] / c[t], lower[w, t] / c[t]
                out[_RANK + w, t] = rank[w, t]
            if rules.gap_is_peak or (n_high[w, t] >= least[w] and n_low[w, t] >= least[w]):
                out[_IMAX + w, t] = (rows - high_lag[w, t]) / size
                out[_IMIN + w, t] = (rows - deep_lag[w, t]) / size
                out[_IMXD + w, t] = (deep_lag[w, t] - high_lag[w, t]) / size


@njit(cache=True, error_model="numpy")
def _correlation(
    x: Floats, y: Floats, least: Floats, guard: tuple[float, float], out: NDArray[Any]
) -> None:
    """Write the correlation of ``x`` and ``y`` over the days on which both are numbers."""
    pair_x, pair_y = x + 0 * y, y + 0 * x
    n, mean_x, squared_x = rolling.moments(pair_x)
    _, mean_y, squared_y = rolling.moments(pair_y)
    product, base_x, base_y = (
        rolling.products(pair_x, pair_y),
        rolling.newest(pair_x),
        rolling.newest(pair_y),
    )
    n_x, all_x, spread_x = rolling.moments(x)
    n_y, all_y, spread_y = rolling.moments(y)
    deviation_x, deviation_y = _deviation(n_x, spread_x), _deviation(n_y, spread_y)
    for w in range(_COUNT):
        for t in range(x.size):
            if n[w, t] < max(least[w], 2):
                continue
            flat_x = deviation_x[w, t] <= guard[0] + guard[1] * abs(all_x[w, t])
            flat_y = deviation_y[w, t] <= guard[0] + guard[1] * abs(all_y[w, t])
            shifts = (mean_x[w, t] - base_x[t]) * (mean_y[w, t] - base_y[t])
            covariance = product[w, t] - n[w, t] * shifts
            scale = np.sqrt(squared_x[w, t] * squared_y[w, t])
            out[w, t] = np.nan if flat_x or flat_y else covariance / scale


@njit(cache=True, error_model="numpy")
def _moves(x: Floats, least: Floats, epsilon: float, out: NDArray[Any]) -> None:
    """Write the shares of rises, of falls and their difference in all moves of ``x``."""
    move = x - _previous(x)
    n = rolling.counts(rolling.valid(move))
    rises, falls = rolling.sums(np.maximum(move, 0.0)), rolling.sums(np.maximum(-move, 0.0))
    total = rolling.sums(np.abs(move))
    for w in range(_COUNT):
        for t in range(x.size):
            if n[w, t] >= least[w]:
                all_moves = total[w, t] + epsilon
                out[w, t], out[_COUNT + w, t] = rises[w, t] / all_moves, falls[w, t] / all_moves
                out[2 * _COUNT + w, t] = (rises[w, t] - falls[w, t]) / all_moves


@njit(cache=True, error_model="numpy")
def _streaks(c: Floats, least: Floats, rules: Any, out: NDArray[Any]) -> None:
    """Write the shares of sessions that closed higher, lower, and their difference."""
    before = _previous(c)
    comparable = np.ones(c.size) if rules.gap_counts else rolling.valid(c - before)
    n = rolling.counts(comparable)
    higher = rolling.counts((c > before).astype(np.float64))
    lower = rolling.counts((c < before).astype(np.float64))
    for w in range(_COUNT):
        for t in range(c.size):
            if n[w, t] >= least[w]:
                out[w, t], out[_COUNT + w, t] = higher[w, t] / n[w, t], lower[w, t] / n[w, t]
                out[2 * _COUNT + w, t] = (higher[w, t] - lower[w, t]) / n[w, t]


@njit(cache=True, error_model="numpy")
def _volumes(c: Floats, v: Floats, least: Floats, epsilon: float, out: NDArray[Any]) -> None:
    """Write VMA, VSTD and WVMA."""
    n, mean, squared = rolling.moments(v)
    deviation = _deviation(n, squared)
    weighted = _finite(np.abs(c / _previous(c) - 1) * v)
    m, average, spread = rolling.moments(weighted)
    variability = _deviation(m, spread)
    for w in range(_COUNT):
        for t in range(v.size):
            if n[w, t] >= least[w]:
                out[_VMA + w, t] = mean[w, t] / (v[t] + epsilon)
                out[_VSTD + w, t] = deviation[w, t] / (v[t] + epsilon)
            if m[w, t] >= least[w]:
                out[_WVMA + w, t] = variability[w, t] / (average[w, t] + epsilon)


@njit(cache=True, error_model="numpy")
def _symbol(bars: Floats, rules: Any, out: NDArray[Any]) -> None:
    """Write all features of one symbol; ``out`` comes filled with NaN."""
    c, v = bars[3], bars[4]
    least = np.ceil(_WINDOWS * rules.share)
    least = np.maximum(least, 1.0)
    guard = (rules.guard_absolute, rules.guard_relative)
    traded = v.copy()
    if not rules.log_of_none:
        traded[v <= 0] = np.nan
    _bars(bars, rules.epsilon, out)
    _trend(c, least, guard, out)
    _ranges(bars, least, rules, out)
    _correlation(c, _finite(np.log(traded + 1)), least, guard, out[_CORR : _CORR + _COUNT])
    ratio, growth = c / _previous(c), _finite(np.log(traded / _previous(traded) + 1))
    _correlation(_finite(ratio), growth, least, guard, out[_CORD : _CORD + _COUNT])
    _streaks(c, least, rules, out[_CNTP : _CNTP + 3 * _COUNT])
    _moves(c, least, rules.epsilon, out[_SUMP : _SUMP + 3 * _COUNT])
    _volumes(c, v, least, rules.epsilon, out)
    _moves(v, least, rules.epsilon, out[_VSUMP : _VSUMP + 3 * _COUNT])


@njit(cache=True, parallel=True)
def compute(bars: Floats, starts: NDArray[np.int64], rules: Any, out: NDArray[Any]) -> None:
    """Fill ``out``, shape (158, rows), from ``bars``, shape (6, rows).

    Symbol ``s`` lies in rows ``starts[s]`` to ``starts[s + 1]``. One thread works on a symbol, so
    the result does not depend on how many there are.
    """
    for s in prange(starts.size - 1):
        first, last = starts[s], starts[s + 1]
        _symbol(bars[:, first:last].copy(), rules, out[:, first:last])
