"""The rules in force in each of many sessions, as arrays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.market.hose import Rules
from vn30_training.trading.bars import Ints

Days = NDArray[np.datetime64]
Floats = NDArray[np.float64]

PPM = 1_000_000

_PPM_OF_PERCENT = 10_000


def spans(rules: Rules, names: Sequence[str], dates: Days) -> Iterator[tuple[slice, date]]:
    """Yield the runs of sessions through which some rules stay as they are, and a day of each."""
    starts = {np.datetime64(row.start) for name in names for row in rules.tables[name]}
    edges = np.unique([0, *np.searchsorted(dates, sorted(starts)), len(dates)])
    for first, last in pairwise(edges):
        yield slice(first, last), dates[first].astype(object)


def session_rules(rules: Rules, dates: Days) -> dict[str, NDArray[Any]]:
    """Return those fields of `Bars` that have one value a session.

    Parameters
    ----------
    rules
        The exchange's tables.
    dates
        The sessions, datetime64[D], ascending.

    Raises
    ------
    ValueError
        If a table other than of a tax starts after the first session; the error names the rule. A
        tax is nought before its table starts.
    """
    days = dates.tolist()
    return {
        "lot": np.array([rules.board_lot(day) for day in days]),
        "max_order": np.array([rules.max_order(day) for day in days]),
        "odd_lots": np.array([rules.odd_lots(day) for day in days]),
        "sellable_at_open": np.array([rules.min_holding(day, "open") for day in days]),
        "sellable_at_close": np.array([rules.min_holding(day, "close") for day in days]),
        "cash_at_open": np.array([rules.cash_settlement(day).holding("open") for day in days]),
        "cash_at_close": np.array([rules.cash_settlement(day).holding("close") for day in days]),
        "closing_auction": np.array([rules.closing_auction(day) for day in days]),
        "fee": _ppm([rules.broker_fee(day) for day in days]),
        "sell_tax": _tax(rules, "sell_tax", days),
        "dividend_tax": _tax(rules, "dividend_tax", days),
        "bonus_tax": _ppm([rules.bonus_tax(day).percent for day in days]),
        "par": np.array([rules.bonus_tax(day).par for day in days]),
    }


def session_ticks(rules: Rules, dates: Days, prices: NDArray[Any]) -> Ints:
    """Return the price step at each price (T, N) of each session."""
    ticks = np.zeros(prices.shape, dtype=np.int64)
    for span, day in spans(rules, ("tick",), dates):
        ticks[span] = rules.ticks(prices[span], day)
    return ticks


def _ppm(percent: Sequence[float]) -> Ints:
    return np.array([round(value * _PPM_OF_PERCENT) for value in percent], dtype=np.int64)


def _tax(rules: Rules, rule: str, days: Sequence[date]) -> Ints:
    start = rules.tables[rule][0].start
    return _ppm([rules.row(rule, day).value if day >= start else 0.0 for day in days])
