"""Compiled: one order in one session, as the exchange and the broker treat it."""

from __future__ import annotations

from vn30_training.trading.engine.book import FEES, SLIPPAGE, TAXES, TURNOVER, Book, Journal
from vn30_training.trading.engine.charges import (
    MILLION,
    buying_price,
    fee,
    selling_price,
    share,
    worse_by,
)
from vn30_training.trading.engine.compiling import compiled
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


@compiled
def obstacle(price: int, volume: int, ceiling: int, floor: int, side: int) -> int:
    """Return why nobody can deal at a price, or FILLED if one can."""
    if price == NOT_HELD:
        return NO_AUCTION
    if price == 0:
        return NO_BAR
    if volume == 0:
        return NO_VOLUME
    if side == BUY and 0 < ceiling <= price:
        return AT_CEILING
    if side == SELL and price <= floor:
        return AT_FLOOR
    return FILLED


@compiled
def note(
    journal: Journal,
    biggest: int,
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
    """Write an order into the journal, as so many as the ``biggest`` one makes of it."""
    slippage = filled * abs(price - market_price)
    journal.day[FEES] += costs[0]
    journal.day[TAXES] += costs[1]
    journal.day[SLIPPAGE] += slippage
    journal.day[TURNOVER] += filled * price
    if reason != FILLED:
        journal.unfilled[side, reason] += 1
    row = journal.written[0]
    if row < journal.fills.shape[0]:
        orders = -(-filled // biggest) if filled > biggest > 0 else min(filled, 1)
        entry = (u, n, side, kind, wanted, filled, orders, max(market_price, 0), max(price, 0))
        for column in range(9):
            journal.fills[row, column] = entry[column]
        journal.fills[row, 9], journal.fills[row, 10] = costs
        journal.fills[row, 11], journal.fills[row, 12] = slippage, reason
        journal.written[0] += 1


@compiled
def saleable(shares: int, held: int, lot: int, odd_lots: bool) -> int:
    """Round a sale down to whole lots, the odd rest of a holding added where that may be sold.

    It may where odd lots are traded, and where nothing of the position is left.
    """
    whole, odd = shares // lot * lot, held % lot
    if whole + odd <= shares and (odd_lots or shares == held):
        whole += odd
    return whole


@compiled
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
    biggest, volume, floor = venue.max_order[u], venue.volume[u, n], venue.floor[u, n]
    wanted = saleable(shares, held, lot, odd_lots)
    reason = LOT if wanted == 0 else obstacle(price, volume, 0, floor, SELL)
    filled = 0
    if reason == FILLED:
        free = held - book.locked[clock, n]
        room = max(venue.most[u, n] - book.used[n], 0)
        filled = wanted
        if min(free, room) < wanted:
            filled = saleable(min(free, room), held, lot, odd_lots)
            reason = UNSETTLED if free < wanted and free <= room else PARTICIPATION
    if filled == 0:
        left = wanted or shares
        note(journal, biggest, u, n, SELL, kind, left, 0, price, price, (0, 0), reason)
        return reason
    ticks = venue.slippage_ticks * venue.tick[u, n]
    worse = worse_by(price, filled, volume, venue.impact, ticks)
    received = selling_price(price, worse, floor)
    value = filled * received
    charge = fee(value, venue.fee[u], venue.min_fee)
    taxed = min(filled, book.bonus[n])
    tax = share(value, venue.sell_tax[u])
    tax += share(taxed * min(received, venue.par[u]), venue.bonus_tax[u])
    tax = min(tax, value - charge)
    book.cash[0] += value - charge - tax
    lock_cash(venue.cash_wait, book.cash_locked, book.cash_due, u, value - charge - tax)
    book.bonus[n] -= taxed
    if filled == held:
        book.basis[n] = 0
    else:
        # In two parts, since the product of both may pass 64 bits.
        whole, rest = book.basis[n] // held, book.basis[n] % held
        book.basis[n] -= whole * filled + rest * filled // held
    book.held[n] -= filled
    book.used[n] += filled
    costs = (charge, tax)
    note(journal, biggest, u, n, SELL, kind, wanted, filled, price, received, costs, reason)
    return reason


@compiled
def affordable(cash: int, price: int, wanted: int, lot: int, ppm: int, least: int) -> int:
    """Return the most whole lots, up to ``wanted``, that cash pays for with the fee."""
    if wanted * price + fee(wanted * price, ppm, least) <= cash:
        return wanted
    estimate = int(cash / (price * (1.0 + ppm / MILLION))) // lot * lot + lot
    shares = min(wanted, estimate)
    while shares > 0 and shares * price + fee(shares * price, ppm, least) > cash:
        shares -= lot
    return max(shares, 0)


@compiled
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
    lot, ppm, biggest = venue.lot[u], venue.fee[u], venue.max_order[u]
    volume, ceiling = venue.volume[u, n], venue.ceiling[u, n]
    wanted = shares // lot * lot
    reason = LOT if wanted == 0 else obstacle(price, volume, ceiling, 0, BUY)
    filled, paid = 0, price
    if reason == FILLED:
        room = max(venue.most[u, n] - book.used[n], 0)
        filled = wanted if room >= wanted else room // lot * lot
        reason = PARTICIPATION if filled < wanted else FILLED
        ticks = venue.slippage_ticks * venue.tick[u, n]
        worse = worse_by(price, filled, volume, venue.impact, ticks)
        paid = buying_price(price, worse, ceiling)
        cash = book.cash[0] - book.cash_locked[clock]
        bound = affordable(cash, paid, filled, lot, ppm, venue.min_fee)
        if bound < filled:
            reason = CASH
            filled = bound if bound >= least * wanted else 0
    if filled == 0:
        left = wanted or shares
        note(journal, biggest, u, n, BUY, ORDER, left, 0, price, price, (0, 0), reason)
        return reason
    value = filled * paid
    charge = fee(value, ppm, venue.min_fee)
    if book.held[n] == 0:
        book.since[n] = u
    book.cash[0] -= value + charge
    book.basis[n] += value
    book.held[n] += filled
    book.used[n] += filled
    lock_shares(venue.wait, book.locked, book.due, u, n, filled)
    note(journal, biggest, u, n, BUY, ORDER, wanted, filled, price, paid, (charge, 0), reason)
    return reason
