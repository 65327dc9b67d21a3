"""The compiled engine: one walk over all windows per symbol, symbols side by side on threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numba
import numpy as np
from numba import njit
from numpy.typing import NDArray

from vn30_training.features.alpha158 import rolling
from vn30_training.features.alpha158.modes import Rules
from vn30_training.features.alpha158.names import ROW, WINDOWS
from vn30_training.features.alpha158.series import Floats, derive, write_bars

_WINDOWS = np.array(WINDOWS)
_COUNT = len(WINDOWS)


def compute(bars: Floats, starts: NDArray[np.int64], rules: Rules, out: NDArray[Any]) -> None:
    """Fill ``out``, shape (158, rows), from ``bars``, shape (6, rows).

    Symbol ``s`` lies in rows ``starts[s]`` to ``starts[s + 1]``. One thread works on a symbol, so
    the result does not depend on how many there are: ``NUMBA_NUM_THREADS``, the cores by default.
    """

    def work(span: tuple[int, int]) -> None:
        rows = slice(*span)
        _symbol(bars[:, rows], rules, out[:, rows])

    spans = list(pairwise(starts.tolist()))
    # numba's own pool would stay behind, and a process that has it cannot fork safely.
    threads = min(int(vars(numba.config)["NUMBA_NUM_THREADS"]), len(spans))
    if threads == 1:
        for span in spans:
            work(span)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, spans))


def _symbol(bars: Floats, rules: Rules, out: NDArray[Any]) -> None:
    s = derive(bars, np.array([0, bars.shape[1]]), rules)
    out[:] = np.nan
    write_bars(s, rules, out)
    least = np.maximum(np.ceil(_WINDOWS * rules.share), 1)
    guard = (rules.guard_absolute, rules.guard_relative)

    def of(family: str, families: int = 1) -> NDArray[Any]:
        return out[ROW[family] : ROW[family] + families * _COUNT]

    _trend(s.close, least, guard, of("ROC", 6))
    _extremes(s.high, s.depth, s.close, least, rules.epsilon, rules.gap_is_peak, out)
    _order(s.close, least, of("QTLU", 3))
    _correlation(s.close, s.log_volume, least, guard, of("CORR"))
    _correlation(s.ratio, s.log_growth, least, guard, of("CORD"))
    _streaks(s.comparable, s.higher, s.lower, least, of("CNTP", 3))
    _shares(s.gain, s.loss, least, rules.epsilon, of("SUMP", 3))
    _shares(s.volume_gain, s.volume_loss, least, rules.epsilon, of("VSUMP", 3))
    _volumes(s.volume, s.weighted, least, rules.epsilon, of("VMA", 3))


@njit(cache=True, nogil=True, error_model="numpy")
def _divide(top: Floats, bottom: Floats, n: Floats, least: float, out: NDArray[Any]) -> None:
    """Write the quotients where there are at least so many numbers."""
    for t in range(out.size):
        out[t] = top[t] / bottom[t] if n[t] >= least else np.nan


@njit(cache=True, nogil=True, error_model="numpy")
def _deviations(n: Floats, squared: Floats) -> Floats:
    """Return the sample standard deviations; NaN below two values."""
    out = np.empty(n.size)
    for t in range(n.size):
        out[t] = np.sqrt(max(squared[t], 0.0) / (n[t] - 1)) if n[t] > 1 else np.nan
    return out


@njit(cache=True, nogil=True, error_model="numpy")
def _is_flat(n: float, mean: float, squared: float, guard: tuple[float, float]) -> bool:
    """Say whether the deviation is within the guard, without taking a square root."""
    limit = guard[0] + guard[1] * abs(mean)
    return bool(squared <= (n - 1) * limit * limit)


@njit(cache=True, nogil=True, error_model="numpy")
def _trend(c: Floats, least: Floats, guard: tuple[float, float], out: NDArray[Any]) -> None:
    """Write ROC, MA, STD and, from the least-squares line, BETA, RSQR and RESI."""
    n, mean, squared = rolling.moments(c)
    weighted, base, place, place2 = rolling.lagged(c)
    slope, residual = np.empty(c.size), np.empty(c.size)
    for w in range(_COUNT):
        size = min(_WINDOWS[w], c.size)
        _divide(c[: c.size - size], c[size:], n[w, size:], 0.0, out[w, size:])
        _divide(mean[w], c, n[w], least[w], out[_COUNT + w])
        _divide(_deviations(n[w], squared[w]), c, n[w], least[w], out[2 * _COUNT + w])
        for t in range(c.size):
            m = n[w, t]
            lag, shift = m * t - place[w, t], mean[w, t] - base[t]
            spread = m * t * t - 2 * t * place[w, t] + place2[w, t] - lag * lag / m
            covariance = weighted[w, t] - lag * shift
            slope[t] = -covariance / spread if m > 1 else np.nan
            residual[t] = -shift - slope[t] * lag / m
            flat = m < least[w] or _is_flat(m, mean[w, t], squared[w, t], guard)
            out[4 * _COUNT + w, t] = np.nan if flat else -slope[t] * covariance / squared[w, t]
        _divide(slope, c, n[w], least[w], out[3 * _COUNT + w])
        _divide(residual, c, n[w], least[w], out[5 * _COUNT + w])


_MAX, _MIN, _RSV, _IMAX, _IMIN, _IMXD = (
    ROW[family] for family in ("MAX", "MIN", "RSV", "IMAX", "IMIN", "IMXD")
)


@njit(cache=True, nogil=True, error_model="numpy")
def _extremes(
    high: Floats,
    depth: Floats,
    c: Floats,
    least: Floats,
    epsilon: float,
    gap_is_peak: bool,
    out: NDArray[Any],
) -> None:
    """Write MAX, MIN, RSV, IMAX, IMIN and IMXD into the rows of the whole table."""
    n_high, top, high_lag = rolling.peaks(high, gap_is_peak)
    n_low, deep, low_lag = rolling.peaks(depth, gap_is_peak)
    for w in range(_COUNT):
        size = _WINDOWS[w]
        for t in range(c.size):
            highest = top[w, t] if n_high[w, t] >= least[w] else np.nan
            lowest = -deep[w, t] if n_low[w, t] >= least[w] else np.nan
            out[_MAX + w, t], out[_MIN + w, t] = highest / c[t], lowest / c[t]
            out[_RSV + w, t] = (c[t] - lowest) / (highest - lowest + epsilon)
            if gap_is_peak or (n_high[w, t] >= least[w] and n_low[w, t] >= least[w]):
                rows = min(size, t + 1)
                out[_IMAX + w, t] = (rows - high_lag[w, t]) / size
                out[_IMIN + w, t] = (rows - low_lag[w, t]) / size
                out[_IMXD + w, t] = (low_lag[w, t] - high_lag[w, t]) / size


@njit(cache=True, nogil=True, error_model="numpy")
def _order(c: Floats, least: Floats, out: NDArray[Any]) -> None:
    """Write QTLU, QTLD and RANK."""
    ordered = np.empty(_WINDOWS[-1] + 1)
    for w in range(_COUNT):
        n = 0
        for t in range(c.size):
            old = c[t - _WINDOWS[w]] if t >= _WINDOWS[w] else np.nan
            n, rank = rolling.replace(ordered, n, old, c[t])
            if n >= least[w]:
                out[w, t] = rolling.quantile(ordered, n, 0.8) / c[t]
                out[_COUNT + w, t] = rolling.quantile(ordered, n, 0.2) / c[t]
                out[2 * _COUNT + w, t] = rank / n


@njit(cache=True, nogil=True, error_model="numpy")
def _correlation(
    x: Floats, y: Floats, least: Floats, guard: tuple[float, float], out: NDArray[Any]
) -> None:
    """Write the correlation of ``x`` and ``y`` over the days on which both are numbers."""
    paired_x, paired_y, paired = rolling.paired(x, y)
    n, mean_x, squared_x = rolling.moments(paired_x)
    _, mean_y, squared_y = rolling.moments(paired_y)
    product, base_x, base_y = rolling.products(paired_x, paired_y)
    n_x, all_x, spread_x = (n, mean_x, squared_x) if paired else rolling.moments(x)
    n_y, all_y, spread_y = (n, mean_y, squared_y) if paired else rolling.moments(y)
    for w in range(_COUNT):
        for t in range(x.size):
            m = n[w, t]
            if m < max(least[w], 2):
                continue
            flat_x = _is_flat(n_x[w, t], all_x[w, t], spread_x[w, t], guard)
            flat_y = _is_flat(n_y[w, t], all_y[w, t], spread_y[w, t], guard)
            shifts = (mean_x[w, t] - base_x[t]) * (mean_y[w, t] - base_y[t])
            scale = np.sqrt(squared_x[w, t] * squared_y[w, t])
            if not (flat_x or flat_y or scale == 0):
                out[w, t] = (product[w, t] - m * shifts) / scale


@njit(cache=True, nogil=True, error_model="numpy")
def _shares(up: Floats, down: Floats, least: Floats, epsilon: float, out: NDArray[Any]) -> None:
    """Write the shares of rises, of falls and their difference in all moves."""
    n, rises, falls = rolling.counts(rolling.valid(up)), rolling.sums(up), rolling.sums(down)
    for w in range(_COUNT):
        moves, balance = rises[w] + falls[w] + epsilon, rises[w] - falls[w]
        _divide(rises[w], moves, n[w], least[w], out[w])
        _divide(falls[w], moves, n[w], least[w], out[_COUNT + w])
        _divide(balance, moves, n[w], least[w], out[2 * _COUNT + w])


@njit(cache=True, nogil=True, error_model="numpy")
def _streaks(
    comparable: Floats, higher: Floats, lower: Floats, least: Floats, out: NDArray[Any]
) -> None:
    """Write CNTP, CNTN and CNTD."""
    n, up, down = rolling.counts(comparable), rolling.counts(higher), rolling.counts(lower)
    for w in range(_COUNT):
        _divide(up[w], n[w], n[w], least[w], out[w])
        _divide(down[w], n[w], n[w], least[w], out[_COUNT + w])
        _divide(up[w] - down[w], n[w], n[w], least[w], out[2 * _COUNT + w])


@njit(cache=True, nogil=True, error_model="numpy")
def _volumes(v: Floats, weighted: Floats, least: Floats, epsilon: float, out: NDArray[Any]) -> None:
    """Write VMA, VSTD and WVMA."""
    n, mean, squared = rolling.moments(v)
    m, average, spread = rolling.moments(weighted)
    today = v + epsilon
    for w in range(_COUNT):
        _divide(mean[w], today, n[w], least[w], out[w])
        _divide(_deviations(n[w], squared[w]), today, n[w], least[w], out[_COUNT + w])
        typical, variability = average[w] + epsilon, _deviations(m[w], spread[w])
        _divide(variability, typical, m[w], least[w], out[2 * _COUNT + w])
