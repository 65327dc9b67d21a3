"""Backtests of target weights beside vectorbt, and of TopkDropout beside qlib, on the same work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tests.trading.markets import plain_bars

from benchmarks.alpha158 import make_prices
from benchmarks.contest import Claim, Contest, PeerMissingError, Settings
from benchmarks.peers import Peer, peer_python
from vn30_training.market import qlib_bins
from vn30_training.trading.bars import Bars
from vn30_training.trading.plan import TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

STOCKS, SESSIONS, PLANS = 30, 1700, 100
CAPITAL = 10**12
TENTHS = 10
"""In tenths of a dong every fee is whole, as qlib's are in floats."""
LIMIT = np.float32(0.0675)
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
    yield from beside_qlib(settings)


def beside_qlib(settings: Settings) -> Iterator[Contest]:
    """Yield one backtest of TopkDropout with fees, a tax, lots and limits against qlib's own."""
    stocks, sessions = (5, 100) if settings.quick else (30, 3000)
    python = peer_python(settings.peers, "qlib")
    prices = make_prices(stocks, sessions)
    scores = np.random.default_rng(2).normal(size=(sessions, stocks)).cumsum(axis=0)
    bars, plan = qlib_market(prices), TopkDropout(scores, topk=10, n_drop=2)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        bins, table, result = (Path(folder, name) for name in ("bins", "scores", "nav.npy"))
        write_bins(prices, bins)
        long = pd.DataFrame(scores, pd.Index(prices["date"].unique(), name="datetime"))
        long = long.set_axis(bars.symbols, axis=1).reset_index()
        long.melt("datetime", var_name="instrument", value_name="score").to_parquet(table)
        peer = Peer(python, "backtest_peer.py", bins, table, result, CAPITAL // TENTHS)
        stack.callback(peer.close)
        nav = simulate(bars, plan, PROFILES["qlib"], CAPITAL).nav[0, 1:-1] / TENTHS
        gap = np.abs(nav / np.load(result) - 1).max()
        assert gap <= 1e-9, gap
        yield Contest(
            work=f"1 backtest, TopkDropout, {sessions} sessions x {stocks} stocks, fees and lots",
            equality=f"NAV of every day within {gap:.0e}",
            runs={
                "qlib backtest_daily": peer,
                "simulate, no orders kept": lambda: simulate(bars, plan, PROFILES["qlib"], CAPITAL),
                "simulate, all orders kept": lambda: simulate(
                    bars, plan, PROFILES["qlib"], CAPITAL, shares=True, fills=True
                ),
            },
            claims=(
                Claim("simulate, no orders kept", "qlib backtest_daily", 5000),
                Claim("simulate, all orders kept", "qlib backtest_daily"),
            ),
            repeats=2,
        )


def qlib_market(prices: pd.DataFrame) -> Bars:
    """Return the bars that qlib sees: a day at the limit is one whose change reaches it."""
    close = prices.pivot_table("close", "date", "symbol")
    change = close.pct_change().to_numpy(np.float32)
    whole = np.rint(close.to_numpy() * TENTHS).astype(np.int64)
    return plain_bars(
        whole,
        symbols=tuple(close.columns),
        ceiling=np.where(change >= LIMIT, whole, whole + 1),
        floor=np.where(change <= -LIMIT, whole, 0),
        lot=np.full(len(whole), 100),
    )


def write_bins(prices: pd.DataFrame, folder: Path) -> None:
    """Write the prices for qlib, with the change of the close that its exchange asks for."""
    qlib_bins.write(prices, folder)
    for symbol, bars in prices.groupby("symbol"):
        change = bars["close"].pct_change().to_numpy(np.float32)
        path = folder / "features" / str(symbol).lower() / "change.day.bin"
        np.concatenate([np.zeros(1, np.float32), change]).astype("<f4").tofile(path)


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
