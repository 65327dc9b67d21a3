"""Plain signals: what the naive rules forecast from, known at the close of each row's date."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

DECAY = 0.94
"""Weight of yesterday's variance in today's, the daily value of RiskMetrics (J.P. Morgan, 1996)."""

MINIMUM_RETURNS = 10
"""Returns a symbol needs before its volatility is stated."""

MEANINGS = {
    "SIG_REV1": "Minus the return of the last session: short-term reversal.",
    "SIG_REV5": "Minus the return of the last five sessions.",
    "SIG_MOM12_1": "Return of the last twelve months, the last month left out: momentum.",
    "SIG_EWMA_VOL": "Exponentially weighted daily volatility of log returns, decay 0.94.",
}
NAMES: tuple[str, ...] = tuple(MEANINGS)


def compute(panel: pd.DataFrame) -> pd.DataFrame:
    """Compute the signals.

    Parameters
    ----------
    panel
        One row per symbol and session, symbols contiguous, dates ascending; ``close`` is NaN on
        suspended sessions, on which every signal but the volatility is NaN.

    Returns
    -------
    DataFrame
        ``symbol``, ``date`` and the columns of `NAMES`, float32, in the panel's rows and order.
    """
    close = positive_close(panel)
    lagged = close.groupby(panel["symbol"], sort=False).shift
    signals = {
        "SIG_REV1": 1 - close / lagged(1),
        "SIG_REV5": 1 - close / lagged(5),
        "SIG_MOM12_1": (lagged(21) / lagged(252) - 1).where(close.notna()),
        "SIG_EWMA_VOL": pd.Series(ewma_volatility(panel), index=panel.index),
    }
    table = pd.DataFrame(signals, columns=list(NAMES)).astype(np.float32)
    return pd.concat([panel[["symbol", "date"]], table], axis=1)


def positive_close(panel: pd.DataFrame) -> pd.Series:
    """Return the closes, NaN where there is no price."""
    close = panel["close"].astype(np.float64)
    return close.where((close > 0) & np.isfinite(close))


def ewma_volatility(panel: pd.DataFrame) -> NDArray[np.float64]:
    """Return the daily volatility of log close returns up to each row.

    The variance is the weighted mean of squared returns, weights falling by `DECAY` per return.
    Suspended sessions have no return: the volatility stays, and the return that ends the suspension
    counts as one. NaN until a symbol has `MINIMUM_RETURNS` returns.
    """
    logs = np.log(positive_close(panel))
    symbol = panel["symbol"]
    filled = logs.groupby(symbol, sort=False).ffill()
    returns = logs - filled.groupby(symbol, sort=False).shift(1)
    variance = (
        (returns**2)
        .groupby(symbol, sort=False)
        .transform(
            lambda one: one.ewm(alpha=1 - DECAY, ignore_na=True, min_periods=MINIMUM_RETURNS).mean()
        )
    )
    return np.asarray(np.sqrt(variance), dtype=np.float64)
