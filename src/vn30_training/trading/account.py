"""One account at the exchange: cash, shares and what of them can be used."""

from __future__ import annotations

from dataclasses import dataclass

from vn30_training.trading.engine.book import Book, Journal
from vn30_training.trading.engine.venue import CLOSE, OPEN
from vn30_training.trading.profiles import At

CLOCKS: dict[At, int] = {"open": OPEN, "close": CLOSE}


@dataclass(slots=True)
class Account:
    """What somebody owns after a session; `Exchange.open_account` makes one.

    Attributes
    ----------
    symbols
        The stocks of the exchange.
    session
        Row of the bars in which it last traded or could have.
    book, journal
        The state and the record of its session, which the exchange writes.
    """

    symbols: tuple[str, ...]
    session: int
    book: Book
    journal: Journal

    @property
    def cash(self) -> int:
        """All cash, that of sales on its way too, VND."""
        return int(self.book.cash[0])

    @property
    def shares(self) -> dict[str, int]:
        """Shares held by symbol, settled or not."""
        held = zip(self.symbols, self.book.held.tolist(), strict=True)
        return {symbol: shares for symbol, shares in held if shares}

    def usable_cash(self, at: At) -> int:
        """Return the cash that purchases at an open or a close of the session may use."""
        return self.cash - int(self.book.cash_locked[CLOCKS[at]])

    def sellable(self, at: At) -> dict[str, int]:
        """Return the shares that can be sold at an open or a close of the session."""
        free = self.book.held - self.book.locked[CLOCKS[at]]
        pairs = zip(self.symbols, free.tolist(), strict=True)
        return {symbol: shares for symbol, shares in pairs if shares}
