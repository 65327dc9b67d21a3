"""What strategies earned each session, before and after costs, from the table of their days.

The table of days, ``daily``, has one row per strategy and session: the columns that name the
strategy, ``date``, and

- ``nav``, ``cash``: VND at the close; a strategy's first session only says what it began with,
- ``fees``, ``taxes`` (on sales and on dividends), ``slippage``, ``dividends`` (before tax) and
  ``turnover`` (value bought and sold): VND of the session,
- ``exposure``: value of the shares held over NAV at the close.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

STRATEGY = ("family", "scope", "strategy", "rebalance")
"""The columns that name a strategy."""
COSTS = ("fees", "taxes", "slippage")


def with_returns(daily: pd.DataFrame, by: Sequence[str] = STRATEGY) -> pd.DataFrame:
    """Add what each session earned and traded, as a share of the NAV at the close before.

    Parameters
    ----------
    daily
        The table of days.
    by
        The columns that name a strategy.

    Returns
    -------
    DataFrame
        The days in the order of strategies and time, with ``net`` (after costs), ``cost`` (fees,
        taxes and slippage), ``gross`` (their sum) and ``traded`` (the turnover) beside; NaN in a
        strategy's first session and after a NAV of nothing.
    """
    days = daily.sort_values([*by, "date"], kind="stable", ignore_index=True)
    before = days.groupby(list(by), observed=True)["nav"].shift()
    before = before.where(before > 0).astype("float64")
    change, paid = days["nav"] - before, days[list(COSTS)].sum(axis=1)
    amounts = {"net": change, "cost": paid, "gross": change + paid, "traded": days["turnover"]}
    return days.assign(**{name: amount / before for name, amount in amounts.items()})
