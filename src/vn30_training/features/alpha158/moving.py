"""The engine without a compiler: the same features as `kernel`, by moving windows over blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.features.alpha158.blocks import (
    HISTORY,
    Blocks,
    Moving,
    lag_of_max,
    moving_max,
    moving_sum,
    percentile_rank,
    previous,
    quantiles,
    sample_deviation,
)
from vn30_training.features.alpha158.modes import Rules
from vn30_training.features.alpha158.names import ROW, WINDOWS
from vn30_training.features.alpha158.series import Floats, Series, derive, write_bars

ROWS_AT_ONCE = 6000
Windowed = Iterator[tuple[str, int, Floats]]


@np.errstate(all="ignore")
def compute(bars: Floats, starts: NDArray[np.int64], rules: Rules, out: NDArray[Any]) -> None:
    """Fill ``out``, shape (158, rows), from ``bars``, shape (6, rows).

    Symbol ``s`` lies in rows ``starts[s]`` to ``starts[s + 1]``. A few symbols are worked on at a
    time, so that what lies between input and output stays in the processor's cache.
    """
    for group in _groups(starts):
        rows = slice(group[0], group[-1])
        series = derive(bars[:, rows], group - group[0], rules)
        write_bars(series, rules, out[:, rows])
        blocks = Blocks(group - group[0])
        for family in (_trend, _ranges, _correlations, _streaks, _moves, _volumes):
            for name, w, body in family(blocks, series, rules):
                out[ROW[name] + w, rows] = blocks.rows(body)


def _groups(starts: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the starts of successive symbols, with the end of the last, `ROWS_AT_ONCE` or more."""
    first = 0
    for last in range(1, len(starts)):
        if starts[last] - starts[first] >= ROWS_AT_ONCE or last == len(starts) - 1:
            yield starts[first : last + 1]
            first = last


def _least(window: int, rules: Rules) -> float:
    """Return how many numbers a window needs."""
    return float(max(np.ceil(window * rules.share), 1))


def _where(enough: NDArray[np.bool_], values: Floats) -> Floats:
    return np.where(enough, values, np.nan)


def _flat(mean: Floats, deviation: Floats, rules: Rules) -> NDArray[np.bool_]:
    guard = rules.guard_absolute + rules.guard_relative * np.abs(mean)
    return np.asarray(deviation <= guard)


def _trend(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield ROC, MA, STD and what comes from the least-squares line through the closes."""
    closes = Moving(blocks.of(series.close))
    c, day = closes.x[:, HISTORY:], np.arange(closes.x.shape[1], dtype=np.float64)
    today = day[HISTORY:]
    for w, window in enumerate(WINDOWS):
        n, mean, squared = closes.moments(window)
        deviation = sample_deviation(n, squared)
        place = moving_sum(day * closes.valid, window)
        spread = moving_sum(day**2 * closes.valid, window) - place**2 / n
        total = moving_sum(closes.deviation, window)
        covariance = moving_sum(day * closes.deviation, window) - place * total / n
        covariance = np.where(squared > 0, covariance, 0.0)
        slope = _where(n > 1, covariance / spread)
        enough = n >= _least(window, rules)
        yield "ROC", w, previous(closes.x, window)[:, HISTORY:] / c
        yield "MA", w, _where(enough, mean / c)
        yield "STD", w, _where(enough, deviation / c)
        yield "BETA", w, _where(enough, slope / c)
        sloped = enough & ~_flat(mean, deviation, rules)
        yield "RSQR", w, _where(sloped, slope * covariance / squared)
        yield "RESI", w, _where(enough, (c - mean - slope * (today - place / n)) / c)


def _ranges(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield the families of highest highs, lowest lows, quantiles and ranks."""
    highs, depths, closes = (blocks.of(x) for x in (series.high, series.depth, series.close))
    c = closes[:, HISTORY:]
    for w, window in enumerate(WINDOWS):
        least = _least(window, rules)
        n, n_high, n_low = (
            moving_sum((~np.isnan(x)).astype(np.float64), window) for x in (closes, highs, depths)
        )
        top = _where(n_high >= least, moving_max(highs, window))
        bottom = _where(n_low >= least, -moving_max(depths, window))
        yield "MAX", w, top / c
        yield "MIN", w, bottom / c
        yield "RSV", w, (c - bottom) / (top - bottom + rules.epsilon)
        upper, lower = quantiles(closes, window, (0.8, 0.2))
        yield "QTLU", w, _where(n >= least, upper / c)
        yield "QTLD", w, _where(n >= least, lower / c)
        yield "RANK", w, _where(n >= least, percentile_rank(closes, n, window))
        high_lag, low_lag = (_peak(blocks, x, window, rules) for x in (highs, depths))
        both = np.full(c.shape, rules.gap_is_peak) | ((n_high >= least) & (n_low >= least))
        age = np.minimum(blocks.age, window)
        yield "IMAX", w, _where(both, (age - high_lag) / window)
        yield "IMIN", w, _where(both, (age - low_lag) / window)
        yield "IMXD", w, _where(both, (low_lag - high_lag) / window)


def _peak(blocks: Blocks, x: Floats, window: int, rules: Rules) -> Floats:
    """Return the lag of the peak; in qlib's way that of the oldest gap, where there is one."""
    lag = lag_of_max(x, window)
    if not rules.gap_is_peak:
        return lag
    gap = lag_of_max(np.where(blocks.real & np.isnan(x), 1.0, np.nan), window)
    return np.where(np.isnan(gap), lag, gap)


def _correlations(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield CORR and CORD."""
    pairs = (
        ("CORR", series.close, series.log_volume),
        ("CORD", series.ratio, series.log_growth),
    )
    for name, x, y in pairs:
        yield from _correlation(name, blocks.of(x), blocks.of(y), rules)


def _correlation(name: str, x: Floats, y: Floats, rules: Rules) -> Windowed:
    paired_x, paired_y = Moving(x + 0 * y), Moving(y + 0 * x)
    same = np.array_equal(np.isnan(x), np.isnan(y))
    all_x, all_y = (paired_x, paired_y) if same else (Moving(x), Moving(y))
    product = paired_x.deviation * paired_y.deviation
    for w, window in enumerate(WINDOWS):
        n, _, squared_x = moments_x = paired_x.moments(window)
        _, _, squared_y = moments_y = paired_y.moments(window)
        total_x = moving_sum(paired_x.deviation, window)
        total_y = moving_sum(paired_y.deviation, window)
        covariance = moving_sum(product, window) - total_x * total_y / n
        flat = squared_x * squared_y == 0
        for m, mean, squared in (
            moments_x if same else all_x.moments(window),
            moments_y if same else all_y.moments(window),
        ):
            flat |= _flat(mean, sample_deviation(m, squared), rules)
        enough = (n >= max(_least(window, rules), 2)) & ~flat
        yield name, w, _where(enough, covariance / np.sqrt(squared_x * squared_y))


def _streaks(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield the shares of sessions that closed higher, lower, and their difference."""
    flags = [blocks.of(x) for x in (series.comparable, series.higher, series.lower)]
    for w, window in enumerate(WINDOWS):
        n, higher, lower = (moving_sum(one, window) for one in flags)
        enough = n >= _least(window, rules)
        yield "CNTP", w, _where(enough, higher / n)
        yield "CNTN", w, _where(enough, lower / n)
        yield "CNTD", w, _where(enough, (higher - lower) / n)


def _moves(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield the shares of rises, of falls and their difference in all moves."""
    closes = ("", series.gain, series.loss)
    for prefix, gain, loss in (closes, ("V", series.volume_gain, series.volume_loss)):
        rises, falls = Moving(blocks.of(gain)), Moving(blocks.of(loss))
        for w, window in enumerate(WINDOWS):
            enough = rises.count(window) >= _least(window, rules)
            up, down = rises.total(window), falls.total(window)
            total = up + down + rules.epsilon
            yield f"{prefix}SUMP", w, _where(enough, up / total)
            yield f"{prefix}SUMN", w, _where(enough, down / total)
            yield f"{prefix}SUMD", w, _where(enough, (up - down) / total)


def _volumes(blocks: Blocks, series: Series, rules: Rules) -> Windowed:
    """Yield VMA, VSTD and WVMA."""
    volumes, weighted = Moving(blocks.of(series.volume)), Moving(blocks.of(series.weighted))
    today = volumes.x[:, HISTORY:] + rules.epsilon
    for w, window in enumerate(WINDOWS):
        least = _least(window, rules)
        n, mean, deviation = volumes.spread(window)
        yield "VMA", w, _where(n >= least, mean / today)
        yield "VSTD", w, _where(n >= least, deviation / today)
        n, mean, deviation = weighted.spread(window)
        yield "WVMA", w, _where(n >= least, deviation / (mean + rules.epsilon))
