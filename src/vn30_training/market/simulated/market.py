"""The simulated market as the rest of the system sees markets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from vn30_training.market.hose import load_rules
from vn30_training.market.reading import SOURCE_COLUMNS, ReadResult
from vn30_training.market.schema import PRICES
from vn30_training.market.sessions import expected_sessions
from vn30_training.market.simulated.events import Events, draw_events
from vn30_training.market.simulated.options import SimulatedMarketOptions
from vn30_training.market.simulated.returns import Floats, draw_returns
from vn30_training.market.simulated.trading import Bars, trade

SOURCE = "simulated market"

_STRENGTH_OF_IC = 1.57
"""Strength of the signal per unit of rank IC over two sessions, measured over twenty seeds."""


@dataclass(frozen=True)
class SimulatedMarket:
    """A market and the truth about it.

    Attributes
    ----------
    prices
        Canonical prices (adjusted, VND) with ``raw_close``.
    members
        Every stock, from its listing on.
    sectors
        Sector by symbol.
    oracle
        ``symbol, date, score`` in the rows of ``prices``: the planted score, known at that close.
    options
        What was asked for.
    """

    prices: pd.DataFrame
    members: pd.DataFrame
    sectors: dict[str, str]
    oracle: pd.DataFrame
    options: SimulatedMarketOptions

    @property
    def planted_ic(self) -> float:
        """Mean daily rank IC that the oracle's score has with the default label."""
        return self.options.signal_ic

    def as_read(self) -> ReadResult:
        """Return the prices as if a reader had found them in a folder."""
        prices = self.prices.copy()
        file, row = SOURCE_COLUMNS
        prices[file], prices[row] = SOURCE, np.arange(len(prices)) + 2
        return ReadResult(prices, source=SOURCE, simulated=True)


def simulate(options: SimulatedMarketOptions | None = None) -> SimulatedMarket:
    """Simulate a market; the same options give the same bytes."""
    options = options or SimulatedMarketOptions()
    sessions = expected_sessions(options.start, options.end)
    sizes = len(sessions), len(options.symbols)
    streams = np.random.SeedSequence(options.seed).spawn(4)
    for_returns, for_events, for_trading, for_volume = map(np.random.default_rng, streams)
    returns = draw_returns(for_returns, len(sessions), list(options.sectors.values()))
    events = draw_events(for_events, *sizes)
    strength = _STRENGTH_OF_IC * options.signal_ic
    days = sessions.astype(object).tolist()
    bars = trade(for_trading, days, returns, events, load_rules(), strength)
    volume = draw_volume(for_volume, bars, returns.risk)
    prices, oracle = _tables(options, sessions, bars, events, volume)
    starts = sessions[events.listed].astype("datetime64[us]")
    members = pd.DataFrame({"symbol": pd.Series(options.symbols, dtype=str), "start_date": starts})
    members["end_date"] = np.datetime64("NaT", "us")
    return SimulatedMarket(prices, members, options.sectors, oracle, options)


def draw_volume(generator: np.random.Generator, bars: Bars, risk: Floats) -> Floats:
    """Draw volumes: lognormal, persistent, larger on days of large returns, in board lots."""
    days, stocks = risk.shape
    moves = np.abs(bars.close / np.maximum(bars.reference, 1) - 1) / risk
    shocks = 0.25 * generator.standard_normal((days, stocks))
    level = np.zeros((days, stocks))
    for day in range(1, days):
        level[day] = 0.92 * level[day - 1] + shocks[day]
    noise = 0.25 * generator.standard_normal((days, stocks))
    usual = generator.uniform(13.0, 16.0, stocks)
    return np.maximum(np.rint(np.exp(usual + level + noise + 0.3 * moves) / 100), 1) * 100


def adjustment(bars: Bars, events: Events) -> Floats:
    """Return what raw prices are multiplied by, so that ex-dates leave no mark on returns."""
    days, stocks = bars.close.shape
    factor = np.ones((days, stocks))
    for stock in range(stocks):
        traded = np.flatnonzero(events.trades[:, stock])
        before, after = traded[:-1], traded[1:]
        ratio = bars.reference[after, stock] / bars.close[before, stock]
        factor[before, stock] = np.cumprod(ratio[::-1])[::-1]
    return factor


def _tables(
    options: SimulatedMarketOptions,
    sessions: NDArray[np.datetime64],
    bars: Bars,
    events: Events,
    volume: Floats,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    factor = adjustment(bars, events)
    order = np.argsort(np.array(options.symbols))
    stock, day = np.nonzero(events.trades.T[order])
    cells = day, order[stock]
    keys = pd.DataFrame({"symbol": np.array(options.symbols)[cells[1]]}, dtype=str)
    keys["date"] = sessions[day].astype("datetime64[us]")
    prices = keys.copy()
    for name in PRICES:
        prices[name] = getattr(bars, name)[cells] * factor[cells]
    prices["volume"] = volume[cells]
    prices["raw_close"] = bars.close[cells].astype(float)
    return prices, keys.assign(score=bars.score[cells])
