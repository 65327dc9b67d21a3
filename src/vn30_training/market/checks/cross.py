"""Cross-check of two sources of the same symbols: the days on which they disagree."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vn30_training.market.schema import KEYS

RETURN_GAP = 0.01
VOLUME_GAP = 0.02


def cross_check(a: pd.DataFrame, b: pd.DataFrame) -> pd.DataFrame:
    """Compare two canonical price tables on the days that both have.

    Parameters
    ----------
    a, b
        Canonical prices, sorted by symbol and date; the unit and adjustment may differ.

    Returns
    -------
    DataFrame
        ``symbol, date, kind, a, b``: ``return_disagrees`` where log returns since the last common
        day differ by more than 1 %, ``volume_disagrees`` where volumes differ by more than 2 %
        (days without volume in either are D009's matter).
    """
    columns = [*KEYS, "close", "volume"]
    both = a[columns].merge(b[columns], on=list(KEYS), suffixes=("_a", "_b"))
    for side in ("a", "b"):
        logs = np.log(both[f"close_{side}"].where(both[f"close_{side}"] > 0))
        both[f"return_{side}"] = logs.groupby(both["symbol"]).diff()
    returns = (both["return_a"] - both["return_b"]).abs() > RETURN_GAP
    volume = both[["volume_a", "volume_b"]]
    gap = (both["volume_a"] - both["volume_b"]).abs()
    volumes = (gap > VOLUME_GAP * volume.max(axis=1)) & (volume > 0).all(axis=1)
    return pd.concat([_table(both[returns], "return"), _table(both[volumes], "volume")])


def _table(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    table = rows[[*KEYS, f"{name}_a", f"{name}_b"]].set_axis([*KEYS, "a", "b"], axis=1)
    table.insert(len(KEYS), "kind", f"{name}_disagrees")
    return table
