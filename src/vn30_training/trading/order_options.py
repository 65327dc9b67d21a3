"""Options of an order list; the numerical libraries that make one are not loaded here."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vn30_training.trading.profiles import PROFILES, At, Profile
from vn30_training.trading.rebalancing import Frequency


class OrderOptions(BaseModel):
    """Whose forecasts are traded, by what strategy, and how orders are sent.

    Attributes
    ----------
    model, scope
        Family and scope of the forecasts.
    strategy, options, rebalance
        A name of `strategies.registry`, what differs from its defaults, and how often it decides.
    capital
        VND of the account where there is no file of holdings.
    at
        The auction.
    limit_ticks
        None: orders at the auction's price (ATO, ATC); else limit orders so many ticks worse than
        the reference price.
    fee_ppm, min_fee
        The broker's fee, parts per million of the value (None: the usual one), and its least, VND.
    participation
        Share of the usual volume above which an order is warned of.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    scope: str = "pooled"
    strategy: str = "topk_8"
    options: dict[str, Any] = {}
    rebalance: Frequency = "daily"
    capital: int = Field(default=1_000_000_000, ge=1, le=10**12)
    at: At = "close"
    limit_ticks: int | None = Field(default=None, ge=0)
    fee_ppm: int | None = Field(default=None, ge=0, lt=500_000)
    min_fee: int = Field(default=0, ge=0)
    participation: float = Field(default=0.1, gt=0, le=1)

    @property
    def profile(self) -> Profile:
        """The rules that are known before the session.

        Its price and volume are not: orders are counted at the price that bounds them.
        """
        unknown = {"slippage_ticks": 0, "impact": 0, "participation": None, "limits": False}
        own = {"name": "orders", "at": self.at, "fee_ppm": self.fee_ppm, "min_fee": self.min_fee}
        return PROFILES["hose"].model_copy(update={**unknown, **own})
