"""Panels of prices for the tests: random, with gaps, flat stretches and days without trades."""

import numpy as np
import pandas as pd


def random_panel(
    seed: int,
    symbols: int = 3,
    sessions: int = 90,
    gaps: float = 0.03,
    flat: float = 0.1,
    idle: float = 0.03,
    future: int = 0,
) -> pd.DataFrame:
    """Prices on a tick of 10 VND; rows of suspended sessions are NaN.

    ``gaps``, ``flat`` and ``idle`` are the shares of sessions that are suspended, repeat the bar
    before with open = high = low = close, and have no volume.
    """
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range("2020-01-01", periods=sessions + future).astype("datetime64[us]")
    return pd.concat(
        [
            _symbol(
                rng, f"S{i:02d}", dates[rng.integers(0, 5) * (i > 0) : sessions], gaps, flat, idle
            )
            for i in range(symbols)
        ],
        ignore_index=True,
    )


def sessions_of(panel: pd.DataFrame, future: int = 10) -> pd.DataFrame:
    """The panel's dates and some business days after them."""
    dates = pd.DatetimeIndex(panel["date"].unique()).sort_values()
    later = pd.bdate_range(dates[-1], periods=future + 1)[1:].astype("datetime64[us]")
    observed = np.arange(len(dates) + future) < len(dates)
    return pd.DataFrame({"date": dates.append(later), "observed": observed})


def _symbol(rng, name, dates, gaps, flat, idle):
    n = len(dates)
    moves = np.where(rng.random(n) < flat, 0.0, 0.02 * rng.standard_normal(n))
    moves[n // 2 : n // 2 + rng.integers(0, 25)] = 0.0
    close = 10 * np.round(2500 * np.exp(np.cumsum(moves)))
    still = moves == 0
    open_ = np.where(still, close, close + 10 * rng.integers(-20, 20, n))
    high = np.maximum(open_, close) + np.where(still, 0, 10 * rng.integers(0, 15, n))
    low = np.minimum(open_, close) - np.where(still, 0, 10 * rng.integers(0, 15, n))
    volume = np.round(np.exp(13 + rng.standard_normal(n)), -2)
    volume[rng.random(n) < idle] = 0.0
    bars = np.stack([open_, high, low, close, volume, np.round((high + low + close) / 3)])
    suspended = rng.random(n) < gaps
    suspended[[0, -1]] = False
    bars[:, suspended] = np.nan
    names = ("open", "high", "low", "close", "volume", "vwap")
    table = pd.DataFrame(dict(zip(names, bars, strict=True)))
    return table.assign(symbol=name, date=dates, member=True, sector="none")
