"""Checks of bars by themselves and against the day before: order, limits, standstill, copies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vn30_training.market.checks.findings import Findings, Mask, escalated
from vn30_training.market.hose import load_rules
from vn30_training.market.schema import PRICES

ORDER_TOLERANCE = 0.01
"""Contradictions up to a tick (500 VND at 50,000 until 2016) are told, but not counted."""
MIXED_SHARE = 0.01
LIMIT_ALLOWANCE = 0.005
"""Beyond the limit by this much: adjusted prices are rounded."""
_CLOSES_STALE = 10
_SHARED_BARS = 5


def check_order(bars: pd.DataFrame, findings: Findings, share: float) -> Mask:
    """Flag bars whose prices contradict each other (D006, D007); return the gross ones.

    D007, an error, where the close lies well outside the day's range on more than 1 % of a symbol's
    rows; D006 is an error for symbols with more than ``share`` gross contradictions.
    """
    top, bottom = bars[["open", "close"]].max(axis=1), bars[["open", "close"]].min(axis=1)
    excess = np.fmax(
        np.fmax(top, bars["low"]) - bars["high"], bars["low"] - np.fmin(bottom, bars["high"])
    )
    relative = np.asarray(excess / bars["close"], dtype=float)
    broken: Mask = relative > 1e-9
    gross: Mask = relative > ORDER_TOLERANCE
    close = bars["close"]
    outside = np.asarray(np.fmax(close / bars["high"], bars["low"] / close), dtype=float) - 1
    mixed = outside > ORDER_TOLERANCE
    is_mixture = escalated(bars["symbol"], mixed, MIXED_SHARE)
    level = np.where(escalated(bars["symbol"], gross, share), "error", "warning")
    order = broken & ~(mixed & is_mixture)
    findings.flag("D006", bars[order], _bar_text(bars[order]), level[order])
    blend = bars[mixed & is_mixture]
    findings.flag("D007", blend, _bar_text(blend), "error")
    return gross


def _bar_text(bars: pd.DataFrame) -> pd.Series:
    texts = [
        f"open {o:,.2f} high {h:,.2f} low {low:,.2f} close {c:,.2f}"
        for o, h, low, c in bars[list(PRICES)].to_numpy(float)
    ]
    return pd.Series(texts, bars.index, dtype=object)


def check_limit(bars: pd.DataFrame, findings: Findings) -> Mask:
    """Flag returns beyond the price limit of their day plus half a point (D008); return them."""
    returns = bars.groupby("symbol")["close"].pct_change()
    beyond = (returns.abs() > price_limits(bars["date"]) + LIMIT_ALLOWANCE).to_numpy(bool)
    texts = returns[beyond].map("{:+.2%}".format)
    findings.flag("D008", bars[beyond], texts)
    return beyond


def check_standstill(bars: pd.DataFrame, findings: Findings) -> Mask:
    """Flag days without trade and bars that repeat the day before (D009); return them."""
    idle = (bars["volume"] == 0).to_numpy(bool)
    columns = [*PRICES, "volume"]
    same = (bars[columns] == bars[columns].shift()).all(axis=1)
    repeated = (same & (bars["symbol"] == bars["symbol"].shift())).to_numpy(bool) & ~idle
    frozen = _frozen_closes(bars)
    still = idle | repeated | frozen
    detail = np.select([idle, repeated], ["no volume", "repeats the day before"], "close unchanged")
    findings.flag("D009", bars[still], pd.Series(detail, bars.index)[still])
    return still


def _frozen_closes(bars: pd.DataFrame) -> Mask:
    """Say which bars without any volume figure end a long run of one close."""
    changed = (bars["close"] != bars["close"].shift()) | (bars["symbol"] != bars["symbol"].shift())
    length = bars.groupby(changed.cumsum()).cumcount() + 1
    frozen: Mask = ((length > _CLOSES_STALE) & bars["volume"].isna()).to_numpy(bool)
    return frozen


def check_shared(bars: pd.DataFrame, findings: Findings) -> None:
    """Flag symbols that share whole bars with another one (D028, error)."""
    traded = bars[bars["volume"] > 0]
    columns = ["date", *PRICES, "volume"]
    shared = traded[traded.duplicated(columns, keep=False)]
    count = shared.groupby("symbol")["date"].transform("size")
    shared = shared[count >= _SHARED_BARS]
    names = shared.groupby(columns)["symbol"].transform(" and ".join)
    findings.flag("D028", shared, names.map("the same bar in {}".format), "error")


def price_limits(dates: pd.Series) -> pd.Series:
    """Return the exchange's limit of each day, as a fraction; before the exchange its first one."""
    rules = load_rules()
    opening = rules.tables["price_limit"][0].start
    days = dates.drop_duplicates()
    percent = [rules.price_limit(max(day.date(), opening)) for day in days]
    return dates.map(pd.Series(percent, days) / 100)
