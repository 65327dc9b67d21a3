"""Lines of an order list: how each order is sent, what it costs, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from vn30_training.trading.exchange import Fill
from vn30_training.trading.holdings import Holdings
from vn30_training.trading.order_reasons import whys
from vn30_training.trading.order_sheet import LIMIT, PLAN, Sheet
from vn30_training.trading.plan import Plan
from vn30_training.trading.price_limits import last_bar
from vn30_training.trading.reasons import LOT, REASONS
from vn30_training.trading.session_ahead import USUAL, ex_dates, limit_price
from vn30_training.trading.stop_lines import Guard, stop_lines

COLUMNS = {
    "symbol": "str",
    "side": "str",
    "kind": "str",
    "shares": "int64",
    "order_type": "str",
    "limit_price": "Int64",
    "level": "Int64",
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
_STOP = "stop"
_PLACES = ("sell", "buy", _STOP, "keep")
_WORDS = {
    "cash": "usable cash falls short at the highest price",
    "lot": "less than a lot",
    "unsettled": "not settled yet",
}
"""Reasons of the exchange in the words of somebody who sends an order."""


def order_table(
    sheet: Sheet,
    forecasts: pd.DataFrame,
    holdings: Holdings,
    plan: Plan,
    fills: Sequence[Fill],
    guards: Mapping[int, Guard],
    since: str | None = None,
) -> pd.DataFrame:
    """Return a line for every order and stop, and for every holding and wish that none comes of.

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
    guards
        Stocks with stops, by their place in the bars.
    since
        The day of the decision, where it is an earlier one.
    """
    symbols, close = list(sheet.bars.symbols), last_bar(sheet.bars.close)[-1]
    told = forecasts.set_index("symbol")[["rank", "score", "y_pred"]].reindex(symbols)
    wanted = {fill.symbol: fill for fill in fills}
    shares = np.array([holdings.shares.get(symbol, 0) for symbol in symbols])
    tried = np.array([symbol in wanted for symbol in symbols])
    why = whys(plan, shares, shares * close / max(sheet.nav, 1), told["rank"].tolist(), tried)
    if since is not None:
        why = [f"decided on {since}, not filled yet" if one else "stays" for one in tried]
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
        for order in chain(
            _sent(sheet, n, wanted.get(symbols[n]), int(shares[n]), why[n]),
            stop_lines(sheet, n, guards[n], plan.stops) if n in guards else (),
        )
    ]
    return _sorted(pd.DataFrame(lines, columns=list(COLUMNS)).astype(COLUMNS))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    place = table["side"].where(table["kind"] == PLAN, _STOP).map(_PLACES.index)
    return (
        table.assign(place=place)
        .sort_values(["place", "rank", "symbol"], kind="stable")
        .drop(columns="place")
        .reset_index(drop=True)
        .round({"score": 6, "y_pred": 6})
    )


def _sent(sheet: Sheet, n: int, fill: Fill | None, held: int, why: str) -> Iterator[dict[str, Any]]:
    """Yield the orders of one stock, none larger than the exchange takes, odd lots apart."""
    if fill is None or (held and fill.reason == REASONS[LOT]):
        crumb = "" if fill is None else "; less than a lot away"
        yield sheet.line("keep", 0, why + crumb)
        return
    missing, word = fill.wanted - fill.filled, _WORDS.get(fill.reason, fill.reason)
    cut = f"; {missing:,} more not sent: {word}" if missing else ""
    if fill.filled == 0:
        yield sheet.line(fill.side, 0, f"{why}; {word}")
    for shares, odd in sheet.parts(fill.filled):
        kind, limit = _terms(sheet, n, fill.side, odd)
        price = limit or limit_price(sheet.bars, n, sheet.rules, 0)
        yield sheet.line(fill.side, shares, why + cut, price=price, order_type=kind, limit=limit)


def _terms(sheet: Sheet, n: int, side: str, odd: bool) -> tuple[str, int | None]:
    """Return the kind of order and its limit price; odd lots have a book of limit orders."""
    if sheet.limit_ticks is None and not odd:
        return AUCTION[sheet.at], None
    ticks = sheet.limit_ticks or 0
    return LIMIT, limit_price(sheet.bars, n, sheet.rules, ticks if side == "buy" else -ticks)


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
