"""Samples made from arrays, for the tests of single families."""

import numpy as np

from vn30_training.models.contract import Samples


def make_samples(n: int, features: int, signal: float = 0.3, seed: int = 0) -> Samples:
    """Return one symbol's rows; the label is ``signal`` times the first feature, and noise."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, features)).astype(np.float32)
    label = signal * x[:, 0] + rng.standard_normal(n).astype(np.float32)
    volatility = 0.02 * np.exp(0.3 * rng.standard_normal(n))
    return Samples(
        features=x,
        feature_names=tuple(f"F{i}" for i in range(features)),
        label=label.astype(np.float32),
        y_true=label * volatility,
        volatility=volatility,
        symbol=np.zeros(n, dtype=np.int32),
        symbol_names=("AAA",),
        sector=np.zeros(n, dtype=np.int32),
        sector_names=("bank",),
        date=np.datetime64("2015-01-01") + np.arange(n),
        rows=np.arange(n),
    )
