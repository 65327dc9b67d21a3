"""Tables of days to judge."""

import numpy as np
import pandas as pd

from vn30_training.trading.bars import Bars

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


def bars_of(symbols: str, n: int, **given) -> Bars:
    """A market of stocks that nothing happens to but what is given."""
    whole, shape = np.ones(n, dtype=np.int64), (n, len(symbols))
    known = {"dates": sessions(n).to_numpy().astype("M8[D]"), "symbols": tuple(symbols)}
    for name in ("open", "high", "low", "close", "reference", "volume"):
        known[name] = np.full(shape, 100_000)
    for name in ("ceiling", "floor", "tick", "cash_dividend", "bonus", "taxed_bonus"):
        known[name] = np.zeros(shape, dtype=np.int64)
    for clock in ("open", "close"):
        known[f"sellable_at_{clock}"] = known[f"cash_at_{clock}"] = 0 * whole
    for name in ("fee", "sell_tax", "dividend_tax", "bonus_tax", "par"):
        known[name] = 0 * whole
    known |= {
        "closing_auction": whole > 0,
        "lot": whole,
        "max_order": 0 * whole,
        "odd_lots": whole > 0,
    }
    return Bars(**(known | {"member": np.ones(shape, dtype=bool), "basis": "raw"} | given))
