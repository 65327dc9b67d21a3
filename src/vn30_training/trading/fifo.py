"""The shares of one stock in one account, sold in the order in which they were bought."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

MILLION = 1_000_000


@dataclass(slots=True)
class Lot:
    """Shares of one purchase that are still held, or a part of them.

    Attributes
    ----------
    bought
        Date of the purchase.
    price
        VND a share that was dealt.
    shares
        Number now, those given since among them.
    paid
        VND for them, costs included.
    costs
        Fee and tax among what was paid.
    dividends
        VND received since, before tax.
    """

    bought: np.datetime64
    price: int
    shares: int
    paid: int
    costs: int
    dividends: int = 0

    def take(self, shares: int) -> Lot:
        """Part with some of the shares and all that belongs to them."""
        paid, costs, dividends = (
            amount * shares // self.shares for amount in (self.paid, self.costs, self.dividends)
        )
        self.shares -= shares
        self.paid, self.costs = self.paid - paid, self.costs - costs
        self.dividends -= dividends
        return Lot(self.bought, self.price, shares, paid, costs, dividends)


@dataclass(slots=True)
class Position:
    """All lots held, the oldest first."""

    lots: deque[Lot] = field(default_factory=deque)

    def buy(self, date: np.datetime64, shares: int, price: int, costs: int) -> None:
        """Add a purchase."""
        self.lots.append(Lot(date, price, shares, shares * price + costs, costs))

    def receive(self, dividend: int, bonus: int) -> None:
        """Take a dividend in VND a share, and new shares per million, of which fractions lapse."""
        held = given = 0
        for lot in self.lots:
            held += lot.shares
            lot.dividends += lot.shares * dividend
            lot.shares += held * bonus // MILLION - given
            given = held * bonus // MILLION

    def sell(self, shares: int) -> Iterator[Lot]:
        """Part with the oldest shares, lot by lot.

        Raises
        ------
        ValueError
            If fewer are held.
        """
        while shares > 0:
            if not self.lots:
                raise ValueError("More shares are sold than were held.")
            sold = self.lots[0].take(min(shares, self.lots[0].shares))
            if self.lots[0].shares == 0:
                self.lots.popleft()
            shares -= sold.shares
            yield sold
