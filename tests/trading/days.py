"""Tables of days to judge."""

import numpy as np
import pandas as pd

BY = ["strategy"]
MONEY = ("cash", "fees", "taxes", "slippage", "dividends", "turnover")
CAPITAL = 10_000_000_000


def sessions(n: int, first: str = "2021-01-04") -> pd.DatetimeIndex:
    return pd.bdate_range(first, periods=n, unit="us")


def noise(seed: int, n: int, mean: float = 0.0005) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 0.012, n)


def days_of(returns: np.ndarray, strategy: str = "own", **columns) -> pd.DataFrame:
    """The days of a strategy with these returns and, unless given, no costs and no trades."""
    growth = np.cumprod(np.concatenate([[1.0], 1 + np.asarray(returns)]))
    days = pd.DataFrame({"strategy": strategy, "date": sessions(len(growth))})
    days["nav"] = (CAPITAL * growth).round().astype(np.int64)
    return days.assign(**(dict.fromkeys(MONEY, 0) | {"exposure": 1.0} | columns))
