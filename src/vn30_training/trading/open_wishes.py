"""What a decision still wants after the session for which it was made, as JSON values.

A backtest tries again for some sessions what was not filled: what a purchase waits for is mostly
the cash of a sale. A list of orders knows only its own session, so the next one is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from vn30_training.trading.account import Account
from vn30_training.trading.engine.book import NO_TARGET
from vn30_training.trading.order_options import OrderOptions
from vn30_training.trading.session_rules import Days

_TELLING = {"model", "scope", "strategy", "options", "rebalance"}


class OpenWishes(BaseModel):
    """Shares aimed at by a decision.

    Attributes
    ----------
    decided
        The day at whose close it was made.
    plan
        Whose forecasts, which strategy and how often: another one's wishes are nobody's.
    sessions
        For how many sessions after the decision orders are sent.
    targets
        Shares aimed at, by symbol.
    ranks
        Who buys first (higher), by symbol.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    decided: str
    plan: dict[str, Any]
    sessions: int
    targets: dict[str, int]
    ranks: dict[str, float]

    @classmethod
    def of(cls, aims: Account, decided: str, options: OrderOptions) -> Self:
        """Take the targets of an account that has decided and not traded yet."""
        wanted = np.flatnonzero(aims.book.target != NO_TARGET).tolist()
        return cls(
            decided=decided,
            plan=told(options),
            sessions=int(aims.book.patience[0]),
            targets={aims.symbols[n]: int(aims.book.target[n]) for n in wanted},
            ranks={aims.symbols[n]: float(np.nan_to_num(aims.book.rank[n])) for n in wanted},
        )

    @classmethod
    def from_list(cls, summary: Mapping[str, Any], options: OrderOptions) -> Self | None:
        """Return what the list before this one left, None where there is nothing of this plan."""
        try:
            found = cls.model_validate(summary.get("open"))
        except ValidationError:
            return None
        return found if found.plan == told(options) else None

    def left(self, dates: Days) -> int:
        """Return for how many sessions orders are still sent, the last of ``dates`` among them."""
        decided = np.searchsorted(dates, np.datetime64(self.decided))
        return self.sessions - int(len(dates) - 2 - decided)

    def resume(self, account: Account, sessions: int) -> None:
        """Let an account want them again, for so many sessions."""
        for n, symbol in enumerate(account.symbols):
            account.book.target[n] = self.targets.get(symbol, NO_TARGET)
            account.book.rank[n] = self.ranks.get(symbol, 0.0)
        account.book.patience[0] = sessions


def told(options: OrderOptions) -> dict[str, Any]:
    """Return what tells one plan from another."""
    return options.model_dump(mode="json", include=_TELLING)
