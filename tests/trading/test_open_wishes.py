"""What a decision still wants on the days after it: lists day by day are the backtest."""

import numpy as np
import pandas as pd
import pytest
from tests.trading.order_market import OPEN_TO_ALL, RULES, SMALL, options, order_market
from tests.trading.test_orders import CAPITAL, holdings_after, wanted_by

from vn30_training.trading.holdings import only_cash
from vn30_training.trading.market_bars import make_bars
from vn30_training.trading.open_wishes import OpenWishes
from vn30_training.trading.orders import make_orders
from vn30_training.trading.profiles import PROFILES
from vn30_training.trading.rebalancing import decision_rows
from vn30_training.trading.signals_grid import signals_of
from vn30_training.trading.simulation import simulate
from vn30_training.trading.strategies.history import history_of
from vn30_training.trading.strategies.registry import make_strategy

STRATEGIES = {"topk_dropout": SMALL, "score_weighted": OPEN_TO_ALL}


def list_of(day, held, before=None, **changes):
    market = order_market()
    given = market.outlook(day), market.panel, market.sessions, held
    return make_orders(*given, options(rebalance="weekly", **changes), RULES, None, before)


@pytest.mark.parametrize("name", STRATEGIES)
def test_weekly_lists_day_by_day_are_what_the_simulator_wanted(name):
    market, own = order_market(), STRATEGIES[name]
    bars = make_bars(market.panel, market.sessions, RULES)
    signals = signals_of(market.forecasts, bars.dates, bars.symbols)
    weeks = decision_rows(bars.dates, "weekly")
    strategy = make_strategy(name, own)
    plan = strategy.decide(signals, history_of(market.panel, bars.dates, bars.symbols), weeks).plan
    simulation = simulate(bars, plan, PROFILES["hose"], CAPITAL, shares=True, fills=True)
    before, compared, between = None, 0, 0
    first = int(np.flatnonzero(weeks)[8])
    for t in range(first, first + 30):
        day, held = pd.Timestamp(bars.dates[t]), holdings_after(bars, simulation, t)
        made = list_of(day, held, before, strategy=name, options=own)
        before = made.summary
        fills = simulation.fills[simulation.fills["date"] == bars.dates[t + 1]]
        # Who has less than a lot to go is done, and bonus shares are not foreseen.
        whole = (bars.bonus[max(first, t - 5) : t + 2] == 0).all(axis=0)
        known = [bars.symbols[n] for n in np.flatnonzero(whole)]
        lines = made.table[(made.table["wanted"] > 0) & (made.table["side"] != "keep")]
        lines = lines[lines["symbol"].isin(known)].drop_duplicates("symbol")
        theirs = wanted_by(fills[fills["reason"] != "lot"], known)
        assert lines.set_index("symbol")["wanted"].to_dict() == theirs
        compared += len(theirs)
        between += 0 if weeks[t] else len(theirs)
    assert compared > 20
    assert between > 5


def test_what_is_tried_again_says_since_when_and_ends_in_time():
    monday, tuesday = pd.Timestamp("2024-03-18"), pd.Timestamp("2024-03-19")
    nothing = only_cash(CAPITAL)
    first = list_of(monday, nothing)
    again = list_of(tuesday, nothing, first.summary)
    bought = first.table.loc[first.table["side"] == "buy", ["symbol", "wanted"]]
    retried = again.table.loc[again.table["side"] == "buy", ["symbol", "wanted"]]
    assert len(bought) == 4
    assert sorted(retried["symbol"]) == sorted(bought["symbol"])
    assert set(again.table["reason"].str.partition(";")[0]) == {
        "decided on 2024-03-18, not filled yet"
    }
    assert "what was decided on 2024-03-18 and is not filled is tried again" in str(again.summary)
    assert again.summary["open"] == first.summary["open"]
    late = OpenWishes.model_validate({**first.summary["open"], "sessions": 1})
    ended = list_of(tuesday, nothing, {"open": late.model_dump()})
    assert ended.summary["orders"] == 0
    assert ended.summary["open"] is None


@pytest.mark.parametrize(
    "before",
    [
        {},
        {"open": None},
        {"open": {"decided": "2024-03-18"}},
        pytest.param({"strategy": "topk_8"}, id="another strategy"),
        pytest.param({"rebalance": "monthly"}, id="another rebalance"),
    ],
)
def test_what_another_plan_wanted_is_nobodys(before):
    monday, tuesday = pd.Timestamp("2024-03-18"), pd.Timestamp("2024-03-19")
    if before and "open" not in before:
        told = list_of(monday, only_cash(CAPITAL)).summary["open"]
        before = {"open": {**told, "plan": {**told["plan"], **before}}}
    made = list_of(tuesday, only_cash(CAPITAL), before)
    assert made.summary["orders"] == 0
    assert "no list of before left anything to be tried again" in str(made.summary["notes"])
