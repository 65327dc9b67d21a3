"""Backtests of target weights, one and a hundred at once, beside vectorbt on the same work."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tests.trading.markets import plain_bars

from benchmarks.contest import Claim, Contest, PeerMissingError, Settings
from vn30_training.trading.bars import Bars
from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

STOCKS, SESSIONS, PLANS = 30, 1700, 100
CAPITAL = 10**12
STEP = 32_000
"""Prices are multiples of it, so that every amount is whole and exact in floats too."""


def contests(settings: Settings) -> Iterator[Contest]:
    """Yield one backtest and a sweep against vectorbt, and how time grows."""
    sessions, plans = (200, 5) if settings.quick else (SESSIONS, PLANS)
    repeats = 2 if settings.quick else 5
    bars, weights = market(sessions, STOCKS), targets(plans, sessions, STOCKS)
    for count, target in ((1, None), (plans, 50.0)):
        own = weights[:count]
        gap = np.abs(ours(bars, own) / vectorbts(bars, own) - 1).max()
        assert gap <= 1e-9, gap
        yield Contest(
            work=f"{count} backtests, {sessions} sessions x {STOCKS} stocks, weekly, frictionless",
            equality=f"NAV of every day within {gap:.0e}",
            runs={
                "vectorbt from_orders": lambda own=own: vectorbts(bars, own),
                "simulate": lambda own=own: ours(bars, own),
            },
            claims=(Claim("simulate", "vectorbt from_orders", target),),
            repeats=repeats,
        )
    yield growth(plans, sessions, repeats)


def growth(plans: int, sessions: int, repeats: int) -> Contest:
    """Return the contest of all rules with half the sessions, and with twice the stocks."""
    sizes = {
        "all rules": (sessions, STOCKS),
        "half the sessions": (sessions // 2, STOCKS),
        "twice the stocks": (sessions, 2 * STOCKS),
    }
    runs = {}
    for name, (length, stocks) in sizes.items():
        bars, plan = market(length, stocks), Weights(targets(plans, length, stocks))
        runs[name] = lambda bars=bars, plan=plan: simulate(bars, plan, PROFILES["hose"], CAPITAL)
    return Contest(
        work=f"{plans} backtests under all rules, {sessions} sessions x {STOCKS} stocks",
        equality="the work itself differs: how it grows",
        runs=runs,
        claims=tuple(Claim("all rules", name) for name in list(sizes)[1:]),
        repeats=repeats,
    )


def market(sessions: int, stocks: int) -> Bars:
    """Return a random market that trades every day."""
    rng = np.random.default_rng(0)
    moves = rng.normal(0, 0.02, (2 * sessions, stocks)).cumsum(axis=0)
    prices = np.rint(200 * np.exp(np.clip(moves, -3, 3))).astype(np.int64) * STEP
    return plain_bars(prices[1::2], open=prices[::2], lot=np.full(sessions, 100))


def targets(plans: int, sessions: int, stocks: int) -> NDArray[np.float64]:
    """Return weights decided every fifth session, exact in floats, with cash left over."""
    rng = np.random.default_rng(1)
    raw = rng.random((plans, sessions, stocks)) * (rng.random((plans, sessions, stocks)) < 0.3)
    weights = np.floor(0.7 * raw / raw.sum(axis=-1, keepdims=True) * 64) / 64
    weights[:, np.arange(sessions) % 5 > 0] = np.nan
    return weights


def ours(bars: Bars, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the NAV of each plan and day."""
    profile = PROFILES["frictionless"].model_copy(update={"lots": True})
    return simulate(bars, Weights(weights), profile, CAPITAL).nav


def vectorbts(bars: Bars, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same of vectorbt, orders sized with the closes before."""
    try:
        import vectorbt
    except ImportError as error:
        raise PeerMissingError("vectorbt is not installed") from error
    plans, sessions, stocks = weights.shape
    size = np.full((sessions, plans * stocks), np.nan)
    size[1:] = np.moveaxis(weights[:, :-1], 0, 1).reshape(sessions - 1, -1)
    known = np.vstack([bars.close[:1], bars.close[:-1]])
    close, before = (np.tile(table, plans).astype(np.float64) for table in (bars.close, known))
    portfolio = vectorbt.Portfolio.from_orders(
        pd.DataFrame(close),
        size=size,
        size_type="targetpercent",
        price=close,
        val_price=before,
        size_granularity=100.0,
        init_cash=float(CAPITAL),
        cash_sharing=True,
        group_by=np.repeat(np.arange(plans), stocks),
        call_seq="auto",
        freq="1D",
    )
    return portfolio.value().to_numpy().T
