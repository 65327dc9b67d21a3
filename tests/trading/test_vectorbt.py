"""The profiles without rules against vectorbt, on hundreds of random strategies."""

import numpy as np
import pandas as pd
import pytest
from tests.trading.markets import plain_bars

from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.reasons import BUY, CASH
from vn30_training.trading.simulation import simulate

vbt = pytest.importorskip("vectorbt")

SESSIONS, STOCKS, PLANS = 120, 5, 40
CAPITAL = 10**12
STEP = 32_000


def walk(seed):
    """Opens and closes in steps of which 0.15 % are whole, and 64ths of what is left whole too."""
    rng = np.random.default_rng(seed)
    moves = rng.normal(0, 0.02, (2 * SESSIONS, STOCKS)).cumsum(axis=0)
    prices = np.rint(200 * np.exp(moves)).astype(np.int64) * STEP
    return plain_bars(prices[1::2], open=prices[::2], lot=np.full(SESSIONS, 100))


def random_targets(seed):
    """Weights in 64ths, exact in floats, that leave cash for a jump between close and deal."""
    rng = np.random.default_rng(seed)
    raw = rng.random((PLANS, SESSIONS, STOCKS)) * (rng.random((PLANS, SESSIONS, STOCKS)) < 0.6)
    weights = raw / np.maximum(raw.sum(axis=-1, keepdims=True), 0.2) * 0.75
    weights[rng.random((PLANS, SESSIONS)) < 0.6] = np.nan
    return np.floor(weights * 64) / 64


def vectorbts(bars, weights, fee, at):
    """NAV of each plan: weights of a row are dealt in the next, sized with the closes before."""
    plans = len(weights)
    size = np.full((SESSIONS, plans * STOCKS), np.nan)
    size[1:] = np.moveaxis(weights[:, :-1], 0, 1).reshape(SESSIONS - 1, -1)
    known = np.vstack([bars.close[:1], bars.close[:-1]])

    def wide(table):
        return pd.DataFrame(np.tile(table, plans)).astype(float)

    portfolio = vbt.Portfolio.from_orders(
        wide(bars.close),
        size=pd.DataFrame(size),
        size_type="targetpercent",
        price=wide(bars.open if at == "open" else bars.close),
        val_price=wide(known),
        fees=fee,
        size_granularity=100.0,
        init_cash=float(CAPITAL),
        cash_sharing=True,
        group_by=np.repeat(np.arange(plans), STOCKS),
        call_seq="auto",
    )
    return portfolio.value().to_numpy().T


@pytest.mark.parametrize(
    ("seed", "at"), [(0, "open"), (1, "close"), (2, "open"), (3, "close"), (4, "open")]
)
@pytest.mark.parametrize(("name", "fee"), [("frictionless", 0.0), ("fees_only", 0.0015)])
def test_random_strategies_agree_with_vectorbt(seed, at, name, fee):
    """Five markets of 40 strategies each, none of them twice."""
    bars = walk(seed)
    profile = PROFILES[name].model_copy(update={"at": at, "lots": True})
    weights = random_targets(seed + 10)
    ours = simulate(bars, Weights(weights, patience=0), profile, CAPITAL)
    theirs = vectorbts(bars, weights, fee, at)
    assert np.abs(ours.nav / theirs - 1).max() <= 1e-9
    assert (ours.turnover.sum(axis=1) > CAPITAL).all()
    assert (ours.fees.sum(axis=1) > 0).all() == bool(fee)
    assert ours.unfilled[..., CASH].sum() == 0


@pytest.mark.parametrize("seed", range(2))
def test_purchases_cut_by_cash_agree_with_vectorbt(seed):
    bars, rng = walk(seed + 50), np.random.default_rng(seed)
    weights = np.zeros((PLANS, SESSIONS, STOCKS))
    chosen = rng.integers(0, STOCKS, (PLANS, SESSIONS, 1))
    np.put_along_axis(weights, chosen, 1.0, axis=-1)
    weights[rng.random((PLANS, SESSIONS)) < 0.7] = np.nan
    profile = PROFILES["fees_only"].model_copy(update={"at": "open", "lots": True})
    ours = simulate(bars, Weights(weights, patience=0), profile, CAPITAL)
    assert (ours.unfilled[:, BUY, CASH] > 0).all()
    assert np.abs(ours.nav / vectorbts(bars, weights, 0.0015, "open") - 1).max() <= 1e-9
