"""The table of features that models read: Alpha158 and the signals side by side."""

from __future__ import annotations

import pandas as pd

from vn30_training.features import alpha158, signals
from vn30_training.features.alpha158.modes import Mode


def build_features(panel: pd.DataFrame, mode: Mode = "clean") -> pd.DataFrame:
    """Compute all features of a panel.

    Parameters
    ----------
    panel
        One row per symbol and session, symbols contiguous, dates ascending; OHLCV (and optionally
        ``vwap``), NaN on suspended sessions.
    mode
        How Alpha158 treats edge cases, see `vn30_training.features.alpha158.compute`.

    Returns
    -------
    DataFrame
        ``symbol``, ``date``, the Alpha158 columns and the signals, float32, in the panel's rows and
        order. VWAP0 is left out where the panel has no ``vwap``: it would be empty.
    """
    columns = alpha158.compute(panel, mode)
    if "vwap" not in panel or panel["vwap"].isna().all():
        columns = columns.drop(columns="VWAP0")
    return pd.concat([columns, signals.compute(panel)[list(signals.NAMES)]], axis=1)
