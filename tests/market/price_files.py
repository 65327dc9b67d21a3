"""Small price files for tests: plausible bars in thousand dong, and how vendors write them."""

from pathlib import Path

import numpy as np
import pandas as pd

TODAY = pd.Timestamp("2025-09-01").date()


def make_bars(seed: int = 0, rows: int = 300, price: float = 50.0) -> pd.DataFrame:
    """Bars without any defect: within limits, consistent, on weekdays, two decimals."""
    random = np.random.default_rng(seed)
    close = price * np.exp(np.cumsum(random.normal(0, 0.012, rows).clip(-0.06, 0.06)))
    start = close * (1 + random.normal(0, 0.004, rows))
    high = np.maximum(start, close) * (1 + random.uniform(0.001, 0.01, rows))
    low = np.minimum(start, close) * (1 - random.uniform(0.001, 0.01, rows))
    dates = pd.bdate_range(end="2025-08-25", periods=rows)
    volume = random.integers(10_000, 5_000_000, rows)
    bars = pd.DataFrame({"open": start, "high": high, "low": low, "close": close}).round(2)
    bars.insert(0, "date", dates)
    return bars.assign(volume=volume)


def as_text(bars: pd.DataFrame, **options: object) -> str:
    """The bars as vnstock writes them."""
    return bars.to_csv(index=False, date_format="%Y-%m-%d", **options)


def write(folder: Path, name: str, bars: pd.DataFrame) -> None:
    (folder / name).write_text(as_text(bars))


def canonical(bars: pd.DataFrame, symbol: str) -> pd.DataFrame:
    """What reading the bars must give: dong, in the canonical columns."""
    prices = (bars[["open", "high", "low", "close"]] * 1000).round(4)
    return pd.DataFrame(
        {
            "symbol": pd.Series(symbol, bars.index, dtype="str"),
            "date": bars["date"].astype("datetime64[us]"),
            **{column: prices[column] for column in prices},
            "volume": bars["volume"].astype(float),
        }
    ).reset_index(drop=True)
