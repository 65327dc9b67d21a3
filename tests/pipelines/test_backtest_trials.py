"""What counts as another strategy tried: its options and how often it decides, not its name."""

import pandas as pd
import pytest
from pydantic import ValidationError
from tests.trading.days import days_of, noise

from vn30_training.pipelines.backtest.nodes import count_backtests, log_backtests
from vn30_training.trading.backtest_options import BacktestOptions

VINTAGE = {"symbols": {}}
ALL = ("daily", "weekly", "monthly")


def options(strategies, **changes):
    given = {"strategies": strategies, "benchmarks": {"buy_and_hold": "monthly"}}
    return BacktestOptions(**(given | changes))


def logged(strategies, tried, **changes):
    """Return the log of strategies that decided so often, each with other days."""
    columns = {"family": "ridge", "scope": "pooled"}
    daily = [
        days_of(noise(place, 80), strategy=name, rebalance=often, **columns)
        for place, (name, often) in enumerate(tried)
    ]
    return log_backtests(pd.concat(daily), options(strategies, **changes), VINTAGE)


def ids(*arguments, **changes):
    (found,) = logged(*arguments, **changes).values()
    return [trial["id"] for trial in found]


def test_each_rebalance_of_an_entry_is_a_trial_of_its_own():
    narrowed = {"hrp": {"rebalance": ["weekly", "monthly"]}, "topk_8": {}}
    tried = [("hrp", "weekly"), ("hrp", "monthly"), *(("topk_8", often) for often in ALL)]
    assert len(set(ids(narrowed, tried))) == 5
    counted = count_backtests(logged(narrowed, tried), VINTAGE)
    assert counted["count"] == 5
    assert counted["sharpe_variance"] > 0


def test_what_else_is_tried_makes_no_strategy_another():
    alone = ids({"hrp": {}}, [("hrp", "monthly")])
    assert alone == ids({"hrp": {"rebalance": ["monthly"]}, "topk_8": {}}, [("hrp", "monthly")])
    assert alone == ids({"hrp": {}}, [("hrp", "monthly")], rebalance=("monthly",), random=7)
    same = {"optimiser": "hrp", "best": 15, "caps": {"stock": 0.15, "sector": 0.4}}
    named = {"tree": {"strategy": "optimised", **same}}
    assert alone == ids(named, [("tree", "monthly")])


@pytest.mark.parametrize(
    "other",
    [
        {"hrp": {"best": 10}},
        {"hrp": {"stops": {"loss": 0.1}}},
        {"hrp": {"strategy": "risk_parity"}},
    ],
)
def test_other_options_or_another_exchange_are_another_trial(other):
    (alone,) = ids({"hrp": {}}, [("hrp", "monthly")])
    assert [alone] != ids(other, [("hrp", "monthly")])
    assert [alone] != ids({"hrp": {}}, [("hrp", "monthly")], profile="frictionless")


def test_a_rebalance_there_is_not_is_refused():
    with pytest.raises(ValidationError, match="'daily', 'weekly' or 'monthly'"):
        options({"hrp": {"rebalance": ["yearly"]}})
