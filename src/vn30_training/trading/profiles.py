"""Execution profiles: which of the market's rules and costs a simulation obeys."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

At = Literal["open", "close"]


class Profile(BaseModel):
    """Rules and costs in force; the values of the rules come from the `Bars`.

    Attributes
    ----------
    name
        What reports call it.
    at
        Whether orders, decided at the close before, are for the opening or the closing auction.
    fee_ppm
        Fee of a purchase and of a sale, parts per million of the value; None: as dated.
    min_fee
        Least fee of an order, VND.
    sell_tax, dividend_tax
        Whether the dated taxes are paid: on sales, losing ones too; on dividends in cash and, when
        they are sold, in shares.
    slippage_ticks
        Price steps by which an order deals worse than the auction, never beyond a limit.
    impact
        Basis points by which the price moves against an order for each per cent it is of the
        session's volume, rounded up to whole VND.
    participation
        Most an account may trade of a stock's volume in a session; None: no bound.
    lots, limits
        Whether board lots hold; whether price limits do, and an auction not held trades nothing.
    settlement
        ``dated``: shares and the cash of sales wait as the rules of the day say; ``none``: both
        can be used at once.
    sizing
        ``decision``: orders are shares, counted with the closes known at the decision; ``deal``:
        TopkDropout counts them at the price of the deal and with the cash of the sales before,
        as qlib does, which a person cannot.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    at: At = "close"
    fee_ppm: int | None = Field(default=None, ge=0, lt=500_000)
    min_fee: int = Field(default=0, ge=0)
    sell_tax: bool = True
    dividend_tax: bool = True
    slippage_ticks: int = Field(default=1, ge=0)
    impact: int = Field(default=5, ge=0)
    participation: float | None = Field(default=0.1, gt=0, le=1)
    lots: bool = True
    limits: bool = True
    settlement: Literal["dated", "none"] = "dated"
    sizing: Literal["decision", "deal"] = "decision"


_HOSE = Profile(name="hose")
_FEES_ONLY = Profile(
    name="fees_only",
    sell_tax=False,
    dividend_tax=False,
    slippage_ticks=0,
    impact=0,
    participation=None,
    lots=False,
    limits=False,
    settlement="none",
)
_FRICTIONLESS = _FEES_ONLY.model_copy(update={"name": "frictionless", "fee_ppm": 0})
_QLIB = Profile(
    name="qlib",
    fee_ppm=1500,
    slippage_ticks=0,
    impact=0,
    participation=None,
    settlement="none",
    sizing="deal",
)

PROFILES = MappingProxyType(
    {profile.name: profile for profile in (_HOSE, _FEES_ONLY, _FRICTIONLESS, _QLIB)}
)
