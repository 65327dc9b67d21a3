"""What the lines of an order list share: the session, the size of orders, and what they cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from vn30_training.market.hose import Rules
from vn30_training.trading.bars import Bars
from vn30_training.trading.engine.charges import fee, share
from vn30_training.trading.engine.venue import Venue
from vn30_training.trading.profiles import At
from vn30_training.trading.reasons import KINDS, ORDER, STOP_LOSS, TAKE_PROFIT

LIMIT = "LO"
PLAN, LOSS, PROFIT = KINDS[ORDER], KINDS[STOP_LOSS], KINDS[TAKE_PROFIT]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What all lines share.

    Attributes
    ----------
    bars
        Of which the last session is that of the orders.
    venue
        The same under the rules of the account.
    at
        The auction.
    rules
        The exchange's tables.
    limit_ticks, participation
        As in `OrderOptions`.
    nav
        VND at the last closes.
    """

    bars: Bars
    venue: Venue
    at: At
    rules: Rules
    limit_ticks: int | None
    participation: float
    nav: int

    def tick(self, price: int) -> int:
        """Return the price step at a price in the session of the orders."""
        return self.rules.tick(price, self.bars.dates[-1].astype(object))

    def parts(self, shares: int) -> Iterator[tuple[int, bool]]:
        """Yield the shares of orders that are not too large, and whether they are an odd lot."""
        lot, most = int(self.bars.lot[-1]), int(self.bars.max_order[-1])
        whole, odd = shares // lot * lot, shares % lot
        biggest = most // lot * lot or whole
        while whole > 0:
            yield min(whole, biggest), False
            whole -= biggest
        if odd:
            yield odd, True

    def line(
        self,
        side: str,
        shares: int,
        why: str,
        *,
        price: int = 0,
        order_type: str = "",
        limit: int | None = None,
        kind: str = PLAN,
        level: int | None = None,
    ) -> dict[str, Any]:
        """Return those columns of a line that the order itself fills, costed at a price."""
        value, last = shares * price, len(self.bars.dates) - 1
        ppm = int(self.venue.fee[last])
        tax = share(value, int(self.venue.sell_tax[last])) if side == "sell" else 0
        return {
            "side": side,
            "kind": kind,
            "shares": shares,
            "order_type": order_type,
            "limit_price": limit,
            "level": level,
            "value": value,
            "fee": int(fee(value, ppm, self.venue.min_fee)) if shares else 0,
            "tax": int(tax),
            "reason": why,
        }
