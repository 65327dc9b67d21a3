"""The panel of prices as an exchange sees it: whole prices, limits, the rules of each session."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules
from vn30_training.market.schema import PRICES
from vn30_training.trading.bars import Bars, Bools, Ints
from vn30_training.trading.corporate_actions import Actions, infer_actions, place_actions
from vn30_training.trading.grid import Grid, lay_out
from vn30_training.trading.price_limits import Limits, last_bar, long_suspended, session_limits
from vn30_training.trading.session_rules import Days, Floats, session_rules, session_ticks

Basis = Literal["auto", "raw", "adjusted"]

_NEAR_LIMIT = 3
"""Thousandths of the reference price within which an adjusted close counts as at its limit."""

_NEAR = 5
"""Sessions by which a vendor may misdate an action; two of one stock are further apart."""


def make_bars(
    panel: pd.DataFrame,
    sessions: pd.DataFrame,
    rules: Rules,
    actions: pd.DataFrame | None = None,
    basis: Basis = "auto",
) -> Bars:
    """Turn the panel into an exchange's arrays.

    Parameters
    ----------
    panel
        ``symbol, date, open, high, low, close, volume, member`` and, for raw bars, ``raw_close``.
        A row without all prices is no bar.
    sessions
        ``date``, ``observed``.
    rules
        The exchange's tables; prices are whole in their `Rules.price_unit`.
    actions
        Corporate actions, see `corporate_actions.place_actions`, cash in the panel's unit; used for
        raw bars only. More than `_NEAR` sessions from a stock's rows, or without any, actions are
        inferred, see `corporate_actions.infer_actions`, unless the bar lies within the limits of
        the last close and beyond those of the inferred reference price.
    basis
        ``raw``: prices as traded, the adjusted ones scaled by ``raw_close`` / ``close`` and put on
        the nearest tick; ``adjusted``: adjusted prices in whole units, where a close at the day's
        high or low within 0.3 points of the limit counts as at the limit; ``auto``: see `basis_of`.

    Returns
    -------
    Bars
        Row t depends on rows up to t alone.

    Raises
    ------
    ValueError
        If raw bars are asked for and a symbol has no raw close, the panel has days that are no
        observed session, or the rules start after the first session.
    """
    grid = lay_out(panel, sessions)
    if basis_of(panel, basis) == "adjusted":
        return _adjusted_bars(grid, rules)
    return _raw_bars(grid, rules, actions)


def basis_of(panel: pd.DataFrame, basis: Basis = "auto") -> Literal["raw", "adjusted"]:
    """Return the basis of a panel's bars: for ``auto``, raw where every symbol has raw closes.

    Raises
    ------
    ValueError
        If raw bars are asked for and a symbol has no raw close.
    """
    lacking = _without_raw(panel)
    if basis == "raw" and lacking:
        raise ValueError(f"No raw_close for {', '.join(lacking)}: ask for the adjusted basis.")
    return "adjusted" if basis == "adjusted" or lacking else "raw"


def _without_raw(panel: pd.DataFrame) -> list[str]:
    symbols = panel["symbol"].unique()
    if "raw_close" not in panel:
        return list(symbols)
    return sorted(set(symbols) - set(panel.loc[panel["raw_close"] > 0, "symbol"]))


def _raw_bars(grid: Grid, rules: Rules, table: pd.DataFrame | None) -> Bars:
    scale = _scale(grid, rules)
    traded, close = grid.positive("raw_close") * scale, grid.positive("close") * scale
    opens, highs, lows = (
        _to_tick(rules, grid.dates, grid.positive(name) * (traded / close) * scale)
        for name in PRICES[:3]
    )
    bar = (opens > 0) & (highs > 0) & (lows > 0) & (traded > 0) & (close > 0)
    closes = _whole(traded)
    prices = {
        "open": np.where(bar, opens, 0),
        "high": np.where(bar, np.maximum(highs, np.maximum(opens, closes)), 0),
        "low": np.where(bar, np.minimum(lows, np.minimum(opens, closes)), 0),
        "close": np.where(bar, closes, 0),
    }
    last = last_bar(prices["close"])
    known = _actions(grid, rules, table, prices, np.where(bar, close, np.nan))
    limits = session_limits(rules, grid.dates, last, bar & grid.traded, known)
    given = known.cash, known.holders_bonus(last), known.taxed
    return _bars(grid, rules, prices, limits, given, "raw")


def _actions(
    grid: Grid, rules: Rules, table: pd.DataFrame | None, prices: dict[str, Ints], adjusted: Floats
) -> Actions:
    close = prices["close"]
    last, bar = last_bar(close), close > 0
    inferred = infer_actions(close, adjusted, last, last_bar(adjusted))
    inside = [
        (prices["high"] <= limits.ceiling) & (prices["low"] >= limits.floor)
        for limits in (
            session_limits(rules, grid.dates, last, bar & grid.traded, actions)
            for actions in (inferred, None)
        )
    ]
    inferred = inferred.only(inside[0] | ~inside[1])
    if table is None or table.empty:
        return inferred
    table = table.assign(cash_vnd=table["cash_vnd"] * _scale(grid, rules))
    given = place_actions(table, grid.dates, grid.symbols, bar)
    return given + inferred.only(~_near(given.any))


def _near(found: Bools) -> Bools:
    """Return what lies within `_NEAR` sessions of anything found, shape (T, N)."""
    near = found.copy()
    for sessions in range(1, _NEAR + 1):
        near[sessions:] |= found[:-sessions]
        near[:-sessions] |= found[sessions:]
    return near


def _adjusted_bars(grid: Grid, rules: Rules) -> Bars:
    scale = _scale(grid, rules)
    prices = {name: _whole(grid.positive(name) * scale) for name in PRICES}
    bar = np.logical_and.reduce([price > 0 for price in prices.values()])
    prices = {name: np.where(bar, price, 0) for name, price in prices.items()}
    exact = session_limits(rules, grid.dates, last_bar(prices["close"]), bar & grid.traded)
    special = long_suspended(rules, grid.dates, bar & grid.traded)
    days = grid.dates.tolist()
    percent = np.array([[rules.price_limit(day, wide) for wide in (False, True)] for day in days])
    width = np.where(special, percent[:, 1:], percent[:, :1])
    limits = _approximate(prices, exact, 10 * width - _NEAR_LIMIT)
    none = np.zeros_like(limits.reference)
    return _bars(grid, rules, prices, limits, (none, none, none), "adjusted")


def _approximate(prices: dict[str, Ints], limits: Limits, near: Ints) -> Limits:
    """Return limits moved to closes near them; none is left within the day's range."""
    high, low, close = prices["high"], prices["low"], prices["close"]
    move, reach = 1000 * (close - limits.reference), near * limits.reference
    bar = (close > 0) & (limits.reference > 0)
    ceiling = np.where(bar, np.maximum(limits.ceiling, high), limits.ceiling)
    floor = np.where(bar, np.minimum(limits.floor, low), limits.floor)
    ceiling = np.where(bar & (close == high) & (move >= reach), close, ceiling)
    floor = np.where(bar & (close == low) & (-move >= reach), close, floor)
    return Limits(limits.reference, ceiling, floor)


def _bars(
    grid: Grid,
    rules: Rules,
    prices: dict[str, Ints],
    limits: Limits,
    given: tuple[Ints, Ints, Ints],
    basis: Literal["raw", "adjusted"],
) -> Bars:
    volume = np.nan_to_num(grid.positive("volume"))
    cash, bonus, taxed = given
    return Bars(
        dates=grid.dates,
        symbols=grid.symbols,
        open=prices["open"],
        high=prices["high"],
        low=prices["low"],
        close=prices["close"],
        reference=limits.reference,
        ceiling=limits.ceiling,
        floor=limits.floor,
        volume=np.rint(volume).astype(np.int64),
        tick=session_ticks(
            rules, grid.dates, np.where(prices["close"] > 0, prices["close"], limits.reference)
        ),
        member=grid.table(grid.panel["member"].to_numpy(dtype=bool), missing=False),
        cash_dividend=cash,
        bonus=bonus,
        taxed_bonus=taxed,
        **session_rules(rules, grid.dates),
        basis=basis,
    )


def _scale(grid: Grid, rules: Rules) -> int:
    return rules.price_unit(grid.dates[0].astype(object)).per_quoted


def _whole(prices: Floats) -> Ints:
    return np.rint(np.nan_to_num(prices)).astype(np.int64)


def _to_tick(rules: Rules, dates: Days, prices: Floats) -> Ints:
    known = np.nan_to_num(prices)
    ticks = session_ticks(rules, dates, known)
    return np.floor(known / ticks + 0.5).astype(np.int64) * ticks
