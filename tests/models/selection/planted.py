"""Features of which some tell the label, some repeat others, and most are noise."""

import numpy as np
from numpy.typing import NDArray

from vn30_training.models.contract import Samples

SYMBOLS = ("AAA", "BBB", "CCC", "DDD")
NAMES = ("noise_0", "signal", "noise_1", "copy_of_signal", "second", "noise_2", "noise_3")
HOLDING = 3


def planted(
    seed: int = 0, sessions: int = 250, names: tuple[str, ...] = NAMES
) -> tuple[Samples, NDArray[np.datetime64]]:
    """Return samples whose rows leave out the last sessions, and the label end of those rows."""
    rng = np.random.default_rng(seed)
    n = len(SYMBOLS) * sessions
    x = rng.standard_normal((n, len(names)))
    place = {name: i for i, name in enumerate(names)}
    label = 0.3 * rng.standard_normal(n)
    if "signal" in place:
        label += x[:, place["signal"]]
    if "second" in place:
        label += 0.5 * x[:, place["second"]]
    if "copy_of_signal" in place:
        x[:, place["copy_of_signal"]] = x[:, place["signal"]] + 0.02 * rng.standard_normal(n)
    day = np.tile(np.arange(sessions), len(SYMBOLS))
    date = np.datetime64("2020-01-01") + day.astype("timedelta64[D]")
    symbol = np.repeat(np.arange(len(SYMBOLS), dtype=np.int32), sessions)
    rows = np.flatnonzero(day < sessions - 60)
    samples = Samples(
        features=x.astype(np.float32),
        feature_names=names,
        label=label.astype(np.float32),
        y_true=0.02 * label,
        volatility=np.full(n, 0.02),
        symbol=symbol,
        symbol_names=SYMBOLS,
        sector=np.zeros(n, dtype=np.int32),
        sector_names=("unknown",),
        date=date,
        rows=rows,
    )
    return samples, (date + np.timedelta64(HOLDING, "D"))[rows]
