"""Compiled: one order in one session, as the exchange and the broker treat it."""

from __future__ import annotations

from vn30_training.trading.engine.book import FEES, SLIPPAGE, TAXES, TURNOVER, Book, Journal
from vn30_training.trading.engine.charges import (
    MILLION,
    bonus_tax,
    buying_price,
    fee,
    selling_price,
    share,
)
from vn30_training.trading.engine.compiling import compiled_lean
from vn30_training.trading.engine.session import lock_cash, lock_shares
from vn30_training.trading.engine.venue import NOT_HELD, Venue
from vn30_training.trading.reasons import (
    AT_CEILING,
    AT_FLOOR,
    BUY,
    CASH,
    FILLED,
    LOT,
    NO_AUCTION,
    NO_BAR,
    NO_VOLUME,
    ORDER,
    PARTICIPATION,
    SELL,
    UNSETTLED,
)


@compiled_lean
def obstacle(venue: Venue, u: int, n: int, price: int, side: int) -> int:
    """Return why nobody can deal at a price, or FILLED if one can."""
    if price == NOT_HELD:
        return NO_AUCTION
    if price == 0:
        return NO_BAR
    if venue.volume[u, n] == 0:
        return NO_VOLUME
    if side == BUY and 0 < venue.ceiling[u, n] <= price:
        return AT_CEILING
    if side == SELL and price <= venue.floor[u, n]:
        return AT_FLOOR
    return FILLED


@compiled_lean
def note(
    venue: Venue,
    journal: Journal,
    u: int,
    n: int,
    side: int,
    kind: int,
    wanted: int,
    filled: int,
    market_price: int,
    price: int,
    costs: tuple[int, int],
    reason: int,
) -> None:
    """Write an order into the journal."""
    slippage = filled * abs(price - market_price)
    journal.day[FEES] += costs[0]
    journal.day[TAXES] += costs[1]
    journal.day[SLIPPAGE] += slippage
    journal.day[TURNOVER] += filled * price
    if reason != FILLED:
        journal.unfilled[side, reason] += 1
    row = journal.written[0]
    if row < journal.fills.shape[0]:
        biggest = venue.max_order[u]
        orders = -(-filled // biggest) if biggest > 0 else min(filled, 1)
        entry = (u, n, side, kind, wanted, filled, orders, max(market_price, 0), max(price, 0))
        for column in range(9):
            journal.fills[row, column] = entry[column]
        journal.fills[row, 9], journal.fills[row, 10] = costs
        journal.fills[row, 11], journal.fills[row, 12] = slippage, reason
        journal.written[0] += 1


@compiled_lean
def saleable(shares: int, held: int, lot: int, odd_lots: bool) -> int:
    """Round a sale down to whole lots, the odd rest of a holding added where that may be sold.

    It may where odd lots are traded, and where nothing of the position is left.
    """
    whole, odd = shares // lot * lot, held % lot
    if whole + odd <= shares and (odd_lots or shares == held):
        whole += odd
    return whole


@compiled_lean
def sell(
    venue: Venue,
    book: Book,
    journal: Journal,
    u: int,
    n: int,
    clock: int,
    shares: int,
    price: int,
    kind: int,
) -> int:
    """Sell at a price as much as can be sold of what is wished and return why not all was.

    ``clock`` says when: shares that settle in the afternoon cannot be sold at the open.
    """
    lot, odd_lots, held = venue.lot[u], venue.odd_lots[u], book.held[n]
    wanted = saleable(shares, held, lot, odd_lots)
    reason = LOT if wanted == 0 else obstacle(venue, u, n, price, SELL)
    filled = 0
    if reason == FILLED:
        free = held - book.locked[clock, n]
        room = max(venue.most[u, n] - book.used[n], 0)
        filled = saleable(min(wanted, free, room), held, lot, odd_lots)
        if filled < wanted:
            reason = UNSETTLED if free < wanted and free <= room else PARTICIPATION
    if filled == 0:
        note(venue, journal, u, n, SELL, kind, wanted or shares, 0, price, price, (0, 0), reason)
        return reason
    received = selling_price(venue, u, n, price, filled)
    value = filled * received
    charge = fee(venue, u, value)
    taxed = min(filled, book.bonus[n])
    tax = share(value, venue.sell_tax[u]) + bonus_tax(venue, u, taxed, received)
    tax = min(tax, value - charge)
    book.cash[0] += value - charge - tax
    lock_cash(venue, book, u, value - charge - tax)
    book.bonus[n] -= taxed
    # In two parts, since the product of both may pass 64 bits.
    whole, rest = book.basis[n] // held, book.basis[n] % held
    book.basis[n] -= whole * filled + rest * filled // held
    book.held[n] -= filled
    book.used[n] += filled
    costs = (charge, tax)
    note(venue, journal, u, n, SELL, kind, wanted, filled, price, received, costs, reason)
    return reason


@compiled_lean
def affordable(venue: Venue, u: int, cash: int, price: int, wanted: int) -> int:
    """Return the most whole lots, up to ``wanted``, that cash pays for with the fee."""
    lot = int(venue.lot[u])
    estimate = int(cash / (price * (1.0 + venue.fee[u] / MILLION))) // lot * lot + lot
    shares = min(wanted, estimate)
    while shares > 0 and shares * price + fee(venue, u, shares * price) > cash:
        shares -= lot
    return max(shares, 0)


@compiled_lean
def buy(
    venue: Venue,
    book: Book,
    journal: Journal,
    u: int,
    n: int,
    clock: int,
    shares: int,
    price: int,
    least: float,
) -> int:
    """Buy at a price as much as can be bought of what is wished and return why not all was.

    The impact is that of the order before cash cuts it. Less than the share ``least`` of the wish
    is not bought at all.
    """
    lot = venue.lot[u]
    wanted = shares // lot * lot
    reason = LOT if wanted == 0 else obstacle(venue, u, n, price, BUY)
    filled, paid = 0, price
    if reason == FILLED:
        room = max(venue.most[u, n] - book.used[n], 0) // lot * lot
        filled = min(wanted, room)
        reason = PARTICIPATION if filled < wanted else FILLED
        paid = buying_price(venue, u, n, price, filled)
        bound = affordable(venue, u, book.cash[0] - book.cash_locked[clock], paid, filled)
        if bound < filled:
            reason = CASH
            filled = bound if bound >= least * wanted else 0
    if filled == 0:
        note(venue, journal, u, n, BUY, ORDER, wanted or shares, 0, price, price, (0, 0), reason)
        return reason
    value = filled * paid
    charge = fee(venue, u, value)
    if book.held[n] == 0:
        book.since[n] = u
    book.cash[0] -= value + charge
    book.basis[n] += value
    book.held[n] += filled
    book.used[n] += filled
    lock_shares(venue, book, u, n, filled)
    note(venue, journal, u, n, BUY, ORDER, wanted, filled, price, paid, (charge, 0), reason)
    return reason
