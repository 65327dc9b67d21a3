"""Where traded prices and the exchange's limits disagree, and why they probably do.

``python -m vn30_training.trading.limit_breaches FOLDER`` lists it for a folder that
`raw_files.read_raw_files` can read.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from vn30_training.market.hose import Rules, load_rules
from vn30_training.trading.bars import Bools, Ints
from vn30_training.trading.corporate_actions import Actions, infer_actions, place_actions
from vn30_training.trading.price_limits import Limits, last_bar, session_limits
from vn30_training.trading.raw_files import read_raw_files
from vn30_training.trading.session_rules import Days, Floats, session_ticks

REASONS = (
    "other exchange",
    "first day",
    "ex-date",
    "ex-date, to a tick",
    "vendor error",
    "ex-date, other amount",
    "unknown",
)
"""Of the reasons that hold, the first is given. To a tick: within limits that are a tick wider."""


@dataclass(frozen=True, slots=True)
class _Traded:
    """Prices of sessions and stocks, shape (T, N); 0 where there is no bar."""

    dates: Days
    symbols: list[str]
    high: Ints
    low: Ints
    close: Ints
    volume: Ints
    adjusted: Floats

    @property
    def compared(self) -> Bools:
        """Where there are trades, and a close before them."""
        return (self.volume > 0) & (last_bar(self.close) > 0)

    def outside(self, limits: Limits, ticks: Ints | int = 0) -> Bools:
        """Return where a trade lies beyond limits that are so much wider."""
        above = self.high > limits.ceiling + ticks
        return self.compared & (above | (self.low < limits.floor - ticks))


def limit_breaches(
    raw_prices: pd.DataFrame,
    rules: Rules,
    actions: pd.DataFrame,
    listings: pd.DataFrame,
    defects: pd.DataFrame,
) -> pd.DataFrame:
    """List the highs above the ceiling and the lows below the floor of the last close.

    Bars of ex-dates that lie within those limits, but beyond the limits of what is left of the last
    close by every account, are listed too.

    Parameters
    ----------
    raw_prices, actions, listings, defects
        See `raw_files.RawFiles`; corporate actions are also read off ``adjusted``.
    rules
        The exchange's tables.

    Returns
    -------
    DataFrame
        ``symbol, date, side`` (high or low), ``price, limit, reference`` (VND), ``excess`` (of the
        reference price), ``reason`` of `REASONS`.
    """
    traded = _arrange(raw_prices)
    dates, last, trades = traded.dates, last_bar(traded.close), traded.volume > 0
    plain = session_limits(rules, dates, last, trades)
    ticks = session_ticks(rules, dates, plain.reference)
    fits, nearly, known = (np.zeros_like(trades) for _ in range(3))
    shown = plain
    for found in _accounts(traded, actions):
        limits = session_limits(rules, dates, last, trades, found)
        fits |= found.any & ~traded.outside(limits)
        nearly |= found.any & ~traded.outside(limits, ticks)
        known |= found.any
        shown = _choose(found.any & ~traded.outside(plain), limits, shown)
    first, elsewhere = _listing_days(traded, listings)
    stated = known | _on(traded, actions[["symbol", "ex_date"]])
    held = (elsewhere, first, fits, nearly, _flawed(traded, defects), stated, np.ones_like(trades))
    reason = np.select(held, np.arange(len(REASONS)))
    return _table(traded, shown, traded.outside(plain) | (known & ~fits & traded.compared), reason)


def _arrange(prices: pd.DataFrame) -> _Traded:
    dates, session = np.unique(
        prices["date"].to_numpy().astype("datetime64[D]"), return_inverse=True
    )
    stock, symbols = pd.factorize(prices["symbol"], sort=True)

    def table(column: str) -> Floats:
        values = np.zeros((len(dates), len(symbols)))
        values[session, stock] = prices[column].to_numpy(dtype=float)
        return values

    names = ("high", "low", "close", "volume")
    high, low, close, volume = (table(name).astype(np.int64) for name in names)
    adjusted = np.where(close > 0, table("adjusted"), np.nan)
    return _Traded(dates, [str(symbol) for symbol in symbols], high, low, close, volume, adjusted)


def _accounts(traded: _Traded, actions: pd.DataFrame) -> list[Actions]:
    """Return what is said of ex-dates: without rights, with them, and read off the factor."""
    stated = actions[actions["kind"] != "other"]
    tables = (stated[stated["kind"] != "rights"], stated)
    bars, last = traded.close > 0, last_bar(traded.close)
    inferred = infer_actions(traded.close, traded.adjusted, last, last_bar(traded.adjusted))
    return [place_actions(table, traded.dates, traded.symbols, bars) for table in tables] + [
        inferred
    ]


def _choose(where: Bools, one: Limits, other: Limits) -> Limits:
    return Limits(
        np.where(where, one.reference, other.reference),
        np.where(where, one.ceiling, other.ceiling),
        np.where(where, one.floor, other.floor),
    )


def _listing_days(traded: _Traded, listings: pd.DataFrame) -> tuple[Bools, Bools]:
    """Return where a stock was new on this exchange, and where it was on another one."""
    spans = listings.set_index("symbol").reindex(traded.symbols)
    starts, ends = (spans[name].to_numpy().astype("datetime64[D]") for name in spans)
    days, bars = traded.dates[:, None], traded.close > 0
    elsewhere = (days < starts) | (days >= ends)
    here = np.cumsum(bars & (days >= starts), axis=0)
    return bars & (here == 1) & ~elsewhere, elsewhere


def _on(traded: _Traded, rows: pd.DataFrame) -> Bools:
    """Return the sessions and stocks of rows of symbol and date; those without are left out."""
    place = np.zeros(traded.close.shape, dtype=bool)
    stock = pd.Index(traded.symbols).get_indexer(pd.Index(rows.iloc[:, 0]))
    days = rows.iloc[:, 1].to_numpy().astype("datetime64[D]")
    session = np.searchsorted(traded.dates, days)
    here = (stock >= 0) & (session < len(traded.dates))
    place[session[here], stock[here]] = True
    return place


def _flawed(traded: _Traded, defects: pd.DataFrame) -> Bools:
    """Return where the bar or the one before is known to be wrong, or a session between missing.

    A defect of most stocks of a session is taken for one of all: not every stock could be compared.
    """
    bars = traded.close > 0
    found = _on(traded, defects)
    found |= ((found & bars).sum(axis=1) > bars.sum(axis=1) / 2)[:, None]
    wrong = np.cumsum(found, axis=0)
    since = last_bar(np.where(bars, np.vstack([wrong[:1] * 0, wrong[:-1]]) + 1, 0)) - 1
    flawed: Bools = traded.compared & (wrong > since)
    return flawed


def _table(traded: _Traded, limits: Limits, listed: Bools, reason: Ints) -> pd.DataFrame:
    sides = {
        "high": (traded.high, limits.ceiling, listed & (traded.high > limits.ceiling)),
        "low": (traded.low, limits.floor, listed & (traded.low < limits.floor)),
    }
    parts = []
    for side, (price, limit, rows) in sides.items():
        session, stock = np.nonzero(rows)
        part = pd.DataFrame({"symbol": np.array(traded.symbols)[stock]})
        part["date"], part["side"] = traded.dates[session].astype("datetime64[us]"), side
        part["price"], part["limit"] = price[rows], limit[rows]
        part["reference"] = limits.reference[rows]
        part["excess"] = (part["price"] - part["limit"]).abs() / part["reference"]
        part["reason"] = np.array(REASONS)[reason[rows]]
        parts.append(part)
    return pd.concat(parts).sort_values(["symbol", "date", "side"], ignore_index=True)


def main(folder: Path) -> None:
    """Print the list for a folder and how often each reason was found."""
    files = read_raw_files(folder)
    found = limit_breaches(files.prices, load_rules(), files.actions, files.listings, files.defects)
    sys.stdout.write(found.to_string() + "\n\n")
    sys.stdout.write(
        found["reason"].value_counts().reindex(REASONS, fill_value=0).to_string() + "\n"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
