"""Why an order was filled in part or not at all, as numbers for the kernel and words for people."""

from __future__ import annotations

REASONS = (
    "filled",
    "no bar",
    "no volume",
    "at ceiling",
    "at floor",
    "unsettled",
    "participation",
    "lot",
    "cash",
    "no auction",
)
(
    FILLED,
    NO_BAR,
    NO_VOLUME,
    AT_CEILING,
    AT_FLOOR,
    UNSETTLED,
    PARTICIPATION,
    LOT,
    CASH,
    NO_AUCTION,
) = range(len(REASONS))

OF_THE_MARKET = tuple(
    REASONS[one] for one in (NO_BAR, NO_VOLUME, AT_CEILING, AT_FLOOR, PARTICIPATION, NO_AUCTION)
)
"""What stops any account; the other reasons are its own: cash, a board lot, settlement."""

SIDES = ("buy", "sell")
BUY, SELL = range(len(SIDES))

KINDS = ("order", "stop loss", "take profit")
ORDER, STOP_LOSS, TAKE_PROFIT = range(len(KINDS))
