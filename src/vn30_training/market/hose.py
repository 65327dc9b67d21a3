"""The exchange's rules as dated tables: limits, ticks, lots, settlement, taxes and hours."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np
import yaml
from numpy.typing import ArrayLike, NDArray

from vn30_training.market.rule_tables import (
    BonusTax,
    Hours,
    PriceUnit,
    Row,
    Settlement,
    read_tables,
)


@dataclass(frozen=True)
class Rules:
    """The rules of one exchange; every query takes the day it asks about.

    Prices are whole VND (elsewhere: whole `price_unit`) and computed with integers: with floats, or
    rounded to a dong first, the limits of about one reference price in a hundred come out a tick
    wrong.

    Attributes
    ----------
    tables
        Rows by the name of the rule, ascending by the date they start.
    """

    tables: Mapping[str, tuple[Row[Any], ...]]

    def row(self, rule: str, day: date) -> Row[Any]:
        """Return the row of a rule in force on a day.

        Raises
        ------
        ValueError
            If the table starts after that day.
        """
        rows = self.tables[rule]
        place = bisect_right(rows, day, key=lambda row: row.start)
        if place == 0:
            raise ValueError(f"No {rule} is known before {rows[0].start}, asked for {day}.")
        return rows[place - 1]

    def price_limit(self, day: date, special: bool = False) -> int:
        """Return the limit in per cent of the reference price; special: first listing day etc."""
        return int(self.row("special_limit" if special else "price_limit", day).value)

    def ticks(self, prices: ArrayLike, day: date) -> NDArray[np.int64]:
        """Return the price step at each price, VND."""
        bands = np.array(self.row("tick", day).value, dtype=np.int64)
        place = np.searchsorted(bands[:, 0], np.asarray(prices), side="right") - 1
        steps: NDArray[np.int64] = bands[place, 1]
        return steps

    def tick(self, price: int, day: date) -> int:
        """Return the price step at a price, VND."""
        return int(self.ticks(price, day))

    def limits(
        self, reference: ArrayLike, day: date, special: bool = False, parts: ArrayLike = 1
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return the highest and the lowest price allowed.

        The limit is rounded into the band, to the tick at the resulting price; where that leaves no
        room, it is the next tick beside the reference price (Decision 352/QD-SGDHCM of 2021).

        Parameters
        ----------
        reference
            Reference prices (the last close, adjusted on an ex-date), whole VND.
        day
            The session.
        special
            Whether the wider limit of a first listing day holds.
        parts
            The reference prices are given in so many parts of a VND: those of ex-dates are
            fractions, from which real limits are counted without rounding them first.

        Returns
        -------
        tuple of ndarray
            Ceilings and floors, int64 VND, in the shape of ``reference``.

        Raises
        ------
        ValueError
            If a reference price is not a whole number above zero.
        """
        whole = _whole(reference)
        percent = self.price_limit(day, special)
        unit = 100 * np.asarray(parts, dtype=np.int64)
        high, at, low = whole * (100 + percent), whole * 100, whole * max(100 - percent, 0)
        up, step, down = (self.ticks(price // unit, day) for price in (high, at, low))
        ceiling, floor = high // (unit * up) * up, -(-low // (unit * down)) * down
        next_up, next_down = (at // (unit * step) + 1) * step, (-(-at // (unit * step)) - 1) * step
        return (
            np.where(ceiling * unit > at, ceiling, next_up),
            np.where(floor * unit < at, floor, next_down),
        )

    def ceiling(self, reference: int, day: date, special: bool = False) -> int:
        """Return the highest price allowed, VND."""
        return int(self.limits(reference, day, special)[0])

    def floor(self, reference: int, day: date, special: bool = False) -> int:
        """Return the lowest price allowed, VND."""
        return int(self.limits(reference, day, special)[1])

    def board_lot(self, day: date) -> int:
        """Return the number of shares of which an ordinary order is a multiple."""
        return int(self.row("board_lot", day).value)

    def odd_lots(self, day: date) -> bool:
        """Return whether less than a board lot can be traded."""
        return bool(self.row("odd_lots", day).value)

    def max_order(self, day: date) -> int:
        """Return the most shares one order may be for."""
        return int(self.row("max_order", day).value)

    def settlement(self, day: date) -> Settlement:
        """Return when shares bought on a day can be sold."""
        settlement: Settlement = self.row("settlement", day).value
        return settlement

    def cash_settlement(self, day: date) -> Settlement:
        """Return when the proceeds of a sale on a day can be spent (or withdrawn)."""
        settlement: Settlement = self.row("cash_settlement", day).value
        return settlement

    def min_holding(self, day: date, at: Literal["open", "close"] = "close") -> int:
        """Return the fewest sessions from a purchase on a day to a sale at an open or a close."""
        return self.settlement(day).holding(at)

    def sell_tax(self, day: date) -> float:
        """Return the tax on the value of a sale, per cent."""
        return float(self.row("sell_tax", day).value)

    def broker_fee(self, day: date) -> float:
        """Return the usual fee on the value of a purchase or a sale, per cent."""
        return float(self.row("broker_fee", day).value)

    def dividend_tax(self, day: date) -> float:
        """Return the tax on a cash dividend, per cent."""
        return float(self.row("dividend_tax", day).value)

    def bonus_tax(self, day: date) -> BonusTax:
        """Return the tax on shares received as a dividend or bonus, due when they are sold."""
        tax: BonusTax = self.row("bonus_tax", day).value
        return tax

    def closing_auction(self, day: date) -> bool:
        """Return whether the session has a closing auction."""
        return bool(self.row("closing_auction", day).value)

    def suspension(self, day: date) -> int:
        """Return after how many sessions without trading the special limit holds on the return."""
        return int(self.row("suspension", day).value)

    def price_unit(self, day: date) -> PriceUnit:
        """Return the unit in which prices and cash are whole."""
        unit: PriceUnit = self.row("price_unit", day).value
        return unit

    def hours(self, day: date) -> Hours:
        """Return start and end of each phase of the session, Vietnam time."""
        hours: Hours = self.row("hours", day).value
        return hours


@cache
def load_rules(market: str = "hose") -> Rules:
    """Read the rules of a market from the package's ``market/rules/<market>.yml``.

    Raises
    ------
    ValueError
        If the tables are not as `rule_tables.RuleTables` says.
    """
    path = files("vn30_training.market").joinpath("rules", f"{market}.yml")
    tables = read_tables(market, yaml.safe_load(path.read_text(encoding="utf-8")))
    return Rules({rule: getattr(tables, rule) for rule in type(tables).model_fields})


def _whole(prices: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(prices)
    whole = given.astype(np.int64)
    if (whole <= 0).any() or (whole != given).any():
        raise ValueError("Reference prices are whole VND above zero; round adjusted ones first.")
    return whole
