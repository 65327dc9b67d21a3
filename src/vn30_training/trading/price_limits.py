"""Reference prices, ceilings and floors of many sessions and stocks at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vn30_training.market.hose import Rules
from vn30_training.trading.bars import Bools, Ints
from vn30_training.trading.corporate_actions import Actions
from vn30_training.trading.session_rules import Days, spans


def last_bar(values: NDArray[Any]) -> NDArray[Any]:
    """Return the value of the bar before each session, 0 (or NaN) where there was none.

    Parameters
    ----------
    values
        Above zero where there is a bar, shape (T, N).
    """
    sessions = np.arange(len(values))[:, None]
    place = np.maximum.accumulate(np.where(values > 0, sessions, -1), axis=0)
    place = np.vstack([np.full((1, values.shape[1]), -1), place[:-1]])
    none = values.dtype.type(0) if values.dtype.kind == "i" else np.nan
    return np.where(place >= 0, np.take_along_axis(values, np.maximum(place, 0), axis=0), none)


@dataclass(frozen=True, slots=True)
class Limits:
    """Reference prices and the highest and lowest prices allowed, whole VND, shape (T, N).

    All are 0 where the reference price is unknown.
    """

    reference: Ints
    ceiling: Ints
    floor: Ints


def session_limits(
    rules: Rules, dates: Days, last: Ints, traded: Bools, actions: Actions | None = None
) -> Limits:
    """Return the limits of every session.

    On ex-dates they are counted from the exact fraction that is left of the last close: real highs
    and lows lie at those limits, and beyond the ones of a reference price put on a tick.

    Parameters
    ----------
    rules
        The exchange's tables.
    dates
        The sessions, shape (T,).
    last
        Last closes, 0 where there was none, shape (T, N).
    traded
        Where the stock was traded, shape (T, N): on the return from a long suspension the limit is
        wider.
    actions
        What happens on ex-dates, if anything.
    """
    value, parts = (last, np.ones_like(last)) if actions is None else actions.reference(last)
    wide = long_suspended(rules, dates, traded)
    if actions is not None:
        wide = wide | actions.wider
    ceiling, floor = np.zeros_like(last), np.zeros_like(last)
    for span, day in spans(rules, ("price_limit", "special_limit", "tick"), dates):
        for special in (False, True):
            here = (value[span] > 0) & (last[span] > 0) & (wide[span] == special)
            if here.any():
                limits = rules.limits(value[span][here], day, special, parts[span][here])
                ceiling[span][here], floor[span][here] = limits
    return Limits(np.where(last > 0, (2 * value + parts) // (2 * parts), 0), ceiling, floor)


def long_suspended(rules: Rules, dates: Days, traded: Bools) -> Bools:
    """Return where a stock trades again after so many sessions without that the limit is wider."""
    sessions = np.arange(len(dates))[:, None]
    before = last_bar(np.where(traded, sessions + 1, 0)) - 1
    enough = np.array([rules.suspension(day) for day in dates.tolist()])[:, None]
    back: Bools = traded & (before >= 0) & (sessions - before > enough)
    return back
