"""From a panel to the 158 features, by either engine and in either mode."""

from __future__ import annotations

import importlib.util
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray

from vn30_training.features.alpha158.modes import RULES, Mode
from vn30_training.features.alpha158.names import COLUMNS, NAMES

Engine = Literal["auto", "numba", "bottleneck"]
_BAR = ("open", "high", "low", "close", "volume", "vwap")


def compute(
    panel: pd.DataFrame,
    mode: Mode = "clean",
    dtype: DTypeLike = np.float32,
    engine: Engine = "auto",
) -> pd.DataFrame:
    """Compute Alpha158.

    ``qlib`` mode reproduces Microsoft qlib 0.9.7, artefacts included. ``clean`` mode differs thus:

    - *Warm-up.* A feature exists once its symbol has the full window of sessions since its first
      row (N, or N + 1 where the day before counts); qlib shortens the window instead.
    - *Suspended days.* A row without a close has no features at all. In later windows its cells are
      skipped, also by IMAX, IMIN and IMXD (qlib takes the gap for the peak) and CNTP, CNTN and CNTD
      (qlib counts it as neither up nor down). A window needs half of its cells.
    - *Nothing to divide by.* No 1e-12 is added to denominators: a ratio to a range, a sum of
      changes or a volume of zero is NaN (qlib: 0, or 1e17 for VMA and VSTD).
    - *Flat windows.* RSQR, CORR and CORD are NaN where the deviation is below a millionth of the
      mean (qlib: below 2e-5, which depends on the unit of the price).
    - *Sessions without trades* have no log volume, so they cannot dominate CORR and CORD.
    - *Prices of zero or less*, negative volumes and infinities are missing values.
      No feature is ever infinite.

    Parameters
    ----------
    panel
        One row per symbol and session, symbols contiguous, dates ascending; ``open``, ``high``,
        ``low``, ``close``, ``volume`` and optionally ``vwap``, NaN on suspended sessions. Without
        ``vwap`` the column VWAP0 is all NaN: it is not approximated.
    mode
        ``clean`` or ``qlib``.
    dtype
        Of the result; everything is computed in float64.
    engine
        ``numba`` (compiled, parallel over symbols), ``bottleneck`` (no compiler), or ``auto``:
        numba where it is installed.

    Returns
    -------
    DataFrame
        ``symbol``, ``date`` and the 158 features, in the panel's rows and order.

    Raises
    ------
    ValueError
        For an unknown mode, or a panel that is not sorted by symbol and date.
    ImportError
        If the engine is not installed; the message names the extra.
    """
    if mode not in RULES:
        raise ValueError(f"Unknown mode {mode!r}; choose one of {', '.join(sorted(RULES))}.")
    starts = _starts(panel)
    bars = _bars(panel)
    if mode == "clean":
        bars[:4][~(bars[:4] > 0)] = np.nan
        bars[4][bars[4] < 0] = np.nan
        bars[~np.isfinite(bars)] = np.nan
    out = np.empty((len(NAMES), len(panel)), dtype=dtype)
    if len(panel):
        _engine(engine).compute(bars, starts, RULES[mode], out)
    if mode == "clean":
        _mask(out, bars[3], starts)
    features = pd.DataFrame(out.T, columns=list(NAMES), index=panel.index, copy=False)
    return pd.concat([panel[["symbol", "date"]], features], axis=1)


def _bars(panel: pd.DataFrame) -> NDArray[np.float64]:
    bars = np.full((len(_BAR), len(panel)), np.nan)
    for row, name in enumerate(_BAR):
        if name in panel:
            bars[row] = panel[name].to_numpy(dtype=np.float64, na_value=np.nan)
    return bars


def _starts(panel: pd.DataFrame) -> NDArray[np.int64]:
    """Return where each symbol's rows begin, and the number of rows at the end."""
    symbols, dates = panel["symbol"].array, panel["date"].to_numpy()
    begins = np.ones(len(panel), dtype=bool)
    begins[1:] = np.asarray(symbols[1:] != symbols[:-1], dtype=bool)
    if panel["symbol"][begins].duplicated().any():
        raise ValueError("The rows of a symbol must be contiguous: sort by symbol, then date.")
    if not np.all((dates[1:] > dates[:-1]) | begins[1:]):
        raise ValueError("Dates must ascend within each symbol, without repeats.")
    return np.append(np.flatnonzero(begins), len(panel)).astype(np.int64)


def _engine(engine: Engine) -> Any:
    if engine == "auto":
        engine = "numba" if importlib.util.find_spec("numba") else "bottleneck"
    if engine == "numba":
        from vn30_training.features.alpha158 import kernel

        return kernel
    if engine == "bottleneck":
        from vn30_training.features.alpha158 import moving

        return moving
    raise ValueError(f"Unknown engine {engine!r}; choose auto, numba or bottleneck.")


def _mask(out: NDArray[Any], close: NDArray[np.float64], starts: NDArray[np.int64]) -> None:
    """Leave no feature in the warm-up of its window, without a close, or infinite."""
    for first, last in pairwise(starts):
        for row, column in enumerate(COLUMNS):
            out[row, first : min(first + column.lookback - 1, last)] = np.nan
    out[:, np.isnan(close)] = np.nan
    out[np.isinf(out)] = np.nan
