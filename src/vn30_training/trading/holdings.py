"""What somebody owns, as a file says it: read strictly, every error with its row and remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np

from vn30_training.market.checks.codes import issue
from vn30_training.market.hose import Rules
from vn30_training.market.issues import DataError, DataIssue
from vn30_training.market.strict_csv import as_day, read_rows
from vn30_training.trading.session_rules import Days

CASH = "cash"

_COLUMNS = ("symbol", "shares", "settled")
_WHEN = "bought_on"
_PRICE = "average_price"
_OPTIONAL = (_WHEN, _PRICE)
_WHOLE = re.compile(r"\d+", re.ASCII)
_DECIMAL = re.compile(r"\d{1,9}(\.\d+)?", re.ASCII)
_MOST_SHARES, _MOST_CASH = 10**9, 10**12
_LEAST_PRICE, _MOST_PRICE = 1_000, 10**7


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is owned at a close.

    Attributes
    ----------
    shares, settled
        Shares held by symbol, and how many of them are settled.
    cash, settled_cash
        All VND, that of sales on its way too, and what can be used.
    bought_on
        Day of the last purchase by symbol, where it is known.
    sold_on
        Day of the sale whose cash is on its way, where it is known.
    average_price
        VND paid for a share on average, less dividends since, by symbol, where it is known.
    """

    shares: Mapping[str, int]
    settled: Mapping[str, int]
    cash: int
    settled_cash: int
    bought_on: Mapping[str, date] = field(default_factory=dict)
    sold_on: date | None = None
    average_price: Mapping[str, float] = field(default_factory=dict)

    @property
    def paid(self) -> dict[str, int]:
        """VND paid for the positions whose average price is known, less dividends since."""
        return {
            name: round(price * self.shares[name]) for name, price in self.average_price.items()
        }


@dataclass(frozen=True, slots=True)
class _Row:
    symbol: str
    held: int
    settled: int
    day: date | None
    price: float | None = None


def only_cash(capital: int) -> Holdings:
    """Return an account that has nothing but cash, all of it usable."""
    return Holdings({}, {}, capital, capital)


def read_holdings(path: Path, symbols: Sequence[str], dates: Days, rules: Rules) -> Holdings:
    """Read a file of holdings.

    Parameters
    ----------
    path
        A CSV file with ``symbol, shares, settled`` and, if wished, ``bought_on``, the day of the
        last purchase, and ``average_price``, what a share cost in VND, less dividends since. The
        row of the symbol ``cash`` has all VND as shares, what of it can be used as settled (empty:
        all) and the day of the last sale as bought_on. Without a day, what is not settled counts
        as dealt on the newest session.
    symbols
        Those with prices.
    dates
        The sessions up to the newest, datetime64[D], ascending.
    rules
        Of the exchange, which say what can have settled.

    Raises
    ------
    DataError
        With every error in the file, its row and what to do: nothing is repaired.
    """
    issues: list[DataIssue] = []
    rows: dict[str, _Row] = {}
    for line, cells in read_rows(path, "D033", _COLUMNS, _OPTIONAL):
        found = list(_why_wrong(cells, symbols, rows, dates, rules))
        if not found:
            row = _row(cells)
            rows[row.symbol] = row
        else:
            # Another row of the same symbol is told to be double even where this one is wrong.
            rows.setdefault(cells["symbol"], _Row(cells["symbol"], 0, 0, None))
        name = cells["symbol"] or None
        issues += [issue(c, text, symbol=name, file=path.name, row=line) for c, text in found]
    if CASH not in rows:
        issues.append(issue("D038", f"No row has the symbol {CASH}.", file=path.name))
    if issues:
        raise DataError(issues)
    cash = rows.pop(CASH)
    return Holdings(
        shares={row.symbol: row.held for row in rows.values()},
        settled={row.symbol: row.settled for row in rows.values()},
        cash=cash.held,
        settled_cash=cash.settled,
        bought_on={row.symbol: row.day for row in rows.values() if row.day},
        sold_on=cash.day,
        average_price={row.symbol: row.price for row in rows.values() if row.price and row.held},
    )


def _why_wrong(
    cells: Mapping[str, str],
    symbols: Sequence[str],
    known: Mapping[str, _Row],
    dates: Days,
    rules: Rules,
) -> Iterator[tuple[str, str]]:
    """Yield the code of each error of a row and what was found."""
    symbol, newest = cells["symbol"], dates[-1].astype(object)
    if symbol != CASH and symbol not in symbols:
        yield "D034", f"{symbol or 'An empty cell'} is none of the {len(symbols)} known symbols."
    if symbol in known:
        yield "D037", f"{symbol} has a row before this one."
    needed = [name for name in _COLUMNS[1:] if cells[name] or symbol != CASH or name == "shares"]
    most = _MOST_CASH if symbol == CASH else _MOST_SHARES
    wrong = [name for name in needed if not _is_whole(cells[name], most)]
    for name in wrong:
        yield "D035", f"{name} is {cells[name] or 'empty'!r}."
    if cells[_PRICE] and (symbol == CASH or not _is_price(cells[_PRICE])):
        yield "D050", f"{_PRICE} is {cells[_PRICE]!r}."
    day = as_day(cells[_WHEN])
    dealt = None if day is None else int(np.searchsorted(dates, np.datetime64(day), "right")) - 1
    if cells[_WHEN] and (day is None or (day >= dates[0] and dates[dealt or 0] != day)):
        yield "D039", f"bought_on is {cells[_WHEN]!r}; the newest session is {newest}."
    elif not wrong:
        row = _row(cells)
        if row.settled > row.held:
            yield "D036", f"{row.settled} of {row.held} are settled."
        elif day is not None and dealt is not None and row.held:
            rule = rules.cash_settlement(day) if symbol == CASH else rules.settlement(day)
            waits = dealt >= 0 and dealt + rule.holding("close") >= len(dates)
            if waits != (row.settled < row.held):
                yield "D036", f"{row.settled} of {row.held} are settled on {newest}, dealt {day}."


def _row(cells: Mapping[str, str]) -> _Row:
    held = int(cells["shares"])
    settled = int(cells["settled"]) if cells["settled"] else held
    price = float(cells[_PRICE]) if _is_price(cells[_PRICE]) else None
    return _Row(cells["symbol"], held, settled, as_day(cells[_WHEN]), price)


def _is_price(text: str) -> bool:
    return bool(_DECIMAL.fullmatch(text)) and _LEAST_PRICE <= float(text) <= _MOST_PRICE


def _is_whole(text: str, most: int) -> bool:
    return bool(_WHOLE.fullmatch(text)) and len(text) <= len(str(most)) and int(text) <= most
