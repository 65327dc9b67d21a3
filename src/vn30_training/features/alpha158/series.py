"""What both engines start from: the bars, their day-to-day changes, and the features of one bar."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vn30_training.features.alpha158.modes import Rules
from vn30_training.features.alpha158.names import ROW

Floats = NDArray[np.float64]


class Series(NamedTuple):
    """One value per row of the panel; NaN where there is none, never infinite but for bars.

    Attributes
    ----------
    open, high, low, close, volume, vwap
        The bars.
    depth
        Minus the low, so that the lowest low is the highest depth.
    ratio, log_growth
        Close over the close before, and log(1 + volume over the volume before).
    log_volume
        log(1 + volume).
    gain, loss, volume_gain, volume_loss
        Rises and falls since the row before, both at least zero.
    weighted
        Absolute return times volume.
    comparable, higher, lower
        1.0 where the close can be compared with, is above, is below the one before, else 0.0.
    """

    open: Floats
    high: Floats
    low: Floats
    close: Floats
    volume: Floats
    vwap: Floats
    depth: Floats
    ratio: Floats
    log_growth: Floats
    log_volume: Floats
    gain: Floats
    loss: Floats
    volume_gain: Floats
    volume_loss: Floats
    weighted: Floats
    comparable: Floats
    higher: Floats
    lower: Floats


@np.errstate(all="ignore")
def derive(bars: Floats, starts: NDArray[np.int64], rules: Rules) -> Series:
    """Derive the series from ``bars``, shape (6, rows): OHLC, volume and vwap.

    Symbol ``s`` lies in rows ``starts[s]`` to ``starts[s + 1]``; symbols do not touch.
    """
    close, volume = bars[3], bars[4]
    before, volume_before = _previous(close, starts), _previous(volume, starts)
    traded = volume if rules.log_of_none else np.where(volume > 0, volume, np.nan)
    move, volume_move = close - before, volume - volume_before
    ratio = _finite(close / before)
    comparable = np.ones(len(close), bool) if rules.gap_counts else ~np.isnan(move)
    return Series(
        open=bars[0],
        high=bars[1],
        low=bars[2],
        close=close,
        volume=volume,
        vwap=bars[5],
        depth=-bars[2],
        ratio=ratio,
        log_growth=_finite(np.log(traded / _previous(traded, starts) + 1)),
        log_volume=_finite(np.log(traded + 1)),
        gain=np.maximum(move, 0.0),
        loss=np.maximum(-move, 0.0),
        volume_gain=np.maximum(volume_move, 0.0),
        volume_loss=np.maximum(-volume_move, 0.0),
        weighted=_finite(np.abs(ratio - 1) * volume),
        comparable=comparable.astype(np.float64),
        higher=(close > before).astype(np.float64),
        lower=(close < before).astype(np.float64),
    )


@np.errstate(all="ignore")
def write_bars(series: Series, rules: Rules, out: NDArray[Any]) -> None:
    """Write the nine candle and four price features into their rows of ``out``."""
    o, h, low, c = series.open, series.high, series.low, series.close
    body, span, shift = c - o, h - low + rules.epsilon, 2 * c - h - low
    upper, lower = h - np.maximum(o, c), np.minimum(o, c) - low
    values = {
        "KMID": body / o,
        "KLEN": (h - low) / o,
        "KMID2": body / span,
        "KUP": upper / o,
        "KUP2": upper / span,
        "KLOW": lower / o,
        "KLOW2": lower / span,
        "KSFT": shift / o,
        "KSFT2": shift / span,
        "OPEN0": o / c,
        "HIGH0": h / c,
        "LOW0": low / c,
        "VWAP0": series.vwap / c,
    }
    for name, value in values.items():
        out[ROW[name]] = value


def _previous(x: Floats, starts: NDArray[np.int64]) -> Floats:
    out = np.empty_like(x)
    out[1:] = x[:-1]
    out[starts[:-1]] = np.nan
    return out


def _finite(x: Floats) -> Floats:
    x[~np.isfinite(x)] = np.nan
    return x
