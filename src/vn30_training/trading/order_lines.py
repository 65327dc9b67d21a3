"""Lines of an order list: how each order is sent, what it costs, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules
from vn30_training.trading.bars import Bars
from vn30_training.trading.engine.charges import fee, share
from vn30_training.trading.engine.venue import Venue
from vn30_training.trading.exchange import Fill
from vn30_training.trading.holdings import Holdings
from vn30_training.trading.order_reasons import whys
from vn30_training.trading.plan import Plan
from vn30_training.trading.price_limits import last_bar
from vn30_training.trading.profiles import At
from vn30_training.trading.reasons import LOT, REASONS
from vn30_training.trading.session_ahead import USUAL, ex_dates, limit_price

COLUMNS = {
    "symbol": "str",
    "side": "str",
    "shares": "int64",
    "order_type": "str",
    "limit_price": "Int64",
    "ceiling": "int64",
    "floor": "int64",
    "last_close": "int64",
    "value": "int64",
    "fee": "int64",
    "tax": "int64",
    "reason": "str",
    "warning": "str",
    "rank": "Int64",
    "score": "float64",
    "y_pred": "float64",
    "held": "int64",
    "settled": "int64",
    "wanted": "int64",
}
"""The columns and their types: a line is an order, or says why there is none."""
AUCTION = {"open": "ATO", "close": "ATC"}
LIMIT = "LO"
_SIDES = ("sell", "buy", "keep")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all lines share.

    Attributes
    ----------
    bars
        Of which the last session is that of the orders.
    venue
        The same under the rules of the account.
    at
        The auction.
    rules
        The exchange's tables.
    limit_ticks, participation
        As in `OrderOptions`.
    nav
        VND at the last closes.
    """

    bars: Bars
    venue: Venue
    at: At
    rules: Rules
    limit_ticks: int | None
    participation: float
    nav: int


def order_table(
    sheet: Sheet, forecasts: pd.DataFrame, holdings: Holdings, plan: Plan, fills: Sequence[Fill]
) -> pd.DataFrame:
    """Return a line for every order, and for every holding and wish that none comes of.

    Parameters
    ----------
    sheet
        What all lines share.
    forecasts
        ``symbol``, ``rank``, ``score``, ``y_pred``.
    holdings
        What is owned before.
    plan
        Of one row, what was decided.
    fills
        What became of it under the rules, at the price that bounds a purchase.
    """
    symbols, close = list(sheet.bars.symbols), last_bar(sheet.bars.close)[-1]
    told = forecasts.set_index("symbol")[["rank", "score", "y_pred"]].reindex(symbols)
    wanted = {fill.symbol: fill for fill in fills}
    shares = np.array([holdings.shares.get(symbol, 0) for symbol in symbols])
    tried = np.array([symbol in wanted for symbol in symbols])
    why = whys(plan, shares, shares * close / max(sheet.nav, 1), told["rank"].tolist(), tried)
    known = told.assign(
        ceiling=sheet.bars.ceiling[-1],
        floor=sheet.bars.floor[-1],
        last_close=close,
        held=shares,
        settled=[holdings.settled.get(symbol, 0) for symbol in symbols],
        wanted=[wanted[symbol].wanted if symbol in wanted else 0 for symbol in symbols],
        warning=[_warning(sheet, n, wanted.get(symbol)) for n, symbol in enumerate(symbols)],
    )
    listed = np.flatnonzero(tried | (shares > 0)).tolist()
    stocks = known.reset_index(names="symbol").to_dict("records")
    lines = [
        {**stocks[n], **order}
        for n in listed
        for order in _sent(sheet, n, wanted.get(symbols[n]), int(shares[n]), why[n])
    ]
    return _sorted(pd.DataFrame(lines, columns=list(COLUMNS)).astype(COLUMNS))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    place = table["side"].map({side: place for place, side in enumerate(_SIDES)})
    return (
        table.assign(place=place)
        .sort_values(["place", "rank", "symbol"], kind="stable")
        .drop(columns="place")
        .reset_index(drop=True)
    )


def _sent(sheet: Sheet, n: int, fill: Fill | None, held: int, why: str) -> Iterator[dict[str, Any]]:
    """Yield the orders of one stock, none larger than the exchange takes, odd lots apart."""
    if fill is None or (held and fill.reason == REASONS[LOT]):
        crumb = "" if fill is None else "; less than a lot away"
        yield _line("keep", 0, "", None, (0, 0, 0), why + crumb)
        return
    missing = fill.wanted - fill.filled
    cut = f"; {missing} more not sent: {fill.reason}" if missing else ""
    if fill.filled == 0:
        yield _line(fill.side, 0, "", None, (0, 0, 0), f"{why}; refused: {fill.reason}")
    for shares, odd in _parts(sheet.bars, fill.filled):
        kind, limit = _terms(sheet, n, fill.side, odd)
        price = limit or limit_price(sheet.bars, n, sheet.rules, 0)
        yield _line(
            fill.side, shares, kind, limit, _costs(sheet, fill.side, shares * price), why + cut
        )


def _line(
    side: str, shares: int, kind: str, limit: int | None, money: tuple[int, int, int], why: str
) -> dict[str, Any]:
    value, charge, tax = money
    return {
        "side": side,
        "shares": shares,
        "order_type": kind,
        "limit_price": limit,
        "value": value,
        "fee": charge,
        "tax": tax,
        "reason": why,
    }


def _parts(bars: Bars, shares: int) -> Iterator[tuple[int, bool]]:
    """Yield shares of each order and whether they are an odd lot."""
    lot, most = int(bars.lot[-1]), int(bars.max_order[-1])
    whole, odd = shares // lot * lot, shares % lot
    biggest = most // lot * lot or whole
    while whole > 0:
        yield min(whole, biggest), False
        whole -= biggest
    if odd:
        yield odd, True


def _terms(sheet: Sheet, n: int, side: str, odd: bool) -> tuple[str, int | None]:
    """Return the kind of order and its limit price; odd lots have a book of limit orders."""
    if sheet.limit_ticks is None and not odd:
        return AUCTION[sheet.at], None
    ticks = sheet.limit_ticks or 0
    return LIMIT, limit_price(sheet.bars, n, sheet.rules, ticks if side == "buy" else -ticks)


def _costs(sheet: Sheet, side: str, value: int) -> tuple[int, int, int]:
    """Return the value, the fee and the tax of an order."""
    u = len(sheet.bars.dates) - 1
    tax = share(value, int(sheet.venue.sell_tax[u])) if side == "sell" else 0
    return value, int(fee(sheet.venue, u, value)), int(tax)


def _warning(sheet: Sheet, n: int, fill: Fill | None) -> str:
    """Return what may keep the order from being filled as it stands."""
    traded = np.flatnonzero(sheet.bars.traded[:-1, n])
    told = []
    if sheet.bars.symbols[n] in ex_dates(sheet.bars):
        told.append(f"ex-date: the reference price is {sheet.bars.reference[-1, n]:,}")
    if traded.size and traded[-1] < len(sheet.bars.dates) - 2:
        told.append(f"no trade since {sheet.bars.dates[traded[-1]]}")
    part = 0 if fill is None else fill.filled / int(sheet.bars.volume[-1, n])
    if part > sheet.participation:
        told.append(f"{part:.0%} of the mean volume of {USUAL} sessions")
    return "; ".join(told)
