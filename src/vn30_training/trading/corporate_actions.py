"""Dividends, bonus shares and rights: what holders get and what the reference price loses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.trading.bars import Bools, Ints
from vn30_training.trading.session_rules import PPM, Days, Floats

COLUMNS = ("symbol", "ex_date", "kind", "cash_vnd", "ratio")

KINDS = {
    "cash": "cash_vnd a share",
    "bonus": "ratio new shares for each held: a stock dividend or bonus, taxed when sold",
    "split": "the same without tax: a split",
    "treasury": "a bonus in treasury shares, where the limit widens instead of the price falling",
    "rights": "ratio new shares for each held, to be bought at cash_vnd",
}

_ROUNDING = 10
"""VND to which vendors round adjusted prices: a factor is sure to within this / price."""

_LEAST = 0.001
"""A smaller change of the factor is no corporate action."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What happens on ex-dates, shape (T, N) each, int64 but for ``wider``.

    Attributes
    ----------
    cash
        Gross VND a share.
    bonus
        New shares, parts per million of those held.
    taxed
        Of them those taxed when they are sold.
    rights
        Shares that may be bought, parts per million of those held.
    paid
        What the rights cost: parts per million times VND.
    wider
        Where the wider limit holds instead of a lower reference price.
    """

    cash: Ints
    bonus: Ints
    taxed: Ints
    rights: Ints
    paid: Ints
    wider: Bools

    @property
    def any(self) -> Bools:
        """Where there is an ex-date."""
        return (self.cash > 0) | (self.bonus > 0) | (self.rights > 0)

    def only(self, where: Bools) -> Actions:
        """Return the actions of some sessions and stocks alone."""
        kept = {field.name: getattr(self, field.name) * where for field in fields(self)}
        return Actions(**kept)

    def __add__(self, other: Actions) -> Actions:
        """Return both."""
        return Actions(
            self.cash + other.cash,
            self.bonus + other.bonus,
            self.taxed + other.taxed,
            self.rights + other.rights,
            self.paid + other.paid,
            self.wider | other.wider,
        )

    def reference(self, close: Ints) -> tuple[Ints, Ints]:
        """Return the last close without what left it, (C - D + r p) / (1 + r), as a fraction.

        Parameters
        ----------
        close
            Last close, VND, shape (T, N).

        Returns
        -------
        tuple of ndarray
            Numerators, at least 0, and denominators, 1 where nothing left.
        """
        left = self.any & ~self.wider
        value = np.maximum((close - self.cash) * PPM + self.paid, 0)
        return np.where(left, value, close), np.where(left, PPM + self.bonus + self.rights, 1)

    def holders_bonus(self, close: Ints) -> Ints:
        """Return the new shares of holders, ppm; rights as if sold and put into the stock."""
        value = (close - self.cash) * PPM + self.paid
        worth = np.where(self.rights > 0, value, 1)
        as_bonus = (close - self.cash) * (PPM + self.bonus + self.rights) / worth - 1
        return np.where(self.rights > 0, np.rint(as_bonus * PPM).astype(np.int64), self.bonus)


def place_actions(
    actions: pd.DataFrame, dates: Days, symbols: Sequence[str], bars: Bools
) -> Actions:
    """Put a table of corporate actions on sessions and stocks.

    An ex-date without a bar moves to the stock's next bar. Those before its second bar are left
    out: nobody can have held the stock.

    Parameters
    ----------
    actions
        `COLUMNS`: ``kind`` of `KINDS`, ``ratio`` as a fraction (0.2: one new share for five held).
    dates, symbols
        The sessions and the stocks; actions of others are left out.
    bars
        Where there is a bar, shape (T, N).

    Raises
    ------
    ValueError
        If a column is missing, or a row has an unknown kind, no ex-date or no amount.
    """
    _check(actions)
    stock = pd.Index(list(symbols)).get_indexer(pd.Index(actions["symbol"]))
    session = np.searchsorted(dates, actions["ex_date"].to_numpy().astype("datetime64[D]"))
    session = _next_bar(bars)[session, stock]
    held = (stock >= 0) & (session < len(dates)) & (session > bars.argmax(axis=0)[stock])
    kind = actions["kind"].to_numpy()
    cash = np.rint(actions["cash_vnd"].fillna(0).to_numpy(dtype=float)).astype(np.int64)
    ratio = np.rint(actions["ratio"].fillna(0).to_numpy(dtype=float) * PPM).astype(np.int64)

    def grid(values: Ints, *kinds: str) -> Ints:
        table = np.zeros(bars.shape, dtype=np.int64)
        here = held & np.isin(kind, kinds)
        np.add.at(table, (session[here], stock[here]), values[here])
        return table

    return Actions(
        grid(cash, "cash"),
        grid(ratio, "bonus", "split", "treasury"),
        grid(ratio, "bonus", "treasury"),
        grid(ratio, "rights"),
        grid(ratio * cash, "rights"),
        grid(ratio, "treasury") > 0,
    )


def infer_actions(raw: Ints, adjusted: Floats, last_raw: Ints, last_adjusted: Floats) -> Actions:
    """Read corporate actions off the changes of the factor raw close / adjusted close.

    Every one becomes a split of the same value: a cash dividend counts as put into the stock at the
    reference price, and nothing is taxed, since a factor does not say what it comes of. One that
    rises is a vendor's mistake.

    Parameters
    ----------
    raw, adjusted
        Closes of the session, shape (T, N); 0 and NaN where there is no bar.
    last_raw, last_adjusted
        Those of the bar before.
    """
    known = (raw > 0) & (last_raw > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = (last_raw / last_adjusted) / (raw / adjusted) - 1
        unsure = _ROUNDING / np.minimum(adjusted, last_adjusted) + _LEAST
    found = known & (gain > unsure)
    none = np.zeros(raw.shape, dtype=np.int64)
    bonus = np.rint(np.where(found, gain, 0.0) * PPM).astype(np.int64)
    return Actions(none, bonus, none, none, none, np.zeros(raw.shape, dtype=bool))


def _next_bar(bars: Bools) -> NDArray[np.intp]:
    """Return the session of the first bar from each session on, T where none; shape (T + 1, N)."""
    end = len(bars)
    session = np.where(bars, np.arange(end)[:, None], end)
    later = np.minimum.accumulate(session[::-1], axis=0)[::-1]
    return np.vstack([later, np.full((1, bars.shape[1]), end)])


def _check(actions: pd.DataFrame) -> None:
    missing = [column for column in COLUMNS if column not in actions]
    if missing:
        raise ValueError(f"Corporate actions have no column {', '.join(missing)}.")
    kind, cash, ratio = actions["kind"], actions["cash_vnd"] > 0, actions["ratio"] > 0
    wrong = {
        "an unknown kind": ~kind.isin(list(KINDS)),
        "no ex-date": actions["ex_date"].isna(),
        "no cash_vnd": kind.isin(["cash", "rights"]) & ~cash,
        "no ratio": kind.isin(["bonus", "split", "treasury", "rights"]) & ~ratio,
    }
    for fault, rows in wrong.items():
        if rows.any():
            row = actions[rows].iloc[0]
            raise ValueError(
                f"A corporate action of {row.symbol} on {row.ex_date} has {fault} ({row.kind}); "
                f"kinds: {'; '.join(f'{name} = {what}' for name, what in KINDS.items())}."
            )
