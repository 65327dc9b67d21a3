import numpy as np
import pandas as pd
import pytest
from tests.trading.days import BY, bars_of, days_of, noise
from tests.trading.test_round_trips import BARS, fills_of

from vn30_training.trading.round_trips import round_trips
from vn30_training.trading.trades import TRADE_FIGURES, trade_table, with_trades

DAYS = 100


def test_trades_are_judged_by_what_they_earned():
    rows = [
        (*(at, "A", 100, 10, 0, 0),) if at % 2 == 0 else (at, "A", -100, price, 0, 0)
        for at, price in enumerate([0, 13, 0, 9, 0, 10, 0, 8])
    ]
    table = trade_table(round_trips(fills_of(*rows), BARS, BY), BY).iloc[0]
    assert table["trades"] == 4
    assert table["trade_win_rate"] == pytest.approx(1 / 3)
    assert table["trade_profit_factor"] == pytest.approx(300 / 300)
    assert table["trade_win_loss_ratio"] == pytest.approx(300 / 150)
    assert table["trade_return"] == pytest.approx((0.3 - 0.1 + 0 - 0.2) / 4)
    assert table["trade_sessions"] == 1


def test_without_trades_there_is_nothing_to_judge():
    table = trade_table(round_trips(fills_of(), BARS, BY), BY)
    assert table.empty
    assert table.columns.tolist() == [*BY, *TRADE_FIGURES]


def test_trades_and_capacity_stand_beside():
    daily = pd.concat([days_of(noise(1, DAYS), "own"), days_of(noise(2, DAYS), "idle")])
    fills = fills_of((0, "A", 1_000, 10, 0, 0), (1, "A", -1_000, 12, 0, 0), (1, "A", 0, 12, 0, 0))
    market = bars_of("A", DAYS + 1)
    market.volume[:2, 0] = 50_000, 100_000
    table = pd.DataFrame({"strategy": ["idle", "own"], "sharpe": [1.0, 2.0]})
    found = with_trades(table, daily, fills, market, BY).set_index("strategy")
    assert found["trades"].tolist() == [0, 1]
    assert found["filled"].tolist() == [0, 2]
    assert np.isnan(found.loc["idle", "capacity"])
    assert found.loc["own", "trade_win_rate"] == 1
    nav = days_of(noise(1, DAYS))["nav"]
    strains = np.array([0.02 / nav[0], 0.01 / nav[1]])
    assert found.loc["own", "capacity"] == pytest.approx(0.1 / np.quantile(strains, 0.95))
    assert found[table.columns.drop("strategy")].equals(table.set_index("strategy"))


def test_without_fills_the_table_keeps_its_shape():
    table, days = pd.DataFrame({"strategy": ["own"]}), days_of(noise(1, DAYS))
    found = with_trades(table, days, fills_of(), bars_of("A", DAYS + 1), BY)
    assert found[["trades", "filled"]].to_numpy().tolist() == [[0, 0]]
    assert np.isnan(found["capacity"]).all()
