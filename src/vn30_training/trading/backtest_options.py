"""What is backtested, and on which exchange."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from vn30_training.trading.rebalancing import Frequency


class Entry(BaseModel):
    """One strategy to try; whatever else is written in its entry are options of the strategy.

    Attributes
    ----------
    strategy
        Its name in `strategies.registry`; None: the entry's own name.
    rebalance
        How often it decides; None: as often as all the others.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    strategy: str | None = None
    rebalance: tuple[Frequency, ...] | None = None

    @property
    def options(self) -> dict[str, Any]:
        """What differs from the strategy's defaults."""
        return dict(self.model_extra or {})


class BacktestOptions(BaseModel):
    """What is backtested, and on which exchange.

    Attributes
    ----------
    forecasts
        Those of the walk-forward validation, or of the baseline's single split.
    capital
        VND at the start of each strategy.
    profile
        A key of `profiles.PROFILES`.
    market
        The table of rules, see `market.hose.load_rules`.
    basis
        See `market_bars.make_bars`.
    strategies
        What is tried, by the names it has in tables and figures.
    rebalance
        How often each strategy decides whose entry does not say.
    benchmarks
        What they are compared with: names of `strategies.registry`, and how often they decide.
    random
        Random signals of the same turnover that each strategy is held against.
    seed
        Of the random signals.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    forecasts: Literal["walk_forward", "baseline"] = "walk_forward"
    capital: int = Field(default=1_000_000_000, ge=1, le=10**12)
    profile: str = "hose"
    market: str = "hose"
    basis: Literal["auto", "raw", "adjusted"] = "auto"
    strategies: dict[str, Entry]
    rebalance: tuple[Frequency, ...] = ("daily", "weekly", "monthly")
    benchmarks: dict[str, Frequency]
    random: int = Field(default=100, ge=0)
    seed: int = Field(default=0, ge=0)
