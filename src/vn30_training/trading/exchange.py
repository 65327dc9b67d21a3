"""The exchange session by session, for order lists and agents, on the functions of the backtest."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from vn30_training.trading.account import CLOCKS, Account
from vn30_training.trading.bars import Bars
from vn30_training.trading.engine.book import FILL, open_book, open_journal
from vn30_training.trading.engine.kernel import decide, is_silent, trade
from vn30_training.trading.engine.matching import buy, sell
from vn30_training.trading.engine.orders import aim_at_weights, pursue_targets
from vn30_training.trading.engine.session import (
    corporate_actions,
    invested,
    lock_cash,
    lock_shares,
    mark,
    settle,
)
from vn30_training.trading.engine.venue import CLOSE, make_venue
from vn30_training.trading.plan import Plan, Weights
from vn30_training.trading.profiles import At, Profile
from vn30_training.trading.reasons import ORDER, REASONS, SIDES
from vn30_training.trading.simulation import conduct_of, rules_of


@dataclass(frozen=True, slots=True)
class Fill:
    """What became of an order; the columns of `Simulation.fills`."""

    symbol: str
    side: str
    wanted: int
    filled: int
    orders: int
    market_price: int
    price: int
    fee: int
    tax: int
    slippage: int
    reason: str


class Exchange:
    """A market under the rules of a profile, which trades for accounts one session at a time.

    Parameters
    ----------
    bars
        The market.
    profile
        The rules to obey.
    """

    def __init__(self, bars: Bars, profile: Profile) -> None:
        self.bars = bars
        self.profile = profile
        self._venue = make_venue(bars, profile)
        self._places = {symbol: n for n, symbol in enumerate(bars.symbols)}

    def open_account(
        self,
        cash: int,
        session: int = 0,
        shares: Mapping[str, int] | None = None,
        settled: Mapping[str, int] | None = None,
        paid: Mapping[str, int] | None = None,
    ) -> Account:
        """Open an account as it is after a session.

        Parameters
        ----------
        cash
            VND, usable.
        session
            Row of the bars.
        shares
            Shares held by symbol.
        settled
            Of them sellable, all by default; the others count as bought in that session.
        paid
            VND paid for a position, less dividends since; its value at the last close by default.

        Raises
        ------
        ValueError
            If an amount is below zero, more is settled than held, or a symbol is not traded here.
        """
        if cash < 0:
            raise ValueError(f"Cash of {cash} VND cannot be: nothing is borrowed.")
        account = Account(
            self.bars.symbols,
            session,
            open_book(self._venue, cash),
            open_journal(4 * len(self.bars.symbols)),
        )
        for u in range(session + 1):
            mark(self._venue.close[u], account.book.mark)
        for symbol, held in (shares or {}).items():
            n, free = self._place(symbol), held if settled is None else settled.get(symbol, 0)
            if not 0 <= free <= held:
                raise ValueError(f"{symbol}: {held} held and {free} settled cannot be.")
            account.book.held[n] = held
            account.book.basis[n] = (paid or {}).get(symbol, held * account.book.mark[n])
            account.book.since[n] = session
            self._lock(account, session, n, held - free)
        return account

    def withhold(
        self, account: Account, session: int, shares: Mapping[str, int], cash: int = 0
    ) -> None:
        """Count shares as bought, and cash as that of a sale, in a session up to the account's.

        Parameters
        ----------
        account
            As `open_account` returned it, with everything settled.
        session
            Row of the bars.
        shares
            By symbol, how many of those held were bought in that session and cannot be sold yet; 0
            says only since when the position is held.
        cash
            VND of the account's that cannot be used yet.

        Raises
        ------
        ValueError
            If anything would have settled by the account's session.
        """
        waits = (self._venue.wait, any(shares.values())), (self._venue.cash_wait, cash > 0)
        if any(
            given and session + wait[CLOSE, session] <= account.session for wait, given in waits
        ):
            raise ValueError(f"What was dealt in session {session} has settled since.")
        for symbol, waiting in shares.items():
            n = self._place(symbol)
            account.book.since[n] = session
            self._lock(account, session, n, waiting)
        book = account.book
        lock_cash(self._venue.cash_wait, book.cash_locked, book.cash_due, session, cash)

    def _lock(self, account: Account, session: int, n: int, shares: int) -> None:
        lock_shares(self._venue.wait, account.book.locked, account.book.due, session, n, shares)

    def nav(self, account: Account) -> int:
        """Return cash and shares at the close of the account's session, VND."""
        mark(self._venue.close[account.session], account.book.mark)
        return account.cash + int(invested(account.book.held, account.book.mark))

    def advance(self, account: Account, session: int) -> None:
        """Begin a session, after all between: settlement and corporate actions.

        Raises
        ------
        ValueError
            If the session lies before the account's or after the bars.
        """
        if not account.session <= session < len(self.bars.dates):
            raise ValueError(f"Session {session} does not follow {account.session} in the bars.")
        for u in range(account.session + 1, session + 1):
            mark(self._venue.close[u - 1], account.book.mark)
            settle(account.book, account.journal, u)
            corporate_actions(self._venue, account.book, account.journal, u)
        account.session = session

    def execute(
        self, account: Account, orders: Mapping[str, int], session: int, at: At | None = None
    ) -> list[Fill]:
        """Send orders in a session: sales first, then purchases as they come.

        Parameters
        ----------
        account
            Whose orders; changed by the fills.
        orders
            Shares by symbol, above zero to buy and below to sell.
        session
            Row of the bars.
        at
            The auction; the profile's by default.

        Returns
        -------
        list of Fill
            One for each order, with the reason of what is missing.

        Raises
        ------
        ValueError
            If a symbol is not traded here or the session is over.
        """
        wanted = {self._place(symbol): shares for symbol, shares in orders.items()}
        self.advance(account, session)
        clock, book, journal = CLOCKS[at or self.profile.at], account.book, account.journal
        journal.written[0] = 0
        prices = self._venue.price[clock, session]
        state = self._venue, book, journal, session
        for n, shares in wanted.items():
            if shares < 0:
                asked = min(-shares, int(book.held[n]))
                sell(*state, n, clock, asked, prices[n], ORDER)
        for n, shares in wanted.items():
            if shares > 0:
                buy(*state, n, clock, shares, prices[n], 0.0)
        return self._fills(account)

    def rebalance(
        self, account: Account, weights: ArrayLike, max_weight: float = 1.0, patience: int = 0
    ) -> list[Fill]:
        """Decide on weights at the close of the account's session and trade in the next.

        A row of NaN decides nothing, but what was not filled before is tried again.

        Raises
        ------
        ValueError
            If the weights are not those of a `Weights` plan, or there is no next session.
        """
        row = np.array(weights, dtype=np.float64)
        Weights(row)
        mark(self._venue.close[account.session], account.book.mark)
        if not np.isnan(row).any():
            aim_at_weights(account.book, row, max_weight, patience)
        self.advance(account, account.session + 1)
        account.journal.written[0] = 0
        state = self._venue, account.book, account.journal, account.session
        pursue_targets(*state, CLOCKS[self.profile.at], 0.0, False)
        return self._fills(account)

    def aims(self, account: Account, plan: Plan, row: int = 0) -> Account:
        """Return a copy of an account that has decided by a row of a plan and not traded yet."""
        copy = deepcopy(account)
        signals = plan.weights if isinstance(plan, Weights) else plan.scores
        signal = np.array(signals[row], dtype=np.float64)
        mark(self._venue.close[copy.session], copy.book.mark)
        settle(copy.book, open_journal(0), copy.session + 1)
        how = conduct_of(plan, self.profile), next(rules_of(plan))
        if not is_silent(signal):
            decide(self._venue, *how, signal, copy.book, copy.session + 1)
        return copy

    def follow(self, account: Account, plan: Plan, row: int = 0) -> list[Fill]:
        """Decide by a row of a plan at the close of the account's session, trade in the next.

        All that a backtest does between two closes but its stops.

        Parameters
        ----------
        account
            Whose orders; changed by the fills.
        plan
            Of shape (T, N).
        row
            Of the T rows, the one decided at the close of the account's session.

        Raises
        ------
        ValueError
            If there is no next session.
        """
        u = account.session + 1
        if u >= len(self.bars.dates):
            raise ValueError(f"No session follows {account.session} in the bars.")
        signals = plan.weights if isinstance(plan, Weights) else plan.scores
        signal = np.array(signals[row], dtype=np.float64)
        conduct, rule = conduct_of(plan, self.profile), next(rules_of(plan))
        venue, book, journal = self._venue, account.book, account.journal
        mark(venue.close[account.session], book.mark)
        settle(book, journal, u)
        if not is_silent(signal):
            decide(venue, conduct, rule, signal, book, u)
        corporate_actions(venue, book, journal, u)
        account.session = u
        journal.written[0] = 0
        trade(venue, conduct, rule, signal, book, journal, u)
        return self._fills(account)

    def _place(self, symbol: str) -> int:
        if symbol not in self._places:
            raise ValueError(f"{symbol} is not traded on this exchange.")
        return self._places[symbol]

    def _fills(self, account: Account) -> list[Fill]:
        rows = account.journal.fills[: account.journal.written[0]].tolist()
        return [self._fill(dict(zip(FILL, row, strict=True))) for row in rows]

    def _fill(self, row: dict[str, int]) -> Fill:
        symbol, side, reason = row.pop("symbol"), row.pop("side"), row.pop("reason")
        del row["session"], row["kind"]
        name = self.bars.symbols[symbol]
        return Fill(symbol=name, side=SIDES[side], reason=REASONS[reason], **row)
