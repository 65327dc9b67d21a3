"""Samples of noise with a faint signal, the same for every contender."""

from __future__ import annotations

import functools

import numpy as np

from vn30_training.models.contract import Samples

TRAIN_SHARE = 0.8


@functools.lru_cache(maxsize=64)
def make_samples(days: int, features: int, seed: int = 0, symbols: int = 1) -> Samples:
    """Return a table of so many days for each symbol."""
    rng = np.random.default_rng(seed)
    rows = symbols * days
    values = rng.standard_normal((rows, features)).astype(np.float32)
    label = (0.1 * values[:, 0] + rng.standard_normal(rows)).astype(np.float32)
    dates = np.busday_offset("2014-01-02", np.arange(days)).astype("datetime64[D]")
    return Samples(
        features=values,
        feature_names=tuple(f"F{i}" for i in range(features)),
        label=label,
        y_true=label.astype(np.float64),
        volatility=np.ones(rows),
        symbol=np.repeat(np.arange(symbols, dtype=np.int32), days),
        symbol_names=tuple(f"S{i:03d}" for i in range(symbols)),
        sector=np.zeros(rows, np.int32),
        sector_names=("Banks",),
        date=np.tile(dates, symbols),
        rows=np.arange(rows),
    )


def split_rows(days: int, window: int, symbols: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows to train on and to validate on, each with a whole window before it."""
    one = np.arange(window - 1, days)
    first = days * np.arange(symbols)[:, None]
    train, valid = np.split(one, [int(TRAIN_SHARE * len(one))])
    return (first + train).ravel(), (first + valid).ravel()
