"""The exchange session by session: the same as the backtest, and what it refuses."""

import numpy as np
import pytest
from tests.trading.markets import plain_bars, random_bars, random_weights

from vn30_training.trading.exchange import Exchange
from vn30_training.trading.plan import Weights
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.simulation import simulate

HOSE = PROFILES["hose"]


@pytest.mark.parametrize("at", ["open", "close"])
@pytest.mark.parametrize("seed", range(3))
def test_stepping_day_by_day_equals_the_backtest(seed, at):
    bars = random_bars(seed)
    weights = random_weights(seed, bars.close.shape)
    profile = HOSE.model_copy(update={"at": at})
    whole = simulate(bars, Weights(weights, patience=2), profile, 10**9, shares=True, fills=True)
    exchange = Exchange(bars, profile)
    account = exchange.open_account(10**9)
    navs, shares, fills = [10**9], [0], []
    for row in weights[:-1]:
        fills += exchange.rebalance(account, row, patience=2)
        navs.append(exchange.nav(account))
        shares.append(sum(account.shares.values()))
    assert navs == whole.nav[0].tolist()
    assert shares == whole.shares[0].sum(axis=1).tolist()
    columns = ["symbol", "side", "wanted", "filled", "price", "fee", "tax", "reason"]
    ours = [tuple(getattr(fill, name) for name in columns) for fill in fills]
    assert ours == list(whole.fills[columns].itertuples(index=False, name=None))


def test_orders_sell_first_and_report_each_order():
    bars = plain_bars([[10_000, 20_000]] * 4)
    exchange = Exchange(bars, PROFILES["frictionless"])
    account = exchange.open_account(0, shares={"S00": 200})
    fills = exchange.execute(account, {"S01": 150, "S00": -200}, 1)
    assert [(f.symbol, f.side, f.filled, f.reason) for f in fills] == [
        ("S00", "sell", 200, "filled"),
        ("S01", "buy", 100, "cash"),
    ]
    assert account.cash == 0
    assert account.shares == {"S01": 100}
    assert exchange.nav(account) == 2_000_000


def test_open_and_close_of_one_session_share_its_volume():
    bars = plain_bars([[10_000]] * 3, volume=[[1_000]] * 3)
    exchange = Exchange(bars, HOSE)
    account = exchange.open_account(10**9)
    first = exchange.execute(account, {"S00": 60}, 1, "open")
    second = exchange.execute(account, {"S00": 60}, 1, "close")
    assert [first[0].filled, second[0].filled] == [60, 40]
    assert second[0].reason == "participation"


def test_unsettled_holdings_wait_as_if_just_bought():
    wait = {f"{what}_at_open": [3] * 5 for what in ("sellable", "cash")}
    wait |= {f"{what}_at_close": [2] * 5 for what in ("sellable", "cash")}
    bars = plain_bars([[10_000]] * 5, **wait)
    exchange = Exchange(bars, HOSE.model_copy(update={"participation": None}))
    account = exchange.open_account(0, shares={"S00": 500}, settled={"S00": 300})
    assert account.sellable("close") == {"S00": 300}
    assert exchange.execute(account, {"S00": -500}, 1)[0].filled == 300
    assert exchange.execute(account, {"S00": -500}, 2, "open")[0].reason == "unsettled"
    assert exchange.execute(account, {"S00": -500}, 2, "close")[0].filled == 200
    assert account.usable_cash("close") == 0
    exchange.advance(account, 4)
    assert account.usable_cash("close") == account.cash > 0
    assert account.usable_cash("open") < account.cash


def test_only_what_is_settled_by_name_can_be_sold():
    exchange = Exchange(plain_bars([[10_000, 10_000]] * 3, sellable_at_close=[2] * 3), HOSE)
    account = exchange.open_account(0, shares={"S00": 5, "S01": 5}, settled={"S01": 5})
    assert account.sellable("close") == {"S01": 5}


@pytest.mark.parametrize(
    ("cash", "shares", "settled"),
    [(-1, {}, None), (0, {"S00": -5}, None), (0, {"S00": 5}, {"S00": 6}), (0, {"XXX": 5}, None)],
)
def test_impossible_accounts_are_refused(cash, shares, settled):
    exchange = Exchange(plain_bars([[10_000]] * 3), HOSE)
    with pytest.raises(ValueError, match=r"cannot be|not traded"):
        exchange.open_account(cash, 0, shares, settled)


def test_orders_for_a_session_that_is_over_are_refused():
    exchange = Exchange(plain_bars([[10_000]] * 3), HOSE)
    account = exchange.open_account(10**6, session=1)
    with pytest.raises(ValueError, match="does not follow"):
        exchange.execute(account, {"S00": 10}, 0)
    with pytest.raises(ValueError, match="does not follow"):
        exchange.execute(account, {"S00": 10}, 3)
    with pytest.raises(ValueError, match="long only"):
        exchange.rebalance(account, np.array([-0.1]))
