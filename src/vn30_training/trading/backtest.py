"""Backtests of forecasts: every strategy at every rebalance, after costs, before them, and luck."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from typing import Self

import numpy as np
import pandas as pd

from vn30_training.market.hose import load_rules
from vn30_training.trading.backtest_options import BacktestOptions, Entry
from vn30_training.trading.backtest_tables import BENCHMARK
from vn30_training.trading.bars import Bars
from vn30_training.trading.chance import CHANCE, beside_random
from vn30_training.trading.daily import daily_table, named_fills, positions_of
from vn30_training.trading.engine.book import EVENTS
from vn30_training.trading.market_bars import make_bars
from vn30_training.trading.plan import Plan, Weights
from vn30_training.trading.price_index import index_days
from vn30_training.trading.profiles import PROFILES, Profile
from vn30_training.trading.rebalancing import Frequency, decision_rows
from vn30_training.trading.returns import STRATEGY
from vn30_training.trading.signals_grid import Bools, Floats, Signals, signals_of
from vn30_training.trading.simulation import Simulation, simulate
from vn30_training.trading.strategies.drift import DRIFT, drift_of, held_weights
from vn30_training.trading.strategies.history import History, history_of
from vn30_training.trading.strategies.random_plans import random_plans
from vn30_training.trading.strategies.registry import make_strategy

EMPTY = {
    **dict.fromkeys(
        ("daily", "gross", "unfilled", "stops", "fills"), pd.DataFrame(columns=STRATEGY)
    ),
    "drift": pd.DataFrame(columns=[*STRATEGY, *DRIFT]),
    "positions": pd.DataFrame(columns=[*STRATEGY, "date", "symbol", "shares", "weight"]),
    "chance": pd.DataFrame(columns=[*STRATEGY, *CHANCE, "drawn"]),
    "notes": pd.DataFrame(columns=[*STRATEGY, "date", "reason"]).astype({"date": "M8[us]"}),
}
"""The tables without a row."""
_BLOCK = 50
_GAP = 10
"""Sessions: fewer without forecasts end a label, as the last ones do, or are a holiday's."""


@dataclass(frozen=True, slots=True)
class Market:
    """What backtests read of the market.

    Attributes
    ----------
    bars
        The sessions traded in.
    history
        The same stocks, from the beginning of the data.
    """

    bars: Bars
    history: History

    def between(self, first: pd.Timestamp, last: pd.Timestamp) -> Self:
        """Return the market with no bars but those from ``first`` to ``last``."""
        start = int(np.searchsorted(self.bars.dates, np.datetime64(first, "D")))
        end = int(np.searchsorted(self.bars.dates, np.datetime64(last, "D"), "right"))
        return replace(self, bars=_sessions(self.bars, slice(start, end)))

    @classmethod
    def of(
        cls,
        panel: pd.DataFrame,
        sessions: pd.DataFrame,
        first: pd.Timestamp,
        options: BacktestOptions,
        actions: pd.DataFrame | None = None,
    ) -> Self:
        """Lay out the panel; trading begins with the session ``first``, see also `make_bars`."""
        whole = make_bars(panel, sessions, load_rules(options.market), actions, options.basis)
        market = cls(whole, history_of(panel, whole.dates, whole.symbols))
        return market.between(first, panel["date"].max())


@dataclass(slots=True)
class Tried:
    """What came of some strategies: tables that begin with the columns of `returns.STRATEGY`.

    Attributes
    ----------
    daily, gross
        `daily_table` with the profile's costs, and without any.
    unfilled
        ``side, reason, orders``.
    stops
        How often each of `engine.book.EVENTS` happened.
    fills
        Every order, see `simulation.Simulation`.
    drift
        How far positions went beyond their caps, see `strategies.drift.Drift`.
    positions
        ``date, symbol, shares, weight`` (of NAV) at the last session of each month.
    chance
        What `beside_random` tells, and ``drawn``, how many random strategies there were.
    notes
        ``date, reason``: days on which a strategy could not do as it should.
    """

    daily: list[pd.DataFrame] = field(default_factory=list)
    gross: list[pd.DataFrame] = field(default_factory=list)
    unfilled: list[pd.DataFrame] = field(default_factory=list)
    stops: list[pd.DataFrame] = field(default_factory=list)
    fills: list[pd.DataFrame] = field(default_factory=list)
    drift: list[pd.DataFrame] = field(default_factory=list)
    positions: list[pd.DataFrame] = field(default_factory=list)
    chance: list[pd.DataFrame] = field(default_factory=list)
    notes: list[pd.DataFrame] = field(default_factory=list)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return each table whole, by name."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: pd.concat(parts, ignore_index=True)
            if parts
            else EMPTY.get(name, pd.DataFrame(columns=STRATEGY))
            for name, parts in found.items()
        }


def backtest(
    forecasts: pd.DataFrame, market: Market, options: BacktestOptions
) -> dict[str, pd.DataFrame]:
    """Backtest the forecasts of one family: every scope, strategy and rebalance.

    Parameters
    ----------
    forecasts
        Stitched tidy forecasts; a decision at the close of ``date`` reads those of that day. Scopes
        whose scores are the same for all stocks of every day have no strategy: they rank nothing.
    market
        Its bars begin with the first forecast.
    options
        What to try.

    Returns
    -------
    dict
        The tables of `Tried`. A family is judged from its first forecast to the end of its last
        label, and where its forecasts have gaps a note says so.
    """
    tried = Tried()
    for (family, scope), own in forecasts.groupby(["family", "scope"], sort=True):
        spanned = market.between(own["date"].min(), own["label_end"].max())
        signals = signals_of(own, spanned.bars.dates, spanned.bars.symbols)
        if not _tells_apart(np.where(signals.member, signals.score, np.nan)):
            continue
        gaps = _gaps(signals, market)
        for name, entry in options.strategies.items():
            for rebalance in options.rebalance if entry.rebalance is None else entry.rebalance:
                key = (str(family), str(scope), name, rebalance)
                _try(tried, key, entry, signals, spanned, options)
                tried.notes += [_beside(_named(key), gap) for gap in gaps]
    return tried.tables()


def backtest_benchmarks(
    market: Market, options: BacktestOptions, index: pd.DataFrame | None = None
) -> dict[str, pd.DataFrame]:
    """Backtest what anyone can do without a forecast, on the same sessions and rules.

    Parameters
    ----------
    market, options
        As for `backtest`.
    index
        Levels that are one benchmark more, see `price_index.read_index`; none where it is empty.
    """
    tried = Tried()
    signals = _no_forecasts(market)
    for name, rebalance in options.benchmarks.items():
        key = (BENCHMARK, "", name, rebalance)
        _try(tried, key, Entry(), signals, market, options.model_copy(update={"random": 0}))
    if index is not None and len(index):
        days = index_days(index, market.bars.dates, options.capital)
        tried.daily.append(days)
        tried.gross.append(days[[*STRATEGY, "date", "nav"]])
    return tried.tables()


def _try(
    tried: Tried,
    key: tuple[str, str, str, Frequency],
    entry: Entry,
    signals: Signals,
    market: Market,
    options: BacktestOptions,
) -> None:
    """Backtest one strategy at one rebalance and add what came of it."""
    bars, profile = market.bars, PROFILES[options.profile]
    strategy = make_strategy(entry.strategy or key[2], entry.options)
    decided = strategy.decide(signals, market.history, decision_rows(bars.dates, key[3]))
    named = _named(key)
    net = simulate(bars, decided.plan, profile, options.capital, shares=True, fills=True)
    free = PROFILES["frictionless"].model_copy(update={"at": profile.at})
    gross = simulate(bars, decided.plan, free, options.capital)
    tried.daily.append(daily_table(net, named))
    tried.gross.append(daily_table(gross, named)[[*STRATEGY, "date", "nav"]])
    tried.unfilled.append(_beside(named, net.reasons.drop(columns="plan")))
    tried.stops.append(named.assign(**dict(zip(EVENTS, net.stops[0].tolist(), strict=True))))
    if net.shares is not None:
        weights = held_weights(net.shares[0], bars.close, net.nav[0])
        unpriced = net.unpriced[0] / net.nav[0]
        drift = drift_of(weights, strategy.caps, market.history.sectors, unpriced)
        tried.drift.append(named.assign(**asdict(drift)))
        tried.positions.append(_beside(named, positions_of(net.shares[0], weights, bars)))
    if net.fills is not None:
        fills = named_fills(net.fills, named)
        tried.fills.append(fills.astype(dict.fromkeys(fills.select_dtypes("category"), "str")))
    if options.random:
        allowed = signals.member & np.isfinite(signals.score)
        chance = _chance(net, decided.plan, allowed, bars, profile, options)
        tried.chance.append(_beside(named, pd.DataFrame([chance])))
    if decided.notes:
        notes = pd.DataFrame(decided.notes).astype({"date": "M8[us]"})
        tried.notes.append(_beside(named, notes))


def _chance(
    net: Simulation,
    plan: Plan,
    allowed: Bools,
    bars: Bars,
    profile: Profile,
    options: BacktestOptions,
) -> dict[str, float]:
    """Hold a strategy against random signals that trade as much, block by block.

    One that never tells the stocks apart, because it never invests, is held against none.
    """
    if not _tells_apart(plan.weights if isinstance(plan, Weights) else plan.scores):
        nothing = net.nav[:0], net.turnover[:0]
        return {**beside_random(net.nav[0], net.turnover[0], *nothing), "drawn": 0}
    plans = (
        random_plans(plan, allowed, min(_BLOCK, options.random - first), options.seed, first)
        for first in range(0, options.random, _BLOCK)
    )
    drawn = (simulate(bars, one, profile, options.capital) for one in plans)
    # Copies, since a view of one series keeps all of them in memory.
    parts = [(one.nav.copy(), one.turnover.copy()) for one in drawn]
    navs, traded = (np.concatenate(part) for part in zip(*parts, strict=True))
    return {**beside_random(net.nav[0], net.turnover[0], navs, traded), "drawn": options.random}


def _named(key: tuple[str, str, str, Frequency]) -> pd.DataFrame:
    return pd.DataFrame([dict(zip(STRATEGY, key, strict=True))])


def _gaps(signals: Signals, market: Market) -> list[pd.DataFrame]:
    """Return a note for each span of the market, long enough to matter, without forecasts."""
    told = pd.Series(signals.forecast, signals.dates).reindex(market.bars.dates, fill_value=False)
    runs = told.ne(told.shift()).cumsum()
    spans = [run.index for _, run in told.groupby(runs) if not run.any() and len(run) > _GAP]
    return [
        pd.DataFrame(
            {
                "date": [pd.Timestamp(span[0])],
                "reason": [f"no forecasts up to {span[-1]:%Y-%m-%d}: nothing is decided anew"],
            }
        ).astype({"date": "M8[us]"})
        for span in spans
    ]


def _beside(named: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    return named.merge(table, how="cross")


def _tells_apart(values: Floats) -> bool:
    """Tell whether stocks differ on two days in a row of those that have values."""
    days = values[np.isfinite(values).any(axis=1)]
    differ = np.nanmax(days, axis=1) > np.nanmin(days, axis=1) if len(days) else np.zeros(0, bool)
    return bool((differ[1:] & differ[:-1]).any())


def _no_forecasts(market: Market) -> Signals:
    """Return signals that say nothing, on every session."""
    shape = market.bars.close.shape
    nothing = np.zeros(shape)
    return Signals(
        dates=market.bars.dates,
        symbols=market.bars.symbols,
        score=nothing,
        y_pred=nothing,
        p_up=nothing,
        quantiles=np.zeros((*shape, 7)),
        member=market.bars.member,
    )


def _sessions(bars: Bars, kept: slice) -> Bars:
    cut = {
        one.name: getattr(bars, one.name)[kept]
        for one in fields(bars)
        if isinstance(getattr(bars, one.name), np.ndarray)
    }
    return replace(bars, **cut)
