"""What trading cost, how much of it a strategy could bear, and with how much money."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from vn30_training.evaluation.statistics import MIN_DAYS
from vn30_training.trading.ratios import PERIODS, cagr, sharpe
from vn30_training.trading.returns import COSTS, STRATEGY, with_returns

FEES = (0.0010, 0.0015, 0.0035)
"""What brokers take of the value of a trade: a cheap one, the usual, the dearest."""
PARTICIPATION = 0.10
"""Share of a day's volume that an order may be."""
WITHIN = 0.95
"""Share of the orders that must keep to it."""

_NAN = float("nan")


def cost_figures(days: pd.DataFrame) -> dict[str, float]:
    """Add up what one strategy paid.

    Parameters
    ----------
    days
        One strategy's rows of what `with_returns` returned.

    Returns
    -------
    dict
        ``fees``, ``taxes``, ``slippage`` and ``costs`` (their sum) in VND and, named with
        ``_a_year``, as a share of NAV: the mean day's times `PERIODS`.
    """
    paid = days[list(COSTS)].assign(costs=days[list(COSTS)].sum(axis=1))
    of_nav = paid.div(days["nav"].shift(), axis=0).loc[days["net"].notna()]
    names = (*COSTS, "costs")
    figures = {name: float(paid[name].sum()) for name in names}
    return figures | {f"{name}_a_year": float(of_nav[name].mean()) * PERIODS for name in names}


def break_even_cost(gross: ArrayLike, traded: ArrayLike, benchmark: ArrayLike = 0.0) -> float:
    """Find the cost of a trade, as a share of its value, at which a strategy earns the benchmark.

    Were every trade charged that cost and nothing else, the strategy's compounded return would be
    that of the benchmark on the same days. The trades stay the same.

    Parameters
    ----------
    gross
        Daily returns before costs, shape (n,). Days on which anything is NaN are left out.
    traded
        Value bought and sold over NAV, shape (n,).
    benchmark
        Daily returns to be earned, shape (n,), or one for all days.

    Returns
    -------
    float
        Negative where the benchmark is missed even without costs; NaN without trades or for fewer
        than `MIN_DAYS` days.
    """
    from scipy.optimize import brentq

    columns = np.column_stack(np.broadcast_arrays(gross, traded, benchmark)).astype(np.float64)
    earned, value, target = columns[~np.isnan(columns).any(axis=1)].T
    if len(value) < MIN_DAYS or not value.any() or min(earned.min(), target.min()) <= -1:
        return _NAN
    wealth = np.log1p(target).sum()

    def surplus(cost: float) -> float:
        return float(np.log1p(earned - cost * value).sum() - wealth)

    trades = value > 0
    ruin = float(((1 + earned[trades]) / value[trades]).min())
    low = -1e-4
    while surplus(low) < 0:
        low *= 2
    return float(brentq(surplus, low, ruin * (1 - 1e-12), xtol=1e-15))


def capacity(
    participation: ArrayLike,
    nav: ArrayLike,
    limit: float = PARTICIPATION,
    within: float = WITHIN,
) -> float:
    """Find the NAV up to which orders stay small beside the market's volume.

    Orders are taken to grow with NAV, and prices not to answer. Orders that were cut for their size
    hide how big they would be: simulate with a capital at which few were.

    Parameters
    ----------
    participation
        Share of the day's volume that each order filled was, shape (n,).
    nav
        NAV at which it was filled, VND, shape (n,).
    limit
        Share of a day's volume that an order may be.
    within
        Share of the orders that must keep to it.

    Returns
    -------
    float
        VND; NaN without orders.
    """
    of_one_vnd = np.asarray(participation, dtype=np.float64) / np.asarray(nav, dtype=np.float64)
    return float(limit / np.quantile(of_one_vnd, within)) if len(of_one_vnd) else _NAN


def fee_sensitivity(
    daily: pd.DataFrame, fees: Sequence[float] = FEES, by: Sequence[str] = STRATEGY
) -> pd.DataFrame:
    """Judge what the same trades would have earned at other brokers.

    Taxes and slippage stay; only the fee is another share of the value traded.

    Parameters
    ----------
    daily
        The table of days (`trading.returns`).
    fees
        Fees as shares of the value of a trade.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The columns of ``by``, ``fee``, ``cagr``, ``sharpe``.
    """
    records = []
    for key, days in with_returns(daily, by).groupby(list(by), observed=True):
        without_fee = days["net"] + days["fees"] / days["nav"].shift()
        for fee in fees:
            net = without_fee - fee * days["traded"]
            figures = {"fee": fee, "cagr": cagr(net), "sharpe": sharpe(net)}
            records.append(dict(zip(by, key, strict=True)) | figures)
    return pd.DataFrame(records, columns=[*by, "fee", "cagr", "sharpe"])
