"""Strategies beside benchmarks, with and without costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vn30_training.trading.intervals import annual_interval
from vn30_training.trading.qlib_metrics import FIGURES, risk_analysis
from vn30_training.trading.ratios import PERIODS, known
from vn30_training.trading.returns import STRATEGY, with_returns

KINDS = {"excess_return_without_cost": "gross", "excess_return_with_cost": "net"}
"""The excess returns of qlib, and the strategy's returns they are made of."""
EXCESS_COLUMNS = ["benchmark", "kind", *FIGURES, "low", "high", "n_days"]


def excess_table(
    daily: pd.DataFrame,
    benchmarks: pd.DataFrame,
    by: Sequence[str] = STRATEGY,
    periods: int = PERIODS,
) -> pd.DataFrame:
    """Compare every strategy with every benchmark, day by day.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    benchmarks
        Daily returns, one column per benchmark, indexed by date; NaN where unknown.
    by
        The columns that name a strategy.
    periods
        Sessions in a year.

    Returns
    -------
    DataFrame
        Two rows per strategy and benchmark: the columns of ``by``, ``benchmark``, ``kind`` (one of
        `KINDS`), the figures of `risk_analysis` in qlib's mode of sums, ``low`` and ``high`` (95 %
        interval of the annualised return, from differences paired by day) and ``n_days``.
    """
    records = []
    for key, days in with_returns(daily, by).groupby(list(by), observed=True):
        beside = benchmarks.reindex(pd.DatetimeIndex(days["date"]))
        for benchmark in benchmarks:
            for kind, column in KINDS.items():
                excess = known(days[column].to_numpy() - beside[benchmark].to_numpy())
                named = dict(zip(by, key, strict=True)) | {"benchmark": benchmark, "kind": kind}
                records.append(named | _figures(excess, periods))
    return pd.DataFrame(records, columns=[*by, *EXCESS_COLUMNS])


def _figures(excess: ArrayLike, periods: int) -> dict[str, float]:
    low, high = (bound * periods / PERIODS for bound in annual_interval(excess))
    found = risk_analysis(excess, "sum", periods)
    return found | {"low": low, "high": high, "n_days": len(np.asarray(excess))}
