"""Small tables of made-up features for the tests of networks."""

import numpy as np

from vn30_training.models.contract import Samples


def make_samples(
    symbols: int = 3,
    days: int = 90,
    features: int = 4,
    signal: float = 1.0,
    lag: int = 0,
    seed: int = 0,
) -> Samples:
    """Return a table whose label follows the first feature ``lag`` rows ago, plus noise."""
    rng = np.random.default_rng(seed)
    rows = symbols * days
    values = rng.standard_normal((rows, features)).astype(np.float32)
    symbol = np.repeat(np.arange(symbols), days).astype(np.int32)
    lagged = np.concatenate([np.roll(values[symbol == i, 0], lag) for i in range(symbols)])
    label = (signal * lagged + 0.3 * rng.standard_normal(rows)).astype(np.float32)
    dates = np.busday_offset("2020-01-02", np.arange(days)).astype("datetime64[D]")
    return Samples(
        features=values,
        feature_names=tuple(f"F{i}" for i in range(features)),
        label=label,
        y_true=label.astype(np.float64) / 100,
        volatility=np.full(rows, 0.01),
        symbol=symbol,
        symbol_names=tuple(f"SY{i}" for i in range(symbols)),
        sector=(symbol % 2).astype(np.int32),
        sector_names=("Banks", "Retail"),
        date=np.tile(dates, symbols),
        rows=np.arange(rows),
    )


def split_samples(data: Samples, share: float = 0.7) -> tuple[Samples, Samples]:
    """Return views on the earlier and the later rows of each symbol."""
    cut = np.unique(data.date)[int(share * len(np.unique(data.date)))]
    early = data.date < cut
    return data.at(np.flatnonzero(early)), data.at(np.flatnonzero(~early))
