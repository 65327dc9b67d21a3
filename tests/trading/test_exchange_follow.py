"""Following a plan session by session is the backtest; what waits to settle is withheld."""

import numpy as np
import pytest
from tests.trading.markets import plain_bars, random_bars, random_weights

from vn30_training.trading.exchange import Exchange
from vn30_training.trading.plan import TopkDropout, Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

CAPITAL = 2_000_000_000


def plans(seed, shape):
    scores = np.random.default_rng(seed).standard_normal(shape)
    scores[np.random.default_rng(seed + 1).random(shape[0]) < 0.3] = np.nan
    return [
        Weights(random_weights(seed, shape)),
        TopkDropout(scores, topk=3, n_drop=1, only_tradable=True),
        TopkDropout(scores, topk=2, n_drop=2, hold_thresh=4, risk_degree=0.6),
    ]


@pytest.mark.parametrize("name", ["hose", "qlib"])
@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("seed", range(3))
def test_following_a_plan_is_the_backtest_to_the_dong(seed, at, name):
    bars = random_bars(seed)
    profile = PROFILES[name].model_copy(update={"at": at})
    exchange = Exchange(bars, profile)
    for plan in plans(seed, bars.close.shape):
        whole = simulate(bars, plan, profile, CAPITAL, shares=True, fills=True)
        account = exchange.open_account(CAPITAL)
        orders = 0
        for t in range(len(bars.dates) - 1):
            orders += len(exchange.follow(account, plan, t))
            held = {s: int(n) for s, n in zip(bars.symbols, whole.shares[0, t + 1], strict=True)}
            assert account.shares == {symbol: n for symbol, n in held.items() if n}
            assert account.cash == whole.cash[0, t + 1]
            assert exchange.nav(account) == whole.nav[0, t + 1]
        assert orders == len(whole.fills) > 0


def test_what_was_dealt_before_settles_in_its_session():
    late = np.full(8, 2)
    wait = {"sellable_at_close": late, "cash_at_close": late}
    wait |= {"sellable_at_open": late + 1, "cash_at_open": late + 1}
    bars = plain_bars(np.full((8, 2), 10_000), **wait)
    exchange = Exchange(bars, PROFILES["hose"])
    account = exchange.open_account(900, 4, {"S00": 500, "S01": 50})
    exchange.withhold(account, 3, {"S00": 200}, cash=400)
    assert account.sellable("close") == {"S00": 300, "S01": 50}
    assert account.usable_cash("close") == 500
    exchange.advance(account, 5)
    assert account.sellable("open") == {"S00": 300, "S01": 50}
    assert account.sellable("close") == {"S00": 500, "S01": 50}
    assert (account.usable_cash("open"), account.usable_cash("close")) == (500, 900)
    exchange.advance(account, 6)
    assert account.sellable("open") == {"S00": 500, "S01": 50}


def test_what_has_settled_cannot_be_withheld_and_nothing_follows_the_last_session():
    bars = plain_bars(np.full((4, 1), 10_000))
    exchange = Exchange(bars, PROFILES["hose"])
    account = exchange.open_account(0, 3, {"S00": 500})
    exchange.withhold(account, 3, {"S00": 0})
    with pytest.raises(ValueError, match="dealt in session 3 has settled"):
        exchange.withhold(account, 3, {"S00": 1})
    with pytest.raises(ValueError, match="dealt in session 3 has settled"):
        exchange.withhold(account, 3, {}, cash=1)
    with pytest.raises(ValueError, match="No session follows 3"):
        exchange.follow(account, Weights(np.ones((4, 1))))
