"""Checks of what cuts cannot show: dividends to come, later members, fills at the same bar."""

from __future__ import annotations

import numpy as np
import pandas as pd

from vn30_training.evaluation.audit.chain import Chain, Frame
from vn30_training.evaluation.audit.comparing import Change, Market, Table, compare
from vn30_training.evaluation.audit.cuts import noisy_where
from vn30_training.evaluation.audit.findings import Finding
from vn30_training.evaluation.audit.future import Y
from vn30_training.evaluation.audit.given import Given, Tables
from vn30_training.market.membership import is_dated
from vn30_training.market.schema import PRICES

DIVIDEND = 0.95
"""What a dividend of five per cent, paid after the last day, makes of all adjusted prices."""

DIVIDEND_TOLERANCE = 1e-4
"""Of a column's spread: rounding moves values that are small differences of large ones."""

DIVIDEND_SHARE = 1e-3
"""Share of a column's values that may move further: ties and thresholds turned by rounding."""

SAME_BAR_STEP = 10


def with_dividend(table: Frame) -> Frame:
    """Return prices or a panel as they will be adjusted after a dividend of every second symbol."""
    symbols = np.sort(table["symbol"].unique())[::2]
    paying = table["symbol"].isin(symbols).to_numpy()
    columns = [name for name in (*PRICES, "vwap") if name in table]
    factor = np.where(paying, DIVIDEND, 1.0)
    return table.assign(**{name: table[name] * factor for name in columns})


def audit_dividend(chain: Chain, panel: Frame, market: Market) -> Finding:
    """Pay a dividend after the last day: no feature may move with the adjusted price level."""
    before = Table.of(market, chain.features(panel))
    after = Table.of(market, chain.features(with_dividend(panel)))
    spread = np.nanstd(before.numbers.astype(np.float64), axis=0)
    moved = np.abs(after.numbers.astype(np.float64) - before.numbers) > DIVIDEND_TOLERANCE * spread
    changed = moved | (np.isnan(before.numbers) != np.isnan(after.numbers))
    shares = changed.mean(axis=0)
    sick = [before.columns[at] for at in np.flatnonzero(shares > DIVIDEND_SHARE)]
    if sick:
        detail = f"{', '.join(sick[:3])} of {len(sick)} move when a later dividend rescales prices"
        return Finding("dividend", "features", "fail", "price level", detail)
    detail = (
        f"all history of every second stock times {DIVIDEND}: within {DIVIDEND_TOLERANCE:g} of a "
        f"column's spread but for a share of {shares.max(initial=0.0):.1g} at most"
    )
    return Finding("dividend", "features", "pass", detail=detail)


def audit_membership(chain: Chain, given: Given, seed: int) -> list[Finding]:
    """Let one symbol join late: before that it is no member, and its returns change no label."""
    joiner, day = _joiner(given.prices)
    given = given.joined_late(joiner, day)
    tables = given.run(chain)
    early = (tables.panel["symbol"] == joiner) & (tables.panel["date"] < day)
    if tables.panel.loc[early, "member"].any():
        detail = f"{joiner}, made to join on {day.date()}, is a member before that"
        return [Finding("membership", "panel", "fail", "today's members", detail)]
    detail = f"{joiner}, made to join on {day.date()}, is no member before that"
    passed = Finding("membership", "panel", "pass", detail=detail)
    rows = (given.prices["symbol"] == joiner) & (given.prices["date"] < day)
    others = given.noisy(rows.to_numpy(), seed).run(chain)
    market = Market.of(given.prices)
    one, two = (
        Table.of(market, labels.loc[labels["symbol"] != joiner, ["symbol", "date", *Y]])
        for labels in (tables.labels, others.labels)
    )
    return [passed, _unmoved(compare(one, two, market.place(day) - 1), joiner)]


def _unmoved(change: Change, joiner: str) -> Finding:
    if change.any:
        rows = int(change.cells.any(axis=1).sum())
        detail = f"labels of {rows} rows depend on returns of {joiner} before it joined"
        return Finding("membership", "labels", "fail", "today's members", detail)
    detail = f"no label of another symbol depends on returns of {joiner} before it joined"
    return Finding("membership", "labels", "pass", detail=detail)


def audit_member_dates(members: Frame) -> Finding:
    """Say whether the file of members has dates at all."""
    if is_dated(members):
        return Finding("member dates", "members", "pass", detail="every membership has a start")
    detail = (
        "The members have no dates: whoever is in the index today is taken as always in, which "
        "favours survivors. No check can mend that; the chain itself handles dates as it should."
    )
    return Finding("member dates", "members", "skipped", detail=detail)


def audit_same_bar(chain: Chain, tables: Tables, sessions: Frame, seed: int) -> Finding:
    """Replace the bars of every tenth day: the returns to be earned from that day stay."""
    labels = tables.labels
    early = labels["trade_date"] <= labels["date"]
    if early.any():
        detail = f"{int(early.sum())} rows are traded on the day of their own bar or before"
        return Finding("same bar", "labels", "fail", "same-bar fill", detail)
    days = np.unique(labels["date"].to_numpy())[:: max(SAME_BAR_STEP, 2 * _reach(labels))]
    panel = tables.panel
    changed = noisy_where(panel, panel["date"].isin(days).to_numpy(), seed)
    again = chain.labels(changed, sessions)
    rows = labels["date"].isin(days).to_numpy()
    one, two = labels["y_raw"].to_numpy()[rows], again["y_raw"].to_numpy()[rows]
    differ = int(((one != two) & ~(np.isnan(one) & np.isnan(two))).sum())
    if differ:
        detail = f"{differ} returns change with the bar of the day that decides the trade"
        return Finding("same bar", "labels", "fail", "same-bar fill", detail)
    detail = "every trade is later than its day, at prices that bar does not hold"
    return Finding("same bar", "labels", "pass", detail=detail, cuts=len(days))


def _reach(labels: Frame) -> int:
    days = np.unique(labels["date"].to_numpy())
    ends = np.searchsorted(days, labels["label_end"].to_numpy())
    return int((ends - np.searchsorted(days, labels["date"].to_numpy())).max(initial=0))


def _joiner(prices: Frame) -> tuple[str, pd.Timestamp]:
    """Return the symbol with the most bars and the middle of its history."""
    symbol = str(prices["symbol"].value_counts(sort=True).index[0])
    days = prices.loc[prices["symbol"] == symbol, "date"]
    return symbol, pd.Timestamp(days.iloc[len(days) // 2])
